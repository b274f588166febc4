/* Rounds of sync without a player, for the scripts of this folder: events as JSON lines on standard
 * output, then one line with the result. With --push or --enrol: one report or one greeting
 * instead. */
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "playlists/sync/private.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    char *base, *cache, *screen, *root, *ca, *pin, *fingerprint, *key, *push, *now;
    gboolean insecure, enrol;
    int rounds, low_speed_s, silence_s, slice_ms, rate, hints_s, pause_ms, heavy_from, heavy_until;
    gint64 day_bytes, month_bytes;
    char **at;
} Options;

static void print_json(BtJson *json)
{
    g_autofree char *text = bt_json_to_text(json, FALSE);
    puts(text);
    bt_json_unref(json);
}

static void on_event(const BtSyncEvent *event, gpointer user)
{
    (void)user;
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "event", event->type);
    bt_json_set_string(json, "reason", event->reason);
    bt_json_set_string(json, "what", event->what);
    bt_json_set_string(json, "message", event->message);
    print_json(json);
}

static BtJson *new_result(const char *result, const GError *why)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "result", result);
    bt_json_set_string(json, "reason", why ? bt_error_reason(why) : "");
    bt_json_set_string(json, "message", why ? why->message : "");
    return json;
}

static int fail(GError *error)
{
    print_json(new_result("failed", error));
    g_error_free(error);
    return 1;
}

/* ---- budgets ---- */

static void on_usage(const BtUsage *usage, gpointer user)
{
    (void)user;
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "promised", (gint64)usage->day.bytes);
    print_json(json);
}

static void set_budget(BtSync *sync, const Options *o)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Ho_Chi_Minh");
    g_autoptr(GArray) heavy = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    BtTimes times = { o->heavy_from * 3600, o->heavy_until * 3600 };
    if (times.start_s != times.end_s)
        g_array_append_val(heavy, times);
    BtBudget budget = { .day_bytes = (guint64)o->day_bytes,
        .month_bytes = (guint64)o->month_bytes,
        .heavy = heavy,
        .heavy_bytes = BT_BUDGET_HEAVY_BYTES,
        .zone = zone };
    BtUsage usage = BT_USAGE_INIT;
    bt_sync_set_budget(sync, &budget, &usage, on_usage);
}

/* The instant of round i: the last one that was given goes on. */
static void set_time(BtSync *sync, const Options *o, guint i)
{
    BtBudgetTime now = { .trusted = TRUE };
    gint64 first_ms = 0;
    if (o->at == NULL || !bt_time_parse(o->at[0], &first_ms, NULL))
        return;
    const char *at = o->at[MIN(i, g_strv_length(o->at) - 1)];
    if (bt_time_parse(at, &now.wall_ms, NULL)) {
        now.mono_ms = now.wall_ms - first_ms;
        bt_sync_set_time(sync, &now, 0);
    }
}

static void set_outlook(BtSync *sync, BtJson *json)
{
    BtSyncOutlook outlook;
    if (!bt_sync_outlook(sync, &outlook))
        return;
    bt_json_set_int(json, "day", (gint64)outlook.usage.day.bytes);
    bt_json_set_int(json, "month", (gint64)outlook.usage.month.bytes);
    bt_json_set_string(json, "waits", bt_may_word(outlook.waits.word));
    if (outlook.waits.word != BT_MAY_GO)
        bt_json_set_time(json, "until", outlook.waits.until_ms);
    bt_json_set_int(json, "objects", outlook.backlog.objects);
    bt_json_set_int(json, "pictures", (gint64)outlook.backlog.bytes[BT_VALUE_PICTURE]);
    bt_json_set_int(json, "films", (gint64)outlook.backlog.bytes[BT_VALUE_HEAVY]);
    bt_json_set_int(json, "bytes_per_s", (gint64)outlook.bytes_per_s);
    if (outlook.forecast.done_ms != BT_TIME_MAX)
        bt_json_set_time(json, "complete", outlook.forecast.done_ms);
    bt_json_set_int(json, "month_at_end", (gint64)outlook.forecast.month_bytes);
}

