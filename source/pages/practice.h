/* The practice area on the pages: the way in and out, and its screens, which no board stands for:
 * what would be on their glass is drawn instead. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PAGES_PRACTICE_H
#define BT_SOURCE_PAGES_PRACTICE_H

#include "source/desk/glance.h"
#include "source/pages/visit.h"

/* Says on every page of the practice area that it is one, with the way out. Nothing elsewhere. */
void bt_practice_add_band(GString *html, const BtVisit *visit);
/* In the practice area: how the screen would be if a board had what was published. Elsewhere it
 * stays as it is. */
void bt_practice_pretend(const BtVisit *visit, BtGlance *screen);
/* The picture of such a screen. */
BtAnswered bt_practice_send_picture(BtVisit *visit, const BtGlance *screen);

#endif
