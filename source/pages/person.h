/* What the pages of one account and of all share. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PERSON_H
#define BT_SOURCE_PERSON_H

#include "source/desk/accounts.h"
#include "source/pages/visit.h"

/* Marks in words: locked, invited, without a password, with an authenticator. */
void bt_person_add_marks(GString *html, const BtVisit *visit, const BtAccount *account);
/* Makes a one-time link for the account and answers with the page that shows it, once. */
BtAnswered bt_person_show_link(BtVisit *visit, const char *name);

#endif
