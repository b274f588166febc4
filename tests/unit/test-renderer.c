/* Which renderer draws: what is chosen by what was measured, and the measuring itself, with Mesa's
 * llvmpipe without a screen (SDL's offscreen driver) where there is no chip. That this machine has
 * a chip, and that llvmpipe is one, is what the two functions below pretend. */
#include "base/error.h"
#include "base/io.h"
#include "player/show/glass.h"
#include "player/show/renderer.h"
#include "player/show/role.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIPPED 77
#define W_PX 320
#define H_PX 180
#define CHIP "a chip"

static gboolean is_emulated;

char *__real_bt_renderer_chip(const char *root);
char *__wrap_bt_renderer_chip(const char *root);
gboolean __wrap_bt_display_is_emulated(const char *device);

char *__wrap_bt_renderer_chip(const char *root)
{
    return *root == '\0' ? g_strdup(CHIP) : __real_bt_renderer_chip(root);
}

gboolean __wrap_bt_display_is_emulated(const char *device)
{
    g_assert_nonnull(device);
    return is_emulated;
}

/* ---- a box ---- */

typedef struct {
    char *folder, *config_path, *measured_path;
    BtConfig *config;
} Box;

static Box box_new(void)
{
    g_autoptr(GError) error = NULL;
    Box box = { .folder = g_dir_make_tmp("bangtin-renderer-XXXXXX", &error) };
    g_assert_no_error(error);
    box.config_path = g_build_filename(box.folder, "player.conf", NULL);
    box.measured_path = g_build_filename(box.folder, BT_MEASURED_FILE, NULL);
    g_autofree char *text = g_strdup_printf(
        "[screen]\nid=a\nstate=.\n[display]\ncanvas=%dx%d\n[source a]\nkind=folder\npath=.\n", W_PX,
        H_PX);
    g_assert_true(g_file_set_contents(box.config_path, text, -1, NULL));
    box.config = bt_config_read(box.config_path, &error);
    g_assert_no_error(error);
    return box;
}

static void box_free(Box *box)
{
    g_unlink(box->measured_path);
    g_unlink(box->config_path);
    g_rmdir(box->folder);
    bt_config_free(box->config);
    g_free(box->measured_path);
    g_free(box->config_path);
    g_free(box->folder);
}

static void measured_as(const Box *box, BtRenderer renderer, const char *device, int w_px)
{
    g_autoptr(GError) error = NULL;
    BtMeasured measured = { (char *)CHIP, w_px, H_PX, renderer, (char *)device, (char *)"it is" };
    g_assert_true(bt_measured_write(box->measured_path, &measured, &error));
    g_assert_no_error(error);
}

/* ---- the chip ---- */

static void put(const char *root, const char *path, const char *text)
{
    g_autofree char *whole = g_build_filename(root, path, NULL);
    g_autofree char *folder = g_path_get_dirname(whole);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(whole, text, -1, NULL));
}

