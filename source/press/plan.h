/* What boards are to be given: all that is published, and what somebody would change, as manifests
 * that are ready to be signed. Screens that play the same in the same shape share one.
 *
 * What is signed lies in the database as it was published; a change names what joins as it is being
 * written, and what leaves. The published notices whose targets cover a screen play in turn, the
 * newest first, in the playlist "notices"; programmes play beside them. The same rows at the same
 * instant give the same bytes. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PLAN_H
#define BT_SOURCE_PLAN_H

#include "base/json.h"
#include "source/store/store.h"

typedef struct {
    GBytes *payload;    /* of a manifest, to the byte as it will be signed */
    GPtrArray *screens; /* of char*, by id: whose it is */
    gint64 version, expires_ms;
    int width_px, height_px; /* the screens' shape */
    gboolean is_led;         /* as it is drawn: letters have a least height in LEDs */
} BtPlanDocument;
void bt_plan_document_free(BtPlanDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPlanDocument, bt_plan_document_free)

/* NULL lists are empty. Borrowed. */
typedef struct {
    const GArray *publish;  /* of gint64: notices that join, or change */
    const GArray *withdraw; /* of gint64: notices that leave */
    gboolean renew;         /* every screen gets a new document, for a new expiry */
    const char *area;       /* only screens that lie in it; NULL: all */
} BtPlanChange;

/* The documents of the screens that the change concerns: those of its notices' targets, now and as
 * they were published. A change that names no notice is about playlists, layouts and programmes: it
 * concerns the screens that would play something else than what was signed for them, less what
 * expired since. Nothing that somebody else has not finished joins on other screens. No screen: an
 * empty array. Errors are BT_ERROR_NOT_FOUND (a notice, a picture, a playlist), BT_ERROR_INVALID
 * and BT_ERROR_LIMIT (contract §5), in words for people. (transfer full) (nullable): GPtrArray of
 * BtPlanDocument */
GPtrArray *bt_plan_make(BtStore *store, const BtPlanChange *change, gint64 now_ms, GError **error);

/* What was signed for a screen: the envelope of the manifest with this hash. (transfer full)
 * (nullable) */
GBytes *bt_plan_signed(const BtStore *store, const char *sha256);

/* What one item looks like on a screen of this shape: a document that holds nothing else, whenever
 * the item is valid. Its instants count from the midnight before `now_ms`. `item` as of table
 * notice. (transfer full) (nullable) */
BtPlanDocument *bt_plan_sample(BtStore *store, const BtJson *item, int width_px, int height_px,
    gboolean is_led, gint64 now_ms, GError **error);

#endif
