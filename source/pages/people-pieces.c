#include "source/pages/people-pieces.h"

#include "base/qr.h"
#include "source/desk/grants.h"
#include "source/pages/html.h"

#include <string.h>

void bt_people_add_qr(GString *html, const char *text, const char *label)
{
    g_autoptr(BtQr) qr = bt_qr_new(text);
    if (qr == NULL)
        return;
    int side = qr->side + 2 * BT_QR_QUIET;
    bt_html_add(html,
        "<svg class=\"qr\" role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\" width=\"232\" "
        "height=\"232\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
        "<path fill=\"#000\" d=\"",
        label, side, side, side, side, side);
    for (int y = 0; y < qr->side; y++)
        for (int x = 0; x < qr->side; x++)
            if (qr->dark[y * qr->side + x])
                g_string_append_printf(html, "M%d %dh1v1h-1z", x + BT_QR_QUIET, y + BT_QR_QUIET);
    g_string_append(html, "\"/></svg>");
}

void bt_people_add_codes(GString *html, const GPtrArray *codes)
{
    bt_html_add(html, "<p>%s</p><ul class=\"codes\">",
        _("When your phone is gone, each of these codes opens the door once. They are shown only "
          "now: print them or write them down, and keep them away from the phone."));
    for (guint i = 0; i < codes->len; i++)
        bt_html_add(html, "<li>%s</li>", (const char *)g_ptr_array_index(codes, i));
    g_string_append(html, "</ul>");
}

static const struct {
    const char *words, *help;
} roles[BT_N_ROLES] = {
    [BT_ROLE_EDITOR] = { N_("Editor"), N_("writes notices and proposes them") },
    [BT_ROLE_APPROVER] = { N_("Approver"), N_("signs what others propose") },
    [BT_ROLE_OPERATOR] = { N_("Operator"), N_("looks after the screens") },
    [BT_ROLE_AUDITOR] = { N_("Auditor"), N_("reads everything, changes nothing") },
    [BT_ROLE_ADMINISTRATOR] = { N_("Administrator"), N_("accounts, roles and areas") },
};

const char *bt_people_role_words(BtRole role)
{
    return _(roles[role].words);
}

const char *bt_people_role_help(BtRole role)
{
    return _(roles[role].help);
}

const char *bt_people_kind_words(BtAreaKind kind)
{
    static const char *const words[BT_N_AREA_KINDS] = { N_("Province"), N_("Region"), N_("Commune"),
        N_("Village") };
    return _(words[kind]);
}

static void add_take(
    GString *html, const BtVisit *visit, const BtGranted *granted, const char *name)
{
    bt_html_add(html, "<form method=\"post\" action=\"/people/%s/take\">", name);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"role\" value=\"%s\"><input type=\"hidden\" name=\"area\" "
        "value=\"%s\"><button class=\"quiet\">%s</button></form>",
        bt_role_name(granted->role), granted->area, _("Take"));
}

void bt_people_add_grants(
    GString *html, const BtVisit *visit, const GPtrArray *grants, const char *name)
{
    g_string_append(html, "<ul class=\"lines\">");
    for (guint i = 0; i < grants->len; i++) {
        const BtGranted *granted = g_ptr_array_index(grants, i);
        g_autofree char *area = bt_areas_name_at(visit->store, granted->area, visit->now_ms);
        gboolean is_past = granted->until_ms != 0 && granted->until_ms <= visit->now_ms;
        bt_html_add(html, "<li class=\"between\"><span><b>%s</b> · %s",
            bt_people_role_words(granted->role), area != NULL ? area : granted->area);
        if (granted->deputy_of != NULL)
            bt_html_add(html, " · %s %s", _("deputy of"), granted->deputy_of);
        if (granted->until_ms != 0) {
            bt_html_add(html, " · %s ", is_past ? _("ended") : _("until"));
            bt_visit_add_time(html, visit, granted->until_ms);
        }
        bt_html_add(
            html, "<br><span class=\"fine\">%s</span></span>", bt_people_role_help(granted->role));
        if (name != NULL && bt_visit_may(visit, 1u << BT_ROLE_ADMINISTRATOR, granted->area) &&
            (granted->role != BT_ROLE_ADMINISTRATOR || strcmp(name, visit->user) != 0))
            add_take(html, visit, granted, name);
        g_string_append(html, "</li>");
    }
    g_string_append(html, "</ul>");
}

void bt_people_add_roles(GString *html, const char *chosen, gboolean or_none)
{
    bt_html_add(html, "<label>%s<select name=\"role\">", _("Role"));
    if (or_none)
        bt_html_add(html, "<option value=\"\">%s</option>", _("none yet"));
    for (guint i = 0; i < BT_N_ROLES; i++)
        bt_html_add(html, "<option value=\"%s\"%s>%s: %s</option>", bt_role_name(i),
            strcmp(chosen, bt_role_name(i)) == 0 ? " selected" : "", bt_people_role_words(i),
            bt_people_role_help(i));
    g_string_append(html, "</select></label>");
}

static gboolean is_in(const GPtrArray *ids, const char *id)
{
    for (guint i = 0; i < ids->len; i++)
        if (strcmp(g_ptr_array_index(ids, i), id) == 0)
            return TRUE;
    return FALSE;
}

/* A list is in the order of the tree, so what lies in an area follows it, deeper. */
void bt_people_add_areas(GString *html, const BtVisit *visit, const char *name, const char *label,
    guint set, const char *chosen, const char *without)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    g_autoptr(GPtrArray) own = bt_roles_areas(visit->store, visit->user, set, visit->now_ms);
    guint hidden_depth = G_MAXUINT;
    bt_html_add(html, "<label>%s<select name=\"%s\" required>", label, name);
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (area->depth <= hidden_depth)
            hidden_depth =
                without != NULL && strcmp(area->id, without) == 0 ? area->depth : G_MAXUINT;
        if (hidden_depth != G_MAXUINT || area->ended_ms != 0 || !is_in(own, area->id))
            continue;
        bt_html_add(html, "<option value=\"%s\"%s>", area->id,
            g_strcmp0(chosen, area->id) == 0 ? " selected" : "");
        for (guint d = 0; d < area->depth; d++)
            g_string_append(html, "\u2003");
        bt_html_add(html, "%s</option>", area->name);
    }
    g_string_append(html, "</select></label>");
}

char *bt_people_address(const BtVisit *visit, const char *path)
{
    const BtServer *server = visit->request->server;
    const char *host = bt_http_header(visit->request, "Host");
    return server->base != NULL ? g_strconcat(server->base, path, NULL)
                                : g_strconcat("http://", host != NULL ? host : "", path, NULL);
}
