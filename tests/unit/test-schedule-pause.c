/* What a source stops and pauses, and for whom: FORMAT.md, section 8. Manifests are written with '
 * for ". */
#include "tests/unit/schedule-fixture.h"

static void test_stop(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one(FULL("p", "a", DAY) "," FULL("f", "b", "'class':'filler'"));
    g_autofree char *text = g_strconcat(HEAD, FULL("x", "b", "'class':'emergency'"), "]}", NULL);
    g_autoptr(BtManifest) alert = fixture_parse(text);
    bt_inputs_add_alert(inputs, 0, alert, "al", fixture_at("23T08:30:00"));
    bt_inputs_add_alert(inputs, 0, NULL, NULL, fixture_at("23T08:31:00"));
    bt_inputs_add_source(inputs, "other", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 1, FULL("o", "b", "'class':'filler'"), "", "m2", fixture_at("23T08:40:00"));
    bt_inputs_add_stop(inputs, 0, fixture_at("23T08:00:03"), fixture_at("23T08:45:12"));
    fixture_expect(inputs, fixture_at("23T08:00:03") - 1, "p/a1");
    fixture_expect(inputs, fixture_at("23T08:00:03"), "safe"); /* its fillers too */
    fixture_expect(inputs, fixture_at("23T08:30:00"), "x/b1");
    fixture_expect(inputs, fixture_at("23T08:31:00"), "safe");
    fixture_expect(inputs, fixture_at("23T08:40:00"), "o/b1");
    fixture_expect(inputs, fixture_at("23T08:45:12"), "p/a2"); /* where it would be by now */
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, fixture_at("23T08:00:02"), NULL, NULL);
    g_assert_cmpint(on->until_ms, ==, fixture_at("23T08:00:03"));
    g_assert_true(bt_schedule_may_stay(inputs, on, fixture_at("23T08:00:03") - 1));
    g_assert_false(bt_schedule_may_stay(inputs, on, fixture_at("23T08:00:03")));
}

/* A table of what else happens while "p" of the first source is paused at 08:00:03 until 09:00:03:
 * at 08:10 something does, and what is on then, and a minute later. */
static void pause_nothing(BtInputs *inputs)
{
    (void)inputs;
}

static void pause_cut(BtInputs *inputs)
{
    bt_inputs_add_cut(inputs, fixture_at("23T08:10:00"), fixture_at("23T08:11:00"));
}

static void pause_darken(BtInputs *inputs)
{
    bt_inputs_add_darken(inputs, fixture_at("23T08:10:00"), fixture_at("23T08:11:00"));
}

static void pause_other(BtInputs *inputs, const char *more)
{
    g_autofree char *programme =
        g_strdup_printf("{'id':'q','layout':'full','zones':{'main':'b'},%s}", more);
    bt_inputs_add_source(inputs, "other", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 1, programme, "", "m9", fixture_at("23T08:10:00"));
}

static void pause_above(BtInputs *inputs)
{
    pause_other(inputs,
        "'class':'priority',"
        "'when':{'slots':[['2026-11-23T08:10:00+07:00','2026-11-23T08:11:00+07:00']]}");
}

static void pause_beside(BtInputs *inputs)
{
    pause_other(inputs, DAY);
}

static void pause_replaced(BtInputs *inputs)
{
    fixture_add(inputs, 0, FULL("n", "b", DAY), "", "m2", fixture_at("23T08:10:00"));
}

static void pause_denied(BtInputs *inputs)
{
    pause_replaced(inputs);
    bt_inputs_add_denial(inputs, 0, "m1", fixture_at("23T08:10:00"));
}

static void pause_skipped(BtInputs *inputs)
{
    bt_inputs_add_set_aside(inputs, 0, "a1", fixture_at("23T08:10:00"), fixture_at("23T08:11:00"));
}

static void pause_stopped(BtInputs *inputs)
{
    bt_inputs_add_stop(inputs, 0, fixture_at("23T08:10:00"), fixture_at("23T08:11:00"));
}

static void pause_untrusted(BtInputs *inputs)
{
    bt_inputs_add_untrusted(inputs, fixture_at("23T08:10:00"), fixture_at("23T08:11:00"));
}

static void pause_of_other(BtInputs *inputs)
{
    pause_other(inputs, DAY);
    bt_inputs_add_pause(inputs, 1, fixture_at("23T08:10:00"), BT_TIME_MAX);
}

