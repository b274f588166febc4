/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_page_routes[];      /* board.c: the screens, the way in */
extern const BtRoute bt_proposals_routes[]; /* proposals.c: what waits for a signature */
extern const BtRoute bt_proposal_routes[];  /* proposal.c: one of them, and signing it */
extern const BtRoute bt_key_routes[];       /* keys.c: the keys of approvers */
extern const BtRoute bt_emergency_routes[]; /* emergency.c */
extern const BtRoute bt_cut_routes[];       /* cut.c */
extern const BtRoute bt_file_routes[];      /* files.c: styles and scripts */

#endif
