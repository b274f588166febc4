/* A content that kills its decoders kills three of them, however many of its occurrences are open:
 * the pool with decoders whose deaths the test chooses. */
#include "base/channel.h"
#include "base/error.h"
#include "player/stage/pool.h"
#include "player/stage/trials.h"
#include "render/decode/wire.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define T0_MS 1000

static const char MANIFEST[] =
    "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-11-22T00:00:00Z\","
    "\"expires\":\"2026-12-20T00:00:00Z\",\"screens\":[\"b\"],\"timezone\":\"Asia/Ho_Chi_Minh\","
    "\"assets\":{\"" SHA "\":{\"size\":5,\"type\":\"image/png\"}},"
    "\"layouts\":[{\"id\":\"l\",\"canvas\":[64,64],\"zones\":[{\"id\":\"main\",\"rect\":[0,0,64,"
    "64]}]}],\"playlists\":[{\"id\":\"m\",\"items\":[{\"id\":\"i\",\"kind\":\"image\",\"asset\":"
    "\"" SHA "\"}]}],\"programmes\":[{\"id\":\"p\",\"layout\":\"l\",\"class\":\"ordinary\","
    "\"zones\":{\"main\":\"m\"},\"when\":{}}]}";

typedef struct {
    BtStageOptions options;
    BtPool *pool;
    BtManifest *manifest;
    const BtItem *item;
    BtAsset asset;
    GArray *decoders; /* of int, the decoders' ends in the order of their start; -1: dead */
    gint64 mono_ms;
    guint again, final; /* as was told … */
    BtError code;       /* … and why */
} Ward;

static int open_asset(const char *sha256, gpointer user, GError **error)
{
    (void)user, (void)error;
    g_assert_cmpstr(sha256, ==, SHA);
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int spawn(int content_fd, gpointer user, GError **error)
{
    Ward *ward = user;
    int ends[2];
    g_assert_cmpint(content_fd, >=, 0);
    g_assert_true(bt_channel_pair(ends, error));
    g_array_append_val(ward->decoders, ends[1]);
    return ends[0];
}

static void on_failure(const BtStageFailure *failure, gpointer user)
{
    Ward *ward = user;
    g_assert_error(failure->error, BT_ERROR, ward->code);
    ward->again += failure->again ? 1 : 0;
    ward->final += failure->again ? 0 : 1;
}

static void ward_open(Ward *ward)
{
    g_autoptr(GError) error = NULL;
    *ward = (Ward){ .options = { .open_asset = open_asset,
                        .spawn = spawn,
                        .spawn_user = ward,
                        .on_failure = on_failure,
                        .failure_user = ward },
        .decoders = g_array_new(FALSE, FALSE, sizeof(int)),
        .mono_ms = T0_MS,
        .code = BT_ERROR_DIED };
    ward->manifest = bt_manifest_parse(MANIFEST, strlen(MANIFEST), "test", &error);
    g_assert_no_error(error);
    const BtPlaylist *list = g_ptr_array_index(ward->manifest->playlists, 0);
    ward->item = g_ptr_array_index(list->items, 0);
    g_strlcpy(ward->asset.sha256, SHA, sizeof ward->asset.sha256);
    ward->pool = bt_pool_new(&ward->options, 1 << 20);
    bt_pool_poll(ward->pool, ward->mono_ms);
}

static void ward_close(Ward *ward)
{
    bt_pool_free(ward->pool);
    bt_manifest_unref(ward->manifest);
    for (guint i = 0; i < ward->decoders->len; i++)
        if (g_array_index(ward->decoders, int, i) >= 0)
            close(g_array_index(ward->decoders, int, i));
    g_array_unref(ward->decoders);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ward, ward_close)

/* The occurrence that begins at `start_ms` is wanted; whether it has failed. */
static gboolean want(Ward *ward, gint64 start_ms)
{
    BtPoolWant occurrence = { .asset = &ward->asset,
        .box_px = { 0, 0, 64, 64 },
        .start_ms = start_ms,
        .end_ms = start_ms + 1000,
        .at_ms = start_ms,
        .item = ward->item,
        .zone = "main",
        .manifest = ward->manifest };
    return bt_pool_get(ward->pool, &occurrence).failed;
}

/* The nth decoder dies, before it began or of what it read, and the pool hears of it. */
static void die_as(Ward *ward, guint nth, gboolean began)
{
    const BtDecodeMessage word = { .type = BT_DECODE_ALIVE };
    int *end = &g_array_index(ward->decoders, int, nth);
    if (began)
        bt_channel_send(*end, &word, sizeof word, NULL, 0, NULL);
    close(*end);
    *end = -1;
    bt_pool_poll(ward->pool, ward->mono_ms);
    bt_pool_poll(ward->pool, ward->mono_ms); /* who waited for its fate goes on */
}

static void die(Ward *ward, guint nth)
{
    die_as(ward, nth, TRUE);
}

/* A box that starts no decoders now says nothing of the content: the next occurrence is tried. */
static void test_not_begun(void)
{
    g_auto(Ward) ward;
    ward_open(&ward);
    ward.code = BT_ERROR_IO;
    want(&ward, 0);
    for (guint i = 0; i < BT_TRIALS_MAX; i++)
        die_as(&ward, i, FALSE);
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX);
    g_assert_cmpuint(ward.final, ==, 1);
    g_assert_true(want(&ward, 0));
    g_assert_false(want(&ward, 10000));
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX + 1);
}

