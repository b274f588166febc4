/* Paths: "NoiDung.Link", "/NoiDung/Link" (where a name has a dot), "^NguonID" from the root of what
 * came, "=text" a constant, "" the thing itself. A number is an element of an array. Any other step
 * goes through an array into each of its elements, so that a province may wrap anything in one. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

typedef struct {
    char **steps; /* NULL-ended */
    GPtrArray *found;
    gboolean whole; /* arrays at the end stay together */
} Walk;

static char *unescaped(const char *step)
{
    g_autoptr(GString) text = g_string_new(step);
    g_string_replace(text, "~1", "/", 0);
    g_string_replace(text, "~0", "~", 0);
    return g_strdup(text->str);
}

/* (transfer full): NULL-ended */
static char **steps_of(const char *path)
{
    if (*path != '/')
        return g_strsplit(path, *path == '\0' ? "\n" : ".", BT_PATH_MAX_STEPS);
    char **steps = g_strsplit(path + 1, "/", BT_PATH_MAX_STEPS);
    for (char **step = steps; *step != NULL; step++) {
        char *plain = unescaped(*step);
        g_free(*step);
        *step = plain;
    }
    return steps;
}

gboolean bt_path_check(const BtJsonAt *at, GError **error)
{
    if (bt_json_is_array(at)) {
        for (gsize i = 0; i < bt_json_length(at); i++) {
            BtJsonAt element = bt_json_element(at, i);
            if (bt_json_read_string(&element, 0, 200, error) == NULL ||
                !bt_path_check(&element, error))
                return FALSE;
        }
        return TRUE;
    }
    const char *path = bt_json_read_string(at, 0, 200, error);
    if (path == NULL)
        return FALSE;
    if (*path == '=')
        return TRUE;
    g_auto(GStrv) steps = steps_of(*path == '^' ? path + 1 : path);
    guint n = g_strv_length(steps);
    if (n >= BT_PATH_MAX_STEPS)
        return bt_json_fail(at, BT_ERROR_LIMIT, error, "a path of %u steps: expected fewer than %d",
            n, BT_PATH_MAX_STEPS);
    for (guint i = 0; n > 1 && i < n; i++)
        if (*steps[i] == '\0')
            return bt_json_fail(at, BT_ERROR_INVALID, error,
                "a step of this path is empty: expected names with a dot between them");
    return TRUE;
}

static void walk(Walk *walk_, const BtJson *value, guint i);

static void walk_array(Walk *walk_, const BtJson *array, guint i)
{
    BtJsonAt at = bt_json_root("", array);
    guint64 index;
    if (walk_->steps[i] != NULL &&
        g_ascii_string_to_unsigned(walk_->steps[i], 10, 0, G_MAXUINT, &index, NULL)) {
        if (index < bt_json_length(&at))
            walk(walk_, bt_json_element(&at, index).value, i + 1);
        return;
    }
    for (gsize k = 0; k < bt_json_length(&at); k++)
        walk(walk_, bt_json_element(&at, k).value, i);
}

static void walk(Walk *walk_, const BtJson *value, guint i)
{
    BtJsonAt at = bt_json_root("", value);
    if (value == NULL || bt_json_is_null(&at))
        return;
    gboolean ends = walk_->steps[i] == NULL;
    if (bt_json_is_array(&at) && !(ends && walk_->whole))
        walk_array(walk_, value, i);
    else if (ends)
        g_ptr_array_add(walk_->found, bt_json_ref(value));
    else
        walk(walk_, bt_tree_get_loosely(value, walk_->steps[i]), i + 1);
}

static void unref_value(gpointer value)
{
    bt_json_unref(value);
}

static void collect_one(
    const char *path, const BtJson *thing, const BtJson *root, gboolean whole, GPtrArray *found)
{
    if (path == NULL)
        return;
    if (*path == '=') {
        g_ptr_array_add(found, bt_tree_new_string(path + 1));
        return;
    }
    g_auto(GStrv) steps = steps_of(*path == '^' ? path + 1 : path);
    Walk the = { steps, found, whole };
    walk(&the, *path == '^' ? root : thing, 0);
}

static const char *path_at(const BtJson *paths, gsize i)
{
    BtJsonAt at = bt_json_root("", paths);
    if (!bt_json_is_array(&at))
        return i == 0 ? bt_json_read_string(&at, 0, G_MAXSIZE, NULL) : NULL;
    BtJsonAt element = bt_json_element(&at, i);
    return i < bt_json_length(&at) ? bt_json_read_string(&element, 0, G_MAXSIZE, NULL) : NULL;
}

GPtrArray *bt_path_collect(const BtJson *paths, const BtJson *thing, const BtJson *root)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(unref_value);
    const char *path;
    for (gsize i = 0; paths != NULL && found->len == 0 && (path = path_at(paths, i)) != NULL; i++)
        collect_one(path, thing, root, FALSE, found);
    return found;
}

BtJson *bt_path_first(const BtJson *paths, const BtJson *thing, const BtJson *root)
{
    g_autoptr(GPtrArray) found = bt_path_collect(paths, thing, root);
    return found->len > 0 ? bt_json_ref(g_ptr_array_index(found, 0)) : NULL;
}

BtJson *bt_path_whole(const char *path, const BtJson *thing)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(unref_value);
    collect_one(path, thing, thing, TRUE, found);
    return found->len > 0 ? bt_json_ref(g_ptr_array_index(found, 0)) : NULL;
}
