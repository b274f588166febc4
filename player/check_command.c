/* `bangtin check`: would these be accepted, and if not why; and what would be shown poorly. */
#include "player/commands.h"

#include "base/error.h"
#include "base/io.h"
#include "player/check/connect.h"
#include "player/check/dialect.h"
#include "player/check/media.h"
#include "player/check/report.h"
#include "player/check/streams.h"
#include "player/config/ttn_setup.h"
#include "player/roles/roles.h"
#include "playlists/adapters/folder.h"

#include <fcntl.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define _(text) dgettext("bangtin", text)
#define PROBE_PX 16 /* a text file is for no certain screen */

typedef struct {
    gboolean led, as_json;
    char *config, *assets, *connect;
    BtConfig *board; /* as read from it; NULL: none was given */
    BtCheckBox box;  /* without a canvas: the layouts' own */
    gboolean asked;  /* for the fonts: they are opened once, when something needs them */
    BtFonts *fonts;  /* NULL: there are none */
    char *no_fonts;  /* then why */
    BtJson *files;   /* as_json only */
    gboolean good;
} Check;

static void check_clear(Check *check)
{
    g_free(check->config);
    g_clear_pointer(&check->board, bt_config_free);
    g_free(check->assets);
    g_free(check->connect);
    g_free(check->no_fonts);
    g_clear_pointer(&check->fonts, bt_fonts_close);
    g_clear_pointer(&check->files, bt_json_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

/* (nullable) */
static BtFonts *fonts_of(Check *check)
{
    g_autoptr(GError) failure = NULL;
    if (!check->asked)
        check->fonts = bt_fonts_open(NULL, &failure);
    if (failure != NULL)
        check->no_fonts = g_strdup(failure->message);
    check->asked = TRUE;
    return check->fonts;
}

/* ---- documents ---- */

static char *words_of_manifest(const BtManifest *manifest)
{
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, manifest->version);
    return g_strdup_printf(_("accepted: manifest of %s, version %s, %u items, %u programmes"),
        manifest->source, version, manifest->items->len, manifest->programmes->len);
}

static BtManifest *read_manifest(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    if (bytes == NULL)
        return NULL;
    g_autoptr(GBytes) payload = bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, error);
    if (payload == NULL)
        return NULL;
    gsize size_bytes;
    const char *data = g_bytes_get_data(payload, &size_bytes);
    return bt_manifest_parse(data, size_bytes, path, error);
}

static gpointer copy_note(gconstpointer note, gpointer user)
{
    (void)user;
    return g_strdup(note);
}

static void check_document(Check *check, BtCheckReport *report)
{
    report->kind = "manifest";
    g_autoptr(BtManifest) manifest = read_manifest(report->path, &report->error);
    if (manifest == NULL)
        return;
    report->accepted = words_of_manifest(manifest);
    report->notes = g_ptr_array_copy(manifest->notes, copy_note, NULL);
    g_ptr_array_set_free_func(report->notes, g_free);
    bt_check_streams(manifest, check->board, report->notes);
    BtAdviceScreen screen = { fonts_of(check), check->led, check->box.w_px, check->box.h_px };
    if (screen.fonts != NULL)
        report->advice = bt_advice_for_manifest(manifest, &screen);
    if (check->assets == NULL)
        return;
    report->findings = bt_findings_new();
    bt_check_assets(report->findings, manifest, check->assets, &check->box);
    if (bt_findings_refuse(report->findings))
        g_clear_pointer(&report->accepted, g_free);
}

/* ---- media ---- */

static char *words_of_medium(const BtMediaInfo *info)
{
    g_autofree char *length_ms = g_strdup_printf("%" G_GINT64_FORMAT, info->duration_ms);
    if (info->w_px == 0)
        return g_strdup_printf(_("accepted: sound, %s ms"), length_ms);
    if (info->duration_ms == 0)
        return g_strdup_printf(_("accepted: picture, %d×%d px"), info->w_px, info->h_px);
    return g_strdup_printf(info->has_sound ? _("accepted: %d×%d px, %s ms, with sound")
                                           : _("accepted: %d×%d px, %s ms"),
        info->w_px, info->h_px, length_ms);
}

