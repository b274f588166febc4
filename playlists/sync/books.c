/* What a source costs, kept so that a power cut forgets nothing: before bytes come, some more than
 * have come are written down as used. After a cut that promise counts, though it was not all used;
 * the error is on the side of the bill. The round's end writes down what it was. */
#include "playlists/sync/private.h"

#include <string.h>

#define PROMISE_BYTES (4 * 1024 * 1024) /* at a time: one small write for so much content */
#define RATE_MIN_BYTES (64 * 1024)      /* less says more of the way there than of its width */
#define RATE_OLD_SHARE 3                /* of four: how slowly a new rate is believed */
#define LEAST_BYTES (16 * 1024)         /* to ask for, unless it is all that is missing */
#define MB (1024.0 * 1024.0)

/* ---- what something is worth ---- */

static BtValue value_of(const BtSync *sync, BtFollow following, const BtStep *step)
{
    if (following == BT_FOLLOW_ALERT || step->rank == BT_RANK_TEXT)
        return BT_VALUE_WORD;
    gboolean moves = step->rank == BT_RANK_AUDIO || step->rank == BT_RANK_VIDEO;
    return moves || step->size_bytes > sync->books.budget.heavy_bytes ? BT_VALUE_HEAVY
                                                                      : BT_VALUE_PICTURE;
}

/* ---- telling ---- */

static void tell_waiting(BtSync *sync, const BtMay *may, BtValue value)
{
    BtBooks *books = &sync->books;
    gboolean month = may->word == BT_MAY_MONTH;
    BtSpan *span = month ? &books->usage.month : &books->usage.day;
    guint64 limit = month ? books->budget.month_bytes : books->budget.day_bytes;
    if (may->word == BT_MAY_HOURS || (span->told & (1u << value)) != 0)
        return;
    span->told |= 1u << value;
    g_autofree char *until = bt_time_format(may->until_ms);
    bt_sync_tell(sync, "waiting", NULL, bt_may_word(may->word),
        "%.1f of %.1f MiB of this %s are used: %s wait until %s", (double)span->bytes / MB,
        (double)limit / MB, bt_may_word(may->word),
        value == BT_VALUE_HEAVY ? "films and large files" : "pictures", until);
}

static guint64 wait_for(BtSync *sync, const BtMay *may, BtValue value)
{
    tell_waiting(sync, may, value);
    if (may->word > sync->books.waits.word)
        sync->books.waits = *may;
    return 0;
}

/* ---- counting ---- */

static void use(BtBooks *books, guint64 bytes, guint64 asset_bytes)
{
    books->total_bytes += bytes;
    bt_usage_add(&books->usage, &books->budget, &books->now, bytes, asset_bytes);
}

static void count_transport(BtSync *sync, guint64 asset_bytes)
{
    BtBooks *books = &sync->books;
    guint64 bytes = sync->transport->bytes - books->counted_bytes;
    books->counted_bytes = sync->transport->bytes;
    use(books, bytes, MIN(asset_bytes, bytes));
}

/* ---- asking ---- */

/* When there is more than the rest that is left now. */
static BtMay ask_as_if_used_up(const BtBooks *books, BtValue value)
{
    BtUsage full = books->usage;
    const BtBudget *budget = &books->budget;
    guint64 day = budget->day_bytes - MIN(budget->day_bytes, full.day.bytes);
    guint64 month = budget->month_bytes - MIN(budget->month_bytes, full.month.bytes);
    if (budget->month_bytes > 0 && (budget->day_bytes == 0 || month < day))
        full.month.bytes = G_MAXINT64;
    else
        full.day.bytes = G_MAXINT64;
    return bt_budget_ask(budget, &full, &books->now, value);
}

guint64 bt_books_allow(BtRound *round, const BtStep *step, guint64 missing_bytes)
{
    BtSync *sync = round->sync;
    BtBooks *books = &sync->books;
    if (!books->kept)
        return missing_bytes;
    count_transport(sync, 0); /* the documents of this round */
    BtValue value = value_of(sync, round->following, step);
    BtMay may = bt_budget_ask(&books->budget, &books->usage, &books->now, value);
    if (may.word != BT_MAY_GO)
        return wait_for(sync, &may, value);
    gboolean whole_only = g_hash_table_contains(books->whole_only, step->sha256);
    if (may.bytes >= missing_bytes || (may.bytes >= LEAST_BYTES && !whole_only))
        return MIN(may.bytes, missing_bytes);
    /* It would be paid for and thrown away, or cost more in asking than it brings. */
    may = ask_as_if_used_up(books, value);
    return wait_for(sync, &may, value);
}

