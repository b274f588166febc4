/* Uptime facts as hours. A stretch may be told late, twice in other words, or by two boxes; so an
 * hour is never added to, but counted anew from all stretches that touch it. */
#include "source/store/telling.h"

#include "source/store/telemetry.h"

#include <string.h>

#define WORD_MAX_BYTES 32

/* What counts where stretches overlap: the first of these. */
static const char *const states[] = { "lit", "unconfirmed", "not-showing" };
#define N_STATES G_N_ELEMENTS(states)

typedef struct {
    gint64 from_ms, to_ms;
    guint state;
    char *cause;
} Stretch;

static void stretch_clear(gpointer data)
{
    g_free(((Stretch *)data)->cause);
}

static gboolean find_state(const char *word, guint *state)
{
    for (*state = 0; *state < N_STATES; (*state)++)
        if (strcmp(states[*state], word) == 0)
            return TRUE;
    return FALSE;
}

static gint64 hour_of(gint64 at_ms)
{
    return at_ms - at_ms % BT_HOUR_MS;
}

/* The first hour that may still change: the stretches of all of it are kept. */
static gint64 first_hour(const BtTelling *telling)
{
    return hour_of(MAX(0, telling->now_ms - BT_TELEMETRY_FACTS_MS)) + BT_HOUR_MS;
}

gboolean bt_telling_add_stretch(BtTelling *telling, const BtJsonAt *fact, GError **error)
{
    gint64 from_ms, to_ms;
    guint state;
    const char *cause = bt_telling_text(fact, "cause");
    if (!find_state(bt_telling_text(fact, "state"), &state) ||
        !bt_telling_time(fact, "from", &from_ms) || !bt_telling_time(fact, "to", &to_ms))
        return TRUE;
    from_ms = MAX(from_ms, first_hour(telling));
    to_ms = MIN(to_ms, telling->now_ms + BT_REPORT_AHEAD_MS);
    if (from_ms >= to_ms)
        return TRUE;
    if (!bt_db_run(telling->store->db, error,
            "INSERT INTO stretch (screen, to_ms, from_ms, state, cause) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            "siiss", telling->screen, to_ms, from_ms, states[state],
            strlen(cause) <= WORD_MAX_BYTES ? cause : ""))
        return FALSE;
    telling->from_ms = MIN(telling->from_ms, hour_of(from_ms));
    telling->to_ms = MAX(telling->to_ms, hour_of(to_ms - 1) + BT_HOUR_MS);
    return TRUE;
}

/* ---- counting ---- */

/* Those that touch [from_ms, to_ms), by their beginning. */
static GArray *read_stretches(const BtTelling *telling, GError **error)
{
    g_autoptr(GArray) stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    GError *failure = NULL;
    g_array_set_clear_func(stretches, stretch_clear);
    g_autoptr(BtRows) rows = bt_db_query(telling->store->db, error,
        "SELECT from_ms, to_ms, state, cause FROM stretch WHERE screen = ? AND to_ms > ?"
        " AND from_ms < ? ORDER BY from_ms",
        "sii", telling->screen, telling->from_ms, telling->to_ms);
    if (rows == NULL)
        return NULL;
    while (bt_rows_next(rows, &failure)) {
        Stretch stretch = { bt_rows_int(rows, 0), bt_rows_int(rows, 1), 0, NULL };
        if (!find_state(bt_rows_text(rows, 2), &stretch.state))
            continue;
        stretch.cause = g_strdup(bt_rows_text(rows, 3));
        g_array_append_val(stretches, stretch);
    }
    if (failure == NULL)
        return g_steal_pointer(&stretches);
    g_propagate_error(error, failure);
    return NULL;
}

typedef struct {
    gint64 sums_ms[N_STATES];
    GHashTable *causes[N_STATES]; /* cause → gint64 */
} Count;

static Count count_new(void)
{
    Count count = { { 0 }, { NULL } };
    for (guint i = 0; i < N_STATES; i++)
        count.causes[i] = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    return count;
}

