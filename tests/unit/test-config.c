/* player.conf: what is refused with which message and line, and that every key is read. */
#include "player/config/config.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-config-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "player.conf", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    static const char *const names[] = { "player.conf", "state/screen", "state/fingerprint.kp" };
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(f->folder, names[i], NULL);
        g_unlink(path);
    }
    g_autofree char *state = g_build_filename(f->folder, "state", NULL);
    g_rmdir(state);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
}

static BtConfig *read_text(Fixture *f, const char *text, GError **error)
{
    g_assert_true(g_file_set_contents(f->path, text, -1, NULL));
    return bt_config_read(f->path, error);
}

static BtConfig *read_good(Fixture *f, const char *text)
{
    g_autoptr(GError) error = NULL;
    BtConfig *config = read_text(f, text, &error);
    g_assert_no_error(error);
    return config;
}

/* ---- what is refused ---- */

#define SOURCE "[source kp]\nbase=https://e.vn\n"

static const struct {
    const char *name, *text, *message; /* after the path */
    gboolean syntax;                   /* else it is a matter of meaning */
} bad[] = {
    { "unknown-group", "[nonsense]\na=b\n",
        ":1: unknown group [nonsense]: expected screen, display, sound, control, clock, cache, "
        "report or source NAME" },
    { "unknown-key", "# a comment\n[screen]\nid=a\ncolour=red\n",
        ":4: unknown key “colour” in [screen]: expected id name state timezone kind zone.NAME" },
    { "unknown-key-of-a-source", SOURCE "colour=red\n",
        ":3: unknown key “colour” in [source kp]: expected kind classes zones base id root "
        "fingerprint ca pin insecure poll max_kb_per_s "
        "day_mb month_mb heavy heavy_mb streams stream_kb_per_s path" },
    { "unknown-key-clock", "[clock]\nzone=x\n",
        ":2: unknown key “zone” in [clock]: expected trust" },
    { "unknown-key-cache", "[cache]\nsize=1\n",
        ":2: unknown key “size” in [cache]: expected quota_mb" },
    { "unknown-key-report", "[report]\nto=x\n",
        ":2: unknown key “to” in [report]: expected source heartbeat pictures" },
    { "unknown-key-display", "[display]\nvolume=1\n",
        ":2: unknown key “volume” in [display]: expected kind canvas scale picture on mute "
        "cut_key renderer" },
    { "unknown-key-sound", "[sound]\nvolume=1\n",
        ":2: unknown key “volume” in [sound]: expected delay_ms" },
    { "unknown-key-control", "[control]\npin=1\n",
        ":2: unknown key “pin” in [control]: expected gpio active" },
    { "translated-key", "[screen]\nname[vi]=a\n",
        ":2: unknown key “name[vi]” in [screen]: expected id name state timezone kind zone.NAME" },
    { "group-twice", "[screen]\nid=a\n[cache]\n[screen]\nname=b\n",
        ":4: “screen” stands twice: expected each group and key once" },
    { "key-twice", "[screen]\nid=a\nid = b\n",
        ":3: “id” stands twice: expected each group and key once" },
    { "source-twice", SOURCE "\n" SOURCE,
        ":4: “source kp” stands twice: expected each group and key once" },
    { "screen-id", "[screen]\nid=a b\n",
        ":2: not an id: expected letters, digits, “.”, “_”, “-”, at most 64, no “.” first" },
    { "screen-kind", "[screen]\nkind=paper\n",
        ":2: “paper” is not known for kind: expected led or panel" },
    { "timezone", "[screen]\nname=a\ntimezone=Asia/Nowhere\n",
        ":3: no such time zone: expected Asia/Ho_Chi_Minh" },
    { "zone-words", "[screen]\nzone.a=left\n",
        ":2: not a zone: expected x,y,w,h inside the canvas, at most 16 zones" },
    { "zone-empty", "[screen]\nzone.a=0,0,0,5\n",
        ":2: not a zone: expected x,y,w,h inside the canvas, at most 16 zones" },
    { "zone-more", "[screen]\nzone.a=0,0,5,5,5\n",
        ":2: not a zone: expected x,y,w,h inside the canvas, at most 16 zones" },
    { "zone-negative", "[screen]\nzone.a=-1,0,5,5\n",
        ":2: not a zone: expected x,y,w,h inside the canvas, at most 16 zones" },
    { "display-kind", "[display]\nkind=paper\n",
        ":2: “paper” is not known for kind: expected offscreen or window" },
    { "canvas-small", "[display]\ncanvas=31x16\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "canvas-large", "[display]\ncanvas=7681x4320\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "canvas-half", "[display]\ncanvas=640x384+1\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "canvas-unit", "[display]\ncanvas=640x384px\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "canvas-left", "[display]\ncanvas=640x384-8-8\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "canvas-far", "[display]\ncanvas=640x384+4294967296+0\n",
        ":2: not a canvas: expected WxH or WxH+X+Y, 32x16 to 7680x4320" },
    { "scale", "[display]\nscale=2\n", ":2: “2” is not known for scale: expected fit or none" },
    { "mute", "[display]\nmute=yes\n", ":2: not a yes or no: expected true or false" },
    { "on-hours", "[display]\non=05:00-22:00;24:30-01:00\n",
        ":2: not a window: expected HH:MM-HH:MM;… , at most 48" },
    { "on-after-24", "[display]\non=05:00-24:01\n",
        ":2: not a window: expected HH:MM-HH:MM;… , at most 48" },
    { "cut-key", "[display]\ncut_key=Panic\n",
        ":2: no such key: expected none, or a key such as Pause or Ctrl+Shift+F12" },
    { "renderer", "[display]\nrenderer=vulkan\n",
        ":2: no such renderer: expected auto, software, opengl or opengles2" },
    { "cut-key-held", "[display]\ncut_key=Hyper+Pause\n",
        ":2: no such key: expected none, or a key such as Pause or Ctrl+Shift+F12" },
    { "gpio-chip", "[control]\ngpio=../sda:1\n",
        ":2: not a line: expected gpiochipN:LINE, LINE 0 to 1023" },
    { "gpio-line", "[control]\ngpio=gpiochip0:1024\n",
        ":2: not a line: expected gpiochipN:LINE, LINE 0 to 1023" },
    { "gpio-no-line", "[control]\ngpio=gpiochip0\n",
        ":2: not a line: expected gpiochipN:LINE, LINE 0 to 1023" },
    { "active", "[control]\nactive=1\n", ":2: “1” is not known for active: expected low or high" },
    { "trust", "[clock]\ntrust=me\n", ":2: “me” is not known for trust: expected system or auto" },
    { "quota", "[cache]\n\nquota_mb=15\n",
        ":3: “15” is no number for quota_mb: expected 16 to 4194304" },
    { "quota-words", "[cache]\nquota_mb=many\n",
        ":2: “many” is no number for quota_mb: expected 16 to 4194304" },
    { "pictures", "[report]\npictures=86401\n",
        ":2: “86401” is no number for pictures: expected 0 to 86400" },
    { "heartbeat", "[report]\nheartbeat=3601\n",
        ":2: “3601” is no number for heartbeat: expected 5 to 3600" },
    { "screen-id-hidden", "[screen]\nid=.a\n",
        ":2: not an id: expected letters, digits, “.”, “_”, “-”, at most 64, no “.” first" },
    { "report-source", SOURCE "[report]\nsource=other\n",
        ":4: no source to report to: expected the NAME of a [source NAME] of kind native that is "
        "not file:" },
    { "report-source-folder", "[source kp]\nkind=folder\npath=a\n[report]\nsource=kp\n",
        ":5: no source to report to: expected the NAME of a [source NAME] of kind native that is "
        "not file:" },
    { "source-name", "[source a b]\nbase=https://e.vn\n",
        ":1: a source without a proper name: expected [source NAME] with letters, digits, “.”, "
        "“_”, “-”, at most 64, no “.” first" },
    { "source-kind", "[source a]\nkind=ftp\n",
        ":2: “ftp” is not known for kind: expected native, folder or ttn" },
    { "classes", SOURCE "classes=ordinary;loud\n",
        ":3: unknown class: expected emergency;requisition;priority;ordinary;filler" },
    { "zones", SOURCE "zones=strip\n",
        ":3: unknown zone: expected names of zone.NAME in [screen]" },
    { "base-address", "[source kp]\nbase=ftp://e.vn\n",
        ":2: base is missing or no address: expected https://… or file:///…" },
    { "base-password", "[source kp]\nbase=https://an:mat@e.vn/a\n",
        ":2: base holds more than an address (a user, a password, a query): expected "
        "https://HOST/PATH" },
    { "base-missing", "[screen]\nid=a\n[source kp]\n",
        ":3: base is missing or no address: expected https://… or file:///…" },
    { "path-missing", "[source kp]\nkind=folder\n", ":1: path is missing: expected a folder" },
    { "not-utf-8", "[screen]\nname=\xff\n", ":2: not text: expected UTF-8", TRUE },
    { "escape", "[screen]\nid=a\nname=a\\q\n",
        ":3: “\\” before what it does not belong to: expected \\s \\n \\t \\r or \\\\", TRUE },
    { "base-plain", "[source kp]\nbase=http://e.vn\n",
        ":2: base is without TLS, and insecure is not true: expected https://HOST/PATH" },
    { "pin", SOURCE "pin=abc\n",
        ":3: not a pin: expected sha256//BASE64 of a public key, several with ; between" },
    { "pin-of-two",
        SOURCE "pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;sha256//AA==\n",
        ":3: not a pin: expected sha256//BASE64 of a public key, several with ; between" },
    { "fingerprint", SOURCE "fingerprint=abc\n",
        ":3: not a fingerprint: expected 64 lower-case hexadecimal digits" },
    { "poll", SOURCE "poll=0\n", ":3: “0” is no number for poll: expected 1 to 86400" },
    { "rate", SOURCE "max_kb_per_s=-1\n",
        ":3: “-1” is no number for max_kb_per_s: expected 0 to 1048576" },
    { "day", SOURCE "day_mb=1048577\n",
        ":3: “1048577” is no number for day_mb: expected 0 to 1048576" },
    { "month", SOURCE "month_mb=2G\n",
        ":3: “2G” is no number for month_mb: expected 0 to 33554432" },
    { "heavy-size", SOURCE "heavy_mb=5000\n",
        ":3: “5000” is no number for heavy_mb: expected 0 to 4096" },
    { "heavy-hours", SOURCE "heavy=at night\n",
        ":3: not a window: expected HH:MM-HH:MM;… , at most 48" },
    { "insecure", SOURCE "insecure=1\n", ":3: not a yes or no: expected true or false" },
};

