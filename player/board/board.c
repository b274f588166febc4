#include "player/board/board.h"

#include "base/io.h"
#include "playlists/adapters/folder.h"
#include "render/compose/compose.h"

#include <fcntl.h>
#include <string.h>

struct BtBoard {
    const BtConfig *config; /* NULL: a manifest alone */
    BtBoardOptions options;
    char *decoder_path;
    BtCache *cache;
    BtInputLedger *ledger;
    BtInputs *inputs;
    BtFonts *fonts;
    BtStage *stage;
    GPtrArray *folders; /* of BtFolder, one for each source of kind folder */
    BtMedia *probed;    /* the first that was asked how long it plays, not started; nullable */
    char *probed_path;
    BtManifest *manifest;                       /* a manifest alone */
    char *assets;                               /* its folder, nullable */
    gboolean kind_is_said, led;                 /* what screen it is for */
    gint64 distrust_from_ms, distrust_until_ms; /* equal: never */
    gint64 cut_from_ms;                         /* BT_TIME_MAX: never */
    gint has_documents;                         /* atomic */
};

static BtBoard *board_new(const BtConfig *config, const BtBoardOptions *options)
{
    BtBoard *board = g_new0(BtBoard, 1);
    board->config = config;
    if (options != NULL)
        board->options = *options;
    if (board->options.spawn == NULL) {
        board->decoder_path = bt_media_decoder_path();
        board->options.spawn = bt_media_spawn_here;
        board->options.spawn_user = board->decoder_path;
    }
    board->cut_from_ms = BT_TIME_MAX;
    board->has_documents = !board->options.documents_later;
    board->folders = g_ptr_array_new_with_free_func((GDestroyNotify)bt_folder_free);
    return board;
}

void bt_board_close(BtBoard *board)
{
    if (board == NULL)
        return;
    bt_stage_free(board->stage);
    bt_media_unref(board->probed);
    g_free(board->probed_path);
    bt_fonts_close(board->fonts);
    bt_inputs_free(board->inputs);
    bt_input_ledger_close(board->ledger);
    bt_cache_close(board->cache);
    g_ptr_array_unref(board->folders);
    g_clear_pointer(&board->manifest, bt_manifest_unref);
    g_free(board->assets);
    g_free(board->decoder_path);
    g_free(board);
}

/* ---- opening ---- */

gboolean bt_board_open_state(const BtConfig *config, gboolean writable, BtCache **cache,
    BtInputLedger **ledger, GError **error)
{
    g_autofree char *cache_path = bt_config_state_path(config, "cache");
    g_autofree char *inputs_path = bt_config_state_path(config, "inputs.db");
    g_autoptr(GError) failure = NULL;
    g_autoptr(BtCache) opened = bt_cache_open(cache_path, writable, &failure);
    if (opened == NULL && !writable) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (opened == NULL) {
        g_warning("%s", failure->message);
        opened = bt_cache_open_failing(cache_path);
    }
    BtInputLedger *inputs = bt_input_ledger_open(inputs_path, writable, error);
    if (inputs == NULL)
        return FALSE;
    *cache = g_steal_pointer(&opened);
    *ledger = inputs;
    return TRUE;
}

/* How long a medium plays, asked of a decoder: folders have no manifest that says so. The first,
 * which is what a first look begins with, keeps its decoder: half of its first picture is done. */
static gint64 probe_duration(int fd, const char *name, gpointer user, GError **error)
{
    BtBoard *board = user;
    g_autoptr(BtMedia) media = bt_media_open(fd, name, board->options.spawn,
        board->options.spawn_user, g_get_monotonic_time() / 1000, error);
    if (media == NULL)
        return -1;
    BtMediaState state;
    do {
        GPollFD poll_fd = { bt_media_fd(media), G_IO_IN, 0 };
        g_poll(&poll_fd, 1, 100);
        state = bt_media_poll(media, g_get_monotonic_time() / 1000);
    } while (state == BT_MEDIA_OPENING);
    if (state == BT_MEDIA_FAILED) {
        g_propagate_error(error, g_error_copy(bt_media_error(media)));
        return -1;
    }
    gint64 duration_ms = bt_media_info(media)->duration_ms;
    if (board->probed_path == NULL) {
        board->probed_path = g_strdup(name);
        board->probed = g_steal_pointer(&media);
    }
    return duration_ms;
}

