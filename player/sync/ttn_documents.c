/* From the store to the two documents that show plays by: the alert first, told at once, then the
 * ordinary one. A document is made anew only when it would say something else, or when its dates
 * are to be renewed: it expires 60 days after the source was last known to be there, so that a
 * board whose province fell silent does not show old notices for ever. */
#include "player/sync/ttn.h"

#include "player/sync/needs.h"

#include <string.h>

#define EXPIRES_MS (60 * BT_DAY_MS)
#define RENEW_MS (7 * BT_DAY_MS)
#define ALERT_RENEW_MS (12 * BT_HOUR_MS) /* of the 24 that an alert may have */
#define AHEAD_MS BT_HOUR_MS              /* clocks are corrected by less each day */
#define CANVAS_W_PX 1920                 /* until show has seen the screen */
#define CANVAS_H_PX 1080

static gboolean set_size(BtTtnFrame *frame, int w_px, int h_px)
{
    if (w_px <= 0 || h_px <= 0)
        return FALSE;
    frame->w_px = w_px;
    frame->h_px = h_px;
    return TRUE;
}

/* As show takes its size: by command, else by configuration, else the screen's own, as show found
 * it. */
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
    if (!set_size(&frame, options->w_px, options->h_px) &&
        !set_size(&frame, config->canvas_px.w, config->canvas_px.h))
        set_size(&frame, ttn->found.w_px, ttn->found.h_px);
    return frame;
}

/* A film of which nobody said how long it is: as show found it. */
static void set_lengths(BtTtnHands *hands, const GPtrArray *kept)
{
    for (guint i = 0; i < kept->len; i++) {
        BtTtnKept *one = g_ptr_array_index(kept, i);
        if (one->asset != NULL && one->asset_duration_ms == 0 && one->bulletin->duration_ms == 0)
            one->asset_duration_ms = bt_found_length_ms(hands->facts, one->asset);
    }
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

static void tell_problems(const Composing *c, BtTtnDocument which, const GPtrArray *problems)
{
    for (guint i = 0; i < problems->len; i++) {
        g_autoptr(GError) why =
            g_error_new_literal(BT_ERROR, BT_ERROR_LIMIT, g_ptr_array_index(problems, i));
        bt_ttn_say(c->hands, "refused", why, which == BT_TTN_ALERT ? "alert" : "manifest", NULL);
    }
}

/* What it says beside its version and dates. */
static void hash_plain(const char *text, char plain[BT_HASH_HEX_SIZE])
{
    static const char *const passing[] = { "version", "issued", "expires", NULL };
    g_autoptr(BtJson) json =
        bt_json_parse(text, strlen(text), "", BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, NULL);
    g_autoptr(BtJson) rest = bt_json_new_object();
    BtJsonAt root = bt_json_root("", json), member;
    void *iter = NULL;
    while (json != NULL && bt_json_next_member(&root, &iter, &member))
        if (!g_strv_contains(passing, member.key))
            bt_json_set(rest, member.key, bt_json_ref(member.value));
    g_autofree char *words = bt_json_to_text(rest, FALSE);
    bt_hash_data(words, strlen(words), plain);
}

/* Nothing is to be shown, which must be said: a document that is not there leaves the last one. */
static char *empty_manifest(const BtTtnFrame *frame)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *screens = bt_json_new_array();
    bt_json_append_string(screens, frame->screen);
    bt_json_set_int(json, "spec", 1);
    bt_json_set_string(json, "source", frame->source);
    bt_json_set_int(json, "version", frame->version);
    bt_json_set_time(json, "issued", frame->issued_ms);
    bt_json_set_time(json, "expires", frame->expires_ms);
    bt_json_set(json, "screens", screens);
    bt_json_set_string(json, "timezone", frame->timezone);
    bt_json_set(json, "assets", bt_json_new_object());
    bt_json_set(json, "layouts", bt_json_new_array());
    bt_json_set(json, "playlists", bt_json_new_array());
    bt_json_set(json, "programmes", bt_json_new_array());
    return bt_json_to_text(json, FALSE);
}

/* By a clock that was ahead then: what it dated would live as much longer. */
static gboolean is_of_the_future(const Composing *c, const BtTtnMade *made)
{
    return made->renewed_ms > c->now_ms + AHEAD_MS && bt_sync_role_moment(c->ttn->role).trusted;
}

