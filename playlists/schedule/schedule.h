/* What is on, and until when: FORMAT.md's rules as a pure function of (inputs, time).
 *
 * Inputs are everything that may decide, each with the instant from which it counts. Nothing here
 * reads a clock, a file or a font: the length of a ticker's text comes from the caller's `measure`.
 * Thread-safety: inputs are built by one thread; questions to finished inputs are safe from any. */
#ifndef BT_PLAYLISTS_SCHEDULE_SCHEDULE_H
#define BT_PLAYLISTS_SCHEDULE_SCHEDULE_H

#include "playlists/model/manifest.h"

/* ---- inputs ---- */

typedef struct BtInputs BtInputs;

#define BT_ALL_CLASSES ((1u << BT_N_CLASSES) - 1)
#define BT_MAX_SOURCES 16

/* Inputs without a source, under which nothing is on. (transfer full) */
BtInputs *bt_inputs_new(void);
void bt_inputs_free(BtInputs *inputs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtInputs, bt_inputs_free)

/* Sources in the order of configuration; returns the source's index. The ceiling: `classes` has a
 * bit (1 << BtClass) for each class it may use; `rects_px` are the rectangles it may fill, none:
 * the whole canvas; a zone may lie across several. A programme above the ceiling counts as
 * inactive, and `why` says so. */
guint bt_inputs_add_source(
    BtInputs *inputs, const char *name, guint classes, const BtRect *rects_px, guint n_rects);

/* From `from_ms` on, `manifest` (a reference is taken) is the one in force of that source. `sha256`
 * is what a denial would name. Added in rising order of from_ms. */
void bt_inputs_add_manifest(
    BtInputs *inputs, guint source, BtManifest *manifest, const char *sha256, gint64 from_ms);
/* From `from_ms` until its own expiry, or until `alert` is replaced (NULL ends it). */
void bt_inputs_add_alert(
    BtInputs *inputs, guint source, BtManifest *alert, const char *sha256, gint64 from_ms);
/* From `from_ms` on the envelope or asset `sha256` is denied; a denial never brings back an older
 * manifest: its source has nothing to show until a newer one comes. */
void bt_inputs_add_denial(BtInputs *inputs, guint source, const char *sha256, gint64 from_ms);
/* From `from_ms` on the source keeps to its fillers (45 days without word from it), until a newer
 * manifest counts. */
void bt_inputs_add_lapse(BtInputs *inputs, guint source, gint64 from_ms);
/* Items that show this asset, or the item with this id of that source, are set aside in
 * [from_ms, until_ms): a poisoned item. `what` is a sha256 or an item id. While an item is denied
 * or set aside, everything is as if its playlist had never held it. */
void bt_inputs_add_set_aside(
    BtInputs *inputs, guint source, const char *what, gint64 from_ms, gint64 until_ms);
/* In [from_ms, until_ms) the source has nothing to show but its alert: it was told to stop. */
void bt_inputs_add_stop(BtInputs *inputs, guint source, gint64 from_ms, gint64 until_ms);
/* In [from_ms, until_ms) what was on at `from_ms` stands still, if it was of that source: the
 * answer is that of from_ms, its `frozen_ms`. It yields to a cut, to darkness, to the safe scene,
 * and to every class above its own; it does not hold an emergency, nor while time is not trusted,
 * nor any longer once its document or an item of it is denied, set aside, expired, lapsed, or its
 * source stopped. Where several pauses hold, the one that began first is asked first. When it ends,
 * everything is where it would be by then. */
void bt_inputs_add_pause(BtInputs *inputs, guint source, gint64 from_ms, gint64 until_ms);
/* From `from_ms` on the source wants this volume (0 to 100), until its next such order: of the
 * screen's own source, the first, for all that is heard, until a newer manifest of it has a
 * "display"; of another one for what it shows itself. */
void bt_inputs_add_volume(BtInputs *inputs, guint source, int percent, gint64 from_ms);
/* The cut: the safe picture in [from_ms, until_ms) whatever else is on. */
void bt_inputs_add_cut(BtInputs *inputs, gint64 from_ms, gint64 until_ms);
/* The same by a source, whose command has this id ("" for both: at the board). */
void bt_inputs_add_source_cut(
    BtInputs *inputs, const char *source, const char *id, gint64 from_ms, gint64 until_ms);
/* The safe scene in [from_ms, until_ms), whatever else is on but a cut: show died over and over. */
void bt_inputs_add_safe(BtInputs *inputs, gint64 from_ms, gint64 until_ms);
/* Darkness by command, in [from_ms, until_ms). An emergency lifts it. */
void bt_inputs_add_darken(BtInputs *inputs, gint64 from_ms, gint64 until_ms);
/* In [from_ms, until_ms) the wall clock cannot be trusted: see FORMAT.md, trusted time. The loop is
 * anchored at `from_ms`, the boot. */
void bt_inputs_add_untrusted(BtInputs *inputs, gint64 from_ms, gint64 until_ms);
/* Local on and off windows that win over the first source's `display` (copied). */
void bt_inputs_set_on_windows(BtInputs *inputs, const BtTimes *times, guint n_times);

/* ---- questions ---- */

/* Whether a stop, or a pause, of that source counts at `at_ms`. */
gboolean bt_inputs_is_stopped(const BtInputs *inputs, guint source, gint64 at_ms);
gboolean bt_inputs_is_paused(const BtInputs *inputs, guint source, gint64 at_ms);