static gboolean open_folders(BtBoard *board, GError **error)
{
    for (guint i = 0; i < board->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(board->config->sources, i);
        BtFolder *folder = NULL;
        if (source->kind == BT_SOURCE_FOLDER) {
            folder = bt_folder_read(source->base, source->name, board->config->screen_id,
                board->config->timezone, board->config->canvas_px.w, board->config->canvas_px.h,
                probe_duration, board, error);
            if (folder == NULL)
                return FALSE;
        }
        g_ptr_array_add(board->folders, folder);
    }
    return TRUE;
}

BtBoard *bt_board_open(const BtConfig *config, const BtBoardOptions *options, GError **error)
{
    g_autoptr(BtBoard) board = board_new(config, options);
    if (config->state_folder != NULL &&
        !bt_board_open_state(config, board->options.writable, &board->cache, &board->ledger, error))
        return NULL;
    if (!open_folders(board, error))
        return NULL;
    bt_board_reload(board);
    return g_steal_pointer(&board);
}

BtBoard *bt_board_for_manifest(GBytes *bytes, const char *name, const char *assets, GError **error)
{
    g_autoptr(GBytes) payload = bt_envelope_peek(bytes, name, BT_MANIFEST_MAX_BYTES, error);
    if (payload == NULL)
        return NULL;
    BtManifest *manifest =
        bt_manifest_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), name, error);
    if (manifest == NULL)
        return NULL;
    BtBoard *board = board_new(NULL, NULL);
    board->manifest = manifest;
    board->assets = g_strdup(assets);
    bt_board_reload(board);
    return board;
}

/* ---- inputs ---- */

static void add_rules_of_this_box(BtBoard *board)
{
    const BtConfig *config = board->config;
    if (config != NULL && config->on->len > 0)
        bt_inputs_set_on_windows(board->inputs, (const BtTimes *)config->on->data, config->on->len);
    if (board->distrust_from_ms < board->distrust_until_ms)
        bt_inputs_add_untrusted(board->inputs, board->distrust_from_ms, board->distrust_until_ms);
    if (board->cut_from_ms != BT_TIME_MAX)
        bt_inputs_add_cut(board->inputs, board->cut_from_ms, BT_TIME_MAX);
}

static BtInputs *load_manifest_alone(const BtBoard *board)
{
    BtInputs *inputs = bt_inputs_new();
    guint source = bt_inputs_add_source(inputs, board->manifest->source, BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_manifest(
        inputs, source, board->manifest, board->manifest->payload_sha256, BT_TIME_MIN);
    return inputs;
}

BtInputs *bt_board_load_inputs(
    const BtBoard *board, BtInputLedger *ledger, BtCache *cache, gint64 since_ms, guint *n_problems)
{
    if (n_problems != NULL)
        *n_problems = 0;
    const BtConfig *config = board->config;
    if (board->manifest != NULL)
        return load_manifest_alone(board);
    BtLedgerSource sources[BT_MAX_SOURCES] = { 0 };
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        BtFolder *folder = g_ptr_array_index(board->folders, i);
        sources[i] =
            bt_config_ledger_source(source, folder == NULL ? NULL : bt_folder_manifest(folder));
    }
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    guint n_sources = g_atomic_int_get(&board->has_documents) ? config->sources->len : 0;
    BtInputs *inputs =
        bt_inputs_load(ledger, cache, config->screen_id, sources, n_sources, since_ms, problems);
    for (guint i = 0; i < problems->len; i++)
        g_message("%s", (const char *)g_ptr_array_index(problems, i));
    if (n_problems != NULL)
        *n_problems = problems->len;
    return inputs;
}

