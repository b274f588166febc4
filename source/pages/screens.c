/* The first page: what is on the glass, everywhere. Trouble first. It renews itself without moving
 * what somebody types: the part with the screens is fetched anew, the rest stays. */
#include "source/store/screens.h"
#include "source/pages/glass.h"
#include "source/pages/html.h"
#include "source/pages/practice.h"
#include "source/pages/routes.h"
#include "source/pages/waits.h"
#include "source/store/fold.h"

#include <string.h>

#define PART 100     /* screens a page: it stays below 150 KB */
#define CARD_ITEMS 3 /* what is on air, on a card */
#define RENEW_S 30
#define QUERY_MAX 100 /* characters of what is looked for */

typedef struct {
    const char *area, *state; /* "" all */
    const char *words;        /* as they were typed; "" all */
    char *query;              /* the same, folded */
    guint part;
    gboolean has_map;    /* "?view=map" */
    GPtrArray *areas;    /* of BtArea, all */
    GHashTable *area_by; /* id → BtArea, borrowed */
    GHashTable *own;     /* ids of areas whose screens the person may see */
    GPtrArray *found;    /* of BtGlance, borrowed from `all` */
    GPtrArray *all;      /* of BtGlance that the person may see, borrowed from `read` */
    GPtrArray *read;
} Board;

static void board_clear(Board *board)
{
    g_free(board->query);
    g_clear_pointer(&board->area_by, g_hash_table_unref);
    g_clear_pointer(&board->areas, g_ptr_array_unref);
    g_clear_pointer(&board->own, g_hash_table_unref);
    g_clear_pointer(&board->found, g_ptr_array_unref);
    g_clear_pointer(&board->all, g_ptr_array_unref);
    g_clear_pointer(&board->read, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Board, board_clear)

/* ---- choosing ---- */

static void read_areas(const BtVisit *visit, Board *board)
{
    board->areas = bt_areas_list(visit->store);
    board->area_by = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < board->areas->len; i++) {
        BtArea *area = g_ptr_array_index(board->areas, i);
        g_hash_table_insert(board->area_by, area->id, area);
    }
}

/* NULL for NULL, and where there is none. */
static const BtArea *area_of(const Board *board, const char *id)
{
    return id != NULL ? g_hash_table_lookup(board->area_by, id) : NULL;
}

static gboolean is_in_area(const Board *board, const char *id)
{
    if (*board->area == '\0')
        return TRUE;
    const BtArea *area = area_of(board, id);
    for (guint n = 0; area != NULL && n <= BT_AREA_DEPTH_MAX;
         area = area_of(board, area->parent), n++)
        if (strcmp(area->id, board->area) == 0)
            return TRUE;
    return FALSE;
}

static gboolean has_state(const Board *board, const BtGlance *screen, gint64 now_ms)
{
    return *board->state == '\0' || strcmp(board->state, "retired") == 0 ||
        (strcmp(board->state, "expiring") == 0
                ? bt_glance_is_expiring(screen, now_ms)
                : strcmp(board->state, bt_glass_key(screen->state)) == 0);
}

static gboolean has_words(const Board *board, const BtGlance *screen)
{
    if (*board->query == '\0')
        return TRUE;
    g_autofree char *words = g_strjoin(" ", screen->name, screen->id, screen->place, NULL);
    g_autofree char *folded = bt_fold(words);
    return strstr(folded, board->query) != NULL;
}

static GHashTable *own_areas(const BtVisit *visit)
{
    g_autoptr(GPtrArray) ids =
        bt_roles_areas(visit->store, visit->user, BT_GLASS_MAY_SEE, visit->now_ms);
    GHashTable *own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(own, g_strdup(g_ptr_array_index(ids, i)));
    return own;
}

/* From "?part=N"; anything else is the first. */
static guint wanted_part(BtVisit *visit, guint n_screens)
{
    gint64 part;
    return bt_visit_number(bt_visit_argument(visit, "part"), 0, G_MAXINT32, &part) &&
            part * PART < n_screens
        ? (guint)part
        : 0;
}

