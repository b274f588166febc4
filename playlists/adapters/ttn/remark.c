/* What a dialect cannot say or understand: no mistake, for a province may simply not have it, but
 * an installer wants to know before the first night. */
#include "playlists/adapters/ttn/private.h"

#include <libintl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

/* What the worker and the configuration give, by TTN.md; the rest must be set. */
static const char *const given[] = { "auth", "base", "mqtt", "password", "register", "token",
    "username", "app_version", "bulletins", "cause", "devices", "disk_used_percent", "each",
    "ended", "link", "now", "playing", "power_w", "requisition.from", "requisition.owner",
    "requisition.phase", "requisition.until", "schedule.id", "schedule.name", "screen", "source",
    "started", "state", "temperature_c", "volume", "zone", NULL };

typedef struct {
    const BtDialect *dialect;
    GHashTable *set; /* (nullable) */
    GPtrArray *notes;
} Remarks;

static void remark(const Remarks *remarks, const char *place, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void remark(const Remarks *remarks, const char *place, const char *format, ...)
{
    if (remarks->notes->len >= BT_DIALECT_MAX_NOTES)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(remarks->notes, g_strdup_printf("%s: %s", place, what));
}

/* ---- calls ---- */

static const char *what_is_missing(BtTtnCall call)
{
    switch (call) {
    case BT_TTN_LOGIN:
        return _("no login: nothing is sent with a token");
    case BT_TTN_STATE:
        return _("no state: the source system does not learn whether the board lives");
    case BT_TTN_PLAYED:
        return _("no play log: the source system does not learn what was shown");
    case BT_TTN_SAVED:
        return _("no acknowledgement of schedules");
    case BT_TTN_CANCELLED:
        return _("no acknowledgement of cancelled schedules");
    case BT_TTN_REQUISITION:
        return _("no word for a requisition: its beginning and end are not told");
    default:
        return NULL;
    }
}

static void on_calls(const Remarks *remarks)
{
    const BtDialect *dialect = remarks->dialect;
    for (int call = 0; call < BT_TTN_N_CALLS; call++) {
        g_autofree char *place = g_strdup_printf("/calls/%s", bt_ttn_call_name((BtTtnCall)call));
        const char *missing = what_is_missing((BtTtnCall)call);
        if (missing != NULL && !bt_dialect_has_call(dialect, (BtTtnCall)call))
            remark(remarks, place, "%s", missing);
    }
    if (!bt_dialect_has_call(dialect, BT_TTN_POLL) && bt_tree_get(dialect->tree, "topics") == NULL)
        remark(remarks, "/topics", "%s", _("neither topics nor a poll: nothing can be heard"));
}

/* ---- values ---- */

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean is_given(const Remarks *remarks, const char *name)
{
    return g_strv_contains(given, name) ||
        (remarks->set != NULL && g_hash_table_contains(remarks->set, name)) ||
        g_str_has_prefix(name, "bulletin.") || g_str_has_prefix(name, "each.") ||
        bt_tree_get(bt_tree_get(remarks->dialect->tree, "values"), name) != NULL;
}

static void on_values(const Remarks *remarks)
{
    const BtDialect *dialect = remarks->dialect;
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    static const char *const parts[] = { "auth", "calls", "topics", "values" };
    BtJsonAt root = bt_json_root("", dialect->tree), at;
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (bt_json_member(&root, parts[i], &at))
            bt_template_check(dialect, &at, names, NULL);
    guint n;
    g_autofree char **sorted = (char **)g_hash_table_get_keys_as_array(names, &n);
    qsort(sorted, n, sizeof *sorted, by_name);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        if (!is_given(remarks, sorted[i]))
            g_string_append_printf(list, "%sset.%s=", list->len > 0 ? ", " : "", sorted[i]);
    if (list->len > 0)
        remark(remarks, "/calls", _("the configuration must give: %s"), list->str);
}

/* ---- what can be heard ---- */

static gboolean table_says(
    const BtDialect *dialect, const char *table, const char *word, guint depth)
{
    const BtJson *entries = bt_tree_get(bt_tree_get(dialect->tree, "tables"), table);
    BtJsonAt at = bt_json_root("", entries), entry;
    void *iter = NULL;
    while (bt_tree_is_object(entries) && bt_json_next_member(&at, &iter, &entry)) {
        g_autofree char *ours = bt_tree_text(entry.value);
        if (g_strcmp0(ours, word) == 0 ||
            (ours != NULL && *ours == '@' && depth > 0 &&
                table_says(dialect, ours + 1, word, depth - 1)))
            return TRUE;
    }
    return FALSE;
}

static gboolean can_hear(const BtDialect *dialect, const char *word)
{
    const BtJson *messages = bt_tree_get(dialect->tree, "messages");
    BtJsonAt at = bt_json_root("", messages), message;
    void *iter = NULL;
    while (messages != NULL && bt_json_next_member(&at, &iter, &message)) {
        const char *says = bt_tree_string(message.value, "says");
        const char *table = bt_tree_string(bt_tree_get(message.value, "says"), "table");
        if (g_strcmp0(says, word) == 0 || (table != NULL && table_says(dialect, table, word, 1)))
            return TRUE;
    }
    return FALSE;
}

static void on_messages(const Remarks *remarks)
{
    const BtDialect *dialect = remarks->dialect;
    g_autoptr(GString) deaf = g_string_new(NULL);
    for (int i = 0; bt_ttn_says_words[i] != NULL; i++)
        if (!can_hear(dialect, bt_ttn_says_words[i]))
            g_string_append_printf(deaf, "%s%s", deaf->len > 0 ? ", " : "", bt_ttn_says_words[i]);
    if (deaf->len > 0)
        remark(remarks, "/messages", _("it has no message for: %s"), deaf->str);
}

static void on_priorities(const Remarks *remarks)
{
    const BtDialect *dialect = remarks->dialect;
    for (int i = 0; i < BT_TTN_N_PRIORITIES; i++) {
        g_autoptr(BtJson) code = bt_table_theirs(dialect, "priority", bt_ttn_priority_words[i]);
        if (code == NULL)
            remark(remarks, "/tables/priority", _("no code means “%s”: nothing can be that"),
                bt_ttn_priority_words[i]);
    }
}

GPtrArray *bt_dialect_notes(const BtDialect *dialect, GHashTable *set)
{
    Remarks remarks = { dialect, set, g_ptr_array_new_with_free_func(g_free) };
    on_calls(&remarks);
    on_values(&remarks);
    on_messages(&remarks);
    on_priorities(&remarks);
    return remarks.notes;
}
