/* Hand-written cases for the rules of FORMAT.md, section 8. Manifests are written with ' for ". The
 * oracle (schedule_oracle.py) covers the long walks; here stand the single instants. */
#include "base/error.h"
#include "tests/unit/schedule-fixture.h"

#include <string.h>

/* ---- a table: programmes, and what is on when ---- */

typedef struct {
    const char *name, *programmes;
    struct {
        const char *time;
        int more_ms;
        const char *expected;
    } at[8];
} Case;

#define SLOT(from, until) "['2026-11-" from "+07:00','2026-11-" until "+07:00']"
#define SINCE(from, until, zones) "['2026-11-" from "+07:00','2026-11-" until "+07:00',{" zones "}]"
#define FROM(zone, time) "'" zone "':'2026-11-" time "+07:00'"
#define SLOTS(list) "'when':{'slots':[" list "]}"

static const Case cases[] = {
    { "slots-edges",
        FULL("s", "a",
            SLOTS(SLOT("23T08:00:00", "23T09:00:00") "," SLOT("24T07:59:55", "24T08:00:00"))),
        { { "23T08:00:00", -1, "safe" }, { "23T08:00:00", 0, "s/a1" },
            { "23T09:00:00", -1, "s/a2" }, { "23T09:00:00", 0, "safe" },
            { "24T07:59:55", -1, "safe" }, { "24T07:59:55", 0, "s/a1" },
            { "24T08:00:00", 0, "safe" } } },
    { "slots-anchor-at-the-open-one", /* midnights change nothing, the next slot does */
        FULL("s", "a",
            SLOTS(SLOT("23T23:59:55", "24T00:00:25") "," SLOT("24T00:00:25", "24T01:00:00"))),
        { { "23T23:59:59", 999, "s/a1" }, { "24T00:00:05", -1, "s/a1" },
            { "24T00:00:05", 0, "s/a2" }, { "24T00:00:25", -1, "s/a2" },
            { "24T00:00:25", 0, "s/a1" }, { "24T00:00:35", 0, "s/a2" } } },
    { "slots-since", /* a zone goes on where it was, and the other begins; then both go on */
        "{'id':'p','layout':'split','zones':{'main':'a'}," SLOTS(SLOT("23T08:00:00",
            "23T08:00:15")) "},{'id':'q','layout':'split','zones':{"
                            "'main':'a','strip':'a'}," SLOTS(SINCE("23T08:00:15", "23T08:01:00",
                                FROM("main", "23T08:00:00")) "," SINCE("23T08:01:00", "23T08:02:00",
                                FROM("main", "23T08:00:50") "," FROM("strip", "23T08:00:55"))) "}",
        { { "23T08:00:15", -1, "p/a2/-" }, { "23T08:00:15", 0, "q/a2/a1" },
            { "23T08:00:25", 0, "q/a2/a2" }, { "23T08:00:30", 0, "q/a1/a2" },
            { "23T08:01:00", -1, "q/a2/a2" }, { "23T08:01:00", 0, "q/a2/a1" },
            { "23T08:01:05", 0, "q/a2/a2" }, { "23T08:01:20", 0, "q/a1/a2" } } },
    { "slots-since-says-nothing-in-turns",
        FULL("q", "b", SLOTS(SLOT("23T08:01:00", "23T08:02:00"))) "," FULL(
            "p", "a", SLOTS(SINCE("23T08:00:15", "23T09:00:00", FROM("main", "23T08:00:00")))),
        { { "23T08:00:15", 0, "p/a2" }, { "23T08:01:00", -1, "p/a2" }, { "23T08:01:00", 0, "q/b1" },
            { "23T08:01:05", 0, "p/a1" }, { "23T08:01:35", 0, "q/b1" },
            { "23T08:02:00", 0, "p/a1" }, { "23T08:02:10", 0, "p/a2" } } },
    { "slots-since-beside-a-class-above",
        FULL("p", "a",
            SLOTS(SINCE("23T08:00:15", "23T09:00:00", FROM("main", "23T08:00:00")))) "," FULL("q",
            "b", "'class':'priority'," SLOTS(SLOT("23T08:00:20", "23T08:00:25"))),
        { { "23T08:00:20", 0, "q/b1" }, { "23T08:00:25", 0, "p/a2" },
            { "23T08:00:30", 0, "p/a1" } } },
    { "slots-cut-the-class-below",
        FULL("p", "a", DAY) "," FULL(
            "s", "b", "'class':'priority'," SLOTS(SLOT("23T08:00:05", "23T08:00:08"))),
        { { "23T08:00:05", -1, "p/a1" }, { "23T08:00:05", 0, "s/b1" }, { "23T08:00:08", 0, "p/a1" },
            { "23T08:00:10", 0, "p/a2" } } },
    { "window-edges", FULL("d", "a", DAY),
        { { "23T08:00:00", -1, "safe" }, { "23T08:00:00", 0, "d/a1" },
            { "23T12:00:00", -1, "d/a2" }, { "23T12:00:00", 0, "safe" } } },
    { "items-in-turn", FULL("d", "a", DAY),
        { { "23T08:00:10", -1, "d/a1" }, { "23T08:00:10", 0, "d/a2" },
            { "23T08:00:30", -1, "d/a2" }, { "23T08:00:30", 0, "d/a1" } } },
    { "overnight-with-days", FULL("n", "a", "'when':{'days':['fri'],'times':[['22:00','05:00']]}"),
        { { "27T04:00:00", 0, "safe" }, { "27T22:00:00", 0, "n/a1" },
            { "28T04:59:59", 999, "n/a2" }, { "28T05:00:00", 0, "safe" },
            { "28T22:00:00", 0, "safe" } } },
    { "dates-of-the-beginning",
        FULL("n", "b",
            "'when':{'from':'2026-11-24','until':'2026-11-24','times':[['23:00','01:00']]}"),
        { { "24T00:30:00", 0, "safe" }, { "24T23:00:00", 0, "n/b1" },
            { "25T00:59:59", 999, "n/b1" }, { "25T23:30:00", 0, "safe" } } },
    { "24:00", FULL("e", "b", "'when':{'days':['mon'],'times':[['20:00','24:00']]}"),
        { { "24T00:00:00", -1, "e/b1" }, { "24T00:00:00", 0, "safe" } } },
    { "equal-times-are-a-day",
        FULL("e", "b", "'when':{'days':['mon'],'times':[['06:00','06:00']]}"),
        { { "23T06:00:00", -1, "safe" }, { "24T06:00:00", -1, "e/b1" },
            { "24T06:00:00", 0, "safe" } } },
    { "weights", FULL("p", "b", "'weight':2," DAY) "," FULL("q", "a", DAY),
        { { "23T08:00:09", 999, "p/b1" }, { "23T08:00:10", 0, "q/a1" },
            { "23T08:00:40", -1, "q/a2" }, { "23T08:00:40", 0, "p/b1" },
            { "23T08:00:50", 0, "q/a1" } } },
    { "anchor-moves-with-a-window",
        FULL("p", "a", DAY) "," FULL("q", "b", "'when':{'times':[['09:00:07','09:01']]}"),
        { { "23T09:00:07", -1, "p/a1" }, { "23T09:00:07", 0, "p/a1" }, { "23T09:00:37", 0, "q/b1" },
            { "23T09:00:42", 0, "p/a1" }, { "23T09:01:00", 0, "p/a1" } } },
    { "anchor-is-midnight", FULL("p", "a", "'weight':1"),
        { { "23T00:00:00", 0, "p/a1" }, { "24T00:00:00", -1, "p/a2" },
            { "24T00:00:00", 0, "p/a1" } } },
    { "class-cuts",
        FULL("p", "a", DAY) "," FULL(
            "q", "b", "'class':'requisition','when':{'times':[['09:00:05','09:00:12']]}"),
        { { "23T09:00:05", -1, "p/a1" }, { "23T09:00:05", 0, "q/b1" },
            { "23T09:00:12", -1, "q/b1" }, { "23T09:00:12", 0, "p/a2" } } },
    { "class-yields", FULL("p", "a", DAY) "," FULL("q", "v", "'class':'priority'," DAY),
        { { "23T09:00:00", -1, "p/a2" }, { "23T09:00:00", 0, "q/v1" }, { "23T09:00:25", 0, "q/v1" },
            { "23T09:00:30", -1, "q/v1" }, { "23T09:00:30", 0, "p/a1" } } },
    { "empty-class-yields", FULL("p", "b", "'class':'filler'") "," FULL("q", "none", DAY),
        { { "23T09:00:00", 0, "p/b1" } } },
    { "begun-is-finished", FULL("p", "w", DAY),
        { { "23T08:00:10", 0, "p/w2" }, { "23T08:00:20", -1, "p/w2" }, { "23T08:00:20", 0, "p/w1" },
            { "23T08:00:30", 0, "p/w1" } } },
    { "zones-loop-alone", "{'id':'p','layout':'split','zones':{'main':'a','strip':'t'}," DAY "}",
        { { "23T08:00:02", 999, "p/a1/t1" }, { "23T08:00:03", 0, "p/a1/t1" },
            { "23T08:00:12", 0, "p/a2/t1" } } },
    { "unfilled-first-zone", "{'id':'p','layout':'split','zones':{'strip':'t'}," DAY "}",
        { { "23T08:00:02", 0, "p/-/t1" } } },
    { "empty-other-zone", "{'id':'p','layout':'split','zones':{'main':'a','strip':'v'}," DAY "}",
        { { "23T09:00:00", -1, "p/a2/-" }, { "23T09:00:00", 0, "p/a1/v1" },
            { "23T09:00:30", 0, "p/a1/-" } } },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(BtInputs) inputs = fixture_one(c->programmes);
    for (guint i = 0; i < G_N_ELEMENTS(c->at) && c->at[i].time; i++)
        fixture_expect(inputs, fixture_at(c->at[i].time) + c->at[i].more_ms, c->at[i].expected);
}

