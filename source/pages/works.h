/* What the pages of playlists, layouts and programmes have in common: finding the one that a path
 * names, who may read and who may change it, its name, and what to say when it cannot be saved.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PAGES_WORKS_H
#define BT_SOURCE_PAGES_WORKS_H

#include "source/desk/works.h"
#include "source/pages/visit.h"

#define BT_WORK_EDITORS (1u << BT_ROLE_EDITOR)
#define BT_WORK_READERS                                                                            \
    (BT_WORK_EDITORS | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_AUDITOR)

/* All of a kind that this account may read, by name. (transfer full): GPtrArray of BtWork */
GPtrArray *bt_work_all(const BtVisit *visit, BtWorkKind kind);
/* For a page about the one that the path names; NULL: it was answered. (transfer full) (nullable)
 */
BtWork *bt_work_open(BtVisit *visit, BtRequest *request, BtWorkKind kind, BtAnswered *answered);
/* For a form that changes it. (transfer full) (nullable) */
BtWork *bt_work_form(BtVisit *visit, BtRequest *request, BtWorkKind kind, BtAnswered *answered);

/* The path of its page. (transfer full) */
char *bt_work_path(BtWorkKind kind, gint64 id);
/* Saves what a form says, from the revision that the form was made from; notes it in the diary, and
 * goes to its page. `did` says what was done, "renamed". */
BtAnswered bt_work_save(
    BtVisit *visit, const BtWork *work, const BtWorkWords *words, const char *did);
/* An error of bt_works_*, for people. (transfer full) */
BtAnswered bt_work_fail(BtVisit *visit, GError *error);
/* The revision that a form was made from; 0 when it says none. */
gint64 bt_work_revision(const BtVisit *visit);

/* POST of a new one: fields name, area. `words->name` is filled in. */
BtAnswered bt_work_add(BtVisit *visit, BtWorkKind kind, BtWorkWords *words);
/* POST that removes it. */
BtAnswered bt_work_remove(BtRequest *request, BtWorkKind kind);

/* ---- pieces ---- */

/* <input hidden>: the token, and the revision that is shown. */
void bt_work_add_hidden(GString *html, const BtVisit *visit, const BtWork *work);
/* A form that begins a new one, with fields for its name and area, and a button that says `words`.
 */
void bt_work_add_new(GString *html, const BtVisit *visit, BtWorkKind kind, const char *words);
/* A list of links to these (of BtWork), each with its area; "none" when there are none. */
void bt_work_add_links(GString *html, const BtVisit *visit, const GPtrArray *works);
/* Where it is used, and a form that removes it where it is not. */
void bt_work_add_end(GString *html, const BtVisit *visit, const BtWork *work);

#endif
