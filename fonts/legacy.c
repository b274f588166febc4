#include "fonts/legacy-parts.h"

#include <string.h>

#define MAX_WORD_BYTES 120 /* longer runs are no words of any language here */
#define MAX_WORDS 10000    /* different ones: they have said what there is to say */

/* ---- words ---- */

gunichar bt_word_before(const BtWord *word)
{
    return word->start > 0 ? g_utf8_get_char(g_utf8_prev_char(word->text + word->start)) : 0;
}

gunichar bt_word_after(const BtWord *word)
{
    return g_utf8_get_char(word->text + word->end);
}

gboolean bt_is_cased(const char *word)
{
    guint i = 0, capitals = 0, small = 0;
    gboolean first = FALSE;
    for (const char *p = word; *p != '\0'; p = g_utf8_next_char(p), i++) {
        gunichar c = g_utf8_get_char(p);
        first |= i == 0 && g_unichar_isupper(c);
        capitals += g_unichar_isupper(c);
        small += g_unichar_islower(c);
    }
    return capitals == 0 || small == 0 || (first && capitals == 1);
}

/* A text being read as one encoding. */
typedef struct {
    const char *text;
    BtLegacy encoding;
    guint8 *brackets; /* VOV4 only */
} Reader;

static void reader_open(Reader *reader, const char *text, BtLegacy encoding)
{
    *reader = (Reader){ text, encoding, NULL };
    if (encoding == BT_LEGACY_VOV4)
        reader->brackets = bt_vov4_find_brackets(text);
}

