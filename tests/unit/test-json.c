#include "base/json.h"

#include <string.h>

#define LEVELS 10000

/* ---- what is refused while parsing ---- */

typedef struct {
    const char *name;
    const char *text;
    gsize size_bytes; /* 0: up to the NUL */
    BtError code;
    const char *message;
} ParseCase;

#define COMPLETE "the text ends too early: expected a complete document"
#define TWICE "a key stands twice in its object: expected it once"
#define NO_NUL "\\u0000 in a string: expected text without NUL"
#define NOTHING_MORE "something follows the document: expected nothing more"
#define NOT_UTF8 "a byte that is not UTF-8: expected UTF-8"
#define BITS "a number is too large: expected at most 64 bits"

static const ParseCase parse_cases[] = {
    { "empty", "", 0, BT_ERROR_SYNTAX, "d.json:1:0: " COMPLETE },
    { "truncated-object", "{\"a\":1", 0, BT_ERROR_SYNTAX, "d.json:1:6: " COMPLETE },
    { "truncated-string", "{\n  \"a\": \"bả", 0, BT_ERROR_SYNTAX, "d.json:2:10: " COMPLETE },
    { "truncated-array", "[1,\n2,\n", 0, BT_ERROR_SYNTAX, "d.json:3:0: " COMPLETE },
    { "truncated-word", "[tru", 0, BT_ERROR_SYNTAX, "d.json:1:4: invalid token near 'tru'" },
    { "duplicate-key", "{\"a\":1,\n \"a\":2}", 0, BT_ERROR_SYNTAX, "d.json:2:4: " TWICE },
    { "duplicate-escaped", "{\"a\":1,\"\\u0061\":2}", 0, BT_ERROR_SYNTAX, "d.json:1:15: " TWICE },
    { "duplicate-inside", "[{\"k\":{\"a\":1,\"a\":1}}]", 0, BT_ERROR_SYNTAX,
        "d.json:1:16: " TWICE },
    { "trailing-garbage", "{} x", 0, BT_ERROR_SYNTAX, "d.json:1:4: " NOTHING_MORE },
    { "two-documents", "{}\n{}", 0, BT_ERROR_SYNTAX, "d.json:2:1: " NOTHING_MORE },
    { "trailing-comma", "[1,]", 0, BT_ERROR_SYNTAX, "d.json:1:4: unexpected token near ']'" },
    { "bare-string", "\"a\"", 0, BT_ERROR_SYNTAX, "d.json:1:3: '[' or '{' expected near '\"a\"'" },
    { "comment", "{/* */}", 0, BT_ERROR_SYNTAX, "d.json:1:2: string or '}' expected near '/'" },
    { "single-quotes", "{'a':1}", 0, BT_ERROR_SYNTAX,
        "d.json:1:2: string or '}' expected near '''" },
    { "nan", "[NaN]", 0, BT_ERROR_SYNTAX, "d.json:1:4: invalid token near 'NaN'" },
    { "leading-zero", "[01]", 0, BT_ERROR_SYNTAX, "d.json:1:2: invalid token near '0'" },
    { "bare-newline", "[\"a\nb\"]", 0, BT_ERROR_SYNTAX,
        "d.json:1:3: unexpected newline near '\"a'" },
    { "lone-surrogate", "[\"\\ud800\"]", 0, BT_ERROR_SYNTAX,
        "d.json:1:9: invalid Unicode '\\uD800' near '\"\\ud800\"'" },
    { "nul-escape", "[\"a\\u0000\"]", 0, BT_ERROR_SYNTAX, "d.json:1:10: " NO_NUL },
    { "nul-in-key", "{\"\\u0000\":1}", 0, BT_ERROR_SYNTAX, "d.json:1:9: " NO_NUL },
    { "nul-byte", "[1,\n\0]", 6, BT_ERROR_SYNTAX,
        "d.json:2:1: a NUL byte: expected text without NUL" },
    { "nul-after", "{}\0", 3, BT_ERROR_SYNTAX,
        "d.json:1:3: a NUL byte: expected text without NUL" },
    { "bad-utf8", "{\"bảng\":\n \"\xff\"}", 0, BT_ERROR_SYNTAX, "d.json:2:3: " NOT_UTF8 },
    { "bad-utf8-overlong", "[\"\xc0\xaf\"]", 0, BT_ERROR_SYNTAX, "d.json:1:3: " NOT_UTF8 },
    { "bad-utf8-surrogate", "[\"\xed\xa0\x80\"]", 0, BT_ERROR_SYNTAX, "d.json:1:3: " NOT_UTF8 },
    { "bad-utf8-cut", "[\"b\xe1\xba", 0, BT_ERROR_SYNTAX, "d.json:1:4: " NOT_UTF8 },
    { "bad-utf8-columns", "[\"bảng\xff\"]", 0, BT_ERROR_SYNTAX, "d.json:1:7: " NOT_UTF8 },
    { "byte-order-mark", "\xef\xbb\xbf{}", 0, BT_ERROR_SYNTAX,
        "d.json:1:1: '[' or '{' expected near '\xef\xbb\xbf'" },
    { "integer-65-bits", "[18446744073709551616]", 0, BT_ERROR_SYNTAX, "d.json:1:21: " BITS },
    { "integer-negative", "[-9223372036854775809]", 0, BT_ERROR_SYNTAX, "d.json:1:21: " BITS },
    { "real-overflow", "[1e999]", 0, BT_ERROR_SYNTAX, "d.json:1:6: " BITS },
    { "too-deep", "{\"a\":\n  [[[[]]]]}", 0, BT_ERROR_LIMIT,
        "d.json:2:6: too deep: expected at most 4 levels" },
};

