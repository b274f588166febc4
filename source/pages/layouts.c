/* Layouts: where on the screen what is shown. Fields say it in per cent of the screen; a script
 * beside them lets zones be drawn. */
#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/playlists.h"
#include "source/pages/area-choice.h"
#include "source/pages/files.h"
#include "source/pages/html.h"
#include "source/pages/layout-drawing.h"
#include "source/pages/routes.h"
#include "source/pages/works.h"
#include "source/press/layout.h"

#include <math.h>
#include <string.h>

#define FORM_MAX_BYTES (16 * 1024)
#define ZONE_NAME_MAX 60 /* code points */
#define SHAPES_MAX 4

static const char *const sides[] = { "x", "y", "w", "h" };

/* ---- shapes ---- */

typedef struct {
    int w_px, h_px;
} Shape;

/* Of the screens that there are, those of most screens first; one at least. */
static guint read_shapes(const BtVisit *visit, Shape shapes[SHAPES_MAX])
{
    guint n = 0;
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT width_px, height_px FROM screen WHERE retired_ms IS NULL"
        " GROUP BY width_px, height_px ORDER BY count(*) DESC, width_px LIMIT ?",
        "i", (gint64)SHAPES_MAX);
    while (rows != NULL && bt_rows_next(rows, NULL))
        shapes[n++] = (Shape){ (int)bt_rows_int(rows, 0), (int)bt_rows_int(rows, 1) };
    if (n == 0)
        shapes[n++] = (Shape){ 1920, 1080 };
    return n;
}

static void add_shapes(GString *html, const BtVisit *visit, const BtJson *body)
{
    Shape shapes[SHAPES_MAX];
    guint n = read_shapes(visit, shapes);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2><ul class=\"cards small\">",
        _("On your screens"));
    for (guint i = 0; i < n; i++) {
        g_string_append(html, "<li class=\"card\">");
        bt_layout_draw(html, body, shapes[i].w_px, shapes[i].h_px, 180, FALSE);
        g_string_append_printf(
            html, "<p class=\"fine\">%d × %d px</p></li>", shapes[i].w_px, shapes[i].h_px);
    }
    g_string_append(html, "</ul></section>");
}

/* ---- all of them ---- */

static void add_builtin(GString *html)
{
    bt_html_add(
        html, "<section class=\"panel\"><h2>%s</h2><ul class=\"cards small\">", _("Always there"));
    for (const char *const *name = bt_layout_names(); *name != NULL; name++) {
        g_autoptr(BtJson) body = bt_layout_builtin(*name, 1920, 1080);
        g_string_append(html, "<li class=\"card\">");
        bt_layout_draw(html, body, 1920, 1080, 180, FALSE);
        bt_html_add(html, "<p>%s</p></li>", bt_layout_title(*name));
    }
    g_string_append(html, "</ul></section>");
}

static void add_new(GString *html, const BtVisit *visit)
{
    if (!bt_visit_may(visit, BT_WORK_EDITORS, NULL))
        return;
    bt_html_add(html, "<form class=\"row panel\" method=\"post\" action=\"/layouts\">");
    bt_visit_add_token(html, visit);
    bt_html_add(
        html, "<label>%s<input name=\"name\" required maxlength=\"200\"></label>", _("Name"));
    bt_html_add(html, "<label>%s<select name=\"from\">", _("Begin with"));
    for (const char *const *name = bt_layout_names(); *name != NULL; name++)
        bt_html_add(html, "<option value=\"%s\">%s</option>", *name, bt_layout_title(*name));
    g_string_append(html, "</select></label>");
    bt_area_choice_add(html, visit, BT_WORK_EDITORS, "");
    bt_html_add(html, "<button>%s</button></form>", _("New layout"));
}

static BtAnswered show_all(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_WORK_READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) works = bt_work_all(&visit, BT_WORK_LAYOUT);
    GString *html = g_string_new(NULL);
    add_builtin(html);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Drawn by you"));
    bt_work_add_links(html, &visit, works);
    g_string_append(html, "</section>");
    add_new(html, &visit);
    return bt_visit_page(&visit, BT_HTTP_OK, "layouts", _("Layouts"), html);
}

static BtAnswered begin(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_WORK_EDITORS, &answered))
        return answered;
    g_autoptr(BtJson) body = bt_layout_builtin(bt_visit_field(&visit, "from"), 1920, 1080);
    BtWorkWords words = { .body = body };
    return body != NULL ? bt_work_add(&visit, BT_WORK_LAYOUT, &words)
                        : bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
}

/* ---- drawing one ---- */

