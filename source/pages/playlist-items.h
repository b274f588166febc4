/* The items of a playlist as a list that can be put in order. Thread-safety: the server's thread.
 */
#ifndef BT_SOURCE_PLAYLIST_ITEMS_H
#define BT_SOURCE_PLAYLIST_ITEMS_H

#include "source/pages/works.h"

/* The list, id "items", in a form that changes it where the visitor may. `said` (nullable), for an
 * answer that replaces the list: what happened, for the page's id "said", which readers hear. */
void bt_playlist_add_items(
    GString *html, const BtVisit *visit, const BtWork *work, const char *said);
/* What an item is called, for people. (transfer full) */
char *bt_playlist_title(const BtVisit *visit, const BtJson *item);
/* A notice's first title, or how its words begin; "" when there is none. (transfer full) */
char *bt_playlist_notice_title(const BtVisit *visit, gint64 notice);

#endif
