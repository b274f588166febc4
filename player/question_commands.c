/* Commands that ask a board: snapshot, rundown, why. */
#include "player/commands.h"

#include "base/error.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define SNAPSHOT_TIMEOUT_MS 20000

typedef struct {
    char *config, *manifest, *assets, *at, *from, *to, *size, *zone, *output;
    gboolean json, pages, led, panel;
} Question;

static void question_clear(Question *question)
{
    g_free(question->config);
    g_free(question->manifest);
    g_free(question->assets);
    g_free(question->at);
    g_free(question->from);
    g_free(question->to);
    g_free(question->size);
    g_free(question->zone);
    g_free(question->output);
}

static gboolean names_one_board(const Question *question, GError **error)
{
    if ((question->config == NULL) != (question->manifest == NULL))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "expected one of --config FILE and --manifest FILE [--assets DIR]");
    return FALSE;
}

/* A configuration says what kind of screen it is. */
static gboolean names_one_kind(const Question *question, GError **error)
{
    if (!(question->led || question->panel) ||
        (question->config == NULL && question->led != question->panel))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "expected one of --led and --panel, or none, and that with --manifest FILE");
    return FALSE;
}

static gboolean parse_instant(const char *name, const char *text, gint64 *t_ms, GError **error)
{
    if (text != NULL)
        return bt_time_parse(text, t_ms, error);
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "expected --%s RFC3339", name);
    return FALSE;
}

static BtBoard *open_sized(
    const Question *question, gint64 since_ms, BtConfig **config, GError **error)
{
    g_autoptr(BtBoard) board = bt_command_board(
        question->config, question->manifest, question->assets, since_ms, config, error);
    int w_px, h_px;
    if (board == NULL)
        return NULL;
    bt_board_default_size(board, &w_px, &h_px);
    if (question->led || question->panel)
        bt_board_set_led(board, question->led);
    if (question->size != NULL && !bt_size_parse(question->size, &w_px, &h_px, error))
        return NULL;
    return bt_board_set_size(board, w_px, h_px, error) ? g_steal_pointer(&board) : NULL;
}

/* The beginning of each question about one instant: the exit status so far. */
static int open_at(const Question *question, BtConfig **config, BtBoard **board, gint64 *at_ms)
{
    GError *failure = NULL;
    if (!names_one_board(question, &failure) || !names_one_kind(question, &failure) ||
        !parse_instant("at", question->at, at_ms, &failure))
        return bt_command_fail(failure, 2);
    *board = open_sized(question, *at_ms, config, &failure);
    return *board == NULL ? bt_command_fail(failure, 1) : 0;
}

#define QUESTION_ENTRIES(question)                                                                 \
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &(question).config, "player.conf of this box",        \
        "FILE" },                                                                                  \
        { "manifest", 0, 0, G_OPTION_ARG_FILENAME, &(question).manifest,                           \
            "an envelope or its bare payload", "FILE" },                                           \
        { "assets", 0, 0, G_OPTION_ARG_FILENAME, &(question).assets, "the manifest's assets",      \
            "DIR" },                                                                               \
        { "led", 0, 0, G_OPTION_ARG_NONE, &(question).led, "the manifest's screen is an LED wall", \
            NULL },                                                                                \
        { "panel", 0, 0, G_OPTION_ARG_NONE, &(question).panel, "it is a panel", NULL },            \
    {                                                                                              \
        "size", 0, 0, G_OPTION_ARG_STRING, &(question).size, "size of the canvas", "WxH"           \
    }

/* ---- snapshot ---- */

static int snapshot(const Question *question)
{
    GError *failure = NULL;
    gint64 at_ms;
    g_autoptr(BtConfig) config = NULL;
    g_autoptr(BtBoard) board = NULL;
    int status = open_at(question, &config, &board, &at_ms);
    if (status != 0)
        return status;
    g_autoptr(BtFrame) frame = bt_board_picture(board, at_ms, SNAPSHOT_TIMEOUT_MS, &failure);
    if (frame == NULL || !bt_frame_write_png(frame, question->output, &failure))
        return bt_command_fail(failure, 1);
    return 0;
}

