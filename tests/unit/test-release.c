/* The order that ends cuts: what it may say, and who may say it. */
#include "tests/unit/trust-fixture.h"

#include <string.h>

static const char order_text[] =
    "{\"spec\":1,\"source\":\"kp\",\"version\":5,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],"
    "\"orders\":[{\"id\":\"o1\",\"verb\":\"resume\",\"of\":\"c1\"}]}";

typedef struct {
    const char *name, *sealed_as, *letters;
    const char *from, *to; /* a change in the document; NULL: none */
    gint64 floor;          /* version in force; 0: none */
    const char *now;       /* NULL: not trusted */
    BtError code;
    const char *message; /* NULL: accepted */
} Case;

#define SAME NULL, NULL
#define OK 0, NULL
#define ORDER "{\"id\":\"o1\",\"verb\":\"resume\",\"of\":\"c1\"}"

static const Case cases[] = {
    /* who */
    { "by-publisher", "order", "P", SAME, 0, NULL, OK },
    { "by-emergency", "order", "E", SAME, 0, NULL, OK },
    { "by-freshness", "order", "F", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "by-root-keys", "order", "RST", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 3 who may not: expected 1 publish key of root 1" },
    { "by-stranger", "order", "X", SAME, 0, NULL, BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "by-nobody", "order", "", SAME, 0, NULL, BT_ERROR_SIGNATURE,
        "d:/signatures: 0 signed who may, 0 who may not: expected 1 publish key of root 1" },
    { "key-ended", "order", "O", SAME, 0, "2026-12-01T00:00:00Z", BT_ERROR_UNKNOWN_KEY,
        "d:/signatures: 0 signed who may, 1 who may not: expected 1 publish key of root 1" },
    { "screens-within-ceiling", "order", "Q", "[\"s1\"]", "[\"s1\",\"s2\"]", 0, NULL, OK },
    { "screens-above-ceiling", "order", "Q", "[\"s1\"]", "[\"s1\",\"s3\"]", 0, NULL,
        BT_ERROR_CEILING, "d:/screens: 0 who signed may speak on all these screens: expected 1" },
    { "another-document", "now", "P", SAME, 0, NULL, BT_ERROR_INVALID,
        "d:/payloadType: this is a document of another kind, application/vnd.bangtin.now+json: "
        "expected application/vnd.bangtin.order+json" },
    /* for whom, which version, until when */
    { "other-screen", "order", "P", "[\"s1\"]", "[\"s2\"]", 0, NULL, BT_ERROR_WRONG_SCREEN,
        "d:/screens: it is for other screens: expected \"s1\" among them" },
    { "other-source", "order", "P", "\"kp\"", "\"ar\"", 0, NULL, BT_ERROR_WRONG_SCREEN,
        "d:/source: it is of source \"ar\": expected \"kp\"" },
    { "newer", "order", "P", SAME, 4, NULL, OK },
    { "older", "order", "P", SAME, 6, NULL, BT_ERROR_ROLLBACK,
        "d:/version: 5 is older than what is in force: expected 6 or more" },
    { "older-by-emergency", "order", "E", SAME, 6, NULL, BT_ERROR_ROLLBACK,
        "d:/version: 5 is older than what is in force: expected 6 or more" },
    { "same-version", "order", "P", SAME, 5, NULL, BT_ERROR_CONFLICT,
        "d:/version: 5 is in force with other content: expected a higher one" },
    { "expired", "order", "P", SAME, 0, "2026-12-22T00:00:00Z", BT_ERROR_EXPIRED,
        "d:/expires: it expired at 2026-12-22T00:00:00.000Z: expected an instant after "
        "2026-12-22T00:00:00.000Z" },
    { "too-long", "order", "P", "2026-12-22", "2027-01-22", 0, NULL, BT_ERROR_LIMIT,
        "d:/expires: it expires too long after \"issued\": expected at most 60 days" },
    /* what */
    { "all", "order", "P", "\"c1\"", "\"all\"", 0, NULL, OK },
    { "another-verb", "order", "P", "\"resume\"", "\"brighter\"", 0, NULL, BT_ERROR_INVALID,
        "d:/orders/0/verb: \"brighter\" is not known: expected one of resume" },
    { "nothing", "order", "P", ORDER, "", 0, NULL, BT_ERROR_INVALID,
        "d:/orders: 0 elements: expected 1 or more" },
    { "twice", "order", "P", ORDER, ORDER "," ORDER, 0, NULL, BT_ERROR_INVALID,
        "d:/orders/1: \"o1\" is used twice: expected an id of its own" },
    { "unknown-key", "order", "P", "\"of\"", "\"by\":1,\"of\"", 0, NULL, BT_ERROR_INVALID,
        "d:/orders/0/by: unknown key: expected one of id, verb, of" },
};

static char *changed(const Case *c)
{
    const char *place = c->from ? strstr(order_text, c->from) : NULL;
    return place ? g_strdup_printf("%.*s%s%s", (int)(place - order_text), order_text, c->to,
                       place + strlen(c->from))
                 : g_strdup(order_text);
}

static void test_case(Fixture *f, gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = changed(c);
    g_autoptr(GBytes) envelope = fix_seal(f, c->sealed_as, text, c->letters);
    BtFloor floor = { c->floor, "" };
    g_autoptr(BtRelease) release = bt_trust_verify_release(
        f->trust, envelope, "d", c->floor ? &floor : NULL, fix_at(c->now), &error);
    if (c->message) {
        g_assert_error(error, BT_ERROR, (int)c->code);
        g_assert_cmpstr(error->message, ==, c->message);
    } else {
        g_assert_no_error(error);
    }
    g_assert_cmpint(release != NULL, ==, c->message == NULL);
}

static void test_values(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtRelease) release = bt_release_parse(order_text, sizeof order_text - 1, "d", &error);
    g_assert_no_error(error);
    g_assert_cmpint(release->version, ==, 5);
    g_assert_cmpuint(release->screens->len, ==, 1);
    const BtResume *resume = g_ptr_array_index(release->resumes, 0);
    g_assert_cmpstr(resume->id, ==, "o1");
    g_assert_cmpstr(resume->cut, ==, "c1");
}

/* One more than may be. */
static void test_limit(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_len(text, order_text, (gssize)(sizeof order_text - 1) - 2);
    for (int i = 0; i < BT_RELEASE_MAX_ORDERS; i++)
        g_string_append_printf(text, ",{\"id\":\"x%d\",\"verb\":\"resume\",\"of\":\"c1\"}", i);
    g_string_append(text, "]}");
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_release_parse(text->str, text->len, "d", &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/release/", cases[i].name, NULL);
        g_test_add(path, Fixture, &cases[i], fix_set_up, test_case, fix_tear_down);
    }
    g_test_add_func("/release/values", test_values);
    g_test_add_func("/release/limit", test_limit);
    return g_test_run();
}
