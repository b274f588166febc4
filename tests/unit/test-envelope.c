/* Who may say what: envelopes, roots and their rotation, ceilings, floors. */
#include "playlists/envelope/envelope.h"

#include "base/error.h"
#include "base/json.h"

#include <string.h>

/* Keys by letter: R S T may sign roots, F says what is newest, P Q O publish, E warns; U is a root
 * key of a later root, X is a stranger. */
#define LETTERS "RSTFPQOEUX"
#define N_KEYS (sizeof LETTERS - 1)

typedef struct {
    BtKey *keys[N_KEYS];
    BtTrust *trust; /* of screen s1, under root 1 */
} Fixture;

static BtKey *key_of(const Fixture *f, char letter)
{
    return f->keys[strchr(LETTERS, letter) - LETTERS];
}

static char *id_of(const Fixture *f, char letter)
{
    char *id = g_malloc(BT_HASH_HEX_SIZE);
    BtPublicKey key = bt_key_public(key_of(f, letter));
    bt_public_key_id(&key, id);
    return id;
}

static GBytes *bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

/* `text` as a document of `role`, signed by the keys of these letters, in this order. */
static GBytes *seal(const Fixture *f, const char *role, const char *text, const char *letters)
{
    BtKey *keys[20];
    g_autoptr(GBytes) payload = bytes_of(text);
    guint n = (guint)strlen(letters);
    for (guint i = 0; i < n; i++)
        keys[i] = key_of(f, letters[i]);
    return bt_envelope_seal(role, payload, keys, n);
}

/* ---- roots ---- */

typedef struct {
    gint64 version;
    const char *source;
    const char *root_letters;
    int threshold;
    const char *expires;
} RootSpec;

static const RootSpec root_1 = { 1, "kp", "RST", 2, "2027-11-22T00:00:00Z" };

static void add_key(const Fixture *f, GString *text, char letter)
{
    BtPublicKey key = bt_key_public(key_of(f, letter));
    g_autofree char *id = id_of(f, letter), *base64 = bt_public_key_to_base64(&key);
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
        g_autofree char *id = id_of(f, *p);
        g_string_append_printf(ids, "%s\"%s\"", p == letters ? "" : ",", id);
    }
    return g_strdup_printf("{\"keys\":[%s],\"threshold\":%d%s}", ids->str, threshold, more);
}

/* (transfer full) */
static char *root_text(const Fixture *f, const RootSpec *spec)
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

static GBytes *sealed_root(const Fixture *f, const RootSpec *spec, const char *letters)
{
    g_autofree char *text = root_text(f, spec);
    return seal(f, "root", text, letters);
}

static void take_first(BtTrust *trust, const Fixture *f, const RootSpec *spec)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) envelope = sealed_root(f, spec, "RS");
    g_assert_true(bt_trust_accept_first_root(trust, envelope, "1.json", NULL, &error));
    g_assert_no_error(error);
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < N_KEYS; i++)
        f->keys[i] = bt_key_generate();
    f->trust = bt_trust_new("kp", "s1");
    take_first(f->trust, f, &root_1);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < N_KEYS; i++)
        bt_key_free(f->keys[i]);
    bt_trust_free(f->trust);
}

static gint64 at(const char *text)
{
    gint64 wall_ms = BT_TIME_MIN;
    if (text)
        g_assert_true(bt_time_parse(text, &wall_ms, NULL));
    return wall_ms;
}

/* ---- documents: one table ---- */

static const char manifest_text[] =
    "{\"spec\":1,\"source\":\"kp\",\"version\":5,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],\"timezone\":\"UTC\","
    "\"layouts\":[{\"id\":\"l\",\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}"
    "],"
    "\"playlists\":[{\"id\":\"p\",\"items\":[]}],"
    "\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"ordinary\",\"zones\":{\"z\":\"p\"}}"
    "]}";

static const char now_text[] =
    "{\"screen\":\"s1\",\"version\":5,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"manifest\":null,\"deny\":[],\"commands\":[],\"root\":"
    "1}";

