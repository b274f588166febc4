/* How show begins and ends.
 *
 * Begin: what the last run left is closed or taken up again, a show that dies over and over falls
 * back to the safe scene, and the first picture is drawn from the cache before anything else is
 * looked at. */
#include "base/error.h"
#include "base/io.h"
#include "player/confine.h"
#include "player/show.h"
#include "player/status.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define DEATHS_WINDOW_MS (60 * BT_SECOND_MS)
#define DEATHS_MAX 3
#define SAFE_AFTER_DEATHS_MS (10 * BT_MINUTE_MS)
#define CONTROL_RETRY_MS 2000 /* no descriptors, a disk that cannot be written: tried again */
#define EVENTS_EVERY_MS 100   /* displays without a descriptor are asked so often */

/* ---- what happens in the loop ---- */

static gboolean on_timer(gint fd, GIOCondition condition, gpointer data)
{
    guint64 ticks;
    (void)condition;
    if (read(fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
        g_warning("timer: %s", g_strerror(errno));
    bt_show_turn(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_decoders(gpointer data)
{
    BtShow *show = data;
    if (bt_stage_poll(bt_board_stage(show->board), g_get_monotonic_time() / 1000)) {
        show->scene_until_ms = BT_TIME_MIN;
        bt_show_turn(show);
    }
    return G_SOURCE_CONTINUE;
}

static void take_new_size(BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    int w_px, h_px;
    bt_glass_size(show->glass, &w_px, &h_px);
    g_clear_pointer(&show->scene, bt_scene_unref);
    if (!bt_board_set_size(show->board, w_px, h_px, &failure))
        g_warning("%s", failure->message);
    show->inputs_changed = TRUE;
    bt_show_turn(show);
}

static void on_cut_key(BtShow *show)
{
    if (show->judge != NULL)
        bt_show_write(show, BT_ENTRY_CUT, NULL, NULL, NULL);
}

static gboolean take_display_events(gpointer data)
{
    BtShow *show = data;
    gboolean resized;
    BtDisplayEvent event;
    while ((event = bt_glass_poll(show->glass, &resized)) != BT_DISPLAY_EVENT_NONE) {
        if (resized)
            take_new_size(show);
        else if (event == BT_DISPLAY_EVENT_CUT)
            on_cut_key(show);
        else if (event == BT_DISPLAY_EVENT_QUIT)
            bt_show_tell(show, BT_ROLE_DONE);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_display_fd(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    return take_display_events(data);
}

static gboolean on_beat(gpointer data)
{
    BtShow *show = data;
    BtMoment now = bt_show_moment(show);
    bt_show_tell(show, BT_ROLE_BEAT);
    bt_life_tick(show->life, &now);
    bt_show_watch_disk(show);
    return G_SOURCE_CONTINUE;
}

static gboolean on_heartbeat(gpointer data)
{
    BtShow *show = data;
    bt_show_judge_time(show);
    if (!show->time.trusted)
        bt_show_tell(show, BT_ROLE_TIME_WANTED);
    bt_show_look_for_silence(show);
    bt_status_heartbeat(show);
    return G_SOURCE_CONTINUE;
}

static void on_supervise(const BtRoleMessage *message, gpointer data)
{
    BtShow *show = data;
    if (message->type == BT_ROLE_STOP)
        g_main_loop_quit(show->loop);
    if (message->type == BT_ROLE_TIME_ASK)
        bt_show_ask_time(show);
    if (message->type == BT_ROLE_TIME)
        bt_show_hear_time(show);
    if (message->type == BT_ROLE_NEWS && show->judge != NULL)
        bt_judge_look(show->judge);
}

static gboolean on_term(gpointer data)
{
    g_main_loop_quit(((BtShow *)data)->loop);
    return G_SOURCE_CONTINUE;
}

/* ---- the local socket ---- */

static BtJson *done(void)
{
    BtJson *reply = bt_json_new_object();
    bt_json_set_bool(reply, "done", TRUE);
    return reply;
}

static BtJson *failed(const char *message)
{
    BtJson *reply = bt_json_new_object();
    bt_json_set_string(reply, "error", message);
    return reply;
}

/* Answered when it is durable and its picture is drawn. */
static BtJson *cut_or_resume(BtShow *show, gboolean cut, BtControlTalk *talk)
{
    if (show->judge == NULL)
        return failed("this player keeps no state");
    bt_show_pattern(show, NULL);
    bt_show_write(show, cut ? BT_ENTRY_CUT : BT_ENTRY_RESUME, NULL, NULL, talk);
    bt_show_event(show, cut ? "cut" : "resume", "", "control", "by the local socket");
    return NULL;
}

static BtJson *answer(const char *verb, const char *name, BtControlTalk *talk, gpointer user)
{
    BtShow *show = user;
    if (g_str_equal(verb, "status"))
        return bt_status_json(show);
    if (g_str_equal(verb, "cut") || g_str_equal(verb, "resume"))
        return cut_or_resume(show, g_str_equal(verb, "cut"), talk);
    if (!g_str_equal(verb, "pattern"))
        return failed("unknown verb: expected status, cut, resume or pattern");
    if (!bt_show_pattern(show, name))
        return failed("unknown pattern");
    bt_show_turn(show);
    return done();
}

static gboolean open_control_again(gpointer data);

static void open_control(BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *path = bt_config_state_path(show->config, "control");
    if (path == NULL)
        return;
    show->control = bt_control_open(path, answer, show, &failure);
    if (show->control != NULL)
        return;
    if (show->control_retry == 0)
        g_warning("%s", failure->message);
    show->control_retry = g_timeout_add(CONTROL_RETRY_MS, open_control_again, show);
}

static gboolean open_control_again(gpointer data)
{
    open_control(data);
    return G_SOURCE_REMOVE;
}

/* ---- what the last run left ---- */

static void count_deaths(BtShow *show, BtFacts *facts, GPtrArray *rows, const BtLife *life)
{
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    g_autofree char *items = bt_tracker_items(rows);
    if (life->clean || show->options->died_ms == 0)
        return;
    bt_facts_add_death(facts, t_ms, items, NULL);
    g_autoptr(GPtrArray) deaths = bt_facts_deaths(facts, t_ms - DEATHS_WINDOW_MS, NULL);
    if (deaths == NULL || deaths->len < DEATHS_MAX)
        return;
    bt_show_event(
        show, "safe", "died", "show", "died three times within 60 s: safe for 10 minutes");
    bt_board_keep_safe(show->board, t_ms, t_ms + SAFE_AFTER_DEATHS_MS);
    bt_board_reload(show->board);
    bt_show_set_aside_suspects(show, deaths);
}

/* Items that were on the glass at two deaths or more. */
void bt_show_set_aside_suspects(BtShow *show, GPtrArray *deaths)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    BtInputLedger *ledger = bt_board_ledger(show->board);
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    for (guint i = 0; i < deaths->len && ledger != NULL; i++) {
        g_auto(GStrv) items = g_strsplit(g_ptr_array_index(deaths, i), " ", -1);
        for (guint k = 0; items[k] != NULL; k++) {
            char *slash = strchr(items[k], '/');
            guint count = GPOINTER_TO_UINT(g_hash_table_lookup(seen, items[k])) + 1;
            g_hash_table_insert(seen, g_strdup(items[k]), GUINT_TO_POINTER(count));
            if (slash == NULL || count != 2)
                continue;
            *slash = '\0';
            bt_input_ledger_add_set_aside(
                ledger, items[k], slash + 1, t_ms, t_ms + BT_DAY_MS, NULL);
        }
    }
    bt_board_reload(show->board);
}

static void take_over(BtShow *show, BtFacts *facts)
{
    BtMoment now = bt_show_moment(show);
    BtLife life;
    gboolean lived = bt_facts_life(facts, &life);
    gint64 died_ms = show->options->died_ms;
    show->life =
        bt_life_new(show->writer, show->options->boot, lived ? &life : NULL, died_ms, &now);
    GPtrArray *rows = bt_facts_open_rows(facts, NULL);
    if (rows == NULL)
        return;
    if (lived)
        count_deaths(show, facts, rows, &life);
    bt_tracker_recover(show->tracker, rows, MAX(died_ms, lived ? life.seen_ms : 0));
}

/* The power takes the last notes of the life; a row that was opened since is on the disk. */
static gint64 stored_time(BtFacts *facts)
{
    BtLife life;
    gint64 stored_ms = bt_facts_life(facts, &life) ? life.seen_ms : 0;
    g_autoptr(GPtrArray) rows = bt_facts_open_rows(facts, NULL);
    for (guint i = 0; rows != NULL && i < rows->len; i++)
        stored_ms = MAX(stored_ms, ((const BtOpenRow *)g_ptr_array_index(rows, i))->start_ms);
    return stored_ms;
}

/* ---- opening ---- */

static BtFacts *open_facts(BtShow *show, GError **error)
{
    g_autofree char *path = bt_config_state_path(show->config, "ledger.db");
    BtFacts *facts = bt_facts_open(path == NULL ? ":memory:" : path, error);
    if (facts != NULL)
        bt_facts_set_boot(facts, show->options->boot);
    return facts;
}

/* A board whose disk fails shows what it can. */
static void make_state_folder(const BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    const char *folder = show->config->state_folder;
    if (folder != NULL && !bt_io_make_folder(folder, &failure))
        g_warning("%s", failure->message);
}

/* A board on a kernel that takes no filter is better lit than dark. */
static void confine(const BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    if (!bt_confine_show(show->config, show->options->grab_folder, &failure))
        g_warning("show is not confined: %s", failure->message);
}

static gboolean open_ledger(BtShow *show, GError **error)
{
    BtFacts *facts = open_facts(show, error);
    if (facts == NULL)
        return FALSE;
    show->reader = open_facts(show, error);
    show->writer = bt_writer_new(facts);
    show->tracker = bt_tracker_new(show->writer);
    return show->reader != NULL;
}

static gboolean open_board(BtShow *show, GError **error)
{
    const BtRoleOptions *options = show->options;
    BtBoardOptions board = {
        .spawn = bt_show_spawn_decoder,
        .spawn_user = show,
        .on_failure = bt_show_on_failure,
        .on_success = bt_show_on_success,
        .on_catch_up = bt_show_on_catch_up,
        .failure_user = show,
        .writable = TRUE,
        .since_ms = show->boot_ms - BT_HOUR_MS,
    };
    show->board = bt_board_open(show->config, &board, error);
    if (show->board == NULL)
        return FALSE;
    gboolean offscreen = options->offscreen || show->config->offscreen;
    show->glass = bt_glass_open(
        show->config, offscreen, options->windowed, options->w_px, options->h_px, error);
    if (show->glass == NULL)
        return FALSE;
    int w_px, h_px;
    bt_glass_size(show->glass, &w_px, &h_px);
    return bt_board_set_size(show->board, w_px, h_px, error);
}

/* Without it the loop would turn and nothing be drawn. */
static gboolean make_timer(BtShow *show, GError **error)
{
    show->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (show->timer_fd < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, "show", "cannot make its timer");
    return show->timer_fd >= 0;
}

static void watch_everything(BtShow *show)
{
    int event_fd = bt_glass_event_fd(show->glass);
    show->decoders = bt_fd_watch_new(on_decoders, show);
    bt_fd_add(show->timer_fd, G_IO_IN, on_timer, show);
    show->ear = (BtRoleEar){ on_supervise, show };
    bt_role_listen(&show->ear);
    if (event_fd >= 0)
        bt_fd_add(event_fd, G_IO_IN, on_display_fd, show);
    else if (!show->options->offscreen && !show->config->offscreen)
        g_timeout_add(EVENTS_EVERY_MS, take_display_events, show);
    g_unix_signal_add(SIGTERM, on_term, show);
    g_unix_signal_add(SIGINT, on_term, show);
    g_timeout_add(BT_BEAT_MS, on_beat, show);
}

/* The heartbeat follows the player's clock: a virtual hour has sixty. */
static void start_heartbeat(BtShow *show)
{
    double rate = show->time.clock.is_virtual ? show->time.clock.rate : 1;
    if (rate > 0)
        g_timeout_add((guint)MAX(1, show->config->heartbeat_s * 1000 / rate), on_heartbeat, show);
}

static gboolean parse_grabs(BtShow *show, GError **error)
{
    show->grabs = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (show->options->grab == NULL)
        return TRUE;
    g_auto(GStrv) instants = g_strsplit(show->options->grab, ",", -1);
    for (guint i = 0; instants[i] != NULL; i++) {
        gint64 t_ms;
        if (!bt_time_parse(instants[i], &t_ms, error))
            return FALSE;
        g_array_append_val(show->grabs, t_ms);
    }
    return TRUE;
}

static gboolean show_open(BtShow *show, GError **error)
{
    const BtRoleOptions *options = show->options;
    show->channel = BT_ROLE_CHANNEL_FD;
    show->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    show->lapsed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    show->pattern_until_ms = show->mute_until_ms = show->identify_until_ms = BT_TIME_MIN;
    show->loop = g_main_loop_new(NULL, FALSE);
    show->config = options->config_path != NULL ? bt_config_read(options->config_path, error)
                                                : bt_config_for_folder(options->folder);
    if (show->config == NULL || !parse_grabs(show, error) || !make_timer(show, error))
        return FALSE;
    make_state_folder(show);
    confine(show);
    if (!open_ledger(show, error))
        return FALSE;
    show->time = bt_timekeeper_start(&options->clock, show->config->trust_system_clock,
        stored_time(show->reader), options->left.offset_ms != 0 ? &options->left : NULL);
    show->boot_ms = bt_timekeeper_show_ms(&show->time);
    show->was_trusted = show->time.trusted;
    if (!open_board(show, error))
        return FALSE;
    if (!show->time.trusted) {
        bt_board_distrust_clock(show->board, show->boot_ms);
        bt_board_reload(show->board);
    }
    take_over(show, show->reader);
    show->sound = bt_sound_new();
    if (show->config->state_folder != NULL)
        show->judge = bt_judge_new(show->config, show->board, bt_show_take_judgement, show, error);
    return show->judge != NULL || show->config->state_folder == NULL;
}

/* ---- the end ---- */

static void show_stop(BtShow *show)
{
    g_clear_pointer(&show->judge, bt_judge_free);
    BtMoment now = bt_show_moment(show);
    bt_tracker_stop(show->tracker, &now);
    bt_life_stop(show->life, &now);
    bt_status_heartbeat(show);
    bt_writer_flush(show->writer);
}

static void show_close(BtShow *show)
{
    g_clear_pointer(&show->judge, bt_judge_free);
    bt_control_close(show->control);
    bt_sound_free(show->sound);
    bt_fd_watch_free(show->decoders);
    g_clear_pointer(&show->scene, bt_scene_unref);
    g_clear_pointer(&show->on_air, bt_on_air_free);
    bt_tracker_free(show->tracker);
    bt_life_free(show->life);
    bt_writer_free(show->writer);
    bt_facts_close(show->reader);
    bt_glass_close(show->glass);
    bt_board_close(show->board);
    bt_config_free(show->config);
    g_clear_pointer(&show->grabs, g_array_unref);
    g_hash_table_unref(show->failures);
    g_hash_table_unref(show->lapsed);
    g_free(show->pattern);
    g_main_loop_unref(show->loop);
    if (show->timer_fd > 0)
        close(show->timer_fd);
}

int bt_show(const BtRoleOptions *options)
{
    BtShow show = { .options = options };
    g_autoptr(GError) failure = NULL;
    if (!show_open(&show, &failure)) {
        g_warning("%s", failure->message);
        show_close(&show);
        return 1;
    }
    watch_everything(&show);
    bt_show_turn(&show);
    open_control(&show);
    if (show.judge != NULL)
        bt_judge_look(show.judge);
    start_heartbeat(&show);
    g_main_loop_run(show.loop);
    show_stop(&show);
    show_close(&show);
    return show.status;
}
