/* Tables read THEIRS: OURS, whichever way the word goes. A value may be an array of our words; the
 * key "" stands for a code that was not given, the key "*" for any other; as a value "*" is any
 * other word of ours and "=" their own word as it is. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

static const BtJson *table_of(const BtDialect *dialect, const char *table)
{
    return bt_tree_get(bt_tree_get(dialect->tree, "tables"), table);
}

gboolean bt_table_exists(const BtDialect *dialect, const char *table)
{
    return table_of(dialect, table) != NULL;
}

static const BtJson *entry_of(const BtJson *table, const char *theirs)
{
    const BtJson *exact = bt_tree_get(table, theirs);
    BtJsonAt at = bt_json_root("", table), member;
    void *iter = NULL;
    if (exact != NULL || !bt_tree_is_object(table))
        return exact;
    while (bt_json_next_member(&at, &iter, &member))
        if (g_ascii_strcasecmp(member.key, theirs) == 0)
            return member.value;
    return *theirs == '\0' ? NULL : bt_tree_get(table, "*");
}

char *bt_table_ours(const BtDialect *dialect, const char *table, const char *theirs)
{
    const BtJson *entry = entry_of(table_of(dialect, table), theirs);
    BtJsonAt at = bt_json_root("", entry);
    if (bt_tree_is_array(entry))
        entry = bt_json_length(&at) > 0 ? bt_json_element(&at, 0).value : NULL;
    g_autofree char *ours = bt_tree_text(entry);
    if (g_strcmp0(ours, "=") == 0)
        return g_strdup(theirs);
    return g_steal_pointer(&ours);
}

static gboolean stands_for(const BtJson *entry, const char *ours)
{
    BtJsonAt at = bt_json_root("", entry);
    for (gsize i = 0; bt_tree_is_array(entry) && i < bt_json_length(&at); i++)
        if (stands_for(bt_json_element(&at, i).value, ours))
            return TRUE;
    g_autofree char *text = bt_tree_text(entry);
    return text != NULL && strcmp(text, ours) == 0;
}

static BtJson *code(const char *theirs)
{
    gint64 number;
    gboolean plain = g_ascii_string_to_signed(theirs, 10, G_MININT64, G_MAXINT64, &number, NULL);
    g_autofree char *again = plain ? g_strdup_printf("%" G_GINT64_FORMAT, number) : NULL;
    return g_strcmp0(again, theirs) == 0 ? bt_tree_new_int(number) : bt_tree_new_string(theirs);
}

/* Their first code for `ours`, itself no mark. (transfer full) (nullable) */
static BtJson *code_for(const BtJson *table, const char *ours)
{
    BtJsonAt at = bt_json_root("", table), member;
    void *iter = NULL;
    while (bt_tree_is_object(table) && bt_json_next_member(&at, &iter, &member))
        if (*member.key != '\0' && strcmp(member.key, "*") != 0 && stands_for(member.value, ours))
            return code(member.key);
    return NULL;
}

BtJson *bt_table_theirs(const BtDialect *dialect, const char *table, const char *ours)
{
    const BtJson *entries = table_of(dialect, table);
    BtJson *found = code_for(entries, ours);
    if (found == NULL)
        found = code_for(entries, "*");
    if (found == NULL && g_strcmp0(bt_tree_string(entries, "*"), "=") == 0)
        found = bt_tree_new_string(ours);
    return found;
}
