/* What the files of fonts/ share and nobody else sees.
 *
 * A text goes through these forms:
 *     bytes as given ─ paragraph.c ─▶ BtParagraph: UTF-16 in NFC, each unit knowing its byte
 *                    ─ bidi.c, script.c, breaks.c ─▶ levels, items, break flags
 *                    ─ shape.c ─▶ runs and glyphs in font units, good for every size
 *                    ─ line.c ─▶ a BtTextLayout in pixels
 *                    ─ raster.c, glyphs.c, draw.c ─▶ pixels
 * Everything up to the shaped paragraphs is independent of size and width and is kept in a small
 * cache, so that finding the right size or drawing the same bulletin again only breaks lines. */
#ifndef BT_FONTS_PARTS_H
#define BT_FONTS_PARTS_H

#include "fonts/text.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>
#include <unicode/ubrk.h>
#include <unicode/uscript.h>
#include <unicode/utypes.h>

/* ---- table.c: which files draw which script ---- */

typedef struct {
    const char *file;                /* base name; a %s in it is the weight */
    guint8 face;                     /* in a collection */
    const char *package;             /* Debian's, for messages */
    gboolean required;               /* named by bt_fonts_missing when it is not there */
    float ink_top_em, ink_bottom_em; /* how far its script reaches over and under the baseline */
    gboolean ink_is_line;            /* the font's own line is far more than its script needs */
} BtFontEntry;

#define BT_FONT_CHAIN_MAX 24 /* more than the longest own chain and the tail together */

/* The table's entries; *n of them. Static. */
const BtFontEntry *bt_font_table(guint *n);
#define BT_FONT_LATIN 0 /* the entry without which nothing starts */

/* Entries to try for `script` in a text of language `lang`, best first; returns how many. Those
 * that every chain ends with are included. */
guint bt_font_entries(
    UScriptCode script, const char *lang, guint8 entries[BT_FONT_CHAIN_MAX], guint *n_own);

/* Entries whose script, block or kind of symbol is that of `c`, best first; returns how many. */
guint bt_font_entries_for(gunichar c, const char *lang, guint8 entries[BT_FONT_CHAIN_MAX]);

/* The script that a language is written in, from its tag (ICU's likely subtags). */
UScriptCode bt_script_of_lang(const char *lang);
/* A language for a text of which nothing is known but its script. Static. */
const char *bt_lang_of_script(UScriptCode script);

/* ---- face.c: one file's face, opened when first used ---- */

typedef struct {
    guint index; /* what runs and bt_fonts_name call it */
    char *name;  /* base name, with "#N" for a face inside a collection */
    hb_face_t *hb_face;
    hb_font_t *hb; /* scaled to font units */
    FT_Face ft;
    guint upem;
    float ascent_em, descent_em;     /* the font's own line */
    float ink_top_em, ink_bottom_em; /* counted in the table, or the font's own line */
    float reach_em;                  /* no glyph's ink is farther from its origin */
    gboolean strike;                 /* colour bitmaps of one size (CBDT) */
    float strike_ppem;
    int ft_px; /* the size FreeType is set to now */
    enum { BT_SPACES_UNKNOWN, BT_SPACES_ALONE, BT_SPACES_USED } spaces; /* words.c */
} BtFace;

/* (transfer full) (nullable): NULL when `path` is no usable scalable or colour font. */
BtFace *bt_face_open(
    FT_Library ft, const char *path, guint face_index, const BtFontEntry *entry, guint index);
void bt_face_free(BtFace *face);
void bt_face_set_px(BtFace *face, int px);
/* Sets the axes of a variable font; see bt_fonts_set_variations. */
gboolean bt_face_set_variations(BtFace *face, const char *variations, GError **error);

/* ---- fonts.c: the opened table ---- */

typedef struct BtGlyphCache BtGlyphCache;
typedef struct BtOutlines BtOutlines;
typedef struct BtShapedCache BtShapedCache;
typedef struct BtWords BtWords;

/* Coverage as rasterised → as blended. */
typedef struct {
    guint8 on_dark[256], on_light[256];
} BtCurves;