static void run_round(BtSync *sync, const Options *o, guint i, gint64 now_ms)
{
    static const char *const words[] = { "unchanged", "new", "failed" };
    g_autoptr(GError) why = NULL;
    set_time(sync, o, i);
    BtSyncResult result = bt_sync_round(sync, now_ms, NULL, &why);
    set_time(sync, o, i);
    BtJson *json = new_result(words[result], bt_sync_trouble(sync));
    bt_json_set_bool(json, "heard", bt_sync_has_heard(sync));
    bt_json_set_int(json, "bytes", (gint64)bt_sync_bytes(sync));
    bt_json_set_bool(json, "unfinished", bt_sync_is_unfinished(sync));
    bt_json_set_int(json, "asked_ms", bt_sync_asked_ms(sync));
    set_outlook(sync, json);
    print_json(json);
}

static BtJson *reply_to_json(const BtPushReply *reply)
{
    BtJson *json = new_result("pushed", NULL);
    BtJson *accepted = bt_json_new_array(), *refused = bt_json_new_object();
    for (guint i = 0; i < reply->accepted->len; i++)
        bt_json_append_int(accepted, g_array_index(reply->accepted, gint64, i));
    GHashTableIter iter;
    gpointer id, reason;
    g_hash_table_iter_init(&iter, reply->refused);
    while (g_hash_table_iter_next(&iter, &id, &reason))
        bt_json_set_string(refused, id, reason);
    bt_json_set(json, "accepted", accepted);
    bt_json_set(json, "refused", refused);
    return json;
}

static int push(BtSync *sync, const char *path, gint64 now_ms)
{
    GError *error = NULL;
    BtPushReply reply;
    g_autoptr(GBytes) batch = bt_io_read(path, 1 << 20, &error);
    if (!batch)
        return fail(error);
    BtPatience patience = { 0 };
    gboolean done = bt_sync_push(sync, batch, now_ms, &patience, &reply, &error);
    BtJson *json = done ? reply_to_json(&reply) : new_result("failed", error);
    bt_json_set_int(json, "retry_after_ms", reply.retry_after_ms);
    print_json(json);
    bt_push_reply_clear(&reply);
    g_clear_error(&error);
    return done ? 0 : 1;
}

static int enrol(const Options *o, const BtKey *key, gint64 now_ms)
{
    GError *error = NULL;
    g_autofree char *screen = NULL;
    g_autoptr(GBytes) root = NULL;
    if (!bt_sync_enrol(o->base, o->ca, o->insecure, key, now_ms, &screen, &root, &error))
        return fail(error);
    char code[10];
    BtPublicKey public = bt_key_public(key);
    bt_claim_code(&public, code);
    BtJson *json = new_result(screen ? "adopted" : "waiting", NULL);
    bt_json_set_string(json, "code", code);
    bt_json_set_string(json, "screen", screen);
    bt_json_set_int(json, "root_bytes", root ? (gint64)g_bytes_get_size(root) : 0);
    print_json(json);
    return 0;
}

static void on_hint(gpointer user)
{
    g_atomic_int_inc((gint *)user);
    print_json(new_result("hint", NULL));
}

/* Listens for so long and counts. */
static int listen_for(const BtSyncSource *source, int seconds, guint silence_s)
{
    GError *error = NULL;
    gint n = 0;
    BtHints *hints = bt_hints_new_patient(source, silence_s, on_hint, &n, &error);
    if (!hints)
        return fail(error);
    g_usleep((gulong)seconds * 1000000);
    guint64 bytes = bt_hints_take_bytes(hints);
    bt_hints_free(hints);
    BtJson *json = new_result("listened", NULL);
    bt_json_set_int(json, "hints", g_atomic_int_get(&n));
    bt_json_set_int(json, "bytes", (gint64)bytes);
    print_json(json);
    return 0;
}

