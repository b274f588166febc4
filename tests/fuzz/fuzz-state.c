/* What show reads after an attacker had sync, the cache and the ledger: any documents, signed by
 * whichever keys the text says, any files beside them and any rows. What comes on the glass must
 * have been signed by enough of those who may, whatever else is true; who signed is counted a
 * second time here. The papers, beside root, now, manifest and alert:
 *   %% file NAME      a file of the source's documents, as it is
 *   %% row            kind, what, version, from and until, by "|"
 *   %% rot            the first byte of the object before it changes
 *   %% look T         show looks at what is ready, at that instant */
#include "base/db.h"
#include "base/error.h"
#include "player/board/activation.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/papers.h"
#include "tests/fuzz/place.h"

#include <string.h>

#define T0 G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */
#define DOCUMENTS "state/cache/documents/kp"

typedef struct {
    BtConfig *config;
    BtCache *cache;
    BtInputLedger *ledger;
    BtDb *rows; /* the attacker's own connection to the ledger */
} World;

static World *world(void)
{
    static World the;
    static const char *const seen[] = { "", NULL };
    if (the.config != NULL)
        return &the;
    const char *conf = "[screen]\nid=s1\nstate=state\n[source kp]\nbase=https://e.vn\n";
    place_put("player.conf", conf, strlen(conf));
    g_autofree char *path = g_build_filename(place_folder(), "player.conf", NULL);
    the.config = bt_config_read(path, NULL);
    g_autofree char *cache = bt_config_state_path(the.config, "cache");
    g_autofree char *ledger = bt_config_state_path(the.config, "inputs.db");
    the.cache = bt_cache_open(cache, TRUE, NULL);
    the.ledger = bt_input_ledger_open(ledger, TRUE, NULL);
    the.rows = bt_db_open(ledger, seen, NULL);
    g_assert_true(the.cache != NULL && the.ledger != NULL && the.rows != NULL);
    g_assert_true(bt_db_run(the.rows, NULL, "PRAGMA synchronous=OFF", ""));
    return &the;
}

static BtConfigSource *source(void)
{
    return g_ptr_array_index(world()->config->sources, 0);
}

static void begin(void)
{
    place_empty(DOCUMENTS);
    place_empty("state/cache/objects");
    g_clear_pointer(&source()->fingerprint, g_free);
    g_assert_true(bt_db_run(world()->rows, NULL, "DELETE FROM entry", ""));
    g_assert_true(bt_db_run(world()->rows, NULL, "DELETE FROM command", ""));
}

/* ---- what the attacker puts there ---- */