/* An alert lives for a day at most, whoever is heard; the other waits for a word of the source. */
static gboolean is_to_be_renewed(const Composing *c, BtTtnDocument which)
{
    const BtTtnMade *made = &c->ttn->made[which];
    if (*made->sha256 == '\0')
        return FALSE;
    if (is_of_the_future(c, made))
        return TRUE;
    return which == BT_TTN_ALERT ? c->now_ms >= made->renewed_ms + ALERT_RENEW_MS
                                 : bt_ttn_heard_ms(c->ttn) >= made->renewed_ms + RENEW_MS;
}

static char *write_text(const Composing *c, BtTtnDocument which, gint64 version, gint64 renewed_ms,
    gint64 *holds_until_ms)
{
    BtTtnFrame frame = make_frame(c->ttn);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    frame.version = version;
    frame.issued_ms = c->now_ms;
    frame.expires_ms = MAX(renewed_ms + EXPIRES_MS, c->now_ms + BT_MINUTE_MS);
    char *text = bt_ttn_compose(&frame, c->kept, which, c->now_ms, holds_until_ms, problems);
    tell_problems(c, which, problems);
    if (*text != '\0' || which == BT_TTN_ALERT)
        return text;
    g_free(text);
    return empty_manifest(&frame);
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

static gboolean make(const Composing *c, BtTtnDocument which, BtTtnMade *made, GError **error)
{
    gint64 holds_until_ms, version = bt_ttn_store_next_version(c->hands->store, error);
    if (version < 0)
        return FALSE;
    g_autofree char *text = write_text(c, which, version, made->renewed_ms, &holds_until_ms);
    if (!check(c, text))
        return TRUE;
    if (!bt_ttn_made_put(c->ttn, c->hands->cache, which, made, text, error))
        return FALSE;
    bt_sync_role_tell(c->ttn->role, BT_ROLE_NEWS);
    return TRUE;
}

static gint64 renewed_now(const Composing *c, BtTtnDocument which, gboolean renew)
{
    gint64 heard_ms = bt_ttn_heard_ms(c->ttn), last_ms = c->ttn->made[which].renewed_ms;
    if (which == BT_TTN_ALERT)
        return c->now_ms;
    return last_ms > 0 && !renew ? last_ms : heard_ms > 0 ? heard_ms : c->now_ms;
}

static gboolean compose(
    const Composing *c, BtTtnDocument which, gint64 *holds_until_ms, GError **error)
{
    BtTtnMade made = c->ttn->made[which];
    gboolean renew = is_to_be_renewed(c, which);
    gint64 until_ms = BT_TIME_MAX;
    char plain[BT_HASH_HEX_SIZE] = "";
    made.renewed_ms = renewed_now(c, which, renew);
    g_autofree char *text = write_text(c, which, 1, made.renewed_ms, &until_ms);
    if (which == BT_TTN_ALERT && *made.sha256 != '\0')
        until_ms = MIN(until_ms, c->ttn->made[which].renewed_ms + ALERT_RENEW_MS);
    *holds_until_ms = MIN(*holds_until_ms, until_ms);
    if (*text != '\0')
        hash_plain(text, plain);
    if (strcmp(plain, made.plain) == 0 && !renew)
        return TRUE;
    g_strlcpy(made.plain, plain, sizeof made.plain);
    return make(c, which, &made, error);
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
    ttn->found = bt_found_look(hands->facts);
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(hands->store, now_ms, error);
    if (kept == NULL || !check_objects(hands, kept, error))
        return FALSE;
    set_lengths(hands, kept);
    Composing c = { ttn, hands, kept, now_ms };
    if (!compose(&c, BT_TTN_ALERT, &until_ms, error) ||
        !compose(&c, BT_TTN_MANIFEST, &until_ms, error))
        return FALSE;
    say_needs(&c);
    g_atomic_int_set(&ttn->hurry, 1);
    bt_ttn_poke(ttn, &ttn->fetch_wakes);
    *holds_until_ms = until_ms > now_ms ? until_ms : now_ms + BT_MINUTE_MS;
    return TRUE;
}
