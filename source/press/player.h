/* What the player would make of a document, asked of the program `bangtin` itself: a preview is the
 * truth because it is the same program.
 *
 * It is run beside the server, two at a time, each for so long and with so much memory; what it
 * answered is kept and found again. Thread-safety: the thread of the default main context. */
#ifndef BT_SOURCE_PLAYER_H
#define BT_SOURCE_PLAYER_H

#include <gio/gio.h>

#define BT_PLAYER_AT_ONCE 2
#define BT_PLAYER_QUEUE_MAX 32
#define BT_PLAYER_TIMEOUT_MS 20000
#define BT_PLAYER_ANSWER_MAX_BYTES (8 * 1024 * 1024)
#define BT_PLAYER_KEPT_MAX_BYTES (64 * 1024 * 1024)

typedef enum {
    BT_ASK_PICTURE, /* a PNG of the instant `at_ms` */
    BT_ASK_CHECK,   /* JSON of `bangtin check`: what would be shown poorly */
    BT_ASK_RUNDOWN, /* JSON of `bangtin rundown` from `at_ms` to `until_ms` */
    BT_ASK_WHY,     /* JSON of `bangtin why` at `at_ms` */
    BT_ASK_EXAMINE, /* as BT_ASK_CHECK, with its files looked through, 10 s each at the most */
} BtAskKind;

typedef struct {
    BtAskKind kind;
    GBytes *document;        /* a manifest: an envelope or its payload. Borrowed */
    int width_px, height_px; /* of the screen */
    gboolean is_led;
    gint64 at_ms, until_ms;
    gboolean pages;   /* of a rundown: when the pages of texts turn, too */
    gboolean english; /* the language of its sentences; else Vietnamese */
} BtAsk;

typedef struct BtPlayer BtPlayer;

/* `program` NULL: the `bangtin` beside this program. `folder` keeps documents and answers; `assets`
 * has the files of manifests by hash. All work ends when `ending` is cancelled. (transfer full) */
BtPlayer *bt_player_new(
    const char *program, const char *folder, const char *assets, GCancellable *ending);
void bt_player_free(BtPlayer *player);

/* The answer, if it is known. (transfer full) (nullable) */
GBytes *bt_player_find(BtPlayer *player, const BtAsk *ask);
/* Finds it out. `done` is called once from the main loop, then bt_player_find has the answer, or
 * there is none (it is said in the log). FALSE, and `done` is never called, with BT_ERROR_LIMIT
 * while too many wait already. */
typedef void (*BtPlayerDone)(gpointer user);
gboolean bt_player_ask(
    BtPlayer *player, const BtAsk *ask, BtPlayerDone done, gpointer user, GError **error);

/* Documents by their hash, so that an address can name one: kept as long as there is room. */
void bt_player_keep(BtPlayer *player, GBytes *document, char sha256[65]);
/* (transfer full) (nullable) */
GBytes *bt_player_document(BtPlayer *player, const char *sha256);

#endif
