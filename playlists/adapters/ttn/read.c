/* One thing that was said into a bulletin: each field by the paths of the dialect, each code by its
 * table, texts into Unicode where the dialect says how they are written. */
#include "playlists/adapters/ttn/private.h"

#include <stdarg.h>
#include <string.h>

#define MAX_PROBLEMS 100
#define SHOWN_CHARS 40

void bt_said_problem(const BtSaid *said, const char *format, ...)
{
    if (said->problems == NULL || said->problems->len >= MAX_PROBLEMS)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *problem = g_strdup_printf("%s: %s", said->name, what);
    g_ptr_array_add(said->problems, g_utf8_make_valid(problem, -1));
}

const BtJson *bt_said_paths(const BtSaid *said, const char *field)
{
    const BtJson *own = bt_tree_get(bt_tree_get(said->spec, "read"), field);
    return own != NULL ? own : bt_tree_get(bt_tree_get(said->dialect->tree, "read"), field);
}

/* What a bulletin is made of, it says itself; the rest may be said by what it came in. */
static gboolean is_its_own(const char *field)
{
    static const char *const own[] = { "kind", "priority", "title", "summary", "content", "field",
        "made", "duration", "author", NULL };
    return g_strv_contains(own, field);
}

BtJson *bt_said_value(const BtSaid *said, const char *field)
{
    const BtJson *paths = bt_said_paths(said, field);
    BtJson *value = bt_path_first(paths, said->thing, said->root);
    if (value != NULL || is_its_own(field))
        return value;
    if (said->outer != said->thing)
        value = bt_path_first(paths, said->outer, said->root);
    if (value == NULL && said->root != said->outer && !bt_tree_is_array(said->root))
        value = bt_path_first(paths, said->root, said->root);
    return value;
}

/* At most `max` code points of `text`. (transfer full) */
static char *cut(const BtSaid *said, const char *field, char *text /* (transfer full) */, gsize max)
{
    if ((gsize)g_utf8_strlen(text, -1) <= max)
        return text;
    g_autofree char *start = g_utf8_substring(text, 0, (glong)max - 1);
    bt_said_problem(
        said, "%s: more than %" G_GSIZE_FORMAT " characters: it is cut there", field, max);
    g_free(text);
    return g_strconcat(start, "…", NULL);
}

char *bt_said_text(const BtSaid *said, const char *field, gsize max)
{
    g_autoptr(BtJson) value = bt_said_value(said, field);
    char *text = bt_tree_text(value);
    if (text != NULL)
        return cut(said, field, text, max);
    /* A command's parameter may be the id of a schedule, or an object with much else. */
    if (value != NULL && !g_str_has_prefix(field, "schedule_"))
        bt_said_problem(said, "%s: an object: expected a text; it is left out", field);
    return g_strdup("");
}

gboolean bt_said_id(const BtSaid *said, const char *field, char **id)
{
    g_autoptr(BtJson) value = bt_said_value(said, field);
    g_autofree char *text = bt_tree_text(value);
    if (text == NULL || *g_strstrip(text) == '\0') {
        bt_said_problem(said, "%s: %s: expected an id", field,
            value == NULL ? "not given" : "neither text nor number, or empty");
        return FALSE;
    }
    if (g_utf8_strlen(text, -1) > BT_TTN_ID_MAX) {
        bt_said_problem(said, "%s: more than %d characters: expected an id", field, BT_TTN_ID_MAX);
        return FALSE;
    }
    *id = g_steal_pointer(&text);
    return TRUE;
}

typedef gboolean ReadTime(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms);

static gint64 read_time(const BtSaid *said, const char *field, ReadTime *read)
{
    gint64 wall_ms = 0;
    g_autoptr(BtJson) value = bt_said_value(said, field);
    g_autofree char *text = bt_tree_text(value);
    if (value == NULL || (text != NULL && (*text == '\0' || strcmp(text, "0") == 0)) ||
        read(said->dialect, value, &wall_ms))
        return wall_ms;
    bt_said_problem(said, "%s: \"%.40s\" is no time of this dialect", field, text ? text : "{");
    return 0;
}

