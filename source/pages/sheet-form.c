#include "source/pages/sheet-form.h"

#include "base/error.h"
#include "source/pages/html.h"

#include <math.h>
#include <string.h>

#define NUMBER_MAX 32

/* ---- the fields ---- */

/* In millimetres with a point or comma, as it stands in papers: "2.5". */
static char *pitch_text(gint64 pitch_um)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return pitch_um > 0
        ? g_strdup(g_ascii_formatd(number, sizeof number, "%.3g", (double)pitch_um / 1000))
        : g_strdup("");
}

static char *degrees_text(const BtSheet *sheet, double degrees)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return sheet->has_position ? g_strdup(g_ascii_formatd(number, sizeof number, "%.6f", degrees))
                               : g_strdup("");
}

static void add_field(
    GString *html, const char *label, const char *name, const char *value, const char *more)
{
    bt_html_add(
        html, "<label>%s<input name=\"%s\" value=\"%s\" autocomplete=\"off\"", label, name, value);
    g_string_append_printf(html, " %s></label>", more);
}

static void add_kind(GString *html, gboolean is_led)
{
    bt_html_add(html,
        "<label>%s<select name=\"kind\"><option value=\"led\"%s>%s</option>"
        "<option value=\"lcd\"%s>%s</option></select></label>",
        _("Kind"), is_led ? " selected" : "", _("LED wall"), is_led ? "" : " selected",
        _("LCD panel"));
}

static void add_size(GString *html, const BtSheet *sheet)
{
    g_autofree char *width = g_strdup_printf("%d", (int)sheet->width_px),
                    *height = g_strdup_printf("%d", (int)sheet->height_px);
    add_field(html, _("Width in pixels"), "width", width,
        "type=\"number\" min=\"1\" max=\"16384\" required inputmode=\"numeric\"");
    add_field(html, _("Height in pixels"), "height", height,
        "type=\"number\" min=\"1\" max=\"16384\" required inputmode=\"numeric\"");
    add_kind(html, sheet->is_led);
}

static void add_where_from(GString *html, const BtSheet *sheet)
{
    g_autofree char *pitch = pitch_text(sheet->pitch_um),
                    *distance = sheet->distance_m > 0
        ? g_strdup_printf("%d", (int)sheet->distance_m)
        : g_strdup(""),
                    *latitude = degrees_text(sheet, sheet->latitude),
                    *longitude = degrees_text(sheet, sheet->longitude);
    add_field(html, _("Pixel pitch in mm, if known"), "pitch", pitch,
        "inputmode=\"decimal\" maxlength=\"10\"");
    add_field(html, _("People stand so far away, in metres, if known"), "distance", distance,
        "type=\"number\" min=\"0\" max=\"1000\" inputmode=\"numeric\"");
    add_field(html, _("Latitude, if known"), "latitude", latitude,
        "inputmode=\"decimal\" maxlength=\"16\"");
    add_field(html, _("Longitude, if known"), "longitude", longitude,
        "inputmode=\"decimal\" maxlength=\"16\"");
}

void bt_sheet_form_add(GString *html, const BtVisit *visit, const BtSheet *sheet)
{
    const BtSheet fresh = { .name = (char *)"",
        .place = (char *)"",
        .area = (char *)"",
        .width_px = 1920,
        .height_px = 1080 };
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    sheet = sheet != NULL ? sheet : &fresh;
    g_string_append(html, "<div class=\"fields\">");
    add_field(html, _("Name of the screen"), "name", sheet->name, "required maxlength=\"100\"");
    bt_html_add(html, "<label>%s<select name=\"area\" required>", _("Area"));
    bt_glass_add_areas(html, visit, areas, BT_GLASS_MAY_CHANGE, sheet->area);
    g_string_append(html, "</select></label>");
    add_field(html, _("Where it stands"), "place", sheet->place, "maxlength=\"200\"");
    add_size(html, sheet);
    add_where_from(html, sheet);
    g_string_append(html, "</div>");
}

/* ---- reading ---- */

/* "" is `otherwise`. A decimal comma is what people type here. */
static gboolean read_decimal(const BtVisit *visit, const char *name, double *number)
{
    g_autofree char *text = g_strndup(bt_visit_field(visit, name), NUMBER_MAX);
    char *end;
    g_strdelimit(g_strstrip(text), ",", '.');
    if (*text == '\0')
        return TRUE;
    *number = g_ascii_strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

static gboolean read_whole(const BtVisit *visit, const char *name, gint64 *number)
{
    const char *text = bt_visit_field(visit, name);
    return *text == '\0' || bt_visit_number(text, 0, G_MAXINT32, number);
}

static gboolean read_numbers(const BtVisit *visit, BtSheet *sheet)
{
    double pitch_mm = 0;
    gboolean ok = read_whole(visit, "width", &sheet->width_px) &&
        read_whole(visit, "height", &sheet->height_px) &&
        read_whole(visit, "distance", &sheet->distance_m) &&
        read_decimal(visit, "pitch", &pitch_mm) &&
        read_decimal(visit, "latitude", &sheet->latitude) &&
        read_decimal(visit, "longitude", &sheet->longitude);
    if (!ok || pitch_mm < 0 || pitch_mm > BT_SHEET_PITCH_MAX_UM)
        return FALSE;
    sheet->pitch_um = (gint64)(pitch_mm * 1000 + 0.5);
    sheet->has_position =
        *bt_visit_field(visit, "latitude") != '\0' && *bt_visit_field(visit, "longitude") != '\0';
    return TRUE;
}

BtSheet *bt_sheet_form_read(const BtVisit *visit, GError **error)
{
    g_autoptr(BtSheet) sheet = g_new0(BtSheet, 1);
    const char *area = bt_visit_field(visit, "area");
    sheet->width_px = 1920;
    sheet->height_px = 1080;
    if (!read_numbers(visit, sheet)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "expected numbers");
        return NULL;
    }
    sheet->name = g_strstrip(g_strdup(bt_visit_field(visit, "name")));
    sheet->place = g_strstrip(g_strdup(bt_visit_field(visit, "place")));
    sheet->area = g_strdup(*area != '\0' ? area : visit->store->source);
    sheet->is_led = strcmp(bt_visit_field(visit, "kind"), "led") == 0;
    return g_steal_pointer(&sheet);
}

const char *bt_sheet_form_why_not(const GError *error)
{
    if (g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND))
        return _("This is not there any more. Load the page again.");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_INVALID))
        return _("Something is missing or no number. The name is needed; sizes are whole pixels; "
                 "leave empty what is not known.");
    return _("This could not be kept. Try again.");
}
