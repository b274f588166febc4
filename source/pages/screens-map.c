/* Where the screens stand, as far as that is written down: a plan without a ground, north above. */
#include "source/pages/glass.h"
#include "source/pages/html.h"

#include <math.h>

#define WIDE 1000.0 /* units of the plan */
#define HIGH 700.0
#define MARGIN 90.0
#define MARK 48.0    /* the side of a mark */
#define NAMED_MAX 25 /* more names would cover each other */

typedef struct {
    double west, east, south, north; /* degrees */
    double unit;                     /* units of the plan for a degree of latitude */
    double narrow;                   /* a degree of longitude for one of latitude */
} Plan;

static guint add_up(const GPtrArray *screens, Plan *plan)
{
    guint n = 0;
    *plan = (Plan){ 180, -180, 90, -90, 1, 1 };
    for (guint i = 0; i < screens->len; i++) {
        const BtGlance *screen = g_ptr_array_index(screens, i);
        if (!screen->has_position)
            continue;
        plan->west = MIN(plan->west, screen->longitude);
        plan->east = MAX(plan->east, screen->longitude);
        plan->south = MIN(plan->south, screen->latitude);
        plan->north = MAX(plan->north, screen->latitude);
        n++;
    }
    return n;
}

/* As large as has room; two at one place stand in the middle. */
static void fit(Plan *plan)
{
    plan->narrow = cos((plan->south + plan->north) / 2 * G_PI / 180);
    double wide = MAX((plan->east - plan->west) * plan->narrow, 1e-4);
    double high = MAX(plan->north - plan->south, 1e-4);
    plan->unit = MIN((WIDE - 2 * MARGIN) / wide, (HIGH - 2 * MARGIN) / high);
}

static void add_mark(GString *html, const Plan *plan, const BtGlance *screen, gboolean is_named)
{
    double x =
        WIDE / 2 + (screen->longitude - (plan->west + plan->east) / 2) * plan->narrow * plan->unit;
    double y = HIGH / 2 - (screen->latitude - (plan->south + plan->north) / 2) * plan->unit;
    bt_html_add(html,
        "<a href=\"/screens/%s\" class=\"%s\"><title>%s – %s</title><circle cx=\"%d\" cy=\"%d\" "
        "r=\"60\"/><use href=\"#i-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
        "fill=\"currentColor\"/>",
        screen->id, bt_glass_css(screen->state), screen->name, bt_glass_word(screen->state), (int)x,
        (int)y, bt_glass_key(screen->state), (int)(x - MARK / 2), (int)(y - MARK / 2), (int)MARK,
        (int)MARK);
    if (is_named)
        bt_html_add(
            html, "<text x=\"%d\" y=\"%d\">%s</text>", (int)x, (int)(y + MARK), screen->name);
    g_string_append(html, "</a>");
}

void bt_glass_add_map(GString *html, const GPtrArray *screens)
{
    Plan plan;
    guint n = add_up(screens, &plan);
    if (n == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("No position is written down for these screens. Each screen's page has a place for "
              "it."));
        return;
    }
    fit(&plan);
    bt_html_add(html, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"%s\">",
        (int)WIDE, (int)HIGH, _("Map"));
    for (guint i = screens->len; i-- > 0;) {
        const BtGlance *screen = g_ptr_array_index(screens, i);
        if (screen->has_position)
            add_mark(html, &plan, screen, n <= NAMED_MAX);
    }
    g_string_append(html, "</svg>");
}
