/* What bangtin-decode and its user say to each other: fixed-size messages on a SOCK_SEQPACKET
 * socket (base/channel.h), frames and sound in sealed shared memory.
 *
 * The decoder has this socket as fd 3 and the content as fd 4; before it reads the first byte of
 * the content, the jail closes.
 *
 * - decoder: INFO, what is in the content.
 * - user: START, the size of the picture wanted and where to begin, with the memory of the frames'
 *   ring and, for sound, of its ring.
 * - decoder: WAY, each second at most, while pictures before the first that is wanted are decoded.
 * - decoder: FRAME, slot k holds the picture of pts … pts + duration.
 * - user: RELEASE, slot k may be written again.
 * - decoder: SOUND, the sound ring's head moved. User: SOUND_TAKEN, its tail moved.
 * - decoder: END, no more frames; or FAILED, with a reason.
 *
 * Subtitles need no START: their INFO says has_cues, then each cue comes as a CUE with the first
 * BT_DECODE_PIECE_BYTES of its text and as many TEXT as the rest needs, by rising start; then END.
 * The whole file was read by then: what is wrong in it is told instead of INFO.
 *
 * Whatever else it does, the decoder says ALIVE each BT_DECODE_PULSE_MS from its first byte to its
 * last: by a thread that does nothing else, so a long step is told from a process that stands.
 *
 * Instead of START a user that only wants to know more says EXAMINE where INFO allows it:
 * everything is decoded to the size given there and thrown away, for so long at most, and each
 * thing that was found comes as a FOUND; then END, or FAILED.
 *
 * The decoder believes nothing but its limits; the user believes nothing the decoder says: slots,
 * sizes and positions are checked against what the user itself allocated.
 * Thread-safety: data only. */
#ifndef BT_RENDER_DECODE_WIRE_H
#define BT_RENDER_DECODE_WIRE_H

#include <glib.h>

#define BT_DECODE_SOCKET_FD 3
#define BT_DECODE_CONTENT_FD 4

/* Limits, contract §5: a picture of at most 33 megapixels; memory and time of the decoder. */
#define BT_DECODE_MAX_PIXELS (7680 * 4320) /* "33 Mpx" */
#define BT_DECODE_MAX_SIDE_PX 16384
#define BT_DECODE_MEMORY_BYTES (G_GUINT64_CONSTANT(1024) * 1024 * 1024) /* RLIMIT_AS */
#define BT_DECODE_STILL_CPU_S 20                                        /* RLIMIT_CPU of a still */
#define BT_DECODE_MAX_SLOTS 8
/* FORMAT.md §10: subtitles. A cue lies within the longest item. */
#define BT_DECODE_SUBTITLES_MAX_BYTES (1024 * 1024) /* of the file, and of all texts together */
#define BT_DECODE_MAX_CUES 10000
#define BT_DECODE_CUE_MAX_CODE_POINTS 1000
#define BT_DECODE_CUE_MAX_BYTES (4 * BT_DECODE_CUE_MAX_CODE_POINTS)
#define BT_DECODE_CUE_MAX_MS (24 * 60 * 60 * 1000)
#define BT_DECODE_PIECE_BYTES 96
#define BT_DECODE_PULSE_MS 250
#define BT_DECODE_WAY_EVERY_MS 1000
#define BT_DECODE_SOUND_FRAMES 48000 /* the sound ring: one second of S16 stereo at 48 kHz */

typedef enum {
    BT_DECODE_INFO = 1,
    BT_DECODE_START,
    BT_DECODE_FRAME,
    BT_DECODE_RELEASE,
    BT_DECODE_SOUND,
    BT_DECODE_SOUND_TAKEN,
    BT_DECODE_END,
    BT_DECODE_FAILED,
    BT_DECODE_CUE,
    BT_DECODE_TEXT,
    BT_DECODE_EXAMINE,
    BT_DECODE_FOUND,
    BT_DECODE_ALIVE,
    BT_DECODE_WAY,
} BtDecodeType;

/* How a frame lies in its slot: BGRA, or planes of 8-bit 4:2:0 and how they are coloured (BtMatrix
 * of render/colour/matrix.h). */
