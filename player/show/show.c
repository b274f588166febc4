/* show: the role that draws.
 *
 * One turn: take what happened (display, decoders, supervise), make the scene if it is not good any
 * more, draw what changed, tell the tracker what is on the glass, and sleep until the next thing is
 * due. A still page sleeps until its end; nothing is drawn for it twice. The turn is driven by one
 * timer on the monotonic clock, placed on the display's own grid, and by the descriptors that may
 * say something. */
#include "player/show/show.h"

#include "player/show/pattern.h"
#include "player/show/status.h"

#include <errno.h>
#include <glib-unix.h>
#include <math.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define GRAB_TIMEOUT_MS 15000
#define WAITING_EVERY_MS 100  /* decoders that do not speak are looked at so often */
#define PICTURE_EVERY_MS 1000 /* the PNG of an offscreen player is renewed at most so often */
#define FIRST_PICTURE_MS 5000 /* … and waits so long for the first that is more than the ground */
#define LOOK_AGAIN_MIN_MS 1000
#define LOOK_AGAIN_MAX_MS (5 * BT_MINUTE_MS)
#define FAILURES_MAX 3
#define IDENTIFY_MS (30 * BT_SECOND_MS)
#define LAPSE_MS (45 * BT_DAY_MS) /* contract §6.12: running time without a verified now.json */

BtMoment bt_show_moment(const BtShow *show)
{
    return (BtMoment){
        .wall_ms = bt_timekeeper_show_ms(&show->time),
        .mono_ms = bt_clock_mono_ms(&show->time.clock),
        .trusted = show->time.trusted,
    };
}

/* ---- inputs ---- */

static void act_on(BtShow *show, const BtJudgeCommand *command)
{
    switch (command->verb) {
    case BT_VERB_MUTE:
        show->mute_until_ms = command->until_ms;
        break;
    case BT_VERB_RESTART:
        bt_show_tell(show, BT_ROLE_RESTART);
        break;
    case BT_VERB_IDENTIFY:
        show->identify_until_ms = bt_timekeeper_show_ms(&show->time) + IDENTIFY_MS;
        show->scene_until_ms = BT_TIME_MIN;
        break;
    case BT_VERB_SCREENSHOT:
        if (show->shots != NULL)
            bt_shots_ask(show->shots);
        break;
    case BT_VERB_CUT:
    case BT_VERB_DARKEN:
    case BT_N_VERBS:
        break;
    }
}

static gboolean on_look_again(gpointer data)
{
    BtShow *show = data;
    show->look_again = 0;
    if (show->judge != NULL)
        bt_judge_look(show->judge);
    return G_SOURCE_REMOVE;
}

/* Soon at first: a disk that was full for a moment; later more and more seldom. */
static void look_again(BtShow *show, gboolean unfinished)
{
    if (!unfinished)
        show->look_again_ms = 0;
    if (!unfinished || show->look_again != 0)
        return;
    show->look_again_ms = CLAMP(2 * show->look_again_ms, LOOK_AGAIN_MIN_MS, LOOK_AGAIN_MAX_MS);
    show->look_again = g_timeout_add((guint)show->look_again_ms, on_look_again, show);
}

void bt_show_take_judgement(BtJudgement *judgement, gpointer user)
{
    BtShow *show = user;
    for (guint i = 0; i < judgement->events->len; i++) {
        const BtJudgeEvent *event = g_ptr_array_index(judgement->events, i);
        if (!event->again)
            g_message("%s %s: %s", event->type, event->what, event->message);
        bt_show_post_event(show, event->id, event->type, event->code, event->what, event->message);
    }
    for (guint i = 0; i < judgement->commands->len; i++)
        act_on(show, &g_array_index(judgement->commands, BtJudgeCommand, i));
    look_again(show, judgement->unfinished);
    if (judgement->newest_issued_ms > 0)
        bt_show_learn_issued(show, judgement->newest_issued_ms);
    if (judgement->utc_ms > 0)
        bt_show_learn_time(show, judgement->utc_ms);
    if (judgement->inputs != NULL) {
        bt_board_take_inputs(show->board, g_steal_pointer(&judgement->inputs));
        show->inputs_changed = TRUE;
    }
    bt_show_turn(show);
}