static void count_clear(Count *count)
{
    for (guint i = 0; i < N_STATES; i++)
        g_clear_pointer(&count->causes[i], g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Count, count_clear)

static void count_add(Count *count, const Stretch *stretch, gint64 ms)
{
    GHashTable *causes = count->causes[stretch->state];
    count->sums_ms[stretch->state] += ms;
    if (*stretch->cause == '\0')
        return;
    gint64 *sum_ms = g_hash_table_lookup(causes, stretch->cause);
    if (sum_ms == NULL) {
        sum_ms = g_new0(gint64, 1);
        g_hash_table_insert(causes, stretch->cause, sum_ms);
    }
    *sum_ms += ms;
}

/* What counts comes first, of equal ones what lasts longest. */
static gint by_worth(gconstpointer one, gconstpointer other, gpointer unused)
{
    const Stretch *a = one, *b = other;
    (void)unused;
    gint by_cause =
        a->state != b->state ? (gint)a->state - (gint)b->state : strcmp(a->cause, b->cause);
    return by_cause != 0 ? by_cause : (a->to_ms < b->to_ms) - (a->to_ms > b->to_ms);
}

/* Of those that have begun: which one counts at `at_ms`, and until when at most that stays so. One
 * that is over is dropped when it comes first, so that a crowd of them costs little. */
static const Stretch *find_best(GSequence *begun, gint64 at_ms, gint64 *until_ms)
{
    while (!g_sequence_is_empty(begun)) {
        GSequenceIter *first = g_sequence_get_begin_iter(begun);
        const Stretch *best = g_sequence_get(first);
        if (best->to_ms > at_ms) {
            *until_ms = MIN(*until_ms, best->to_ms);
            return best;
        }
        g_sequence_remove(first);
    }
    return NULL;
}

/* One hour, from `*next` of the stretches on; `begun` are those before it that still go on. */
static void count_hour(
    Count *count, gint64 hour_ms, GArray *stretches, guint *next, GSequence *begun)
{
    for (gint64 at_ms = hour_ms; at_ms < hour_ms + BT_HOUR_MS;) {
        gint64 until_ms = hour_ms + BT_HOUR_MS;
        for (; *next < stretches->len; (*next)++) {
            Stretch *stretch = &g_array_index(stretches, Stretch, *next);
            if (stretch->from_ms > at_ms) {
                until_ms = MIN(until_ms, stretch->from_ms);
                break;
            }
            g_sequence_insert_sorted(begun, stretch, by_worth, NULL);
        }
        const Stretch *best = find_best(begun, at_ms, &until_ms);
        if (best != NULL)
            count_add(count, best, until_ms - at_ms);
        at_ms = until_ms;
    }
}

static gboolean put_causes(
    const BtTelling *telling, gint64 hour_ms, const Count *count, GError **error)
{
    for (guint i = 0; i < N_STATES; i++) {
        GHashTableIter iter;
        gpointer cause, ms;
        g_hash_table_iter_init(&iter, count->causes[i]);
        while (g_hash_table_iter_next(&iter, &cause, &ms))
            if (!bt_db_run(telling->store->db, error,
                    "INSERT INTO hour_cause (screen, hour_ms, state, cause, ms)"
                    " VALUES (?, ?, ?, ?, ?)",
                    "sissi", telling->screen, hour_ms, states[i], (char *)cause, *(gint64 *)ms))
                return FALSE;
    }
    return TRUE;
}

static gboolean put_hour(
    const BtTelling *telling, gint64 hour_ms, const Count *count, GError **error)
{
    const gint64 *sums_ms = count->sums_ms;
    if (sums_ms[0] + sums_ms[1] + sums_ms[2] == 0)
        return TRUE;
    return bt_db_run(telling->store->db, error,
               "INSERT INTO hour (screen, hour_ms, lit_ms, unconfirmed_ms, not_showing_ms)"
               " VALUES (?, ?, ?, ?, ?)",
               "siiii", telling->screen, hour_ms, sums_ms[0], sums_ms[1], sums_ms[2]) &&
        put_causes(telling, hour_ms, count, error);
}

static gboolean drop_hours(const BtTelling *telling, GError **error)
{
    return bt_db_run(telling->store->db, error,
               "DELETE FROM hour WHERE screen = ? AND hour_ms >= ? AND hour_ms < ?", "sii",
               telling->screen, telling->from_ms, telling->to_ms) &&
        bt_db_run(telling->store->db, error,
            "DELETE FROM hour_cause WHERE screen = ? AND hour_ms >= ? AND hour_ms < ?", "sii",
            telling->screen, telling->from_ms, telling->to_ms);
}

gboolean bt_telling_count_hours(BtTelling *telling, GError **error)
{
    g_autoptr(GSequence) begun = g_sequence_new(NULL);
    g_autoptr(GArray) stretches = read_stretches(telling, error);
    guint next = 0;
    if (stretches == NULL || !drop_hours(telling, error))
        return FALSE;
    for (gint64 hour_ms = telling->from_ms; hour_ms < telling->to_ms; hour_ms += BT_HOUR_MS) {
        g_auto(Count) count = count_new();
        count_hour(&count, hour_ms, stretches, &next, begun);
        if (!put_hour(telling, hour_ms, &count, error))
            return FALSE;
    }
    return TRUE;
}
