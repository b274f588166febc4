/* What came over a topic, or as the answer of a poll, into messages: taken out of its wrapping,
 * matched with the dialect's messages in their order, the first that fits counts. */
#include "playlists/adapters/ttn/private.h"

#include "base/hash.h"

#include <string.h>

#define ID_HASH_DIGITS 40
#define ID_MAX_BYTES 64

typedef struct {
    const BtDialect *dialect;
    const BtTtnHeard *heard;
    const BtJson *root;
    GPtrArray *messages, *problems;
} Hearing;

/* ---- for whom ---- */

static gboolean is_called(const BtTtnHeard *heard, const BtJson *value)
{
    g_autofree char *name = bt_tree_text(value);
    for (guint i = 0; name != NULL && heard->devices[i] != NULL; i++)
        if (g_ascii_strcasecmp(g_strstrip(name), heard->devices[i]) == 0)
            return TRUE;
    return FALSE;
}

/* Devices decide, areas where no device is named, and without both it is for everybody who hears.
 */
static gboolean is_for_us(const Hearing *hearing, const BtSaid *said)
{
    static const char *const fields[] = { "devices", "areas" };
    for (guint f = 0; hearing->heard->devices != NULL && f < G_N_ELEMENTS(fields); f++) {
        const BtJson *paths = bt_said_paths(said, fields[f]);
        g_autoptr(GPtrArray) named = bt_path_collect(paths, said->thing, said->root);
        if (named->len == 0 && said->outer != said->thing) {
            g_ptr_array_unref(named);
            named = bt_path_collect(paths, said->outer, said->root);
        }
        if (named->len == 0 && said->root != said->thing && !bt_tree_is_array(said->root)) {
            g_ptr_array_unref(named);
            named = bt_path_collect(paths, said->root, said->root);
        }
        for (guint i = 0; i < named->len; i++)
            if (is_called(hearing->heard, g_ptr_array_index(named, i)))
                return TRUE;
        if (named->len > 0)
            return FALSE;
    }
    return TRUE;
}

/* ---- which message of the dialect ---- */

static gboolean has_word(const BtJson *words, const char *word)
{
    BtJsonAt at = bt_json_root("", words);
    g_autofree char *one = bt_tree_text(words);
    if (one != NULL)
        return strcmp(one, word) == 0;
    for (gsize i = 0; bt_tree_is_array(words) && i < bt_json_length(&at); i++)
        if (has_word(bt_json_element(&at, i).value, word))
            return TRUE;
    return FALSE;
}

static gboolean condition_holds(const BtSaid *said, const BtJsonAt *condition)
{
    gboolean wanted;
    g_autofree char *path = g_strdup(condition->key);
    g_autoptr(BtJson) paths = bt_tree_new_string(path);
    g_autoptr(BtJson) value = bt_path_first(paths, said->thing, said->root);
    if (bt_json_read_bool(condition, &wanted, NULL))
        return (value != NULL) == wanted;
    g_autofree char *text = bt_tree_text(value);
    return text != NULL && has_word(condition->value, text);
}

static gboolean conditions_hold(const BtSaid *said)
{
    const BtJson *when = bt_tree_get(said->spec, "when");
    BtJsonAt at = bt_json_root("", when), condition;
    void *iter = NULL;
    while (when != NULL && bt_json_next_member(&at, &iter, &condition))
        if (!condition_holds(said, &condition))
            return FALSE;
    return TRUE;
}

static gboolean is_heard_on(const Hearing *hearing, const BtJson *spec)
{
    const BtJson *names = bt_tree_get(spec, "topics");
    const BtJson *topics = bt_tree_get(hearing->dialect->tree, "topics");
    BtJsonAt at = bt_json_root("", topics), topic;
    void *iter = NULL;
    gboolean polled = TRUE;
    if (hearing->heard->topic == NULL) {
        BtJsonAt poll = bt_json_root("", bt_tree_get(spec, "poll"));
        return poll.value == NULL || !bt_json_read_bool(&poll, &polled, NULL) || polled;
    }
    if (names == NULL)
        return TRUE;
    while (topics != NULL && bt_json_next_member(&at, &iter, &topic)) {
        const char *pattern = bt_json_read_string(&topic, 0, G_MAXSIZE, NULL);
        if (has_word(names, topic.key) && pattern != NULL &&
            bt_topic_matches(pattern, hearing->heard->topic))
            return TRUE;
    }
    return FALSE;
}

