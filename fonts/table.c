/* The font table: script → files, best first.
 *
 * The desktop's own fallback (fontconfig) is not asked: it changes with whatever packages are
 * installed and takes marks from another font than their base. Chains are per script, because a
 * global order lets one script's font draw another's punctuation. Every chain ends with the same
 * tail of symbols, Han and rare Han; scripts that the table does not name use Noto's file of that
 * name.
 *
 * Ink is counted over real texts of each script (the tallest stacks of marks), in em.
 *
 * Khmer has the UI cut, whose letters are raised and pressed to stand in a Latin line: without it
 * the rows of a small wall are not enough. Arabic has not: there the cut raises digits over the
 * hyphens of a date, which come from the Latin font. */
#include "fonts/parts.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>

enum {
    LATIN,
    KHMER_UI,
    KHMER,
    CHAM,
    NASKH_UI,
    NASKH,
    TAI_HERITAGE,
    TAI_VIET,
    TAI_LUE,
    TAI_THAM,
    PAHAWH,
    NYIAKENG,
    THAI,
    LAO,
    YI,
    CJK_JP,
    CJK_KR,
    CJK_SC,
    CJK_TC,
    SERIF_CJK_TC,
    HANAMIN_A,
    HANAMIN_B,
    BABELSTONE,
    SYMBOLS,
    SYMBOLS2,
    MATH,
    EMOJI,
    SERIF,
    N_ENTRIES
};

static const BtFontEntry table[N_ENTRIES] = {
    [LATIN] = { "NotoSans-%s.ttf", 0, "fonts-noto-core", TRUE, 1.05f, 0.24f },
    [KHMER_UI] = { "NotoSansKhmerUI-%s.ttf", 0, "fonts-noto-ui-core", TRUE, 1.09f, 0.26f },
    [KHMER] = { "NotoSansKhmer-%s.ttf", 0, "fonts-noto-core", FALSE, 0.93f, 0.63f },
    [CHAM] = { "NotoSansCham-%s.ttf", 0, "fonts-noto-core", TRUE, 1.24f, 0.33f },
    [NASKH_UI] = { "NotoNaskhArabicUI-%s.ttf", 0, "fonts-noto-ui-core", FALSE, 0.93f, 0.29f },
    [NASKH] = { "NotoNaskhArabic-%s.ttf", 0, "fonts-noto-core", TRUE, 0.9f, 0.44f, TRUE },
    [TAI_HERITAGE] = { "TaiHeritagePro-%s.ttf", 0, "fonts-sil-taiheritagepro", TRUE, 1.34f, 0.74f },
    [TAI_VIET] = { "NotoSansTaiViet-%s.ttf", 0, "fonts-noto-core", FALSE, 1.1f, 0.5f },
    [TAI_LUE] = { "NotoSansNewTaiLue-%s.ttf", 0, "fonts-noto-core", TRUE, 0.85f, 0.29f },
    [TAI_THAM] = { "NotoSansTaiTham-%s.ttf", 0, "fonts-noto-core", TRUE, 0.97f, 0.5f },
    [PAHAWH] = { "NotoSansPahawhHmong-%s.ttf", 0, "fonts-noto-core", TRUE, 0.9f, 0.14f },
    [NYIAKENG] = { "NotoSerifNyiakengPuachueHmong-%s.ttf", 0, "fonts-noto-core", TRUE, 1.0f, 0.3f },
    [THAI] = { "NotoSansThai-%s.ttf", 0, "fonts-noto-core", TRUE, 1.02f, 0.25f },
    [LAO] = { "NotoSansLao-%s.ttf", 0, "fonts-noto-core", TRUE, 1.07f, 0.3f },
    [YI] = { "NotoSansYi-%s.ttf", 0, "fonts-noto-core", TRUE, 0.8f, 0.1f },
    [CJK_JP] = { "NotoSansCJK-%s.ttc", 0, "fonts-noto-cjk", FALSE, 0.84f, 0.09f },
    [CJK_KR] = { "NotoSansCJK-%s.ttc", 1, "fonts-noto-cjk", FALSE, 0.84f, 0.09f },
    [CJK_SC] = { "NotoSansCJK-%s.ttc", 2, "fonts-noto-cjk", TRUE, 0.84f, 0.09f },
    [CJK_TC] = { "NotoSansCJK-%s.ttc", 3, "fonts-noto-cjk", FALSE, 0.84f, 0.09f },
    [SERIF_CJK_TC] = { "NotoSerifCJK-%s.ttc", 3, "fonts-noto-cjk", TRUE, 0.84f, 0.1f },
    [HANAMIN_A] = { "HanaMinA.ttf", 0, "fonts-hanazono", TRUE, 0.84f, 0.1f },
    [HANAMIN_B] = { "HanaMinB.ttf", 0, "fonts-hanazono", TRUE, 0.84f, 0.1f },
    [BABELSTONE] = { "BabelStoneHan.ttf", 0, "fonts-babelstone-han", FALSE, 0.84f, 0.1f },
    [SYMBOLS] = { "NotoSansSymbols-%s.ttf", 0, "fonts-noto-core", TRUE, 0.9f, 0.24f, TRUE },
    [SYMBOLS2] = { "NotoSansSymbols2-%s.ttf", 0, "fonts-noto-core", TRUE, 0.9f, 0.24f, TRUE },
    [MATH] = { "NotoSansMath-%s.ttf", 0, "fonts-noto-core", TRUE, 0.9f, 0.24f, TRUE },
    [EMOJI] = { "NotoColorEmoji.ttf", 0, "fonts-noto-color-emoji", TRUE, 0.95f, 0.25f },
    [SERIF] = { "NotoSerif-%s.ttf", 0, "fonts-noto-core", FALSE, 1.05f, 0.25f },
};