static void test_bad(Fixture *f, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    int code = bad[i].syntax ? BT_ERROR_SYNTAX : BT_ERROR_INVALID;
    g_autoptr(GError) error = NULL;
    g_assert_null(read_text(f, bad[i].text, &error));
    g_assert_error(error, BT_ERROR, code);
    g_assert_true(g_str_has_prefix(error->message, f->path));
    g_assert_cmpstr(error->message + strlen(f->path), ==, bad[i].message);
}

/* The line is said here too. */
static void test_not_a_key_file(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text;
        guint line;
    } texts[] = {
        { "id=a\n", 1 },
        { "[screen]\nid\n", 2 },
        { "# x\n\n[screen\nid=a\n", 3 },
        { "[screen]\n=a\n", 2 },
        { "[screen]\nid=a\n[cache] x\n", 3 },
    };
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *place = g_strdup_printf(
            "%s:%u: not a line of this file: expected [group], key=value below one, or # comment",
            f->path, texts[i].line);
        g_assert_null(read_text(f, texts[i].text, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_SYNTAX);
        g_assert_true(g_str_has_prefix(error->message, place));
    }
}

static void test_limits(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GString) text = g_string_new("#");
    while (text->len <= BT_CONFIG_MAX_BYTES)
        g_string_append_c(text, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_null(read_text(f, text->str, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);

    g_string_assign(text, "[screen]\n");
    for (guint i = 0; i <= BT_CONFIG_MAX_ZONES; i++)
        g_string_append_printf(text, "zone.z%u=0,0,8,8\n", i);
    g_clear_error(&error);
    g_assert_null(read_text(f, text->str, &error));
    g_assert_true(g_str_has_suffix(
        error->message, ":18: not a zone: expected x,y,w,h inside the canvas, at most 16 zones"));

    g_string_assign(text, "");
    for (guint i = 0; i <= BT_MAX_SOURCES; i++)
        g_string_append_printf(text, "[source s%u]\nbase=https://e.vn\n", i);
    g_clear_error(&error);
    g_assert_null(read_text(f, text->str, &error));
    g_assert_true(g_str_has_suffix(error->message, ":33: too many sources: expected at most 16"));
}

static void test_missing(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_config_read(f->path, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

/* A link to itself cannot be opened, like a file without descriptors for it. */
static void test_unsure(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bt-state-XXXXXX", &error);
    g_autofree char *word = g_build_filename(folder, "fingerprint.kp", NULL);
    g_autofree char *text = g_strdup_printf("[screen]\nstate=%s\n" SOURCE, folder);
    g_autoptr(BtConfig) sure = read_good(f, text);
    g_assert_false(sure->is_unsure || bt_config_is_outdated(sure));

    g_assert_cmpint(symlink(word, word), ==, 0);
    g_autoptr(BtConfig) config = read_good(f, text);
    g_assert_true(config->is_unsure);
    g_assert_false(bt_config_is_outdated(config));
    g_assert_cmpint(unlink(word), ==, 0);
    g_assert_true(bt_config_is_outdated(config));
    g_assert_cmpint(rmdir(folder), ==, 0);
    g_assert_false(bt_config_is_outdated(config));
}

/* ---- what is read ---- */

static void test_defaults(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f, SOURCE);
    g_assert_cmpstr(config->screen_id, ==, BT_SCREEN_UNCLAIMED);
    g_assert_cmpstr(config->screen_name, ==, "Bảng tin điện tử công cộng");
    g_assert_cmpstr(config->state_folder, ==, "/var/lib/bangtin");
    g_assert_cmpstr(config->timezone, ==, "Asia/Ho_Chi_Minh");
    g_assert_false(config->led || config->offscreen || config->scale_to_fit || config->mute ||
        config->trust_system_clock);
    g_assert_cmpint(config->canvas_px.w, ==, 0);
    g_assert_true(config->renderer_auto);
    g_assert_null(config->picture_path);
    g_assert_cmpuint(config->on->len, ==, 0);
    g_assert_cmpuint(config->quota_bytes, ==, G_GUINT64_CONSTANT(8192) << 20);
    g_assert_cmpint(config->heartbeat_s, ==, 60);
    g_assert_cmpint(config->pictures_s, ==, 600);
    g_assert_null(config->report_source);
    const BtConfigSource *source = g_ptr_array_index(config->sources, 0);
    g_assert_cmpint(source->kind, ==, BT_SOURCE_NATIVE);
    g_assert_cmpuint(source->classes, ==, BT_ALL_CLASSES);
    g_assert_cmpuint(source->rects_px->len, ==, 0);
    g_assert_cmpstr(source->source_id, ==, "");
    g_assert_cmpint(source->poll_s, ==, 60);
    g_assert_cmpuint(source->max_bytes_per_s, ==, 0);
    g_assert_cmpuint(source->day_bytes, ==, 0);
    g_assert_cmpuint(source->month_bytes, ==, 0);
    g_assert_cmpuint(source->heavy->len, ==, 0);
    g_assert_cmpuint(source->heavy_bytes, ==, 4 << 20);
    g_assert_false(source->insecure);
    g_assert_null(source->root_path);
    g_assert_null(source->fingerprint);
    g_assert_null(source->ca_path);
    g_assert_null(source->pin);
}

#define PIN                                                                                        \
    "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;sha256//"                                \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="
#define PRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char every_key[] =
    "\xef\xbb\xbf# a board\r\n[screen]\r\nid = kp-01 \nname=Bảng tin Phú "
    "Túc\nstate=state\ntimezone=UTC\n"
    "kind=led\nzone.strip=0,320,640,64\nzone.main=0,0,640,320\n"
    "[display]\nkind=offscreen\ncanvas=640x384+8+16\nscale=fit\npicture=now.png\n"
    "on=05:00-11:30;22:00-24:00\nmute=true\nrenderer=opengles2\n"
    "[clock]\ntrust=system\n[cache]\nquota_mb=64\n[report]\nsource=kp\nheartbeat=5\npictures=5\n"
    "[source kp]\nkind=native\nclasses=emergency; filler\nzones=strip;main\n"
    "base=https://e.vn/x\nid=krongpa\nroot=1.json\nfingerprint=" PRINT "\nca=ca.pem\n"
    "pin=" PIN "\ninsecure=true\npoll=7\nmax_kb_per_s=100\n"
    "day_mb=150\nmonth_mb=2048\nheavy=22:00-05:00;12:00-13:00\nheavy_mb=2\n"
    "[source here]\nkind=folder\npath=files\n";

static void check_path(const Fixture *f, const char *path, const char *name)
{
    g_autofree char *expected = g_build_filename(f->folder, name, NULL);
    g_assert_cmpstr(path, ==, expected);
}

static void check_rect(BtRect rect, int x, int y, int w, int h)
{
    g_assert_cmpint(rect.x, ==, x);
    g_assert_cmpint(rect.y, ==, y);
    g_assert_cmpint(rect.w, ==, w);
    g_assert_cmpint(rect.h, ==, h);
}

static void test_every_group(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f, every_key);
    g_assert_cmpstr(config->screen_id, ==, "kp-01");
    g_assert_cmpstr(config->screen_name, ==, "Bảng tin Phú Túc");
    check_path(f, config->state_folder, "state");
    g_assert_cmpstr(config->timezone, ==, "UTC");
    g_assert_true(config->led && config->offscreen && config->scale_to_fit && config->mute &&
        config->trust_system_clock);
    check_rect(config->canvas_px, 8, 16, 640, 384);
    check_path(f, config->picture_path, "now.png");
    g_assert_false(config->renderer_auto);
    g_assert_cmpint(config->renderer, ==, BT_RENDERER_OPENGLES2);
    g_assert_cmpuint(config->on->len, ==, 2);
    g_assert_cmpint(g_array_index(config->on, BtTimes, 0).end_s, ==, 11 * 3600 + 1800);
    g_assert_cmpint(g_array_index(config->on, BtTimes, 1).start_s, ==, 22 * 3600);
    g_assert_cmpint(g_array_index(config->on, BtTimes, 1).end_s, ==, 24 * 3600);
    g_assert_cmpuint(config->quota_bytes, ==, 64 << 20);
    g_assert_cmpstr(config->report_source, ==, "kp");
    g_assert_cmpint(config->heartbeat_s, ==, 5);
    g_assert_cmpint(config->pictures_s, ==, 30);
    g_assert_cmpuint(config->zones->len, ==, 2);
    g_assert_cmpuint(config->sources->len, ==, 2);
}

static void test_every_key_of_a_source(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f, every_key);
    const BtConfigSource *native = g_ptr_array_index(config->sources, 0);
    const BtConfigSource *folder = g_ptr_array_index(config->sources, 1);
    g_assert_cmpstr(native->name, ==, "kp");
    g_assert_cmpuint(native->classes, ==, (1u << BT_CLASS_EMERGENCY) | (1u << BT_CLASS_FILLER));
    g_assert_cmpuint(native->rects_px->len, ==, 2);
    check_rect(g_array_index(native->rects_px, BtRect, 0), 0, 320, 640, 64);
    check_rect(g_array_index(native->rects_px, BtRect, 1), 0, 0, 640, 320);
    g_assert_cmpstr(native->base, ==, "https://e.vn/x");
    g_assert_cmpstr(native->source_id, ==, "krongpa");
    check_path(f, native->root_path, "1.json");
    g_assert_cmpstr(native->fingerprint, ==, PRINT);
    check_path(f, native->ca_path, "ca.pem");
    g_assert_cmpstr(native->pin, ==, PIN);
    g_assert_true(native->insecure);
    g_assert_cmpint(native->poll_s, ==, 7);
    g_assert_cmpuint(native->max_bytes_per_s, ==, 102400);
    g_assert_cmpuint(native->day_bytes, ==, 150 << 20);
    g_assert_cmpuint(native->month_bytes, ==, G_GUINT64_CONSTANT(2048) << 20);
    g_assert_cmpuint(native->heavy->len, ==, 2);
    g_assert_cmpint(g_array_index(native->heavy, BtTimes, 0).end_s, ==, 5 * 3600);
    g_assert_cmpuint(native->heavy_bytes, ==, 2 << 20);
    g_assert_cmpint(folder->kind, ==, BT_SOURCE_FOLDER);
    g_assert_cmpstr(folder->source_id, ==, "here");
    check_path(f, folder->base, "files");
    g_assert_true(bt_config_report_source(config) == native);
    BtLedgerSource input = bt_config_ledger_source(native, NULL);
    g_assert_cmpstr(input.root_fingerprint, ==, PRINT);
    g_assert_cmpuint(input.n_rects, ==, 2);
}

