/* What a media file is, by its bytes: names lie. Thread-safety: safe. */
#ifndef BT_SOURCE_SNIFF_H
#define BT_SOURCE_SNIFF_H

#include "source/press/probe.h"

#define BT_SNIFF_BYTES 256 /* of a file's beginning say enough */

/* The media type of a file that begins so and in which the decoder found `probe`; NULL when boards
 * play no such thing. Static. */
const char *bt_sniff_type(const guint8 *head, gsize size_bytes, const BtProbe *probe);

#endif