/* The end of the item on air in the first zone that the programme fills. */
static gint64 item_end_ms(const BtOnAir *on_air)
{
    if (on_air == NULL || on_air->kind != BT_ON_PROGRAMME || on_air->frozen_ms)
        return BT_TIME_MIN;
    for (guint i = 0; i < on_air->zones->len; i++) {
        const BtOnZone *zone = &g_array_index(on_air->zones, BtOnZone, i);
        if (on_air->programme->playlists[i] != NULL)
            return zone->item == NULL ? BT_TIME_MIN : zone->end_ms;
    }
    return BT_TIME_MIN;
}

/* As the judge wants them. */
static BtJudgeEnds item_ends(BtShow *show, const BtOnAir *on_air)
{
    BtJudgeEnds ends = { .n = 0 };
    gint64 end_ms = item_end_ms(on_air);
    while (end_ms != BT_TIME_MIN && ends.n < BT_JUDGE_MAX_ENDS) {
        ends.ends_ms[ends.n++] = end_ms;
        if (end_ms >= ends.ends_ms[0] + BT_JUDGE_AHEAD_MS)
            break;
        g_autoptr(BtOnAir) next = bt_board_on_air(show->board, end_ms);
        gint64 next_ms = item_end_ms(next);
        end_ms = next_ms > end_ms ? next_ms : BT_TIME_MIN;
    }
    return ends;
}

static void tell_judge(BtShow *show)
{
    BtJudgeEnds ends = item_ends(show, show->on_air);
    bt_judge_set_now(show->judge, &show->time, &ends);
    bt_judge_set_on_air(show->judge, show->on_air);
}

/* A source that was not heard of for so long keeps to its fillers. */
static void look_at_silence(BtShow *show, const BtConfigSource *source)
{
    BtSourceState *state = bt_facts_source(show->reader, source->name);
    gboolean silent = state != NULL && state->idle_ms > LAPSE_MS;
    bt_source_state_free(state);
    if (!silent || !g_hash_table_add(show->lapsed, g_strdup(source->name)))
        return;
    bt_show_write(show, BT_ENTRY_LAPSE, source->name, NULL, NULL);
    bt_show_event(show, "lapsed", "expired", source->name,
        "no word from this source for 45 days: it keeps to its fillers");
}

void bt_show_look_for_silence(BtShow *show)
{
    for (guint i = 0; i < show->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(show->config->sources, i);
        if (source->kind != BT_SOURCE_FOLDER && show->judge != NULL)
            look_at_silence(show, source);
    }
}

gboolean bt_show_pattern(BtShow *show, const char *name)
{
    gboolean ends = name == NULL || *name == '\0';
    if (!ends && !bt_pattern_is_known(name))
        return FALSE;
    g_free(show->pattern);
    show->pattern = g_strdup(name);
    show->pattern_until_ms =
        ends ? BT_TIME_MIN : bt_timekeeper_show_ms(&show->time) + BT_PATTERN_MS;
    show->scene_until_ms = BT_TIME_MIN;
    return TRUE;
}

static void set_aside(BtShow *show, const char *code, const char *what)
{
    if (show->judge == NULL || show->on_air == NULL || show->on_air->source_name == NULL)
        return;
    bt_show_write(show, BT_ENTRY_SET_ASIDE, show->on_air->source_name, what, NULL);
    bt_show_event(show, "set-aside", code, what, "failed three times: set aside for a day");
}

/* The video is shown all the same, at each of its turns; the first time is worth a word. */
static void tell_missing_subtitles(
    BtShow *show, const char *code, const char *what, guint count, const GError *error)
{
    if (count == 1)
        bt_show_event(show, "subtitles", code, what, error->message);
}

/* No descriptor, no memory, a disk that fails, bytes that are not here: not the asset's fault. */
static gboolean is_of_this_box(const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_IO) ||
        g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND) ||
        g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT);
}

