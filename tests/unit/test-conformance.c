/* The engine's own bidi levels, line breaks and characters against Unicode's test files, with what
 * boards add to Unicode's rules left out. The counts are printed. They are compared where the
 * libraries and the data are those of the reference machine; elsewhere all cases run too, and the
 * skip names what differs. */
#include "fonts/parts.h"

#include <fribidi.h>
#include <string.h>
#include <unicode/uchar.h>

#define DATA "/usr/share/unicode/"
#define BIDI_TEST DATA "BidiTest.txt"
#define BIDI_CHARACTER_TEST DATA "BidiCharacterTest.txt"
#define LINE_BREAK_TEST DATA "auxiliary/LineBreakTest.txt"
#define GRAPHEME_BREAK_TEST DATA "auxiliary/GraphemeBreakTest.txt"

/* The reference: Debian 12. */
#define REFERENCE_DATA "15.0.0"
#define REFERENCE_ICU "72.1"
#define REFERENCE_FRIBIDI "1.0.8"

/* The longest line of the files has fewer characters. */
#define MAX_CHARS 256
#define REMOVED 255 /* "x": rule X9 takes it out */

typedef struct {
    guint right, all;
} Count;

/* ---- the files ---- */

/* NULL when this machine has no such file; then the test is skipped. */
static char **read_lines(const char *path)
{
    g_autofree char *text = NULL;
    if (g_file_get_contents(path, &text, NULL, NULL))
        return g_strsplit_set(text, "\n", -1);
    g_test_skip("package unicode-data is not installed");
    return NULL;
}

/* What this machine has, where it differs from the reference; empty: nothing does. */
static char *differences(char **lines)
{
    g_autofree char *dashed = g_strconcat("-", REFERENCE_DATA, ".txt", NULL);
    GString *found = g_string_new("");
    if (strstr(lines[0], dashed) == NULL)
        g_string_append_printf(found, " %s is not %s;", lines[0] + 2, REFERENCE_DATA);
    UVersionInfo version;
    char icu[U_MAX_VERSION_STRING_LENGTH];
    u_getVersion(version);
    u_versionToString(version, icu);
    if (strcmp(icu, REFERENCE_ICU) != 0)
        g_string_append_printf(found, " ICU is %s, not %s;", icu, REFERENCE_ICU);
    if (strstr(fribidi_version_info, REFERENCE_FRIBIDI) == NULL)
        g_string_append_printf(
            found, " FriBidi is %.40s, not %s;", fribidi_version_info, REFERENCE_FRIBIDI);
    return g_string_free(found, FALSE);
}

static void judge(const char *name, char **lines, Count count, guint all, guint right)
{
    g_autofree char *differs = differences(lines);
    g_print("# %s: %u of %u\n", name, count.right, count.all);
    if (differs[0] != '\0') {
        g_autofree char *why = g_strconcat("counts are not compared:", differs, NULL);
        g_test_skip(why);
        return;
    }
    g_assert_cmpuint(count.all, ==, all);
    g_assert_cmpuint(count.right, >=, right);
}

/* The first few that are wrong are shown. */
static void tell(Count *count, gboolean right, const char *line)
{
    count->all++;
    count->right += right;
    if (!right && count->all - count->right <= 25)
        g_test_message("wrong: %s", line);
}

/* ---- bidi ---- */

/* What a line of the file says of its characters. */
typedef struct {
    guint8 levels[MAX_CHARS];
    guint n_levels;
    guint order[MAX_CHARS];
    guint n_order;
} Expected;

static void read_levels(Expected *expected, const char *words)
{
    g_auto(GStrv) parts = g_strsplit_set(words, " \t", -1);
    expected->n_levels = 0;
    for (guint i = 0; parts[i] != NULL; i++)
        if (parts[i][0] != '\0')
            expected->levels[expected->n_levels++] =
                parts[i][0] == 'x' ? REMOVED : (guint8)g_ascii_strtoull(parts[i], NULL, 10);
}

static void read_order(Expected *expected, const char *words)
{
    g_auto(GStrv) parts = g_strsplit_set(words, " \t", -1);
    expected->n_order = 0;
    for (guint i = 0; parts[i] != NULL; i++)
        if (parts[i][0] != '\0')
            expected->order[expected->n_order++] = (guint)g_ascii_strtoull(parts[i], NULL, 10);
}

static gboolean same_levels(const Expected *expected, const guint8 *levels, guint n)
{
    gboolean same = expected->n_levels == n;
    for (guint i = 0; same && i < n; i++)
        same = expected->levels[i] == REMOVED || expected->levels[i] == levels[i];
    return same;
}

