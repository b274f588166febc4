/* Who may say what: envelopes, ceilings, floors. */
#include "base/json.h"
#include "tests/unit/trust-fixture.h"

#include <string.h>

/* ---- documents: one table ---- */

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
        "d:/boost: unknown key: expected one of spec, screen, version, manifest, alert, order, "
        "issued, "
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
    const char *base = strcmp(c->verify_as, "now") == 0 ? now_text : fix_manifest_text;
    g_autofree char *text = changed(base, c->from, c->to);
    g_autoptr(GBytes) envelope = fix_seal(f, c->sealed_as, text, c->letters);
    BtFloor floor = floor_of(c->floor, envelope);
    gboolean ok =
        verify(f->trust, c->verify_as, envelope, c->floor ? &floor : NULL, fix_at(c->now), &error);
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
    g_autoptr(GBytes) envelope = fix_seal(f, "manifest", fix_manifest_text, "P");
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
    return fix_bytes_of(text);
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
    g_autofree char *other = changed(fix_manifest_text, "\"version\":5", "\"version\":6");
    g_autofree char *base64 = g_base64_encode((const guint8 *)other, strlen(other));
    g_autoptr(GBytes) envelope = fix_seal(f, "manifest", fix_manifest_text, "P");
    g_autoptr(GBytes) forged = with_member(envelope, "payload", base64);
    g_autofree char *id = fix_id_of(f, 'P');
    g_autofree char *end = g_strdup_printf("expected the signature of key %.8s ", id);
    check_refused(f, forged, BT_ERROR_SIGNATURE, "d:/signatures/0/sig: it does not match: ", end);
}

/* A manifest's signature does not carry over to an alert: the type is signed too. */
static void test_other_type(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = changed(fix_manifest_text, CLASS("emergency"));
    g_autoptr(GBytes) envelope = fix_seal(f, "manifest", text, "E");
    g_autoptr(GBytes) forged =
        with_member(envelope, "payloadType", "application/vnd.bangtin.alert+json");
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(f->trust, "alert", forged, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_SIGNATURE);
}

static GBytes *with_signature(const Fixture *f, char letter, const char *sig)
{
    g_autofree char *base64 =
        g_base64_encode((const guint8 *)fix_manifest_text, strlen(fix_manifest_text));
    g_autofree char *id = fix_id_of(f, letter);
    g_autofree char *text = g_strdup_printf(
        "{\"payloadType\":\"application/vnd.bangtin.manifest+json\",\"payload\":\"%s\","
        "\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"%s\"}]}",
        base64, id, sig);
    return fix_bytes_of(text);
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
    g_autoptr(GBytes) envelope = fix_bytes_of(forms[i].text);
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(f->trust, "manifest", envelope, NULL, BT_TIME_MIN, &error));
    g_assert_error(error, BT_ERROR, (int)forms[i].code);
    g_assert_cmpstr(error->message, ==, forms[i].message);
}

static void test_signature_limit(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) most = fix_seal(f, "manifest", fix_manifest_text, "PPPPPPPPPPPPPPPP");
    g_autoptr(GBytes) more = fix_seal(f, "manifest", fix_manifest_text, "PPPPPPPPPPPPPPPPP");
    g_assert_true(verify(f->trust, "manifest", most, NULL, BT_TIME_MIN, NULL));
    check_refused(f, more, BT_ERROR_LIMIT, "d:/signatures: 17 elements: expected at most 16", "");
}

static void test_size_limits(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *large = g_strnfill(100 * 1000 * 1000, '{');
    g_autoptr(GBytes) huge = g_bytes_new_static(large, 100 * 1000 * 1000);
    check_refused(f, huge, BT_ERROR_LIMIT, "d: 100000000 bytes: expected at most 1406292", "");
    g_autofree char *spaces =
        g_strnfill(BT_MANIFEST_MAX_BYTES + 1 - strlen(fix_manifest_text), ' ');
    g_autofree char *text = g_strconcat(fix_manifest_text, spaces, NULL);
    g_autoptr(GBytes) over = fix_seal(f, "manifest", text, "P");
    check_refused(f, over, BT_ERROR_LIMIT, "d: 1048577 bytes: expected at most 1048576", "");
    text[BT_MANIFEST_MAX_BYTES] = '\0';
    g_autoptr(GBytes) just = fix_seal(f, "manifest", text, "P");
    g_assert_true(verify(f->trust, "manifest", just, NULL, BT_TIME_MIN, NULL));
}

/* now.json is polled, so its whole envelope is bounded. */
static void test_now_size(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) envelope = fix_seal(f, "now", now_text, "F");
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
    g_autoptr(GBytes) envelope = fix_seal(f, "manifest", fix_manifest_text, "P");
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
    g_autoptr(GBytes) envelope = fix_seal(f, "thing", "hello world", "P");
    gsize size_bytes;
    const void *bytes = g_bytes_get_data(envelope, &size_bytes);
    g_autoptr(BtJson) json = bt_json_parse(bytes, size_bytes, "", 10000, 9, NULL);
    BtJsonAt root = bt_json_root("", json), list, one, sig;
    g_assert_true(bt_json_member(&root, "signatures", &list));
    one = bt_json_element(&list, 0);
    g_assert_true(bt_json_member(&one, "sig", &sig));
    const char *text = bt_json_read_string(&sig, 88, 88, NULL);
    g_autoptr(GBytes) raw = bt_base64_decode(text, strlen(text));
    BtPublicKey key = bt_key_public(fix_key_of(f, 'P'));
    g_assert_true(bt_public_key_verify(&key, right, strlen(right), g_bytes_get_data(raw, NULL)));
}

/* ---- peeking ---- */

static void test_peek(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) plain = fix_bytes_of("{\"spec\":1}");
    g_autoptr(GBytes) sealed = bt_envelope_seal("manifest", plain, &f->keys[0], 1);
    g_autoptr(GBytes) junk = fix_bytes_of("[1]");
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) from_sealed = bt_envelope_peek(sealed, "d", 1000, &error);
    g_autoptr(GBytes) from_plain = bt_envelope_peek(plain, "d", 1000, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(from_sealed, plain));
    g_assert_true(g_bytes_equal(from_plain, plain));
    g_assert_null(bt_envelope_peek(junk, "d", 1000, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
}

#define ADD(name, function)                                                                        \
    g_test_add("/envelope/" name, Fixture, NULL, fix_set_up, function, fix_tear_down)

static void add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/envelope/verify/", cases[i].name, NULL);
        g_test_add(path, Fixture, &cases[i], fix_set_up, test_case, fix_tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *path = g_strconcat("/envelope/form/", forms[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), fix_set_up, test_form, fix_tear_down);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_tables();
    ADD("no-root", test_no_root);
    ADD("pae", test_pae);
    ADD("peek", test_peek);
    ADD("tampering/payload", test_other_payload);
    ADD("tampering/type", test_other_type);
    ADD("tampering/signature", test_wrong_signatures);
    ADD("limit/signatures", test_signature_limit);
    ADD("limit/size", test_size_limits);
    ADD("limit/now", test_now_size);
    ADD("truncated", test_truncated);
    return g_test_run();
}
