/* String + language + style + box → positioned glyphs → pixels.
 *
 * paragraph split → NFC and Tai Viet order → bidi levels → script runs → fonts by cluster → shape →
 * break → reorder per line → position → raster. Fonts come from a table of our own (fonts/table.c),
 * never from the desktop's fallback, so that every box shows the same picture.
 * Thread-safety: a BtFonts and everything made with it belong to one thread. */
#ifndef BT_FONTS_TEXT_H
#define BT_FONTS_TEXT_H

#include "base/error.h"
#include "base/rect.h"

/* A text on a board is at most 10,000 code points (FORMAT.md). The engine takes more, so that a
 * whole book can be tried by `bangtin text`: what is longer is refused. As UTF-8 a million code
 * points are at most: */
#define BT_TEXT_MAX_CHARS 1000000
#define BT_TEXT_MAX_BYTES (4 * BT_TEXT_MAX_CHARS)
#define BT_TEXT_MAX_FEATURES 32
#define BT_TEXT_MIN_PX 6
#define BT_TEXT_MAX_PX 512

/* ---- fonts ---- */

typedef struct BtFonts BtFonts;

/* Opens the table; faces are opened when first used. `font_file` (nullable) is a font that stands
 * before the whole table; "FILE#N" is face N of a collection. BT_ERROR_NOT_FOUND when the file, or
 * the font for Latin, is missing. (transfer full) (nullable) */
BtFonts *bt_fonts_open(const char *font_file, GError **error);
/* The same from another folder than that of the system's packages. */
BtFonts *bt_fonts_open_in(const char *folder, const char *font_file, GError **error);
/* Sets the axes of `font_file`, a variable font, as hb-shape writes them: "wght=650,wdth=80"; what
 * is not named keeps its default, what is out of an axis' range is brought into it. Before the
 * first layout. BT_ERROR_SYNTAX when it cannot be read, BT_ERROR_INVALID when the font has no such
 * axis. */
gboolean bt_fonts_set_variations(BtFonts *fonts, const char *variations, GError **error);
void bt_fonts_close(BtFonts *fonts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtFonts, bt_fonts_close)
/* What the table names and this machine lacks: one sentence each, with the package that brings it.
 * (transfer full): GPtrArray of char* */
GPtrArray *bt_fonts_missing(const BtFonts *fonts);

/* ---- layout ---- */

/* JUSTIFY fills the box on all lines but the last of a paragraph, as the script wants it: at
 * spaces; in Khmer, Thai, Lao and Burmese also between words; in Han, Yi and kana between
 * characters. */
typedef enum { BT_ALIGN_START, BT_ALIGN_CENTRE, BT_ALIGN_END, BT_ALIGN_JUSTIFY } BtTextAlign;
/* TTB: vertical, in columns from right to left; in each, letters of other scripts and digits lie on
 * their side. */
typedef enum { BT_DIR_AUTO, BT_DIR_LTR, BT_DIR_RTL, BT_DIR_TTB } BtTextDir;
typedef enum { BT_WEIGHT_REGULAR, BT_WEIGHT_MEDIUM, BT_WEIGHT_BOLD } BtTextWeight;

typedef struct {
    const char *lang; /* BCP 47; NULL or "" guesses from the text */
    int px;           /* em size */
    BtTextWeight weight;
    BtTextAlign align;
    BtTextDir dir;        /* base direction of each paragraph; AUTO: first strong */
    gboolean led;         /* integer positions and hinting of small sizes, text.md §5 */
    gboolean tabular;     /* digits of one width, no kerning: clocks */
    int line_percent;     /* line height, 100: ink and font's own line; 0 means 115 */
    const char *features; /* OpenType features, "ss01,liga=0"; NULL or "": the font's own choice */
    const char *script;   /* ISO 15924, for every letter of the text; NULL or "": each its own */
} BtTextStyle;

/* How the glyphs of a run stand. */
typedef enum {
    BT_TURN_NONE,     /* horizontal text */
    BT_TURN_UPRIGHT,  /* below one another */
    BT_TURN_SIDEWAYS, /* a horizontal run, turned a quarter clockwise */
    BT_TURN_ACROSS,   /* digits upright side by side, in the room of one character */
} BtTextTurn;

/* A vertical layout is described as if it lay on its side, so that all that is said of lines holds
 * for columns: x runs down the column, y from the right edge to the left, a line's width is how
 * long the column is, its ascent is what lies to the right of the middle, which is its baseline;
 * the box's width is the columns' height and its height the room they have from right to left.
 * bt_text_turned tells where that is on the glass. */
gboolean bt_text_is_vertical(const BtTextStyle *style);
/* A rectangle of a vertical layout as it stands on the glass, from the top right corner: x is
 * negative. */
BtRect bt_text_turned(BtRect rect_px);

typedef struct {
    guint32 id;       /* glyph in the font */
    gsize cluster;    /* byte offset in the text */
    float x_px, y_px; /* pen position in the layout, y downwards, of the baseline */
    float advance_px;
} BtGlyph;

typedef struct {
    guint font;       /* index for bt_fonts_name */
    char script[5];   /* ISO 15924 */
    const char *lang; /* borrowed from the layout */
    gboolean rtl;
    BtTextTurn turn;
    gsize start, end;            /* byte range in the text as given */
    guint first_glyph, n_glyphs; /* in BtTextLayout.glyphs, in visual order from left to right */
} BtTextRun;

