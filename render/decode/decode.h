/* The parts of bangtin-decode, from the content to the ring:
 *
 *   input   bytes of fd 4          probe   what they are, by our own look at them
 *   demux   packets by time        still, video, sound, animation   decoded
 *   orient, convert   the size, format and orientation wanted       ring   to the user
 *   subtitles   cues instead of all that, their text cleaned by markup.h
 *   pulse   says meanwhile that the process lives
 *
 * Private to this folder: FFmpeg's types are seen here and nowhere else. One thread, plus the pulse
 * and those that FFmpeg starts inside its decoders. */
#ifndef BT_RENDER_DECODE_DECODE_H
#define BT_RENDER_DECODE_DECODE_H

#include "base/error.h"
#include "render/decode/wire.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* ---- limits ---- */
/* What probing looks at: a JPEG may put much before its size. */
#define BT_DECODE_HEAD_BYTES (1024 * 1024)
/* A still's file is held in memory. */
#define BT_DECODE_STILL_MAX_BYTES (64 * 1024 * 1024)
/* Packets of one track that wait for the other. */
#define BT_DECODE_QUEUE_BYTES (32 * 1024 * 1024)
#define BT_DECODE_MAX_STREAMS 32
/* Of an animated WebP or AVIF: five minutes at 33 a second. */
#define BT_DECODE_MAX_PICTURES 10000
/* One allocation of FFmpeg: 33 Mpx of 64 bits. */
#define BT_DECODE_ALLOC_BYTES (300 * 1024 * 1024)

/* ---- ring ---- */
typedef struct {
    int socket;
    BtDecodeMessage start; /* as checked by ring_wait_start */
    guint8 *frames;        /* n_slots slots */
    gint16 *sound;         /* nullable */
    guint32 busy;          /* bit k: slot k is the user's */
    guint64 sound_head, sound_taken;
} Ring;

/* Whoever has nobody to decode for ends: the functions of the ring do not return when the other end
 * is gone. */
void ring_info(Ring *ring, const BtDecodeMessage *info);
/* Waits for START, checks it and maps its memories; or for EXAMINE. */
gboolean ring_wait_start(Ring *ring, GError **error);
/* Takes what the user said; waits for something when `wait`. */
void ring_listen(Ring *ring, gboolean wait);
int ring_free_slot(const Ring *ring); /* -1: none */
guint8 *ring_slot(const Ring *ring, int slot);
void ring_send_frame(Ring *ring, int slot, gint64 pts_ms, gint64 duration_ms, gboolean opaque);
/* `planes`: what converter_planes said. */
void ring_send_planes(
    Ring *ring, int slot, gint64 pts_ms, gint64 duration_ms, BtDecodePixels pixels);
gsize ring_sound_room(const Ring *ring); /* frames */
/* Appends up to `n` frames (NULL: silence); returns how many had room. */
gsize ring_put_sound(Ring *ring, const gint16 *samples, gsize n);
void ring_tell_sound(Ring *ring);
/* `text`: valid UTF-8 of at most BT_DECODE_CUE_MAX_BYTES, not empty. */
void ring_cue(Ring *ring, gint64 start_ms, gint64 end_ms, const char *text);
void ring_found(Ring *ring, BtDecodeFound what, gint64 value);
void ring_end(Ring *ring);
void ring_fail(Ring *ring, const GError *error);
/* ALIVE, unless the socket is full; from any thread. */
void ring_tell_life(int socket);
/* One more picture before the first that is wanted was decoded. */
void ring_tell_way(Ring *ring);
/* One line on stderr. */
void say(const char *what);
/* Waits until `fd` can be read; ends the process when the user goes first. */
void ring_wait_input(const Ring *ring, int fd);

/* ---- pulse ---- */
/* From now on `socket` hears each BT_DECODE_PULSE_MS that this process lives, until it ends. In
 * the jail, which binds the threads that come after it. BT_ERROR_LIMIT: no thread. */
gboolean pulse_start(int socket, GError **error);

/* ---- input ---- */
typedef struct {
    int fd;
    const Ring *ring;
    gboolean seekable; /* a file; else a pipe */
    gint64 size_bytes; /* of a file */
    gint64 position;
    guint8 *head; /* the first bytes */
    gsize head_bytes;
} Input;

gboolean input_open(Input *input, int fd, const Ring *ring, GError **error);
/* Up to `size` bytes at the position; 0 at the end, negative errno. */
gssize input_read(Input *input, guint8 *buffer, gsize size);
/* All of a file. (transfer full), with FFmpeg's padding after it */
guint8 *input_read_all(Input *input, gsize *size, GError **error);
/* For FFmpeg; free it with input_free_avio. (transfer full) */
AVIOContext *input_new_avio(Input *input);
void input_free_avio(AVIOContext **avio);