static gint64 side_of(const BtJsonAt *zone, guint side)
{
    BtJsonAt rect, at;
    gint64 parts = 0;
    if (bt_json_member(zone, "rect", &rect) && side < bt_json_length(&rect)) {
        at = bt_json_element(&rect, side);
        (void)bt_json_read_int(&at, -100000, 100000, &parts, NULL);
    }
    return parts;
}

static void add_zone_fields(GString *html, const BtJsonAt *zone, guint index)
{
    const char *const words[] = { _("From the left, %"), _("From the top, %"), _("Width, %"),
        _("Height, %") };
    g_autofree char *n = g_strdup_printf("%u", index);
    bt_html_add(html,
        "<fieldset data-zone=\"%s\"><legend>%s</legend><input type=\"hidden\" name=\"id-%s\" "
        "value=\"%s\"><div class=\"row\"><label>%s<input name=\"name-%s\" maxlength=\"60\" "
        "value=\"%s\"></label><button type=\"button\" class=\"quiet handle\" "
        "aria-label=\"%s: %s\">✥</button></div><div class=\"row four\">",
        n, bt_layout_zone_name(zone->value), n, bt_playlist_text(zone->value, "id"), _("Name"), n,
        bt_layout_zone_name(zone->value), bt_layout_zone_name(zone->value),
        _("Arrow keys move it, with Shift they change its size"));
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        gint64 parts = side_of(zone, i);
        bt_html_add(html, "<label>%s<input type=\"number\" step=\"0.1\" required name=\"%s-%s\" ",
            words[i], sides[i], n);
        g_string_append_printf(html, "value=\"%s%d.%d\"></label>", parts < 0 ? "-" : "",
            (int)(ABS(parts) / 10), (int)(ABS(parts) % 10));
    }
    bt_html_add(html,
        "</div><label>%s<input name=\"lang-%s\" maxlength=\"35\" list=\"languages\" "
        "value=\"%s\"></label><button class=\"quiet\" name=\"do\" value=\"drop %s\" "
        "formnovalidate>%s</button></fieldset>",
        _("Only this language (empty: all in turn)"), n, bt_playlist_text(zone->value, "lang"), n,
        _("Remove this zone"));
}

static const char *fault_words(BtLayoutFaultKind kind)
{
    return kind == BT_LAYOUT_OVERLAP
        ? _("lie upon each other. Move one of them, or make it smaller.")
        : kind == BT_LAYOUT_OUTSIDE ? _("leaves the screen. Move it, or make it smaller.")
        : kind == BT_LAYOUT_SMALL   ? _("is too small to show anything. Make it larger.")
        : kind == BT_LAYOUT_NO_ZONE ? _("A layout needs a zone, and has 16 at the most.")
                                    : _("cannot be read. Remove it and draw it anew.");
}

static void add_faults(GString *html, const GArray *faults, const BtJsonAt *zones)
{
    if (faults->len == 0)
        return;
    g_string_append(html, "<div class=\"message\" role=\"alert\"><ul>");
    for (guint i = 0; i < faults->len; i++) {
        const BtLayoutFault *fault = &g_array_index(faults, BtLayoutFault, i);
        g_string_append(html, "<li>");
        if (fault->kind != BT_LAYOUT_NO_ZONE && fault->zone < bt_json_length(zones)) {
            BtJsonAt zone = bt_json_element(zones, fault->zone);
            bt_html_add(html, "“%s” ", bt_layout_zone_name(zone.value));
        }
        if (fault->kind == BT_LAYOUT_OVERLAP) {
            BtJsonAt other = bt_json_element(zones, fault->other);
            bt_html_add(html, "%s “%s” ", _("and"), bt_layout_zone_name(other.value));
        }
        bt_html_add(html, "%s</li>", fault_words(fault->kind));
    }
    g_string_append(html, "</ul></div>");
}

static void add_languages(GString *html)
{
    static const char *const tags[] = { "vi", "en", "jra", "rad", "bdq", "km", "hmn", "tyz", "mtq",
        "cjm", "zh" };
    g_string_append(html, "<datalist id=\"languages\">");
    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++)
        bt_html_add(html, "<option value=\"%s\">", tags[i]);
    g_string_append(html, "</datalist>");
}

