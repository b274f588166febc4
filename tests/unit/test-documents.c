/* The root and now.json: strict where the manifest is lenient. */
#include "playlists/model/documents.h"

#include "base/error.h"

#include <string.h>

/* The public keys of 32 times 1, 2 and 3, and their ids. */
#define KEY_1 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define ID_1 "72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793"
#define KEY_2 "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define ID_2 "75877bb41d393b5fb8455ce60ecd8dda001d06316496b14dfa7f895656eeca4a"
#define KEY_3 "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define ID_3 "648aa5c579fb30f38af744d97d6ec840c7a91277a499a0d780f3e7314eca090b"
#define HASH "1111111111111111111111111111111111111111111111111111111111111111"

static const char good_root[] =
    "{\"spec\":1,\"source\":\"kp\",\"version\":3,\"issued\":\"2026-11-22T00:00:00Z\",\n"
    "\"expires\":\"2027-11-22T00:00:00Z\",\"keys\":{\n"
    "\"" ID_1 "\":{\"key\":\"" KEY_1 "\",\"name\":\"An\"},\n"
    "\"" ID_2 "\":{\"key\":\"" KEY_2 "\",\"classes\":[\"ordinary\",\"filler\"],\n"
    " \"screens\":[\"s1\",\"s2\"],\"until\":\"2027-01-01T00:00:00Z\"},\n"
    "\"" ID_3 "\":{\"key\":\"" KEY_3 "\"}},\n"
    "\"roles\":{\"root\":{\"keys\":[\"" ID_1 "\",\"" ID_3 "\"],\"threshold\":2},\n"
    "\"freshness\":{\"keys\":[\"" ID_3 "\"],\"threshold\":1},\n"
    "\"publish\":{\"keys\":[\"" ID_1 "\",\"" ID_2
    "\"],\"threshold\":1,\"classes\":{\"ordinary\":2}},\n"
    "\"emergency\":{\"keys\":[\"" ID_1 "\"],\"threshold\":1}},\n"
    "\"hosts\":[\"cdn.example.vn:8443\"]}";

static const char good_now[] =
    "{\"screen\":\"s1\",\"version\":7,\"manifest\":\"" HASH "\",\"alert\":null,\n"
    "\"issued\":\"2026-11-22T00:00:00Z\",\"expires\":\"2026-11-23T00:00:00Z\",\n"
    "\"deny\":[\"" HASH "\"],\"root\":3,\n"
    "\"commands\":[{\"id\":\"c1\",\"verb\":\"cut\",\"args\":{},\"until\":\"2026-11-22T01:00:00Z\"}]"
    "}";

static char *changed(const char *text, const char *from, const char *to)
{
    const char *place = strstr(text, from);
    if (!place || strstr(place + 1, from))
        g_error("\"%s\" stands not once in the document", from);
    return g_strdup_printf("%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
}

static void test_root(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtRoot) root = bt_root_parse(good_root, strlen(good_root), "r", &error);
    g_assert_no_error(error);
    g_assert_cmpint(root->version, ==, 3);
    g_assert_cmpuint(root->root_threshold, ==, 2);
    g_assert_cmpuint(root->class_thresholds[BT_CLASS_ORDINARY], ==, 2);
    g_assert_cmpuint(root->class_thresholds[BT_CLASS_PRIORITY], ==, 1);
    g_assert_cmpstr(g_ptr_array_index(root->hosts, 0), ==, "cdn.example.vn:8443");
    const BtRootKey *an = bt_root_find(root, ID_1), *two = bt_root_find(root, ID_2);
    g_assert_cmpstr(an->name, ==, "An");
    g_assert_true(an->may_root && an->may_publish && an->may_emergency && !an->may_freshness);
    g_assert_cmpuint(an->classes, ==, 0x1e);
    g_assert_cmpuint(two->classes, ==, 1u << BT_CLASS_ORDINARY | 1u << BT_CLASS_FILLER);
    g_assert_cmpuint(two->screens->len, ==, 2);
    g_assert_cmpint(two->until_ms, <, BT_TIME_MAX);
    g_assert_null(bt_root_find(root, HASH));
}

static void test_now(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtNow) now = bt_now_parse(good_now, strlen(good_now), "n", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(now->screen, ==, "s1");
    g_assert_cmpstr(now->manifest, ==, HASH);
    g_assert_cmpstr(now->alert, ==, "");
    g_assert_cmpuint(now->deny->len, ==, 1);
    const BtCommand *command = g_ptr_array_index(now->commands, 0);
    g_assert_cmpint(command->verb, ==, BT_VERB_CUT);
    g_assert_cmpstr(bt_verb_name(command->verb), ==, "cut");
    g_assert_cmpint(now->root, ==, 3);
}

