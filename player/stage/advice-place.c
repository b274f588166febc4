/* An item in one zone: its pages and its strip are made as the stage makes them, and measured. */
#include "player/stage/advice-parts.h"
#include "player/stage/ticker.h"

#include <libintl.h>
#include <math.h>

#define _(text) dgettext("bangtin", text)
#define PAGE_MIN_MS (5 * BT_SECOND_MS) /* FORMAT.md, 8.5; look.md: never under 5 s a page */
#define MAX_TRIES 64
#define MAX_ZONE_PX BT_CANVAS_MAX_H_PX

typedef struct {
    BtAdviceList *list;
    BtStage *stage;
    BtOccurrence at;
    const BtLayout *layout;
    const char *item_pointer;
    GPtrArray *texts; /* of BtText: what the zone shows */
} Place;

static void add(const Place *place, BtAdviceCode code, const char *pointer, char *words)
{
    BtAdvicePlace where = { pointer, 0, place->at.zone, place->layout };
    bt_advice_add(place->list, code, where, words);
}

/* (transfer full) */
static char *pointer_of(const Place *place, const BtText *text)
{
    guint index = 0;
    g_ptr_array_find(place->at.item->texts, text, &index);
    return g_strdup_printf("%s/texts/%u", place->item_pointer, index);
}

static const char *lang_of(const BtText *text)
{
    return *text->lang ? text->lang : "vi";
}

/* ---- pages ---- */

/* How far the deepest page reaches out of its column. */
static int overflow_of(const BtPlan *plan, const BtPlanText *text)
{
    int over_px = bt_plan_deepest_px(plan, text) - bt_plan_room(plan, text->vertical).depth_px;
    return MAX(0, over_px);
}

/* The plan of this zone, `more_px` higher than it is. Borrowed, until the next plan. */
static const BtPlan *plan_of(const Place *place, int more_px)
{
    g_autofree char *key = NULL;
    BtOccurrence at = place->at;
    at.rect_px.h += more_px;
    at.free_px.h += more_px;
    return bt_zone_plan(place->stage, &at, place->texts, &key);
}

/* How much higher the zone has to be for text `k`: tried, since margins and boxes grow with it. */
static int missing_height(const Place *place, guint k, int overflow)
{
    for (int more_px = 1; more_px < overflow + MAX_TRIES; more_px++) {
        const BtPlan *plan = plan_of(place, more_px);
        if (overflow_of(plan, bt_plan_text(plan, k)) <= 1)
            return more_px;
    }
    return overflow;
}

static void judge_size(const Place *place, guint k)
{
    const BtText *text = place->texts->pdata[k];
    const BtPlan *plan = plan_of(place, 0);
    int least_px = bt_text_min_px(text->lang, place->stage->options.led);
    int body_px = plan->body_px, overflow = overflow_of(plan, bt_plan_text(plan, k));
    g_autofree char *pointer = pointer_of(place, text);
    if (body_px < least_px)
        add(place, BT_ADVICE_SMALL, pointer,
            g_strdup_printf(_("letters of %d px are too small to be read in %s: expected %d px or "
                              "more; use a larger zone or a shorter text"),
                body_px, lang_of(text), least_px));
    else if (overflow > 1)
        add(place, BT_ADVICE_SMALL, pointer,
            g_strdup_printf(_("letters of %d px, the least that can be read in the languages of "
                              "this text, do not fit: expected a zone %d px higher"),
                body_px, missing_height(place, k, overflow)));
}

#define MAX_QUOTED 40 /* code points of a word in a sentence */

/* (transfer full) */
static char *shortened(const char *start, const char *end)
{
    if (g_utf8_strlen(start, end - start) <= MAX_QUOTED)
        return g_strndup(start, (gsize)(end - start));
    g_autofree char *head = g_utf8_substring(start, 0, MAX_QUOTED);
    return g_strconcat(head, "…", NULL);
}

/* The first word that a line of `layout` ends inside of. (transfer full) (nullable) */
static char *cut_word(const BtTextLayout *layout)
{
    guint next_break = 0;
    for (guint i = 0; layout && i + 1 < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        gsize next = line[1].start;
        while (next_break < layout->breaks->len &&
            g_array_index(layout->breaks, gsize, next_break) < line->end)
            next_break++;
        if (line->hard ||
            (next_break < layout->breaks->len &&
                g_array_index(layout->breaks, gsize, next_break) <= next))
            continue;
        const char *start = layout->text + line->end, *end = start;
        while (start > layout->text + line->start &&
            !g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(start))))
            start = g_utf8_prev_char(start);
        while (*end && !g_unichar_isspace(g_utf8_get_char(end)))
            end = g_utf8_next_char(end);
        return shortened(start, end);
    }
    return NULL;
}

static void judge_words(const Place *place, const BtPlan *plan, guint k)
{
    const BtPlanText *text = bt_plan_text(plan, k);
    g_autofree char *of_title = cut_word(text->title), *of_body = cut_word(text->body);
    g_autofree char *pointer = pointer_of(place, place->texts->pdata[k]);
    const char *word = of_title ? of_title : of_body;
    if (word)
        add(place, BT_ADVICE_CUT, pointer,
            g_strdup_printf(_("“%s” is wider than the page of %d px and is cut inside: expected "
                              "spaces, shorter words or a wider zone"),
                word, bt_plan_room(plan, text->vertical).length_px));
}

