/* A window of SDL2, drawn by the processor into the window's own surface, or by a graphics chip.
 *
 * Left alone, SDL would take that surface through a 3D renderer, which without a graphics chip
 * costs ten times as much; the hint "0" hands the pixels to the X server's shared memory instead.
 * Where the canvas lies 1:1 in the surface and both have the same pixels, the canvas is that part
 * of the surface: what compose draws is on the glass without a copy. Else it is memory of its own,
 * converted or scaled when it is presented.
 *
 * A chip (chip.c) brings its own canvas, and can be given up at any time for a surface. */
#include "render/display/chip.h"
#include "render/display/key.h"
#include "render/display/plain.h"
#include "render/display/private.h"
#include "render/display/wake.h"

#define DEFAULT_REFRESH_HZ 60.0
#define RECTS_AT_ONCE 32
/* Of a window with a frame, when nobody said how large. */
#define FIRST_LOOK_W_PX 1280
#define FIRST_LOOK_H_PX 720

typedef struct {
    BtDisplay display;
    BtDisplayOptions options;
    SDL_Window *window;
    SDL_Surface *glass;   /* the window's; SDL's, until the window changes its size */
    BtChip *chip;         /* draws instead; NULL: the processor does */
    int w_px, h_px;       /* of the glass */
    BtRect place_px;      /* of the canvas on the glass */
    SDL_Surface *picture; /* the canvas as SDL sees it; NULL: it is a part of the glass */
    BtWake *wake;         /* NULL: nothing to sleep on */
    BtKey cut_key;
} Window;

/* ---- the glass ---- */

static SDL_Rect to_sdl(BtRect r)
{
    return (SDL_Rect){ r.x, r.y, r.w, r.h };
}

static BtRect glass_rect(const Window *window)
{
    return (BtRect){ 0, 0, window->w_px, window->h_px };
}

static gboolean has_our_pixels(const SDL_Surface *surface)
{
    guint32 format = surface->format->format;
    return (format == SDL_PIXELFORMAT_RGB888 || format == SDL_PIXELFORMAT_ARGB8888) &&
        surface->pitch % 4 == 0 && !SDL_MUSTLOCK(surface);
}

/* The largest place of the canvas's shape, in the middle. */
static BtRect fit(int w_px, int h_px, BtRect glass_px)
{
    gint64 fit_w_px = glass_px.w, fit_h_px = glass_px.h;
    if (fit_w_px * h_px <= fit_h_px * w_px)
        fit_h_px = MAX(1, fit_w_px * h_px / w_px);
    else
        fit_w_px = MAX(1, fit_h_px * w_px / h_px);
    int w = (int)fit_w_px, h = (int)fit_h_px;
    return (BtRect){ (glass_px.w - w) / 2, (glass_px.h - h) / 2, w, h };
}

static void drop_canvas(Window *window)
{
    SDL_FreeSurface(window->picture);
    window->picture = NULL;
    bt_frame_unref(window->display.canvas);
    window->display.canvas = NULL;
}

static void make_canvas(Window *window, int w_px, int h_px)
{
    SDL_Surface *glass = window->glass;
    gboolean one_to_one = window->place_px.w == w_px && window->place_px.h == h_px;
    if (one_to_one && has_our_pixels(glass) &&
        bt_rect_contains(glass_rect(window), window->place_px)) {
        int stride_px = glass->pitch / 4;
        guint32 *pixels = (guint32 *)glass->pixels + (gsize)window->place_px.y * (gsize)stride_px +
            window->place_px.x;
        window->display.canvas = bt_frame_new_over(pixels, w_px, h_px, stride_px, TRUE, NULL, NULL);
        return;
    }
    BtFrame *canvas = window->display.canvas = bt_frame_new(w_px, h_px);
    window->picture = SDL_CreateRGBSurfaceWithFormatFrom(
        canvas->pixels, w_px, h_px, 32, canvas->stride_px * 4, SDL_PIXELFORMAT_RGB888);
    if (!window->picture)
        g_error("out of memory: %s", SDL_GetError());
}