/* ---- inputs ---- */

static void test_switch(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    fixture_add(inputs, 0, FULL("q", "b", DAY), "", "m2", fixture_at("23T09:00:04"));
    fixture_expect(inputs, fixture_at("23T09:00:04") - 1, "p/a1");
    fixture_expect(inputs, fixture_at("23T09:00:04"), "q/b1");
}

static void test_denial(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one(FULL("p", "b", "'class':'priority'," DAY) "," FULL("q", "a", DAY));
    bt_inputs_add_denial(inputs, 0, FIXTURE_ASSET, fixture_at("23T09:00:01"));
    bt_inputs_add_denial(inputs, 0, "m1", fixture_at("23T10:00:00"));
    fixture_expect(inputs, fixture_at("23T09:00:01") - 1, "p/b1");
    fixture_expect(inputs, fixture_at("23T09:00:01"), "q/a1");
    fixture_expect(inputs, fixture_at("23T10:00:00"), "safe");
    fixture_add(inputs, 0, FULL("r", "a", DAY), "", "m2", fixture_at("23T11:00:00"));
    fixture_expect(inputs, fixture_at("23T11:00:00") - 1, "safe");
    fixture_expect(inputs, fixture_at("23T11:00:00"), "r/a1");
}

static void test_denied_subtitles(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one(FULL("p", "f", "'class':'priority'," DAY) "," FULL("q", "a", DAY));
    bt_inputs_add_denial(inputs, 0, FIXTURE_SUBTITLES, fixture_at("23T09:00:01"));
    fixture_expect(inputs, fixture_at("23T09:00:01") - 1, "p/f1");
    fixture_expect(inputs, fixture_at("23T09:00:01"), "q/a1");
}

