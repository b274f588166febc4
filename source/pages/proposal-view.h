/* A proposal as people see it: its state, what changes on which screens. Pieces of HTML; nothing is
 * written. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PROPOSAL_VIEW_H
#define BT_SOURCE_PROPOSAL_VIEW_H

#include "source/desk/signing.h"
#include "source/pages/difference.h"
#include "source/pages/visit.h"

/* A word, a colour and a shape. */
void bt_proposal_add_state(GString *html, BtProposalState state);
/* What it is about, in a line: the titles of what it brings. (transfer full) */
char *bt_proposal_title(const BtProposal *proposal, const BtDifference *difference);
/* Who asks, for where, why, until when. */
void bt_proposal_add_facts(GString *html, const BtVisit *visit, const BtProposal *proposal,
    const BtDifference *difference);
/* Every text that will be on the screens, and what will not any more. */
void bt_proposal_add_changes(GString *html, const BtVisit *visit, const BtDifference *difference);
/* What the boards themselves will draw, for each document. An order draws nothing. */
void bt_proposal_add_pictures(GString *html, const BtVisit *visit, const BtProposal *proposal);
/* What people call an account, a screen; the id where it has no other name. (transfer full) */
char *bt_name_of_user(BtStore *store, const char *user);
char *bt_name_of_screen(BtStore *store, const char *screen);
/* The area in which a screen lies; NULL: there is none. (transfer full) */
char *bt_area_of_screen(BtStore *store, const char *screen);

#endif