static void refused_parse(gconstpointer data)
{
    const ParseCase *c = data;
    gsize size_bytes = c->size_bytes ? c->size_bytes : strlen(c->text);
    /* A copy of just that size, so that the sanitizer sees a read beyond it. */
    g_autofree char *copy = g_memdup2(c->text, size_bytes);
    g_autoptr(GError) error = NULL;
    BtJson *json = bt_json_parse(copy, size_bytes, "d.json", 1000, 4, &error);
    g_assert_null(json);
    g_assert_error(error, BT_ERROR, (int)c->code);
    g_assert_cmpstr(error->message, ==, c->message);
}

static void size_limit(void)
{
    gsize limit_bytes = 100 * 1000 * 1000;
    g_autoptr(GError) error = NULL;
    /* Only two bytes are there: a parser that read before it checked would run off them. */
    g_assert_null(bt_json_parse("{}", limit_bytes + 1, "d.json", limit_bytes, 4, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, "d.json: 100000001 bytes: expected at most 100000000");
    g_autoptr(BtJson) json = bt_json_parse("{} ", 3, "d.json", 3, 1, NULL);
    g_assert_nonnull(json);
}

static char *nested(int levels)
{
    char *text = g_malloc0((gsize)levels * 2 + 1);
    memset(text, '[', (gsize)levels);
    memset(text + levels, ']', (gsize)levels);
    return text;
}

static void depth_limit(void)
{
    static const struct {
        guint max_depth;
        int levels;
        const char *message; /* NULL: accepted */
    } cases[] = {
        { 16, LEVELS, "d.json:1:17: too deep: expected at most 16 levels" },
        { 9999, LEVELS, "d.json:1:10000: too deep: expected at most 9999 levels" },
        { 20000, LEVELS, "d.json:1:2049: too deep: expected fewer levels" },
        { 16, 17, "d.json:1:17: too deep: expected at most 16 levels" },
        { 16, 16, NULL },
        { 2048, 2048, NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = nested(cases[i].levels);
        g_autoptr(GError) error = NULL;
        g_autoptr(BtJson) json =
            bt_json_parse(text, strlen(text), "d.json", 1 << 20, cases[i].max_depth, &error);
        g_assert_cmpstr(error ? error->message : NULL, ==, cases[i].message);
        g_assert_true((json == NULL) == (cases[i].message != NULL));
        if (error)
            g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    }
}

static void brackets_in_strings_have_no_depth(void)
{
    const char *text = "{\"[[[[\\\"[[[[\":\"{{{{\\\\\",\"a\":[1]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(BtJson) json = bt_json_parse(text, strlen(text), "", 1000, 2, &error);
    g_assert_no_error(error);
    g_assert_nonnull(json);
}

static void nameless_document(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_json_parse("[", 1, "", 1000, 2, &error));
    g_assert_cmpstr(error->message, ==, "1:1: " COMPLETE);
}

/* ---- what is refused while reading ---- */

typedef enum { OBJECT, ARRAY, STRING, INT, BOOL, WORD, TIME, SHA256, REQUIRE } Reader;

typedef struct {
    const char *name;
    Reader reader;
    const char *text; /* of the member "a" */
    BtError code;
    const char *message; /* after "d.json:/a: "; NULL: accepted */
} ReadCase;

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
#define MANY "0123456789012345678901234567890123456789"

static const ReadCase read_cases[] = {
    { "object", OBJECT, "{}", 0, NULL },
    { "object-array", OBJECT, "[]", BT_ERROR_INVALID, "an array: expected an object" },
    { "object-null", OBJECT, "null", BT_ERROR_INVALID, "null: expected an object" },
    { "array", ARRAY, "[1,2,3]", 0, NULL },
    { "array-object", ARRAY, "{}", BT_ERROR_INVALID, "an object: expected an array" },
    { "array-long", ARRAY, "[1,2,3,4]", BT_ERROR_LIMIT, "4 elements: expected at most 3" },
    { "string", STRING, "\"bảng\"", 0, NULL },
    { "string-int", STRING, "1", BT_ERROR_INVALID, "an integer: expected a string" },
    { "string-short", STRING, "\"b\"", BT_ERROR_INVALID, "1 code points: expected 2 to 4" },
    { "string-long", STRING, "\"bảng.\"", BT_ERROR_LIMIT, "5 code points: expected 2 to 4" },
    { "int-first", INT, "-5", 0, NULL },
    { "int-last", INT, "9223372036854775807", 0, NULL },
    { "int-below", INT, "-6", BT_ERROR_INVALID, "-6 is out of range: expected -5 or more" },
    { "int-real", INT, "1.0", BT_ERROR_INVALID, "a number with a fraction: expected an integer" },
    { "int-string", INT, "\"1\"", BT_ERROR_INVALID, "a string: expected an integer" },
    { "bool", BOOL, "true", 0, NULL },
    { "bool-int", BOOL, "1", BT_ERROR_INVALID, "an integer: expected true or false" },
    { "word", WORD, "\"ticker\"", 0, NULL },
    { "word-other", WORD, "\"Ticker\"", BT_ERROR_INVALID,
        "\"Ticker\" is not known: expected one of text, ticker" },
    { "word-long", WORD, "\"" MANY "x\"", BT_ERROR_INVALID,
        "\"" MANY "…\" is not known: expected one of text, ticker" },
    { "word-bool", WORD, "true", BT_ERROR_INVALID, "a boolean: expected one of text, ticker" },
    { "word-newline", WORD, "\"a\\nb\"", BT_ERROR_INVALID,
        "\"a b\" is not known: expected one of text, ticker" },
    { "time", TIME, "\"2026-11-22T05:00:00+07:00\"", 0, NULL },
    { "time-date", TIME, "\"2026-11-22\"", BT_ERROR_INVALID,
        "\"2026-11-22\" is not a time: expected RFC 3339 like 2026-11-22T05:00:00+07:00" },
    { "time-int", TIME, "5", BT_ERROR_INVALID, "an integer: expected a time in RFC 3339" },
    { "sha256", SHA256, "\"" HEX64 "\"", 0, NULL },
    { "sha256-upper", SHA256, "\"A\"", BT_ERROR_INVALID,
        "\"A\" is not a SHA-256: expected 64 lower-case hexadecimal digits" },
    { "sha256-null", SHA256, "null", BT_ERROR_INVALID,
        "null: expected 64 lower-case hexadecimal digits" },
    { "require", REQUIRE, "{\"b\":null}", 0, NULL },
    { "require-absent", REQUIRE, "{\"c\":1}", BT_ERROR_INVALID,
        "a key is missing: expected \"b\"" },
};

static gboolean read_value(Reader reader, const BtJsonAt *at, GError **error)
{
    static const char *const words[] = { "text", "ticker", NULL };
    gint64 number = -99;
    gboolean truth;
    guint index;
    BtJsonAt member;
    switch (reader) {
    case OBJECT:
        return bt_json_read_object(at, error);
    case ARRAY:
        return bt_json_read_array(at, 3, error);
    case STRING:
        return bt_json_read_string(at, 2, 4, error) != NULL;
    case INT:
        return bt_json_read_int(at, -5, G_MAXINT64, &number, error) && number != -99;
    case BOOL:
        return bt_json_read_bool(at, &truth, error) && truth == TRUE;
    case WORD:
        return bt_json_read_word(at, words, &index, error) && index == 1;
    case TIME:
        return bt_json_read_time(at, &number, error) && number == G_GINT64_CONSTANT(1795298400000);
    case SHA256:
        return g_strcmp0(bt_json_read_sha256(at, error), HEX64) == 0;
    case REQUIRE:
        return bt_json_require(at, "b", &member, error);
    }
    return FALSE;
}

static BtJson *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BtJson *json = bt_json_parse(text, strlen(text), "d.json", 100000, 64, &error);
    g_assert_no_error(error);
    return json;
}

