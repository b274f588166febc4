/* A source in a folder with one good version, and a sync that has not asked it yet. */
#ifndef BT_TESTS_UNIT_SYNC_FIXTURE_H
#define BT_TESTS_UNIT_SYNC_FIXTURE_H

#include "base/error.h"
#include "playlists/sync/private.h"
#include "tests/unit/publisher.h"

#define T0 PUBLISHER_T0_MS
#define NOW (T0 + BT_HOUR_MS)
#define FILM_BYTES (3 * 1024 * 1024 + 17)

typedef struct {
    char *top, *cache_path, *root_path, *base;
    Publisher *p;
    BtCache *cache;
    BtSync *sync;
    GPtrArray *events; /* of char*, "type reason what" */
    gboolean may_begin_anew;
    char film[BT_HASH_HEX_SIZE], picture[BT_HASH_HEX_SIZE], image[BT_HASH_HEX_SIZE];
    char manifest[BT_HASH_HEX_SIZE]; /* the good one that is ready */
} Fixture;

typedef struct {
    const char *name;
    void (*run)(Fixture *, gconstpointer);
} TreeCase;

void tree_set_up(Fixture *f, gconstpointer data);
void tree_tear_down(Fixture *f, gconstpointer data);
/* Adds "/FOLDER/NAME" of each. */
void tree_add_cases(const char *folder, const TreeCase *cases, guint n);

/* ---- the source ---- */
ManifestDraft tree_draft_of(Fixture *f, gint64 version);
void tree_publish(Fixture *f, gint64 version, char sha256[BT_HASH_HEX_SIZE]);
/* A now.json of an older version than the one in force. */
void tree_now_older(Fixture *f);

/* ---- sync ---- */
BtSync *tree_open_sync(Fixture *f, const char *root_path, const char *fingerprint, GError **error);
void tree_reopen(Fixture *f, const char *root_path);
BtSyncResult tree_round_at(Fixture *f, gint64 now_ms, GError **error);
/* A round at NOW without a failure. */
void tree_expect(Fixture *f, BtSyncResult expected);

/* ---- what came of it ---- */
char *tree_document(Fixture *f, const char *name); /* (transfer full) (nullable) */
void tree_assert_document(Fixture *f, const char *name, const char *expected);
/* The place of an event among those of the last round, -1 without it. */
gint tree_event_at(Fixture *f, const char *type, const char *reason, const char *what);
gboolean tree_has_event_of(Fixture *f, const char *type, const char *reason);

#endif
