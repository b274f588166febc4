/* What the player answered, read without complaint: what is not there, or is of another kind, is
 * nothing. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_ANSWERS_H
#define BT_SOURCE_ANSWERS_H

#include "base/json.h"

/* Takes NULL. (transfer full) (nullable) */
BtJson *bt_answer_parse(GBytes *answer);
/* A member of an object; "", 0 and FALSE for nothing. Borrowed. */
const char *bt_answer_word(const BtJsonAt *object, const char *key);
gint64 bt_answer_number(const BtJsonAt *object, const char *key);
gint64 bt_answer_time_ms(const BtJsonAt *object, const char *key);
gboolean bt_answer_is_true(const BtJsonAt *object, const char *key);

#endif