static void test_set_aside(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    bt_inputs_add_set_aside(inputs, 0, "a1", fixture_at("23T09:00:02"), fixture_at("23T09:00:31"));
    fixture_expect(inputs, fixture_at("23T09:00:02") - 1, "p/a1");
    fixture_expect(inputs, fixture_at("23T09:00:02"), "p/a2");
    fixture_expect(inputs, fixture_at("23T09:00:31"), "p/a1");
}

static void test_expiry_and_lapse(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one(FULL("p", "a", "'weight':1") "," FULL("f", "b", "'class':'filler'"));
    bt_inputs_add_lapse(inputs, 0, fixture_at("25T00:00:00"));
    fixture_expect(inputs, fixture_at("25T00:00:00") - 1, "p/a2");
    fixture_expect(inputs, fixture_at("25T00:00:00"), "f/b1");
    fixture_add(inputs, 0, FULL("p", "a", "'weight':1") "," FULL("f", "b", "'class':'filler'"), "",
        "m2", fixture_at("26T00:00:00"));
    fixture_expect(inputs, fixture_at("26T00:00:00"), "p/a1");
    gint64 expires = fixture_at("30T07:00:00") + 20 * BT_DAY_MS;
    fixture_expect(inputs, expires - 1, "p/a2");
    fixture_expect(inputs, expires, "f/b1");
    fixture_expect(inputs, expires + 1000 * BT_DAY_MS, "f/b1");
}

