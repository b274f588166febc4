/* player.conf, kind=ttn: what is refused with which message and line, that every key is read, and
 * that no message has a secret in it. */
#include "player/config/config.h"

#include "base/error.h"
#include "player/config/ttn_setup.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *folder, *path, *secret;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-config-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "player.conf", NULL);
    f->secret = g_build_filename(f->folder, "secret", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_unlink(f->path);
    g_unlink(f->secret);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f->secret);
}

static BtConfig *read_text(Fixture *f, const char *text, GError **error)
{
    g_assert_true(g_file_set_contents(f->path, text, -1, NULL));
    return bt_config_read(f->path, error);
}

static BtConfig *read_good(Fixture *f, const char *text)
{
    g_autoptr(GError) error = NULL;
    BtConfig *config = read_text(f, text, &error);
    g_assert_no_error(error);
    return config;
}

#define TTN "[source t]\nkind=ttn\nbase=https://t.vn/api\n"

/* ---- what is refused ---- */

static const struct {
    const char *name, *text, *message; /* after the path */
} bad[] = {
    { "base-missing", "[source t]\nkind=ttn\n", ":1: base is missing: expected https://HOST/PATH" },
    { "base-file", "[source t]\nkind=ttn\nbase=file:///a\n",
        ":3: base is no address: expected https://HOST/PATH" },
    { "base-plain", "[source t]\nkind=ttn\nbase=http://t.vn/api\n",
        ":3: base is without TLS, and insecure_hosts does not name its host: expected "
        "https://HOST/PATH" },
    { "base-secret", "[source t]\nkind=ttn\nbase=https://an:mat-khau@t.vn/api\n",
        ":3: base holds more than an address (a user, a password, a query): expected "
        "https://HOST/PATH" },
    { "auth-query", TTN "auth=https://t.vn/login?key=mat-khau\n",
        ":4: auth holds more than an address (a user, a password, a query): expected "
        "https://HOST/PATH" },
    { "register-scheme", TTN "register=ftp://t.vn/a\n",
        ":4: register is no such address: expected https://HOST/PATH" },
    { "mqtt-scheme", TTN "mqtt=https://t.vn\n",
        ":4: mqtt is no such address: expected mqtts://HOST:PORT" },
    { "mqtt-path", TTN "mqtt=mqtts://t.vn/topic\n",
        ":4: mqtt holds more than a host: expected mqtts://HOST:PORT" },
    { "mqtt-plain", TTN "mqtt=mqtt://t.vn:1883\ninsecure_hosts=m.vn\n",
        ":4: mqtt is without TLS, and insecure_hosts does not name its host: expected "
        "mqtts://HOST:PORT" },
    { "mqtt-nonsense", TTN "mqtt=mat-khau\n",
        ":4: mqtt is no address: expected mqtts://HOST:PORT" },
    { "insecure-host", TTN "insecure_hosts=http://t.vn\n",
        ":4: not a host: expected at most 16 names or numbers of hosts, without a port" },
    { "insecure-hosts", TTN "insecure_hosts=a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a\n",
        ":4: too many hosts: expected at most 16 names or numbers of hosts, without a port" },
    { "cert-alone", TTN "cert=a.pem\n", ":4: one without the other: expected both cert and key" },
    { "key-alone", TTN "key=a.key\n", ":4: one without the other: expected both cert and key" },
    { "password-alone", TTN "password_file=a\n",
        ":4: a password without a user: expected username" },
    { "set-nothing", TTN "set.=a\n",
        ":4: not taken: expected a name, at most 1000 bytes, not too many of them" },
    { "layout-zones", TTN "layout.a=main=0,0,640,384;strip=0,300,640,84\n",
        ":4: layout.a: \"strip=0,300,640,84\": expected zones that do not overlap" },
    { "layout-nothing", TTN "set.a=b\nlayout.a=\n", ":5: layout.a: \"\": expected ZONE=X,Y,W,H;…" },
    { "layout-name", TTN "layout.hai nửa=a=0,0,4,4\n",
        ":4: layout.hai nửa: \"hai nửa\": expected a name of 1 to 64 of A-Z a-z 0-9 . _ -, no dot "
        "first" },
    { "urgent-class", TTN "urgent=priority\n",
        ":4: urgent bulletins are emergencies: expected emergency" },
    { "priority-class", TTN "priority=loud\n",
        ":4: no class for bulletins that are not urgent: expected requisition, priority, ordinary "
        "or filler" },
    { "ordinary-class", TTN "ordinary=emergency\n",
        ":4: no class for bulletins that are not urgent: expected requisition, priority, ordinary "
        "or filler" },
    { "urgent-from", TTN "urgent_from=a;;b\n",
        ":4: not a list of senders: expected ID;ID;…, at most 64" },
    { "urgent-max", TTN "urgent_max_min=0\n",
        ":4: “0” is no number for urgent_max_min: expected 1 to 10080" },
    { "media-max", TTN "media_max_mb=5000\n",
        ":4: “5000” is no number for media_max_mb: expected 1 to 4096" },
    { "key-of-native", TTN "fingerprint=a\n",
        ":4: unknown key “fingerprint” in [source t]: expected kind classes zones base ca pin poll "
        "max_kb_per_s day_mb month_mb heavy heavy_mb streams stream_kb_per_s dialect auth register "
        "mqtt username password_file cert key insecure_hosts set.NAME layout.NAME urgent priority "
        "ordinary urgent_from urgent_max_min media_max_mb" },
    { "key-of-ttn", "[source t]\nbase=https://t.vn\nset.a=b\n",
        ":3: unknown key “set.a” in [source t]: expected kind classes zones base id root "
        "fingerprint ca pin insecure poll max_kb_per_s day_mb month_mb heavy heavy_mb streams "
        "stream_kb_per_s path" },
};

