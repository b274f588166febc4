#include "playlists/model/manifest.h"

#include <string.h>

#define SCRIPT_LETTERS 4

static gboolean is_one_of(const char *subtag, gsize length, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == length && g_ascii_strncasecmp(*words, subtag, length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_script(const char *subtag, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalpha(subtag[i]))
            return FALSE;
    return length == SCRIPT_LETTERS;
}

/* The script is the first subtag of four letters before any single letter ("x-"). */
gboolean bt_lang_is_han(const char *lang)
{
    static const char *const scripts[] = { "Hani", "Hans", "Hant", NULL };
    static const char *const languages[] = { "zh", "yue", "hak", "nan", "lzh", "gan", "wuu", "hsn",
        "cdo", NULL };
    for (const char *at = strchr(lang, '-'); at; at = strchr(at + 1, '-')) {
        gsize length = strcspn(at + 1, "-");
        if (length == 1)
            break;
        if (is_script(at + 1, length))
            return is_one_of(at + 1, length, scripts);
    }
    return is_one_of(lang, strcspn(lang, "-"), languages);
}