static void test_alert(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    g_autofree char *text = g_strconcat(HEAD, FULL("x", "b", "'class':'emergency'"), "]}", NULL);
    g_autoptr(BtManifest) alert = fixture_parse(text);
    bt_inputs_add_alert(inputs, 0, alert, "al", fixture_at("23T09:00:00"));
    bt_inputs_add_alert(inputs, 0, NULL, NULL, fixture_at("23T09:30:00"));
    bt_inputs_add_darken(inputs, fixture_at("23T08:59:00"), fixture_at("23T09:40:00"));
    bt_inputs_add_cut(inputs, fixture_at("23T09:20:00"), fixture_at("23T09:21:00"));
    bt_inputs_add_safe(inputs, fixture_at("23T09:20:30"), fixture_at("23T09:29:00"));
    fixture_expect(inputs, fixture_at("23T09:00:00") - 1, "dark");
    fixture_expect(inputs, fixture_at("23T09:00:00"), "x/b1");
    fixture_expect(inputs, fixture_at("23T09:20:00"), "cut");
    fixture_expect(inputs, fixture_at("23T09:20:59"), "cut");
    fixture_expect(inputs, fixture_at("23T09:21:00"), "safe");
    fixture_expect(inputs, fixture_at("23T09:29:00"), "x/b1");
    fixture_expect(inputs, fixture_at("23T09:30:00"), "dark");
    fixture_expect(inputs, fixture_at("23T09:40:00"), "p/a1");
}

static void test_ceiling(void)
{
    BtRect halves[] = { { 0, 0, 640, 200 }, { 0, 200, 640, 184 } };
    g_autoptr(BtInputs) inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "top", 1 << BT_CLASS_ORDINARY, halves, 1);
    bt_inputs_add_source(inputs, "both", 1 << BT_CLASS_FILLER, halves, 2);
    fixture_add(inputs, 0, FULL("p", "a", DAY), "", "m1", 0);
    fixture_add(inputs, 1, FULL("q", "a", DAY) "," FULL("f", "b", "'class':'filler'"), "", "m2", 0);
    fixture_expect(inputs, fixture_at("23T09:00:00"), "f/b1");
}