static void test_chip(void)
{
    g_autofree char *root = g_dir_make_tmp("bangtin-chip-XXXXXX", NULL);
    g_assert_null(bt_renderer_chip(root));
    put(root, "sys/class/drm/card0/device/uevent", "DRIVER=simpledrm\n");
    g_assert_null(bt_renderer_chip(root)); /* a screen, and nothing that draws */
    put(root, "sys/class/drm/renderD128/device/uevent", "DRIVER=i915\nPCI_ID=8086:3185\n");
    g_autofree char *one = bt_renderer_chip(root), *again = bt_renderer_chip(root);
    g_assert_cmpstr(one, ==, again);
    put(root, "sys/class/drm/renderD129/device/uevent", "DRIVER=nouveau\n");
    g_autofree char *two = bt_renderer_chip(root);
    g_assert_cmpstr(one, !=, two);
    put(root, "proc/driver/nvidia/version", "NVRM version: 580\n");
    g_autofree char *three = bt_renderer_chip(root);
    g_assert_cmpstr(two, !=, three);
    const char *const words[] = { "rm", "-r", root, NULL };
    g_spawn_sync(
        NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* ---- choosing ---- */

static void test_choose(void)
{
    BtMeasured measured = { (char *)"x", 1, 1, BT_RENDERER_OPENGLES2, (char *)"d", (char *)"m" };
    static const struct {
        gboolean is_auto;
        BtRenderer told;
        gboolean crashed;
        const char *chip;
        gboolean is_measured;
        BtRenderer renderer;
        const char *why;
    } CASES[] = {
        { TRUE, 0, FALSE, NULL, FALSE, BT_RENDERER_SOFTWARE, "no graphics chip" },
        { TRUE, 0, FALSE, NULL, TRUE, BT_RENDERER_SOFTWARE, "no graphics chip" },
        { TRUE, 0, FALSE, "x", FALSE, BT_RENDERER_SOFTWARE, "not measured" },
        { TRUE, 0, FALSE, "y", TRUE, BT_RENDERER_SOFTWARE, "another" },
        { TRUE, 0, FALSE, "x", TRUE, BT_RENDERER_OPENGLES2, "m" },
        { TRUE, 0, TRUE, "x", TRUE, BT_RENDERER_SOFTWARE, "died" },
        { FALSE, BT_RENDERER_OPENGL, FALSE, NULL, FALSE, BT_RENDERER_OPENGL, "configured" },
        { FALSE, BT_RENDERER_OPENGL, TRUE, "x", TRUE, BT_RENDERER_SOFTWARE, "died" },
        { FALSE, BT_RENDERER_SOFTWARE, FALSE, "x", TRUE, BT_RENDERER_SOFTWARE, "configured" },
        { FALSE, BT_RENDERER_SOFTWARE, TRUE, "x", TRUE, BT_RENDERER_SOFTWARE, "configured" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        BtConfig config = { .renderer_auto = CASES[i].is_auto, .renderer = CASES[i].told };
        BtRendererChoice choice = bt_renderer_choose(
            &config, CASES[i].crashed, CASES[i].chip, CASES[i].is_measured ? &measured : NULL);
        g_test_message("case %" G_GSIZE_FORMAT ": %s", i, choice.why);
        g_assert_cmpint(choice.renderer, ==, CASES[i].renderer);
        g_assert_nonnull(strstr(choice.why, CASES[i].why));
    }
}

static void test_written_and_read(void)
{
    Box box = box_new();
    g_autoptr(GError) error = NULL;
    g_auto(BtMeasured) measured = { 0 };
    measured_as(&box, BT_RENDERER_OPENGL, "GPU “é”", 77);
    g_assert_true(bt_measured_read(box.measured_path, &measured, &error));
    g_assert_cmpstr(measured.device, ==, "GPU “é”");
    g_assert_cmpint(measured.renderer, ==, BT_RENDERER_OPENGL);
    g_assert_cmpint(measured.w_px, ==, 77);
    bt_measured_clear(&measured);
    measured_as(&box, BT_RENDERER_SOFTWARE, NULL, 77);
    g_assert_true(bt_measured_read(box.measured_path, &measured, &error));
    g_assert_null(measured.device);
    box_free(&box);
}

/* ---- the glass ---- */

static char *device_here(BtRenderer renderer)
{
    BtDisplayOptions options = {
        .canvas_w_px = W_PX, .canvas_h_px = H_PX, .renderer = renderer, .hidden = TRUE
    };
    g_autoptr(BtDisplay) display = bt_display_open(&options, NULL);
    return display == NULL ? NULL : g_strdup(bt_display_device(display));
}

static void expect_glass(
    const Box *box, gboolean crashed, const char *renderer, const char *device, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtGlass) glass = bt_glass_open(box->config, FALSE, FALSE, 0, 0, crashed, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(bt_glass_renderer(glass), ==, renderer);
    g_assert_cmpstr(bt_glass_device(glass), ==, device);
    g_assert_nonnull(strstr(bt_glass_why(glass), why));
}

static void test_glass(void)
{
    Box box = box_new();
    g_autofree char *device = device_here(BT_RENDERER_OPENGLES2);
    expect_glass(&box, FALSE, "software", NULL, "not measured");
    measured_as(&box, BT_RENDERER_OPENGLES2, device, W_PX);
    expect_glass(&box, FALSE, "opengles2", device, "it is");
    expect_glass(&box, TRUE, "software", NULL, "died");
    measured_as(&box, BT_RENDERER_OPENGLES2, device, W_PX + 1);
    expect_glass(&box, FALSE, "software", NULL, "canvas is another");
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*expected another chip*");
    measured_as(&box, BT_RENDERER_OPENGLES2, "another chip", W_PX);
    expect_glass(&box, FALSE, "software", NULL, "expected another chip");
    g_test_assert_expected_messages();
    g_assert_true(g_file_set_contents(box.measured_path, "{\"chip\":1", -1, NULL));
    expect_glass(&box, FALSE, "software", NULL, "not measured");
    box_free(&box);
}

/* ---- measuring ---- */

/* It gives rights away for good: in a process of its own. */
static void run_gauge(const Box *box)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        BtRoleOptions options = { .config_path = box->config_path };
        _exit(bt_gauge_role(&options));
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
}

static double cost_of(const char *why, const char *renderer)
{
    g_autofree char *word = g_strconcat(renderer, " ", NULL);
    const char *at = strstr(why, word);
    g_assert_nonnull(at);
    return g_ascii_strtod(at + strlen(word), NULL);
}

/* What is written down is what was cheapest, and nobody measures twice. */
static void test_gauge(void)
{
    Box box = box_new();
    g_auto(BtMeasured) measured = { 0 };
    is_emulated = FALSE;
    run_gauge(&box);
    g_assert_true(bt_measured_read(box.measured_path, &measured, NULL));
    g_test_message("%s", measured.why);
    g_assert_cmpstr(measured.chip, ==, CHIP);
    g_assert_cmpint(measured.w_px, ==, W_PX);
    g_assert_cmpint(measured.h_px, ==, H_PX);
    double own_ms = cost_of(measured.why, bt_renderer_name(measured.renderer));
    g_assert_cmpfloat(own_ms, >, 0);
    if (measured.renderer == BT_RENDERER_SOFTWARE && !strstr(measured.why, "slow")) {
        g_assert_cmpfloat(own_ms, <=, cost_of(measured.why, "opengl") / 0.89);
        g_assert_cmpfloat(own_ms, <=, cost_of(measured.why, "opengles2") / 0.89);
    }
    measured_as(&box, BT_RENDERER_OPENGL, "kept", W_PX);
    run_gauge(&box);
    bt_measured_clear(&measured);
    g_assert_true(bt_measured_read(box.measured_path, &measured, NULL));
    g_assert_cmpstr(measured.device, ==, "kept");
    box_free(&box);
}

/* A program that stands in for a chip is never taken, however cheap. */
static void test_gauge_of_no_chip(void)
{
    Box box = box_new();
    g_auto(BtMeasured) measured = { 0 };
    is_emulated = TRUE;
    run_gauge(&box);
    g_assert_true(bt_measured_read(box.measured_path, &measured, NULL));
    g_assert_cmpint(measured.renderer, ==, BT_RENDERER_SOFTWARE);
    g_assert_nonnull(strstr(measured.why, "opengles2 is emulated"));
    box_free(&box);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("SDL_VIDEODRIVER", "offscreen", FALSE);
    g_test_add_func("/renderer/chip", test_chip);
    g_test_add_func("/renderer/choose", test_choose);
    g_test_add_func("/renderer/written-and-read", test_written_and_read);
    g_autofree char *device = device_here(BT_RENDERER_OPENGLES2);
    if (device == NULL) {
        g_test_message("no OpenGL ES here: measuring is not tried");
        return g_test_run() == 0 ? SKIPPED : 1;
    }
    g_test_add_func("/renderer/glass", test_glass);
    g_test_add_func("/renderer/gauge", test_gauge);
    g_test_add_func("/renderer/gauge/no-chip", test_gauge_of_no_chip);
    return g_test_run();
}
