/* The parts of one screen's page, by file. Private to this folder. Thread-safety: the server's
 * thread. */
#ifndef BT_SOURCE_SCREEN_PARTS_H
#define BT_SOURCE_SCREEN_PARTS_H

#include "source/pages/glass.h"

/* screen-month.c: today and the chosen month ("?month=2026-11") in three values, the causes of
 * gaps, a chart and a table of days. */
gboolean bt_screen_add_uptime(
    GString *html, BtVisit *visit, const BtGlance *screen, GError **error);
/* The same as JSON, for the chart: {"days": [UNIX_S …], "lit_ms": […], "unconfirmed_ms": […],
 * "not_showing_ms": […]}. */
BtAnswered bt_screen_answer_month(BtVisit *visit, const BtGlance *screen);
/* screen-facts.c: data used, clock, storage, versions; the last events. */
gboolean bt_screen_add_facts(
    GString *html, const BtVisit *visit, const BtGlance *screen, GError **error);
/* screen-ways.c: what else there is about it, and the way to cut its picture. */
void bt_screen_add_links(GString *html, const BtVisit *visit, const BtGlance *screen);
/* screen-ways.c: commands and the dialogues, as far as the person may. */
void bt_screen_add_ways(GString *html, const BtVisit *visit, const BtGlance *screen);

#endif
