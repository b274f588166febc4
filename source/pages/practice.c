#include "source/pages/practice.h"

#include "base/io.h"
#include "playlists/envelope/envelope.h"
#include "source/desk/cuts.h"
#include "source/desk/practice.h"
#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/routes.h"
#include "source/store/site.h"

#include <string.h>

#define PRACTISING (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR)
#define CUTS_MAX 100
#define PICTURE_EVERY_MS (10 * BT_SECOND_MS)

/* ---- the band ---- */

static void add_way(GString *html, const BtVisit *visit, const char *where, const char *words)
{
    bt_html_add(html, "<form method=\"post\" action=\"%s\">", where);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<button>%s</button></form>", words);
}

void bt_practice_add_band(GString *html, const BtVisit *visit)
{
    if (!bt_visit_is_practice(visit))
        return;
    bt_html_add(html, "<section class=\"practice\" aria-label=\"%s\"><p><b>%s</b> – %s</p>",
        _("Practice"), _("PRACTICE"), _("nothing here comes on any board"));
    add_way(html, visit, "/practice/leave", _("Leave the practice area"));
    g_string_append(html, "</section>");
}

/* ---- making it empty ---- */

static void add_clearing(GString *html)
{
    bt_html_add(html,
        "</section><section class=\"panel\"><h2>%s</h2><p>%s</p>"
        "<p><a class=\"button quiet\" href=\"/practice/clear\">%s</a></p>",
        _("Begin afresh"), _("Takes away what was written, sent in and signed here."),
        _("Clear the practice area"));
}

static void add_count(GString *html, const char *words, guint n)
{
    g_autofree char *number = g_strdup_printf("%u", n);
    bt_html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>", words, number);
}

static BtAnswered refuse_for_real(BtVisit *visit)
{
    return bt_visit_refuse(
        visit, BT_HTTP_FORBIDDEN, _("Only the practice area can be cleared. Enter it first."));
}

/* The first press: nothing happens yet. */
static BtAnswered ask_whether_to_clear(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, PRACTISING, &answered))
        return answered;
    if (!bt_visit_is_practice(&visit))
        return refuse_for_real(&visit);
    BtPracticeWork work = bt_practice_measure(visit.store);
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<div class=\"message\"><p>%s</p></div><dl class=\"facts\">",
        _("All of this goes from the practice area, also what others do there just now. It cannot "
          "be brought back. Nothing real is touched; your key for practice stays."));
    add_count(html, _("Notices"), work.notices);
    add_count(html, _("Playlists, layouts, programmes"), work.lists);
    add_count(html, _("Pictures and films"), work.files);
    add_count(html, _("Proposals"), work.proposals);
    g_string_append(html, "</dl><form class=\"sheet\" method=\"post\" action=\"/practice/clear\">");
    bt_visit_add_token(html, &visit);
    bt_html_add(html,
        "<button class=\"danger\">%s</button></form><p><a href=\"/practice\">%s</a></p>",
        _("Clear it now"), _("Back, change nothing"));
    return bt_visit_page(&visit, BT_HTTP_OK, "practice", _("Clear the practice area?"), html);
}

/* The second press. */
static BtAnswered clear(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, PRACTISING, &answered))
        return answered;
    if (!bt_visit_is_practice(&visit))
        return refuse_for_real(&visit);
    return bt_practice_clear(visit.store, visit.user, visit.now_ms, &error)
        ? bt_visit_go(&visit, "/practice?cleared=1", NULL)
        : bt_visit_fail(&visit, error);
}

/* ---- the way in and out ---- */

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, PRACTISING, &answered))
        return answered;
    GString *html = g_string_new(NULL);
    if (bt_visit_argument(&visit, "cleared")[0] != '\0' && bt_visit_is_practice(&visit))
        bt_html_add(html, "<p class=\"message\" role=\"status\">%s</p>",
            _("The practice area is empty again."));
    bt_html_add(html, "<section class=\"panel\"><p>%s</p><p>%s</p><p>%s</p>",
        _("Everything works here as it does for real: write, have it approved, sign, cut, warn. It "
          "has two screens of its own, drawn as a board would draw them. Nothing of it reaches a "
          "real board, a report or anybody's mail."),
        _("You have the same roles there. To sign one makes a key for practice; the real key is "
          "never asked for. Practising alone you may approve your own work."),
        _("All who practise share the area."));
    if (!bt_visit_is_practice(&visit))
        add_way(html, &visit, "/practice/enter", _("Enter the practice area"));
    else
        add_clearing(html);
    g_string_append(html, "</section>");
    return bt_visit_page(&visit, BT_HTTP_OK, "practice", _("Practice"), html);
}