static int run(const Options *o)
{
    GError *error = NULL;
    BtClock clock = bt_clock_real();
    gint64 now_ms = bt_clock_wall_ms(&clock);
    if (o->now && !bt_time_parse(o->now, &now_ms, &error))
        return fail(error);
    g_autoptr(BtKey) key = o->key ? bt_key_load(o->key, &error) : NULL;
    if (o->key && !key)
        return fail(error);
    if (o->enrol)
        return enrol(o, key, now_ms);
    BtSyncSource source = { .name = "peer",
        .base = o->base,
        .source_id = "",
        .screen = o->screen,
        .root_path = o->root,
        .root_fingerprint = o->fingerprint,
        .ca_path = o->ca,
        .pin = o->pin,
        .insecure_host = o->insecure,
        .max_bytes_per_s = (guint64)o->rate };
    if (o->hints_s > 0)
        return listen_for(&source, o->hints_s, (guint)o->silence_s);
    g_autoptr(BtCache) cache = bt_cache_open(o->cache, TRUE, &error);
    if (!cache)
        return fail(error);
    g_autoptr(BtSync) sync = bt_sync_new(&source, cache, key, on_event, NULL, &error);
    if (!sync)
        return fail(error);
    bt_sync_set_patience(sync, (guint)o->low_speed_s, o->slice_ms, &error);
    if (error)
        return fail(error);
    if (o->push) {
        int failed = 0;
        for (int i = 0; i < o->rounds; i++)
            failed = push(sync, o->push, now_ms);
        return failed;
    }
    if (o->at != NULL)
        set_budget(sync, o);
    for (int i = 0; i < o->rounds; i++) {
        if (i > 0)
            g_usleep((gulong)o->pause_ms * 1000);
        run_round(sync, o, (guint)i, now_ms);
    }
    return 0;
}

int main(int argc, char **argv)
{
    Options o = { .rounds = 1,
        .low_speed_s = BT_LOW_SPEED_S,
        .silence_s = BT_HINTS_SILENCE_S,
        .slice_ms = BT_SYNC_SLICE_MS };
    const GOptionEntry entries[] = {
        { "base", 0, 0, G_OPTION_ARG_STRING, &o.base, "the source", "URL" },
        { "cache", 0, 0, G_OPTION_ARG_FILENAME, &o.cache, "the cache", "FOLDER" },
        { "screen", 0, 0, G_OPTION_ARG_STRING, &o.screen, "which screen", "ID" },
        { "root", 0, 0, G_OPTION_ARG_FILENAME, &o.root, "the first root", "FILE" },
        { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &o.fingerprint, "of the first root", "HEX" },
        { "ca", 0, 0, G_OPTION_ARG_FILENAME, &o.ca, "a private authority", "FILE" },
        { "pin", 0, 0, G_OPTION_ARG_STRING, &o.pin, "the peer's key", "PIN" },
        { "key", 0, 0, G_OPTION_ARG_FILENAME, &o.key, "of the device", "FILE" },
        { "push", 0, 0, G_OPTION_ARG_FILENAME, &o.push, "send this batch", "FILE" },
        { "enrol", 0, 0, G_OPTION_ARG_NONE, &o.enrol, "greet", NULL },
        { "now", 0, 0, G_OPTION_ARG_STRING, &o.now, "the trusted time", "RFC3339" },
        { "insecure", 0, 0, G_OPTION_ARG_NONE, &o.insecure, "plain http is allowed", NULL },
        { "rounds", 0, 0, G_OPTION_ARG_INT, &o.rounds, "how many", "N" },
        { "low-speed", 0, 0, G_OPTION_ARG_INT, &o.low_speed_s, "patience", "SECONDS" },
        { "slice", 0, 0, G_OPTION_ARG_INT, &o.slice_ms, "of a download", "MS" },
        { "rate", 0, 0, G_OPTION_ARG_INT, &o.rate, "at most", "BYTES" },
        { "pause", 0, 0, G_OPTION_ARG_INT, &o.pause_ms, "between two rounds", "MS" },
        { "at", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.at, "the time of a round, with budgets",
            "RFC3339" },
        { "day", 0, 0, G_OPTION_ARG_INT64, &o.day_bytes, "budget of a day", "BYTES" },
        { "month", 0, 0, G_OPTION_ARG_INT64, &o.month_bytes, "budget of a month", "BYTES" },
        { "heavy-from", 0, 0, G_OPTION_ARG_INT, &o.heavy_from, "films from", "HOUR" },
        { "heavy-until", 0, 0, G_OPTION_ARG_INT, &o.heavy_until, "films until", "HOUR" },
        { "silence", 0, 0, G_OPTION_ARG_INT, &o.silence_s, "of hints, at most", "SECONDS" },
        { "hints", 0, 0, G_OPTION_ARG_INT, &o.hints_s, "listen so long", "SECONDS" },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !o.base || argc != 1) {
        fprintf(stderr, "sync-once: %s\n", error ? error->message : "expected --base URL");
        return 2;
    }
    int status = run(&o);
    char *strings[] = { o.base, o.cache, o.screen, o.root, o.ca, o.pin, o.fingerprint, o.key,
        o.push, o.now };
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_strfreev(o.at);
    return status;
}
