/* The choice of screens in a form: an area, or some of its screens. Pieces of HTML, and what came
 * back. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_WHERE_H
#define BT_SOURCE_WHERE_H

#include "source/desk/reach.h"
#include "source/pages/visit.h"

#define BT_WHERE_MAX_SCREENS 200 /* boxes in a form; more are chosen by their area */

/* A list of the areas where the person has one of the roles, and a box for each of their screens;
 * filled as the form that came says. */
void bt_where_add_fields(GString *html, const BtVisit *visit, guint roles);
/* Begins a form with this screen alone, as if it had come so. */
void bt_where_choose(BtVisit *visit, const char *area, const char *screen);
/* Hidden fields that say the same once more. */
void bt_where_add_hidden(GString *html, const BtVisit *visit);
/* What was chosen. NULL: `*why` (static, for people) says what is wrong. `*area` is borrowed from
 * the form. (transfer full): GPtrArray of BtReach, one or more */
GPtrArray *bt_where_read(const BtVisit *visit, guint roles, const char **area, const char **why);
/* "12 screens: Nhà văn hóa thôn 3, …", the first ones by name. */
void bt_where_add_summary(GString *html, const GPtrArray *screens);

#endif