static void test_bad(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *expected = g_strconcat(f->path, bad[i].message, NULL);
    g_assert_null(read_text(f, bad[i].text, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_assert_cmpstr(error->message, ==, expected);
    g_assert_null(strstr(error->message, "mat-khau"));
}

static void test_too_many(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(TTN);
    for (guint i = 0; i <= BT_CONFIG_MAX_SETS; i++)
        g_string_append_printf(text, "set.a%u=b\n", i);
    g_assert_null(read_text(f, text->str, &error));
    g_assert_nonnull(strstr(error->message, ":68: not taken"));
}

/* ---- what is read ---- */

static void test_defaults(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f, TTN);
    const BtConfigSource *source = g_ptr_array_index(config->sources, 0);
    const BtConfigTtn *ttn = source->ttn;
    g_assert_cmpint(source->kind, ==, BT_SOURCE_TTN);
    g_assert_cmpstr(bt_source_kind_name(source->kind), ==, "ttn");
    g_assert_cmpuint(source->classes, ==,
        1u << BT_CLASS_PRIORITY | 1u << BT_CLASS_ORDINARY | 1u << BT_CLASS_FILLER);
    g_assert_cmpstr(source->source_id, ==, "t");
    g_assert_cmpstr(ttn->dialect, ==, "ttn-2.0");
    g_assert_true(ttn->auth == NULL && ttn->register_at == NULL && ttn->mqtt == NULL);
    g_assert_true(ttn->username == NULL && ttn->password_path == NULL && ttn->cert_path == NULL);
    g_assert_null(ttn->insecure_hosts[0]);
    g_assert_true(ttn->sets->len == 0 && ttn->layouts->len == 0);
    g_assert_cmpint(ttn->classes[BT_TTN_URGENT], ==, BT_CLASS_EMERGENCY);
    g_assert_cmpint(ttn->classes[BT_TTN_PRIORITY], ==, BT_CLASS_PRIORITY);
    g_assert_cmpint(ttn->classes[BT_TTN_ORDINARY], ==, BT_CLASS_ORDINARY);
    g_assert_null(ttn->urgent_from);
    g_assert_cmpint(ttn->urgent_max_ms, ==, 120 * 60 * 1000);
    g_assert_cmpuint(ttn->media_max_bytes, ==, G_GUINT64_CONSTANT(512) << 20);
    g_assert_null(bt_config_report_source(config));
    g_autofree char *password = bt_config_password(source, NULL);
    g_assert_cmpstr(password, ==, "");
}

static void check_path(const Fixture *f, const char *path, const char *name)
{
    g_autofree char *expected = g_build_filename(f->folder, name, NULL);
    g_assert_cmpstr(path, ==, expected);
}

static void check_pair(const GPtrArray *pairs, guint i, const char *name, const char *value)
{
    const BtConfigPair *pair = g_ptr_array_index(pairs, i);
    g_assert_cmpstr(pair->name, ==, name);
    g_assert_cmpstr(pair->value, ==, value);
}

static void check_addresses(Fixture *f, const BtConfigSource *source)
{
    const BtConfigTtn *ttn = source->ttn;
    check_path(f, ttn->dialect, "tinh.json");
    g_assert_cmpstr(source->base, ==, "http://127.0.0.1:80/api");
    g_assert_cmpstr(ttn->auth, ==, "https://a.vn/in");
    g_assert_cmpstr(ttn->register_at, ==, "http://r.vn");
    g_assert_cmpstr(ttn->mqtt, ==, "mqtt://m.vn:1883");
    g_assert_cmpstr(ttn->username, ==, "bang");
    check_path(f, ttn->password_path, "secret");
    check_path(f, ttn->cert_path, "c.pem");
    check_path(f, ttn->key_path, "c.key");
    check_path(f, source->ca_path, "ca.pem");
    g_assert_true(bt_config_is_insecure_host(source, "M.vn"));
    g_assert_false(bt_config_is_insecure_host(source, "t.vn"));
}

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void test_every_key(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f,
        "[source "
        "t]\nkind=ttn\nbase=http://127.0.0.1:80/api/\ndialect=./tinh.json\nauth=https://a.vn/in\n"
        "register=http://r.vn\nmqtt=mqtt://m.vn:1883\ninsecure_hosts=m.vn; r.vn\nusername=bang\n"
        "password_file=secret\ncert=c.pem\nkey=c.key\nca=ca.pem\npin=" PIN "\npoll=9\n"
        "set.maThietBi=BT 01\nset.kinhDo=106.6\nlayout.hai-nua=a=0,0,4,4;b=4,0,4,4\n"
        "classes=emergency;requisition\nurgent=emergency\npriority=requisition\nordinary=filler\n"
        "urgent_from=H28; H29\nurgent_max_min=30\nmedia_max_mb=64\nday_mb=5\nstreams=\n");
    const BtConfigSource *source = bt_config_find_source(config, "t");
    const BtConfigTtn *ttn = source->ttn;
    check_addresses(f, source);
    check_pair(ttn->sets, 0, "maThietBi", "BT 01");
    check_pair(ttn->sets, 1, "kinhDo", "106.6");
    check_pair(ttn->layouts, 0, "hai-nua", "a=0,0,4,4;b=4,0,4,4");
    g_assert_cmpint(ttn->classes[BT_TTN_PRIORITY], ==, BT_CLASS_REQUISITION);
    g_assert_cmpint(ttn->classes[BT_TTN_ORDINARY], ==, BT_CLASS_FILLER);
    g_assert_cmpstr(ttn->urgent_from[1], ==, "H29");
    g_assert_cmpint(ttn->urgent_max_ms, ==, 30 * 60 * 1000);
    g_assert_cmpuint(ttn->media_max_bytes, ==, 64 << 20);
    g_assert_cmpuint(source->day_bytes, ==, 5 << 20);
    g_assert_true(source->streams != NULL && source->streams[0] == NULL);
    g_assert_cmpint(source->poll_s, ==, 9);
    g_assert_cmpstr(source->pin, ==, PIN);
}

