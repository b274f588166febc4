/* Notices on their way to the screens. */
#include "source/desk/notices.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/notices-parts.h"
#include "source/desk/proposals.h"
#include "source/press/plan.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define KIND "manifest"

/* ---- what lacks ---- */

static void lack_free(gpointer data)
{
    BtNoticeLack *lack = data;
    g_free(lack->field);
    g_free(lack->words);
    g_free(lack);
}

static void add_lack(GPtrArray *lacks, const char *field, const char *words)
{
    BtNoticeLack *lack = g_new0(BtNoticeLack, 1);
    lack->field = g_strdup(field);
    lack->words = g_strdup(words);
    g_ptr_array_add(lacks, lack);
}

static gboolean is_empty(const BtJsonAt *root, const char *key)
{
    BtJsonAt list;
    return !bt_json_member(root, key, &list) || bt_json_length(&list) == 0;
}

static void look_at_words(GPtrArray *lacks, const BtNotice *notice)
{
    BtJsonAt root = bt_json_root("notice", notice->body), issuer;
    if (*bt_notice_title(notice) == '\0')
        add_lack(lacks, "title-0", _("Write a title or a text."));
    if (!bt_json_member(&root, "issuer", &issuer))
        add_lack(lacks, "issuer", _("Say which body this notice comes from."));
}

static void look_at_times(GPtrArray *lacks, const BtNotice *notice, gint64 now_ms)
{
    BtJsonAt root = bt_json_root("notice", notice->body), valid, at;
    gint64 until_ms = bt_notice_until_ms(notice->body), from_ms;
    if (until_ms <= now_ms)
        add_lack(lacks, "until", _("The last day has passed. Choose a later one."));
    if (bt_json_member(&root, "valid", &valid) && bt_json_read_object(&valid, NULL) &&
        bt_json_member(&valid, "from", &at) && bt_json_read_time(&at, &from_ms, NULL) &&
        from_ms >= until_ms)
        add_lack(lacks, "until", _("The last day lies before the first one."));
}

GPtrArray *bt_notice_lacks(const BtNotice *notice, gint64 now_ms)
{
    GPtrArray *lacks = g_ptr_array_new_with_free_func(lack_free);
    BtJsonAt targets = bt_json_root("targets", notice->targets);
    look_at_words(lacks, notice);
    look_at_times(lacks, notice, now_ms);
    if (is_empty(&targets, "areas") && is_empty(&targets, "screens"))
        add_lack(lacks, "targets", _("Choose where it is shown."));
    return lacks;
}

/* ---- proposing ---- */

static BtJson *what_of(const BtNotice *notice, gboolean ends)
{
    BtJson *what = bt_json_new_object(), *list = bt_json_new_array();
    BtJson *entry = bt_json_new_object();
    bt_json_set_int(entry, "id", notice->id);
    bt_json_set_int(entry, "revision", notice->revision);
    bt_json_set_string(entry, "title", bt_notice_title(notice));
    if (!ends) {
        bt_json_set(entry, "body", bt_json_ref(notice->body));
        bt_json_set(entry, "targets", bt_json_ref(notice->targets));
    }
    bt_json_append(list, entry);
    bt_json_set(what, ends ? "withdraw" : "publish", list);
    return what;
}

static GPtrArray *plan(
    BtStore *store, const BtNotice *notice, gboolean ends, gint64 now_ms, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_array_append_val(ids, notice->id);
    const BtPlanChange change = { .publish = ends ? NULL : ids, .withdraw = ends ? ids : NULL };
    g_autoptr(GPtrArray) documents = bt_plan_make(store, &change, now_ms, error);
    if (documents != NULL && documents->len == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s",
            _("There is no screen where this notice would be shown. Choose others."));
        return NULL;
    }
    return g_steal_pointer(&documents);
}

static gboolean check_ready(const BtNotice *notice, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) lacks = bt_notice_lacks(notice, now_ms);
    if (lacks->len == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s",
        ((BtNoticeLack *)g_ptr_array_index(lacks, 0))->words);
    return FALSE;
}

static gint64 propose(BtStore *store, const BtNotice *notice, gboolean ends, const char *author,
    const char *reason, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) documents = plan(store, notice, ends, now_ms, error);
    if (documents == NULL)
        return 0;
    g_autoptr(BtJson) what = what_of(notice, ends);
    const BtProposalNew new = { KIND, notice->area, author, reason, what, documents };
    gint64 proposal = bt_proposals_add(store, &new, now_ms, error);
    return proposal != 0 &&
            bt_db_run(store->db, error, "UPDATE notice SET state = ?, updated_ms = ? WHERE id = ?",
                "sii", bt_notice_state_name(ends ? BT_NOTICE_LEAVING : BT_NOTICE_WAITING), now_ms,
                notice->id)
        ? proposal
        : 0;
}

