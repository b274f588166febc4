/* Sources that cannot sign: what of them counts all the same, and what never does. The signed
 * source "kp" stands beside the source system "tinh"; what a network half would leave in the cache
 * is put there by the test. */
#include "player/board/activation.h"
#include "tests/unit/trust-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */

typedef struct {
    Fixture trust;
    char *folder;
    BtConfig *config;
    BtCache *cache;
    BtInputLedger *ledger;
    GString *events; /* "TYPE CODE: WHAT\n" each */
    BtOnAir *on_air; /* for skips; NULL */
    gint64 now_ms;
    gint64 signed_issued_ms; /* what vouches for the clock: no unsigned document */
} Case;

static void open_ledger(Case *c)
{
    g_autofree char *path = g_build_filename(c->folder, "inputs.db", NULL);
    g_clear_pointer(&c->ledger, bt_input_ledger_close);
    c->ledger = bt_input_ledger_open(path, TRUE, NULL);
}

static void set_up(Case *c, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fix_set_up(&c->trust, data);
    c->folder = g_dir_make_tmp("bangtin-bare-XXXXXX", NULL);
    g_autofree char *root_path = g_build_filename(c->folder, "1.json", NULL);
    g_autofree char *path = g_build_filename(c->folder, "player.conf", NULL);
    g_autofree char *text =
        g_strdup_printf("[screen]\nid=s1\nstate=%s/state\n[source kp]\nbase=https://e.vn\nroot=%s\n"
                        "[source tinh]\nbase=https://t.vn\nclasses=priority;ordinary;filler\n",
            c->folder, root_path);
    g_autoptr(GBytes) root = fix_sealed_root(&c->trust, &fix_root_1, "RS");
    gsize size_bytes;
    const char *bytes = g_bytes_get_data(root, &size_bytes);
    g_assert_true(g_file_set_contents(root_path, bytes, (gssize)size_bytes, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    c->config = bt_config_read(path, &error);
    g_assert_no_error(error);
    ((BtConfigSource *)g_ptr_array_index(c->config->sources, 1))->kind = BT_SOURCE_TTN;
    g_autofree char *cache = g_build_filename(c->folder, "cache", NULL);
    c->cache = bt_cache_open(cache, TRUE, NULL);
    c->events = g_string_new(NULL);
    c->now_ms = T0;
    open_ledger(c);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    g_remove(path);
}

static void tear_down(Case *c, gconstpointer data)
{
    bt_input_ledger_close(c->ledger);
    bt_cache_close(c->cache);
    bt_config_free(c->config);
    g_clear_pointer(&c->on_air, bt_on_air_free);
    g_string_free(c->events, TRUE);
    remove_tree(c->folder);
    g_free(c->folder);
    fix_tear_down(&c->trust, data);
}

/* ---- what is in the cache ---- */

typedef struct {
    const char *source, *screen, *class, *expires;
    int version;
} Spec;

static const Spec good = { "tinh", "s1", "ordinary", "2026-12-22T00:00:00Z", 1 };
static const Spec good_alert = { "tinh", "s1", "emergency", "2026-11-24T12:00:00Z", 1 };

/* One clock of 30 s, "vVERSION", for ever. (transfer full) */
static char *text_of(const Spec *spec)
{
    return g_strdup_printf(
        "{\"spec\":1,\"source\":\"%s\",\"version\":%d,\"issued\":\"2026-11-23T23:00:00Z\","
        "\"expires\":\"%s\",\"screens\":[\"%s\"],\"timezone\":\"UTC\",\"layouts\":[{\"id\":\"l\","
        "\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],\"playlists\":["
        "{\"id\":\"p\",\"items\":[{\"id\":\"v%d\",\"kind\":\"clock\",\"duration_ms\":30000}]}],"
        "\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"%s\",\"zones\":{\"z\":\"p\"}}]"
        "}",
        spec->source, spec->version, spec->expires, spec->screen, spec->version, spec->class);
}

static void put_text(Case *c, const char *source, const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    g_assert_true(bt_cache_write_document(c->cache, source, name, bytes, NULL));
}

static void put_bytes(
    Case *c, const char *source, const char *ready, GBytes *bytes, char sha256[BT_HASH_HEX_SIZE])
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    bt_hash_data(data, size_bytes, sha256);
    g_assert_true(bt_cache_add_object(c->cache, sha256, bytes, NULL));
    put_text(c, source, ready, sha256);
}

static void put(Case *c, const char *source, const char *ready, const Spec *spec)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *text = text_of(spec);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    put_bytes(c, source, ready, bytes, sha256);
}

