#include "player/stage/advice-parts.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define PROBE_PX 16 /* glyphs are there or not, at every size */

/* ---- the list ---- */

static void advice_free(gpointer data)
{
    BtAdvice *advice = data;
    g_free(advice->pointer);
    g_free(advice->zone);
    g_free(advice->layout);
    g_free(advice->words);
    g_free(advice);
}

static BtAdviceList list_new(void)
{
    return (BtAdviceList){ g_ptr_array_new_with_free_func(advice_free),
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), FALSE };
}

static GPtrArray *list_finish(BtAdviceList *list)
{
    g_hash_table_unref(list->known);
    return list->found;
}

static void append(BtAdviceList *list, BtAdviceCode code, BtAdvicePlace place, char *words)
{
    BtAdvice *advice = g_new0(BtAdvice, 1);
    advice->code = code;
    advice->pointer = g_strdup(place.pointer);
    advice->offset = place.offset;
    advice->zone = g_strdup(place.zone ? place.zone->id : "");
    advice->layout = g_strdup(place.layout ? place.layout->id : "");
    advice->words = words;
    g_ptr_array_add(list->found, advice);
}

/* FALSE: it was said before. */
static gboolean is_new(
    BtAdviceList *list, BtAdviceCode code, const BtAdvicePlace *place, const char *words)
{
    return g_hash_table_add(list->known,
        g_strdup_printf("%d %s %s %s %s", (int)code, place->pointer,
            place->zone ? place->zone->id : "", place->layout ? place->layout->id : "", words));
}

void bt_advice_add(BtAdviceList *list, BtAdviceCode code, BtAdvicePlace place, char *words)
{
    g_autofree char *owned = words;
    if (list->full || !is_new(list, code, &place, words))
        return;
    if (list->found->len < BT_ADVICE_MAX) {
        append(list, code, place, g_steal_pointer(&owned));
        return;
    }
    list->full = TRUE;
    append(list, BT_ADVICE_MORE, (BtAdvicePlace){ "", 0, NULL, NULL },
        g_strdup_printf(_("more than %d warnings: the rest is left out"), BT_ADVICE_MAX));
}

/* ---- texts ---- */

static void look_for_glyphs(BtAdviceList *list, const BtAdviceScreen *screen, const char *words,
    const char *lang, const char *pointer)
{
    BtTextStyle style = { .lang = lang, .px = PROBE_PX };
    g_autoptr(BtTextLayout) layout =
        *words ? bt_text_layout(screen->fonts, words, &style, 0, NULL) : NULL;
    if (layout)
        bt_advice_on_glyphs(list, screen->fonts, layout, pointer);
}

static void look_at_text(BtAdviceList *list, const BtAdviceScreen *screen, const BtText *text,
    const char *item_pointer, guint k)
{
    g_autofree char *title = g_strdup_printf("%s/texts/%u/title", item_pointer, k);
    g_autofree char *body = g_strdup_printf("%s/texts/%u/body", item_pointer, k);
    bt_advice_on_legacy(list, text->title, title, text->body, body);
    look_for_glyphs(list, screen, text->title, text->lang, title);
    look_for_glyphs(list, screen, text->body, text->lang, body);
}

/* (transfer full) */
static char *pointer_to(const BtItem *item)
{
    return g_strdup_printf("/playlists/%u/items/%u", item->list, item->index);
}

/* The issuer stands in the foot of a page. */
static void look_at_item(
    BtAdviceList *list, const BtAdviceScreen *screen, const BtItem *item, const char *item_pointer)
{
    g_autofree char *issuer = g_strconcat(item_pointer, "/issuer", NULL);
    gboolean footed = item->kind == BT_ITEM_TEXT || item->kind == BT_ITEM_ALERT;
    if (footed) {
        bt_advice_on_legacy(list, item->issuer, issuer, "", issuer);
        look_for_glyphs(list, screen, item->issuer, "vi", issuer);
    }
    for (guint k = 0; item->texts && k < item->texts->len; k++)
        look_at_text(list, screen, item->texts->pdata[k], item_pointer, k);
}

static void look_at_texts(
    BtAdviceList *list, const BtAdviceScreen *screen, const BtManifest *manifest)
{
    for (guint i = 0; i < manifest->items->len && !list->full; i++) {
        g_autofree char *pointer = pointer_to(manifest->items->pdata[i]);
        look_at_item(list, screen, manifest->items->pdata[i], pointer);
    }
}

/* ---- programmes ---- */

typedef struct {
    BtAdviceList *list;
    BtManifest *manifest;
    const BtProgramme *programme;
    BtStage *stage;
    guint places;
} Visit;

