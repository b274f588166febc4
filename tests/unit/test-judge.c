/* The thread that judges what sync brought: when it counts, in which order, and that the main
 * thread has next to nothing to do with it. */
#include "player/board/judge.h"
#include "tests/unit/tree.h"
#include "tests/unit/trust-fixture.h"

#include <string.h>
#include <time.h>

#define T0 G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */

typedef struct {
    Fixture trust;
    char *folder;
    BtConfig *config;
    BtCache *cache;
    BtBoard *board;
    BtJudge *judge;
    BtTimekeeper time;
    GString *events;  /* "TYPE CODE\n" each */
    GString *message; /* of the last */
    BtInputs *inputs; /* the last that came */
    guint results;
    GThread *main;
} Case;

static void on_result(BtJudgement *result, gpointer user)
{
    Case *c = user;
    g_assert_true(g_thread_self() == c->main);
    for (guint i = 0; i < result->events->len; i++) {
        const BtJudgeEvent *event = g_ptr_array_index(result->events, i);
        g_string_append_printf(
            c->events, "%s%s%s\n", event->type, *event->code ? " " : "", event->code);
        g_string_assign(c->message, event->message);
    }
    for (guint i = 0; i < result->commands->len; i++)
        g_string_append_printf(c->events, "to do: %s\n",
            bt_verb_name(g_array_index(result->commands, BtJudgeCommand, i).verb));
    if (result->inputs != NULL) {
        g_clear_pointer(&c->inputs, bt_inputs_free);
        c->inputs = g_steal_pointer(&result->inputs);
    }
    c->results++;
}

static void write_file(const char *path, GBytes *bytes)
{
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    g_assert_true(g_file_set_contents(path, data, (gssize)size_bytes, NULL));
}

/* Show time begins at T0 and runs as the machine's clock does. */
static void set_ends(Case *c, gint64 first_ms, gint64 second_ms)
{
    BtJudgeEnds ends = { .ends_ms = { first_ms, second_ms } };
    ends.n = (guint)(first_ms != BT_TIME_MIN) + (second_ms != BT_TIME_MIN);
    bt_judge_set_now(c->judge, &c->time, &ends);
}

static void set_now(Case *c, gint64 item_end_ms)
{
    set_ends(c, item_end_ms, BT_TIME_MIN);
}

static void set_up(Case *c, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fix_set_up(&c->trust, data);
    c->main = g_thread_self();
    c->folder = g_dir_make_tmp("bangtin-judge-XXXXXX", NULL);
    g_autofree char *root_path = g_build_filename(c->folder, "1.json", NULL);
    g_autofree char *path = g_build_filename(c->folder, "player.conf", NULL);
    g_autofree char *text =
        g_strdup_printf("[screen]\nid=s1\nstate=%s/state\n[source kp]\nbase=https://e.vn\nroot=%s\n"
                        "[source tinh]\nbase=https://t.vn\n",
            c->folder, root_path);
    g_autoptr(GBytes) root = fix_sealed_root(&c->trust, &fix_root_1, "RS");
    write_file(root_path, root);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    c->config = bt_config_read(path, &error);
    g_assert_no_error(error);
    ((BtConfigSource *)g_ptr_array_index(c->config->sources, 1))->kind = BT_SOURCE_TTN;
    BtBoardOptions options = { .writable = TRUE, .since_ms = T0 - 1000 };
    c->board = bt_board_open(c->config, &options, &error);
    g_assert_no_error(error);
    g_autofree char *cache = g_build_filename(c->folder, "state", "cache", NULL);
    c->cache = bt_cache_open(cache, TRUE, NULL);
    c->events = g_string_new(NULL);
    c->message = g_string_new(NULL);
    c->time = (BtTimekeeper){ .clock = bt_clock_real(), .trusted = TRUE };
    c->time.offset_ms = T0 - bt_clock_mono_ms(&c->time.clock);
    c->judge = bt_judge_new(c->config, c->board, on_result, c, &error);
    g_assert_no_error(error);
    set_now(c, BT_TIME_MIN);
}

static void tear_down(Case *c, gconstpointer data)
{
    bt_judge_free(c->judge);
    g_clear_pointer(&c->inputs, bt_inputs_free);
    bt_board_close(c->board);
    bt_cache_close(c->cache);
    bt_config_free(c->config);
    g_string_free(c->events, TRUE);
    g_string_free(c->message, TRUE);
    remove_tree(c->folder);
    g_free(c->folder);
    fix_tear_down(&c->trust, data);
}

/* ---- what sync leaves ---- */

