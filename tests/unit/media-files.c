#include "tests/unit/media-files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* The number of each frame is written on it in eight bars, the lowest bit left, so that a picture
 * says which one it is. */
#define CODED                                                                                      \
    "-f lavfi -i \"nullsrc=s=320x240:r=25:d=4,"                                                    \
    "geq=lum='if(bitand(floor(N/pow(2,floor(X/40))),1),235,16)':cb=128:cr=128\" "
#define TONE "-f lavfi -i \"aevalsrc='if(gte(t,1),0.5*sin(2*PI*440*t),0)':d=4:s=44100\" "

static void make(const char *folder, const char *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *command = g_strdup_printf("ffmpeg -nostdin -v error -y %s", arguments);
    g_auto(GStrv) argv = NULL;
    int status = 0;
    g_assert_true(g_shell_parse_argv(command, NULL, &argv, &error));
    g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

static void put(const char *folder, const char *name, const void *data, gsize n)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)n, NULL));
}

static GByteArray *get(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *data = NULL;
    gsize n = 0;
    g_assert_true(g_file_get_contents(path, &data, &n, NULL));
    return g_byte_array_new_take((guint8 *)data, n);
}

/* ---- by hand ---- */

static guint32 crc32_of(const guint8 *data, gsize n)
{
    guint32 crc = 0xffffffff;
    for (gsize i = 0; i < n; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void add_number(GByteArray *to, guint32 value)
{
    guint32 big = GUINT32_TO_BE(value);
    g_byte_array_append(to, (const guint8 *)&big, 4);
}

static void add_chunk(GByteArray *to, const char *kind, const guint8 *data, gsize n)
{
    add_number(to, (guint32)n);
    guint at = to->len;
    g_byte_array_append(to, (const guint8 *)kind, 4);
    if (n > 0)
        g_byte_array_append(to, data, (guint)n);
    add_number(to, crc32_of(to->data + at, to->len - at));
}

static GByteArray *compressed_zeros(gsize n)
{
    g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) out = g_converter_output_stream_new(memory, G_CONVERTER(zlib));
    g_autofree guint8 *zeros = g_malloc0(1 << 20);
    for (gsize done = 0; done < n; done += 1 << 20)
        g_assert_true(
            g_output_stream_write_all(out, zeros, MIN(n - done, 1 << 20), NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(out, NULL, NULL));
    GByteArray *data = g_byte_array_new();
    g_byte_array_append(data, g_memory_output_stream_get_data(G_MEMORY_OUTPUT_STREAM(memory)),
        (guint)g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(memory)));
    return data;
}

/* Grey, with an optional text that unpacks to `bomb_bytes`. */
static void put_png(const char *folder, const char *name, guint32 w, guint32 h, gsize bomb_bytes)
{
    g_autoptr(GByteArray) png = g_byte_array_new(), head = g_byte_array_new();
    g_byte_array_append(png, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
    add_number(head, w);
    add_number(head, h);
    g_byte_array_append(head, (const guint8 *)"\x08\0\0\0\0", 5);
    add_chunk(png, "IHDR", head->data, head->len);
    if (bomb_bytes > 0) {
        g_autoptr(GByteArray) text = compressed_zeros(bomb_bytes);
        g_byte_array_prepend(text, (const guint8 *)"k\0\0", 3);
        add_chunk(png, "zTXt", text->data, text->len);
    }
    g_autoptr(GByteArray) rows = compressed_zeros(w <= 1000 ? (gsize)(w + 1) * h : 1000);
    add_chunk(png, "IDAT", rows->data, rows->len);
    add_chunk(png, "IEND", NULL, 0);
    put(folder, name, png->data, png->len);
}

/* The JPEG with an EXIF block of one entry, the orientation, behind its first marker. */
static void put_turned_jpeg(
    const char *folder, const char *from, const char *name, guint8 orientation)
{
    guint8 block[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1,
        0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0 };
    g_autoptr(GByteArray) jpeg = get(folder, from), turned = g_byte_array_new();
    g_byte_array_append(turned, jpeg->data, 2);
    g_byte_array_append(turned, block, sizeof block);
    g_byte_array_append(turned, jpeg->data + 2, jpeg->len - 2);
    put(folder, name, turned->data, turned->len);
}

static void put_cut(const char *folder, const char *from, const char *name, double part)
{
    g_autoptr(GByteArray) whole = get(folder, from);
    put(folder, name, whole->data, (gsize)(whole->len * part));
}

/* All brightnesses and colours, and a word about how they became numbers: ISO/IEC 23091-2, 8.3. */
static void make_matrices(const char *folder)
{
    static const int codes[] = { 6, 1, 9 };
    g_autoptr(GString) command =
        g_string_new("-f lavfi -i \"nullsrc=s=320x240:r=25:d=0.2,format=yuv420p,"
                     "geq=lum='mod(X*7+Y*3,256)':cb='mod(X*3,256)':cr='mod(Y*5+X,256)'\"");
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        for (int full = 0; full < 2; full++)
            g_string_append_printf(command,
                " -c:v libx264 -preset ultrafast -qp 0 -bsf:v "
                "h264_metadata=matrix_coefficients=%d:video_full_range_flag=%d matrix-%d.mp4",
                codes[i], full, (int)i * 2 + full);
    make(folder, command->str);
}

static void make_films(const char *folder)
{
    make_matrices(folder);
    make(folder,
        CODED TONE "-c:v libx264 -g 30 -bf 2 -pix_fmt yuv420p -c:a aac -movflags +faststart "
                   "-metadata creation_time=2026-11-20T01:02:03Z -metadata title=Đèn film.mp4");
    make(folder, "-i film.mp4 -c copy -metadata:s:v rotate=90 turned.mp4");
    make(folder, "-i film.mp4 -c copy film.ts");
    make(folder,
        CODED TONE "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 30 -c:a libopus film.webm");
    make(folder, CODED "-c:v libx265 -x265-params log-level=none -preset ultrafast -g 30 film.mkv");
    make(folder,
        CODED "-vf setpts=N+10*floor(N/7) -fps_mode vfr -c:v libx264 -g 250 -bf 2 "
              "-b_strategy 0 -sc_threshold 0 -pix_fmt yuv420p gaps.mp4");
    make(folder, "-i film.mp4 -vn -c:a libmp3lame tone.mp3");
    make(folder, "-i film.mp4 -vn -c:a flac tone.flac");
    make(folder, "-i film.mp4 -vn tone.wav");
    make(folder,
        "-f lavfi -i color=white:s=32x16:r=10:d=0.5 -f lavfi -i color=black:s=32x16:r=10:d=0.5 "
        "-filter_complex [0][1]concat loop.gif");
}

void media_files_make_slow(const char *folder)
{
    make(folder,
        "-f lavfi -i color=gray:s=32x32:r=500:d=300 -c:v libx264 -preset ultrafast -bf 0 -g 200000 "
        "-keyint_min 200000 -sc_threshold 0 slow.mp4");
}

static void make_stills(const char *folder)
{
    make(folder, "-f lavfi -i \"color=red@0.5:s=64x32,format=rgba\" -frames:v 1 clear.png");
    make(folder,
        "-f lavfi -i color=red:s=160x80 -f lavfi -i color=blue:s=160x80 -filter_complex "
        "[0][1]hstack -frames:v 1 -q:v 2 upright.jpg");
    put_turned_jpeg(folder, "upright.jpg", "turned.jpg", 6);
    make(folder, "-f lavfi -i color=green:s=64x32 -frames:v 1 -lossless 1 still.webp");
    make(folder,
        "-f lavfi -i color=white:s=64x32 -frames:v 1 -still-picture 1 -c:v libaom-av1 -cpu-used 8 "
        "still.avif");
    make(folder, "-f lavfi -i color=blue:s=64x32 -frames:v 1 still.gif");
}

static void make_forgeries(const char *folder)
{
    static const char html[] =
        "<!DOCTYPE html><html><body>Please sign in to the network</body></html>";
    static const char list[] = "ffconcat version 1.0\nfile film.mp4\n";
    static const char hls[] =
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfilm.ts\n#EXT-X-ENDLIST\n";
    put(folder, "portal.mp4", html, sizeof html - 1);
    put(folder, "list.png", list, sizeof list - 1);
    put(folder, "list.mp4", hls, sizeof hls - 1);
    put(folder, "empty", "", 0);
    put(folder, "three", "abc", 3);
    put_png(folder, "huge.png", 60000, 60000, 0);
    put_png(folder, "bomb.png", 100, 100, (gsize)500 << 20);
    put_png(folder, "plain.png", 100, 100, 0);
    put_cut(folder, "film.mp4", "half.mp4", 0.5);
    put_cut(folder, "upright.jpg", "half.jpg", 0.6);
    put_cut(folder, "plain.png", "half.png", 0.6);
    put_cut(folder, "film.mp4", "head.mp4", 0.02);
}

char *media_files_make(void)
{
    char *folder = g_dir_make_tmp("bangtin-media-XXXXXX", NULL);
    g_assert_nonnull(folder);
    make_films(folder);
    make_stills(folder);
    make_forgeries(folder);
    return folder;
}

void media_files_remove(char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}