typedef enum {
    BT_DECODE_BGRA,
    BT_DECODE_BT601,
    BT_DECODE_BT601_FULL,
    BT_DECODE_BT709,
    BT_DECODE_BT709_FULL,
    BT_DECODE_BT2020,
    BT_DECODE_BT2020_FULL,
    BT_DECODE_N_PIXELS,
} BtDecodePixels;

#define BT_DECODE_EXAMINE_MAX_MS (10 * 60 * 1000)
#define BT_FOUND_SILENCE (-100000)

/* What FOUND tells; what does not apply is not told. */
typedef enum {
    BT_FOUND_FRAMES,         /* decoded; also each second, as a sign of life */
    BT_FOUND_SEEN_US,        /* how much of the film that is */
    BT_FOUND_COST_US,        /* of the processor, for decoding and converting that */
    BT_FOUND_THREADS,        /* among which the cost can be divided here */
    BT_FOUND_UNEVEN,         /* frames that last longer or shorter than most */
    BT_FOUND_INTERLACED,     /* frames */
    BT_FOUND_BLACK_BEGIN_US, /* all is black until then */
    BT_FOUND_BLACK_END_US,   /* and for so long at the end, where that was reached */
    BT_FOUND_HEARD_US,       /* how much sound was decoded */
    BT_FOUND_LUFS_X100,      /* its integrated loudness, or BT_FOUND_SILENCE */
    BT_FOUND_CLIPPED,        /* times that it hits the end of the scale */
    BT_FOUND_LATE_INDEX,     /* 1: an MP4's index stands behind its data */
    BT_FOUND_REPEATS,        /* 1: an animation that is to be repeated for ever */
    BT_FOUND_BITS,           /* a sample of the film, where its codec has profiles */
    BT_FOUND_CHROMA,         /* and 420, 422 or 444 */
    BT_FOUND_LEVEL_X10,      /* and its level, in tenths, where that is announced */
    BT_FOUND_WHOLE,          /* 1: the end was reached in time */
    BT_N_FOUND
} BtDecodeFound;

/* One message; which fields count depends on the type. */
typedef struct {
    guint32 type;
    guint32 slot;  /* FRAME, RELEASE; INFO: 1 where EXAMINE is understood; FOUND: what */
    gint64 pts_ms; /* FRAME, CUE; FOUND: the value; START: the first pts wanted (the last frame at
                      or before it is sent) */
    gint64 duration_ms;     /* INFO: of the content, 0 for stills, G_MAXINT64 unknown; FRAME: of the
                               frame, 0 unknown; CUE: at least 1; EXAMINE: what may be used */
    gint32 w_px, h_px;      /* INFO: as it should be shown (rotated, square pixels); START, EXAMINE:
                               wanted size */
    guint32 n_slots;        /* START */
    guint32 opaque;         /* FRAME: no transparency */
    guint32 has_sound;      /* INFO */
    guint32 want_sound;     /* START: a second memory is passed */
    guint64 position;       /* SOUND, SOUND_TAKEN: frames since the start, rising; CUE: bytes of
                               its text */
    gint64 sound_pts_ms;    /* SOUND: the time of position 0 */
    guint32 loop;           /* START: begin again at the end (animations) */
    guint32 frame_ms_x1000; /* INFO: nominal duration of a frame in µs */
    guint32 has_cues;       /* INFO: subtitles, and neither pictures nor sound */
    union {
        char reason[96];                  /* FAILED: for people */
        char text[BT_DECODE_PIECE_BYTES]; /* CUE, TEXT: a piece of UTF-8; all but a cue's last
                                             piece are full */
    };
    char code[16];  /* FAILED: a word of bt_error_reason */
    guint32 pixels; /* FRAME: BtDecodePixels; START: 1, frames may come as planes */
} BtDecodeMessage;

/* Slot k of the frames' ring begins at k × w × h × 4 bytes; rows are w × 4 bytes. Planes lie one
 * behind the other there: y in rows of w bytes, then u and v in rows of ⌈w ÷ 2⌉, ⌈h ÷ 2⌉ of them.
 */

#endif
