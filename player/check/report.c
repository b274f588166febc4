#include "player/check/report.h"

#include <libintl.h>
#include <stdio.h>

#define _(text) dgettext("bangtin", text)

void bt_check_report_clear(BtCheckReport *report)
{
    g_free(report->accepted);
    g_clear_error(&report->error);
    g_clear_pointer(&report->notes, g_ptr_array_unref);
    g_clear_pointer(&report->advice, g_ptr_array_unref);
    g_clear_pointer(&report->findings, g_ptr_array_unref);
}

/* ---- in sentences ---- */

/* FILE:WHERE, the place as a JSON pointer, or as a byte of a plain text. */
static void say_advice(const BtCheckReport *report, const BtAdvice *advice)
{
    printf("%s:", report->path);
    if (*advice->pointer != '\0')
        printf("%s:", advice->pointer);
    else if (advice->code != BT_ADVICE_MORE)
        printf("%zu:", advice->offset);
    printf(" %s: ", _("warning"));
    if (*advice->zone != '\0')
        printf(_("zone “%s” of “%s”: "), advice->zone, advice->layout);
    printf("%s\n", advice->words);
}

static void say_finding(const BtCheckReport *report, const BtFinding *finding)
{
    FILE *to = finding->refused ? stderr : stdout;
    fprintf(to, finding->refused ? "bangtin: %s:" : "%s:", report->path);
    if (*finding->pointer != '\0')
        fprintf(to, "%s:", finding->pointer);
    if (!finding->refused)
        fprintf(to, " %s:", _("warning"));
    fprintf(to, " ");
    if (*finding->zone != '\0')
        fprintf(to, _("zone “%s” of “%s”: "), finding->zone, finding->layout);
    fprintf(to, "%s\n", finding->words);
}

void bt_check_report_say(const BtCheckReport *report)
{
    if (report->error != NULL) {
        fprintf(stderr, "bangtin: %s\n", report->error->message);
        return;
    }
    if (report->accepted != NULL)
        printf("%s: %s\n", report->path, report->accepted);
    for (guint i = 0; report->notes != NULL && i < report->notes->len; i++)
        printf("%s: %s\n", report->path, (const char *)g_ptr_array_index(report->notes, i));
    for (guint i = 0; report->advice != NULL && i < report->advice->len; i++)
        say_advice(report, g_ptr_array_index(report->advice, i));
    for (guint i = 0; report->findings != NULL && i < report->findings->len; i++)
        say_finding(report, g_ptr_array_index(report->findings, i));
}

/* ---- as JSON ---- */

static BtJson *json_of_error(const GError *error)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "code", bt_error_reason(error));
    bt_json_set_string(json, "severity", "refused");
    bt_json_set_string(json, "pointer", "");
    bt_json_set_string(json, "message", error->message);
    return json;
}

static BtJson *json_of_advice(const BtAdvice *advice)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "code", bt_advice_name(advice->code));
    bt_json_set_string(json, "severity", "advice");
    bt_json_set_string(json, "pointer", advice->pointer);
    bt_json_set_int(json, "offset", (gint64)advice->offset);
    bt_json_set_string(json, "zone", advice->zone);
    bt_json_set_string(json, "layout", advice->layout);
    bt_json_set_string(json, "message", advice->words);
    return json;
}

static BtJson *json_of_finding(const BtFinding *finding)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "code", finding->code);
    bt_json_set_string(json, "severity", finding->refused ? "refused" : "advice");
    bt_json_set_string(json, "pointer", finding->pointer);
    if (!finding->refused) {
        bt_json_set_int(json, "offset", 0);
        bt_json_set_string(json, "zone", finding->zone);
        bt_json_set_string(json, "layout", finding->layout);
    }
    bt_json_set_string(json, "message", finding->words);
    return json;
}

static void add_findings(const BtCheckReport *report, BtJson *errors, BtJson *warnings)
{
    for (guint i = 0; report->findings != NULL && i < report->findings->len; i++) {
        const BtFinding *finding = g_ptr_array_index(report->findings, i);
        bt_json_append(finding->refused ? errors : warnings, json_of_finding(finding));
    }
}

BtJson *bt_check_report_json(const BtCheckReport *report)
{
    BtJson *json = bt_json_new_object(), *errors = bt_json_new_array();
    BtJson *notes = bt_json_new_array(), *warnings = bt_json_new_array();
    if (report->error != NULL)
        bt_json_append(errors, json_of_error(report->error));
    for (guint i = 0; report->notes != NULL && i < report->notes->len; i++)
        bt_json_append_string(notes, g_ptr_array_index(report->notes, i));
    for (guint i = 0; report->advice != NULL && i < report->advice->len; i++)
        bt_json_append(warnings, json_of_advice(g_ptr_array_index(report->advice, i)));
    add_findings(report, errors, warnings);
    bt_json_set_string(json, "path", report->path);
    bt_json_set_string(json, "kind", report->kind);
    bt_json_set_bool(json, "accepted", report->accepted != NULL);
    bt_json_set_string(json, "is", report->accepted);
    bt_json_set(json, "errors", errors);
    bt_json_set(json, "notes", notes);
    bt_json_set(json, "warnings", warnings);
    return json;
}
