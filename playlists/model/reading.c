/* How long people need to read. The rates are those of a board read from a distance while walking
 * by, about two thirds of the pace at a desk: slower for scripts whose code points carry more
 * (Han), and for the Latin spelling of languages whose readers learnt to read in another one. */
#include "playlists/model/manifest.h"

#include <string.h>

#define TEXT_MIN_MS (5 * BT_SECOND_MS)
#define DEFAULT_RATE 10

/* A tag or the beginning of one, up to a hyphen or the end; the first that fits counts. */
static const struct {
    const char *prefix;
    int rate;
} languages[] = {
    { "vi", 12 },
    { "km", 9 },
    { "th", 9 },
    { "lo", 9 },
    { "ar", 9 },
    { "blt", 8 },
    { "twh", 8 },
    { "tyr", 8 },
    { "zh", 5 },
    { "yue", 5 },
    { "hak", 5 },
    { "nan", 5 },
};

/* The script subtag decides before the language: vi-Hani is read like Chinese. */
static const struct {
    const char *script;
    int rate;
} scripts[] = {
    { "Latn", DEFAULT_RATE },
    { "Hani", 5 },
    { "Hans", 5 },
    { "Hant", 5 },
    { "Arab", 9 },
    { "Tavt", 8 },
    { "Khmr", 9 },
    { "Thai", 9 },
    { "Laoo", 9 },
};

static gboolean begins_with(const char *lang, const char *prefix)
{
    gsize length = strlen(prefix);
    return g_ascii_strncasecmp(lang, prefix, length) == 0 &&
        (lang[length] == '\0' || lang[length] == '-');
}

/* The script is the first subtag of four letters, before any single-letter one ("x-"). */
static int rate_of_script(const char *lang)
{
    for (const char *p = strchr(lang, '-'); p; p = strchr(p + 1, '-')) {
        gsize length = strcspn(p + 1, "-");
        if (length == 1)
            return 0;
        for (gsize i = 0; length == 4 && i < G_N_ELEMENTS(scripts); i++)
            if (g_ascii_strncasecmp(p + 1, scripts[i].script, 4) == 0)
                return scripts[i].rate;
    }
    return 0;
}

static int rate_of_language(const char *lang)
{
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
        if (begins_with(lang, languages[i].prefix))
            return languages[i].rate;
    return DEFAULT_RATE;
}

int bt_reading_rate(const char *lang)
{
    int rate = begins_with(lang, "vi-Latn") ? 0 : rate_of_script(lang);
    return rate > 0 ? rate : rate_of_language(lang);
}

gint64 bt_text_duration_ms(const BtText *text)
{
    gint64 code_points = g_utf8_strlen(text->title, -1) + g_utf8_strlen(text->body, -1);
    int rate = bt_reading_rate(text->lang);
    return MAX(TEXT_MIN_MS, (code_points * 1000 + rate - 1) / rate);
}
