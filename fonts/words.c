/* Shaped words, kept: a language has few words, and most of a new text is made of known ones.
 *
 * A run is put together from its words where that gives the glyphs which the shaper would give for
 * the whole run, and nowhere else:
 *   - in a font whose lookups never look at a space, words cannot touch each other;
 *   - in any other font (Graphite draws two words farther apart when their marks would touch) two
 *     neighbours are put beside each other only when a whole run has shown that each looks there as
 *     it looked before; so are the first and the last word of a run.
 * A word begins behind a space with what does not cling to it: no mark, no joiner. What stands
 * beside other things than spaces is shaped with them. */
#include "fonts/parts.h"

#include <hb-ot.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

/* Khmer, Thai and Lao write spaces between phrases, and notices say the same phrases again and
 * again; what is longer is a text without spaces. */
#define MAX_WORD_UNITS 64
#define MAX_BYTES (3 * 1024 * 1024) /* about 10,000 Latin words and as many neighbours */
#define PAIR_BYTES 96               /* with its place in the table */
#define SINGLE_MOST 4 /* of so many words one may be new; else the run is shaped as a whole */

typedef struct {
    hb_language_t lang;
    const UChar *text;
    guint n, face;
    UScriptCode script;
    gboolean rtl;
} Key;

typedef struct {
    Key key; /* its text lies behind the glyphs */
    guint n_glyphs;
    BtShapedGlyph glyphs[]; /* clusters count from the word's first unit */
} Word;

/* Neighbours with one space between them; NULL: the end of a run. */
typedef struct {
    const Word *before, *after;
    gboolean apart; /* each looks as it does elsewhere */
} Pair;

struct BtWords {
    GHashTable *words; /* Key in the Word → Word */
    GHashTable *pairs; /* of Pair, each its own key */
    gsize size_bytes;
};

static gboolean is_rtl(const BtShaping *how)
{
    return how->level & 1;
}

/* What stands in columns or asks for features is rare: no words of it are kept. */
static gboolean is_plain_call(const BtShaping *how)
{
    return how->key->n_parsed == 0 && how->turn == BT_TURN_NONE;
}

/* ---- the tables ---- */

static guint key_hash(gconstpointer data)
{
    const Key *key = data;
    guint h = key->face * 31 + (guint)key->script + GPOINTER_TO_UINT(key->lang);
    for (guint i = 0; i < key->n; i++)
        h = (h ^ key->text[i]) * 16777619u;
    return h;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const Key *x = a, *y = b;
    return x->n == y->n && x->face == y->face && x->script == y->script && x->rtl == y->rtl &&
        x->lang == y->lang && memcmp(x->text, y->text, x->n * sizeof *x->text) == 0;
}

static guint pair_hash(gconstpointer data)
{
    const Pair *pair = data;
    return g_direct_hash(pair->before) * 31 + g_direct_hash(pair->after) / 16;
}

static gboolean pair_equal(gconstpointer a, gconstpointer b)
{
    const Pair *x = a, *y = b;
    return x->before == y->before && x->after == y->after;
}

BtWords *bt_words_new(void)
{
    BtWords *words = g_new0(BtWords, 1);
    words->words = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
    words->pairs = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    return words;
}

void bt_words_free(BtWords *words)
{
    g_hash_table_destroy(words->pairs);
    g_hash_table_destroy(words->words);
    g_free(words);
}

/* All or nothing: what is needed comes back with the next texts. */
static void make_room(BtWords *words)
{
    if (words->size_bytes <= MAX_BYTES)
        return;
    g_hash_table_remove_all(words->pairs);
    g_hash_table_remove_all(words->words);
    words->size_bytes = 0;
}

/* ---- what a font does with spaces ---- */

static gboolean has_table(hb_face_t *face, const char *tag)
{
    hb_blob_t *blob = hb_face_reference_table(face, hb_tag_from_string(tag, -1));
    gboolean has = hb_blob_get_length(blob) > 0;
    hb_blob_destroy(blob);
    return has;
}

static gboolean lookup_has(hb_face_t *face, hb_tag_t table, guint lookup, hb_codepoint_t glyph)
{
    hb_set_t *set = hb_set_create();
    hb_ot_layout_lookup_collect_glyphs(face, table, lookup, set, set, set, set);
    gboolean has = hb_set_has(set, glyph);
    hb_set_destroy(set);
    return has;
}

static gboolean any_lookup_has(hb_face_t *face, hb_codepoint_t glyph)
{
    const hb_tag_t tables[] = { HB_OT_TAG_GSUB, HB_OT_TAG_GPOS };
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        guint n = hb_ot_layout_table_get_lookup_count(face, tables[i]);
        for (guint lookup = 0; lookup < n; lookup++)
            if (lookup_has(face, tables[i], lookup, glyph))
                return TRUE;
    }
    return FALSE;
}