typedef struct {
    const char *name;
    const char *verify_as; /* manifest, alert, now */
    const char *sealed_as;
    const char *letters;
    const char *from, *to; /* a change in the document; NULL: none */
    gint64 floor;          /* version in force; 0: none; negative: this very envelope */
    const char *now;       /* NULL: not trusted */
    BtError code;
    const char *message; /* NULL: accepted */
} Case;

#define MANIFEST "manifest", "manifest"
#define ALERT "alert", "alert"
#define NOW "now", "now"
#define SAME NULL, NULL
#define CLASS(c) "\"class\":\"ordinary\"", "\"class\":\"" c "\""
#define ONE_DAY(end)                                                                               \
    "2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],\"timezone\":\"UTC\",\"layouts\":[{\"id\":\"l\"," \
    "\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],\"playlists\":[{\"id\":" \
    "\"p\",\"items\":[]}],\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"ordinary\"",  \
        end                                                                                        \
        "\",\"screens\":[\"s1\"],\"timezone\":\"UTC\",\"layouts\":[{\"id\":\"l\",\"canvas\":[64,"  \
        "32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],\"playlists\":[{\"id\":\"p\","      \
        "\"items\":[]}],\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"emergency\""
#define OK 0, NULL

static const Case cases[] = {
    /* signatures */
    { "one", MANIFEST, "P", SAME, 0, NULL, OK },
    { "none", MANIFEST, "", SAME, 0, NULL, BT_ERROR_SIGNATURE,
        "d:/signatures: 0 signed who may, 0 who may not: expected 1 publish key of root 1" },
    { "stranger", MANIFEST, "X", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "stranger-beside", MANIFEST, "XP", SAME, 0, NULL, OK },
    { "freshness-key-publishes", MANIFEST, "F", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "emergency-key-publishes", MANIFEST, "E", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "key-alive", MANIFEST, "O", SAME, 0, "2026-11-30T23:59:59Z", OK },
    { "key-ended", MANIFEST, "O", SAME, 0, "2026-12-01T00:00:00Z", BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "key-ended-time-not-trusted", MANIFEST, "O", SAME, 0, NULL, OK },
    /* ceilings */
    { "class-by-two", MANIFEST, "PQ", CLASS("priority"), 0, NULL, OK },
    { "class-by-one", MANIFEST, "P", CLASS("priority"), 0, NULL, BT_ERROR_CEILING,
        "d:/programmes/0/class: 1 who signed may use class \"priority\": expected 2" },
    { "class-by-one-twice", MANIFEST, "PP", CLASS("priority"), 0, NULL, BT_ERROR_CEILING,
        "d:/programmes/0/class: 1 who signed may use class \"priority\": expected 2" },
    { "class-by-one-and-one-who-may-not", MANIFEST, "PO", CLASS("priority"), 0, NULL,
        BT_ERROR_CEILING,
        "d:/programmes/0/class: 1 who signed may use class \"priority\": expected 2" },
    { "class-above-ceiling", MANIFEST, "Q", CLASS("requisition"), 0, NULL, BT_ERROR_CEILING,
        "d:/programmes/0/class: 0 who signed may use class \"requisition\": expected 1" },
    { "class-within-ceiling", MANIFEST, "P", CLASS("requisition"), 0, NULL, OK },
    { "emergency-in-manifest", MANIFEST, "P", CLASS("emergency"), 0, NULL, BT_ERROR_CEILING,
        "d:/programmes/0/class: a manifest has no class \"emergency\": expected it in an alert" },
    { "screens-within-ceiling", MANIFEST, "Q", "[\"s1\"]", "[\"s1\",\"s2\"]", 0, NULL, OK },
    { "screens-above-ceiling", MANIFEST, "Q", "[\"s1\"]", "[\"s1\",\"s3\"]", 0, NULL,
        BT_ERROR_CEILING, "d:/screens: 0 who signed may speak on all these screens: expected 1" },
    { "screens-without-ceiling", MANIFEST, "P", "[\"s1\"]", "[\"s1\",\"s3\"]", 0, NULL, OK },
    /* for whom, which version, until when */
    { "other-screen", MANIFEST, "P", "[\"s1\"]", "[\"s2\"]", 0, NULL, BT_ERROR_WRONG_SCREEN,
        "d:/screens: it is for other screens: expected \"s1\" among them" },
    { "other-source", MANIFEST, "P", "\"kp\"", "\"ar\"", 0, NULL, BT_ERROR_WRONG_SCREEN,
        "d:/source: it is of source \"ar\": expected \"kp\"" },
    { "newer", MANIFEST, "P", SAME, 4, NULL, OK },
    { "older", MANIFEST, "P", SAME, 6, NULL, BT_ERROR_ROLLBACK,
        "d:/version: 5 is older than what is in force: expected 6 or more" },
    { "same-version-other-hash", MANIFEST, "P", SAME, 5, NULL, BT_ERROR_CONFLICT,
        "d:/version: 5 is in force with other content: expected a higher one" },
    { "same-version-same-hash", MANIFEST, "P", SAME, -5, NULL, OK },
    { "not-yet-expired", MANIFEST, "P", SAME, 0, "2026-12-21T23:59:59Z", OK },
    { "expired", MANIFEST, "P", SAME, 0, "2026-12-22T00:00:00Z", BT_ERROR_EXPIRED,
        "d:/expires: it expired at 2026-12-22T00:00:00.000Z: expected an instant after "
        "2026-12-22T00:00:00.000Z" },
    { "root-expired", MANIFEST, "P", SAME, 0, "2027-11-22T00:00:00Z", BT_ERROR_EXPIRED,
        "d: root 1 expired: expected a newer root before new documents" },
    { "broken-payload", MANIFEST, "P", "\"spec\":1", "\"spec\":9", 0, NULL, BT_ERROR_UNSUPPORTED,
        "d:/spec: version 9 of the format is not known: expected 1" },
    /* one kind of document for another */
    { "alert-as-manifest", "manifest", "alert", "PE", SAME, 0, NULL, BT_ERROR_INVALID,
        "d:/payloadType: this is a document of another kind, application/vnd.bangtin.alert+json: "
        "expected application/vnd.bangtin.manifest+json" },
    { "now-as-manifest", "manifest", "now", "P", SAME, 0, NULL, BT_ERROR_INVALID,
        "d:/payloadType: this is a document of another kind, application/vnd.bangtin.now+json: "
        "expected "
        "application/vnd.bangtin.manifest+json" },
    { "manifest-as-alert", "alert", "manifest", "E", CLASS("emergency"), 0, NULL, BT_ERROR_INVALID,
        "d:/payloadType: this is a document of another kind, "
        "application/vnd.bangtin.manifest+json: "
        "expected application/vnd.bangtin.alert+json" },
    /* alerts */
    { "alert-24-h", ALERT, "E", ONE_DAY("2026-11-23T00:00:00Z"), 0, NULL, OK },
    { "alert-24-h-and-1-s", ALERT, "E", ONE_DAY("2026-11-23T00:00:01Z"), 0, NULL, BT_ERROR_LIMIT,
        "d:/expires: an alert lasts too long: expected at most 24 hours after \"issued\"" },
    { "alert-of-other-class", ALERT, "E", "2026-12-22", "2026-11-23", 0, NULL, BT_ERROR_CEILING,
        "d:/programmes/0/class: an alert has class \"ordinary\": expected emergency only" },
    { "alert-by-publisher", ALERT, "PQ", ONE_DAY("2026-11-23T00:00:00Z"), 0, NULL,
        BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 2 who may not: expected 1 emergency key of root 1" },
    { "alert-expired", ALERT, "E", ONE_DAY("2026-11-23T00:00:00Z"), 0, "2026-11-23T00:00:00Z",
        BT_ERROR_EXPIRED,
        "d:/expires: it expired at 2026-11-23T00:00:00.000Z: expected an instant after "
        "2026-11-23T00:00:00.000Z" },
    { "alert-older", ALERT, "E", ONE_DAY("2026-11-23T00:00:00Z"), 6, NULL, BT_ERROR_ROLLBACK,
        "d:/version: 5 is older than what is in force: expected 6 or more" },
    /* now.json */
    { "now", NOW, "F", SAME, 4, "2026-12-21T00:00:00Z", OK },
    { "now-by-publisher", NOW, "P", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 freshness key of root 1" },
    { "now-other-screen", NOW, "F", "\"s1\"", "\"s2\"", 0, NULL, BT_ERROR_WRONG_SCREEN,
        "d:/screen: it is for screen \"s2\": expected \"s1\"" },
    { "now-older", NOW, "F", SAME, 6, NULL, BT_ERROR_ROLLBACK,
        "d:/version: 5 is older than what is in force: expected 6 or more" },
    { "now-same-version-other-hash", NOW, "F", SAME, 5, NULL, BT_ERROR_CONFLICT,
        "d:/version: 5 is in force with other content: expected a higher one" },
    { "now-expired", NOW, "F", SAME, 0, "2026-12-22T00:00:00Z", BT_ERROR_EXPIRED,
        "d:/expires: it expired at 2026-12-22T00:00:00.000Z: expected an instant after "
        "2026-12-22T00:00:00.000Z" },
    { "now-unknown-key", NOW, "F", "\"root\":1", "\"root\":1,\"boost\":1", 0, NULL,
        BT_ERROR_INVALID,
        "d:/boost: unknown key: expected one of spec, screen, version, manifest, alert, issued, "
        "expires, "
        "deny, commands, root" },
};

static char *changed(const char *text, const char *from, const char *to)
{
    const char *place = from ? strstr(text, from) : NULL;
    if (!from)
        return g_strdup(text);
    if (!place)
        g_error("\"%s\" does not stand in the document", from);
    return g_strdup_printf("%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
}

static gboolean verify(const BtTrust *trust, const char *as, GBytes *envelope, const BtFloor *floor,
    gint64 now_ms, GError **error)
{
    if (strcmp(as, "now") == 0) {
        g_autoptr(BtNow) now = bt_trust_verify_now(trust, envelope, "d", floor, now_ms, error);
        return now != NULL;
    }
    g_autoptr(BtManifest) manifest = strcmp(as, "alert") == 0
        ? bt_trust_verify_alert(trust, envelope, "d", floor, now_ms, error)
        : bt_trust_verify_manifest(trust, envelope, "d", floor, now_ms, error);
    return manifest != NULL;
}

static BtFloor floor_of(gint64 version, GBytes *envelope)
{
    BtFloor floor = { ABS(version), "" };
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope, &size_bytes);
    if (version < 0)
        bt_hash_data(data, size_bytes, floor.sha256);
    return floor;
}

static void test_case(Fixture *f, gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    const char *base = strcmp(c->verify_as, "now") == 0 ? now_text : manifest_text;
    g_autofree char *text = changed(base, c->from, c->to);
    g_autoptr(GBytes) envelope = seal(f, c->sealed_as, text, c->letters);
    BtFloor floor = floor_of(c->floor, envelope);
    gboolean ok =
        verify(f->trust, c->verify_as, envelope, c->floor ? &floor : NULL, at(c->now), &error);
    if (c->message) {
        g_assert_error(error, BT_ERROR, (int)c->code);
        g_assert_cmpstr(error->message, ==, c->message);
    } else
        g_assert_no_error(error);
    g_assert_cmpint(ok, ==, c->message == NULL);
}

static void test_no_root(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtTrust) trust = bt_trust_new("kp", "s1");
    g_autoptr(GBytes) envelope = seal(f, "manifest", manifest_text, "P");
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(trust, "manifest", envelope, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
    g_assert_null(bt_trust_root(trust));
    g_assert_null(bt_trust_fingerprint(trust));
}

/* ---- tampering ---- */

/* An envelope with one of its members replaced by a string. */
static GBytes *with_member(GBytes *envelope, const char *key, const char *value)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope, &size_bytes);
    g_autoptr(BtJson) json = bt_json_parse(data, size_bytes, "", 1 << 20, 9, NULL);
    bt_json_set_string(json, key, value);
    g_autofree char *text = bt_json_to_text(json, FALSE);
    return bytes_of(text);
}