#define END N_ENTRIES

static const struct {
    UScriptCode script;
    guint8 entries[5];
} chains[] = {
    { USCRIPT_LATIN, { LATIN, END } },
    { USCRIPT_GREEK, { LATIN, END } },
    { USCRIPT_CYRILLIC, { LATIN, END } },
    { USCRIPT_KHMER, { KHMER_UI, KHMER, END } },
    { USCRIPT_CHAM, { CHAM, END } },
    { USCRIPT_ARABIC, { NASKH, NASKH_UI, END } },
    { USCRIPT_TAI_VIET, { TAI_HERITAGE, TAI_VIET, END } },
    { USCRIPT_NEW_TAI_LUE, { TAI_LUE, END } },
    { USCRIPT_LANNA, { TAI_THAM, END } },
    { USCRIPT_PAHAWH_HMONG, { PAHAWH, END } },
    { USCRIPT_NYIAKENG_PUACHUE_HMONG, { NYIAKENG, END } },
    { USCRIPT_THAI, { THAI, END } },
    { USCRIPT_LAO, { LAO, END } },
    { USCRIPT_YI, { YI, CJK_SC, END } },
    { USCRIPT_HIRAGANA, { CJK_JP, END } },
    { USCRIPT_KATAKANA, { CJK_JP, END } },
    { USCRIPT_HANGUL, { CJK_KR, END } },
    { USCRIPT_BOPOMOFO, { CJK_TC, END } },
    { USCRIPT_SYMBOLS_EMOJI, { EMOJI, END } },
};

/* BabelStone comes last, and in Han texts only: it draws signs of its own for private characters.
 */
#define RARE_HAN HANAMIN_A, HANAMIN_B, BABELSTONE
static const guint8 simplified[] = { CJK_SC, CJK_TC, RARE_HAN, END };
static const guint8 traditional[] = { CJK_TC, CJK_SC, RARE_HAN, END };
static const guint8 japanese[] = { CJK_JP, CJK_TC, RARE_HAN, END };
static const guint8 korean[] = { CJK_KR, CJK_TC, RARE_HAN, END };
static const guint8 nom[] = { SERIF_CJK_TC, RARE_HAN, END };
static const guint8 tail[] = { LATIN, SYMBOLS, MATH, SYMBOLS2, CJK_SC, HANAMIN_A, HANAMIN_B, EMOJI,
    END };

const BtFontEntry *bt_font_table(guint *n)
{
    *n = N_ENTRIES;
    return table;
}

static const char *likely_script(const char *lang, char script[ULOC_SCRIPT_CAPACITY])
{
    char locale[ULOC_FULLNAME_CAPACITY], full[ULOC_FULLNAME_CAPACITY];
    UErrorCode status = U_ZERO_ERROR;
    script[0] = '\0';
    uloc_forLanguageTag(lang, locale, sizeof locale, NULL, &status);
    uloc_addLikelySubtags(locale, full, sizeof full, &status);
    uloc_getScript(full, script, ULOC_SCRIPT_CAPACITY, &status);
    if (U_FAILURE(status))
        script[0] = '\0';
    return script;
}

UScriptCode bt_script_of_lang(const char *lang)
{
    char script[ULOC_SCRIPT_CAPACITY];
    likely_script(lang, script);
    if (g_str_equal(script, "Hans") || g_str_equal(script, "Hant") || g_str_equal(script, "Jpan"))
        return USCRIPT_HAN;
    if (g_str_equal(script, "Kore"))
        return USCRIPT_HANGUL;
    int code =
        script[0] != '\0' ? u_getPropertyValueEnum(UCHAR_SCRIPT, script) : UCHAR_INVALID_CODE;
    return code == UCHAR_INVALID_CODE ? USCRIPT_LATIN : (UScriptCode)code;
}

static gboolean lang_is(const char *lang, const char *const *primaries)
{
    gsize n = strcspn(lang, "-_");
    for (; *primaries != NULL; primaries++)
        if (strlen(*primaries) == n && g_ascii_strncasecmp(lang, *primaries, n) == 0)
            return TRUE;
    return FALSE;
}