/* ---- the password ---- */

static const struct {
    const char *name, *content; /* NULL: no such file */
    const char *password;       /* NULL: refused */
} passwords[] = {
    { "line", "mat-khau-a\n", "mat-khau-a" },
    { "dos-line", "mat-khau-a\r\n", "mat-khau-a" },
    { "bare", "mật khẩu", "mật khẩu" },
    { "behind-a-mark-of-byte-order", "\xef\xbb\xbfmat-khau-a\r\n", "mat-khau-a" },
    { "mark-of-byte-order-alone", "\xef\xbb\xbf\r\n", NULL },
    { "first-of-two", "mat-khau-a\nmat-khau-b\n", "mat-khau-a" },
    { "empty", "\n", NULL },
    { "not-text", "mat-khau\xff\n", NULL },
    { "missing", NULL, NULL },
};

static void test_password(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtConfig) config = read_good(f, TTN "username=a\npassword_file=secret\n");
    if (passwords[i].content != NULL)
        g_assert_true(g_file_set_contents(f->secret, passwords[i].content, -1, NULL));
    g_autofree char *password = bt_config_password(bt_config_find_source(config, "t"), &error);
    g_assert_cmpstr(password, ==, passwords[i].password);
    g_assert_true((password == NULL) == (error != NULL));
    if (error != NULL) {
        g_assert_nonnull(strstr(error->message, f->secret));
        g_assert_null(strstr(error->message, "mat-khau"));
    }
}

/* ---- what templates may name ---- */

static void check_value(const BtConfig *config, const char *name, const char *expected)
{
    g_autoptr(GHashTable) values = bt_ttn_setup_values(config, config->sources->pdata[0], NULL);
    BtJsonAt at = bt_json_root(name, g_hash_table_lookup(values, name));
    g_assert_cmpstr(
        at.value == NULL ? NULL : bt_json_read_string(&at, 0, G_MAXSIZE, NULL), ==, expected);
}

