/* The choice of an area in a form. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_AREA_CHOICE_H
#define BT_SOURCE_AREA_CHOICE_H

#include "source/pages/visit.h"

/* A labelled field "area" of those where the visitor has one of the roles, or a hidden one where
 * there is one only; `chosen` is chosen ("" the first). */
void bt_area_choice_add(GString *html, const BtVisit *visit, guint roles, const char *chosen);

#endif
