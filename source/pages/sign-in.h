/* The way in, in two steps: the password, then for approvers the second factor.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_SIGN_IN_H
#define BT_SOURCE_SIGN_IN_H

#include "source/pages/visit.h"

/* Begins the session of somebody who showed all there is to show; it is the visit's from now on. An
 * old cookie's session ends: whoever planted it learns nothing. Set-Cookie (transfer full). */
char *bt_sign_in_begin(BtVisit *visit, const char *user);
/* The same, and goes to `next` (a way here, else the first page). */
BtAnswered bt_sign_in_finish(BtVisit *visit, const char *user, const char *next);
/* Counts a wrong password or code. */
void bt_sign_in_failed(BtVisit *visit, const char *user);
/* Answers, when the account must wait after wrong attempts. */
gboolean bt_sign_in_must_wait(
    BtVisit *visit, const char *user, const char *next, BtAnswered *answered);
/* The page of the first step, with what is to be said (nullable). */
BtAnswered bt_sign_in_ask(
    BtVisit *visit, unsigned status, const char *message, const char *user, const char *next);

#endif
