/* Dialects: loaded, laid over what they extend, checked, shared. */
#include "playlists/adapters/ttn/private.h"

#include "base/io.h"

#include <string.h>

#define MAX_EXTENDS 4 /* of those that come with the player */

static const char *file_text(const char *name)
{
    for (const BtDialectFile *file = bt_dialect_files; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0)
            return file->text;
    return NULL;
}

static char *known_names(void)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (const BtDialectFile *file = bt_dialect_files; file->name != NULL; file++)
        g_string_append_printf(names, "%s\"%s\"", names->len > 0 ? ", " : "", file->name);
    return g_strdup(names->str);
}

/* ---- what it extends ---- */

static BtJson *whole_tree(const BtJson *own, const char *name, guint depth, GError **error);

static BtJson *tree_of_file(const char *word, guint depth, GError **error)
{
    const char *text = file_text(word);
    g_autoptr(BtJson) own =
        bt_json_parse(text, strlen(text), word, BT_DIALECT_MAX_BYTES, BT_DIALECT_MAX_DEPTH, error);
    return own == NULL ? NULL : whole_tree(own, word, depth + 1, error);
}

static BtJson *whole_tree(const BtJson *own, const char *name, guint depth, GError **error)
{
    BtJsonAt root = bt_json_root(name, own), extends;
    const char *word;
    if (!bt_json_read_object(&root, error))
        return NULL;
    if (!bt_json_member(&root, "extends", &extends))
        return bt_json_ref(own);
    if ((word = bt_json_read_string(&extends, 1, 100, error)) == NULL)
        return NULL;
    if (file_text(word) == NULL || depth >= MAX_EXTENDS) {
        g_autofree char *names = known_names();
        bt_json_fail(&extends, BT_ERROR_NOT_FOUND, error,
            "\"%s\" does not come with the player: expected one of %s", word, names);
        return NULL;
    }
    g_autoptr(BtJson) base = tree_of_file(word, depth, error);
    return base == NULL ? NULL : bt_tree_merge(base, own);
}

/* ---- loading ---- */

BtDialect *bt_dialect_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(BtJson) own =
        bt_json_parse(data, size_bytes, name, BT_DIALECT_MAX_BYTES, BT_DIALECT_MAX_DEPTH, error);
    g_autoptr(BtJson) tree = own == NULL ? NULL : whole_tree(own, name, 0, error);
    if (tree == NULL)
        return NULL;
    g_autoptr(BtDialect) dialect = g_new0(BtDialect, 1);
    g_atomic_ref_count_init(&dialect->refs);
    dialect->file = g_strdup(name);
    dialect->tree = g_steal_pointer(&tree);
    return bt_dialect_check(dialect, error) ? g_steal_pointer(&dialect) : NULL;
}

BtDialect *bt_dialect_load(const char *word, GError **error)
{
    const char *text = file_text(word);
    if (text != NULL)
        return bt_dialect_parse(text, strlen(text), word, error);
    if (strchr(word, '/') == NULL && !g_str_has_suffix(word, ".json")) {
        g_autofree char *names = known_names();
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: no such dialect: expected %s, or the path of a file", word, names);
        return NULL;
    }
    g_autoptr(GBytes) bytes = bt_io_read(word, BT_DIALECT_MAX_BYTES, error);
    if (bytes == NULL)
        return NULL;
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    return bt_dialect_parse(data, size_bytes, word, error);
}

BtDialect *bt_dialect_ref(BtDialect *dialect)
{
    g_atomic_ref_count_inc(&dialect->refs);
    return dialect;
}

void bt_dialect_unref(BtDialect *dialect)
{
    if (!g_atomic_ref_count_dec(&dialect->refs))
        return;
    g_free(dialect->file);
    g_free(dialect->name);
    g_free(dialect->lang);
    g_clear_pointer(&dialect->tree, bt_json_unref);
    g_clear_pointer(&dialect->zone, g_time_zone_unref);
    g_free(dialect);
}

const char *bt_dialect_name(const BtDialect *dialect)
{
    return dialect->name;
}
