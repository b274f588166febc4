/* Legacy encodings: the whole alphabet, words, what is recognised, and what must not be. */
#include "fonts/legacy.h"
#include "fonts/syllable.h"

#include <string.h>

/* ---- the alphabets ---- */

/* Rows: no tone, then acute, grave, hook, tilde, dot below. */
#define N_VOWELS 12
#define N_TONES 6

static const char *const unicode[N_VOWELS][N_TONES] = {
    { "a", "á", "à", "ả", "ã", "ạ" },
    { "â", "ấ", "ầ", "ẩ", "ẫ", "ậ" },
    { "ă", "ắ", "ằ", "ẳ", "ẵ", "ặ" },
    { "e", "é", "è", "ẻ", "ẽ", "ẹ" },
    { "ê", "ế", "ề", "ể", "ễ", "ệ" },
    { "o", "ó", "ò", "ỏ", "õ", "ọ" },
    { "ô", "ố", "ồ", "ổ", "ỗ", "ộ" },
    { "ơ", "ớ", "ờ", "ở", "ỡ", "ợ" },
    { "u", "ú", "ù", "ủ", "ũ", "ụ" },
    { "ư", "ứ", "ừ", "ử", "ữ", "ự" },
    { "i", "í", "ì", "ỉ", "ĩ", "ị" },
    { "y", "ý", "ỳ", "ỷ", "ỹ", "ỵ" },
};

static const char *const vni[N_VOWELS][N_TONES] = {
    { "a", "aù", "aø", "aû", "aõ", "aï" },
    { "aâ", "aá", "aà", "aå", "aã", "aä" },
    { "aê", "aé", "aè", "aú", "aü", "aë" },
    { "e", "eù", "eø", "eû", "eõ", "eï" },
    { "eâ", "eá", "eà", "eå", "eã", "eä" },
    { "o", "où", "oø", "oû", "oõ", "oï" },
    { "oâ", "oá", "oà", "oå", "oã", "oä" },
    { "ô", "ôù", "ôø", "ôû", "ôõ", "ôï" },
    { "u", "uù", "uø", "uû", "uõ", "uï" },
    { "ö", "öù", "öø", "öû", "öõ", "öï" },
    { "i", "í", "ì", "æ", "ó", "ò" },
    { "y", "yù", "yø", "yû", "yõ", "î" },
};

/* As the bytes of TCVN 5712:1993, VN3, read as Latin-1. */
static const char *const tcvn3[N_VOWELS][N_TONES] = {
    { "a", "\u00B8", "\u00B5", "\u00B6", "\u00B7", "\u00B9" },
    { "\u00A9", "\u00CA", "\u00C7", "\u00C8", "\u00C9", "\u00CB" },
    { "\u00A8", "\u00BE", "\u00BB", "\u00BC", "\u00BD", "\u00C6" },
    { "e", "\u00D0", "\u00CC", "\u00CE", "\u00CF", "\u00D1" },
    { "\u00AA", "\u00D5", "\u00D2", "\u00D3", "\u00D4", "\u00D6" },
    { "o", "\u00E3", "\u00DF", "\u00E1", "\u00E2", "\u00E4" },
    { "\u00AB", "\u00E8", "\u00E5", "\u00E6", "\u00E7", "\u00E9" },
    { "\u00AC", "\u00ED", "\u00EA", "\u00EB", "\u00EC", "\u00EE" },
    { "u", "\u00F3", "\u00EF", "\u00F1", "\u00F2", "\u00F4" },
    { "\u00AD", "\u00F8", "\u00F5", "\u00F6", "\u00F7", "\u00F9" },
    { "i", "\u00DD", "\u00D7", "\u00D8", "\u00DC", "\u00DE" },
    { "y", "\u00FD", "\u00FA", "\u00FB", "\u00FC", "\u00FE" },
};

static void assert_converts(const char *text, BtLegacy encoding, const char *expected)
{
    g_autofree char *got = bt_legacy_convert(text, encoding);
    g_assert_cmpstr(got, ==, expected);
}

