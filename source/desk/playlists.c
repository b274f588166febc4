#include "source/desk/playlists.h"

#include "base/error.h"

#include <string.h>

/* ---- reading ---- */

const char *bt_playlist_text(const BtJson *item, const char *key)
{
    BtJsonAt at = bt_json_root("item", item), member;
    const char *text = bt_json_read_object(&at, NULL) && bt_json_member(&at, key, &member)
        ? bt_json_read_string(&member, 0, G_MAXSIZE, NULL)
        : NULL;
    return text != NULL ? text : "";
}

gint64 bt_playlist_number(const BtJson *item, const char *key)
{
    BtJsonAt at = bt_json_root("item", item), member;
    gint64 number;
    return bt_json_read_object(&at, NULL) && bt_json_member(&at, key, &member) &&
            bt_json_read_int(&member, G_MININT64, G_MAXINT64, &number, NULL)
        ? number
        : 0;
}

const char *bt_playlist_kind(const BtJson *item)
{
    return bt_playlist_number(item, "notice") > 0 ? "notice" : bt_playlist_text(item, "kind");
}

guint bt_playlist_length(const BtJson *items)
{
    BtJsonAt root = bt_json_root("items", items);
    return (guint)bt_json_length(&root);
}

const BtJson *bt_playlist_item(const BtJson *items, guint index)
{
    BtJsonAt root = bt_json_root("items", items);
    return bt_json_element(&root, index).value;
}

int bt_playlist_index(const BtJson *items, const char *id)
{
    for (guint i = 0; i < bt_playlist_length(items); i++)
        if (strcmp(bt_playlist_text(bt_playlist_item(items, i), "id"), id) == 0)
            return (int)i;
    return -1;
}

/* ---- changing ---- */

static BtJson *copy_without(const BtJson *item, const char *const *left_out)
{
    BtJsonAt at = bt_json_root("item", item), member;
    BtJson *copy = bt_json_new_object();
    void *iter = NULL;
    while (bt_json_next_member(&at, &iter, &member))
        if (!g_strv_contains(left_out, member.key))
            bt_json_set(copy, member.key, bt_json_ref(member.value));
    return copy;
}

/* Numbers are not used again, so that reports of what was played keep their meaning. */
static char *new_id(const BtJson *items)
{
    gint64 highest = 0;
    for (guint i = 0; i < bt_playlist_length(items); i++) {
        const char *id = bt_playlist_text(bt_playlist_item(items, i), "id");
        highest = MAX(highest, g_ascii_strtoll(id, NULL, 10));
    }
    return g_strdup_printf("%" G_GINT64_FORMAT "-%04x", highest + 1, g_random_int() & 0xffff);
}

BtJson *bt_playlist_with(const BtJson *items, const BtJson *item, GError **error)
{
    static const char *const own[] = { "id", NULL };
    guint n = bt_playlist_length(items);
    if (n >= BT_PLAYLIST_MAX_ITEMS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "playlist: full: expected at most %d items",
            BT_PLAYLIST_MAX_ITEMS);
        return NULL;
    }
    g_autofree char *id = new_id(items);
    BtJson *made = bt_json_new_array(), *added = copy_without(item, own);
    bt_json_set_string(added, "id", id);
    for (guint i = 0; i < n; i++)
        bt_json_append(made, bt_json_ref(bt_playlist_item(items, i)));
    bt_json_append(made, added);
    return made;
}

BtJson *bt_playlist_without(const BtJson *items, guint index)
{
    BtJson *made = bt_json_new_array();
    for (guint i = 0; i < bt_playlist_length(items); i++)
        if (i != index)
            bt_json_append(made, bt_json_ref(bt_playlist_item(items, i)));
    return made;
}

BtJson *bt_playlist_moved(const BtJson *items, guint from, guint to)
{
    g_autoptr(BtJson) others = bt_playlist_without(items, from);
    guint n = bt_playlist_length(others);
    BtJson *made = bt_json_new_array();
    to = MIN(to, n);
    for (guint i = 0; i <= n; i++) {
        if (i == to)
            bt_json_append(made, bt_json_ref(bt_playlist_item(items, from)));
        if (i < n)
            bt_json_append(made, bt_json_ref(bt_playlist_item(others, i)));
    }
    return made;
}

/* ---- how it looks ---- */

static gboolean is_one_of(const char *kind, const char *const *kinds)
{
    return g_strv_contains(kinds, kind);
}

static BtJson *dress(const BtJson *item, const BtPlaylistLook *look)
{
    static const char *const given[] = { "duration_ms", "transition", "fit", "subtitles", NULL };
    static const char *const timed[] = { "image", "clock", "stream", NULL };
    static const char *const framed[] = { "image", "video", "stream", NULL };
    const char *kind = bt_playlist_kind(item);
    BtJson *made = copy_without(item, given);
    if (strcmp(kind, "notice") == 0)
        return made; /* a notice says itself how it is shown */
    if (is_one_of(kind, timed) && look->duration_ms > 0)
        bt_json_set_int(made, "duration_ms", look->duration_ms);
    if (is_one_of(kind, framed) && look->fit != NULL)
        bt_json_set_string(made, "fit", look->fit);
    if (strcmp(kind, "video") == 0 && bt_playlist_length(look->subtitles) > 0)
        bt_json_set(made, "subtitles", bt_json_ref(look->subtitles));
    if (look->transition != NULL) {
        BtJson *transition = bt_json_new_object();
        bt_json_set_string(transition, "kind", look->transition);
        bt_json_set(made, "transition", transition);
    }
    return made;
}

BtJson *bt_playlist_dressed(const BtJson *items, guint index, const BtPlaylistLook *look)
{
    BtJson *made = bt_json_new_array();
    for (guint i = 0; i < bt_playlist_length(items); i++)
        bt_json_append(made,
            i == index ? dress(bt_playlist_item(items, i), look)
                       : bt_json_ref(bt_playlist_item(items, i)));
    return made;
}
