/* Facts of screens as hours, changes, days: by a table, and against sums that are made in another
 * way from the same random facts. */
#include "source/store/migrations.h"
#include "source/store/reports.h"
#include "source/store/telemetry.h"

#include "base/io.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#define T0 G_GINT64_CONSTANT(1795309200000) /* 2026-11-22T01:00:00Z, 08:00 in Vietnam */
#define NOW (T0 + 30 * BT_DAY_MS)
#define MINUTES(n) ((n)*BT_MINUTE_MS)

typedef struct {
    BtStore store;
    char *folder, *path;
    gint64 seq;
} Fixture;

static void set_up(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("bt-telemetry-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "source.db", NULL);
    f->store = (BtStore){ .db = bt_db_open(f->path, bt_store_migrations, &error),
        .timezone = (char *)"Asia/Ho_Chi_Minh" };
    g_assert_no_error(error);
    g_assert_true(bt_db_run(f->store.db, NULL,
        "INSERT INTO screen (id, name, created_ms) VALUES ('s', 'S', 0), ('t', 'T', 0)", ""));
}

static void tear_down(Fixture *f, gconstpointer unused)
{
    (void)unused;
    static const char *const ends[] = { "", "-wal", "-shm" };
    bt_db_close(f->store.db);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = g_strconcat(f->path, ends[i], NULL);
        g_unlink(path);
    }
    g_rmdir(f->folder);
    g_free(f->path);
    g_free(f->folder);
}

static void send_as(Fixture *f, gint64 device, const char *lines, gint64 now_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtBatch) batch = bt_batch_parse(lines, strlen(lines));
    g_autoptr(GArray) accepted = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_assert_cmpuint(batch->refused->len, ==, 0);
    bt_reports_add(&f->store, "s", device, batch, accepted, now_ms, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(batch->refused->len, ==, 0);
}

static void send(Fixture *f, const char *lines)
{
    send_as(f, 1, lines, NOW);
}

/* A fact with the next seq. (transfer full) */
static char *fact(Fixture *f, const char *type, gint64 at_ms, const char *more)
{
    g_autofree char *at = bt_time_format(at_ms);
    gint64 seq = ++f->seq;
    return g_strdup_printf("{\"id\":\"f%" G_GINT64_FORMAT "\",\"seq\":%" G_GINT64_FORMAT
                           ",\"at\":\"%s\",\"boot\":\"b\",\"mono_ms\":1,\"clock\":\"trusted\","
                           "\"type\":\"%s\",%s}\n",
        seq, seq, at, type, more);
}

