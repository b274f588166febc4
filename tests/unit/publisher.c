#include "tests/unit/publisher.h"

#include "base/io.h"

#include <string.h>

Publisher *publisher_new(const char *folder)
{
    Publisher *p = g_new0(Publisher, 1);
    p->folder = g_strdup(folder);
    for (int i = 0; i < N_KEYS; i++)
        p->keys[i] = bt_key_generate();
    return p;
}

void publisher_free(Publisher *p)
{
    for (int i = 0; i < N_KEYS; i++)
        bt_key_free(p->keys[i]);
    g_free(p->folder);
    g_free(p);
}

void publisher_write(Publisher *p, const char *path, const void *data, gsize size_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *whole = g_build_filename(p->folder, path, NULL);
    g_autofree char *folder = g_path_get_dirname(whole);
    g_assert_true(bt_io_make_folder(folder, &error));
    g_assert_true(g_file_set_contents(whole, data, (gssize)size_bytes, &error));
}

void publisher_asset(
    Publisher *p, const void *data, gsize size_bytes, char sha256[BT_HASH_HEX_SIZE])
{
    bt_hash_data(data, size_bytes, sha256);
    g_autofree char *path = g_strconcat("v1/assets/", sha256, NULL);
    publisher_write(p, path, data, size_bytes);
}

static GBytes *seal(const char *role, const char *payload, BtKey *const *keys, guint n_keys)
{
    g_autoptr(GBytes) bytes = g_bytes_new(payload, strlen(payload));
    return bt_envelope_seal(role, bytes, keys, n_keys);
}

static char *key_json(const BtKey *key)
{
    BtPublicKey public = bt_key_public(key);
    char id[BT_HASH_HEX_SIZE];
    bt_public_key_id(&public, id);
    g_autofree char *base64 = bt_public_key_to_base64(&public);
    return g_strdup_printf("\"%s\":{\"key\":\"%s\"}", id, base64);
}

static char *role_json(const char *name, const BtKey *key)
{
    BtPublicKey public = bt_key_public(key);
    char id[BT_HASH_HEX_SIZE];
    bt_public_key_id(&public, id);
    return g_strdup_printf("\"%s\":{\"keys\":[\"%s\"],\"threshold\":1}", name, id);
}

void publisher_root(Publisher *p, gint64 version, BtKey *before)
{
    static const char *const names[] = { "root", "freshness", "publish", "emergency" };
    g_autoptr(GString) json = g_string_new(NULL);
    g_string_append_printf(json,
        "{\"spec\":1,\"source\":\"krongpa\",\"version\":%" G_GINT64_FORMAT
        ",\"issued\":\"2026-01-01T00:00:00Z\",\"expires\":\"2036-01-01T00:00:00Z\",\"keys\":{",
        version);
    for (int i = 0; i <= KEY_EMERGENCY; i++) {
        g_autofree char *text = key_json(p->keys[i]);
        g_string_append_printf(json, "%s%s", i ? "," : "", text);
    }
    g_string_append(json, "},\"roles\":{");
    for (int i = 0; i <= KEY_EMERGENCY; i++) {
        g_autofree char *text = role_json(names[i], p->keys[i]);
        g_string_append_printf(json, "%s%s", i ? "," : "", text);
    }
    g_string_append(json, "}}");
    BtKey *signers[] = { p->keys[KEY_ROOT], before };
    g_autoptr(GBytes) envelope = seal("root", json->str, signers, before ? 2 : 1);
    g_autofree char *path = g_strdup_printf("v1/root/%" G_GINT64_FORMAT ".json", version);
    publisher_write(p, path, g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope));
}

static gint64 or_else(gint64 value, gint64 otherwise)
{
    return value ? value : otherwise;
}

static void append_item(GString *json, guint i, const char *kind, const char *sha256)
{
    if (i > 0)
        g_string_append_c(json, ',');
    if (strcmp(kind, "picture") == 0)
        g_string_append_printf(json,
            "{\"id\":\"i%u\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"Thông "
            "báo\"}],"
            "\"picture\":\"%s\"}",
            i, sha256);
    else
        g_string_append_printf(
            json, "{\"id\":\"i%u\",\"kind\":\"%s\",\"asset\":\"%s\"}", i, kind, sha256);
}

