/* A source for tests: keys, and the tree of documents that they sign, in a folder. */
#ifndef BT_TESTS_PUBLISHER_H
#define BT_TESTS_PUBLISHER_H

#include "playlists/envelope/envelope.h"

#define PUBLISHER_SCREEN "kp-phutuc-01"
#define PUBLISHER_T0_MS (G_GINT64_CONSTANT(1795305600) * 1000) /* 2026-11-22T00:00:00Z */

typedef enum { KEY_ROOT, KEY_FRESHNESS, KEY_PUBLISH, KEY_EMERGENCY, KEY_STRANGER, N_KEYS } KeyRole;

typedef struct {
    char *folder;
    BtKey *keys[N_KEYS];
} Publisher;

Publisher *publisher_new(const char *folder);
void publisher_free(Publisher *p);

/* Writes bytes at a path below the folder. */
void publisher_write(Publisher *p, const char *path, const void *data, gsize size_bytes);
/* v1/assets/SHA256 */
void publisher_asset(
    Publisher *p, const void *data, gsize size_bytes, char sha256[BT_HASH_HEX_SIZE]);

/* v1/root/N.json, signed by the publisher's root key and (nullable) by the one before it. */
void publisher_root(Publisher *p, gint64 version, BtKey *before);

typedef struct {
    gint64 version;
    const char *screen;           /* NULL: PUBLISHER_SCREEN */
    const char *cls;              /* NULL: "ordinary" */
    gint64 issued_ms, expires_ms; /* 0: T0 and T0 + 1 day (an alert) or 30 days */
    /* Each asset is shown by one item of its kind: "image", "video" or "picture". */
    struct {
        const char *kind, *sha256;
        guint64 size_bytes;
    } assets[4];
} ManifestDraft;

/* The payload. (transfer full) */
char *publisher_manifest_payload(const ManifestDraft *draft);
/* v1/manifests/SHA256, sealed as "manifest" or "alert". */
void publisher_manifest(Publisher *p, const char *role, KeyRole signer, const ManifestDraft *draft,
    char sha256[BT_HASH_HEX_SIZE]);
/* Any envelope there. */
void publisher_envelope(Publisher *p, GBytes *envelope, char sha256[BT_HASH_HEX_SIZE]);

typedef struct {
    gint64 version;
    const char *screen;           /* NULL: PUBLISHER_SCREEN */
    const char *manifest, *alert; /* sha256 or NULL */
    const char *deny;             /* sha256 or NULL */
    gint64 issued_ms, expires_ms; /* 0: T0 and T0 + 1 day */
    gint64 root;                  /* 0: 1 */
} NowDraft;

/* Sealed by `signer`. (transfer full) */
GBytes *publisher_seal_now(Publisher *p, KeyRole signer, const NowDraft *draft);
/* v1/screens/SCREEN/now.json */
void publisher_now(Publisher *p, KeyRole signer, const NowDraft *draft);
void publisher_write_now(Publisher *p, GBytes *envelope);

#endif
