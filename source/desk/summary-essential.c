/* The essential bulletins: where they were published to, received, shown, and why not. Which
 * screens a bulletin was for, and when, is known from the manifests that were published; those of
 * other sources, from what the screens say they showed. */
#include "source/desk/summary-private.h"

#include "source/desk/published.h"
#include "source/store/totals.h"

#include <string.h>

/* A bulletin on one screen. */
typedef struct {
    BtSummaryBulletin *bulletin;
    const char *screen;    /* borrowed of the summary */
    gint64 from_ms, to_ms; /* between these it was in force, perhaps with pauses */
    gint64 shown, failed;
} Case;

typedef struct {
    BtSummary *summary;
    GHashTable *bulletins; /* item, or "source/item" of another source → BtSummaryBulletin */
    GHashTable *languages; /* "VERSION/ITEM" of our own manifests → of all their items */
    GHashTable *cases;     /* "screen/…" and the bulletin's key → Case */
    GHashTable *until_ms; /* screen → gint64: when the manifest at hand was followed by another */
} Book;

/* ---- what was published ---- */

static BtSummaryBulletin *take_bulletin(Book *book, const char *key, const char *item)
{
    BtSummaryBulletin *bulletin = g_hash_table_lookup(book->bulletins, key);
    if (bulletin != NULL)
        return bulletin;
    bulletin = g_new0(BtSummaryBulletin, 1);
    bulletin->item = g_strdup(item);
    g_hash_table_insert(book->bulletins, g_strdup(key), bulletin);
    g_ptr_array_add(book->summary->bulletins, bulletin);
    return bulletin;
}

static Case *take_case(Book *book, BtSummaryBulletin *bulletin, const char *key, const char *screen)
{
    g_autofree char *name = g_strdup_printf("%s/%s", screen, key);
    Case *found = g_hash_table_lookup(book->cases, name);
    if (found == NULL) {
        found = g_new0(Case, 1);
        *found = (Case){ .bulletin = bulletin, .screen = screen, .from_ms = BT_TIME_MAX };
        g_hash_table_insert(book->cases, g_steal_pointer(&name), found);
    }
    return found;
}

static char *join_languages(const BtItem *item)
{
    GString *tags = g_string_new(NULL);
    for (guint i = 0; i < item->texts->len; i++) {
        const BtText *text = g_ptr_array_index(item->texts, i);
        g_string_append_printf(tags, "%s%s", i > 0 ? " " : "", text->lang);
    }
    return g_string_free(tags, FALSE);
}

/* The newest manifest comes first, and says how it is called. */
static void describe(BtSummaryBulletin *bulletin, const BtItem *item)
{
    const BtText *text = item->texts->len > 0 ? g_ptr_array_index(item->texts, 0) : NULL;
    if (bulletin->title != NULL)
        return;
    bulletin->title = g_strdup(text != NULL ? (*text->title != '\0' ? text->title : text->body)
            : item->asset != NULL           ? item->asset->name
                                            : item->id);
    bulletin->issuer = g_strdup(item->issuer);
    bulletin->issued_on = g_strdup(item->issued_on);
    bulletin->document = g_strdup(item->document);
    bulletin->languages = join_languages(item);
    bulletin->field = item->field;
}

static void publish_item(
    Book *book, const BtItem *item, const BtSummaryScreen *screen, gint64 from_ms, gint64 to_ms)
{
    BtSummaryBulletin *bulletin = take_bulletin(book, item->id, item->id);
    Case *one = take_case(book, bulletin, item->id, screen->id);
    describe(bulletin, item);
    one->from_ms = MIN(one->from_ms, from_ms);
    one->to_ms = MAX(one->to_ms, to_ms);
}

static gint64 followed_ms(const Book *book, const char *screen)
{
    const gint64 *until_ms = g_hash_table_lookup(book->until_ms, screen);
    return until_ms != NULL ? *until_ms : MIN(book->summary->to_ms, book->summary->now_ms);
}

static void set_followed(Book *book, const char *screen, gint64 at_ms)
{
    gint64 *until_ms = g_new(gint64, 1);
    *until_ms = at_ms;
    g_hash_table_insert(book->until_ms, g_strdup(screen), until_ms);
}

static void publish_to(
    Book *book, const BtManifest *manifest, const char *screen_id, gint64 published_ms)
{
    const BtSummaryScreen *screen = bt_summary_find(book->summary, screen_id);
    gint64 from_ms = MAX(published_ms, book->summary->from_ms);
    gint64 to_ms = MIN(followed_ms(book, screen_id), manifest->expires_ms);
    set_followed(book, screen_id, published_ms);
    if (screen == NULL || from_ms >= to_ms)
        return;
    for (guint i = 0; i < manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(manifest->items, i);
        gint64 begin_ms = MAX(from_ms, item->valid_from_ms),
               end_ms = MIN(to_ms, item->valid_until_ms);
        if (item->essential && begin_ms < end_ms)
            publish_item(book, item, screen, begin_ms, end_ms);
    }
}

