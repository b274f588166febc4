#include "player/check/doctor.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

/* ---- the list ---- */

static void finding_free(gpointer data)
{
    BtFinding *finding = data;
    g_free(finding->pointer);
    g_free(finding->zone);
    g_free(finding->layout);
    g_free(finding->words);
    g_free(finding);
}

GPtrArray *bt_findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

static gboolean is_known(
    const GPtrArray *findings, const char *code, const BtFindingPlace *place, const char *words)
{
    for (guint i = 0; i < findings->len; i++) {
        const BtFinding *one = g_ptr_array_index(findings, i);
        if (g_str_equal(one->code, code) && g_str_equal(one->pointer, place->pointer) &&
            g_str_equal(one->zone, place->zone) && g_str_equal(one->layout, place->layout) &&
            g_str_equal(one->words, words))
            return TRUE;
    }
    return FALSE;
}

static void append(
    GPtrArray *findings, const char *code, gboolean refused, BtFindingPlace place, char *words)
{
    BtFinding *finding = g_new0(BtFinding, 1);
    *finding = (BtFinding){ code, refused, g_strdup(place.pointer), g_strdup(place.zone),
        g_strdup(place.layout), words };
    g_ptr_array_add(findings, finding);
}

/* What refuses a document must not be lost behind advice. */
void bt_findings_add(
    GPtrArray *findings, const char *code, gboolean refused, BtFindingPlace place, char *words)
{
    g_autofree char *owned = words;
    if (is_known(findings, code, &place, words) ||
        (findings->len > BT_FINDINGS_MAX && (!refused || bt_findings_refuse(findings))))
        return;
    if (findings->len == BT_FINDINGS_MAX)
        append(findings, "more", FALSE, (BtFindingPlace){ "", "", "" },
            g_strdup_printf(_("more than %d warnings: the rest is left out"), BT_FINDINGS_MAX));
    if (findings->len < BT_FINDINGS_MAX || refused)
        append(findings, code, refused, place, g_steal_pointer(&owned));
}

gboolean bt_findings_refuse(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++)
        if (((const BtFinding *)g_ptr_array_index(findings, i))->refused)
            return TRUE;
    return FALSE;
}

/* ---- words ---- */

/* Numbers as text, which translations can place; with a point in every language, as in JSON. */
static char *decimal(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, "%.1f", value));
}

