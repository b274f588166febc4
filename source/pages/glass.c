#include "source/pages/glass.h"

#include "source/pages/html.h"
#include "source/store/reports.h"
#include "source/store/telemetry.h"

#include <string.h>

#define LINE_DEPTH 16

/* A word, a shape and a colour each; the shape is drawn in the colour of its text. */
static const struct {
    const char *key, *css, *word, *shape;
} states[BT_GLANCE_N_STATES] = {
    [BT_GLANCE_PLAYING] = { "playing", "good", N_("Playing"), "<path d=\"M6 3.5v13l10.5-6.5z\"/>" },
    [BT_GLANCE_SAFE] = { "safe", "warn", N_("Waiting picture"),
        "<path d=\"M3 4h14v10H3zM7 16h6v1.5H7z\"/>" },
    [BT_GLANCE_CUT] = { "cut", "warn", N_("Cut by an operator"),
        "<path d=\"M5 4h3.5v12H5zM11.5 4H15v12h-3.5z\"/>" },
    [BT_GLANCE_DARK] = { "dark", "calm", N_("Off by timetable"),
        "<path d=\"M12.5 2.5a7.5 7.5 0 1 0 5 12.6A8 8 0 0 1 12.5 2.5z\"/>" },
    [BT_GLANCE_LATE] = { "late", "warn", N_("Late"), "<path d=\"M10 2l8.5 15.5h-17z\"/>" },
    [BT_GLANCE_LOST] = { "lost", "bad", N_("No contact"),
        "<path d=\"M5.2 2.8 10 7.6l4.8-4.8 2.4 2.4-4.8 4.8 4.8 4.8-2.4 2.4L10 12.4l-4.8 "
        "4.8-2.4-2.4L7.6 10 2.8 5.2z\"/>" },
    [BT_GLANCE_NEVER] = { "never", "calm", N_("Not connected yet"),
        "<path fill-rule=\"evenodd\" d=\"M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 3a5 5 0 1 1 0 10 5 "
        "5 0 0 1 0-10z\"/>" },
    [BT_GLANCE_RETIRED] = { "retired", "calm", N_("Out of use"), "<path d=\"M3 8.5h14v3H3z\"/>" },
};

const char *bt_glass_word(BtGlanceState state)
{
    return _(states[state].word);
}

const char *bt_glass_css(BtGlanceState state)
{
    return states[state].css;
}

const char *bt_glass_key(BtGlanceState state)
{
    return states[state].key;
}

void bt_glass_add_shapes(GString *html)
{
    g_string_append(html, "<svg class=\"shapes\" aria-hidden=\"true\">");
    for (guint i = 0; i < BT_GLANCE_N_STATES; i++) {
        bt_html_add(html, "<symbol id=\"i-%s\" viewBox=\"0 0 20 20\">", states[i].key);
        g_string_append(html, states[i].shape);
        g_string_append(html, "</symbol>");
    }
    g_string_append(html, "</svg>");
}

void bt_glass_add_state(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html,
        "<p class=\"state %s\"><svg width=\"20\" height=\"20\" fill=\"currentColor\" "
        "aria-hidden=\"true\"><use href=\"#i-%s\"/></svg><b>%s</b>",
        bt_glass_css(screen->state), bt_glass_key(screen->state), bt_glass_word(screen->state));
    if (screen->since_ms > 0) {
        bt_html_add(html, " <span>%s ", _("since"));
        bt_visit_add_time(html, visit, screen->since_ms);
        g_string_append(html, "</span>");
    }
    g_string_append(html, "</p>");
}

/* ---- notes ---- */

