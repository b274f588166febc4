/* Who may do what where. Areas are a tree (tỉnh, xã, thôn or buôn); a role that a person has in an
 * area holds in all that lie in it. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_ROLES_H
#define BT_SOURCE_ROLES_H

#include "source/desk/areas.h"

typedef enum {
    BT_ROLE_EDITOR,        /* writes notices, playlists, programmes, and proposes them */
    BT_ROLE_APPROVER,      /* signs what others propose */
    BT_ROLE_OPERATOR,      /* screens: claims, moves, replaces, quiets them; cuts */
    BT_ROLE_AUDITOR,       /* reads everything, changes nothing */
    BT_ROLE_ADMINISTRATOR, /* accounts, areas; nothing of the above by itself */
    BT_N_ROLES
} BtRole;

/* "editor", …: what is kept. Static. */
const char *bt_role_name(BtRole role);
/* FALSE for a word that is none. */
gboolean bt_role_parse(const char *word, BtRole *role);

/* Whether `user` has one of the roles (a set of 1u << BtRole) in the area or above it at `now_ms`.
 * `area` NULL: anywhere. What cannot be read is no. */
gboolean bt_roles_has(
    BtStore *store, const char *user, guint roles, const char *area, gint64 now_ms);
/* The ids of all areas where `user` has one of the roles, those that lie in them too; without those
 * that ended. (transfer full): GPtrArray of char*, by name */
GPtrArray *bt_roles_areas(BtStore *store, const char *user, guint roles, gint64 now_ms);
/* BT_ERROR_NOT_FOUND for a user or area that is not there. `deputy_of` nullable; `until_ms` 0: for
 * good. */
gboolean bt_roles_give(BtStore *store, const char *user, BtRole role, const char *area,
    const char *deputy_of, gint64 until_ms, GError **error);
/* TRUE too where there was no such role. */
gboolean bt_roles_take(
    BtStore *store, const char *user, BtRole role, const char *area, GError **error);

#endif
