/* Planted reasons: for each, `why` names the rule that decided, and says it in words. */
#include "tests/unit/schedule-fixture.h"

#include <libintl.h>
#include <locale.h>
#include <string.h>

typedef void (*Plant)(BtInputs *inputs);

static void plant_cut(BtInputs *inputs)
{
    bt_inputs_add_cut(inputs, fixture_at("23T08:30:00"), BT_TIME_MAX);
}

static void plant_safe(BtInputs *inputs)
{
    bt_inputs_add_safe(inputs, fixture_at("23T08:59:00"), fixture_at("23T09:09:00"));
}

static void plant_darken(BtInputs *inputs)
{
    bt_inputs_add_darken(inputs, fixture_at("23T08:30:00"), fixture_at("23T10:00:00"));
}

static void plant_off(BtInputs *inputs)
{
    BtTimes evening = { 18 * 3600, 22 * 3600 };
    bt_inputs_set_on_windows(inputs, &evening, 1);
}

static void plant_denied_plan(BtInputs *inputs)
{
    bt_inputs_add_denial(inputs, 0, "m1", fixture_at("23T08:30:00"));
}

static void plant_denied_asset(BtInputs *inputs)
{
    bt_inputs_add_denial(inputs, 0, FIXTURE_ASSET, fixture_at("23T08:30:00"));
}

static void plant_set_aside(BtInputs *inputs)
{
    bt_inputs_add_set_aside(inputs, 0, "a1", fixture_at("23T08:30:00"), BT_TIME_MAX);
}

static void plant_lapse(BtInputs *inputs)
{
    bt_inputs_add_lapse(inputs, 0, fixture_at("23T08:30:00"));
}

static void plant_untrusted(BtInputs *inputs)
{
    bt_inputs_add_untrusted(inputs, fixture_at("23T08:30:00"), BT_TIME_MAX);
}

static void plant_low_source(BtInputs *inputs)
{
    BtRect corner = { 0, 0, 64, 64 };
    bt_inputs_add_source(inputs, "low", 1 << BT_CLASS_FILLER, NULL, 0);
    bt_inputs_add_source(inputs, "small", BT_ALL_CLASSES, &corner, 1);
    fixture_add(inputs, 1, FULL("p", "a", DAY), "", "m2", 0);
    fixture_add(inputs, 2, FULL("q", "a", DAY), "", "m3", 0);
}

static void plant_late_source(BtInputs *inputs)
{
    bt_inputs_add_source(inputs, "late", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 1, FULL("p", "a", DAY), "", "m2", fixture_at("24T00:00:00"));
}

static void plant_alert(BtInputs *inputs)
{
    g_autofree char *text = g_strconcat(HEAD, FULL("x", "b", "'class':'emergency'"), "]}", NULL);
    g_autoptr(BtManifest) alert = fixture_parse(text);
    bt_inputs_add_alert(inputs, 0, alert, "al", fixture_at("23T08:30:00"));
}

static void plant_alert_called_off(BtInputs *inputs)
{
    plant_alert(inputs);
    bt_inputs_add_alert(inputs, 0, NULL, NULL, fixture_at("23T08:45:00"));
}

static void plant_stop(BtInputs *inputs)
{
    bt_inputs_add_stop(inputs, 0, fixture_at("23T08:30:00"), BT_TIME_MAX);
}

/* And a newer document, which has no part in what stands still. */
static void plant_pause(BtInputs *inputs)
{
    bt_inputs_add_pause(inputs, 0, fixture_at("23T08:00:03"), BT_TIME_MAX);
    fixture_add(inputs, 0, FULL("q", "b", DAY), "", "m2", fixture_at("23T08:30:00"));
}

typedef struct {
    const char *name, *programmes;
    Plant plant;
    const char *time;
    /* what is expected */
    const char *rule;
    gboolean chosen;
    const char *programme, *item;
    const char *words; /* a part of the sentence */
} Case;

#define WORKDAYS "'when':{'days':['mon','tue','wed','thu','fri']}"
#define SLOTS                                                                                      \
    "'when':{'slots':[['2026-11-23T08:00:00+07:00','2026-11-23T09:00:00+07:00'],"                  \
    "['2026-11-24T10:00:00+07:00','2026-11-24T11:00:00+07:00']]}"
