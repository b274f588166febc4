#include "source/pages/media-words.h"

#include "source/pages/html.h"

const char *bt_media_kind_name(BtLibraryKind kind)
{
    static const char *const names[BT_N_LIBRARY_KINDS] = { N_("Picture"), N_("Film"), N_("Sound"),
        N_("Subtitles") };
    return _(names[kind]);
}

void bt_media_add_sign(GString *html, BtLibraryKind kind)
{
    static const char *const paths[BT_N_LIBRARY_KINDS] = {
        "M3 4h18v16H3zM6 17h12l-4-6-3 4-2-2zM8 7a1.5 1.5 0 1 0 .1 0z",
        "M3 5h18v14H3zM10 8.5v7l6-3.5z",
        "M9 4l11-2v13.5a3 3 0 1 1-2-2.8V7l-7 1.3V18a3 3 0 1 1-2-2.8z",
        "M3 5h18v14H3zM6 12h6v2H6zM14 12h4v2h-4zM6 15.5h9v1.5H6z",
    };
    bt_html_add(html,
        "<svg class=\"sign\" viewBox=\"0 0 24 24\" width=\"48\" height=\"48\" aria-hidden=\"true\">"
        "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"%s\"/></svg>",
        paths[kind]);
}

void bt_media_add_length(GString *html, gint64 duration_ms)
{
    gint64 s = (duration_ms + 500) / 1000;
    if (s >= 3600)
        g_string_append_printf(
            html, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    else
        g_string_append_printf(html, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

static void add_size(GString *html, const BtVisit *visit, gint64 size_bytes)
{
    const gint64 mb = 1000 * 1000;
    if (size_bytes < mb)
        g_string_append_printf(html, "%d KB", (int)((size_bytes + 999) / 1000));
    else
        g_string_append_printf(html, "%d%s%d MB", (int)(size_bytes / mb),
            visit->english ? "." : ",", (int)(size_bytes / (mb / 10) % 10));
}

void bt_media_add_facts(GString *html, const BtVisit *visit, const BtLibraryFile *file)
{
    g_string_append(html, bt_media_kind_name(file->kind));
    if (file->width_px > 0)
        g_string_append_printf(html, " · %d × %d", file->width_px, file->height_px);
    if (file->duration_ms > 0) {
        g_string_append(html, " · ");
        bt_media_add_length(html, file->duration_ms);
    }
    g_string_append(html, " · ");
    add_size(html, visit, file->size_bytes);
}

/* ---- sending in ---- */

static void add_words_for_the_script(GString *html)
{
    bt_html_add(html,
        " data-waiting=\"%s\" data-looking=\"%s\" data-done=\"%s\" data-lost=\"%s\" "
        "data-pause=\"%s\" data-go-on=\"%s\" data-paused=\"%s\" data-cancel=\"%s\" "
        "data-signed-out=\"%s\" data-refused=\"%s\"",
        _("Waits for its turn"), _("Being looked at"), _("Done: it is in the library"),
        _("No connection; it goes on by itself"), _("Pause"), _("Go on"), _("Paused"), _("Remove"),
        _("You are signed out. Sign in and choose the file again: it goes on where it was."),
        _("The source does not take this file."));
}

void bt_media_begin_upload(GString *html, const BtVisit *visit, const char *more)
{
    g_string_append_printf(html, "<form class=\"upload\" id=\"upload\"%s", more);
    add_words_for_the_script(html);
    g_string_append(html, ">");
    bt_visit_add_token(html, visit);
}
