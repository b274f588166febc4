/* What an item of a manifest is called, for people: a report says "n1", an operator wants the
 * title. The last manifests that were asked for are remembered. Thread-safety: the server's thread.
 */
#ifndef BT_SOURCE_TITLES_H
#define BT_SOURCE_TITLES_H

#include <glib.h>

#define BT_TITLES_MAX_MANIFESTS 32

typedef struct BtTitles BtTitles;

/* Of the manifests in this site. (transfer full) */
BtTitles *bt_titles_new(const char *site);
void bt_titles_free(BtTitles *titles);
/* The title, or the picture's or film's name, of `item` in the manifest with this hash; NULL when
 * it is not known. Borrowed until the next call. */
const char *bt_titles_find(BtTitles *titles, const char *manifest, const char *item);

/* The languages of its texts, blank between, in their order; NULL when it is not known or has no
 * texts. Borrowed until the next call. */
const char *bt_titles_languages(BtTitles *titles, const char *manifest, const char *item);

#endif