static void blacken(Window *window)
{
    BtFrame *canvas = window->display.canvas;
    if (window->chip) {
        bt_chip_blacken(window->chip);
        return;
    }
    SDL_FillRect(window->glass, NULL, SDL_MapRGB(window->glass->format, 0, 0, 0));
    bt_frame_fill(canvas, (BtRect){ 0, 0, canvas->w_px, canvas->h_px }, 0xff000000u);
}

static gboolean fail(GError **error)
{
    g_set_error(
        error, BT_ERROR, BT_ERROR_UNSUPPORTED, "display: %s: expected a screen", SDL_GetError());
    return FALSE;
}

static gboolean take_glass(Window *window, GError **error)
{
    if (window->chip) {
        SDL_GetWindowSize(window->window, &window->w_px, &window->h_px);
        return TRUE;
    }
    window->glass = SDL_GetWindowSurface(window->window);
    if (!window->glass)
        return fail(error);
    window->w_px = window->glass->w;
    window->h_px = window->glass->h;
    return TRUE;
}

static void note_canvas(Window *window, int w_px, int h_px)
{
    BtDisplay *display = &window->display;
    BtChip *chip = window->chip;
    display->w_px = w_px;
    display->h_px = h_px;
    display->painter = chip ? bt_chip_painter(chip) : NULL;
    display->device = chip ? bt_chip_device(chip) : NULL;
    display->renderer = chip ? window->options.renderer : BT_RENDERER_SOFTWARE;
}

static gboolean show_all(Window *window, GError **error)
{
    return window->chip ? bt_chip_present(window->chip, error)
                        : SDL_UpdateWindowSurface(window->window) == 0 || fail(error);
}

/* Takes the window as it is now and places the canvas in it; all is black. */
static gboolean lay_out(Window *window, GError **error)
{
    const BtDisplayOptions *options = &window->options;
    drop_canvas(window);
    if (options->plain_argb != 0 && bt_plain_fill(window->window, options->plain_argb))
        return TRUE;
    if (!take_glass(window, error))
        return FALSE;
    int w_px = options->canvas_w_px ? options->canvas_w_px : window->w_px;
    int h_px = options->canvas_h_px ? options->canvas_h_px : window->h_px;
    w_px = CLAMP(w_px, 1, BT_FRAME_MAX_W_PX);
    h_px = CLAMP(h_px, 1, BT_FRAME_MAX_H_PX);
    window->place_px = options->scale == BT_SCALE_FIT
        ? fit(w_px, h_px, glass_rect(window))
        : (BtRect){ options->x_px, options->y_px, w_px, h_px };
    if (window->chip && !bt_chip_place(window->chip, w_px, h_px, window->place_px, error))
        return FALSE;
    if (!window->chip)
        make_canvas(window, w_px, h_px);
    note_canvas(window, w_px, h_px);
    blacken(window);
    show_all(window, NULL);
    return TRUE;
}

/* ---- presenting ---- */

static void scale_picture(Window *window)
{
    SDL_Rect to = to_sdl(window->place_px);
    gboolean whole = to.w % window->picture->w == 0 && to.h % window->picture->h == 0;
    SDL_Rect from = { 0, 0, window->picture->w, window->picture->h };
    if (whole || window->glass->format->format != window->picture->format->format ||
        SDL_SoftStretchLinear(window->picture, &from, window->glass, &to) < 0)
        SDL_BlitScaled(window->picture, &from, window->glass, &to);
}

static void copy_picture(Window *window, BtRect rect_px)
{
    SDL_Rect from = to_sdl(rect_px);
    SDL_Rect to = { window->place_px.x + rect_px.x, window->place_px.y + rect_px.y, 0, 0 };
    SDL_BlitSurface(window->picture, &from, window->glass, &to);
}

