/* Changes as show sees them: each is looked ahead for, in every zone; what may stay on the glass
 * until the next picture is there, and what may not; how long it took. The display's grid. */
#include "player/board/ahead.h"
#include "player/show/seams.h"
#include "player/stage/medium.h"
#include "render/compose/compose.h"
#include "tests/unit/schedule-fixture.h"
#include "tests/unit/stage-fixture.h"

#include <string.h>

/* ---- the grid ---- */

static void test_grid(void)
{
    static const double rates_hz[] = { 1, 24, 24000.0 / 1001, 25, 30, 50, 60000.0 / 1001, 60, 75,
        100, 120, 144, 240 };
    static const gint64 begins_ms[] = { 0, 1795478400123, 1795478400999 };
    GRand *chance = g_rand_new_with_seed(7);
    for (guint i = 0; i < G_N_ELEMENTS(rates_hz); i++)
        for (guint k = 0; k < 300; k++) {
            BtGrid grid = { begins_ms[k % G_N_ELEMENTS(begins_ms)], 1000 / rates_hz[i] };
            gint64 due_ms =
                G_GINT64_CONSTANT(1795478400000) + g_rand_int_range(chance, 0, 86400000);
            gint64 at_ms = bt_grid_after(&grid, due_ms), before_ms = bt_grid_before(&grid, due_ms);
            g_assert_cmpint(at_ms, >=, due_ms);
            g_assert_cmpint(before_ms, <=, due_ms);
            g_assert_true(at_ms == before_ms || before_ms < due_ms);
            g_assert_cmpfloat((double)(at_ms - before_ms), <=, grid.period_ms + 1);
            /* They are frames, and there is none between them. */
            g_assert_cmpint(bt_grid_before(&grid, at_ms), ==, at_ms);
            g_assert_cmpint(bt_grid_after(&grid, before_ms), ==, before_ms);
            g_assert_true(at_ms == due_ms || bt_grid_before(&grid, at_ms - 1) == before_ms);
        }
    g_rand_free(chance);
}

/* A film's frames come when they are due; what fades is drawn on the grid while it does. */
static void test_grid_of(void)
{
    static const struct {
        gint64 t_ms;
        gboolean is_open;
    } cases[] = { { 9999, TRUE }, { 10000, TRUE }, { 10100, FALSE }, { 10999, FALSE },
        { 11000, TRUE }, { 20000, TRUE } };
    g_assert_true(bt_grid_of(NULL, 0, 40).is_open);
    BtScene *scene = bt_scene_new(8, 8, 0);
    BtLayer *layer = bt_scene_add_layer(scene, (BtRect){ 0, 0, 8, 8 });
    g_assert_true(bt_grid_of(scene, 10100, 40).is_open);
    layer->fade_start_ms = 10000;
    layer->fade_ms = 1000;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 t_ms = cases[i].t_ms;
        BtGrid grid = bt_grid_of(scene, t_ms, 40);
        g_assert_cmpint(grid.is_open, ==, cases[i].is_open);
        g_assert_cmpint(
            bt_grid_before(&grid, t_ms + 7), ==, grid.is_open ? t_ms + 7 : (t_ms + 7) / 40 * 40);
        g_assert_cmpint(
            bt_grid_after(&grid, t_ms + 7), ==, grid.is_open ? t_ms + 7 : (t_ms + 46) / 40 * 40);
    }
    bt_scene_unref(scene);
}

/* ---- what is looked ahead for ---- */