gint64 bt_said_time(const BtSaid *said, const char *field)
{
    return read_time(said, field, bt_times_read);
}

gint64 bt_said_until(const BtSaid *said)
{
    return read_time(said, "until", bt_times_read_end);
}

/* ---- codes ---- */

/* Our word for a code; NULL with a problem. (transfer full) (nullable) */
static char *word_of(const BtSaid *said, const char *field)
{
    g_autoptr(BtJson) value = bt_said_value(said, field);
    g_autofree char *theirs = value == NULL ? g_strdup("") : bt_tree_text(value);
    char *ours = theirs == NULL ? NULL : bt_table_ours(said->dialect, field, theirs);
    if (ours == NULL && value == NULL)
        bt_said_problem(said, "%s: not given", field);
    else if (ours == NULL)
        bt_said_problem(said, "%s: \"%.40s\" stands in no table \"%s\"", field,
            theirs != NULL ? theirs : "{", field);
    return ours;
}

static gboolean read_code(
    const BtSaid *said, const char *field, const char *const *words, guint *index)
{
    g_autofree char *word = word_of(said, field);
    for (guint i = 0; word != NULL && words[i] != NULL; i++)
        if (*words[i] != '\0' && strcmp(words[i], word) == 0) {
            *index = i;
            return TRUE;
        }
    return FALSE;
}

/* A code through its table, or as it is where the table has none. (transfer full) */
static char *name_of(const BtSaid *said, const char *field)
{
    g_autofree char *theirs = bt_said_text(said, field, BT_TTN_ID_MAX);
    char *ours = bt_table_ours(said->dialect, field, theirs);
    return ours != NULL ? ours : g_steal_pointer(&theirs);
}

static int field_of(const BtSaid *said)
{
    g_autofree char *word = name_of(said, "field");
    gint64 number = 0;
    return g_ascii_string_to_signed(word, 10, 1, 6, &number, NULL) ? (int)number : 0;
}

/* ---- languages ---- */

static gboolean is_lang(const char *text)
{
    gsize length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    return length >= 2 && length <= 35 && text[length] == '\0' && g_ascii_isalpha(text[0]) &&
        g_ascii_isalpha(text[1]) && strstr(text, "--") == NULL && text[length - 1] != '-';
}

static char *lang_of(const BtSaid *said)
{
    g_autofree char *lang = name_of(said, "lang");
    if (*lang == '\0')
        return g_strdup(said->dialect->lang);
    if (is_lang(lang))
        return g_steal_pointer(&lang);
    bt_said_problem(
        said, "lang: \"%.40s\" stands in no table \"lang\" and is no language tag", lang);
    return g_strdup(said->dialect->lang);
}

static void to_unicode(char **text, BtLegacy encoding)
{
    char *converted = bt_legacy_convert(*text, encoding);
    g_free(*text);
    *text = converted;
}

static void convert(const BtSaid *said, BtTtnBulletin *bulletin)
{
    const BtJson *texts = bt_tree_get(said->dialect->tree, "text");
    const char *name = bt_tree_string(texts, bulletin->lang);
    BtLegacy encoding;
    if (name == NULL)
        name = bt_tree_string(texts, "*");
    if (name == NULL || !bt_legacy_from_name(name, &encoding) || encoding == BT_LEGACY_NONE)
        return;
    to_unicode(&bulletin->title, encoding);
    to_unicode(&bulletin->summary, encoding);
    to_unicode(&bulletin->author, encoding);
    if (bulletin->kind == BT_TTN_TEXT)
        to_unicode(&bulletin->content, encoding);
}

/* ---- content ---- */

static gboolean is_address(const char *text)
{
    const char *mark = strstr(text, "://");
    return mark != NULL && mark > text && mark[3] != '\0' && strlen(text) <= BT_TTN_URL_MAX &&
        strcspn(text, " \t\r\n\"<>") == strlen(text);
}