static const struct {
    const char *name;
    void (*also)(BtInputs *inputs);
    const char *then, *later, *ended; /* at 08:10:00, 08:11:00, 09:00:03 */
} pauses[] = {
    { "nothing", pause_nothing, "p/a1", "p/a1", "p/a1" },
    { "cut", pause_cut, "cut", "p/a1", "p/a1" },
    { "darkened", pause_darken, "dark", "p/a1", "p/a1" },
    { "class-above", pause_above, "q/b1", "p/a1", "p/a1" },
    { "same-class", pause_beside, "p/a1", "p/a1", "q/b1" },
    { "replaced", pause_replaced, "p/a1", "p/a1", "n/b1" },
    { "denied", pause_denied, "n/b1", "n/b1", "n/b1" },
    { "skipped", pause_skipped, "p/a2", "p/a1", "p/a1" },
    { "stopped", pause_stopped, "safe", "p/a1", "p/a1" },
    { "untrusted", pause_untrusted, "safe", "p/a1", "p/a1" },
    { "other-source", pause_of_other, "p/a1", "p/a1", "q/b1" },
};

static void test_pause(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    bt_inputs_add_pause(inputs, 0, fixture_at("23T08:00:03"), fixture_at("23T09:00:03"));
    pauses[i].also(inputs);
    fixture_expect(inputs, fixture_at("23T08:00:03") - 1, "p/a1");
    fixture_expect(inputs, fixture_at("23T08:00:25"), "p/a1"); /* a2 would be on */
    fixture_expect(inputs, fixture_at("23T08:10:00"), pauses[i].then);
    fixture_expect(inputs, fixture_at("23T08:11:00"), pauses[i].later);
    fixture_expect(inputs, fixture_at("23T09:00:03"), pauses[i].ended);
}

static void test_frozen(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    bt_inputs_add_pause(inputs, 0, fixture_at("23T08:00:03"), fixture_at("23T09:00:23"));
    g_autoptr(BtOnAir) before = bt_schedule_at(inputs, fixture_at("23T08:00:02"), NULL, NULL);
    g_autoptr(BtOnAir) frozen = bt_schedule_at(inputs, fixture_at("23T08:30:00"), NULL, NULL);
    g_autoptr(BtOnAir) after = bt_schedule_at(inputs, fixture_at("23T09:00:23"), NULL, NULL);
    const BtOnZone *was = &g_array_index(before->zones, BtOnZone, 0);
    const BtOnZone *is = &g_array_index(frozen->zones, BtOnZone, 0);
    g_assert_cmpint(before->frozen_ms, ==, 0);
    g_assert_cmpint(frozen->frozen_ms, ==, fixture_at("23T08:00:03"));
    g_assert_cmpint(after->frozen_ms, ==, 0);
    /* The same occurrence, and nothing wakes before the end but the window of the class. */
    g_assert_true(is->item == was->item && is->start_ms == was->start_ms);
    g_assert_cmpint(frozen->until_ms, ==, fixture_at("23T09:00:23"));
    g_assert_cmpstr(g_array_index(after->zones, BtOnZone, 0).item->id, ==, "a2");
    /* It is one stretch of the rundown. */
    g_autoptr(GPtrArray) rows = bt_rundown(
        inputs, fixture_at("23T08:00:00"), fixture_at("23T09:00:23"), NULL, NULL, NULL, NULL);
    g_assert_cmpuint(rows->len, ==, 1);
}

/* An emergency is never held, nor what is not of the source. */
static void test_pause_holds_no_other(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    g_autofree char *text = g_strconcat(HEAD, FULL("x", "a", "'class':'emergency'"), "]}", NULL);
    g_autoptr(BtManifest) alert = fixture_parse(text);
    bt_inputs_add_alert(inputs, 0, alert, "al", fixture_at("23T08:00:01"));
    bt_inputs_add_source(inputs, "other", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_pause(inputs, 0, fixture_at("23T08:00:03"), BT_TIME_MAX);
    bt_inputs_add_pause(inputs, 1, fixture_at("23T08:00:04"), BT_TIME_MAX);
    for (int s = 5; s < 60; s++) {
        g_autoptr(BtOnAir) on =
            bt_schedule_at(inputs, fixture_at("23T08:00:00") + s * BT_SECOND_MS, NULL, NULL);
        g_assert_cmpint(on->frozen_ms, ==, 0);
        g_assert_cmpint(on->cls, ==, BT_CLASS_EMERGENCY);
    }
    /* Nor does such a pause stand in the way of the next. */
    bt_inputs_add_alert(inputs, 0, NULL, NULL, fixture_at("23T08:01:00"));
    bt_inputs_add_pause(inputs, 0, fixture_at("23T08:02:05"), BT_TIME_MAX);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, fixture_at("23T08:02:15"), NULL, NULL);
    g_assert_cmpint(on->frozen_ms, ==, fixture_at("23T08:02:05"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/inputs/stop", test_stop);
    for (guint i = 0; i < G_N_ELEMENTS(pauses); i++) {
        g_autofree char *path = g_strdup_printf("/schedule/pause/%s", pauses[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_pause);
    }
    g_test_add_func("/schedule/pause/frozen", test_frozen);
    g_test_add_func("/schedule/pause/no-other", test_pause_holds_no_other);
    return g_test_run();
}