/* Clocks, then something that needs a decoder, in four zones that change each by itself. */
#define TOWN                                                                                       \
    "{'spec':1,'source':'s','version':1,'issued':'2026-11-22T00:00:00Z','expires':"                \
    "'2026-12-20T00:00:00Z','screens':['b'],'timezone':'Asia/Ho_Chi_Minh','assets':{"              \
    "'%s':{'size':%" G_GSIZE_FORMAT ",'type':'image/png'},"                                        \
    "'%s':{'size':%" G_GSIZE_FORMAT ",'type':'video/mp4','duration_ms':4000}},"                    \
    "'layouts':[{'id':'l','canvas':[320,192],'background':'#0B1B33','zones':["                     \
    "{'id':'a','rect':[0,0,160,96]},{'id':'b','rect':[160,0,160,96]},"                             \
    "{'id':'c','rect':[0,96,160,96]},{'id':'d','rect':[160,96,160,96]}]}],'playlists':["           \
    "{'id':'p','items':[{'id':'k','kind':'clock','duration_ms':2000},"                             \
    "{'id':'f','kind':'video','asset':'%s'}]},"                                                    \
    "{'id':'q','items':[{'id':'k2','kind':'clock','duration_ms':1300},"                            \
    "{'id':'i','kind':'image','asset':'%s','duration_ms':1200}]},"                                 \
    "{'id':'r','items':[{'id':'k3','kind':'clock','duration_ms':3700},"                            \
    "{'id':'f2','kind':'video','asset':'%s','fit':'cover'}]},"                                     \
    "{'id':'s','items':[{'id':'k4','kind':'clock','duration_ms':1100},"                            \
    "{'id':'w','kind':'text','duration_ms':4000,'picture':'%s','texts':[{'lang':'vi',"             \
    "'title':'Tin','body':'Có hình.'}]}]}],'programmes':[{'id':'p','layout':'l',"                \
    "'class':'ordinary','zones':{'a':'p','b':'q','c':'r','d':'s'},'when':{}}]}"

static BtBoard *town_board(const Rig *rig)
{
    g_autofree char *text = g_strdup_printf(TOWN, rig->sha256, rig->size_bytes, rig->video,
        rig->video_bytes, rig->video, rig->sha256, rig->video, rig->sha256);
    g_strdelimit(text, "'", '"');
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    BtBoard *board = bt_board_for_manifest(bytes, "test", rig->folder, &error);
    g_assert_no_error(error);
    g_assert_true(bt_board_set_size(board, RIG_W_PX, RIG_H_PX, &error));
    return board;
}

static gboolean is_settled(const BtMedium *medium)
{
    return medium->failed || medium->arrived || medium->frame || medium->cues;
}

/* Gives the decoders all the time that a busy machine takes: two seconds of a board are enough when
 * this comes to an end. */
static void let_decoders_work(BtBoard *board)
{
    BtStage *stage = bt_board_stage(board);
    gint64 until_us = g_get_monotonic_time() + RIG_WAIT_MS * G_GINT64_CONSTANT(1000);
    for (gboolean settled = FALSE; !settled; g_usleep(1000)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        GHashTableIter iter;
        gpointer medium;
        settled = TRUE;
        g_hash_table_iter_init(&iter, stage->pool->entries);
        while (g_hash_table_iter_next(&iter, NULL, &medium))
            settled = settled && is_settled(medium);
    }
}

static BtFrame *pure_picture(const Rig *rig, gint64 t_ms)
{
    g_autoptr(BtBoard) board = town_board(rig);
    g_autoptr(GError) error = NULL;
    BtFrame *picture = bt_board_picture(board, t_ms, RIG_WAIT_MS, &error);
    g_assert_no_error(error);
    return picture;
}

static void assert_same(const BtFrame *a, const BtFrame *b, BtRect rect_px)
{
    for (int y = rect_px.y; y < rect_px.y + rect_px.h; y++)
        g_assert_cmpint(memcmp(a->pixels + (gsize)y * a->stride_px + rect_px.x,
                            b->pixels + (gsize)y * b->stride_px + rect_px.x, (gsize)rect_px.w * 4),
            ==, 0);
}

/* What begins now is there now, to the pixel; nobody waited. */
static guint check_beginnings(const Rig *rig, BtBoard *board, const BtOnAir *on, gint64 t_ms)
{
    gint64 until_ms;
    guint n = 0;
    g_autoptr(BtScene) scene = bt_board_scene(board, on, t_ms, &until_ms);
    g_autoptr(BtFrame) now = bt_compose_picture(scene, t_ms), pure = pure_picture(rig, t_ms);
    for (guint i = 0; i < on->zones->len; i++) {
        const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, i);
        if (zone->start_ms != t_ms)
            continue;
        g_test_message("%s", zone->item->id);
        g_assert_cmpint(bt_stage_shows(bt_board_stage(board), zone->zone->id), ==, BT_SHOWS_ITEM);
        assert_same(now, pure, zone->zone->rect_px);
        n += zone->item->kind != BT_ITEM_CLOCK;
    }
    return n;
}