static void test_untrusted(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("x", "any", "'class':'emergency'") "," FULL(
        "p", "any", "'when':{'days':['sun']}") "," FULL("q", "a", DAY) "," FULL("f", "b",
        "'class':'filler'," DAY));
    bt_inputs_add_untrusted(inputs, fixture_at("23T20:00:03"), fixture_at("23T20:10:00"));
    fixture_expect(inputs, fixture_at("23T20:00:03") - 1, "x/y1");
    fixture_expect(inputs, fixture_at("23T20:00:03"), "p/y1");
    fixture_expect(inputs, fixture_at("23T20:00:13"), "f/b1");
    fixture_expect(inputs, fixture_at("23T20:00:18"), "p/y1");
    fixture_expect(inputs, fixture_at("23T20:10:00"), "x/y1");
}

/* Then all zones count from the boot. */
static void test_untrusted_since(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("f", "a",
        "'class':'filler'," SLOTS(
            SINCE("23T20:00:00", "23T21:00:00", FROM("main", "23T19:59:50")))));
    bt_inputs_add_untrusted(inputs, fixture_at("23T20:00:03"), fixture_at("23T20:10:00"));
    fixture_expect(inputs, fixture_at("23T20:00:00"), "f/a2");
    fixture_expect(inputs, fixture_at("23T20:00:03"), "f/a1");
    fixture_expect(inputs, fixture_at("23T20:00:13"), "f/a2");
    fixture_expect(inputs, fixture_at("23T20:10:00"), "f/a2");
}

static void test_display(void)
{
    g_autoptr(BtInputs) inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "first", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 0, FULL("p", "a", "'weight':1"),
        ",'display':{'on':[['05:00','22:00']],'brightness':[['05:00',80],['18:00',40]],'volume':7}",
        "m", 0);
    fixture_expect(inputs, fixture_at("23T05:00:00") - 1, "dark");
    fixture_expect(inputs, fixture_at("23T05:00:00"), "p/a1");
    fixture_expect(inputs, fixture_at("23T22:00:00"), "dark");
    g_autoptr(BtOnAir) dark = bt_schedule_at(inputs, fixture_at("23T22:00:00"), NULL, NULL);
    g_assert_cmpint(dark->until_ms, ==, fixture_at("24T05:00:00"));
    g_autoptr(BtOnAir) day = bt_schedule_at(inputs, fixture_at("23T18:00:00") - 1, NULL, NULL);
    g_autoptr(BtOnAir) evening = bt_schedule_at(inputs, fixture_at("23T18:00:00"), NULL, NULL);
    g_assert_cmpint(day->brightness, ==, 80);
    g_assert_cmpint(evening->brightness, ==, 40);
    g_assert_cmpint(evening->volume, ==, 7);
    BtTimes noon = { 11 * 3600, 13 * 3600 };
    bt_inputs_set_on_windows(inputs, &noon, 1);
    fixture_expect(inputs, fixture_at("23T10:00:00"), "dark");
    fixture_expect(inputs, fixture_at("23T12:00:00"), "p/a1");
}

/* By the hour, as quiet as at any hour while that is not known, and lifted from nothing alone. */
static void test_volume(void)
{
    static const struct {
        const char *day, *cls;
        gboolean untrusted;
        int volume;
    } CASES[] = {
        { "23T05:59:59", "ordinary", FALSE, 20 }, /* yesterday's last */
        { "23T06:00:00", "ordinary", FALSE, 90 },
        { "23T11:30:00", "ordinary", FALSE, 0 },
        { "23T11:30:00", "emergency", FALSE, 100 },
        { "23T20:59:59", "emergency", FALSE, 40 },
        { "23T21:00:00", "ordinary", FALSE, 20 },
        { "23T06:00:00", "ordinary", TRUE, 0 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(BtInputs) inputs = bt_inputs_new();
        gint64 at_ms = fixture_at(CASES[i].day);
        g_autofree char *programme =
            g_strdup_printf(FULL("p", "any", "'class':'%s'"), CASES[i].cls);
        bt_inputs_add_source(inputs, "first", BT_ALL_CLASSES, NULL, 0);
        fixture_add(inputs, 0, programme,
            ",'display':{'volume':[['06:00',90],['11:30',0],['13:30',40],['21:00',20]]}", "m", 0);
        if (CASES[i].untrusted)
            bt_inputs_add_untrusted(inputs, 0, BT_TIME_MAX);
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, at_ms, NULL, NULL);
        g_test_message("case %u", i);
        g_assert_cmpint(on->volume, ==, CASES[i].volume);
        g_assert_cmpint(on->until_ms, <=, at_ms + 10 * BT_HOUR_MS);
    }
}