typedef struct {
    const char *name, *from, *to;
    BtError code;
    const char *message; /* NULL: accepted */
} Case;

#define OK 0, NULL

static const Case roots[] = {
    { "unknown-key", "\"version\":3", "\"version\":3,\"more\":1", BT_ERROR_INVALID,
        "d:/more: unknown key: expected one of spec, source, version, issued, expires, keys, "
        "roles, "
        "hosts" },
    { "x-key", "\"version\":3", "\"version\":3,\"x-more\":1", OK },
    { "unknown-key-of-key", "\"name\":\"An\"", "\"nom\":\"An\"", BT_ERROR_INVALID,
        "d:/keys/" ID_1 "/nom: unknown key: expected one of key, name, classes, screens, until" },
    { "unknown-role", "\"emergency\":{", "\"admin\":{", BT_ERROR_INVALID,
        "d:/roles/admin: unknown key: expected one of root, freshness, publish, emergency" },
    { "spec", "\"spec\":1", "\"spec\":2", BT_ERROR_UNSUPPORTED,
        "d:/spec: version 2 of the format is not known: expected 1" },
    { "version-0", "\"version\":3", "\"version\":0", BT_ERROR_INVALID,
        "d:/version: 0 is out of range: expected 1 to 9007199254740991" },
    { "keyid-of-another-key", "{\"key\":\"" KEY_2 "\"", "{\"key\":\"" KEY_3 "\"", BT_ERROR_INVALID,
        "d:/keys/" ID_2 ": this is not the id of its key: expected " ID_3
        ", the SHA-256 of its bytes" },
    { "key-short", KEY_2, "AgICAg==", BT_ERROR_INVALID,
        "d:/keys/" ID_2 "/key: this is not a public key: expected the base64 of 32 bytes" },
    { "threshold-0", "\"threshold\":2", "\"threshold\":0", BT_ERROR_INVALID,
        "d:/roles/root/threshold: 0 is out of range: expected 1 to 2" },
    { "threshold-above-keys", "\"threshold\":2", "\"threshold\":3", BT_ERROR_INVALID,
        "d:/roles/root/threshold: 3 is out of range: expected 1 to 2" },
    { "key-twice-in-role", "[\"" ID_1 "\",\"" ID_3 "\"]", "[\"" ID_1 "\",\"" ID_1 "\"]",
        BT_ERROR_INVALID, "d:/roles/root/keys/1: this key stands twice: expected it once" },
    { "key-not-listed", "[\"" ID_1 "\",\"" ID_3 "\"]", "[\"" ID_1 "\",\"" HASH "\"]",
        BT_ERROR_INVALID,
        "d:/roles/root/keys/1: this key is not in \"keys\": expected the id of one that is" },
    { "role-without-keys", "\"keys\":[\"" ID_3 "\"]", "\"keys\":[]", BT_ERROR_INVALID,
        "d:/roles/freshness/keys: 0 elements: expected 1 or more" },
    { "class-threshold-above-keys", "\"ordinary\":2", "\"priority\":2", BT_ERROR_INVALID,
        "d:/roles/publish/classes/priority: 2 is out of range: expected 1 to 1" },
    { "class-threshold-emergency", "\"ordinary\":2", "\"emergency\":1", BT_ERROR_INVALID,
        "d:/roles/publish/classes/emergency: publishing has no such class: expected requisition, "
        "priority, ordinary or filler" },
    { "key-of-class-emergency", "[\"ordinary\",\"filler\"]", "[\"ordinary\",\"emergency\"]",
        BT_ERROR_INVALID,
        "d:/keys/" ID_2 "/classes/1: publishing keys have no such class: expected requisition, "
        "priority, ordinary or filler" },
    { "screens-empty", "[\"s1\",\"s2\"]", "[]", BT_ERROR_INVALID,
        "d:/keys/" ID_2 "/screens: 0 elements: expected 1 or more" },
    { "no-emergency", ",\n\"emergency\":{\"keys\":[\"" ID_1 "\"],\"threshold\":1}", "", OK },
    { "no-publish", "\"publish\":{", "\"x-publish\":{", BT_ERROR_INVALID,
        "d:/roles: a key is missing: expected \"publish\"" },
    { "host", "cdn.example.vn:8443", "https://cdn.example.vn", BT_ERROR_INVALID,
        "d:/hosts/0: this is not a host: expected a lower-case name or an address, with or without "
        ":PORT" },
    { "until", "2027-01-01T00:00:00Z", "2027-01-01", BT_ERROR_INVALID,
        "d:/keys/" ID_2 "/until: \"2027-01-01\" is not a time: expected RFC 3339 like "
        "2026-11-22T05:00:00+07:00" },
};