/* Changes come less than a second after each other, each in another zone; 2 s before one is due it
 * has been looked ahead for, whatever changes in between. */
static void test_ahead(void)
{
    Rig rig;
    rig_open(&rig);
    g_assert_true(rig_make_film(&rig, TRUE));
    g_autoptr(BtBoard) board = town_board(&rig);
    BtAhead ahead = { 0 };
    guint begun = 0, changes = 0;
    gint64 t_ms = rig.start_ms, began_ms = t_ms;
    while (begun < 6) {
        g_autoptr(BtOnAir) on = bt_board_on_air(board, t_ms);
        bt_ahead_begin(&ahead, on, t_ms == began_ms);
        if (t_ms == began_ms)
            g_assert_true(bt_stage_wait(bt_board_stage(board), on, t_ms, RIG_WAIT_MS));
        else
            begun += check_beginnings(&rig, board, on, t_ms);
        for (; t_ms < on->until_ms; t_ms += 10) { /* show's turns */
            bt_ahead_turn(&ahead, board, t_ms);
            if (t_ms > began_ms + 200)
                g_assert_cmpint(ahead.next_ms, >, t_ms + 2000);
        }
        let_decoders_work(board);
        t_ms = on->until_ms;
        changes++;
    }
    g_assert_cmpuint(changes, >, begun);
    g_clear_pointer(&board, bt_board_close);
    rig_close(&rig);
}

/* A change of the inputs takes back what was prepared; its own changes are looked ahead for. */
static void test_anew(void)
{
    BtOnAir soon = { .kind = BT_ON_SAFE, .until_ms = 1000 },
            later = { .kind = BT_ON_SAFE, .until_ms = 5000 };
    BtAhead ahead = { 0 };
    bt_ahead_begin(&ahead, &later, TRUE);
    g_assert_cmpint(ahead.next_ms, ==, 5000);
    bt_ahead_begin(&ahead, &soon, FALSE);
    g_assert_cmpint(ahead.next_ms, ==, 5000);
    bt_ahead_begin(&ahead, &soon, TRUE);
    g_assert_cmpint(ahead.next_ms, ==, 1000);
}

/* ---- what may stay ---- */

typedef struct {
    GString *told; /* "ZONE GAP BARE;" each */
    BtSeams *seams;
    BtInputs *inputs;
} Town;

static void on_result(const char *zone, gint64 gap_ms, gint64 bare_ms, gpointer user)
{
    g_string_append_printf(((Town *)user)->told, "%s %d %d;", zone, (int)gap_ms, (int)bare_ms);
}

static void town_begin(Town *town, BtInputs *inputs)
{
    town->told = g_string_new(NULL);
    town->seams = bt_seams_new(on_result, town);
    town->inputs = inputs;
}

