/* One round of fetching what a bulletin shows by an address: media-once FOLDER KIND URL. Prints an
 * event a line, and what became of it. */
#include "playlists/sync/ttn/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_event(const BtSyncEvent *event, gpointer user)
{
    (void)user;
    printf("event %s %s %s: %s\n", event->type, event->reason, event->what, event->message);
}

static void on_usage(const BtUsage *usage, gpointer user)
{
    (void)user;
    printf("usage %" G_GUINT64_FORMAT "\n", usage->day.bytes);
}

static BtTtnMessage *message_of(BtTtnKind kind, const char *url, gboolean urgent)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        g_strdup_printf("{\"TieuDe\":\"t\",\"BanTinCongCongID\":\"%d %s\"}", (int)kind, "x");
    BtTtnBulletin *bulletin = g_new0(BtTtnBulletin, 1);
    bulletin->id = g_strdup(url);
    bulletin->kind = kind;
    bulletin->priority = urgent ? BT_TTN_URGENT : BT_TTN_ORDINARY;
    bulletin->title = g_strdup("t");
    bulletin->content = g_strdup(url);
    bulletin->lang = g_strdup("vi");
    char **rest[] = { &bulletin->summary, &bulletin->partition, &bulletin->region,
        &bulletin->author, &bulletin->sender, &bulletin->schedule_id, &bulletin->schedule_name };
    for (gsize i = 0; i < G_N_ELEMENTS(rest); i++)
        *rest[i] = g_strdup("");
    bulletin->slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    bulletin->said = bt_json_parse(text, strlen(text), "said", 1000, 4, &error);
    BtTtnMessage *message = g_new0(BtTtnMessage, 1);
    message->says = BT_TTN_SAY_BULLETIN;
    message->id = g_strdup(url);
    message->bulletin = bulletin;
    message->slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    return message;
}

static void print_what_became(BtTtnStore *store, gint64 now_ms)
{
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(store, now_ms, NULL);
    g_autoptr(GPtrArray) missing = bt_ttn_store_missing(store, now_ms, NULL);
    for (guint i = 0; i < kept->len; i++) {
        const BtTtnKept *one = g_ptr_array_index(kept, i);
        if (one->asset != NULL)
            printf("here %s %s %" G_GUINT64_FORMAT "\n", one->asset, one->asset_type,
                one->asset_bytes);
    }
    for (guint i = 0; i < missing->len; i++) {
        const BtTtnMedium *medium = g_ptr_array_index(missing, i);
        printf("missing failures=%u given-up=%d wait=%" G_GINT64_FORMAT " bytes=%" G_GUINT64_FORMAT
               "\n",
            medium->failures, medium->given_up, MAX(0, medium->try_after_ms - now_ms),
            medium->bytes);
    }
}

typedef struct {
    char *folder, *insecure;
    int anew, kind, max_kb, slice_ms, day_kb;
    gint64 now_ms;
    gboolean urgent;
} Options;

static BtBudget open_books(BtTtnMedia *media, const Options *options)
{
    BtBudget budget = { .day_bytes = (guint64)options->day_kb * 1024,
        .heavy_bytes = BT_BUDGET_HEAVY_BYTES,
        .zone = g_time_zone_new_utc() };
    BtUsage usage = BT_USAGE_INIT;
    BtBooksOptions books = { &budget, &usage, on_usage, on_event, NULL, bt_ttn_media_bytes(media) };
    BtBudgetTime now = { options->now_ms, 0, TRUE };
    bt_books_open(bt_ttn_media_books(media), &books);
    bt_books_set_time(bt_ttn_media_books(media), &now, 0);
    return budget;
}

static int run(const Options *options, const char *url)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cache_path = g_build_filename(options->folder, "cache", NULL);
    g_autofree char *store_path = g_build_filename(options->folder, "ttn.db", NULL);
    g_autoptr(BtCache) cache = bt_cache_open(cache_path, TRUE, &error);
    g_autoptr(BtTtnStore) store = bt_ttn_store_open(store_path, &error);
    g_autoptr(BtTtnMessage) message = message_of((BtTtnKind)options->kind, url, options->urgent);
    g_free(message->id);
    message->id = g_strdup_printf("%s %d", url, options->anew);
    const char *insecure[] = { options->insecure, NULL };
    BtTtnMediaOptions media_options = { .cache = cache,
        .store = store,
        .insecure = insecure,
        .max_bytes = (guint64)options->max_kb * 1024,
        .slice_ms = options->slice_ms,
        .on_event = on_event };
    BtTtnMediaStop stop = { NULL, NULL };
    BtTtnMediaRound round;
    gboolean is_new, changed;
    g_autoptr(BtTtnMedia) media = bt_ttn_media_new(&media_options);
    if (!bt_ttn_store_take(store, message, options->now_ms, &is_new, &changed, &error) ||
        (options->day_kb > 0 && (g_time_zone_unref(open_books(media, options).zone), FALSE)) ||
        !bt_ttn_media_round(media, options->now_ms, &stop, &round, &error)) {
        printf("failed %s\n", error->message);
        return 1;
    }
    printf("round changed=%d unfinished=%d bytes=%" G_GUINT64_FORMAT "\n", round.changed,
        round.unfinished, *bt_ttn_media_bytes(media));
    print_what_became(store, options->now_ms);
    return 0;
}

int main(int argc, char **argv)
{
    Options options = { .kind = BT_TTN_IMAGE,
        .max_kb = 1024,
        .slice_ms = 60000,
        .now_ms = G_GINT64_CONSTANT(1800000000000) };
    const GOptionEntry entries[] = {
        { "folder", 0, 0, G_OPTION_ARG_STRING, &options.folder, "", "" },
        { "kind", 0, 0, G_OPTION_ARG_INT, &options.kind, "", "" },
        { "anew", 0, 0, G_OPTION_ARG_INT, &options.anew, "", "" },
        { "max-kb", 0, 0, G_OPTION_ARG_INT, &options.max_kb, "", "" },
        { "slice-ms", 0, 0, G_OPTION_ARG_INT, &options.slice_ms, "", "" },
        { "day-kb", 0, 0, G_OPTION_ARG_INT, &options.day_kb, "", "" },
        { "now", 0, 0, G_OPTION_ARG_INT64, &options.now_ms, "", "" },
        { "insecure", 0, 0, G_OPTION_ARG_STRING, &options.insecure, "", "" },
        { "urgent", 0, 0, G_OPTION_ARG_NONE, &options.urgent, "", NULL },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 ||
        options.folder == NULL)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    int status = run(&options, argv[1]);
    g_free(options.folder);
    g_free(options.insecure);
    return status;
}
