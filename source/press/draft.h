/* What a person wants to publish, made into a manifest's payload: files are named by their hash,
 * what can be counted is counted, what was left out is filled in.
 *
 * A draft is a folder with manifest.json and its media, a manifest.json alone, or an envelope that
 * was signed elsewhere (then nothing is changed). Thread-safety: one owner. */
#ifndef BT_SOURCE_DRAFT_H
#define BT_SOURCE_DRAFT_H

#include "base/hash.h"
#include "base/json.h"
#include "playlists/model/manifest.h"

/* A file that goes to the assets. */
typedef struct {
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    int fd; /* -1: it is there already */
    char *name;
} BtDraftAsset;

typedef struct {
    char *path;       /* of the document, for messages */
    GBytes *payload;  /* as it will be signed */
    GBytes *envelope; /* signed already, or NULL */
    BtManifest *manifest;
    GPtrArray *assets; /* of BtDraftAsset, each once */
} BtDraft;

typedef struct {
    const char *source, *timezone;
    gint64 version; /* for a manifest that names none */
    gint64 now_ms;
    gint64 life_ms;      /* from issued to expires when it names none */
    GPtrArray *screens;  /* of char*: for a manifest that names none */
    const char *decoder; /* the path of bangtin-decode; NULL: the one beside this program */
    const char *site;    /* where assets that are no files of the draft lie already */
} BtDraftDefaults;

/* Reads, fills in, checks by bt_manifest_parse; opens every media file and has it looked at by the
 * decoder, which may block as bt_probe_media does. BT_ERROR_NOT_FOUND for a file that is not there,
 * BT_ERROR_UNSUPPORTED for one that boards do not play, BT_ERROR_LIMIT for one that is too large,
 * and what bt_manifest_parse says. (transfer full) (nullable) */
BtDraft *bt_draft_read(const char *path, const BtDraftDefaults *defaults, GError **error);
void bt_draft_free(BtDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtDraft, bt_draft_free)

/* The media type for a file's name, NULL for one that boards do not play. Static. */
const char *bt_draft_media_type(const char *name);

#endif
