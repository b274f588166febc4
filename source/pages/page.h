/* The page on which one signs in, as HTML. Pure. Thread-safety: safe. */
#ifndef BT_SOURCE_PAGE_H
#define BT_SOURCE_PAGE_H

#include <glib.h>

typedef struct {
    const char *source_name;
    const char *message; /* NULL: none */
    gboolean english;
} BtPage;

/* (transfer full) */
char *bt_page_sign_in_html(const BtPage *page, const char *user_field);

#endif
