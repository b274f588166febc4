#include "player/stage/look.h"

#include <math.h>

/* On a light ground the same roles are played by these. */
#define LIGHT_LETTERS 0x0B1B33u
#define LIGHT_ACCENT 0x7A3E00u
#define LIGHT_QUIET 0x40566Eu
#define ENOUGH_CONTRAST 7.0
#define STRIP_PERCENT 9

static double linear(guint channel)
{
    double c = channel / 255.0;
    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(guint32 color)
{
    return 0.2126 * linear(color >> 16 & 0xFF) + 0.7152 * linear(color >> 8 & 0xFF) +
        0.0722 * linear(color & 0xFF);
}

double bt_look_contrast(guint32 a, guint32 b)
{
    double la = luminance(a), lb = luminance(b);
    return (MAX(la, lb) + 0.05) / (MIN(la, lb) + 0.05);
}

/* The wanted colour where it can be read on this ground, else the letters' own. */
static guint32 legible(guint32 ground, guint32 wanted, double contrast, guint32 otherwise)
{
    return bt_look_contrast(ground, wanted) >= contrast ? wanted : otherwise;
}

BtColours bt_look_colours(guint32 ground)
{
    gboolean dark = bt_look_contrast(ground, 0xFFFFFF) >= bt_look_contrast(ground, 0x000000);
    guint32 letters = legible(ground, dark ? BT_LOOK_LETTERS : LIGHT_LETTERS, ENOUGH_CONTRAST,
        dark ? 0xFFFFFF : 0x000000);
    return (BtColours){
        .ground = ground,
        .letters = letters,
        .accent = legible(ground, dark ? BT_LOOK_ACCENT : LIGHT_ACCENT, ENOUGH_CONTRAST, letters),
        .quiet = legible(ground, dark ? BT_LOOK_QUIET : LIGHT_QUIET, ENOUGH_CONTRAST, letters),
        .dark = dark,
    };
}

BtColours bt_look_level(int level)
{
    static const guint32 bands[] = { 0x9CD3FF, 0xFFF3A1, 0xFF9A2E, 0xC8102E, 0x5B1E96 };
    BtColours colours = bt_look_colours(bands[CLAMP(level, 1, 5) - 1]);
    colours.letters = colours.dark ? 0xFFFFFF : 0x000000;
    colours.accent = colours.quiet = colours.letters;
    return colours;
}

guint32 bt_look_pixel(guint32 color)
{
    return 0xFF000000u | color;
}

guint32 bt_look_pixel_alpha(guint32 color, guint alpha)
{
    guint r = (color >> 16 & 0xFF) * alpha / 255, g = (color >> 8 & 0xFF) * alpha / 255,
          b = (color & 0xFF) * alpha / 255;
    return (guint32)alpha << 24 | r << 16 | g << 8 | b;
}

guint32 bt_look_strip(guint32 ground)
{
    gboolean dark = bt_look_colours(ground).dark;
    guint32 toward = dark ? BT_LOOK_QUIET : LIGHT_QUIET, mixed = 0;
    for (int shift = 0; shift < 24; shift += 8)
        mixed |= ((ground >> shift & 0xFF) * (100 - STRIP_PERCENT) +
                     (toward >> shift & 0xFF) * STRIP_PERCENT) /
                100
            << shift;
    return mixed;
}

static int scaled(int px, double factor)
{
    return (int)lround(px * factor);
}

int bt_look_title_px(int body_px)
{
    return scaled(body_px, 1.8 / 1.35);
}

/* A line of letters of one em takes about that many. */
#define LINE_EM 1.36

/* How many lines of body a page may hold: what people take in at one look, and what fits at the
 * smallest size that can be read. */
static guint lines_of(int side_px, int h_px, int margin_px, gboolean led, int min_px)
{
    guint most = led && side_px < 480 ? 4 : 7;
    guint room = (guint)MAX(0, (h_px - 2 * margin_px) / (min_px * LINE_EM));
    return CLAMP(room, 1, most);
}

/* Whether a title, two lines of body and a foot do not fit at their smallest. */
static gboolean is_tiny(int h_px, int small_min_px, int body_min_px)
{
    double blocks_px = LINE_EM * (body_min_px * (1.8 / 1.35 + 2) + small_min_px);
    return h_px * 0.86 < blocks_px;
}

/* So many times as wide as high, a zone is a headline's: a line or two, and these large. */
#define FLAT 6

BtLook bt_look_for(int w_px, int h_px, gboolean led, int small_min_px, int body_min_px)
{
    int short_side = MIN(w_px, h_px), side = MIN(h_px, w_px * 3 / 4);
    BtLook look = { .led = led, .tiny = is_tiny(h_px, small_min_px, body_min_px) };
    look.margin_px = MAX(2, scaled(short_side, look.tiny ? 0.04 : 0.05));
    look.gap_px = MAX(2, scaled(side, 0.03));
    look.small_px = MAX(small_min_px, scaled(side, 1.0 / 19));
    look.body_px = MAX(body_min_px, scaled(look.small_px, 1.35));
    look.title_px = bt_look_title_px(look.body_px);
    look.line_percent = led ? 100 : 106;
    look.max_lines = lines_of(side, h_px, look.margin_px, led, body_min_px);
    int of_height = look.tiny || w_px >= FLAT * h_px
        ? h_px * 2 / 5
        : scaled(h_px, look.max_lines > 4 ? 1.0 / 5.5 : 1.0 / 5);
    look.max_body_px = MAX(look.tiny ? body_min_px : look.body_px, MIN(of_height, w_px / 7));
    return look;
}
