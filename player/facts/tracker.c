/* An occurrence is (source, manifest version, programme, zone, item, due start); the hash of that
 * is its row's and its fact's id. So a player that restarts, or an emergency that passes, finds the
 * same row again, and whatever happens the source counts the occurrence once.
 *
 * A row that leaves the glass before its due end may come back: it waits, with its gap begun, until
 * the due end is past. Its gaps then have a beginning more than ends, which also tells the next
 * start that the row was not on the glass when this one died.
 *
 * Rows are written down when they change, not with the second's other facts: a show that hangs
 * leaves on the glass what its rows say, and so the rows tell what hung there until it was killed.
 */
#include "player/facts/tracker.h"

#include "base/hash.h"

#include <string.h>

#define MOST ((gint64)1 << 53) /* a number of JSON */

typedef struct {
    BtOpenRow *row;
    const char *cause; /* static: why it left the glass */
} Waiting;

struct BtTracker {
    BtWriter *writer;
    GHashTable *zones;   /* zone → BtOpenRow, on the glass */
    GHashTable *waiting; /* row id → Waiting */
    GHashTable *told;    /* names of sources with an outbox */
    int volume;
    gboolean trusted; /* time, at the last update */
};

static void waiting_free(gpointer data)
{
    Waiting *waiting = data;
    bt_open_row_free(waiting->row);
    g_free(waiting);
}

BtTracker *bt_tracker_new(BtWriter *writer)
{
    BtTracker *tracker = g_new0(BtTracker, 1);
    tracker->writer = writer;
    tracker->zones =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)bt_open_row_free);
    tracker->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, waiting_free);
    tracker->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return tracker;
}

void bt_tracker_free(BtTracker *tracker)
{
    if (tracker == NULL)
        return;
    g_hash_table_unref(tracker->zones);
    g_hash_table_unref(tracker->waiting);
    g_hash_table_unref(tracker->told);
    g_free(tracker);
}

void bt_tracker_tell(BtTracker *tracker, const char *source)
{
    g_hash_table_add(tracker->told, g_strdup(source));
}

void bt_tracker_set_volume(BtTracker *tracker, int volume)
{
    tracker->volume = volume;
}

/* ---- to the writer ---- */

static const char *member_text(const BtOpenRow *row, const char *key)
{
    BtJsonAt place = bt_json_root("", row->body), member;
    const char *text = NULL;
    if (bt_json_member(&place, key, &member))
        text = bt_json_read_string(&member, 0, 1000, NULL);
    return text == NULL ? "" : text;
}

/* A row that is written, and who is told of it. */
typedef struct {
    BtOpenRow *row;
    gboolean told; /* its source has an outbox */
    gboolean trusted;
    int volume;
    /* Of its end: */
    gint64 end_ms;
    const char *cause;
    BtMoment at;
} Writing;

static void writing_free(gpointer data)
{
    Writing *writing = data;
    bt_open_row_free(writing->row);
    g_free(writing);
}

static Writing *writing_new(const BtTracker *tracker, const BtOpenRow *row)
{
    Writing *writing = g_new0(Writing, 1);
    writing->row = bt_open_row_copy(row);
    writing->told = g_hash_table_contains(tracker->told, member_text(row, "source"));
    writing->trusted = tracker->trusted;
    writing->volume = tracker->volume;
    return writing;
}

/* In the words of outbox.h. (transfer full) */
static BtJson *begin_telling(const BtOpenRow *row)
{
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "item", member_text(row, "item"));
    bt_json_set_string(body, "zone", member_text(row, "zone"));
    return body;
}

/* A manifest that is composed anew in the middle of an item makes a row of its own; for those who
 * are told it is the same occurrence. What is on the glass ends before what waits, so the end that
 * is told is the last one. */
static char *telling_id(const char *what, const BtOpenRow *row)
{
    g_autofree char *text = g_strdup_printf("%s\n%s\n%s\n%s", member_text(row, "source"),
        member_text(row, "zone"), member_text(row, "item"), member_text(row, "due"));
    char hex[BT_HASH_HEX_SIZE];
    bt_hash_data(text, strlen(text), hex);
    return g_strdup_printf("%s-%.32s", what, hex);
}