/* The dialect's message that `thing` is, into `said->spec`; its name. Borrowed. (nullable) */
static const char *choose(const Hearing *hearing, BtSaid *said)
{
    const BtJson *messages = bt_tree_get(hearing->dialect->tree, "messages");
    BtJsonAt at = bt_json_root("", messages), message;
    void *iter = NULL;
    while (messages != NULL && bt_json_next_member(&at, &iter, &message)) {
        said->spec = message.value;
        if (is_heard_on(hearing, message.value) && conditions_hold(said))
            return message.key;
    }
    said->spec = NULL;
    return NULL;
}

/* ---- what it says ---- */

static int find_says(const char *word)
{
    for (int i = 0; word != NULL && bt_ttn_says_words[i] != NULL; i++)
        if (strcmp(bt_ttn_says_words[i], word) == 0)
            return i;
    return -1;
}

/* What the code of a command says; a table's "@NAME" asks the table NAME about the value. -1. */
static int says_by_code(const BtSaid *said, const BtJson *by)
{
    const char *table = bt_tree_string(by, "table");
    const BtJson *paths = bt_tree_get(by, "path");
    g_autoptr(BtJson) value = bt_path_first(paths, said->thing, said->root);
    if (value == NULL)
        value = bt_path_first(paths, said->outer, said->root);
    g_autofree char *code = value == NULL ? g_strdup("") : bt_tree_text(value);
    g_autofree char *word = code == NULL ? NULL : bt_table_ours(said->dialect, table, code);
    if (word != NULL && *word == '@') {
        g_autoptr(BtJson) argument = bt_said_value(said, "value");
        g_autofree char *second = argument == NULL ? g_strdup("") : bt_tree_text(argument);
        g_autofree char *through =
            second == NULL ? NULL : bt_table_ours(said->dialect, word + 1, second);
        if (through == NULL)
            bt_said_problem(said,
                "command \"%.40s\" with \"%.40s\": that stands in no table \"%s\"; "
                "it is refused",
                code, second != NULL ? second : "{", word + 1);
        return find_says(through);
    }
    if (word == NULL)
        bt_said_problem(said, "command \"%.40s\" stands in no table \"%s\"; it is refused",
            code != NULL ? code : "{", table);
    return find_says(word);
}

static int says_of(const BtSaid *said)
{
    const char *word = bt_tree_string(said->spec, "says");
    if (word == NULL)
        return says_by_code(said, bt_tree_get(said->spec, "says"));
    if (strcmp(word, "nothing") == 0) {
        const char *because = bt_tree_string(said->spec, "because");
        if (because != NULL)
            bt_said_problem(said, "it is refused: %s", because);
    }
    return find_says(word);
}

/* ---- messages ---- */

static gboolean is_plain_id(const char *text)
{
    gsize length =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return length > 0 && length <= ID_MAX_BYTES && text[length] == '\0' && text[0] != '.';
}

/* Theirs, or the hash of what was said. (transfer full) */
static char *base_id_of(const BtSaid *said, BtTtnMessage *message)
{
    g_autoptr(BtJson) value = bt_said_value(said, "message");
    g_autofree char *theirs = bt_tree_text(value);
    message->is_marked = message->at_ms > 0 || (theirs != NULL && *theirs != '\0');
    if (theirs != NULL && is_plain_id(theirs))
        return g_steal_pointer(&theirs);
    g_autofree char *text =
        theirs != NULL && *theirs != '\0' ? g_strdup(theirs) : bt_json_to_text(said->thing, FALSE);
    g_autofree char *all =
        g_strdup_printf("%s\n%s\n%" G_GINT64_FORMAT "\n%s\n%s", bt_ttn_says_words[message->says],
            message->sender, message->at_ms, message->bulletin_id, text);
    char hash[BT_HASH_HEX_SIZE];
    bt_hash_data(all, strlen(all), hash);
    return g_strdup_printf("m.%.*s", ID_HASH_DIGITS, hash);
}