struct BtFonts {
    FT_Library ft;
    GHashTable *files;          /* lower-case base name → path */
    GPtrArray *faces;           /* of BtFace */
    GHashTable *slots;          /* "file#face" → GINT_TO_POINTER(index + 1), or -1 for absent */
    int user;                   /* face index of the font that stands before the table, -1: none */
    GHashTable *chains;         /* of BtFontChain, each its own key */
    GHashTable *langs;          /* language tag → BtLang */
    UBreakIterator *characters; /* of UAX #29; NULL until a word must be cut */
    hb_buffer_t *buffer;
    BtGlyphCache *glyphs;
    BtOutlines *outlines;
    BtShapedCache *shaped;
    BtWords *words;
    BtCurves curves;
    guint64 shapings; /* calls of the shaper so far */
    guint64 visited;  /* see bt_fonts_visited */
};

/* The path of the file called `file`, whose %s stands for the weight; its regular one when there is
 * no other. Borrowed. (nullable) */
const char *bt_fonts_file(const BtFonts *fonts, const char *file, BtTextWeight weight);
/* The index of a file's face, opened once; -1: it is no font. */
int bt_fonts_open_face(
    BtFonts *fonts, const char *path, guint face_index, const BtFontEntry *entry);
/* The face of an entry at a weight, or its regular one; -1: not on this machine. */
int bt_fonts_entry_face(BtFonts *fonts, guint entry, BtTextWeight weight);

/* The faces for a script, a language and a weight, each opened when all before it have failed. */
typedef struct BtFontChain BtFontChain;
GHashTable *bt_font_chains_new(void);
/* Borrowed until the next call. */
BtFontChain *bt_fonts_chain(
    BtFonts *fonts, UScriptCode script, const char *lang, BtTextWeight weight);
/* The face at `depth`; -1 behind the last. */
int bt_font_chain_face(BtFontChain *chain, BtFonts *fonts, guint depth);
BtFace *bt_fonts_face(const BtFonts *fonts, guint index);

/* ---- lang.c ---- */

typedef struct {
    UScriptCode script; /* that it is written in */
    hb_language_t hb;
    UBreakIterator *breaker; /* NULL until it is asked for */
} BtLang;

/* Borrowed until the next call. */
BtLang *bt_fonts_lang(BtFonts *fonts, const char *tag);
void bt_lang_free(gpointer lang);
/* Where lines may break in this language. Borrowed. (nullable) */
UBreakIterator *bt_lang_breaker(BtLang *lang, const char *tag);

/* ---- paragraph.c ---- */

enum {
    BT_UNIT_CLUSTER = 1, /* a shaped cluster begins here */
    BT_UNIT_UNSAFE = 2,  /* cutting before this cluster changes glyphs */
    BT_UNIT_BREAK = 4,   /* a line may break before this unit */
    BT_UNIT_MUST = 8,    /* a line must */
    BT_UNIT_SPACE = 16,  /* hangs at the end of a line */
    BT_UNIT_KEEP = 32    /* not even an emergency breaks here */
};

typedef struct {
    guint32 id;
    guint32 cluster;      /* unit of the paragraph */
    gint32 advance, x, y; /* font units; x and y are offsets, y upwards */
    gboolean unsafe;
} BtShapedGlyph;

typedef struct {
    guint face;
    UScriptCode script;
    guint8 level;
    guint start, end; /* units */
    guint first, n;   /* glyphs, in visual order */
    BtTextTurn turn;
} BtShapedRun;

typedef struct {
    UScriptCode script;
    guint8 level;
    guint start, end;
    BtTextTurn turn;
} BtItem;

typedef struct {
    gsize start_byte, end_byte, next_byte; /* in the text as given; the separator is [end, next) */
    UChar *text;                           /* NFC, n units */
    guint n;
    guint32 *byte_of;     /* n + 1: where each unit came from, never falling */
    guint8 *flags;        /* n + 1: BT_UNIT_… */
    guint8 *levels;       /* n */
    guint8 *given_levels; /* one per code point as given, separator included */
    guint n_given;
    gboolean rtl, has_characters;
    GArray *items;  /* of BtItem, logical order */
    GArray *runs;   /* of BtShapedRun, logical order */
    GArray *glyphs; /* of BtShapedGlyph */
} BtParagraph;

/* The paragraph of `text` that begins at byte `start`; its next_byte is where the next one begins.
 * (transfer full) */
BtParagraph *bt_paragraph_new(const char *text, gsize start);
void bt_paragraph_free(BtParagraph *paragraph);

/* ---- bidi.c, script.c, breaks.c ---- */

void bt_paragraph_find_levels(BtParagraph *paragraph, const char *text, BtTextDir dir);
/* The bidi levels of one paragraph's code points; returns whether it is right-to-left. `numbers`:
 * dates and telephone numbers stay whole, which Unicode's rules do not do. */
