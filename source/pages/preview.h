/* Pictures of documents, drawn by the player itself: pieces of pages that show what will be on the
 * glass. Addresses name a document by its hash; who was never shown it cannot guess one.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PREVIEW_H
#define BT_SOURCE_PREVIEW_H

#include "source/pages/visit.h"
#include "source/press/plan.h"

#define BT_PREVIEW_MAX_PICTURES 60 /* on one page, of one document */

/* Where a handler wants answers of the player: asks for those that are not known yet, lets the
 * request sleep until they are, and returns TRUE: the handler returns TRUE at once, and runs again.
 * Each `round` (0, 1, …) sleeps once at the most; then, or when too many wait, it is FALSE, and
 * what is known is known. */
gboolean bt_preview_wait(BtRequest *request, const BtAsk *asks, guint n_asks, guint round);

/* The picture of an instant, as large as there is room, with words for who does not see it. */
void bt_preview_add_picture(GString *html, const BtVisit *visit, const BtPlanDocument *document,
    gint64 at_ms, const char *alt);
/* All that the document shows within a day, one picture for each page of each item: the pictures
 * come by a part of their own, or behind a link. A document without a shape (width_px 0) is drawn
 * in the shape of its first screen. */
void bt_preview_add_pictures(GString *html, const BtVisit *visit, const BtPlanDocument *document);

/* A page of a text in a rundown. */
typedef struct {
    char *lang;
    gint64 start_ms;
    guint page, n_pages; /* from 1 on */
} BtPreviewPage;
/* The pages of the first row of a rundown, in turn; one without a language for what has none.
 * (transfer full): GArray of BtPreviewPage */
GArray *bt_preview_pages(GBytes *rundown);

#endif