static char *uptime(Fixture *f, const char *state, const char *cause, gint64 from_ms, gint64 to_ms)
{
    g_autofree char *from = bt_time_format(from_ms), *to = bt_time_format(to_ms);
    g_autofree char *more = g_strdup_printf(
        "\"state\":\"%s\",\"cause\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"", state, cause, from, to);
    return fact(f, "uptime", to_ms, more);
}

static const BtTelemetryQuery all = { NULL, 0, BT_TIME_MAX };

/* ---- hours ---- */

static void add_hour(const BtTelemetryHour *hour, gpointer user)
{
    g_string_append_printf(user, "%d:%d/%d/%d ", (int)((hour->hour_ms - T0) / BT_HOUR_MS),
        (int)(hour->lit_ms / BT_MINUTE_MS), (int)(hour->unconfirmed_ms / BT_MINUTE_MS),
        (int)(hour->not_showing_ms / BT_MINUTE_MS));
}

static void add_cause(const BtTelemetryCause *cause, gpointer user)
{
    g_string_append_printf(user, "%d:%s=%d ", (int)((cause->hour_ms - T0) / BT_HOUR_MS),
        cause->cause, (int)(cause->ms / BT_MINUTE_MS));
}

static char *hours_of(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    bt_telemetry_hours(&f->store, &all, add_hour, text, &error);
    g_assert_no_error(error);
    return g_strchomp(g_string_free(text, FALSE));
}

static char *causes_of(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    bt_telemetry_causes(&f->store, &all, add_cause, text, &error);
    g_assert_no_error(error);
    return g_strchomp(g_string_free(text, FALSE));
}

typedef struct {
    const char *state, *cause;
    int from_min, to_min; /* since T0 */
} Told;

static void test_hours(void)
{
    static const struct {
        const char *name;
        Told told[4];
        const char *hours, *causes; /* hour:lit/unconfirmed/not-showing minutes */
    } cases[] = {
        { "a part of an hour", { { "lit", "", 10, 25 } }, "0:15/0/0", "" },
        { "over the full hour", { { "lit", "", 50, 65 } }, "0:10/0/0 1:5/0/0", "" },
        { "one after the other", { { "lit", "", 0, 15 }, { "not-showing", "off", 15, 60 } },
            "0:15/0/45", "0:off=45" },
        { "told twice", { { "lit", "", 0, 15 }, { "lit", "", 0, 15 } }, "0:15/0/0", "" },
        { "half over another", { { "lit", "", 0, 15 }, { "lit", "", 10, 20 } }, "0:20/0/0", "" },
        { "one within another", { { "lit", "", 0, 30 }, { "lit", "", 10, 20 } }, "0:30/0/0", "" },
        { "lit before dark, whichever comes first",
            { { "not-showing", "no-power", 0, 60 }, { "lit", "", 20, 30 } }, "0:10/0/50",
            "0:no-power=50" },
        { "unconfirmed between the two",
            { { "lit", "", 0, 10 }, { "unconfirmed", "death", 5, 20 },
                { "not-showing", "restart", 0, 30 } },
            "0:10/10/10", "0:restart=10 0:death=10" },
        { "causes beside each other",
            { { "not-showing", "off", 0, 10 }, { "not-showing", "no-power", 10, 25 } }, "0:0/0/25",
            "0:no-power=15 0:off=10" },
        { "lit while it was cut", { { "lit", "cut", 0, 10 }, { "lit", "", 10, 20 } }, "0:20/0/0",
            "0:cut=10" },
        { "a long night", { { "not-showing", "no-power", 30, 150 } }, "0:0/0/30 1:0/0/60 2:0/0/30",
            "0:no-power=30 1:no-power=60 2:no-power=30" },
        { "backwards", { { "lit", "", 20, 10 } }, "", "" },
        { "a state that nobody knows", { { "bright", "", 0, 10 } }, "", "" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        for (int backwards = 0; backwards <= 1; backwards++) {
            Fixture f = { .seq = 0 };
            g_test_message("%s, %s", cases[i].name, backwards ? "backwards" : "forwards");
            set_up(&f, NULL);
            for (int k = 0; k < 4; k++) {
                const Told *told = &cases[i].told[backwards ? 3 - k : k];
                if (told->state == NULL)
                    continue;
                g_autofree char *line = uptime(&f, told->state, told->cause,
                    T0 + MINUTES(told->from_min), T0 + MINUTES(told->to_min));
                send(&f, line);
                send(&f, line);
            }
            g_autofree char *hours = hours_of(&f), *causes = causes_of(&f);
            g_assert_cmpstr(hours, ==, cases[i].hours);
            g_assert_cmpstr(causes, ==, cases[i].causes);
            tear_down(&f, NULL);
        }
}

/* Each minute of two days by itself: the best state that any fact tells of it. */
#define SPAN_MIN (2 * 24 * 60)

static void tell_minutes(guint8 *best, guint rank, int from_min, int to_min)
{
    for (int m = from_min; m < to_min; m++)
        best[m] = best[m] == 0 ? (guint8)rank : MIN(best[m], (guint8)rank);
}

static void check_minutes(Fixture *f, const guint8 *best)
{
    g_autoptr(GString) wanted = g_string_new(NULL);
    for (int hour = 0; hour < SPAN_MIN / 60; hour++) {
        int sums[4] = { 0 };
        for (int m = 0; m < 60; m++)
            sums[best[hour * 60 + m]]++;
        if (sums[0] < 60)
            g_string_append_printf(wanted, "%s%d:%d/%d/%d", wanted->len > 0 ? " " : "", hour,
                sums[1], sums[2], sums[3]);
    }
    g_autofree char *hours = hours_of(f);
    g_assert_cmpstr(hours, ==, wanted->str);
}

/* In any order, in batches of any size, some of them again, the box swapped in between. */
static void test_random(void)
{
    static const char *const states[] = { "", "lit", "unconfirmed", "not-showing" };
    static const char *const causes[] = { "", "off", "no-power" };
    for (int round = 0; round < 15; round++) {
        Fixture f = { .seq = 0 };
        guint8 best[SPAN_MIN] = { 0 };
        g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func(g_free);
        set_up(&f, NULL);
        for (int n = g_test_rand_int_range(1, 40); n > 0; n--) {
            g_autoptr(GString) batch = g_string_new(NULL);
            for (int k = g_test_rand_int_range(1, 5); k > 0; k--) {
                int from_min = g_test_rand_int_range(0, SPAN_MIN - 1);
                int length_min = g_test_rand_int_range(1, k == 1 ? 900 : 16);
                int to_min = MIN(SPAN_MIN, from_min + length_min);
                guint rank = (guint)g_test_rand_int_range(1, 4);
                g_autofree char *line =
                    uptime(&f, states[rank], causes[g_test_rand_int_range(0, 3)],
                        T0 + MINUTES(from_min), T0 + MINUTES(to_min));
                tell_minutes(best, rank, from_min, to_min);
                g_string_append(batch, line);
            }
            g_ptr_array_add(batches, g_strdup(batch->str));
            send_as(&f, 1 + round % 2 * (n < 20), batch->str, NOW);
            send(&f, g_ptr_array_index(batches, g_test_rand_int_range(0, (int)batches->len)));
        }
        check_minutes(&f, best);
        tear_down(&f, NULL);
    }
}

/* What is too old or of the future changes nothing; nor does what is gone. */
static void test_ends(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_autofree char *old = uptime(f, "lit", "", NOW - BT_TELEMETRY_FACTS_MS - MINUTES(90),
                        NOW - BT_TELEMETRY_FACTS_MS - MINUTES(70)),
                    *ahead = uptime(f, "lit", "", NOW + MINUTES(10), NOW + MINUTES(20)),
                    *reaching = uptime(f, "not-showing", "x", T0, NOW + BT_DAY_MS),
                    *kept = uptime(f, "lit", "", T0, T0 + MINUTES(10));
    send(f, old);
    send(f, ahead);
    send(f, reaching);
    g_autofree char *none = hours_of(f);
    g_assert_cmpstr(none, ==, "");
    send(f, kept);
    gint64 dropped = 0;
    g_assert_true(bt_telemetry_forget(
        &f->store, T0 + BT_TELEMETRY_FACTS_MS + BT_DAY_MS, 1000, &dropped, NULL));
    g_assert_cmpint(dropped, ==, 3); /* two facts, one stretch */
    send_as(f, 1, kept, T0 + BT_TELEMETRY_FACTS_MS + BT_DAY_MS);
    g_autofree char *hours = hours_of(f);
    g_assert_cmpstr(hours, ==, "0:10/0/0");
}

/* ---- changes of state ---- */

static void add_change(const BtTelemetryChange *change, gpointer user)
{
    g_string_append_printf(
        user, "%d%c ", (int)((change->at_ms - T0) / BT_MINUTE_MS), change->state[0]);
}

static char *changes_of(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    bt_telemetry_changes(&f->store, &all, add_change, text, &error);
    g_assert_no_error(error);
    return g_strchomp(g_string_free(text, FALSE));
}

static char *state(Fixture *f, int minute, char word)
{
    g_autofree char *more = g_strdup_printf("\"state\":\"%c\"", word);
    return fact(f, "state", T0 + MINUTES(minute), more);
}

/* Whatever the order in which they come, the changes are those of the sequence. */
static void test_changes(void)
{
    for (int round = 0; round < 20; round++) {
        Fixture f = { .seq = 0 };
        set_up(&f, NULL);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GString) wanted = g_string_new(NULL);
        char before = 0;
        for (int minute = 0; minute < 20; minute++) {
            char word = (char)('a' + g_test_rand_int_range(0, 3));
            g_ptr_array_add(lines, state(&f, minute, word));
            if (word != before)
                g_string_append_printf(wanted, "%s%d%c", before ? " " : "", minute, word);
            before = word;
        }
        while (lines->len > 0) {
            guint i = round == 0 ? 0 : (guint)g_test_rand_int_range(0, (int)lines->len);
            g_autofree char *line = g_ptr_array_steal_index(lines, i);
            send(&f, line);
            send(&f, line);
        }
        g_autofree char *changes = changes_of(&f);
        g_assert_cmpstr(changes, ==, wanted->str);
        tear_down(&f, NULL);
    }
}

/* Heartbeats go after a week, the newest stays, and one that comes once more changes nothing. */
static void test_heartbeats_go(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_autofree char *lines[] = { state(f, 0, 'a'), state(f, 1, 'b'), state(f, 2, 'b'),
        state(f, 3, 'a'), state(f, 4, 'a') };
    gint64 dropped = 0, now_ms = T0 + MINUTES(3) + BT_TELEMETRY_STATES_MS;
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        send(f, lines[i]);
    g_assert_true(bt_telemetry_forget(&f->store, now_ms, 2, &dropped, NULL));
    g_assert_cmpint(dropped, ==, 2);
    g_assert_true(bt_telemetry_forget(&f->store, now_ms, 100, &dropped, NULL));
    g_assert_cmpint(dropped, ==, 1);
    g_assert_true(bt_telemetry_forget(&f->store, now_ms + BT_DAY_MS, 100, &dropped, NULL));
    g_assert_cmpint(dropped, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        send(f, lines[i]);
    g_autofree char *changes = changes_of(f);
    g_assert_cmpstr(changes, ==, "0a 1b 3a");
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        g_free(g_steal_pointer(&lines[i]));
}

/* ---- played, data used ---- */

static void add_played(const BtTelemetryPlayed *played, gpointer user)
{
    g_string_append_printf(user, "%d %s %s %d%s: %d times %d ms %d failed, %s [%s]; ",
        (int)((played->day_ms - T0) / BT_HOUR_MS), played->item, played->cls, (int)played->field,
        played->rehearsal ? " rehearsal" : "", (int)played->count, (int)played->ms,
        (int)played->failed, played->title != NULL ? played->title : "-",
        played->languages != NULL ? played->languages : "-");
}

static char *played_of(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    bt_telemetry_played(&f->store, &all, add_played, text, &error);
    g_assert_no_error(error);
    return g_strchomp(g_string_free(text, FALSE));
}

static char *played(Fixture *f, gint64 start_ms, const char *item, int shown_ms, const char *more)
{
    g_autofree char *start = bt_time_format(start_ms);
    g_autofree char *body =
        g_strdup_printf("\"source\":\"x\",\"version\":3,\"item\":\"%s\",\"kind\":\"text\","
                        "\"class\":\"ordinary\",\"start\":\"%s\",\"shown_ms\":%d%s",
            item, start, shown_ms, more);
    return fact(f, "played", start_ms + shown_ms, body);
}

static gboolean name(BtStore *store, gint64 version, const char *cls, const char *item,
    char **title, char **languages, gpointer user)
{
    (void)store;
    g_assert_cmpint(version, ==, 3);
    g_assert_cmpstr(cls, ==, "ordinary");
    ++*(int *)user;
    if (strcmp(item, "n1") != 0)
        return FALSE;
    *title = g_strdup("Cắt nước");
    *languages = g_strdup("vi jra");
    return TRUE;
}

static void test_played(Fixture *f, gconstpointer unused)
{
    (void)unused;
    /* the day of T0 began eight hours before it, the next one 16 hours after it */
    gint64 night_ms = T0 + 16 * BT_HOUR_MS - 5000;
    g_autofree char *facts[] = { played(f, T0, "n1", 10000, ",\"field\":2"),
        played(f, T0 + MINUTES(1), "n1", 5000, ",\"field\":2,\"fault\":\"black\""),
        played(f, night_ms, "n1", 10000, ",\"field\":2"),
        played(f, night_ms + 10000, "n1", 1000, ",\"field\":2,\"rehearsal\":true"),
        played(f, T0, "n2", 0, ",\"failed\":\"no picture\"") };
    int asked = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        send(f, facts[i]);
        send(f, facts[i]);
        g_free(g_steal_pointer(&facts[i]));
    }
    g_assert_true(bt_telemetry_name(&f->store, name, &asked, 1, NULL));
    g_assert_true(bt_telemetry_name(&f->store, name, &asked, 10, NULL));
    g_assert_true(bt_telemetry_name(&f->store, name, &asked, 10, NULL));
    g_assert_cmpint(asked, ==, 2);
    g_autofree char *sums = played_of(f);
    g_assert_cmpstr(sums, ==,
        "-8 n1 ordinary 2: 3 times 25000 ms 1 failed, Cắt nước [vi jra]; "
        "-8 n2 ordinary 0: 1 times 0 ms 1 failed, - [-]; "
        "16 n1 ordinary 2 rehearsal: 1 times 1000 ms 0 failed, Cắt nước [vi jra];");
}

static void add_traffic(const BtTelemetryTraffic *traffic, gpointer user)
{
    g_string_append_printf(
        user, "%d:%d ", (int)((traffic->day_ms - T0) / BT_HOUR_MS), (int)traffic->bytes);
}

/* Each report tells the day's sum so far, each box its own. */
static void test_traffic(Fixture *f, gconstpointer unused)
{
    (void)unused;
    static const struct {
        gint64 device;
        int hour;
        gint64 bytes;
    } told[] = { { 1, 0, 100 }, { 1, 1, 300 }, { 1, 0, 200 }, { 2, 2, 50 }, { 2, 20, 7 } };
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(told); i++) {
        g_autofree char *more = g_strdup_printf(
            "\"state\":\"playing\",\"traffic\":{\"day\":%" G_GINT64_FORMAT "}", told[i].bytes);
        g_autofree char *line = fact(f, "state", T0 + told[i].hour * BT_HOUR_MS, more);
        send_as(f, told[i].device, line, NOW);
        send_as(f, told[i].device, line, NOW);
    }
    g_assert_true(bt_telemetry_traffic(&f->store, &all, add_traffic, text, NULL));
    g_assert_cmpstr(text->str, ==, "-8:350 16:7 ");
}

/* A board may tell what it likes: what lies over each other is not gone through anew at each end.
 */
static void test_a_crowd_of_stretches(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    bt_db_run(f->store.db, &error,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        " INSERT INTO stretch (screen, to_ms, from_ms, state, cause)"
        " SELECT 's', ?1 + i * 25000, ?1, 'unconfirmed', 'c' || (i % 100) FROM n",
        "i", T0);
    g_assert_no_error(error);
    g_autofree char *line = uptime(f, "lit", "", T0, T0 + 28 * BT_DAY_MS);
    clock_t begin = clock();
    send(f, line);
    g_assert_cmpfloat((double)(clock() - begin) / CLOCKS_PER_SEC, <, 3);
    g_autofree char *hours = hours_of(f);
    g_assert_true(g_str_has_prefix(hours, "0:60/0/0 1:60/0/0 "));
}

static void sum_traffic(const BtTelemetryTraffic *traffic, gpointer user)
{
    g_assert_cmpint(traffic->bytes, >, 0);
    g_assert_cmpint(*(gint64 *)user, <=, G_MAXINT64 / 2);
    *(gint64 *)user += traffic->bytes;
}

/* A board that tells the largest number there is does not take the sums of its screen away. */
static void test_traffic_beyond_all(Fixture *f, gconstpointer unused)
{
    (void)unused;
    gint64 sum = 0;
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 4; i++) { /* two boxes on two days */
        g_autofree char *more = g_strdup_printf(
            "\"state\":\"playing\",\"traffic\":{\"day\":%" G_GINT64_FORMAT "}", G_MAXINT64);
        g_autofree char *line = fact(f, "state", T0 + (i / 2 * 20 + i) * BT_HOUR_MS, more);
        send_as(f, 1 + i % 2, line, NOW);
    }
    g_assert_true(bt_telemetry_traffic(&f->store, &all, sum_traffic, &sum, &error));
    g_assert_no_error(error);
    g_assert_cmpint(sum, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/telemetry/hours", test_hours);
    g_test_add_func("/source/telemetry/random", test_random);
    g_test_add("/source/telemetry/ends", Fixture, NULL, set_up, test_ends, tear_down);
    g_test_add_func("/source/telemetry/changes", test_changes);
    g_test_add(
        "/source/telemetry/heartbeats", Fixture, NULL, set_up, test_heartbeats_go, tear_down);
    g_test_add("/source/telemetry/played", Fixture, NULL, set_up, test_played, tear_down);
    g_test_add("/source/telemetry/traffic", Fixture, NULL, set_up, test_traffic, tear_down);
    g_test_add("/source/telemetry/a-crowd-of-stretches", Fixture, NULL, set_up,
        test_a_crowd_of_stretches, tear_down);
    g_test_add("/source/telemetry/traffic-beyond-all", Fixture, NULL, set_up,
        test_traffic_beyond_all, tear_down);
    return g_test_run();
}
