/* What is said of a notice's state: a word, a colour and a shape. */
#include "source/pages/compose.h"
#include "source/pages/html.h"

static const struct {
    const char *css, *word, *shape;
} states[BT_N_NOTICE_STATES] = {
    [BT_NOTICE_DRAFT] = { "calm", N_("Draft"),
        "<path d=\"M3 14.5V17h2.5L15 7.500 12.500 5zM13.500 4l1.500-1.500L17.500 5 16 6.500z\"/>" },
    [BT_NOTICE_WAITING] = { "warn", N_("Waits for approval"),
        "<path d=\"M5 2h10v3l-4 5 4 5v3H5v-3l4-5-4-5z\"/>" },
    [BT_NOTICE_PUBLISHED] = { "good", N_("Published"), "<path d=\"M6 3.500v13l10.500-6.500z\"/>" },
    [BT_NOTICE_LEAVING] = { "warn", N_("Waits to be taken off"),
        "<path d=\"M5 2h10v3l-4 5 4 5v3H5v-3l4-5-4-5z\"/>" },
    [BT_NOTICE_WITHDRAWN] = { "calm", N_("Taken off"), "<path d=\"M4 4h12v12H4z\"/>" },
    [BT_NOTICE_REFUSED] = { "bad", N_("Not approved"),
        "<path d=\"M5.200 2.800 10 7.600l4.800-4.800 2.400 2.400-4.800 4.800 4.800 4.800-2.400 "
        "2.400L10"
        " 12.400l-4.800 4.800-2.400-2.400L7.600 10 2.800 5.200z\"/>" },
    [BT_NOTICE_EXPIRED] = { "calm", N_("Its time is over"),
        "<path d=\"M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm1 3v5l3.500 2-1 1.700L9 11V5z\"/>" },
};

const char *bt_notice_state_css(BtNoticeState state)
{
    return states[state].css;
}

void bt_notice_add_state(GString *html, const BtNotice *notice)
{
    bt_html_add(html,
        "<p class=\"state %s\"><svg width=\"20\" height=\"20\" viewBox=\"0 0 20 20\""
        " fill=\"currentColor\" aria-hidden=\"true\">",
        states[notice->state].css);
    g_string_append(html, states[notice->state].shape);
    bt_html_add(html, "</svg><b>%s</b>", _(states[notice->state].word));
    if (notice->state == BT_NOTICE_DRAFT && notice->is_published)
        bt_html_add(html, " %s", _("what was published before stays on the screens"));
    g_string_append(html, "</p>");
}

#define PLACES_SHOWN 12

void bt_notice_add_where(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    const char *separator = "";
    if (!notice->is_published || notice->state == BT_NOTICE_EXPIRED)
        return;
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT '/?area=' || area.id, area.name FROM notice, json_each (published_targets,"
        " '$.areas') AS t JOIN area ON area.id = t.value WHERE notice.id = ?1 UNION ALL"
        " SELECT '/screens/' || screen.id, screen.name FROM notice, json_each (published_targets,"
        " '$.screens') AS t JOIN screen ON screen.id = t.value WHERE notice.id = ?1 LIMIT ?2",
        "ii", notice->id, (gint64)PLACES_SHOWN);
    bt_html_add(html, "<p class=\"fine\">%s ", _("It is shown here:"));
    for (; rows != NULL && bt_rows_next(rows, NULL); separator = ", ")
        bt_html_add(html, "%s<a href=\"%s\">%s</a>", separator, bt_rows_text(rows, 0),
            bt_rows_text(rows, 1));
    g_string_append(html, "</p>");
}
