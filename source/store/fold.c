#include "source/store/fold.h"

char *bt_fold(const char *words)
{
    g_autofree char *apart = g_utf8_normalize(words, -1, G_NORMALIZE_DEFAULT);
    g_autofree char *small = apart != NULL ? g_utf8_casefold(apart, -1) : g_strdup("");
    GString *folded = g_string_new(NULL);
    for (const char *c = small; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (g_unichar_combining_class(letter) == 0)
            g_string_append_unichar(folded, letter == 0x111 ? 'd' : letter); /* đ has no marks */
    }
    return g_string_free(folded, FALSE);
}
