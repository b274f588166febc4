/* Composing again and again, with more bulletins than a document holds, and with any at all: what
 * is on follows from the bulletins alone, and is never shaken. */
#include "tests/unit/ttn-fixture.h"

#include <string.h>

#define O BT_TTN_ORDINARY
#define P BT_TTN_PRIORITY
#define SLOT "23T08:00 23T08:20"

/* ---- composing anew ---- */

static void expect_same_bytes(TtnFixture *fixture, const char *text, gint64 now_ms)
{
    g_autofree char *again = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, now_ms);
    g_assert_cmpstr(again, ==, text);
}

static void reverse(GPtrArray *array)
{
    for (guint i = 0; i < array->len / 2; i++) {
        gpointer *a = &array->pdata[i], *b = &array->pdata[array->len - 1 - i], kept = *a;
        *a = *b;
        *b = kept;
    }
}

/* Whatever order they are kept in. */
static void test_same_bytes(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    ttn_fixture_fill(fixture,
        (TtnWords[]){ { .id = "1", .priority = O }, { .id = "2", .priority = P, .slots = SLOT },
            { .id = "3", .priority = O, .partition = "thirds", .region = "middle", .slots = SLOT },
            { .id = "4", .priority = O, .partition = "thirds" } },
        4);
    gint64 now_ms = ttn_fixture_at("23T07:30");
    g_autofree char *text = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, now_ms);
    expect_same_bytes(fixture, text, now_ms);
    reverse(fixture->kept);
    expect_same_bytes(fixture, text, now_ms);
}

/* Composed anew. (transfer full) */
static BtInputs *anew(TtnFixture *fixture, gint64 now_ms)
{
    fixture->frame.version++;
    g_autofree char *text = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, now_ms);
    return ttn_fixture_inputs(text, BT_TTN_MANIFEST);
}

static void expect_same_on_air(const BtInputs *before, const BtInputs *after, gint64 at_ms)
{
    g_autoptr(BtOnAir) was = bt_schedule_at(before, at_ms, NULL, NULL);
    g_autoptr(BtOnAir) is = bt_schedule_at(after, at_ms, NULL, NULL);
    g_assert_cmpint(was->kind, ==, is->kind);
    if (was->kind != BT_ON_PROGRAMME)
        return;
    g_assert_cmpstr(was->programme->id, ==, is->programme->id);
    g_assert_cmpint(was->anchor_ms, ==, is->anchor_ms);
    for (guint z = 0; z < was->zones->len; z++) {
        const BtOnZone *a = &g_array_index(was->zones, BtOnZone, z);
        const BtOnZone *b = &g_array_index(is->zones, BtOnZone, z);
        g_assert_cmpstr(a->item ? a->item->id : NULL, ==, b->item ? b->item->id : NULL);
        g_assert_cmpint(a->start_ms, ==, b->start_ms);
    }
}

/* At 10:00:07 of the 24th: slots are over, one is open, others came that play tomorrow. */
static void test_nothing_is_shaken(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    ttn_fixture_fill(fixture,
        (TtnWords[]){ { .id = "1", .priority = O, .partition = "halves" },
            { .id = "2",
                .priority = O,
                .partition = "halves",
                .region = "right",
                .slots = "23T08:00 23T09:00 24T08:00 24T09:00 25T08:00 25T09:00" },
            { .id = "3",
                .priority = O,
                .partition = "halves",
                .region = "right",
                .slots = "23T23:30 24T00:30 24T09:59:50 24T10:20" },
            { .id = "4", .priority = O, .slots = "24T06:00 24T11:00" } },
        4);
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    g_autoptr(BtInputs) before = ttn_fixture_inputs(text, BT_TTN_MANIFEST);
    static const char *const nows[] = { "23T08:30", "23T23:45", "24T00:15", "24T07:00",
        "24T10:00:07", "24T10:20", "24T12:00", "25T00:00" };
    for (guint i = 0; i < G_N_ELEMENTS(nows); i++) {
        gint64 now_ms = ttn_fixture_at(nows[i]);
        g_autoptr(BtInputs) after = anew(fixture, now_ms);
        for (gint64 at_ms = now_ms; at_ms < now_ms + 2 * BT_HOUR_MS; at_ms += 7 * BT_SECOND_MS)
            expect_same_on_air(before, after, at_ms);
    }
    ttn_fixture_add(fixture,
        &(TtnWords){ .id = "5",
            .priority = O,
            .partition = "halves",
            .region = "right",
            .slots = "25T10:00 25T11:00" });
    gint64 now_ms = ttn_fixture_at("24T10:00:07");
    g_autoptr(BtInputs) after = anew(fixture, now_ms);
    for (gint64 at_ms = now_ms; at_ms < now_ms + BT_HOUR_MS; at_ms += 7 * BT_SECOND_MS)
        expect_same_on_air(before, after, at_ms);
}