/* Each letter alone, then all of them as one word, small and in capitals. */
static void test_alphabets(void)
{
    for (guint v = 0; v < N_VOWELS; v++)
        for (guint t = 0; t < N_TONES; t++) {
            assert_converts(tcvn3[v][t], BT_LEGACY_TCVN3, unicode[v][t]);
            assert_converts(vni[v][t], BT_LEGACY_VNI, unicode[v][t]);
            g_autofree char *capital = g_utf8_strup(vni[v][t], -1);
            g_autofree char *expected = g_utf8_strup(unicode[v][t], -1);
            assert_converts(capital, BT_LEGACY_VNI, expected);
            /* Capitals with tones are the small letters' codes in another font. */
            g_autofree char *between = g_strconcat("B", tcvn3[v][t], "NG", NULL);
            g_autofree char *shown = g_strconcat("B", expected, "NG", NULL);
            if ((guchar)*tcvn3[v][t] >= 0x80 && t > 0)
                assert_converts(between, BT_LEGACY_TCVN3, shown);
        }
    assert_converts("\u00AE \u00A7", BT_LEGACY_TCVN3, "đ Đ");
    assert_converts("\u00A1\u00A2\u00A3\u00A4\u00A5\u00A6", BT_LEGACY_TCVN3, "ĂÂÊÔƠƯ");
    assert_converts("ñ Ñ", BT_LEGACY_VNI, "đ Đ");
}

/* The C library knows TCVN 5712 too: the same codes from another hand. */
static void test_tcvn3_against_library(void)
{
    guint compared = 0;
    for (gunichar code = 0xA1; code <= 0xFF; code++) {
        const char byte = (char)code;
        char latin[8] = { 0 };
        g_unichar_to_utf8(code, latin);
        g_autofree char *library = g_convert(&byte, 1, "UTF-8", "TCVN5712-1", NULL, NULL, NULL);
        g_autofree char *ours = bt_legacy_convert(latin, BT_LEGACY_TCVN3);
        if (library == NULL && code == 0xA1) {
            g_test_skip("this C library does not know TCVN5712-1");
            return;
        }
        gboolean ours_is_letter = strcmp(ours, latin) != 0;
        /* VN1 has capitals with tones where VN3 has none. */
        gunichar theirs = library != NULL ? g_utf8_get_char(library) : 0;
        if (!ours_is_letter) {
            g_assert_true(theirs == code || !g_unichar_islower(theirs));
            continue;
        }
        g_assert_cmpstr(ours, ==, library);
        compared++;
    }
    /* 67 small letters beyond ASCII and 7 capitals, less ý, whose code is its own. */
    g_assert_cmpuint(compared, ==, 73);
}

/* ---- words and texts ---- */

typedef struct {
    BtLegacy encoding;
    const char *text, *unicode;
} Pair;

static const Pair pairs[] = {
    { BT_LEGACY_TCVN3, "Th«ng b¸o", "Thông báo" },
    { BT_LEGACY_TCVN3, "ñy ban nh©n d©n thÞ trÊn Phó Tóc", "ủy ban nhân dân thị trấn Phú Túc" },
    { BT_LEGACY_TCVN3, "Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam" },
    { BT_LEGACY_TCVN3, "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc" },
    { BT_LEGACY_TCVN3, "KÝnh mêi bµ con vÒ dù häp lóc 19 giê 30 phót.",
        "Kính mời bà con về dự họp lúc 19 giờ 30 phút." },
    { BT_LEGACY_TCVN3, "NguyÔn V¨n An, tØnh §¾k L¾k", "Nguyễn Văn An, tỉnh Đắk Lắk" },
    { BT_LEGACY_TCVN3, "Tr\u00ADêng THCS thÞ trÊn", "Trường THCS thị trấn" },
    /* Capitals: by the letters beside them, else by the line, else not. */
    { BT_LEGACY_TCVN3, "TH¤NG B¸O HäP", "THÔNG BÁO HỌP" },
    { BT_LEGACY_TCVN3, "B¸ TH\u00A6íC, THANH HãA", "BÁ THƯỚC, THANH HÓA" },
    { BT_LEGACY_TCVN3, "B¸ Th\u00ADíc", "Bá Thước" },
    { BT_LEGACY_TCVN3, "th«ng b¸o", "thông báo" },
    { BT_LEGACY_VNI, "Thoâng baùo", "Thông báo" },
    { BT_LEGACY_VNI, "THOÂNG BAÙO HOÏP", "THÔNG BÁO HỌP" },
    { BT_LEGACY_VNI, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
        "Cộng hòa xã hội chủ nghĩa Việt Nam" },
    { BT_LEGACY_VNI, "Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc" },
    { BT_LEGACY_VNI, "Kính môøi baø con veà döï hoïp luùc 19 giôø 30 phuùt.",
        "Kính mời bà con về dự họp lúc 19 giờ 30 phút." },
    { BT_LEGACY_VNI, "Nguyeãn Vaên An, tænh Ñaék Laék, ngöôøi Thöôïng",
        "Nguyễn Văn An, tỉnh Đắk Lắk, người Thượng" },
    { BT_LEGACY_VNI, "thò traán, kyû nieäm, lyù do, Myõ", "thị trấn, kỷ niệm, lý do, Mỹ" },
    { BT_LEGACY_VOV4, "tơring ]ar", "tơring čar" },
    { BT_LEGACY_VOV4, "[ôn lan ngă [uh, hơdôm {ôn ]ư\\ Ayun",
        "ƀôn lan ngă ƀuh, hơdôm Ƀôn čư̆ Ayun" },
    { BT_LEGACY_VOV4, "kơno\\ng hlo\\h, mu\\t sang hră", "kơnŏng hlŏh, mŭt sang hră" },
    { BT_LEGACY_VOV4, "c\\ar Gia Lai, ngă brua\\, ană`", "čar Gia Lai, ngă bruă, anăñ" },
    { BT_LEGACY_VOV4, "h^ng bơnga| hrơi pô|k `u ơi ]ar", "hĭng bơnga| hrơi pô̆k ñu ơi čar" },
};

