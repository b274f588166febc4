/* `bangtin play`, and the roles that it starts. */
#include "player/commands.h"

#include "base/error.h"
#include "player/roles/roles.h"
#include "player/show/renderer.h"
#include "player/show/role.h"
#include "player/sync/sync.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* ---- play ---- */

typedef struct {
    char *config, *display, *size, *clock, *grab, *grab_to;
    int for_s;
    gboolean windowed;
} PlayOptions;

static gboolean is_offscreen(const PlayOptions *play, gboolean *offscreen, GError **error)
{
    *offscreen = play->display != NULL && g_str_equal(play->display, "offscreen");
    if (play->display == NULL || *offscreen || g_str_equal(play->display, "window"))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "--display: “%s”: expected window or offscreen",
        play->display);
    return FALSE;
}

static gboolean take_clock(const PlayOptions *play, BtRoleOptions *options, GError **error)
{
    options->clock = bt_clock_real();
    if (play->clock == NULL)
        return TRUE;
    if (!options->offscreen) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_SYNTAX, "--clock: expected with --display offscreen only");
        return FALSE;
    }
    return bt_clock_from_text(play->clock, &options->clock, error);
}

static gboolean take_options(const PlayOptions *play, BtRoleOptions *options, GError **error)
{
    if (!is_offscreen(play, &options->offscreen, error) || !take_clock(play, options, error))
        return FALSE;
    if (play->size != NULL && !bt_size_parse(play->size, &options->w_px, &options->h_px, error))
        return FALSE;
    options->windowed = play->windowed;
    options->for_ms = play->for_s * BT_SECOND_MS;
    options->grab = play->grab;
    options->grab_folder = play->grab_to;
    if ((play->grab == NULL) == (play->grab_to == NULL))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "--grab: expected together with --grab-to");
    return FALSE;
}

static gboolean are_there(char **paths, GError **error)
{
    for (guint i = 0; paths[i] != NULL; i++)
        if (access(paths[i], R_OK) != 0) {
            bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, paths[i], "cannot be read");
            return FALSE;
        }
    return TRUE;
}

/* `bangtin play FILE…`: a folder of links in the order given is a folder like any other. */
static char *folder_of(int argc, char **argv, GError **error)
{
    if (!are_there(argv + 1, error))
        return NULL;
    if (argc == 2)
        return g_canonicalize_filename(argv[1], NULL);
    g_autofree char *folder = g_dir_make_tmp("bangtin-XXXXXX", error);
    for (int i = 1; folder != NULL && i < argc; i++) {
        g_autofree char *target = g_canonicalize_filename(argv[i], NULL);
        g_autofree char *base = g_path_get_basename(target);
        g_autofree char *name = g_strdup_printf("%04d-%s", i, base);
        g_autofree char *link = g_build_filename(folder, name, NULL);
        if (symlink(target, link) != 0) {
            g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: cannot be linked", argv[i]);
            return NULL;
        }
    }
    return g_steal_pointer(&folder);
}

static void remove_links(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        unlink(path);
    }
    rmdir(folder);
}

/* A bad configuration is said here, once, and not by each role. */
static BtConfig *look_into_config(const char *path, BtRoleOptions *options, GError **error)
{
    BtConfig *config = bt_config_read(path, error);
    if (config == NULL)
        return NULL;
    options->offscreen = options->offscreen || config->offscreen;
    g_autofree char *chip = bt_renderer_chip("");
    options->gauge = config->renderer_auto && chip != NULL && !options->offscreen;
    options->cut_key = config->cut_key;
    options->cut_line = *config->gpio.chip != '\0' ? &config->gpio : NULL;
    return config;
}

static int play(const PlayOptions *play, int argc, char **argv)
{
    GError *failure = NULL;
    g_autofree char *boot = g_uuid_string_random();
    g_autofree char *config = NULL, *folder = NULL;
    g_autoptr(BtConfig) read = NULL;
    BtRoleOptions options = { .boot = boot };
    if (!take_options(play, &options, &failure))
        return bt_command_fail(failure, 2);
    if (play->config != NULL) {
        config = g_canonicalize_filename(play->config, NULL);
        read = look_into_config(config, &options, &failure);
        if (read == NULL)
            return bt_command_fail(failure, 1);
    } else {
        folder = folder_of(argc, argv, &failure);
        if (folder == NULL)
            return bt_command_fail(failure, 1);
        options.windowed = options.windowed || isatty(STDIN_FILENO);
    }
    options.config_path = config;
    options.folder = folder;
    int status = bt_supervise(&options);
    if (folder != NULL && argc > 2)
        remove_links(folder);
    return status;
}