/* Han unifies what readers of different languages write differently. */
static const guint8 *han_chain(const char *lang)
{
    static const char *const vietnam[] = { "vi", "tyz", "nut", "ium", "mtq", NULL };
    if (lang_is(lang, vietnam))
        return nom;
    char script[ULOC_SCRIPT_CAPACITY];
    likely_script(lang, script);
    if (g_str_equal(script, "Hant"))
        return traditional;
    if (g_str_equal(script, "Jpan"))
        return japanese;
    return g_str_equal(script, "Kore") ? korean : simplified;
}

static const guint8 *own_chain(UScriptCode script, const char *lang)
{
    static const guint8 none[] = { END };
    if (script == USCRIPT_HAN)
        return han_chain(lang);
    for (guint i = 0; i < G_N_ELEMENTS(chains); i++)
        if (chains[i].script == script)
            return chains[i].entries;
    return none;
}

static guint append(guint8 *entries, guint n, const guint8 *more)
{
    for (; *more != END && n < BT_FONT_CHAIN_MAX; more++)
        if (memchr(entries, *more, n) == NULL)
            entries[n++] = *more;
    return n;
}

guint bt_font_entries(
    UScriptCode script, const char *lang, guint8 entries[BT_FONT_CHAIN_MAX], guint *n_own)
{
    *n_own = append(entries, 0, own_chain(script, lang));
    return append(entries, *n_own, tail);
}

guint bt_font_entries_for(gunichar c, const char *lang, guint8 entries[BT_FONT_CHAIN_MAX])
{
    static const guint8 emoji[] = { EMOJI, END }, symbols[] = { SYMBOLS, MATH, SYMBOLS2, END };
    static const guint8 rare_han[] = { CJK_SC, HANAMIN_A, HANAMIN_B, BABELSTONE, END };
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    if (U_FAILURE(status) || script == USCRIPT_UNKNOWN)
        return 0;
    if (script == USCRIPT_HAN)
        return append(entries, append(entries, 0, han_chain(lang)), rare_han);
    if (script != USCRIPT_COMMON && script != USCRIPT_INHERITED)
        return append(entries, 0, own_chain(script, lang));
    if (uscript_hasScript((UChar32)c, USCRIPT_HAN)) /* the punctuation of Chinese */
        return append(entries, 0, han_chain(lang));
    gboolean picture = u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI_PRESENTATION);
    return append(entries, 0, picture ? emoji : symbols);
}

const char *bt_lang_of_script(UScriptCode script)
{
    static const struct {
        UScriptCode script;
        const char *lang;
    } langs[] = {
        { USCRIPT_KHMER, "km" },
        { USCRIPT_CHAM, "cjm-Cham" },
        { USCRIPT_ARABIC, "cja-Arab" },
        { USCRIPT_TAI_VIET, "blt" },
        { USCRIPT_NEW_TAI_LUE, "khb-Talu" },
        { USCRIPT_LANNA, "khb-Lana" },
        { USCRIPT_PAHAWH_HMONG, "mww-Hmng" },
        { USCRIPT_NYIAKENG_PUACHUE_HMONG, "hnj-Hmnp" },
        { USCRIPT_THAI, "th" },
        { USCRIPT_LAO, "lo" },
        { USCRIPT_YI, "ii" },
        { USCRIPT_HAN, "zh-Hans" },
        { USCRIPT_HIRAGANA, "ja" },
        { USCRIPT_KATAKANA, "ja" },
        { USCRIPT_HANGUL, "ko" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(langs); i++)
        if (langs[i].script == script)
            return langs[i].lang;
    return "vi";
}

/* Rows that a script needs on a panel to be read (judged by eye from sheets of real texts), as the
 * em size that fits those rows. */
int bt_text_min_px(const char *lang, gboolean led)
{
    static const struct {
        UScriptCode script;
        int led_px, panel_px;
    } minima[] = {
        { USCRIPT_LATIN, 12, 12 },
        { USCRIPT_HAN, 16, 16 },
        { USCRIPT_YI, 16, 16 },
        { USCRIPT_KHMER, 17, 17 },
        { USCRIPT_THAI, 15, 15 },
        { USCRIPT_LAO, 15, 15 },
        { USCRIPT_ARABIC, 17, 17 },
        { USCRIPT_CHAM, 16, 17 },
        { USCRIPT_TAI_VIET, 15, 17 },
        { USCRIPT_NEW_TAI_LUE, 16, 16 },
        { USCRIPT_LANNA, 16, 18 },
    };
    UScriptCode script = bt_script_of_lang(lang != NULL ? lang : "");
    for (guint i = 0; i < G_N_ELEMENTS(minima); i++)
        if (minima[i].script == script)
            return led ? minima[i].led_px : minima[i].panel_px;
    return 16;
}
