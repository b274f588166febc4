/* TCVN3 is a letter a code; VNI is a letter and a code for its mark.
 *
 * A word speaks for an encoding when it is no syllable and becomes one. That alone is not enough:
 * French “où” becomes “ó” by VNI, “thé” becomes “thộ” by TCVN3. So some codes are told apart as
 * strong, those that no other language writes there: a sign between letters (“th«ng”), a capital
 * with an accent after a small letter (“viÖc”), a second vowel for a mark (“thoâng”). */
#include "fonts/legacy-parts.h"
#include "fonts/syllable.h"

#include <string.h>

static gunichar first_of(const char *p)
{
    return g_utf8_get_char(p);
}

/* ---- TCVN3 ---- */

/* TCVN 5712:1993, VN3: letters by rising code, from the first code of each stretch. */
static const struct {
    gunichar first;
    const char *letters;
} tcvn3[] = {
    { 0xA1, "ĂÂÊÔƠƯĐăâêôơưđ" },
    { 0xB5, "àảãáạ" },
    { 0xBB, "ằẳẵắ" },
    { 0xC6, "ặầẩẫấậè" },
    { 0xCE, "ẻẽéẹềểễếệìỉ" },
    { 0xDC, "ĩíịò" },
    { 0xE1, "ỏõóọồổỗốộờởỡớợù" },
    { 0xF1, "ủũúụừửữứựỳỷỹýỵ" },
};

#define FIRST_WITH_TONE 0xB5 /* the codes from here on have no capitals of their own */

/* 0: no code. */
static gunichar tcvn3_letter(gunichar code)
{
    for (guint i = G_N_ELEMENTS(tcvn3); i-- > 0;) {
        if (code < tcvn3[i].first)
            continue;
        const char *p = tcvn3[i].letters;
        for (gunichar at = tcvn3[i].first; *p != '\0' && at < code; at++)
            p = g_utf8_next_char(p);
        return *p != '\0' ? first_of(p) : 0;
    }
    return 0;
}

gboolean bt_tcvn3_is_code(gunichar c)
{
    return c < 0x100 && tcvn3_letter(c) != 0;
}

BtWordCase bt_tcvn3_case(const BtWord *word)
{
    gboolean capital_first = FALSE, capital_later = FALSE, small = FALSE;
    guint i = 0;
    for (const char *p = word->text + word->start; p < word->text + word->end;
         p = g_utf8_next_char(p), i++) {
        gunichar c = first_of(p), letter = c < FIRST_WITH_TONE ? tcvn3_letter(c) : 0;
        if (c >= FIRST_WITH_TONE)
            continue;
        c = letter != 0 ? letter : c;
        small |= g_unichar_islower(c);
        capital_first |= i == 0 && g_unichar_isupper(c);
        capital_later |= i > 0 && g_unichar_isupper(c);
    }
    if (small)
        return capital_first || capital_later ? BT_CASE_TITLE : BT_CASE_SMALL;
    return capital_later ? BT_CASE_CAPITALS : BT_CASE_OPEN;
}

void bt_tcvn3_convert(const BtWord *word, gboolean capitals, GString *out)
{
    for (const char *p = word->text + word->start; p < word->text + word->end;
         p = g_utf8_next_char(p)) {
        gunichar c = first_of(p), letter = c < 0x100 ? tcvn3_letter(c) : 0;
        letter = letter != 0 ? letter : c;
        g_string_append_unichar(out, capitals ? g_unichar_toupper(letter) : letter);
    }
}

/* Between letters these are operators, or a hint where to break a word. */
static gboolean is_operator(gunichar c)
{
    return c == 0xAD || c == 0xB7 || c == 0xD7 || c == 0xF7;
}

static gboolean is_strong_tcvn3(gunichar before, gunichar c, gboolean last)
{
    if (is_operator(c) || !bt_tcvn3_is_code(c))
        return FALSE;
    if (c < 0xC0)
        return before != 0 && (!last || c == 0xB8);
    return g_unichar_isupper(c) && g_ascii_islower((char)(before < 0x80 ? before : 0));
}

/* ---- VNI ---- */

/* A mark's code, as a small letter, and what it adds. */
static const struct {
    gunichar code;
    const char *bases; /* the letters that take it */
    gunichar marks[2];
} vni_marks[] = {
    { 0xF9, "aeouyơư", { 0x301 } },
    { 0xF8, "aeouyơư", { 0x300 } },
    { 0xFB, "aeouyơư", { 0x309 } },
    { 0xF5, "aeouyơư", { 0x303 } },
    { 0xEF, "aeouyơư", { 0x323 } },
    { 0xE2, "aeo", { 0x302 } },
    { 0xE1, "aeo", { 0x302, 0x301 } },
    { 0xE0, "aeo", { 0x302, 0x300 } },
    { 0xE5, "aeo", { 0x302, 0x309 } },
    { 0xE3, "aeo", { 0x302, 0x303 } },
    { 0xE4, "aeo", { 0x302, 0x323 } },
    { 0xEA, "a", { 0x306 } },
    { 0xE9, "a", { 0x306, 0x301 } },
    { 0xE8, "a", { 0x306, 0x300 } },
    { 0xFA, "a", { 0x306, 0x309 } },
    { 0xFC, "a", { 0x306, 0x303 } },
    { 0xEB, "a", { 0x306, 0x323 } },
};

#define VNI_WEAK_MARKS "ùûï" /* French has them after a vowel too: où, août, Loïc */

