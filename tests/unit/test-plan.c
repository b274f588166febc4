/* The order in which things are fetched, and the claim code. */
#include "playlists/sync/plan.h"
#include "playlists/sync/sync.h"

#include <string.h>

#define HASH(c) c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c
#define H1 HASH("11")
#define H2 HASH("22")
#define H3 HASH("33")
#define H4 HASH("44")
#define H5 HASH("55")
#define H6 HASH("66")
#define H7 HASH("77")
#define H8 HASH("88")
#define H9 HASH("99")

/* ---- documents ---- */

static const struct {
    const char *name, *manifest, *alert, *deny;
    gint64 root;
    const char *expected; /* one letter a step, with the first digit of its hash */
} documents[] = {
    { "nothing", "", "", NULL, 1, "A- M-" },
    { "manifest", H1, "", NULL, 1, "A- M1" },
    { "alert-first", H1, H2, NULL, 1, "A2 M1" },
    { "root-first-of-all", H1, H2, NULL, 3, "R2 A2 M1" },
    { "denied-manifest", H1, H2, H1, 1, "A2" },
    { "denied-alert", H1, H2, H2, 1, "M1" },
};

static BtNow *make_now(const char *manifest, const char *alert, const char *deny, gint64 root)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *json = g_strdup_printf(
        "{\"screen\":\"s\",\"version\":1,%s%s%s%s%s%s\"issued\":\"2026-11-22T00:00:00Z\","
        "\"expires\":\"2026-11-23T00:00:00Z\",\"deny\":[%s%s%s],\"commands\":[],\"root\":%d}",
        *manifest ? "\"manifest\":\"" : "", manifest, *manifest ? "\"," : "",
        *alert ? "\"alert\":\"" : "", alert, *alert ? "\"," : "", deny ? "\"" : "",
        deny ? deny : "", deny ? "\"" : "", (int)root);
    BtNow *now = bt_now_parse(json, strlen(json), "now.json", &error);
    g_assert_no_error(error);
    return now;
}

static void append_step(GString *text, const BtStep *step)
{
    if (text->len > 0)
        g_string_append_c(text, ' ');
    if (step->kind == BT_STEP_ROOT)
        g_string_append_printf(text, "R%d", (int)step->root);
    else
        g_string_append_printf(text, "%c%c", step->kind == BT_STEP_ALERT ? 'A' : 'M',
            *step->sha256 ? *step->sha256 : '-');
}

static void test_documents(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(BtNow) now =
        make_now(documents[i].manifest, documents[i].alert, documents[i].deny, documents[i].root);
    g_autoptr(GArray) steps = bt_plan_documents(now, 1);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint k = 0; k < steps->len; k++)
        append_step(text, &g_array_index(steps, BtStep, k));
    g_assert_cmpstr(text->str, ==, documents[i].expected);
}

/* ---- assets ---- */

