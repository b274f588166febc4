/* What a screen shows in a day, as the player's own schedule says: hours in which the same is shown
 * stand together; one hour can be seen to the second. */
#include "source/pages/answers.h"
#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/routes.h"
#include "source/pages/screen-day.h"

#include <string.h>

#define SECTION "screens"
#define MAX_THINGS 20 /* of one stretch of hours */
#define MAX_ROWS 500  /* of one hour */
#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

/* ---- rows ---- */

typedef struct {
    gint64 start_ms, end_ms;
    const char *zone, *item, *programme, *reason; /* borrowed; item "": reason says why */
} Row;

/* (transfer full): GArray of Row, borrowed from `json` */
static GArray *read_rows(const BtJson *json)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    BtJsonAt root = bt_json_root("rundown", json);
    for (gsize i = 0; i < bt_json_length(&root); i++) {
        BtJsonAt at = bt_json_element(&root, i);
        const Row row = { bt_answer_time_ms(&at, "start"), bt_answer_time_ms(&at, "end"),
            bt_answer_word(&at, "zone"), bt_answer_word(&at, "item"),
            bt_answer_word(&at, "programme"), bt_answer_word(&at, "reason") };
        g_array_append_val(rows, row);
    }
    return rows;
}

static const char *reason_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } reasons[] = {
        { "off", N_("The screen is off, by its timetable") },
        { "cut", N_("Somebody cut the picture") },
        { "empty", N_("This part of the screen is empty") },
        { "safe", N_("The waiting picture: there is nothing to show") },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (strcmp(reasons[i].reason, reason) == 0)
            return _(reasons[i].words);
    return reason;
}

/* ---- hours ---- */

/* Something that is shown within some hours, in one zone. */
typedef struct {
    const Row *first;
    guint times;
} Thing;

typedef struct {
    gint64 start_ms, end_ms;
    GString *signature; /* what is shown, without how often */
    GArray *things;     /* of Thing, as they come first */
    GHashTable *known;  /* its words → index + 1 */
} Stretch;

static void stretch_free(gpointer data)
{
    Stretch *stretch = data;
    g_string_free(stretch->signature, TRUE);
    g_array_unref(stretch->things);
    g_hash_table_unref(stretch->known);
    g_free(stretch);
}

static Stretch *stretch_new(gint64 start_ms, gint64 end_ms)
{
    Stretch *stretch = g_new0(Stretch, 1);
    stretch->start_ms = start_ms;
    stretch->end_ms = end_ms;
    stretch->signature = g_string_new(NULL);
    stretch->things = g_array_new(FALSE, FALSE, sizeof(Thing));
    stretch->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return stretch;
}

/* It counts where it begins. */
static void add_row(Stretch *stretch, const Row *row, gboolean counts)
{
    g_autofree char *words =
        g_strjoin("\n", row->zone, row->item, row->programme, row->reason, NULL);
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(stretch->known, words));
    if (index == 0) {
        const Thing thing = { row, 0 };
        g_array_append_val(stretch->things, thing);
        index = stretch->things->len;
        g_hash_table_insert(stretch->known, g_strdup(words), GUINT_TO_POINTER(index));
    }
    g_array_index(stretch->things, Thing, index - 1).times += counts;
}