void bt_books_note_whole_only(BtSync *sync, const char *sha256)
{
    if (g_hash_table_add(sync->books.whole_only, g_strdup(sha256)))
        bt_sync_tell(sync, "waiting", NULL, sha256,
            "it comes as a whole only, and the budget leaves less: expected a peer that serves "
            "ranges");
}

void bt_books_promise(BtSync *sync, guint64 under_way)
{
    BtBooks *books = &sync->books;
    gboolean limited = books->budget.day_bytes > 0 || books->budget.month_bytes > 0;
    if (!books->kept || !limited || books->total_bytes + under_way < books->promised_bytes)
        return;
    guint64 ahead = under_way + PROMISE_BYTES;
    BtUsage promised = books->usage;
    promised.day.bytes += ahead;
    promised.month.bytes += ahead;
    books->promised_bytes = books->total_bytes + ahead;
    books->on_usage(&promised, sync->user);
}

void bt_books_count(BtSync *sync, guint64 asset_bytes, gint64 took_ms)
{
    BtBooks *books = &sync->books;
    if (!books->kept)
        return;
    count_transport(sync, asset_bytes);
    if (asset_bytes < RATE_MIN_BYTES)
        return;
    guint64 rate = asset_bytes * 1000 / (guint64)MAX(took_ms, 1);
    books->bytes_per_s = books->bytes_per_s == 0
        ? rate
        : (RATE_OLD_SHARE * books->bytes_per_s + rate) / (RATE_OLD_SHARE + 1);
}

/* ---- for the role ---- */

void bt_sync_set_budget(
    BtSync *sync, const BtBudget *budget, const BtUsage *usage, BtSyncOnUsage on_usage)
{
    BtBooks *books = &sync->books;
    bt_books_clear(books);
    *books = (BtBooks){ .kept = TRUE,
        .budget = *budget,
        .usage = *usage,
        .on_usage = on_usage,
        .counted_bytes = sync->transport->bytes,
        .whole_only = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    books->budget.zone = g_time_zone_ref(budget->zone);
    books->budget.heavy = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    if (budget->heavy)
        g_array_append_vals(books->budget.heavy, budget->heavy->data, budget->heavy->len);
}

void bt_books_clear(BtBooks *books)
{
    g_clear_pointer(&books->budget.heavy, g_array_unref);
    g_clear_pointer(&books->budget.zone, g_time_zone_unref);
    g_clear_pointer(&books->whole_only, g_hash_table_unref);
}

void bt_sync_set_time(BtSync *sync, const BtBudgetTime *now, guint64 more_bytes)
{
    BtBooks *books = &sync->books;
    if (!books->kept)
        return;
    books->now = *now;
    count_transport(sync, 0);
    use(books, more_bytes, 0);
    books->promised_bytes = books->total_bytes; /* the caller writes down what it is */
}

static gboolean has_object(const char *sha256, gpointer user)
{
    return bt_cache_has(user, sha256);
}

static void add_backlog(BtSync *sync, BtFollow which, BtBacklog *backlog)
{
    const BtFollowed *followed = &sync->followed[which];
    if (!*followed->sha256 || strcmp(followed->sha256, followed->ready) == 0)
        return;
    g_autoptr(GArray) missing =
        bt_plan_missing(followed->assets, sync->now, has_object, sync->cache);
    for (guint i = 0; i < missing->len; i++) {
        const BtStep *step = &g_array_index(missing, BtStep, i);
        guint64 here = bt_cache_incoming_bytes(sync->cache, step->sha256);
        backlog->objects++;
        backlog->bytes[value_of(sync, which, step)] +=
            step->size_bytes - MIN(here, step->size_bytes);
    }
}

gboolean bt_sync_outlook(BtSync *sync, BtSyncOutlook *outlook)
{
    const BtBooks *books = &sync->books;
    if (!books->kept)
        return FALSE;
    *outlook = (BtSyncOutlook){
        .usage = books->usage, .waits = books->waits, .bytes_per_s = books->bytes_per_s
    };
    add_backlog(sync, BT_FOLLOW_ALERT, &outlook->backlog);
    add_backlog(sync, BT_FOLLOW_MANIFEST, &outlook->backlog);
    outlook->forecast = bt_forecast(
        &books->budget, &books->usage, &books->now, &outlook->backlog, books->bytes_per_s);
    return TRUE;
}
