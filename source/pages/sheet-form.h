/* The fields of a form about a screen: what it is called, where it stands, what it is.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_SHEET_FORM_H
#define BT_SOURCE_SHEET_FORM_H

#include "source/pages/glass.h"
#include "source/store/sheet.h"

/* The fields, filled in with `sheet` (nullable: as of a new screen). */
void bt_sheet_form_add(GString *html, const BtVisit *visit, const BtSheet *sheet);
/* What was filled in; BT_ERROR_INVALID where a number is none. Nothing is checked else. (transfer
 * full) (nullable) */
BtSheet *bt_sheet_form_read(const BtVisit *visit, GError **error);
/* What was wrong, for people. Static. */
const char *bt_sheet_form_why_not(const GError *error);

#endif