char *publisher_manifest_payload(const ManifestDraft *draft)
{
    gboolean emergency = g_strcmp0(draft->cls, "emergency") == 0;
    gint64 issued_ms = or_else(draft->issued_ms, PUBLISHER_T0_MS);
    gint64 expires_ms =
        or_else(draft->expires_ms, issued_ms + (emergency ? BT_DAY_MS : 30 * BT_DAY_MS));
    g_autofree char *issued = bt_time_format(issued_ms);
    g_autofree char *expires = bt_time_format(expires_ms);
    g_autoptr(GString) assets = g_string_new(NULL);
    g_autoptr(GString) items = g_string_new(NULL);
    guint n = 0;
    for (; n < G_N_ELEMENTS(draft->assets) && draft->assets[n].kind; n++) {
        gboolean video = strcmp(draft->assets[n].kind, "video") == 0;
        g_string_append_printf(assets,
            "%s\"%s\":{\"size\":%" G_GUINT64_FORMAT ",\"type\":\"%s\"%s}", n ? "," : "",
            draft->assets[n].sha256, draft->assets[n].size_bytes, video ? "video/mp4" : "image/png",
            video ? ",\"duration_ms\":15000" : "");
        append_item(items, n, draft->assets[n].kind, draft->assets[n].sha256);
    }
    if (n == 0)
        g_string_append(items,
            "{\"id\":\"n\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\","
            "\"title\":\"Thông báo\"}]}");
    return g_strdup_printf("{\"spec\":1,\"source\":\"krongpa\",\"version\":%" G_GINT64_FORMAT
                           ",\"issued\":\"%s\",\"expires\":\"%s\",\"screens\":[\"%s\"],"
                           "\"timezone\":\"Asia/Ho_Chi_Minh\",\"assets\":{%s},"
                           "\"layouts\":[{\"id\":\"full\",\"canvas\":[640,384],\"zones\":[{"
                           "\"id\":\"main\",\"rect\":[0,0,640,384]}]}],"
                           "\"playlists\":[{\"id\":\"news\",\"items\":[%s]}],"
                           "\"programmes\":[{\"id\":\"day\",\"layout\":\"full\",\"class\":\"%s\","
                           "\"zones\":{\"main\":\"news\"}}]}",
        draft->version, issued, expires, draft->screen ? draft->screen : PUBLISHER_SCREEN,
        assets->str, items->str, draft->cls ? draft->cls : "ordinary");
}

void publisher_envelope(Publisher *p, GBytes *envelope, char sha256[BT_HASH_HEX_SIZE])
{
    gsize size;
    const void *data = g_bytes_get_data(envelope, &size);
    bt_hash_data(data, size, sha256);
    g_autofree char *path = g_strconcat("v1/manifests/", sha256, NULL);
    publisher_write(p, path, data, size);
}

void publisher_manifest(Publisher *p, const char *role, KeyRole signer, const ManifestDraft *draft,
    char sha256[BT_HASH_HEX_SIZE])
{
    g_autofree char *payload = publisher_manifest_payload(draft);
    g_autoptr(GBytes) envelope = seal(role, payload, &p->keys[signer], 1);
    publisher_envelope(p, envelope, sha256);
}

static char *quote(const char *sha256)
{
    return sha256 ? g_strdup_printf("\"%s\"", sha256) : g_strdup("null");
}

GBytes *publisher_seal_now(Publisher *p, KeyRole signer, const NowDraft *draft)
{
    gint64 issued_ms = or_else(draft->issued_ms, PUBLISHER_T0_MS);
    g_autofree char *issued = bt_time_format(issued_ms);
    g_autofree char *expires = bt_time_format(or_else(draft->expires_ms, issued_ms + BT_DAY_MS));
    g_autofree char *manifest = quote(draft->manifest);
    g_autofree char *alert = quote(draft->alert);
    g_autofree char *deny = draft->deny ? quote(draft->deny) : g_strdup("");
    g_autofree char *payload = g_strdup_printf(
        "{\"screen\":\"%s\",\"version\":%" G_GINT64_FORMAT
        ",\"manifest\":%s,\"alert\":%s,\"issued\":\"%s\",\"expires\":\"%s\",\"deny\":[%s],"
        "\"commands\":[],\"root\":%" G_GINT64_FORMAT "}",
        draft->screen ? draft->screen : PUBLISHER_SCREEN, draft->version, manifest, alert, issued,
        expires, deny, or_else(draft->root, 1));
    return seal("now", payload, &p->keys[signer], 1);
}

void publisher_write_now(Publisher *p, GBytes *envelope)
{
    publisher_write(p, "v1/screens/" PUBLISHER_SCREEN "/now.json", g_bytes_get_data(envelope, NULL),
        g_bytes_get_size(envelope));
}

void publisher_now(Publisher *p, KeyRole signer, const NowDraft *draft)
{
    g_autoptr(GBytes) envelope = publisher_seal_now(p, signer, draft);
    publisher_write_now(p, envelope);
}
