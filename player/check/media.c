#include "player/check/media.h"

#include <fcntl.h>
#include <libintl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define _(text) dgettext("bangtin", text)
#define MEDIUM_TIMEOUT_MS 15000

/* ---- one medium ---- */

static BtMedia *open_medium(int fd, const char *name, GError **error)
{
    g_autofree char *decoder = bt_media_decoder_path();
    g_autoptr(BtMedia) media =
        bt_media_open(fd, name, bt_media_spawn_here, decoder, g_get_monotonic_time() / 1000, error);
    if (media == NULL || bt_media_wait_open(media, MEDIUM_TIMEOUT_MS))
        return g_steal_pointer(&media);
    if (bt_media_error(media) != NULL)
        g_propagate_error(error, g_error_copy(bt_media_error(media)));
    else
        g_set_error(
            error, BT_ERROR, BT_ERROR_TIMEOUT, "%s: the decoder said nothing in time", name);
    return NULL;
}

/* Its last picture, or its cues. */
static gboolean reach_the_end(BtMedia *media, const char *name, GError **error)
{
    const BtMediaInfo *info = bt_media_info(media);
    gint64 last_ms = info->duration_ms < BT_TIME_MAX ? MAX(0, info->duration_ms - 1) : 0;
    gboolean pictures = info->w_px > 0 && !info->has_cues;
    if (pictures && !bt_media_start(media, info->w_px, info->h_px, last_ms, FALSE, FALSE, error))
        return FALSE;
    gboolean reached =
        (!pictures && !info->has_cues) || bt_media_wait(media, last_ms, MEDIUM_TIMEOUT_MS);
    if (bt_media_error(media) != NULL)
        g_propagate_error(error, g_error_copy(bt_media_error(media)));
    else if (!reached)
        g_set_error(
            error, BT_ERROR, BT_ERROR_TIMEOUT, "%s: the decoder gave no picture in time", name);
    return reached && bt_media_error(media) == NULL;
}

/* The size in which the screen shows it: what is larger is made smaller, as the player does. */
static void size_on_screen(const BtMediaInfo *info, const BtCheckBox *box, int *w_px, int *h_px)
{
    double scale = box->w_px > 0 && info->w_px > 0
        ? MIN((double)box->w_px / info->w_px, (double)box->h_px / info->h_px)
        : 1;
    *w_px = (int)CLAMP(info->w_px * MIN(scale, 1), 1, BT_FRAME_MAX_W_PX);
    *h_px = (int)CLAMP(info->h_px * MIN(scale, 1), 1, BT_FRAME_MAX_H_PX);
}

gboolean bt_check_medium(
    int fd, const char *name, const BtCheckBox *box, BtCheckedMedium *medium, GError **error)
{
    struct stat file = { 0 };
    int w_px, h_px, again = dup(fd);
    medium->size_bytes = fstat(fd, &file) == 0 ? (gint64)file.st_size : 0;
    g_autoptr(BtMedia) media = open_medium(fd, name, error);
    gboolean done = media != NULL;
    if (done) {
        medium->info = *bt_media_info(media);
        size_on_screen(&medium->info, box, &w_px, &h_px);
        done = bt_media_examine(media, w_px, h_px, box->seconds * 1000, &medium->found, error);
    }
    /* What was examined was decoded; a still and cues were not, nor the end of what took too long.
     */
    if (done && !medium->found.whole) {
        g_clear_pointer(&media, bt_media_unref);
        media = open_medium(again, name, error);
        again = -1;
        done = media != NULL && reach_the_end(media, name, error);
    }
    if (done && medium->info.has_cues)
        medium->n_cues = bt_media_cues(media)->len;
    if (again >= 0)
        close(again);
    return done;
}

/* ---- the assets of a manifest ---- */

typedef struct {
    GPtrArray *findings;
    BtManifest *manifest;
    const char *folder;
    const BtCheckBox *box;
} Round;

/* By hash, or as the manifest names it. */
static int open_asset(const char *folder, const BtAsset *asset)
{
    const char *const names[] = { asset->sha256, asset->name };
    int fd = -1;
    for (guint i = 0; i < G_N_ELEMENTS(names) && fd < 0; i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        if (*names[i] != '\0' && strchr(names[i], '/') == NULL)
            fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    }
    return fd;
}