/* The third failure of an asset without a success in between sets it aside for a day. */
void bt_show_on_failure(const BtStageFailure *failure, gpointer user)
{
    BtShow *show = user;
    BtMoment now = bt_show_moment(show);
    const char *code = bt_error_reason(failure->error), *sha256 = failure->sha256;
    const char *what = sha256 == NULL || *sha256 == '\0' ? failure->item->id : sha256;
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(show->failures, what)) + 1;
    if (is_of_this_box(failure->error) && !failure->subtitles)
        count = 0;
    else
        g_hash_table_insert(show->failures, g_strdup(what), GUINT_TO_POINTER(count));
    bt_show_doubt(show, sha256);
    if (failure->subtitles) {
        tell_missing_subtitles(show, code, what, count, failure->error);
        return;
    }
    bt_show_event(show, failure->again ? "decoder" : "failed", code, what, failure->error->message);
    /* What is set aside leaves at once, and with it the frames that were decoded ahead. */
    gint64 stops_ms = count == FAILURES_MAX ? now.wall_ms : MAX(now.wall_ms, failure->last_ms);
    if (!failure->again)
        bt_tracker_note_failure(show->tracker, failure->zone, code, stops_ms);
    if (count == FAILURES_MAX)
        set_aside(show, code, what);
}

void bt_show_on_success(const char *sha256, gpointer user)
{
    g_hash_table_remove(((BtShow *)user)->failures, sha256);
}

void bt_show_on_catch_up(const char *zone, gint64 since_ms, gpointer user)
{
    BtShow *show = user;
    gint64 behind_ms = bt_timekeeper_show_ms(&show->time) - since_ms;
    bt_tracker_note_behind(show->tracker, zone, MAX(1, behind_ms));
}

/* ---- the scene ---- */

static void forget_next(BtShow *show)
{
    g_clear_pointer(&show->next, bt_on_air_free);
    show->next_ms = BT_TIME_MIN;
}

/* What is on the glass stays where nothing follows yet, if it may. */
static void keep_picture(BtShow *show, const BtOnAir *next, gint64 t_ms)
{
    BtStage *stage = bt_board_stage(show->board);
    gboolean stays = bt_seams_change(show->seams, g_steal_pointer(&show->on_air), next,
        bt_board_inputs(show->board), bt_stage_holds(stage), t_ms, show->inputs_changed);
    bt_stage_hold(stage, stays ? show->scene : NULL, show->glass_ms);
}

static void put_on_air(BtShow *show, BtOnAir *on_air, gint64 t_ms)
{
    forget_next(show);
    bt_glass_note_put(show->note, on_air);
    bt_ahead_begin(&show->ahead, on_air, show->inputs_changed);
    keep_picture(show, on_air, t_ms);
    show->on_air = on_air;
    if (show->judge != NULL)
        tell_judge(show);
    if (show->judge != NULL && show->went_back)
        bt_judge_look(show->judge);
    show->went_back = show->inputs_changed = FALSE;
    show->scene_until_ms = BT_TIME_MIN;
}

static gboolean on_air_is_over(const BtShow *show, gint64 t_ms)
{
    return show->on_air == NULL || show->inputs_changed || t_ms >= show->on_air->until_ms;
}

static void make_scene(BtShow *show, gint64 t_ms)
{
    g_clear_pointer(&show->scene, bt_scene_unref);
    if (t_ms < show->pattern_until_ms) {
        int w_px, h_px;
        bt_glass_size(show->glass, &w_px, &h_px);
        show->scene = bt_pattern_scene(show->pattern, w_px, h_px);
        show->scene_until_ms = show->pattern_until_ms;
        return;
    }
    if (t_ms < show->identify_until_ms) {
        show->scene = bt_stage_safe_scene(bt_board_stage(show->board), t_ms, &show->scene_until_ms);
        show->scene_until_ms = MIN(show->scene_until_ms, show->identify_until_ms);
        return;
    }
    show->scene = bt_board_scene(show->board, show->on_air, t_ms, &show->scene_until_ms);
}

/* No turn passes by an instant that is asked for: a video does not go back to its frame. */
static gint64 turn_ms(const BtShow *show)
{
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    return show->grabs->len > 0 ? MIN(t_ms, g_array_index(show->grabs, gint64, 0)) : t_ms;
}

/* The time of the picture that is made now: that of its frame, however late the wake-up is. It
 * never goes back when the grid is another one. What nobody could foresee does not wait for a
 * frame. */