static void put_document(const char *name, GBytes *bytes)
{
    g_autofree char *path = g_build_filename(DOCUMENTS, name, NULL);
    place_put(path, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void put_object(const char *sha256, GBytes *bytes, gboolean rotten)
{
    g_autofree char *path = g_strdup_printf("state/cache/objects/%.2s/%s", sha256, sha256);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autofree char *copy = g_memdup2(data, size);
    if (rotten)
        copy[0] ^= 1;
    place_put(path, copy, size);
}

static void put_ready(const char *name, const char *sha256)
{
    g_autoptr(GBytes) bytes = g_bytes_new(sha256, strlen(sha256));
    put_document(name, bytes);
}

/* The first one is what was compared by people when this board was set up. */
static void put_root(const Paper *paper, guint number)
{
    g_autofree char *name = g_strdup_printf("root.%u.json", number);
    put_document(name, paper->envelope);
    if (number > 1)
        return;
    char fingerprint[BT_HASH_HEX_SIZE];
    bt_hash_data(
        g_bytes_get_data(paper->payload, NULL), g_bytes_get_size(paper->payload), fingerprint);
    g_free(source()->fingerprint);
    source()->fingerprint = g_strdup(fingerprint);
    put_ready("root.first", "1");
}

static gint64 number_in(char **words, guint i)
{
    return g_strv_length(words) > i ? g_ascii_strtoll(words[i], NULL, 10) : 0;
}

static void put_row(const Paper *paper)
{
    gsize size;
    const char *data = g_bytes_get_data(paper->payload, &size);
    g_autofree char *text = g_strndup(data, size);
    g_auto(GStrv) words = g_strsplit(g_strchomp(text), "|", 5);
    guint n = g_strv_length(words);
    bt_db_run(world()->rows, NULL,
        "INSERT INTO entry (kind, source, what, version, from_ms, until_ms)"
        " VALUES (?1, CASE WHEN ?1 IN ('cut', 'resume', 'darken') THEN '' ELSE 'kp' END, ?2, ?3,"
        " ?4, ?5)",
        "ssiii", n > 0 ? words[0] : "", n > 1 ? words[1] : "", number_in(words, 2),
        number_in(words, 3), number_in(words, 4));
}

static void put_file(const Paper *paper)
{
    const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    gsize n = strlen(paper->letters);
    if (n > 0 && n <= 40 && strspn(paper->letters, allowed) == n && *paper->letters != '.')
        put_document(paper->letters, paper->payload);
}

/* ---- what show makes of it ---- */

static gint64 instant_of_change(const BtManifest *in_time, gpointer user)
{
    (void)in_time;
    return *(gint64 *)user;
}

static void on_event(const BtActivationNews *news, gpointer user)
{
    (void)user;
    g_assert_true(news->type != NULL && news->code != NULL && news->what != NULL);
    g_assert_nonnull(news->message);
}

static void on_command(BtVerb verb, gint64 until_ms, gpointer user)
{
    g_assert_cmpint(verb, <, BT_N_VERBS);
    g_assert_cmpint(until_ms, >=, *(gint64 *)user);
}

static void look(const Paper *paper)
{
    gint64 t_ms = T0 + CLAMP(g_ascii_strtoll(paper->letters, NULL, 10), 0, 10 * BT_DAY_MS);
    BtActivation activation = { .config = world()->config,
        .cache = world()->cache,
        .ledger = world()->ledger,
        .t_ms = t_ms,
        .trusted_now_ms = t_ms,
        .first = t_ms % 2,
        .instant_of_change = instant_of_change,
        .on_event = on_event,
        .on_command = on_command,
        .user = &t_ms };
    bt_activate(&activation);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 500;
}

static gboolean is_signed(const GPtrArray *papers, const BtOnAir *on_air, const BtRoot *root)
{
    gboolean emergency = on_air->cls == BT_CLASS_EMERGENCY;
    BtKeyRole role = emergency ? BT_ROLE_EMERGENCY : BT_ROLE_PUBLISH;
    guint needed = emergency ? root->emergency_threshold : root->class_thresholds[on_air->cls];
    for (guint i = 0; i < papers->len; i++) {
        const Paper *paper = papers->pdata[i];
        char sha256[BT_HASH_HEX_SIZE];
        bt_hash_data(
            g_bytes_get_data(paper->payload, NULL), g_bytes_get_size(paper->payload), sha256);
        if (g_str_equal(sha256, on_air->manifest->payload_sha256) &&
            g_str_equal(paper->word, emergency ? "alert" : "manifest") &&
            papers_count(root, role, paper->letters, BT_TIME_MIN) >= needed)
            return TRUE;
    }
    return FALSE;
}

static void check_glass(const GPtrArray *papers, const BtRoot *root, const BtOnAir *on_air)
{
    if (on_air->kind != BT_ON_PROGRAMME)
        return;
    g_assert_nonnull(root);
    g_assert_true(is_signed(papers, on_air, root));
    g_assert_true(bt_manifest_is_for(on_air->manifest, "s1"));
}

static void show(const GPtrArray *papers)
{
    static const gint64 at_ms[] = { T0, T0 + 1, T0 + BT_HOUR_MS, T0 + 5 * BT_DAY_MS };
    BtLedgerSource input = bt_config_ledger_source(source(), NULL);
    g_autoptr(BtTrust) trust = bt_inputs_load_trust(world()->cache, &input, "s1", NULL);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtInputs) inputs =
        bt_inputs_load(world()->ledger, world()->cache, "s1", &input, 1, T0, problems);
    for (guint i = 0; i < G_N_ELEMENTS(at_ms); i++) {
        g_autoptr(BtOnAir) on_air = bt_schedule_at(inputs, at_ms[i], measure, NULL);
        g_assert_cmpint(on_air->until_ms, >, at_ms[i]);
        check_glass(papers, trust == NULL ? NULL : bt_trust_root(trust), on_air);
    }
}

static void take(const GPtrArray *papers, guint i, guint *n_roots)
{
    const Paper *paper = g_ptr_array_index(papers, i);
    if (g_str_equal(paper->word, "root")) {
        put_root(paper, ++*n_roots);
    } else if (g_str_equal(paper->word, "now")) {
        put_document("now.json", paper->envelope);
    } else if (g_str_equal(paper->word, "manifest") || g_str_equal(paper->word, "alert")) {
        put_object(paper->sha256, paper->envelope, FALSE);
        put_ready(*paper->word == 'a' ? "alert.ready" : "manifest.ready", paper->sha256);
    } else if (g_str_equal(paper->word, "rot") && i > 0) {
        const Paper *before = g_ptr_array_index(papers, i - 1);
        put_object(before->sha256, before->envelope, TRUE);
    } else if (g_str_equal(paper->word, "row")) {
        put_row(paper);
    } else if (g_str_equal(paper->word, "file")) {
        put_file(paper);
    } else if (g_str_equal(paper->word, "look")) {
        look(paper);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) papers = papers_read(data, size);
    guint n_roots = 0;
    begin();
    for (guint i = 0; i < papers->len; i++)
        take(papers, i, &n_roots);
    show(papers);
    return 0;
}