static void read_case(gconstpointer data)
{
    const ReadCase *c = data;
    g_autofree char *text = g_strdup_printf("{\"a\":%s}", c->text);
    g_autoptr(BtJson) json = parse(text);
    g_autoptr(GError) error = NULL;
    BtJsonAt root = bt_json_root("d.json", json), at;
    g_assert_true(bt_json_member(&root, "a", &at));
    gboolean ok = read_value(c->reader, &at, &error);
    if (!c->message) {
        g_assert_no_error(error);
        g_assert_true(ok);
        return;
    }
    g_autofree char *message = g_strconcat("d.json:/a: ", c->message, NULL);
    g_assert_false(ok);
    g_assert_error(error, BT_ERROR, (int)c->code);
    g_assert_cmpstr(error->message, ==, message);
}

static void ranges(void)
{
    static const struct {
        gint64 min, max;
        const char *message;
    } cases[] = {
        { 8, 9, "d.json:/0: 7 is out of range: expected 8 to 9" },
        { 8, G_MAXINT64, "d.json:/0: 7 is out of range: expected 8 or more" },
        { G_MININT64, 6, "d.json:/0: 7 is out of range: expected 6 or less" },
    };
    g_autoptr(BtJson) json = parse("[7]");
    BtJsonAt root = bt_json_root("d.json", json), at = bt_json_element(&root, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gint64 value = 99;
        g_assert_false(bt_json_read_int(&at, cases[i].min, cases[i].max, &value, &error));
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_assert_cmpint(value, ==, 99);
    }
}