void bt_board_take_inputs(BtBoard *board, BtInputs *inputs)
{
    g_clear_pointer(&board->inputs, bt_inputs_free);
    board->inputs = inputs;
    add_rules_of_this_box(board);
}

void bt_board_reload(BtBoard *board)
{
    bt_board_take_inputs(board,
        bt_board_load_inputs(board, board->ledger, board->cache, board->options.since_ms, NULL));
}

void bt_board_distrust_clock(BtBoard *board, gint64 from_ms)
{
    board->distrust_from_ms = from_ms;
    board->distrust_until_ms = BT_TIME_MAX;
}

void bt_board_trust_clock(BtBoard *board, gint64 from_ms)
{
    board->distrust_until_ms = from_ms;
}

void bt_board_take_documents(BtBoard *board)
{
    g_atomic_int_set(&board->has_documents, TRUE);
}

void bt_board_cut_here(BtBoard *board, gint64 from_ms)
{
    board->cut_from_ms = from_ms;
}

/* ---- the stage ---- */

void bt_board_default_size(const BtBoard *board, int *w_px, int *h_px)
{
    *w_px = 1920;
    *h_px = 1080;
    if (board->manifest != NULL && board->manifest->layouts->len > 0) {
        const BtLayout *layout = g_ptr_array_index(board->manifest->layouts, 0);
        *w_px = layout->w_px;
        *h_px = layout->h_px;
    } else if (board->config != NULL && board->config->canvas_px.w > 0) {
        *w_px = board->config->canvas_px.w;
        *h_px = board->config->canvas_px.h;
    }
}

