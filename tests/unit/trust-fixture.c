#include "tests/unit/trust-fixture.h"

#include <string.h>

BtKey *fix_key_of(const Fixture *f, char letter)
{
    return f->keys[strchr(LETTERS, letter) - LETTERS];
}

char *fix_id_of(const Fixture *f, char letter)
{
    char *id = g_malloc(BT_HASH_HEX_SIZE);
    BtPublicKey key = bt_key_public(fix_key_of(f, letter));
    bt_public_key_id(&key, id);
    return id;
}

GBytes *fix_bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

/* `text` as a document of `role`, signed by the keys of these letters, in this order. */
GBytes *fix_seal(const Fixture *f, const char *role, const char *text, const char *letters)
{
    BtKey *keys[20];
    g_autoptr(GBytes) payload = fix_bytes_of(text);
    guint n = (guint)strlen(letters);
    for (guint i = 0; i < n; i++)
        keys[i] = fix_key_of(f, letters[i]);
    return bt_envelope_seal(role, payload, keys, n);
}

/* ---- roots ---- */

const RootSpec fix_root_1 = { 1, "kp", "RST", 2, "2027-11-22T00:00:00Z" };

static void add_key(const Fixture *f, GString *text, char letter)
{
    BtPublicKey key = bt_key_public(fix_key_of(f, letter));
    g_autofree char *id = fix_id_of(f, letter), *base64 = bt_public_key_to_base64(&key);
    g_string_append_printf(
        text, "%s\"%s\":{\"key\":\"%s\"", g_str_has_suffix(text->str, "{") ? "" : ",", id, base64);
    if (letter == 'Q')
        g_string_append(
            text, ",\"classes\":[\"ordinary\",\"priority\"],\"screens\":[\"s1\",\"s2\"]");
    if (letter == 'O')
        g_string_append(text, ",\"classes\":[\"ordinary\"],\"until\":\"2026-12-01T00:00:00Z\"");
    g_string_append(text, "}");
}

static char *role_of(const Fixture *f, const char *letters, int threshold, const char *more)
{
    g_autoptr(GString) ids = g_string_new(NULL);
    for (const char *p = letters; *p; p++) {
        g_autofree char *id = fix_id_of(f, *p);
        g_string_append_printf(ids, "%s\"%s\"", p == letters ? "" : ",", id);
    }
    return g_strdup_printf("{\"keys\":[%s],\"threshold\":%d%s}", ids->str, threshold, more);
}

/* (transfer full) */
char *fix_root_text(const Fixture *f, const RootSpec *spec)
{
    g_autoptr(GString) keys = g_string_new("{");
    g_autofree char *root = role_of(f, spec->root_letters, spec->threshold, "");
    g_autofree char *freshness = role_of(f, "F", 1, "");
    g_autofree char *publish = role_of(f, "PQO", 1, ",\"classes\":{\"priority\":2}");
    g_autofree char *emergency = role_of(f, "E", 1, "");
    for (const char *p = spec->root_letters; *p; p++)
        add_key(f, keys, *p);
    for (const char *p = "FPQOE"; *p; p++)
        add_key(f, keys, *p);
    return g_strdup_printf(
        "{\"spec\":1,\"source\":\"%s\",\"version\":%" G_GINT64_FORMAT
        ",\"issued\":\"2026-11-22T00:00:00Z\",\"expires\":\"%s\",\"keys\":%s},"
        "\"roles\":{\"root\":%s,\"freshness\":%s,\"publish\":%s,\"emergency\":%s}}",
        spec->source, spec->version, spec->expires, keys->str, root, freshness, publish, emergency);
}

GBytes *fix_sealed_root(const Fixture *f, const RootSpec *spec, const char *letters)
{
    g_autofree char *text = fix_root_text(f, spec);
    return fix_seal(f, "root", text, letters);
}

static void take_first(BtTrust *trust, const Fixture *f, const RootSpec *spec)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) envelope = fix_sealed_root(f, spec, "RS");
    g_assert_true(bt_trust_accept_first_root(trust, envelope, "1.json", NULL, &error));
    g_assert_no_error(error);
}

void fix_set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < N_KEYS; i++)
        f->keys[i] = bt_key_generate();
    f->trust = bt_trust_new("kp", "s1");
    take_first(f->trust, f, &fix_root_1);
}

void fix_tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < N_KEYS; i++)
        bt_key_free(f->keys[i]);
    bt_trust_free(f->trust);
}

gint64 fix_at(const char *text)
{
    gint64 wall_ms = BT_TIME_MIN;
    if (text)
        g_assert_true(bt_time_parse(text, &wall_ms, NULL));
    return wall_ms;
}

const char fix_manifest_text[] =
    "{\"spec\":1,\"source\":\"kp\",\"version\":5,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],\"timezone\":\"UTC\","
    "\"layouts\":[{\"id\":\"l\",\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}"
    "],"
    "\"playlists\":[{\"id\":\"p\",\"items\":[]}],"
    "\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"ordinary\",\"zones\":{\"z\":\"p\"}}"
    "]}";
