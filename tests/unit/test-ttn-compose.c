/* Bulletins in, a manifest out: what it shows at which instant, and that it is the same whoever
 * asks when. */
#include "tests/unit/ttn-fixture.h"

#include <string.h>

#define O BT_TTN_ORDINARY
#define P BT_TTN_PRIORITY
#define U BT_TTN_URGENT

/* ---- a table: bulletins, and what is on when ---- */

typedef struct {
    const char *name;
    TtnWords bulletins[8];
    struct {
        const char *time, *expected;
    } at[8];
    BtTtnDocument which;
} Case;

static const Case cases[] = {
    { "always", { { .id = "1", .priority = O }, { .id = "2", .priority = O } },
        { { "23T08:00:00", "main=b-1" }, { "23T08:00:05", "main=b-2" },
            { "29T23:59:59", "main=b-2" } } },
    { "slots", { { .id = "1", .priority = O, .slots = "23T08:00 23T09:00 24T08:00 24T09:00" } },
        { { "23T07:59:59", "safe" }, { "23T08:00:00", "main=b-1" }, { "23T09:00:00", "safe" },
            { "24T08:00:00", "main=b-1" }, { "24T09:00:00", "safe" } } },
    { "together",
        { { .id = "1",
              .priority = O,
              .partition = "halves",
              .region = "left",
              .slots = "23T08:00 23T09:00" },
            { .id = "2",
                .priority = O,
                .partition = "halves",
                .region = "right",
                .slots = "23T08:30 23T09:30" } },
        { { "23T08:00:00", "left=b-1 right=-" }, { "23T08:30:00", "left=b-1 right=b-2" },
            { "23T09:00:00", "left=- right=b-2" }, { "23T09:30:00", "safe" } } },
    { "turns-in-a-zone",
        { { .id = "1", .priority = O, .partition = "stacked", .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = O, .partition = "stacked", .slots = "23T08:00 23T09:00" },
            { .id = "3",
                .priority = O,
                .partition = "stacked",
                .region = "bottom",
                .slots = "23T08:00 23T09:00" } },
        { { "23T08:00:00", "top=b-1 bottom=b-3" }, { "23T08:00:05", "top=b-2 bottom=b-3" } } },
    { "priority-cuts",
        { { .id = "1", .priority = O },
            { .id = "2", .priority = P, .slots = "23T08:00 23T08:01" } },
        { { "23T07:59:59", "main=b-1" }, { "23T08:00:00", "main=b-2" },
            { "23T08:01:00", "main=b-1" } } },
    { "layouts-in-turn",
        { { .id = "1", .priority = O, .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = O, .partition = "halves", .slots = "23T08:00 23T09:00" } },
        { { "23T08:00:00", "left=b-2 right=-" }, { "23T08:00:05", "main=b-1" },
            { "23T08:00:10", "left=b-2 right=-" } } },
    { "always-beside-slots",
        { { .id = "1", .priority = O, .partition = "quarters", .region = "bottom-right" },
            { .id = "2", .priority = O, .partition = "quarters", .slots = "24T08:00 24T08:01" } },
        { { "23T23:59:59", "top-left=- top-right=- bottom-left=- bottom-right=b-1" },
            { "24T08:00:00", "top-left=b-2 top-right=- bottom-left=- bottom-right=b-1" },
            { "24T08:01:00", "top-left=- top-right=- bottom-left=- bottom-right=b-1" } } },
    { "unknown-places",
        { { .id = "1", .priority = O, .partition = "no-such", .region = "nor-this" },
            { .id = "2", .priority = O, .partition = "thirds", .region = "no-such" } },
        { { "23T08:00:00", "left=b-2 middle=- right=-" }, { "23T08:00:05", "main=b-1" } } },
    { "urgent-is-no-manifest", { { .id = "1", .priority = U } }, { { "23T08:00:00", "safe" } } },
    { "ordinary-is-no-alert", { { .id = "1", .priority = P } }, { { "23T08:00:00", "safe" } },
        BT_TTN_ALERT },
    { "urgent-slots", { { .id = "1", .priority = U, .slots = "23T08:00 23T09:00" } },
        { { "23T07:59:59", "safe" }, { "23T08:00:00", "main=b-1" }, { "23T09:00:00", "safe" } },
        BT_TTN_ALERT },
    { "urgent-newest-first",
        { { .id = "1", .priority = U, .slots = "23T08:00 23T09:00" },
            { .id = "2", .priority = U, .slots = "23T08:00 23T08:30" } },
        { { "23T08:00:00", "main=b-2" }, { "23T08:00:20", "main=b-1" },
            { "23T08:00:40", "main=b-2" }, { "23T08:30:00", "main=b-1" } },
        BT_TTN_ALERT },
};

static void fill(TtnFixture *fixture, const TtnWords *words, guint n)
{
    for (guint i = 0; i < n && words[i].id; i++)
        ttn_fixture_add(fixture, &words[i]);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(TtnFixture) fixture = ttn_fixture_new();
    fill(fixture, c->bulletins, G_N_ELEMENTS(c->bulletins));
    g_autofree char *text = ttn_fixture_compose(fixture, c->which, ttn_fixture_at("23T07:30"));
    g_autoptr(BtInputs) inputs = ttn_fixture_inputs(text, c->which);
    for (guint i = 0; i < G_N_ELEMENTS(c->at) && c->at[i].time; i++) {
        g_autofree char *got = ttn_fixture_show(inputs, ttn_fixture_at(c->at[i].time));
        if (!g_str_equal(got, c->at[i].expected))
            g_error("%s: %s: expected %s", c->at[i].time, got, c->at[i].expected);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ttn-compose/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
