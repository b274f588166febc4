/* Whether a dialect can be read: every key is one that TTN.md names, every path, template and table
 * word can be understood. What is found here would otherwise be found in a commune, by night. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

#define MAX_MEMBERS 500
#define MAX_TIMES_FORMS 8
#define MAX_EVERY_S 86400

typedef gboolean (*CheckMember)(BtDialect *dialect, const BtJsonAt *at, GError **error);

typedef struct {
    const char *key;
    CheckMember check; /* NULL: any */
} Member;

/* Each member of an object by its own rule; others are mistakes, but for "x-…" and "about". */
static gboolean check_members(BtDialect *dialect, const BtJsonAt *object, const Member *members,
    guint n_members, GError **error)
{
    BtJsonAt at;
    void *iter = NULL;
    if (!bt_json_read_object(object, error))
        return FALSE;
    while (bt_json_next_member(object, &iter, &at)) {
        guint i = 0;
        while (i < n_members && strcmp(members[i].key, at.key) != 0)
            i++;
        if (i == n_members && !g_str_has_prefix(at.key, "x-") && strcmp(at.key, "about") != 0)
            return bt_json_fail(&at, BT_ERROR_INVALID, error, "a dialect has no such key here");
        if (i < n_members && members[i].check != NULL && !members[i].check(dialect, &at, error))
            return FALSE;
    }
    return TRUE;
}

/* Every member by one rule. */
static gboolean check_each(
    BtDialect *dialect, const BtJsonAt *object, CheckMember check, GError **error)
{
    BtJsonAt at;
    void *iter = NULL;
    if (!bt_json_read_object(object, error))
        return FALSE;
    if (bt_json_length(object) > MAX_MEMBERS)
        return bt_json_fail(object, BT_ERROR_LIMIT, error, "expected at most %d", MAX_MEMBERS);
    while (bt_json_next_member(object, &iter, &at))
        if (!check(dialect, &at, error))
            return FALSE;
    return TRUE;
}

static gboolean check_path(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    (void)dialect;
    return bt_path_check(at, error);
}

static gboolean check_template(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return bt_template_check(dialect, at, NULL, error);
}

static gboolean check_text(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return bt_json_read_string(at, 0, BT_TTN_URL_MAX, error) != NULL &&
        check_template(dialect, at, error);
}

static gboolean check_bool(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    gboolean value;
    (void)dialect;
    return bt_json_read_bool(at, &value, error);
}

static gboolean is_scalar(const BtJson *value)
{
    g_autofree char *text = bt_tree_text(value);
    return text != NULL;
}

/* One text, number or boolean, or an array of them. */
static gboolean check_words(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    gboolean good = is_scalar(at->value) || (bt_json_is_array(at) && bt_json_length(at) > 0);
    (void)dialect;
    for (gsize i = 0; good && bt_json_is_array(at) && i < bt_json_length(at); i++)
        good = is_scalar(bt_json_element(at, i).value);
    return good ||
        bt_json_fail(at, BT_ERROR_INVALID, error, "expected a word, or an array of words");
}

/* ---- the dialect itself ---- */

static gboolean check_name(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    const char *name = bt_json_read_string(at, 1, 64, error);
    g_free(dialect->name);
    dialect->name = g_strdup(name);
    return name != NULL;
}

static gboolean check_zone(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    const char *name = bt_json_read_string(at, 1, 64, error);
    if (name == NULL)
        return FALSE;
    g_clear_pointer(&dialect->zone, g_time_zone_unref);
    gboolean is_name = *name != '/' && *name != ':' && strstr(name, "..") == NULL;
    dialect->zone = is_name ? g_time_zone_new_identifier(name) : NULL;
    return dialect->zone != NULL ||
        bt_json_fail(at, BT_ERROR_INVALID, error,
            "\"%s\" is no time zone: expected one like \"+07:00\"", name);
}

static gboolean check_lang(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    const char *lang = bt_json_read_string(at, 2, 35, error);
    g_free(dialect->lang);
    dialect->lang = g_strdup(lang);
    return lang != NULL;
}

