/* What boards are to be given: all that is published, and what somebody would change, as manifests
 * that are ready to be signed. Screens that play the same in the same shape share one.
 *
 * What is signed lies in the database as it was published; a change names what joins as it is being
 * written, and what leaves. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PLAN_H
#define BT_SOURCE_PLAN_H

#include "source/store/store.h"

typedef struct {
    GBytes *payload;    /* of a manifest, to the byte as it will be signed */
    GPtrArray *screens; /* of char*, by id: whose it is */
    gint64 version, expires_ms;
    int width_px, height_px; /* the screens' shape */
} BtPlanDocument;
void bt_plan_document_free(BtPlanDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPlanDocument, bt_plan_document_free)

/* NULL lists are empty. Borrowed. */
typedef struct {
    const GArray *publish;  /* of gint64: notices that join, or change */
    const GArray *withdraw; /* of gint64: notices that leave */
    gboolean renew;         /* every screen gets a new document, for a new expiry */
} BtPlanChange;

/* The documents of the screens that the change concerns: those of its notices' targets, now and as
 * they were published, and those whose playlists or programmes are other ones than in what was
 * signed. (transfer full) (nullable): GPtrArray of BtPlanDocument */
GPtrArray *bt_plan_make(BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error);

#endif
