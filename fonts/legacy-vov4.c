/* VOV4: letters of Unicode with ASCII signs among them, which real texts use too. A sign is a
 * letter only when it touches letters, is not one of a pair of brackets, and stands in no address;
 * and a word with it speaks for VOV4 only when the letter stands where the highland languages put
 * it: ƀ č ñ before a vowel, a short vowel before the word's last consonants. */
#include "fonts/legacy-parts.h"

#include <string.h>

#define SIGNS "[{]\\|^`"
#define VOWELS "aeiouyăâêôơưĕĭŏŭ"
#define MAX_CODA 3 /* consonants: ng, nh, and the h of some spellings */

gboolean bt_vov4_is_sign(gunichar c)
{
    return c < 0x80 && c != 0 && strchr(SIGNS, (char)c) != NULL;
}

static gboolean is_vowel(gunichar c)
{
    return g_utf8_strchr(VOWELS, -1, g_unichar_tolower(c)) != NULL;
}

gboolean bt_vov4_may_be(const char *text)
{
    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (g_utf8_strchr("ăâđêôơư", -1, g_unichar_tolower(g_utf8_get_char(text))) != NULL)
            return TRUE;
    return FALSE;
}

/* ---- brackets and addresses ---- */

typedef struct {
    const char *text;
    guint8 *brackets;
    GArray *open;     /* of gsize: [ and { that wait for their other half */
    GArray *reversed; /* of gsize: ] at the head of a word, as in ]a, b[ */
    gsize token;      /* where the token began */
} Pairing;

static gboolean is_space_at(const char *text, gsize at)
{
    return text[at] == '\0' || g_unichar_isspace(g_utf8_get_char(text + at));
}

static gboolean is_letter_at(const char *text, gsize at)
{
    return text[at] != '\0' && g_unichar_isalpha(g_utf8_get_char(text + at));
}

static gboolean ends_token(const char *text, gsize at)
{
    return is_space_at(text, at) || g_unichar_ispunct(g_utf8_get_char(text + at));
}

static gsize last_of(const GArray *array)
{
    return g_array_index(array, gsize, array->len - 1);
}

static void pair(Pairing *p, GArray *with, gsize at)
{
    p->brackets[at] = p->brackets[last_of(with)] = TRUE;
    g_array_set_size(with, with->len - 1);
}

/* A closing bracket stands at the end of a word, or in the token of its opening one, or both stand
 * apart from the words. */
static void close_bracket(Pairing *p, gsize at)
{
    if (p->open->len > 0 &&
        (!is_letter_at(p->text, at + 1) || last_of(p->open) >= p->token ||
            (at == p->token && is_space_at(p->text, last_of(p->open) + 1))))
        pair(p, p->open, at);
    else if (at == p->token)
        g_array_append_val(p->reversed, at);
}

static void open_bracket(Pairing *p, gsize at)
{
    if (p->reversed->len > 0 && at > p->token && ends_token(p->text, at + 1))
        pair(p, p->reversed, at);
    else
        g_array_append_val(p->open, at);
}

/* Links, mail, paths and code: no words. */
static gboolean is_address(const char *token, gsize n)
{
    g_autofree char *copy = g_strndup(token, n);
    return strstr(copy, "://") != NULL || strstr(copy, ":\\") != NULL ||
        strpbrk(copy, "@_=<>$") != NULL || *copy == '\\';
}

static void mark_addresses(const char *text, guint8 *brackets)
{
    for (gsize i = 0, n; text[i] != '\0'; i += MAX(n, 1)) {
        for (n = 0; !is_space_at(text, i + n);)
            n += g_utf8_skip[(guchar)text[i + n]];
        if (is_address(text + i, n))
            memset(brackets + i, TRUE, n);
    }
}

guint8 *bt_vov4_find_brackets(const char *text)
{
    guint8 *brackets = g_malloc0(strlen(text) + 1);
    mark_addresses(text, brackets);
    g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(gsize));
    g_autoptr(GArray) reversed = g_array_new(FALSE, FALSE, sizeof(gsize));
    g_autoptr(GArray) quotes = g_array_new(FALSE, FALSE, sizeof(gsize));
    Pairing pairing = { text, brackets, waiting, reversed, 0 };
    for (gsize i = 0; text[i] != '\0'; i += g_utf8_skip[(guchar)text[i]]) {
        if (is_space_at(text, i))
            pairing.token = i + 1;
        if (brackets[i] && (text[i] != ']' || waiting->len == 0)) /* [words](address) */
            continue;
        if (text[i] == '[' || text[i] == '{')
            open_bracket(&pairing, i);
        else if (text[i] == ']' || text[i] == '}')
            close_bracket(&pairing, i);
        else if (text[i] == '`' && quotes->len > 0)
            pair(&pairing, quotes, i);
        else if (text[i] == '`')
            g_array_append_val(quotes, i);
    }
    return brackets;
}

/* ---- conversion ---- */

/* The letter that a sign is by itself; 0: none. */
static gunichar letter_of(gunichar sign)
{
    switch (sign) {
    case '[':
        return 0x180; /* ƀ */
    case '{':
        return 0x243; /* Ƀ */
    case ']':
        return 0x10D; /* č */
    case '^':
        return 0x12D; /* ĭ */
    case '`':
        return 0xF1; /* ñ */
    default:
        return 0;
    }
}