/* A film from 08:00 on; a picture comes beside it in the middle, and is taken away before its end.
 */
static void test_film_goes_on(void)
{
    static const struct {
        const char *time;
        gboolean beside;
        const char *expected;
    } steps[] = { { "23T08:00:01", FALSE, "left=b.1+1 right=-" },
        { "23T08:10:01", TRUE, "left=b.1+601 right=b.2+1" },
        { "23T08:15:03", TRUE, "left=b.1+903 right=b.2+3" },
        { "23T08:20:07", FALSE, "left=b.1+1207 right=-" },
        { "23T08:25:09", TRUE, "left=b.1+1509 right=b.2+4" } };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(TtnFixture) fixture = ttn_fixture_new();
        ttn_fixture_fill(fixture,
            (TtnWords[]){ { .id = "1",
                              .priority = O,
                              .partition = "halves",
                              .slots = "23T08:00 23T09:00",
                              .film_ms = 30 * BT_MINUTE_MS },
                { .id = steps[i].beside ? "2" : NULL,
                    .priority = O,
                    .partition = "halves",
                    .region = "right",
                    .slots = "23T08:10 23T08:30" } },
            2);
        gint64 now_ms = ttn_fixture_at(steps[i].time);
        g_autofree char *text = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, now_ms);
        g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, BT_TTN_MANIFEST);
        g_autofree char *got = ttn_fixture_elapsed(inputs, now_ms);
        g_assert_cmpstr(got, ==, steps[i].expected);
    }
}

static void test_twice(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    ttn_fixture_fill(fixture,
        (TtnWords[]){ { .id = "1", .priority = O, .title = "cũ" },
            { .id = "1", .priority = O, .title = "mới" } },
        2);
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    ttn_fixture_expect_problem(fixture, "twice");
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    g_assert_cmpuint(manifest->items->len, ==, 1);
    const BtItem *item = g_ptr_array_index(manifest->items, 0);
    g_assert_cmpstr(((BtText *)g_ptr_array_index(item->texts, 0))->title, ==, "mới");
}

/* ---- limits ---- */

/* One bulletin a minute, each for itself: 200 programmes are full after 200 minutes, and what comes
 * then is for the next document. */
static void test_horizon(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    gint64 start_ms = ttn_fixture_at("23T08:00");
    for (guint i = 0; i < 450; i++) {
        g_autofree char *id = g_strdup_printf("%u", i);
        BtTtnBulletin *b = ttn_fixture_add(fixture, &(TtnWords){ .id = id, .priority = O });
        BtTtnSlot slot = { start_ms + i * BT_MINUTE_MS, start_ms + (i + 1) * BT_MINUTE_MS };
        g_array_append_val(b->slots, slot);
    }
    gint64 now_ms = ttn_fixture_at("23T07:30");
    for (guint documents = 0; documents < 3; documents++) {
        g_autofree char *text = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, now_ms);
        g_assert_cmpuint(fixture->problems->len, ==, 0);
        g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, BT_TTN_MANIFEST);
        gint64 first_ms = MAX(now_ms, start_ms);
        gint64 end_ms = MIN(fixture->holds_until_ms, start_ms + 450 * BT_MINUTE_MS);
        for (gint64 at_ms = first_ms; at_ms < end_ms; at_ms += BT_MINUTE_MS) {
            g_autofree char *expected =
                g_strdup_printf("main=b.%d", (int)((at_ms - start_ms) / BT_MINUTE_MS));
            g_autofree char *got = ttn_fixture_show(inputs, at_ms);
            g_assert_cmpstr(got, ==, expected);
        }
        if (documents < 2)
            g_assert_cmpint(fixture->holds_until_ms - first_ms, ==, 200 * BT_MINUTE_MS);
        now_ms = fixture->holds_until_ms;
    }
    g_assert_cmpint(now_ms, ==, fixture->frame.expires_ms);
}