static void test_one_after_the_other(void)
{
    g_auto(Ward) ward;
    ward_open(&ward);
    want(&ward, 0);
    for (guint i = 0; i < BT_TRIALS_MAX; i++) {
        g_assert_cmpuint(ward.decoders->len, ==, i + 1);
        die(&ward, i);
    }
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX);
    g_assert_cmpuint(ward.again, ==, 2);
    g_assert_cmpuint(ward.final, ==, 1);
    g_assert_true(want(&ward, 0));
    g_assert_true(want(&ward, 10000)); /* the next fails of the same, without a decoder */
    g_assert_cmpuint(ward.final, ==, 2);
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX);
}

/* Two are at it when it turns out to be deadly: from then on one at a time. */
static void test_side_by_side(void)
{
    g_auto(Ward) ward;
    ward_open(&ward);
    want(&ward, 0);
    want(&ward, 10000);
    g_assert_cmpuint(ward.decoders->len, ==, 2);
    die(&ward, 0);
    want(&ward, 20000);
    g_assert_cmpuint(ward.decoders->len, ==, 2); /* both wait for the second's fate */
    die(&ward, 1);
    g_assert_cmpuint(ward.decoders->len, ==, 3);
    die(&ward, 2);
    g_assert_cmpuint(ward.decoders->len, ==, 3);
    g_assert_true(want(&ward, 0) && want(&ward, 10000) && want(&ward, 20000));
}

/* When what was opened ahead is over, it may be another content by now: it was fetched anew. */
static void test_rest(void)
{
    g_auto(Ward) ward;
    ward_open(&ward);
    want(&ward, 0);
    for (guint i = 0; i < BT_TRIALS_MAX; i++)
        die(&ward, i);
    ward.mono_ms += BT_POOL_AHEAD_MS;
    bt_pool_poll(ward.pool, ward.mono_ms);
    g_assert_true(want(&ward, 60000));
    bt_pool_poll(ward.pool, ++ward.mono_ms);
    g_assert_false(want(&ward, 61000));
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX + 1);
    die(&ward, BT_TRIALS_MAX);
    g_assert_cmpuint(ward.decoders->len, ==, BT_TRIALS_MAX + 2); /* it counts from one again */
}

/* What was shown well has no past. */
static void test_forgiven(void)
{
    g_autoptr(GError) error = g_error_new(BT_ERROR, BT_ERROR_DIED, "it died");
    BtTrials *trials = bt_trials_new(BT_POOL_AHEAD_MS);
    g_assert_false(bt_trials_suspects(trials, SHA));
    g_assert_cmpuint(bt_trials_note_death(trials, SHA, error, 0), ==, 1);
    g_assert_cmpuint(bt_trials_note_death(trials, SHA, error, 0), ==, 2);
    g_assert_null(bt_trials_verdict(trials, SHA, 0));
    bt_trials_forget(trials, SHA);
    g_assert_cmpuint(bt_trials_note_death(trials, SHA, error, 0), ==, 1);
    g_assert_true(bt_trials_suspects(trials, SHA));
    bt_trials_free(trials);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trials/one-after-the-other", test_one_after_the_other);
    g_test_add_func("/trials/side-by-side", test_side_by_side);
    g_test_add_func("/trials/rest", test_rest);
    g_test_add_func("/trials/forgiven", test_forgiven);
    g_test_add_func("/trials/not-begun", test_not_begun);
    return g_test_run();
}
