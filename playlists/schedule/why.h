/* The chain of rules in words. Private to schedule. Sentences go through gettext; whoever runs the
 * program has bound the domain. */
#ifndef BT_PLAYLISTS_SCHEDULE_WHY_H
#define BT_PLAYLISTS_SCHEDULE_WHY_H

#include "playlists/schedule/epoch.h"

#include <libintl.h>

#define _(text) dgettext("bangtin", text)

typedef struct {
    BtEpoch *epoch;
    const BtOnAir *on;
    gint64 at_ms;
    GPtrArray *steps; /* of BtWhyStep */
} BtWhy;

/* What a step speaks of; each nullable. */
typedef struct {
    const char *source, *programme, *item, *zone;
} BtWhyPlace;

/* `rule` is static. */
void bt_why_add(BtWhy *why, const char *rule, gboolean chosen, BtWhyPlace place, const char *format,
    ...) G_GNUC_PRINTF(5, 6);

/* why_programme.c: the programmes that are not on, highest class first; why_item.c: the items of
 * one zone that are not in its pass. `walk` NULL: no pass of that zone is on. */
void bt_why_add_programmes(BtWhy *why);
void bt_why_add_items(BtWhy *why, const BtDocument *document, const BtProgramme *programme,
    guint zone, const BtWalk *walk);

/* words.c: (transfer full) unless const. */
const char *bt_words_class(BtClass cls);
const char *bt_words_weekday(guint day);
char *bt_words_days(guint days);           /* "from Monday to Friday" */
char *bt_words_times(const GArray *times); /* "05:30–11:30, 13:00–21:30" */
char *bt_words_date(gint32 julian_day);    /* "22/11/2026" */
char *bt_words_time(
    const BtLocal *local, gint64 at_ms); /* "05:30:00", with the date on other days */

#endif
