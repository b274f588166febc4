/* What an editor should know before publishing: what a player accepts and would show poorly.
 *
 * Sizes, pages and times are asked of the very code that shows them, for each zone of each layout
 * in which a programme shows an item. Pure: the same documents, fonts and screen give the same
 * advice. Sentences are in the language of the process (gettext), in the form "what is wrong: what
 * was expected". Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_ADVICE_H
#define BT_PLAYER_STAGE_ADVICE_H

#include "fonts/text.h"
#include "playlists/model/manifest.h"

/* Of one document; one more says that there were others. */
#define BT_ADVICE_MAX 200
/* Items in zones of one document that are laid out and judged; one piece of advice says when there
 * were others. */
#define BT_ADVICE_MAX_PLACES 4000
/* Letters of running text that people read in a second, at most: look.md asks for 4 to 6 widths of
 * a letter. */
#define BT_ADVICE_LETTERS_A_SECOND 6

typedef enum {
    BT_ADVICE_GLYPH,  /* "glyph": no font of this machine draws a character */
    BT_ADVICE_LEGACY, /* "legacy": not Unicode, but an encoding from before it */
    BT_ADVICE_SMALL,  /* "small": under the legible minimum, or off the page */
    BT_ADVICE_CUT,    /* "cut": a word is wider than the page and is cut */
    BT_ADVICE_TIME,   /* "time": on for less than reading takes */
    BT_ADVICE_SPEED,  /* "speed": a ticker runs too fast to be read */
    BT_ADVICE_MORE,   /* "more": a limit was reached, and the rest was left out */
    BT_N_ADVICE_CODES
} BtAdviceCode;

typedef struct {
    BtAdviceCode code;
    char *pointer;       /* JSON pointer to the item or text in the document; "" in a plain text */
    gsize offset;        /* byte in that text; 0 when it is about all of it */
    char *zone, *layout; /* where, "" when it does not depend on that */
    char *words;
} BtAdvice;

typedef struct {
    BtFonts *fonts; /* borrowed */
    gboolean led;   /* the kind of the screen */
    int w_px, h_px; /* its canvas; 0: each layout's own */
} BtAdviceScreen;

/* (transfer full): GPtrArray of BtAdvice, in the order of the document: of its texts first, then of
 * its programmes. */
GPtrArray *bt_advice_for_manifest(BtManifest *manifest, const BtAdviceScreen *screen);
/* Of a text by itself: glyphs and legacy encoding. (transfer full): the same */
GPtrArray *bt_advice_for_layout(BtFonts *fonts, const BtTextLayout *layout);
/* The code as a word. Static. */
const char *bt_advice_name(BtAdviceCode code);

#endif
