#include "source/press/player.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"
#include "source/press/kept.h"
#include "source/press/player-job.h"

#include <string.h>

struct BtPlayer {
    BtPlayerTools tools;
    BtKept *kept;
    GCancellable *ending;
    gulong ending_handler;
    GHashTable *works; /* the answer's name → Work, waiting and running */
    GQueue waiting;    /* of Work, borrowed */
    guint running;
};

/* What is being found out, and for whom. */
typedef struct {
    BtPlayer *player;
    char *name; /* of the answer */
    BtAsk ask;
    char *workplace;
    BtPlayerJob *job;  /* NULL: it waits */
    GArray *listeners; /* of Listener */
} Work;

typedef struct {
    BtPlayerDone done;
    gpointer user;
} Listener;

/* ---- names ---- */

/* The same question has the same name. (transfer full) */
static char *name_of(const BtAsk *ask)
{
    static const char *const endings[] = { "png", "check", "rundown", "why", "examine" };
    char document[BT_HASH_HEX_SIZE], name[BT_HASH_HEX_SIZE];
    gsize size;
    const void *data = g_bytes_get_data(ask->document, &size);
    bt_hash_data(data, size, document);
    g_autofree char *all =
        g_strdup_printf("%s %d %dx%d %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %d", document,
            (int)ask->kind, ask->width_px, ask->height_px, ask->is_led, ask->at_ms, ask->until_ms,
            ask->pages, ask->english);
    bt_hash_data(all, strlen(all), name);
    return g_strdup_printf("%s.%s", name, endings[ask->kind]);
}

void bt_player_keep(BtPlayer *player, GBytes *document, char sha256[BT_HASH_HEX_SIZE])
{
    gsize size;
    const void *data = g_bytes_get_data(document, &size);
    bt_hash_data(data, size, sha256);
    g_autofree char *name = g_strdup_printf("%s.json", sha256);
    g_autoptr(GBytes) known = bt_kept_find(player->kept, name);
    if (known == NULL)
        bt_kept_put(player->kept, name, document);
}

GBytes *bt_player_document(BtPlayer *player, const char *sha256)
{
    g_autofree char *name = g_strdup_printf("%s.json", sha256);
    return bt_hash_is_hex(sha256) ? bt_kept_find(player->kept, name) : NULL;
}

GBytes *bt_player_find(BtPlayer *player, const BtAsk *ask)
{
    g_autofree char *name = name_of(ask);
    return bt_kept_find(player->kept, name);
}

/* ---- work ---- */

static void work_free(gpointer data)
{
    Work *work = data;
    if (work->workplace != NULL)
        bt_kept_leave(work->workplace);
    g_free(work->workplace);
    g_bytes_unref(work->ask.document);
    g_array_unref(work->listeners);
    g_free(work->name);
    g_free(work);
}

/* Whoever listens may ask again at once. */
static void tell(Work *work)
{
    g_hash_table_steal(work->player->works, work->name);
    for (guint i = 0; i < work->listeners->len; i++) {
        const Listener *listener = &g_array_index(work->listeners, Listener, i);
        listener->done(listener->user);
    }
    work_free(work);
}

static void start_next(BtPlayer *player);

static void on_answer(GBytes *answer, const GError *error, gpointer user)
{
    Work *work = user;
    BtPlayer *player = work->player;
    player->running--;
    if (answer != NULL)
        bt_kept_put(player->kept, work->name, answer);
    else
        g_message("preview: %s", error->message);
    tell(work);
    start_next(player);
}

static gboolean put_document(Work *work, GError **error)
{
    gsize size;
    const char *data = g_bytes_get_data(work->ask.document, &size);
    work->workplace = bt_kept_workplace(work->player->kept, error);
    if (work->workplace == NULL)
        return FALSE;
    g_autofree char *path = g_build_filename(work->workplace, BT_PLAYER_JOB_DOCUMENT, NULL);
    return g_file_set_contents_full(
        path, data, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

static void start(Work *work)
{
    g_autoptr(GError) error = NULL;
    BtPlayer *player = work->player;
    player->running++;
    if (put_document(work, &error))
        work->job = bt_player_job_start(
            &player->tools, &work->ask, work->workplace, on_answer, work, &error);
    if (work->job == NULL)
        on_answer(NULL, error, work);
}

static void start_next(BtPlayer *player)
{
    while (player->running < BT_PLAYER_AT_ONCE && !g_queue_is_empty(&player->waiting))
        start(g_queue_pop_head(&player->waiting));
}

static gboolean start_later(gpointer player)
{
    start_next(player);
    return G_SOURCE_REMOVE;
}

static Work *work_new(BtPlayer *player, const BtAsk *ask, char *name)
{
    Work *work = g_new0(Work, 1);
    work->player = player;
    work->name = name;
    work->ask = *ask;
    work->ask.document = g_bytes_ref(ask->document);
    work->listeners = g_array_new(FALSE, FALSE, sizeof(Listener));
    return work;
}

gboolean bt_player_ask(
    BtPlayer *player, const BtAsk *ask, BtPlayerDone done, gpointer user, GError **error)
{
    const Listener listener = { done, user };
    g_autofree char *name = name_of(ask);
    Work *work = g_hash_table_lookup(player->works, name);
    if (work == NULL) {
        if (g_queue_get_length(&player->waiting) >= BT_PLAYER_QUEUE_MAX ||
            g_cancellable_is_cancelled(player->ending)) {
            g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
                "preview: %d questions wait already: expected fewer", BT_PLAYER_QUEUE_MAX);
            return FALSE;
        }
        work = work_new(player, ask, g_steal_pointer(&name));
        g_hash_table_insert(player->works, work->name, work);
        g_queue_push_tail(&player->waiting, work);
        g_idle_add(start_later, player);
    }
    g_array_append_val(work->listeners, listener);
    return TRUE;
}

/* ---- beginning and end ---- */

/* Those that wait are told at once; those that run end by themselves. */
static void on_ending(GCancellable *ending, gpointer user)
{
    BtPlayer *player = user;
    Work *work;
    (void)ending;
    while ((work = g_queue_pop_head(&player->waiting)) != NULL)
        tell(work);
}

BtPlayer *bt_player_new(
    const char *program, const char *folder, const char *assets, GCancellable *ending)
{
    BtPlayer *player = g_new0(BtPlayer, 1);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = g_path_get_dirname(self != NULL ? self : ".");
    player->tools.program =
        program != NULL ? g_strdup(program) : g_build_filename(bin, "bangtin", NULL);
    player->tools.assets = g_strdup(assets);
    player->tools.ending = ending;
    player->kept = bt_kept_new(folder, BT_PLAYER_KEPT_MAX_BYTES);
    player->ending = g_object_ref(ending);
    player->works = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, work_free);
    g_queue_init(&player->waiting);
    player->ending_handler = g_signal_connect(ending, "cancelled", G_CALLBACK(on_ending), player);
    return player;
}

void bt_player_free(BtPlayer *player)
{
    g_signal_handler_disconnect(player->ending, player->ending_handler);
    while (g_source_remove_by_user_data(player))
        ;
    g_hash_table_unref(player->works);
    g_queue_clear(&player->waiting);
    g_object_unref(player->ending);
    bt_kept_free(player->kept);
    g_free(player->tools.program);
    g_free(player->tools.assets);
    g_free(player);
}
