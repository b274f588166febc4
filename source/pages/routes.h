/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];     /* board.c: the way in */
extern const BtRoute bt_screens_routes[];  /* screens.c: all screens */
extern const BtRoute bt_screen_routes[];   /* screen.c: one screen */
extern const BtRoute bt_claim_routes[];    /* claim.c: boards that wait for a screen */
extern const BtRoute bt_contact_routes[];  /* contacts.c: who is told of faults */
extern const BtRoute bt_report_routes[];   /* reports.c: what officials hand in */
extern const BtRoute bt_register_routes[]; /* register.c: the boards as things */
extern const BtRoute bt_file_routes[];     /* files.c: styles and scripts */

#endif