static void note_languages(Book *book, const BtManifest *manifest)
{
    for (guint i = 0; i < manifest->items->len; i++) {
        const BtItem *item = g_ptr_array_index(manifest->items, i);
        g_hash_table_insert(book->languages,
            g_strdup_printf("%" G_GINT64_FORMAT "/%s", manifest->version, item->id),
            join_languages(item));
    }
}

static gboolean read_documents(BtStore *store, Book *book, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT sha256, published_ms FROM document WHERE kind = 'manifest' AND published_ms < ?"
        " AND expires_ms > ? ORDER BY version DESC",
        "ii", book->summary->to_ms, book->summary->from_ms);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        g_autoptr(BtManifest) manifest = bt_published_read(store->site, bt_rows_text(rows, 0));
        if (manifest != NULL)
            note_languages(book, manifest);
        for (guint i = 0; manifest != NULL && i < manifest->screens->len; i++)
            publish_to(
                book, manifest, g_ptr_array_index(manifest->screens, i), bt_rows_int(rows, 1));
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

/* ---- what was shown ---- */

static void describe_played(BtSummaryBulletin *bulletin, const BtTelemetryPlayed *played)
{
    if (bulletin->title != NULL)
        return;
    bulletin->title = g_strdup(played->title != NULL ? played->title : played->item);
    bulletin->issuer = g_strdup(played->issuer);
    bulletin->issued_on = g_strdup(played->issued_on);
    bulletin->document = g_strdup(played->document);
    bulletin->languages = g_strdup(played->languages != NULL ? played->languages : "");
    bulletin->field = (int)played->field;
}

static void take_played(const BtTelemetryPlayed *played, gpointer user)
{
    Book *book = user;
    const BtSummaryScreen *screen = bt_summary_find(book->summary, played->screen);
    g_autofree char *version =
        g_strdup_printf("%" G_GINT64_FORMAT "/%s", played->version, played->item);
    gboolean is_ours = strcmp(played->cls, "emergency") != 0 &&
        g_hash_table_contains(book->bulletins, played->item) &&
        g_hash_table_contains(book->languages, version);
    if (screen == NULL || !(is_ours || played->essential))
        return;
    g_autofree char *key =
        is_ours ? g_strdup(played->item) : g_strconcat(played->source, "/", played->item, NULL);
    BtSummaryBulletin *bulletin = take_bulletin(book, key, played->item);
    Case *one = take_case(book, bulletin, key, screen->id);
    describe_played(bulletin, played);
    bulletin->count += played->count;
    bulletin->ms += played->ms;
    one->shown += played->count - played->failed;
    one->failed += played->failed;
}

/* ---- why not ---- */

static void take_hours(const BtTelemetryHour *hour, gpointer user)
{
    *(BtTelemetryHour *)user = *hour;
}

static BtUnshown why_not(BtStore *store, const Case *one)
{
    const BtTelemetryQuery query = { one->screen, one->from_ms - one->from_ms % BT_HOUR_MS,
        one->to_ms };
    BtTelemetryHour sum = { NULL };
    if (one->failed > 0)
        return BT_UNSHOWN_FAILED;
    bt_totals_hours(store, &query, take_hours, &sum, NULL);
    return sum.lit_ms > 0                                  ? BT_UNSHOWN_NO_TURN
        : sum.unconfirmed_ms > 0 || sum.not_showing_ms > 0 ? BT_UNSHOWN_NOT_LIT
                                                           : BT_UNSHOWN_NO_CONTACT;
}

static void judge(BtStore *store, Book *book)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, book->cases);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Case *one = value;
        BtSummaryBulletin *bulletin = one->bulletin;
        BtUnshown why = one->shown > 0 ? BT_N_UNSHOWN : why_not(store, one);
        bulletin->n_published++;
        bulletin->n_shown += one->shown > 0;
        bulletin->n_received += why != BT_UNSHOWN_NO_CONTACT;
        if (why != BT_N_UNSHOWN)
            bulletin->unshown[why]++;
    }
}

static int compare_bulletins(gconstpointer a, gconstpointer b)
{
    const BtSummaryBulletin *x = *(BtSummaryBulletin *const *)a,
                            *y = *(BtSummaryBulletin *const *)b;
    int by_day = strcmp(x->issued_on, y->issued_on);
    return by_day != 0 ? by_day : strcmp(x->item, y->item);
}

gboolean bt_summary_add_bulletins(
    BtStore *store, BtSummary *summary, GHashTable *languages, GError **error)
{
    const BtTelemetryQuery period = { NULL, summary->from_ms, summary->to_ms };
    g_autoptr(GHashTable) bulletins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) cases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GHashTable) until_ms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Book book = { summary, bulletins, languages, cases, until_ms };
    if (!read_documents(store, &book, error) ||
        !bt_totals_played(store, &period, take_played, &book, error))
        return FALSE;
    judge(store, &book);
    g_ptr_array_sort(summary->bulletins, compare_bulletins);
    return TRUE;
}
