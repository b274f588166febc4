/* What a source costs, kept so that a power cut forgets nothing: before bytes come, some more than
 * have come are written down as used. After a cut that promise counts, though it was not all used;
 * the error is on the side of the bill. The round's end writes down what it was. */
#include "playlists/sync/books.h"

#include <stdarg.h>
#include <string.h>

#define PROMISE_BYTES (4 * 1024 * 1024) /* at a time: one small write for so much content */
#define RATE_MIN_BYTES (64 * 1024)      /* less says more of the way there than of its width */
#define RATE_OLD_SHARE 3                /* of four: how slowly a new rate is believed */
#define LEAST_BYTES (16 * 1024)         /* to ask for, unless it is all that is missing */
#define MB (1024.0 * 1024.0)

/* ---- what something is worth ---- */

BtValue bt_books_value(const BtBooks *books, gboolean moves, guint64 size_bytes)
{
    return moves || size_bytes > books->budget.heavy_bytes ? BT_VALUE_HEAVY : BT_VALUE_PICTURE;
}

/* ---- telling ---- */

G_GNUC_PRINTF(3, 4)
static void tell(const BtBooks *books, const char *what, const char *format, ...)
{
    va_list args;
    if (!books->on_event)
        return;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    BtSyncEvent event = { "waiting", "", (char *)what, message };
    books->on_event(&event, books->user);
}

static void tell_waiting(BtBooks *books, const BtMay *may, BtValue value)
{
    gboolean month = may->word == BT_MAY_MONTH;
    BtSpan *span = month ? &books->usage.month : &books->usage.day;
    guint64 limit = month ? books->budget.month_bytes : books->budget.day_bytes;
    if (may->word == BT_MAY_HOURS || (span->told & (1u << value)) != 0)
        return;
    span->told |= 1u << value;
    g_autofree char *until = bt_time_format(may->until_ms);
    tell(books, bt_may_word(may->word), "%.1f of %.1f MiB of this %s are used: %s wait until %s",
        (double)span->bytes / MB, (double)limit / MB, bt_may_word(may->word),
        value == BT_VALUE_HEAVY ? "films and large files" : "pictures", until);
}

static guint64 wait_for(BtBooks *books, const BtMay *may, BtValue value)
{
    tell_waiting(books, may, value);
    if (may->word > books->waits.word)
        books->waits = *may;
    return 0;
}

/* ---- counting ---- */

static void use(BtBooks *books, guint64 bytes, guint64 asset_bytes)
{
    books->total_bytes += bytes;
    bt_usage_add(&books->usage, &books->budget, &books->now, bytes, asset_bytes);
}

static void count_line(BtBooks *books, guint64 asset_bytes)
{
    guint64 bytes = *books->line_bytes - books->counted_bytes;
    books->counted_bytes = *books->line_bytes;
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

guint64 bt_books_ask(BtBooks *books, BtValue value, const char *name, guint64 missing_bytes)
{
    if (!books->kept)
        return missing_bytes;
    count_line(books, 0); /* the documents of this round */
    BtMay may = bt_budget_ask(&books->budget, &books->usage, &books->now, value);
    if (may.word != BT_MAY_GO)
        return wait_for(books, &may, value);
    gboolean whole_only = g_hash_table_contains(books->whole_only, name);
    if (may.bytes >= missing_bytes || (may.bytes >= LEAST_BYTES && !whole_only))
        return MIN(may.bytes, missing_bytes);
    /* It would be paid for and thrown away, or cost more in asking than it brings. */
    may = ask_as_if_used_up(books, value);
    return wait_for(books, &may, value);
}

void bt_books_note_whole_only(BtBooks *books, const char *name)
{
    if (g_hash_table_add(books->whole_only, g_strdup(name)))
        tell(books, name,
            "it comes as a whole only, and the budget leaves less: expected a peer that serves "
            "ranges");
}

void bt_books_promise(BtBooks *books, guint64 under_way)
{
    gboolean limited = books->budget.day_bytes > 0 || books->budget.month_bytes > 0;
    if (!books->kept || !limited || books->total_bytes + under_way < books->promised_bytes)
        return;
    guint64 ahead = under_way + PROMISE_BYTES;
    BtUsage promised = books->usage;
    promised.day.bytes += ahead;
    promised.month.bytes += ahead;
    books->promised_bytes = books->total_bytes + ahead;
    books->on_usage(&promised, books->user);
}

void bt_books_count(BtBooks *books, guint64 asset_bytes, gint64 took_ms)
{
    if (!books->kept)
        return;
    count_line(books, asset_bytes);
    if (asset_bytes < RATE_MIN_BYTES)
        return;
    guint64 rate = asset_bytes * 1000 / (guint64)MAX(took_ms, 1);
    books->bytes_per_s = books->bytes_per_s == 0
        ? rate
        : (RATE_OLD_SHARE * books->bytes_per_s + rate) / (RATE_OLD_SHARE + 1);
}

/* ---- for the role ---- */

void bt_books_open(BtBooks *books, const BtBooksOptions *options)
{
    const BtBudget *budget = options->budget;
    bt_books_clear(books);
    *books = (BtBooks){ .kept = TRUE,
        .budget = *budget,
        .usage = *options->usage,
        .on_usage = options->on_usage,
        .on_event = options->on_event,
        .user = options->user,
        .line_bytes = options->line_bytes,
        .counted_bytes = *options->line_bytes,
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

void bt_books_set_time(BtBooks *books, const BtBudgetTime *now, guint64 more_bytes)
{
    if (!books->kept)
        return;
    books->now = *now;
    count_line(books, 0);
    use(books, more_bytes, 0);
    books->promised_bytes = books->total_bytes; /* the caller writes down what it is */
}

gboolean bt_books_outlook(BtBooks *books, const BtBacklog *backlog, BtSyncOutlook *outlook)
{
    if (!books->kept)
        return FALSE;
    *outlook = (BtSyncOutlook){ .usage = books->usage,
        .backlog = *backlog,
        .waits = books->waits,
        .bytes_per_s = books->bytes_per_s };
    outlook->forecast = bt_forecast(
        &books->budget, &books->usage, &books->now, &outlook->backlog, books->bytes_per_s);
    return TRUE;
}