static void put_of(Case *c, const char *source, const char *name, GBytes *bytes)
{
    g_assert_true(bt_cache_write_document(c->cache, source, name, bytes, NULL));
}

static void put(Case *c, const char *name, GBytes *bytes)
{
    put_of(c, "kp", name, bytes);
}

static void put_text(Case *c, const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = fix_bytes_of(text);
    put(c, name, bytes);
}

/* Version v has one clock "vV", and `fill` bulletins of 10,000 letters. */
static void put_manifest(Case *c, gint64 version, guint fill, const char *letters)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autoptr(GString) items = g_string_new(NULL);
    g_autofree char *body = g_strnfill(10000, 'a');
    for (guint i = 0; i < fill; i++)
        g_string_append_printf(items,
            ",{\"id\":\"n%u\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"body\":\"%s\"}]}", i,
            body);
    g_autofree char *text = g_strdup_printf(
        "{\"spec\":1,\"source\":\"kp\",\"version\":%d,\"issued\":\"2026-11-23T00:00:00Z\","
        "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],\"timezone\":\"UTC\","
        "\"layouts\":"
        "[{\"id\":\"l\",\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],"
        "\"playlists\":[{\"id\":\"p\",\"items\":[{\"id\":\"v%d\",\"kind\":\"clock\"}%s]}],"
        "\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"ordinary\",\"zones\":{\"z\":"
        "\"p\"}}]}",
        (int)version, (int)version, items->str);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "manifest", text, letters);
    gsize size_bytes;
    const void *bytes = g_bytes_get_data(envelope, &size_bytes);
    bt_hash_data(bytes, size_bytes, sha256);
    g_assert_true(bt_cache_add_object(c->cache, sha256, envelope, NULL));
    put_text(c, "manifest.ready", sha256);
}

/* Version v has one clock "vV" in slots of a second, that many ms after T0. "kp" signs it, "tinh"
 * is a source system. */
static void put_slots(Case *c, const char *source, int version, const gint64 *begin_ms, guint n)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autoptr(GString) slots = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        g_autofree char *from = bt_time_format(T0 + begin_ms[i]);
        g_autofree char *until = bt_time_format(T0 + begin_ms[i] + 1000);
        g_string_append_printf(slots, "%s[\"%s\",\"%s\"]", i > 0 ? "," : "", from, until);
    }
    g_autofree char *text = g_strdup_printf(
        "{\"spec\":1,\"source\":\"%s\",\"version\":%d,\"issued\":\"2026-11-23T00:00:00Z\","
        "\"expires\":\"2026-12-22T00:00:00Z\",\"screens\":[\"s1\"],\"timezone\":\"UTC\","
        "\"layouts\":"
        "[{\"id\":\"l\",\"canvas\":[64,32],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,64,32]}]}],"
        "\"playlists\":[{\"id\":\"p\",\"items\":[{\"id\":\"v%d\",\"kind\":\"clock\"}]}],"
        "\"programmes\":[{\"id\":\"a\",\"layout\":\"l\",\"class\":\"ordinary\",\"zones\":{\"z\":"
        "\"p\"},\"when\":{\"slots\":[%s]}}]}",
        source, version, version, slots->str);
    g_autoptr(GBytes) bytes =
        g_str_equal(source, "kp") ? fix_seal(&c->trust, "manifest", text, "P") : fix_bytes_of(text);
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    bt_hash_data(data, size_bytes, sha256);
    g_assert_true(bt_cache_add_object(c->cache, sha256, bytes, NULL));
    g_autoptr(GBytes) ready = fix_bytes_of(sha256);
    put_of(c, source, "manifest.ready", ready);
}

static void put_now(Case *c, const char *commands)
{
    g_autofree char *text = g_strdup_printf(
        "{\"spec\":1,\"screen\":\"s1\",\"version\":3,\"issued\":\"2026-11-23T00:00:00Z\","
        "\"expires\":\"2026-12-22T00:00:00Z\",\"manifest\":null,\"alert\":null,\"deny\":[],"
        "\"commands\":[%s],\"root\":1}",
        commands);
    g_autoptr(GBytes) envelope = fix_seal(&c->trust, "now", text, "F");
    put(c, "now.json", envelope);
}

/* ---- what came of it ---- */

