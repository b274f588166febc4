/* Reads a scenario (a small JSON file that schedule_oracle.py writes) and prints what the schedule
 * makes of it: the rundown, and fresh answers at the instants in "probes". Times are milliseconds
 * since 1970. A ticker's text is 11 px a code point. */
#include "base/io.h"
#include "base/json.h"
#include "playlists/schedule/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCENARIO_MAX_BYTES (16 * 1024 * 1024)
#define MEASURE_PX 11

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    gint64 sum = 0;
    (void)user;
    for (guint k = 0; k < bt_item_count_texts(item, zone); k++)
        sum += MEASURE_PX * g_utf8_strlen(bt_item_text(item, zone, k)->body, -1);
    return sum;
}

static void or_die(gboolean ok, GError *error)
{
    if (ok)
        return;
    fprintf(stderr, "schedule-dump: %s\n", error ? error->message : "bad scenario");
    exit(1);
}

/* ---- reading ---- */

static gint64 get_int(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    gint64 value = 0;
    GError *error = NULL;
    or_die(bt_json_require(object, key, &at, &error) &&
            bt_json_read_int(&at, G_MININT64, G_MAXINT64, &value, &error),
        error);
    return value;
}

static const char *get_string(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    GError *error = NULL;
    const char *text = NULL;
    or_die(bt_json_require(object, key, &at, &error) &&
            (text = bt_json_read_string(&at, 0, G_MAXINT, &error)),
        error);
    return text;
}

static gint64 get_element(const BtJsonAt *array, gsize i)
{
    BtJsonAt at = bt_json_element(array, i);
    gint64 value = 0;
    GError *error = NULL;
    or_die(bt_json_read_int(&at, G_MININT64, G_MAXINT64, &value, &error), error);
    return value;
}

typedef void (*Each)(BtInputs *inputs, guint source, const BtJsonAt *at);

static void for_each(
    BtInputs *inputs, guint source, const BtJsonAt *object, const char *key, Each each)
{
    BtJsonAt array;
    if (!bt_json_member(object, key, &array))
        return;
    for (gsize i = 0; i < bt_json_length(&array); i++) {
        BtJsonAt at = bt_json_element(&array, i);
        each(inputs, source, &at);
    }
}

static BtManifest *get_manifest(const BtJsonAt *entry)
{
    BtJsonAt at;
    GError *error = NULL;
    if (!bt_json_member(entry, "manifest", &at))
        return NULL;
    g_autofree char *text = bt_json_to_text(at.value, FALSE);
    BtManifest *manifest = bt_manifest_parse(text, strlen(text), "scenario", &error);
    or_die(manifest != NULL, error);
    return manifest;
}

static void add_manifest(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    g_autoptr(BtManifest) manifest = get_manifest(at);
    bt_inputs_add_manifest(inputs, source, manifest, get_string(at, "sha256"), get_int(at, "from"));
}

static void add_alert(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    g_autoptr(BtManifest) manifest = get_manifest(at);
    bt_inputs_add_alert(inputs, source, manifest, get_string(at, "sha256"), get_int(at, "from"));
}

static void add_denial(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    bt_inputs_add_denial(inputs, source, get_string(at, "sha256"), get_int(at, "from"));
}

static void add_set_aside(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    bt_inputs_add_set_aside(
        inputs, source, get_string(at, "what"), get_int(at, "from"), get_int(at, "until"));
}

static void add_lapse(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    bt_inputs_add_lapse(inputs, source, get_int(at, "from"));
}

static void add_stop(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    bt_inputs_add_stop(inputs, source, get_element(at, 0), get_element(at, 1));
}

static void add_pause(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    bt_inputs_add_pause(inputs, source, get_element(at, 0), get_element(at, 1));
}

static void add_cut(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    (void)source;
    bt_inputs_add_cut(inputs, get_element(at, 0), get_element(at, 1));
}

static void add_safe(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    (void)source;
    bt_inputs_add_safe(inputs, get_element(at, 0), get_element(at, 1));
}

static void add_darken(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    (void)source;
    bt_inputs_add_darken(inputs, get_element(at, 0), get_element(at, 1));
}

static void add_untrusted(BtInputs *inputs, guint source, const BtJsonAt *at)
{
    (void)source;
    bt_inputs_add_untrusted(inputs, get_element(at, 0), get_element(at, 1));
}

static void add_source(BtInputs *inputs, guint unused, const BtJsonAt *at)
{
    BtJsonAt list;
    BtRect rects[16];
    guint n_rects = 0;
    (void)unused;
    if (bt_json_member(at, "rects", &list)) {
        for (gsize i = 0; i < MIN(G_N_ELEMENTS(rects), bt_json_length(&list)); i++) {
            BtJsonAt r = bt_json_element(&list, i);
            rects[n_rects++] = (BtRect){ (int)get_element(&r, 0), (int)get_element(&r, 1),
                (int)get_element(&r, 2), (int)get_element(&r, 3) };
        }
    }
    guint source = bt_inputs_add_source(
        inputs, get_string(at, "name"), (guint)get_int(at, "classes"), rects, n_rects);
    for_each(inputs, source, at, "manifests", add_manifest);
    for_each(inputs, source, at, "alerts", add_alert);
    for_each(inputs, source, at, "denials", add_denial);
    for_each(inputs, source, at, "set_asides", add_set_aside);
    for_each(inputs, source, at, "lapses", add_lapse);
    for_each(inputs, source, at, "stops", add_stop);
    for_each(inputs, source, at, "pauses", add_pause);
}

