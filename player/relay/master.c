#include "player/relay/master.h"

#include <stdlib.h>
#include <string.h>

#define BITS_PER_PIXEL 4

typedef struct {
    guint64 bits_per_s;
    gint64 w_px, h_px; /* 0: it does not say */
    char *attributes;  /* the line */
    char *audio;       /* group, NULL */
    char *uri;
} Variant;

static void variant_free(gpointer data)
{
    Variant *variant = data;
    g_free(variant->attributes);
    g_free(variant->audio);
    g_free(variant->uri);
    g_free(variant);
}

/* The value of NAME in a list of attributes, without its quotes. (transfer full) (nullable) */
static char *attribute(const char *line, const char *name)
{
    gsize length = strlen(name);
    const char *at = strchr(line, ':');
    while (at != NULL && *at != '\0') {
        at +=
            1 + strspn(at + 1, " \t"); /* no list should have spaces here; old servers write them */
        gboolean found = strncmp(at, name, length) == 0 && at[length] == '=';
        const char *value = strchr(at, '=');
        if (value == NULL)
            return NULL;
        value++;
        gboolean quoted = *value == '"';
        const char *end = quoted ? strchr(value + 1, '"') : strpbrk(value, ",");
        if (end == NULL)
            end = value + strlen(value);
        if (found)
            return g_strndup(value + quoted, (gsize)(end - value - quoted));
        at = strchr(end, ',');
    }
    return NULL;
}

static Variant *variant_new(const char *line, const char *uri)
{
    g_autofree char *rate = attribute(line, "BANDWIDTH");
    g_autofree char *size = attribute(line, "RESOLUTION");
    Variant *variant = g_new0(Variant, 1);
    variant->bits_per_s = rate != NULL ? g_ascii_strtoull(rate, NULL, 10) : 0;
    char *x = size != NULL ? strchr(size, 'x') : NULL;
    if (x != NULL) {
        variant->w_px = (gint64)MIN(g_ascii_strtoull(size, NULL, 10), 65536);
        variant->h_px = (gint64)MIN(g_ascii_strtoull(x + 1, NULL, 10), 65536);
    }
    variant->attributes = g_strdup(line);
    variant->audio = attribute(line, "AUDIO");
    variant->uri = g_strdup(uri);
    return variant;
}

static GPtrArray *read_variants(char **lines)
{
    GPtrArray *variants = g_ptr_array_new_with_free_func(variant_free);
    const char *attributes = NULL;
    for (guint i = 0; lines[i] != NULL && variants->len < MASTER_MAX_VARIANTS; i++) {
        if (g_str_has_prefix(lines[i], "#EXT-X-STREAM-INF:"))
            attributes = lines[i];
        else if (attributes != NULL && *lines[i] != '\0' && *lines[i] != '#') {
            g_ptr_array_add(variants, variant_new(attributes, lines[i]));
            attributes = NULL;
        }
    }
    return variants;
}

/* ---- choosing ---- */

typedef struct {
    int w_px, h_px;
    guint64 max_bits_per_s;
} Zone;

static gboolean fills(const Variant *variant, const Zone *zone)
{
    return variant->w_px >= zone->w_px || variant->h_px >= zone->h_px;
}

/* TRUE: both can be had, and `a` is the better. */
static gboolean is_better(const Variant *a, const Variant *b, const Zone *zone)
{
    gint64 a_px = a->w_px * a->h_px, b_px = b->w_px * b->h_px;
    if (a_px > 0 && b_px > 0 && a_px != b_px) {
        if (fills(a, zone) != fills(b, zone))
            return fills(a, zone);
        return fills(a, zone) ? a_px < b_px : a_px > b_px;
    }
    guint64 enough = (guint64)zone->w_px * (guint64)zone->h_px * BITS_PER_PIXEL;
    gboolean a_fits = a_px > 0 || a->bits_per_s <= enough;
    gboolean b_fits = b_px > 0 || b->bits_per_s <= enough;
    if (a_fits != b_fits)
        return a_fits;
    return a_fits ? a->bits_per_s > b->bits_per_s : a->bits_per_s < b->bits_per_s;
}

static const Variant *choose(GPtrArray *variants, const Zone *zone)
{
    const Variant *best = NULL, *least = NULL;
    for (guint i = 0; i < variants->len; i++) {
        const Variant *variant = g_ptr_array_index(variants, i);
        if (least == NULL || variant->bits_per_s < least->bits_per_s)
            least = variant;
        if (variant->bits_per_s > zone->max_bits_per_s)
            continue;
        if (best == NULL || is_better(variant, best, zone))
            best = variant;
    }
    return best != NULL ? best : least;
}

/* ---- the list that is left ---- */

/* One sound of the group: the one that is played when nobody chooses, else the first. */
static const char *sound_line(char **lines, const char *group)
{
    const char *first = NULL;
    for (guint i = 0; group != NULL && lines[i] != NULL; i++) {
        if (!g_str_has_prefix(lines[i], "#EXT-X-MEDIA:"))
            continue;
        g_autofree char *kind = attribute(lines[i], "TYPE");
        g_autofree char *of = attribute(lines[i], "GROUP-ID");
        g_autofree char *preset = attribute(lines[i], "DEFAULT");
        if (g_strcmp0(kind, "AUDIO") != 0 || g_strcmp0(of, group) != 0)
            continue;
        if (g_strcmp0(preset, "YES") == 0)
            return lines[i];
        first = first != NULL ? first : lines[i];
    }
    return first;
}

char *master_choose(const char *text, int w_px, int h_px, guint64 max_bits_per_s)
{
    Zone zone = { w_px, h_px, max_bits_per_s };
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        g_strstrip(lines[i]);
    g_autoptr(GPtrArray) variants = read_variants(lines);
    if (variants->len == 0)
        return NULL;
    const Variant *best = choose(variants, &zone);
    const char *sound = sound_line(lines, best->audio);
    return g_strconcat("#EXTM3U\n#EXT-X-VERSION:6\n", sound != NULL ? sound : "#", "\n",
        best->attributes, "\n", best->uri, "\n", NULL);
}