static void town_end(Town *town)
{
    bt_seams_free(town->seams);
    bt_inputs_free(town->inputs);
    g_string_free(town->told, TRUE);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static BtOnAir *on_at(const Town *town, gint64 t_ms)
{
    return bt_schedule_at(town->inputs, t_ms, measure, NULL);
}

#define FILLER "{'id':'z','layout':'full','class':'filler','zones':{'main':'a'}},"
#define ALL_DAY FULL("day", "b", "'class':'ordinary','when':{}")
#define NOW "23T08:00:03"
#define SOON "23T08:00:04"

static void add_more(BtInputs *inputs, const char *sha, const char *programmes)
{
    fixture_add(inputs, 0, programmes, "", sha, fixture_at(SOON));
}

static void nothing(BtInputs *inputs)
{
    (void)inputs;
}

static void replace(BtInputs *inputs)
{
    add_more(inputs, "m2", FULL("other", "a", "'when':{}"));
}

static void deny_document(BtInputs *inputs)
{
    bt_inputs_add_denial(inputs, 0, "m1", fixture_at(SOON));
    replace(inputs);
}

static void deny_asset(BtInputs *inputs)
{
    bt_inputs_add_denial(inputs, 0, FIXTURE_ASSET, fixture_at(SOON));
    replace(inputs);
}

static void set_aside(BtInputs *inputs)
{
    bt_inputs_add_set_aside(inputs, 0, FIXTURE_ASSET, fixture_at(SOON), BT_TIME_MAX);
    replace(inputs);
}

static void lapse(BtInputs *inputs)
{
    bt_inputs_add_lapse(inputs, 0, fixture_at(SOON));
}

static void cut(BtInputs *inputs)
{
    bt_inputs_add_cut(inputs, fixture_at(SOON), BT_TIME_MAX);
}

static void darken(BtInputs *inputs)
{
    bt_inputs_add_darken(inputs, fixture_at(SOON), BT_TIME_MAX);
}

static BtManifest *emergency(void)
{
    g_autofree char *text =
        g_strconcat(HEAD, FULL("e", "a", "'class':'emergency','when':{}"), "],'x-alert':1}", NULL);
    return fixture_parse(text);
}

static void sound_alarm(BtInputs *inputs)
{
    g_autoptr(BtManifest) alert = emergency();
    bt_inputs_add_alert(inputs, 0, alert, "a1", fixture_at(SOON));
}

/* It was on, and ends. */
static void end_alert(BtInputs *inputs)
{
    g_autoptr(BtManifest) alert = emergency();
    bt_inputs_add_alert(inputs, 0, alert, "a1", fixture_at("23T08:00:00"));
    bt_inputs_add_alert(inputs, 0, NULL, "", fixture_at(SOON));
}

static void deny_alert(BtInputs *inputs)
{
    g_autoptr(BtManifest) alert = emergency();
    bt_inputs_add_alert(inputs, 0, alert, "a1", fixture_at("23T08:00:00"));
    bt_inputs_add_denial(inputs, 0, "a1", fixture_at(SOON));
}

static void end_cut(BtInputs *inputs)
{
    bt_inputs_add_cut(inputs, fixture_at("23T08:00:00"), fixture_at(SOON));
}

static const struct {
    const char *name;
    void (*happen)(BtInputs *inputs);
    gboolean stays;
} cases[] = {
    { "an item follows another", nothing, TRUE },
    { "a document follows another", replace, TRUE },
    { "an alert ends", end_alert, TRUE },
    { "a cut ends", end_cut, TRUE },
    { "what failed is set aside", set_aside, TRUE },
    { "a document is denied", deny_document, FALSE },
    { "an asset is denied", deny_asset, FALSE },
    { "an alert is denied", deny_alert, FALSE },
    { "a source lapses", lapse, FALSE },
    { "a cut", cut, FALSE },
    { "darkness", darken, FALSE },
    { "an emergency comes", sound_alarm, FALSE },
};

static void test_may_stay(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Town town;
        g_test_message("%s", cases[i].name);
        town_begin(&town, fixture_one(FILLER ALL_DAY));
        cases[i].happen(town.inputs);
        g_autoptr(BtOnAir) next = on_at(&town, fixture_at(SOON));
        g_assert_cmpint(bt_seams_change(town.seams, on_at(&town, fixture_at(NOW)), next,
                            town.inputs, FALSE, fixture_at(SOON), TRUE),
            ==, cases[i].stays);
        town_end(&town);
    }
}

/* The document is not on any more when it is denied, but its pixels still stand there. */
static void test_pixels_of_three(void)
{
    for (int holds = 0; holds < 2; holds++) {
        Town town;
        town_begin(&town, fixture_one(ALL_DAY));
        replace(town.inputs);
        g_autoptr(BtOnAir) second = on_at(&town, fixture_at(SOON)),
                           third = on_at(&town, fixture_at("23T08:00:11"));
        g_assert_true(bt_seams_change(town.seams, on_at(&town, fixture_at(NOW)), second,
            town.inputs, FALSE, fixture_at(SOON), TRUE));
        bt_inputs_add_denial(town.inputs, 0, "m1", fixture_at("23T08:00:05"));
        g_assert_cmpint(bt_seams_change(town.seams, g_steal_pointer(&second), third, town.inputs,
                            holds == 1, fixture_at("23T08:00:05"), TRUE),
            ==, holds == 0);
        town_end(&town);
    }
}

