/* The parts of a summary, each of its own file. Private to this folder. Thread-safety: as of
 * summary.h. */
#ifndef BT_SOURCE_SUMMARY_PRIVATE_H
#define BT_SOURCE_SUMMARY_PRIVATE_H

#include "source/desk/summary.h"

/* The screen with this id, NULL when it is not of the area or was never heard of. Borrowed. */
BtSummaryScreen *bt_summary_find(const BtSummary *summary, const char *screen);
/* Essential bulletins: summary-essential.c. `languages` gets those of all items of our manifests,
 * by "VERSION/ITEM" (transfer full). */
gboolean bt_summary_add_bulletins(
    BtStore *store, BtSummary *summary, GHashTable *languages, GError **error);
/* Items by field and language: summary-played.c. */
gboolean bt_summary_add_played(
    BtStore *store, BtSummary *summary, GHashTable *languages, GError **error);

#endif
