#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/press/entry.h"

#include <string.h>

/* ---- screens that play the same ---- */

typedef struct {
    const BtPlanScreen *first;
    GPtrArray *notices, *programmes; /* borrowed */
    BtJson *content;
    char *essence;
    GPtrArray *screens; /* of char*, borrowed: whom the change concerns */
} Group;

static void group_free(gpointer data)
{
    Group *group = data;
    g_ptr_array_unref(group->notices);
    g_ptr_array_unref(group->programmes);
    g_ptr_array_unref(group->screens);
    g_clear_pointer(&group->content, bt_json_unref);
    g_free(group->essence);
    g_free(group);
}

typedef struct {
    BtPlanRows rows;
    BtStore *store;
    const BtPlanChange *change;
    gint64 now_ms;
    GHashTable *by_key;   /* char* → Group */
    GPtrArray *groups;    /* of Group, borrowed, by their first screen */
    GHashTable *in_force; /* hash → essence */
} Planning;

static void planning_clear(Planning *p)
{
    bt_plan_rows_clear(&p->rows);
    g_clear_pointer(&p->by_key, g_hash_table_unref);
    g_clear_pointer(&p->groups, g_ptr_array_unref);
    g_clear_pointer(&p->in_force, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Planning, planning_clear)

/* What covers the screen, and in `key` all that its document follows from. */
static void gather(const Planning *p, const BtPlanScreen *screen, Group *group, GString *key)
{
    g_string_printf(key, "%dx%d%s", screen->width_px, screen->height_px, screen->is_led ? "l" : "");
    for (guint i = 0; i < p->rows.notices->len; i++) {
        BtPlanNotice *notice = g_ptr_array_index(p->rows.notices, i);
        if (!notice->is_shown || !bt_plan_covers(&p->rows, &notice->targets, screen))
            continue;
        g_ptr_array_add(group->notices, notice);
        g_string_append_printf(key, " n%" G_GINT64_FORMAT, notice->id);
    }
    for (guint i = 0; i < p->rows.programmes->len; i++) {
        BtPlanProgramme *programme = g_ptr_array_index(p->rows.programmes, i);
        if (!bt_plan_covers(&p->rows, &programme->targets, screen))
            continue;
        g_ptr_array_add(group->programmes, programme);
        g_string_append_printf(key, " g%" G_GINT64_FORMAT, programme->id);
    }
}

/* Borrowed; NULL with an error. */
static Group *group_of(Planning *p, const BtPlanScreen *screen, GError **error)
{
    Group *fresh = g_new0(Group, 1);
    g_autoptr(GString) key = g_string_new(NULL);
    fresh->first = screen;
    fresh->notices = g_ptr_array_new();
    fresh->programmes = g_ptr_array_new();
    fresh->screens = g_ptr_array_new();
    gather(p, screen, fresh, key);
    Group *known = g_hash_table_lookup(p->by_key, key->str);
    if (known != NULL) {
        group_free(fresh);
        return known;
    }
    const BtPlanContent content = { p->store, screen->width_px, screen->height_px, fresh->notices,
        p->rows.notices, fresh->programmes, p->now_ms };
    fresh->content = bt_plan_content(&content, error);
    if (fresh->content == NULL) {
        group_free(fresh);
        return NULL;
    }
    g_hash_table_insert(p->by_key, g_strdup(key->str), fresh);
    g_ptr_array_add(p->groups, fresh);
    return fresh;
}

/* ---- whom the change concerns ---- */

static gboolean names_notices(const BtPlanChange *change)
{
    return (change->publish != NULL && change->publish->len > 0) ||
        (change->withdraw != NULL && change->withdraw->len > 0);
}

static gboolean is_target(const Planning *p, const BtPlanScreen *screen)
{
    for (guint i = 0; i < p->rows.notices->len; i++) {
        const BtPlanNotice *notice = g_ptr_array_index(p->rows.notices, i);
        if (notice->is_named &&
            (bt_plan_covers(&p->rows, &notice->targets, screen) ||
                bt_plan_covers(&p->rows, &notice->published_targets, screen)))
            return TRUE;
    }
    return FALSE;
}

static gboolean plays_something_else(Planning *p, const BtPlanScreen *screen, Group *group)
{
    if (!g_hash_table_contains(p->in_force, screen->manifest))
        g_hash_table_insert(p->in_force, g_strdup(screen->manifest),
            bt_plan_essence_of(p->store, screen->manifest, p->now_ms));
    const char *signed_for = g_hash_table_lookup(p->in_force, screen->manifest);
    if (signed_for == NULL) /* nothing is: nothing to play is no change */
        return group->notices->len + group->programmes->len > 0;
    if (group->essence == NULL)
        group->essence = bt_plan_essence(group->content, p->now_ms);
    return strcmp(signed_for, group->essence) != 0;
}

static gboolean consider(Planning *p, const BtPlanScreen *screen, GError **error)
{
    gboolean by_name = names_notices(p->change);
    if (p->change->area != NULL && !bt_plan_lies_in(&p->rows, screen, p->change->area))
        return TRUE;
    if (by_name && !p->change->renew && !is_target(p, screen))
        return TRUE;
    Group *group = group_of(p, screen, error);
    if (group == NULL)
        return FALSE;
    if (by_name || p->change->renew || plays_something_else(p, screen, group))
        g_ptr_array_add(group->screens, screen->id);
    return TRUE;
}

/* ---- all documents ---- */

static BtPlanDocument *document_of(
    const Planning *p, const Group *group, gint64 version, GError **error)
{
    const BtPlanHead head = { p->store->source, p->store->timezone, group->screens, version,
        p->now_ms };
    GBytes *payload = bt_plan_payload(&head, group->content, error);
    if (payload == NULL)
        return NULL;
    BtPlanDocument *document = g_new0(BtPlanDocument, 1);
    document->payload = payload;
    document->screens = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < group->screens->len; i++)
        g_ptr_array_add(document->screens, g_strdup(g_ptr_array_index(group->screens, i)));
    document->version = version;
    document->expires_ms = p->now_ms + BT_MANIFEST_MAX_AGE_MS;
    document->width_px = group->first->width_px;
    document->height_px = group->first->height_px;
    document->is_led = group->first->is_led;
    return document;
}

static GPtrArray *documents_of(const Planning *p, GError **error)
{
    gint64 version = bt_entry_newest(p->store, "manifest", error);
    if (version < 0)
        return NULL;
    g_autoptr(GPtrArray) documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)bt_plan_document_free);
    for (guint i = 0; i < p->groups->len; i++) {
        const Group *group = g_ptr_array_index(p->groups, i);
        if (group->screens->len == 0)
            continue;
        BtPlanDocument *document = document_of(p, group, ++version, error);
        if (document == NULL)
            return NULL;
        g_ptr_array_add(documents, document);
    }
    return g_steal_pointer(&documents);
}

GPtrArray *bt_plan_make(BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error)
{
    g_auto(Planning) p = { .store = store,
        .change = change,
        .now_ms = now_ms,
        .by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, group_free),
        .groups = g_ptr_array_new(),
        .in_force = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    if (!bt_plan_rows_read(&p.rows, store, change, now_ms, error))
        return NULL;
    for (guint i = 0; i < p.rows.screens->len; i++)
        if (!consider(&p, g_ptr_array_index(p.rows.screens, i), error))
            return NULL;
    return documents_of(&p, error);
}