static void wait_for(Case *c, guint results)
{
    while (c->results < results)
        g_main_context_iteration(NULL, TRUE);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static void check_on(const Case *c, gint64 at_ms, const char *expected)
{
    static const char *const kinds[] = { "programme", "safe", "cut", "dark" };
    g_autoptr(BtOnAir) on = bt_schedule_at(c->inputs, at_ms, measure, NULL);
    const char *found = kinds[on->kind];
    if (on->kind == BT_ON_PROGRAMME)
        found = g_array_index(on->zones, BtOnZone, 0).item->id;
    g_assert_cmpstr(found, ==, expected);
}

static gint64 show_ms(const Case *c)
{
    return bt_timekeeper_show_ms(&c->time);
}

/* ---- cases ---- */

static double cpu_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A megabyte is read, verified and parsed twice, once to judge it and once to load it: nearly all
 * that the process does meanwhile, and next to nothing of it in the main thread, which draws. */
static void test_not_in_the_main_thread(Case *c, gconstpointer data)
{
    (void)data;
    put_manifest(c, 1, 100, "P");
    double main_ms = cpu_ms(CLOCK_THREAD_CPUTIME_ID), all_ms = cpu_ms(CLOCK_PROCESS_CPUTIME_ID);
    bt_judge_look(c->judge);
    wait_for(c, 1);
    main_ms = cpu_ms(CLOCK_THREAD_CPUTIME_ID) - main_ms;
    all_ms = cpu_ms(CLOCK_PROCESS_CPUTIME_ID) - all_ms;
    g_test_message("%.2f of %.2f ms of CPU in the main thread", main_ms, all_ms);
    g_assert_cmpstr(c->events->str, ==, "activated\n");
    check_on(c, show_ms(c), "v1");
    g_assert_cmpfloat(main_ms, <, all_ms / 4);
}

/* The end of the item on air, at most 60 s away, and at once when there is none. */
static void test_instant(Case *c, gconstpointer data)
{
    (void)data;
    gint64 before_ms = show_ms(c);
    put_manifest(c, 1, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 1);
    check_on(c, before_ms - 1, "safe");
    check_on(c, show_ms(c), "v1");
    gint64 end_ms = show_ms(c) + 10000;
    set_now(c, end_ms);
    put_manifest(c, 2, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 2);
    check_on(c, end_ms - 1, "v1");
    check_on(c, end_ms, "v2");
    before_ms = show_ms(c);
    set_now(c, before_ms + 3600000);
    put_manifest(c, 3, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 3);
    check_on(c, before_ms + BT_JUDGE_MAX_WAIT_MS - 1, "v2");
    check_on(c, show_ms(c) + BT_JUDGE_MAX_WAIT_MS, "v3");
}

/* What came while the clock was days ahead counts when it is right again, and not in those days. */
static void test_clock_ahead(Case *c, gconstpointer data)
{
    (void)data;
    put_manifest(c, 1, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 1);
    c->time.offset_ms += 10 * BT_DAY_MS;
    set_now(c, BT_TIME_MIN);
    put_manifest(c, 2, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 2);
    check_on(c, show_ms(c), "v2");
    c->time.offset_ms -= 10 * BT_DAY_MS;
    check_on(c, show_ms(c), "v1");
    c->time.trusted = FALSE; /* who is ahead and who behind nobody knows */
    set_now(c, BT_TIME_MIN);
    bt_judge_look(c->judge);
    wait_for(c, 3);
    check_on(c, show_ms(c), "v1");
    c->time.trusted = TRUE;
    set_now(c, BT_TIME_MIN);
    bt_judge_look(c->judge);
    wait_for(c, 4);
    check_on(c, show_ms(c), "v2");
}

/* A board that runs for months holds what may still count, not all that ever did. */
static void test_what_is_over_is_let_go(Case *c, gconstpointer data)
{
    (void)data;
    gint64 began_ms = show_ms(c);
    for (gint64 version = 1; version <= 3; version++) {
        put_manifest(c, version, 0, "P");
        bt_judge_look(c->judge);
        wait_for(c, (guint)version);
        c->time.offset_ms += 2 * BT_HOUR_MS;
        set_now(c, BT_TIME_MIN);
    }
    check_on(c, began_ms + BT_HOUR_MS, "safe");
    check_on(c, began_ms + 3 * BT_HOUR_MS + BT_MINUTE_MS, "v2");
    check_on(c, show_ms(c), "v3");
}

/* Two ends, and the instant that is chosen, in milliseconds from the question. */
static void test_choice(Case *c, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name;
        gint64 first_ms, second_ms, expected_ms;
    } cases[] = {
        { "time enough", 10000, 20000, 10000 },
        { "the next one, so that it can be decoded", 2500, 9000, 9000 },
        { "the next is too far away: it is stored at least", 2500, 70000, 2500 },
        { "neither stored nor decoded", 50, 8000, 8000 },
        { "too early, then too late: the latest that may be", 50, 70000, BT_JUDGE_MAX_WAIT_MS },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 t_ms = show_ms(c), expected_ms = t_ms + cases[i].expected_ms;
        g_autofree char *name = g_strdup_printf("v%u", i + 1);
        g_test_message("%s", cases[i].name);
        set_ends(c, t_ms + cases[i].first_ms, t_ms + cases[i].second_ms);
        put_manifest(c, i + 1, 0, "P");
        bt_judge_look(c->judge);
        wait_for(c, i + 1);
        g_autofree char *before = i == 0 ? g_strdup("safe") : g_strdup_printf("v%u", i);
        check_on(c, expected_ms - 1, before);
        /* The latest is counted from when the judge came to it. */
        gboolean latest = cases[i].expected_ms == BT_JUDGE_MAX_WAIT_MS;
        check_on(c, latest ? show_ms(c) + BT_JUDGE_MAX_WAIT_MS : expected_ms, name);
        c->time.offset_ms += 2 * BT_JUDGE_MAX_WAIT_MS;
    }
}

