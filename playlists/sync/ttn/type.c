#include "playlists/sync/ttn/type.h"

#include "base/prefix.h"

#include <string.h>

typedef struct {
    gsize at;
    const char *bytes;
    gsize n;
    const char *image, *audio, *video; /* what it is for a bulletin of that kind; NULL: none */
} Mark;

/* The first that fits counts. */
static const Mark marks[] = {
    { 0, "\xff\xd8\xff", 3, "image/jpeg", NULL, NULL },
    { 0, "\x89PNG\r\n\x1a\n", 8, "image/png", NULL, NULL },
    { 0, "GIF8", 4, "image/gif", NULL, NULL },
    { 8, "WEBP", 4, "image/webp", NULL, NULL },
    { 4, "ftypavif", 8, "image/avif", NULL, NULL },
    { 4, "ftypavis", 8, "image/avif", NULL, NULL },
    { 4, "ftypqt  ", 8, NULL, "audio/mp4", "video/quicktime" },
    { 4, "ftypM4A ", 8, NULL, "audio/mp4", NULL },
    { 4, "ftyp", 4, NULL, "audio/mp4", "video/mp4" },
    { 0, "\x1a\x45\xdf\xa3", 4, NULL, "audio/webm", "video/webm" },
    { 8, "WAVE", 4, NULL, "audio/wav", NULL },
    { 0, "OggS", 4, NULL, "audio/ogg", "video/ogg" },
    { 0, "fLaC", 4, NULL, "audio/flac", NULL },
    { 0, "ID3", 3, NULL, "audio/mpeg", NULL },
    { 0, "\x47\x40", 2, NULL, NULL, "video/mp2t" },
    { 0, "\xff\xfb", 2, NULL, "audio/mpeg", NULL },
    { 0, "\xff\xf3", 2, NULL, "audio/mpeg", NULL },
    { 0, "\xff\xf2", 2, NULL, "audio/mpeg", NULL },
    { 0, "\xff\xfa", 2, NULL, "audio/mpeg", NULL },
    { 0, "\xff\xf1", 2, NULL, "audio/aac", NULL },
    { 0, "\xff\xf9", 2, NULL, "audio/aac", NULL },
};

static const char *as(const Mark *mark, BtTtnKind kind)
{
    return kind == BT_TTN_IMAGE ? mark->image : kind == BT_TTN_AUDIO ? mark->audio : mark->video;
}

static const char *word_of(BtTtnKind kind)
{
    return kind == BT_TTN_IMAGE ? "a picture" : kind == BT_TTN_AUDIO ? "sound" : "a film";
}

const char *bt_type_of(const void *head, gsize size_bytes, BtTtnKind kind, GError **error)
{
    if (bt_prefix_is_page(head, size_bytes)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CAPTIVE, "a page for people came: expected %s",
            word_of(kind));
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        const Mark *mark = &marks[i];
        if (size_bytes < mark->at + mark->n ||
            memcmp((const char *)head + mark->at, mark->bytes, mark->n) != 0)
            continue;
        if (as(mark, kind) != NULL)
            return as(mark, kind);
        break;
    }
    g_set_error(
        error, BT_ERROR, BT_ERROR_UNSUPPORTED, "by its first bytes it is not %s", word_of(kind));
    return NULL;
}