static void check_refused(
    const Fixture *f, GBytes *envelope, BtError code, const char *beginning, const char *end)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(f->trust, "manifest", envelope, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, (int)code);
    if (!g_str_has_prefix(error->message, beginning) || !g_str_has_suffix(error->message, end))
        g_error("message: %s", error->message);
}

static void test_other_payload(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *other = changed(manifest_text, "\"version\":5", "\"version\":6");
    g_autofree char *base64 = g_base64_encode((const guint8 *)other, strlen(other));
    g_autoptr(GBytes) envelope = seal(f, "manifest", manifest_text, "P");
    g_autoptr(GBytes) forged = with_member(envelope, "payload", base64);
    g_autofree char *id = id_of(f, 'P');
    g_autofree char *end = g_strdup_printf("expected the signature of key %.8s ", id);
    check_refused(f, forged, BT_ERROR_SIGNATURE, "d:/signatures/0/sig: it does not match: ", end);
}

/* A manifest's signature does not carry over to an alert: the type is signed too. */
static void test_other_type(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = changed(manifest_text, CLASS("emergency"));
    g_autoptr(GBytes) envelope = seal(f, "manifest", text, "E");
    g_autoptr(GBytes) forged =
        with_member(envelope, "payloadType", "application/vnd.bangtin.alert+json");
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(f->trust, "alert", forged, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_SIGNATURE);
}

