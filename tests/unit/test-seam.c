/* Changes between items as a stage makes them: what was there stays until what comes has a picture,
 * whatever they are; what is looked ahead for is there when it is due, in every zone; and at any
 * rate of the display the picture is the one that a snapshot shows. */
#include "base/channel.h"
#include "player/show/grid.h"
#include "render/compose/compose.h"
#include "tests/unit/stage-fixture.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MAIN_H_PX (RIG_H_PX - 40)
#define GROUND 0xff0b1b33u
#define LATER_MS 36000 /* images of 9 s and films of 4 s begin then, as they do at the start */

/* ---- decoders that come when they are let ---- */

typedef struct {
    int socket, content;
} Asked;

typedef struct {
    Rig rig;
    gboolean closed;
    GArray *asked; /* of Asked: who waits at the gate */
    GPid last;     /* the decoder that was started last */
    gint64 mono_ms;
} Gate;

static void start_decoder(Gate *gate, Asked one)
{
    g_autoptr(GError) error = NULL;
    const char *argv[] = { gate->rig.decoder, NULL };
    const int from[] = { one.socket, one.content }, to[] = { 3, 4 };
    g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1,
        -1, -1, from, to, 2, &gate->last, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    close(one.socket);
    close(one.content);
}

static int ask_for_decoder(int content_fd, gpointer user, GError **error)
{
    Gate *gate = user;
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return -1;
    Asked one = { ends[1], dup(content_fd) };
    if (gate->closed)
        g_array_append_val(gate->asked, one);
    else
        start_decoder(gate, one);
    return ends[0];
}

static void open_gate(Gate *gate)
{
    gate->closed = FALSE;
    for (guint i = 0; i < gate->asked->len; i++)
        start_decoder(gate, g_array_index(gate->asked, Asked, i));
    g_array_set_size(gate->asked, 0);
}

static void gate_begin(Gate *gate)
{
    memset(gate, 0, sizeof *gate);
    rig_open(&gate->rig);
    g_assert_true(rig_make_film(&gate->rig, TRUE));
    gate->asked = g_array_new(FALSE, FALSE, sizeof(Asked));
    gate->mono_ms = g_get_monotonic_time() / 1000;
}

static void gate_end(Gate *gate)
{
    for (guint i = 0; i < gate->asked->len; i++) {
        close(g_array_index(gate->asked, Asked, i).socket);
        close(g_array_index(gate->asked, Asked, i).content);
    }
    g_array_unref(gate->asked);
    rig_close(&gate->rig);
}

static void no_failure(const BtStageFailure *failure, gpointer user)
{
    (void)user;
    g_assert_true(failure->again);
}

static BtStage *gated_stage(Gate *gate)
{
    return rig_stage_with(
        &gate->rig, RIG_W_PX, RIG_H_PX, ask_for_decoder, gate, no_failure, NULL, gate);
}

static gboolean poll_stage(Gate *gate, BtStage *stage, gint64 later_ms)
{
    return bt_stage_poll(stage, gate->mono_ms += later_ms);
}

/* ---- pictures ---- */

static gboolean same_rect(const BtFrame *a, const BtFrame *b, BtRect rect_px)
{
    for (int y = rect_px.y; y < rect_px.y + rect_px.h; y++)
        if (memcmp(a->pixels + (gsize)y * a->stride_px + rect_px.x,
                b->pixels + (gsize)y * b->stride_px + rect_px.x, (gsize)rect_px.w * 4) != 0)
            return FALSE;
    return TRUE;
}

static gboolean same_main(const BtFrame *a, const BtFrame *b)
{
    return same_rect(a, b, (BtRect){ 0, 0, RIG_W_PX, MAIN_H_PX });
}

static gboolean is_bare(const BtFrame *frame)
{
    guint n = 0;
    for (int y = 0; y < MAIN_H_PX; y++)
        for (int x = 0; x < frame->w_px; x++)
            n += frame->pixels[y * frame->stride_px + x] == GROUND;
    return n == RIG_W_PX * MAIN_H_PX;
}

/* As a snapshot shows it, by a stage of its own. */
static BtFrame *pure_picture(Gate *gate, const BtInputs *inputs, gint64 t_ms)
{
    BtStage *fresh = rig_stage(&gate->rig, RIG_W_PX, RIG_H_PX);
    BtFrame *picture = rig_picture(fresh, inputs, t_ms);
    bt_stage_free(fresh);
    return picture;
}