/* ---- fields ---- */

static void test_previous(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY));
    g_autoptr(BtOnAir) first = bt_schedule_at(inputs, fixture_at("23T08:00:35"), NULL, NULL);
    g_autoptr(BtOnAir) second = bt_schedule_at(inputs, fixture_at("23T08:00:45"), NULL, NULL);
    const BtOnZone *a = &g_array_index(first->zones, BtOnZone, 0);
    const BtOnZone *b = &g_array_index(second->zones, BtOnZone, 0);
    g_assert_null(a->previous);
    g_assert_true(b->previous == a->item);
    g_assert_cmpint(b->previous_start_ms, ==, fixture_at("23T08:00:30"));
    g_assert_cmpint(b->start_ms, ==, fixture_at("23T08:00:40"));
    g_assert_cmpint(b->end_ms, ==, fixture_at("23T08:01:00"));
    g_assert_cmpint(second->until_ms, ==, fixture_at("23T08:01:00"));
    g_assert_cmpint(second->anchor_ms, ==, fixture_at("23T08:00:00"));
    g_assert_cmpint(second->turn_start_ms, ==, fixture_at("23T08:00:30"));
}

static void test_until_of_nothing(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one(FULL("p", "a", "'when':{'from':'2026-11-28','times':[['08:00','09:00']]}"));
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, fixture_at("10T03:00:00"), NULL, NULL);
    g_assert_cmpint(on->kind, ==, BT_ON_SAFE);
    g_assert_cmpint(on->until_ms, ==, fixture_at("28T08:00:00"));
    g_autoptr(BtInputs) none = bt_inputs_new();
    g_autoptr(BtOnAir) never = bt_schedule_at(none, fixture_at("10T03:00:00"), NULL, NULL);
    g_assert_cmpint(never->until_ms, ==, BT_TIME_MAX);
}

/* For random instants: nothing changes before `until`, and at it something does. */
static void test_until(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(
        "{'id':'p','layout':'split','weight':2,'zones':{'main':'a','strip':'t'}," DAY
        "}," FULL("q", "v", "'class':'priority'," DAY) "," FULL("f", "b", "'class':'filler'"));
    for (guint i = 0; i < 2000; i++) {
        gint64 now = fixture_at("23T07:50:00") + g_test_rand_int_range(0, 5 * 3600 * 1000);
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, now, fixture_measure, NULL);
        g_autoptr(BtOnAir) last = bt_schedule_at(inputs, on->until_ms - 1, fixture_measure, NULL);
        g_autoptr(BtOnAir) next = bt_schedule_at(inputs, on->until_ms, fixture_measure, NULL);
        g_assert_true(on->programme == last->programme && on->until_ms == last->until_ms);
        g_assert_cmpmem(on->zones->data, on->zones->len * sizeof(BtOnZone), last->zones->data,
            last->zones->len * sizeof(BtOnZone));
        g_assert_true(next->programme != on->programme ||
            memcmp(next->zones->data, on->zones->data, on->zones->len * sizeof(BtOnZone)) != 0);
    }
}

