/* A chain of roots and the documents under them, rightly signed by whichever keys the text says:
 * what is accepted must have had the signatures it needs, in its turn, and be newer than what was
 * there. Who signed is counted a second time here. */
#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/papers.h"

#include <string.h>

typedef struct {
    BtTrust *trust;
    gint64 now_ms;
    BtFloor now, manifest, alert;
} World;

static void check_root(const BtRoot *root, const char *letters, gint64 now_ms)
{
    g_assert_cmpuint(root->root_threshold, >=, 1);
    g_assert_cmpuint(root->publish_threshold, >=, 1);
    g_assert_cmpuint(root->freshness_threshold, >=, 1);
    g_assert_cmpuint(root->emergency_threshold, >=, 1);
    g_assert_cmpint(root->issued_ms, <, root->expires_ms);
    g_assert_cmpuint(papers_count(root, BT_ROLE_ROOT, letters, now_ms), >=, root->root_threshold);
    for (guint i = 0; i < BT_N_CLASSES; i++)
        g_assert_true(i == BT_CLASS_EMERGENCY || root->class_thresholds[i] >= 1);
}

static void take_root(World *world, const Paper *paper)
{
    const BtRoot *before = bt_trust_root(world->trust);
    gint64 version = before == NULL ? 0 : before->version;
    g_autoptr(GError) error = NULL;
    if (before == NULL) {
        gboolean ok = bt_trust_accept_first_root(world->trust, paper->envelope, "r", NULL, &error);
        g_assert_true(ok == (error == NULL) && ok == (bt_trust_root(world->trust) != NULL));
        if (ok)
            check_root(bt_trust_root(world->trust), paper->letters, BT_TIME_MIN);
        return;
    }
    gboolean enough =
        papers_count(before, BT_ROLE_ROOT, paper->letters, world->now_ms) >= before->root_threshold;
    gboolean ok =
        bt_trust_accept_next_root(world->trust, paper->envelope, "r", world->now_ms, &error);
    g_assert_true(ok == (error == NULL));
    const BtRoot *after = bt_trust_root(world->trust);
    g_assert_cmpint(after->version, ==, version + ok);
    if (!ok)
        return;
    g_assert_true(enough);
    check_root(after, paper->letters, world->now_ms);
    for (int role = 0; role < BT_N_KEY_ROLES; role++)
        g_assert_cmpint(bt_trust_key_lost_at(world->trust, (BtKeyRole)role), <=, after->version);
}

/* What every document that was accepted has: enough signers under a root that is alive, and a
 * version above the floor, which rises to it. */
static void check_document(const World *world, const Paper *paper, BtKeyRole role, guint threshold,
    gint64 version, gint64 expires_ms, BtFloor *floor)
{
    const BtRoot *root = bt_trust_root(world->trust);
    g_assert_cmpuint(papers_count(root, role, paper->letters, world->now_ms), >=, threshold);
    g_assert_true(root->expires_ms > world->now_ms && expires_ms > world->now_ms);
    g_assert_true(version > floor->version ||
        (version == floor->version && g_str_equal(floor->sha256, paper->sha256)));
    floor->version = version;
    g_strlcpy(floor->sha256, paper->sha256, sizeof floor->sha256);
}

static void take_now(World *world, const Paper *paper)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtNow) now =
        bt_trust_verify_now(world->trust, paper->envelope, "n", &world->now, world->now_ms, &error);
    g_assert_true((now != NULL) == (error == NULL));
    if (now == NULL)
        return;
    const BtRoot *root = bt_trust_root(world->trust);
    check_document(world, paper, BT_ROLE_FRESHNESS, root->freshness_threshold, now->version,
        now->expires_ms, &world->now);
    g_assert_cmpstr(now->screen, ==, "s1");
    g_assert_cmpuint(now->deny->len, <=, BT_NOW_MAX_DENIALS);
    g_assert_cmpuint(now->commands->len, <=, BT_NOW_MAX_COMMANDS);
    g_assert_cmpuint(
        g_bytes_get_size(paper->envelope), <=, BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES));
}

static void take_manifest(World *world, const Paper *paper, gboolean is_alert)
{
    BtFloor *floor = is_alert ? &world->alert : &world->manifest;
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest = (is_alert ? bt_trust_verify_alert : bt_trust_verify_manifest)(
        world->trust, paper->envelope, "m", floor, world->now_ms, &error);
    g_assert_true((manifest != NULL) == (error == NULL));
    if (manifest == NULL)
        return;
    const BtRoot *root = bt_trust_root(world->trust);
    check_document(world, paper, is_alert ? BT_ROLE_EMERGENCY : BT_ROLE_PUBLISH,
        is_alert ? root->emergency_threshold : root->publish_threshold, manifest->version,
        manifest->expires_ms, floor);
    g_assert_true(bt_manifest_is_for(manifest, "s1"));
    g_assert_cmpstr(manifest->source, ==, root->source);
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        g_assert_true((programme->cls == BT_CLASS_EMERGENCY) == is_alert);
        g_assert_true(is_alert ||
            papers_count(root, BT_ROLE_PUBLISH, paper->letters, world->now_ms) >=
                root->class_thresholds[programme->cls]);
    }
}

static void take(World *world, const Paper *paper)
{
    if (g_str_equal(paper->word, "root"))
        take_root(world, paper);
    else if (g_str_equal(paper->word, "now"))
        take_now(world, paper);
    else if (g_str_equal(paper->word, "manifest") || g_str_equal(paper->word, "alert"))
        take_manifest(world, paper, *paper->word == 'a');
    else if (g_str_equal(paper->word, "at"))
        bt_time_parse(paper->letters, &world->now_ms, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) papers = papers_read(data, size);
    World world = { .trust = bt_trust_new("", "s1"), .now_ms = BT_TIME_MIN };
    for (guint i = 0; i < papers->len; i++)
        take(&world, g_ptr_array_index(papers, i));
    bt_trust_free(world.trust);
    return 0;
}