static void set_practice(const BtVisit *visit, gboolean is_practice)
{
    bt_sessions_set_practice(visit->request->server->sessions,
        bt_visit_cookie_token(visit->request), is_practice, bt_server_mono_ms());
}

static BtAnswered enter(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, PRACTISING, &answered))
        return answered;
    if (bt_visit_is_practice(&visit))
        return bt_visit_go(&visit, "/", NULL);
    const BtServer *practice = bt_server_practice(request->server, &error);
    if (practice == NULL ||
        !bt_practice_admit(practice->store, visit.store, visit.user, visit.now_ms, &error) ||
        !bt_visit_note(&visit, &error, "entered the practice area"))
        return bt_visit_fail(&visit, error);
    set_practice(&visit, TRUE);
    return bt_visit_go(&visit, "/", NULL);
}

static BtAnswered leave(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered))
        return answered;
    set_practice(&visit, FALSE);
    return bt_visit_go(&visit, "/", NULL);
}

/* ---- its screens ---- */

static gboolean is_cut(const BtVisit *visit, const char *screen)
{
    g_autoptr(GPtrArray) cuts = bt_cuts_list(visit->store, TRUE, CUTS_MAX);
    for (guint i = 0; i < cuts->len; i++) {
        const BtCutEntry *cut = g_ptr_array_index(cuts, i);
        if (g_ptr_array_find_with_equal_func(cut->screens, screen, g_str_equal, NULL))
            return TRUE;
    }
    return FALSE;
}

/* What a board would play; "": nothing. */
static const char *document_of(const BtVisit *visit, const BtGlance *screen)
{
    return screen->alert_is_on               ? screen->alert
        : screen->expires_ms > visit->now_ms ? screen->manifest
                                             : "";
}

void bt_practice_pretend(const BtVisit *visit, BtGlance *screen)
{
    if (!bt_visit_is_practice(visit) || screen->state == BT_GLANCE_RETIRED)
        return;
    gboolean plays = *document_of(visit, screen) != '\0';
    screen->state = is_cut(visit, screen->id) ? BT_GLANCE_CUT
        : plays                               ? BT_GLANCE_PLAYING
                                              : BT_GLANCE_SAFE;
    screen->picture_ms = screen->state == BT_GLANCE_PLAYING
        ? visit->now_ms / PICTURE_EVERY_MS * PICTURE_EVERY_MS
        : 0;
}

static BtAnswered answer_picture(BtRequest *request, GBytes *picture)
{
    static const char *const headers[] = { "Cache-Control", "private, max-age=86400", "Vary",
        "Cookie", NULL };
    return bt_http_answer(request, BT_HTTP_OK, "image/png", picture, headers);
}

/* While it was drawn its instant may have passed into the next one. */
BtAnswered bt_practice_send_picture(BtVisit *visit, const BtGlance *screen)
{
    BtRequest *request = visit->request;
    const char *sha256 = document_of(visit, screen);
    g_autofree char *path =
        *sha256 != '\0' ? bt_site_manifest_path(visit->store->site, sha256) : NULL;
    g_autoptr(GBytes) document =
        path != NULL ? bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL) : NULL;
    if (document == NULL || screen->state != BT_GLANCE_PLAYING)
        return bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    BtAsk ask = { .kind = BT_ASK_PICTURE,
        .document = document,
        .width_px = screen->width_px,
        .height_px = screen->height_px,
        .is_led = screen->is_led,
        .at_ms = screen->picture_ms };
    if (bt_preview_wait(request, &ask, 1, 0))
        return TRUE;
    g_autoptr(GBytes) picture = bt_player_find(request->server->player, &ask);
    ask.at_ms -= PICTURE_EVERY_MS;
    if (picture == NULL)
        picture = bt_player_find(request->server->player, &ask);
    return picture != NULL
        ? answer_picture(request, picture)
        : bt_http_refuse_for(request, BT_HTTP_SERVICE_UNAVAILABLE, "no picture", 10);
}

const BtRoute bt_practice_routes[] = {
    { "GET", "/practice", BT_PART_NOTHING, "", 0, show },
    { "GET", "/practice/clear", BT_PART_NOTHING, "", 0, ask_whether_to_clear },
    { "POST", "/practice/clear", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, clear },
    { "POST", "/practice/enter", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, enter },
    { "POST", "/practice/leave", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, leave },
    { NULL },
};