static void test_durations(void)
{
    g_autoptr(BtInputs) inputs =
        fixture_one("{'id':'p','layout':'split','zones':{'main':'a','strip':'t'}," DAY "}");
    guint asked = 0;
    g_autoptr(BtOnAir) on =
        bt_schedule_at(inputs, fixture_at("23T11:59:59"), fixture_measure, &asked);
    const BtOnZone *strip = &g_array_index(on->zones, BtOnZone, 1);
    g_assert_cmpint(strip->end_ms - strip->start_ms, ==, 3000); /* (640 + 20) / 220 */
    g_assert_cmpuint(asked, ==, 1);
    BtItem item = { .kind = BT_ITEM_TICKER, .speed_px_s = 1000 };
    BtZone zone = { .rect_px = { 0, 0, 64, 16 } };
    g_assert_cmpint(bt_item_duration_ms(&item, &zone, NULL, NULL), ==, 1000);
    item.speed_px_s = 30;
    g_assert_cmpint(bt_item_duration_ms(&item, &zone, NULL, NULL), ==, 2134);
}

/* ---- rundown ---- */

static void test_rundown(void)
{
    g_autoptr(BtInputs) inputs = fixture_one(FULL("p", "a", DAY) "," FULL(
        "q", "b", "'class':'priority','when':{'times':[['08:00:05','08:00:12']]}"));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = bt_rundown(
        inputs, fixture_at("23T07:59:00"), fixture_at("23T08:00:25"), NULL, NULL, NULL, &error);
    static const struct {
        const char *start, *item;
        gboolean resumed;
    } expected[] = { { "23T07:59:00", NULL, FALSE }, { "23T08:00:00", "a1", FALSE },
        { "23T08:00:05", "b1", FALSE }, { "23T08:00:10", "b1", FALSE },
        { "23T08:00:12", "a2", TRUE } };
    g_assert_no_error(error);
    g_assert_cmpuint(rows->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < rows->len; i++) {
        const BtRundownRow *row = rows->pdata[i];
        g_assert_cmpint(row->start_ms, ==, fixture_at(expected[i].start));
        g_assert_cmpstr(row->item, ==, expected[i].item);
        g_assert_cmpint(row->resumed, ==, expected[i].resumed);
        g_assert_cmpstr(row->reason, ==, row->item ? NULL : "safe");
    }
    g_assert_cmpint(((BtRundownRow *)rows->pdata[4])->end_ms, ==, fixture_at("23T08:00:25"));
}

static void test_rundown_limit(void)
{
    g_autoptr(BtInputs) inputs = bt_inputs_new();
    g_autoptr(GError) error = NULL;
    bt_inputs_add_source(inputs, "s", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 0, FULL("f", "b", "'class':'filler'"), "", "m", 0);
    g_autoptr(GPtrArray) rows = bt_rundown(
        inputs, 0, G_GINT64_CONSTANT(5000) * (BT_RUNDOWN_MAX_ROWS + 10), NULL, NULL, NULL, &error);
    g_assert_null(rows);
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/schedule/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/schedule/inputs/switch", test_switch);
    g_test_add_func("/schedule/inputs/denial", test_denial);
    g_test_add_func("/schedule/inputs/denied-subtitles", test_denied_subtitles);
    g_test_add_func("/schedule/inputs/set-aside", test_set_aside);
    g_test_add_func("/schedule/inputs/expiry-and-lapse", test_expiry_and_lapse);
    g_test_add_func("/schedule/inputs/alert", test_alert);
    g_test_add_func("/schedule/inputs/ceiling", test_ceiling);
    g_test_add_func("/schedule/inputs/untrusted", test_untrusted);
    g_test_add_func("/schedule/inputs/untrusted-since", test_untrusted_since);
    g_test_add_func("/schedule/inputs/display", test_display);
    g_test_add_func("/schedule/volume", test_volume);
    g_test_add_func("/schedule/previous", test_previous);
    g_test_add_func("/schedule/until-of-nothing", test_until_of_nothing);
    g_test_add_func("/schedule/until", test_until);
    g_test_add_func("/schedule/durations", test_durations);
    g_test_add_func("/schedule/rundown", test_rundown);
    g_test_add_func("/schedule/rundown-limit", test_rundown_limit);
    return g_test_run();
}