/* ---- the look of show ---- */

static void on_event(const BtActivationNews *news, gpointer user)
{
    Case *c = user;
    gboolean is_hash = bt_hash_is_hex(news->what);
    g_string_append_printf(c->events, "%s%s%s%s%s\n", news->type, *news->code ? " " : "",
        news->code, is_hash ? "" : " ", is_hash ? "" : news->what);
}

static void on_command(BtVerb verb, gint64 until_ms, gpointer user)
{
    (void)until_ms;
    g_string_append_printf(((Case *)user)->events, "to do: %s\n", bt_verb_name(verb));
}

static gint64 at_once(const BtManifest *in_time, gpointer user)
{
    (void)in_time;
    return ((Case *)user)->now_ms;
}

static void items_on_air(BtOrderItems *items, gpointer user)
{
    bt_order_items_set(items, ((Case *)user)->on_air);
}

/* Looks, and checks what happened. */
static void look(Case *c, const char *expected)
{
    BtActivation activation = { .config = c->config,
        .cache = c->cache,
        .ledger = c->ledger,
        .t_ms = c->now_ms,
        .trusted_now_ms = c->now_ms,
        .instant_of_change = at_once,
        .items_on_air = items_on_air,
        .on_event = on_event,
        .on_command = on_command,
        .user = c };
    g_string_truncate(c->events, 0);
    bt_activate(&activation);
    g_assert_cmpint(activation.newest_issued_ms, ==, c->signed_issued_ms);
    g_assert_cmpstr(c->events->str, ==, expected);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static BtInputs *load(Case *c)
{
    BtLedgerSource sources[2];
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        sources[i] = bt_config_ledger_source(g_ptr_array_index(c->config->sources, i), NULL);
    return bt_inputs_load(c->ledger, c->cache, "s1", sources, 2, c->now_ms - BT_HOUR_MS, NULL);
}

/* What is on, by what was written down, that many seconds after T0. */
static void check_on(Case *c, gint64 at_s, const char *expected)
{
    static const char *const kinds[] = { "programme", "safe", "cut", "dark" };
    g_autoptr(BtInputs) inputs = load(c);
    g_clear_pointer(&c->on_air, bt_on_air_free);
    c->now_ms = T0 + at_s * 1000;
    c->on_air = bt_schedule_at(inputs, c->now_ms, measure, NULL);
    const char *found = kinds[c->on_air->kind];
    if (c->on_air->kind == BT_ON_PROGRAMME) {
        const BtItem *item = g_array_index(c->on_air->zones, BtOnZone, 0).item;
        found = item == NULL ? "-" : item->id;
    }
    g_assert_cmpstr(found, ==, expected);
}

/* ---- documents ---- */

static void test_counts(Case *c, gconstpointer data)
{
    (void)data;
    Spec second = good;
    second.version = 2;
    put(c, "tinh", "manifest.ready", &good);
    look(c, "activated\n");
    look(c, "");
    check_on(c, 1, "v1");
    put(c, "tinh", "manifest.ready", &second);
    look(c, "activated\n");
    open_ledger(c);
    check_on(c, 2, "v2");
}

/* Signed documents say what time it surely is, also beside unsigned ones. */
static void test_signed_beside(Case *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    Spec spec = good;
    spec.source = "kp";
    g_autofree char *text = text_of(&spec);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "manifest", text, "P");
    put_bytes(c, "kp", "manifest.ready", envelope, sha256);
    put(c, "tinh", "manifest.ready", &good);
    c->signed_issued_ms = T0 - BT_HOUR_MS;
    look(c, "activated\nactivated\n");
}

static const struct {
    const char *name;
    Spec spec;
    const char *event;
} refused[] = {
    { "another-screen", { "tinh", "s2", "ordinary", "2026-12-22T00:00:00Z", 9 }, "wrong-screen" },
    { "another-source", { "kp", "s1", "ordinary", "2026-12-22T00:00:00Z", 9 }, "wrong-screen" },
    { "emergency", { "tinh", "s1", "emergency", "2026-12-22T00:00:00Z", 9 }, "ceiling" },
    { "expired", { "tinh", "s1", "ordinary", "2026-11-23T23:30:00Z", 9 }, "expired" },
    { "older", { "tinh", "s1", "ordinary", "2026-12-22T00:00:00Z", 4 }, "rollback" },
    { "same-version", { "tinh", "s1", "filler", "2026-12-22T00:00:00Z", 5 }, "conflict" },
};