static const char manifest_json[] =
    "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s\"],\"timezone\":\"Asia/Ho_Chi_Minh\","
    "\"assets\":{"
    "\"" H1 "\":{\"size\":1,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H2 "\":{\"size\":2,\"type\":\"image/png\"},"
    "\"" H3 "\":{\"size\":3,\"type\":\"audio/mpeg\",\"duration_ms\":1000},"
    "\"" H4 "\":{\"size\":4,\"type\":\"image/png\"},"
    "\"" H5 "\":{\"size\":5,\"type\":\"image/png\"},"
    "\"" H6 "\":{\"size\":6,\"type\":\"image/png\"},"
    "\"" H7 "\":{\"size\":7,\"type\":\"image/png\"},"
    "\"" H8 "\":{\"size\":8,\"type\":\"application/x-subrip\"},"
    "\"" H9 "\":{\"size\":9,\"type\":\"text/vtt\"}},"
    "\"layouts\":[{\"id\":\"full\",\"canvas\":[640,384],\"zones\":[{\"id\":\"main\","
    "\"rect\":[0,0,640,384]}]}],"
    "\"playlists\":[{\"id\":\"a\",\"items\":["
    "{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"" H1 "\",\"subtitles\":["
    "{\"lang\":\"vi\",\"asset\":\"" H8 "\"},{\"lang\":\"km\",\"asset\":\"" H9 "\"}]},"
    "{\"id\":\"s\",\"kind\":\"stream\",\"url\":\"https://x.vn/s\",\"duration_ms\":60000,"
    "\"fallback\":\"" H6 "\"},"
    "{\"id\":\"i\",\"kind\":\"image\",\"asset\":\"" H2 "\"},"
    "{\"id\":\"m\",\"kind\":\"audio\",\"asset\":\"" H3 "\"}]},"
    "{\"id\":\"b\",\"items\":["
    "{\"id\":\"t\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"T\"}],"
    "\"picture\":\"" H4 "\"},"
    "{\"id\":\"j\",\"kind\":\"image\",\"asset\":\"" H2 "\"},"
    "{\"id\":\"k\",\"kind\":\"image\",\"asset\":\"" H5 "\"}]}],"
    "\"programmes\":[{\"id\":\"p\",\"layout\":\"full\",\"class\":\"ordinary\","
    "\"zones\":{\"main\":\"a\"}}]}";

static gboolean has_in_set(const char *sha256, gpointer user)
{
    return g_hash_table_contains(user, sha256);
}

static char *first_digits(const GArray *steps)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < steps->len; i++) {
        const BtStep *step = &g_array_index(steps, BtStep, i);
        g_assert_cmpint(step->kind, ==, BT_STEP_ASSET);
        g_assert_cmpuint(step->size_bytes, ==, (guint64)(*step->sha256 - '0'));
        g_string_append_c(text, *step->sha256);
    }
    return g_string_free(text, FALSE);
}

static void test_assets(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(manifest_json, sizeof manifest_json - 1, "manifest", &error);
    g_assert_no_error(error);
    g_autoptr(GArray) assets = bt_plan_assets(manifest, BT_TIME_MIN);
    /* Subtitles, picture, images in order (a fallback is one), sound, video; each once; 7 is used
     * by nobody. */
    g_autofree char *order = first_digits(assets);
    g_assert_cmpstr(order, ==, "89462531");

    g_autoptr(GHashTable) here = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(here, (gpointer)H2);
    g_autoptr(BtNow) now = make_now("", "", H1, 1);
    g_autoptr(GArray) missing = bt_plan_missing(assets, now, has_in_set, here);
    g_autofree char *rest = first_digits(missing);
    g_assert_cmpstr(rest, ==, "894653");
    g_autoptr(GArray) undenied = bt_plan_missing(assets, NULL, has_in_set, here);
    g_assert_cmpuint(undenied->len, ==, 7);
}

/* ---- what is due first ---- */

/* Films of programmes that begin at other hours, days and dates, named by their hash's digit; 1 is
 * in two of them, 6 in none, 7 is over, 5 is an image. */
