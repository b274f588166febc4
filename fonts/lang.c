/* What a language tag means, asked of ICU once: its tables are searched by name, which takes longer
 * than shaping a short line does. */
#include "fonts/parts.h"

#include <unicode/uloc.h>

/* Languages come from outside; a board speaks few at a time. */
#define MAX_LANGS 16

void bt_lang_free(gpointer data)
{
    BtLang *lang = data;
    if (lang->breaker != NULL)
        ubrk_close(lang->breaker);
    g_free(lang);
}

BtLang *bt_fonts_lang(BtFonts *fonts, const char *tag)
{
    BtLang *lang = g_hash_table_lookup(fonts->langs, tag);
    if (lang != NULL)
        return lang;
    if (g_hash_table_size(fonts->langs) >= MAX_LANGS)
        g_hash_table_remove_all(fonts->langs);
    lang = g_new0(BtLang, 1);
    lang->script = bt_script_of_lang(tag);
    lang->hb = hb_language_from_string(tag, -1);
    g_hash_table_insert(fonts->langs, g_strdup(tag), lang);
    return lang;
}

UBreakIterator *bt_lang_breaker(BtLang *lang, const char *tag)
{
    if (lang->breaker != NULL)
        return lang->breaker;
    char locale[ULOC_FULLNAME_CAPACITY] = "";
    UErrorCode status = U_ZERO_ERROR;
    uloc_forLanguageTag(tag, locale, sizeof locale, NULL, &status);
    if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING)
        locale[0] = '\0';
    status = U_ZERO_ERROR;
    lang->breaker = ubrk_open(UBRK_LINE, locale, NULL, 0, &status);
    return U_FAILURE(status) ? NULL : lang->breaker;
}