/* One bulletin with more slots than a programme may have. */
static void test_many_slots(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    BtTtnBulletin *b = ttn_fixture_add(fixture, &(TtnWords){ .id = "1", .priority = O });
    gint64 start_ms = ttn_fixture_at("23T08:00");
    for (guint i = 0; i < 2 * BT_SLOTS_MAX; i++) {
        BtTtnSlot slot = { start_ms + 2 * i * BT_MINUTE_MS, start_ms + (2 * i + 1) * BT_MINUTE_MS };
        g_array_append_val(b->slots, slot);
    }
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    g_assert_cmpint(fixture->holds_until_ms, ==, start_ms + 2 * BT_SLOTS_MAX * BT_MINUTE_MS);
    g_autofree char *rest = ttn_fixture_compose(fixture, BT_TTN_MANIFEST, fixture->holds_until_ms);
    g_assert_cmpint(fixture->holds_until_ms, ==, fixture->frame.expires_ms);
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(rest, BT_TTN_MANIFEST);
    g_autofree char *last =
        ttn_fixture_show(inputs, start_ms + (4 * BT_SLOTS_MAX - 2) * BT_MINUTE_MS);
    g_assert_cmpstr(last, ==, "main=b.1");
}

/* More than one document can hold, all at once: what came first stays. */
static void test_too_many(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    for (guint i = 0; i < BT_MANIFEST_MAX_ITEMS + 30; i++) {
        g_autofree char *id = g_strdup_printf("%u", i);
        ttn_fixture_add(fixture, &(TtnWords){ .id = id, .priority = i % 2 ? O : P });
    }
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    g_assert_cmpuint(manifest->items->len, ==, BT_MANIFEST_MAX_ITEMS);
    g_assert_cmpuint(fixture->problems->len, ==, 21);
    g_assert_nonnull(strstr(g_ptr_array_index(fixture->problems, 0), "\"2029\": it is left out"));
    g_assert_nonnull(strstr(g_ptr_array_index(fixture->problems, 20), "10 more bulletins"));
}

/* Texts of the greatest length: a megabyte is full before the items are. */
static void test_too_large(void)
{
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    g_autoptr(GString) body = g_string_new(NULL);
    for (guint i = 0; i < BT_TEXT_MAX_CODE_POINTS; i++)
        g_string_append(body, "ộ");
    for (guint i = 0; i < 60; i++) {
        g_autofree char *id = g_strdup_printf("%u", i);
        ttn_fixture_add(fixture, &(TtnWords){ .id = id, .priority = O, .content = body->str });
    }
    g_autofree char *text =
        ttn_fixture_compose(fixture, BT_TTN_MANIFEST, ttn_fixture_at("23T07:30"));
    g_assert_cmpuint(strlen(text), <=, BT_MANIFEST_MAX_BYTES);
    g_assert_cmpuint(strlen(text), >, BT_MANIFEST_MAX_BYTES * 9 / 10);
    g_assert_cmpuint(fixture->problems->len, >, 0);
}

/* ---- random bulletins ---- */

#define RANDOM_ROUNDS 40
#define RANDOM_PROBES 120

typedef struct {
    GRand *random;
    TtnFixture *fixture;
    gint64 now_ms;
} Chance;

static gint32 below(const Chance *chance, gint32 n)
{
    return g_rand_int_range(chance->random, 0, n);
}

static void add_random_slots(const Chance *chance, GArray *slots)
{
    gint64 at_ms = chance->now_ms - below(chance, 30) * BT_HOUR_MS;
    for (gint32 n = below(chance, 9); n >= 0; n--) {
        at_ms += below(chance, 4) ? below(chance, 600) * BT_MINUTE_MS : below(chance, 90000);
        BtTtnSlot slot = { at_ms, at_ms + 1 + below(chance, 5000) * BT_SECOND_MS };
        at_ms = slot.until_ms + (below(chance, 2) ? 0 : below(chance, 300) * BT_MINUTE_MS);
        g_array_append_val(slots, slot);
    }
}

static void add_random(const Chance *chance, guint i)
{
    static const char *const partitions[] = { "", "halves", "halves", "quarters" };
    static const char *const regions[] = { "", "left", "right", "bottom-left", "no-such" };
    g_autofree char *id = g_strdup_printf("%u", i);
    TtnWords words = { .id = id,
        .priority = (BtTtnPriority)below(chance, BT_TTN_N_PRIORITIES),
        .partition = partitions[below(chance, G_N_ELEMENTS(partitions))],
        .region = regions[below(chance, G_N_ELEMENTS(regions))] };
    BtTtnBulletin *b = ttn_fixture_add(chance->fixture, &words);
    ttn_fixture_last(chance->fixture)->received_ms = chance->now_ms - below(chance, 5 * 3600000);
    if (below(chance, 5))
        add_random_slots(chance, b->slots);
}