static gboolean read_board(BtVisit *visit, Board *board, GError **error)
{
    board->words = bt_visit_argument(visit, "q");
    g_autofree char *shorter =
        g_utf8_substring(board->words, 0, MIN(QUERY_MAX, g_utf8_strlen(board->words, -1)));
    board->area = bt_visit_argument(visit, "area");
    board->state = bt_visit_argument(visit, "state");
    board->query = g_strstrip(bt_fold(shorter));
    board->has_map = strcmp(bt_visit_argument(visit, "view"), "map") == 0;
    read_areas(visit, board);
    board->own = own_areas(visit);
    board->read = bt_glance_all(visit->store, strcmp(board->state, "retired") == 0,
        bt_glass_day_ms(visit, visit->now_ms), visit->now_ms, error);
    if (board->read == NULL)
        return FALSE;
    board->all = g_ptr_array_new();
    board->found = g_ptr_array_new();
    for (guint i = 0; i < board->read->len; i++) {
        BtGlance *screen = g_ptr_array_index(board->read, i);
        bt_practice_pretend(visit, screen);
        if (!g_hash_table_contains(board->own, screen->area) || !is_in_area(board, screen->area))
            continue;
        g_ptr_array_add(board->all, screen);
        if (has_state(board, screen, visit->now_ms) && has_words(board, screen))
            g_ptr_array_add(board->found, screen);
    }
    board->part = wanted_part(visit, board->found->len);
    return TRUE;
}

/* ---- addresses ---- */

/* "/?area=…&q=…" with the choices as they are but for the state and the part. (transfer full) */
static char *address(const Board *board, const char *state, guint part)
{
    GString *path = g_string_new("/");
    const char *const arguments[][2] = { { "area", board->area }, { "state", state },
        { "q", board->words }, { "view", board->has_map ? "map" : "" } };
    for (gsize i = 0; i < G_N_ELEMENTS(arguments); i++) {
        if (*arguments[i][1] == '\0')
            continue;
        g_autofree char *value = g_uri_escape_string(arguments[i][1], NULL, FALSE);
        g_string_append_printf(path, "%s%s=%s", path->len > 1 ? "&" : "?", arguments[i][0], value);
    }
    if (part > 0)
        g_string_append_printf(path, "%spart=%u", path->len > 1 ? "&" : "?", part);
    return g_string_free(path, FALSE);
}

/* ---- choosing, for people ---- */

/* The tree as far as it has screens; thôn only where they lie in the chosen area or beside it. */
static gboolean is_offered(const Board *board, const BtArea *area, GHashTable *used)
{
    const BtArea *chosen = area_of(board, board->area);
    if (!g_hash_table_contains(used, area->id) || area->ended_ms > 0)
        return FALSE;
    return area->kind != BT_AREA_VILLAGE ||
        (chosen != NULL &&
            (g_strcmp0(area->parent, chosen->id) == 0 ||
                g_strcmp0(area->parent, chosen->parent) == 0));
}

/* The areas of all screens that the person may see, with all that lie above them. */
static GHashTable *used_areas(const Board *board)
{
    GHashTable *used = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < board->read->len; i++) {
        const BtGlance *screen = g_ptr_array_index(board->read, i);
        const BtArea *area =
            g_hash_table_contains(board->own, screen->area) ? area_of(board, screen->area) : NULL;
        while (area != NULL && g_hash_table_add(used, area->id))
            area = area_of(board, area->parent);
    }
    return used;
}

static void add_area_choice(GString *html, const Board *board)
{
    g_autoptr(GHashTable) used = used_areas(board);
    bt_html_add(html, "<label>%s<select name=\"area\"><option value=\"\">%s</option>", _("Area"),
        _("All areas"));
    for (guint i = 0; i < board->areas->len; i++) {
        const BtArea *area = g_ptr_array_index(board->areas, i);
        if (!is_offered(board, area, used))
            continue;
        bt_html_add(html, "<option value=\"%s\"%s>", area->id,
            strcmp(area->id, board->area) == 0 ? " selected" : "");
        for (guint depth = 0; depth < area->depth; depth++)
            g_string_append(html, "– ");
        bt_html_add(html, "%s</option>", area->name);
    }
    g_string_append(html, "</select></label>");
}