static GBytes *with_signature(const Fixture *f, char letter, const char *sig)
{
    g_autofree char *base64 = g_base64_encode((const guint8 *)manifest_text, strlen(manifest_text));
    g_autofree char *id = id_of(f, letter);
    g_autofree char *text = g_strdup_printf(
        "{\"payloadType\":\"application/vnd.bangtin.manifest+json\",\"payload\":\"%s\","
        "\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"%s\"}]}",
        base64, id, sig);
    return bytes_of(text);
}

static void test_wrong_signatures(Fixture *f, gconstpointer data)
{
    (void)data;
    guint8 zeros[BT_SIGNATURE_BYTES] = { 0 };
    g_autofree char *zero = g_base64_encode(zeros, sizeof zeros);
    g_autofree char *short_one = g_base64_encode(zeros, sizeof zeros - 1);
    g_autoptr(GBytes) forged = with_signature(f, 'P', zero);
    g_autoptr(GBytes) too_short = with_signature(f, 'P', short_one);
    g_autoptr(GBytes) empty = with_signature(f, 'P', "");
    g_autoptr(GBytes) garbage = with_signature(f, 'P', "%%%%");
    check_refused(f, forged, BT_ERROR_SIGNATURE, "d:/signatures/0/sig: it does not match", "");
    check_refused(f, too_short, BT_ERROR_SIGNATURE, "d:/signatures/0/sig: it does not match", "");
    check_refused(f, empty, BT_ERROR_SIGNATURE, "d:/signatures/0/sig: it does not match", "");
    check_refused(f, garbage, BT_ERROR_SYNTAX,
        "d:/signatures/0/sig: this is not base64: expected the standard alphabet with padding", "");
}

