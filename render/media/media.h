/* An open content fd that yields frames and sound by time, decoded in a jailed process.
 *
 * Open, wait for INFO (bt_media_poll), start at a time with the size wanted, then ask for frames.
 * Nothing here blocks but bt_media_wait and bt_media_wait_open. A decoder that dies, stands, hangs
 * or talks nonsense makes the media FAILED, with the reason; the last frame it gave stays valid.
 * One that was stopped while it played is found within 2 s of polls; one that is slow has its time.
 *
 * Thread-safety: one thread a media, but bt_media_read_sound may come from one other. */
#ifndef BT_RENDER_MEDIA_MEDIA_H
#define BT_RENDER_MEDIA_MEDIA_H

#include "render/scene/scene.h"

/* Starts a bangtin-decode for `content_fd` (borrowed) and returns our end of its socket, or -1. In
 * show this asks supervise; programs without one use bt_media_spawn_here. */
typedef int (*BtMediaSpawn)(int content_fd, gpointer user, GError **error);

/* Forks and executes the decoder itself. `user`: the path of bangtin-decode (const char*). The
 * child is reaped when it ends (it is started with a double fork). */
int bt_media_spawn_here(int content_fd, gpointer user, GError **error);
/* build/libexec/bangtin-decode beside this program: ../libexec/ of /proc/self/exe. (transfer full)
 */
char *bt_media_decoder_path(void);
/* All of this program's environment that a decoder is given: where programs lie, and what
 * sanitizers want to know. Others may hold secrets, a proxy's password for one. (transfer full) */
GStrv bt_media_decoder_environment(void);

typedef enum {
    BT_MEDIA_OPENING, /* waiting for INFO */
    BT_MEDIA_OPEN,    /* INFO is here; bt_media_start may be called */
    BT_MEDIA_PLAYING, /* frames are coming */
    BT_MEDIA_ENDED,   /* all frames came; the last ones are still served */
    BT_MEDIA_FAILED,
} BtMediaState;

typedef struct {
    int w_px, h_px;     /* as it should be shown */
    gint64 duration_ms; /* 0 for a still; BT_TIME_MAX when nobody knows (a stream) */
    guint frame_us;     /* of most of its frames; 0: not known */
    gboolean has_sound;
    gboolean has_cues; /* subtitles, and neither pictures nor sound: not to be started */
} BtMediaInfo;

#define BT_MEDIA_SILENCE (-100000) /* of lufs_x100 */

/* What an examination found; fields that do not apply are 0. */
typedef struct {
    gint64 frames, interlaced,
        uneven;               /* pictures; those of two halves; that last unlike the rest */
    gint64 seen_us, heard_us; /* how much was decoded, of pictures and of sound */
    gint64 cost_us;           /* of the processor, for the pictures, as they are played */
    gint64 threads;           /* among which that can be divided */
    gint64 black_begin_us, black_end_us; /* how long it is black, at its beginning and end */
    gint64 lufs_x100;                    /* hundredths of LUFS, or BT_MEDIA_SILENCE */
    gint64 clipped;                      /* how often the sound hits the end of the scale */
    gint64 bits, chroma, level_x10;      /* a sample's; 420, 422 or 444; as the film announces it */
    gboolean late_index, repeats; /* an MP4's index behind its data; an animation without an end */
    gboolean whole;               /* all of it was examined */
} BtMediaFindings;

/* What is said from start_ms until end_ms: valid UTF-8, at most BT_DECODE_CUE_MAX_CODE_POINTS,
 * lines parted by '\n', no other control character, not empty. */
typedef struct {
    gint64 start_ms, end_ms; /* 0 ≤ start < end ≤ 24 hours */
    char *text;
} BtCue;

#define BT_MEDIA_OPEN_TIMEOUT_MS 10000 /* no INFO by then: FAILED */

typedef struct BtMedia BtMedia;

/* (transfer full for content_fd, also on failure). (transfer full) (nullable) */
BtMedia *bt_media_open(int content_fd, const char *name, BtMediaSpawn spawn, gpointer user,
    gint64 mono_ms, GError **error);
BtMedia *bt_media_ref(BtMedia *media);
/* The last reference ends the decoder. Frames already handed out stay valid. */
void bt_media_unref(BtMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtMedia, bt_media_unref)

/* Readable when bt_media_poll has work; -1 when nothing more will come. */
int bt_media_fd(const BtMedia *media);
/* Takes what the decoder said. Cheap; call when the fd is readable and before asking for frames. */
BtMediaState bt_media_poll(BtMedia *media, gint64 mono_ms);
const BtMediaInfo *bt_media_info(const BtMedia *media); /* from OPEN on, else NULL */
/* Waits for INFO, at most `timeout_ms`; whether it came. For the null display, snapshots and
 * checks. */
gboolean bt_media_wait_open(BtMedia *media, int timeout_ms);
/* Why it FAILED, else NULL. Borrowed. */
const GError *bt_media_error(const BtMedia *media);

/* The cues of subtitles, by rising start, at most BT_DECODE_MAX_CUES: GArray of BtCue, which nobody
 * changes any more. NULL until the last is here (ENDED). Borrowed. */
GArray *bt_media_cues(const BtMedia *media);

/* Frames may come as planes (render/scene/frame.h): whoever asks only draws them. Before the start.
 */
void bt_media_allow_planes(BtMedia *media);
/* Wants frames of exactly w × h px (any size for sound alone) from the one at or before `pts_ms`
 * on. Once. */
gboolean bt_media_start(BtMedia *media, int w_px, int h_px, gint64 pts_ms, gboolean sound,
    gboolean loop, GError **error);

/* Instead of bt_media_start: decodes all of an open medium to w × h px and looks at it, for at most
 * `budget_ms` (up to BT_DECODE_EXAMINE_MAX_MS) of the decoder's time; blocks. What cannot be
 * examined (a still, subtitles) finds nothing: `*findings` is all 0. FALSE: it FAILED, with the
 * reason. */
gboolean bt_media_examine(
    BtMedia *media, int w_px, int h_px, int budget_ms, BtMediaFindings *findings, GError **error);

/* The frame with the largest pts ≤ `pts_ms` of those decoded; drops older ones, and where that one
 * is dropped already, the oldest that is left. NULL when none has come yet. After the end, the last
 * frame. `*pts_out_ms` (nullable) is its pts. (transfer full) (nullable) */
BtFrame *bt_media_frame_at(BtMedia *media, gint64 pts_ms, gint64 *pts_out_ms);
/* The pts of the first decoded frame after `pts_ms`; -1 when it is not decoded yet; BT_TIME_MAX
 * when there will be none. */
gint64 bt_media_next_pts(BtMedia *media, gint64 pts_ms);
/* Blocks until frame_at(pts_ms) is final (the next frame is known to be later, or the end), at most
 * `timeout_ms`. TRUE when it is. Of subtitles, until their cues are here. For the null display and
 * snapshots. */
gboolean bt_media_wait(BtMedia *media, gint64 pts_ms, int timeout_ms);

/* A BtMoving over this media (takes a reference): what scenes hold. (transfer full) */
BtMoving *bt_media_moving(BtMedia *media);

/* Up to `n_frames` frames (S16 stereo 48 kHz) beginning at `pts_ms`, which rises from call to call;
 * returns how many were there. What lies before `pts_ms` is dropped. */
gsize bt_media_read_sound(BtMedia *media, gint64 pts_ms, gint16 *samples, gsize n_frames);

#endif
