#include "player/facts/deaths.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A page: the kernel writes it whole or not at all when the process is killed. 16 zones of two ids
 * of 64 bytes need half of it. */
#define NOTE_BYTES 4096

struct BtGlassNote {
    int fd;
    char *boot;
    char text[NOTE_BYTES]; /* as it stands in the file */
};

/* ---- the note ---- */

/* Writes only what is new. */
static void write_note(BtGlassNote *note, const char *text)
{
    char page[NOTE_BYTES] = "";
    g_strlcpy(page, text, sizeof page);
    if (note->fd < 0 || g_str_equal(page, note->text))
        return;
    memcpy(note->text, page, sizeof page);
    if (pwrite(note->fd, page, sizeof page, 0) < 0)
        g_message("what is on the glass cannot be noted: %s", g_strerror(errno));
}

BtGlassNote *bt_glass_note_new(const char *path, const char *boot)
{
    BtGlassNote *note = g_new0(BtGlassNote, 1);
    note->fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    note->boot = g_strdup(boot);
    if (path != NULL && note->fd < 0)
        g_message("%s: %s", path, g_strerror(errno));
    g_autofree char *empty = g_strconcat(boot, "\n", NULL);
    write_note(note, empty);
    return note;
}

void bt_glass_note_free(BtGlassNote *note)
{
    if (note == NULL)
        return;
    if (note->fd >= 0)
        close(note->fd);
    g_free(note->boot);
    g_free(note);
}

static void add_items(GString *text, const BtOnAir *on_air)
{
    for (guint i = 0; on_air->zones != NULL && i < on_air->zones->len; i++) {
        const BtOnZone *zone = &g_array_index(on_air->zones, BtOnZone, i);
        if (zone->item != NULL)
            g_string_append_printf(text, " %s/%s", on_air->source_name, zone->item->id);
    }
}

void bt_glass_note_put(BtGlassNote *note, const BtOnAir *on_air)
{
    g_autoptr(GString) text = g_string_new(note->boot);
    if (on_air->kind == BT_ON_PROGRAMME)
        add_items(text, on_air);
    g_string_append_c(text, '\n');
    write_note(note, text->str);
}

char *bt_glass_note_read(const char *path, const char *boot)
{
    g_autoptr(GBytes) bytes = path == NULL ? NULL : bt_io_read(path, NOTE_BYTES, NULL);
    if (bytes == NULL)
        return NULL;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    char *end = strchr(text, '\n');
    if (end == NULL || !g_str_has_prefix(text, boot))
        return NULL;
    *end = '\0';
    return g_strdup(g_strchug(text + strlen(boot)));
}

/* ---- judging ---- */

static guint add_one(GHashTable *counts, const char *item)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, item)) + 1;
    g_hash_table_insert(counts, g_strdup(item), GUINT_TO_POINTER(count));
    return count;
}

/* Items on the glass at two deaths or more; an item in two zones at one death counts once. */
static GPtrArray *find_suspects(GPtrArray *deaths)
{
    GPtrArray *suspects = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < deaths->len; i++) {
        g_auto(GStrv) items = g_strsplit(g_ptr_array_index(deaths, i), " ", -1);
        for (guint k = 0; items[k] != NULL; k++) {
            gboolean counted = FALSE;
            for (guint j = 0; j < k && !counted; j++)
                counted = g_str_equal(items[j], items[k]);
            if (!counted && strchr(items[k], '/') != NULL && add_one(counts, items[k]) == 2)
                g_ptr_array_add(suspects, g_strdup(items[k]));
        }
    }
    return suspects;
}

static gboolean set_aside(BtInputLedger *ledger, const char *suspect, gint64 t_ms, GError **error)
{
    g_autofree char *source = g_strdup(suspect);
    char *slash = strchr(source, '/');
    *slash = '\0';
    return bt_input_ledger_add_set_aside(ledger, source, slash + 1, t_ms, t_ms + BT_DAY_MS, error);
}

static gboolean write_down(const BtDeath *death, BtInputLedger *ledger, gint64 t_ms, GError **error)
{
    if (!bt_input_ledger_begin(ledger, error))
        return FALSE;
    gboolean ok = bt_input_ledger_add_safe(ledger, t_ms, t_ms + BT_SAFE_MS, error);
    for (guint i = 0; i < death->suspects->len && ok; i++)
        ok = set_aside(ledger, g_ptr_array_index(death->suspects, i), t_ms, error);
    if (ok)
        return bt_input_ledger_commit(ledger, error);
    bt_input_ledger_rollback(ledger);
    return FALSE;
}

gboolean bt_death_judge(
    BtDeath *death, BtFacts *facts, BtInputLedger *ledger, gint64 t_ms, GError **error)
{
    if (!bt_facts_add_death(facts, death->died_ms, death->items, error))
        return FALSE;
    g_autoptr(GPtrArray) deaths =
        bt_facts_deaths(facts, death->died_ms - BT_DEATHS_WINDOW_MS, error);
    if (deaths == NULL)
        return FALSE;
    death->safe = deaths->len >= BT_DEATHS_MAX;
    if (!death->safe)
        return TRUE;
    death->suspects = find_suspects(deaths);
    return ledger == NULL || write_down(death, ledger, t_ms, error);
}

void bt_death_clear(BtDeath *death)
{
    g_clear_pointer(&death->items, g_free);
    g_clear_pointer(&death->suspects, g_ptr_array_unref);
}