/* The rule in short: a bulletin may be on in its slots; those of the highest class are. */
static gboolean may_be_on(const TtnFixture *fixture, const BtTtnKept *kept, gint64 at_ms)
{
    const BtTtnBulletin *b = kept->bulletin;
    for (guint i = 0; i < b->slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(b->slots, BtTtnSlot, i);
        if (slot->from_ms <= at_ms && at_ms < slot->until_ms)
            return TRUE;
    }
    if (b->priority == BT_TTN_URGENT && b->slots->len == 0)
        return kept->received_ms <= at_ms &&
            at_ms < kept->received_ms + fixture->frame.urgent_max_ms;
    return b->slots->len == 0;
}

static int best_priority(const TtnFixture *fixture, BtTtnDocument which, gint64 at_ms)
{
    int best = BT_TTN_N_PRIORITIES;
    for (guint i = 0; i < fixture->kept->len; i++) {
        const BtTtnKept *kept = g_ptr_array_index(fixture->kept, i);
        int priority = kept->bulletin->priority;
        if ((priority == BT_TTN_URGENT) == (which == BT_TTN_ALERT) &&
            may_be_on(fixture, kept, at_ms))
            best = MIN(best, priority);
    }
    return best;
}

static const BtTtnKept *find_kept(const TtnFixture *fixture, const char *item)
{
    for (guint i = 0; i < fixture->kept->len; i++) {
        const BtTtnKept *kept = g_ptr_array_index(fixture->kept, i);
        g_autofree char *id = bt_ttn_item_id(kept->bulletin->id);
        if (g_str_equal(id, item))
            return kept;
    }
    g_assert_not_reached();
}

static gboolean is_in(const BtTtnBulletin *b, const BtLayout *layout, guint zone)
{
    guint place = 0;
    for (guint z = 0; z < layout->zones->len; z++)
        if (g_str_equal(((BtZone *)g_ptr_array_index(layout->zones, z))->id, b->region))
            place = z;
    return place == zone && g_str_equal(*b->partition ? b->partition : "whole", layout->id);
}

/* Whether any that may be on there belongs into this zone of this layout. */
static gboolean any_belongs(const TtnFixture *fixture, BtTtnDocument which, int best,
    const BtLayout *layout, guint zone, gint64 at_ms)
{
    for (guint i = 0; i < fixture->kept->len; i++) {
        const BtTtnKept *kept = g_ptr_array_index(fixture->kept, i);
        const BtTtnBulletin *b = kept->bulletin;
        if ((b->priority == BT_TTN_URGENT) == (which == BT_TTN_ALERT) && (int)b->priority == best &&
            is_in(b, layout, zone) && may_be_on(fixture, kept, at_ms))
            return TRUE;
    }
    return FALSE;
}

/* Of those of `best` that are on in another layout than this: such take turns with it. */
static gboolean takes_turns(
    const TtnFixture *fixture, int best, const BtLayout *layout, gint64 at_ms)
{
    for (guint i = 0; i < fixture->kept->len; i++) {
        const BtTtnKept *kept = g_ptr_array_index(fixture->kept, i);
        const char *name = kept->bulletin->partition;
        if ((int)kept->bulletin->priority == best && may_be_on(fixture, kept, at_ms) &&
            !g_str_equal(*name ? name : "whole", layout->id))
            return TRUE;
    }
    return FALSE;
}

static guint count_in_zone(
    const TtnFixture *fixture, int best, const BtLayout *layout, guint zone, gint64 at_ms)
{
    guint n = 0;
    for (guint i = 0; i < fixture->kept->len; i++) {
        const BtTtnKept *kept = g_ptr_array_index(fixture->kept, i);
        n += (int)kept->bulletin->priority == best && may_be_on(fixture, kept, at_ms) &&
            is_in(kept->bulletin, layout, zone);
    }
    return n;
}

static gint64 slot_start(const BtTtnBulletin *b, gint64 at_ms)
{
    gint64 start_ms = BT_TIME_MIN;
    for (guint i = 0; i < b->slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(b->slots, BtTtnSlot, i);
        if (slot->from_ms <= at_ms && at_ms < slot->until_ms)
            start_ms = slot->from_ms;
    }
    return start_ms;
}