gboolean bt_bidi_levels(
    const gunichar *chars, guint n, BtTextDir dir, gboolean numbers, guint8 *levels);
/* `forced`: the script of every letter, USCRIPT_INVALID_CODE: each its own. */
void bt_paragraph_find_items(BtParagraph *paragraph, UScriptCode fallback, UScriptCode forced);
/* The script of an ISO 15924 code, USCRIPT_INVALID_CODE for none or one that Unicode does not know.
 */
UScriptCode bt_script_of_code(const char *code);
/* `tailored`: with our own rules after Unicode's. */
void bt_paragraph_find_breaks(
    BtParagraph *paragraph, BtFonts *fonts, const char *lang, gboolean tailored);
/* Where characters begin (UAX #29), in every language alike. Borrowed. (nullable) */
UBreakIterator *bt_fonts_characters(BtFonts *fonts);
/* Sets BT_UNIT_KEEP inside what Unicode calls one character (UAX #29); once is enough. Only a word
 * that must be cut asks for it. */
void bt_paragraph_find_characters(BtParagraph *paragraph, BtFonts *fonts);
/* The character at a unit, 0 behind the end. */
UChar32 bt_char_at(const BtParagraph *paragraph, guint unit);
/* The script most letters of the text are in, USCRIPT_COMMON when there are none. */
UScriptCode bt_script_of_text(const char *text);

/* ---- orientation.c ---- */

/* Splits the items of vertical text into those that stand and those that lie. */
void bt_paragraph_turn_items(BtParagraph *paragraph);
/* How HarfBuzz shapes an item. */
hb_direction_t bt_direction_of(guint8 level, BtTextTurn turn);
/* Shaped glyphs of a run that stands, from HarfBuzz' positions to the column's: see text.h. */
void bt_turn_glyphs(const BtFace *face, BtTextTurn turn, const hb_glyph_position_t *at,
    BtShapedGlyph *glyphs, guint n);
/* How far over the baseline lies the middle of the letters: half of a capital. */
float bt_face_middle_em(const BtFace *face);

/* ---- shape.c ---- */

/* What shaping depends on besides the text; its strings are its own. */
typedef struct {
    char *lang;
    char *features, *script; /* as in the style, "" for none */
    BtTextWeight weight;
    BtTextDir dir;
    gboolean tabular;
    hb_feature_t parsed[BT_TEXT_MAX_FEATURES + 2]; /* tabular's two first */
    guint n_parsed;
} BtShapeKey;

typedef struct {
    int ref;
    char *text;
    BtShapeKey key;
    GPtrArray *paragraphs;      /* of BtParagraph */
    GArray *breaks, *sentences; /* its layouts share them */
    guint missing;
    gsize size_bytes;
    gsize text_bytes;
    BtTextStyle asked; /* the last layout's style, but for its strings, and its width */
    int asked_width_px;
    BtTextLayout *kept; /* that layout when it was asked for twice */
} BtShapedText;

/* What is asked of the shaper: the style's features, for the whole text. FALSE: one cannot be read.
 */
gboolean bt_shape_key_parse(BtShapeKey *key, GError **error);
void bt_paragraph_shape(BtParagraph *paragraph, BtFonts *fonts, const BtShapeKey *key);

/* One call of the shaper, but for the text. All borrowed. */
typedef struct {
    guint face;
    UScriptCode script;
    guint8 level;
    BtTextTurn turn;
    hb_language_t lang;
    const BtShapeKey *key;
} BtShaping;
/* Appends the glyphs of units [start, end), in visual order, with the paragraph as context. */
void bt_shape_units(BtFonts *fonts, const BtParagraph *paragraph, const BtShaping *how, guint start,
    guint end, GArray *glyphs);
/* Shapes [start, end) of a run again, in its face, appending to `glyphs`. */
void bt_shape_slice(BtFonts *fonts, const BtParagraph *paragraph, const BtShapedRun *run,
    guint start, guint end, const BtShapeKey *key, GArray *glyphs);

/* The whole text, normalised, itemised and shaped; from the cache when it was seen lately. Fails
 * for a style that says what does not exist. (transfer full) (nullable) */
BtShapedText *bt_shaped_text(
    BtFonts *fonts, const char *text, const BtTextStyle *style, GError **error);