/* SDL refuses a surface of an old size. Then the news of the new one are on their way, and the
 * picture will be asked for again. */
static gboolean is_stale(const Window *window)
{
    int w_px, h_px;
    SDL_GetWindowSize(window->window, &w_px, &h_px);
    return w_px != window->w_px || h_px != window->h_px;
}

static gboolean is_open(const Window *window)
{
    return window->glass || window->chip;
}

static gboolean update_glass(Window *window, const SDL_Rect *rects, int n, GError **error)
{
    if (n == 0 || SDL_UpdateWindowSurfaceRects(window->window, rects, n) == 0 || is_stale(window))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_DIED, "display: %s: expected the window to be there",
        SDL_GetError());
    return FALSE;
}

/* Rectangles of the canvas, at most RECTS_AT_ONCE of them, 1:1. */
static gboolean present_some(Window *window, const BtRect *damage_px, guint n, GError **error)
{
    SDL_Rect rects[RECTS_AT_ONCE];
    int n_rects = 0;
    for (guint i = 0; i < n; i++) {
        if (window->picture)
            copy_picture(window, damage_px[i]);
        BtRect r = damage_px[i];
        r.x += window->place_px.x;
        r.y += window->place_px.y;
        r = bt_rect_intersect(bt_rect_intersect(r, window->place_px), glass_rect(window));
        if (!bt_rect_is_empty(r))
            rects[n_rects++] = to_sdl(r);
    }
    return update_glass(window, rects, n_rects, error);
}

static gboolean is_scaled(const Window *window)
{
    return window->picture &&
        (window->place_px.w != window->picture->w || window->place_px.h != window->picture->h);
}

static gboolean window_present(
    BtDisplay *display, const BtRect *damage_px, guint n_damage, GError **error)
{
    Window *window = (Window *)display;
    gboolean ok = TRUE;
    if (!is_open(window)) {
        g_set_error(error, BT_ERROR, BT_ERROR_DIED, "display: the window has no surface");
        return FALSE;
    }
    if (window->chip) {
        ok = n_damage == 0 || bt_chip_present(window->chip, error);
    } else if (n_damage > 0 && is_scaled(window)) {
        SDL_Rect rect = to_sdl(bt_rect_intersect(window->place_px, glass_rect(window)));
        scale_picture(window);
        ok = update_glass(window, &rect, 1, error);
    } else {
        for (guint i = 0; i < n_damage && ok; i += RECTS_AT_ONCE)
            ok = present_some(window, damage_px + i, MIN(n_damage - i, RECTS_AT_ONCE), error);
    }
    bt_wake_check(window->wake);
    return ok;
}

static void window_darken(BtDisplay *display)
{
    Window *window = (Window *)display;
    if (!is_open(window))
        return;
    blacken(window);
    show_all(window, NULL);
    bt_wake_check(window->wake);
}

static BtFrame *window_read(BtDisplay *display, GError **error)
{
    return bt_chip_read(((Window *)display)->chip, error);
}

static gboolean window_use_software(BtDisplay *display, GError **error)
{
    Window *window = (Window *)display;
    g_clear_pointer(&window->chip, bt_chip_free);
    note_canvas(window, display->w_px, display->h_px);
    gboolean ok = lay_out(window, error);
    bt_wake_check(window->wake);
    return ok;
}

static double window_refresh_hz(const BtDisplay *display)
{
    const Window *window = (const Window *)display;
    SDL_DisplayMode mode;
    int index = SDL_GetWindowDisplayIndex(window->window);
    if (index < 0 || SDL_GetCurrentDisplayMode(index, &mode) < 0 || mode.refresh_rate <= 0)
        return DEFAULT_REFRESH_HZ;
    return mode.refresh_rate;
}

/* ---- events ---- */

