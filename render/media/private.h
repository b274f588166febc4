/* The insides of BtMedia, shared by the files of this folder only. */
#ifndef BT_RENDER_MEDIA_PRIVATE_H
#define BT_RENDER_MEDIA_PRIVATE_H

#include "base/channel.h"
#include "render/decode/wire.h"
#include "render/media/media.h"

/* ---- link: the socket and the frames' memory, which outlive the medium while a frame is held ----
 */
typedef struct {
    gatomicrefcount refs;
    GMutex lock;        /* what follows: frames may be let go of in any thread */
    int socket;         /* -1: closed */
    guint32 ours;       /* bit k: slot k was given to us */
    guint32 to_release; /* bit k: let go of, and not the decoder's again yet */
    gboolean hungry;    /* frames run short: slots go back at once */
    guint64 n_released;
    const guint8 *frames; /* nullable; fixed once mapped */
    gsize frames_bytes;
    int w_px, h_px;
    guint n_slots;
} BtMediaLink;

BtMediaLink *bt_media_link_new(int socket); /* (transfer full for socket) */
void bt_media_link_unref(BtMediaLink *link);
void bt_media_link_close(BtMediaLink *link);
BtChannelStatus bt_media_link_send(
    BtMediaLink *link, const BtDecodeMessage *message, const int *fds, guint n_fds);
/* Makes the memory of n slots; its fd, or -1. */
int bt_media_link_map(BtMediaLink *link, guint n_slots, int w_px, int h_px, GError **error);
/* The frame of a FRAME over its slot, NULL when that is not the decoder's to give. (transfer full)
 */
BtFrame *bt_media_link_frame(BtMediaLink *link, const BtDecodeMessage *message);
/* Gives back what has waited long enough, or had no room in the socket. Who is hungry waits for
 * nothing, now and until told otherwise. */
void bt_media_link_flush(BtMediaLink *link, gboolean hungry);
/* Whether the decoder has a slot to write in, and how many it got back so far. */
gboolean bt_media_link_has_room(BtMediaLink *link, guint64 *n_released);

/* ---- sound ---- */
typedef struct {
    GMutex lock;           /* read in the sound thread */
    const gint16 *samples; /* the ring, NULL: no sound wanted */
    guint64 head, taken;   /* positions: head is the decoder's word, checked */
    gint64 start_ms;       /* the time of position 0 */
} BtMediaSound;

/* Makes the memory; its fd, or -1. */
int bt_media_sound_map(BtMediaSound *sound, gint64 start_ms, GError **error);
void bt_media_sound_clear(BtMediaSound *sound);
/* FALSE: a position that cannot be. */
gboolean bt_media_sound_advance(BtMediaSound *sound, guint64 head, gint64 start_ms);

/* ---- the medium ---- */
typedef struct {
    BtFrame *frame;
    gint64 pts_ms, duration_ms;
} BtMediaFrame;

/* cues.c: of subtitles. */
typedef struct {
    GArray *cues;     /* of BtCue; NULL: no subtitles */
    GString *text;    /* of the cue that is coming in pieces */
    gsize text_bytes; /* that it will have; 0: none is coming */
    gsize all_bytes;  /* of all texts */
} BtMediaCues;

void bt_media_cues_begin(BtMediaCues *cues);
void bt_media_cues_clear(BtMediaCues *cues);
/* A CUE, a TEXT, an END. FALSE: it cannot be. */
gboolean bt_media_cues_add(BtMediaCues *cues, const BtDecodeMessage *message);
gboolean bt_media_cues_go_on(BtMediaCues *cues, const BtDecodeMessage *message);
gboolean bt_media_cues_are_whole(const BtMediaCues *cues);

struct BtMedia {
    gatomicrefcount refs;
    char *name;
    BtMediaState state;
    BtMediaInfo info;
    GError *error;
    BtMediaLink *link;
    BtMediaSound sound;
    BtMediaCues cues;
    GQueue frames; /* of BtMediaFrame*, rising; the first is the one on the glass */
    gint64 last_pts_ms;
    gboolean passed;   /* frames before the first have been let go */
    gboolean pictures; /* wanted */
    gboolean planes;   /* may come */
    gboolean examines; /* EXAMINE is understood */
    gboolean examined; /* and was said */
    BtMediaFindings findings;
    gboolean lived; /* the decoder said something */
    gint64 started_ms;
    gint64 spoke_ms;  /* when the decoder last said more than that it lives, or was given a slot */
    gint64 silent_ms; /* how long it said nothing at all, as far as anybody listened */
    gint64 now_ms;    /* of the last poll */
    guint64 n_released; /* by then */
};

/* messages.c: what the decoder said, checked. */
void bt_media_take(BtMedia *media, const BtDecodeMessage *message);
/* Makes it FAILED with `error` (transfer full) and lets the decoder go. */
void bt_media_fail(BtMedia *media, GError *error);
/* examine.c: one FOUND. FALSE: it cannot be. */
gboolean bt_media_find(BtMediaFindings *findings, guint32 what, gint64 value);
/* How long the frame before `pts_ms` lasts, as far as known; 0 unknown. */
gint64 bt_media_frame_end(const BtMedia *media, gint64 pts_ms);

#endif
