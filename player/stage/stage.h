/* What is on → scene: layouts, zones, pages, tickers, transitions. Pure geometry over text and
 * media; it alone sees both halves of the house. The source's preview uses it too.
 *
 * Looks follow ../shared/look.md in our own words (player/stage/look.h holds the sizes and
 * colours). Thread-safety: one thread. */
#ifndef BT_PLAYER_STAGE_STAGE_H
#define BT_PLAYER_STAGE_STAGE_H

#include "fonts/text.h"
#include "playlists/schedule/schedule.h"
#include "render/media/media.h"

/* Opens an asset for reading: an fd that the stage owns then, or -1. */
typedef int (*BtStageOpen)(const char *sha256, gpointer user, GError **error);

/* An item could not be shown as it should. A decoder that died is started again, until three have
 * died of that content without showing it to its end; then, or when it says that the content is
 * bad, the zone shows the item's fallback: its picture's place stays empty, a video's last frame
 * stays, then the ground. Without its subtitles a video goes on as before. All borrowed. */
typedef struct {
    const BtItem *item;
    const char *zone, *sha256;
    const GError *error;
    gboolean again;     /* its decoder is started once more */
    gboolean subtitles; /* these only: the item itself is shown */
    gint64 last_ms;     /* show time of the last frame that came, BT_TIME_MIN without one */
} BtStageFailure;
typedef void (*BtStageOnFailure)(const BtStageFailure *failure, gpointer user);
/* An occurrence of this asset was shown to its end without a failure. */
typedef void (*BtStageOnSuccess)(const char *sha256, gpointer user);
/* A film or a sound was opened, and says how long it is; before it is shown, and once for each
 * occurrence. `source` published it. All borrowed. */
typedef void (*BtStageOnLength)(
    const char *sha256, const char *source, gint64 duration_ms, gpointer user);
/* An asset that was opened already, and not started, for whoever wants it first; NULL: open it.
 * (transfer full) (nullable) */
typedef BtMedia *(*BtStageOpened)(const char *sha256, gpointer user);
/* The first frame of a video came after its time: since show time `since_ms` its zone showed the
 * poster or the ground. Not told of what was decoded ahead. */
typedef void (*BtStageOnCatchUp)(const char *zone, gint64 since_ms, gpointer user);

/* A live stream that a zone of w × h px shows; `source` names who published it. All borrowed. */
typedef struct {
    const BtItem *item;
    const char *source;
    int w_px, h_px;
} BtStageStream;
/* Starts a relay of it: the reading end of its pipe (transfer full) and its number, not 0; or -1.
 * It is called again, later and later, while the item is on air. */
typedef int (*BtStageOpenStream)(
    const BtStageStream *stream, gpointer user, guint *number, GError **error);
typedef void (*BtStageCloseStream)(guint number, gpointer user);

/* A live stream on the air came, stopped or is over: what its zone showed since this was told last,
 * or began to be on the glass. Told before the relay is closed. All borrowed. */
typedef struct {
    const BtItem *item;
    const char *zone;
    guint number; /* of the relay; 0: there is none */
    gboolean is_live;
    const GError *error; /* why it stopped or did not come; NULL: neither */
    gint64 live_ms, fallback_ms;
    gboolean stopped; /* it was live until now, and should be still */
    guint stops;      /* how often that was, in this occurrence */
} BtStageLive;
typedef void (*BtStageOnLive)(const BtStageLive *live, gpointer user);

typedef struct {
    int w_px, h_px;        /* the canvas of the screen */
    gboolean led;          /* pixels one can count: integer positions, hinting, fewer lines */
    const char *board;     /* the board's name, for the safe scene */
    const char *zone_name; /* time zone of the safe scene's clock, "Asia/Ho_Chi_Minh" */
    BtFonts *fonts;        /* borrowed */
    gboolean planes;       /* films' frames may come as planes: whoever draws can colour them */
    gboolean no_pages;     /* no page of text will come, so no memory is laid ready for one */
    BtMediaSpawn spawn;
    gpointer spawn_user;
    BtStageOpen open_asset;
    BtStageOpened opened; /* nullable */
    gpointer open_user;
    BtStageOnFailure on_failure;   /* nullable */
    BtStageOnSuccess on_success;   /* nullable */
    BtStageOnCatchUp on_catch_up;  /* nullable */
    BtStageOnLength on_length;     /* nullable */
    gpointer failure_user;         /* of all four */
    BtStageOpenStream open_stream; /* nullable: then streams show their fallback */
    BtStageCloseStream close_stream;
    BtStageOnLive on_live; /* nullable */
    gpointer stream_user;  /* of all three */
} BtStageOptions;

/* Scenes borrow the fonts: they go before them. */
typedef struct BtStage BtStage;

