/* Cuts that only the boards know of (desk/cuts-told.h), as people see them. Thread-safety: the
 * server's thread. */
#ifndef BT_SOURCE_PAGES_CUT_TOLD_H
#define BT_SOURCE_PAGES_CUT_TOLD_H

#include "source/desk/cuts-told.h"
#include "source/pages/visit.h"

/* Those whose end this person may ask for, on screens in an area where he may, without all other
 * screens. (transfer full): GPtrArray of BtCutTold */
GPtrArray *bt_cut_told_to_end(const BtVisit *visit);
/* A section with a card for each; nothing where there is none. */
void bt_cut_told_add(GString *html, const BtVisit *visit);

#endif
