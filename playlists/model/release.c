/* The order that ends cuts: signed by people, so it is a document of its own and no command of
 * now.json. */
#include "playlists/model/documents.h"
#include "playlists/model/draft.h"

#include <string.h>

#define ALL "all"

static void resume_free(BtResume *resume)
{
    g_free(resume->id);
    g_free(resume->cut);
    g_free(resume);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtResume, resume_free)

void bt_release_free(BtRelease *release)
{
    g_free(release->source);
    g_ptr_array_unref(release->screens);
    g_ptr_array_unref(release->resumes);
    g_free(release);
}

static gboolean read_screen(const BtJsonAt *at, gpointer user, GError **error)
{
    char *id = NULL;
    if (!bt_read_id_here(at, &id, error))
        return FALSE;
    g_ptr_array_add((GPtrArray *)user, id);
    return TRUE;
}

static gboolean check_new_id(
    const GPtrArray *resumes, const BtJsonAt *at, const char *id, GError **error)
{
    for (guint i = 0; i < resumes->len; i++) {
        const BtResume *other = g_ptr_array_index(resumes, i);
        if (strcmp(other->id, id) == 0)
            return bt_json_fail(
                at, BT_ERROR_INVALID, error, "\"%s\" is used twice: expected an id of its own", id);
    }
    return TRUE;
}

static gboolean read_order(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "verb", "of", NULL };
    static const char *const verbs[] = { "resume", NULL };
    GPtrArray *resumes = user;
    g_autoptr(BtResume) resume = g_new0(BtResume, 1);
    BtJsonAt verb;
    guint word;
    if (!bt_json_read_object(at, error) || !bt_read_refuse_unknown(at, known, error) ||
        !bt_read_id(at, "id", &resume->id, error) ||
        !check_new_id(resumes, at, resume->id, error) ||
        !bt_json_require(at, "verb", &verb, error) ||
        !bt_json_read_word(&verb, verbs, &word, error) ||
        !bt_read_id(at, "of", &resume->cut, error))
        return FALSE;
    if (strcmp(resume->cut, ALL) == 0)
        g_clear_pointer(&resume->cut, g_free);
    g_ptr_array_add(resumes, g_steal_pointer(&resume));
    return TRUE;
}

static gboolean read_release(BtRelease *release, const BtJsonAt *at, GError **error)
{
    static const char *const known[] = { "spec", "source", "version", "issued", "expires",
        "screens", "orders", NULL };
    return bt_json_read_object(at, error) && bt_read_spec(at, error) &&
        bt_read_refuse_unknown(at, known, error) &&
        bt_read_id(at, "source", &release->source, error) &&
        bt_read_int(at, "version", 1, G_MAXINT64, &release->version, error) &&
        bt_read_life(
            at, BT_MANIFEST_MAX_AGE_MS, &release->issued_ms, &release->expires_ms, error) &&
        bt_read_each(
            at, "screens", 1, BT_MANIFEST_MAX_SCREENS, read_screen, release->screens, error) &&
        bt_read_each(at, "orders", 1, BT_RELEASE_MAX_ORDERS, read_order, release->resumes, error);
}

BtRelease *bt_release_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, BT_RELEASE_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt at = bt_json_root(name, json);
    g_autoptr(BtRelease) release = g_new0(BtRelease, 1);
    release->screens = g_ptr_array_new_with_free_func(g_free);
    release->resumes = g_ptr_array_new_with_free_func((GDestroyNotify)resume_free);
    return read_release(release, &at, error) ? g_steal_pointer(&release) : NULL;
}