int bt_play_command(int argc, char **argv)
{
    PlayOptions options = { 0 };
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "player.conf of this box",
            "FILE" },
        { "display", 0, 0, G_OPTION_ARG_STRING, &options.display,
            "where to show (default: as configured)", "window|offscreen" },
        { "size", 0, 0, G_OPTION_ARG_STRING, &options.size, "size of the canvas", "WxH" },
        { "for", 0, 0, G_OPTION_ARG_INT, &options.for_s, "end after so many seconds", "S" },
        { "clock", 0, 0, G_OPTION_ARG_STRING, &options.clock,
            "one virtual clock for all roles, offscreen only; \"?\": nothing vouches for it",
            "RFC3339[xRATE][?]" },
        { "windowed", 0, 0, G_OPTION_ARG_NONE, &options.windowed,
            "a window with a frame; Escape ends it", NULL },
        { "grab", 0, 0, G_OPTION_ARG_STRING, &options.grab,
            "write the frames of these instants, then end", "T,T…" },
        { "grab-to", 0, 0, G_OPTION_ARG_FILENAME, &options.grab_to, "the folder for them", "DIR" },
        { 0 },
    };
    if (!bt_options_parse("[PATH…]",
            "Shows what the sources of player.conf say; with paths and no configuration, shows "
            "these "
            "files or this folder in a loop.",
            entries, &argc, &argv))
        return 2;
    int status = 2;
    if ((options.config == NULL) == (argc < 2))
        fprintf(stderr, "bangtin: play: expected either --config FILE or PATH…\n");
    else
        status = play(&options, argc, argv);
    g_free(options.config);
    g_free(options.display);
    g_free(options.size);
    g_free(options.clock);
    g_free(options.grab);
    g_free(options.grab_to);
    return status;
}

/* ---- roles ---- */

/* From this size on memory is had from the kernel by itself, and goes back to it: glibc's own
 * threshold at the start. Left alone it rises with what is given back, to 32 MB, and pictures that
 * come and go then share the heap with texts, which hold it apart: in a mix of everything show had
 * 34 to 37 MB within half an hour where it stays at 26 (tests/soak/mixed, side by side). */
#define LARGE_BYTES (128 * 1024)

int bt_role_command(int argc, char **argv)
{
    BtRoleOptions options = { 0 };
    g_autofree char *role = NULL, *clock = NULL;
    const GOptionEntry entries[] = {
        { "role", 0, 0, G_OPTION_ARG_STRING, &role, NULL, NULL },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config_path, NULL, NULL },
        { "folder", 0, 0, G_OPTION_ARG_FILENAME, &options.folder, NULL, NULL },
        { "clock", 0, 0, G_OPTION_ARG_STRING, &clock, NULL, NULL },
        { "boot", 0, 0, G_OPTION_ARG_STRING, &options.boot, NULL, NULL },
        { "grab", 0, 0, G_OPTION_ARG_STRING, &options.grab, NULL, NULL },
        { "grab-to", 0, 0, G_OPTION_ARG_FILENAME, &options.grab_folder, NULL, NULL },
        { "offscreen", 0, 0, G_OPTION_ARG_INT, &options.offscreen, NULL, NULL },
        { "windowed", 0, 0, G_OPTION_ARG_INT, &options.windowed, NULL, NULL },
        { "width", 0, 0, G_OPTION_ARG_INT, &options.w_px, NULL, NULL },
        { "height", 0, 0, G_OPTION_ARG_INT, &options.h_px, NULL, NULL },
        { "died", 0, 0, G_OPTION_ARG_INT64, &options.died_ms, NULL, NULL },
        { "time", 0, 0, G_OPTION_ARG_INT64, &options.left.offset_ms, NULL, NULL },
        { "trusted", 0, 0, G_OPTION_ARG_INT, &options.left.trusted, NULL, NULL },
        { "crashed", 0, 0, G_OPTION_ARG_INT, &options.crashed, NULL, NULL },
        { 0 },
    };
    GError *failure = NULL;
    if (!bt_options_parse("", "A role that supervise starts.", entries, &argc, &argv))
        return 2;
    options.clock = bt_clock_real();
    if (clock != NULL && !bt_clock_from_text(clock, &options.clock, &failure))
        return bt_command_fail(failure, 2);
    g_autofree char *name = g_strdup_printf("bangtin-%s", role);
    prctl(PR_SET_NAME, name);
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    int status = g_str_equal(role, "show") ? bt_show(&options)
        : g_str_equal(role, "gauge")       ? bt_gauge_role(&options)
                                           : bt_sync_role(&options);
    g_free(options.config_path);
    g_free(options.folder);
    g_free(options.boot);
    g_free(options.grab);
    g_free(options.grab_folder);
    return status;
}