/* ---- the form ---- */

static const struct {
    const char *name, *text;
    BtError code;
    const char *message;
} forms[] = {
    { "array", "[]", BT_ERROR_INVALID, "d: an array: expected an object" },
    { "empty-object", "{}", BT_ERROR_INVALID, "d: a key is missing: expected \"payloadType\"" },
    { "unknown-key", "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[],\"more\":1}",
        BT_ERROR_INVALID, "d:/more: unknown key: expected payloadType, payload, signatures only" },
    { "payload-number", "{\"payloadType\":\"t\",\"payload\":1,\"signatures\":[]}", BT_ERROR_INVALID,
        "d:/payload: an integer: expected a string" },
    { "payload-not-base64", "{\"payloadType\":\"t\",\"payload\":\"a\",\"signatures\":[]}",
        BT_ERROR_SYNTAX,
        "d:/payload: this is not base64: expected the standard alphabet with padding" },
    { "payload-url-base64", "{\"payloadType\":\"t\",\"payload\":\"_-8=\",\"signatures\":[]}",
        BT_ERROR_SYNTAX,
        "d:/payload: this is not base64: expected the standard alphabet with padding" },
    { "signatures-missing", "{\"payloadType\":\"t\",\"payload\":\"\"}", BT_ERROR_INVALID,
        "d: a key is missing: expected \"signatures\"" },
    { "signature-text", "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[\"s\"]}",
        BT_ERROR_INVALID, "d:/signatures/0: a string: expected an object" },
    { "signature-without-keyid",
        "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[{\"sig\":\"\"}]}",
        BT_ERROR_INVALID, "d:/signatures/0: a key is missing: expected \"keyid\"" },
    { "other-type", "{\"payloadType\":\"text/plain\",\"payload\":\"\",\"signatures\":[]}",
        BT_ERROR_INVALID,
        "d:/payloadType: this is a document of another kind, text/plain: expected "
        "application/vnd.bangtin.manifest+json" },
    { "deep", "{\"signatures\":[{\"a\":[]}]}", BT_ERROR_LIMIT,
        "d:1:21: too deep: expected at most 3 levels" },
};