typedef struct {
    gsize start, end;            /* byte range, without the white space that hangs at the end */
    gboolean hard;               /* ends at a paragraph's end */
    float baseline_px;           /* from the top of the layout */
    float ascent_px, descent_px; /* both positive; the line box is baseline - ascent … + descent */
    float x_px, width_px;        /* after alignment */
    BtRect ink_px;               /* of the whole line, in layout pixels */
    guint first_run, n_runs;     /* in BtTextLayout.runs, in visual order */
} BtTextLine;

typedef struct {
    char *text; /* as given */
    char *lang;
    gsize
        cut; /* the byte behind which an ellipsis stands for the rest; the text's length: nowhere */
    GArray *lines;     /* of BtTextLine */
    GArray *runs;      /* of BtTextRun */
    GArray *glyphs;    /* of BtGlyph */
    GArray *breaks;    /* of gsize: byte offsets where a line may break */
    GArray *sentences; /* of gsize: where they end; empty until pages are cut */
    GArray *levels;    /* of guint8: bidi level of each code point */
    guint missing;     /* glyphs that no font has */
    gboolean rtl;      /* base direction of the first paragraph */
    int width_px;      /* the box; 0: one line of any length */
    float height_px;
    BtTextStyle style; /* its strings are the layout's own */
} BtTextLayout;

/* Lays out `text` (valid UTF-8 of at most BT_TEXT_MAX_CHARS, else BT_ERROR_LIMIT or SYNTAX) in
 * lines of at most `width_px`; 0 or less: one line per paragraph. A word wider than the box breaks
 * at a cluster. Ink stays between the box's sides too, but for the eighth of an em that letters
 * stand out by. A style that says what does not exist is BT_ERROR_SYNTAX. (transfer full)
 * (nullable) */
BtTextLayout *bt_text_layout(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error);

/* The lines alone of that layout, for trying sizes: each as it is there, but for its ink and runs;
 * no runs, glyphs and levels. (transfer full) (nullable) */
BtTextLayout *bt_text_lines(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error);

/* A box; 0: that side has no limit. One line at least is laid out, however low the box. */
typedef struct {
    int width_px, height_px;
    guint max_lines;
} BtTextBox;

/* The same in a box: what does not fit any more is left out, never part of a cluster, and an
 * ellipsis at the last line's end says so. The ellipsis' glyph has the byte `cut` as its cluster.
 * (transfer full) (nullable) */
BtTextLayout *bt_text_layout_in_box(BtFonts *fonts, const char *text, const BtTextStyle *style,
    const BtTextBox *box, GError **error);
void bt_text_layout_free(BtTextLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTextLayout, bt_text_layout_free)

/* The file name of a run's font. Borrowed. */
const char *bt_fonts_name(const BtFonts *fonts, guint font);

/* The width of `text` on one line, in whole pixels, rounded up; 0 for empty text. Pure. */
int bt_text_advance_px(BtFonts *fonts, const char *text, const BtTextStyle *style);

/* The height of one line of `style` whatever stands in it, for `lang`: fixed per style so that a
 * feed does not jump. */
float bt_text_line_px(BtFonts *fonts, const BtTextStyle *style);

/* The legible minimum of a language on this kind of screen (text.md §5), in pixels of em size. */
int bt_text_min_px(const char *lang, gboolean led);

/* ---- pages ---- */

/* Lines [first, first + n) of a layout are one page. */
typedef struct {
    guint first_line, n_lines;
} BtTextPage;

/* Splits a layout into pages of at most `height_px` and at most `max_lines` lines (0: any), at the
 * ends of sentences where one falls in the last third of a page, else at line ends. (transfer
 * full): GArray of BtTextPage; at least one page when there is a line. */
GArray *bt_text_paginate(const BtTextLayout *layout, int height_px, guint max_lines);
/* The same with the fewest lines a page (`max_lines` or less) at which there are as many pages: no
 * last page of one line. */
GArray *bt_text_paginate_evenly(const BtTextLayout *layout, int height_px, guint max_lines);

/* The largest size in [min_px, max_px] at which `text` fits `w_px` × `h_px` in at most `max_lines`
 * lines on one page; min_px when none does (then it needs pages). */
int bt_text_fit_px(BtFonts *fonts, const char *text, const BtTextStyle *style, int w_px, int h_px,
    guint max_lines, int min_px, int max_px);

/* ---- pixels ---- */

/* Draws lines [first_line, first_line + n_lines) with the top left corner of the first one's box at
 * (x_px, y_px), of a vertical layout its top right corner, into premultiplied BGRA pixels
 * (0xAARRGGBB in native order), clipped to `clip_px`. `color` is 0xRRGGBB. `on_dark` picks the
 * coverage curve (text.md §5). */
void bt_text_draw(BtFonts *fonts, const BtTextLayout *layout, guint first_line, guint n_lines,
    guint32 *pixels, int stride_px, BtRect clip_px, float x_px, float y_px, guint32 color,
    gboolean on_dark);

/* How many runs and glyphs bt_text_draw has looked at since the fonts were opened: what it costs,
 * for tests, which count and do not time. */
guint64 bt_fonts_visited(const BtFonts *fonts);

#endif