/* Without an address it is shown as text, so the bulletin is kept. */
static char *address_of(const BtSaid *said)
{
    g_autofree char *text = g_strstrip(bt_said_text(said, "content", 2 * BT_TTN_URL_MAX));
    const char *before = bt_tree_string(said->dialect->tree, "media");
    g_autofree char *whole = before != NULL && *text != '\0' && strstr(text, "://") == NULL
        ? g_strconcat(before, text, NULL)
        : g_strdup(text);
    if (is_address(whole))
        return g_steal_pointer(&whole);
    bt_said_problem(
        said, "content: \"%.40s\" is no address: its title and summary are shown", text);
    return g_strdup("");
}

static gint64 duration_of(const BtSaid *said)
{
    gint64 duration_ms = 0;
    g_autoptr(BtJson) value = bt_said_value(said, "duration");
    g_autofree char *text = bt_tree_text(value);
    if (value != NULL && g_strcmp0(text, "") != 0 &&
        !bt_times_read_duration(said->dialect, value, &duration_ms))
        bt_said_problem(said, "duration: \"%.40s\" is no length: expected one like 00:01:30",
            text ? text : "{");
    return duration_ms;
}

static void read_texts(const BtSaid *said, BtTtnBulletin *bulletin)
{
    bulletin->title = bt_said_text(said, "title", BT_TTN_NAME_MAX);
    bulletin->summary = bt_said_text(said, "summary", BT_TEXT_MAX_CODE_POINTS);
    bulletin->content = bulletin->kind == BT_TTN_TEXT
        ? bt_said_text(said, "content", BT_TEXT_MAX_CODE_POINTS)
        : address_of(said);
    bulletin->author = bt_said_text(said, "author", BT_TTN_NAME_MAX);
    bulletin->sender = bt_said_text(said, "sender", BT_TTN_ID_MAX);
    bulletin->schedule_id = bt_said_text(said, "schedule_id", BT_TTN_ID_MAX);
    bulletin->schedule_name = bt_said_text(said, "schedule_name", BT_TTN_NAME_MAX);
    bulletin->partition = name_of(said, "partition");
    bulletin->region = name_of(said, "region");
    bulletin->lang = lang_of(said);
    convert(said, bulletin);
}

static gboolean says_something(const BtSaid *said, const BtTtnBulletin *bulletin)
{
    if (*bulletin->title != '\0' || *bulletin->summary != '\0' || *bulletin->content != '\0')
        return TRUE;
    bt_said_problem(said, "neither a title nor a summary nor content: nothing could be shown");
    return FALSE;
}

BtTtnBulletin *bt_said_bulletin(const BtSaid *said)
{
    g_autoptr(BtTtnBulletin) bulletin = g_new0(BtTtnBulletin, 1);
    guint kind, priority;
    gboolean given;
    if (!bt_said_id(said, "id", &bulletin->id) ||
        !read_code(said, "kind", bt_ttn_kind_words, &kind) ||
        !read_code(said, "priority", bt_ttn_priority_words, &priority))
        return NULL;
    bulletin->kind = (BtTtnKind)kind;
    bulletin->priority = (BtTtnPriority)priority;
    read_texts(said, bulletin);
    if (!says_something(said, bulletin))
        return NULL;
    bulletin->field = field_of(said);
    bulletin->made_ms = bt_said_time(said, "made");
    bulletin->until_ms = bt_said_until(said);
    bulletin->duration_ms = duration_of(said);
    bulletin->slots = bt_said_slots(said, bulletin->duration_ms, &given);
    if (given && bulletin->slots->len == 0) {
        bt_said_problem(said, "none of its windows can be used: the bulletin is left out");
        return NULL;
    }
    bulletin->said = bt_json_ref(said->thing);
    return g_steal_pointer(&bulletin);
}
