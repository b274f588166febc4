#include "player/show/status.h"

#include <string.h>

/* A heartbeat names so many zones at most, so that its line stays below 2 KB. */
#define HEARTBEAT_MAX_ZONES 4
#define OUTLOOK_MAX_BYTES 4096
#define MAX_CUTS 4 /* for the same reason */

static const char *state_word(const BtShow *show)
{
    static const char *const words[] = { "playing", "safe", "cut", "dark" };
    return show->on_air == NULL ? "starting" : words[show->on_air->kind];
}

static BtJson *frames_json(const BtShow *show)
{
    BtGlassCounts counts = bt_glass_counts(show->glass);
    BtJson *frames = bt_json_new_object();
    bt_json_set_int(frames, "shown", (gint64)counts.shown);
    bt_json_set_int(frames, "late", (gint64)counts.late);
    bt_json_set_int(frames, "dropped", (gint64)counts.dropped);
    return frames;
}

/* A loudspeaker that is not there shows when it is needed, and that is too late. */
static BtJson *sound_json(const BtShow *show)
{
    static const char *const words[] = { "silent", "on", "no-device" };
    BtJson *sound = bt_json_new_object();
    bt_json_set_string(sound, "state", words[bt_sound_state(show->sound)]);
    bt_json_set_int(sound, "volume", show->config->mute ? 0 : show->on_air->volume);
    return sound;
}

static BtJson *display_json(const BtShow *show)
{
    BtJson *display = bt_json_new_object();
    bt_json_set_string(display, "renderer", bt_glass_renderer(show->glass));
    bt_json_set_string(display, "device", bt_glass_device(show->glass));
    bt_json_set_string(display, "why", bt_glass_why(show->glass));
    return display;
}

static BtJson *changes_json(const BtShow *show)
{
    BtSeamCounts counts = bt_seams_counts(show->seams);
    BtJson *changes = bt_json_new_object();
    bt_json_set_int(changes, "count", (gint64)counts.changes);
    bt_json_set_int(changes, "late", (gint64)counts.late);
    bt_json_set_int(changes, "largest_gap_ms", counts.largest_gap_ms);
    bt_json_set_int(changes, "largest_bare_ms", counts.largest_bare_ms);
    return changes;
}

static BtJson *clock_json(const BtShow *show)
{
    BtJson *clock = bt_json_new_object();
    bt_json_set_bool(clock, "trusted", show->time.trusted);
    bt_json_set_int(clock, "offset_ms", bt_timekeeper_error_ms(&show->time));
    return clock;
}

/* Who made the picture go, since when, and who can bring it back. */
static BtJson *cuts_json(const BtShow *show)
{
    BtJson *json = bt_json_new_array();
    const BtInputs *inputs = bt_board_inputs(show->board);
    g_autoptr(GArray) cuts = bt_inputs_cuts_at(inputs, bt_timekeeper_show_ms(&show->time));
    for (guint i = 0; i < MIN(cuts->len, MAX_CUTS); i++) {
        const BtCut *cut = &g_array_index(cuts, BtCut, i);
        BtJson *entry = bt_json_new_object();
        bt_json_set_string(entry, "source", *cut->source ? cut->source : NULL);
        bt_json_set_string(entry, "id", *cut->id ? cut->id : NULL);
        bt_json_set_time(entry, "since", cut->from_ms);
        bt_json_set_string(entry, "ends", *cut->source ? "signature" : "board");
        bt_json_append(json, entry);
    }
    return json;
}

static void set_common(const BtShow *show, BtJson *status, guint max_zones)
{
    gint64 up_ms = bt_timekeeper_show_ms(&show->time) - show->boot_ms;
    bt_json_set_string(status, "state", state_word(show));
    bt_json_set_string(status, "player", BANGTIN_VERSION);
    bt_json_set_int(status, "uptime_s", up_ms / 1000);
    bt_json_set(
        status, "on_air", bt_tracker_on_air(show->tracker, max_zones, max_zones == G_MAXUINT));
    if (show->on_air != NULL && show->on_air->kind == BT_ON_CUT)
        bt_json_set(status, "cuts", cuts_json(show));
    bt_json_set(status, "frames", frames_json(show));
    bt_json_set(status, "sound", sound_json(show));
    bt_json_set(status, "changes", changes_json(show));
}

