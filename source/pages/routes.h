/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];   /* board.c: the screens, the way in */
extern const BtRoute bt_file_routes[];   /* files.c: styles and scripts */
extern const BtRoute bt_plain_routes[];  /* plain.c: what programs begin with */
extern const BtRoute bt_upload_routes[]; /* uploads.c: files that come in pieces */
extern const BtRoute bt_media_routes[];  /* media.c: the library of them */

#endif