static void add_choice(GString *html, const Board *board)
{
    bt_html_add(html,
        "<form class=\"choose\" method=\"get\" action=\"/\" role=\"search\" hx-get=\"/\" "
        "hx-trigger=\"change, submit, input delay:400ms from:find input\" hx-target=\"#screens\" "
        "hx-select=\"#screens\" hx-swap=\"outerHTML\" hx-push-url=\"true\">");
    if (*board->state != '\0')
        bt_html_add(html, "<input type=\"hidden\" name=\"state\" value=\"%s\">", board->state);
    if (board->has_map)
        g_string_append(html, "<input type=\"hidden\" name=\"view\" value=\"map\">");
    bt_html_add(html,
        "<label>%s<input type=\"search\" name=\"q\" value=\"%s\" maxlength=\"%d\" "
        "autocomplete=\"off\"></label>",
        _("Find a screen"), board->words, QUERY_MAX);
    add_area_choice(html, board);
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>\n", _("Find"));
}

/* ---- how things are, in one line ---- */

static guint count_state(const Board *board, BtGlanceState state)
{
    guint n = 0;
    for (guint i = 0; i < board->all->len; i++)
        n += ((BtGlance *)g_ptr_array_index(board->all, i))->state == state;
    return n;
}

static guint count_expiring(const Board *board, gint64 now_ms)
{
    guint n = 0;
    for (guint i = 0; i < board->all->len; i++)
        n += bt_glance_is_expiring(g_ptr_array_index(board->all, i), now_ms);
    return n;
}

static void add_count(GString *html, const Board *board, guint n, const char *css,
    const char *state, const char *words)
{
    g_autofree char *path = address(board, state, 0);
    if (n > 0)
        bt_html_add(html,
            "<li class=\"%s\"><a href=\"%s\" aria-current=\"%s\"><b>%u</b> %s</a></li>", css, path,
            strcmp(state, board->state) == 0 ? "true" : "false", n, words);
}

/* There and back, where there is something to see on it. */
static void add_way_to_map(GString *html, const Board *board)
{
    Board other = *board;
    gboolean is_known = FALSE;
    other.has_map = !board->has_map;
    for (guint i = 0; i < board->all->len && !is_known; i++)
        is_known = ((BtGlance *)g_ptr_array_index(board->all, i))->has_position;
    g_autofree char *path = address(&other, board->state, 0);
    if (is_known || board->has_map)
        bt_html_add(html, "<li><a href=\"%s\" aria-current=\"%s\">%s</a></li>", path,
            board->has_map ? "true" : "false", _("Map"));
}

static void add_summary(GString *html, const BtVisit *visit, const Board *board)
{
    bt_html_add(html, "<ul class=\"summary\" aria-label=\"%s\">", _("How they are"));
    add_count(html, board, board->all->len, "", "",
        dngettext("bangtin", "screen", "screens", board->all->len));
    for (guint state = 0; state < BT_GLANCE_RETIRED; state++)
        add_count(html, board, count_state(board, state), bt_glass_css(state), bt_glass_key(state),
            bt_glass_word(state));
    add_count(html, board, count_expiring(board, visit->now_ms), "warn", "expiring",
        _("Content ends soon"));
    add_way_to_map(html, board);
    g_string_append(html, "</ul>\n");
}

/* ---- screens ---- */

static void add_card(
    GString *html, const BtVisit *visit, const Board *board, const BtGlance *screen)
{
    const BtArea *area = area_of(board, screen->area);
    bt_html_add(html, "<article class=\"card %s\"><a class=\"pane\" href=\"/screens/%s\">",
        bt_glass_css(screen->state), screen->id);
    bt_glass_add_picture(html, screen, FALSE);
    bt_html_add(html, "<h2>%s</h2></a><p class=\"fine id\">%s%s%s</p>", screen->name, screen->id,
        area != NULL ? " · " : "", area != NULL ? area->name : "");
    bt_glass_add_state(html, visit, screen);
    bt_glass_add_notes(html, visit, screen);
    bt_glass_add_on_air(html, visit, screen, CARD_ITEMS);
    if (screen->state != BT_GLANCE_RETIRED) {
        g_autofree char *lit = bt_glass_span(screen->lit_ms);
        bt_html_add(
            html, "<dl><div><dt>%s</dt><dd>%s</dd></div></dl>", _("Lit and right today"), lit);
    }
    g_string_append(html, "</article>\n");
}

