/* Giving and taking roles, with the rules of who may: an administrator of an area gives what holds
 * there and below, and nobody more than that. Each is noted in the diary under `who`.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_GRANTS_H
#define BT_SOURCE_GRANTS_H

#include "source/desk/roles.h"

typedef struct {
    const char *user, *area;
    BtRole role;
    const char *deputy_of; /* whose place is taken; NULL: the role is the person's own */
    gint64 until_ms;       /* when it ends; 0: never, which no deputy's is */
} BtGrant;

/* BT_ERROR_DENIED when `who` does not administer the area; BT_ERROR_INVALID for a deputy of
 * somebody who does not have the role there, without an end or with one that is past;
 * BT_ERROR_NOT_FOUND. */
gboolean bt_grants_give(
    BtStore *store, const BtGrant *grant, const char *who, gint64 now_ms, GError **error);
/* Deputies lose it with whom they stand for. BT_ERROR_DENIED as above, and for the own role of
 * administrator: one always stays. */
gboolean bt_grants_take(
    BtStore *store, const BtGrant *grant, const char *who, gint64 now_ms, GError **error);

typedef struct {
    char *area, *deputy_of;
    BtRole role;
    gint64 until_ms; /* 0: for good */
} BtGranted;

/* What a person has, also what is past. (transfer full): GPtrArray of BtGranted */
GPtrArray *bt_grants_of(BtStore *store, const char *user);

#endif