/* ---- time ---- */

static gint64 needed_ms(const BtPlan *plan, const BtText *text, guint k)
{
    return MAX(bt_text_duration_ms(text), bt_plan_pages(plan, k) * PAGE_MIN_MS);
}

/* All texts share a written duration alike, so the slowest decides. */
static gint64 enough_ms(const Place *place, const BtPlan *plan)
{
    gint64 most_ms = 0;
    for (guint k = 0; k < place->texts->len; k++)
        most_ms = MAX(most_ms, needed_ms(plan, place->texts->pdata[k], k));
    return most_ms * place->texts->len;
}

static void judge_time(const Place *place, const BtPlan *plan)
{
    g_autofree gint64 *given_ms = g_new(gint64, place->texts->len);
    bt_zone_durations(&place->at, place->texts, given_ms);
    for (guint k = 0; k < place->texts->len; k++) {
        const BtText *text = place->texts->pdata[k];
        gint64 needs_ms = needed_ms(plan, text, k);
        if (given_ms[k] >= needs_ms)
            continue;
        g_autofree char *pointer = pointer_of(place, text);
        g_autofree char *enough = g_strdup_printf("%" G_GINT64_FORMAT, enough_ms(place, plan));
        add(place, BT_ADVICE_TIME, pointer,
            g_strdup_printf(_("shown for %.1f s, too short to be read (language %s, pages: %u): "
                              "expected %.1f s, a duration_ms of %s or more; or a shorter text"),
                given_ms[k] / 1e3, lang_of(text), bt_plan_pages(plan, k), needs_ms / 1e3, enough));
    }
}

static void judge_pages(const Place *place)
{
    for (guint k = 0; k < place->texts->len; k++)
        judge_size(place, k);
    const BtPlan *plan = plan_of(place, 0);
    for (guint k = 0; k < place->texts->len; k++)
        judge_words(place, plan, k);
    judge_time(place, plan);
}

/* ---- tickers ---- */

/* Characters that take room of their own: no marks, nothing invisible. */
static guint count_letters(const char *text)
{
    guint n = 0;
    for (; *text; text = g_utf8_next_char(text))
        n += !g_unichar_iszerowidth(g_utf8_get_char(text));
    return n;
}

static int least_zone_px(const Place *place, const BtText *text, int least_px)
{
    int h_px = place->at.rect_px.h;
    while (h_px < MAX_ZONE_PX &&
        bt_ticker_px(place->stage->options.fonts, text, h_px, place->stage->options.led) < least_px)
        h_px++;
    return h_px;
}

static void judge_letters(const Place *place, const BtText *text)
{
    const BtStageOptions *options = &place->stage->options;
    int px = bt_ticker_px(options->fonts, text, place->at.rect_px.h, options->led);
    int least_px = bt_text_min_px(text->lang, options->led);
    if (px >= least_px)
        return;
    g_autofree char *pointer = pointer_of(place, text);
    add(place, BT_ADVICE_SMALL, pointer,
        g_strdup_printf(_("running letters of %d px are too small to be read in %s: expected %d px "
                          "or more, in a zone at least %d px high"),
            px, lang_of(text), least_px, least_zone_px(place, text, least_px)));
}

static void judge_speed(const Place *place)
{
    guint letters = 0;
    for (guint k = 0; k < place->texts->len; k++) {
        const BtText *text = place->texts->pdata[k];
        letters += count_letters(text->title) + count_letters(text->body);
    }
    BtColours colours = bt_look_colours(bt_look_strip(place->at.ground));
    int written_px_s = place->at.item->speed_px_s;
    double speed_px_s = bt_zone_ticker_speed(place->stage, &place->at, place->texts);
    const BtTicker *ticker =
        bt_stage_ticker(place->stage, place->texts, place->at.rect_px.h, colours);
    double letter_px = (double)bt_ticker_advance_px(ticker, 0) / MAX(1, letters);
    double most_px_s = letter_px * BT_ADVICE_LETTERS_A_SECOND * written_px_s / speed_px_s;
    /* In whole letters: nobody sees a tenth of one. */
    if (letter_px <= 0 || lround(speed_px_s / letter_px) <= BT_ADVICE_LETTERS_A_SECOND)
        return;
    add(place, BT_ADVICE_SPEED, place->item_pointer,
        g_strdup_printf(_("%.1f letters a second run by, people read %d: expected a speed_px_s of "
                          "%d or less"),
            speed_px_s / letter_px, BT_ADVICE_LETTERS_A_SECOND, MAX(10, (int)floor(most_px_s))));
}

static void judge_ticker(const Place *place)
{
    for (guint k = 0; k < place->texts->len; k++)
        judge_letters(place, place->texts->pdata[k]);
    judge_speed(place);
}

void bt_advice_on_place(BtAdviceList *list, BtStage *stage, const BtOnAir *on_air,
    const BtOnZone *on, const char *item_pointer)
{
    g_autoptr(GPtrArray) texts = bt_zone_texts(on->item, on->zone);
    Place place = { list, stage, bt_programme_occurrence(stage, on_air, on), on_air->layout,
        item_pointer, texts };
    if (texts->len == 0)
        return;
    if (on->item->kind == BT_ITEM_TICKER)
        judge_ticker(&place);
    else
        judge_pages(&place);
}
