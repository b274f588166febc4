/* The page around the form: how the notice stands, what it looks like. */
#include "source/pages/compose.h"
#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/media-words.h"

static void add_other(GString *html, const BtVisit *visit, const BtNotice *other)
{
    bt_html_add(html, "<div class=\"message\" role=\"alert\"><p>%s ",
        _("Somebody else saved this notice meanwhile:"));
    bt_visit_add_time(html, visit, other->updated_ms);
    g_string_append(html, "</p>");
    for (guint k = 0; k < bt_compose_n_texts(other->body); k++) {
        BtComposeText text = bt_compose_text(other->body, k);
        bt_html_add(html, "<p><b>%s</b> %s</p>", text.title, text.body);
    }
    bt_html_add(html, "<p>%s</p></div>",
        _("Your words are below. If you save them, they replace those above."));
}

static void add_words(GString *html, const BtNotice *notice)
{
    g_string_append(html, "<div class=\"panel\">");
    for (guint k = 0; k < bt_compose_n_texts(notice->body); k++) {
        BtComposeText text = bt_compose_text(notice->body, k);
        bt_html_add(html, "<h2 lang=\"%s\">%s</h2><p lang=\"%s\">%s</p>", text.lang, text.title,
            text.lang, text.body);
    }
    g_string_append(html, "</div>");
}

static void add_state(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    bt_notice_add_state(html, notice);
    bt_notice_add_where(html, visit, notice);
    if (notice->state == BT_NOTICE_WAITING)
        bt_html_add(html, "<p class=\"fine\">%s</p>",
            _("If you change it now, what waits for approval stays as it is: send it again "
              "afterwards."));
    if (notice->state != BT_NOTICE_REFUSED)
        return;
    g_autofree char *answer = bt_notices_answer(visit->store, notice->id);
    if (*answer != '\0')
        bt_html_add(html, "<p class=\"message\">%s %s</p>", _("The approver says:"), answer);
}

/* Pictures that are sent in from here; no form stands in another, so it stands below. */
static void add_upload(GString *html, const BtVisit *visit, const BtNotice *notice)
{
    g_autofree char *js = bt_file_path("upload.js");
    bt_media_begin_upload(html, visit, " hidden");
    bt_html_add(html,
        "<input type=\"hidden\" name=\"area\" value=\"%s\"></form>"
        "<script type=\"module\" src=\"%s\"></script>",
        notice->area, js);
}

GString *bt_compose_page(const BtVisit *visit, const BtComposeView *view)
{
    GString *html = g_string_new(NULL);
    g_autofree char *js = bt_file_path("compose.js");
    if (view->message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", view->message);
    if (view->other != NULL)
        add_other(html, visit, view->other);
    add_state(html, visit, view->notice);
    g_string_append(html, "<div class=\"compose\">");
    if (view->may_edit)
        bt_compose_add_form(html, visit, view);
    else
        add_words(html, view->notice);
    bt_html_add(html, "<section class=\"panel\" aria-label=\"%s\"><h2>%s</h2>", _("Preview"),
        _("What the screens will show"));
    bt_compose_add_preview(html, visit, view->notice, view->show_lang, !view->is_checked);
    g_string_append(html, "</section></div>");
    bt_html_add(html, "<script type=\"module\" src=\"%s\"></script>", js);
    if (view->may_edit)
        add_upload(html, visit, view->notice);
    return html;
}