static const Case nows[] = {
    { "unknown-key", "\"version\":7", "\"version\":7,\"resume\":true", BT_ERROR_INVALID,
        "d:/resume: unknown key: expected one of spec, screen, version, manifest, alert, order, "
        "issued, "
        "expires, deny, commands, root" },
    { "x-key", "\"version\":7", "\"version\":7,\"x-a\":true", OK },
    { "alert-absent", "\"alert\":null,", "", OK },
    { "manifest-not-a-hash", "\"manifest\":\"" HASH "\"", "\"manifest\":\"42\"", BT_ERROR_INVALID,
        "d:/manifest: \"42\" is not a SHA-256: expected 64 lower-case hexadecimal digits" },
    { "verb", "\"cut\"", "\"resume\"", BT_ERROR_INVALID,
        "d:/commands/0/verb: \"resume\" is not known: expected one of cut, darken, mute, restart, "
        "identify, screenshot" },
    { "args", "\"args\":{}", "\"args\":{\"volume\":100}", BT_ERROR_INVALID, NULL },
    { "command-without-end", ",\"until\":\"2026-11-22T01:00:00Z\"", "", BT_ERROR_INVALID,
        "d:/commands/0: a key is missing: expected \"until\"" },
    { "command-id", "\"c1\"", "\"c 1\"", BT_ERROR_INVALID,
        "d:/commands/0/id: this is not an id: expected 1 to 64 of A-Z a-z 0-9 . _ -, no dot "
        "first" },
    { "deny-word", "[\"" HASH "\"]", "[\"all\"]", BT_ERROR_INVALID,
        "d:/deny/0: \"all\" is not a SHA-256: expected 64 lower-case hexadecimal digits" },
    { "root-0", "\"root\":3", "\"root\":0", BT_ERROR_INVALID,
        "d:/root: 0 is out of range: expected 1 to 9007199254740991" },
    { "life-60-days", "2026-11-23T00:00:00Z", "2027-01-21T00:00:00Z", OK },
    { "life-60-days-and-1-s", "2026-11-23T00:00:00Z", "2027-01-21T00:00:01Z", BT_ERROR_LIMIT,
        "d:/expires: it expires too long after \"issued\": expected at most 60 days" },
};

static void check(const Case *c, gboolean ok, const GError *error)
{
    g_assert_cmpint(ok, ==, c->code == 0);
    if (c->code != 0)
        g_assert_error(error, BT_ERROR, (int)c->code);
    if (c->message)
        g_assert_cmpstr(error->message, ==, c->message);
}

static void test_root_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = changed(good_root, c->from, c->to);
    g_autoptr(BtRoot) root = bt_root_parse(text, strlen(text), "d", &error);
    check(c, root != NULL, error);
}

static void test_now_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = changed(good_now, c->from, c->to);
    g_autoptr(BtNow) now = bt_now_parse(text, strlen(text), "d", &error);
    check(c, now != NULL, error);
}

/* ---- limits ---- */

