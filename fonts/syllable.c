/* A syllable is an onset, a rime and one tone at most. The spelling is regular: a list of onsets
 * and one of rimes, c g ng before back vowels and k gh ngh before front ones, and before a final
 * stop only the sharp or the heavy tone. */
#include "fonts/syllable.h"

#include <string.h>

#define MAX_BYTES 40 /* nghiêng with its tone, decomposed, is 12 */

/* The longest that fits counts, so they stand before their own beginnings. */
static const char *const onsets[] = { "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th",
    "tr", "q", "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "" };

static const char *const rimes[] = { "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap",
    "at", "au", "ay", "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", "âc", "âm", "ân", "âng", "âp", "ât",
    "âu", "ây", "e", "ec", "em", "en", "eng", "eo", "ep", "et", "ê", "êch", "êm", "ên", "ênh", "êp",
    "êt", "êu", "i", "ia", "ich", "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "im", "in",
    "inh", "ip", "it", "iu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao",
    "oap", "oat", "oay", "oăc", "oăm", "oăn", "oăng", "oăt", "oc", "oe", "oen", "oeo", "oet", "oi",
    "om", "on", "ong", "ooc", "oong", "op", "ot", "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt",
    "ơ", "ơi", "ơm", "ơn", "ơp", "ơt", "u", "ua", "uân", "uâng", "uât", "uây", "uc", "uê", "uêch",
    "uên", "uênh", "ui", "um", "un", "ung", "uôc", "uôi", "uôm", "uôn", "uông", "uôt", "uơ", "up",
    "ut", "uy", "uya", "uych", "uyên", "uyêt", "uynh", "uyp", "uyt", "uyu", "ư", "ưa", "ưc", "ưi",
    "ưng", "ươc", "ươi", "ươm", "ươn", "ương", "ươp", "ươt", "ươu", "ưt", "ưu", "y", "yêm", "yên",
    "yêng", "yêt", "yêu" };

static gboolean is_tone(gunichar c)
{
    return c == 0x300 || c == 0x301 || c == 0x303 || c == 0x309 || c == 0x323;
}

/* Small letters without their tone, composed. `*tone` is the tone's mark, 0 for none. (transfer
 * full) (nullable): NULL when there are two tones. */
static char *without_tone(const char *word, gsize n, gunichar *tone)
{
    g_autofree char *small = g_utf8_strdown(word, (gssize)n);
    g_autofree char *apart = g_utf8_normalize(small, -1, G_NORMALIZE_NFD);
    g_autoptr(GString) rest = g_string_new(NULL);
    *tone = 0;
    for (const char *p = apart; p != NULL && *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!is_tone(c))
            g_string_append_unichar(rest, c);
        else if (*tone == 0)
            *tone = c;
        else
            return NULL;
    }
    return g_utf8_normalize(rest->str, -1, G_NORMALIZE_NFC);
}

static gboolean is_rime(const char *rime)
{
    for (guint i = 0; i < G_N_ELEMENTS(rimes); i++)
        if (strcmp(rimes[i], rime) == 0)
            return TRUE;
    return FALSE;
}

static gboolean agrees(const char *onset, const char *rime)
{
    static const char *const before_front[] = { "k", "gh", "ngh", NULL };
    static const char *const before_back[] = { "c", "g", "ng", NULL };
    gboolean front = *rime == 'e' || *rime == 'i' || *rime == 'y' || g_str_has_prefix(rime, "ê");
    if (strcmp(onset, "q") == 0)
        return *rime == 'u';
    if (strcmp(onset, "g") == 0 && *rime == 'i') /* gì, giêng: the i of gi is that of the rime */
        return TRUE;
    return g_strv_contains(before_front, onset) ? front
                                                : !front || !g_strv_contains(before_back, onset);
}

static gboolean ends_in_stop(const char *rime)
{
    char last = rime[strlen(rime) - 1];
    return last == 'c' || last == 'p' || last == 't' || g_str_has_suffix(rime, "ch");
}

static gboolean is_open_to(const char *rime, gunichar tone)
{
    return !ends_in_stop(rime) || tone == 0x301 || tone == 0x323;
}

gboolean bt_is_syllable(const char *word, gsize n)
{
    gunichar tone;
    g_autofree char *plain = n > 0 && n <= MAX_BYTES ? without_tone(word, n, &tone) : NULL;
    if (plain == NULL)
        return FALSE;
    if (g_str_has_suffix(plain, "k") && strlen(plain) > 1)
        plain[strlen(plain) - 1] = 'c';
    for (guint i = 0; i < G_N_ELEMENTS(onsets); i++) {
        const char *rime = plain + strlen(onsets[i]);
        if (g_str_has_prefix(plain, onsets[i]) && is_rime(rime) && agrees(onsets[i], rime) &&
            is_open_to(rime, tone))
            return TRUE;
    }
    return FALSE;
}
