/* The part of a film's form in which its subtitles are chosen. Thread-safety: the server's thread.
 */
#ifndef BT_SOURCE_PLAYLIST_SUBTITLES_H
#define BT_SOURCE_PLAYLIST_SUBTITLES_H

#include "source/pages/works.h"

/* Those that the item has, each to be taken out, and room for some more. */
void bt_playlist_subtitles_add(GString *html, const BtVisit *visit, const BtJson *item);
/* What came of it, as a manifest has it; an empty array for none. A form that says nothing of
 * subtitles leaves those that the item has. NULL: `*why` says what is wrong, for people. (transfer
 * full) (nullable) */
BtJson *bt_playlist_subtitles_read(const BtVisit *visit, const BtJson *item, const char **why);
/* Their languages, "Tiếng Việt, Khmer (ភាសាខ្មែរ)"; "" when there are none. (transfer full) */
char *bt_playlist_subtitles_words(const BtJson *item);

#endif