/* Tables of other shaping engines and of plain kerning are not looked into. */
static gboolean leaves_spaces_alone(const BtFace *face)
{
    static const char *const others[] = { "Silf", "morx", "mort", "kerx", "trak", "kern" };
    hb_codepoint_t space;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (has_table(face->hb_face, others[i]))
            return FALSE;
    return hb_font_get_nominal_glyph(face->hb, ' ', &space) &&
        !any_lookup_has(face->hb_face, space);
}

static gboolean stands_alone(BtFace *face)
{
    if (face->spaces == BT_SPACES_UNKNOWN)
        face->spaces = leaves_spaces_alone(face) ? BT_SPACES_ALONE : BT_SPACES_USED;
    return face->spaces == BT_SPACES_ALONE;
}

/* ---- a run's words ---- */

typedef struct {
    guint start, end;
    gboolean alone; /* between spaces or ends: nothing else can change it */
    const Word *word;
} Piece;

/* What never joins the space before it: letters, digits, signs. Marks do, and the vowels AM of Thai
 * and Lao, which are part mark. */
static gboolean begins_word(const BtParagraph *p, guint i)
{
    UChar32 c;
    U16_GET(p->text, 0, i, p->n, c);
    if (c < 0x80)
        return TRUE;
    gboolean clings =
        c == 0xE33 || c == 0xEB3 || c == 0xFF9E || c == 0xFF9F || (c >= 0x1F3FB && c <= 0x1F3FF);
    return !clings &&
        (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK)) != 0;
}

static gboolean is_cut(const BtParagraph *p, guint i, guint end)
{
    return p->text[i] == ' ' && (i + 1 >= end || begins_word(p, i + 1));
}

/* One unit for one place of the text: then the clusters of a word are the same everywhere. */
static gboolean is_plain(const BtParagraph *p, guint start, guint end)
{
    for (guint i = start + 1; i < end; i++)
        if (p->byte_of[i] == p->byte_of[i - 1])
            return FALSE;
    return TRUE;
}

static const Word *find(
    BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start, guint n)
{
    const Key key = { how->lang, p->text + start, n, how->face, how->script, is_rtl(how) };
    return g_hash_table_lookup(fonts->words->words, &key);
}

static Piece piece_at(
    BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start, guint end)
{
    Piece piece = { start, start + 1, FALSE, NULL };
    while (piece.end < end && !is_cut(p, piece.end, end))
        piece.end++;
    piece.alone = piece.end - start <= MAX_WORD_UNITS && begins_word(p, start) &&
        (start == 0 || p->text[start - 1] == ' ') &&
        (piece.end == p->n || p->text[piece.end] == ' ') && is_plain(p, start, piece.end);
    if (piece.alone)
        piece.word = find(fonts, p, how, start, piece.end - start);
    return piece;
}

/* The words of [start, end) in logical order; the spaces between them are in none. (transfer
 * full): GArray of Piece */
static GArray *find_pieces(
    BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start, guint end)
{
    GArray *pieces = g_array_sized_new(FALSE, FALSE, sizeof(Piece), (end - start) / 4 + 1);
    for (guint i = start; i < end;) {
        if (is_cut(p, i, end)) {
            i++;
            continue;
        }
        Piece piece = piece_at(fonts, p, how, i, end);
        g_array_append_val(pieces, piece);
        i = piece.end;
    }
    return pieces;
}

/* ---- learning ---- */

/* Of one that is not there yet: others may hold the one that is. */
static Word *add_word(
    BtWords *words, const Key *key, const BtShapedGlyph *glyphs, guint n, guint start)
{
    gsize text_bytes = key->n * sizeof *key->text, glyph_bytes = n * sizeof *glyphs;
    Word *word = g_malloc(sizeof *word + glyph_bytes + text_bytes);
    word->key = *key;
    word->key.text = memcpy(word->glyphs + n, key->text, text_bytes);
    word->n_glyphs = n;
    for (guint i = 0; i < n; i++) {
        word->glyphs[i] = glyphs[i];
        word->glyphs[i].cluster -= start;
    }
    g_hash_table_insert(words->words, &word->key, word);
    words->size_bytes += sizeof *word + glyph_bytes + text_bytes;
    return word;
}

static gboolean any_missing(const BtShapedGlyph *glyphs, guint n)
{
    for (guint i = 0; i < n; i++)
        if (glyphs[i].id == 0)
            return TRUE;
    return FALSE;
}

