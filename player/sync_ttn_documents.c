/* From the store to the two documents that show plays by: the alert first, told at once, then the
 * ordinary one. A document is made anew only when it would say something else, or when its dates
 * are to be renewed: it expires 60 days after the source was last known to be there, so that a
 * board whose province fell silent does not show old notices for ever. */
#include "player/sync_ttn.h"

#include "player/sync_needs.h"

#include <string.h>

#define EXPIRES_MS (60 * BT_DAY_MS)
#define RENEW_MS (7 * BT_DAY_MS)
#define CANVAS_W_PX 1920 /* when nobody said how large the screen is */
#define CANVAS_H_PX 1080

static BtTtnFrame make_frame(const BtSyncTtn *ttn)
{
    const BtRoleOptions *options = ttn->role->options;
    const BtConfig *config = ttn->role->config;
    BtTtnFrame frame = { .source = ttn->source->name,
        .screen = config->screen_id,
        .timezone = config->timezone,
        .w_px = CANVAS_W_PX,
        .h_px = CANVAS_H_PX,
        .layouts = ttn->layouts,
        .urgent_max_ms = ttn->source->ttn->urgent_max_ms };
    memcpy(frame.classes, ttn->source->ttn->classes, sizeof frame.classes);
    if (config->canvas_px.w > 0 && config->canvas_px.h > 0) {
        frame.w_px = config->canvas_px.w;
        frame.h_px = config->canvas_px.h;
    } else if (options->w_px > 0 && options->h_px > 0) {
        frame.w_px = options->w_px;
        frame.h_px = options->h_px;
    }
    return frame;
}

/* What rotted is fetched again, and is text meanwhile. */
static gboolean check_objects(BtTtnHands *hands, const GPtrArray *kept, GError **error)
{
    for (guint i = 0; i < kept->len; i++) {
        BtTtnKept *one = g_ptr_array_index(kept, i);
        if (one->asset == NULL || bt_cache_has(hands->cache, one->asset))
            continue;
        if (!bt_ttn_store_lose_object(hands->store, one->asset, error))
            return FALSE;
        one->asset = NULL;
    }
    return TRUE;
}

/* ---- one document ---- */

typedef struct {
    BtSyncTtn *ttn;
    BtTtnHands *hands;
    const GPtrArray *kept;
    gint64 now_ms;
} Composing;

/* The hash of what it says, whenever it was made. */
static void hash_plain(
    const Composing *c, BtTtnDocument which, char plain[BT_HASH_HEX_SIZE], gint64 *holds_until_ms)
{
    BtTtnFrame frame = make_frame(c->ttn);
    frame.version = 1;
    frame.issued_ms = 0;
    frame.expires_ms = EXPIRES_MS;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text =
        bt_ttn_compose(&frame, c->kept, which, c->now_ms, holds_until_ms, problems);
    bt_hash_data(text, strlen(text), plain);
    for (guint i = 0; i < problems->len; i++) {
        g_autoptr(GError) why =
            g_error_new_literal(BT_ERROR, BT_ERROR_LIMIT, g_ptr_array_index(problems, i));
        bt_ttn_say(c->hands, "refused", why, which == BT_TTN_ALERT ? "alert" : "manifest", NULL);
    }
}

/* Renewed only when the source was heard since. */
static gboolean is_to_be_renewed(const Composing *c, const BtTtnMade *made)
{
    gint64 heard_ms = bt_ttn_heard_ms(c->ttn);
    return *made->sha256 != '\0' && heard_ms >= made->renewed_ms + RENEW_MS;
}

/* What this player would not take must not cost what is there. */
static gboolean check(const Composing *c, const char *text)
{
    g_autoptr(GError) failure = NULL;
    if (*text == '\0')
        return TRUE;
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(text, strlen(text), c->ttn->source->name, &failure);
    if (manifest == NULL)
        bt_ttn_say(c->hands, "refused", failure, "manifest", NULL);
    return manifest != NULL;
}

static gboolean make(const Composing *c, BtTtnDocument which, const char *plain, GError **error)
{
    BtTtnMade made = c->ttn->made[which];
    gint64 holds_until_ms, heard_ms = bt_ttn_heard_ms(c->ttn);
    g_strlcpy(made.plain, plain, sizeof made.plain);
    if (made.renewed_ms == 0 || is_to_be_renewed(c, &made))
        made.renewed_ms = heard_ms > 0 ? heard_ms : c->now_ms;
    BtTtnFrame frame = make_frame(c->ttn);
    frame.version = bt_ttn_store_next_version(c->hands->store, error);
    frame.issued_ms = c->now_ms;
    frame.expires_ms = MAX(made.renewed_ms, c->now_ms - EXPIRES_MS + BT_MINUTE_MS) + EXPIRES_MS;
    if (frame.version < 0)
        return FALSE;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text =
        bt_ttn_compose(&frame, c->kept, which, c->now_ms, &holds_until_ms, problems);
    if (!check(c, text))
        return TRUE;
    if (!bt_ttn_made_put(c->ttn, c->hands->cache, which, &made, text, error))
        return FALSE;
    bt_sync_role_tell(c->ttn->role, BT_ROLE_NEWS);
    return TRUE;
}

static gboolean compose(
    const Composing *c, BtTtnDocument which, gint64 *holds_until_ms, GError **error)
{
    char plain[BT_HASH_HEX_SIZE];
    gint64 until_ms = BT_TIME_MAX;
    const BtTtnMade *made = &c->ttn->made[which];
    hash_plain(c, which, plain, &until_ms);
    *holds_until_ms = MIN(*holds_until_ms, until_ms);
    return (strcmp(plain, made->plain) == 0 && !is_to_be_renewed(c, made)) ||
        make(c, which, plain, error);
}

/* ---- both ---- */

static void say_needs(const Composing *c)
{
    GHashTable *keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < c->kept->len; i++) {
        const BtTtnKept *one = g_ptr_array_index(c->kept, i);
        if (one->asset != NULL)
            g_hash_table_add(keep, g_strdup(one->asset));
    }
    bt_ttn_made_add_needed(c->ttn, c->hands->cache, keep);
    BtSyncNeed need = { keep, TRUE, 0 };
    bt_sync_needs_take(c->ttn->role, c->ttn->source, &need, c->hands->cache);
}

gboolean bt_ttn_documents_compose(
    BtSyncTtn *ttn, BtTtnHands *hands, gint64 *holds_until_ms, GError **error)
{
    gint64 now_ms = bt_ttn_now_ms(ttn), until_ms = BT_TIME_MAX;
    if (!ttn->made_is_read)
        bt_ttn_made_read(ttn, hands->cache);
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(hands->store, now_ms, error);
    if (kept == NULL || !check_objects(hands, kept, error))
        return FALSE;
    Composing c = { ttn, hands, kept, now_ms };
    if (!compose(&c, BT_TTN_ALERT, &until_ms, error) ||
        !compose(&c, BT_TTN_MANIFEST, &until_ms, error))
        return FALSE;
    say_needs(&c);
    g_atomic_int_set(&ttn->hurry, 1);
    bt_ttn_poke(ttn, &ttn->fetch_wakes);
    *holds_until_ms = MAX(until_ms, now_ms + 1);
    return TRUE;
}