static void test_refused(Case *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    Spec before = good;
    before.version = 5;
    put(c, "tinh", "manifest.ready", &before);
    look(c, "activated\n");
    put(c, "tinh", "manifest.ready", &refused[i].spec);
    g_autofree char *expected = g_strdup_printf("refused %s\n", refused[i].event);
    look(c, expected);
    check_on(c, 1, "v5");
}

static const struct {
    const char *name;
    Spec spec;
    const char *event;
} alerts[] = {
    { "ordinary", { "tinh", "s1", "ordinary", "2026-11-24T12:00:00Z", 9 }, "ceiling" },
    { "for-days", { "tinh", "s1", "emergency", "2026-11-26T00:00:00Z", 9 }, "limit" },
    { "another-screen", { "tinh", "s2", "emergency", "2026-11-24T12:00:00Z", 9 }, "wrong-screen" },
};

static void test_alert_refused(Case *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    put(c, "tinh", "alert.ready", &alerts[i].spec);
    g_autofree char *expected = g_strdup_printf("refused %s\n", alerts[i].event);
    look(c, expected);
    check_on(c, 1, "safe");
}

/* The ceiling of the configuration decides: without "emergency" no alert is seen. */
static void test_alert(Case *c, gconstpointer data)
{
    (void)data;
    BtConfigSource *source = g_ptr_array_index(c->config->sources, 1);
    put(c, "tinh", "alert.ready", &good_alert);
    look(c, "alert\n");
    check_on(c, 1, "safe");
    source->classes |= 1u << BT_CLASS_EMERGENCY;
    check_on(c, 2, "v1");
    put_text(c, "tinh", "alert.ready", "");
    look(c, "alert\n");
    check_on(c, 3, "safe");
}

static void test_above_the_ceiling(Case *c, gconstpointer data)
{
    (void)data;
    Spec spec = good;
    spec.class = "requisition";
    put(c, "tinh", "manifest.ready", &spec);
    look(c, "activated\n");
    check_on(c, 1, "safe");
    ((BtConfigSource *)g_ptr_array_index(c->config->sources, 1))->classes |= 1u
        << BT_CLASS_REQUISITION;
    check_on(c, 2, "v1");
}

/* Without an envelope from one that signs: whoever can write the cache would speak. */
static void test_bare_for_signed(Case *c, gconstpointer data)
{
    (void)data;
    Spec spec = good;
    spec.source = "kp";
    put(c, "kp", "manifest.ready", &spec);
    look(c, "refused limit\n"); /* an envelope is never so deep */
    check_on(c, 1, "safe");
}

/* Nor by the ledger, when it is loaded. */
static void test_bare_for_signed_in_ledger(Case *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    Spec spec = good;
    spec.source = "kp";
    g_autofree char *text = text_of(&spec);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    put_bytes(c, "kp", "ignored", bytes, sha256);
    g_assert_true(bt_input_ledger_add_manifest(c->ledger, "kp", sha256, 1, T0, NULL));
    check_on(c, 1, "safe");
}

static void test_envelope_for_bare(Case *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *text = text_of(&good);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "manifest", text, "P");
    put_bytes(c, "tinh", "manifest.ready", envelope, sha256);
    look(c, "refused invalid\n");
    check_on(c, 1, "safe");
}

/* What cannot be read any more counts as denied: the older one does not come back. */
static void test_rotten(Case *c, gconstpointer data)
{
    (void)data;
    char sha256[BT_HASH_HEX_SIZE];
    Spec second = good;
    second.version = 2;
    put(c, "tinh", "manifest.ready", &good);
    look(c, "activated\n");
    c->now_ms = T0 + 10000;
    g_autofree char *text = text_of(&second);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    put_bytes(c, "tinh", "manifest.ready", bytes, sha256);
    look(c, "activated\n");
    g_autofree char *path = g_strdup_printf("%s/cache/objects/%.2s/%s", c->folder, sha256, sha256);
    g_chmod(path, 0600);
    g_assert_true(g_file_set_contents(path, "rotten", -1, NULL));
    check_on(c, 9, "v1");
    check_on(c, 10, "safe");
}