/* As show draws it: nobody waits. */
static BtFrame *show_picture(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    gint64 until_ms;
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    g_autoptr(BtScene) scene = bt_stage_scene(stage, on, t_ms, &until_ms);
    return bt_compose_picture(scene, t_ms);
}

/* ---- what stays ---- */

#define IMAGE "{'id':'i','kind':'image','asset':'%s','duration_ms':9000,'fit':'cover'}"
#define CONTAINED "{'id':'c','kind':'image','asset':'%s','duration_ms':9000}"
#define WORDS                                                                                      \
    "{'id':'w','kind':'text','duration_ms':9000,'texts':[{'lang':'vi','title':'Tin',"              \
    "'body':'Họp thôn lúc 19 giờ.'}]}"
#define WITH_PICTURE                                                                               \
    "{'id':'p','kind':'text','duration_ms':9000,'picture':'%s','texts':[{'lang':'vi',"             \
    "'title':'Tin','body':'Có hình bên cạnh.'}]}"
#define ALERT                                                                                      \
    "{'id':'a','kind':'alert','level':4,'duration_ms':9000,'picture':'%s','texts':[{"              \
    "'lang':'vi','title':'Lũ quét','body':'Rời nhà ven suối.'}]}"
#define FILM "{'id':'f','kind':'video','asset':'%s'}"

static BtInputs *inputs_of(const Gate *gate, const char *item)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(item), "'", '"');
    const char *asset = strstr(item, "'video'") ? gate->rig.video : gate->rig.sha256;
    g_auto(GStrv) parts = g_strsplit(quoted, "%s", 2);
    g_autofree char *items =
        parts[1] ? g_strconcat(parts[0], asset, parts[1], NULL) : g_strdup(quoted);
    return rig_inputs(&gate->rig, items, "");
}

typedef struct {
    const char *name, *before, *after;
    gint64 joined_ms; /* how far into the film of `after` */
} Change;

static const Change changes[] = {
    { "words, image", WORDS, IMAGE, 0 },
    { "image, contained", IMAGE, CONTAINED, 0 },
    { "image, film", IMAGE, FILM, 0 },
    { "film, image", FILM, IMAGE, 0 },
    { "image, joined film", IMAGE, FILM, 2500 },
    { "film, words with a picture", FILM, WITH_PICTURE, 0 },
    { "words with a picture, film", WITH_PICTURE, FILM, 0 },
};

/* The old picture, to the pixel, until the new one; of a film that is joined, its first picture
 * first. */
static void watch_change(Gate *gate, BtStage *stage, const BtInputs *after, gint64 t_ms,
    const BtFrame *old, const BtFrame *new, const BtFrame *poster)
{
    gint64 until_us = g_get_monotonic_time() + RIG_WAIT_MS * G_GINT64_CONSTANT(1000);
    for (int turn = 0; g_get_monotonic_time() < until_us; turn++) {
        if (turn == 20)
            open_gate(gate);
        g_autoptr(BtFrame) now = show_picture(stage, after, t_ms);
        gboolean holds = bt_stage_holds(stage);
        g_assert_cmpint(holds, ==, bt_stage_shows(stage, "main") == BT_SHOWS_BEFORE);
        g_assert_cmpint(holds, ==, bt_stage_waits(stage));
        g_assert_true(turn > 20 || holds);
        g_assert_true(holds ? same_main(now, old) : same_main(now, new) || same_main(now, poster));
        if (same_main(now, new))
            return;
        poll_stage(gate, stage, 2);
        g_usleep(2000);
    }
    g_assert_not_reached();
}

static void test_stays(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        Gate gate;
        gate_begin(&gate);
        g_test_message("%s", changes[i].name);
        BtInputs *before = inputs_of(&gate, changes[i].before);
        BtInputs *after = inputs_of(&gate, changes[i].after);
        gint64 old_ms = gate.rig.start_ms + 1240, begin_ms = gate.rig.start_ms + LATER_MS;
        gint64 t_ms = begin_ms + changes[i].joined_ms;
        gint64 until_ms;
        g_autoptr(BtFrame) new = pure_picture(&gate, after, t_ms);
        g_autoptr(BtFrame) poster = pure_picture(&gate, after, begin_ms);
        BtStage *stage = gated_stage(&gate);
        g_autoptr(BtScene) scene = rig_scene(stage, before, old_ms, &until_ms);
        g_autoptr(BtFrame) old = bt_compose_picture(scene, old_ms);
        gate.closed = TRUE;
        bt_stage_hold(stage, scene, old_ms);
        watch_change(&gate, stage, after, t_ms, old, new, poster);
        bt_scene_unref(g_steal_pointer(&scene));
        bt_stage_free(stage);
        bt_inputs_free(before);
        bt_inputs_free(after);
        gate_end(&gate);
    }
}