#define P FULL("p", "a", DAY)

static const Case cases[] = {
    { "cut", P, plant_cut, "23T09:00:00", "cut", TRUE, NULL, NULL, "until further notice" },
    { "darkened", P, plant_darken, "23T09:00:00", "darkened", TRUE, NULL, NULL, "10:00:00" },
    { "off", P, plant_off, "23T09:00:00", "off", TRUE, NULL, NULL, "timetable" },
    { "safe-after-deaths", P, plant_safe, "23T09:00:00", "safe", TRUE, NULL, NULL,
        "three times within a minute, until 09:09:00" },
    { "safe", P, NULL, "23T13:00:00", "safe", TRUE, NULL, NULL, "nothing may be shown" },
    { "chosen", P, NULL, "23T09:00:00", "chosen", TRUE, "p", NULL, "the ordinary class" },
    { "chosen-item", P, NULL, "23T09:00:00", "chosen", TRUE, "p", "a1", "until 09:00:10" },
    { "window", P, NULL, "23T13:00:00", "window", FALSE, "p", NULL, "only at 08:00–12:00" },
    { "slot-to-come", FULL("p", "a", SLOTS), NULL, "23T07:30:00", "window", FALSE, "p", NULL,
        "next slot begins at 08:00:00" },
    { "slot-between", FULL("p", "a", SLOTS), NULL, "23T09:30:00", "window", FALSE, "p", NULL,
        "next slot begins at 10:00:00 24/11/2026" },
    { "slots-over", FULL("p", "a", SLOTS), NULL, "25T09:30:00", "window", FALSE, "p", NULL,
        "slots ended at 11:00:00 24/11/2026" },
    { "stopped", P, plant_stop, "23T09:00:00", "stopped", FALSE, "p", NULL, "told to stop" },
    { "paused", P, plant_pause, "23T09:00:00", "paused", TRUE, "p", NULL, "paused since 08:00:03" },
    { "paused-item", P, plant_pause, "23T09:00:00", "paused", TRUE, "p", "a1", "as it was at" },
    { "paused-other", P, plant_pause, "23T09:00:00", "paused", FALSE, "q", NULL,
        "“p” stands still" },
    { "days", FULL("p", "a", WORKDAYS), NULL, "29T09:00:00", "days", FALSE, "p", NULL,
        "today is Sunday, the programme runs only from Monday to Friday" },
    { "some-days", FULL("p", "a", "'when':{'days':['mon','wed']}"), NULL, "29T09:00:00", "days",
        FALSE, "p", NULL, "only on Monday, Wednesday" },
    { "dates-to-come", FULL("p", "a", "'when':{'from':'2026-11-25'}"), NULL, "23T09:00:00", "dates",
        FALSE, "p", NULL, "first day is 25/11/2026" },
    { "dates-past", FULL("p", "a", "'when':{'until':'2026-11-20'}"), NULL, "23T09:00:00", "dates",
        FALSE, "p", NULL, "last day was 20/11/2026" },
    { "class", P "," FULL("q", "b", "'class':'priority'"), NULL, "23T09:00:00", "class", FALSE, "p",
        NULL, "gives way to the priority class, where “q” is on" },
    { "class-ceiling", FULL("f", "b", "'class':'filler'"), plant_low_source, "23T09:00:00",
        "ceiling", FALSE, "p", NULL, "may not use the ordinary class" },
    { "place-ceiling", FULL("f", "b", "'class':'filler'"), plant_low_source, "23T09:00:00",
        "ceiling", FALSE, "q", NULL, "part of the screen" },
    { "denied", P, plant_denied_plan, "23T09:00:00", "denied", FALSE, "p", NULL,
        "withdrew the plan" },
    { "denied-asset", P "," FULL("q", "b", DAY), plant_denied_asset, "23T09:00:00", "denied", FALSE,
        "q", "b1", "withdrew what it shows" },
    { "expired", FULL("p", "a", "'weight':1"), NULL, "30T09:00:00", "expired", FALSE, "p", NULL,
        "ended at" },
    { "lapsed", P, plant_lapse, "23T09:00:00", "lapsed", FALSE, "p", NULL, "not been heard of" },
    { "turn", P "," FULL("q", "b", DAY), NULL, "23T08:00:10", "turn", FALSE, "q", NULL,
        "“p” has it now" },
    { "weight", FULL("p", "a", "'weight':3," DAY), NULL, "23T08:00:31", "weight", TRUE, "p", NULL,
        "this is pass 2" },
    { "valid-over", FULL("p", "v", DAY), NULL, "23T09:01:00", "valid", FALSE, "p", "v1",
        "counted until 09:00:25" },
    { "valid-to-come", FULL("p", "v", DAY), NULL, "23T08:59:00", "valid", FALSE, "p", "v1",
        "only from 09:00:00" },
    { "language", "{'id':'p','layout':'split','zones':{'strip':'t'}}", NULL, "23T09:00:00",
        "language", FALSE, "p", "t2", "language, vi" },
    { "empty", P "," FULL("q", "none", "'class':'priority'"), NULL, "23T09:00:00", "empty", FALSE,
        "q", NULL, "gives way" },
    { "set-aside", P, plant_set_aside, "23T09:00:00", "set-aside", FALSE, "p", "a1", "set aside" },
    { "untrusted", FULL("p", "any", DAY), plant_untrusted, "23T09:00:00", "untrusted", FALSE, "p",
        "y2", "not for any time" },
    { "alert", P, plant_alert, "23T09:00:00", "alert", TRUE, "x", NULL,
        "emergency of the source “first”" },
    { "alert-called-off", P, plant_alert_called_off, "23T09:00:00", "alert", FALSE, NULL, NULL,
        "called off" },
    { "not-yet", P, plant_late_source, "23T09:00:00", "not-yet", FALSE, NULL, NULL,
        "only from 00:00:00 24/11/2026" },
};