static gboolean tell_start(BtFacts *facts, const Writing *writing, GError **error)
{
    const BtOpenRow *row = writing->row;
    g_autofree char *id = telling_id("started", row);
    BtJson *body = begin_telling(row);
    bt_json_set_int(body, "volume", writing->volume);
    bt_json_set_string(body, "due", member_text(row, "due"));
    return bt_outbox_add(facts, member_text(row, "source"), BT_OUT_STARTED, id, row->start_ms,
        writing->trusted, body, error);
}

static gboolean tell_end(BtFacts *facts, const Writing *writing, GError **error)
{
    const BtOpenRow *row = writing->row;
    g_autofree char *id = telling_id("ended", row);
    BtJson *body = begin_telling(row);
    bt_json_set_time(body, "start", row->start_ms);
    bt_json_set_string(body, "cause", writing->cause);
    return bt_outbox_add(facts, member_text(row, "source"), BT_OUT_ENDED, id,
        MAX(writing->end_ms, row->start_ms), writing->trusted, body, error);
}

/* Each time that the row is written: what was told already is not told again. */
static gboolean put_row(BtFacts *facts, gpointer data, GError **error)
{
    const Writing *writing = data;
    return bt_facts_put_row(facts, writing->row, error) &&
        (!writing->told || tell_start(facts, writing, error));
}

static void post_row(BtTracker *tracker, const BtOpenRow *row)
{
    bt_writer_post_soon(tracker->writer, put_row, writing_new(tracker, row), writing_free);
}

static gboolean close_row(BtFacts *facts, gpointer data, GError **error)
{
    const Writing *writing = data;
    return bt_facts_close_row(
               facts, writing->row, writing->end_ms, writing->cause, &writing->at, error) &&
        (!writing->told || tell_end(facts, writing, error));
}

static void post_end(
    BtTracker *tracker, const BtOpenRow *row, gint64 end_ms, const char *cause, const BtMoment *at)
{
    Writing *writing = writing_new(tracker, row);
    writing->trusted = at->trusted;
    writing->end_ms = end_ms;
    writing->cause = cause;
    writing->at = *at;
    bt_writer_post_soon(tracker->writer, close_row, writing, writing_free);
}

/* ---- rows ---- */

static void occurrence_id(const BtOnAir *on_air, const BtOnZone *zone, char id[BT_HASH_HEX_SIZE])
{
    g_autofree char *text =
        g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%s\n%s\n%s\n%" G_GINT64_FORMAT,
            on_air->source_name, on_air->manifest->version, on_air->programme->id, zone->zone->id,
            zone->item->id, zone->start_ms);
    bt_hash_data(text, strlen(text), id);
}

static void set_carried(BtJson *body, const BtItem *item)
{
    const char *const words[][2] = {
        { "issuer", item->issuer },
        { "issued_on", item->issued_on },
        { "document", item->document },
    };
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (*words[i][1] != '\0')
            bt_json_set_string(body, words[i][0], words[i][1]);
    if (item->field > 0)
        bt_json_set_int(body, "field", item->field);
    if (item->essential)
        bt_json_set_bool(body, "essential", TRUE);
    if (item->asset != NULL)
        bt_json_set_string(body, "asset", item->asset->sha256);
}

static BtOpenRow *row_new(
    const BtOnAir *on_air, const BtOnZone *zone, const char *id, const BtMoment *at)
{
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "source", on_air->source_name);
    bt_json_set_int(body, "version", on_air->manifest->version);
    bt_json_set_string(body, "programme", on_air->programme->id);
    bt_json_set_string(body, "class", bt_class_name(on_air->cls));
    bt_json_set_string(body, "zone", zone->zone->id);
    bt_json_set_string(body, "item", zone->item->id);
    bt_json_set_string(body, "kind", bt_item_kind_name(zone->item->kind));
    bt_json_set_time(body, "due", zone->start_ms);
    if (on_air->programme->rehearsal)
        bt_json_set_bool(body, "rehearsal", TRUE);
    set_carried(body, zone->item);
    return bt_open_row_new(id, body, at->wall_ms, zone->end_ms);
}