static void test_enrolment(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *state = g_build_filename(f->folder, "state", NULL);
    g_autofree char *screen = g_build_filename(state, "screen", NULL);
    g_autofree char *print = g_build_filename(state, "fingerprint.kp", NULL);
    g_assert_cmpint(g_mkdir(state, 0700), ==, 0);
    g_assert_true(g_file_set_contents(screen, "kp-07\n", -1, NULL));
    g_assert_true(g_file_set_contents(print, PRINT, -1, NULL));
    g_autoptr(BtConfig) config = read_good(f, "[screen]\nstate=state\n" SOURCE);
    const BtConfigSource *source = g_ptr_array_index(config->sources, 0);
    g_assert_cmpstr(config->screen_id, ==, "kp-07");
    g_assert_cmpstr(source->fingerprint, ==, PRINT);
    /* What the file says wins. */
    g_autoptr(BtConfig) written =
        read_good(f, "[screen]\nid=mine\nstate=state\n" SOURCE "root=1.json\n");
    source = g_ptr_array_index(written->sources, 0);
    g_assert_cmpstr(written->screen_id, ==, "mine");
    g_assert_null(source->fingerprint);
}

static void test_report_source(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtConfig) config = read_good(f,
        "[source stick]\nbase=file:///stick\n[source here]\nkind=folder\npath=x\n"
        "[source a]\nbase=https://a.vn\n[source b]\nbase=https://b.vn\n");
    g_assert_cmpstr(bt_config_report_source(config)->name, ==, "a");
    g_autoptr(BtConfig) alone = read_good(f, "[source stick]\nbase=file:///stick\n");
    g_assert_null(bt_config_report_source(alone));
}

static void test_for_folder(void)
{
    g_autoptr(BtConfig) config = bt_config_for_folder("some/where");
    const BtConfigSource *source = g_ptr_array_index(config->sources, 0);
    g_assert_true(g_path_is_absolute(source->base));
    g_assert_null(config->state_folder);
    g_assert_null(bt_config_state_path(config, "ledger.db"));
    g_assert_null(bt_config_report_source(config));
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *name = g_strconcat("/config/bad/", bad[i].name, NULL);
        g_test_add(name, Fixture, GUINT_TO_POINTER(i), set_up, test_bad, tear_down);
    }
    ADD("/config/bad/not-a-key-file", test_not_a_key_file);
    ADD("/config/limits", test_limits);
    ADD("/config/missing", test_missing);
    ADD("/config/defaults", test_defaults);
    ADD("/config/every-group", test_every_group);
    ADD("/config/every-key-of-a-source", test_every_key_of_a_source);
    ADD("/config/enrolment", test_enrolment);
    ADD("/config/unsure", test_unsure);
    ADD("/config/report-source", test_report_source);
    g_test_add_func("/config/for-folder", test_for_folder);
    return g_test_run();
}