static const BtWhyStep *find(const GPtrArray *steps, const Case *c)
{
    for (guint i = 0; i < steps->len; i++) {
        const BtWhyStep *step = steps->pdata[i];
        if (g_str_equal(step->rule, c->rule) && step->chosen == c->chosen &&
            g_strcmp0(step->programme, c->programme) == 0 && g_strcmp0(step->item, c->item) == 0)
            return step;
    }
    return NULL;
}

static void print_steps(const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const BtWhyStep *step = steps->pdata[i];
        g_test_message("%s %s/%s: %s", step->rule, step->programme ? step->programme : "",
            step->item ? step->item : "", step->sentence);
    }
}

static GPtrArray *ask(const Case *c)
{
    g_autoptr(BtInputs) inputs = fixture_one(c->programmes);
    gint64 at_ms = fixture_at(c->time);
    if (c->plant)
        c->plant(inputs);
    if (g_str_equal(c->name, "expired"))
        at_ms += 30 * BT_DAY_MS;
    return bt_why(inputs, at_ms, NULL, NULL);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GPtrArray) steps = ask(c);
    print_steps(steps);
    const BtWhyStep *step = find(steps, c);
    g_assert_nonnull(step);
    g_assert_nonnull(strstr(step->sentence, c->words));
    /* What decided the whole screen comes first. */
    const BtWhyStep *first = steps->pdata[0];
    g_assert_true(first->chosen || g_str_equal(first->rule, "untrusted"));
}

static void test_vietnamese(void)
{
    const Case *days = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        days = g_str_equal(cases[i].name, "days") ? &cases[i] : days;
    g_autofree char *folder = g_build_filename(g_getenv("BUILD"), "share", "locale", NULL);
    g_autofree char *catalogue = g_build_filename(folder, "vi", "LC_MESSAGES", "bangtin.mo", NULL);
    if (!g_file_test(catalogue, G_FILE_TEST_EXISTS)) {
        g_test_skip("no catalogue: msgfmt is not installed, or `catalogues` was not built");
        return;
    }
    bindtextdomain("bangtin", folder);
    g_setenv("LANGUAGE", "vi", TRUE);
    g_autoptr(GPtrArray) steps = ask(days);
    const BtWhyStep *step = find(steps, days);
    g_assert_cmpstr(step->sentence, ==,
        "“p” không chiếu: hôm nay là Chủ nhật, chương trình chỉ chạy từ thứ Hai đến thứ Sáu");
}

int main(int argc, char **argv)
{
    g_unsetenv("LANGUAGE");
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/why/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/why/vietnamese", test_vietnamese);
    return g_test_run();
}