static void test_lapse(Case *c, gconstpointer data)
{
    (void)data;
    put(c, "tinh", "manifest.ready", &good);
    look(c, "activated\n");
    g_assert_true(bt_input_ledger_add_lapse(c->ledger, "tinh", T0 + 5000, NULL));
    check_on(c, 4, "v1");
    check_on(c, 5, "safe");
}

/* ---- orders ---- */

/* Each as "ID VERB VALUE SECOND". */
static void order(Case *c, const char *const *orders)
{
    g_autoptr(GString) text = g_string_new("{\"orders\":[");
    for (guint i = 0; orders[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(orders[i], " ", -1);
        g_autofree char *at = bt_time_format(T0 + g_ascii_strtoll(words[3], NULL, 10) * 1000);
        g_string_append_printf(text, "%s{\"id\":\"%s\",\"verb\":\"%s\",\"value\":%s,\"at\":\"%s\"}",
            i > 0 ? "," : "", words[0], words[1], words[2], at);
    }
    g_string_append(text, "]}");
    put_text(c, "tinh", "orders.json", text->str);
}

#define ORDER(c, ...) order(c, (const char *const[]){ __VA_ARGS__, NULL })

static void begin(Case *c)
{
    put(c, "tinh", "manifest.ready", &good);
    look(c, "activated\n");
    check_on(c, 0, "v1");
}

static void test_stop(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    check_on(c, 10, "v1");
    ORDER(c, "o1 stop 0 10");
    look(c, "command o1\n");
    check_on(c, 10, "safe");
    check_on(c, 90000, "safe");
    c->now_ms = T0 + 20000;
    ORDER(c, "o1 stop 0 10", "o2 resume 0 20");
    look(c, "command o2\n");
    open_ledger(c);
    check_on(c, 19, "safe");
    check_on(c, 20, "v1");
    look(c, "");
}

/* In one look they count in their order. */
static void test_at_once(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    check_on(c, 10, "v1");
    ORDER(c, "o1 stop 0 1", "o2 resume 0 2", "o3 stop 0 3");
    look(c, "command o1\ncommand o2\ncommand o3\n");
    check_on(c, 10, "safe");
    ORDER(c, "o4 resume 0 4", "o5 stop 0 5", "o6 resume 0 6");
    check_on(c, 20, "safe");
    look(c, "command o4\ncommand o5\ncommand o6\n");
    check_on(c, 20, "v1");
}

/* The loop of one item of 30 s began at T0; its picture stands still meanwhile. */
static void test_pause(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    check_on(c, 40, "v1");
    ORDER(c, "o1 pause 0 40");
    look(c, "command o1\n");
    check_on(c, 70, "v1");
    g_assert_cmpint(c->on_air->frozen_ms, ==, T0 + 40000);
    c->now_ms = T0 + 80000;
    ORDER(c, "o2 resume 0 80");
    look(c, "command o2\n");
    check_on(c, 80, "v1");
    g_assert_cmpint(c->on_air->frozen_ms, ==, 0);
}

/* What was replaced hours ago is still what stands there. */
static void test_long_pause(Case *c, gconstpointer data)
{
    (void)data;
    Spec second = good;
    begin(c);
    check_on(c, 40, "v1");
    ORDER(c, "o1 pause 0 40");
    look(c, "command o1\n");
    second.version = 2;
    c->now_ms = T0 + 60000;
    put(c, "tinh", "manifest.ready", &second);
    look(c, "activated\n");
    c->now_ms = T0 + 5 * BT_HOUR_MS;
    check_on(c, 5 * 3600, "v1");
}

/* Until the end of its occurrence; what is not of this source is not touched. */
static void test_skip(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    check_on(c, 10, "v1");
    ORDER(c, "o1 skip 0 10");
    look(c, "command o1\n");
    check_on(c, 10, "safe");
    check_on(c, 29, "safe");
    check_on(c, 30, "v1");
    g_free(c->on_air->source_name);
    c->on_air->source_name = g_strdup("kp");
    ORDER(c, "o2 skip 0 30");
    look(c, "command o2\n");
    check_on(c, 31, "v1");
}

static void test_volume(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    int before = c->on_air->volume;
    ORDER(c, "o1 volume 35 0");
    look(c, "command o1\n");
    check_on(c, 1, "v1");
    g_assert_cmpint(c->on_air->volume, ==, 35);
    ORDER(c, "o1 volume 35 0", "o2 volume 60 1", "o3 volume 12 1");
    look(c, "command o2\ncommand o3\n");
    open_ledger(c);
    check_on(c, 2, "v1");
    g_assert_cmpint(c->on_air->volume, ==, 12);
    /* What another source shows is not this one's. */
    ORDER(c, "o4 stop 0 2");
    look(c, "command o4\n");
    check_on(c, 3, "safe");
    g_assert_cmpint(c->on_air->volume, ==, before);
}

static void test_restart(Case *c, gconstpointer data)
{
    (void)data;
    ORDER(c, "o1 restart 0 0");
    look(c, "command o1\nto do: restart\n");
    look(c, "");
    open_ledger(c);
    look(c, "");
}

/* Told once, and looked at again: by a better clock it may count. */
static void test_when(Case *c, gconstpointer data)
{
    (void)data;
    begin(c);
    c->now_ms = T0 + 100000 * 1000;
    ORDER(c, "old stop 0 1", "late skip 0 90000", "early stop 0 101000", "good volume 5 99000");
    look(c, "refused expired old\nrefused expired late\nrefused expired early\ncommand good\n");
    look(c, "");
    check_on(c, 100000, "v1");
    c->now_ms = T0 + 101000 * 1000;
    look(c, "command early\n");
    check_on(c, 101000, "safe");
    /* One that was taken is not refused when it has grown old. */
    c->now_ms = T0 + 200000 * 1000;
    look(c, "");
}

static const struct {
    const char *name, *text, *code;
} bad_orders[] = {
    { "no-object", "[]", "invalid" },
    { "no-json", "{\"orders\":[", "syntax" },
    { "unknown-key", "{\"orders\":[],\"more\":1}", "invalid" },
    { "unknown-key-of-one",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\",\"who\":1}]}",
        "invalid" },
    { "unknown-verb",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"reboot\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "volume-of-101",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"volume\",\"value\":101,"
        "\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "volume-of-none",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"volume\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "bad-id", "{\"orders\":[{\"id\":\"a b\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "id-twice",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"},"
        "{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "no-time", "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\"}]}", "invalid" },
};

