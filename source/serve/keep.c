/* What the server does beside its requests: facts that are too old go, items that were played get
 * their names. A little at a time, since requests wait meanwhile. */
#include "source/serve/daemon.h"

#include "source/store/telemetry.h"

#include <string.h>

#define EVERY_S 20
#define DROP_MAX 2000
#define NAME_MAX_ITEMS 20

static char *manifest_of(BtStore *store, gint64 version, const char *cls)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT sha256 FROM document WHERE kind = ? AND version = ?",
            "si", strcmp(cls, "emergency") == 0 ? "alert" : "manifest", version);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

static gboolean name(BtStore *store, gint64 version, const char *cls, const char *item,
    char **title, char **languages, gpointer user)
{
    BtServer *server = user;
    g_autofree char *manifest = manifest_of(store, version, cls);
    if (manifest == NULL)
        return FALSE;
    *title = g_strdup(bt_titles_find(server->titles, manifest, item));
    *languages = g_strdup(bt_titles_languages(server->titles, manifest, item));
    return *title != NULL;
}

void bt_keep_house(BtServer *server)
{
    g_autoptr(GError) error = NULL;
    gint64 dropped, mono_ms = bt_server_mono_ms();
    if (mono_ms < server->keep_at_ms)
        return;
    server->keep_at_ms = mono_ms + EVERY_S * BT_SECOND_MS;
    if (!bt_telemetry_name(server->store, name, server, NAME_MAX_ITEMS, &error) ||
        !bt_telemetry_forget(server->store, bt_server_wall_ms(server), DROP_MAX, &dropped, &error))
        g_message("telemetry: %s", error->message);
}
