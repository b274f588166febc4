#include "tests/unit/bare-fixture.h"
#include "tests/unit/tree.h"

void bare_open_ledger(BareCase *c)
{
    g_autofree char *path = g_build_filename(c->folder, "inputs.db", NULL);
    g_clear_pointer(&c->ledger, bt_input_ledger_close);
    c->ledger = bt_input_ledger_open(path, TRUE, NULL);
}

void bare_set_up(BareCase *c, gconstpointer data)
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
    c->now_ms = BARE_T0;
    bare_open_ledger(c);
}

void bare_tear_down(BareCase *c, gconstpointer data)
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

const BareSpec bare_good = { "tinh", "s1", "ordinary", "2026-12-22T00:00:00Z", 1 };
const BareSpec bare_good_alert = { "tinh", "s1", "emergency", "2026-11-24T12:00:00Z", 1 };

/* One clock of 30 s, "vVERSION", for ever. (transfer full) */
char *bare_text_of(const BareSpec *spec)
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

void bare_put_text(BareCase *c, const char *source, const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    g_assert_true(bt_cache_write_document(c->cache, source, name, bytes, NULL));
}

void bare_put_bytes(BareCase *c, const char *source, const char *ready, GBytes *bytes,
    char sha256[BT_HASH_HEX_SIZE])
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    bt_hash_data(data, size_bytes, sha256);
    g_assert_true(bt_cache_add_object(c->cache, sha256, bytes, NULL));
    bare_put_text(c, source, ready, sha256);
}

void bare_put(BareCase *c, const char *source, const char *ready, const BareSpec *spec)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *text = bare_text_of(spec);
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    bare_put_bytes(c, source, ready, bytes, sha256);
}

/* ---- the look of show ---- */

static void on_event(const BtActivationNews *news, gpointer user)
{
    BareCase *c = user;
    gboolean is_hash = bt_hash_is_hex(news->what);
    g_string_append_printf(c->events, "%s%s%s%s%s\n", news->type, *news->code ? " " : "",
        news->code, is_hash ? "" : " ", is_hash ? "" : news->what);
}

static void on_command(BtVerb verb, gint64 until_ms, gpointer user)
{
    (void)until_ms;
    g_string_append_printf(((BareCase *)user)->events, "to do: %s\n", bt_verb_name(verb));
}

static gint64 at_once(const BtManifest *in_time, gpointer user)
{
    (void)in_time;
    return ((BareCase *)user)->now_ms;
}

static void items_on_air(BtOrderItems *items, gpointer user)
{
    bt_order_items_set(items, ((BareCase *)user)->on_air);
}

/* Looks, and checks what happened. */
void bare_look(BareCase *c, const char *expected)
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

static BtInputs *load(BareCase *c)
{
    BtLedgerSource sources[2];
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        sources[i] = bt_config_ledger_source(g_ptr_array_index(c->config->sources, i), NULL);
    return bt_inputs_load(c->ledger, c->cache, "s1", sources, 2, c->now_ms - BT_HOUR_MS, NULL);
}

/* What is on, by what was written down, that many seconds after BARE_T0. */
void bare_check_on(BareCase *c, gint64 at_s, const char *expected)
{
    static const char *const kinds[] = { "programme", "safe", "cut", "dark" };
    g_autoptr(BtInputs) inputs = load(c);
    g_clear_pointer(&c->on_air, bt_on_air_free);
    c->now_ms = BARE_T0 + at_s * 1000;
    c->on_air = bt_schedule_at(inputs, c->now_ms, measure, NULL);
    const char *found = kinds[c->on_air->kind];
    if (c->on_air->kind == BT_ON_PROGRAMME) {
        const BtItem *item = g_array_index(c->on_air->zones, BtOnZone, 0).item;
        found = item == NULL ? "-" : item->id;
    }
    g_assert_cmpstr(found, ==, expected);
}