void bt_shaped_text_unref(BtShapedText *shaped);
/* Keeps `layout` with the text. (transfer full) */
void bt_shaped_text_keep(BtFonts *fonts, BtShapedText *shaped, BtTextLayout *layout);
BtShapedCache *bt_shaped_cache_new(void);
void bt_shaped_cache_free(BtShapedCache *cache);

/* ---- words.c ---- */

BtWords *bt_words_new(void);
void bt_words_free(BtWords *words);
/* The glyphs of units [start, end) put together from words known, the same that bt_shape_units
 * gives; FALSE when that is not possible: nothing is appended then. */
gboolean bt_words_shape(BtFonts *fonts, const BtParagraph *paragraph, const BtShaping *how,
    guint start, guint end, GArray *glyphs);
/* Keeps the words of units [start, end), shaped as a whole to `glyphs`. */
void bt_words_learn(BtFonts *fonts, const BtParagraph *paragraph, const BtShaping *how, guint start,
    guint end, const BtShapedGlyph *glyphs, guint n);

/* ---- line.c ---- */

/* What a line asks for over and under its baseline: the fonts' own lines, and the ink that their
 * scripts reach (or that is there). */
typedef struct {
    float line_above_px, line_below_px, ink_above_px, ink_below_px;
} BtLineRoom;

/* Breaks one paragraph into lines and appends them under those that are there. `levels` are the
 * paragraph's in the layout, NULL when lines alone are wanted; `*emergencies` grows by the lines
 * that had to break inside a word. */
void bt_lines_append(BtTextLayout *layout, BtFonts *fonts, const BtShapedText *shaped,
    BtParagraph *paragraph, const BtLineRoom *base, guint8 *levels, guint *emergencies);

/* Ink beside a line, in whole pixels, for which the box has room too: a mark may be wider than its
 * letter, and Tai Viet's tones hang over the space behind them, which a line's end has not. */
typedef struct {
    int left_px, right_px;
} BtHang;

/* A paragraph becoming lines. */
typedef struct {
    BtTextLayout *layout;
    BtFonts *fonts;
    const BtShapedText *shaped;
    BtParagraph *p;
    guint8 *levels;  /* the paragraph's, by code point; lines reset their white space */
    gsize seen_byte; /* up to here the code points are counted: lines come in order */
    guint seen;
    BtLineRoom room; /* every line of the style has at least this */
    double *pen;     /* n + 1: width of the paragraph before each unit */
    guint run;       /* the first run that the line may touch */
    gboolean whole;  /* advances in whole pixels */
    gboolean bidi;   /* some level is not 0 */
    gboolean bare;   /* lines alone are wanted */
    double limit;
    BtHang hang; /* of the line that is being built */
} BtLiner;

/* Part of a run that stands on one line. */
typedef struct {
    const BtShapedRun *run;
    guint start, end;
    const BtShapedGlyph *glyphs;
    guint n;
    GArray *own; /* its glyphs when they were shaped again */
} BtSlice;

double bt_liner_scaled(const BtLiner *b, const BtFace *face, gint32 units);
/* How far a glyph moves the pen: whole pixels where the style asks for them. */
double bt_liner_advance_px(const BtLiner *b, const BtFace *face, const BtShapedGlyph *glyph);

/* ---- slice.c ---- */

/* The slices of units [start, end) in logical order; lines come in order. (transfer full): GArray
 * of BtSlice */
GArray *bt_slice_line(BtLiner *b, guint start, guint end);
double bt_slices_width(const BtLiner *b, const GArray *slices);
/* How far ink stands out of slices in visual order, beyond what letters do; nothing where there is
 * no box. */
BtHang bt_slices_hang(const BtLiner *b, const GArray *slices);
/* Into visual order, left to right (rule L2). */
void bt_slices_reorder(GArray *slices);

/* ---- place.c ---- */

/* Appends the line of units [start, end) to the layout, under the lines that are there. */
void bt_line_place(BtLiner *b, const GArray *slices, guint start, guint end, gboolean hard);

/* ---- justify.c ---- */

/* The room that a justified line has left, and among how many places it is shared. */
typedef struct {
    double free_px;
    guint n, done;
} BtWidening;

/* Whether a justified line of units [line_start, line_end) may be widened before `unit`. */
gboolean bt_may_widen(const BtParagraph *p, guint line_start, guint line_end, guint unit);
/* No places at all when the line is better left ragged. */
BtWidening bt_widening(
    const BtParagraph *p, guint line_start, guint line_end, double free_px, int em_px);
