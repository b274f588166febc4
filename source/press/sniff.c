#include "source/press/sniff.h"

#include <string.h>

/* Each a mark at an offset; the first that fits. */
static const struct {
    gsize at;
    const char *mark;
    const char *type;
} marks[] = {
    { 0, "\x89PNG\r\n\x1a\n", "image/png" },
    { 0, "\xff\xd8\xff", "image/jpeg" },
    { 0, "GIF8", "image/gif" },
    { 8, "WEBP", "image/webp" },
    { 8, "WAVE", "audio/wav" },
    { 4, "ftypavi", "image/avif" },
    { 4, "ftypqt  ", "video/quicktime" },
    { 4, "ftypM4A ", "audio/mp4" },
    { 4, "ftyp", "video/mp4" },
    { 0, "OggS", "audio/ogg" },
    { 0, "fLaC", "audio/flac" },
    { 0, "ID3", "audio/mpeg" },
};

static gboolean has_at(const guint8 *head, gsize size_bytes, gsize at, const char *mark)
{
    gsize length = strlen(mark);
    return at + length <= size_bytes && memcmp(head + at, mark, length) == 0;
}

static const char *container_of(const guint8 *head, gsize size_bytes)
{
    static const guint8 ebml[] = { 0x1a, 0x45, 0xdf, 0xa3 };
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (has_at(head, size_bytes, marks[i].at, marks[i].mark))
            return marks[i].type;
    if (size_bytes >= sizeof ebml && memcmp(head, ebml, sizeof ebml) == 0)
        return memmem(head, size_bytes, "webm", 4) != NULL ? "video/webm" : "video/x-matroska";
    if (size_bytes >= 2 && head[0] == 0xff && (head[1] & 0xe0) == 0xe0) /* MPEG's frame sync */
        return "audio/mpeg";
    return NULL;
}

const char *bt_sniff_type(const guint8 *head, gsize size_bytes, const BtProbe *probe)
{
    if (probe->is_subtitles)
        return has_at(head, size_bytes, 0, "WEBVTT") ||
                has_at(head, size_bytes, 0, "\xef\xbb\xbfWEBVTT")
            ? "text/vtt"
            : "application/x-subrip";
    const char *type = container_of(head, size_bytes);
    gboolean has_picture = probe->w_px > 0 && probe->h_px > 0;
    if (type == NULL)
        return NULL;
    if (g_str_has_prefix(type, "image/")) {
        if (strcmp(type, "image/png") == 0 && probe->duration_ms > 0)
            type = "image/apng";
        return has_picture ? type : NULL;
    }
    if (strcmp(type, "video/mp4") == 0 && !has_picture)
        type = "audio/mp4";
    if (probe->duration_ms <= 0 || (g_str_has_prefix(type, "video/") && !has_picture))
        return NULL;
    return g_str_has_prefix(type, "video/") || probe->has_sound ? type : NULL;
}