static void test_form(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GBytes) envelope = bytes_of(forms[i].text);
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(f->trust, "manifest", envelope, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, (int)forms[i].code);
    g_assert_cmpstr(error->message, ==, forms[i].message);
}

static void test_signature_limit(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) most = seal(f, "manifest", manifest_text, "PPPPPPPPPPPPPPPP");
    g_autoptr(GBytes) more = seal(f, "manifest", manifest_text, "PPPPPPPPPPPPPPPPP");
    g_assert_true(verify(f->trust, "manifest", most, NULL, BT_TIME_MIN, NULL));
    check_refused(f, more, BT_ERROR_LIMIT, "d:/signatures: 17 elements: expected at most 16", "");
}

static void test_size_limits(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *large = g_strnfill(100 * 1000 * 1000, '{');
    g_autoptr(GBytes) huge = g_bytes_new_static(large, 100 * 1000 * 1000);
    check_refused(f, huge, BT_ERROR_LIMIT, "d: 100000000 bytes: expected at most 1406292", "");
    g_autofree char *spaces = g_strnfill(BT_MANIFEST_MAX_BYTES + 1 - strlen(manifest_text), ' ');
    g_autofree char *text = g_strconcat(manifest_text, spaces, NULL);
    g_autoptr(GBytes) over = seal(f, "manifest", text, "P");
    check_refused(f, over, BT_ERROR_LIMIT, "d: 1048577 bytes: expected at most 1048576", "");
    text[BT_MANIFEST_MAX_BYTES] = '\0';
    g_autoptr(GBytes) just = seal(f, "manifest", text, "P");
    g_assert_true(verify(f->trust, "manifest", just, NULL, BT_TIME_MIN, NULL));
}

/* now.json is polled, so its whole envelope is bounded. */
static void test_now_size(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) envelope = seal(f, "now", now_text, "F");
    gsize size_bytes = g_bytes_get_size(envelope);
    g_autofree char *spaces = g_strnfill(BT_NOW_MAX_BYTES + 1 - size_bytes, ' ');
    g_autofree char *text = g_strdup_printf(
        "%.*s%s", (int)size_bytes, (const char *)g_bytes_get_data(envelope, NULL), spaces);
    g_autoptr(GBytes) just = g_bytes_new(text, BT_NOW_MAX_BYTES);
    g_autoptr(GBytes) over = g_bytes_new(text, BT_NOW_MAX_BYTES + 1);
    g_autoptr(GError) error = NULL;
    g_assert_true(verify(f->trust, "now", just, NULL, BT_TIME_MIN, NULL));
    g_assert_false(verify(f->trust, "now", over, NULL, BT_TIME_MIN, &error));
    g_assert_cmpstr(error->message, ==, "d: 8193 bytes: expected at most 8192");
}

static void test_truncated(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) envelope = seal(f, "manifest", manifest_text, "P");
    for (gsize n = 0; n < g_bytes_get_size(envelope); n++) {
        /* A copy of its own, so that the sanitizer sees a read beyond it. */
        g_autoptr(GBytes) part = g_bytes_new(g_bytes_get_data(envelope, NULL), n);
        g_assert_false(verify(f->trust, "manifest", part, NULL, BT_TIME_MIN, NULL));
    }
}

