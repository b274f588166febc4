/* Texts in the encodings of before Unicode, inside valid UTF-8: recognised with care, converted on
 * request, never by guess.
 *
 * Bulletins still arrive in fonts that drew Vietnamese letters in the places of other characters.
 * Saved as UTF-8 such a text is valid and wrong: “Th«ng b¸o” is “Thông báo”. Three kinds are known
 * here:
 *   TCVN3  the bytes of TCVN 5712:1993, set VN3, which the ABC fonts (.VnTime) use, read as
 *          Latin-1. It has no capitals with tones: the fonts for capitals (.VnTimeH) draw the small
 *          letters' codes as capitals, and a text does not say its font. So a letter with a tone
 *          becomes a capital only where the capitals beside it say so. What software dropped on
 *          the way (ư is a soft hyphen there) is not guessed back.
 *   VNI    the bytes of the VNI fonts for Windows, read as Latin-1: a letter and then its mark,
 *          “Thoâng baùo”.
 *   VOV4   the fonts of the radio for the highland languages: letters of Unicode, with
 *          [ { ] \ | ^ and ` drawn as ƀ Ƀ č, breves, ĭ and ñ: “tơring ]ar” is “tơring čar”.
 *
 * The tables: TCVN 5712:1993 (table VN3; the same codes as TCVN5712-1 of the C library, which a
 * test compares); VNI's own table of fonts for Windows; pages of vov4.vov.vn from before 2021.
 * Thread-safety: safe (pure functions). */
#ifndef BT_FONTS_LEGACY_H
#define BT_FONTS_LEGACY_H

#include <glib.h>

typedef enum { BT_LEGACY_NONE, BT_LEGACY_VOV4, BT_LEGACY_TCVN3, BT_LEGACY_VNI } BtLegacy;

/* Where a text shows that it is in one of them. */
typedef struct {
    BtLegacy encoding;          /* NONE: nothing was recognised, and the rest is 0 */
    gsize offset;               /* byte of the first code that speaks for it */
    gsize word_start, word_end; /* bytes of the word around that code */
} BtLegacyFinding;

/* Recognises a legacy encoding in `text` (valid UTF-8). A word speaks for one when it is no word of
 * Vietnamese as it stands and becomes one by conversion; a word with such codes that does not
 * become one speaks against it. Said only when a word speaks for it that cannot well be anything
 * else, and more than twice as many words speak for it as against. Time is linear in the text. */
BtLegacyFinding bt_legacy_detect(const char *text);

/* `text` with the codes of `encoding` as Unicode (NFC); everything else stays as it is, and so do
 * words with letters that the encoding lacks, lines of such words, brackets in pairs and addresses
 * (VOV4). NONE copies. (transfer full) */
char *bt_legacy_convert(const char *text, BtLegacy encoding);

/* "vov4", "tcvn3", "vni"; "none". Static. */
const char *bt_legacy_name(BtLegacy encoding);
/* FALSE: no such name. */
gboolean bt_legacy_from_name(const char *name, BtLegacy *encoding);

#endif
