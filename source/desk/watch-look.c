/* What is wrong now, by what the screens last said. */
#include "source/desk/watch.h"

#include "base/error.h"
#include "source/desk/roles.h"
#include "source/store/reports.h"

#include <string.h>

#define FACT_DEPTH 16
#define EXPIRING_MS (14 * BT_DAY_MS)

const char *bt_fault_name(BtFaultKind kind)
{
    static const char *const names[BT_N_FAULTS] = { "silent", "dark", "safe", "picture", "alert",
        "expires" };
    return names[kind];
}

void bt_trouble_free(BtTrouble *trouble)
{
    if (trouble == NULL)
        return;
    g_free(trouble->subject);
    g_free(trouble->area);
    g_free(trouble->detail);
    g_free(trouble);
}

void bt_look_free(BtLook *look)
{
    g_ptr_array_unref(look->troubles);
    g_hash_table_unref(look->silent);
    g_free(look);
}

static BtTrouble *add(
    BtLook *look, BtFaultKind kind, const char *subject, const char *area, gint64 since_ms)
{
    BtTrouble *trouble = g_new0(BtTrouble, 1);
    trouble->kind = kind;
    trouble->subject = g_strdup(subject);
    trouble->area = g_strdup(area);
    trouble->since_ms = since_ms;
    trouble->detail = g_strdup("");
    g_ptr_array_add(look->troubles, trouble);
    return trouble;
}

/* ---- screens ---- */

typedef struct {
    const char *id, *area, *state, *manifest, *fact;
    gint64 seen_ms, since_ms;
    gboolean is_darkened; /* by a command */
    gint64 alert_ms;      /* when the alert that is in force was published; 0: none is */
} Screen;

static const char *word_at(const BtJsonAt *at, const char *key)
{
    BtJsonAt member;
    const char *word =
        bt_json_member(at, key, &member) ? bt_json_read_string(&member, 0, 200, NULL) : NULL;
    return word != NULL ? word : "";
}

/* What the newest fact says of the glass. */
typedef struct {
    gboolean alert_is_on;
    char *fault; /* "ZONE/ITEM FAULT" of the first; NULL: none */
} Glass;

static void read_entry(const BtJsonAt *entry, Glass *glass)
{
    if (!bt_json_read_object(entry, NULL))
        return;
    if (strcmp(word_at(entry, "class"), "emergency") == 0)
        glass->alert_is_on = TRUE;
    const char *fault = word_at(entry, "fault");
    if (*fault != '\0' && glass->fault == NULL)
        glass->fault =
            g_strdup_printf("%s/%s %s", word_at(entry, "zone"), word_at(entry, "item"), fault);
}

static Glass read_glass(const char *line)
{
    Glass glass = { FALSE };
    g_autoptr(BtJson) fact = line == NULL
        ? NULL
        : bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, FACT_DEPTH, NULL);
    if (fact == NULL)
        return glass;
    BtJsonAt at = bt_json_root("fact", fact), list;
    if (!bt_json_member(&at, "on_air", &list) || !bt_json_read_array(&list, G_MAXSIZE, NULL))
        return glass;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt entry = bt_json_element(&list, i);
        read_entry(&entry, &glass);
    }
    return glass;
}

static void look_at_glass(
    BtLook *look, const Screen *screen, const BtWatchOptions *options, gint64 now_ms)
{
    Glass glass = read_glass(screen->fact);
    if (strcmp(screen->state, "safe") == 0 && *screen->manifest != '\0')
        add(look, BT_FAULT_SAFE, screen->id, screen->area, screen->since_ms);
    if (strcmp(screen->state, "dark") == 0 && *screen->manifest != '\0' && !screen->is_darkened &&
        !bt_off_hours_is_off(options->off_hours, screen->manifest, now_ms))
        add(look, BT_FAULT_DARK, screen->id, screen->area, screen->since_ms);
    if (glass.fault != NULL) {
        BtTrouble *trouble = add(look, BT_FAULT_PICTURE, screen->id, screen->area, now_ms);
        g_free(trouble->detail);
        trouble->detail = g_steal_pointer(&glass.fault);
    }
    if (screen->alert_ms > 0 && !glass.alert_is_on &&
        now_ms - screen->alert_ms >= BT_WATCH_ALERT_MS)
        add(look, BT_FAULT_ALERT, screen->id, screen->area, screen->alert_ms);
}

/* One that was heard before we could hear anybody had no chance to be heard since. */
static void look_at_screen(
    BtLook *look, const Screen *screen, const BtWatchOptions *options, gint64 now_ms)
{
    if (now_ms - MAX(screen->seen_ms, options->listening_ms) >= BT_WATCH_SILENT_MS)
        add(look, BT_FAULT_SILENT, screen->id, screen->area, screen->seen_ms);
    if (now_ms - screen->seen_ms >= BT_WATCH_SILENT_MS)
        g_hash_table_add(look->silent, g_strdup(screen->id));
    else
        look_at_glass(look, screen, options, now_ms);
}

