/* A scene: everything that compose needs to draw the picture at any time until the next scene
 * comes. The contract between the half that knows playlists and the half that knows pixels.
 *
 * A scene is a canvas with layers from back to front, a layer is a clipped stack of nodes that
 * fades in as one. Times are show time in milliseconds, the same that compose is asked for.
 * Thread-safety: show's main thread. Immutable once given to compose. */
#ifndef BT_RENDER_SCENE_SCENE_H
#define BT_RENDER_SCENE_SCENE_H

#include "base/clock.h"
#include "render/scene/frame.h"

/* A picture that changes by itself: a video. */
typedef struct BtMoving BtMoving;
struct BtMoving {
    /* The frame to show `t_ms` after its start, NULL when there is none yet (what lies behind
     * shows). (transfer full) (nullable) */
    BtFrame *(*frame_at)(BtMoving *moving, gint64 t_ms);
    /* The first time after `t_ms` at which frame_at will differ, BT_TIME_MAX when it stays. */
    gint64 (*next_change)(BtMoving *moving, gint64 t_ms);
    void (*unref)(BtMoving *moving);
    BtMoving *(*ref)(BtMoving *moving);
    /* For how long another frame than that of frame_at should be shown at `t_ms`, which did not
     * come; 0: it is the right one, or the last. (nullable: never) */
    gint64 (*late_ms)(BtMoving *moving, gint64 t_ms);
};

/* A strip of any length that is drawn tile by tile: a ticker. */
#define BT_STRIP_TILE_PX 512
typedef struct BtStrip BtStrip;
struct BtStrip {
    gint64 length_px;
    /* Tile k holds the pixels [k * BT_STRIP_TILE_PX, …) of the strip; its width is the tile's or
     * what is left. (transfer full) (nullable) */
    BtFrame *(*tile)(BtStrip *strip, gint64 k);
    void (*unref)(BtStrip *strip);
    BtStrip *(*ref)(BtStrip *strip);
};

typedef enum { BT_NODE_FILL, BT_NODE_FRAME, BT_NODE_MOVING, BT_NODE_STRIP } BtNodeKind;

typedef struct {
    BtNodeKind kind;
    BtRect rect_px;   /* on the canvas; FRAME and MOVING are drawn 1:1 from its top left, clipped to
                         it */
    guint32 argb;     /* FILL, premultiplied */
    BtFrame *frame;   /* FRAME; of a MOVING node: the poster while it has no frame (nullable) */
    BtMoving *moving; /* MOVING */
    BtStrip *strip;   /* STRIP */
    gint64 start_ms;  /* MOVING, STRIP: the show time of its 0 */
    int speed_px_s;   /* STRIP: offset = floor(speed × (t − start) / 1000) */
    gboolean rtl;     /* STRIP: runs to the right, for right-to-left text */
} BtNode;

typedef struct {
    BtRect rect_px; /* clips its nodes */
    gint64 fade_start_ms;
    gint64 fade_ms; /* opacity rises from 0 to full in this time; 0: at once */
    gint64 hold_ms; /* time stops here for its nodes: the outgoing picture; BT_TIME_MAX: runs on */
    GArray *nodes;  /* of BtNode, back to front */
} BtLayer;

typedef struct {
    int w_px, h_px;
    guint32 background; /* 0xRRGGBB */
    GPtrArray *layers;  /* of BtLayer, back to front */
} BtScene;

BtScene *bt_scene_new(int w_px, int h_px, guint32 background); /* (transfer full) */
BtScene *bt_scene_ref(BtScene *scene);
void bt_scene_unref(BtScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtScene, bt_scene_unref)

/* Adds a layer in front, shown at once and running on (fade_start_ms BT_TIME_MIN, fade_ms 0,
 * hold_ms BT_TIME_MAX). Borrowed; its fields are the caller's to set. */
BtLayer *bt_scene_add_layer(BtScene *scene, BtRect rect_px);
/* Adds a layer in front with the nodes and times of `layer`, of this scene or another, clipped to
 * `clip_px`. Borrowed. */
BtLayer *bt_scene_copy_layer(BtScene *scene, const BtLayer *layer, BtRect clip_px);
/* Add a node in front of a layer; references are taken. */
void bt_layer_add_fill(BtLayer *layer, BtRect rect_px, guint32 argb);
void bt_layer_add_frame(BtLayer *layer, BtRect rect_px, BtFrame *frame);
void bt_layer_add_moving(
    BtLayer *layer, BtRect rect_px, BtMoving *moving, BtFrame *poster, gint64 start_ms);
void bt_layer_add_strip(
    BtLayer *layer, BtRect rect_px, BtStrip *strip, gint64 start_ms, int speed_px_s, gboolean rtl);

/* What follows from the time alone. */
guint bt_layer_opacity(const BtLayer *layer, gint64 t_ms);  /* 0 to 255; 0 before fade_start_ms */
gint64 bt_layer_time_ms(const BtLayer *layer, gint64 t_ms); /* the time of its nodes: held or not */
/* How far a strip has run in: 0 just outside the edge it starts from, rect_px.w + length when fully
 * out, and no further. */
gint64 bt_node_strip_offset_px(const BtNode *node, gint64 t_ms);

/* The first time after `t_ms` at which the scene's picture may differ, BT_TIME_MAX for a still one.
 * While something fades that is t_ms + 1. */
gint64 bt_scene_next_change(const BtScene *scene, gint64 t_ms);
/* For how long what moves within `rect_px` has waited for its next frame at `t_ms`; the longest of
 * all, 0 when nothing waits. */
gint64 bt_scene_late_ms(const BtScene *scene, BtRect rect_px, gint64 t_ms);

#endif
