/* The words of a cue without what only a browser or an editor would make of them.
 * Thread-safety: safe (a pure function). */
#ifndef BT_RENDER_DECODE_MARKUP_H
#define BT_RENDER_DECODE_MARKUP_H

#include <glib.h>

typedef enum {
    BT_MARKUP_SRT,    /* `<` begins a tag only where one of the few known names follows */
    BT_MARKUP_WEBVTT, /* `<` always begins a tag that ends at `>` */
} BtMarkup;

/* The plain text of the `n` bytes of a cue, which are valid UTF-8:
 * - tags go, what stands between them stays: <i>, <b>, <c.red>, <v Lan> (the speaker's name goes
 *   with its tag), times; <br> is a line break. A `<` that begins no tag, or one without an end, is
 *   text;
 * - {\an8} and other settings in braces that begin with a backslash go;
 * - &amp; &lt; &gt; &nbsp; &lrm; &rlm; are the characters that they stand for, other & are text;
 * - line breaks of all kinds are '\n', tabs are spaces, other control characters go;
 * - white space at the ends of lines, and empty lines, go.
 * "" when nothing is left. (transfer full) */
char *bt_markup_clean(const char *text, gsize n, BtMarkup kind);

#endif
