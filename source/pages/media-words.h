/* How a file of the library looks in a list. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_MEDIA_WORDS_H
#define BT_SOURCE_MEDIA_WORDS_H

#include "source/desk/library.h"
#include "source/pages/visit.h"

/* "Picture", … in the visit's language. Static. */
const char *bt_media_kind_name(BtLibraryKind kind);
/* A sign for the kind; hidden from screen readers, which get the name. */
void bt_media_add_sign(GString *html, BtLibraryKind kind);
/* "Picture · 1920 × 1080 · 1,2 MB", "Film · 0:15 · …". */
void bt_media_add_facts(GString *html, const BtVisit *visit, const BtLibraryFile *file);
/* "0:15", "1:02:03". */
void bt_media_add_length(GString *html, gint64 duration_ms);

/* Begins the form of upload.js, with what it says, and the token; it wants the fields `area` and
 * `files`, which may stand elsewhere by their attribute form="upload", and a list with the id
 * "uploads". `more`: its other attributes, each after a blank. */
void bt_media_begin_upload(GString *html, const BtVisit *visit, const char *more);

#endif