/* ---- what the disk knows ---- */

/* What sync wrote as JSON. */
static void set_written(BtJson *entry, const char *key, const char *text)
{
    BtJson *json = bt_json_parse(text, strlen(text), "ledger.db", OUTLOOK_MAX_BYTES, 4, NULL);
    if (json != NULL)
        bt_json_set(entry, key, json);
}

/* What a source system ordered, and what waits to be told to it. */
static void set_orders(BtShow *show, guint index, BtJson *entry)
{
    const BtConfigSource *source = g_ptr_array_index(show->config->sources, index);
    const BtInputs *inputs = bt_board_inputs(show->board);
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    BtJson *outbox = bt_json_new_object();
    bt_json_set_int(outbox, "waiting", bt_outbox_waiting(show->reader, source->name));
    bt_json_set(entry, "outbox", outbox);
    bt_json_set_bool(entry, "stopped", bt_inputs_is_stopped(inputs, index, t_ms));
    bt_json_set_bool(entry, "paused", bt_inputs_is_paused(inputs, index, t_ms));
}

static BtJson *source_json(BtShow *show, guint index)
{
    const BtConfigSource *source = g_ptr_array_index(show->config->sources, index);
    BtJson *entry = bt_json_new_object();
    BtSourceState *state = bt_facts_source(show->reader, source->name);
    bt_json_set_string(entry, "id", source->name);
    bt_json_set_string(entry, "kind", bt_source_kind_name(source->kind));
    if (source->kind == BT_SOURCE_FOLDER) {
        bt_json_set_string(entry, "state", "ok");
    } else if (state == NULL) {
        bt_json_set_string(entry, "state", "waiting");
    } else {
        bt_json_set_string(entry, "state", state->state);
        if (*state->message != '\0')
            bt_json_set_string(entry, "message", state->message);
        if (state->last_ok_ms > 0)
            bt_json_set_time(entry, "last_ok", state->last_ok_ms);
        bt_json_set_int(entry, "bytes", state->bytes);
        set_written(entry, "bytes_for", state->purposes);
        set_written(entry, "traffic", state->outlook);
    }
    bt_source_state_free(state);
    BtFloor manifest = { 0 };
    BtInputLedger *ledger = bt_board_ledger(show->board);
    if (ledger != NULL && bt_input_ledger_last_manifest(ledger, source->name, &manifest, NULL))
        bt_json_set_int(entry, "version", manifest.version);
    if (source->kind == BT_SOURCE_TTN)
        set_orders(show, index, entry);
    return entry;
}

static BtJson *sources_json(BtShow *show)
{
    BtJson *sources = bt_json_new_array();
    for (guint i = 0; i < show->config->sources->len; i++)
        bt_json_append(sources, source_json(show, i));
    return sources;
}

static BtJson *cache_json(const BtConfig *config)
{
    BtJson *json = bt_json_new_object();
    BtCacheUse use = { 0 };
    g_autofree char *folder = bt_config_state_path(config, "cache");
    g_autoptr(BtCache) cache = folder == NULL ? NULL : bt_cache_open(folder, FALSE, NULL);
    if (cache != NULL)
        bt_cache_measure(cache, &use, NULL);
    bt_json_set_int(json, "objects", (gint64)use.objects);
    bt_json_set_int(json, "bytes", (gint64)use.bytes);
    bt_json_set_int(json, "quota", (gint64)config->quota_bytes);
    return json;
}

static BtJson *spool_json(BtFacts *facts)
{
    BtJson *json = bt_json_new_object();
    BtSpool spool = { 0, BT_TIME_MAX };
    bt_facts_spool(facts, &spool, NULL);
    bt_json_set_int(json, "waiting", spool.waiting);
    if (spool.oldest_ms == BT_TIME_MAX)
        bt_json_set_string(json, "oldest", NULL);
    else
        bt_json_set_time(json, "oldest", spool.oldest_ms);
    return json;
}