/* What is signed is DSSE's encoding, put together here by hand. */
static void test_pae(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char message[] = "DSSEv1 38 application/vnd.bangtin.thing+json 11 hello world";
    g_assert_cmpuint(strlen("application/vnd.bangtin.thing+json"), ==, 34);
    g_autofree char *right = changed(message, "38", "34");
    g_autoptr(GBytes) envelope = seal(f, "thing", "hello world", "P");
    gsize size_bytes;
    const void *bytes = g_bytes_get_data(envelope, &size_bytes);
    g_autoptr(BtJson) json = bt_json_parse(bytes, size_bytes, "", 10000, 9, NULL);
    BtJsonAt root = bt_json_root("", json), list, one, sig;
    g_assert_true(bt_json_member(&root, "signatures", &list));
    one = bt_json_element(&list, 0);
    g_assert_true(bt_json_member(&one, "sig", &sig));
    const char *text = bt_json_read_string(&sig, 88, 88, NULL);
    g_autoptr(GBytes) raw = bt_base64_decode(text, strlen(text));
    BtPublicKey key = bt_key_public(key_of(f, 'P'));
    g_assert_true(bt_public_key_verify(&key, right, strlen(right), g_bytes_get_data(raw, NULL)));
}

/* ---- peeking ---- */

static void test_peek(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) plain = bytes_of("{\"spec\":1}");
    g_autoptr(GBytes) sealed = bt_envelope_seal("manifest", plain, &f->keys[0], 1);
    g_autoptr(GBytes) junk = bytes_of("[1]");
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) from_sealed = bt_envelope_peek(sealed, "d", 1000, &error);
    g_autoptr(GBytes) from_plain = bt_envelope_peek(plain, "d", 1000, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(from_sealed, plain));
    g_assert_true(g_bytes_equal(from_plain, plain));
    g_assert_null(bt_envelope_peek(junk, "d", 1000, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
}

/* ---- the first root ---- */

static void test_first_root(Fixture *f, gconstpointer data)
{
    (void)data;
    char hex[BT_HASH_HEX_SIZE];
    g_autofree char *text = root_text(f, &root_1);
    bt_hash_data(text, strlen(text), hex);
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), ==, hex);
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, 1);
    g_autoptr(GBytes) envelope = sealed_root(f, &root_1, "RS");
    g_autoptr(GError) error = NULL;
    g_assert_false(bt_trust_accept_first_root(f->trust, envelope, "1.json", NULL, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_CONFLICT);
}

static void check_first(const Fixture *f, const char *source, const RootSpec *spec,
    const char *letters, const char *fingerprint, int code)
{
    g_autoptr(BtTrust) trust = bt_trust_new(source, "s1");
    g_autoptr(GBytes) envelope = sealed_root(f, spec, letters);
    g_autoptr(GError) error = NULL;
    gboolean ok = bt_trust_accept_first_root(trust, envelope, "1.json", fingerprint, &error);
    g_assert_cmpint(error ? error->code : -1, ==, code);
    g_assert_cmpint(ok, ==, code == -1);
    g_assert_cmpint(bt_trust_root(trust) != NULL, ==, ok);
}

static void test_first_root_refusals(Fixture *f, gconstpointer data)
{
    (void)data;
    char hex[BT_HASH_HEX_SIZE];
    g_autofree char *text = root_text(f, &root_1);
    bt_hash_data(text, strlen(text), hex);
    check_first(f, "", &root_1, "RS", hex, -1);
    check_first(f, "kp", &root_1, "ST", NULL, -1);
    check_first(f, "kp", &root_1, "R", NULL, BT_ERROR_SIGNATURE);
    check_first(f, "kp", &root_1, "RR", NULL, BT_ERROR_SIGNATURE);
    check_first(f, "kp", &root_1, "RX", NULL, BT_ERROR_UNKNOWN_KEY);
    check_first(f, "kp", &root_1, "PQ", NULL, BT_ERROR_UNKNOWN_KEY);
    check_first(f, "ar", &root_1, "RS", NULL, BT_ERROR_WRONG_SCREEN);
    hex[0] = hex[0] == '0' ? '1' : '0';
    check_first(f, "kp", &root_1, "RS", hex, BT_ERROR_MISMATCH);
}

/* ---- rotation ---- */