static BtDisplayEvent laid_out_anew(gboolean ok, const GError *error)
{
    if (ok)
        return BT_DISPLAY_EVENT_RESIZED;
    g_warning("%s", error->message);
    return BT_DISPLAY_EVENT_QUIT;
}

static BtDisplayEvent without_chip(Window *window)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = window_use_software(&window->display, &error);
    return laid_out_anew(ok, error);
}

static BtDisplayEvent resized(Window *window)
{
    g_autoptr(GError) error = NULL;
    if (is_open(window) && !is_stale(window))
        return BT_DISPLAY_EVENT_NONE;
    gboolean ok = lay_out(window, &error);
    return ok || !window->chip ? laid_out_anew(ok, error) : without_chip(window);
}

static BtDisplayEvent of_window(Window *window, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_CLOSE:
        return BT_DISPLAY_EVENT_QUIT;
    case SDL_WINDOWEVENT_EXPOSED:
        /* What is outside the canvas is nobody else's to put back. */
        if (window->glass && !is_stale(window))
            SDL_UpdateWindowSurface(window->window);
        return BT_DISPLAY_EVENT_EXPOSED;
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        return resized(window);
    default:
        return BT_DISPLAY_EVENT_NONE;
    }
}

static BtDisplayEvent of_key(const Window *window, const SDL_KeyboardEvent *event)
{
    SDL_Keycode key = event->keysym.sym;
    if (event->repeat)
        return BT_DISPLAY_EVENT_NONE;
    if (bt_key_is(&window->cut_key, key, event->keysym.mod))
        return BT_DISPLAY_EVENT_CUT;
    if (window->options.windowed && (key == SDLK_ESCAPE || key == SDLK_q))
        return BT_DISPLAY_EVENT_QUIT;
    return BT_DISPLAY_EVENT_NONE;
}

static BtDisplayEvent translate(Window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        return BT_DISPLAY_EVENT_QUIT;
    case SDL_WINDOWEVENT:
        return of_window(window, &event->window);
    case SDL_KEYDOWN:
        return of_key(window, &event->key);
    case SDL_RENDER_TARGETS_RESET: /* the driver lost what is on the canvas … */
        return window->chip ? BT_DISPLAY_EVENT_RESIZED : BT_DISPLAY_EVENT_NONE;
    case SDL_RENDER_DEVICE_RESET: /* … or all textures */
        return window->chip ? without_chip(window) : BT_DISPLAY_EVENT_NONE;
    default:
        return BT_DISPLAY_EVENT_NONE;
    }
}

/* SDL says "none" once at the end of each batch, though a present may have taken up more behind it.
 */
static BtDisplayEvent window_poll(BtDisplay *display)
{
    Window *window = (Window *)display;
    for (;;) {
        SDL_Event event;
        if (SDL_PollEvent(&event)) {
            BtDisplayEvent ours = translate(window, &event);
            if (ours != BT_DISPLAY_EVENT_NONE)
                return ours;
        } else if (!bt_wake_has_events()) {
            bt_wake_calm(window->wake);
            return BT_DISPLAY_EVENT_NONE;
        }
    }
}

static int window_event_fd(BtDisplay *display)
{
    return bt_wake_fd(((Window *)display)->wake);
}

/* ---- opening ---- */

/* What SDL would do at the start for people who type, some milliseconds before the first picture:
 * read the table of composed keys, and start a message bus where none runs, which is a fork. */
static void spare_the_desk(void)
{
    g_setenv("XCOMPOSEFILE", "/dev/null", FALSE);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", FALSE);
}

static gboolean start_video(const char *acceleration)
{
    spare_the_desk();
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, acceleration);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
    SDL_SetHint(SDL_HINT_APP_NAME, "Bangtin");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) < 0)
        return FALSE;
    SDL_StopTextInput(); /* a board needs no input method, which SDL starts by itself */
    SDL_DisableScreenSaver();
    SDL_ShowCursor(SDL_DISABLE);
    return TRUE;
}