/* Where the bulletins of a source system begin, the instant is no later: each case has a round
 * minute of its own. */
static void test_slots(Case *c, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name, *source;
        gint64 now_ms, end_ms, begin_ms[2], expected_ms;
    } cases[] = {
        { "in the middle of an item", "tinh", 0, 40000, { 20000, 30000 }, 20000 },
        { "after its end", "tinh", 120000, 150000, { 170000, 180000 }, 150000 },
        { "one is over, the other comes", "tinh", 240000, 290000, { 230000, 260000 }, 260000 },
        { "too near to be stored", "tinh", 360000, 400000, { 360050, 380000 }, 380000 },
        { "all over", "tinh", 480000, 520000, { 470000, 475000 }, 520000 },
        { "what is signed waits", "kp", 600000, 640000, { 620000, 630000 }, 640000 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTimekeeper time = { .clock = bt_clock_real(), .trusted = TRUE };
        g_test_message("%s", cases[i].name);
        time.offset_ms = T0 + cases[i].now_ms - bt_clock_mono_ms(&time.clock);
        c->time = time;
        set_now(c, T0 + cases[i].end_ms);
        put_slots(c, cases[i].source, (int)i + 1, cases[i].begin_ms, 2);
        bt_judge_look(c->judge);
        wait_for(c, i + 1);
        g_autofree char *when = bt_time_format(T0 + cases[i].expected_ms);
        g_autofree char *expected = g_strdup_printf("version %u counts from %s", i + 1, when);
        g_assert_cmpstr(c->message->str, ==, expected);
    }
}

/* Nobody says what comes after an item that ends just now: at once then. */
static void test_nothing_after_it(Case *c, gconstpointer data)
{
    (void)data;
    set_now(c, show_ms(c) + 50);
    put_manifest(c, 1, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 1);
    check_on(c, show_ms(c), "v1");
}

static void test_second_meanwhile(Case *c, gconstpointer data)
{
    (void)data;
    put_manifest(c, 1, 20, "P");
    bt_judge_look(c->judge);
    put_manifest(c, 2, 20, "P");
    bt_judge_look(c->judge);
    wait_for(c, 2);
    /* The first look may have met either; the second is in force in the end, none twice. */
    g_assert_true(g_str_equal(c->events->str, "activated\nactivated\n") ||
        g_str_equal(c->events->str, "activated\n"));
    check_on(c, show_ms(c), "v2");
    put_manifest(c, 1, 20, "P");
    g_string_truncate(c->events, 0);
    bt_judge_look(c->judge);
    wait_for(c, 3);
    g_assert_cmpstr(c->events->str, ==, "refused rollback\n");
    check_on(c, show_ms(c), "v2");
}

/* What was asked is done and told before the end. */
static void test_stop(Case *c, gconstpointer data)
{
    (void)data;
    put_manifest(c, 1, 50, "P");
    bt_judge_look(c->judge);
    g_clear_pointer(&c->judge, bt_judge_free);
    g_assert_cmpuint(c->results, ==, 1);
    g_assert_cmpstr(c->events->str, ==, "activated\n");
    bt_board_reload(c->board);
    g_autoptr(BtOnAir) on = bt_schedule_at(bt_board_inputs(c->board), show_ms(c), measure, NULL);
    g_assert_cmpint(on->kind, ==, BT_ON_PROGRAMME);
}

