/* Pieces that the pages about people share. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PEOPLE_PIECES_H
#define BT_SOURCE_PEOPLE_PIECES_H

#include "source/desk/areas.h"
#include "source/pages/visit.h"

/* A QR code as a drawing, dark on white also in the dark; nothing for a text that is too long. */
void bt_people_add_qr(GString *html, const char *text, const char *label);
/* A list of recovery codes (of char*), with what they are for. */
void bt_people_add_codes(GString *html, const GPtrArray *codes);
/* "Editor" …, in the visit's language. Static. */
const char *bt_people_role_words(BtRole role);
const char *bt_people_role_help(BtRole role);
const char *bt_people_kind_words(BtAreaKind kind);
/* What somebody has (of BtGranted), in words; with `name`, a button to take each one that the
 * visitor administers. */
void bt_people_add_grants(
    GString *html, const BtVisit *visit, const GPtrArray *grants, const char *name);
/* <select name="role">; with `or_none` also none, chosen by "". */
void bt_people_add_roles(GString *html, const char *chosen, gboolean or_none);
/* <select> of the areas that stand and where the person has one of the roles, as a tree; `chosen`
 * nullable, `without` (nullable) and what lies in it are left out. */
void bt_people_add_areas(GString *html, const BtVisit *visit, const char *name, const char *label,
    guint roles, const char *chosen, const char *without);
/* The address outside of a path here, as the person knows this server. (transfer full) */
char *bt_people_address(const BtVisit *visit, const char *path);

#endif