static gboolean check_encoding(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    BtLegacy encoding;
    const char *name = bt_json_read_string(at, 1, 16, error);
    (void)dialect;
    return name != NULL &&
        (bt_legacy_from_name(name, &encoding) ||
            bt_json_fail(at, BT_ERROR_INVALID, error,
                "\"%s\" is no encoding: expected \"vov4\", \"tcvn3\", \"vni\" or \"none\"", name));
}

static gboolean check_encodings(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_encoding, error);
}

static gboolean check_times(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const char *const forms[] = { "epoch", "epoch_s", "epoch_ms", "iso", NULL };
    (void)dialect;
    if (!bt_json_read_array(at, MAX_TIMES_FORMS, error))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(at); i++) {
        BtJsonAt form = bt_json_element(at, i);
        const char *word = bt_json_read_string(&form, 1, 64, error);
        if (word == NULL)
            return FALSE;
        if (!g_strv_contains(forms, word) && strchr(word, '%') == NULL)
            return bt_json_fail(&form, BT_ERROR_INVALID, error,
                "\"%s\" is no form of a time: expected epoch_s, epoch_ms, epoch, iso, or one like "
                "\"%%d/%%m/%%Y %%H:%%M:%%S\"",
                word);
    }
    return TRUE;
}

static gboolean check_durations(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const char *const units[] = { "s", "ms", "min", NULL };
    guint unit;
    (void)dialect;
    return bt_json_read_word(at, units, &unit, error);
}

static gboolean check_values(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_words, error) && check_template(dialect, at, error);
}

/* ---- tables ---- */

static const char *const repeat_words[] = { "once", "daily", "weekly", "monthly", NULL };
static const char *const weekday_words[] = { "1", "2", "3", "4", "5", "6", "7", NULL };
static const char *const state_words[] = { "playing", "paused", "stopped", "*", NULL };

/* Tables whose words are closed lists of ours. */
static const struct {
    const char *table;
    const char *const *words;
} closed[] = {
    { "kind", bt_ttn_kind_words + 1 },
    { "priority", bt_ttn_priority_words },
    { "repeat", repeat_words },
    { "weekday", weekday_words },
    { "state", state_words },
};

static gboolean check_word(
    const BtJsonAt *at, const BtJson *value, const char *const *words, GError **error)
{
    g_autofree char *word = bt_tree_text(value);
    if (word != NULL && g_strv_contains(words, word))
        return TRUE;
    g_autofree char *list = g_strjoinv(", ", (char **)words);
    return bt_json_fail(at, BT_ERROR_INVALID, error,
        "\"%s\" is no word of ours: expected one of %s", word != NULL ? word : "{", list);
}