static void test_pairs(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_test_message("%s", pairs[i].text);
        assert_converts(pairs[i].text, pairs[i].encoding, pairs[i].unicode);
        BtLegacyFinding finding = bt_legacy_detect(pairs[i].text);
        g_assert_cmpstr(bt_legacy_name(finding.encoding), ==, bt_legacy_name(pairs[i].encoding));
        /* What came out is Unicode: nothing is left to find or to convert. */
        g_assert_cmpstr(bt_legacy_name(bt_legacy_detect(pairs[i].unicode).encoding), ==, "none");
    }
}

/* ---- where ---- */

static const struct {
    const char *text, *encoding;
    gsize offset, word_start, word_end;
} places[] = {
    { "Th«ng b¸o", "tcvn3", 2, 0, 6 },
    { "UBND thÞ trÊn", "tcvn3", 7, 5, 9 },
    { "Thoâng baùo", "vni", 3, 0, 7 },
    { "tơring ]ar", "vov4", 8, 8, 11 },
    { "Tiếng Việt rồi NguyÔn", "tcvn3", 25, 21, 28 },
    /* A page of which one line is Unicode. */
    { "Lá rụng ở xã.\nTh«ng b¸o häp", "tcvn3", 22, 20, 26 },
};

static void test_places(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        BtLegacyFinding finding = bt_legacy_detect(places[i].text);
        g_test_message("%s", places[i].text);
        g_assert_cmpstr(bt_legacy_name(finding.encoding), ==, places[i].encoding);
        g_assert_cmpuint(finding.offset, ==, places[i].offset);
        g_assert_cmpuint(finding.word_start, ==, places[i].word_start);
        g_assert_cmpuint(finding.word_end, ==, places[i].word_end);
    }
}

/* ---- what conversion leaves alone ---- */

static const Pair left_alone[] = {
    { BT_LEGACY_TCVN3, "", "" },
    { BT_LEGACY_TCVN3, "Lá ở Đà Lạt\nTh«ng b¸o", "Lá ở Đà Lạt\nThông báo" },
    { BT_LEGACY_TCVN3, "tiếng NguyÔn", "tiếng Nguyễn" },
    { BT_LEGACY_TCVN3, "សូម Th«ng b¸o\n", "សូម Thông báo\n" },
    { BT_LEGACY_VNI, "Lá ở đây\nThoâng baùo\n\n", "Lá ở đây\nThông báo\n\n" },
    { BT_LEGACY_VNI, "b ù", "b ù" }, /* a mark without its letter */
    { BT_LEGACY_VOV4, "[Thông báo] ]ar [1]", "[Thông báo] čar [1]" },
    { BT_LEGACY_VOV4, "https://vov4.vn/a[ ]ar C:\\nu\\m", "https://vov4.vn/a[ čar C:\\nu\\m" },
    { BT_LEGACY_VOV4, "[liên kết](https://e.vn/x) ]ar", "[liên kết](https://e.vn/x) čar" },
    { BT_LEGACY_VOV4, "a | b [ ^ ] \\ tơ]ar", "a | b [ ^ ] \\ tơčar" },
    { BT_LEGACY_NONE, "Th«ng b¸o", "Th«ng b¸o" },
};