/* `n` elements, "#" being the number of each. */
static char *list_of(const char *element, guint n)
{
    GString *text = g_string_new("[");
    for (guint i = 0; i < n; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(element, "#", -1);
        g_autofree char *one = g_strjoinv(number, parts);
        g_string_append_printf(text, "%s%s", i ? "," : "", one);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static void check_now_limit(const char *from, const char *element, guint max, const char *message)
{
    for (guint n = max; n <= max + 1; n++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *list = list_of(element, n), *text = changed(good_now, from, list);
        g_autoptr(BtNow) now = bt_now_parse(text, strlen(text), "d", &error);
        g_assert_cmpint(now != NULL, ==, n == max);
        g_assert_cmpstr(error ? error->message : NULL, ==, n == max ? NULL : message);
    }
}

static void test_now_limits(void)
{
    check_now_limit("[\"" HASH "\"]", "\"" HASH "\"", BT_NOW_MAX_DENIALS,
        "d:/deny: 17 elements: expected at most 16");
    check_now_limit(
        "[{\"id\":\"c1\",\"verb\":\"cut\",\"args\":{},\"until\":\"2026-11-22T01:00:00Z\"}]",
        "{\"id\":\"c#\",\"verb\":\"mute\",\"until\":\"2026-11-22T01:00:00Z\"}", BT_NOW_MAX_COMMANDS,
        "d:/commands: 9 elements: expected at most 8");
}

static void test_command_twice(void)
{
    static const char twice[] =
        "[{\"id\":\"c\",\"verb\":\"cut\",\"until\":\"2026-11-22T01:00:00Z\"},"
        "{\"id\":\"c\",\"verb\":\"mute\",\"until\":\"2026-11-22T01:00:00Z\"}]";
    g_autoptr(GError) error = NULL;
    g_autofree char *text = changed(good_now,
        "[{\"id\":\"c1\",\"verb\":\"cut\",\"args\":{},\"until\":\"2026-11-22T01:00:00Z\"}]", twice);
    g_autoptr(BtNow) now = bt_now_parse(text, strlen(text), "d", &error);
    g_assert_null(now);
    g_assert_cmpstr(
        error->message, ==, "d:/commands/1: \"c\" is used twice: expected an id of its own");
}

/* One key more than a root may list; each is another byte pattern. */
static char *root_with_keys(guint n)
{
    g_autoptr(GString) keys = g_string_new("\"keys\":{\n");
    for (guint i = 3; i < n; i++) {
        BtPublicKey key = { { 0 } };
        char id[BT_HASH_HEX_SIZE];
        key.bytes[0] = (guint8)(i + 1);
        bt_public_key_id(&key, id);
        g_autofree char *base64 = bt_public_key_to_base64(&key);
        g_string_append_printf(keys, "\"%s\":{\"key\":\"%s\"},\n", id, base64);
    }
    return changed(good_root, "\"keys\":{\n", keys->str);
}

static void test_root_limits(void)
{
    for (guint n = BT_ROOT_MAX_KEYS; n <= BT_ROOT_MAX_KEYS + 1; n++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = root_with_keys(n);
        g_autoptr(BtRoot) root = bt_root_parse(text, strlen(text), "d", &error);
        g_assert_cmpint(root != NULL, ==, n == BT_ROOT_MAX_KEYS);
        g_assert_cmpstr(error ? error->message : NULL, ==,
            n == BT_ROOT_MAX_KEYS ? NULL : "d:/keys: 65 keys: expected at most 64");
    }
}

static void test_root_size(void)
{
    g_autofree char *text = g_strnfill(BT_ROOT_MAX_BYTES + 1, ' ');
    g_autoptr(GError) error = NULL;
    memcpy(text, good_root, strlen(good_root));
    g_autoptr(BtRoot) just = bt_root_parse(text, BT_ROOT_MAX_BYTES, "d", &error);
    g_assert_no_error(error);
    g_autoptr(BtRoot) over = bt_root_parse(text, BT_ROOT_MAX_BYTES + 1, "d", &error);
    g_assert_null(over);
    g_assert_cmpstr(error->message, ==, "d: 65537 bytes: expected at most 65536");
}

static void test_truncated(void)
{
    for (gsize n = 0; n < strlen(good_root); n++) {
        g_autofree char *copy = g_memdup2(good_root, MAX(n, 1));
        g_autoptr(BtRoot) root = bt_root_parse(copy, n, "d", NULL);
        g_assert_null(root);
    }
    for (gsize n = 0; n < strlen(good_now); n++) {
        g_autofree char *copy = g_memdup2(good_now, MAX(n, 1));
        g_autoptr(BtNow) now = bt_now_parse(copy, n, "d", NULL);
        g_assert_null(now);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/root/good", test_root);
    g_test_add_func("/now/good", test_now);
    for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
        g_autofree char *path = g_strconcat("/root/rule/", roots[i].name, NULL);
        g_test_add_data_func(path, &roots[i], test_root_case);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(nows); i++) {
        g_autofree char *path = g_strconcat("/now/rule/", nows[i].name, NULL);
        g_test_add_data_func(path, &nows[i], test_now_case);
    }
    g_test_add_func("/root/limit/keys", test_root_limits);
    g_test_add_func("/root/limit/size", test_root_size);
    g_test_add_func("/now/limits", test_now_limits);
    g_test_add_func("/now/command-twice", test_command_twice);
    g_test_add_func("/documents/truncated", test_truncated);
    return g_test_run();
}
