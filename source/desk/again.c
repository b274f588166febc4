#include "source/desk/again.h"

#include "base/error.h"
#include "base/io.h"
#include "playlists/envelope/envelope.h"
#include "source/desk/notices.h"
#include "source/desk/roles.h"
#include "source/store/site.h"

#include <string.h>

/* ---- what runs out ---- */

static void expiring_free(BtExpiring *expiring)
{
    g_free(expiring->sha256);
    g_ptr_array_unref(expiring->screens);
    g_free(expiring);
}

static int mark_of(gint64 left_ms)
{
    return left_ms <= BT_DAY_MS ? 1 : left_ms <= 7 * BT_DAY_MS ? 7 : 14;
}

GPtrArray *bt_proposals_expiring(BtStore *store, gint64 now_ms)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)expiring_free);
    BtExpiring *last = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT document.sha256, version, expires_ms, screen.id FROM screen JOIN document"
        " ON document.sha256 = screen.manifest WHERE expires_ms <= ? AND retired_ms IS NULL"
        " ORDER BY expires_ms, document.sha256, screen.id",
        "i", now_ms + BT_EXPIRING_MS);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        if (last == NULL || strcmp(last->sha256, bt_rows_text(rows, 0)) != 0) {
            last = g_new0(BtExpiring, 1);
            last->sha256 = g_strdup(bt_rows_text(rows, 0));
            last->version = bt_rows_int(rows, 1);
            last->expires_ms = bt_rows_int(rows, 2);
            last->days = mark_of(last->expires_ms - now_ms);
            last->screens = g_ptr_array_new_with_free_func(g_free);
            g_ptr_array_add(list, last);
        }
        g_ptr_array_add(last->screens, g_strdup(bt_rows_text(rows, 3)));
    }
    return list;
}

/* ---- whose it is ---- */

static char *text_of(BtStore *store, const char *sql, const char *id)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "s", id);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

static gboolean lies_within(BtStore *store, const char *area, const char *above)
{
    g_autofree char *at = g_strdup(area);
    for (int depth = 0; at != NULL && depth <= BT_AREA_DEPTH_MAX; depth++) {
        if (strcmp(at, above) == 0)
            return TRUE;
        char *parent = text_of(store, "SELECT parent FROM area WHERE id = ?", at);
        g_free(at);
        at = parent;
    }
    return FALSE;
}

/* The smallest area in which all these screens lie. (transfer full) */
static char *area_of(BtStore *store, const GPtrArray *screens)
{
    static const char *const screen_area = "SELECT area FROM screen WHERE id = ?";
    g_autofree char *area = text_of(store, screen_area, g_ptr_array_index(screens, 0));
    for (guint i = 1; area != NULL && i < screens->len; i++) {
        g_autofree char *other = text_of(store, screen_area, g_ptr_array_index(screens, i));
        while (area != NULL && other != NULL && !lies_within(store, other, area)) {
            char *parent = text_of(store, "SELECT parent FROM area WHERE id = ?", area);
            g_free(area);
            area = parent;
        }
    }
    return area != NULL ? g_steal_pointer(&area) : g_strdup(store->source);
}

/* ---- the same content ---- */

static GBytes *read_payload(BtStore *store, const char *sha256, GError **error)
{
    if (!bt_hash_is_hex(sha256)) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: no such document: expected one that was published", sha256);
        return NULL;
    }
    g_autofree char *path = bt_site_manifest_path(store->site, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    return bytes != NULL ? bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, error) : NULL;
}

