/* What show lets be heard: of what is on, and already of what comes next, so that one item's sound
 * follows the other's without a gap, however late the turn between them is.
 *
 * A mute in player.conf is for good. A mute by command is a wish for quiet, and like the
 * timetable's it yields to an emergency. */
#include "player/show/show.h"

#define SOUNDS_MAX (2 * BT_STAGE_SOUNDS)

typedef struct {
    BtStageSound sounds[SOUNDS_MAX];
    guint n;
} Heard;

static gboolean is_muted(const BtShow *show, gint64 t_ms)
{
    const BtOnAir *on_air = show->on_air;
    gboolean alarms = on_air->kind == BT_ON_PROGRAMME && on_air->cls == BT_CLASS_EMERGENCY;
    return show->config->mute || show->time.clock.is_virtual || t_ms < show->pattern_until_ms ||
        (t_ms < show->mute_until_ms && !alarms);
}

static BtStageSound *find(Heard *heard, const BtStageSound *sound)
{
    for (guint i = 0; i < heard->n; i++)
        if (heard->sounds[i].media == sound->media)
            return &heard->sounds[i];
    return NULL;
}

/* What is on the air now and not after `until_ms` is not heard after it either. */
static void end_by(Heard *heard, gint64 until_ms)
{
    for (guint i = 0; i < heard->n; i++)
        heard->sounds[i].end_ms = MIN(heard->sounds[i].end_ms, until_ms);
}

/* Of what goes on, or goes while the other comes, the later word counts. Takes over `sound`. */
static void add(Heard *heard, BtStageSound sound)
{
    BtStageSound *known = find(heard, &sound);
    if (known != NULL) {
        bt_media_unref(known->media);
        *known = sound;
    } else if (heard->n < SOUNDS_MAX) {
        heard->sounds[heard->n++] = sound;
    } else {
        bt_media_unref(sound.media);
    }
}

static void add_next(const BtShow *show, Heard *heard)
{
    BtStageSound sounds[BT_STAGE_SOUNDS];
    guint n = bt_stage_sounds(bt_board_stage(show->board), show->next, sounds);
    end_by(heard, show->on_air->until_ms);
    for (guint i = 0; i < n; i++)
        add(heard, sounds[i]);
}

void bt_show_update_sound(BtShow *show)
{
    Heard heard = { .n = 0 };
    gint64 t_ms = bt_timekeeper_show_ms(&show->time);
    if (!is_muted(show, t_ms)) {
        heard.n = bt_stage_sounds(bt_board_stage(show->board), show->on_air, heard.sounds);
        if (show->next != NULL)
            add_next(show, &heard);
    }
    bt_sound_play(show->sound, heard.sounds, heard.n, show->on_air->volume,
        show->time.offset_ms + show->config->sound_delay_ms);
    for (guint i = 0; i < heard.n; i++)
        bt_media_unref(heard.sounds[i].media);
}
