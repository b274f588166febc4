/* What sign.js needs on a page: its words, the form that it signs for. Thread-safety: the server's
 * thread. */
#ifndef BT_SOURCE_SIGN_H
#define BT_SOURCE_SIGN_H

#include "source/desk/signing.h"
#include "source/pages/visit.h"

/* A line that says whether this browser can sign, and which one can; with the script. Also for
 * pages of nobody, such as the sign-in page. */
void bt_sign_add_check(GString *html);
/* What sign.js says, in the reader's language, hidden until then. */
void bt_sign_add_words(GString *html);
/* The bright button "Sign and publish" for a proposal that this person may sign, and what it needs:
 * the script fetches each document, compares it with what the page shows, signs it with the key
 * that lies in the browser, sends the signatures, and comes back to the page
 * of this visit. */
void bt_sign_add_form(
    GString *html, const BtVisit *visit, const BtProposal *proposal, const char *button);

#endif