static void set_on(BtInputs *inputs, const BtJsonAt *root)
{
    BtJsonAt list;
    BtTimes times[16];
    guint n = 0;
    if (!bt_json_member(root, "on", &list))
        return;
    for (gsize i = 0; i < MIN(G_N_ELEMENTS(times), bt_json_length(&list)); i++) {
        BtJsonAt pair = bt_json_element(&list, i);
        times[n++] = (BtTimes){ (int)get_element(&pair, 0), (int)get_element(&pair, 1) };
    }
    bt_inputs_set_on_windows(inputs, times, n);
}

/* ---- writing ---- */

static void print_rows(BtJson *out, const BtInputs *inputs, const BtJsonAt *root)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows =
        bt_rundown(inputs, get_int(root, "from"), get_int(root, "to"), NULL, measure, NULL, &error);
    or_die(rows != NULL, error);
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < rows->len; i++) {
        const BtRundownRow *row = rows->pdata[i];
        BtJson *json = bt_json_new_object();
        bt_json_set_int(json, "start", row->start_ms);
        bt_json_set_int(json, "end", row->end_ms);
        bt_json_set_string(json, "zone", row->zone);
        bt_json_set_string(json, "item", row->item);
        bt_json_set_string(json, "programme", row->programme);
        bt_json_set_string(json, "source", row->source);
        bt_json_set_string(json, "class", row->item ? bt_class_name(row->cls) : NULL);
        bt_json_set_bool(json, "resumed", row->resumed);
        bt_json_set_string(json, "reason", row->reason);
        bt_json_append(list, json);
    }
    bt_json_set(out, "rows", list);
}

static BtJson *zone_to_json(const BtOnZone *zone)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "zone", zone->zone->id);
    bt_json_set_string(json, "item", zone->item ? zone->item->id : NULL);
    bt_json_set_int(json, "start", zone->start_ms);
    bt_json_set_int(json, "end", zone->end_ms);
    bt_json_set_string(json, "previous", zone->previous ? zone->previous->id : NULL);
    return json;
}

static BtJson *answer_to_json(gint64 at_ms, const BtOnAir *on)
{
    static const char *const kinds[] = { "programme", "safe", "cut", "off" };
    BtJson *json = bt_json_new_object(), *zones = bt_json_new_array();
    bt_json_set_int(json, "at", at_ms);
    bt_json_set_int(json, "until", on->until_ms);
    bt_json_set_string(json, "kind", kinds[on->kind]);
    bt_json_set_string(json, "programme", on->programme ? on->programme->id : NULL);
    bt_json_set_int(json, "brightness", on->brightness);
    for (guint z = 0; on->zones && z < on->zones->len; z++)
        bt_json_append(zones, zone_to_json(&g_array_index(on->zones, BtOnZone, z)));
    bt_json_set(json, "zones", zones);
    return json;
}

static void print_probes(BtJson *out, const BtInputs *inputs, const BtJsonAt *root)
{
    BtJsonAt probes;
    BtJson *list = bt_json_new_array();
    if (bt_json_member(root, "probes", &probes)) {
        for (gsize i = 0; i < bt_json_length(&probes); i++) {
            gint64 at_ms = get_element(&probes, i);
            g_autoptr(BtOnAir) on = bt_schedule_at(inputs, at_ms, measure, NULL);
            bt_json_append(list, answer_to_json(at_ms, on));
        }
    }
    bt_json_set(out, "probes", list);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    if (argc != 2)
        return 2;
    g_autoptr(GBytes) bytes = bt_io_read(argv[1], SCENARIO_MAX_BYTES, &error);
    or_die(bytes != NULL, error);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(BtJson) scenario = bt_json_parse(data, size, argv[1], SCENARIO_MAX_BYTES, 32, &error);
    or_die(scenario != NULL, error);
    BtJsonAt root = bt_json_root(argv[1], scenario);
    g_autoptr(BtInputs) inputs = bt_inputs_new();
    for_each(inputs, 0, &root, "sources", add_source);
    for_each(inputs, 0, &root, "cuts", add_cut);
    for_each(inputs, 0, &root, "safes", add_safe);
    for_each(inputs, 0, &root, "darkens", add_darken);
    for_each(inputs, 0, &root, "untrusted", add_untrusted);
    set_on(inputs, &root);
    g_autoptr(BtJson) out = bt_json_new_object();
    print_rows(out, inputs, &root);
    print_probes(out, inputs, &root);
    g_autofree char *text = bt_json_to_text(out, FALSE);
    puts(text);
    return 0;
}