/* A word that was seen to be unsafe to cut stays so: then its lines are shaped anew, which is right
 * where it is not needed, too. */
static gboolean looks_like(const Word *word, const BtShapedGlyph *glyphs, guint n, guint start)
{
    if (word->n_glyphs != n)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        const BtShapedGlyph *a = &word->glyphs[i], *b = &glyphs[i];
        if (a->id != b->id || a->cluster + start != b->cluster || a->advance != b->advance ||
            a->x != b->x || a->y != b->y || (b->unsafe && !a->unsafe))
            return FALSE;
    }
    return TRUE;
}

/* At the start of a run nothing says whether it is safe to cut before the word elsewhere. */
static void forget_start(Word *word)
{
    for (guint i = 0; i < word->n_glyphs; i++)
        word->glyphs[i].unsafe |= word->glyphs[i].cluster == 0;
}

/* A whole run's glyphs, taken in logical order. */
typedef struct {
    BtFonts *fonts;
    const BtParagraph *p;
    const BtShaping *how;
    const BtShapedGlyph *glyphs;
    guint n, taken, start;
    gboolean alone; /* words cannot touch each other */
} Lesson;

/* Those of the clusters in [start, end), which are the next ones; *n of them. */
static const BtShapedGlyph *take(Lesson *lesson, guint start, guint end, guint *n)
{
    guint left = lesson->n - lesson->taken;
    for (*n = 0; *n < left; (*n)++) {
        guint at = is_rtl(lesson->how) ? left - 1 - *n : lesson->taken + *n;
        if (lesson->glyphs[at].cluster < start || lesson->glyphs[at].cluster >= end)
            break;
    }
    lesson->taken += *n;
    return lesson->glyphs + (is_rtl(lesson->how) ? lesson->n - lesson->taken : lesson->taken - *n);
}

/* What the run shows of one word or space: which that is, and whether it looks as it did before. */
typedef struct {
    const Word *word; /* NULL: of no use */
    gboolean same;
} Seen;

static Seen see(Lesson *lesson, guint start, guint end)
{
    const BtShaping *how = lesson->how;
    guint n;
    const BtShapedGlyph *glyphs = take(lesson, start, end, &n);
    const Key key = { how->lang, lesson->p->text + start, end - start, how->face, how->script,
        is_rtl(how) };
    const Word *word = g_hash_table_lookup(lesson->fonts->words->words, &key);
    if (word != NULL)
        return (Seen){ word, looks_like(word, glyphs, n, start) };
    if (n == 0 || any_missing(glyphs, n))
        return (Seen){ NULL, FALSE };
    Word *new = add_word(lesson->fonts->words, &key, glyphs, n, start);
    if (!lesson->alone && start == lesson->start)
        forget_start(new);
    return (Seen){ new, TRUE };
}

static void learn_words(Lesson *lesson, const GArray *pieces)
{
    for (guint i = 0, at = lesson->start; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        guint n;
        for (; at < piece->start; at++)
            see(lesson, at, at + 1);
        if (piece->alone)
            see(lesson, piece->start, piece->end);
        else
            take(lesson, piece->start, piece->end, &n);
        at = piece->end;
    }
}

static void learn_pair(BtWords *words, const Word *before, const Word *after, gboolean apart)
{
    Pair *pair = g_new(Pair, 1);
    *pair = (Pair){ before, after, apart };
    if (g_hash_table_add(words->pairs, pair))
        words->size_bytes += PAIR_BYTES;
}

/* Whether all are words, with one space between them and none around them: no other gaps are
 * learnt.
 */
static gboolean are_spaced_once(const GArray *pieces, guint start, guint end)
{
    guint next = start;
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (piece->start != next || !piece->alone)
            return FALSE;
        next = piece->end + 1;
    }
    return next == end + 1;
}

static void learn_pairs(Lesson *lesson, const GArray *pieces)
{
    BtWords *words = lesson->fonts->words;
    Seen before = { NULL, TRUE }, gap = { NULL, TRUE };
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (i > 0)
            gap = see(lesson, piece->start - 1, piece->start);
        Seen now = see(lesson, piece->start, piece->end);
        if (now.word == NULL)
            return;
        learn_pair(words, before.word, now.word, before.same && gap.same && now.same);
        before = now;
    }
    learn_pair(words, before.word, NULL, before.same);
}