/* A cut: who made it ("" at the board; then the id is "" too), since when, until when (BT_TIME_MAX:
 * nobody ended it). Borrowed from the inputs. */
typedef struct {
    const char *source, *id;
    gint64 from_ms, until_ms;
} BtCut;
/* The cuts that hold at `at_ms`, in the order in which they were added. (transfer full): of BtCut
 */
GArray *bt_inputs_cuts_at(const BtInputs *inputs, gint64 at_ms);

/* How far a ticker's text runs, in pixels: the advance of all texts that `zone` shows, with the
 * separators between them, set in the ticker's size for that zone. Must be pure; each question asks
 * it once for an item and zone, so let it remember. */
typedef gint64 (*BtMeasure)(const BtItem *item, const BtZone *zone, gpointer user);

typedef enum {
    BT_ON_PROGRAMME,
    BT_ON_SAFE, /* the safe scene: nothing may be shown */
    BT_ON_CUT,  /* the safe scene: somebody cut */
    BT_ON_DARK, /* the display is off by timetable or command */
} BtOnKind;

typedef struct {
    const BtZone *zone;
    const BtItem *item;      /* NULL: the zone is empty now */
    gint64 start_ms, end_ms; /* the occurrence: [due start, due end) by its duration; when item is
                              * NULL the stretch without one, as far as it is known */
    const BtItem *previous;  /* the neighbour before it in the same pass, NULL for none */
    gint64 previous_start_ms;
} BtOnZone;

typedef struct {
    BtOnKind kind;
    gint64 until_ms; /* the first instant at which the answer may differ (in any field) */
    /* The rest, but for brightness and volume, is set for BT_ON_PROGRAMME only. */
    guint source;
    char *source_name; /* its own: it outlives the inputs */
    BtClass cls;
    BtManifest *manifest; /* (holds a reference) */
    const BtProgramme *programme;
    const BtLayout *layout;
    GArray *zones; /* of BtOnZone, one for each zone of the layout in its order */
    gint64 anchor_ms, turn_start_ms;
    gint64 frozen_ms; /* 0, or: a pause holds it at this instant, from which its zones are. The
                       * picture is that of then, nothing in it moves, and there is no sound */
    int brightness;   /* 1 to 100, -1: not set */
    int volume;       /* 0 to 100 */
} BtOnAir;

/* What is on at `now_ms`, and until when nothing about it changes. Pure: `measure` too must answer
 * the same for the same. (transfer full) */
BtOnAir *bt_schedule_at(const BtInputs *inputs, gint64 now_ms, BtMeasure measure, gpointer user);
void bt_on_air_free(BtOnAir *on_air);
/* Whether what `on_air` showed may stay on the glass at `at_ms` for the moment until what follows
 * has a picture: neither it nor an item of it is denied, its document is among the inputs and has
 * not expired, its source has not lapsed and was not stopped. That it was replaced, ended or set
 * aside is no bar. Of the board's own pictures it is always so. */
gboolean bt_schedule_may_stay(const BtInputs *inputs, const BtOnAir *on_air, gint64 at_ms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtOnAir, bt_on_air_free)

/* How long `item` lasts in `zone`, FORMAT.md "Durations": at least 1 s. */
gint64 bt_item_duration_ms(
    const BtItem *item, const BtZone *zone, BtMeasure measure, gpointer user);

/* ---- rundown: what is on in [from, to), zone by zone ---- */

typedef struct {
    gint64 start_ms, end_ms;  /* clipped to [from, to) */
    char *zone;               /* "" for safe scene and off */
    char *item;               /* NULL: nothing, and reason says why */
    char *programme, *source; /* NULL without item */
    BtClass cls;
    gboolean resumed;   /* the stretch began before it: not the start of the occurrence */
    const char *reason; /* static: "safe", "cut", "off", "empty"; NULL with an item */
} BtRundownRow;

#define BT_RUNDOWN_MAX_ROWS 2000000

/* Rows by start, then by zone in layout order. An uninterrupted stretch of one occurrence is one
 * row. `zone` (nullable) keeps only that zone. (transfer full): GPtrArray of BtRundownRow.
 * BT_ERROR_LIMIT. */
GPtrArray *bt_rundown(const BtInputs *inputs, gint64 from_ms, gint64 to_ms, const char *zone,
    BtMeasure measure, gpointer user, GError **error);

/* ---- why: the chain of rules ---- */

/* One step of the reasoning. `rule` is a stable word for programs; the sentence, in the language of
 * the process (gettext), is for operators. */
typedef struct {
    const char *rule; /* "cut" "off" "window" "days" "dates" "class" "ceiling" "denied" "expired"
                       * "turn" "weight" "valid" "language" "empty" "set-aside" "untrusted" "alert"
                       * "lapsed" "not-yet" "safe" "chosen" "darkened" "pass" (comes with the next)
                       * "stopped" "paused" */
    gboolean chosen;  /* this step is why something is on; else why something is not */
    char *source, *programme, *item, *zone; /* what it speaks of; each nullable */
    char *sentence;
} BtWhyStep;

/* The whole chain for the instant, deciding steps first. (transfer full): GPtrArray of BtWhyStep.
 */
GPtrArray *bt_why(const BtInputs *inputs, gint64 at_ms, BtMeasure measure, gpointer user);

#endif
