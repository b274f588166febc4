#include "source/pages/screen-parts.h"

#include "source/pages/emergency.h"
#include "source/pages/html.h"
#include "source/pages/sheet-form.h"
#include "source/store/screens.h"

#include <string.h>

static void begin_form(
    GString *html, const BtVisit *visit, const BtGlance *screen, const char *action)
{
    bt_html_add(html, "<form method=\"post\" action=\"/screens/%s/%s\">", screen->id, action);
    bt_visit_add_token(html, visit);
}

/* ---- other pages ---- */

static void add_link(GString *html, const BtGlance *screen, const char *page, const char *words)
{
    bt_html_add(html, "<li><a href=\"/screens/%s/%s\">%s</a></li>", screen->id, page, words);
}

void bt_screen_add_links(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html, "<ul class=\"choices\" aria-label=\"%s\">", _("More about this screen"));
    if (bt_visit_may(visit, BT_EMERGENCY_READERS, screen->area)) {
        add_link(html, screen, "rundown", _("What is shown in a day"));
        add_link(html, screen, "why", _("Why is it shown?"));
    }
    if (bt_visit_may(visit, 1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER, screen->area))
        add_link(html, screen, "earlier", _("Earlier versions"));
    if (screen->state != BT_GLANCE_RETIRED && bt_visit_may(visit, BT_CUT_ROLES, screen->area))
        bt_html_add(html, "<li><a class=\"danger\" href=\"/cuts/new?screen=%s\">%s</a></li>",
            screen->id, _("Cut this screen"));
    g_string_append(html, "</ul>\n");
}

/* ---- commands ---- */

static void add_command(GString *html, const BtVisit *visit, const BtGlance *screen,
    const char *verb, const char *words, const char *what)
{
    begin_form(html, visit, screen, "command");
    bt_html_add(html,
        "<input type=\"hidden\" name=\"verb\" value=\"%s\"><button class=\"quiet\">%s</button>"
        "<p class=\"fine\">%s</p></form>",
        verb, words, what);
}

/* How long it stays so, since nothing that makes a board quieter may last by mistake. */
static void add_lasting(GString *html, const BtVisit *visit, const BtGlance *screen,
    const char *verb, const char *words, const char *what)
{
    static const struct {
        int minutes;
        const char *words;
    } spans[] = { { 60, N_("1 hour") }, { 240, N_("4 hours") }, { 720, N_("12 hours") },
        { 1440, N_("24 hours") } };
    begin_form(html, visit, screen, "command");
    bt_html_add(html,
        "<input type=\"hidden\" name=\"verb\" value=\"%s\"><label>%s<select name=\"minutes\">",
        verb, _("For how long"));
    for (gsize i = 0; i < G_N_ELEMENTS(spans); i++)
        bt_html_add(html, "<option value=\"%d\">%s</option>", spans[i].minutes, _(spans[i].words));
    bt_html_add(html,
        "</select></label><button class=\"quiet\">%s</button><p class=\"fine\">%s</p>"
        "</form>",
        words, what);
}

static void add_commands(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html,
        "<section class=\"panel\" aria-labelledby=\"c\"><h2 id=\"c\">%s</h2>"
        "<div class=\"ways\">",
        _("Ask the board"));
    add_command(html, visit, screen, "screenshot", _("Send a picture"),
        _("It sends what is on the glass now."));
    add_command(html, visit, screen, "identify", _("Say who it is"),
        _("It shows its name for a short time, so that you know which one it is."));
    add_command(html, visit, screen, "restart", _("Begin anew"),
        _("The player starts again; the picture is away for a few seconds."));
    add_lasting(html, visit, screen, "mute", _("Be silent"), _("The sound is off for that long."));
    add_lasting(html, visit, screen, "darken", _("Be dark"),
        _("The picture is off for that long; an emergency is shown all the same."));
    g_string_append(html, "</div></section>\n");
}

/* ---- dialogues ---- */

static void add_move(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    g_autoptr(BtSheet) sheet = bt_sheet_read(visit->store, screen->id, NULL);
    bt_html_add(html, "<details class=\"panel\"><summary>%s</summary><p>%s</p>",
        _("Rename, move, correct"),
        _("What it plays and what it reported stays. In another area, others are responsible for "
          "it from now on."));
    begin_form(html, visit, screen, "move");
    bt_sheet_form_add(html, visit, sheet);
    bt_html_add(html, "<button>%s</button></form></details>\n", _("Keep"));
}

static void add_codes(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) boards = bt_waiting_list(visit->store, visit->now_ms, NULL);
    bt_html_add(html,
        "<label>%s<input name=\"code\" required maxlength=\"9\" autocapitalize=\"characters\" "
        "autocomplete=\"off\" spellcheck=\"false\" list=\"codes\"></label>"
        "<datalist id=\"codes\">",
        _("The code that the new board shows"));
    for (guint i = 0; boards != NULL && i < boards->len; i++)
        bt_html_add(html, "<option value=\"%s\"></option>",
            ((const BtWaiting *)g_ptr_array_index(boards, i))->code);
    g_string_append(html, "</datalist>");
}

static void add_replace(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html, "<details class=\"panel\"><summary>%s</summary><p>%s</p>",
        screen->has_board ? _("Another box") : _("A box for it"),
        _("The new box takes the name, the content and the history. The old box is denied for "
          "good: nothing that it sends counts any more."));
    begin_form(html, visit, screen, "replace");
    add_codes(html, visit);
    bt_html_add(html, "<button>%s</button></form></details>\n", _("Replace the box"));
}

static void add_retire(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    bt_html_add(html, "<details class=\"panel\"><summary>%s</summary><p>%s</p>", _("Out of use"),
        _("Its content is withdrawn and its box is denied. What it reported stays for the "
          "reports."));
    begin_form(html, visit, screen, "retire");
    bt_html_add(html,
        "<label class=\"check\"><input type=\"checkbox\" name=\"sure\" value=\"yes\" required> "
        "%s</label><button class=\"danger\">%s</button></form></details>\n",
        _("Yes, this screen is taken down"), _("Take it out of use"));
}

void bt_screen_add_ways(GString *html, const BtVisit *visit, const BtGlance *screen)
{
    if (!bt_visit_may(visit, BT_GLASS_MAY_CHANGE, screen->area))
        return;
    if (screen->state != BT_GLANCE_RETIRED && screen->has_board)
        add_commands(html, visit, screen);
    add_move(html, visit, screen);
    add_replace(html, visit, screen);
    if (screen->state != BT_GLANCE_RETIRED)
        add_retire(html, visit, screen);
}