/* Ways to the other parts of a long list. */
static void add_parts(GString *html, const Board *board)
{
    guint n_parts = (board->found->len + PART - 1) / PART;
    if (n_parts <= 1)
        return;
    bt_html_add(html, "<nav class=\"parts\" aria-label=\"%s\">", _("Pages of screens"));
    if (board->part > 0) {
        g_autofree char *path = address(board, board->state, board->part - 1);
        bt_html_add(html, "<a href=\"%s\">← %s</a>", path, _("Previous"));
    }
    bt_html_add(html, "<span>%s %u / %u</span>", _("Page"), board->part + 1, n_parts);
    if (board->part + 1 < n_parts) {
        g_autofree char *path = address(board, board->state, board->part + 1);
        bt_html_add(html, "<a href=\"%s\">%s →</a>", path, _("Next"));
    }
    g_string_append(html, "</nav>");
}

static const char *why_empty(const Board *board)
{
    return board->all->len > 0 ? _("No screen is like that. Choose something else.")
                               : _("There is no screen yet. Start a board, point it at this "
                                   "address, and accept it here.");
}

static void add_screens(GString *html, const BtVisit *visit, const Board *board)
{
    g_autofree char *path = address(board, board->state, board->part);
    bt_html_add(html,
        "<section id=\"screens\" class=\"stack\" aria-label=\"%s\" hx-get=\"%s\" "
        "hx-trigger=\"every %ds\" hx-select=\"#screens\" hx-select-oob=\"#waits\" "
        "hx-swap=\"outerHTML\">",
        _("Screens"), path, RENEW_S);
    add_summary(html, visit, board);
    if (board->found->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", why_empty(board));
    if (board->has_map)
        bt_glass_add_map(html, board->found);
    g_string_append(html, "<div class=\"cards\">");
    guint end = MIN(board->found->len, (board->part + 1) * PART);
    for (guint i = board->part * PART; i < end; i++)
        add_card(html, visit, board, g_ptr_array_index(board->found, i));
    g_string_append(html, "</div>");
    add_parts(html, board);
    bt_html_add(html, "<p class=\"fine\">%s ", _("As of"));
    bt_visit_add_time(html, visit, visit->now_ms);
    g_string_append(html, "</p></section>\n");
}

/* ---- boards that wait ---- */

static void add_waiting_board(GString *html, const BtVisit *visit, const BtWaiting *board)
{
    bt_html_add(html, "<li class=\"board\"><p class=\"code\">%s</p><p class=\"fine\">%s ",
        board->code, _("Waiting since"));
    bt_visit_add_time(html, visit, board->first_ms);
    if (*board->peer != '\0')
        bt_html_add(html, " · %s", board->peer);
    bt_html_add(html,
        "</p><a class=\"button\" href=\"/claim?code=%s\">%s</a>"
        "<form method=\"post\" action=\"/turn-down\">",
        board->code, _("The codes agree: accept this board"));
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"code\" value=\"%s\"><button class=\"quiet\">%s</button>"
        "</form></li>",
        board->code, _("Turn down"));
}

static void add_waiting(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) boards = bt_visit_may(visit, BT_GLASS_MAY_CHANGE, NULL)
        ? bt_waiting_list(visit->store, visit->now_ms, NULL)
        : NULL;
    if (boards == NULL || boards->len == 0)
        return;
    bt_html_add(html,
        "<section class=\"waiting\" aria-labelledby=\"w\"><h2 id=\"w\">%s</h2><p>%s</p><ul>",
        _("Boards that ask to be accepted"),
        _("Compare the code with the one that the board itself shows. Accept only when they are "
          "the same."));
    for (guint i = 0; i < boards->len; i++)
        add_waiting_board(html, visit, g_ptr_array_index(boards, i));
    g_string_append(html, "</ul></section>\n");
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    GError *error = NULL;
    g_auto(BtVisit) visit = { NULL };
    g_auto(Board) board = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered))
        return answered;
    if (!read_board(&visit, &board, &error))
        return bt_visit_fail(&visit, error);
    GString *html = g_string_sized_new(64 * 1024);
    bt_glass_add_shapes(html);
    bt_waits_add(html, &visit);
    add_waiting(html, &visit);
    add_choice(html, &board);
    add_screens(html, &visit, &board);
    return bt_visit_page(&visit, BT_HTTP_OK, "screens", _("Screens"), html);
}

const BtRoute bt_screens_routes[] = {
    { "GET", "/", BT_PART_NOTHING, "", 0, show },
    { NULL },
};
