#include "player/text_advice.h"

#include "player/stage/advice.h"

#include <stdio.h>

char *bt_text_convert(char *text, const char *option, BtLegacy *converted)
{
    *converted = BT_LEGACY_NONE;
    if (text == NULL || option == NULL || !g_utf8_validate(text, -1, NULL))
        return text;
    if (!bt_legacy_from_name(option, converted))
        *converted = bt_legacy_detect(text).encoding;
    g_autofree char *given = text;
    return bt_legacy_convert(given, *converted);
}

void bt_text_warn(BtFonts *fonts, const BtTextLayout *layout)
{
    g_autoptr(GPtrArray) advice = bt_advice_for_layout(fonts, layout);
    for (guint i = 0; i < advice->len; i++) {
        const BtAdvice *one = g_ptr_array_index(advice, i);
        fprintf(stderr, "bangtin: text:%zu: %s\n", one->offset, one->words);
    }
}
