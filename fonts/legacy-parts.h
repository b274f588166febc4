/* What the files of the legacy encodings share: legacy.c walks through a text, word by word, and
 * asks the others what one word is. */
#ifndef BT_FONTS_LEGACY_PARTS_H
#define BT_FONTS_LEGACY_PARTS_H

#include "fonts/legacy.h"

/* What one word says about an encoding. */
typedef enum {
    BT_WORD_SILENT,  /* it has no code of the encoding, or is right as it stands */
    BT_WORD_AGAINST, /* it has codes, and no word comes of them */
    BT_WORD_WEAK,    /* a word comes of it; another language or a sign could look so too */
    BT_WORD_STRONG,  /* a word comes of it, and nothing else would be written so */
} BtWordSays;

/* How the letters of a word stand that are sure to be what they seem. */
typedef enum { BT_CASE_OPEN, BT_CASE_SMALL, BT_CASE_TITLE, BT_CASE_CAPITALS } BtWordCase;

typedef struct {
    const char *text;
    gsize start, end; /* bytes */
} BtWord;

/* The characters around a word, 0 at the text's ends. */
gunichar bt_word_before(const BtWord *word);
gunichar bt_word_after(const BtWord *word);
/* Small, with one capital at its head, or capital throughout. */
gboolean bt_is_cased(const char *word);

/* ---- legacy-vietnamese.c: TCVN3 and VNI ---- */

gboolean bt_tcvn3_is_code(gunichar c);
/* Ambiguous words of one letter are OPEN. */
BtWordCase bt_tcvn3_case(const BtWord *word);
/* Appends the word as Unicode; small letters with tones as capitals when `capitals`. */
void bt_tcvn3_convert(const BtWord *word, gboolean capitals, GString *out);
void bt_vni_convert(const BtWord *word, GString *out);
BtWordSays bt_tcvn3_says(const BtWord *word);
BtWordSays bt_vni_says(const BtWord *word);
/* The byte of the word's first code. */
gsize bt_vietnamese_first_code(const BtWord *word);

/* ---- legacy-vov4.c ---- */

gboolean bt_vov4_is_sign(gunichar c);
/* For each byte of the text, whether a sign there is a real bracket, or stands in an address, and
 * so is no letter. (transfer full) */
guint8 *bt_vov4_find_brackets(const char *text);
void bt_vov4_convert(const BtWord *word, GString *out);
BtWordSays bt_vov4_says(const BtWord *word);
gsize bt_vov4_first_code(const BtWord *word);
/* Whether a text has letters of the highland languages, or of Vietnamese, at all. */
gboolean bt_vov4_may_be(const char *text);

#endif