/* One that is alone in its zone, and in its slot, stands where its slot's start puts it. Its item
 * comes again and again, so it is a whole number of its lengths from there. */
static gboolean check_elapsed(const TtnFixture *fixture, const BtOnAir *on, guint z, int best,
    const BtTtnKept *kept, gint64 at_ms)
{
    const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, z);
    gint64 start_ms = slot_start(kept->bulletin, at_ms);
    if (start_ms == BT_TIME_MIN || takes_turns(fixture, best, on->layout, at_ms) ||
        count_in_zone(fixture, best, on->layout, z, at_ms) != 1)
        return FALSE;
    g_assert_cmpint((zone->start_ms - start_ms) % (zone->end_ms - zone->start_ms), ==, 0);
    return TRUE;
}

/* How many zones of one bulletin were looked at. */
static guint check_instant(
    const TtnFixture *fixture, const BtInputs *inputs, BtTtnDocument which, gint64 at_ms)
{
    guint n = 0;
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, at_ms, NULL, NULL);
    int best = best_priority(fixture, which, at_ms);
    g_assert_cmpint(on->kind == BT_ON_PROGRAMME, ==, best < BT_TTN_N_PRIORITIES);
    for (guint z = 0; on->zones && z < on->zones->len; z++) {
        const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, z);
        g_assert_cmpint(
            zone->item != NULL, ==, any_belongs(fixture, which, best, on->layout, z, at_ms));
        if (!zone->item)
            continue;
        const BtTtnKept *kept = find_kept(fixture, zone->item->id);
        g_assert_cmpint(kept->bulletin->priority, ==, best);
        g_assert_true(may_be_on(fixture, kept, at_ms));
        n += check_elapsed(fixture, on, z, best, kept, at_ms);
    }
    return n;
}

static guint check_random(guint32 seed, BtTtnDocument which)
{
    guint n_elapsed = 0;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    Chance chance = { random, fixture, ttn_fixture_at("23T07:30") };
    for (gint32 n = 1 + below(&chance, 14), i = 0; i < n; i++)
        add_random(&chance, (guint)i);
    g_autofree char *text = ttn_fixture_compose(fixture, which, chance.now_ms);
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, which);
    gint64 end_ms = fixture->holds_until_ms - 1;
    for (guint i = 0; i < RANDOM_PROBES; i++) {
        gint64 span_ms = MIN(end_ms - chance.now_ms, BT_DAY_MS * 3 / 2);
        gint64 at_ms = chance.now_ms + below(&chance, (gint32)span_ms);
        n_elapsed += check_instant(fixture, inputs, which, at_ms);
        if (which != BT_TTN_MANIFEST || i % 10 != 0)
            continue;
        g_autoptr(BtInputs) after = anew(fixture, at_ms);
        expect_same_on_air(inputs, after, at_ms);
    }
    return n_elapsed;
}

static void test_random(void)
{
    guint n_elapsed = 0;
    const char *one = g_getenv("TTN_SEED");
    for (guint32 i = 0; i < RANDOM_ROUNDS; i++) {
        guint32 seed = one ? (guint32)g_ascii_strtoull(one, NULL, 10) : i + 1;
        g_test_message("TTN_SEED=%u", seed);
        n_elapsed += check_random(seed, BT_TTN_MANIFEST);
        n_elapsed += check_random(seed, BT_TTN_ALERT);
        if (one)
            return;
    }
    g_assert_cmpuint(n_elapsed, >, RANDOM_ROUNDS * RANDOM_PROBES / 20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ttn-anew/same-bytes", test_same_bytes);
    g_test_add_func("/ttn-anew/nothing-is-shaken", test_nothing_is_shaken);
    g_test_add_func("/ttn-anew/film-goes-on", test_film_goes_on);
    g_test_add_func("/ttn-anew/twice", test_twice);
    g_test_add_func("/ttn-anew/limit/horizon", test_horizon);
    g_test_add_func("/ttn-anew/limit/many-slots", test_many_slots);
    g_test_add_func("/ttn-anew/limit/too-many", test_too_many);
    g_test_add_func("/ttn-anew/limit/too-large", test_too_large);
    g_test_add_func("/ttn-anew/random", test_random);
    return g_test_run();
}