/* Whether what happens can be written down, and if not, why and what waits for it. */
static BtJson *disk_json(BtShow *show)
{
    BtJson *json = bt_json_new_object();
    BtWriterTrouble trouble;
    g_autoptr(GError) failure = NULL;
    BtInputLedger *ledger = bt_board_ledger(show->board);
    bt_writer_trouble(show->writer, &trouble);
    gboolean ok = ledger == NULL || bt_input_ledger_is_usable(ledger, &failure);
    bt_json_set_string(json, "state", trouble.is_failing || !ok ? "failing" : "ok");
    if (trouble.is_failing)
        bt_json_set_time(json, "since", trouble.since_us / 1000);
    if (trouble.is_failing || !ok)
        bt_json_set_string(json, "message", ok ? trouble.message : failure->message);
    bt_json_set_int(json, "kept", trouble.kept);
    bt_json_set_int(json, "lost", (gint64)trouble.lost);
    return json;
}

BtJson *bt_status_json(BtShow *show)
{
    BtJson *status = bt_json_new_object();
    bt_json_set_string(status, "screen", show->config->screen_id);
    set_common(show, status, G_MAXUINT);
    bt_json_set(status, "display", display_json(show));
    bt_json_set(status, "clock", clock_json(show));
    bt_json_set(status, "sources", sources_json(show));
    bt_json_set(status, "cache", cache_json(show->config));
    bt_json_set(status, "spool", spool_json(show->reader));
    bt_json_set(status, "disk", disk_json(show));
    return status;
}

/* ---- heartbeat ---- */

typedef struct {
    const BtConfig *config; /* borrowed: outlives the writer */
    BtMoment at;
    BtJson *body;
} Heartbeat;

/* What a source used, by what sync wrote down of it; 0 where it wrote nothing. */
static gint64 used_bytes(const BtJson *outlook, const char *span)
{
    BtJsonAt at = bt_json_root("", outlook), part, used;
    gint64 bytes = 0;
    if (bt_json_member(&at, span, &part) && bt_json_read_object(&part, NULL) &&
        bt_json_member(&part, "used", &used))
        bt_json_read_int(&used, 0, G_MAXINT64, &bytes, NULL);
    return bytes;
}

/* Of all sources together: a heartbeat has no room for each. */
static BtJson *traffic_json(const BtConfig *config, BtFacts *facts)
{
    gint64 day_bytes = 0, month_bytes = 0;
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        BtSourceState *state = bt_facts_source(facts, source->name);
        const char *text = state != NULL && state->outlook != NULL ? state->outlook : "";
        g_autoptr(BtJson) outlook =
            bt_json_parse(text, strlen(text), "ledger.db", OUTLOOK_MAX_BYTES, 4, NULL);
        if (outlook != NULL) {
            day_bytes += used_bytes(outlook, "day");
            month_bytes += used_bytes(outlook, "month");
        }
        bt_source_state_free(state);
    }
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "day", day_bytes);
    bt_json_set_int(json, "month", month_bytes);
    return json;
}

static gboolean add_heartbeat(BtFacts *facts, gpointer data, GError **error)
{
    Heartbeat *heartbeat = data;
    bt_json_set(heartbeat->body, "cache", cache_json(heartbeat->config));
    bt_json_set(heartbeat->body, "spool", spool_json(facts));
    bt_json_set(heartbeat->body, "traffic", traffic_json(heartbeat->config, facts));
    return bt_facts_add(facts, "state", NULL, &heartbeat->at, bt_json_ref(heartbeat->body), error);
}

static void heartbeat_free(gpointer data)
{
    Heartbeat *heartbeat = data;
    bt_json_unref(heartbeat->body);
    g_free(heartbeat);
}

void bt_status_heartbeat(BtShow *show)
{
    Heartbeat *heartbeat = g_new0(Heartbeat, 1);
    *heartbeat = (Heartbeat){ show->config, bt_show_moment(show), bt_json_new_object() };
    set_common(show, heartbeat->body, HEARTBEAT_MAX_ZONES);
    bt_json_set_int(heartbeat->body, "brightness", (gint64)bt_glass_brightness(show->glass));
    bt_writer_post(show->writer, add_heartbeat, heartbeat, heartbeat_free);
}