static gboolean is_in_gap(const BtOpenRow *row)
{
    return row->gaps->len % 2 == 1;
}

static gint64 left_ms_of(const BtOpenRow *row)
{
    return g_array_index(row->gaps, gint64, row->gaps->len - 1);
}

static void begin_to_wait(BtTracker *tracker, BtOpenRow *row, gint64 left_ms, const char *cause)
{
    Waiting *waiting = g_new0(Waiting, 1);
    *waiting = (Waiting){ row, cause };
    if (!is_in_gap(row)) {
        row->seen_ms = left_ms;
        g_array_append_val(row->gaps, left_ms);
        post_row(tracker, row);
    }
    /* The key is the new row's: a ledger that was tampered with may have two of one id. */
    g_hash_table_replace(tracker->waiting, row->id, waiting);
}

/* The row is off the glass: it ends when its time is over, else it waits. */
static void take_off(BtTracker *tracker, BtOpenRow *row, gint64 t_ms, gint64 left_ms,
    const char *cause, const BtMoment *at)
{
    if (t_ms >= row->due_end_ms) {
        post_end(tracker, row, left_ms, "due", at);
        bt_open_row_free(row);
        return;
    }
    begin_to_wait(tracker, row, left_ms, cause);
}

static BtOpenRow *bring_back(BtTracker *tracker, const char *id, const BtMoment *at)
{
    Waiting *waiting = g_hash_table_lookup(tracker->waiting, id);
    if (waiting == NULL)
        return NULL;
    BtOpenRow *row = g_steal_pointer(&waiting->row);
    g_array_append_val(row->gaps, at->wall_ms);
    g_hash_table_remove(tracker->waiting, id);
    post_row(tracker, row);
    return row;
}

static void end_overdue(BtTracker *tracker, gint64 t_ms, const BtMoment *at)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, tracker->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Waiting *waiting = data;
        if (t_ms < waiting->row->due_end_ms)
            continue;
        post_end(tracker, waiting->row, left_ms_of(waiting->row), waiting->cause, at);
        g_hash_table_iter_remove(&iter);
    }
}

/* Whether an authority has the screen now, and it was not its own before. */
static gboolean is_requisition(const BtOnAir *on_air, const BtOpenRow *row)
{
    return on_air->cls == BT_CLASS_REQUISITION &&
        !g_str_equal(on_air->source_name, member_text(row, "source"));
}

/* Why what was on is not on any more. */
static const char *cause_of(const BtOnAir *on_air, const BtOpenRow *row)
{
    switch (on_air->kind) {
    case BT_ON_SAFE:
        return "nothing-due";
    case BT_ON_CUT:
        return "cut";
    case BT_ON_DARK:
        return "off";
    case BT_ON_PROGRAMME:
        break;
    }
    return on_air->cls == BT_CLASS_EMERGENCY ? "emergency"
        : is_requisition(on_air, row)        ? "requisition"
                                             : "replaced";
}

/* ---- updates ---- */

static const BtOnZone *find_zone(const BtOnAir *on_air, const char *name)
{
    for (guint i = 0; on_air->zones != NULL && i < on_air->zones->len; i++) {
        const BtOnZone *zone = &g_array_index(on_air->zones, BtOnZone, i);
        if (zone->item != NULL && g_str_equal(zone->zone->id, name))
            return zone;
    }
    return NULL;
}

static void take_off_what_changed(
    BtTracker *tracker, const BtOnAir *on_air, gint64 t_ms, const BtMoment *at)
{
    GHashTableIter iter;
    gpointer key, data;
    g_hash_table_iter_init(&iter, tracker->zones);
    while (g_hash_table_iter_next(&iter, &key, &data)) {
        BtOpenRow *row = data;
        const BtOnZone *zone = find_zone(on_air, key);
        char id[BT_HASH_HEX_SIZE] = "";
        if (zone != NULL)
            occurrence_id(on_air, zone, id);
        if (g_str_equal(id, row->id))
            continue;
        g_hash_table_iter_steal(&iter);
        g_free(key);
        take_off(tracker, row, t_ms, at->wall_ms, cause_of(on_air, row), at);
    }
}

