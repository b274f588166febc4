/* What time it is, for show: who is asked, and what follows when the answer is another one than was
 * thought.
 *
 * A step of show time is no time that went by. What was on the glass before it is written down in
 * the old time and ends there; what comes after begins in the new one. Where the old time was
 * trusted by nobody, what this boot wrote down in it is moved to where it belongs, and the time
 * between the last trusted instant and this boot turns out to have been dark.
 *
 * Show makes the nonce itself and keeps the time of the trip itself: sync only carries. */
#include "player/show/show.h"

/* What supervise knows need not follow each correction of some milliseconds. */
#define LEFT_DIFFERS_MS 20

static void leave_time(BtShow *show)
{
    const BtTimekeeper *time = &show->time;
    if (show->left_trusted == time->trusted &&
        ABS(show->left_ms - time->offset_ms) < LEFT_DIFFERS_MS)
        return;
    show->left_ms = time->offset_ms;
    show->left_trusted = time->trusted;
    BtRoleMessage message = {
        .type = BT_ROLE_CLOCK, .flag = time->trusted, .value = time->offset_ms
    };
    bt_show_send(show, &message);
}

/* ---- steps ---- */

static void tell_step(BtShow *show, const BtMoment *before, gint64 step_ms)
{
    g_autofree char *was = bt_time_format(before->wall_ms);
    g_autofree char *is = bt_time_format(before->wall_ms + step_ms);
    g_autofree char *message = g_strdup_printf("it was %s (%s), it is %s (%s)", was,
        before->trusted ? "trusted" : "untrusted", is,
        show->time.trusted ? "trusted" : "untrusted");
    bt_show_event(show, "clock", "", "clock", message);
}

static void change_trust(BtShow *show)
{
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    if (show->time.trusted)
        bt_board_trust_clock(show->board, t_ms);
    else
        bt_board_distrust_clock(show->board, t_ms);
    if (show->judge != NULL)
        bt_judge_reload(show->judge);
    else
        bt_board_reload(show->board);
}

/* What is on for some seconds from now stays on for those. */
static void move_what_lasts(BtShow *show, gint64 step_ms)
{
    gint64 *ends[] = { &show->pattern_until_ms, &show->identify_until_ms, &show->safe_until_ms };
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
        if (*ends[i] != BT_TIME_MIN)
            *ends[i] += step_ms;
}

static void take_step(BtShow *show, const BtMoment *before, gint64 step_ms)
{
    /* In no time: whatever this process does in between. */
    BtMoment now = { before->wall_ms + step_ms, before->mono_ms, show->time.trusted };
    gboolean found_out = !before->trusted && now.trusted;
    bt_tracker_step(show->tracker, before);
    if (found_out)
        bt_life_move(show->life, step_ms, &now);
    else
        bt_life_step(show->life, before, &now);
    if (found_out)
        show->boot_ms += step_ms;
    tell_step(show, before, step_ms);
    if (before->trusted != now.trusted)
        change_trust(show);
    move_what_lasts(show, step_ms);
    show->inputs_changed = TRUE;
    show->went_back = show->went_back || step_ms < 0;
    show->drawn_ms = BT_TIME_MIN;
    show->due_ms = 0; /* no picture is late by a step */
}

void bt_show_renew_time(BtShow *show)
{
    BtMoment before = bt_show_moment(show);
    before.trusted = show->was_trusted;
    gint64 step_ms = bt_timekeeper_renew(&show->time);
    show->was_trusted = show->time.trusted;
    if (ABS(step_ms) > BT_TIME_SLACK_MS || before.trusted != show->time.trusted)
        take_step(show, &before, step_ms);
    leave_time(show);
}

void bt_show_judge_time(BtShow *show)
{
    bt_timekeeper_judge(&show->time);
    if (show->time.trusted != show->was_trusted)
        bt_show_renew_time(show);
}

/* ---- what others say ---- */

/* What was in the cache when this show began says nothing of today. */
void bt_show_learn_issued(BtShow *show, gint64 issued_ms)
{
    bt_timekeeper_raise_floor(&show->time, issued_ms);
    if (show->issued_ms > 0 && issued_ms > show->issued_ms)
        bt_timekeeper_take_issued(&show->time, issued_ms);
    show->issued_ms = MAX(show->issued_ms, issued_ms);
    bt_show_judge_time(show);
}

void bt_show_ask_time(BtShow *show)
{
    BtRoleMessage message = { .type = BT_ROLE_TIME_NONCE };
    if (show->judge == NULL)
        return;
    show->nonce = message.nonce = bt_nonce_new();
    show->asked_mono_ms = bt_clock_mono_ms(&show->time.clock);
    bt_show_send(show, &message);
}

/* The first answer to a question is the only one. */
void bt_show_hear_time(BtShow *show)
{
    if (*show->nonce.hex == '\0')
        return;
    show->heard_mono_ms = bt_clock_mono_ms(&show->time.clock);
    bt_judge_look_at_time(show->judge, &show->nonce, bt_timekeeper_signed_floor_ms(&show->time));
    *show->nonce.hex = '\0';
}

void bt_show_learn_time(BtShow *show, gint64 utc_ms)
{
    if (bt_timekeeper_take_signed(&show->time, utc_ms, show->asked_mono_ms, show->heard_mono_ms))
        bt_show_judge_time(show);
    else
        g_message("clock: the source's time took too long to come, or is surely past");
}
