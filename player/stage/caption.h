/* What is said in a video, drawn over its lower part.
 *
 * The letters' em is 1/18 of the picture's height (of three quarters of its width where it is
 * upright), never under the legible minimum of the language (bt_text_min_px): WebVTT's own default
 * is 1/20 of the height (W3C WebVTT, section 7.4: 5vh) for somebody who sits before a screen; a
 * board is read from farther away. At most three lines, centred inside margins of 5 %, in the lower
 * half of the picture, or as high as two lines of the legible minimum need. Lines break where the
 * engine breaks them; words that need more room get smaller letters, down to two thirds and never
 * under the minimum; what does not fit then is cut by the engine, with … for the rest. A picture
 * too low for one line of the minimum has no subtitles.
 *
 * Under the letters lies the ground at BT_LOOK_SCRIM_ALPHA, so that they keep a contrast of 7 : 1
 * on any picture. Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_CAPTION_H
#define BT_PLAYER_STAGE_CAPTION_H

#include "fonts/text.h"
#include "render/media/media.h"

#define BT_CAPTION_MAX_LINES 3
#define BT_CAPTION_MAX_CUES 3 /* at once */
#define BT_CAPTION_MARGIN_PERCENT 5

/* The words of the cues (of BtCue, by rising start) with start ≤ t < end, one below the other in
 * the order in which they began; of more than BT_CAPTION_MAX_CUES those that began last. NULL when
 * nothing is said. `*until_ms`: when that changes, BT_TIME_MAX: never. (transfer full) (nullable)
 */
char *bt_caption_words(const GArray *cues, gint64 t_ms, gint64 *until_ms);

/* The picture of `words` for a video picture of w × h; NULL when it has no room. (transfer full)
 * (nullable) */
BtFrame *bt_caption_draw(
    BtFonts *fonts, const char *words, const char *lang, gboolean led, int w_px, int h_px);

/* Where a caption of this size stands in the video's picture. */
BtRect bt_caption_place(BtRect picture_px, int w_px, int h_px);

#endif