static gint by_pointer_text(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void sign(Stretch *stretch)
{
    g_autoptr(GList) words = g_hash_table_get_keys(stretch->known);
    words = g_list_sort(words, by_pointer_text);
    for (const GList *word = words; word != NULL; word = word->next)
        g_string_append_printf(stretch->signature, "%s\r", (const char *)word->data);
}

/* What was shown and is shown again counts on. */
static void join(Stretch *stretch, const Stretch *next)
{
    stretch->end_ms = next->end_ms;
    for (guint i = 0; i < next->things->len; i++) {
        const Thing *thing = &g_array_index(next->things, Thing, i);
        for (guint k = 0; k < thing->times; k++)
            add_row(stretch, thing->first, TRUE);
    }
}

/* (transfer full): GPtrArray of Stretch */
static GPtrArray *stretches_of(const BtScreenDay *day, const GArray *rows)
{
    GPtrArray *stretches = g_ptr_array_new_with_free_func(stretch_free);
    for (gint64 at_ms = day->from_ms; at_ms < day->until_ms; at_ms += BT_HOUR_MS) {
        Stretch *hour = stretch_new(at_ms, at_ms + BT_HOUR_MS);
        for (guint i = 0; i < rows->len; i++) {
            const Row *row = &g_array_index(rows, Row, i);
            if (row->start_ms < hour->end_ms && row->end_ms > hour->start_ms)
                add_row(hour, row, row->start_ms >= at_ms);
        }
        sign(hour);
        Stretch *last =
            stretches->len > 0 ? g_ptr_array_index(stretches, stretches->len - 1) : NULL;
        if (last != NULL && strcmp(last->signature->str, hour->signature->str) == 0) {
            join(last, hour);
            stretch_free(hour);
        } else
            g_ptr_array_add(stretches, hour);
    }
    return stretches;
}

/* ---- the page ---- */

static void add_words(
    GString *html, const BtVisit *visit, const BtScreenDay *day, const Row *row, gboolean zones)
{
    if (zones && *row->zone != '\0')
        bt_html_add(html, "<span class=\"fine\">%s</span> ", row->zone);
    if (*row->item == '\0') {
        bt_html_add(html, "%s", reason_words(row->reason));
        return;
    }
    g_autofree char *programme = bt_screen_day_programme(visit, row->programme);
    bt_html_add(html, "<b>%s</b> <span class=\"fine\">%s</span>",
        bt_screen_day_item(visit, day, row->item), programme);
}

static void add_stretch(GString *html, const BtVisit *visit, const BtScreenDay *day,
    const Stretch *stretch, gboolean zones)
{
    g_autofree char *from = bt_screen_day_hour(visit, stretch->start_ms, FALSE);
    g_autofree char *until = stretch->end_ms >= day->until_ms
        ? g_strdup("24:00")
        : bt_screen_day_hour(visit, stretch->end_ms, FALSE);
    char date[16], hour[4];
    g_snprintf(date, sizeof date, "%04d-%02d-%02d", day->year, day->month, day->day_of_month);
    g_snprintf(hour, sizeof hour, "%d", (int)((stretch->start_ms - day->from_ms) / BT_HOUR_MS));
    bt_html_add(html,
        "<li class=\"panel\"><h2><a href=\"/screens/%s/rundown?day=%s&amp;hour=%s\">%s–%s</a></h2>"
        "<ul class=\"air\">",
        day->screen, date, hour, from, until);
    for (guint i = 0; i < MIN(stretch->things->len, MAX_THINGS); i++) {
        const Thing *thing = &g_array_index(stretch->things, Thing, i);
        char times[16];
        g_snprintf(times, sizeof times, "%u", thing->times);
        g_string_append(html, "<li><span>");
        add_words(html, visit, day, thing->first, zones);
        if (thing->times > 1 && *thing->first->item != '\0')
            bt_html_add(html, " <span class=\"fine\">%s %s</span>", times, _("times"));
        g_string_append(html, "</span></li>");
    }
    if (stretch->things->len > MAX_THINGS)
        bt_html_add(html, "<li class=\"fine\">%s</li>", _("and more"));
    g_string_append(html, "</ul></li>");
}

static void add_hour(GString *html, const BtVisit *visit, const BtScreenDay *day,
    const GArray *rows, gint64 hour, gboolean zones)
{
    gint64 from_ms = day->from_ms + hour * BT_HOUR_MS;
    guint n = 0;
    g_string_append(html, "<ul class=\"panel rundown\">");
    for (guint i = 0; i < rows->len && n <= MAX_ROWS; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        if (row->start_ms >= from_ms + BT_HOUR_MS || row->end_ms <= from_ms)
            continue;
        g_autofree char *start = bt_screen_day_hour(visit, row->start_ms, TRUE);
        bt_html_add(html, "<li><time>%s</time> <span>", start);
        if (n++ == MAX_ROWS)
            bt_html_add(html, "%s", _("and more"));
        else
            add_words(html, visit, day, row, zones);
        g_string_append(html, "</span></li>");
    }
    g_string_append(html, "</ul>");
}

static gboolean has_zones(const GArray *rows)
{
    const char *zone = "";
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        if (*row->item != '\0' && *zone != '\0' && strcmp(zone, row->zone) != 0)
            return TRUE;
        zone = *row->item != '\0' ? row->zone : zone;
    }
    return FALSE;
}

static void add_days(GString *html, const BtScreenDay *day)
{
    char date[16];
    g_snprintf(date, sizeof date, "%04d-%02d-%02d", day->year, day->month, day->day_of_month);
    bt_html_add(html,
        "<form class=\"row\" method=\"get\" action=\"/screens/%s/rundown\"><label>%s"
        "<input type=\"date\" name=\"day\" value=\"%s\"></label><button class=\"quiet\">%s</button>"
        "</form>",
        day->screen, _("Day"), date, _("Show"));
}

static void add_rundown(GString *html, BtVisit *visit, const BtScreenDay *day, GBytes *answer)
{
    g_autoptr(BtJson) json = bt_answer_parse(answer);
    g_autoptr(GArray) rows =
        json != NULL ? read_rows(json) : g_array_new(FALSE, FALSE, sizeof(Row));
    gboolean zones = has_zones(rows);
    gint64 hour;
    if (bt_visit_number(bt_visit_argument(visit, "hour"), 0, 23, &hour)) {
        add_hour(html, visit, day, rows, hour, zones);
        return;
    }
    g_autoptr(GPtrArray) stretches = stretches_of(day, rows);
    g_string_append(html, "<ul class=\"cards\">");
    for (guint i = 0; i < stretches->len; i++)
        add_stretch(html, visit, day, g_ptr_array_index(stretches, i), zones);
    g_string_append(html, "</ul>");
}

static BtAnswered get_rundown(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_auto(BtScreenDay) day = { NULL };
    if (!bt_visit_open(&visit, request, EVERY_ROLE, &answered) ||
        !bt_screen_day_open(&day, &visit, &answered))
        return answered;
    day.ask.kind = BT_ASK_RUNDOWN;
    day.ask.at_ms = day.from_ms;
    day.ask.until_ms = day.until_ms;
    day.ask.english = FALSE; /* it has no sentences */
    if (day.document != NULL && bt_preview_wait(request, &day.ask, 1, 0))
        return TRUE;
    GString *html = g_string_new(NULL);
    bt_screen_day_add_head(html, &visit, &day, "rundown");
    add_days(html, &day);
    g_autoptr(GBytes) answer = bt_screen_day_answer(html, &visit, &day);
    if (answer != NULL)
        add_rundown(html, &visit, &day, answer);
    return bt_visit_page(&visit, BT_HTTP_OK, SECTION, day.name, html);
}

const BtRoute bt_rundown_routes[] = {
    { "GET", "/screens/", BT_PART_ID, "/rundown", 0, get_rundown },
    { NULL },
};
