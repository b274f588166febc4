/* The languages in which notices are written in Vietnam, as officials call them. Thread-safety:
 * safe. */
#ifndef BT_SOURCE_LANGUAGES_H
#define BT_SOURCE_LANGUAGES_H

#include <glib.h>

typedef struct {
    const char *tag;  /* BCP 47 */
    const char *name; /* for officials: its Vietnamese name, then its own */
} BtPageLanguage;

/* Ended by a NULL tag; Vietnamese is the first. */
extern const BtPageLanguage bt_page_languages[];

/* The tag itself for one that is not in the list. Borrowed. */
const char *bt_page_language_name(const char *tag);
/* Whether it is in the list. */
gboolean bt_page_language_is_known(const char *tag);

#endif
