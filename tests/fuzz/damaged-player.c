/* Plays damaged media as a board does, one after the other in one process, so that whatever is not
 * given back adds up:
 *
 *     damaged-player DECODER < LINES     a line is PATH, a tab, and image, film, sound or words
 *
 * Each goes twice through real jailed decoders: by render/media, every frame and all sound; then by
 * the stage, after a good picture and before it again. For each a line of JSON says what came of
 * it. The pictures of damaged-media.py are bright, so a black one is not theirs. */
#include "base/channel.h"
#include "base/error.h"
#include "base/hash.h"
#include "render/compose/compose.h"
#include "tests/unit/stage-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define W_PX 96
#define H_PX 64
#define PATIENCE_MS 30000
#define GOOD_MS 1000
#define ITEM_MS 4000 /* of stage-fixture.c */
#define STEP_MS 250
#define SOUND_FRAMES 480
#define MOST_FRAMES 2000

typedef struct {
    char path[4096], kind[16];
    Rig rig;
    GString *said;
    guint failures, deaths; /* told by the stage: for good, and with another try */
    gint64 last_ms;         /* of the last frame before the failure */
} Player;

/* ---- by render/media ---- */

typedef struct {
    guint frames, black;
    gint64 next_ms;
} Seen;

static gboolean is_black(const BtFrame *frame, BtRect rect)
{
    guint black = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            black += (frame->pixels[y * frame->stride_px + x] & 0xF8F8F8) == 0;
    return black * 100 > (guint)(rect.w * rect.h) * 98;
}

static void look(BtMedia *media, Seen *seen)
{
    g_autoptr(BtFrame) frame = bt_media_frame_at(media, seen->next_ms, NULL);
    if (frame) {
        seen->frames++;
        seen->black += is_black(frame, (BtRect){ 0, 0, frame->w_px, frame->h_px });
    }
    gint64 next_ms = bt_media_next_pts(media, seen->next_ms);
    if (next_ms > seen->next_ms && next_ms != BT_TIME_MAX)
        seen->next_ms = next_ms;
}

/* TRUE when it ended in its own words or ours; FALSE: it hangs. */
static gboolean play(BtMedia *media, Seen *seen)
{
    gint16 samples[2 * SOUND_FRAMES];
    gint64 heard = 0, until_us = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);
    while (bt_media_poll(media, g_get_monotonic_time() / 1000) == BT_MEDIA_PLAYING ||
        bt_media_fd(media) >= 0) {
        if (g_get_monotonic_time() > until_us)
            return FALSE;
        gsize n = bt_media_read_sound(media, heard / 48, samples, SOUND_FRAMES);
        heard += (gint64)n;
        look(media, seen);
        if (n == 0 && bt_media_fd(media) >= 0)
            bt_channel_wait(bt_media_fd(media), 2);
        if (seen->frames > MOST_FRAMES)
            break;
    }
    look(media, seen);
    return TRUE;
}

static void play_media(Player *player)
{
    g_autoptr(GError) error = NULL;
    Seen seen = { 0 };
    int fd = open(player->path, O_RDONLY | O_CLOEXEC);
    g_autoptr(BtMedia) media = bt_media_open(fd, "damaged", bt_media_spawn_here,
        player->rig.decoder, g_get_monotonic_time() / 1000, &error);
    g_assert_no_error(error);
    gboolean ended = TRUE;
    if (bt_media_wait_open(media, PATIENCE_MS)) {
        const BtMediaInfo *info = bt_media_info(media);
        if (!info->has_cues)
            bt_media_start(media, info->w_px ? W_PX : 1, info->w_px ? H_PX : 1, 0, info->has_sound,
                FALSE, NULL);
        ended = play(media, &seen);
    }
    const GError *said = bt_media_error(media);
    ended &= said || bt_media_fd(media) < 0 || seen.frames > MOST_FRAMES;
    g_autofree char *reason = g_strdup(said ? said->message : "");
    for (char *c = reason; *c; c++) /* JSON as it is */
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
            *c = '?';
    g_string_append_printf(player->said,
        "{\"ended\":%s,\"code\":\"%s\",\"reason\":\"%s\",\"frames\":%u,\"black\":%u",
        ended ? "true" : "false", said ? bt_error_reason(said) : "", reason, seen.frames,
        seen.black);
}

/* ---- by the stage ---- */

static void count_failure(const BtStageFailure *failure, gpointer user)
{
    Player *player = user;
    g_assert_cmpstr(failure->item->id, ==, "bad");
    player->deaths += failure->again ? 1 : 0;
    player->failures += failure->again ? 0 : 1;
    if (!failure->again)
        player->last_ms = failure->last_ms;
}

static const char *type_of(const Player *player)
{
    return strcmp(player->kind, "image") == 0 ? "image/png"
        : strcmp(player->kind, "sound") == 0  ? "audio/mp4"
                                              : "video/mp4";
}