static GBytes *with_times(GBytes *payload, const GPtrArray *screens, gint64 now_ms, GError **error)
{
    g_autoptr(BtJson) json = bt_json_parse(g_bytes_get_data(payload, NULL),
        g_bytes_get_size(payload), "manifest", BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
    if (json == NULL)
        return NULL;
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append_string(list, g_ptr_array_index(screens, i));
    bt_json_set_time(json, "issued", now_ms);
    bt_json_set_time(json, "expires", now_ms + BT_MANIFEST_MAX_AGE_MS);
    bt_json_set(json, "screens", list);
    char *text = bt_json_to_text(json, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

static gint64 propose_same(BtStore *store, const char *sha256, const GPtrArray *screens,
    const BtProposalNew *like, gint64 now_ms, GError **error)
{
    g_autoptr(GBytes) payload = read_payload(store, sha256, error);
    g_autoptr(GBytes) renewed =
        payload != NULL ? with_times(payload, screens, now_ms, error) : NULL;
    if (renewed == NULL)
        return 0;
    g_autofree char *area = area_of(store, screens);
    g_autoptr(GPtrArray) documents = g_ptr_array_new();
    BtPlanDocument document = { .payload = renewed, .screens = (GPtrArray *)screens };
    g_ptr_array_add(documents, &document);
    BtProposalNew new = *like;
    new.kind = "manifest";
    new.area = area;
    new.documents = documents;
    return bt_proposals_add(store, &new, now_ms, error);
}

static GPtrArray *screens_with(BtStore *store, const char *sha256)
{
    GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT id FROM screen WHERE manifest = ? AND retired_ms IS NULL ORDER BY id", "s", sha256);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(screens, g_strdup(bt_rows_text(rows, 0)));
    return screens;
}

gint64 bt_proposals_renew(BtStore *store, const char *sha256, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = screens_with(store, sha256);
    g_autoptr(BtJson) what = bt_json_new_object();
    bt_json_set_string(what, "renew", sha256);
    if (screens->len == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%.8s: no screen shows it any more: expected a document in force", sha256);
        return 0;
    }
    const BtProposalNew like = { .author = "", .reason = "", .what = what };
    return propose_same(store, sha256, screens, &like, now_ms, error);
}

static gboolean had(BtStore *store, const char *screen, const char *sha256)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT 1 FROM publication WHERE screen = ? AND sha256 = ? AND kind = 'manifest'", "ss",
        screen, sha256);
    return rows != NULL && bt_rows_next(rows, NULL);
}

gint64 bt_proposals_return(BtStore *store, const char *sha256, const GPtrArray *screens,
    const char *author, const char *reason, gint64 now_ms, GError **error)
{
    g_autoptr(BtJson) what = bt_json_new_object();
    gboolean all = screens->len > 0;
    for (guint i = 0; i < screens->len; i++)
        all = all && had(store, g_ptr_array_index(screens, i), sha256);
    if (!all) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%.8s: not all these screens had it: expected an earlier document of theirs", sha256);
        return 0;
    }
    bt_json_set_string(what, "return", sha256);
    const BtProposalNew like = { .author = author, .reason = reason, .what = what };
    return propose_same(store, sha256, screens, &like, now_ms, error);
}

/* ---- planned anew ---- */

/* The notice that joined or left by it, 0: it was about no notice. */
static gint64 read_notice(const BtJson *what, const char *key)
{
    BtJsonAt root = bt_json_root("what", what), list, id;
    gint64 number = 0;
    if (!bt_json_member(&root, key, &list) || !bt_json_is_array(&list) ||
        bt_json_length(&list) == 0)
        return 0;
    BtJsonAt entry = bt_json_element(&list, 0);
    if (bt_json_read_object(&entry, NULL) && bt_json_member(&entry, "id", &id))
        bt_json_read_int(&id, 1, G_MAXINT64, &number, NULL);
    return number;
}

static const char *read_hash(const BtJson *what, const char *key)
{
    BtJsonAt root = bt_json_root("what", what), at;
    return bt_json_member(&root, key, &at) ? bt_json_read_sha256(&at, NULL) : NULL;
}

/* Playlists, layouts and programmes of its area, as they are written now. */
static gint64 plan_timetable(
    BtStore *store, const BtProposal *proposal, const char *author, gint64 now_ms, GError **error)
{
    const BtPlanChange change = { .area = proposal->area };
    g_autoptr(GPtrArray) documents = bt_plan_make(store, &change, now_ms, error);
    if (documents == NULL)
        return 0;
    if (documents->len == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "proposal %" G_GINT64_FORMAT ": nothing is left of it: expected something to change",
            proposal->id);
        return 0;
    }
    const BtProposalNew new = { proposal->kind, proposal->area, author, proposal->reason,
        proposal->what, documents };
    return bt_proposals_add(store, &new, now_ms, error);
}

static gint64 plan_again(
    BtStore *store, const BtProposal *proposal, const char *author, gint64 now_ms, GError **error)
{
    gint64 joins = read_notice(proposal->what, "publish");
    gint64 leaves = read_notice(proposal->what, "withdraw");
    return joins != 0 ? bt_notices_propose(store, joins, author, proposal->reason, now_ms, error)
        : leaves != 0
        ? bt_notices_propose_end(store, leaves, author, proposal->reason, now_ms, error)
        : plan_timetable(store, proposal, author, now_ms, error);
}

static GPtrArray *all_screens(const BtProposal *proposal)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        for (guint k = 0; k < document->screens->len; k++)
            g_ptr_array_add(all, g_ptr_array_index(document->screens, k));
    }
    return all;
}

gint64 bt_proposals_again(
    BtStore *store, gint64 id, const char *author, gint64 now_ms, GError **error)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    if (proposal == NULL)
        return 0;
    if (proposal->state != BT_PROPOSAL_OVERTAKEN || strcmp(proposal->kind, "manifest") != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "proposal %" G_GINT64_FORMAT ": it was not overtaken: expected one that was", id);
        return 0;
    }
    const char *returned = read_hash(proposal->what, "return");
    g_autoptr(GPtrArray) screens = all_screens(proposal);
    return returned != NULL
        ? bt_proposals_return(store, returned, screens, author, proposal->reason, now_ms, error)
        : plan_again(store, proposal, author, now_ms, error);
}
