#include "player/show/pattern.h"

typedef guint32 (*PixelAt)(int x, int y, int w, int h);

static guint32 grey(guint level)
{
    return 0xFF000000u | level << 16 | level << 8 | level;
}

static guint32 white_if(gboolean on)
{
    return on ? 0xFFFFFFFFu : 0xFF000000u;
}

static guint32 red_at(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 0xFFFF0000u;
}

static guint32 green_at(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 0xFF00FF00u;
}

static guint32 blue_at(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 0xFF0000FFu;
}

static guint32 white_at(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 0xFFFFFFFFu;
}

static guint32 black_at(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 0xFF000000u;
}

static guint32 horizontal_at(int x, int y, int w, int h)
{
    (void)x, (void)w, (void)h;
    return white_if(y % 2 == 0);
}

static guint32 vertical_at(int x, int y, int w, int h)
{
    (void)y, (void)w, (void)h;
    return white_if(x % 2 == 0);
}

static guint32 diagonal_at(int x, int y, int w, int h)
{
    (void)w, (void)h;
    return white_if((x + y) % 8 == 0);
}

static guint32 grey_at(int x, int y, int w, int h)
{
    (void)y, (void)h;
    return grey((guint)(x * 16 / w) * 17);
}

static guint32 gradient_at(int x, int y, int w, int h)
{
    (void)x, (void)w;
    return grey((guint)(y * 255 / MAX(1, h - 1)));
}

/* Cells of 16 with the outermost rows and columns lit: a canvas that is off by one pixel shows. */
static guint32 grid_at(int x, int y, int w, int h)
{
    return white_if(x % 16 == 0 || y % 16 == 0 || x == w - 1 || y == h - 1);
}

static guint32 cross_at(int x, int y, int w, int h)
{
    gboolean edge = x == 0 || y == 0 || x == w - 1 || y == h - 1;
    return white_if(edge || x == y * w / h || x == w - 1 - y * w / h || x == w / 2 || y == h / 2);
}

static guint32 chess_at(int x, int y, int w, int h)
{
    (void)w, (void)h;
    return white_if((x / 16 + y / 16) % 2 == 0);
}

static const struct {
    const char *name;
    PixelAt at;
} patterns[] = {
    { "red", red_at },
    { "green", green_at },
    { "blue", blue_at },
    { "white", white_at },
    { "black", black_at },
    { "horizontal", horizontal_at },
    { "vertical", vertical_at },
    { "diagonal", diagonal_at },
    { "grey", grey_at },
    { "gradient", gradient_at },
    { "grid", grid_at },
    { "cross", cross_at },
    { "chess", chess_at },
};

gboolean bt_pattern_is_known(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (g_str_equal(patterns[i].name, name))
            return TRUE;
    return FALSE;
}

static BtFrame *paint(PixelAt at, int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int y = 0; y < h_px; y++)
        for (int x = 0; x < w_px; x++)
            frame->pixels[y * frame->stride_px + x] = at(x, y, w_px, h_px);
    frame->opaque = TRUE;
    return frame;
}

BtScene *bt_pattern_scene(const char *name, int w_px, int h_px)
{
    BtRect all = { 0, 0, w_px, h_px };
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
        if (!g_str_equal(patterns[i].name, name))
            continue;
        g_autoptr(BtFrame) frame = paint(patterns[i].at, w_px, h_px);
        BtScene *scene = bt_scene_new(w_px, h_px, 0);
        bt_layer_add_frame(bt_scene_add_layer(scene, all), all, frame);
        return scene;
    }
    return NULL;
}

const char *bt_pattern_names(void)
{
    return "red green blue white black horizontal vertical diagonal grey gradient grid cross chess";
}
