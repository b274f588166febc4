/* One request of a browser: who it is, what they may, in which language they read, and how what
 * they get looks. Every page begins with bt_visit_open, every form with bt_visit_form; what follows
 * may be sure that the person may do it somewhere, and asks bt_visit_may for the area it is about.
 *
 * A page is a frame around a `main`; a script that asks for a part of one (htmx) gets the part
 * alone. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_VISIT_H
#define BT_SOURCE_VISIT_H

#include "source/desk/roles.h"
#include "source/serve/http.h"

#include <libintl.h>

/* What people read: English here, Vietnamese in po/vi.po. The visit's language holds until its
 * answer. */
#define _(text) dgettext("bangtin", text)
#define N_(text) text

#define BT_FORM_MAX_BYTES (64 * 1024) /* a notice in eight languages has 40 KB at the most */
#define BT_ANYBODY 0u                 /* as `roles`: whoever is signed in */

typedef struct {
    BtRequest *request;
    BtStore *store;
    const BtSession *session; /* NULL: nobody is signed in */
    const char *user;         /* of the session */
    GHashTable *form;         /* its fields; NULL: none was sent */
    GHashTable *arguments;    /* of the address, as far as somebody asked for them */
    gboolean was_ended; /* the cookie is of a session that was just ended: the account changed */
    gboolean english;
    gboolean is_part;  /* htmx asks: no frame */
    gboolean is_plain; /* a program asks: JSON (plain.h) */
    gint64 now_ms;
} BtVisit;

void bt_visit_clear(BtVisit *visit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtVisit, bt_visit_clear)

/* For a page: somebody who is signed in and has one of the roles somewhere. FALSE: it was answered
 * (the way to the sign-in, or 403). */
gboolean bt_visit_open(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered);
/* For a form (urlencoded, from this origin, with the session's token) of such a person. */
gboolean bt_visit_form(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered);
/* The same of a body that is no form: octets that a script sends, with the session's token in the
 * header X-Token. What it refuses is JSON. */
gboolean bt_visit_bytes(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered);
/* For pages of nobody yet: no session is asked for; a form from this origin is read. */
gboolean bt_visit_stranger(BtVisit *visit, BtRequest *request, BtAnswered *answered);

/* Whether it is in the practice area: then `store`, and all of the request's server, are its. */
gboolean bt_visit_is_practice(const BtVisit *visit);
/* Whether the person has one of the roles in this area. */
gboolean bt_visit_may(const BtVisit *visit, guint roles, const char *area);
/* A field of the form, "" when it is missing or has more than one line. Borrowed. */
const char *bt_visit_field(const BtVisit *visit, const char *name);
/* The same of a text in lines, divided by \n. */
const char *bt_visit_text(const BtVisit *visit, const char *name);
/* An argument of the address, without its escapes; "" when it is missing or no line of text.
 * Borrowed. */
const char *bt_visit_argument(const BtVisit *visit, const char *name);
/* Whether this is the plain path of a page here, so that one may be sent there. */
#define BT_WAY_MAX_BYTES 200u
gboolean bt_visit_is_way(const char *text);
/* A number in a field or argument; FALSE when it is none from `min` to `max`. */
gboolean bt_visit_number(const char *text, gint64 min, gint64 max, gint64 *number);
/* What was done, in the source's diary. */
gboolean bt_visit_note(const BtVisit *visit, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* ---- answers ---- */

/* `section` is the entry of the navigation that is lit ("screens", …; "" none). `main` (transfer
 * full) is what stands in <main>. */
BtAnswered bt_visit_page(
    BtVisit *visit, unsigned status, const char *section, const char *title, GString *main);
/* Without a frame, whatever asks. (transfer full) */
BtAnswered bt_visit_part(BtVisit *visit, unsigned status, GString *html);
/* A page, or part, that says what was wrong and what to do; `words` are for people. */
BtAnswered bt_visit_refuse(BtVisit *visit, unsigned status, const char *words);
/* The same with an error's own words, for what nobody foresaw. (transfer full) */
BtAnswered bt_visit_fail(BtVisit *visit, GError *error);
/* After a form: 303, or where htmx asks, its header for the whole page to go there. `cookie`
 * (nullable) is Set-Cookie. */
BtAnswered bt_visit_go(BtVisit *visit, const char *where, const char *cookie);

/* ---- pieces ---- */

/* <input hidden> with the session's token. */
void bt_visit_add_token(GString *html, const BtVisit *visit);
/* <time> in the source's time zone: the day only where it is another one. */
void bt_visit_add_time(GString *html, const BtVisit *visit, gint64 at_ms);

/* ---- the session's cookie ---- */

const char *bt_visit_cookie_token(const BtRequest *request);
/* Set-Cookie. (transfer full) */
char *bt_visit_cookie(const BtRequest *request, const char *token, gboolean ends);

#endif
