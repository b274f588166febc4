/* Whether a file of subtitles says when its words are said.
 * Thread-safety: safe (a pure function). */
#ifndef BT_RENDER_DECODE_CUE_TIMES_H
#define BT_RENDER_DECODE_CUE_TIMES_H

#include "render/decode/markup.h"

/* FALSE with the line of the first times that FFmpeg could not read: it leaves the cue out, or
 * shows its times as words of the cue before, and says nothing of it. The `n` bytes are valid
 * UTF-8. Times stand where a cue begins; what is there and is none is refused in WebVTT, and in SRT
 * where it has an arrow or begins like a time. */
gboolean bt_cue_times_check(const char *text, gsize n, BtMarkup kind, GError **error);

#endif
