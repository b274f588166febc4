/* Private to pages: what one screen is given, and the questions about it. Thread-safety: the
 * server's thread. */
#ifndef BT_SOURCE_SCREEN_DAY_H
#define BT_SOURCE_SCREEN_DAY_H

#include "source/pages/visit.h"

typedef struct {
    char *screen, *name;
    char *manifest; /* the hash of what is in force, "" */
    gboolean has_alert;
    BtAsk ask;        /* with its document and shape; the document NULL: nothing is in force */
    GBytes *document; /* owned; ask's */
    int year, month, day_of_month; /* that is asked about */
    gint64 from_ms, until_ms;      /* its midnights */
} BtScreenDay;
void bt_screen_day_clear(BtScreenDay *day);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtScreenDay, bt_screen_day_clear)

/* The screen in the path and the day in the address (?day=2026-11-22, today without one); FALSE: it
 * was answered. */
gboolean bt_screen_day_open(BtScreenDay *day, BtVisit *visit, BtAnswered *answered);
/* Links to the two pages of the screen, a choice of the day, what is in force beside the manifest.
 * `page` "rundown" or "why" is the one that is seen. */
void bt_screen_day_add_head(
    GString *html, const BtVisit *visit, const BtScreenDay *day, const char *page);

/* What the player said to `ask`, after bt_preview_wait; NULL when nothing is in force, or with a
 * message on the page. (transfer full) (nullable) */
GBytes *bt_screen_day_answer(GString *html, const BtVisit *visit, const BtScreenDay *day);

/* What people call an item or a programme of it; its id where nothing is known. Borrowed until the
 * next call; (transfer full). */
const char *bt_screen_day_item(const BtVisit *visit, const BtScreenDay *day, const char *item);
char *bt_screen_day_programme(const BtVisit *visit, const char *programme);

/* "08:15" of an instant in the source's time zone. (transfer full) */
char *bt_screen_day_hour(const BtVisit *visit, gint64 at_ms, gboolean seconds);

#endif
