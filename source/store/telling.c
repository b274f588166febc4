#include "source/store/telling.h"

#include "source/store/telemetry.h"

#include <string.h>

#define LINE_DEPTH 16

BtTelling bt_telling_begin(BtStore *store, const char *screen, gint64 device, gint64 now_ms)
{
    return (BtTelling){ store, screen, device, now_ms, BT_TIME_MAX, BT_TIME_MIN };
}

/* Who has a screen that was taken over, or had it last. */
static gboolean add_taken(
    const BtTelling *telling, const BtJsonAt *fact, gint64 at_ms, GError **error)
{
    gint64 from_ms, until_ms;
    const char *holder = bt_telling_text(fact, "by");
    if (strcmp(bt_telling_text(fact, "event"), "requisition") != 0 || *holder == '\0' ||
        !bt_telling_time(fact, "from", &from_ms) || !bt_telling_time(fact, "until", &until_ms))
        return TRUE;
    return bt_db_run(telling->store->db, error,
        "INSERT INTO taken (screen, at_ms, holder, from_ms, until_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (screen) DO UPDATE SET at_ms = excluded.at_ms, holder = excluded.holder,"
        " from_ms = excluded.from_ms, until_ms = excluded.until_ms"
        " WHERE taken.at_ms <= excluded.at_ms",
        "sisii", telling->screen, at_ms, holder, from_ms, until_ms);
}

static gboolean add(BtTelling *telling, const BtFact *fact, const BtJsonAt *at, GError **error)
{
    if (strcmp(fact->type, "uptime") == 0)
        return bt_telling_add_stretch(telling, at, error);
    if (strcmp(fact->type, "played") == 0)
        return bt_telling_add_played(telling, at, fact->at_ms, error);
    if (strcmp(fact->type, "event") == 0)
        return add_taken(telling, at, fact->at_ms, error);
    return fact->state == NULL || bt_telling_add_state(telling, at, fact, error);
}

/* What is too old would be counted again if it came again, since it is not kept; what is of the
 * future is not believed. */
gboolean bt_telling_add(BtTelling *telling, const BtFact *fact, GError **error)
{
    if (fact->at_ms <= telling->now_ms - BT_TELEMETRY_FACTS_MS ||
        fact->at_ms > telling->now_ms + BT_REPORT_AHEAD_MS)
        return TRUE;
    g_autoptr(BtJson) json = bt_json_parse(
        fact->line, strlen(fact->line), "fact", BT_REPORT_LINE_MAX_BYTES, LINE_DEPTH, NULL);
    if (json == NULL)
        return TRUE;
    BtJsonAt at = bt_json_root("fact", json);
    return add(telling, fact, &at, error);
}

gboolean bt_telling_end(BtTelling *telling, GError **error)
{
    return telling->from_ms >= telling->to_ms || bt_telling_count_hours(telling, error);
}

/* ---- members ---- */

const char *bt_telling_text(const BtJsonAt *fact, const char *key)
{
    BtJsonAt member;
    const char *text = bt_json_member(fact, key, &member)
        ? bt_json_read_string(&member, 0, BT_REPORT_LINE_MAX_BYTES, NULL)
        : NULL;
    return text != NULL ? text : "";
}

gint64 bt_telling_number(const BtJsonAt *fact, const char *key)
{
    BtJsonAt member;
    gint64 number = 0;
    return bt_json_member(fact, key, &member) &&
            bt_json_read_int(&member, 0, G_MAXINT64, &number, NULL)
        ? number
        : 0;
}

gboolean bt_telling_is(const BtJsonAt *fact, const char *key)
{
    BtJsonAt member;
    gboolean is = FALSE;
    return bt_json_member(fact, key, &member) && bt_json_read_bool(&member, &is, NULL) && is;
}

gboolean bt_telling_time(const BtJsonAt *fact, const char *key, gint64 *wall_ms)
{
    BtJsonAt member;
    return bt_json_member(fact, key, &member) && bt_json_read_time(&member, wall_ms, NULL);
}
