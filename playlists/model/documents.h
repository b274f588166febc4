/* The small signed documents beside the manifest: the root, now.json, and the order that ends cuts.
 * Unknown keys are refused here unless they begin with "x-". Immutable after parsing.
 * Thread-safety: one owner each. */
#ifndef BT_PLAYLISTS_MODEL_DOCUMENTS_H
#define BT_PLAYLISTS_MODEL_DOCUMENTS_H

#include "base/sign.h"
#include "playlists/model/manifest.h"

#define BT_ROOT_MAX_BYTES (64 * 1024)
#define BT_NOW_MAX_BYTES (8 * 1024) /* of the whole envelope: it is polled */
#define BT_NOW_MAX_DENIALS 16
#define BT_NOW_MAX_COMMANDS 8
#define BT_ROOT_MAX_KEYS 64
#define BT_RELEASE_MAX_BYTES (1024 * 1024) /* it names as many screens as a manifest may */
#define BT_RELEASE_MAX_ORDERS 64

/* A key and what it may sign. */
typedef struct {
    char id[BT_HASH_HEX_SIZE];
    BtPublicKey key;
    gboolean may_root, may_freshness, may_publish, may_emergency; /* roles */
    guint classes;      /* publishing: bit (1 << BtClass) of each class it may fill */
    GPtrArray *screens; /* of char*; empty: all */
    gint64 until_ms;    /* BT_TIME_MAX: no end of its own */
    char *name;         /* the person, for messages */
} BtRootKey;

typedef struct {
    gint64 version; /* N of root/N.json, 1 and up */
    char *source;
    gint64 issued_ms, expires_ms;
    GPtrArray *keys; /* of BtRootKey */
    guint root_threshold, publish_threshold, emergency_threshold, freshness_threshold;
    guint class_thresholds[BT_N_CLASSES]; /* publishing threshold by class, at least
                                             publish_threshold */
    GPtrArray *hosts; /* of char*: where the source may be met besides its base */
} BtRoot;

BtRoot *bt_root_parse(const void *data, gsize size_bytes, const char *name, GError **error);
void bt_root_free(BtRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRoot, bt_root_free)
/* The key with this id, or NULL. Borrowed. */
const BtRootKey *bt_root_find(const BtRoot *root, const char *keyid);

typedef enum {
    BT_VERB_CUT,
    BT_VERB_DARKEN,
    BT_VERB_MUTE,
    BT_VERB_RESTART,
    BT_VERB_IDENTIFY,
    BT_VERB_SCREENSHOT,
    BT_N_VERBS
} BtVerb;

/* "cut", "darken" … as documents write it. Static string. */
const char *bt_verb_name(BtVerb verb);

typedef struct {
    char *id; /* acted on once */
    BtVerb verb;
    gint64 until_ms; /* not acted on after it */
} BtCommand;

typedef struct {
    char *screen;
    gint64 version;                  /* its own counter */
    char manifest[BT_HASH_HEX_SIZE]; /* of the envelope; "" when there is none */
    char alert[BT_HASH_HEX_SIZE];    /* the same */
    char order[BT_HASH_HEX_SIZE];    /* the same, of a release */
    gint64 issued_ms, expires_ms;
    GPtrArray *deny;     /* of char*: sha256 of a manifest's or alert's envelope, or of an asset */
    GPtrArray *commands; /* of BtCommand */
    gint64 root;         /* the newest root's version */
} BtNow;

/* Checks the payload of a now.json. `name` stands in messages. Unknown keys are refused unless they
 * begin with “x-”. SYNTAX, INVALID, LIMIT. (transfer full) (nullable) */
BtNow *bt_now_parse(const void *data, gsize size_bytes, const char *name, GError **error);
void bt_now_free(BtNow *now);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtNow, bt_now_free)

/* Role "order": what now.json can only ask for, people take back. */
typedef struct {
    char *id;
    char *cut; /* the id of the command that cut; NULL: all of this source's cuts that are older
                  than the document */
} BtResume;

typedef struct {
    char *source;
    gint64 version; /* its own counter */
    gint64 issued_ms, expires_ms;
    GPtrArray *screens; /* of char* */
    GPtrArray *resumes; /* of BtResume */
} BtRelease;

/* {"spec","source","version","issued","expires","screens","orders":[{"id","verb":"resume","of"}]}.
 * Unknown keys and verbs are refused. SYNTAX, INVALID, LIMIT. (transfer full) (nullable) */
BtRelease *bt_release_parse(const void *data, gsize size_bytes, const char *name, GError **error);
void bt_release_free(BtRelease *release);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRelease, bt_release_free)

#endif