/* ---- probe ---- */
typedef struct {
    const char *demuxer;  /* FFmpeg's name; NULL: a still, or pictures of another library */
    enum AVCodecID codec; /* of what needs no demuxer */
    gboolean still;       /* one picture, no duration */
    gboolean subtitles;   /* text with times, by `demuxer` */
    gboolean loops_short; /* an animation: has no index, is begun again from the start */
    int w_px, h_px;       /* from the header, 0 when it does not say */
    int orientation;      /* 1 to 8 as in EXIF */
} Probe;

gboolean probe_content(const Input *input, Probe *probe, GError **error);
/* Sizes in headers, checked before anything is decoded. */
gboolean check_size(gint64 w_px, gint64 h_px, GError **error);
/* headers.c: what the heads of pictures say. Bounds-checked; FALSE: not there. */
gboolean header_png(const guint8 *head, gsize n, int *w_px, int *h_px, gboolean *animated);
/* Leaves of a whole PNG what makes its picture; the new size. */
gsize png_without_text(guint8 *data, gsize n);
gboolean header_gif(const guint8 *head, gsize n, int *w_px, int *h_px);
gboolean header_webp(const guint8 *head, gsize n, int *w_px, int *h_px, gboolean *animated);
gboolean header_jpeg(const guint8 *head, gsize n, int *w_px, int *h_px, int *orientation);

/* ---- pictures: of a library beside FFmpeg, by webp.c and avif.c ---- */
typedef struct Pictures Pictures;
struct Pictures {
    int w_px, h_px; /* as stored, at most what check_size allows */
    int orientation;
    GArray *ends_ms; /* of gint64, rising: when each picture ends; 1 to BT_DECODE_MAX_PICTURES */
    guint8 *file;    /* stays until they are closed; the opener's */
    /* The next picture as BGRA, not multiplied, rows of w × 4 bytes; valid until the next call. At
     * most once for each of ends_ms, then `again` first. NULL: damaged. */
    const guint8 *(*next)(Pictures *pictures, GError **error);
    gboolean (*again)(Pictures *pictures, GError **error); /* from the first on */
    void (*close)(Pictures *pictures);                     /* frees all but the file */
};
/* (transfer full) (nullable) */
Pictures *webp_open(const guint8 *file, gsize size, GError **error);
Pictures *avif_open(const guint8 *file, gsize size, GError **error);
gboolean is_avif(const guint8 *head, gsize n);
/* That an animation has no more pictures than may be. */
gboolean check_pictures(guint n, GError **error);

/* ---- codec ---- */
/* An opened decoder with our limits, and as many threads as help with its pixels. (transfer full)
 * (nullable) */
AVCodecContext *codec_open(
    enum AVCodecID id, const AVCodecParameters *parameters, int lowres, GError **error);
/* The same with one thread. */
AVCodecContext *codec_open_single(const AVCodecParameters *parameters, GError **error);
/* The comma-separated names of the decoders that may be used. Static. */
const char *codec_allowed(void);
G_GNUC_PRINTF(3, 4) void set_av_error(GError **error, int av_error, const char *format, ...);

/* ---- demux ---- */
typedef enum { TRACK_VIDEO, TRACK_SOUND, N_TRACKS } Track;

typedef struct {
    Input *input;
    const Probe *probe;
    AVFormatContext *format;
    AVIOContext *avio;
    int index[N_TRACKS]; /* of streams, -1: none */
    gboolean wanted[N_TRACKS];
    GQueue waiting[N_TRACKS]; /* of AVPacket* */
    gsize waiting_bytes[N_TRACKS];
    gint64 origin_us;   /* the container's time of our 0 */
    gint64 shift_us;    /* what loops added */
    gint64 length_us;   /* of the content; 0 unknown */
    gint64 promised_us; /* the end that a container with an index announced; 0 nothing */
    gint64 seen_us;     /* the end of the packets that were there */
    gboolean single;    /* one picture, no duration */
    gboolean unseen;    /* no picture was decoded to open it: the first may differ from the head */
    gboolean at_end, broken;
} Demux;

/* Opens the container of `probe` alone: no stream is looked into. */
gboolean demux_open_container(Demux *demux, GError **error);
gboolean demux_open(Demux *demux, Input *input, const Probe *probe, GError **error);
void demux_close(Demux *demux);
/* `first`: the first picture, NULL where it is not known. */
void demux_info(const Demux *demux, const AVFrame *first, BtDecodeMessage *info);
int demux_orientation(const Demux *demux);
/* To the keyframe at or before `us`; FALSE: only from the start. */
void demux_seek(Demux *demux, gint64 us);
/* Bytes of a picture, on average in the second that has most of them; -1: not known. */
gint64 demux_peak_bytes(const Demux *demux, gint64 frame_us);
/* Whether the keyframe at or before `us` is the first: no seek would go past what comes first. */
gboolean demux_begins_with(const Demux *demux, gint64 us);
/* Begins again from the start, as after a turn of the loop (shift_us grows by the length). */
gboolean demux_again(Demux *demux, GError **error);
/* The next packet of a track, NULL at the end. `*blocked` is set when it could only be had by
 * holding too much of the other track. (transfer full) */
