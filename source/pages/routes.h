/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];      /* board.c: the screens, the way in */
extern const BtRoute bt_emergency_routes[]; /* emergency.c */
extern const BtRoute bt_cut_routes[];       /* cut.c */
extern const BtRoute bt_file_routes[];      /* files.c: styles and scripts */

#endif