static gint64 picture_time_ms(const BtShow *show, gint64 t_ms)
{
    if (show->time.clock.is_virtual)
        return t_ms;
    BtGrid grid = bt_grid_of(show->scene, t_ms, bt_glass_period_ms(show->glass));
    gint64 at_ms = show->inputs_changed ? t_ms : bt_grid_before(&grid, t_ms);
    return show->drawn_ms <= t_ms ? MAX(at_ms, show->drawn_ms) : at_ms;
}

/* After the minutes of the safe scene the sources may speak again. */
static void take_documents_when_due(BtShow *show, gint64 t_ms)
{
    if (show->safe_until_ms == BT_TIME_MIN || t_ms < show->safe_until_ms)
        return;
    show->safe_until_ms = BT_TIME_MIN;
    bt_board_take_documents(show->board);
    if (show->judge == NULL)
        return;
    bt_judge_reload(show->judge);
    bt_judge_look(show->judge);
}

/* What is on, and the scene of it, at the time of the picture, which is returned: a change is on
 * the glass from the first frame at or after its instant, and no frame shows an item before its
 * time. Between items show time becomes wall time again, so the instant itself may move a little.
 */
static gint64 refresh(BtShow *show)
{
    gint64 t_ms = picture_time_ms(show, turn_ms(show));
    gboolean over = on_air_is_over(show, t_ms);
    if (over) {
        bt_show_renew_time(show);
        t_ms = picture_time_ms(show, turn_ms(show));
        take_documents_when_due(show, t_ms);
        put_on_air(show, bt_board_on_air(show->board, t_ms), t_ms);
    }
    if (over || show->scene == NULL || t_ms >= show->scene_until_ms)
        make_scene(show, t_ms);
    return t_ms;
}

/* What follows is heard of already: its sound begins where this one's ends. */
static void learn_next(BtShow *show, gint64 t_ms)
{
    gint64 next_ms = show->on_air->until_ms;
    if (next_ms == show->next_ms || next_ms - t_ms > BT_AHEAD_MS)
        return;
    forget_next(show);
    show->next = bt_board_on_air(show->board, next_ms);
    show->next_ms = next_ms;
}

/* ---- what is on the glass ---- */

static void update_life(BtShow *show, const BtMoment *now)
{
    if (show->on_air->kind == BT_ON_DARK)
        bt_life_set(show->life, "not-showing", "off", now);
    else if (show->on_air->kind == BT_ON_CUT)
        bt_life_set(show->life, "lit", "cut", now);
    else
        bt_life_set(show->life, "lit", "", now);
}

static void heartbeat_on_change(BtShow *show)
{
    const BtOnAir *on_air = show->on_air;
    guint64 mood = (guint64)on_air->kind * 31 + (guint64)on_air->cls;
    if (on_air->kind == BT_ON_PROGRAMME) {
        mood = mood * 31 + g_str_hash(on_air->programme->id);
        mood = mood * 31 + (guint64)on_air->manifest->version;
        mood = mood * 31 + (guint64)on_air->volume;
    }
    mood = mood * 31 + (guint64)show->time.trusted + 1;
    if (mood == show->mood)
        return;
    show->mood = mood;
    bt_status_heartbeat(show);
    bt_show_tell(show, BT_ROLE_FACTS);
}

void bt_show_note_seam(const char *zone, gint64 gap_ms, gint64 bare_ms, gpointer user)
{
    bt_tracker_note_gap(((BtShow *)user)->tracker, zone, gap_ms, bare_ms);
}

/* Under a cover, and by a clock that runs as it likes, no gap is seen. */
static void note_seams(BtShow *show, gboolean is_covered, gint64 shown_ms)
{
    BtGrid grid = bt_grid_of(show->scene, shown_ms, bt_glass_period_ms(show->glass));
    if (is_covered || show->time.clock.is_virtual)
        bt_seams_forget(show->seams);
    else
        bt_seams_note(show->seams, bt_board_stage(show->board), &grid, shown_ms);
}

/* What is worth a picture when it changes: programme or safe, cut, dark; of which class. */
static guint kind_of(const BtOnAir *on_air, gboolean is_covered)
{
    return 1 + (guint)on_air->kind * 16 + (guint)on_air->cls * 2 + (guint)is_covered;
}

/* A test pattern or the board's name covers what is on the air. */
static gboolean is_covered_at(const BtShow *show, gint64 t_ms)
{
    return t_ms < show->pattern_until_ms || t_ms < show->identify_until_ms;
}