static void reader_clear(Reader *reader)
{
    g_free(reader->brackets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static gboolean is_of_word(const Reader *reader, gsize at)
{
    gunichar c = g_utf8_get_char(reader->text + at);
    if (reader->brackets != NULL && reader->brackets[at])
        return FALSE;
    if (g_unichar_isalpha(c) || g_unichar_ismark(c))
        return TRUE;
    return reader->encoding == BT_LEGACY_VOV4
        ? bt_vov4_is_sign(c)
        : reader->encoding == BT_LEGACY_TCVN3 && bt_tcvn3_is_code(c);
}

/* The next word that begins at `at` or later, before `end`. */
static gboolean next_word(const Reader *reader, gsize at, gsize end, BtWord *word)
{
    while (at < end && !is_of_word(reader, at))
        at += g_utf8_skip[(guchar)reader->text[at]];
    *word = (BtWord){ reader->text, at, at };
    while (word->end < end && is_of_word(reader, word->end))
        word->end += g_utf8_skip[(guchar)reader->text[word->end]];
    return word->end > word->start;
}

static BtWordSays says(const Reader *reader, const BtWord *word)
{
    if (word->end - word->start > MAX_WORD_BYTES)
        return BT_WORD_SILENT;
    switch (reader->encoding) {
    case BT_LEGACY_VOV4:
        return bt_vov4_says(word);
    case BT_LEGACY_TCVN3:
        return bt_tcvn3_says(word);
    default:
        return bt_vni_says(word);
    }
}

/* ---- detection ---- */

/* Words count once each. */
typedef struct {
    guint supporting, against;
    gboolean strong;
    BtLegacyFinding finding;
} Tally;

static void note(Tally *tally, const Reader *reader, const BtWord *word, BtWordSays what)
{
    tally->against += what == BT_WORD_AGAINST;
    if (what < BT_WORD_WEAK)
        return;
    tally->strong |= what == BT_WORD_STRONG;
    if (tally->supporting++ > 0)
        return;
    gsize code = reader->encoding == BT_LEGACY_VOV4 ? bt_vov4_first_code(word)
                                                    : bt_vietnamese_first_code(word);
    tally->finding = (BtLegacyFinding){ reader->encoding, code, word->start, word->end };
}

static Tally weigh(const char *text, BtLegacy encoding)
{
    g_auto(Reader) reader = { 0 };
    reader_open(&reader, text, encoding);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Tally tally = { 0 };
    gsize end = strlen(text);
    for (BtWord word = { 0 };
         g_hash_table_size(seen) < MAX_WORDS && next_word(&reader, word.end, end, &word);)
        if (g_hash_table_add(seen, g_strndup(text + word.start, word.end - word.start)))
            note(&tally, &reader, &word, says(&reader, &word));
    return tally;
}

/* Whether the text holds anything that could be a code. */
static gboolean may_be(const char *text, BtLegacy encoding)
{
    if (encoding == BT_LEGACY_VOV4)
        return strpbrk(text, "[{]\\|^`") != NULL && bt_vov4_may_be(text);
    for (; *text != '\0'; text++)
        if ((guchar)*text == 0xC2 || (guchar)*text == 0xC3) /* heads of U+0080 to U+00FF */
            return TRUE;
    return FALSE;
}

BtLegacyFinding bt_legacy_detect(const char *text)
{
    Tally best = { 0 };
    for (BtLegacy encoding = BT_LEGACY_VOV4; encoding <= BT_LEGACY_VNI; encoding++) {
        if (!may_be(text, encoding))
            continue;
        Tally tally = weigh(text, encoding);
        if (tally.strong && tally.supporting > 2 * tally.against &&
            tally.supporting > best.supporting)
            best = tally;
    }
    return best.finding;
}

/* ---- conversion ---- */

static gboolean is_foreign(const BtWord *word)
{
    for (const char *p = word->text + word->start; p < word->text + word->end;
         p = g_utf8_next_char(p))
        if (g_utf8_get_char(p) >= 0x100)
            return TRUE;
    return FALSE;
}

/* What a line says as a whole about its words. */
typedef struct {
    gboolean left_alone; /* it is Unicode */
    gboolean capitals;   /* the words whose case is open are capitals */
} Line;

static Line look_at_line(const Reader *reader, gsize start, gsize end)
{
    gboolean foreign = FALSE, supported = FALSE, capitals = FALSE, small = FALSE;
    for (BtWord word = { .end = start }; next_word(reader, word.end, end, &word);) {
        foreign |= is_foreign(&word);
        supported |= says(reader, &word) >= BT_WORD_WEAK;
        BtWordCase at = bt_tcvn3_case(&word);
        capitals |= at == BT_CASE_CAPITALS;
        small |= at == BT_CASE_SMALL || at == BT_CASE_TITLE;
    }
    return (Line){ foreign && !supported, capitals && !small };
}

static void convert_word(const Reader *reader, const Line *line, const BtWord *word, GString *out)
{
    BtWordCase at;
    switch (reader->encoding) {
    case BT_LEGACY_VOV4:
        bt_vov4_convert(word, out);
        break;
    case BT_LEGACY_TCVN3:
        at = bt_tcvn3_case(word);
        bt_tcvn3_convert(
            word, at == BT_CASE_CAPITALS || (at == BT_CASE_OPEN && line->capitals), out);
        break;
    default:
        bt_vni_convert(word, out);
    }
}

static void convert_line(const Reader *reader, gsize start, gsize end, GString *out)
{
    gboolean by_letters = reader->encoding == BT_LEGACY_VOV4;
    Line line = by_letters ? (Line){ 0 } : look_at_line(reader, start, end);
    BtWord word = { .end = start };
    for (gsize at = start; !line.left_alone && next_word(reader, word.end, end, &word);
         start = at = word.end) {
        g_string_append_len(out, reader->text + at, (gssize)(word.start - at));
        if (by_letters || !is_foreign(&word))
            convert_word(reader, &line, &word, out);
        else
            g_string_append_len(out, reader->text + word.start, (gssize)(word.end - word.start));
    }
    g_string_append_len(out, reader->text + start, (gssize)(end - start));
}

char *bt_legacy_convert(const char *text, BtLegacy encoding)
{
    if (encoding == BT_LEGACY_NONE)
        return g_strdup(text);
    g_auto(Reader) reader = { 0 };
    reader_open(&reader, text, encoding);
    GString *out = g_string_sized_new(strlen(text) + strlen(text) / 4);
    for (gsize at = 0, n; text[at] != '\0'; at += n) {
        n = strcspn(text + at, "\n");
        n += text[at + n] == '\n';
        convert_line(&reader, at, at + n, out);
    }
    return g_string_free(out, FALSE);
}

/* ---- names ---- */

static const char *const names[] = { "none", "vov4", "tcvn3", "vni" };

const char *bt_legacy_name(BtLegacy encoding)
{
    return names[encoding];
}

gboolean bt_legacy_from_name(const char *name, BtLegacy *encoding)
{
    for (guint i = BT_LEGACY_VOV4; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *encoding = (BtLegacy)i;
        return TRUE;
    }
    return FALSE;
}
