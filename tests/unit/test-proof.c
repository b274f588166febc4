/* A canvas is drawn as a player draws it, and then something happens to it: what was seen is told
 * once, as what it is, and nothing is told of what is merely dark or still. */
#include "player/show/proof.h"
#include "render/compose/compose.h"
#include "tests/unit/schedule-fixture.h"

#include <string.h>

#define W_PX 160
#define H_PX 96
#define TURN_MS 40

static const BtRect ALL = { 0, 0, W_PX, H_PX };

/* ---- what is shown ---- */

typedef enum {
    FILM_MOVES,
    FILM_RESTS, /* the same picture from 1 s on: frames come, and look alike */
    FILM_DARK,
    FILM_STOPS, /* no frames from 1 s to 5 s */
} FilmKind;

typedef struct {
    BtMoving moving;
    FilmKind kind;
} Film;

static guint32 film_pixel(int x, int y, gint64 k)
{
    guint32 v = (guint32)(((x / 20) * 37 + (y / 12) * 91 + k * 53) % 200 + 40);
    return 0xff000000u | v << 16 | v << 8 | v;
}

/* Another picture twice a second. */
static BtFrame *film_frame(BtMoving *moving, gint64 t_ms)
{
    const Film *film = (const Film *)moving;
    gint64 k = t_ms / 500;
    if (film->kind == FILM_RESTS)
        k = MIN(k, 2);
    if (film->kind == FILM_STOPS && t_ms >= 1000 && t_ms < 5000)
        k = 2;
    BtFrame *frame = bt_frame_new(W_PX, H_PX);
    for (int i = 0; i < W_PX * H_PX; i++)
        frame->pixels[i] =
            film->kind == FILM_DARK ? 0xff020202u : film_pixel(i % W_PX, i / W_PX, k);
    frame->opaque = TRUE;
    return frame;
}

static gint64 film_next(BtMoving *moving, gint64 t_ms)
{
    (void)moving;
    return t_ms + TURN_MS;
}

static gint64 film_late(BtMoving *moving, gint64 t_ms)
{
    gboolean stopped = ((const Film *)moving)->kind == FILM_STOPS && t_ms >= 1000 && t_ms < 5000;
    return stopped ? t_ms - 1000 : 0;
}

static BtMoving *film_ref(BtMoving *moving)
{
    return moving;
}

static void film_unref(BtMoving *moving)
{
    (void)moving;
}

typedef struct {
    guint32 ground; /* of a still item */
    gboolean lines; /* with something on it */
    FilmKind film;
} Shown;

static BtScene *make_scene(const Shown *shown, Film *film, const BtOnZone *on)
{
    BtScene *scene = bt_scene_new(W_PX, H_PX, 0x0b1b33);
    BtLayer *layer = bt_scene_add_layer(scene, ALL);
    if (on->item->kind == BT_ITEM_VIDEO) {
        bt_layer_add_moving(layer, ALL, &film->moving, NULL, on->start_ms);
        return scene;
    }
    bt_layer_add_fill(layer, ALL, shown->ground);
    for (int i = 0; shown->lines && i < 5; i++)
        bt_layer_add_fill(layer, (BtRect){ 15 + 22 * i, 10 * i, 18, 22 }, 0xffffffffu);
    return scene;
}

/* ---- what happens to the canvas ---- */

typedef enum { NOTHING, TURNS_BLACK, STAYS, IS_SWAPPED, FLICKERS, TWICE } Mishap;

typedef struct {
    const char *name, *programmes;
    Shown shown;
    Mishap mishap;
    gint64 from_ms, to_ms; /* of the mishap, since the first item began */
    gint64 for_ms;         /* how long is played */
    const char *expected;  /* the events, as "item:word " */
    guint looks;           /* 0: as many as there are */
} Case;

#define IMAGE FULL("day", "b", DAY) /* b1 of 5 s, over and over */
#define VIDEO FULL("day", "f", DAY) /* f1 of 7 s */
#define PAGE                                                                                       \
    {                                                                                              \
        0xff0b1b33u, TRUE, FILM_MOVES                                                              \
    }