/* A pipe would be waited for until somebody writes into it. */
static int open_medium(const char *path, GError **error)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: cannot be opened", path);
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: not a file", path);
    return -1;
}

static void check_medium(const Check *check, BtCheckReport *report)
{
    report->kind = "medium";
    BtCheckedMedium medium = { .n_cues = 0 };
    int fd = open_medium(report->path, &report->error);
    if (fd < 0 || !bt_check_medium(fd, report->path, &check->box, &medium, &report->error))
        return;
    BtPatient patient = { &medium.info, &medium.found, medium.size_bytes };
    const BtFindingPlace nowhere = { "", "", "" };
    report->accepted = medium.info.has_cues
        ? g_strdup_printf(_("accepted: subtitles, %u cues"), medium.n_cues)
        : words_of_medium(&medium.info);
    report->findings = bt_findings_new();
    bt_doctor_on_medium(report->findings, &patient, check->box.slower, nowhere);
    bt_doctor_on_box(
        report->findings, &patient, check->box.w_px, check->box.h_px, BT_FIT_CONTAIN, nowhere);
}

/* ---- texts and configurations ---- */

/* Of glyphs and encodings: sizes and times depend on where it will stand. */
static void advise_on_text(Check *check, BtCheckReport *report, const char *text)
{
    g_autofree char *lang = bt_folder_lang(report->path);
    BtFonts *fonts = fonts_of(check);
    BtTextStyle style = { .lang = lang, .px = PROBE_PX };
    g_autoptr(BtTextLayout) layout =
        fonts != NULL ? bt_text_layout(fonts, text, &style, 0, NULL) : NULL;
    if (layout != NULL)
        report->advice = bt_advice_for_layout(fonts, layout);
}

static void check_text(Check *check, BtCheckReport *report)
{
    report->kind = "text";
    g_autoptr(GBytes) bytes = bt_io_read(report->path, BT_FOLDER_TEXT_MAX_BYTES, &report->error);
    if (bytes == NULL)
        return;
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    if (!g_utf8_validate_len(data, size_bytes, NULL)) {
        g_set_error(
            &report->error, BT_ERROR, BT_ERROR_SYNTAX, "%s: not text in UTF-8", report->path);
        return;
    }
    report->accepted = g_strdup(_("accepted: text"));
    g_autofree char *text = g_strndup(data, size_bytes);
    advise_on_text(check, report, text);
}

static void check_config(BtCheckReport *report)
{
    report->kind = "configuration";
    g_autoptr(BtConfig) config = bt_config_read(report->path, &report->error);
    if (config == NULL)
        return;
    report->accepted = g_strdup(_("accepted: configuration"));
    report->notes = bt_config_notes(config);
    if (!bt_ttn_setup_check(config, report->notes, &report->error))
        g_clear_pointer(&report->accepted, g_free);
}

/* ---- paths ---- */

static gboolean is_document(const char *path)
{
    g_autofree char *lower = g_ascii_strdown(path, -1);
    return g_str_has_suffix(lower, ".json");
}

static void check_file(Check *check, const char *path)
{
    g_auto(BtCheckReport) report = { .path = path };
    if (is_document(path) && bt_check_is_dialect(path))
        bt_check_dialect(&report);
    else if (is_document(path))
        check_document(check, &report);
    else if (path == check->config || g_str_has_suffix(path, ".conf"))
        check_config(&report);
    else if (g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".md"))
        check_text(check, &report);
    else
        check_medium(check, &report);
    check->good = check->good && report.accepted != NULL;
    if (check->as_json)
        bt_json_append(check->files, bt_check_report_json(&report));
    else
        bt_check_report_say(&report);
}

static void check_path(Check *check, const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        check_file(check, path);
        return;
    }
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    check->good = check->good && dir != NULL;
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (*name != '.')
            check_path(check, child);
    }
}

/* ---- fonts ---- */

/* What this machine lacks, when something asked for its fonts. (transfer full): of char* */
static GPtrArray *missing_fonts(const Check *check)
{
    GPtrArray *missing = check->fonts != NULL ? bt_fonts_missing(check->fonts)
                                              : g_ptr_array_new_with_free_func(g_free);
    if (check->no_fonts != NULL)
        g_ptr_array_add(missing, g_strdup(check->no_fonts));
    return missing;
}