static void test_expired(void)
{
    Town town;
    town_begin(&town, fixture_one(ALL_DAY));
    gint64 expiry_ms;
    g_assert_true(bt_time_parse("2026-12-20T00:00:00Z", &expiry_ms, NULL));
    g_autoptr(BtOnAir) on = on_at(&town, expiry_ms - 1000);
    g_assert_true(bt_schedule_may_stay(town.inputs, on, expiry_ms - 1));
    g_assert_false(bt_schedule_may_stay(town.inputs, on, expiry_ms));
    bt_inputs_add_untrusted(town.inputs, expiry_ms - 5000, BT_TIME_MAX);
    g_assert_true(bt_schedule_may_stay(town.inputs, on, expiry_ms));
    town_end(&town);
}

/* ---- what it took ---- */

typedef struct {
    const char *name;
    struct {
        int at_ms; /* after the change */
        BtStageShows shows;
    } looks[4];
    const char *told;
} Story;

static const Story stories[] = {
    { "in time", { { 3, BT_SHOWS_ITEM } }, "main 0 0;" },
    { "within its refresh", { { 15, BT_SHOWS_ITEM } }, "main 0 0;" },
    { "late over the old", { { 3, BT_SHOWS_BEFORE }, { 120, BT_SHOWS_ITEM } }, "main 120 0;" },
    { "late over the ground", { { 4, BT_SHOWS_GROUND }, { 104, BT_SHOWS_ITEM } }, "main 104 100;" },
    { "held, then bare",
        { { 3, BT_SHOWS_BEFORE }, { 2003, BT_SHOWS_GROUND }, { 2503, BT_SHOWS_ITEM } },
        "main 2503 500;" },
    { "never", { { 3, BT_SHOWS_GROUND } }, "main 5000 4997;" },
};

static void say_shows(BtStage *stage, BtStageShows shows)
{
    bt_hold_begin(&stage->hold);
    if (shows != BT_SHOWS_ITEM)
        g_hash_table_insert(stage->hold.lacking, g_strdup("main"), GINT_TO_POINTER(shows));
}

static void test_gaps(void)
{
    BtStage stage = { 0 };
    bt_hold_init(&stage.hold);
    for (guint i = 0; i < G_N_ELEMENTS(stories); i++) {
        Town town;
        g_test_message("%s", stories[i].name);
        town_begin(&town, fixture_one(ALL_DAY)); /* an image, each 5 s */
        gint64 due_ms = fixture_at("23T08:00:05");
        BtGrid grid = { due_ms, 1000 / 60.0 };
        g_autoptr(BtOnAir) next = on_at(&town, due_ms), after = on_at(&town, due_ms + 5000);
        bt_seams_change(
            town.seams, on_at(&town, fixture_at(NOW)), next, town.inputs, FALSE, due_ms, FALSE);
        for (guint k = 0; k < G_N_ELEMENTS(stories[i].looks) && stories[i].looks[k].at_ms; k++) {
            say_shows(&stage, stories[i].looks[k].shows);
            bt_seams_note(town.seams, &stage, &grid, due_ms + stories[i].looks[k].at_ms);
        }
        bt_seams_change(
            town.seams, g_steal_pointer(&next), after, town.inputs, FALSE, due_ms + 5000, FALSE);
        g_assert_cmpstr(town.told->str, ==, stories[i].told);
        BtSeamCounts counts = bt_seams_counts(town.seams);
        g_assert_cmpuint(counts.changes, ==, 2); /* the second is under way */
        g_assert_cmpuint(counts.late, ==, strstr(stories[i].told, "main 0") == NULL);
        town_end(&town);
    }
    bt_hold_clear(&stage.hold);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ahead/grid", test_grid);
    g_test_add_func("/ahead/grid-of", test_grid_of);
    g_test_add_func("/ahead/ahead", test_ahead);
    g_test_add_func("/ahead/anew", test_anew);
    g_test_add_func("/seams/may-stay", test_may_stay);
    g_test_add_func("/seams/pixels-of-three", test_pixels_of_three);
    g_test_add_func("/seams/expired", test_expired);
    g_test_add_func("/seams/gaps", test_gaps);
    return g_test_run();
}
