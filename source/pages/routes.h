/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];            /* board.c: the screens, the way in */
extern const BtRoute bt_file_routes[];            /* files.c: styles and scripts */
extern const BtRoute bt_upload_routes[];          /* uploads.c: files that come in pieces */
extern const BtRoute bt_playlist_routes[];        /* playlists.c: what plays after what */
extern const BtRoute bt_playlist_adding_routes[]; /* playlist-adding.c: what comes into them */
extern const BtRoute bt_layout_routes[];          /* layouts.c: zones of the screen */
extern const BtRoute bt_programme_routes[];       /* programmes.c: what is played when and where */
extern const BtRoute bt_media_routes[];           /* media.c: the library of them */

#endif
