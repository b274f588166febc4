/* What notices are played by, as it is written: playlists, layouts, programmes. Each belongs to an
 * area, has a name for people and a body of JSON (source/store/migrations.c says which), and counts
 * its revisions, so that two who write at the same time hear of each other. Boards see nothing of
 * it before it was signed. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_WORKS_H
#define BT_SOURCE_WORKS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_WORK_NAME_MAX 200 /* code points */
#define BT_WORK_BODY_MAX_BYTES (256 * 1024)
#define BT_WORKS_MAX 500 /* of a kind, that are listed */

typedef enum { BT_WORK_PLAYLIST, BT_WORK_LAYOUT, BT_WORK_PROGRAMME, BT_N_WORK_KINDS } BtWorkKind;

typedef struct {
    BtWorkKind kind;
    gint64 id, revision, updated_ms;
    char *area, *name;
    BtJson *body;
    BtJson *targets; /* of a programme; else NULL */
} BtWork;

/* With all it holds. */
void bt_work_free(BtWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtWork, bt_work_free)

/* "playlist", "layout", "programme". Static. */
const char *bt_work_kind_name(BtWorkKind kind);

/* What somebody wrote. */
typedef struct {
    const char *name;
    const BtJson *body, *targets; /* `targets` as of BtWork */
} BtWorkWords;

/* Its id; 0 with BT_ERROR_INVALID (no name), BT_ERROR_LIMIT, or an error of the database. */
gint64 bt_works_add(BtStore *store, BtWorkKind kind, const char *area, const BtWorkWords *words,
    gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtWork *bt_works_find(BtStore *store, BtWorkKind kind, gint64 id, GError **error);
/* Of these areas (of char*), by name. (transfer full): GPtrArray of BtWork */
GPtrArray *bt_works_list(BtStore *store, BtWorkKind kind, const GPtrArray *areas);
/* `revision` is the one that was read: BT_ERROR_CONFLICT where somebody saved another since, and
 * nothing is changed. What says the same keeps its revision. */
gboolean bt_works_save(BtStore *store, const BtWork *work, gint64 revision,
    const BtWorkWords *words, gint64 now_ms, GError **error);
/* BT_ERROR_CONFLICT while a programme uses it. */
gboolean bt_works_remove(BtStore *store, const BtWork *work, GError **error);
/* The programmes that play this playlist, or stand in this layout. (transfer full): GPtrArray of
 * BtWork */
GPtrArray *bt_works_users(BtStore *store, const BtWork *work);

#endif
