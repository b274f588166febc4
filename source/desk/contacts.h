/* Who is told when something is wrong in an area: its operators and administrators, and those of
 * the areas above it, by e-mail; programs, by webhooks of the area and those above it.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_CONTACTS_H
#define BT_SOURCE_CONTACTS_H

#include "source/store/store.h"

#define BT_DAY_MINUTES 1440

/* What an area says of itself; what it does not say is that of the nearest area above. */
typedef struct {
    char *area;
    char *hook;                          /* "": none */
    char *secret;                        /* of the hook's signatures */
    gint64 quiet_from_min, quiet_to_min; /* of the day, in the source's time zone; equal: none */
} BtContact;

void bt_contact_free(BtContact *contact); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtContact, bt_contact_free)

/* An empty one where nothing was said yet. (transfer full) (nullable) */
BtContact *bt_contacts_find(BtStore *store, const char *area, GError **error);
/* Keeps hook and quiet hours; a hook that is new gets a secret made by chance. BT_ERROR_INVALID for
 * an address that may not be, BT_ERROR_NOT_FOUND for an area that is not there. */
gboolean bt_contacts_set(BtStore *store, const BtContact *contact, GError **error);

/* The e-mail addresses of those who are responsible, each once; those who asked not to be written
 * to are left out. `with_approvers`: those who sign, too. (transfer full): GPtrArray of char* */
GPtrArray *bt_contacts_addresses(
    BtStore *store, const char *area, gboolean with_approvers, gint64 now_ms);
/* The areas whose webhook is told of this one: it and those above, as BtContact. (transfer full) */
GPtrArray *bt_contacts_hooks(BtStore *store, const char *area);
/* Whether it is quiet in the area now. */
gboolean bt_contacts_is_quiet(BtStore *store, const char *area, GTimeZone *timezone, gint64 now_ms);

/* What a person says: where to write, and whether to. BT_ERROR_INVALID. */
gboolean bt_contacts_set_person(
    BtStore *store, const char *user, const char *email, gboolean is_asked, GError **error);
/* `*email` (transfer full). FALSE: no such account. */
gboolean bt_contacts_person(BtStore *store, const char *user, char **email, gboolean *is_asked);

#endif