/* The picture of `t_ms` is on the glass since `shown_ms`. */
static void note_glass(BtShow *show, gint64 t_ms, gint64 shown_ms)
{
    static const BtOnAir covered = { .kind = BT_ON_CUT }; /* it is off the glass meanwhile */
    BtMoment now = bt_show_moment(show);
    gboolean is_covered = is_covered_at(show, t_ms);
    bt_tracker_set_volume(show->tracker, bt_show_volume(show));
    bt_tracker_update(show->tracker, is_covered ? &covered : show->on_air, t_ms, &now);
    note_seams(show, is_covered, shown_ms);
    bt_show_tell_sources(show, is_covered, t_ms, &now);
    update_life(show, &now);
    bt_show_prove(show, is_covered, t_ms);
    heartbeat_on_change(show);
    if (show->shots != NULL)
        bt_shots_note_kind(show->shots, kind_of(show->on_air, is_covered));
}

/* Nobody meant the ground before the first items are decoded as a picture: what the file says of
 * before is the better answer. Later the old picture itself is held. */
static gint64 first_picture_wait_ms(const BtShow *show, gint64 real_ms)
{
    gboolean waits = show->on_air->kind == BT_ON_PROGRAMME &&
        bt_stage_waits(bt_board_stage(show->board)) && !is_covered_at(show, show->drawn_ms);
    return waits ? MAX(0, show->opened_ms + FIRST_PICTURE_MS - real_ms) : 0;
}

/* How long the picture's file must wait yet; -1 when there is nothing to write. */
static gint64 picture_wait_ms(const BtShow *show)
{
    gint64 real_ms = g_get_monotonic_time() / 1000;
    if (show->config->picture_path == NULL || !show->picture_is_old)
        return -1;
    if (show->picture_ms == 0)
        return first_picture_wait_ms(show, real_ms);
    return MAX(0, show->picture_ms + PICTURE_EVERY_MS - real_ms);
}

static void write_picture(BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    gint64 real_ms = g_get_monotonic_time() / 1000;
    const char *path = show->config->picture_path;
    if (picture_wait_ms(show) != 0)
        return;
    gboolean had_failed = show->picture_failed;
    show->picture_failed = !bt_glass_write_png(show->glass, path, &failure);
    show->picture_is_old = show->picture_failed;
    if (show->picture_failed && !had_failed)
        g_message("%s", failure->message);
    show->picture_ms = real_ms;
}

/* ---- frames asked for by their instant (offscreen) ---- */

static void grab(BtShow *show, gint64 t_ms)
{
    g_autoptr(GError) failure = NULL;
    gboolean changed;
    put_on_air(show, bt_board_on_air(show->board, t_ms), t_ms);
    if (show->on_air->kind == BT_ON_PROGRAMME &&
        !bt_stage_wait(bt_board_stage(show->board), show->on_air, t_ms, GRAB_TIMEOUT_MS))
        g_warning("grab: a decoder was not in time");
    make_scene(show, t_ms);
    g_autofree char *when = bt_time_format(t_ms);
    g_autofree char *name = g_strdup_printf("%s.png", when);
    g_autofree char *path = g_build_filename(show->options->grab_folder, name, NULL);
    if (!bt_glass_draw(show->glass, show->scene, t_ms, &changed, &failure) ||
        !bt_glass_write_png(show->glass, path, &failure))
        g_warning("grab: %s", failure->message);
    show->inputs_changed = TRUE;
}

static void grab_what_is_due(BtShow *show)
{
    while (show->grabs->len > 0 &&
        g_array_index(show->grabs, gint64, 0) <= bt_timekeeper_show_ms(&show->time)) {
        grab(show, g_array_index(show->grabs, gint64, 0));
        g_array_remove_index(show->grabs, 0);
        if (show->grabs->len == 0)
            bt_show_tell(show, BT_ROLE_DONE);
    }
}

/* ---- the turn ---- */

/* The instant of the timer's clock at which show time becomes `due_ms`, or an hour from now. Show
 * time is that clock in whole ms and an offset, so it is the begin of one: reckoned from now, a
 * picture would be late by what is left of this one. */