static int open_in_folder(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int open_beside_manifest(BtBoard *board, const char *sha256, GError **error)
{
    const BtAsset *asset = g_hash_table_lookup(board->manifest->assets, sha256);
    int fd = -1;
    if (board->assets != NULL)
        fd = open_in_folder(board->assets, sha256);
    if (fd < 0 && board->assets != NULL && asset != NULL && *asset->name != '\0' &&
        strchr(asset->name, '/') == NULL)
        fd = open_in_folder(board->assets, asset->name);
    if (fd < 0)
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: not in the assets folder", sha256);
    return fd;
}

static int open_asset(const char *sha256, gpointer user, GError **error)
{
    BtBoard *board = user;
    if (board->manifest != NULL)
        return open_beside_manifest(board, sha256, error);
    for (guint i = 0; i < board->folders->len; i++) {
        BtFolder *folder = g_ptr_array_index(board->folders, i);
        int fd = folder == NULL ? -1 : bt_folder_open(folder, sha256, NULL);
        if (fd >= 0)
            return fd;
    }
    if (board->cache != NULL)
        return bt_cache_open_object(board->cache, sha256, error);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: not in any folder", sha256);
    return -1;
}

static BtMedia *take_probed(const char *sha256, gpointer user)
{
    BtBoard *board = user;
    for (guint i = 0; board->probed != NULL && i < board->folders->len; i++) {
        BtFolder *folder = g_ptr_array_index(board->folders, i);
        if (folder != NULL && g_strcmp0(bt_folder_path(folder, sha256), board->probed_path) == 0)
            return g_steal_pointer(&board->probed);
    }
    return NULL;
}

static gboolean has_texts(const BtManifest *manifest)
{
    for (guint i = 0; i < manifest->playlists->len; i++) {
        const BtPlaylist *list = g_ptr_array_index(manifest->playlists, i);
        for (guint k = 0; k < list->items->len; k++)
            if (((const BtItem *)g_ptr_array_index(list->items, k))->kind == BT_ITEM_TEXT)
                return TRUE;
    }
    return FALSE;
}

/* A folder has no more than is in it; from any other source a text may come at any time. */
static gboolean may_have_pages(const BtBoard *board)
{
    for (guint i = 0; i < board->folders->len; i++) {
        BtFolder *folder = g_ptr_array_index(board->folders, i);
        if (folder == NULL || has_texts(bt_folder_manifest(folder)))
            return TRUE;
    }
    return board->folders->len == 0;
}

void bt_board_take_fonts(BtBoard *board, BtFonts *fonts)
{
    g_clear_pointer(&board->fonts, bt_fonts_close);
    board->fonts = fonts;
}

void bt_board_set_led(BtBoard *board, gboolean led)
{
    board->kind_is_said = TRUE;
    board->led = led;
}

/* A manifest alone says nothing of the screen; small canvases are LED walls. */
static gboolean is_led(const BtBoard *board, int w_px)
{
    return board->config != NULL ? board->config->led
        : board->kind_is_said    ? board->led
                                 : w_px < 1024;
}

gboolean bt_board_set_size(BtBoard *board, int w_px, int h_px, GError **error)
{
    if (board->fonts == NULL)
        board->fonts = bt_fonts_open(NULL, error);
    if (board->fonts == NULL)
        return FALSE;
    g_clear_pointer(&board->stage, bt_stage_free);
    const BtConfig *config = board->config;
    BtStageOptions options = {
        .w_px = w_px,
        .h_px = h_px,
        .led = is_led(board, w_px),
        .board = config != NULL ? config->screen_name : "Bảng tin điện tử công cộng",
        .zone_name = config != NULL ? config->timezone : board->manifest->timezone_name,
        .fonts = board->fonts,
        .planes = board->options.planes,
        .no_pages = !may_have_pages(board),
        .spawn = board->options.spawn,
        .spawn_user = board->options.spawn_user,
        .open_asset = open_asset,
        .opened = take_probed,
        .open_user = board,
        .on_failure = board->options.on_failure,
        .on_success = board->options.on_success,
        .on_catch_up = board->options.on_catch_up,
        .on_length = board->options.on_length,
        .failure_user = board->options.failure_user,
        .open_stream = board->options.open_stream,
        .close_stream = board->options.close_stream,
        .on_live = board->options.on_live,
        .stream_user = board->options.stream_user,
    };
    board->stage = bt_stage_new(&options);
    return TRUE;
}

gint64 bt_board_measure(const BtItem *item, const BtZone *zone, gpointer board)
{
    return bt_stage_measure(item, zone, ((BtBoard *)board)->stage);
}

/* ---- questions ---- */

BtOnAir *bt_board_on_air(BtBoard *board, gint64 t_ms)
{
    return bt_schedule_at(board->inputs, t_ms, bt_board_measure, board);
}

BtScene *bt_board_scene(BtBoard *board, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms)
{
    if (on_air->kind == BT_ON_SAFE || on_air->kind == BT_ON_CUT)
        return bt_stage_safe_scene(board->stage, t_ms, until_ms);
    return bt_stage_scene(board->stage, on_air, t_ms, until_ms);
}

BtFrame *bt_board_picture(BtBoard *board, gint64 t_ms, int timeout_ms, GError **error)
{
    g_autoptr(BtOnAir) on_air = bt_board_on_air(board, t_ms);
    if (on_air->kind == BT_ON_PROGRAMME && !bt_stage_wait(board->stage, on_air, t_ms, timeout_ms)) {
        g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT,
            "a decoder did not deliver its picture within %d ms", timeout_ms);
        return NULL;
    }
    gint64 until_ms;
    g_autoptr(BtScene) scene = bt_board_scene(board, on_air, t_ms, &until_ms);
    return bt_compose_picture(scene, t_ms);
}

BtStage *bt_board_stage(BtBoard *board)
{
    return board->stage;
}

const BtInputs *bt_board_inputs(const BtBoard *board)
{
    return board->inputs;
}

BtInputLedger *bt_board_ledger(BtBoard *board)
{
    return board->ledger;
}

BtCache *bt_board_cache(BtBoard *board)
{
    return board->cache;
}
