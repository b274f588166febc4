/* The band of a warning: its level in colour, in words, in its number and as a shape.
 * Thread-safety: the fonts' thread. */
#ifndef BT_PLAYER_STAGE_ALERT_H
#define BT_PLAYER_STAGE_ALERT_H

#include "fonts/text.h"
#include "render/scene/frame.h"

/* The level of what is urgent without a level of risk: its band says so, and nothing else. */
#define BT_ALERT_URGENT 6

/* Draws it over all of `band_px`. `lang`: English words for "en", else the official Vietnamese
 * ones. */
void bt_alert_draw_band(
    BtFonts *fonts, BtFrame *frame, BtRect band_px, int level, const char *lang, gboolean led);
/* The line for the foot: "Hiệu lực đến 18:00, 22/11/2026", or brief "Đến 18:00, 22/11". (transfer
 * full) */
char *bt_alert_until(gint64 until_ms, GTimeZone *zone, const char *lang, gboolean brief);

#endif