static void test_left_alone(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(left_alone); i++)
        assert_converts(left_alone[i].text, left_alone[i].encoding, left_alone[i].unicode);
}

/* ---- what is none ---- */

static const char *const innocent[] = {
    "",
    "Thông báo",
    "Ủy ban nhân dân xã Ia Rsươm họp lúc 19 giờ; hoá đơn, toán học, khoá sổ, thuỷ lợi, loã xoã, "
    "Hoà Bình",
    "Tho\u0302ng ba\u0301o ho\u0323p tho\u0302n, toa\u0300n xa\u0303",
    "Đóng phí 25.000 đ/người, giảm 5 %, 3 × 4 m², 36 °C, ±0,5 mm, §2, ½ lít, 5 µm, m·n, N·m, m×n, "
    "© 2026, Toyota®, “«Ai?» «ông» ấy”",
    "Giá £5, ¥300, ¢50, £m, ¡hola!, 1ª, h¹, chú thích¹ và xem² thêm³",
    "Où va Loïc ? Il aime la cuisine thaï et le thé, né à Nantes, où naît l'été. «Oui», dit-il: "
    "«où?»",
    "L'État français a été fondé où l'on naît; Noël, maïs, août, théâtre, crème brûlée, naïf, ça "
    "et là, «déjà vu»",
    "Sí, señor: ¿qué té? Mañana él sabrá más; tú, mí, sé, dé. ¡Ñandú!",
    "João não são ações, região, coração, mãe, irmãos, põe, avô, pôde, à, às",
    "Für Köln, schön, Öl, Höhe, größer, Maß, süß, können, nötig, Bäume, Straße",
    "Tøm smør, søn, år, åben, læge, Þórður, Ægir, ðæt, vår, öl, säng, på, möte",
    "Café, naïve, résumé, coöperate, façade, jalapeño, El Niño, Zoë, Brontë",
    "Jrai: hơdĭp mơda, ƀôn lan, čư̆ Ayun, ñu nao, ñang, ană plei, kơčŏng, amăng, tơlơi phiăn",
    "Ê Đê: Aê Diê, ñu, êa, buôn sang, mâo, hlei, boh, klei, hđeh, ênguôt; Buôn Ma Thuột, Krông Păk",
    "សូមអញ្ជើញបងប្អូនប្រជាពលរដ្ឋ [ភូមិ] {ឃុំ}",
    "[Thông báo] Họp thôn (xem [1], [2a]) và [phụ lục b]nhé; {đã sửa}",
    "Mảng a[i] = b[j], f(x) = {x | x > 0}, khoảng [a, b) và ]a, b[ và (a; b], [ 2 ]nhé, lời [chưa "
    "đóng",
    "Tệp C:\\Users\\Công\\ảnh.png ở \\\\máy\\chung, src\\main, foo\\bar, công\\ty, và\\hoặc, "
    "hoặc\\hay, cho\\n vui",
    "Viết `mã` hoặc 10^6, x^n, e^x, ^_^, :], :[, [], {}, a|b, Tên|Tuổi, cà phê| trà| ơi",
    "if (a[0] == '\\n' && b{1}) { return ôi[k]; } $x^n$ \\alpha đó",
    "https://example.vn/thaï?q=où&x[]=1 an@ví-dụ.vn http://vn/«a»b",
    "ThÃ´ng bÃ¡o há»p thÃ´n", /* UTF-8 read as Latin-1: broken, but none of these */
    "Th\u00ADông báo có dấu gạch nối mềm in\u00ADform th\u00ADe",
    "El deán habló según costumbre; acción, canción, él, allí", /* “deán” alone could be VNI */
    "Đi chợ cho\\n vui",
    "Dấu ngoặc đi lạc ]uỷ ban ]oán trách",
    "https://vov4.vn/ơ]ar/hlo\\h ở C:\\hlo\\h",
    "ASCII only: path\\to\\file [x] {y} a^b `c` d|e ]f",
};

static void test_innocent(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(innocent); i++) {
        BtLegacyFinding finding = bt_legacy_detect(innocent[i]);
        if (finding.encoding != BT_LEGACY_NONE)
            g_error("%s: taken for %s by “%.*s”", innocent[i], bt_legacy_name(finding.encoding),
                (int)(finding.word_end - finding.word_start), innocent[i] + finding.word_start);
    }
}