static void say_fonts(const Check *check)
{
    g_autoptr(GPtrArray) missing = missing_fonts(check);
    for (guint i = 0; i < missing->len; i++)
        printf(
            "%s: %s: %s\n", _("fonts"), _("warning"), (const char *)g_ptr_array_index(missing, i));
}

static void print_json(Check *check)
{
    g_autoptr(GPtrArray) missing = missing_fonts(check);
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *warnings = bt_json_new_array();
    for (guint i = 0; i < missing->len; i++) {
        BtJson *warning = bt_json_new_object();
        bt_json_set_string(warning, "code", "font");
        bt_json_set_string(warning, "message", g_ptr_array_index(missing, i));
        bt_json_append(warnings, warning);
    }
    bt_json_set_bool(json, "accepted", check->good);
    bt_json_set(json, "files", g_steal_pointer(&check->files));
    bt_json_set(json, "warnings", warnings);
    g_autofree char *text = bt_json_to_text(json, TRUE);
    printf("%s\n", text);
}

/* ---- the command ---- */

static gboolean read_screen(Check *check, GError **error)
{
    if (check->config == NULL)
        return TRUE;
    check->board = bt_config_read(check->config, error);
    if (check->board == NULL)
        return FALSE;
    check->led = check->led || check->board->led;
    check->box.w_px = check->board->canvas_px.w;
    check->box.h_px = check->board->canvas_px.h;
    return TRUE;
}

static int connect_to(const Check *check)
{
    if (check->board != NULL)
        return bt_check_connect(check->board, check->connect);
    fprintf(stderr, "bangtin: check: --connect NAME: expected --config FILE\n");
    return 2;
}

int bt_check_command(int argc, char **argv)
{
    g_auto(Check) check = { .good = TRUE, .box = { 0, 0, 1, BT_CHECK_SECONDS } };
    GError *failure = NULL;
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &check.config,
            "The screen that it is for: its kind and canvas", "FILE" },
        { "led", 0, 0, G_OPTION_ARG_NONE, &check.led, "The screen is an LED wall", NULL },
        { "assets", 0, 0, G_OPTION_ARG_FILENAME, &check.assets,
            "Where the files of manifests are, by hash or by name: they are examined too", "DIR" },
        { "connect", 0, 0, G_OPTION_ARG_STRING, &check.connect,
            "Try the connection of [source NAME], of kind ttn, step by step", "NAME" },
        { "seconds", 0, 0, G_OPTION_ARG_INT, &check.box.seconds,
            "How long one medium may be examined; 60 if not said", "N" },
        { "slower", 0, 0, G_OPTION_ARG_DOUBLE, &check.box.slower,
            "How many times slower than this machine the screen's box is; 1 if not said", "N" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &check.as_json, "Everything as JSON", NULL },
        { NULL },
    };
    if (!bt_options_parse("[PATH…]",
            "Says whether manifests, envelopes, media, texts, configurations and dialects would be "
            "accepted, "
            "and warns of what would be shown poorly.",
            entries, &argc, &argv))
        return 2;
    if (argc < 2 && check.config == NULL) {
        fprintf(stderr, "bangtin: check: expected PATH…, or --config FILE\n");
        return 2;
    }
    if (check.box.seconds < 1 || check.box.seconds > BT_CHECK_MAX_SECONDS ||
        !(check.box.slower >= 0.001 && check.box.slower <= 1000000)) {
        fprintf(stderr, "bangtin: check: expected --seconds from 1 to %d, --slower above 0\n",
            BT_CHECK_MAX_SECONDS);
        return 2;
    }
    if (!read_screen(&check, &failure))
        return bt_command_fail(failure, 1);
    if (check.connect != NULL)
        return connect_to(&check);
    check.files = check.as_json ? bt_json_new_array() : NULL;
    for (int i = 1; i < argc; i++)
        check_path(&check, argv[i]);
    if (argc < 2)
        check_file(&check, check.config);
    if (check.as_json)
        print_json(&check);
    else
        say_fonts(&check);
    return check.good ? 0 : 1;
}
