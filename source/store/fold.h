/* Words as people type them when they look for something. Thread-safety: safe. */
#ifndef BT_SOURCE_FOLD_H
#define BT_SOURCE_FOLD_H

#include <glib.h>

/* Small letters without marks: "Đang PHÁT" → "dang phat". (transfer full) */
char *bt_fold(const char *words);

#endif