/* ---- syllables ---- */

static const struct {
    const char *word;
    gboolean is;
} syllables[] = {
    { "thông", TRUE },
    { "NGHIÊNG", TRUE },
    { "gì", TRUE },
    { "giếng", TRUE },
    { "quốc", TRUE },
    { "quynh", TRUE },
    { "quyết", TRUE },
    { "khuỷu", TRUE },
    { "ngoằn", TRUE },
    { "ý", TRUE },
    { "Đắk", TRUE },
    { "tho\u0302ng", TRUE },
    { "ướt", TRUE },
    { "", FALSE },
    { "b", FALSE },
    { "goût", FALSE },
    { "thot", FALSE },
    { "cê", FALSE },
    { "ka", FALSE },
    { "ngê", FALSE },
    { "áá", FALSE },
    { "strông", FALSE },
    { "thôngg", FALSE },
    { "k", FALSE },
};

static void test_syllables(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(syllables); i++) {
        g_test_message("%s", syllables[i].word);
        g_assert_cmpint(
            bt_is_syllable(syllables[i].word, strlen(syllables[i].word)), ==, syllables[i].is);
    }
}

static void test_names(void)
{
    BtLegacy encoding = BT_LEGACY_NONE;
    for (BtLegacy e = BT_LEGACY_VOV4; e <= BT_LEGACY_VNI; e++) {
        g_assert_true(bt_legacy_from_name(bt_legacy_name(e), &encoding));
        g_assert_cmpint(encoding, ==, e);
    }
    g_assert_false(bt_legacy_from_name("none", &encoding));
    g_assert_false(bt_legacy_from_name("viscii", &encoding));
}

/* A long text is no more than a long text: brackets that never close, one endless word. */
static void test_long(void)
{
    GString *text = g_string_new("ơ ");
    for (guint i = 0; i < 100000; i++)
        g_string_append(text, i < 50000 ? "[" : i < 75000 ? "«" : "]a");
    for (BtLegacy e = BT_LEGACY_VOV4; e <= BT_LEGACY_VNI; e++) {
        g_autofree char *converted = bt_legacy_convert(text->str, e);
        g_assert_true(g_utf8_validate(converted, -1, NULL));
    }
    g_assert_cmpint(bt_legacy_detect(text->str).encoding, ==, BT_LEGACY_NONE);
    g_string_free(text, TRUE);
}

/* Any mixture of signs, codes and letters: nothing is read past its end, what comes out is UTF-8.
 */
static void test_mixtures(void)
{
    static const char *const pieces[] = { "[", "]", "{", "}", "\\", "|", "^", "`", " ", "\n", "a",
        "o", "c", "ơ", "ê", "«", "¸", "\u00AD", "Þ", "ù", "â", "ñ", "Ñ", "ng", "B", "1", "@", "://",
        "\u0301", "\u1780", "\U0002029B", "." };
    GRand *random = g_rand_new_with_seed(5712);
    for (guint i = 0; i < 5000; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (gint n = g_rand_int_range(random, 0, 24); n > 0; n--)
            g_string_append(text, pieces[g_rand_int_range(random, 0, (gint)G_N_ELEMENTS(pieces))]);
        BtLegacyFinding finding = bt_legacy_detect(text->str);
        g_assert_cmpuint(finding.word_end, <=, text->len);
        g_assert_cmpuint(finding.word_start, <=, finding.offset);
        for (BtLegacy e = BT_LEGACY_NONE; e <= BT_LEGACY_VNI; e++) {
            g_autofree char *converted = bt_legacy_convert(text->str, e);
            g_assert_true(g_utf8_validate(converted, -1, NULL));
            g_assert_cmpuint(strlen(converted), <=, 3 * text->len);
        }
    }
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/legacy/alphabets", test_alphabets);
    g_test_add_func("/legacy/tcvn3-against-library", test_tcvn3_against_library);
    g_test_add_func("/legacy/pairs", test_pairs);
    g_test_add_func("/legacy/places", test_places);
    g_test_add_func("/legacy/left-alone", test_left_alone);
    g_test_add_func("/legacy/innocent", test_innocent);
    g_test_add_func("/legacy/syllables", test_syllables);
    g_test_add_func("/legacy/names", test_names);
    g_test_add_func("/legacy/long", test_long);
    g_test_add_func("/legacy/mixtures", test_mixtures);
    return g_test_run();
}
