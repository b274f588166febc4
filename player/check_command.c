/* `bangtin check`: would these be accepted, and if not why; and what would be shown poorly. */
#include "player/commands.h"

#include "base/error.h"
#include "base/io.h"
#include "player/check_report.h"
#include "player/check_streams.h"
#include "player/roles.h"
#include "playlists/adapters/folder.h"

#include <fcntl.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define MEDIUM_TIMEOUT_MS 15000
#define PROBE_PX 16 /* a text file is for no certain screen */

typedef struct {
    gboolean led, as_json;
    char *config;
    BtConfig *board; /* as read from it; NULL: none was given */
    int w_px, h_px;  /* the screen's canvas; 0: the layouts' own */
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
    guint items = 0;
    for (guint i = 0; i < manifest->playlists->len; i++)
        items += ((const BtPlaylist *)g_ptr_array_index(manifest->playlists, i))->items->len;
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, manifest->version);
    return g_strdup_printf(_("accepted: manifest of %s, version %s, %u items, %u programmes"),
        manifest->source, version, items, manifest->programmes->len);
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
    BtAdviceScreen screen = { fonts_of(check), check->led, check->w_px, check->h_px };
    if (screen.fonts != NULL)
        report->advice = bt_advice_for_manifest(manifest, &screen);
}

/* ---- media ---- */

/* Everything that a player would need of it: what it is, and its last picture. */
static gboolean play_through(BtMedia *media, GError **error)
{
    if (!bt_media_wait_open(media, MEDIUM_TIMEOUT_MS))
        return FALSE;
    const BtMediaInfo *info = bt_media_info(media);
    if (info->has_cues)
        return bt_media_wait(media, 0, MEDIUM_TIMEOUT_MS) && bt_media_error(media) == NULL;
    gint64 last_ms = MAX(0, info->duration_ms - 1);
    if (info->w_px > 0 &&
        (!bt_media_start(media, info->w_px, info->h_px, last_ms, FALSE, FALSE, error) ||
            !bt_media_wait(media, last_ms, MEDIUM_TIMEOUT_MS)))
        return FALSE;
    return bt_media_error(media) == NULL;
}

static char *words_of_medium(const BtMediaInfo *info)
{
    g_autofree char *length_ms = g_strdup_printf("%" G_GINT64_FORMAT, info->duration_ms);
    return g_strdup_printf(info->has_sound ? _("accepted: %d×%d px, %s ms, with sound")
                                           : _("accepted: %d×%d px, %s ms"),
        info->w_px, info->h_px, length_ms);
}

static char *words_of_subtitles(const GArray *cues)
{
    return g_strdup_printf(_("accepted: subtitles, %u cues"), cues->len);
}

static void check_medium(BtCheckReport *report)
{
    report->kind = "medium";
    g_autofree char *decoder = bt_media_decoder_path();
    int fd = open(report->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        g_set_error(
            &report->error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: cannot be opened", report->path);
        return;
    }
    g_autoptr(BtMedia) media = bt_media_open(fd, report->path, bt_media_spawn_here, decoder,
        g_get_monotonic_time() / 1000, &report->error);
    if (media == NULL)
        return;
    if (play_through(media, &report->error))
        report->accepted = bt_media_info(media)->has_cues ? words_of_subtitles(bt_media_cues(media))
                                                          : words_of_medium(bt_media_info(media));
    else if (report->error == NULL && bt_media_error(media) != NULL)
        report->error = g_error_copy(bt_media_error(media));
    else if (report->error == NULL)
        report->error = g_error_new(
            BT_ERROR, BT_ERROR_TIMEOUT, "%s: the decoder gave no picture in time", report->path);
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
    if (config != NULL)
        report->accepted = g_strdup(_("accepted: configuration"));
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
    if (is_document(path))
        check_document(check, &report);
    else if (g_str_has_suffix(path, ".conf"))
        check_config(&report);
    else if (g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".md"))
        check_text(check, &report);
    else
        check_medium(&report);
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
    check->w_px = check->board->canvas_px.w;
    check->h_px = check->board->canvas_px.h;
    return TRUE;
}

int bt_check_command(int argc, char **argv)
{
    g_auto(Check) check = { .good = TRUE };
    GError *failure = NULL;
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &check.config,
            "The screen that it is for: its kind and canvas", "FILE" },
        { "led", 0, 0, G_OPTION_ARG_NONE, &check.led, "The screen is an LED wall", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &check.as_json, "Everything as JSON", NULL },
        { NULL },
    };
    if (!bt_options_parse("PATH…",
            "Says whether manifests, envelopes, media, texts and configurations would be accepted, "
            "and warns of what would be shown poorly.",
            entries, &argc, &argv))
        return 2;
    if (argc < 2) {
        fprintf(stderr, "bangtin: check: expected PATH…\n");
        return 2;
    }
    if (!read_screen(&check, &failure))
        return bt_command_fail(failure, 1);
    check.files = check.as_json ? bt_json_new_array() : NULL;
    for (int i = 1; i < argc; i++)
        check_path(&check, argv[i]);
    if (check.as_json)
        print_json(&check);
    else
        say_fonts(&check);
    return check.good ? 0 : 1;
}
