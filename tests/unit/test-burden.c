/* How many threads a film needs, from what its first pictures cost. */
#include "render/decode/burden.h"

#define FRAME_US 40000

static const struct {
    const char *what;
    Burden burden;
    gboolean light;
} ROWS[] = {
    { "a keyframe of 1080p and three others, on a fast machine",
        { 54000, 4, 478000, 34000, FRAME_US }, TRUE },
    { "on one a third as fast", { 162000, 4, 478000, 34000, FRAME_US }, TRUE },
    { "on one a quarter as fast", { 216000, 4, 478000, 34000, FRAME_US }, FALSE },
    { "twice as many a second", { 54000, 4, 478000, 17000, FRAME_US / 2 }, TRUE },
    { "five times as many", { 54000, 4, 478000, 6800, FRAME_US / 5 }, FALSE },
    { "all pictures alike, three quarters of the time", { 120000, 4, 400000, 100000, FRAME_US },
        TRUE },
    { "all alike, a little more", { 120004, 4, 400000, 100000, FRAME_US }, FALSE },
    { "begins with black, goes on with much", { 12000, 4, 4000, 100000, FRAME_US }, FALSE },
    { "begins with black, and stays so", { 12000, 4, 4000, 1000, FRAME_US }, TRUE },
    { "nobody knows what comes", { 12000, 4, 400000, -1, FRAME_US }, FALSE },
    { "nothing was decoded", { 0, 0, 0, 1000, FRAME_US }, FALSE },
    { "packets of nothing", { 0, 4, 0, 1000, FRAME_US }, FALSE },
    { "a clock that stands", { 0, 4, 400000, 100000, FRAME_US }, TRUE },
};

static void test_light(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_test_message("%s", ROWS[i].what);
        g_assert_cmpint(burden_is_light(&ROWS[i].burden), ==, ROWS[i].light);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/burden/light", test_light);
    return g_test_run();
}
