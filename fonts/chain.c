/* The faces that may draw a script, in order, each opened when all before it have failed. */
#include "fonts/parts.h"

#include <string.h>

/* Scripts, languages and weights that a board really meets at a time. */
#define MAX_CHAINS 64

struct BtFontChain {
    UScriptCode script;
    char *lang;
    BtTextWeight weight;
    guint8 entries[BT_FONT_CHAIN_MAX];
    guint n_entries, n_own;
    guint next; /* step not yet taken: 0 the user's font, then the entries */
    guint faces[BT_FONT_CHAIN_MAX + 2];
    guint n_faces;
};

/* Noto names its files after the script: NotoSansDevanagari, NotoSerifTibetan. */
static int script_face(BtFonts *fonts, const BtFontChain *chain)
{
    static const char *const families[] = { "NotoSans", "NotoSerif" };
    const char *long_name = uscript_getName(chain->script);
    g_auto(GStrv) words = g_strsplit(long_name != NULL ? long_name : "", "_", -1);
    g_autofree char *name = g_strjoinv("", words);
    for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
        g_autofree char *file = g_strconcat(families[i], name, "-%s.ttf", NULL);
        const char *path = bt_fonts_file(fonts, file, chain->weight);
        if (path != NULL)
            return bt_fonts_open_face(fonts, path, 0, NULL);
    }
    return -1;
}

static void add_face(BtFontChain *chain, int face)
{
    for (guint i = 0; face >= 0 && i < chain->n_faces; i++)
        if (chain->faces[i] == (guint)face)
            return;
    if (face >= 0 && chain->n_faces < G_N_ELEMENTS(chain->faces))
        chain->faces[chain->n_faces++] = face;
}

/* The user's font; the script's own entries, or Noto's font for a script that has none; the tail of
 * every chain. */
static void take_step(BtFontChain *chain, BtFonts *fonts)
{
    guint step = chain->next++;
    if (step == 0)
        add_face(chain, fonts->user);
    else if (step == chain->n_own + 1 && chain->n_own == 0)
        add_face(chain, script_face(fonts, chain));
    if (step > 0 && step <= chain->n_own)
        add_face(chain, bt_fonts_entry_face(fonts, chain->entries[step - 1], chain->weight));
    else if (step > chain->n_own + 1)
        add_face(chain, bt_fonts_entry_face(fonts, chain->entries[step - 2], chain->weight));
}

int bt_font_chain_face(BtFontChain *chain, BtFonts *fonts, guint depth)
{
    while (chain->n_faces <= depth && chain->next < chain->n_entries + 2)
        take_step(chain, fonts);
    return depth < chain->n_faces ? (int)chain->faces[depth] : -1;
}

/* ---- the chains in use ---- */

static guint hash(gconstpointer data)
{
    const BtFontChain *chain = data;
    return g_str_hash(chain->lang) * 31 + (guint)chain->script * 4 + chain->weight;
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    const BtFontChain *x = a, *y = b;
    return x->script == y->script && x->weight == y->weight && strcmp(x->lang, y->lang) == 0;
}

static void chain_free(gpointer data)
{
    BtFontChain *chain = data;
    g_free(chain->lang);
    g_free(chain);
}

GHashTable *bt_font_chains_new(void)
{
    return g_hash_table_new_full(hash, equal, chain_free, NULL);
}

BtFontChain *bt_fonts_chain(
    BtFonts *fonts, UScriptCode script, const char *lang, BtTextWeight weight)
{
    const BtFontChain wanted = { .script = script, .lang = (char *)lang, .weight = weight };
    BtFontChain *chain = g_hash_table_lookup(fonts->chains, &wanted);
    if (chain != NULL)
        return chain;
    if (g_hash_table_size(fonts->chains) >= MAX_CHAINS)
        g_hash_table_remove_all(fonts->chains);
    chain = g_new0(BtFontChain, 1);
    chain->script = script;
    chain->lang = g_strdup(lang);
    chain->weight = weight;
    chain->n_entries = bt_font_entries(script, lang, chain->entries, &chain->n_own);
    g_hash_table_add(fonts->chains, chain);
    return chain;
}
