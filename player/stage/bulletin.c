/* Texts and alerts in a zone: the plan of their pages, whose turn it is, and that page as a
 * picture. Plan and pages are kept, so a still page costs nothing again. */
#include "player/stage/alert.h"
#include "player/stage/calendar.h"
#include "player/stage/page.h"
#include "player/stage/parts.h"
#include "player/stage/slots.h"

static gboolean is_alert(const BtOccurrence *occurrence)
{
    return occurrence->item->kind == BT_ITEM_ALERT;
}

/* 0: it is no warning. */
static int level_of(const BtOccurrence *occurrence)
{
    if (!is_alert(occurrence))
        return 0;
    return occurrence->item->level ? occurrence->item->level : BT_ALERT_URGENT;
}

/* The second half of the foot: the date of a text, the end of a warning. A warning's is never left
 * out, so it has a brief form too. (transfer full) (nullable) */
static char *note_of(const BtOccurrence *occurrence, const char *lang, gboolean brief)
{
    const BtItem *item = occurrence->item;
    BtManifest *manifest = occurrence->on_air->manifest;
    if (!is_alert(occurrence))
        return brief ? NULL : bt_calendar_issued(item->issued_on);
    gint64 until_ms = MIN(item->valid_until_ms, manifest->expires_ms);
    return bt_alert_until(until_ms, manifest->timezone, lang, brief);
}

static char *plan_key(const BtPlanSpec *spec)
{
    GString *key = g_string_new("plan;");
    bt_key_add_rect(key, spec->free_px);
    bt_key_add_rect(key, (BtRect){ spec->led, spec->picture, spec->w_px, spec->h_px });
    bt_key_add_int(key, spec->ground);
    bt_key_add_int(key, spec->level);
    bt_key_add(key, spec->issuer);
    bt_key_add(key, spec->note);
    bt_key_add(key, spec->brief ? spec->brief : "");
    bt_key_add(key, spec->qr);
    bt_key_add_texts(key, spec->texts);
    return bt_key_finish(key);
}

const BtPlan *bt_zone_plan(
    BtStage *stage, const BtOccurrence *occurrence, GPtrArray *texts, char **key)
{
    const BtText *first = texts->pdata[0];
    g_autofree char *note = note_of(occurrence, first->lang, FALSE);
    g_autofree char *brief = note_of(occurrence, first->lang, TRUE);
    BtRect rect = occurrence->rect_px, available = occurrence->free_px;
    available.x -= rect.x;
    available.y -= rect.y;
    BtPlanSpec spec = { .w_px = rect.w,
        .h_px = rect.h,
        .free_px = available,
        .led = stage->options.led,
        .ground = occurrence->ground,
        .texts = texts,
        .issuer = occurrence->item->issuer,
        .note = note,
        .brief = brief,
        .qr = occurrence->item->qr,
        .picture = occurrence->item->picture != NULL,
        .level = level_of(occurrence) };
    *key = plan_key(&spec);
    BtPlan *plan = bt_shelf_find(stage->plans, *key);
    if (plan)
        return plan;
    plan = bt_plan_new(stage->options.fonts, &spec);
    return bt_shelf_put(stage->plans, *key, plan, bt_plan_bytes(plan));
}

void bt_zone_durations(const BtOccurrence *occurrence, GPtrArray *texts, gint64 *durations_ms)
{
    gboolean by_reading = !is_alert(occurrence) && occurrence->item->duration_ms == 0;
    bt_slots_share(occurrence->end_ms - occurrence->start_ms, texts->len, durations_ms);
    for (guint k = 0; by_reading && k < texts->len; k++)
        durations_ms[k] = bt_text_duration_ms(texts->pdata[k]);
}

static BtSlot slot_of(
    const BtOccurrence *occurrence, GPtrArray *texts, const BtPlan *plan, gint64 t_ms)
{
    g_autofree gint64 *durations_ms = g_new(gint64, texts->len);
    g_autofree guint *pages = g_new(guint, texts->len);
    bt_zone_durations(occurrence, texts, durations_ms);
    for (guint k = 0; k < texts->len; k++)
        pages[k] = bt_plan_pages(plan, k);
    return bt_slot_at(durations_ms, pages, texts->len, t_ms - occurrence->start_ms);
}

static BtFrame *find_page(
    BtStage *stage, const BtPlan *plan, const char *plan_name, guint text, guint page)
{
    g_autofree char *key = g_strdup_printf("%s %u %u", plan_name, text, page);
    BtFrame *frame = bt_shelf_find(stage->frames, key);
    if (frame)
        return frame;
    BtFrame *sheet = bt_stage_take_sheet(stage, plan->w_px, plan->h_px);
    return bt_shelf_put_frame(
        stage->frames, key, bt_page_draw(stage->options.fonts, plan, text, page, sheet));
}

/* ---- the page that comes next ---- */

void bt_coming_free(gpointer data)
{
    BtComing *coming = data;
    g_free(coming->plan);
    g_free(coming);
}

static void note_coming(BtStage *stage, const char *plan_name, BtSlot next)
{
    BtComing *coming = g_new(BtComing, 1);
    *coming = (BtComing){ g_strdup(plan_name), next.text, next.page };
    g_queue_push_tail(&stage->coming, coming);
}

void bt_zone_draw_coming(BtStage *stage, const BtComing *coming)
{
    const BtPlan *plan = bt_shelf_find(stage->plans, coming->plan);
    if (plan)
        find_page(stage, plan, coming->plan, coming->text, coming->page);
}

/* ---- all together ---- */

static void add_item_picture(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence,
    const BtPlan *plan, guint text, gint64 t_ms)
{
    BtRect box = bt_plan_box(plan, text, plan->picture_px);
    box.x += occurrence->rect_px.x;
    box.y += occurrence->rect_px.y;
    BtPoolWant want = bt_zone_want(occurrence, occurrence->item->picture, box, FALSE, t_ms);
    want.fit = plan->place == BT_PICTURE_BEHIND ? BT_FIT_COVER : BT_FIT_CONTAIN;
    BtPoolPicture picture = bt_pool_get(stage->pool, &want);
    stage->hold.lacks |= !picture.frame && !picture.failed;
    if (picture.frame)
        bt_layer_add_frame(layer, picture.rect_px, picture.frame);
}

gint64 bt_zone_add_text(BtStage *stage, BtLayer *layer, const BtOccurrence *occurrence, gint64 t_ms)
{
    g_autoptr(GPtrArray) texts = bt_zone_texts(occurrence->item, occurrence->zone);
    if (texts->len == 0)
        return BT_TIME_MAX;
    g_autofree char *key = NULL;
    const BtPlan *plan = bt_zone_plan(stage, occurrence, texts, &key);
    BtSlot slot = slot_of(occurrence, texts, plan, t_ms);
    gboolean behind = plan->place == BT_PICTURE_BEHIND;
    if (behind)
        add_item_picture(stage, layer, occurrence, plan, slot.text, t_ms);
    bt_layer_add_frame(
        layer, occurrence->rect_px, find_page(stage, plan, key, slot.text, slot.page));
    if (plan->place != BT_PICTURE_NONE && !behind)
        add_item_picture(stage, layer, occurrence, plan, slot.text, t_ms);
    if (slot.end_ms == BT_TIME_MAX)
        return BT_TIME_MAX;
    gint64 end_ms = occurrence->start_ms + slot.end_ms;
    note_coming(stage, key, slot_of(occurrence, texts, plan, end_ms));
    return end_ms;
}