/* What the state means, and what to do about it; NULL where there is nothing to say. */
static const char *advice(const BtGlance *screen)
{
    switch (screen->state) {
    case BT_GLANCE_LOST:
        return _("Check power and network where it stands. It may still play from its memory.");
    case BT_GLANCE_LATE:
        return _("Its report has not come. The screen may well be playing.");
    case BT_GLANCE_CUT:
        return _("The safe picture is up until somebody lets the content on again.");
    case BT_GLANCE_DARK:
        return _("It is off during its set hours.");
    case BT_GLANCE_SAFE:
        return _("There is no bulletin to play at this time.");
    case BT_GLANCE_NEVER:
        return _("No board has reported for this screen yet.");
    case BT_GLANCE_RETIRED:
        return NULL;
    default:
        return *screen->manifest == '\0' ? _("No bulletin has been given to this screen yet.")
                                         : NULL;
    }
}

/* A screen that an authority took over, or had until lately: its owner is not asked why. */
static void add_taken(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    if (screen->taken_by == NULL)
        return;
    bt_html_add(html, "<p class=\"taken\">%s <b>%s</b> %s ",
        screen->taken_until_ms > visit->now_ms ? _("Requisitioned by") : _("Was requisitioned by"),
        screen->taken_by, _("from"));
    bt_visit_add_time(html, visit, screen->taken_from_ms);
    bt_html_add(html, " %s ", _("until"));
    bt_visit_add_time(html, visit, screen->taken_until_ms);
    g_string_append(html, "</p>");
}

static void add_expiry(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    if (!bt_glance_is_expiring(screen, visit->now_ms) || screen->state == BT_GLANCE_RETIRED)
        return;
    bt_html_add(html, "<p class=\"expiring\">%s ",
        screen->expires_ms > visit->now_ms ? _("⏳ Content ends soon:") : _("⏳ Content ended:"));
    bt_visit_add_time(html, visit, screen->expires_ms);
    g_string_append(html, "</p>");
}

void bt_glass_add_notes(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    const char *words = advice(screen);
    if (screen->alert_is_on)
        bt_html_add(html, "<p class=\"alert\">%s</p>",
            _("⚠ An EMERGENCY bulletin is published to this screen"));
    add_expiry(html, visit, screen);
    add_taken(html, visit, screen);
    if (words != NULL)
        bt_html_add(html, "<p class=\"none\">%s</p>", words);
}

/* ---- on air ---- */

static const char *class_words(const char *cls)
{
    static const struct {
        const char *cls, *words;
    } known[] = {
        { "emergency", N_("emergency") },
        { "requisition", N_("requisition") },
        { "priority", N_("priority") },
        { "ordinary", N_("ordinary") },
        { "filler", N_("filler") },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].cls, cls) == 0)
            return _(known[i].words);
    return cls;
}

static const char *fault_words(const char *fault)
{
    return strcmp(fault, "black") == 0 ? _("The picture is black")
        : strcmp(fault, "frozen") == 0 ? _("The picture stands still")
                                       : _("The picture is not the right one");
}

static const char *word_at(const BtJsonAt *at, const char *key)
{
    BtJsonAt member;
    const char *word =
        bt_json_member(at, key, &member) ? bt_json_read_string(&member, 0, G_MAXSIZE, NULL) : NULL;
    return word != NULL ? word : "";
}

static void add_item(
    GString *html, const BtVisit *visit, const BtGlance *screen, const BtJsonAt *entry)
{
    const char *item = word_at(entry, "item"), *cls = word_at(entry, "class"),
               *zone = word_at(entry, "zone"), *fault = word_at(entry, "fault");
    const char *title = bt_titles_find(visit->request->server->titles,
        strcmp(cls, "emergency") == 0 ? screen->alert : screen->manifest, item);
    BtJsonAt since;
    gint64 since_ms = 0;
    bt_html_add(html, "<li><b>%s</b><span class=\"fine\">", title != NULL ? title : item);
    if (*zone != '\0')
        bt_html_add(html, "%s %s · ", _("zone"), zone);
    bt_html_add(html, "%s", class_words(cls));
    if (bt_json_member(entry, "since", &since) && bt_json_read_time(&since, &since_ms, NULL)) {
        bt_html_add(html, " · %s ", _("since"));
        bt_visit_add_time(html, visit, since_ms);
    }
    g_string_append(html, "</span>");
    if (*fault != '\0')
        bt_html_add(html, "<span class=\"fault\">⚠ %s</span>", fault_words(fault));
    g_string_append(html, "</li>");
}

