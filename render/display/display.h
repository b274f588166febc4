/* Where the picture goes: a window of SDL2 (X11, Wayland, KMS), or nowhere (the null display, whose
 * picture can be written as a PNG). Also the loudspeaker, which SDL2 opens too.
 * Thread-safety: the main thread of one process; a speaker belongs to another, which
 * opened it. */
#ifndef BT_RENDER_DISPLAY_DISPLAY_H
#define BT_RENDER_DISPLAY_DISPLAY_H

#include "render/scene/frame.h"
#include "render/scene/painter.h"

/* Who draws: the processor in memory, or a graphics chip by one of SDL's renderers. */
typedef enum {
    BT_RENDERER_SOFTWARE,
    BT_RENDERER_OPENGL,
    BT_RENDERER_OPENGLES2,
    BT_N_RENDERERS
} BtRenderer;
const char *bt_renderer_name(BtRenderer renderer); /* "software", "opengl", "opengles2" */
gboolean bt_renderer_from_name(const char *name, BtRenderer *renderer);

typedef enum { BT_DISPLAY_WINDOW, BT_DISPLAY_NULL } BtDisplayKind;
typedef enum { BT_SCALE_NONE, BT_SCALE_FIT } BtDisplayScale;

typedef struct {
    BtDisplayKind kind;
    int canvas_w_px, canvas_h_px; /* 0: the size of the screen */
    int x_px, y_px;               /* where the canvas lies in the screen, with BT_SCALE_NONE */
    BtDisplayScale scale;
    gboolean windowed;   /* a window with a frame, for people who try it; else borderless, the
                          * size of the screen */
    const char *cut_key; /* that gives BT_DISPLAY_EVENT_CUT: "Pause", "Ctrl+Shift+F12"; NULL: none.
                          * Borrowed for the call */
    BtRenderer renderer; /* of a window; the null display is drawn by the processor */
    const char *device;  /* no other chip will do; NULL: any. Borrowed for the call */
    gboolean hidden;     /* a window that nobody sees and that waits for no refresh */
    guint32 plain_argb;  /* a borderless window of nothing but this opaque colour. Where the window
                          * system keeps it so by itself there is no canvas and nothing to present;
                          * else, and with 0, there is */
} BtDisplayOptions;

typedef struct BtDisplay BtDisplay;

/* BT_ERROR_UNSUPPORTED with SDL's words when there is no screen, or not the renderer asked for.
 * (transfer full) (nullable) */
BtDisplay *bt_display_open(const BtDisplayOptions *options, GError **error);
void bt_display_close(BtDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtDisplay, bt_display_close)

/* The canvas's size: the same until the display closes or bt_display_poll reports
 * BT_DISPLAY_EVENT_RESIZED. */
void bt_display_size(const BtDisplay *display, int *w_px, int *h_px);
/* Where the processor draws: the canvas, borrowed, the same memory until the display closes or
 * bt_display_poll reports BT_DISPLAY_EVENT_RESIZED. Opaque. NULL where a chip draws: then there is
 * a painter; and where a plain window needs none. */
BtFrame *bt_display_canvas(BtDisplay *display);
/* Where a chip draws: what paints the canvas, which holds its picture until the same moments.
 * Borrowed. NULL where the processor draws. */
BtPainter *bt_display_painter(BtDisplay *display);
/* How the chip calls itself. Borrowed. NULL where the processor draws. */
const char *bt_display_device(const BtDisplay *display);
BtRenderer bt_display_renderer(const BtDisplay *display);
/* Whether a chip of this name is none, but a program that stands in for one: far dearer than the
 * canvas in memory. */
gboolean bt_display_is_emulated(const char *device);

/* Puts the changed rectangles of the canvas on the glass. FALSE: the display is gone; or, where a
 * chip draws, the chip failed, and the picture may be wrong: bt_display_use_software goes on
 * without it. */
gboolean bt_display_present(
    BtDisplay *display, const BtRect *damage_px, guint n_damage, GError **error);
/* The picture on the canvas: to be looked at, and not kept over the next drawing or the display.
 * BT_ERROR_DIED: the chip did not hand it out. (transfer full) (nullable) */
BtFrame *bt_display_picture(BtDisplay *display, GError **error);
/* From now on the processor draws, in a canvas of the same size, black: compose must forget. FALSE:
 * the display is gone. */
gboolean bt_display_use_software(BtDisplay *display, GError **error);
/* Everything outside the canvas, and the canvas, becomes black: compose must forget. */
void bt_display_darken(BtDisplay *display);
/* The screen's refreshes a second, 60 when it does not say. */
double bt_display_refresh_hz(const BtDisplay *display);

typedef enum {
    BT_DISPLAY_EVENT_NONE,
    BT_DISPLAY_EVENT_QUIT,    /* the window was closed, or Escape in a first look */
    BT_DISPLAY_EVENT_EXPOSED, /* present everything again */
    BT_DISPLAY_EVENT_RESIZED, /* ask for the canvas again, draw and present everything */
    BT_DISPLAY_EVENT_CUT,     /* the cut key was pressed; held down it is pressed once */
} BtDisplayEvent;
/* The next event, never blocking. Call it until it says NONE before sleeping, and at least twice a
 * minute even so: SDL keeps the screen saver away from there. */
BtDisplayEvent bt_display_poll(BtDisplay *display);
/* Whether this names a key: any of Ctrl, Alt, Shift, then a key as SDL calls it, joined by "+". Any
 * thread. */
gboolean bt_display_knows_key(const char *name);
/* A file descriptor that becomes readable when bt_display_poll has something, -1 when the platform
 * has none (then poll at least 10 times a second). */
int bt_display_event_fd(BtDisplay *display);

/* ---- sound: S16, 48 kHz, stereo, interleaved ---- */
#define BT_SOUND_RATE_HZ 48000
#define BT_SOUND_CHANNELS 2

typedef struct BtSpeaker BtSpeaker;
/* Fills `to` with `n_frames` frames (pairs of samples), whose first leaves the card at `heard_us`
 * of the monotonic clock, as far as this machine can know. Comes in a thread of the device's own,
 * some 20 times a second, and must not block. */
typedef void (*BtSpeakerFill)(gint16 *to, gsize n_frames, gint64 heard_us, gpointer user);

/* May take as long as the sound server does to answer: not for a thread that draws.
 * BT_ERROR_UNSUPPORTED when there is no device. (transfer full) (nullable) */
BtSpeaker *bt_speaker_open(BtSpeakerFill fill, gpointer user, GError **error);
/* Afterwards `fill` is not called any more. While a speaker is open its device wakes up for every
 * piece, heard or not. */
void bt_speaker_close(BtSpeaker *speaker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSpeaker, bt_speaker_close)
/* FALSE: the device was pulled out, its server ended, or it asks for nothing; close it and open
 * another. */
gboolean bt_speaker_is_alive(BtSpeaker *speaker);

#endif