static void test_values(Fixture *f, gconstpointer data)
{
    static const char *const unsaid[] = { "mqtt", "register", "username", "password", NULL };
    (void)data;
    g_autoptr(BtConfig) bare = read_good(f, "[screen]\nid=kp\nname=Bảng\n" TTN);
    check_value(bare, "base", "https://t.vn/api");
    check_value(bare, "auth", "https://t.vn/api");
    check_value(bare, "source", "t");
    check_value(bare, "screen", "kp");
    check_value(bare, "screen_name", "Bảng");
    for (guint i = 0; unsaid[i] != NULL; i++)
        check_value(bare, unsaid[i], NULL);
    g_autoptr(BtConfig) full = read_good(f,
        TTN "auth=https://a.vn/in\nregister=https://r.vn\nmqtt=mqtts://m.vn:8883\n"
            "username=bang\nset.maThietBi=BT 01\n");
    check_value(full, "auth", "https://a.vn/in");
    check_value(full, "register", "https://r.vn");
    check_value(full, "mqtt", "mqtts://m.vn:8883");
    check_value(full, "username", "bang");
    check_value(full, "maThietBi", "BT 01");
}

/* ---- remarks ---- */

static gboolean has_note(const GPtrArray *notes, const char *part)
{
    for (guint i = 0; i < notes->len; i++)
        if (strstr(g_ptr_array_index(notes, i), part) != NULL)
            return TRUE;
    return FALSE;
}

static void test_notes(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f, TTN "username=a\npassword_file=secret\n");
    g_autoptr(GPtrArray) missing = bt_config_notes(config);
    g_assert_true(has_note(missing, "cannot be read"));
    g_assert_true(has_note(missing, "its urgent bulletins are of class emergency"));
    g_assert_false(has_note(missing, "its ordinary bulletins"));
    g_assert_true(g_file_set_contents(f->secret, "mat-khau-a", -1, NULL));
    g_assert_cmpint(g_chmod(f->secret, 0640), ==, 0);
    g_autoptr(GPtrArray) open = bt_config_notes(config);
    g_assert_true(has_note(open, "can be read by others than its owner"));
    g_assert_false(has_note(open, "mat-khau"));
    g_assert_cmpint(g_chmod(f->secret, 0600), ==, 0);
    g_autoptr(GPtrArray) closed = bt_config_notes(config);
    g_assert_false(has_note(closed, f->secret));
}

static gboolean says_it_leaves(Fixture *f, const char *display)
{
    g_autofree char *text = g_strconcat(TTN "layout.a=main=0,0,640,384\n", display, NULL);
    g_autoptr(BtConfig) config = read_good(f, text);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(bt_ttn_setup_check(config, notes, NULL));
    return has_note(notes, "[source t]: layout.a: zone \"main\" leaves the screen of 640 x 320");
}

/* What the dialect wants and the configuration has is no remark. */
static void test_wanted(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint given = 0; given < 2; given++) {
        g_autoptr(BtConfig) config = read_good(f, given ? TTN "set.maThietBi=BT 01\n" : TTN);
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_assert_true(bt_ttn_setup_check(config, notes, NULL));
        g_assert_true(has_note(notes, "[source t]: /messages: it has no message for"));
        g_assert_true(has_note(notes, "must give: set.maThietBi=") == !given);
    }
}

static void test_layout_leaves(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(says_it_leaves(f, "[display]\ncanvas=640x320\n"));
    g_assert_false(says_it_leaves(f, "[display]\ncanvas=640x384\n"));
    g_assert_false(says_it_leaves(f, ""));
}

static void add_case(
    const char *group, const char *name, guint i, void (*test)(Fixture *, gconstpointer))
{
    g_autofree char *path = g_strdup_printf("/config-ttn/%s/%s", group, name);
    g_test_add(path, Fixture, GUINT_TO_POINTER(i), set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        add_case("bad", bad[i].name, i, test_bad);
    for (guint i = 0; i < G_N_ELEMENTS(passwords); i++)
        add_case("password", passwords[i].name, i, test_password);
    add_case("bad", "too-many", 0, test_too_many);
    add_case("read", "defaults", 0, test_defaults);
    add_case("read", "every-key", 0, test_every_key);
    add_case("values", "of-the-configuration", 0, test_values);
    add_case("notes", "all", 0, test_notes);
    add_case("notes", "wanted", 0, test_wanted);
    add_case("notes", "layout-leaves", 0, test_layout_leaves);
    return g_test_run();
}
