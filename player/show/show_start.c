/* How show begins and ends.
 *
 * Begin: what the last run left is closed or taken up again, a show that dies over and over falls
 * back to the safe scene, and the first picture is drawn from the cache before anything else is
 * looked at. */
#include "base/error.h"
#include "base/io.h"
#include "player/roles/confine.h"
#include "player/show/role.h"
#include "player/show/show.h"
#include "player/show/status.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CONTROL_RETRY_MS 2000 /* no descriptors, a disk that cannot be written: tried again */
#define GROUND_LIMIT_MS 5000  /* an X server that hangs would hold up show too */
#define EVENTS_EVERY_MS 100   /* displays without a descriptor are asked so often */
/* Two readings of a wall clock in ms differ by one or two. Asked of an instant before its begin, a
 * loop is somewhere else: a film would be opened twice. */
#define CLOCK_STEP_MS 5

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

static gboolean take_display_events(gpointer data)
{
    BtShow *show = data;
    gboolean resized;
    BtDisplayEvent event;
    while ((event = bt_glass_poll(show->glass, &resized)) != BT_DISPLAY_EVENT_NONE) {
        if (resized)
            take_new_size(show);
        else if (event == BT_DISPLAY_EVENT_CUT)
            bt_show_cut_by(show, "by the cut key");
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

/* The loop turns, but the picture that is due does not come. */
static gboolean is_late(const BtShow *show)
{
    return !show->time.clock.is_virtual &&
        bt_timekeeper_show_ms(&show->time) - show->due_ms > BT_BEAT_LATE_MS;
}

static void beat(BtShow *show)
{
    BtMoment now = bt_show_moment(show);
    bt_show_tell(show, BT_ROLE_BEAT);
    bt_life_tick(show->life, &now);
    bt_show_watch_disk(show);
}

static gboolean on_beat(gpointer data)
{
    BtShow *show = data;
    if (!is_late(show))
        beat(show);
    if (bt_config_is_outdated(show->config)) {
        g_warning("the state folder can be used now: beginning anew");
        show->status = 1;
        g_main_loop_quit(show->loop);
    }
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
    if (message->type == BT_ROLE_NEWS && show->judge != NULL && show->safe_until_ms == BT_TIME_MIN)
        bt_judge_look(show->judge);
    if (message->type == BT_ROLE_CUT)
        bt_show_cut_by(show, "by the board's switch");
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

static void tell_death(BtShow *show, const BtDeath *death, const GError *failure)
{
    if (failure != NULL)
        g_warning("%s", failure->message);
    if (!death->safe)
        return;
    bt_show_event(
        show, "safe", "died", "show", "died three times within 60 s: safe for 10 minutes");
    for (guint i = 0; i < death->suspects->len; i++)
        bt_show_event(show, "set-aside", "died", g_ptr_array_index(death->suspects, i),
            "on the glass at two deaths of show: set aside for a day");
}

/* Before anything of a source is read: what kills may be in there. */
static void judge_death(BtShow *show, BtInputLedger *ledger, GPtrArray *rows)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *path = bt_config_state_path(show->config, "on-glass");
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    BtDeath death = { .died_ms = show->options->died_ms };
    death.items = bt_glass_note_read(path, show->options->boot);
    if (death.items == NULL)
        death.items = bt_tracker_items(rows);
    bt_death_judge(&death, show->reader, ledger, t_ms, &failure);
    tell_death(show, &death, failure);
    if (death.safe)
        show->safe_until_ms = t_ms + BT_SAFE_MS;
    bt_death_clear(&death);
}

static BtInputLedger *open_inputs(const BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *path = bt_config_state_path(show->config, "inputs.db");
    BtInputLedger *ledger = path == NULL ? NULL : bt_input_ledger_open(path, TRUE, &failure);
    if (failure != NULL)
        g_warning("%s", failure->message);
    return ledger;
}

static void look_at_deaths(BtShow *show)
{
    g_autoptr(BtInputLedger) ledger = open_inputs(show);
    g_autoptr(GPtrArray) rows = bt_facts_open_rows(show->reader, NULL);
    if (ledger == NULL || rows == NULL)
        return;
    show->safe_until_ms = bt_input_ledger_safe_until(ledger, bt_timekeeper_show_ms(&show->time));
    if (show->options->crashed)
        judge_death(show, ledger, rows);
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
static void confine(BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    gboolean missed = FALSE;
    if (!bt_confine_show(show->config, show->options->grab_folder, &missed, &failure))
        g_warning("show is not confined: %s", failure->message);
    show->config->is_unsure = show->config->is_unsure || missed;
}

static gboolean open_ledger(BtShow *show, GError **error)
{
    BtFacts *facts = open_facts(show, error);
    if (facts == NULL)
        return FALSE;
    show->reader = open_facts(show, error);
    show->writer = bt_writer_new(facts);
    show->tracker = bt_tracker_new(show->writer);
    show->seams = bt_seams_new(bt_show_note_seam, show);
    show->proof = bt_proof_new();
    if (show->reader != NULL)
        bt_show_open_told(show);
    return show->reader != NULL;
}

/* A window that is opened later stands in front. Better behind the ground for a moment than dark.
 */
static void await_ground(void)
{
    struct pollfd gate = { .fd = BT_ROLE_GATE_FD, .events = POLLIN };
    poll(&gate, 1, GROUND_LIMIT_MS);
    close(BT_ROLE_GATE_FD);
}

/* A live stream has one pace, and that of an hour in a minute is not it. */
static gboolean has_real_time(const BtShow *show)
{
    return !show->time.clock.is_virtual || show->time.clock.rate == 1;
}

static BtBoardOptions board_options(BtShow *show)
{
    return (BtBoardOptions){
        .spawn = bt_show_spawn_decoder,
        .spawn_user = show,
        .on_failure = bt_show_on_failure,
        .on_success = bt_show_on_success,
        .on_catch_up = bt_show_on_catch_up,
        .on_length = bt_show_on_length,
        .failure_user = show,
        .planes = TRUE,
        .open_stream = has_real_time(show) ? bt_show_open_stream : NULL,
        .close_stream = bt_show_close_stream,
        .on_live = bt_show_on_live,
        .stream_user = show,
        .writable = TRUE,
        .documents_later = show->safe_until_ms != BT_TIME_MIN,
        .since_ms = show->boot_ms - BT_HOUR_MS,
    };
}

/* What is to be shown is read, and a film's decoder waited for, by a thread of its own: meanwhile
 * the window opens, which waits for the X server as long. */
typedef struct {
    BtShow *show;
    GThread *thread; /* NULL: there is none to be had, or it has ended */
    GError *error;
} Reading;

static gpointer read_board(gpointer data)
{
    Reading *reading = data;
    BtBoardOptions options = board_options(reading->show);
    return bt_board_open(reading->show->config, &options, &reading->error);
}

static BtBoard *end_reading(Reading *reading)
{
    if (reading->thread == NULL)
        return read_board(reading);
    return g_thread_join(g_steal_pointer(&reading->thread));
}

static BtGlass *open_glass(const BtShow *show, GError **error)
{
    const BtRoleOptions *options = show->options;
    gboolean offscreen = options->offscreen || show->config->offscreen;
    await_ground();
    return bt_glass_open(show->config, offscreen, options->windowed, options->w_px, options->h_px,
        options->crashed, error);
}

static gboolean open_board(BtShow *show, GError **error)
{
    Reading reading = { .show = show };
    g_autoptr(GError) failure = NULL;
    int w_px, h_px;
    reading.thread = g_thread_try_new("board", read_board, &reading, NULL);
    show->glass = open_glass(show, &failure);
    g_autoptr(BtFonts) fonts = show->glass == NULL ? NULL : bt_fonts_open(NULL, &failure);
    show->board = end_reading(&reading);
    if (show->board == NULL) {
        g_propagate_error(error, reading.error);
        return FALSE;
    }
    if (fonts == NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    bt_board_take_fonts(show->board, g_steal_pointer(&fonts));
    bt_glass_size(show->glass, &w_px, &h_px);
    return bt_board_set_size(show->board, w_px, h_px, error);
}

/* Without it the loop would turn and nothing be drawn. */
static gboolean make_timer(BtShow *show, GError **error)
{
    show->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (show->timer_fd < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, "show", "cannot make its timer");
    return show->timer_fd >= 0;
}

static void note_the_glass(BtShow *show)
{
    g_autofree char *path = bt_config_state_path(show->config, "on-glass");
    show->note = bt_glass_note_new(path, show->options->boot);
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

/* Without a time to trust, the loop that needs none begins at boot. So does a first look, where
 * nobody waits for a time of day: a film begins with its first frame. */
static void anchor_loop(BtShow *show)
{
    gint64 from_ms = show->boot_ms;
    const BtClock *clock = &show->options->clock;
    if (show->options->folder != NULL)
        from_ms = clock->is_virtual ? clock->wall_start_ms
                                    : bt_timekeeper_show_ms(&show->time) - CLOCK_STEP_MS;
    else if (show->time.trusted)
        return;
    bt_board_distrust_clock(show->board, from_ms);
    bt_board_reload(show->board);
}

static gboolean show_open(BtShow *show, GError **error)
{
    const BtRoleOptions *options = show->options;
    show->channel = BT_ROLE_CHANNEL_FD;
    show->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    show->lapsed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    show->pattern_until_ms = show->mute_until_ms = show->identify_until_ms = BT_TIME_MIN;
    show->safe_until_ms = BT_TIME_MIN;
    show->loop = g_main_loop_new(NULL, FALSE);
    show->streams = bt_streams_new();
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
    look_at_deaths(show);
    note_the_glass(show);
    if (!open_board(show, error))
        return FALSE;
    bt_show_open_shots(show);
    anchor_loop(show);
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
    bt_stage_end_streams(bt_board_stage(show->board));
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
    g_clear_pointer(&show->next, bt_on_air_free);
    bt_show_close_told(show);
    bt_tracker_free(show->tracker);
    bt_seams_free(show->seams);
    bt_shots_free(show->shots);
    bt_proof_free(show->proof);
    bt_life_free(show->life);
    bt_writer_free(show->writer);
    bt_facts_close(show->reader);
    bt_glass_note_free(show->note);
    bt_glass_close(show->glass);
    bt_board_close(show->board);
    bt_streams_free(show->streams);
    bt_config_free(show->config);
    g_clear_pointer(&show->grabs, g_array_unref);
    g_hash_table_unref(show->failures);
    g_hash_table_unref(show->lapsed);
    g_free(show->pattern);
    g_main_loop_unref(show->loop);
    if (show->timer_fd > 0)
        close(show->timer_fd);
}

/* What was written into the ledger between its first reading and the opening of the socket counts
 * too: `bangtin cut` writes there while no show answers. */
static void ask_the_judge(BtShow *show)
{
    if (show->judge == NULL)
        return;
    bt_judge_reload(show->judge);
    if (show->safe_until_ms == BT_TIME_MIN)
        bt_judge_look(show->judge);
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
    show.opened_ms = g_get_monotonic_time() / 1000;
    bt_show_turn(&show);
    beat(&show);
    open_control(&show);
    ask_the_judge(&show);
    start_heartbeat(&show);
    g_main_loop_run(show.loop);
    show_stop(&show);
    show_close(&show);
    return show.status;
}