/* As lines are reordered: each character that stays is a slice of its own. */
static gboolean same_order(const Expected *expected, const guint8 *levels, guint n)
{
    BtShapedRun runs[MAX_CHARS];
    g_autoptr(GArray) slices = g_array_sized_new(FALSE, FALSE, sizeof(BtSlice), n);
    for (guint i = 0; i < n; i++) {
        if (expected->levels[i] == REMOVED)
            continue;
        runs[i] = (BtShapedRun){ .level = levels[i], .start = i, .end = i + 1 };
        BtSlice slice = { .run = &runs[i], .start = i, .end = i + 1 };
        g_array_append_val(slices, slice);
    }
    bt_slices_reorder(slices);
    gboolean same = expected->n_order == slices->len;
    for (guint i = 0; same && i < slices->len; i++)
        same = g_array_index(slices, BtSlice, i).start == expected->order[i];
    return same;
}

static gboolean is_right(
    const Expected *expected, const gunichar *chars, guint n, BtTextDir dir, int paragraph_level)
{
    guint8 levels[MAX_CHARS];
    gboolean rtl = bt_bidi_levels(chars, n, dir, FALSE, levels);
    return (paragraph_level < 0 || rtl == paragraph_level) && same_levels(expected, levels, n) &&
        same_order(expected, levels, n);
}

/* BidiTest names classes; any character of a class stands for it. */
static gunichar char_of_class(const char *name)
{
    static const struct {
        const char *name;
        gunichar c;
    } classes[] = { { "L", 'a' }, { "R", 0x05D0 }, { "AL", 0x0627 }, { "EN", '1' }, { "ES", '+' },
        { "ET", '$' }, { "AN", 0x0661 }, { "CS", ',' }, { "NSM", 0x0300 }, { "BN", 0x00AD },
        { "B", 0x2029 }, { "S", '\t' }, { "WS", ' ' }, { "ON", '!' }, { "LRE", 0x202A },
        { "RLE", 0x202B }, { "PDF", 0x202C }, { "LRO", 0x202D }, { "RLO", 0x202E },
        { "LRI", 0x2066 }, { "RLI", 0x2067 }, { "FSI", 0x2068 }, { "PDI", 0x2069 } };
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        if (strcmp(classes[i].name, name) == 0)
            return classes[i].c;
    g_test_message("%s: no such class", name);
    g_assert_not_reached();
}

static void try_classes(const char *line, const Expected *expected, Count *count)
{
    gunichar chars[MAX_CHARS];
    guint n = 0;
    g_auto(GStrv) halves = g_strsplit(line, ";", 2);
    g_auto(GStrv) names = g_strsplit_set(halves[0], " \t", -1);
    for (guint i = 0; names[i] != NULL; i++)
        if (names[i][0] != '\0')
            chars[n++] = char_of_class(names[i]);
    static const BtTextDir dirs[] = { BT_DIR_AUTO, BT_DIR_LTR, BT_DIR_RTL };
    guint wanted = (guint)g_ascii_strtoull(halves[1], NULL, 10);
    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++)
        if (wanted & 1u << i)
            tell(count, is_right(expected, chars, n, dirs[i], -1), line);
}

static void test_bidi(void)
{
    g_auto(GStrv) lines = read_lines(BIDI_TEST);
    Expected expected = { .n_levels = 0 };
    Count count = { 0, 0 };
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
        if (g_str_has_prefix(lines[i], "@Levels:"))
            read_levels(&expected, lines[i] + strlen("@Levels:"));
        else if (g_str_has_prefix(lines[i], "@Reorder:"))
            read_order(&expected, lines[i] + strlen("@Reorder:"));
        else if (strchr(lines[i], ';') != NULL && lines[i][0] != '#')
            try_classes(lines[i], &expected, &count);
    }
    if (lines != NULL)
        judge("BidiTest", lines, count, 770241, 770241);
}

static guint read_chars(const char *words, gunichar chars[MAX_CHARS])
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    guint n = 0;
    for (guint i = 0; parts[i] != NULL; i++)
        chars[n++] = (gunichar)g_ascii_strtoull(parts[i], NULL, 16);
    return n;
}

static void test_bidi_characters(void)
{
    static const BtTextDir dirs[] = { BT_DIR_LTR, BT_DIR_RTL, BT_DIR_AUTO };
    g_auto(GStrv) lines = read_lines(BIDI_CHARACTER_TEST);
    Count count = { 0, 0 };
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], ";", -1);
        if (lines[i][0] == '#' || g_strv_length(fields) != 5)
            continue;
        gunichar chars[MAX_CHARS];
        Expected expected;
        guint n = read_chars(fields[0], chars);
        read_levels(&expected, fields[3]);
        read_order(&expected, fields[4]);
        tell(&count, is_right(&expected, chars, n, dirs[fields[1][0] - '0'], fields[2][0] - '0'),
            lines[i]);
    }
    if (lines != NULL)
        judge("BidiCharacterTest", lines, count, 91707, 91707);
}

/* Text in which nothing asks for the algorithm does not run it; every character that does ask is
 * known. */