static void put_on(
    BtTracker *tracker, const BtOnAir *on_air, const BtOnZone *zone, const BtMoment *at)
{
    if (zone->item == NULL || g_hash_table_contains(tracker->zones, zone->zone->id))
        return;
    char id[BT_HASH_HEX_SIZE];
    occurrence_id(on_air, zone, id);
    BtOpenRow *row = bring_back(tracker, id, at);
    if (row == NULL) {
        row = row_new(on_air, zone, id, at);
        post_row(tracker, row);
    }
    g_hash_table_insert(tracker->zones, g_strdup(zone->zone->id), row);
}

void bt_tracker_update(BtTracker *tracker, const BtOnAir *on_air, gint64 t_ms, const BtMoment *at)
{
    tracker->trusted = at->trusted;
    take_off_what_changed(tracker, on_air, t_ms, at);
    for (guint i = 0; on_air->zones != NULL && i < on_air->zones->len; i++)
        put_on(tracker, on_air, &g_array_index(on_air->zones, BtOnZone, i), at);
    end_overdue(tracker, t_ms, at);
}

void bt_tracker_recover(BtTracker *tracker, GPtrArray *rows, gint64 left_ms)
{
    g_autoptr(GPtrArray) owned = rows;
    for (guint i = 0; i < owned->len; i++) {
        BtOpenRow *row = bt_open_row_copy(g_ptr_array_index(owned, i));
        begin_to_wait(tracker, row, MAX(row->start_ms, MAX(row->seen_ms, left_ms)), "restart");
    }
}

static void end_waiting(BtTracker *tracker, const BtMoment *at)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, tracker->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Waiting *waiting = data;
        post_end(tracker, waiting->row, left_ms_of(waiting->row), waiting->cause, at);
        g_hash_table_iter_remove(&iter);
    }
}

/* `late`: why those end whose time was over already. */
static void end_all(BtTracker *tracker, const char *cause, const char *late, const BtMoment *at)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, tracker->zones);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        const BtOpenRow *row = data;
        post_end(tracker, row, at->wall_ms, at->wall_ms >= row->due_end_ms ? late : cause, at);
        g_hash_table_iter_remove(&iter);
    }
    end_waiting(tracker, at);
}

void bt_tracker_step(BtTracker *tracker, const BtMoment *before)
{
    end_all(tracker, "clock", "due", before);
}

void bt_tracker_stop(BtTracker *tracker, const BtMoment *at)
{
    end_all(tracker, "stopped", "stopped", at);
}

/* A copy to be changed: the writer may be reading the old body just now. */
static BtJson *begin_body(const BtOpenRow *row)
{
    BtJson *body = bt_json_new_object();
    BtJsonAt place = bt_json_root("", row->body), member;
    void *iter = NULL;
    while (bt_json_next_member(&place, &iter, &member))
        bt_json_set(body, member.key, bt_json_ref(member.value));
    return body;
}

static void set_body(BtOpenRow *row, BtJson *body)
{
    bt_json_unref(row->body);
    row->body = body;
}

static void change_body(BtTracker *tracker, BtOpenRow *row, BtJson *body)
{
    set_body(row, body);
    post_row(tracker, row);
}

void bt_tracker_note_failure(BtTracker *tracker, const char *zone, const char *reason, gint64 at_ms)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL || *member_text(row, "failed") != '\0')
        return;
    BtJson *body = begin_body(row);
    bt_json_set_string(body, "failed", reason);
    bt_json_set_time(body, "failed_at", at_ms);
    change_body(tracker, row, body);
}

void bt_tracker_note_behind(BtTracker *tracker, const char *zone, gint64 behind_ms)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL)
        return;
    BtJsonAt place = bt_json_root("", row->body), member;
    gint64 before_ms = 0;
    if (bt_json_member(&place, "behind_ms", &member))
        bt_json_read_int(&member, 0, BT_DAY_MS, &before_ms, NULL);
    BtJson *body = begin_body(row);
    bt_json_set_int(body, "behind_ms", MIN(BT_DAY_MS, before_ms + behind_ms));
    change_body(tracker, row, body);
}