void bt_words_learn(BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start,
    guint end, const BtShapedGlyph *glyphs, guint n)
{
    if (!is_plain_call(how))
        return;
    gboolean alone = stands_alone(bt_fonts_face(fonts, how->face));
    Lesson lesson = { fonts, p, how, glyphs, n, 0, start, alone };
    g_autoptr(GArray) pieces = find_pieces(fonts, p, how, start, end);
    if (alone)
        learn_words(&lesson, pieces);
    else if (are_spaced_once(pieces, start, end))
        learn_pairs(&lesson, pieces);
}

/* ---- putting a run together ---- */

static gboolean are_apart(const BtWords *words, const Word *before, const Word *after)
{
    const Pair key = { before, after, FALSE };
    const Pair *pair = g_hash_table_lookup(words->pairs, &key);
    return pair != NULL && pair->apart;
}

static gboolean are_all_apart(const BtWords *words, const GArray *pieces)
{
    const Word *before = NULL;
    for (guint i = 0; i < pieces->len; i++) {
        const Word *now = g_array_index(pieces, Piece, i).word;
        if (now == NULL || !are_apart(words, before, now))
            return FALSE;
        before = now;
    }
    return are_apart(words, before, NULL);
}

static gboolean few_are_new(const GArray *pieces)
{
    guint new = 0;
    for (guint i = 0; i < pieces->len; i++)
        new += g_array_index(pieces, Piece, i).word == NULL;
    return new *SINGLE_MOST <= pieces->len;
}

static void append_word(GArray *glyphs, const Word *word, guint start)
{
    guint before = glyphs->len;
    g_array_set_size(glyphs, before + word->n_glyphs);
    BtShapedGlyph *out = &g_array_index(glyphs, BtShapedGlyph, before);
    for (guint i = 0; i < word->n_glyphs; i++) {
        out[i] = word->glyphs[i];
        out[i].cluster += start;
    }
}

/* A new word, shaped where it stands. FALSE: the font lacks some of it. */
static gboolean append_new(
    BtFonts *fonts, const BtParagraph *p, const BtShaping *how, const Piece *piece, GArray *glyphs)
{
    guint before = glyphs->len;
    bt_shape_units(fonts, p, how, piece->start, piece->end, glyphs);
    const BtShapedGlyph *own = &g_array_index(glyphs, BtShapedGlyph, before);
    guint n = glyphs->len - before;
    if (any_missing(own, n))
        return FALSE;
    const Key key = { how->lang, p->text + piece->start, piece->end - piece->start, how->face,
        how->script, is_rtl(how) };
    /* It may stand in the run a second time. */
    if (piece->alone && n > 0 && !g_hash_table_contains(fonts->words->words, &key))
        add_word(fonts->words, &key, own, n, piece->start);
    return TRUE;
}

static void append_spaces(GArray *glyphs, const Word *space, guint start, guint end, gboolean rtl)
{
    for (guint i = start; i < end; i++)
        append_word(glyphs, space, rtl ? end - 1 - (i - start) : i);
}

static gboolean append_pieces(BtFonts *fonts, const BtParagraph *p, const BtShaping *how,
    const GArray *pieces, const Word *space, guint start, guint end, GArray *glyphs)
{
    guint n = pieces->len, at = is_rtl(how) ? end : start;
    for (guint i = 0; i < n; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, is_rtl(how) ? n - 1 - i : i);
        guint from = is_rtl(how) ? piece->end : at, until = is_rtl(how) ? at : piece->start;
        append_spaces(glyphs, space, from, until, is_rtl(how));
        if (piece->word != NULL)
            append_word(glyphs, piece->word, piece->start);
        else if (!append_new(fonts, p, how, piece, glyphs))
            return FALSE;
        at = is_rtl(how) ? piece->start : piece->end;
    }
    append_spaces(glyphs, space, is_rtl(how) ? start : at, is_rtl(how) ? at : end, is_rtl(how));
    return TRUE;
}

gboolean bt_words_shape(BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start,
    guint end, GArray *glyphs)
{
    static const UChar blank[] = { ' ' };
    const Key key = { how->lang, blank, 1, how->face, how->script, is_rtl(how) };
    if (!is_plain_call(how))
        return FALSE;
    make_room(fonts->words);
    const Word *space = g_hash_table_lookup(fonts->words->words, &key);
    if (space == NULL)
        return FALSE;
    g_autoptr(GArray) pieces = find_pieces(fonts, p, how, start, end);
    gboolean known = stands_alone(bt_fonts_face(fonts, how->face))
        ? few_are_new(pieces)
        : are_spaced_once(pieces, start, end) && are_all_apart(fonts->words, pieces);
    guint before = glyphs->len;
    if (known && append_pieces(fonts, p, how, pieces, space, start, end, glyphs))
        return TRUE;
    g_array_set_size(glyphs, before);
    return FALSE;
}