gint64 bt_notices_propose(BtStore *store, gint64 id, const char *author, const char *reason,
    gint64 now_ms, GError **error)
{
    g_autoptr(BtNotice) notice = bt_notices_find(store, id, now_ms, error);
    return notice != NULL && check_ready(notice, now_ms, error)
        ? propose(store, notice, FALSE, author, reason, now_ms, error)
        : 0;
}

gint64 bt_notices_propose_end(BtStore *store, gint64 id, const char *author, const char *reason,
    gint64 now_ms, GError **error)
{
    g_autoptr(BtNotice) notice = bt_notices_find(store, id, now_ms, error);
    if (notice == NULL)
        return 0;
    if (!notice->is_published) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_CONFLICT, "%s", _("This notice is not on the screens."));
        return 0;
    }
    return propose(store, notice, TRUE, author, reason, now_ms, error);
}

/* ---- what became of it ---- */

char *bt_notices_answer(BtStore *store, gint64 id)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT answer FROM proposal, json_each (what, '$.publish')"
        " WHERE state = 'refused' AND json_extract (json_each.value, '$.id') = ?"
        " ORDER BY proposal.id DESC LIMIT 1",
        "i", id);
    return g_strdup(rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : "");
}

typedef struct {
    gint64 id, revision;
    BtJsonAt body, targets;
} Entry;

static gboolean read_entry(const BtJsonAt *at, gboolean ends, Entry *entry, GError **error)
{
    BtJsonAt id, revision;
    return bt_json_read_object(at, error) && bt_json_require(at, "id", &id, error) &&
        bt_json_read_int(&id, 1, G_MAXINT64, &entry->id, error) &&
        bt_json_require(at, "revision", &revision, error) &&
        bt_json_read_int(&revision, 1, G_MAXINT64, &entry->revision, error) &&
        (ends ||
            (bt_json_require(at, "body", &entry->body, error) &&
                bt_json_require(at, "targets", &entry->targets, error)));
}

/* A draft that is newer than what was proposed stays one. */
static gboolean set_published(BtStore *store, const Entry *entry, gint64 now_ms, GError **error)
{
    g_autofree char *body = bt_json_to_text(entry->body.value, FALSE);
    g_autofree char *targets = bt_json_to_text(entry->targets.value, FALSE);
    return bt_db_run(store->db, error,
        "UPDATE notice SET published_body = ?1, published_targets = ?2, published_ms = ?3,"
        " state = CASE WHEN revision = ?4 THEN 'published' ELSE state END WHERE id = ?5",
        "ssiii", body, targets, now_ms, entry->revision, entry->id);
}

static gboolean set_gone(BtStore *store, const Entry *entry, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE notice SET published_body = NULL, published_targets = NULL,"
        " state = CASE WHEN state = 'leaving' THEN 'withdrawn' ELSE state END WHERE id = ?",
        "i", entry->id);
}

static gboolean set_refused(BtStore *store, const Entry *entry, gboolean ends, GError **error)
{
    return ends ? bt_db_run(store->db, error,
                      "UPDATE notice SET state = 'published' WHERE id = ? AND state = 'leaving'",
                      "i", entry->id)
                : bt_db_run(store->db, error,
                      "UPDATE notice SET state = 'refused' WHERE id = ? AND revision = ?"
                      " AND state = 'waiting'",
                      "ii", entry->id, entry->revision);
}

static gboolean hear(BtStore *store, const BtJsonAt *what, gboolean ends, gboolean published,
    gint64 now_ms, GError **error)
{
    BtJsonAt list;
    gsize n =
        bt_json_member(what, ends ? "withdraw" : "publish", &list) ? bt_json_length(&list) : 0;
    for (gsize i = 0; i < n; i++) {
        Entry entry;
        BtJsonAt at = bt_json_element(&list, i);
        if (!read_entry(&at, ends, &entry, error) ||
            !(!published   ? set_refused(store, &entry, ends, error)
                    : ends ? set_gone(store, &entry, error)
                           : set_published(store, &entry, now_ms, error)))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_notices_decided(
    BtStore *store, const BtJson *what, gboolean published, gint64 now_ms, GError **error)
{
    BtJsonAt root = bt_json_root("what", what);
    return bt_json_read_object(&root, error) &&
        hear(store, &root, FALSE, published, now_ms, error) &&
        hear(store, &root, TRUE, published, now_ms, error);
}
