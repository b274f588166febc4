/* The board: what this box would show at any instant, out of its configuration, its cache and its
 * ledger of inputs. show runs it, snapshot and rundown ask it; so they cannot disagree.
 * Thread-safety: one thread. */
#ifndef BT_PLAYER_BOARD_BOARD_H
#define BT_PLAYER_BOARD_BOARD_H

#include "player/config/config.h"
#include "player/stage/stage.h"
#include "playlists/inputs/inputs.h"

typedef struct BtBoard BtBoard;

typedef struct {
    BtMediaSpawn spawn; /* NULL: the program starts decoders itself */
    gpointer spawn_user;
    BtStageOnFailure on_failure;  /* nullable */
    BtStageOnSuccess on_success;  /* nullable */
    BtStageOnCatchUp on_catch_up; /* nullable */
    BtStageOnLength on_length;    /* nullable */
    gpointer failure_user;
    gboolean planes;               /* see BtStageOptions */
    BtStageOpenStream open_stream; /* nullable, as the next two: streams show their fallback */
    BtStageCloseStream close_stream;
    BtStageOnLive on_live;
    gpointer stream_user;
    gboolean writable;        /* show: may make the state folder and write the ledger */
    gboolean documents_later; /* until bt_board_take_documents nothing of a source is read: the
                               * commands alone count */
    gint64 since_ms;          /* no question will be asked about an instant before this one */
} BtBoardOptions;

/* `config` is borrowed and must outlive the board. Of canvas 0×0 the board has no stage until
 * bt_board_set_size. (transfer full) (nullable) */
BtBoard *bt_board_open(const BtConfig *config, const BtBoardOptions *options, GError **error);
/* A board that shows one manifest and nothing else: `bytes` is an envelope or its bare payload,
 * `assets` a folder with files named by hash or as the manifest names them (nullable). (transfer
 * full) (nullable) */
BtBoard *bt_board_for_manifest(GBytes *bytes, const char *name, const char *assets, GError **error);
void bt_board_close(BtBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtBoard, bt_board_close)

/* The canvas: the configuration's, else the first layout's (a manifest alone), else 1920×1080. */
void bt_board_default_size(const BtBoard *board, int *w_px, int *h_px);
/* Else it finds the fonts by itself when its size is set. (transfer full) */
void bt_board_take_fonts(BtBoard *board, BtFonts *fonts);
/* Of a manifest alone, before its size is set: whether it is for an LED wall. Without it small
 * canvases are. */
void bt_board_set_led(BtBoard *board, gboolean led);
/* Makes the stage of this size. FALSE when the font for Latin is missing. */
gboolean bt_board_set_size(BtBoard *board, int w_px, int h_px, GError **error);

/* The ledger and the cache of a configuration with a state folder, each a handle of the caller's
 * own (transfer full). FALSE leaves both as they are; when `writable`, both are there also where
 * the disk fails, and are tried at each use. */
gboolean bt_board_open_state(const BtConfig *config, gboolean writable, BtCache **cache,
    BtInputLedger **ledger, GError **error);
/* What counts at or after `since_ms`, out of ledger and cache; problems are logged. It verifies and
 * parses everything again, which takes its time: may be called from any thread, with handles of
 * that thread's. `n_problems` (nullable) is how much that should count does not, since it is not
 * whole here. (transfer full) */
BtInputs *bt_board_load_inputs(const BtBoard *board, BtInputLedger *ledger, BtCache *cache,
    gint64 since_ms, guint *n_problems);
/* From now on these count (transfer full), and the rules of this box with them. */
void bt_board_take_inputs(BtBoard *board, BtInputs *inputs);
/* Both at once, with the board's own handles. */
void bt_board_reload(BtBoard *board);
/* Rules of this box; each counts with the next inputs. From `from_ms` on, until
 * bt_board_trust_clock, the wall clock is not trusted. */
void bt_board_distrust_clock(BtBoard *board, gint64 from_ms);
void bt_board_trust_clock(BtBoard *board, gint64 from_ms);
/* From now on documents count too, with the next inputs. Any thread may be loading meanwhile. */
void bt_board_take_documents(BtBoard *board);
/* A cut that the ledger could not take; BT_TIME_MAX ends it. It lasts as long as this process. */
void bt_board_cut_here(BtBoard *board, gint64 from_ms);

/* (transfer full) */
BtOnAir *bt_board_on_air(BtBoard *board, gint64 t_ms);
/* The scene at `t_ms`; the safe scene where nothing may be shown. (transfer full) */
BtScene *bt_board_scene(BtBoard *board, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms);
/* The whole picture at `t_ms`, waiting for decoders at most `timeout_ms`. (transfer full)
 * (nullable) */
BtFrame *bt_board_picture(BtBoard *board, gint64 t_ms, int timeout_ms, GError **error);

BtStage *bt_board_stage(BtBoard *board);               /* borrowed */
const BtInputs *bt_board_inputs(const BtBoard *board); /* borrowed, until the next reload */
BtInputLedger *bt_board_ledger(BtBoard *board);        /* borrowed; NULL without one */
BtCache *bt_board_cache(BtBoard *board);               /* borrowed; NULL without one */
/* The schedule's measure for this board's stage; `user` is the board. */
gint64 bt_board_measure(const BtItem *item, const BtZone *zone, gpointer board);

#endif
