/* Private to pages: what the files of the compose page share. Thread-safety: the server's thread.
 */
#ifndef BT_SOURCE_COMPOSE_H
#define BT_SOURCE_COMPOSE_H

#include "source/desk/notices.h"
#include "source/desk/targets.h"
#include "source/pages/visit.h"

#define BT_EDITOR (1u << BT_ROLE_EDITOR)
#define BT_COMPOSE_MAX_TEXTS 16 /* languages of one notice, on the page */
#define BT_COMPOSE_TEXT_MAX 10000
#define BT_COMPOSE_FIELDS 6 /* of content */

/* ---- compose-form.c: a form's fields, and what is kept of them ---- */

typedef struct {
    char *area;
    BtJson *body, *targets;
} BtComposed;
void bt_composed_clear(BtComposed *composed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtComposed, bt_composed_clear)

/* What the form says: a draft, however little of it. BT_ERROR_INVALID, BT_ERROR_LIMIT, in words for
 * people. */
gboolean bt_compose_read(const BtVisit *visit, BtComposed *composed, GError **error);
/* What a new notice of this area begins with. */
void bt_compose_begin(const BtVisit *visit, const char *area, BtComposed *composed);
/* The form's picture into the body; FALSE when the person has no such file for the area. */
gboolean bt_compose_take_picture(const BtVisit *visit, const BtComposed *composed, GError **error);

/* ---- compose-values.c: what a notice says, for the form's fields ---- */

/* A member that is a text, "" when it is none. Borrowed. */
const char *bt_compose_word(const BtJson *body, const char *key);
int bt_compose_number(const BtJson *body, const char *key);
gboolean bt_compose_is_true(const BtJson *body, const char *key);
/* "2026-11-22" of `valid`, `key` "from" (its day) or "until" (the last day), "". (transfer full) */
char *bt_compose_day(const BtVisit *visit, const BtJson *body, const char *key);
/* Text `k`: its language, title and body, "" each where there is none. Borrowed. */
typedef struct {
    const char *lang, *title, *body;
} BtComposeText;
guint bt_compose_n_texts(const BtJson *body);
BtComposeText bt_compose_text(const BtJson *body, guint k);
/* Whether a list of the targets ("areas", "screens") has the id. */
gboolean bt_compose_is_target(const BtJson *targets, const char *list, const char *id);
/* "General", …, of 1 to BT_COMPOSE_FIELDS. */
const char *bt_compose_field_name(int field);

/* ---- compose-page.c ---- */

typedef struct {
    const BtNotice *notice; /* as it stands in the fields */
    gboolean may_edit;      /* else it is only shown */
    const char *more_lang;  /* a language to begin with, "" none */
    const char *message;    /* above the form; NULL none */
    const GPtrArray *lacks; /* of BtNoticeLack, at their fields; NULL none */
    const BtNotice *other;  /* what somebody else saved; NULL nobody */
    gboolean is_checked;    /* warnings stand at their fields without a script */
    const char *show_lang;  /* in the preview, "" the first */
} BtComposeView;

/* (transfer full) */
GString *bt_compose_page(const BtVisit *visit, const BtComposeView *view);
/* compose-view.c */
void bt_compose_add_form(GString *html, const BtVisit *visit, const BtComposeView *view);

/* ---- compose-preview.c: pictures and warnings ---- */

/* What the player has to be asked about a notice before it can be shown and judged; each holds a
 * reference to its document. (transfer full): GArray of BtAsk */
GArray *bt_compose_asks(const BtVisit *visit, const BtNotice *notice);
/* The pictures, one shape below the other: everything in <div id="preview">. `again`: a script asks
 * for it once more at once, since the player was not waited for. */
void bt_compose_add_preview(GString *html, const BtVisit *visit, const BtNotice *notice,
    const char *show_lang, gboolean again);
/* The player's warnings, as far as they are known. (transfer full): GPtrArray of BtNoticeLack */
GPtrArray *bt_compose_warnings(const BtVisit *visit, const BtNotice *notice);
/* The element of a field's warnings: what is said in `said` (nullable) about it. `oob`: it replaces
 * the one that the page has. */
void bt_compose_add_warnings(GString *html, const char *field, const GPtrArray *said, gboolean oob);
/* All fields that may have any, NULL-ended, without those of texts. */
extern const char *const bt_compose_warned_fields[];

/* ---- notice-words.c ---- */

/* The class of a state's colour. Static. */
const char *bt_notice_state_css(BtNoticeState state);
/* Ways to the screens and areas where it is shown; nothing of one that is on no screen. */
void bt_notice_add_where(GString *html, const BtVisit *visit, const BtNotice *notice);
/* A state as a word, a colour and a shape. */
void bt_notice_add_state(GString *html, const BtNotice *notice);

#endif
