/* How things look: sizes and colours, from the size of the zone and the ground it stands on.
 *
 * All sizes of one zone stand in the ratio 1 : 1.35 : 1.8 (small letters, body, title). Pages may
 * grow the body and title together, never the small letters. Thread-safety: safe (pure functions on
 * values). */
#ifndef BT_PLAYER_STAGE_LOOK_H
#define BT_PLAYER_STAGE_LOOK_H

#include <glib.h>

#define BT_LOOK_GROUND 0x0B1B33u
#define BT_LOOK_LETTERS 0xF5F7FAu
#define BT_LOOK_ACCENT 0xFFC83Du
#define BT_LOOK_QUIET 0x9FB3C8u

/* Of the ground under words over a picture: they keep 7 : 1 even on white. */
#define BT_LOOK_SCRIM_ALPHA 205

/* The colours that stand on one ground, 0xRRGGBB. */
typedef struct {
    guint32 ground, letters, accent, quiet;
    gboolean dark; /* the ground is darker than what stands on it */
} BtColours;

/* The defaults on a dark ground, their dark counterparts on a light one; letters keep a contrast of
 * 7 : 1 wherever any colour could. */
BtColours bt_look_colours(guint32 ground);
/* The colours of the band of an alert of `level` 1 to 5: light blue, light yellow, orange, red,
 * violet. */
BtColours bt_look_level(int level);
/* The ground of running text: a tone off the layout's, so that the two are seen to be apart. */
guint32 bt_look_strip(guint32 ground);
/* WCAG contrast, 1 to 21. */
double bt_look_contrast(guint32 a, guint32 b);
/* 0xRRGGBB as an opaque pixel; with `alpha` 0 to 255 as a premultiplied one. */
guint32 bt_look_pixel(guint32 color);
guint32 bt_look_pixel_alpha(guint32 color, guint alpha);

/* The sizes in a zone, in pixels. */
typedef struct {
    gboolean led;
    gboolean tiny; /* no room for title, body and foot at once: they take turns */
    int margin_px; /* 4 to 6 % of the short side, at least 2 */
    int gap_px;    /* between blocks */
    int small_px, body_px, title_px;
    int max_body_px;  /* the body of a short text grows no further */
    int line_percent; /* line spacing over what the ink needs: a little air on a panel */
    guint max_lines;  /* of body on a page: 7 on a panel, 4 on a small wall */
} BtLook;

/* The legible minima (bt_text_min_px): of the small letters, which are Vietnamese, and of the body
 * in its languages. */
BtLook bt_look_for(int w_px, int h_px, gboolean led, int small_min_px, int body_min_px);
/* The title that belongs to a body of this size. */
int bt_look_title_px(int body_px);

#endif