static void add_items(
    GString *html, const BtVisit *visit, const BtGlance *screen, const BtJsonAt *list, guint max)
{
    gboolean is_old = screen->state == BT_GLANCE_LATE || screen->state == BT_GLANCE_LOST ||
        screen->state == BT_GLANCE_RETIRED;
    guint shown = 0;
    const char *words = is_old ? _("On air when last heard") : _("On the screen now");
    bt_html_add(
        html, "<p class=\"fine above\">%s</p><ul class=\"air\" aria-label=\"%s\">", words, words);
    for (gsize i = 0; i < bt_json_length(list) && shown < max; i++) {
        BtJsonAt entry = bt_json_element(list, i);
        if (!bt_json_read_object(&entry, NULL))
            continue;
        add_item(html, visit, screen, &entry);
        shown++;
    }
    if (shown < bt_json_length(list) && shown == max)
        bt_html_add(html, "<li class=\"fine\">+ %u</li>", (guint)bt_json_length(list) - shown);
    g_string_append(html, "</ul>");
}

void bt_glass_add_on_air(GString *html, const BtVisit *visit, const BtGlance *screen, guint max)
{
    g_autoptr(BtJson) told = screen->told != NULL
        ? bt_json_parse(screen->told, strlen(screen->told), "fact", BT_REPORT_LINE_MAX_BYTES,
              LINE_DEPTH, NULL)
        : NULL;
    if (told == NULL)
        return;
    BtJsonAt at = bt_json_root("fact", told), list;
    if (bt_json_member(&at, "on_air", &list) && bt_json_read_array(&list, G_MAXSIZE, NULL) &&
        bt_json_length(&list) > 0)
        add_items(html, visit, screen, &list, max);
}

/* ---- pictures ---- */

void bt_glass_add_picture(GString *html, const BtGlance *screen, gboolean is_large)
{
    if (screen->picture_ms > 0)
        bt_html_add(html,
            "<img class=\"%s\" src=\"/screens/%s/picture?%" G_GINT64_FORMAT
            "\" width=\"%d\" height=\"%d\" loading=\"lazy\" alt=\"%s\">",
            is_large ? "glass large" : "glass", screen->id, screen->picture_ms, screen->width_px,
            screen->height_px, _("What is on the glass"));
    else
        bt_html_add(html, "<span class=\"%s\">%s</span>",
            is_large ? "glass large empty" : "glass empty", _("No picture yet"));
}

/* ---- words and times ---- */

char *bt_glass_span(gint64 ms)
{
    gint64 minutes = ms / BT_MINUTE_MS;
    if (minutes < 60)
        return g_strdup_printf(_("%d min"), (int)minutes);
    return g_strdup_printf(_("%d h %d min"), (int)(minutes / 60), (int)(minutes % 60));
}

gint64 bt_glass_day_ms(const BtVisit *visit, gint64 at_ms)
{
    return bt_telemetry_day_ms(visit->store, at_ms);
}

void bt_glass_add_areas(
    GString *html, const BtVisit *visit, const GPtrArray *areas, guint roles, const char *chosen)
{
    g_autoptr(GPtrArray) own = bt_roles_areas(visit->store, visit->user, roles, visit->now_ms);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (area->ended_ms > 0 ||
            !g_ptr_array_find_with_equal_func(own, area->id, g_str_equal, NULL))
            continue;
        bt_html_add(html, "<option value=\"%s\"%s>", area->id,
            strcmp(area->id, chosen) == 0 ? " selected" : "");
        for (guint depth = 0; depth < area->depth; depth++)
            g_string_append(html, "– ");
        bt_html_add(html, "%s</option>", area->name);
    }
}