static void test_bad_orders(Case *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *expected = g_strdup_printf("refused %s orders.json\n", bad_orders[i].code);
    begin(c);
    put_text(c, "tinh", "orders.json", bad_orders[i].text);
    look(c, expected);
    check_on(c, 1, "v1");
}

static void test_too_many(Case *c, gconstpointer data)
{
    (void)data;
    g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i <= BT_ORDERS_MAX; i++)
        g_ptr_array_add(orders, g_strdup_printf("o%u stop 0 0", i));
    g_ptr_array_add(orders, NULL);
    order(c, (const char *const *)orders->pdata);
    look(c, "refused limit orders.json\n");
}

/* A source that signs has its own commands, and a folder or a file beside it gives none. */
static void test_orders_for_signed(Case *c, gconstpointer data)
{
    (void)data;
    put_text(c, "kp", "orders.json",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"restart\",\"at\":\"2026-11-24T00:00:00Z\"}]}");
    look(c, "");
}

#define ADD(name, function) g_test_add("/bare/" name, Case, NULL, set_up, function, tear_down)
#define ADD_TABLE(prefix, table, function)                                                         \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        g_autofree char *name = g_strconcat("/bare/" prefix "/", table[i].name, NULL);             \
        g_test_add(name, Case, GUINT_TO_POINTER(i), set_up, function, tear_down);                  \
    }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("counts", test_counts);
    ADD("signed-beside", test_signed_beside);
    ADD_TABLE("refused", refused, test_refused)
    ADD_TABLE("alert-refused", alerts, test_alert_refused)
    ADD("alert", test_alert);
    ADD("above-the-ceiling", test_above_the_ceiling);
    ADD("bare-for-signed", test_bare_for_signed);
    ADD("bare-for-signed-in-ledger", test_bare_for_signed_in_ledger);
    ADD("envelope-for-bare", test_envelope_for_bare);
    ADD("rotten", test_rotten);
    ADD("lapse", test_lapse);
    ADD("orders/stop", test_stop);
    ADD("orders/at-once", test_at_once);
    ADD("orders/pause", test_pause);
    ADD("orders/long-pause", test_long_pause);
    ADD("orders/skip", test_skip);
    ADD("orders/volume", test_volume);
    ADD("orders/restart", test_restart);
    ADD("orders/when", test_when);
    ADD_TABLE("orders/bad", bad_orders, test_bad_orders)
    ADD("orders/too-many", test_too_many);
    ADD("orders/for-signed", test_orders_for_signed);
    return g_test_run();
}
