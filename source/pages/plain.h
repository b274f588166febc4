/* The pages for programs: whoever asks with "Accept: application/json" sends the same forms and
 * gets what came of them as JSON, in one shape for all:
 *
 *     {"ok": true, "location": PATH}                     it was done; PATH is what a browser is
 * sent to
 *     {"ok": true, "title": WORDS, "html": MARKUP}       a page: its <main>; of some, more beside
 *     {"ok": false, "error": WORDS, "html": MARKUP, …}   it was not; WORDS are for people
 *
 * What there is to ask and to send stands in /api/openapi.json. Thread-safety: the server's thread.
 */
#ifndef BT_SOURCE_PLAIN_H
#define BT_SOURCE_PLAIN_H

#include "source/pages/visit.h"

/* Whether the sender is such a program. */
gboolean bt_plain_is_wanted(const BtRequest *request);
/* Instead of a page. `title` may be NULL. */
BtAnswered bt_plain_page(BtVisit *visit, unsigned status, const char *title, const GString *main);
/* The same of a page that was found, with what a program reads of it as the member `name`. `more`
 * (transfer full). */
BtAnswered bt_plain_page_with(
    BtVisit *visit, const char *title, const GString *main, const char *name, BtJson *more);
/* After a right password, where a code is asked for: it goes to `where` with this token. `cookie`
 * as bt_visit_go. */
BtAnswered bt_plain_second_step(
    BtVisit *visit, const char *where, const char *token, const char *cookie);
/* Instead of a way on; to the sign-in, for want of a session, it is 401. `cookie` as bt_visit_go.
 */
BtAnswered bt_plain_go(BtVisit *visit, const char *where, const char *cookie);

#endif