static void add_drawing(GString *html, const BtVisit *visit, const BtJson *body)
{
    Shape shapes[SHAPES_MAX];
    read_shapes(visit, shapes);
    bt_layout_draw(html, body, shapes[0].w_px, shapes[0].h_px, 640, TRUE);
    bt_html_add(html,
        "<p id=\"told\" class=\"fine\" role=\"status\" data-and=\"%s\" data-overlap=\"%s\" "
        "data-small=\"%s\" data-outside=\"%s\"></p><p class=\"fine\">%s</p>",
        _("and"), fault_words(BT_LAYOUT_OVERLAP), fault_words(BT_LAYOUT_SMALL),
        fault_words(BT_LAYOUT_OUTSIDE),
        _("By the mouse or a finger: drag a zone, or its yellow corner; draw a new one where "
          "nothing lies. By the keyboard: the arrow keys on ✥, with Shift for its size. Or write "
          "where they are."));
}

/* `body` and `name` as they are being written; the revision is the one that the form began with. */
static BtAnswered answer_editor(BtVisit *visit, const BtWork *work, gint64 revision,
    const char *name, const BtJson *body, unsigned status)
{
    BtJsonAt root = bt_json_root("layout", body), zones = { 0 };
    g_autoptr(GArray) faults = bt_layout_faults(body);
    g_autofree char *path = bt_work_path(work->kind, work->id), *script = bt_file_path("layout.js");
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, revision);
    GString *html = g_string_new(NULL);
    if (!bt_json_member(&root, "zones", &zones))
        zones = bt_json_root("zones", NULL);
    add_faults(html, faults, &zones);
    bt_html_add(html, "<form class=\"panel layout\" method=\"post\" action=\"%s\">", path);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"revision\" value=\"%s\"><label>%s<input "
        "name=\"name\" required maxlength=\"200\" value=\"%s\"></label>",
        number, _("Name"), name);
    add_drawing(html, visit, body);
    for (guint i = 0; i < bt_json_length(&zones); i++) {
        BtJsonAt zone = bt_json_element(&zones, i);
        add_zone_fields(html, &zone, i);
    }
    bt_html_add(html,
        "<div class=\"row\"><button name=\"do\" value=\"save\">%s</button><button "
        "class=\"quiet add\" name=\"do\" value=\"add\">%s</button> <a "
        "href=\"/layouts\">%s</a></div></form>",
        _("Save"), _("One more zone"), _("Back"));
    add_languages(html);
    add_shapes(html, visit, body);
    bt_work_add_end(html, visit, work);
    bt_html_add(html, "<script type=\"module\" src=\"%s\"></script>", script);
    return bt_visit_page(visit, status, "layouts", work->name, html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_LAYOUT, &answered);
    if (work == NULL)
        return answered;
    if (bt_visit_may(&visit, BT_WORK_EDITORS, work->area))
        return answer_editor(&visit, work, work->revision, work->name, work->body, BT_HTTP_OK);
    GString *html = g_string_new(NULL);
    add_shapes(html, &visit, work->body);
    bt_work_add_end(html, &visit, work);
    return bt_visit_page(&visit, BT_HTTP_OK, "layouts", work->name, html);
}

/* ---- what was drawn ---- */

/* "12.5" per cent → 125 parts; G_MAXINT for what is no number. */
static gint64 parts_of(const char *text)
{
    char *end;
    double percent = g_ascii_strtod(text, &end);
    return *text == '\0' || *end != '\0' || !(fabs(percent) <= 1000) ? G_MAXINT32
                                                                     : (gint64)lround(percent * 10);
}

static gboolean is_language(const char *tag)
{
    return strlen(tag) <= 35 &&
        strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
        strlen(tag);
}

static gboolean is_zone_id(const char *id)
{
    return strlen(id) >= 1 && strlen(id) <= 16 &&
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(id);
}

static BtJson *zone_of_form(const BtVisit *visit, guint index)
{
    BtJson *zone = bt_json_new_object(), *rect = bt_json_new_array();
    g_autofree char *name_field = g_strdup_printf("name-%u", index);
    g_autofree char *lang_field = g_strdup_printf("lang-%u", index);
    g_autofree char *id_field = g_strdup_printf("id-%u", index);
    const char *name = bt_visit_field(visit, name_field), *lang = bt_visit_field(visit, lang_field);
    bt_json_set_string(zone, "id", bt_visit_field(visit, id_field));
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *field = g_strdup_printf("%s-%u", sides[i], index);
        bt_json_append_int(rect, parts_of(bt_visit_field(visit, field)));
    }
    bt_json_set(zone, "rect", rect);
    if (name[0] != '\0' && g_utf8_strlen(name, -1) <= ZONE_NAME_MAX)
        bt_json_set_string(zone, "x-name", name);
    if (lang[0] != '\0' && is_language(lang))
        bt_json_set_string(zone, "lang", lang);
    return zone;
}

static gboolean has_zone(const BtVisit *visit, guint index)
{
    g_autofree char *field = g_strdup_printf("id-%u", index);
    return is_zone_id(bt_visit_field(visit, field));
}