/* An image before, a film to come, and the gate closed. `stays`: show said that it may. */
static void begin_change(
    Gate *gate, BtStage *stage, const char *item, gboolean stays, BtFrame **old, BtInputs **after)
{
    gint64 until_ms;
    BtInputs *before = inputs_of(gate, IMAGE);
    g_autoptr(BtScene) scene = rig_scene(stage, before, gate->rig.start_ms, &until_ms);
    *old = bt_compose_picture(scene, gate->rig.start_ms);
    *after = inputs_of(gate, item);
    gate->closed = TRUE;
    bt_stage_hold(stage, stays ? scene : NULL, gate->rig.start_ms);
    bt_inputs_free(before);
}

/* Two seconds, also when the change was decided again meanwhile; then the ground, as ever. */
static void test_not_for_ever(void)
{
    Gate gate;
    gate_begin(&gate);
    BtStage *stage = gated_stage(&gate);
    BtInputs *after;
    g_autoptr(BtFrame) old = NULL;
    begin_change(&gate, stage, FILM, TRUE, &old, &after);
    gint64 until_ms, t_ms = gate.rig.start_ms;
    g_autoptr(BtOnAir) on = bt_schedule_at(after, t_ms, bt_stage_measure, stage);
    for (int i = 0; i < 4; i++) {
        g_autoptr(BtScene) scene = bt_stage_scene(stage, on, t_ms, &until_ms);
        g_autoptr(BtFrame) now = bt_compose_picture(scene, t_ms);
        g_assert_true(same_main(now, old));
        bt_stage_hold(stage, scene, t_ms);
        g_assert_cmpint(poll_stage(&gate, stage, 490), ==, FALSE);
    }
    g_assert_true(poll_stage(&gate, stage, 50)); /* a new scene should be asked for */
    g_autoptr(BtFrame) late = show_picture(stage, after, t_ms);
    g_assert_true(is_bare(late));
    g_assert_cmpint(bt_stage_shows(stage, "main"), ==, BT_SHOWS_GROUND);
    g_assert_true(bt_stage_waits(stage));
    bt_stage_free(stage);
    bt_inputs_free(after);
    gate_end(&gate);
}

/* What must leave leaves at once, and an alert shows what it has. */
static void test_leaves(void)
{
    static const struct {
        const char *item;
        gboolean stays;
    } cases[] = { { FILM, FALSE }, { ALERT, TRUE } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Gate gate;
        gate_begin(&gate);
        BtStage *stage = gated_stage(&gate);
        BtInputs *after;
        g_autoptr(BtFrame) old = NULL;
        begin_change(&gate, stage, cases[i].item, cases[i].stays, &old, &after);
        g_autoptr(BtFrame) now = show_picture(stage, after, gate.rig.start_ms);
        g_assert_cmpint(bt_stage_shows(stage, "main"), ==, BT_SHOWS_GROUND);
        g_assert_false(bt_stage_holds(stage));
        if (cases[i].stays)
            g_assert_cmpuint(rig_count_letters(now), >, 100);
        else
            g_assert_true(is_bare(now));
        bt_stage_free(stage);
        bt_inputs_free(after);
        gate_end(&gate);
    }
}

/* ---- a decoder that stands ---- */

/* In the midst of a film its decoder is stopped: the last frame stays, another decoder is started,
 * and the film is where it would be by then. */
