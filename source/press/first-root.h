/* The payload of a source's first root, version 1: the one that no earlier root vouches for, so
 * that boards know it by its fingerprint. Later ones are roots.h. Thread-safety: safe. */
#ifndef BT_SOURCE_FIRST_ROOT_H
#define BT_SOURCE_FIRST_ROOT_H

#include "base/sign.h"

typedef struct {
    const BtKey *key;
    const char *person; /* whose it is, for people */
} BtFirstKey;

typedef struct {
    const char *name; /* "root", "freshness", "publish", "emergency" */
    guint first, n;   /* of the keys: whose signatures count */
    int threshold;    /* how many of them are wanted */
} BtFirstRole;

/* All is borrowed. It holds from `now_ms` for BT_ROOT_LIFE_MS. Whoever holds the keys of "root"
 * seals it, as kind "root". (transfer full) */
GBytes *bt_first_root(const char *source, const BtFirstKey *keys, guint n_keys,
    const BtFirstRole *roles, guint n_roles, gint64 now_ms);

#endif
