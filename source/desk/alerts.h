/* From what an official fills in to what boards are given: the documents of an emergency, ready to
 * be signed. Pure, but for the name and the time zone of the source.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_ALERTS_H
#define BT_SOURCE_ALERTS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_ALERT_TITLE_MAX_CHARS 120
#define BT_ALERT_PART_MAX_CHARS 600
#define BT_ALERT_ISSUER_MAX_CHARS 200
#define BT_ALERT_MAX_HOURS 24 /* FORMAT.md section 7 */
#define BT_ALERT_MAX_LEVEL 5  /* Decision 18/2021/QĐ-TTg, article 4; 0: urgent, of no level */

/* In one language: what, where, when, what to do. */
typedef struct {
    char *lang, *title, *what, *where, *when, *action;
} BtAlertText;
void bt_alert_text_free(BtAlertText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtAlertText, bt_alert_text_free)

/* Borrowed. */
typedef struct {
    int level;
    const char *issuer;
    gint64 until_ms;
    gboolean rehearsal;       /* the glass says that it is a drill */
    const GPtrArray *texts;   /* of BtAlertText, in the order in which they come */
    const GPtrArray *screens; /* of BtReach (reach.h) */
} BtAlertForm;

/* What of it cannot be published so, as a word for the page: "title", "what", "bracket" (a place of
 * the template that nobody filled, `*where` (transfer full) says which), "long", "issuer", "until",
 * "screens". NULL: nothing. Static. */
const char *bt_alert_fault(const BtAlertForm *form, gint64 now_ms, char **where);
/* What stands under the title: the four parts in their order, one a line. (transfer full) */
char *bt_alert_body(const BtAlertText *text);
/* One a shape of screens. (transfer full): GPtrArray of BtPlanDocument */
GPtrArray *bt_alert_make(BtStore *store, const BtAlertForm *form, gint64 now_ms);

#endif
