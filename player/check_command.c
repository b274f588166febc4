/* `bangtin check`: would these be accepted, and if not why. */
#include "player/commands.h"

#include "base/error.h"
#include "base/io.h"
#include "player/roles.h"

#include <fcntl.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define MEDIUM_TIMEOUT_MS 15000

static void say(const char *path, const char *words)
{
    printf("%s: %s\n", path, words);
}

static gboolean is_document(const char *path)
{
    g_autofree char *lower = g_ascii_strdown(path, -1);
    return g_str_has_suffix(lower, ".json");
}

/* ---- documents ---- */

static void say_manifest(const char *path, const BtManifest *manifest)
{
    guint items = 0;
    for (guint i = 0; i < manifest->playlists->len; i++)
        items += ((const BtPlaylist *)g_ptr_array_index(manifest->playlists, i))->items->len;
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, manifest->version);
    g_autofree char *words =
        g_strdup_printf(_("accepted: manifest of %s, version %s, %u items, %u programmes"),
            manifest->source, version, items, manifest->programmes->len);
    say(path, words);
    for (guint i = 0; i < manifest->notes->len; i++)
        say(path, g_ptr_array_index(manifest->notes, i));
}

static gboolean check_document(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(GBytes) payload = bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, error);
    if (payload == NULL)
        return FALSE;
    gsize size_bytes;
    const char *data = g_bytes_get_data(payload, &size_bytes);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size_bytes, path, error);
    if (manifest == NULL)
        return FALSE;
    say_manifest(path, manifest);
    return TRUE;
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

static void say_medium(const char *path, const BtMediaInfo *info)
{
    g_autofree char *length_ms = g_strdup_printf("%" G_GINT64_FORMAT, info->duration_ms);
    g_autofree char *words =
        g_strdup_printf(info->has_sound ? _("accepted: %d×%d px, %s ms, with sound")
                                        : _("accepted: %d×%d px, %s ms"),
            info->w_px, info->h_px, length_ms);
    say(path, words);
}

static void say_subtitles(const char *path, const GArray *cues)
{
    g_autofree char *words = g_strdup_printf(_("accepted: subtitles, %u cues"), cues->len);
    say(path, words);
}

static gboolean check_medium(const char *path, GError **error)
{
    g_autofree char *decoder = bt_media_decoder_path();
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: cannot be opened", path);
        return FALSE;
    }
    g_autoptr(BtMedia) media =
        bt_media_open(fd, path, bt_media_spawn_here, decoder, g_get_monotonic_time() / 1000, error);
    if (media == NULL)
        return FALSE;
    GError *failure = NULL;
    if (play_through(media, &failure)) {
        if (bt_media_info(media)->has_cues)
            say_subtitles(path, bt_media_cues(media));
        else
            say_medium(path, bt_media_info(media));
        return TRUE;
    }
    if (failure == NULL && bt_media_error(media) != NULL)
        failure = g_error_copy(bt_media_error(media));
    if (failure == NULL)
        failure = g_error_new(
            BT_ERROR, BT_ERROR_TIMEOUT, "%s: the decoder gave no picture in time", path);
    g_propagate_error(error, failure);
    return FALSE;
}

/* ---- paths ---- */

static gboolean check_path(const char *path);

static gboolean check_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    gboolean good = dir != NULL;
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (*name != '.' && !check_path(child))
            good = FALSE;
    }
    return good;
}

static gboolean check_text(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_TEXT_MAX_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    if (g_utf8_validate_len(data, size_bytes, NULL)) {
        say(path, _("accepted: text"));
        return TRUE;
    }
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "%s: not text in UTF-8", path);
    return FALSE;
}

static gboolean check_config(const char *path, GError **error)
{
    g_autoptr(BtConfig) config = bt_config_read(path, error);
    if (config != NULL)
        say(path, _("accepted: configuration"));
    return config != NULL;
}

static gboolean check_file(const char *path, GError **error)
{
    if (is_document(path))
        return check_document(path, error);
    if (g_str_has_suffix(path, ".conf"))
        return check_config(path, error);
    if (g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".md"))
        return check_text(path, error);
    return check_medium(path, error);
}

static gboolean check_path(const char *path)
{
    GError *failure = NULL;
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return check_folder(path);
    if (check_file(path, &failure))
        return TRUE;
    bt_command_fail(failure, 1);
    return FALSE;
}

int bt_check_command(int argc, char **argv)
{
    const GOptionEntry entries[] = { { 0 } };
    if (!bt_options_parse("PATH…",
            "Says whether manifests, envelopes, media, texts and configurations would be accepted.",
            entries, &argc, &argv))
        return 2;
    if (argc < 2) {
        fprintf(stderr, "bangtin: check: expected PATH…\n");
        return 2;
    }
    gboolean good = TRUE;
    for (int i = 1; i < argc; i++)
        good = check_path(argv[i]) && good;
    return good ? 0 : 1;
}
