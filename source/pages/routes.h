/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];    /* board.c: the screens, the way in */
extern const BtRoute bt_notice_routes[];  /* notices.c: the list */
extern const BtRoute bt_compose_routes[]; /* compose.c: one notice */
extern const BtRoute bt_preview_routes[]; /* preview.c: pictures of documents */
extern const BtRoute bt_rundown_routes[]; /* rundown.c: a screen's day */
extern const BtRoute bt_why_routes[];     /* why.c: why it shows something */
extern const BtRoute bt_file_routes[];    /* files.c: styles and scripts */

#endif
