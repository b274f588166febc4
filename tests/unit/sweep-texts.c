#include "tests/unit/sweep-texts.h"

#include <string.h>

static void text_free(gpointer data)
{
    BtSweepText *text = data;
    for (guint i = 0; i < text->spellings->len; i++)
        g_free(g_array_index(text->spellings, BtSpelling, i).text);
    g_array_unref(text->spellings);
    g_free(text->name);
    g_free(text->lang);
    g_free(text->text);
    g_free(text);
}

/* ---- spellings ---- */

#define MAX_MARKS 16 /* on one letter of the lists */

/* A letter and the marks on it, in canonical order. */
typedef struct {
    gunichar base, marks[MAX_MARKS];
    guint n;
} Stack;

static int class_at(const Stack *stack, guint i)
{
    return g_unichar_combining_class(stack->marks[i]);
}

static void append_rest(GString *out, const Stack *stack, guint without)
{
    for (guint i = 0; i < stack->n; i++)
        if (i != without)
            g_string_append_unichar(out, stack->marks[i]);
}

/* Only the first mark of its class may be joined to the letter: another would change places. */
static gboolean is_first_of_class(const Stack *stack, guint at)
{
    for (guint i = 0; i < at; i++)
        if (class_at(stack, i) == class_at(stack, at))
            return FALSE;
    return TRUE;
}

static void decomposed(GString *out, const Stack *stack)
{
    g_string_append_unichar(out, stack->base);
    append_rest(out, stack, G_MAXUINT);
}

/* The letter joined with the first of `wanted` that is on it, the other marks behind. */
static void append_joined(GString *out, const Stack *stack, const gunichar *wanted)
{
    for (guint i = 0; i < stack->n; i++)
        for (guint k = 0; wanted[k] != 0; k++) {
            gunichar joined;
            if (stack->marks[i] != wanted[k] || !is_first_of_class(stack, i) ||
                !g_unichar_compose(stack->base, wanted[k], &joined))
                continue;
            g_string_append_unichar(out, joined);
            append_rest(out, stack, i);
            return;
        }
    decomposed(out, stack);
}

/* What Windows' Vietnamese keyboard types. */
static void letter_and_tone(GString *out, const Stack *stack)
{
    static const gunichar own[] = { 0x302, 0x306, 0x31B, 0 };
    append_joined(out, stack, own);
}

static void tone_first(GString *out, const Stack *stack)
{
    static const gunichar tones[] = { 0x300, 0x301, 0x303, 0x309, 0x323, 0 };
    append_joined(out, stack, tones);
}

/* What stands over the letter before what stands on and under it. */
static void backwards(GString *out, const Stack *stack)
{
    Stack turned = *stack;
    for (guint i = 1; i < turned.n; i++)
        for (guint k = i; k > 0 && class_at(&turned, k) > class_at(&turned, k - 1); k--) {
            gunichar mark = turned.marks[k];
            turned.marks[k] = turned.marks[k - 1];
            turned.marks[k - 1] = mark;
        }
    decomposed(out, &turned);
}

/* Unicode's first tone marks for Vietnamese, since declared equal to grave and acute. */
static void old_tones(GString *out, const Stack *stack)
{
    Stack old = *stack;
    for (guint i = 0; i < old.n; i++)
        if (old.marks[i] == 0x300 || old.marks[i] == 0x301)
            old.marks[i] += 0x40;
    decomposed(out, &old);
}

static gboolean is_tai_viet_tone(gunichar c)
{
    return c == 0xAABF || c == 0xAAC1;
}

/* Not the same for Unicode, but typed by many: see order_tai_viet in fonts/paragraph.c. */
static void tai_tone_first(GString *out, const Stack *stack)
{
    Stack typed = *stack;
    if (typed.n == 2 && is_tai_viet_tone(typed.marks[1])) {
        typed.marks[0] = stack->marks[1];
        typed.marks[1] = stack->marks[0];
    }
    decomposed(out, &typed);
}

static const struct {
    const char *name;
    void (*append)(GString *out, const Stack *stack);
    gboolean canonical; /* Unicode calls it equal */
} ways[] = {
    { "decomposed", decomposed, TRUE },
    { "letter and tone", letter_and_tone, TRUE },
    { "tone first", tone_first, TRUE },
    { "marks backwards", backwards, TRUE },
    { "old tone marks", old_tones, TRUE },
    { "tai tone first", tai_tone_first, FALSE },
};

static Stack stack_at(const char **at)
{
    Stack stack = { .base = g_utf8_get_char(*at) };
    for (*at = g_utf8_next_char(*at); g_unichar_combining_class(g_utf8_get_char(*at)) != 0;
         *at = g_utf8_next_char(*at)) {
        g_assert_cmpuint(stack.n, <, MAX_MARKS);
        stack.marks[stack.n++] = g_utf8_get_char(*at);
    }
    return stack;
}