/* Root 2 gives R's and S's places to U: T and U remain, both needed. */
static const RootSpec root_2 = { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" };

static const struct {
    const char *name;
    RootSpec spec;
    const char *letters;
    int code; /* -1: accepted */
    const char *message;
} rotations[] = {
    { "by-both", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "RTU", -1, NULL },
    { "by-old-only", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "RST", BT_ERROR_UNKNOWN_KEY,
        "2.json:/signatures: 1 signed who may, 2 who may not: expected 2 root keys of root 2" },
    { "by-new-only", { 2, "kp", "TU", 2, "2028-11-22T00:00:00Z" }, "TU", BT_ERROR_UNKNOWN_KEY,
        "2.json:/signatures: 1 signed who may, 1 who may not: expected 2 root keys of root 1" },
    { "by-old-same-key-twice", { 2, "kp", "RS", 2, "2028-11-22T00:00:00Z" }, "RR",
        BT_ERROR_SIGNATURE,
        "2.json:/signatures: 1 signed who may, 0 who may not: expected 2 root keys of root 1" },
    { "same-keys", { 2, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "ST", -1, NULL },
    { "two-further", { 3, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_INVALID,
        "2.json:/version: it is root 3: expected root 2" },
    { "the-same-again", { 1, "kp", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_ROLLBACK,
        "2.json:/version: it is root 1: expected root 2" },
    { "other-source", { 2, "ar", "RST", 2, "2028-11-22T00:00:00Z" }, "RS", BT_ERROR_WRONG_SCREEN,
        "2.json:/source: it is of source \"ar\": expected \"kp\"" },
    { "expired-is-taken", { 2, "kp", "RST", 2, "2026-11-23T00:00:00Z" }, "RS", -1, NULL },
};

static void test_rotation(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) envelope = sealed_root(f, &rotations[i].spec, rotations[i].letters);
    gboolean ok =
        bt_trust_accept_next_root(f->trust, envelope, "2.json", at("2026-12-01T00:00:00Z"), &error);
    g_assert_cmpint(error ? error->code : -1, ==, rotations[i].code);
    g_assert_cmpstr(error ? error->message : NULL, ==, rotations[i].message);
    g_assert_cmpint(ok, ==, rotations[i].code == -1);
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, ok ? 2 : 1);
}

static void test_walk(Fixture *f, gconstpointer data)
{
    (void)data;
    static const RootSpec root_3 = { 3, "kp", "UX", 1, "2029-11-22T00:00:00Z" };
    g_autoptr(GBytes) two = sealed_root(f, &root_2, "STU"), three = sealed_root(f, &root_3, "TU");
    g_autofree char *first = g_strdup(bt_trust_fingerprint(f->trust));
    g_assert_false(bt_trust_accept_next_root(f->trust, three, "3.json", BT_TIME_MIN, NULL));
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), ==, first);
    g_assert_true(bt_trust_accept_next_root(f->trust, two, "2.json", BT_TIME_MIN, NULL));
    g_assert_true(bt_trust_accept_next_root(f->trust, three, "3.json", BT_TIME_MIN, NULL));
    g_assert_cmpint(bt_trust_root(f->trust)->version, ==, 3);
    g_assert_cmpstr(bt_trust_fingerprint(f->trust), !=, first);
    g_autoptr(GBytes) manifest = seal(f, "manifest", manifest_text, "P");
    g_assert_true(verify(f->trust, "manifest", manifest, NULL, BT_TIME_MIN, NULL));
}

#define ADD(name, function)                                                                        \
    g_test_add("/envelope/" name, Fixture, NULL, set_up, function, tear_down)

static void add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/envelope/verify/", cases[i].name, NULL);
        g_test_add(path, Fixture, &cases[i], set_up, test_case, tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *path = g_strconcat("/envelope/form/", forms[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), set_up, test_form, tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(rotations); i++) {
        g_autofree char *path = g_strconcat("/envelope/rotation/", rotations[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), set_up, test_rotation, tear_down);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_tables();
    ADD("no-root", test_no_root);
    ADD("pae", test_pae);
    ADD("peek", test_peek);
    ADD("first-root/accepted", test_first_root);
    ADD("first-root/refusals", test_first_root_refusals);
    ADD("rotation/walk", test_walk);
    ADD("tampering/payload", test_other_payload);
    ADD("tampering/type", test_other_type);
    ADD("tampering/signature", test_wrong_signatures);
    ADD("limit/signatures", test_signature_limit);
    ADD("limit/size", test_size_limits);
    ADD("limit/now", test_now_size);
    ADD("truncated", test_truncated);
    return g_test_run();
}
