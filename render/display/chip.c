/* The canvas is a texture that is drawn into, and the window shows it. So only what changed is
 * drawn, as in memory; the picture can be read back at any time, whatever the window system did
 * with what it was given; and a scaled canvas is scaled as one.
 *
 * Everything lies on whole pixels and is never stretched, so a chip differs from the arithmetic in
 * memory by how it rounds, and by nothing else. */
#include "render/display/chip.h"

#include "render/display/textures.h"

/* Of OpenGL and OpenGL ES 2 alike (Khronos registry, gl.xml). */
#define GL_RENDERER 0x1F01
#define GL_OUT_OF_MEMORY 0x0505
#define GL_CONTEXT_LOST 0x0507
#define MAX_GL_ERRORS 16 /* looked at after a picture; a lost context may say it for ever */

struct BtChip {
    BtPainter painter; /* first: compose knows only this */
    SDL_Renderer *renderer;
    SDL_BlendMode over;
    BtTextures *textures;
    SDL_Texture *canvas, *group; /* group: only while something fades */
    SDL_Texture *into;           /* one of the two */
    int w_px, h_px;
    BtRect place_px;
    guint (*gl_error)(void);
    char *device;
    char *failure; /* the first; nothing is believed of the chip any more; NULL */
};

/* ---- what fails ---- */

static gboolean check(BtChip *chip, gboolean ok)
{
    if (!ok && !chip->failure)
        chip->failure = g_strdup(SDL_GetError());
    return ok;
}

static void look_for_gl_errors(BtChip *chip)
{
    for (guint i = 0; i < MAX_GL_ERRORS && chip->gl_error; i++) {
        guint code = chip->gl_error();
        if (code == 0)
            return;
        if ((code == GL_OUT_OF_MEMORY || code == GL_CONTEXT_LOST) && !chip->failure)
            chip->failure =
                g_strdup(code == GL_CONTEXT_LOST ? "its context is lost" : "its memory is full");
    }
}

static gboolean died(BtChip *chip, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_DIED, "display: %s: %s: expected a chip that draws",
        chip->device, chip->failure);
    return FALSE;
}

/* ---- painting ---- */

static SDL_Rect to_sdl(BtRect r)
{
    return (SDL_Rect){ r.x, r.y, r.w, r.h };
}

static guint scaled(guint channel, guint opacity)
{
    return (channel * opacity + 127) / 255;
}

static void fill_with(BtChip *chip, BtRect rect_px, guint32 argb, guint opacity, SDL_BlendMode mode)
{
    SDL_Rect rect = to_sdl(rect_px);
    guint8 red = (guint8)scaled(argb >> 16 & 255, opacity),
           green = (guint8)scaled(argb >> 8 & 255, opacity),
           blue = (guint8)scaled(argb & 255, opacity), alpha = (guint8)scaled(argb >> 24, opacity);
    check(chip,
        SDL_SetRenderTarget(chip->renderer, chip->into) == 0 &&
            SDL_SetRenderDrawBlendMode(chip->renderer, mode) == 0 &&
            SDL_SetRenderDrawColor(chip->renderer, red, green, blue, alpha) == 0 &&
            SDL_RenderFillRect(chip->renderer, &rect) == 0);
}

static void clear(BtPainter *painter, BtRect rect_px, guint32 argb)
{
    fill_with((BtChip *)painter, rect_px, argb, 255, SDL_BLENDMODE_NONE);
}

static void fill(BtPainter *painter, BtRect rect_px, guint32 argb, guint opacity)
{
    BtChip *chip = (BtChip *)painter;
    fill_with(chip, rect_px, argb, opacity, chip->over);
}

/* Premultiplied pixels become more transparent in all four channels. */
static gboolean blend(BtChip *chip, SDL_Texture *texture, const SDL_Rect *from, const SDL_Rect *to,
    guint opacity, gboolean opaque)
{
    guint8 by = (guint8)MIN(opacity, 255);
    gboolean over = by < 255 || !opaque;
    return SDL_SetRenderTarget(chip->renderer, chip->into) == 0 &&
        SDL_SetTextureBlendMode(texture, over ? chip->over : SDL_BLENDMODE_NONE) == 0 &&
        SDL_SetTextureColorMod(texture, by, by, by) == 0 &&
        SDL_SetTextureAlphaMod(texture, by) == 0 &&
        SDL_RenderCopy(chip->renderer, texture, from, to) == 0;
}