static gboolean check_entries(const BtJsonAt *table, const char *const *words, GError **error)
{
    BtJsonAt at;
    void *iter = NULL;
    while (bt_json_next_member(table, &iter, &at)) {
        if (!bt_json_is_array(&at) && !check_word(&at, at.value, words, error))
            return FALSE;
        for (gsize i = 0; bt_json_is_array(&at) && i < bt_json_length(&at); i++) {
            BtJsonAt word = bt_json_element(&at, i);
            if (!check_word(&word, word.value, words, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_table(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    if (!check_each(dialect, at, check_words, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(closed); i++)
        if (strcmp(closed[i].table, at->key) == 0)
            return check_entries(at, closed[i].words, error);
    return TRUE;
}

static gboolean check_tables(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_table, error);
}

/* ---- calls ---- */

static gboolean check_reply(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = {
        { "ok", check_path },
        { "is", check_words },
        { "reason", check_path },
        { "token", check_path },
        { "lasts_s", check_path },
    };
    return check_members(dialect, at, members, G_N_ELEMENTS(members), error);
}

static gboolean check_auth(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    const char *text = bt_json_read_string(at, 0, 200, error);
    if (text == NULL)
        return FALSE;
    gsize name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    if (*text != '\0' && (name == 0 || text[name] != ':'))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "expected a header like \"Authorization: Bearer ${token}\"");
    return check_template(dialect, at, error);
}

static gboolean check_method(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const char *const methods[] = { "GET", "POST", NULL };
    guint method;
    (void)dialect;
    return bt_json_read_word(at, methods, &method, error);
}

static gboolean check_every(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    gint64 every_s;
    (void)dialect;
    return bt_json_read_int(at, 1, MAX_EVERY_S, &every_s, error);
}

static gboolean check_call(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = {
        { "method", check_method },
        { "url", check_text },
        { "topic", check_text },
        { "body", check_template },
        { "every_s", check_every },
        { "with_token", check_bool },
        { "reply", check_reply },
    };
    guint which = 0;
    while (which < BT_TTN_N_CALLS && strcmp(bt_ttn_call_name((BtTtnCall)which), at->key) != 0)
        which++;
    if (which == BT_TTN_N_CALLS)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "there is no such call: expected login, register, state, played, ended, saved, "
            "cancelled, requisition or poll");
    if (!check_members(dialect, at, members, G_N_ELEMENTS(members), error))
        return FALSE;
    if (bt_tree_get(at->value, "url") == NULL && bt_tree_get(at->value, "topic") == NULL)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "a call needs an \"url\" or a \"topic\"");
    if (which == BT_TTN_LOGIN || which == BT_TTN_POLL)
        return bt_tree_get(at->value, "topic") == NULL ||
            bt_json_fail(at, BT_ERROR_INVALID, error,
                "this call lives on its answer: expected an "
                "\"url\" and no \"topic\"");
    return TRUE;
}

static gboolean check_calls(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_call, error);
}

/* ---- messages ---- */

static gboolean check_slots(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = {
        { "days", check_path },
        { "date", check_path },
        { "each", check_path },
        { "from", check_path },
        { "until", check_path },
        { "duration", check_path },
        { "repeat", check_path },
        { "first", check_path },
        { "last", check_path },
    };
    if (bt_json_is_array(at) && bt_json_length(at) == 0)
        return TRUE; /* this message has none */
    if (!check_members(dialect, at, members, G_N_ELEMENTS(members), error))
        return FALSE;
    if (bt_tree_get(at->value, "from") == NULL)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "windows need a \"from\"");
    return bt_tree_get(at->value, "repeat") == NULL || bt_table_exists(dialect, "repeat") ||
        bt_json_fail(at, BT_ERROR_INVALID, error, "\"repeat\" needs the table \"repeat\"");
}

static gboolean check_read(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = {
        { "message", check_path },
        { "at", check_path },
        { "sender", check_path },
        { "devices", check_path },
        { "areas", check_path },
        { "id", check_path },
        { "kind", check_path },
        { "priority", check_path },
        { "title", check_path },
        { "summary", check_path },
        { "content", check_path },
        { "lang", check_path },
        { "field", check_path },
        { "made", check_path },
        { "duration", check_path },
        { "partition", check_path },
        { "region", check_path },
        { "author", check_path },
        { "schedule_id", check_path },
        { "schedule_name", check_path },
        { "until", check_path },
        { "value", check_path },
        { "slots", check_slots },
    };
    return check_members(dialect, at, members, G_N_ELEMENTS(members), error);
}

static gboolean is_says(const char *word)
{
    return word != NULL &&
        (strcmp(word, "nothing") == 0 || g_strv_contains(bt_ttn_says_words, word));
}

/* The words of a table of commands: ours, or "@TABLE". */
static gboolean check_commands(
    BtDialect *dialect, const BtJsonAt *at, const char *table, gboolean deeper, GError **error)
{
    const BtJson *entries = bt_tree_get(bt_tree_get(dialect->tree, "tables"), table);
    BtJsonAt root = bt_json_root(dialect->file, dialect->tree), tables, list, entry;
    void *iter = NULL;
    if (entries == NULL || !bt_json_member(&root, "tables", &tables) ||
        !bt_json_member(&tables, table, &list))
        return bt_json_fail(at, BT_ERROR_INVALID, error, "there is no table \"%s\"", table);
    while (bt_json_next_member(&list, &iter, &entry)) {
        g_autofree char *word = bt_tree_text(entry.value);
        if (word != NULL && *word == '@' && deeper) {
            if (!check_commands(dialect, &entry, word + 1, FALSE, error))
                return FALSE;
        } else if (!is_says(word)) {
            return bt_json_fail(&entry, BT_ERROR_INVALID, error,
                "\"%s\" is no command of ours: expected volume, stop, skip, pause, resume, "
                "restart, "
                "bulletin, schedule, cancel, cancel_schedule, urgent or nothing",
                word != NULL ? word : "{");
        }
    }
    return TRUE;
}