static const char due_json[] =
    "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s\"],\"timezone\":\"Asia/Ho_Chi_Minh\","
    "\"assets\":{"
    "\"" H1 "\":{\"size\":1,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H2 "\":{\"size\":2,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H3 "\":{\"size\":3,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H4 "\":{\"size\":4,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H5 "\":{\"size\":5,\"type\":\"image/png\"},"
    "\"" H6 "\":{\"size\":6,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H7 "\":{\"size\":7,\"type\":\"video/mp4\",\"duration_ms\":1000},"
    "\"" H8 "\":{\"size\":8,\"type\":\"video/mp4\",\"duration_ms\":1000}},"
    "\"layouts\":[{\"id\":\"full\",\"canvas\":[640,384],\"zones\":[{\"id\":\"main\","
    "\"rect\":[0,0,640,384]}]}],"
    "\"playlists\":["
    "{\"id\":\"none\",\"items\":[{\"id\":\"f\",\"kind\":\"video\",\"asset\":\"" H6 "\"}]},"
    "{\"id\":\"december\",\"items\":[{\"id\":\"d\",\"kind\":\"video\",\"asset\":\"" H4 "\"},"
    "{\"id\":\"g\",\"kind\":\"video\",\"asset\":\"" H1 "\"}]},"
    "{\"id\":\"evening\",\"items\":[{\"id\":\"c\",\"kind\":\"video\",\"asset\":\"" H3 "\"},"
    "{\"id\":\"e\",\"kind\":\"image\",\"asset\":\"" H5 "\"}]},"
    "{\"id\":\"day\",\"items\":[{\"id\":\"a\",\"kind\":\"video\",\"asset\":\"" H1 "\"},"
    "{\"id\":\"b\",\"kind\":\"video\",\"asset\":\"" H2 "\","
    "\"valid\":{\"from\":\"2026-11-26T20:00:00+07:00\"}},"
    "{\"id\":\"h\",\"kind\":\"video\",\"asset\":\"" H7 "\","
    "\"valid\":{\"until\":\"2026-11-26T10:00:00+07:00\"}},"
    "{\"id\":\"i\",\"kind\":\"video\",\"asset\":\"" H8 "\"}]}],"
    "\"programmes\":["
    "{\"id\":\"p\",\"layout\":\"full\",\"class\":\"ordinary\",\"zones\":{\"main\":\"december\"},"
    "\"when\":{\"from\":\"2026-12-01\"}},"
    "{\"id\":\"q\",\"layout\":\"full\",\"class\":\"ordinary\",\"zones\":{\"main\":\"evening\"},"
    "\"when\":{\"times\":[[\"18:00\",\"22:00\"]]}},"
    "{\"id\":\"r\",\"layout\":\"full\",\"class\":\"ordinary\",\"zones\":{\"main\":\"day\"},"
    "\"when\":{\"times\":[[\"06:00\",\"18:00\"]]}}]}";

static const struct {
    const char *name, *now; /* NULL: not known */
    const char *order;
} dues[] = {
    { "noon", "2026-11-26T12:00:00+07:00", "51832467" },
    { "evening", "2026-11-26T19:00:00+07:00", "53128467" },
    { "december", "2026-12-01T19:00:00+07:00", "54132867" },
    { "no-time", NULL, "56413278" },
};

static void test_dues(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    gint64 now_ms = BT_TIME_MIN;
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(due_json, sizeof due_json - 1, "manifest", &error);
    g_assert_no_error(error);
    if (dues[i].now != NULL)
        bt_time_parse(dues[i].now, &now_ms, &error);
    g_assert_no_error(error);
    g_autoptr(GArray) assets = bt_plan_assets(manifest, now_ms);
    g_autofree char *order = first_digits(assets);
    g_assert_cmpstr(order, ==, dues[i].order);
}

/* ---- the claim code ---- */

static void test_claim_code(void)
{
    BtPublicKey zero = { { 0 } }, one = { { 1 } };
    char code[10], other[10];
    bt_claim_code(&zero, code);
    bt_claim_code(&one, other);
    /* Written down once: the source derives the same from the key it is sent. */
    g_assert_cmpstr(code, ==, "B09M-MV0D");
    g_assert_cmpstr(code, !=, other);
    g_assert_cmpuint(strlen(other), ==, 9);
    g_assert_cmpint(other[4], ==, '-');
    for (const char *c = other; *c; c++)
        g_assert_nonnull(strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ-", *c));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autofree char *path = g_strconcat("/plan/documents/", documents[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_documents);
    }
    g_test_add_func("/plan/assets", test_assets);
    for (guint i = 0; i < G_N_ELEMENTS(dues); i++) {
        g_autofree char *path = g_strconcat("/plan/dues/", dues[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_dues);
    }
    g_test_add_func("/plan/claim-code", test_claim_code);
    return g_test_run();
}
