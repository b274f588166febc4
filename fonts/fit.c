/* The largest size at which a text fits a box.
 *
 * More pixels never need less room, but for small ripples of rounding, so the sizes are halved;
 * what is answered was laid out and measured. A size at which a word must be cut does not fit,
 * unless the text has words too long for every size. */
#include "fonts/parts.h"

#include <math.h>

typedef struct {
    BtFonts *fonts;
    const char *text;
    BtTextStyle style;
    int w_px, h_px;
    guint max_lines;
    gboolean may_cut_words;
} Fit;

static gboolean fits(Fit *fit, int px)
{
    guint emergencies;
    fit->style.px = px;
    g_autoptr(BtTextLayout) layout =
        bt_layout_lines(fit->fonts, fit->text, &fit->style, MAX(1, fit->w_px), &emergencies, NULL);
    if (layout == NULL || (emergencies > 0 && !fit->may_cut_words) ||
        (fit->max_lines > 0 && layout->lines->len > fit->max_lines) ||
        ceilf(layout->height_px) > fit->h_px)
        return FALSE;
    for (guint i = 0; i < layout->lines->len; i++)
        if (g_array_index(layout->lines, BtTextLine, i).width_px > fit->w_px + 0.02f)
            return FALSE;
    return TRUE;
}

/* The largest size that fits, 0 when none in [min_px, max_px] does. */
static int search(Fit *fit, int min_px, int max_px)
{
    int best = 0;
    while (min_px <= max_px) {
        int px = min_px + (max_px - min_px) / 2;
        if (fits(fit, px)) {
            best = px;
            min_px = px + 1;
        } else {
            max_px = px - 1;
        }
    }
    return best;
}

int bt_text_fit_px(BtFonts *fonts, const char *text, const BtTextStyle *style, int w_px, int h_px,
    guint max_lines, int min_px, int max_px)
{
    Fit fit = { fonts, text, *style, w_px, h_px, max_lines, FALSE };
    min_px = CLAMP(min_px, BT_TEXT_MIN_PX, BT_TEXT_MAX_PX);
    max_px = CLAMP(max_px, min_px, BT_TEXT_MAX_PX);
    int best = search(&fit, min_px, max_px);
    if (best != 0)
        return best;
    fit.may_cut_words = TRUE;
    best = search(&fit, min_px, max_px);
    return best != 0 ? best : min_px;
}