/* `more` is added to what stands there already. */
static void add_number(BtJson *object, const BtJsonAt *before, const char *key, gint64 more)
{
    BtJsonAt member;
    gint64 number = 0;
    if (before != NULL && bt_json_member(before, key, &member))
        bt_json_read_int(&member, 0, MOST, &number, NULL);
    bt_json_set_int(object, key, MIN(MOST, number + more));
}

void bt_tracker_note_live(BtTracker *tracker, const char *zone, const BtTrackerLive *live)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL || !g_str_equal(member_text(row, "kind"), "stream"))
        return;
    BtJsonAt place = bt_json_root("", row->body), member;
    const BtJsonAt *before = bt_json_member(&place, "stream", &member) ? &member : NULL;
    BtJson *body = begin_body(row), *stream = bt_json_new_object();
    add_number(stream, before, "live_ms", live->live_ms);
    add_number(stream, before, "fallback_ms", live->fallback_ms);
    add_number(stream, before, "stopped", live->stopped);
    add_number(stream, before, "bytes", (gint64)MIN(live->bytes, (guint64)MOST));
    bt_json_set(body, "stream", stream);
    change_body(tracker, row, body);
}

void bt_tracker_note_gap(BtTracker *tracker, const char *zone, gint64 gap_ms, gint64 bare_ms)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL)
        return;
    BtJson *body = begin_body(row);
    bt_json_set_int(body, "gap_ms", MIN(BT_DAY_MS, gap_ms));
    if (bare_ms > 0)
        bt_json_set_int(body, "bare_ms", MIN(BT_DAY_MS, bare_ms));
    set_body(row, body);
}

void bt_tracker_note_print(BtTracker *tracker, const char *zone, BtFingerprint print, gint64 at_ms)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL || *member_text(row, "phash") != '\0')
        return;
    g_autofree char *hash = g_strdup_printf("%016" G_GINT64_MODIFIER "x", print.hash);
    BtJson *body = begin_body(row);
    bt_json_set_string(body, "phash", hash);
    bt_json_set_int(body, "luma", print.luma);
    bt_json_set_time(body, "phash_at", at_ms);
    set_body(row, body);
}

void bt_tracker_note_fault(BtTracker *tracker, const char *zone, const char *fault)
{
    BtOpenRow *row = g_hash_table_lookup(tracker->zones, zone);
    if (row == NULL || *member_text(row, "fault") != '\0')
        return;
    BtJson *body = begin_body(row);
    bt_json_set_string(body, "fault", fault);
    change_body(tracker, row, body);
}

/* What is known of its picture. */
static void set_picture(BtJson *entry, const BtOpenRow *row, gboolean prints)
{
    static const char *const keys[] = { "fault", "phash", "luma" };
    BtJsonAt place = bt_json_root("", row->body), member;
    for (guint i = 0; i < (prints ? G_N_ELEMENTS(keys) : 1); i++)
        if (bt_json_member(&place, keys[i], &member))
            bt_json_set(entry, keys[i], bt_json_ref(member.value));
}

BtJson *bt_tracker_on_air(const BtTracker *tracker, guint max, gboolean prints)
{
    BtJson *list = bt_json_new_array();
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, tracker->zones);
    while (max-- > 0 && g_hash_table_iter_next(&iter, NULL, &data)) {
        static const char *const keys[] = { "zone", "item", "source", "class" };
        const BtOpenRow *row = data;
        BtJson *entry = bt_json_new_object();
        for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
            bt_json_set_string(entry, keys[i], member_text(row, keys[i]));
        bt_json_set_time(entry, "since", row->start_ms);
        set_picture(entry, row, prints);
        bt_json_append(list, entry);
    }
    return list;
}

char *bt_tracker_items(GPtrArray *rows)
{
    GString *items = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++) {
        const BtOpenRow *row = g_ptr_array_index(rows, i);
        g_string_append_printf(items, "%s%s/%s", i > 0 ? " " : "", member_text(row, "source"),
            member_text(row, "item"));
    }
    return g_string_free(items, FALSE);
}
