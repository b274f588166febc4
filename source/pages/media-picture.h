/* What a file of the library looks like on a screen. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_MEDIA_PICTURE_H
#define BT_SOURCE_MEDIA_PICTURE_H

#include "source/desk/library.h"
#include "source/pages/visit.h"

/* A picture of it, drawn by the player in its jail, as our own browser would not be trusted to do;
 * a sign for what has none. `is_large`: alone on its page, and told to who does not see it. */
void bt_media_add_picture(
    GString *html, const BtVisit *visit, const BtLibraryFile *file, gboolean is_large);
/* Where a part of its page comes in: what of it would be shown or heard poorly (a black beginning,
 * a sound that is too low, more than a board can play), once the player has looked it through. */
void bt_media_add_advice(GString *html, const BtLibraryFile *file);
/* Asks the player for it, and answers with that part. */
BtAnswered bt_media_send_advice(BtVisit *visit, const BtLibraryFile *file);

#endif
