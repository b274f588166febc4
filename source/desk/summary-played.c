/* What was shown, by field of content and by language. An item counts once, on however many
 * screens; its time counts on each of them, and in a language for as long as the item stood that
 * has it, since its languages take turns or stand side by side. Fillers are no content. */
#include "source/desk/summary-private.h"

#include "source/store/totals.h"

#include <string.h>

typedef struct {
    BtSummary *summary;
    GHashTable *languages; /* of our own items, by "VERSION/ITEM" */
    GHashTable *seen;      /* "source/item" with a field or language before it: counted already */
} Adding;

static void add(
    Adding *adding, BtSummaryPlayed *to, const char *what, const BtTelemetryPlayed *played)
{
    char *key = g_strdup_printf("%s %s/%s", what, played->source, played->item);
    to->n_items += g_hash_table_add(adding->seen, key);
    to->count += played->count;
    to->ms += played->ms;
}

static void add_language(Adding *adding, const char *tag, const BtTelemetryPlayed *played)
{
    BtSummaryPlayed *language = g_hash_table_lookup(adding->summary->languages, tag);
    if (language == NULL) {
        language = g_new0(BtSummaryPlayed, 1);
        g_hash_table_insert(adding->summary->languages, g_strdup(tag), language);
    }
    add(adding, language, tag, played);
}

/* The source names what it has played a little later; our own manifests say it at once. */
static const char *languages_of(const Adding *adding, const BtTelemetryPlayed *played)
{
    g_autofree char *key =
        g_strdup_printf("%" G_GINT64_FORMAT "/%s", played->version, played->item);
    const char *known = g_hash_table_lookup(adding->languages, key);
    return played->languages != NULL ? played->languages : known != NULL ? known : "";
}

static void take(const BtTelemetryPlayed *played, gpointer user)
{
    Adding *adding = user;
    guint field = played->field >= 1 && played->field < BT_FIELDS ? (guint)played->field : 0;
    char name[2] = { (char)('0' + field), '\0' };
    if (strcmp(played->cls, "filler") == 0 ||
        bt_summary_find(adding->summary, played->screen) == NULL)
        return;
    add(adding, &adding->summary->fields[field], name, played);
    g_auto(GStrv) tags = g_strsplit(languages_of(adding, played), " ", 64);
    if (tags[0] == NULL)
        add_language(adding, "", played);
    for (guint i = 0; tags[i] != NULL; i++)
        add_language(adding, tags[i], played);
}

gboolean bt_summary_add_played(
    BtStore *store, BtSummary *summary, GHashTable *languages, GError **error)
{
    const BtTelemetryQuery period = { NULL, summary->from_ms, summary->to_ms };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Adding adding = { summary, languages, seen };
    return bt_totals_played(store, &period, take, &adding, error);
}