static char *whole(gint64 value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static char *seconds(gint64 us)
{
    return decimal((double)us / G_USEC_PER_SEC);
}

/* ---- pictures ---- */

static void on_black(GPtrArray *findings, const BtMediaFindings *found, BtFindingPlace place)
{
    g_autofree char *begin_s = seconds(found->black_begin_us);
    g_autofree char *end_s = seconds(found->black_end_us);
    if (found->frames > 0 && found->black_begin_us >= found->seen_us && found->whole) {
        bt_findings_add(
            findings, "black", FALSE, place, g_strdup(_("all of it is black: expected a picture")));
        return;
    }
    if (found->black_begin_us >= BT_DOCTOR_BLACK_US)
        bt_findings_add(findings, "black-begin", FALSE, place,
            g_strdup_printf(_("black for the first %s s: expected a picture from the first frame "
                              "on; cut its beginning off"),
                begin_s));
    if (found->black_end_us >= BT_DOCTOR_BLACK_US)
        bt_findings_add(findings, "black-end", FALSE, place,
            g_strdup_printf(_("black for the last %s s: expected a picture up to the last frame; "
                              "cut its end off"),
                end_s));
}

static void on_frames(GPtrArray *findings, const BtMediaFindings *found, BtFindingPlace place)
{
    g_autofree char *uneven = whole(found->uneven), *frames = whole(found->frames);
    if (found->uneven * 100 > found->frames * BT_DOCTOR_UNEVEN_PERCENT)
        bt_findings_add(findings, "frame-rate", FALSE, place,
            g_strdup_printf(
                _("%s of %s frames last longer or shorter than the others, a variable frame rate: "
                  "expected frames of one length; encode it with a fixed rate"),
                uneven, frames));
    if (found->interlaced * 2 > found->frames)
        bt_findings_add(findings, "interlaced", FALSE, place,
            g_strdup(_("interlaced, what moves has edges like combs: expected whole frames; "
                       "deinterlace it")));
}

/* As fast as its cost, divided among the processors that its decoder would use. */
static void on_speed(
    GPtrArray *findings, const BtMediaFindings *found, double slower, BtFindingPlace place)
{
    if (found->cost_us <= 0 || found->seen_us <= 0)
        return;
    double speed =
        (double)found->seen_us * (double)MAX(found->threads, 1) / (double)found->cost_us / slower;
    g_autofree char *words = decimal(speed), *least = decimal(BT_DOCTOR_LEAST_SPEED);
    if (speed < BT_DOCTOR_LEAST_SPEED)
        bt_findings_add(findings, "heavy", FALSE, place,
            g_strdup_printf(_("the box decodes it %s times as fast as it plays: expected at least "
                              "%s; encode it with fewer pixels or frames, or in a lighter codec"),
                words, least));
}

/* More than 8 bits or 4:2:0: each picture goes the long way to the glass, which shows 8 bits. */
static void on_profile(GPtrArray *findings, const BtMediaFindings *found, BtFindingPlace place)
{
    const char *chroma = found->chroma == 444 ? "4:4:4" : found->chroma == 422 ? "4:2:2" : "4:2:0";
    g_autofree char *level = decimal((double)found->level_x10 / 10);
    g_autofree char *most = decimal(BT_DOCTOR_MAX_LEVEL_X10 / 10.0);
    if (found->bits > BT_DOCTOR_MAX_BITS || found->chroma > 420)
        bt_findings_add(findings, "profile", FALSE, place,
            g_strdup_printf(_("%s of %d bits, a profile that boards decode slowly and show no "
                              "better: expected 4:2:0 of %d bits (ffmpeg -pix_fmt yuv420p)"),
                chroma, (int)found->bits, BT_DOCTOR_MAX_BITS));
    if (found->level_x10 > BT_DOCTOR_MAX_LEVEL_X10)
        bt_findings_add(findings, "level", FALSE, place,
            g_strdup_printf(_("level %s, of films too large or too fast for boards: expected at "
                              "most %s"),
                level, most));
}

static void on_file(GPtrArray *findings, const BtPatient *patient, BtFindingPlace place)
{
    gint64 duration_ms = patient->info->duration_ms;
    double mbit_s = duration_ms > 0 && duration_ms < BT_TIME_MAX
        ? (double)patient->size_bytes * 8 / 1000 / (double)duration_ms
        : 0;
    g_autofree char *words = decimal(mbit_s);
    if (mbit_s > BT_DOCTOR_MAX_MBIT_S && duration_ms >= BT_SECOND_MS)
        bt_findings_add(findings, "bitrate", FALSE, place,
            g_strdup_printf(_("%s Mbit/s: expected at most %d; encode it with fewer"), words,
                BT_DOCTOR_MAX_MBIT_S));
    if (patient->found->late_index)
        bt_findings_add(findings, "late-index", FALSE, place,
            g_strdup(_("its index stands behind its data, nothing can be looked at before all of "
                       "it is here: expected it in front (ffmpeg -c copy -movflags +faststart)")));
    if (patient->found->repeats)
        bt_findings_add(findings, "endless", FALSE, place,
            g_strdup(_("an animation without an end, a board plays it once a turn: expected a film "
                       "as long as it should be on")));
}

static void on_size(GPtrArray *findings, const BtMediaInfo *info, BtFindingPlace place)
{
    if (info->duration_ms > 0 && (info->w_px % 2 != 0 || info->h_px % 2 != 0))
        bt_findings_add(findings, "odd-size", FALSE, place,
            g_strdup_printf(
                _("%d×%d px: expected even sides, else colours at the edge are guessed"),
                info->w_px, info->h_px));
}

/* ---- sound ---- */

static void on_sound(GPtrArray *findings, const BtMediaFindings *found, BtFindingPlace place)
{
    double lufs = (double)found->lufs_x100 / 100, off = lufs - BT_DOCTOR_LUFS;
    g_autofree char *level = decimal(lufs), *by_db = decimal(ABS(off));
    g_autofree char *times = whole(found->clipped);
    if (found->heard_us <= 0)
        return;
    if (found->lufs_x100 == BT_MEDIA_SILENCE)
        bt_findings_add(findings, "silent", FALSE, place,
            g_strdup(_("its sound is silent: expected something to hear, or no sound track")));
    else if (off > BT_DOCTOR_LUFS_OFF)
        bt_findings_add(findings, "loud", FALSE, place,
            g_strdup_printf(_("%s LUFS, too loud beside others: expected about %d (EBU R 128); "
                              "lower it by %s dB"),
                level, BT_DOCTOR_LUFS, by_db));
    else if (off < -BT_DOCTOR_LUFS_OFF)
        bt_findings_add(findings, "quiet", FALSE, place,
            g_strdup_printf(_("%s LUFS, too quiet beside others: expected about %d (EBU R 128); "
                              "raise it by %s dB"),
                level, BT_DOCTOR_LUFS, by_db));
    if (found->clipped > BT_DOCTOR_CLIPPED)
        bt_findings_add(findings, "clipping", FALSE, place,
            g_strdup_printf(_("its sound hits the end of the scale %s times and crackles: expected "
                              "peaks below it; lower it before it is encoded"),
                times));
}

/* ---- the questions ---- */

void bt_doctor_on_medium(
    GPtrArray *findings, const BtPatient *patient, double slower, BtFindingPlace place)
{
    const BtMediaFindings *found = patient->found;
    gboolean examined = found->frames > 0 || found->heard_us > 0;
    if (found->frames > 0) {
        on_black(findings, found, place);
        on_frames(findings, found, place);
        on_speed(findings, found, slower, place);
        on_profile(findings, found, place);
    }
    on_file(findings, patient, place);
    on_size(findings, patient->info, place);
    on_sound(findings, found, place);
    g_autofree char *seen_s = seconds(MAX(found->seen_us, found->heard_us));
    if (examined && !found->whole)
        bt_findings_add(findings, "part", FALSE, place,
            g_strdup_printf(_("only its first %s s were examined, then the time was up: expected "
                              "all of it; give it more --seconds"),
                seen_s));
}

/* How much of the box it fills, in a hundred, or how much of it can be seen. */
static int filled_percent(const BtMediaInfo *info, int w_px, int h_px)
{
    double a = (double)info->w_px * h_px, b = (double)info->h_px * w_px;
    return (int)(100 * MIN(a, b) / MAX(a, b));
}

static void on_shape(GPtrArray *findings, const BtMediaInfo *info, int w_px, int h_px, BtFit fit,
    BtFindingPlace place)
{
    int percent = filled_percent(info, w_px, h_px);
    if (percent >= BT_DOCTOR_LEAST_FILLED_PERCENT)
        return;
    bt_findings_add(findings, "shape", FALSE, place,
        fit == BT_FIT_COVER
            ? g_strdup_printf(_("%d×%d px in %d×%d: %d of 100 parts of it are cut off: expected "
                                "its shape to be that of the place"),
                  info->w_px, info->h_px, w_px, h_px, 100 - percent)
            : g_strdup_printf(_("%d×%d px in %d×%d: %d of 100 parts of the place stay empty: "
                                "expected its shape to be that of the place"),
                  info->w_px, info->h_px, w_px, h_px, 100 - percent));
}

void bt_doctor_on_box(GPtrArray *findings, const BtPatient *patient, int w_px, int h_px, BtFit fit,
    BtFindingPlace place)
{
    const BtMediaInfo *info = patient->info;
    if (info->w_px <= 0 || info->h_px <= 0 || w_px <= 0 || h_px <= 0)
        return;
    double across = (double)w_px / info->w_px, down = (double)h_px / info->h_px;
    double scale = fit == BT_FIT_COVER ? MAX(across, down) : MIN(across, down);
    int fit_w_px = MAX(1, (int)(info->w_px * scale)), fit_h_px = MAX(1, (int)(info->h_px * scale));
    g_autofree char *times = decimal(scale > 1 ? scale : 1 / scale);
    if (scale > BT_DOCTOR_MAX_ENLARGED)
        bt_findings_add(findings, "enlarged", FALSE, place,
            g_strdup_printf(_("%d×%d px are made %s times larger and look blurred: expected about "
                              "%d×%d px"),
                info->w_px, info->h_px, times, fit_w_px, fit_h_px));
    if (scale * BT_DOCTOR_MAX_REDUCED < 1)
        bt_findings_add(findings, "reduced", FALSE, place,
            g_strdup_printf(_("%d×%d px are made %s times smaller, most of it is loaded and "
                              "decoded for nothing: expected about %d×%d px"),
                info->w_px, info->h_px, times, fit_w_px, fit_h_px));
    on_shape(findings, info, w_px, h_px, fit, place);
}

/* What it is, as the first part of a media type. */
static const char *type_of(const BtMediaInfo *info)
{
    if (info->has_cues)
        return "text";
    if (info->w_px == 0)
        return "audio";
    return info->duration_ms == 0 ? "image" : "video";
}

/* An animation is an image to those who made it. */
static gboolean is_type(const BtPatient *patient, const char *type)
{
    const char *is = type_of(patient->info);
    gboolean animation = g_str_equal(is, "video") && patient->info->has_sound == FALSE &&
        (g_str_equal(type, "image/gif") || g_str_equal(type, "image/png") ||
            g_str_equal(type, "image/apng") || g_str_equal(type, "image/webp") ||
            g_str_equal(type, "image/avif"));
    gboolean cues = g_str_equal(is, "text") && g_str_has_prefix(type, "application/");
    return animation || cues || g_str_has_prefix(type, is);
}

void bt_doctor_on_asset(
    GPtrArray *findings, const BtPatient *patient, const BtAsset *asset, BtFindingPlace place)
{
    gint64 is_ms = patient->info->duration_ms;
    g_autofree char *said = whole(asset->duration_ms), *is = whole(is_ms);
    if (*asset->type != '\0' && !is_type(patient, asset->type))
        bt_findings_add(findings, "type", FALSE, place,
            g_strdup_printf(_("called %s, which it is not: expected a type of the kind %s"),
                asset->type, type_of(patient->info)));
    if (asset->duration_ms > 0 && is_ms > 0 && is_ms < BT_TIME_MAX &&
        ABS(is_ms - asset->duration_ms) > BT_DOCTOR_DURATION_OFF_MS)
        bt_findings_add(findings, "duration", FALSE, place,
            g_strdup_printf(_("the manifest says %s ms, it lasts %s ms: expected a duration_ms of "
                              "%s"),
                said, is, is));
}

void bt_doctor_on_kind(
    GPtrArray *findings, const BtPatient *patient, BtItemKind kind, BtFindingPlace place)
{
    const BtMediaInfo *info = patient->info;
    if (kind == BT_ITEM_AUDIO && !info->has_sound)
        bt_findings_add(findings, "no-sound", FALSE, place,
            g_strdup(_("to be heard, and has no sound: expected a sound track")));
    if (kind == BT_ITEM_IMAGE && info->duration_ms > 0)
        bt_findings_add(findings, "kind", FALSE, place,
            g_strdup(_("moves, and as an image only its first picture is shown: expected the kind "
                       "video")));
    if (kind == BT_ITEM_VIDEO && info->w_px == 0 && !info->has_cues)
        bt_findings_add(
            findings, "kind", FALSE, place, g_strdup(_("has no picture: expected the kind audio")));
}
