#include "render/compose/memory.h"

static void clear(BtPainter *painter, BtRect rect_px, guint32 argb)
{
    bt_frame_fill(((BtMemory *)painter)->into, rect_px, argb);
}

static void fill(BtPainter *painter, BtRect rect_px, guint32 argb, guint opacity)
{
    bt_frame_blend_fill(((BtMemory *)painter)->into, rect_px, argb, opacity);
}

static void frame(
    BtPainter *painter, BtFrame *source, int x_px, int y_px, BtRect clip_px, guint opacity)
{
    bt_frame_blend(((BtMemory *)painter)->into, source, x_px, y_px, clip_px, opacity);
}

static void drop_group(BtMemory *memory)
{
    bt_frame_unref(memory->group);
    memory->group = NULL;
}

static void begin_group(BtPainter *painter, BtRect rect_px)
{
    BtMemory *memory = (BtMemory *)painter;
    const BtFrame *target = memory->target, *group = memory->group;
    if (group != NULL && (group->w_px != target->w_px || group->h_px != target->h_px))
        drop_group(memory);
    if (memory->group == NULL)
        memory->group = bt_frame_new(target->w_px, target->h_px);
    else
        bt_frame_fill(memory->group, rect_px, 0);
    memory->into = memory->group;
}

static void end_group(BtPainter *painter, BtRect rect_px, guint opacity)
{
    BtMemory *memory = (BtMemory *)painter;
    memory->into = memory->target;
    bt_frame_blend(memory->target, memory->group, 0, 0, rect_px, opacity);
}

/* The ground of a group stays while pictures need it: a fade takes no memory at each step. */
static void done(BtPainter *painter, gboolean fading)
{
    if (!fading)
        drop_group((BtMemory *)painter);
}

BtPainter *bt_memory_painter(BtMemory *memory, BtFrame *target)
{
    memory->painter = (BtPainter){ clear, fill, frame, begin_group, end_group, done };
    memory->target = memory->into = target;
    return &memory->painter;
}

void bt_memory_clear(BtMemory *memory)
{
    drop_group(memory);
}