static gboolean look_at_screens(
    BtStore *store, BtLook *look, const BtWatchOptions *options, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, ifnull(nullif(area, ''), ?1), state, seen_ms, since_ms, manifest,"
        " (SELECT line FROM told WHERE told.screen = screen.id AND at_ms <= ?2),"
        " ifnull((SELECT published_ms FROM document WHERE sha256 = screen.alert"
        "  AND expires_ms > ?3), 0), EXISTS (SELECT 1 FROM command WHERE command.screen = screen.id"
        "  AND verb = 'darken' AND until_ms > ?3 - 600000)"
        " FROM screen WHERE retired_ms IS NULL AND key IS NOT NULL AND seen_ms > 0",
        "sii", store->source, now_ms + BT_REPORT_AHEAD_MS, now_ms);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        const Screen screen = { .id = bt_rows_text(rows, 0),
            .area = bt_rows_text(rows, 1),
            .state = bt_rows_text(rows, 2),
            .seen_ms = bt_rows_int(rows, 3),
            .since_ms = bt_rows_int(rows, 4),
            .manifest = bt_rows_text(rows, 5),
            .fact = bt_rows_text(rows, 6),
            .alert_ms = bt_rows_int(rows, 7),
            .is_darkened = bt_rows_int(rows, 8) != 0 };
        look_at_screen(look, &screen, options, now_ms);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

/* ---- what ends soon ---- */

static GHashTable *read_parents(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT id, ifnull(parent, '') FROM area", "");
    if (rows == NULL)
        return NULL;
    GHashTable *parents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (bt_rows_next(rows, NULL))
        g_hash_table_insert(
            parents, g_strdup(bt_rows_text(rows, 0)), g_strdup(bt_rows_text(rows, 1)));
    return parents;
}

static gboolean lies_in(GHashTable *parents, const char *area, const char *within)
{
    for (guint depth = 0; area != NULL && *area != '\0' && depth <= BT_AREA_DEPTH_MAX; depth++) {
        if (strcmp(area, within) == 0)
            return TRUE;
        area = g_hash_table_lookup(parents, area);
    }
    return FALSE;
}

/* The smallest area in which both lie. */
static const char *common(GHashTable *parents, const char *a, const char *b, const char *source)
{
    for (guint depth = 0; *a != '\0' && depth <= BT_AREA_DEPTH_MAX; depth++) {
        const char *up = g_hash_table_lookup(parents, a);
        if (lies_in(parents, b, a))
            return a;
        if (up == NULL)
            break;
        a = up;
    }
    return source;
}

static gint64 stage_of(gint64 left_ms)
{
    return left_ms <= 0 ? 0 : left_ms <= BT_DAY_MS ? 1 : left_ms <= 7 * BT_DAY_MS ? 7 : 14;
}

static BtTrouble *find_expiring(BtLook *look, const char *area)
{
    for (guint i = 0; i < look->troubles->len; i++) {
        BtTrouble *trouble = g_ptr_array_index(look->troubles, i);
        if (trouble->kind == BT_FAULT_EXPIRES && strcmp(trouble->area, area) == 0)
            return trouble;
    }
    return NULL;
}

static void note_expiring(BtLook *look, const char *area, gint64 expires_ms, gint64 now_ms)
{
    BtTrouble *trouble = find_expiring(look, area);
    if (trouble == NULL)
        trouble = add(look, BT_FAULT_EXPIRES, area, area, expires_ms);
    trouble->since_ms = MIN(trouble->since_ms, expires_ms);
    trouble->stage = stage_of(trouble->since_ms - now_ms);
}

/* A document that plays in many areas is the matter of the one that holds them all. */
static gboolean look_at_documents(BtStore *store, BtLook *look, gint64 now_ms, GError **error)
{
    g_autoptr(GHashTable) parents = read_parents(store, error);
    g_autofree char *document = g_strdup(""), *area = NULL;
    gint64 expires_ms = 0;
    g_autoptr(BtRows) rows = parents == NULL
        ? NULL
        : bt_db_query(store->db, error,
              "SELECT DISTINCT sha256, expires_ms, ifnull(nullif(area, ''), ?1) FROM document"
              " JOIN screen ON screen.manifest = sha256 WHERE retired_ms IS NULL"
              " AND expires_ms <= ?2 ORDER BY sha256",
              "si", store->source, now_ms + EXPIRING_MS);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        gboolean is_same = strcmp(document, bt_rows_text(rows, 0)) == 0;
        const char *next = is_same ? common(parents, area, bt_rows_text(rows, 2), store->source)
                                   : bt_rows_text(rows, 2);
        char *copy = g_strdup(next);
        if (!is_same && area != NULL)
            note_expiring(look, area, expires_ms, now_ms);
        g_free(area);
        area = copy;
        g_free(document);
        document = g_strdup(bt_rows_text(rows, 0));
        expires_ms = bt_rows_int(rows, 1);
    }
    if (area != NULL)
        note_expiring(look, area, expires_ms, now_ms);
    return rows != NULL;
}

BtLook *bt_watch_look(BtStore *store, const BtWatchOptions *options, gint64 now_ms, GError **error)
{
    g_autoptr(BtLook) look = g_new0(BtLook, 1);
    look->troubles = g_ptr_array_new_with_free_func((GDestroyNotify)bt_trouble_free);
    look->silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return look_at_screens(store, look, options, now_ms, error) &&
            look_at_documents(store, look, now_ms, error)
        ? g_steal_pointer(&look)
        : NULL;
}