static gboolean is_the_asset(int fd, const BtAsset *asset)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    return bt_hash_fd(fd, sha256, &size_bytes, NULL) && g_str_equal(sha256, asset->sha256) &&
        size_bytes == asset->size_bytes && lseek(fd, 0, SEEK_SET) == 0;
}

/* The programmes and zones in which `item` is shown. */
static void look_at_places(const Round *round, const BtPatient *patient, const BtPlaylist *playlist,
    const BtItem *item, const char *pointer)
{
    for (guint i = 0; i < round->manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(round->manifest->programmes, i);
        for (guint z = 0; z < programme->layout->zones->len; z++) {
            const BtZone *zone = g_ptr_array_index(programme->layout->zones, z);
            if (programme->playlists[z] == playlist)
                bt_doctor_on_box(round->findings, patient, zone->rect_px.w, zone->rect_px.h,
                    item->fit, (BtFindingPlace){ pointer, zone->id, programme->layout->id });
        }
    }
}

static void look_at_uses(const Round *round, const BtPatient *patient, const BtAsset *asset)
{
    for (guint i = 0; i < round->manifest->playlists->len; i++) {
        const BtPlaylist *playlist = g_ptr_array_index(round->manifest->playlists, i);
        for (guint k = 0; k < playlist->items->len; k++) {
            const BtItem *item = g_ptr_array_index(playlist->items, k);
            g_autofree char *pointer =
                g_strdup_printf("/playlists/%u/items/%u", item->list, item->index);
            if (item->asset != asset)
                continue;
            if (item->list == i)
                bt_doctor_on_kind(
                    round->findings, patient, item->kind, (BtFindingPlace){ pointer, "", "" });
            look_at_places(round, patient, playlist, item, pointer);
        }
    }
}

static void look_at_medium(const Round *round, const BtAsset *asset, int fd, BtFindingPlace place)
{
    g_autoptr(GError) failure = NULL;
    BtCheckedMedium medium = { .n_cues = 0 };
    if (!bt_check_medium(fd, asset->sha256, round->box, &medium, &failure)) {
        bt_findings_add(
            round->findings, bt_error_reason(failure), TRUE, place, g_strdup(failure->message));
        return;
    }
    BtPatient patient = { &medium.info, &medium.found, medium.size_bytes };
    bt_doctor_on_medium(round->findings, &patient, round->box->slower, place);
    bt_doctor_on_asset(round->findings, &patient, asset, place);
    look_at_uses(round, &patient, asset);
}

static void look_at_asset(const Round *round, const BtAsset *asset)
{
    g_autofree char *pointer = g_strdup_printf("/assets/%s", asset->sha256);
    BtFindingPlace place = { pointer, "", "" };
    int fd = open_asset(round->folder, asset);
    if (fd < 0) {
        bt_findings_add(round->findings, "missing", TRUE, place,
            g_strdup(_("not in the folder: expected a file with this hash, or its name in the "
                       "manifest, for a name")));
    } else if (!is_the_asset(fd, asset)) {
        close(fd);
        bt_findings_add(round->findings, "hash", TRUE, place,
            g_strdup(_("the file in the folder is another one: expected the size and the hash of "
                       "the manifest")));
    } else {
        look_at_medium(round, asset, fd, place);
    }
}

static int compare_hashes(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const BtAsset *const *)a)->sha256, (*(const BtAsset *const *)b)->sha256);
}

void bt_check_assets(
    GPtrArray *findings, BtManifest *manifest, const char *folder, const BtCheckBox *box)
{
    const Round round = { findings, manifest, folder, box };
    g_autoptr(GPtrArray) assets = g_ptr_array_new();
    GHashTableIter iter;
    gpointer asset;
    g_hash_table_iter_init(&iter, manifest->assets);
    while (g_hash_table_iter_next(&iter, NULL, &asset))
        g_ptr_array_add(assets, asset);
    g_ptr_array_sort(assets, compare_hashes);
    for (guint i = 0; i < assets->len; i++)
        look_at_asset(&round, g_ptr_array_index(assets, i));
}