static void frame(
    BtPainter *painter, BtFrame *source, int x_px, int y_px, BtRect clip_px, guint opacity)
{
    BtChip *chip = (BtChip *)painter;
    BtRect place = { x_px, y_px, source->w_px, source->h_px };
    BtRect r = bt_rect_intersect(place, clip_px);
    if (bt_rect_is_empty(r) || opacity == 0)
        return;
    SDL_Rect from = { r.x - x_px, r.y - y_px, r.w, r.h }, to = to_sdl(r);
    SDL_Texture *texture = bt_textures_get(chip->textures, source);
    check(chip, texture && blend(chip, texture, &from, &to, opacity, source->opaque));
}

static SDL_Texture *make_target(BtChip *chip)
{
    SDL_Texture *target = SDL_CreateTexture(
        chip->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_TARGET, chip->w_px, chip->h_px);
    if (target)
        SDL_SetTextureScaleMode(target, SDL_ScaleModeNearest);
    return target;
}

static void begin_group(BtPainter *painter, BtRect rect_px)
{
    BtChip *chip = (BtChip *)painter;
    if (!chip->group)
        chip->group = make_target(chip);
    if (!check(chip, chip->group != NULL))
        return;
    chip->into = chip->group;
    clear(painter, rect_px, 0);
}

static void end_group(BtPainter *painter, BtRect rect_px, guint opacity)
{
    BtChip *chip = (BtChip *)painter;
    SDL_Rect rect = to_sdl(rect_px);
    chip->into = chip->canvas;
    if (chip->group)
        check(chip, blend(chip, chip->group, &rect, &rect, opacity, FALSE));
}

static void drop_target(SDL_Texture **target)
{
    if (*target)
        SDL_DestroyTexture(*target);
    *target = NULL;
}

static void done(BtPainter *painter, gboolean fading)
{
    BtChip *chip = (BtChip *)painter;
    if (!fading)
        drop_target(&chip->group);
    bt_textures_sweep(chip->textures);
}

/* ---- the canvas ---- */

static gboolean is_whole_multiple(const BtChip *chip)
{
    return chip->place_px.w % chip->w_px == 0 && chip->place_px.h % chip->h_px == 0;
}

gboolean bt_chip_place(BtChip *chip, int w_px, int h_px, BtRect place_px, GError **error)
{
    drop_target(&chip->group);
    drop_target(&chip->canvas);
    chip->w_px = w_px;
    chip->h_px = h_px;
    chip->place_px = place_px;
    chip->canvas = chip->into = make_target(chip);
    if (!chip->canvas) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "display: %s: %s: expected room for a canvas of %dx%d", chip->device, SDL_GetError(),
            w_px, h_px);
        return FALSE;
    }
    if (!is_whole_multiple(chip))
        SDL_SetTextureScaleMode(chip->canvas, SDL_ScaleModeLinear);
    SDL_SetTextureBlendMode(chip->canvas, SDL_BLENDMODE_NONE);
    bt_chip_blacken(chip);
    return TRUE;
}

void bt_chip_blacken(BtChip *chip)
{
    clear(&chip->painter, (BtRect){ 0, 0, chip->w_px, chip->h_px }, 0xff000000u);
}

static gboolean show_canvas(BtChip *chip)
{
    SDL_Rect place = to_sdl(chip->place_px);
    return SDL_SetRenderTarget(chip->renderer, NULL) == 0 &&
        SDL_SetRenderDrawColor(chip->renderer, 0, 0, 0, 255) == 0 &&
        SDL_RenderClear(chip->renderer) == 0 &&
        SDL_RenderCopy(chip->renderer, chip->canvas, NULL, &place) == 0 &&
        SDL_RenderFlush(chip->renderer) == 0;
}

gboolean bt_chip_present(BtChip *chip, GError **error)
{
    if (check(chip, show_canvas(chip)))
        SDL_RenderPresent(chip->renderer);
    look_for_gl_errors(chip);
    return !chip->failure || died(chip, error);
}

