/* The keys that approvers made in their browsers, or have in files: their public halves. A key that
 * stands here may sign nothing until the source's root names it; here is whose it is.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_KEYS_H
#define BT_SOURCE_KEYS_H

#include "base/hash.h"
#include "source/store/store.h"

#define BT_KEYS_MAX_PER_USER 16
#define BT_KEY_LABEL_MAX_CHARS 100

typedef struct {
    char *keyid, *user, *base64; /* the public half */
    char *label;                 /* "Máy tính phòng văn hóa" */
    gint64 created_ms;
    gint64 ended_ms; /* 0: it may be used */
} BtApproverKey;

/* With all that is in it. */
void bt_approver_key_free(BtApproverKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtApproverKey, bt_approver_key_free)

/* INVALID: no public key, or no label; CONFLICT: it is registered already; LIMIT. `keyid`
 * (nullable) is set. */
gboolean bt_keys_add(BtStore *store, const char *user, const char *base64, const char *label,
    gint64 now_ms, char keyid[BT_HASH_HEX_SIZE], GError **error);
/* NOT_FOUND. (transfer full) (nullable) */
BtApproverKey *bt_keys_find(BtStore *store, const char *keyid, GError **error);
/* Of this person, NULL: of all; the newest first. (transfer full): GPtrArray of BtApproverKey */
GPtrArray *bt_keys_list(BtStore *store, const char *user);
/* Signatures of it are taken no more, whatever the root says, and those on what waits are gone.
 * NOT_FOUND: not this person's. */
gboolean bt_keys_end(
    BtStore *store, const char *user, const char *keyid, gint64 now_ms, GError **error);
/* All of them, as the account goes: whoever has its name later does not sign with them. `who`, in
 * the diary, takes it away. Part of the caller's transaction. */
gboolean bt_keys_end_all(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error);

#endif