static gboolean check_says(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = { { "path", check_path }, { "table", check_words } };
    const char *word = bt_json_read_string(at, 1, 40, NULL);
    if (word != NULL)
        return is_says(word) ||
            bt_json_fail(
                at, BT_ERROR_INVALID, error, "\"%s\" is nothing that can be said to a board", word);
    if (!check_members(dialect, at, members, G_N_ELEMENTS(members), error))
        return FALSE;
    const char *table = bt_tree_string(at->value, "table");
    if (table == NULL || bt_tree_get(at->value, "path") == NULL)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "expected a word, or {\"path\": where the code lies, \"table\": what codes mean}");
    return check_commands(dialect, at, table, TRUE, error);
}

static gboolean check_topic_names(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    const BtJson *topics = bt_tree_get(dialect->tree, "topics");
    if (!check_words(dialect, at, error))
        return FALSE;
    for (gsize i = 0; i < (bt_json_is_array(at) ? bt_json_length(at) : 1); i++) {
        BtJsonAt word = bt_json_is_array(at) ? bt_json_element(at, i) : *at;
        g_autofree char *name = bt_tree_text(word.value);
        if (bt_tree_get(topics, name) == NULL)
            return bt_json_fail(
                &word, BT_ERROR_INVALID, error, "\"%s\" is none of \"topics\"", name);
    }
    return TRUE;
}

/* Keys are paths; a value is true (it is there), false (it is not), or what it is. */
static gboolean check_when(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    BtJsonAt condition;
    void *iter = NULL;
    if (!check_each(dialect, at, check_words, error))
        return FALSE;
    while (bt_json_next_member(at, &iter, &condition)) {
        g_autoptr(BtJson) path = bt_tree_new_string(condition.key);
        BtJsonAt place = condition;
        place.value = path;
        if (!bt_path_check(&place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_message(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    static const Member members[] = {
        { "says", check_says },
        { "because", check_text },
        { "topics", check_topic_names },
        { "poll", check_bool },
        { "when", check_when },
        { "each", check_path },
        { "read", check_read },
    };
    BtJsonAt says;
    return check_members(dialect, at, members, G_N_ELEMENTS(members), error) &&
        bt_json_require(at, "says", &says, error);
}

static gboolean check_messages(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_message, error);
}

static gboolean check_topics(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    return check_each(dialect, at, check_text, error);
}

static gboolean check_wrap(BtDialect *dialect, const BtJsonAt *at, GError **error)
{
    (void)dialect;
    return bt_json_read_array(at, MAX_TIMES_FORMS, error) && bt_path_check(at, error);
}

gboolean bt_dialect_check(BtDialect *dialect, GError **error)
{
    static const Member members[] = {
        { "dialect", check_name },
        { "extends", NULL },
        { "zone", check_zone },
        { "lang", check_lang },
        { "text", check_encodings },
        { "media", check_text },
        { "times", check_times },
        { "durations", check_durations },
        { "values", check_values },
        { "tables", check_tables },
        { "auth", check_auth },
        { "reply", check_reply },
        { "calls", check_calls },
        { "topics", check_topics },
        { "wrap", check_wrap },
        { "messages", check_messages },
        { "read", check_read },
    };
    BtJsonAt root = bt_json_root(dialect->file, dialect->tree), name;
    dialect->zone = g_time_zone_new_identifier("+07:00");
    dialect->lang = g_strdup("vi");
    return check_members(dialect, &root, members, G_N_ELEMENTS(members), error) &&
        bt_json_require(&root, "dialect", &name, error);
}
