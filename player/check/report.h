/* What `bangtin check` found about one path, and how that is said: in sentences at once, or as one
 * JSON document at the end. Thread-safety: the main thread. */
#ifndef BT_PLAYER_CHECK_REPORT_H
#define BT_PLAYER_CHECK_REPORT_H

#include "base/json.h"
#include "player/check/doctor.h"
#include "player/stage/advice.h"

typedef struct {
    const char *path;    /* borrowed */
    const char *kind;    /* "manifest", "text", "medium", "configuration", "dialect"; static */
    char *accepted;      /* what it is, in words; NULL: it is refused */
    GError *error;       /* then why, where it is not one of the findings */
    GPtrArray *notes;    /* of char*: what was ignored (nullable) */
    GPtrArray *advice;   /* of BtAdvice (nullable) */
    GPtrArray *findings; /* of BtFinding: of media; some may refuse (nullable) */
} BtCheckReport;

/* Frees what it holds; it is as a new one then. */
void bt_check_report_clear(BtCheckReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtCheckReport, bt_check_report_clear)

/* Results to standard output, refusals to standard error. */
void bt_check_report_say(const BtCheckReport *report);
/* {"path","kind","accepted","is","errors":[{"code","severity","pointer","message"}],"notes":[],
 *  "warnings":[{"code","severity","pointer","offset","zone","layout","message"}]}, the severity
 *  "refused" or "advice" (transfer full) */
BtJson *bt_check_report_json(const BtCheckReport *report);

#endif
