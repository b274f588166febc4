/* Any bytes as a batch of reports, given to a source that keeps them, twice: every line is a fact
 * or refused, what counts counts once, the reply fits what the board reads, and the page can be
 * asked. */
#include "base/error.h"
#include "source/store/reports.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795309200000)

/* A source with the screen s1; one for the process, emptied for each input. */
static BtStore *open_store(void)
{
    static BtStore *store;
    if (store != NULL)
        return store;
    const char *folder = place_folder();
    g_autofree char *key_path = g_build_filename(folder, "freshness.key", NULL);
    g_autoptr(BtKey) key = bt_key_generate();
    g_assert_true(bt_key_save(key, key_path, NULL));
    g_assert_true(bt_store_create(folder, "kp", "Krông Pa", "Asia/Ho_Chi_Minh", NULL));
    store = bt_store_open(folder, NULL);
    g_assert_nonnull(store);
    g_assert_true(bt_db_run(
        store->db, NULL, "INSERT INTO screen (id, name, created_ms) VALUES ('s1', 'S', 0)", ""));
    return store;
}

static guint count_lines(const char *data, size_t size)
{
    guint n = 0;
    for (size_t start = 0, i = 0; i <= size; i++)
        if (i == size || data[i] == '\n') {
            size_t length = i - start;
            n += length > 1 || (length == 1 && data[start] != '\r');
            start = i + 1;
        }
    return n;
}

static void check_fact(const BtFact *fact)
{
    g_assert_true(fact->seq >= 1 && *fact->id != '\0' && *fact->type != '\0');
    g_assert_cmpint(g_utf8_strlen(fact->id, -1), <=, BT_REPORT_ID_MAX);
    g_assert_cmpuint(strlen(fact->line), <=, BT_REPORT_LINE_MAX_BYTES);
    g_assert_true(g_utf8_validate(fact->line, -1, NULL) && strchr(fact->line, '\n') == NULL);
}

/* Gives the batch; how many seqs were accepted. */
static gint64 give(BtStore *store, gint64 device, const char *data, size_t size)
{
    g_autoptr(BtBatch) batch = bt_batch_parse(data, size);
    g_autoptr(GArray) accepted = g_array_new(FALSE, FALSE, sizeof(gint64));
    guint n_facts = batch->facts->len;
    g_assert_cmpuint(n_facts + batch->refused->len, ==, count_lines(data, size));
    for (guint i = 0; i < n_facts; i++)
        check_fact(g_ptr_array_index(batch->facts, i));
    g_autoptr(GError) error = NULL;
    g_assert_true(bt_reports_add(store, "s1", device, batch, accepted, NOW_MS, &error));
    gint64 n = 0, last = 0;
    for (guint i = 0; i < accepted->len; i += 2) {
        gint64 from = g_array_index(accepted, gint64, i),
               to = g_array_index(accepted, gint64, i + 1);
        g_assert_true(from > last && from <= to);
        n += to - from + 1;
        last = to;
    }
    g_assert_cmpint(n, <=, n_facts);
    g_autoptr(BtJson) reply = bt_reports_reply(batch, accepted);
    g_autofree char *text = bt_json_to_text(reply, FALSE);
    g_autoptr(BtJson) again = bt_json_parse(text, strlen(text), "reply", 16 << 20, 4, NULL);
    g_assert_nonnull(again);
    return n;
}

static gboolean count_one(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error)
{
    (void)screen, (void)received_ms, (void)line, (void)error;
    ++*(guint *)user;
    return TRUE;
}

static guint count_kept(BtStore *store)
{
    const BtReportQuery query = { "s1", NULL, G_MININT64, G_MAXINT64 };
    guint n = 0;
    g_assert_true(bt_reports_each(store, &query, count_one, &n, NULL));
    return n;
}

static void ask(BtStore *store)
{
    static const char *const types[] = { "state", "played", "event", "uptime" };
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        bt_json_unref(bt_reports_newest(store, "s1", types[i], NOW_MS));
    gint64 lit_ms = bt_reports_lit_ms(store, "s1", NOW_MS - BT_DAY_MS, NOW_MS);
    g_assert_true(lit_ms >= 0 && lit_ms <= BT_DAY_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BtStore *store = open_store();
    if (size > BT_REPORT_BATCH_MAX_BYTES)
        return 0; /* the server drops it */
    g_autofree char *text = g_memdup2(data, MAX(size, 1));
    g_assert_true(bt_db_run(store->db, NULL, "DELETE FROM fact", ""));
    gint64 n = give(store, 1, text, size);
    guint kept = count_kept(store);
    g_assert_cmpint(give(store, 1, text, size), ==, n);
    /* Another box for the same screen counts its seqs anew; its facts are the same ones. */
    n = give(store, 2, text, size);
    kept = count_kept(store);
    g_assert_cmpint(give(store, 2, text, size), ==, n);
    g_assert_cmpuint(count_kept(store), ==, kept);
    ask(store);
    return 0;
}