static void test_stopped(void)
{
    Gate gate;
    gate_begin(&gate);
    BtStage *stage = gated_stage(&gate);
    BtInputs *inputs = inputs_of(&gate, FILM);
    gint64 t_ms = gate.rig.start_ms + 400, later_ms = gate.rig.start_ms + 2800;
    g_autoptr(BtFrame) before = rig_picture(stage, inputs, t_ms);
    GPid stopped = gate.last;
    gate.mono_ms = bt_pool_mono_ms(stage->pool);
    kill(stopped, SIGSTOP);
    gate.closed = TRUE;
    for (gint64 ms = 0; gate.asked->len == 0; ms += 50) {
        g_assert_cmpint(ms, <, 2000);
        poll_stage(&gate, stage, 50);
        bt_frame_unref(show_picture(stage, inputs, t_ms = MIN(t_ms + 50, later_ms)));
    }
    g_autoptr(BtFrame) last = show_picture(stage, inputs, later_ms);
    g_assert_false(is_bare(last) || bt_stage_waits(stage) || same_main(last, before));
    open_gate(&gate);
    g_autoptr(BtFrame) pure = pure_picture(&gate, inputs, later_ms);
    g_autoptr(BtFrame) now = rig_picture(stage, inputs, later_ms);
    g_assert_true(same_main(now, pure));
    kill(stopped, SIGKILL);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    gate_end(&gate);
}

/* ---- at any rate of the display ---- */

/* A film, an image that fades in over its last frame, the film again by a cut. */
#define LOOP                                                                                       \
    "{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"},{\"id\":\"i\",\"kind\":\"image\","         \
    "\"asset\":\"%s\",\"duration_ms\":3000,\"transition\":{\"kind\":\"fade\",\"ms\":400}}"

/* From `before` frames before the change at `due_ms` to `after` after it: each is the picture of
 * its instant, and the first that shows the new item is the first that may. */
static void watch_frames(Gate *gate, BtStage *stage, const BtInputs *inputs, const BtGrid *grid,
    gint64 due_ms, int frames)
{
    g_autoptr(BtOnAir) next = bt_schedule_at(inputs, due_ms, bt_stage_measure, stage);
    const BtItem *item = g_array_index(next->zones, BtOnZone, 0).item;
    gint64 first_ms = bt_grid_after(grid, due_ms), t_ms = first_ms;
    g_assert_cmpint(first_ms - due_ms, <=, (gint64)grid->period_ms + 1);
    for (int i = 0; i < 2; i++)
        t_ms = bt_grid_before(grid, t_ms - 1);
    bt_stage_prepare(stage, next, due_ms);
    for (int i = 0; i < frames; i++, t_ms = bt_grid_after(grid, t_ms + 1)) {
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
        gboolean is_new = strcmp(g_array_index(on->zones, BtOnZone, 0).item->id, item->id) == 0;
        g_assert_cmpint(is_new, ==, t_ms >= first_ms);
        g_autoptr(BtFrame) now = rig_picture(stage, inputs, t_ms);
        g_autoptr(BtFrame) pure = pure_picture(gate, inputs, t_ms);
        g_test_message(
            "%.2f ms a frame, %d ms after the change", grid->period_ms, (int)(t_ms - due_ms));
        g_assert_true(same_main(now, pure));
        g_assert_false(is_bare(now));
    }
}

static void test_rates(void)
{
    static const double rates_hz[] = { 24, 50, 60000.0 / 1001, 144 };
    Gate gate;
    gate_begin(&gate);
    g_autofree char *items = g_strdup_printf(LOOP, gate.rig.video, gate.rig.sha256);
    BtInputs *inputs = rig_inputs(&gate.rig, items, "");
    for (guint i = 0; i < G_N_ELEMENTS(rates_hz); i++) {
        BtGrid grid = { 0, 1000 / rates_hz[i] };
        BtStage *stage = gated_stage(&gate);
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, gate.rig.start_ms, bt_stage_measure, stage);
        gint64 first_ms = g_array_index(on->zones, BtOnZone, 0).end_ms;
        g_autoptr(BtOnAir) then = bt_schedule_at(inputs, first_ms, bt_stage_measure, stage);
        watch_frames(&gate, stage, inputs, &grid, first_ms, 6);
        watch_frames(
            &gate, stage, inputs, &grid, g_array_index(then->zones, BtOnZone, 0).end_ms, 4);
        bt_stage_free(stage);
    }
    bt_inputs_free(inputs);
    gate_end(&gate);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *ffmpeg = g_find_program_in_path("ffmpeg");
    if (ffmpeg == NULL) {
        g_printerr("there is no ffmpeg to make films with\n");
        return 77;
    }
    g_test_add_func("/seam/stays", test_stays);
    g_test_add_func("/seam/not-for-ever", test_not_for_ever);
    g_test_add_func("/seam/leaves", test_leaves);
    g_test_add_func("/seam/stopped", test_stopped);
    g_test_add_func("/seam/rates", test_rates);
    return g_test_run();
}
