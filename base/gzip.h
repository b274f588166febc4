/* Gzip (RFC 1952), for bodies that are text and cost money on the way. Thread-safe. */
#ifndef BT_BASE_GZIP_H
#define BT_BASE_GZIP_H

#include <glib.h>

/* (transfer full) */
GBytes *bt_gzip(GBytes *bytes);
/* The whole of one member; what follows it is ignored. BT_ERROR_SYNTAX: it is none, or it is cut;
 * BT_ERROR_LIMIT: it holds more than `max_bytes`, of which no more was unpacked. (transfer full)
 * (nullable) */
GBytes *bt_gunzip(const void *data, gsize size_bytes, gsize max_bytes, GError **error);

#endif