#define FILM(kind)                                                                                 \
    {                                                                                              \
        0, FALSE, kind                                                                             \
    }

static const Case CASES[] = {
    { "a page costs one look an item", IMAGE, PAGE, NOTHING, 0, 0, 20000, "", 4 },
    { "a dark page", IMAGE, { 0xff010101u, FALSE, FILM_MOVES }, NOTHING, 0, 0, 20000, "", 4 },
    { "a dark page that turns black", IMAGE, { 0xff080808u, FALSE, FILM_MOVES }, TURNS_BLACK, 0,
        20000, 20000, "b1:wrong ", 0 },
    { "a page turns black", IMAGE, PAGE, TURNS_BLACK, 0, 20000, 20000, "b1:black ", 0 },
    { "black for less than two seconds", IMAGE, PAGE, TURNS_BLACK, 2400, 3400, 20000, "", 5 },
    { "another page", IMAGE, PAGE, IS_SWAPPED, 0, 20000, 20000, "b1:wrong ", 0 },
    { "a film", VIDEO, FILM(FILM_MOVES), NOTHING, 0, 0, 21000, "", 0 },
    { "a film with a still stretch", VIDEO, FILM(FILM_RESTS), NOTHING, 0, 0, 21000, "", 0 },
    { "a dark film", VIDEO, FILM(FILM_DARK), NOTHING, 0, 0, 21000, "", 0 },
    { "a film whose frames stop coming, at each turn", VIDEO, FILM(FILM_STOPS), NOTHING, 0, 0,
        21000, "f1:frozen ", 0 },
    { "a film stands still on the canvas", VIDEO, FILM(FILM_MOVES), STAYS, 1500, 21000, 21000,
        "f1:frozen ", 0 },
    { "a film turns black", VIDEO, FILM(FILM_MOVES), TURNS_BLACK, 1500, 21000, 21000, "f1:black ",
        0 },
    { "a film turns black in each of its turns", VIDEO, FILM(FILM_MOVES), FLICKERS, 0, 21000, 21000,
        "f1:black ", 0 },
    { "a film turns black, and again after two minutes", VIDEO, FILM(FILM_MOVES), TWICE, 0, 133000,
        133000, "f1:black f1:black ", 0 },
    { "a film becomes another", VIDEO, FILM(FILM_MOVES), IS_SWAPPED, 1500, 21000, 21000,
        "f1:wrong ", 0 },
};

static void swap_pixels(BtFrame *canvas)
{
    for (int i = 0; i < W_PX * H_PX; i++)
        canvas->pixels[i] = 0xff000000u | (canvas->pixels[i] ^ 0xffffffu);
}

static void befall(const Case *c, gint64 since_ms, BtFrame *canvas, const BtFrame *before)
{
    if (since_ms < c->from_ms || since_ms >= c->to_ms)
        return;
    if (c->mishap == TURNS_BLACK || (c->mishap == FLICKERS && since_ms % 7000 < 4000) ||
        (c->mishap == TWICE && since_ms % 120000 < 4000))
        bt_frame_fill(canvas, ALL, 0xff000000u);
    if (c->mishap == IS_SWAPPED)
        swap_pixels(canvas);
    if (c->mishap == STAYS)
        memcpy(canvas->pixels, before->pixels, (gsize)W_PX * H_PX * sizeof(guint32));
}

/* ---- playing ---- */

typedef struct {
    const Case *c;
    Film film;
    BtInputs *inputs;
    BtProof *proof;
    BtFrame *canvas, *before;
    gint64 first_ms;
    guint looks, firsts;
    GString *told;
} Play;

static gint64 no_measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static void look(
    Play *play, BtCompose *compose, const BtScene *scene, const BtOnZone *on, gint64 t_ms)
{
    BtProofLook look = {
        .shown = bt_fingerprint(play->canvas, ALL),
        .expected = bt_compose_expect(compose, scene, t_ms, ALL),
        .late_ms = bt_scene_late_ms(scene, ALL, t_ms),
    };
    BtProofVerdict verdict = bt_proof_take(play->proof, "main", t_ms, &look);
    play->looks++;
    play->firsts += verdict.first;
    if (verdict.tell)
        g_string_append_printf(play->told, "%s:%s ", on->item->id, bt_proof_word(verdict.fault));
}