/* Drivers that draw nowhere come last in SDL's list; to fall through to one is to have no screen.
 */
static gboolean is_blind(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return !g_getenv("SDL_VIDEODRIVER") && !g_getenv("SDL_VIDEO_DRIVER") &&
        (!driver || g_str_equal(driver, "offscreen") || g_str_equal(driver, "dummy"));
}

static BtRect window_rect(const BtDisplayOptions *options)
{
    SDL_Rect screen = { 0, 0, FIRST_LOOK_W_PX, FIRST_LOOK_H_PX };
    SDL_GetDisplayBounds(0, &screen);
    if (!options->windowed)
        return (BtRect){ screen.x, screen.y, screen.w, screen.h };
    int w_px =
        options->canvas_w_px ? MAX(0, options->x_px) + options->canvas_w_px : FIRST_LOOK_W_PX;
    int h_px =
        options->canvas_h_px ? MAX(0, options->y_px) + options->canvas_h_px : FIRST_LOOK_H_PX;
    return (BtRect){ (int)SDL_WINDOWPOS_CENTERED, (int)SDL_WINDOWPOS_CENTERED, MIN(w_px, screen.w),
        MIN(h_px, screen.h) };
}

static void stop(Window *window)
{
    drop_canvas(window);
    g_clear_pointer(&window->chip, bt_chip_free);
    if (window->window)
        SDL_DestroyWindow(window->window);
    window->window = NULL;
    window->glass = NULL;
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

static gboolean make_window(Window *window, GError **error)
{
    const BtDisplayOptions *options = &window->options;
    BtRect r = window_rect(options);
    guint32 flags =
        options->windowed ? SDL_WINDOW_RESIZABLE : SDL_WINDOW_BORDERLESS | SDL_WINDOW_ALWAYS_ON_TOP;
    flags |= bt_chip_window_flags(options->renderer) | (options->hidden ? SDL_WINDOW_HIDDEN : 0);
    if (is_blind())
        SDL_SetError("there is no screen");
    else
        window->window = SDL_CreateWindow("Bangtin", r.x, r.y, r.w, r.h, flags);
    if (!window->window)
        return fail(error);
    if (options->renderer == BT_RENDERER_SOFTWARE)
        return TRUE;
    window->chip =
        bt_chip_new(window->window, options->renderer, options->device, !options->hidden, error);
    return window->chip != NULL;
}

static gboolean try_open(Window *window, const char *acceleration, GError **error)
{
    if (!start_video(acceleration))
        return fail(error);
    if (make_window(window, error) && lay_out(window, error))
        return TRUE;
    stop(window);
    return FALSE;
}

static void window_close(BtDisplay *display)
{
    Window *window = (Window *)display;
    bt_wake_free(window->wake);
    stop(window);
    g_free(window);
}

static const BtDisplayKindOps WINDOW_OPS = {
    .close = window_close,
    .present = window_present,
    .darken = window_darken,
    .read = window_read,
    .use_software = window_use_software,
    .refresh_hz = window_refresh_hz,
    .poll = window_poll,
    .event_fd = window_event_fd,
};

BtDisplay *bt_window_open(const BtDisplayOptions *options, GError **error)
{
    Window *window = g_new0(Window, 1);
    window->display.ops = &WINDOW_OPS;
    window->options = *options;
    window->options.cut_key = NULL;
    if (options->cut_key != NULL)
        bt_key_parse(options->cut_key, &window->cut_key);
    /* Without an X server there may be no surface but that of a renderer (KMS). */
    gboolean by_chip = options->renderer != BT_RENDERER_SOFTWARE;
    if (!try_open(window, "0", by_chip ? error : NULL) &&
        (by_chip || !try_open(window, "1", error))) {
        g_free(window);
        return NULL;
    }
    window->options.device = NULL;
    window->wake = bt_wake_new(window->window);
    return &window->display;
}
