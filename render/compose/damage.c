#include "render/compose/damage.h"

static gint64 area_px(BtRect r)
{
    return bt_rect_is_empty(r) ? 0 : (gint64)r.w * r.h;
}

/* How many pixels more one rectangle around both has than the two; not positive: it costs nothing.
 */
static gint64 waste_px(BtRect a, BtRect b)
{
    return area_px(bt_rect_union(a, b)) - area_px(a) - area_px(b);
}

static BtRect take(BtDamage *damage, guint i)
{
    BtRect r = damage->rects_px[i];
    damage->rects_px[i] = damage->rects_px[--damage->n];
    return r;
}

/* Swallows every rectangle that can be joined at no cost; each time the rest is looked at again. */
static BtRect join_neighbours(BtDamage *damage, BtRect rect_px)
{
    for (guint i = 0; i < damage->n;) {
        if (waste_px(damage->rects_px[i], rect_px) <= 0) {
            rect_px = bt_rect_union(rect_px, take(damage, i));
            i = 0;
        } else {
            i++;
        }
    }
    return rect_px;
}

static void merge_cheapest(BtDamage *damage)
{
    guint best_a = 0, best_b = 1;
    gint64 best_px = G_MAXINT64;
    for (guint a = 0; a < damage->n; a++) {
        for (guint b = a + 1; b < damage->n; b++) {
            gint64 cost_px = waste_px(damage->rects_px[a], damage->rects_px[b]);
            if (cost_px < best_px) {
                best_px = cost_px;
                best_a = a;
                best_b = b;
            }
        }
    }
    BtRect b = take(damage, best_b); /* the later first: taking moves the last one */
    BtRect a = take(damage, best_a);
    bt_damage_add(damage, bt_rect_union(a, b));
}

void bt_damage_add(BtDamage *damage, BtRect rect_px)
{
    if (bt_rect_is_empty(rect_px))
        return;
    rect_px = join_neighbours(damage, rect_px);
    damage->rects_px[damage->n++] = rect_px;
    if (damage->n > BT_COMPOSE_MAX_DAMAGE)
        merge_cheapest(damage);
}
