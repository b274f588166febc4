/* A frame is known by its address, which cannot be another's while a reference is held. So a
 * texture holds one; and when the sweep after a picture finds that it is the last, the frame has
 * left the scene and goes. The texture stays behind for the next frame of the same size: a video
 * runs through two of them and never makes a third. */
#include "render/display/textures.h"

#define MAX_SPARE 4

typedef struct {
    BtFrame *frame; /* NULL: spare */
    SDL_Texture *texture;
    int w_px, h_px;
    guint64 drawn; /* in which picture it was last */
} Entry;

struct BtTextures {
    SDL_Renderer *renderer;
    GHashTable *entries; /* BtFrame → Entry */
    GQueue spare;        /* of Entry, the oldest first */
    gsize bytes;         /* of all of both */
    guint64 picture;     /* counts them */
};

static gsize size_of(const Entry *entry)
{
    return (gsize)entry->w_px * (gsize)entry->h_px * 4;
}

static void free_entry(gpointer data)
{
    Entry *entry = data;
    bt_frame_unref(entry->frame);
    SDL_DestroyTexture(entry->texture);
    g_free(entry);
}

BtTextures *bt_textures_new(SDL_Renderer *renderer)
{
    BtTextures *textures = g_new0(BtTextures, 1);
    textures->renderer = renderer;
    textures->entries = g_hash_table_new(NULL, NULL);
    g_queue_init(&textures->spare);
    return textures;
}

void bt_textures_free(BtTextures *textures)
{
    GHashTableIter iter;
    gpointer entry;
    if (!textures)
        return;
    g_hash_table_iter_init(&iter, textures->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        free_entry(entry);
    g_hash_table_unref(textures->entries);
    g_queue_clear_full(&textures->spare, free_entry);
    g_free(textures);
}

/* ---- taking ---- */

static Entry *take_spare(BtTextures *textures, int w_px, int h_px)
{
    for (GList *link = textures->spare.head; link; link = link->next) {
        Entry *entry = link->data;
        if (entry->w_px == w_px && entry->h_px == h_px) {
            g_queue_delete_link(&textures->spare, link);
            return entry;
        }
    }
    return NULL;
}

static Entry *make_entry(BtTextures *textures, int w_px, int h_px)
{
    SDL_Texture *texture = SDL_CreateTexture(
        textures->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, w_px, h_px);
    if (!texture)
        return NULL;
    SDL_SetTextureScaleMode(texture, SDL_ScaleModeNearest);
    Entry *entry = g_new0(Entry, 1);
    *entry = (Entry){ .texture = texture, .w_px = w_px, .h_px = h_px };
    textures->bytes += size_of(entry);
    return entry;
}

/* A film's planes are coloured as memory does it, so that both show the same colours. */
static gboolean upload(SDL_Texture *texture, const BtFrame *frame)
{
    g_autoptr(BtFrame) coloured = NULL;
    if (frame->planes) {
        BtRect all = { 0, 0, frame->w_px, frame->h_px };
        coloured = bt_frame_new_unset(frame->w_px, frame->h_px);
        bt_frame_blend(coloured, frame, 0, 0, all, 255);
        frame = coloured;
    }
    return SDL_UpdateTexture(texture, NULL, frame->pixels, frame->stride_px * 4) == 0;
}

static Entry *add_entry(BtTextures *textures, BtFrame *frame)
{
    Entry *entry = take_spare(textures, frame->w_px, frame->h_px);
    if (!entry)
        entry = make_entry(textures, frame->w_px, frame->h_px);
    if (!entry)
        return NULL;
    if (!upload(entry->texture, frame)) {
        textures->bytes -= size_of(entry);
        free_entry(entry);
        return NULL;
    }
    entry->frame = bt_frame_ref(frame);
    g_hash_table_insert(textures->entries, frame, entry);
    return entry;
}

SDL_Texture *bt_textures_get(BtTextures *textures, BtFrame *frame)
{
    Entry *entry = g_hash_table_lookup(textures->entries, frame);
    if (!entry)
        entry = add_entry(textures, frame);
    if (!entry)
        return NULL;
    entry->drawn = textures->picture;
    return entry->texture;
}

/* ---- letting go ---- */

static void drop(BtTextures *textures, Entry *entry)
{
    textures->bytes -= size_of(entry);
    free_entry(entry);
}

static void make_spare(BtTextures *textures, Entry *entry)
{
    bt_frame_unref(entry->frame);
    entry->frame = NULL;
    g_queue_push_tail(&textures->spare, entry);
    if (g_queue_get_length(&textures->spare) > MAX_SPARE)
        drop(textures, g_queue_pop_head(&textures->spare));
}

static void release_what_left(BtTextures *textures)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, textures->entries);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Entry *entry = data;
        if (bt_frame_is_mine(entry->frame)) {
            g_hash_table_iter_remove(&iter);
            make_spare(textures, entry);
        }
    }
}

/* The one drawn longest ago, none of this picture; NULL: there is none. */
static Entry *find_oldest(const BtTextures *textures)
{
    GHashTableIter iter;
    gpointer data;
    Entry *oldest = NULL;
    g_hash_table_iter_init(&iter, textures->entries);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Entry *entry = data;
        if (entry->drawn < textures->picture && (!oldest || entry->drawn < oldest->drawn))
            oldest = entry;
    }
    return oldest;
}

static void keep_limit(BtTextures *textures)
{
    while (textures->bytes > BT_TEXTURES_MAX_BYTES && !g_queue_is_empty(&textures->spare))
        drop(textures, g_queue_pop_head(&textures->spare));
    while (textures->bytes > BT_TEXTURES_MAX_BYTES) {
        Entry *oldest = find_oldest(textures);
        if (!oldest)
            return;
        g_hash_table_remove(textures->entries, oldest->frame);
        drop(textures, oldest);
    }
}

void bt_textures_sweep(BtTextures *textures)
{
    release_what_left(textures);
    keep_limit(textures);
    textures->picture++;
}
