#include "playlists/model/manifest.h"
#include "source/pages/compose.h"

static gboolean member(const BtJson *json, const char *key, BtJsonAt *root, BtJsonAt *at)
{
    *root = bt_json_root("notice", json);
    return bt_json_read_object(root, NULL) && bt_json_member(root, key, at);
}

const char *bt_compose_word(const BtJson *body, const char *key)
{
    BtJsonAt root, at;
    const char *word = member(body, key, &root, &at) && bt_json_is_string(&at)
        ? bt_json_read_string(&at, 0, G_MAXSIZE, NULL)
        : NULL;
    return word != NULL ? word : "";
}

int bt_compose_number(const BtJson *body, const char *key)
{
    BtJsonAt root, at;
    gint64 number;
    return member(body, key, &root, &at) && bt_json_read_int(&at, 0, 1000, &number, NULL)
        ? (int)number
        : 0;
}

gboolean bt_compose_is_true(const BtJson *body, const char *key)
{
    BtJsonAt root, at;
    gboolean is_true = FALSE;
    return member(body, key, &root, &at) && bt_json_read_bool(&at, &is_true, NULL) && is_true;
}

/* The last day is the one before the midnight that ends it. */
char *bt_compose_day(const BtVisit *visit, const BtJson *body, const char *key)
{
    BtJsonAt root, valid, at;
    gint64 at_ms;
    if (!member(body, "valid", &root, &valid) || !bt_json_read_object(&valid, NULL) ||
        !bt_json_member(&valid, key, &at) || !bt_json_read_time(&at, &at_ms, NULL))
        return g_strdup("");
    if (*key == 'u')
        at_ms -= BT_SECOND_MS;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    return g_date_time_format(local, "%Y-%m-%d");
}

guint bt_compose_n_texts(const BtJson *body)
{
    BtJsonAt root, texts;
    return member(body, "texts", &root, &texts) ? (guint)bt_json_length(&texts) : 0;
}

BtComposeText bt_compose_text(const BtJson *body, guint k)
{
    BtJsonAt root, texts;
    if (!member(body, "texts", &root, &texts) || k >= bt_json_length(&texts))
        return (BtComposeText){ "", "", "" };
    BtJsonAt at = bt_json_element(&texts, k);
    return (BtComposeText){ bt_compose_word(at.value, "lang"), bt_compose_word(at.value, "title"),
        bt_compose_word(at.value, "body") };
}

gboolean bt_compose_is_target(const BtJson *targets, const char *list, const char *id)
{
    BtJsonAt root, ids;
    gsize n = member(targets, list, &root, &ids) ? bt_json_length(&ids) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&ids, i);
        if (g_strcmp0(bt_json_read_string(&at, 0, G_MAXSIZE, NULL), id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Of FORMAT.md, 6.3. */
const char *bt_compose_field_name(int field)
{
    static const char *const names[BT_COMPOSE_FIELDS] = {
        N_("General information"),
        N_("Sudden or urgent"),
        N_("Guidelines, policies and law"),
        N_("Direction and administration of the locality"),
        N_("Science, economy, culture, society"),
        N_("Good examples"),
    };
    return field >= 1 && field <= BT_COMPOSE_FIELDS ? _(names[field - 1]) : "";
}
