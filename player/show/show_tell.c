/* What show tells others: supervise by messages, the source by facts that happened. */
#include "player/show/show.h"

#include "base/channel.h"

#include <unistd.h>

void bt_show_send(BtShow *show, const BtRoleMessage *message)
{
    if (show->channel >= 0)
        bt_channel_send(show->channel, message, sizeof *message, NULL, 0, NULL);
}

void bt_show_tell(BtShow *show, BtRoleType type)
{
    BtRoleMessage message = { .type = type };
    bt_show_send(show, &message);
}

/* The decoder is a child of supervise: it gets one end of a new channel and the content. */
int bt_show_spawn_decoder(int content_fd, gpointer user, GError **error)
{
    BtShow *show = user;
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    BtRoleMessage message = { .type = BT_ROLE_DECODER };
    int fds[2] = { ends[1], content_fd };
    BtChannelStatus status =
        bt_channel_send(show->channel, &message, sizeof message, fds, G_N_ELEMENTS(fds), error);
    close(ends[1]);
    if (status == BT_CHANNEL_OK)
        return ends[0];
    close(ends[0]);
    if (status != BT_CHANNEL_ERROR)
        g_set_error(error, BT_ERROR, BT_ERROR_FAILED, "supervise takes no messages");
    return -1;
}

/* The event is itself kept in memory until the disk takes it, with the time at which it happened.
 */
void bt_show_watch_disk(BtShow *show)
{
    BtWriterTrouble trouble;
    bt_writer_trouble(show->writer, &trouble);
    if (trouble.is_failing && !show->disk_failing)
        bt_show_event(show, "disk", "io", "ledger.db", trouble.message);
    if (!trouble.is_failing && show->disk_failing)
        bt_show_event(show, "disk", "", "ledger.db", "the disk can be written again");
    if (!trouble.is_failing && trouble.lost > show->lost_told) {
        g_autofree char *words = g_strdup_printf(
            "%" G_GUINT64_FORMAT " reports were given up while the disk could not be written",
            trouble.lost - show->lost_told);
        bt_show_event(show, "lost", "limit", "ledger.db", words);
        show->lost_told = trouble.lost;
    }
    show->disk_failing = trouble.is_failing;
    bt_show_write_cut_again(show);
}

typedef struct {
    BtMoment at;
    BtJson *body;
    char *id; /* NULL: by its content */
} EventTask;

static gboolean add_event(BtFacts *facts, gpointer data, GError **error)
{
    EventTask *task = data;
    return bt_facts_add(facts, "event", task->id, &task->at, bt_json_ref(task->body), error);
}

static void event_task_free(gpointer data)
{
    EventTask *task = data;
    bt_json_unref(task->body);
    g_free(task->id);
    g_free(task);
}

void bt_show_post_event(BtShow *show, const char *id, const char *type, const char *code,
    const char *what, const char *message)
{
    EventTask *task = g_new0(EventTask, 1);
    task->at = bt_show_moment(show);
    task->body = bt_json_new_object();
    task->id = g_strdup(id);
    g_autofree char *words = g_utf8_substring(message, 0, MIN(300, g_utf8_strlen(message, -1)));
    bt_json_set_string(task->body, "event", type);
    if (*code != '\0')
        bt_json_set_string(task->body, "code", code);
    bt_json_set_string(task->body, "what", what);
    bt_json_set_string(task->body, "message", words);
    bt_writer_post(show->writer, add_event, task, event_task_free);
}

void bt_show_event(
    BtShow *show, const char *type, const char *code, const char *what, const char *message)
{
    g_message("%s %s: %s", type, what, message);
    bt_show_post_event(show, NULL, type, code, what, message);
}

static gboolean on_shot(gpointer show)
{
    bt_show_tell(show, BT_ROLE_FACTS);
    return G_SOURCE_REMOVE;
}

/* Where nobody takes reports, nobody takes pictures. */
void bt_show_open_shots(BtShow *show)
{
    g_autofree char *path = bt_config_state_path(show->config, BT_SHOT_FILE);
    if (path != NULL && bt_config_report_source(show->config) != NULL)
        show->shots = bt_shots_new(show->glass, path, show->config->pictures_s, on_shot, show);
}