static void make_opaque(BtFrame *picture)
{
    gsize n = (gsize)picture->stride_px * (gsize)picture->h_px;
    for (gsize i = 0; i < n; i++)
        picture->pixels[i] |= 0xff000000u;
    picture->opaque = TRUE;
}

BtFrame *bt_chip_read(BtChip *chip, GError **error)
{
    g_autoptr(BtFrame) picture = bt_frame_new_unset(chip->w_px, chip->h_px);
    check(chip,
        SDL_SetRenderTarget(chip->renderer, chip->canvas) == 0 &&
            SDL_RenderReadPixels(chip->renderer, NULL, SDL_PIXELFORMAT_ARGB8888, picture->pixels,
                picture->stride_px * 4) == 0);
    look_for_gl_errors(chip);
    if (chip->failure) {
        died(chip, error);
        return NULL;
    }
    make_opaque(picture);
    return g_steal_pointer(&picture);
}

/* ---- life ---- */

guint32 bt_chip_window_flags(BtRenderer renderer)
{
    gboolean es = renderer == BT_RENDERER_OPENGLES2;
    if (renderer == BT_RENDERER_SOFTWARE)
        return 0;
    /* What SDL's renderers want: else they make the window anew. */
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, es ? SDL_GL_CONTEXT_PROFILE_ES : 0);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 2);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, es ? 0 : 1);
    return SDL_WINDOW_OPENGL;
}

static SDL_Renderer *make_renderer(SDL_Window *window, const char *name, gboolean paced)
{
    guint32 flags = SDL_RENDERER_ACCELERATED | SDL_RENDERER_TARGETTEXTURE |
        (paced ? SDL_RENDERER_PRESENTVSYNC : 0);
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    for (int i = 0; i < SDL_GetNumRenderDrivers(); i++) {
        SDL_RendererInfo info;
        if (SDL_GetRenderDriverInfo(i, &info) == 0 && g_str_equal(info.name, name))
            return SDL_CreateRenderer(window, i, flags);
    }
    SDL_SetError("SDL has no renderer %s", name);
    return NULL;
}

/* The chip's own name, by a function that both kinds of OpenGL have. */
static char *read_device(void)
{
    const guint8 *(*get_string)(guint) = NULL;
    *(void **)&get_string = SDL_GL_GetProcAddress("glGetString");
    const guint8 *name = get_string ? get_string(GL_RENDERER) : NULL;
    return name ? g_utf8_make_valid((const char *)name, -1) : g_strdup("a chip without a name");
}

BtChip *bt_chip_new(
    SDL_Window *window, BtRenderer renderer, const char *device, gboolean paced, GError **error)
{
    SDL_Renderer *made = make_renderer(window, bt_renderer_name(renderer), paced);
    if (!made) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "display: %s: expected %s",
            SDL_GetError(), bt_renderer_name(renderer));
        return NULL;
    }
    BtChip *chip = g_new0(BtChip, 1);
    chip->painter = (BtPainter){ clear, fill, frame, begin_group, end_group, done };
    chip->renderer = made;
    chip->textures = bt_textures_new(made);
    chip->over = SDL_ComposeCustomBlendMode(SDL_BLENDFACTOR_ONE,
        SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA, SDL_BLENDOPERATION_ADD, SDL_BLENDFACTOR_ONE,
        SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA, SDL_BLENDOPERATION_ADD);
    chip->device = read_device();
    *(void **)&chip->gl_error = SDL_GL_GetProcAddress("glGetError");
    if (!device || g_str_equal(device, chip->device))
        return chip;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "display: the chip is %s: expected %s",
        chip->device, device);
    bt_chip_free(chip);
    return NULL;
}

void bt_chip_free(BtChip *chip)
{
    if (!chip)
        return;
    bt_textures_free(chip->textures);
    drop_target(&chip->group);
    drop_target(&chip->canvas);
    SDL_DestroyRenderer(chip->renderer);
    g_free(chip->device);
    g_free(chip->failure);
    g_free(chip);
}

const char *bt_chip_device(const BtChip *chip)
{
    return chip->device;
}

BtPainter *bt_chip_painter(BtChip *chip)
{
    return &chip->painter;
}
