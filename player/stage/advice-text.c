#include "player/stage/advice-parts.h"

#include "fonts/lacks.h"
#include "fonts/legacy.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

/* ---- glyphs ---- */

static void append_character(GString *list, gunichar c)
{
    if (list->len > 0)
        g_string_append(list, ", ");
    g_string_append_printf(list, "U+%04X", c);
    if (g_unichar_isgraph(c) && !g_unichar_ismark(c) &&
        g_unichar_type(c) != G_UNICODE_PRIVATE_USE) {
        g_string_append(list, " “");
        g_string_append_unichar(list, c);
        g_string_append(list, "”");
    }
}

static char *words_of(const char *characters, const char *package)
{
    if (package == NULL)
        return g_strdup_printf(
            _("no font of this machine draws %s, a box is shown: expected other characters"),
            characters);
    return g_strdup_printf(
        _("no font of this machine draws %s, a box is shown: expected the package %s to be "
          "installed on every board"),
        characters, package);
}

/* One piece of advice for all characters that one package brings. */
void bt_advice_on_glyphs(
    BtAdviceList *list, BtFonts *fonts, const BtTextLayout *layout, const char *pointer)
{
    g_autoptr(GArray) lacks = bt_text_lacks(fonts, layout);
    while (lacks->len > 0) {
        BtLack first = g_array_index(lacks, BtLack, 0);
        g_autoptr(GString) characters = g_string_new(NULL);
        for (guint i = 0; i < lacks->len;) {
            const BtLack *lack = &g_array_index(lacks, BtLack, i);
            if (g_strcmp0(lack->package, first.package) != 0) {
                i++;
                continue;
            }
            append_character(characters, lack->c);
            g_array_remove_index(lacks, i);
        }
        BtAdvicePlace place = { pointer, first.offset, NULL, NULL };
        bt_advice_add(list, BT_ADVICE_GLYPH, place, words_of(characters->str, first.package));
    }
}

/* ---- legacy encodings ---- */

static const char *legacy_title(BtLegacy encoding)
{
    switch (encoding) {
    case BT_LEGACY_VOV4:
        return _("VOV4, fonts of the radio for highland languages");
    case BT_LEGACY_TCVN3:
        return _("TCVN3, the ABC fonts");
    default:
        return _("VNI fonts");
    }
}

static char *legacy_words(const char *text, const BtLegacyFinding *finding)
{
    g_autofree char *word =
        g_strndup(text + finding->word_start, finding->word_end - finding->word_start);
    g_autofree char *meant = bt_legacy_convert(word, finding->encoding);
    return g_strdup_printf(_("“%s” is in an encoding from before Unicode (%s) and is shown like "
                             "that: expected “%s”; bangtin text --legacy %s converts it"),
        word, legacy_title(finding->encoding), meant, bt_legacy_name(finding->encoding));
}

void bt_advice_on_legacy(BtAdviceList *list, const char *title, const char *title_pointer,
    const char *body, const char *body_pointer)
{
    g_autofree char *both = g_strconcat(title, "\n", body, NULL);
    BtLegacyFinding finding = bt_legacy_detect(both);
    if (finding.encoding == BT_LEGACY_NONE)
        return;
    gsize head = strlen(title) + 1;
    BtAdvicePlace place = { title_pointer, finding.offset, NULL, NULL };
    if (finding.offset >= head)
        place = (BtAdvicePlace){ body_pointer, finding.offset - head, NULL, NULL };
    bt_advice_add(list, BT_ADVICE_LEGACY, place, legacy_words(both, &finding));
}