static char *spell(const char *text, guint way)
{
    g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_NFD);
    GString *out = g_string_new("");
    for (const char *at = apart; *at != '\0';) {
        Stack stack = stack_at(&at);
        ways[way].append(out, &stack);
    }
    return g_string_free(out, FALSE);
}

static gboolean is_known(const BtSweepText *text, const char *spelled)
{
    for (guint i = 0; i < text->spellings->len; i++)
        if (strcmp(g_array_index(text->spellings, BtSpelling, i).text, spelled) == 0)
            return TRUE;
    return strcmp(text->text, spelled) == 0;
}

static void add_spellings(BtSweepText *text)
{
    g_autofree char *composed = g_utf8_normalize(text->text, -1, G_NORMALIZE_NFC);
    text->normal = strcmp(text->text, composed) == 0;
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        BtSpelling made = { ways[way].name, spell(text->text, way) };
        g_autofree char *again = g_utf8_normalize(made.text, -1, G_NORMALIZE_NFC);
        if (ways[way].canonical)
            g_assert_cmpstr(again, ==, composed);
        if (is_known(text, made.text))
            g_free(made.text);
        else
            g_array_append_val(text->spellings, made);
    }
}

/* ---- files ---- */

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files `*.txt` of a folder beside the tests, sorted. (transfer full) */
static GPtrArray *find_files(const char *folder)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "tests/golden", folder, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
    g_assert_no_error(error);
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_suffix(name, ".txt"))
            g_ptr_array_add(files, g_build_filename(path, name, NULL));
    g_ptr_array_sort(files, by_name);
    return files;
}

static char *read_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static BtSweepText *text_new(const char *path, char *text)
{
    BtSweepText *made = g_new0(BtSweepText, 1);
    g_autofree char *base = g_path_get_basename(path);
    made->name = g_strndup(base, strlen(base) - strlen(".txt"));
    made->lang = g_strdup(strcmp(made->name, "mixed") == 0 ? "vi" : made->name);
    made->text = text;
    made->spellings = g_array_new(FALSE, FALSE, sizeof(BtSpelling));
    add_spellings(made);
    return made;
}

GPtrArray *bt_sweep_samples(void)
{
    g_autoptr(GPtrArray) files = find_files("texts");
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(texts, text_new(files->pdata[i], read_file(files->pdata[i])));
    return texts;
}

/* ---- orthographies ---- */

/* "0302.0306" → its characters. */
static void append_mark(GString *out, const char *mark)
{
    g_auto(GStrv) codes = g_strsplit(mark, ".", -1);
    for (guint i = 0; codes[i] != NULL; i++)
        g_string_append_unichar(out, (gunichar)g_ascii_strtoull(codes[i], NULL, 16));
}

static void append_marked(GString *out, char **bases, char **marks)
{
    for (guint b = 1; bases[b] != NULL; b++) {
        g_autofree char *upper = g_utf8_strup(bases[b], -1);
        for (guint m = 1; marks[m] != NULL; m++) {
            g_string_append(out, bases[b]);
            append_mark(out, marks[m]);
            if (strcmp(upper, bases[b]) != 0) {
                g_string_append(out, upper);
                append_mark(out, marks[m]);
            }
            g_string_append_c(out, ' ');
        }
    }
}

/* Each letter, small and large, then one of what every language holds: digits, punctuation, signs.
 */
static void append_letters(GString *out, char **letters, char **common)
{
    guint n = g_strv_length(letters), n_common = g_strv_length(common);
    for (guint i = 1; i < MAX(n, n_common); i++) {
        const char *letter = letters[1 + (i - 1) % (n - 1)];
        g_autofree char *upper = g_utf8_strup(letter, -1);
        g_string_append(out, letter);
        if (i < n && strcmp(upper, letter) != 0)
            g_string_append(out, upper);
        if (i < n_common)
            g_string_append(out, common[i]);
        g_string_append_c(out, ' ');
    }
}

static char *letters_of(const char *path, char **common)
{
    g_autofree char *file = read_file(path);
    g_auto(GStrv) lines = g_strsplit_set(file, "\n", -1);
    g_auto(GStrv) bases = NULL;
    GString *out = g_string_new("");
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        if (g_str_has_prefix(lines[i], "letters "))
            append_letters(out, words, common);
        else if (g_str_has_prefix(lines[i], "bases ")) {
            g_strfreev(bases);
            bases = g_steal_pointer(&words);
        } else if (g_str_has_prefix(lines[i], "marks "))
            append_marked(out, bases, words);
    }
    g_autofree char *letters = g_string_free(out, FALSE);
    return g_utf8_normalize(letters, -1, G_NORMALIZE_NFC);
}

GPtrArray *bt_sweep_orthographies(void)
{
    g_autoptr(GPtrArray) files = find_files("orthographies");
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "tests/golden/orthographies/common", NULL);
    g_autofree char *file = read_file(path);
    g_auto(GStrv) common = g_strsplit_set(strstr(file, "letters "), " \n", -1);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(texts, text_new(files->pdata[i], letters_of(files->pdata[i], common)));
    return texts;
}
