/* The glass: display and compose together, with what was counted on the way.
 * Thread-safety: show's main thread. */
#ifndef BT_PLAYER_SHOW_GLASS_H
#define BT_PLAYER_SHOW_GLASS_H

#include "player/config/config.h"
#include "render/display/display.h"
#include "render/scene/fingerprint.h"
#include "render/scene/scene.h"

typedef struct BtGlass BtGlass;

typedef struct {
    guint64 shown, late, dropped; /* pictures presented; after their time; never presented */
} BtGlassCounts;

/* `w_px`, `h_px` (0: configuration, else the screen's own); `crashed` as bt_renderer_choose takes
 * it. A chip that cannot be had is said, and the processor draws. (transfer full) (nullable) */
BtGlass *bt_glass_open(const BtConfig *config, gboolean offscreen, gboolean windowed, int w_px,
    int h_px, gboolean crashed, GError **error);
void bt_glass_close(BtGlass *glass);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtGlass, bt_glass_close)

/* What draws ("software", "opengl", "opengles2"), how the chip calls itself (NULL: the processor
 * draws), and why it is what it is. Borrowed until the next call of any other function here. */
const char *bt_glass_renderer(const BtGlass *glass);
const char *bt_glass_device(const BtGlass *glass);
const char *bt_glass_why(const BtGlass *glass);

void bt_glass_size(const BtGlass *glass, int *w_px, int *h_px);
/* Milliseconds between refreshes; offscreen as if there were 60 a second. */
double bt_glass_period_ms(const BtGlass *glass);

/* Draws and presents what the scene shows at `t_ms`. `*changed` says whether a pixel did. FALSE:
 * the display is gone. */
gboolean bt_glass_draw(
    BtGlass *glass, const BtScene *scene, gint64 t_ms, gboolean *changed, GError **error);
/* One picture came `by_ms` after its time; as many more as fitted in that time were never shown. */
void bt_glass_note_late(BtGlass *glass, guint64 dropped);
BtGlassCounts bt_glass_counts(const BtGlass *glass);

/* The next event; EXPOSED and RESIZED are handled here. `*resized`: ask for the size again. */
BtDisplayEvent bt_glass_poll(BtGlass *glass, gboolean *resized);
int bt_glass_event_fd(BtGlass *glass); /* -1: poll */

/* The picture as it is now. */
gboolean bt_glass_write_png(BtGlass *glass, const char *path, GError **error);
/* The same, small: as bt_thumb_of. (transfer full) (nullable) */
BtFrame *bt_glass_thumb(BtGlass *glass, int side_px, GError **error);
double bt_glass_brightness(BtGlass *glass); /* 0 when the chip does not hand it out */
/* What `rect_px` of the picture as it is now looks like, and what it should look like: the scene
 * and the time are those of the last bt_glass_draw. About a millisecond for a 4K canvas. */
void bt_glass_look(BtGlass *glass, const BtScene *scene, gint64 t_ms, BtRect rect_px,
    BtFingerprint *shown, BtFingerprint *expected);

#endif