/* "z1", "z2" …: one that no zone of the form has. (transfer full) */
static char *free_id(const BtVisit *visit)
{
    for (guint number = 1;; number++) {
        g_autofree char *id = g_strdup_printf("z%u", number);
        gboolean is_taken = FALSE;
        for (guint i = 0; i < BT_MANIFEST_MAX_ZONES; i++) {
            g_autofree char *field = g_strdup_printf("id-%u", i);
            is_taken = is_taken || strcmp(bt_visit_field(visit, field), id) == 0;
        }
        if (!is_taken)
            return g_steal_pointer(&id);
    }
}

/* "add", or "add X Y W H" as it was drawn, in per cent. */
static void append_new_zone(BtJson *zones, const BtVisit *visit, const char *wish)
{
    BtJson *zone = bt_json_new_object(), *rect = bt_json_new_array();
    g_autofree char *id = free_id(visit);
    g_auto(GStrv) words = g_strsplit(wish, " ", 1 + G_N_ELEMENTS(sides));
    gboolean is_drawn = g_strv_length(words) == 1 + G_N_ELEMENTS(sides);
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++)
        bt_json_append_int(rect, is_drawn ? parts_of(words[1 + i]) : i < 2 ? 350 : 300);
    bt_json_set_string(zone, "id", id);
    bt_json_set(zone, "rect", rect);
    bt_json_append(zones, zone);
}

static BtJson *body_of_form(const BtVisit *visit, const BtWork *work)
{
    const char *wish = bt_visit_field(visit, "do");
    BtJson *body = bt_json_new_object(), *canvas = bt_json_new_array(),
           *zones = bt_json_new_array();
    gint64 dropped = -1;
    if (g_str_has_prefix(wish, "drop "))
        (void)bt_visit_number(wish + strlen("drop "), 0, BT_MANIFEST_MAX_ZONES, &dropped);
    for (guint i = 0; i < BT_MANIFEST_MAX_ZONES; i++)
        if (has_zone(visit, i) && i != dropped)
            bt_json_append(zones, zone_of_form(visit, i));
    if (strcmp(wish, "add") == 0 || g_str_has_prefix(wish, "add "))
        append_new_zone(zones, visit, wish);
    bt_json_append_int(canvas, BT_LAYOUT_WHOLE);
    bt_json_append_int(canvas, BT_LAYOUT_WHOLE);
    bt_json_set(body, "canvas", canvas);
    bt_json_set_string(body, "background", bt_playlist_text(work->body, "background"));
    bt_json_set(body, "zones", zones);
    return body;
}

static gboolean ids_differ(const BtJson *body)
{
    BtJsonAt root = bt_json_root("layout", body), zones;
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    if (!bt_json_member(&root, "zones", &zones))
        return TRUE;
    for (guint i = 0; i < bt_json_length(&zones); i++) {
        BtJsonAt zone = bt_json_element(&zones, i);
        if (!g_hash_table_add(ids, (gpointer)bt_playlist_text(zone.value, "id")))
            return FALSE;
    }
    return TRUE;
}

static BtAnswered save(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_LAYOUT, &answered);
    if (work == NULL)
        return answered;
    g_autoptr(BtJson) body = body_of_form(&visit, work);
    g_autoptr(GArray) faults = bt_layout_faults(body);
    BtWorkWords words = { bt_visit_field(&visit, "name"), body, NULL };
    if (!ids_differ(body))
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    if (strcmp(bt_visit_field(&visit, "do"), "save") != 0)
        return answer_editor(&visit, work, bt_work_revision(&visit), words.name, body, BT_HTTP_OK);
    if (faults->len > 0)
        return answer_editor(
            &visit, work, bt_work_revision(&visit), words.name, body, BT_HTTP_BAD_REQUEST);
    return bt_work_save(&visit, work, &words, "changed");
}

static BtAnswered remove_layout(BtRequest *request)
{
    return bt_work_remove(request, BT_WORK_LAYOUT);
}

const BtRoute bt_layout_routes[] = {
    { "GET", "/layouts", BT_PART_NOTHING, "", 0, show_all },
    { "POST", "/layouts", BT_PART_NOTHING, "", FORM_MAX_BYTES, begin },
    { "GET", "/layouts/", BT_PART_NUMBER, "", 0, show },
    { "POST", "/layouts/", BT_PART_NUMBER, "", FORM_MAX_BYTES, save },
    { "POST", "/layouts/", BT_PART_NUMBER, "/remove", FORM_MAX_BYTES, remove_layout },
    { NULL },
};