static void test_commands(Case *c, gconstpointer data)
{
    (void)data;
    put_now(c,
        "{\"id\":\"a\",\"verb\":\"mute\",\"args\":{},\"until\":\"2026-11-25T00:00:00Z\"},"
        "{\"id\":\"b\",\"verb\":\"cut\",\"args\":{},\"until\":\"2026-11-25T00:00:00Z\"}");
    gint64 before_ms = show_ms(c);
    bt_judge_look(c->judge);
    bt_judge_look(c->judge);
    wait_for(c, 2);
    g_assert_cmpstr(c->events->str, ==, "command\ncommand\nto do: mute\nto do: cut\n");
    check_on(c, before_ms - 1, "safe");
    check_on(c, show_ms(c), "cut");
}

typedef struct {
    Case *c;
    gboolean cut;
    gint64 t_ms;
    guint *told;
} Cut;

static gboolean write_cut(BtInputLedger *ledger, gpointer data, GError **error)
{
    const Cut *cut = data;
    g_assert_true(g_thread_self() != cut->c->main);
    return cut->cut ? bt_input_ledger_add_cut(ledger, cut->t_ms, error)
                    : bt_input_ledger_add_resume(ledger, cut->t_ms, error);
}

/* The result that holds it came before. */
static void on_told(const GError *failure, gpointer data)
{
    g_autofree Cut *cut = data;
    g_assert_no_error(failure);
    check_on(cut->c, cut->t_ms, cut->cut ? "cut" : "safe");
    ++*cut->told;
}

static void test_writes_in_order(Case *c, gconstpointer data)
{
    (void)data;
    guint told = 0;
    for (guint i = 0; i < 4; i++) {
        Cut *cut = g_new0(Cut, 1);
        *cut = (Cut){ c, i % 2 == 0, T0 + i, &told };
        bt_judge_write(c->judge, write_cut, on_told, cut);
    }
    wait_for(c, 4);
    g_assert_cmpuint(told, ==, 4);
    check_on(c, T0 + 2, "cut");
    check_on(c, T0 + 3, "safe");
}

/* P was stolen and signed a version above all; root 2 takes publishing from it, and Q publishes
 * on. */
static void test_stolen_key(Case *c, gconstpointer data)
{
    (void)data;
    put_manifest(c, 7, 0, "Q");
    bt_judge_look(c->judge);
    put_manifest(c, 1000000, 0, "P");
    bt_judge_look(c->judge);
    wait_for(c, 2);
    put_manifest(c, 8, 0, "Q");
    bt_judge_look(c->judge);
    wait_for(c, 3);
    g_assert_true(g_str_has_suffix(c->events->str, "refused rollback\n"));
    check_on(c, show_ms(c), "v1000000");
    const RootSpec next = { 2, "kp", "RST", 2, "2027-11-22T00:00:00Z" };
    g_autofree char *all = fix_root_text(&c->trust, &next), *id = fix_id_of(&c->trust, 'P');
    g_autofree char *stolen = g_strdup_printf("\"%s\",", id);
    g_auto(GStrv) parts = g_strsplit(all, stolen, 2);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%s%s", parts[0], parts[1]);
    g_string_replace(text, "\"priority\":2", "\"priority\":1", 1); /* Q alone may, of those left */
    g_autoptr(GBytes) root = fix_seal(&c->trust, "root", text->str, "RS");
    g_assert_true(bt_trust_accept_next_root(c->trust.trust, root, "2.json", BT_TIME_MIN, NULL));
    put(c, "root.2.json", root);
    g_string_truncate(c->events, 0);
    bt_judge_look(c->judge);
    wait_for(c, 4);
    g_assert_cmpstr(c->events->str, ==, "root\nactivated\n");
    check_on(c, show_ms(c), "v8");
    /* Once, and from here on the floor rises as ever. */
    g_string_truncate(c->events, 0);
    put_manifest(c, 7, 0, "Q");
    bt_judge_look(c->judge);
    wait_for(c, 5);
    g_assert_cmpstr(c->events->str, ==, "refused rollback\n");
    check_on(c, show_ms(c), "v8");
}

#define ADD(name, function) g_test_add("/judge/" name, Case, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("not-in-the-main-thread", test_not_in_the_main_thread);
    ADD("instant", test_instant);
    ADD("clock-ahead", test_clock_ahead);
    ADD("what-is-over-is-let-go", test_what_is_over_is_let_go);
    ADD("choice", test_choice);
    ADD("slots", test_slots);
    ADD("nothing-after-it", test_nothing_after_it);
    ADD("second-meanwhile", test_second_meanwhile);
    ADD("stop", test_stop);
    ADD("commands", test_commands);
    ADD("writes-in-order", test_writes_in_order);
    ADD("stolen-key", test_stolen_key);
    return g_test_run();
}