static void turn(Play *play, gint64 t_ms)
{
    g_autoptr(BtOnAir) on_air = bt_schedule_at(play->inputs, t_ms, no_measure, NULL);
    const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, 0);
    g_autoptr(BtScene) scene = make_scene(&play->c->shown, &play->film, on);
    g_autoptr(BtCompose) compose = bt_compose_new();
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    memcpy(play->before->pixels, play->canvas->pixels, (gsize)W_PX * H_PX * sizeof(guint32));
    bt_proof_update(play->proof, on_air, t_ms);
    bt_compose_draw(compose, scene, t_ms, play->canvas, damage);
    befall(play->c, t_ms - play->first_ms, play->canvas, play->before);
    if (bt_proof_is_due(play->proof, "main", t_ms))
        look(play, compose, scene, on, t_ms);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    gint64 first_ms = fixture_at("23T08:00:00");
    Play play = { .c = c,
        .film = { { film_frame, film_next, film_unref, film_ref, film_late }, c->shown.film },
        .inputs = fixture_one(c->programmes),
        .proof = bt_proof_new(),
        .canvas = bt_frame_new(W_PX, H_PX),
        .before = bt_frame_new(W_PX, H_PX),
        .first_ms = first_ms,
        .told = g_string_new(NULL) };
    for (gint64 t_ms = first_ms; t_ms < first_ms + c->for_ms; t_ms += TURN_MS)
        turn(&play, t_ms);
    g_assert_cmpstr(play.told->str, ==, c->expected);
    if (c->looks > 0)
        g_assert_cmpuint(play.looks, ==, c->looks);
    g_assert_cmpuint(play.looks, <=, (guint)(c->for_ms / BT_PROOF_AGAIN_MS));
    gint64 item_ms = strcmp(c->programmes, IMAGE) == 0 ? 5000 : 7000;
    g_assert_cmpuint(play.firsts, ==, (guint)(c->for_ms / item_ms));
    g_string_free(play.told, TRUE);
    bt_frame_unref(play.canvas);
    bt_frame_unref(play.before);
    bt_proof_free(play.proof);
    bt_inputs_free(play.inputs);
}

/* ---- when ---- */

static gint64 own_look_ms(BtProof *proof, BtInputs *inputs, const char *when)
{
    gint64 t_ms = fixture_at(when);
    g_autoptr(BtOnAir) on_air = bt_schedule_at(inputs, t_ms, no_measure, NULL);
    bt_proof_update(proof, on_air, t_ms);
    return bt_proof_next_ms(proof) - fixture_at("23T08:00:00");
}

/* Half-way between coming on and the due end; never behind the back of what covers the canvas. */
static void test_instants(void)
{
    BtInputs *inputs = fixture_one(FULL("day", "a", DAY)); /* a1 of 10 s, a2 of 20 s */
    g_autoptr(BtProof) proof = bt_proof_new();
    g_assert_cmpint(bt_proof_next_ms(proof), ==, BT_TIME_MAX);
    g_assert_cmpint(own_look_ms(proof, inputs, "23T08:00:00"), ==, 5000);
    g_assert_cmpint(own_look_ms(proof, inputs, "23T08:00:04"), ==, 5000);
    g_assert_cmpint(own_look_ms(proof, inputs, "23T08:00:10"), ==, 20000);
    bt_proof_update(proof, NULL, fixture_at("23T08:00:12"));
    g_assert_cmpint(bt_proof_next_ms(proof), ==, BT_TIME_MAX);
    g_assert_cmpint(
        own_look_ms(proof, inputs, "23T08:00:20"), ==, 25000); /* late: half of the rest */
    bt_inputs_free(inputs);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *path = g_strdup_printf("/proof/%s", CASES[i].name);
        g_test_add_data_func(path, &CASES[i], test_case);
    }
    g_test_add_func("/proof/instants", test_instants);
    return g_test_run();
}