BtStage *bt_stage_new(const BtStageOptions *options); /* strings are copied (transfer full) */
void bt_stage_free(BtStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtStage, bt_stage_free)

/* The schedule's measure (user: the stage): how far a ticker's text runs in a zone. Pure, cached.
 */
gint64 bt_stage_measure(const BtItem *item, const BtZone *zone, gpointer stage);

/* The scene of `on_air` at `t_ms`; good until `*until_ms` (a page turns, a clock ticks, the item
 * ends) or until bt_stage_poll says that something new arrived. A layout of another canvas than the
 * screen's is placed centred, 1:1; one that is larger is laid out smaller. What a pause holds
 * stands still, but for clocks, and is silent. BT_ON_DARK is a black scene. (transfer full) */
BtScene *bt_stage_scene(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, gint64 *until_ms);

/* A page of a text or an alert, from when on it is seen; the last one stays until the item ends. */
typedef struct {
    const BtText *text;  /* borrowed from the item */
    guint page, n_pages; /* of that text, from 0 on */
    gint64 start_ms;
} BtStagePage;
/* The pages of what is in a zone of `on_air`, in turn; none where no text is read. (transfer full):
 * GArray of BtStagePage */
GArray *bt_stage_pages(BtStage *stage, const BtOnAir *on_air, const BtOnZone *on);

/* What is on the glass, `scene` as it was at `t_ms`, may stay in the zones of the scenes to come
 * whose item has no picture yet, for BT_POOL_POSTER_MS at most; alerts show at once what they have.
 * Show says so at each change, with the scene that gives way, or NULL: it must leave at once, or
 * there is none. A snapshot says nothing. */
void bt_stage_hold(BtStage *stage, BtScene *scene, gint64 t_ms);

/* What a zone of the last scene shows. */
typedef enum {
    BT_SHOWS_ITEM,   /* its item, be it the poster, or what is left of one that failed */
    BT_SHOWS_BEFORE, /* what was there before: its item has no picture yet */
    BT_SHOWS_GROUND, /* the ground, or as much of the item as there is */
} BtStageShows;
BtStageShows bt_stage_shows(const BtStage *stage, const char *zone);
/* Whether any zone waits for its item's picture: ask bt_stage_poll again within 100 ms. */
gboolean bt_stage_waits(const BtStage *stage);
/* Whether the last scene shows anything of what was there before. */
gboolean bt_stage_holds(const BtStage *stage);

/* Where the zone of `on`, one of `on_air`'s, stands on the canvas. Pure. */
BtRect bt_stage_zone_px(const BtStage *stage, const BtOnAir *on_air, const BtOnZone *on);

/* Opens and starts what `next` will need at `t_ms` (its start), so that it is decoded before it is
 * due. */
void bt_stage_prepare(BtStage *stage, const BtOnAir *next, gint64 t_ms);

/* Draws one page that the last scene's texts will turn to, so that the frame in which it appears
 * only copies it, or lays memory ready for a page that nobody foresees. To be called when a frame
 * has been shown. TRUE: there is more to do. */
gboolean bt_stage_work(BtStage *stage);

/* Takes what decoders said. TRUE when a new scene should be asked for: a picture came, or failed.
 */
gboolean bt_stage_poll(BtStage *stage, gint64 mono_ms);
/* The decoders' descriptors, to sleep on. (transfer full): GArray of int */
GArray *bt_stage_fds(const BtStage *stage);
/* Blocks until everything on air at `t_ms` is decoded or failed: null display and snapshots. FALSE:
 * not within `timeout_ms`. Ask for the scene again afterwards. */
gboolean bt_stage_wait(BtStage *stage, const BtOnAir *on_air, gint64 t_ms, int timeout_ms);

/* What is heard of one item: `media`, whose 0 is at `start_ms`. It comes with the item, over
 * `fade_in_ms`, and goes from `end_ms` on, over `fade_out_ms`, as the picture does. */
typedef struct {
    BtMedia *media; /* (transfer full) */
    gint64 start_ms, end_ms, fade_in_ms, fade_out_ms;
} BtStageSound;
#define BT_STAGE_SOUNDS 2
/* What is heard of `on_air`: the item of the sounding zone (the first of the layout with sound),
 * and the one whose picture its zone fades away. Returns how many. What is not decoded yet is left
 * out. */
guint bt_stage_sounds(BtStage *stage, const BtOnAir *on_air, BtStageSound sounds[BT_STAGE_SOUNDS]);

/* Lets all live streams go, and tells what they were: before the player ends. */
void bt_stage_end_streams(BtStage *stage);

/* The safe scene: the board's name, date (with the lunar one) and time, calm. Needs no cache, no
 * decoder and one font. Good until the next minute, `*until_ms`. (transfer full) */
BtScene *bt_stage_safe_scene(BtStage *stage, gint64 t_ms, gint64 *until_ms);

#endif