static void name_by_hash(Player *player)
{
    g_autofree char *bytes = NULL;
    g_assert_true(g_file_get_contents(player->path, &bytes, &player->rig.video_bytes, NULL));
    bt_hash_data(bytes, player->rig.video_bytes, player->rig.video);
    player->rig.film_type = type_of(player);
    g_autofree char *named = g_build_filename(player->rig.folder, player->rig.video, NULL);
    g_assert_true(g_file_set_contents(named, bytes, (gssize)player->rig.video_bytes, NULL));
}

static BtInputs *inputs_of(const Player *player)
{
    const char *kind = g_str_equal(player->kind, "film") ? "video"
        : g_str_equal(player->kind, "sound")             ? "audio"
                                                         : "image";
    g_autofree char *duration = g_str_equal(player->kind, "image")
        ? g_strdup_printf(",\"duration_ms\":%d", ITEM_MS)
        : g_strdup("");
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"good\",\"kind\":\"image\",\"asset\":\"%s\",\"duration_ms\":%d},"
                        "{\"id\":\"bad\",\"kind\":\"%s\",\"asset\":\"%s\"%s}",
            player->rig.sha256, GOOD_MS, kind, player->rig.video, duration);
    return rig_inputs(&player->rig, items, "");
}

typedef struct {
    guint black;   /* pictures in whose middle nothing is lit */
    guint lost;    /* the last frame was not kept */
    gboolean good; /* the picture before and after is itself */
} Glass;

static const BtRect middle = { RIG_W_PX / 4, 20, RIG_W_PX / 2, RIG_H_PX - 80 };

static gboolean same_middle(const BtFrame *a, const BtFrame *b)
{
    for (int y = middle.y; y < middle.y + middle.h; y++)
        if (memcmp(a->pixels + y * a->stride_px + middle.x, b->pixels + y * b->stride_px + middle.x,
                (gsize)middle.w * 4) != 0)
            return FALSE;
    return TRUE;
}

/* What was there when the last frame was due stays until the item's end. */
static void look_at_item(Player *player, BtStage *stage, const BtInputs *inputs, Glass *glass)
{
    g_autoptr(BtFrame) last = NULL;
    gint64 start_ms = player->rig.start_ms + GOOD_MS;
    for (gint64 t_ms = start_ms; t_ms < start_ms + ITEM_MS; t_ms += STEP_MS) {
        BtFrame *frame = rig_picture(stage, inputs, t_ms);
        gboolean must_stay = player->failures > 0 && player->last_ms != BT_TIME_MIN && last &&
            t_ms - STEP_MS >= player->last_ms;
        glass->lost += must_stay && !same_middle(last, frame);
        glass->black += is_black(frame, middle);
        g_clear_pointer(&last, bt_frame_unref);
        last = frame;
        bt_stage_poll(stage, g_get_monotonic_time() / 1000);
    }
}

static void play_stage(Player *player)
{
    Glass glass = { .good = TRUE };
    player->failures = player->deaths = 0;
    player->last_ms = BT_TIME_MIN;
    name_by_hash(player);
    BtInputs *inputs = inputs_of(player);
    BtStage *stage = rig_stage_with(&player->rig, RIG_W_PX, RIG_H_PX, bt_media_spawn_here,
        player->rig.decoder, count_failure, NULL, player);
    g_autoptr(BtFrame) before = rig_picture(stage, inputs, player->rig.start_ms);
    look_at_item(player, stage, inputs, &glass);
    g_autoptr(BtFrame) after =
        rig_picture(stage, inputs, player->rig.start_ms + GOOD_MS + ITEM_MS + STEP_MS);
    glass.good = same_middle(before, after) && !is_black(before, middle);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    g_autofree char *named = g_build_filename(player->rig.folder, player->rig.video, NULL);
    g_unlink(named);
    g_string_append_printf(player->said,
        ",\"glass\":{\"failed\":%u,\"again\":%u,\"black\":%u,\"lost\":%u,\"good\":%s}",
        player->failures, player->deaths, glass.black, glass.lost, glass.good ? "true" : "false");
}

/* ---- what is held ---- */

static guint open_files(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;
    while (g_dir_read_name(dir))
        n++;
    return n;
}

static long resident_kb(void)
{
    g_autofree char *text = NULL;
    long pages = 0;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*d %ld", &pages), ==, 1);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    Player player = { .said = g_string_new(NULL) };
    char line[sizeof player.path + sizeof player.kind];
    if (argc != 2)
        return 2;
    rig_open(&player.rig);
    g_free(player.rig.decoder);
    player.rig.decoder = g_strdup(argv[1]);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%4095[^\t]\t%15s", player.path, player.kind) != 2)
            return 2;
        g_string_truncate(player.said, 0);
        play_media(&player);
        if (!g_str_equal(player.kind, "words"))
            play_stage(&player);
        printf("%s,\"files\":%u,\"resident_kb\":%ld}\n", player.said->str, open_files(),
            resident_kb());
        fflush(stdout);
    }
    player.rig.video[0] = '\0';
    rig_close(&player.rig);
    g_string_free(player.said, TRUE);
    return 0;
}