static gint64 timer_ns(const BtShow *show, gint64 t_ms, gint64 due_ms)
{
    const BtClock *clock = &show->time.clock;
    struct timespec now;
    if (!clock->is_virtual)
        return (MIN(due_ms, t_ms + BT_HOUR_MS) - show->time.offset_ms) * 1000000;
    clock_gettime(CLOCK_BOOTTIME, &now);
    double real_ms = clock->rate > 0 ? (double)(due_ms - t_ms) / clock->rate : BT_MINUTE_MS;
    return now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec +
        (gint64)(CLAMP(real_ms, 0, BT_HOUR_MS) * 1e6);
}

static void set_timer(BtShow *show, gint64 t_ms, gint64 due_ms)
{
    if (!show->time.clock.is_virtual && due_ms - t_ms <= BT_HOUR_MS) {
        BtGrid grid = bt_grid_of(show->scene, due_ms, bt_glass_period_ms(show->glass));
        due_ms = bt_grid_after(&grid, due_ms);
    }
    gint64 due_ns = MAX(1, timer_ns(show, t_ms, due_ms));
    struct itimerspec when = {
        .it_value = { due_ns / 1000000000, due_ns % 1000000000 },
    };
    timerfd_settime(show->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
    show->due_ms = due_ms;
}

static gint64 next_due(const BtShow *show, gint64 t_ms, gint64 drawn_ms, gint64 ahead_ms)
{
    gint64 due_ms = MIN(show->on_air->until_ms, show->scene_until_ms);
    due_ms = MIN(due_ms, bt_scene_next_change(show->scene, drawn_ms));
    due_ms = MIN(due_ms, ahead_ms);
    if (bt_stage_waits(bt_board_stage(show->board)))
        due_ms = MIN(due_ms, t_ms + WAITING_EVERY_MS);
    if (show->grabs->len > 0)
        due_ms = MIN(due_ms, g_array_index(show->grabs, gint64, 0));
    due_ms = MIN(due_ms, bt_proof_next_ms(show->proof));
    /* A picture that then stands still is written too, a little later. */
    gint64 wait_ms = picture_wait_ms(show);
    double rate = show->time.clock.is_virtual ? show->time.clock.rate : 1;
    if (wait_ms >= 0)
        due_ms = MIN(due_ms, t_ms + (gint64)ceil((double)wait_ms * rate));
    return MAX(due_ms, t_ms + 1);
}

/* A picture that comes more than one refresh and a half after its time is late. */
static void judge_lateness(BtShow *show, gint64 t_ms)
{
    double period_ms = bt_glass_period_ms(show->glass);
    if (show->time.clock.is_virtual || show->due_ms == 0)
        return;
    double late_ms = (double)(t_ms - show->due_ms);
    if (late_ms > period_ms * 1.5)
        bt_glass_note_late(show->glass, (guint64)(late_ms / period_ms) - 1);
}

static void glass_is_gone(BtShow *show, const GError *failure)
{
    g_warning("display: %s", failure->message);
    show->status = 1;
    g_main_loop_quit(show->loop);
}

void bt_show_turn(BtShow *show)
{
    g_autoptr(GError) failure = NULL;
    gboolean changed = FALSE;
    if (bt_stage_poll(bt_board_stage(show->board), g_get_monotonic_time() / 1000))
        show->scene_until_ms = BT_TIME_MIN;
    grab_what_is_due(show);
    gint64 drawn_ms = refresh(show), t_ms = turn_ms(show);
    if (!bt_glass_draw(show->glass, show->scene, drawn_ms, &changed, &failure)) {
        glass_is_gone(show, failure);
        return;
    }
    show->drawn_ms = show->glass_ms = drawn_ms;
    if (changed)
        judge_lateness(show, t_ms);
    show->picture_is_old = show->picture_is_old || changed;
    note_glass(show, drawn_ms, turn_ms(show));
    while (bt_stage_work(bt_board_stage(show->board)))
        continue;
    gint64 ahead_ms = bt_ahead_turn(&show->ahead, show->board, t_ms);
    learn_next(show, t_ms);
    bt_show_update_sound(show);
    write_picture(show);
    bt_fd_watch_set(show->decoders, bt_stage_fds(bt_board_stage(show->board)));
    set_timer(show, t_ms, next_due(show, t_ms, drawn_ms, ahead_ms));
}
