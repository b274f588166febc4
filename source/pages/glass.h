/* Pieces of the pages that show screens: what is on the glass, and how a screen is.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_GLASS_PAGE_H
#define BT_SOURCE_GLASS_PAGE_H

#include "source/desk/areas.h"
#include "source/desk/glance.h"
#include "source/pages/visit.h"

/* Whoever has a role in an area sees its screens. */
#define BT_GLASS_MAY_SEE                                                                           \
    (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR |                      \
        1u << BT_ROLE_AUDITOR | 1u << BT_ROLE_ADMINISTRATOR)
/* Who changes them. */
#define BT_GLASS_MAY_CHANGE (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_ADMINISTRATOR)

/* The state in a word for people, its colour's class, and its word in addresses. Static. */
const char *bt_glass_word(BtGlanceState state);
const char *bt_glass_css(BtGlanceState state);
const char *bt_glass_key(BtGlanceState state);

/* The shapes of all states, for bt_glass_add_state: once a page. */
void bt_glass_add_shapes(GString *html);
/* Word, shape and colour, and since when. */
void bt_glass_add_state(GString *html, const BtVisit *visit, const BtGlance *screen);
/* What asks for somebody: an emergency, content that ends, a requisition, what the state means. */
void bt_glass_add_notes(GString *html, const BtVisit *visit, const BtGlance *screen);
/* What is on air, or was when it was last heard: titles, classes, since when; at most `max`. */
void bt_glass_add_on_air(GString *html, const BtVisit *visit, const BtGlance *screen, guint max);
/* The newest picture of the glass, or an empty glass with the screen's shape. */
void bt_glass_add_picture(GString *html, const BtGlance *screen, gboolean is_large);
/* screens-map.c: those of GPtrArray of BtGlance whose position is known, on a plan; trouble is
 * named first. */
void bt_glass_add_map(GString *html, const GPtrArray *screens);
/* "3 giờ 20 phút". (transfer full) */
char *bt_glass_span(gint64 ms);
/* <option>s of standing areas where the person has one of `roles`, in the order of the tree. */
void bt_glass_add_areas(
    GString *html, const BtVisit *visit, const GPtrArray *areas, guint roles, const char *chosen);
/* The local midnight at or before `at_ms`. */
gint64 bt_glass_day_ms(const BtVisit *visit, gint64 at_ms);

#endif