int bt_snapshot_command(int argc, char **argv)
{
    Question question = { 0 };
    const GOptionEntry entries[] = {
        QUESTION_ENTRIES(question),
        { "at", 0, 0, G_OPTION_ARG_STRING, &question.at, "the instant", "RFC3339" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &question.output, "where to write", "PNG" },
        { 0 },
    };
    if (!bt_options_parse(
            "", "Writes the picture of an instant, to the pixel, as a PNG.", entries, &argc, &argv))
        return 2;
    int status = 2;
    if (question.output == NULL)
        fprintf(stderr, "bangtin: snapshot: expected -o PNG\n");
    else
        status = snapshot(&question);
    question_clear(&question);
    return status;
}

/* ---- rundown ---- */

/* The zone of this row as it was planned at its start; NULL: it was in the middle of it. Borrowed.
 */
static const BtOnZone *zone_of(const BtOnAir *on_air, const BtRundownRow *row)
{
    for (guint i = 0; on_air->zones != NULL && i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        if (strcmp(on->zone->id, row->zone) == 0 && on->item != NULL)
            return on;
    }
    return NULL;
}

static void add_pages(BtJson *json, BtBoard *board, const BtRundownRow *row)
{
    g_autoptr(BtOnAir) on_air = bt_board_on_air(board, row->start_ms);
    const BtOnZone *on = zone_of(on_air, row);
    if (on == NULL)
        return;
    g_autoptr(GArray) pages = bt_stage_pages(bt_board_stage(board), on_air, on);
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < pages->len; i++) {
        const BtStagePage *page = &g_array_index(pages, BtStagePage, i);
        BtJson *one = bt_json_new_object();
        bt_json_set_time(one, "start", page->start_ms);
        bt_json_set_string(one, "lang", page->text->lang);
        bt_json_set_int(one, "page", page->page + 1);
        bt_json_set_int(one, "of", page->n_pages);
        bt_json_append(list, one);
    }
    bt_json_set(json, "pages", list);
}

static BtJson *row_json(const BtRundownRow *row)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_time(json, "start", row->start_ms);
    bt_json_set_time(json, "end", row->end_ms);
    bt_json_set_string(json, "zone", row->zone);
    bt_json_set_string(json, "item", row->item);
    if (row->item != NULL) {
        bt_json_set_string(json, "programme", row->programme);
        bt_json_set_string(json, "class", bt_class_name(row->cls));
        bt_json_set_string(json, "source", row->source);
        bt_json_set_bool(json, "resumed", row->resumed);
    } else {
        bt_json_set_string(json, "reason", row->reason);
    }
    return json;
}

/* `board` NULL: without pages. */
static void print_rows_json(const GPtrArray *rows, BtBoard *board)
{
    printf("[");
    for (guint i = 0; i < rows->len; i++) {
        const BtRundownRow *row = g_ptr_array_index(rows, i);
        g_autoptr(BtJson) json = row_json(row);
        if (board != NULL && row->item != NULL)
            add_pages(json, board, row);
        g_autofree char *text = bt_json_to_text(json, FALSE);
        printf("%s%s", i > 0 ? ",\n " : "", text);
    }
    printf("]\n");
}

static void print_rows(const GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const BtRundownRow *row = g_ptr_array_index(rows, i);
        g_autofree char *start = bt_time_format(row->start_ms), *end = bt_time_format(row->end_ms);
        if (row->item != NULL)
            printf("%s  %s  %-10s %-20s %-16s %-10s %s%s\n", start, end, row->zone, row->item,
                row->programme, bt_class_name(row->cls), row->source,
                row->resumed ? "  (resumed)" : "");
        else
            printf("%s  %s  %-10s -- %s\n", start, end, row->zone, row->reason);
    }
}