/* Whether `sign` is a mark on the letter before it: a caron on c, a breve on a vowel. */
static gunichar mark_of(gunichar before, gunichar sign)
{
    before = g_unichar_tolower(before);
    if (sign == '\\' && before == 'c')
        return 0x30C;
    if (sign == '\\' && is_vowel(before))
        return 0x306;
    return sign == '|' && g_utf8_strchr("âêô", -1, before) != NULL ? 0x306 : 0;
}

/* A word whose plain letters are two capitals or more is in capitals. */
static gboolean is_in_capitals(const gunichar *c, glong n)
{
    guint capitals = 0;
    for (glong i = 0; i < n; i++) {
        if (g_unichar_islower(c[i]))
            return FALSE;
        capitals += g_unichar_isupper(c[i]);
    }
    return capitals >= 2;
}

void bt_vov4_convert(const BtWord *word, GString *out)
{
    glong n;
    g_autofree gunichar *c =
        g_utf8_to_ucs4_fast(word->text + word->start, (glong)(word->end - word->start), &n);
    g_autoptr(GString) apart = g_string_new(NULL);
    gboolean capitals = is_in_capitals(c, n);
    for (glong i = 0; i < n; i++) {
        gunichar letter = n > 1 ? letter_of(c[i]) : 0, mark = i > 0 ? mark_of(c[i - 1], c[i]) : 0;
        letter = letter != 0 && capitals ? g_unichar_toupper(letter) : letter;
        g_string_append_unichar(apart, mark != 0 ? mark : letter != 0 ? letter : c[i]);
    }
    g_autofree char *composed = g_utf8_normalize(apart->str, -1, G_NORMALIZE_NFC);
    g_string_append(out, composed != NULL ? composed : apart->str);
}

gsize bt_vov4_first_code(const BtWord *word)
{
    gsize at = word->start;
    while (at < word->end && !bt_vov4_is_sign((guchar)word->text[at]))
        at++;
    return at;
}

/* ---- what a word says ---- */

static gboolean has_tone(const char *word)
{
    g_autofree char *apart = g_utf8_normalize(word, -1, G_NORMALIZE_NFD);
    for (const char *p = apart; p != NULL && *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == 0x300 || c == 0x301 || c == 0x303 || c == 0x309 || c == 0x323)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_mark(gunichar sign)
{
    return sign == '\\' || sign == '|';
}

/* Only consonants, or one gliding vowel, stand between a short vowel and the end. */
static gboolean ends_after(const gunichar *rest)
{
    guint n = 0;
    while (rest[n] != 0 && !is_vowel(rest[n]) && g_unichar_isalpha(rest[n]))
        n++;
    gboolean glide = n == 0 && (rest[0] == 'i' || rest[0] == 'o' || rest[0] == 'u');
    return n <= MAX_CODA && rest[n + glide] == 0;
}

/* Whether the letter of the sign at `i` stands where the languages put it. */
static gboolean is_in_place(const gunichar *c, glong i)
{
    gunichar next = c[i + 1];
    if (is_mark(c[i]) && i > 0 && mark_of(c[i - 1], c[i]) == 0x30C)
        return is_vowel(next);
    if (is_mark(c[i]))
        return i > 0 && mark_of(c[i - 1], c[i]) != 0 && ends_after(c + i + 1);
    if (c[i] == '^')
        return ends_after(c + i + 1);
    if (c[i] == '[' || c[i] == '{')
        return is_vowel(next) || next == 'l' || next == 'r';
    return is_vowel(next) || (c[i] == ']' && next == 0 && i > 0);
}

/* \n, \t and \r at a word's end are more often what they are in code. */
static gboolean is_escape(const gunichar *c, glong i)
{
    return c[i] == '\\' && c[i + 1] != 0 && strchr("ntr", (int)MIN(c[i + 1], 0x7F)) != NULL &&
        c[i + 2] == 0;
}

static gboolean is_strong(const gunichar *c, glong i)
{
    switch (c[i]) {
    case ']':
        return c[i + 1] != 0;
    case '[':
    case '{':
        return i > 0;
    case '\\':
        return !is_escape(c, i) && c[i + 1] != 0;
    case '|':
        return c[i + 1] != 0;
    default:
        return FALSE;
    }
}

BtWordSays bt_vov4_says(const BtWord *word)
{
    glong n, signs = 0;
    g_autofree gunichar *c =
        g_utf8_to_ucs4_fast(word->text + word->start, (glong)(word->end - word->start), &n);
    gboolean strong = FALSE, fits = TRUE, only_last = TRUE;
    for (glong i = 0; i < n; i++) {
        if (!bt_vov4_is_sign(c[i]))
            continue;
        signs++;
        only_last = only_last && c[i] == ']' && i + 1 == n;
        fits = fits && is_in_place(c, i);
        strong = strong || is_strong(c, i);
    }
    if (signs == 0 || signs == n || only_last || g_unichar_isdigit(bt_word_before(word)) ||
        g_unichar_isdigit(bt_word_after(word)))
        return BT_WORD_SILENT;
    g_autoptr(GString) converted = g_string_new(NULL);
    bt_vov4_convert(word, converted);
    if (has_tone(converted->str))
        return BT_WORD_SILENT;
    if (!fits || !bt_is_cased(converted->str))
        return BT_WORD_AGAINST;
    return strong ? BT_WORD_STRONG : BT_WORD_WEAK;
}
