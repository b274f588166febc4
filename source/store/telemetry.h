/* What the facts of screens amount to: hours, changes of state, what was played each day, data
 * used. Facts go, these stay.
 *
 * They are computed as facts arrive, in the same transaction, so a fact that comes twice counts
 * once. An hour is always computed from all stretches that touch it: where they overlap, lit counts
 * before unconfirmed, and that before not showing, whichever came first and whichever box told it.
 * What no fact spoke of is in none of the three. Hours are those of UTC, days those of the source's
 * time zone. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_TELEMETRY_H
#define BT_SOURCE_TELEMETRY_H

#include "source/store/store.h"

/* How long facts of type state are kept, and all others; hours of before are never changed. */
#define BT_TELEMETRY_STATES_MS (7 * BT_DAY_MS)
#define BT_TELEMETRY_FACTS_MS (400 * BT_DAY_MS)

/* ---- asking; what `each` gets is borrowed until it returns ---- */

typedef struct {
    const char *screen;    /* NULL: all, by id */
    gint64 from_ms, to_ms; /* hours, days and changes that begin in [from, to) */
} BtTelemetryQuery;

typedef struct {
    const char *screen;
    gint64 hour_ms; /* its beginning */
    gint64 lit_ms, unconfirmed_ms, not_showing_ms;
} BtTelemetryHour;
typedef void (*BtTelemetryEachHour)(const BtTelemetryHour *hour, gpointer user);
/* By rising hour; hours that nothing was told of are left out. */
gboolean bt_telemetry_hours(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachHour each,
    gpointer user, GError **error);

typedef struct {
    const char *screen;
    gint64 hour_ms;
    const char *state; /* "unconfirmed", "not-showing", or "lit" where that has a cause too */
    const char *cause; /* the player's word: "no-power", "off", "stopped", "restart", "death", … */
    gint64 ms;
} BtTelemetryCause;
typedef void (*BtTelemetryEachCause)(const BtTelemetryCause *cause, gpointer user);
gboolean bt_telemetry_causes(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachCause each, gpointer user, GError **error);

typedef struct {
    const char *screen;
    gint64 at_ms;
    const char *state; /* "playing", "safe", "cut", "dark", "starting" */
} BtTelemetryChange;
typedef void (*BtTelemetryEachChange)(const BtTelemetryChange *change, gpointer user);
/* By rising time: from `at_ms` on the screen said so, until the next one. */
gboolean bt_telemetry_changes(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachChange each, gpointer user, GError **error);

typedef struct {
    const char *screen;
    gint64 day_ms;      /* its local midnight; what ran over midnight is of the day it began */
    const char *source; /* as the player calls it */
    gint64 version;     /* of the manifest that the item is in */
    const char *item, *kind;
    const char *title;     /* NULL: not known */
    const char *languages; /* of its texts, blank between; NULL: not known, or none */
    gint64 field;          /* 0: none */
    gboolean essential;
    const char *issuer, *issued_on, *document; /* "" none */
    const char *cls;                           /* "emergency", …, "filler" */
    gboolean rehearsal;
    gint64 count, ms; /* how often it was on, and for how long it was seen */
    gint64 failed;    /* of `count`: it could not be shown, or its picture was wrong */
} BtTelemetryPlayed;
typedef void (*BtTelemetryEachPlayed)(const BtTelemetryPlayed *played, gpointer user);
/* By rising day. */
gboolean bt_telemetry_played(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachPlayed each, gpointer user, GError **error);

typedef struct {
    const char *screen;
    gint64 day_ms;
    gint64 bytes; /* of all its sources, as far as its last report of the day */
} BtTelemetryTraffic;
typedef void (*BtTelemetryEachTraffic)(const BtTelemetryTraffic *traffic, gpointer user);
gboolean bt_telemetry_traffic(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachTraffic each, gpointer user, GError **error);

/* The local midnight at or before `at_ms`. */
gint64 bt_telemetry_day_ms(const BtStore *store, gint64 at_ms);

/* ---- keeping ---- */

/* How an item is called, from its manifest; FALSE when that is not known. Fills (transfer full). */
typedef gboolean (*BtTelemetryNamer)(BtStore *store, gint64 version, const char *cls,
    const char *item, char **title, char **languages, gpointer user);
/* Names at most `max` items that have been played and have no name yet. */
gboolean bt_telemetry_name(
    BtStore *store, BtTelemetryNamer namer, gpointer user, guint max, GError **error);
/* Drops facts that are too old, at most `max`; `*dropped` says how many it were. A screen's newest
 * state stays. */
gboolean bt_telemetry_forget(
    BtStore *store, gint64 now_ms, guint max, gint64 *dropped, GError **error);

#endif
