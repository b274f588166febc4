/* The values that templates may name. */
#include "playlists/adapters/ttn/private.h"

static void unref_value(gpointer value)
{
    bt_json_unref(value);
}

GHashTable *bt_ttn_values_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_value);
}

void bt_ttn_values_set(GHashTable *values, const char *name, BtJson *value)
{
    g_hash_table_insert(values, g_strdup(name), value);
}

void bt_ttn_values_set_string(GHashTable *values, const char *name, const char *value)
{
    bt_ttn_values_set(values, name, bt_tree_new_string(value));
}

void bt_ttn_values_set_int(GHashTable *values, const char *name, gint64 value)
{
    bt_ttn_values_set(values, name, bt_tree_new_int(value));
}

/* A time or length that was not given is no value, so that a template can leave it out. */
static void set_if_given(GHashTable *values, const char *name, gint64 number)
{
    if (number != 0)
        bt_ttn_values_set_int(values, name, number);
    else
        g_hash_table_remove(values, name);
}

static void set_words(GHashTable *values, const BtTtnBulletin *bulletin)
{
    bt_ttn_values_set_string(values, "bulletin.id", bulletin->id);
    bt_ttn_values_set_string(values, "bulletin.kind", bt_ttn_kind_words[bulletin->kind]);
    bt_ttn_values_set_string(
        values, "bulletin.priority", bt_ttn_priority_words[bulletin->priority]);
    bt_ttn_values_set_string(values, "bulletin.title", bulletin->title);
    bt_ttn_values_set_string(values, "bulletin.summary", bulletin->summary);
    bt_ttn_values_set_string(values, "bulletin.content", bulletin->content);
    bt_ttn_values_set_string(values, "bulletin.lang", bulletin->lang);
    bt_ttn_values_set_string(values, "bulletin.partition", bulletin->partition);
    bt_ttn_values_set_string(values, "bulletin.region", bulletin->region);
    bt_ttn_values_set_string(values, "bulletin.author", bulletin->author);
    bt_ttn_values_set_string(values, "bulletin.sender", bulletin->sender);
    bt_ttn_values_set_string(values, "bulletin.schedule_id", bulletin->schedule_id);
    bt_ttn_values_set_string(values, "bulletin.schedule_name", bulletin->schedule_name);
}

void bt_ttn_values_set_bulletin(GHashTable *values, const BtTtnBulletin *bulletin)
{
    set_words(values, bulletin);
    set_if_given(values, "bulletin.field", bulletin->field);
    set_if_given(values, "bulletin.made", bulletin->made_ms);
    set_if_given(values, "bulletin.duration", bulletin->duration_ms);
    set_if_given(values, "bulletin.until", bulletin->until_ms);
    bt_ttn_values_set(values, "bulletin.said",
        bulletin->said != NULL ? bt_json_ref(bulletin->said) : bt_json_new_object());
}