static int rundown(const Question *question)
{
    GError *failure = NULL;
    gint64 from_ms, to_ms;
    g_autoptr(BtConfig) config = NULL;
    if (!names_one_board(question, &failure) || !names_one_kind(question, &failure) ||
        !parse_instant("from", question->from, &from_ms, &failure) ||
        !parse_instant("to", question->to, &to_ms, &failure))
        return bt_command_fail(failure, 2);
    g_autoptr(BtBoard) board = open_sized(question, from_ms, &config, &failure);
    if (board == NULL)
        return bt_command_fail(failure, 1);
    g_autoptr(GPtrArray) rows = bt_rundown(
        bt_board_inputs(board), from_ms, to_ms, question->zone, bt_board_measure, board, &failure);
    if (rows == NULL)
        return bt_command_fail(failure, 1);
    if (question->json)
        print_rows_json(rows, question->pages ? board : NULL);
    else
        print_rows(rows);
    return 0;
}

int bt_rundown_command(int argc, char **argv)
{
    Question question = { 0 };
    const GOptionEntry entries[] = {
        QUESTION_ENTRIES(question),
        { "from", 0, 0, G_OPTION_ARG_STRING, &question.from, "the first instant", "RFC3339" },
        { "to", 0, 0, G_OPTION_ARG_STRING, &question.to, "the instant after the last", "RFC3339" },
        { "zone", 0, 0, G_OPTION_ARG_STRING, &question.zone, "this zone only", "ZONE" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &question.json, "for programs", NULL },
        { "pages", 0, 0, G_OPTION_ARG_NONE, &question.pages,
            "with --json: when the pages of texts turn", NULL },
        { 0 },
    };
    if (!bt_options_parse("", "Says what will be, or was, shown: a row for each zone and stretch.",
            entries, &argc, &argv))
        return 2;
    int status = rundown(&question);
    question_clear(&question);
    return status;
}

/* ---- why ---- */

static BtJson *step_json(const BtWhyStep *step)
{
    BtJson *json = bt_json_new_object();
    const char *const words[][2] = {
        { "source", step->source },
        { "programme", step->programme },
        { "item", step->item },
        { "zone", step->zone },
    };
    bt_json_set_string(json, "rule", step->rule);
    bt_json_set_bool(json, "chosen", step->chosen);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i][1] != NULL)
            bt_json_set_string(json, words[i][0], words[i][1]);
    bt_json_set_string(json, "sentence", step->sentence);
    return json;
}

static void print_steps(const GPtrArray *steps, gboolean as_json)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < steps->len; i++) {
        const BtWhyStep *step = g_ptr_array_index(steps, i);
        if (as_json)
            bt_json_append(list, step_json(step));
        else
            printf("%s %s\n", step->chosen ? "●" : "○", step->sentence);
    }
    if (as_json) {
        g_autofree char *text = bt_json_to_text(list, TRUE);
        printf("%s\n", text);
    }
}

static int why(const Question *question)
{
    gint64 at_ms;
    g_autoptr(BtConfig) config = NULL;
    g_autoptr(BtBoard) board = NULL;
    int status = open_at(question, &config, &board, &at_ms);
    if (status != 0)
        return status;
    g_autoptr(GPtrArray) steps = bt_why(bt_board_inputs(board), at_ms, bt_board_measure, board);
    print_steps(steps, question->json);
    return 0;
}

int bt_why_command(int argc, char **argv)
{
    Question question = { 0 };
    const GOptionEntry entries[] = {
        QUESTION_ENTRIES(question),
        { "at", 0, 0, G_OPTION_ARG_STRING, &question.at, "the instant", "RFC3339" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &question.json, "for programs", NULL },
        { 0 },
    };
    if (!bt_options_parse("",
            "Says which rules chose what each zone shows, and turned the rest down.", entries,
            &argc, &argv))
        return 2;
    int status = why(&question);
    question_clear(&question);
    return status;
}
