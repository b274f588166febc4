/* Where the screens stand, as far as that is written down: a plan without a ground, north above. */
#include "base/rect.h"
#include "source/pages/glass.h"
#include "source/pages/html.h"

#include <math.h>

#define WIDE 1000.0 /* units of the plan */
#define HIGH 700.0
#define MARGIN 90.0
#define MARK 48   /* the side of a mark */
#define LETTER 14 /* a letter of a name, about */
#define LINE 30

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

static int x_of(const Plan *plan, const BtGlance *screen)
{
    double east = screen->longitude - (plan->west + plan->east) / 2;
    return (int)(WIDE / 2 + east * plan->narrow * plan->unit);
}

static int y_of(const Plan *plan, const BtGlance *screen)
{
    return (int)(HIGH / 2 - (screen->latitude - (plan->south + plan->north) / 2) * plan->unit);
}

/* Whether the name has room beside those that stand there already; then it is one of them. */
static gboolean takes_room(GArray *names, int x, int y, const char *name)
{
    int w = (int)g_utf8_strlen(name, -1) * LETTER;
    BtRect room = { x - w / 2, y, w, LINE };
    for (guint i = 0; i < names->len; i++) {
        BtRect both = bt_rect_intersect(room, g_array_index(names, BtRect, i));
        if (!bt_rect_is_empty(both))
            return FALSE;
    }
    g_array_append_val(names, room);
    return TRUE;
}

static void add_mark(GString *html, const Plan *plan, const BtGlance *screen, GArray *names)
{
    int x = x_of(plan, screen), y = y_of(plan, screen);
    bt_html_add(html,
        "<a href=\"/screens/%s\" class=\"%s\"><title>%s – %s</title><circle cx=\"%d\" cy=\"%d\" "
        "r=\"60\"/><use href=\"#i-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
        "fill=\"currentColor\"/>",
        screen->id, bt_glass_css(screen->state), screen->name, bt_glass_word(screen->state), x, y,
        bt_glass_key(screen->state), x - MARK / 2, y - MARK / 2, MARK, MARK);
    if (takes_room(names, x, y + MARK / 2, screen->name))
        bt_html_add(html, "<text x=\"%d\" y=\"%d\">%s</text>", x, y + MARK, screen->name);
    g_string_append(html, "</a>");
}

void bt_glass_add_map(GString *html, const GPtrArray *screens)
{
    Plan plan;
    g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(BtRect));
    if (add_up(screens, &plan) == 0) {
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("No position is written down for these screens. Each screen's page has a place for "
              "it."));
        return;
    }
    fit(&plan);
    bt_html_add(html, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"%s\">",
        (int)WIDE, (int)HIGH, _("Map"));
    for (guint i = 0; i < screens->len; i++) {
        const BtGlance *screen = g_ptr_array_index(screens, i);
        if (screen->has_position)
            add_mark(html, &plan, screen, names);
    }
    g_string_append(html, "</svg>");
}