static BtStage *stage_for(const BtAdviceScreen *screen, const BtLayout *layout)
{
    BtStageOptions options = { .w_px = screen->w_px > 0 ? screen->w_px : layout->w_px,
        .h_px = screen->h_px > 0 ? screen->h_px : layout->h_px,
        .led = screen->led,
        .fonts = screen->fonts };
    return bt_stage_new(&options);
}

/* The programme as it would be on, every zone at its first item; the first instant will do. */
static BtOnAir *on_air_of(BtManifest *manifest, const BtProgramme *programme)
{
    BtOnAir *on_air = g_new0(BtOnAir, 1);
    on_air->kind = BT_ON_PROGRAMME;
    on_air->until_ms = BT_TIME_MAX;
    on_air->manifest = bt_manifest_ref(manifest);
    on_air->programme = programme;
    on_air->cls = programme->cls;
    on_air->layout = programme->layout;
    on_air->zones = g_array_new(FALSE, TRUE, sizeof(BtOnZone));
    for (guint z = 0; z < programme->layout->zones->len; z++) {
        const BtPlaylist *playlist = programme->playlists[z];
        BtOnZone on = { .zone = programme->layout->zones->pdata[z] };
        if (playlist && playlist->items->len)
            on.item = playlist->items->pdata[0];
        g_array_append_val(on_air->zones, on);
    }
    return on_air;
}

/* An earlier programme shows the same list in the same zone, in the same way. */
static gboolean was_visited(const BtManifest *manifest, const BtProgramme *programme, guint z)
{
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *earlier = manifest->programmes->pdata[i];
        if (earlier == programme)
            return FALSE;
        if (earlier->layout == programme->layout && earlier->rehearsal == programme->rehearsal &&
            earlier->playlists[z] == programme->playlists[z])
            return TRUE;
    }
    return FALSE;
}

static void visit_item(Visit *visit, BtOnAir *on_air, guint z, const BtItem *item)
{
    BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, z), first = *on;
    gint64 length_ms = bt_item_duration_ms(item, on->zone, bt_stage_measure, visit->stage);
    on->item = item;
    on->end_ms = length_ms;
    g_autofree char *pointer = pointer_to(item);
    bt_advice_on_place(visit->list, visit->stage, on_air, on, pointer);
    *on = first;
}

static void visit_zone(Visit *visit, BtOnAir *on_air, guint z)
{
    const BtPlaylist *playlist = visit->programme->playlists[z];
    if (!playlist || was_visited(visit->manifest, visit->programme, z))
        return;
    const BtZone *zone = visit->programme->layout->zones->pdata[z];
    for (guint i = 0; i < playlist->items->len && !visit->list->full; i++) {
        const BtItem *item = playlist->items->pdata[i];
        if (!item->texts || bt_item_count_texts(item, zone) == 0)
            continue;
        if (visit->places++ < BT_ADVICE_MAX_PLACES)
            visit_item(visit, on_air, z, item);
    }
}

static void look_at_programmes(
    BtAdviceList *list, const BtAdviceScreen *screen, BtManifest *manifest)
{
    Visit visit = { .list = list, .manifest = manifest };
    for (guint i = 0; i < manifest->programmes->len; i++) {
        visit.programme = manifest->programmes->pdata[i];
        g_autoptr(BtStage) stage = stage_for(screen, visit.programme->layout);
        g_autoptr(BtOnAir) on_air = on_air_of(manifest, visit.programme);
        visit.stage = stage;
        for (guint z = 0; z < visit.programme->layout->zones->len; z++)
            visit_zone(&visit, on_air, z);
    }
    if (visit.places > BT_ADVICE_MAX_PLACES)
        bt_advice_add(list, BT_ADVICE_MORE, (BtAdvicePlace){ "/programmes", 0, NULL, NULL },
            g_strdup_printf(_("items stand in more than %d places: the sizes and times of the rest "
                              "were not looked at"),
                BT_ADVICE_MAX_PLACES));
}

/* ---- the questions ---- */

GPtrArray *bt_advice_for_manifest(BtManifest *manifest, const BtAdviceScreen *screen)
{
    BtAdviceList list = list_new();
    look_at_texts(&list, screen, manifest);
    look_at_programmes(&list, screen, manifest);
    return list_finish(&list);
}

GPtrArray *bt_advice_for_layout(BtFonts *fonts, const BtTextLayout *layout)
{
    BtAdviceList list = list_new();
    bt_advice_on_legacy(&list, "", "", layout->text, "");
    bt_advice_on_glyphs(&list, fonts, layout, "");
    return list_finish(&list);
}

const char *bt_advice_name(BtAdviceCode code)
{
    static const char *const names[BT_N_ADVICE_CODES] = { "glyph", "legacy", "small", "cut", "time",
        "speed", "more" };
    return names[code];
}