/* The share of the next place; in whole pixels where the style has them. */
double bt_widening_next(BtWidening *widening, gboolean whole);

/* ---- layout.c ---- */

/* bt_text_lines that also tells how many lines had to break inside a word. */
BtTextLayout *bt_layout_lines(BtFonts *fonts, const char *text, const BtTextStyle *style,
    int width_px, guint *emergencies, GError **error);
void bt_room_add(BtLineRoom *room, const BtFace *face, BtTextTurn turn, const BtTextStyle *style);
/* The line box, in whole pixels: the fonts' own lines times the style's factor, and never less than
 * the ink. */
void bt_room_box(const BtLineRoom *room, const BtTextStyle *style, int *ascent_px, int *descent_px);

/* ---- draw.c ---- */

void bt_curves_set(BtCurves *curves);

/* ---- outlines.c ---- */

BtOutlines *bt_outlines_new(void);
void bt_outlines_free(BtOutlines *outlines);
/* A glyph's outline at the style's size, its pen on a pixel's edge. Borrowed until the next call;
 * what moves it moves it back. (nullable): NULL when it cannot be read */
FT_Outline *bt_outline(BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style);

/* ---- raster.c, glyphs.c ---- */

/* The C library's floor, a call for each coordinate of each glyph, without the call. */
static inline gint64 bt_floor(double x)
{
    gint64 whole = (gint64)x;
    return whole - (x < (double)whole);
}

/* A pen on the pixel grid: whole pixels and a quarter phase. */
typedef struct {
    int x_px;
    guint phase; /* quarters of a pixel */
} BtPen;

typedef struct {
    int left, top, w, h; /* from the pen's pixel on the baseline, y upwards for `top` */
    gboolean color;      /* premultiplied BGRA, else 8-bit coverage */
    gsize size_bytes;
    guint8 data[];
} BtBitmap;

/* Where a style puts a glyph whose pen is at x. */
BtPen bt_pen_at(const BtTextStyle *style, double x_px);
gboolean bt_style_is_hinted(const BtTextStyle *style);
gboolean bt_style_is_whole(const BtTextStyle *style); /* advances are whole pixels */

/* The ink of a glyph whose pen stands on a pixel's edge, in 1/64 px, y upwards; nothing: all 0. */
typedef struct {
    int x0, y0, x1, y1;
} BtInk;
BtInk bt_glyph_ink_now(BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style);
/* The same in font units, for every size; without an outline that can be read, far and wide. */
BtInk bt_glyph_ink_in_units(BtFonts *fonts, guint face, guint32 glyph);
/* How far a glyph's ink may reach from its pen at a size, to each side: never less than it does.
 * Reckoned from the outline in font units, which serves every size. */
typedef struct {
    float above_px, below_px, left_px, right_px;
} BtReach;
BtReach bt_glyph_reach(BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style);
/* The pixels a glyph will touch, relative to the pen's pixel on the baseline, y downwards. */
BtRect bt_glyph_ink(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase);
/* (transfer full) (nullable): NULL for a glyph without ink. */
BtBitmap *bt_glyph_raster(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase);
/* The same through the cache. Borrowed until the next call. (nullable) */
const BtBitmap *bt_glyph_bitmap(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase);
BtGlyphCache *bt_glyph_cache_new(void);
void bt_glyph_cache_free(BtGlyphCache *cache);

/* ---- column.c ---- */

/* How far the baseline of a run lies below the line's (0 but for what lies on its side). */
float bt_turn_sink_px(const BtFace *face, BtTextTurn turn, const BtTextStyle *style);
/* What a font or script needs over and under its baseline → over and under the column's middle. */
void bt_turn_extent(const BtFace *face, BtTextTurn turn, float *above_em, float *below_em);
/* The ink of a placed glyph, in the layout's own coordinates. */
BtRect bt_turn_ink(
    BtFonts *fonts, guint face, BtTextTurn turn, const BtTextStyle *style, const BtGlyph *glyph);

/* A glyph's pixels as they stand on the glass. */
typedef struct {
    int x_px, y_px; /* top left, from the layout's top right corner */
    BtBitmap *own;  /* (nullable) to be freed when it was drawn */
} BtPlaced;
/* Borrowed until the next call, or `placed->own`. (nullable) */
const BtBitmap *bt_turn_bitmap(BtFonts *fonts, guint face, BtTextTurn turn,
    const BtTextStyle *style, const BtGlyph *glyph, BtPlaced *placed);

#endif