static gboolean is_taken(const Hearing *hearing, const char *id)
{
    for (guint i = 0; i < hearing->messages->len; i++) {
        const BtTtnMessage *message = g_ptr_array_index(hearing->messages, i);
        if (strcmp(message->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Of several that came at once under one id, the third of all is ID-3. */
static char *id_of(const Hearing *hearing, const BtSaid *said, BtTtnMessage *message)
{
    char *id = base_id_of(said, message);
    g_autofree char *start = g_strndup(id, ID_MAX_BYTES - 5);
    for (guint n = hearing->messages->len + 1; is_taken(hearing, id); n++) {
        g_free(id);
        id = g_strdup_printf("%s-%u", start, n);
    }
    return id;
}

static BtTtnMessage *message_new(const BtSaid *said, BtTtnSays says)
{
    BtTtnMessage *message = g_new0(BtTtnMessage, 1);
    message->says = says;
    message->sender = bt_said_text(said, "sender", BT_TTN_ID_MAX);
    message->at_ms = bt_said_time(said, "at");
    message->bulletin_id = g_strdup("");
    gboolean of_schedule = says == BT_TTN_SAY_BULLETIN || says == BT_TTN_SAY_SCHEDULE ||
        says == BT_TTN_SAY_CANCEL_SCHEDULE;
    message->schedule_id =
        of_schedule ? bt_said_text(said, "schedule_id", BT_TTN_ID_MAX) : g_strdup("");
    message->schedule_name =
        of_schedule ? bt_said_text(said, "schedule_name", BT_TTN_NAME_MAX) : g_strdup("");
    message->slots = bt_ttn_slots_new();
    return message;
}

static void add(const Hearing *hearing, const BtSaid *said, BtTtnMessage *message)
{
    if (hearing->messages->len >= BT_TTN_MESSAGE_MAX_ITEMS) {
        bt_said_problem(
            said, "more than %d things at once: it is left out", BT_TTN_MESSAGE_MAX_ITEMS);
        bt_ttn_message_free(message);
        return;
    }
    message->id = id_of(hearing, said, message);
    g_ptr_array_add(hearing->messages, message);
}

static gboolean read_volume(const BtSaid *said, BtTtnMessage *message)
{
    g_autoptr(BtJson) value = bt_said_value(said, "value");
    gint64 volume;
    if (value != NULL && bt_tree_int(value, &volume) && volume >= 0 && volume <= 100) {
        message->value = volume;
        return TRUE;
    }
    g_autofree char *text = bt_tree_text(value);
    bt_said_problem(said, "volume \"%.40s\": expected 0 to 100; it is refused", text ? text : "");
    return FALSE;
}

static gboolean read_slots(const BtSaid *said, BtTtnMessage *message)
{
    gboolean given;
    g_array_unref(message->slots);
    message->slots = bt_said_slots(said, 0, &given);
    if (message->slots->len > 0)
        return TRUE;
    bt_said_problem(said, "a schedule without a window that can be used: it is left out");
    return FALSE;
}

static gboolean read_rest(const BtSaid *said, BtTtnMessage *message)
{
    switch (message->says) {
    case BT_TTN_SAY_BULLETIN:
        message->bulletin = bt_said_bulletin(said);
        g_free(message->bulletin_id);
        message->bulletin_id = g_strdup(message->bulletin == NULL ? "" : message->bulletin->id);
        return message->bulletin != NULL;
    case BT_TTN_SAY_SCHEDULE:
        return read_slots(said, message);
    case BT_TTN_SAY_CANCEL_SCHEDULE:
        if (*message->schedule_id == '\0')
            bt_said_problem(said, "schedule_id: not given: expected which schedule to cancel");
        return *message->schedule_id != '\0';
    case BT_TTN_SAY_URGENT:
        message->until_ms = bt_said_until(said);
        return TRUE;
    case BT_TTN_SAY_VOLUME:
        return read_volume(said, message);
    default:
        return TRUE;
    }
}

/* One message for each bulletin it names. */
static void say_of_bulletins(const Hearing *hearing, const BtSaid *said, BtTtnSays says)
{
    g_autoptr(GPtrArray) ids = bt_path_collect(bt_said_paths(said, "id"), said->thing, said->root);
    BtSaid one = *said;
    for (guint i = 0; i < MAX(ids->len, 1); i++) {
        g_autoptr(BtTtnMessage) message = message_new(&one, says);
        g_autofree char *id = ids->len > 0 ? bt_tree_text(g_ptr_array_index(ids, i)) : NULL;
        if (ids->len <= 1) {
            g_free(id);
            id = NULL;
            if (!bt_said_id(&one, "id", &id))
                return;
        }
        if (id == NULL || *id == '\0' || g_utf8_strlen(id, -1) > BT_TTN_ID_MAX) {
            bt_said_problem(&one, "id: one of %u is no id: it is left out", ids->len);
            continue;
        }
        g_free(message->bulletin_id);
        message->bulletin_id = g_steal_pointer(&id);
        if (!read_rest(&one, message))
            return;
        add(hearing, &one, g_steal_pointer(&message));
    }
}

static void say(const Hearing *hearing, const BtSaid *said)
{
    int says = says_of(said);
    if (says < 0)
        return;
    if (says == BT_TTN_SAY_SCHEDULE || says == BT_TTN_SAY_CANCEL || says == BT_TTN_SAY_URGENT) {
        say_of_bulletins(hearing, said, (BtTtnSays)says);
        return;
    }
    g_autoptr(BtTtnMessage) message = message_new(said, (BtTtnSays)says);
    if (read_rest(said, message))
        add(hearing, said, g_steal_pointer(&message));
}

/* ---- things ---- */

/* The parts of a thing, where the dialect takes it apart and they are objects. */
static GPtrArray *parts_of(const BtSaid *said)
{
    GPtrArray *parts = bt_path_collect(bt_tree_get(said->spec, "each"), said->thing, said->root);
    for (guint i = 0; i < parts->len; i++)
        if (!bt_tree_is_object(g_ptr_array_index(parts, i))) {
            g_ptr_array_set_size(parts, 0);
            break;
        }
    return parts;
}

static void hear_each(const Hearing *hearing, BtSaid *said)
{
    g_autoptr(GPtrArray) parts = parts_of(said);
    if (parts->len == 0 && is_for_us(hearing, said))
        say(hearing, said);
    for (guint i = 0; i < parts->len; i++) {
        said->thing = g_ptr_array_index(parts, i);
        if (is_for_us(hearing, said))
            say(hearing, said);
    }
}

static void hear_thing(const Hearing *hearing, const BtJson *thing)
{
    BtSaid said = { hearing->dialect, NULL, thing, thing, hearing->root, hearing->heard->name,
        hearing->heard->now_ms, hearing->problems };
    if (!bt_tree_is_object(thing)) {
        bt_said_problem(&said, "a part is no object: it is left out");
        return;
    }
    const char *message = choose(hearing, &said);
    if (message == NULL) {
        if (hearing->heard->topic != NULL || thing != hearing->root)
            bt_said_problem(&said, "this is none of the dialect's \"messages\": it is refused");
        return;
    }
    g_autofree char *name = g_strdup_printf("%s: %s", hearing->heard->name, message);
    said.name = name;
    hear_each(hearing, &said);
}

/* What `wrap` leads to; behind a "[]" only an array counts, for the same name may be a bulletin's
 * own. (transfer full) (nullable): none is there */
static GPtrArray *unwrap_by(const Hearing *hearing, const char *wrap)
{
    gboolean list_only = g_str_has_suffix(wrap, "[]");
    g_autofree char *path = g_strndup(wrap, strlen(wrap) - (list_only ? 2 : 0));
    g_autoptr(BtJson) there = bt_path_whole(path, hearing->root);
    if (!bt_tree_is_array(there) && (list_only || !bt_tree_is_object(there)))
        return NULL;
    g_autoptr(BtJson) paths = bt_tree_new_string(path);
    return bt_path_collect(paths, hearing->root, hearing->root);
}

/* The things that came, out of the first wrapping of the dialect that is there, also an empty one.
 * (transfer full) */
static GPtrArray *unwrap(const Hearing *hearing)
{
    const BtJson *wraps = bt_tree_get(hearing->dialect->tree, "wrap");
    BtJsonAt at = bt_json_root("", wraps);
    GPtrArray *things = NULL;
    for (gsize i = 0; bt_tree_is_array(wraps) && i < bt_json_length(&at) && things == NULL; i++) {
        BtJsonAt wrap = bt_json_element(&at, i);
        const char *path = bt_json_read_string(&wrap, 0, G_MAXSIZE, NULL);
        things = path == NULL ? NULL : unwrap_by(hearing, path);
    }
    return things != NULL ? things : unwrap_by(hearing, "");
}

static void free_message(gpointer message)
{
    bt_ttn_message_free(message);
}

GPtrArray *bt_dialect_read_messages(const BtDialect *dialect, const BtTtnHeard *heard, GBytes *body,
    GPtrArray *problems, GError **error)
{
    g_autoptr(BtJson) root = bt_ttn_parse(heard->name, body, error);
    if (root == NULL)
        return NULL;
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(free_message);
    Hearing hearing = { dialect, heard, root, messages, problems };
    g_autoptr(GPtrArray) things = unwrap(&hearing);
    if (things->len > BT_TTN_MESSAGE_MAX_ITEMS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: %u things at once: expected at most %d",
            heard->name, things->len, BT_TTN_MESSAGE_MAX_ITEMS);
        return NULL;
    }
    guint before = problems == NULL ? 0 : problems->len;
    for (guint i = 0; i < things->len; i++)
        hear_thing(&hearing, g_ptr_array_index(things, i));
    if (messages->len == 0 && problems != NULL && problems->len > before) {
        g_set_error_literal(error, BT_ERROR, BT_ERROR_INVALID, g_ptr_array_index(problems, before));
        g_ptr_array_remove_index(problems, before);
        return NULL;
    }
    return g_steal_pointer(&messages);
}