/* ---- places ---- */

static void pointers(void)
{
    g_autoptr(BtJson) json = parse("{\"a/b\":[0,{\"m~n\":1,\"\":2}]}");
    BtJsonAt root = bt_json_root("d.json", json), list, second, escaped, empty;
    g_assert_true(bt_json_member(&root, "a/b", &list));
    second = bt_json_element(&list, 1);
    g_assert_true(bt_json_member(&second, "m~n", &escaped));
    g_assert_true(bt_json_member(&second, "", &empty));
    const struct {
        const BtJsonAt *at;
        const char *pointer;
    } cases[] = { { &root, "" }, { &list, "/a~1b" }, { &second, "/a~1b/1" },
        { &escaped, "/a~1b/1/m~0n" }, { &empty, "/a~1b/1/" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *pointer = bt_json_pointer(cases[i].at);
        g_assert_cmpstr(pointer, ==, cases[i].pointer);
    }
}

static void failures_name_the_place(void)
{
    g_autoptr(BtJson) json = parse("[[1]]");
    BtJsonAt named = bt_json_root("d.json", json), bare = bt_json_root("", json);
    BtJsonAt named_inner = bt_json_element(&named, 0), bare_inner = bt_json_element(&bare, 0);
    const struct {
        const BtJsonAt *at;
        const char *message;
    } cases[] = { { &named, "d.json: bad 7" }, { &named_inner, "d.json:/0: bad 7" },
        { &bare, "bad 7" }, { &bare_inner, "/0: bad 7" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(bt_json_fail(cases[i].at, BT_ERROR_CONFLICT, &error, "bad %d", 7));
        g_assert_error(error, BT_ERROR, BT_ERROR_CONFLICT);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

static void messages_stay_short(void)
{
    g_autofree char *key = g_strnfill(50000, 'k');
    g_autofree char *text = g_strdup_printf("{\"%s\":1}", key);
    g_autoptr(BtJson) json = parse(text);
    g_autoptr(GError) error = NULL;
    BtJsonAt root = bt_json_root("d.json", json), at;
    g_assert_true(bt_json_member(&root, key, &at));
    g_assert_false(bt_json_fail(&at, BT_ERROR_INVALID, &error, "ả%s", key));
    g_assert_cmpuint(strlen(error->message), <=, 1000);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_true(g_str_has_suffix(error->message, "k…"));
}

static void members_in_order(void)
{
    g_autoptr(BtJson) json = parse("{\"z\":1,\"a\":2,\"m\":3}");
    g_autoptr(GString) keys = g_string_new(NULL);
    BtJsonAt root = bt_json_root("d.json", json), member;
    void *iter = NULL;
    while (bt_json_next_member(&root, &iter, &member))
        g_string_append(keys, member.key);
    g_assert_cmpstr(keys->str, ==, "zam");
    g_assert_cmpuint(bt_json_length(&root), ==, 3);
    g_assert_false(bt_json_member(&root, "b", &member));
}

static void unknown_keys(void)
{
    static const char *const known[] = { "a", "b", NULL };
    static const struct {
        const char *text, *unknown;
    } cases[] = { { "{}", NULL }, { "{\"a\":1,\"b\":2}", NULL }, { "{\"x-a\":1}", NULL },
        { "{\"a\":1,\"c\":2,\"d\":3}", "c" }, { "{\"X-a\":1}", "X-a" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtJson) json = parse(cases[i].text);
        BtJsonAt root = bt_json_root("d.json", json);
        g_assert_cmpstr(bt_json_unknown_key(&root, known), ==, cases[i].unknown);
    }
}

/* ---- building ---- */

static BtJson *built(void)
{
    BtJson *object = bt_json_new_object(), *list = bt_json_new_array();
    bt_json_set_string(object, "s", "bảng \"1\"\n");
    bt_json_set_string(object, "broken", "a\xff");
    bt_json_set_string(object, "none", NULL);
    bt_json_set_int(object, "i", G_MAXINT64);
    bt_json_set_double(object, "d", 0.1);
    bt_json_set_double(object, "inf", G_MAXDOUBLE * 10);
    bt_json_set_bool(object, "b", TRUE);
    bt_json_set_time(object, "t", 1500);
    bt_json_append_int(list, 1);
    bt_json_append_string(list, "x");
    bt_json_append(list, bt_json_new_object());
    bt_json_set(object, "list", list);
    return object;
}

static void building(void)
{
    g_autoptr(BtJson) json = built();
    g_autofree char *text = bt_json_to_text(json, FALSE);
    g_assert_cmpstr(text, ==,
        "{\"s\":\"bảng \\\"1\\\"\\n\",\"broken\":\"a\xef\xbf\xbd\",\"none\":null,"
        "\"i\":9223372036854775807,\"d\":0.1,\"inf\":null,\"b\":true,"
        "\"t\":\"1970-01-01T00:00:01.500Z\",\"list\":[1,\"x\",{}]}");
    g_autoptr(BtJson) again = parse(text);
    g_autofree char *text_again = bt_json_to_text(again, FALSE);
    g_assert_cmpstr(text, ==, text_again);
}

static void indented(void)
{
    g_autoptr(BtJson) json = parse("{\"a\":[1]}");
    g_autoptr(BtJson) same = bt_json_ref(json);
    g_autofree char *text = bt_json_to_text(same, TRUE);
    g_assert_cmpstr(text, ==, "{\n  \"a\": [\n    1\n  ]\n}");
}

static void add_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(parse_cases); i++) {
        g_autofree char *path = g_strconcat("/json/refused/", parse_cases[i].name, NULL);
        g_test_add_data_func(path, &parse_cases[i], refused_parse);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(read_cases); i++) {
        g_autofree char *path = g_strconcat("/json/read/", read_cases[i].name, NULL);
        g_test_add_data_func(path, &read_cases[i], read_case);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases();
    g_test_add_func("/json/size-limit", size_limit);
    g_test_add_func("/json/depth-limit", depth_limit);
    g_test_add_func("/json/brackets-in-strings", brackets_in_strings_have_no_depth);
    g_test_add_func("/json/nameless", nameless_document);
    g_test_add_func("/json/ranges", ranges);
    g_test_add_func("/json/pointers", pointers);
    g_test_add_func("/json/failures", failures_name_the_place);
    g_test_add_func("/json/short-messages", messages_stay_short);
    g_test_add_func("/json/members-in-order", members_in_order);
    g_test_add_func("/json/unknown-keys", unknown_keys);
    g_test_add_func("/json/building", building);
    g_test_add_func("/json/indented", indented);
    return g_test_run();
}