AVPacket *demux_packet(Demux *demux, Track track, gboolean *blocked);
/* A stamp of a track's stream in our time; AV_NOPTS_VALUE stays. */
gint64 demux_us(const Demux *demux, Track track, gint64 stamp);
gint64 demux_span_us(const Demux *demux, Track track, gint64 stamps);
/* Whether less was there than promised. */
gboolean demux_is_cut(const Demux *demux);

/* ---- convert ---- */
typedef struct Converter Converter;
Converter *converter_new(int w_px, int h_px, int orientation);
void converter_free(Converter *converter);
/* The frame as premultiplied BGRA of the size wanted into `target`; `*opaque` says whether every
 * alpha is 255. */
gboolean converter_run(
    Converter *converter, const AVFrame *frame, guint8 *target, gboolean *opaque, GError **error);
/* The frame's planes into `target`. BT_DECODE_BGRA: it has none of 8-bit 4:2:0, or is to be scaled
 * or turned, and nothing was written. */
BtDecodePixels converter_planes(Converter *converter, const AVFrame *frame, guint8 *target);

/* ---- orient ---- */
int orientation_of_matrix(const gint32 matrix[9]); /* 1 to 8 */
gboolean orientation_is_sideways(int orientation);
/* Copies ARGB pixels so that they stand upright. */
void orient(const guint8 *source, int w_px, int h_px, guint8 *target, int orientation);

/* ---- tracks and programs ---- */
typedef enum { STEP_MOVED, STEP_BLOCKED, STEP_EARLIER, STEP_AGAIN, STEP_DONE, STEP_FAILED } Step;

typedef struct {
    Ring *ring;
    Demux *demux;
    AVCodecContext *codec;
    Converter *converter;
    AVFrame *frame;
    AVFrame *held; /* the latest at or before the time wanted, until we know that it is the last */
    AVFrame *due[2]; /* to be sent, in order */
    guint n_due;
    gint64 last_ms;            /* pts of the last frame sent */
    guint64 n_sent, n_decoded; /* the latter since the last seek */
    gboolean caught_up, from_start, draining;
    gboolean went_back; /* for frames that the decoder may have lost at the end */
    gboolean hurried;   /* pictures were left out since the last seek */
    gboolean thorough;  /* none may be */
    gint64 told_us;     /* when the way to the first was last told */
    gint64 nominal_us;
    gint64 n_packets, n_bytes; /* that the decoder was given */
    gboolean looked;           /* `frame` is the next that the decoder gave */
} Video;

/* Without damage that the decoder painted over. */
gboolean frame_is_whole(const AVFrame *frame);
/* What a picture needs to be decoded, by one thread or by as many as help, and then, after START,
 * to be sent. */
gboolean video_open(Video *video, Demux *demux, gboolean single, GError **error);
void video_start(Video *video, Ring *ring);
void video_close(Video *video);
/* The first picture, before START; NULL: none is near the beginning. Borrowed until the next step.
 */
const AVFrame *video_look(Video *video);
/* After a look that cost so much: whether one thread will do. */
gboolean video_is_light(const Video *video, gint64 cost_us);
Step video_step(Video *video, GError **error);
/* After a seek or a turn of the loop. */
void video_flush(Video *video);

typedef struct SwrContext SwrContext;
typedef struct {
    Ring *ring;
    Demux *demux;
    AVCodecContext *codec;
    SwrContext *resampler;
    AVFrame *frame;
    GByteArray *ready; /* converted, not yet in the ring */
    gsize ready_at;    /* bytes of it that are */
    guint64 silence;   /* frames of it to put before `ready` */
    guint64 next;      /* the position after all of these */
    gboolean placed, draining;
} Sound;

gboolean sound_open(Sound *sound, Ring *ring, Demux *demux, GError **error);
void sound_close(Sound *sound);
Step sound_step(Sound *sound);
void sound_flush(Sound *sound);

gboolean still_run(Ring *ring, Input *input, const Probe *probe, GError **error);
gboolean animation_run(Ring *ring, Input *input, const Probe *probe, GError **error);
/* As EXAMINE asks. */
gboolean examine_run(Ring *ring, Demux *demux, GError **error);
gboolean play_run(Ring *ring, Input *input, const Probe *probe, GError **error);
gboolean subtitles_run(Ring *ring, Input *input, const Probe *probe, GError **error);

#endif