/* Codes that are whole letters. */
static const struct {
    gunichar code, letter;
} vni_letters[] = {
    { 0xF1, 0x111 },  /* đ */
    { 0xF6, 0x1B0 },  /* ư */
    { 0xF4, 0x1A1 },  /* ơ */
    { 0xED, 0xED },   /* í */
    { 0xEC, 0xEC },   /* ì */
    { 0xE6, 0x1EC9 }, /* ỉ */
    { 0xF3, 0x129 },  /* ĩ */
    { 0xF2, 0x1ECB }, /* ị */
    { 0xEE, 0x1EF5 }, /* ỵ */
};

static gunichar vni_letter(gunichar c)
{
    gunichar small = g_unichar_tolower(c);
    for (guint i = 0; i < G_N_ELEMENTS(vni_letters); i++)
        if (vni_letters[i].code == small)
            return small == c ? vni_letters[i].letter : g_unichar_toupper(vni_letters[i].letter);
    return c;
}

/* The marks that `code` adds to `base`; NULL: it adds none. */
static const gunichar *vni_marks_on(gunichar base, gunichar code)
{
    gunichar small = g_unichar_tolower(base);
    code = g_unichar_tolower(code);
    for (guint i = 0; i < G_N_ELEMENTS(vni_marks); i++)
        if (vni_marks[i].code == code)
            return g_utf8_strchr(vni_marks[i].bases, -1, small) != NULL ? vni_marks[i].marks : NULL;
    return NULL;
}

static gboolean is_strong_vni(gunichar code)
{
    return g_utf8_strchr(VNI_WEAK_MARKS, -1, g_unichar_tolower(code)) == NULL;
}

/* Appends the word; returns whether one of its marks is strong. */
static gboolean vni_convert(const BtWord *word, GString *out)
{
    gboolean strong = FALSE;
    g_autoptr(GString) apart = g_string_new(NULL);
    const char *end = word->text + word->end;
    for (const char *p = word->text + word->start; p < end; p = g_utf8_next_char(p)) {
        gunichar letter = vni_letter(first_of(p));
        const char *next = g_utf8_next_char(p);
        const gunichar *marks = next < end ? vni_marks_on(letter, first_of(next)) : NULL;
        g_string_append_unichar(apart, letter);
        if (marks == NULL)
            continue;
        strong |= is_strong_vni(first_of(next));
        g_string_append_unichar(apart, marks[0]);
        if (marks[1] != 0)
            g_string_append_unichar(apart, marks[1]);
        p = next;
    }
    g_autofree char *composed = g_utf8_normalize(apart->str, -1, G_NORMALIZE_NFC);
    g_string_append(out, composed != NULL ? composed : apart->str);
    return strong;
}

void bt_vni_convert(const BtWord *word, GString *out)
{
    vni_convert(word, out);
}

/* ---- what a word says ---- */

static gboolean is_code(gunichar c)
{
    return c >= 0x80 && c < 0x100 && (g_unichar_isalpha(c) || bt_tcvn3_is_code(c));
}

gsize bt_vietnamese_first_code(const BtWord *word)
{
    const char *p = word->text + word->start;
    while (p < word->text + word->end && !is_code(first_of(p)))
        p = g_utf8_next_char(p);
    return (gsize)(p - word->text);
}

/* Words beside a digit are units, powers and footnotes; a letter that the encodings lack makes it a
 * word of Unicode; a single letter says nothing. */
static gboolean is_silent(const BtWord *word)
{
    if (bt_vietnamese_first_code(word) == word->end || g_unichar_isdigit(bt_word_before(word)) ||
        g_unichar_isdigit(bt_word_after(word)))
        return TRUE;
    const char *p = word->text + word->start, *end = word->text + word->end;
    if (g_utf8_next_char(p) >= end)
        return TRUE;
    for (; p < end; p = g_utf8_next_char(p))
        if (first_of(p) >= 0x100)
            return TRUE;
    g_autofree char *as_is = g_strndup(word->text + word->start, word->end - word->start);
    return bt_is_cased(as_is) && bt_is_syllable(as_is, strlen(as_is));
}

static BtWordSays judge(const BtWord *word, const char *converted, gboolean strong)
{
    gsize n = word->end - word->start;
    gboolean same = strlen(converted) == n && memcmp(converted, word->text + word->start, n) == 0;
    if (same || !bt_is_cased(converted) || !bt_is_syllable(converted, strlen(converted)))
        return BT_WORD_AGAINST;
    return strong ? BT_WORD_STRONG : BT_WORD_WEAK;
}

BtWordSays bt_tcvn3_says(const BtWord *word)
{
    if (is_silent(word))
        return BT_WORD_SILENT;
    gboolean strong = FALSE;
    gunichar before = 0;
    const char *end = word->text + word->end;
    for (const char *p = word->text + word->start; p < end; p = g_utf8_next_char(p)) {
        strong |= is_strong_tcvn3(before, first_of(p), g_utf8_next_char(p) >= end);
        before = first_of(p);
    }
    g_autoptr(GString) converted = g_string_new(NULL);
    bt_tcvn3_convert(word, bt_tcvn3_case(word) == BT_CASE_CAPITALS, converted);
    return judge(word, converted->str, strong);
}

BtWordSays bt_vni_says(const BtWord *word)
{
    if (is_silent(word))
        return BT_WORD_SILENT;
    g_autoptr(GString) converted = g_string_new(NULL);
    gboolean strong = vni_convert(word, converted);
    return judge(word, converted->str, strong);
}