static void test_bidi_is_asked_for(void)
{
    guint n = 0;
    for (gunichar c = 1; c <= 0x10FFFF; c++) {
        FriBidiCharType type = fribidi_get_bidi_type(c);
        if (!(type & FRIBIDI_MASK_RTL) && type != FRIBIDI_TYPE_AN && type != FRIBIDI_TYPE_LRE &&
            type != FRIBIDI_TYPE_LRO && type != FRIBIDI_TYPE_LRI && type != FRIBIDI_TYPE_FSI)
            continue;
        const gunichar chars[] = { 'a', c, 'a' };
        guint8 levels[3];
        bt_bidi_levels(chars, 3, BT_DIR_LTR, TRUE, levels);
        if (levels[1] == 0 && levels[2] == 0) /* named before the assertion */
            g_test_message("U+%04X has level 0", c);
        g_assert_true(levels[1] > 0 || levels[2] > 0);
        n++;
    }
    g_print("# characters that raise levels: %u\n", n);
    g_assert_cmpuint(n, >, 2000);
}

/* ---- breaks ---- */

/* A line of these files: characters, and before, between and behind them whether a break is. */
typedef struct {
    char text[MAX_CHARS * 4];
    gboolean breaks[MAX_CHARS * 4 + 1]; /* by byte */
} Marked;

static void read_marked(Marked *marked, const char *line)
{
    g_auto(GStrv) halves = g_strsplit(line, "#", 2);
    g_auto(GStrv) words = g_strsplit_set(halves[0], " \t", -1);
    gsize at = 0;
    memset(marked, 0, sizeof *marked);
    for (guint i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], "÷") == 0)
            marked->breaks[at] = TRUE;
        else if (g_ascii_isxdigit(words[i][0]))
            at += g_unichar_to_utf8(
                (gunichar)g_ascii_strtoull(words[i], NULL, 16), marked->text + at);
    }
}

typedef void (*FindBreaks)(BtParagraph *p, BtFonts *fonts);

/* Breaks that are lines' and those between paragraphs, as a layout lists them. */
static void find_line_breaks(BtParagraph *p, BtFonts *fonts)
{
    bt_paragraph_find_breaks(p, fonts, "en", FALSE);
}

/* As a word is cut that is too long for its line. */
static void find_characters(BtParagraph *p, BtFonts *fonts)
{
    bt_paragraph_find_breaks(p, fonts, "en", FALSE);
    bt_paragraph_find_characters(p, fonts);
    for (guint i = 0; i <= p->n; i++)
        p->flags[i] = p->flags[i] & BT_UNIT_KEEP ? 0 : BT_UNIT_BREAK;
}

static gboolean breaks_are(const Marked *marked, BtFonts *fonts, FindBreaks find)
{
    gboolean found[sizeof marked->breaks / sizeof marked->breaks[0]] = { 0 };
    gsize size = strlen(marked->text);
    for (gsize at = 0; at < size;) {
        BtParagraph *p = bt_paragraph_new(marked->text, at);
        find(p, fonts);
        for (guint i = 1; i <= p->n; i++)
            if (p->byte_of[i] > p->byte_of[i - 1])
                found[p->byte_of[i]] |= (p->flags[i] & BT_UNIT_BREAK) != 0;
        found[p->end_byte] |= find == find_characters && p->end_byte > p->start_byte;
        at = p->next_byte;
        found[at] = TRUE;
        bt_paragraph_free(p);
    }
    found[0] = marked->breaks[0]; /* nobody asks */
    return memcmp(found, marked->breaks, (size + 1) * sizeof *found) == 0;
}

static Count try_marked(char **lines, FindBreaks find)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtFonts) fonts = bt_fonts_open(NULL, &error);
    Count count = { 0, 0 };
    Marked marked;
    g_assert_no_error(error);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] == '\0' || lines[i][0] == '#')
            continue;
        read_marked(&marked, lines[i]);
        tell(&count, breaks_are(&marked, fonts, find), lines[i]);
    }
    return count;
}

/* The 22 that ICU 72 breaks otherwise are numbers and brackets, which CLDR's rules keep together.
 */
static void test_line_breaks(void)
{
    g_auto(GStrv) lines = read_lines(LINE_BREAK_TEST);
    if (lines != NULL)
        judge("LineBreakTest", lines, try_marked(lines, find_line_breaks), 7654, 7632);
}

static void test_characters(void)
{
    g_auto(GStrv) lines = read_lines(GRAPHEME_BREAK_TEST);
    if (lines != NULL)
        judge("GraphemeBreakTest", lines, try_marked(lines, find_characters), 602, 602);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conformance/bidi", test_bidi);
    g_test_add_func("/conformance/bidi-characters", test_bidi_characters);
    g_test_add_func("/conformance/bidi-is-asked-for", test_bidi_is_asked_for);
    g_test_add_func("/conformance/line-breaks", test_line_breaks);
    g_test_add_func("/conformance/characters", test_characters);
    return g_test_run();
}
