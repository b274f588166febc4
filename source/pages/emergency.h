/* What the pages of emergencies and of cuts share. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_EMERGENCY_H
#define BT_SOURCE_EMERGENCY_H

#include "source/desk/cuts.h"
#include "source/pages/visit.h"

/* Who may cut, and ask for the end of a cut. Who signs that needs a key that may. */
#define BT_CUT_ROLES (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_APPROVER)
/* Who may look. */
#define BT_EMERGENCY_READERS                                                                       \
    (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_AUDITOR)

/* The button that signs the proposal `id` in the browser and publishes it; for those who may not,
 * what to do instead. `button` is its words. */
void bt_emergency_add_signing(GString *html, const BtVisit *visit, gint64 id, const char *button);
/* A cut as a card of the list: how it stands, and the way to its page. */
void bt_cut_add_card(GString *html, const BtVisit *visit, const BtCutEntry *cut);
/* A proposal of its end, unless one waits already. */
gboolean bt_cut_propose_end(const BtVisit *visit, const BtCutEntry *entry, GError **error);

#endif
