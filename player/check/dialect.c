#include "player/check/dialect.h"

#include "base/io.h"
#include "playlists/adapters/ttn/ttn.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

static gboolean has(GBytes *bytes, const char *word)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    return memmem(data, size_bytes, word, strlen(word)) != NULL;
}

/* By its words, because a file with a mistake may be no JSON: manifests have a "spec", and within
 * their texts quotes have a backslash. */
gboolean bt_check_is_dialect(const char *path)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_DIALECT_MAX_BYTES, NULL);
    return bytes != NULL && has(bytes, "\"dialect\"") && !has(bytes, "\"spec\"") &&
        !has(bytes, "\"payloadType\"");
}

static char *word_of(const char *path)
{
    return strchr(path, '/') != NULL ? g_strdup(path) : g_strconcat("./", path, NULL);
}

void bt_check_dialect(BtCheckReport *report)
{
    report->kind = "dialect";
    g_autofree char *word = word_of(report->path);
    g_autoptr(BtDialect) dialect = bt_dialect_load(word, &report->error);
    if (dialect == NULL)
        return;
    report->accepted = g_strdup_printf(_("accepted: dialect %s"), bt_dialect_name(dialect));
    report->notes = bt_dialect_notes(dialect, NULL);
}
