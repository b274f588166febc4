/* What is played, as a manifest that boards read. */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

void bt_plan_document_free(BtPlanDocument *document)
{
    g_bytes_unref(document->payload);
    g_ptr_array_unref(document->screens);
    g_free(document);
}

/* ---- one document ---- */

static BtJson *head_json(const BtPlanHead *head)
{
    BtJson *json = bt_json_new_object(), *screens = bt_json_new_array();
    bt_json_set_int(json, "spec", 1);
    bt_json_set_string(json, "source", head->source);
    bt_json_set_int(json, "version", head->version);
    bt_json_set_time(json, "issued", head->now_ms);
    bt_json_set_time(json, "expires", head->now_ms + BT_MANIFEST_MAX_AGE_MS);
    for (guint i = 0; i < head->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(head->screens, i));
    bt_json_set(json, "screens", screens);
    bt_json_set_string(json, "timezone", head->timezone);
    return json;
}

GBytes *bt_plan_payload(const BtPlanHead *head, const BtJson *content, GError **error)
{
    g_autoptr(BtJson) json = head_json(head);
    BtJsonAt root = bt_json_root("", content), member;
    void *iter = NULL;
    while (bt_json_next_member(&root, &iter, &member))
        bt_json_set(json, member.key, bt_json_ref(member.value));
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) payload = g_bytes_new_take(text, strlen(text));
    if (g_bytes_get_size(payload) > BT_MANIFEST_MAX_BYTES) {
        bt_plan_fail(error, BT_ERROR_LIMIT,
            _("A screen would have more than 1 MB of text. Withdraw old notices first."));
        return NULL;
    }
    g_autoptr(BtManifest) manifest = bt_manifest_parse(text, strlen(text), "manifest", error);
    return manifest != NULL ? g_steal_pointer(&payload) : NULL;
}

/* ---- a sample ---- */

static BtJson *without_validity(const BtJson *item)
{
    BtJson *copy = bt_json_new_object();
    BtJsonAt root = bt_json_root("notice", item), member;
    void *iter = NULL;
    while (bt_json_read_object(&root, NULL) && bt_json_next_member(&root, &iter, &member))
        if (strcmp(member.key, "valid") != 0)
            bt_json_set(copy, member.key, bt_json_ref(member.value));
    return copy;
}

/* All of a day is the same document, so pictures that were made are found again. */
static gint64 midnight_before(const BtStore *store, gint64 now_ms)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(store->timezone);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_ms / BT_SECOND_MS);
    if (zone == NULL || utc == NULL)
        return now_ms;
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_autoptr(GDateTime) midnight = g_date_time_new(zone, g_date_time_get_year(local),
        g_date_time_get_month(local), g_date_time_get_day_of_month(local), 0, 0, 0);
    return g_date_time_to_unix(midnight) * BT_SECOND_MS;
}

BtPlanDocument *bt_plan_sample(BtStore *store, const BtJson *item, int width_px, int height_px,
    gboolean is_led, gint64 now_ms, GError **error)
{
    BtPlanNotice notice = { .id = 1, .body = without_validity(item) };
    g_autoptr(BtJson) body = notice.body;
    g_autoptr(GPtrArray) notices = g_ptr_array_new(), programmes = g_ptr_array_new();
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func(g_free);
    const BtPlanHead head = { store->source, store->timezone, screens, 1,
        midnight_before(store, now_ms) };
    g_ptr_array_add(notices, &notice);
    g_ptr_array_add(screens, g_strdup("sample"));
    const BtPlanContent content = { store, width_px, height_px, notices, notices, programmes,
        now_ms };
    g_autoptr(BtJson) made = bt_plan_content(&content, error);
    GBytes *payload = made != NULL ? bt_plan_payload(&head, made, error) : NULL;
    if (payload == NULL)
        return NULL;
    BtPlanDocument *document = g_new0(BtPlanDocument, 1);
    document->payload = payload;
    document->screens = g_steal_pointer(&screens);
    document->version = 1;
    document->expires_ms = head.now_ms + BT_MANIFEST_MAX_AGE_MS;
    document->width_px = width_px;
    document->height_px = height_px;
    document->is_led = is_led;
    return document;
}
