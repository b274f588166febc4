#include "player/facts/move.h"

#include "base/clock.h"

/* Where instants of one fact are moved: those after `after_ms`. */
typedef struct {
    gint64 after_ms, step_ms;
} Move;

static gboolean moved(const BtJsonAt *at, const Move *move, gint64 *t_ms)
{
    if (!bt_json_read_time(at, t_ms, NULL))
        return FALSE;
    *t_ms += *t_ms > move->after_ms ? move->step_ms : 0;
    return TRUE;
}

static void move_member(BtJson *fact, const char *key, const Move *move)
{
    BtJsonAt place = bt_json_root("", fact), member;
    gint64 t_ms;
    if (bt_json_member(&place, key, &member) && moved(&member, move, &t_ms))
        bt_json_set_time(fact, key, t_ms);
}

static BtJson *moved_gap(const BtJsonAt *gap, const Move *move)
{
    BtJson *pair = bt_json_new_array();
    for (gsize i = 0; i < bt_json_length(gap); i++) {
        BtJsonAt at = bt_json_element(gap, i);
        gint64 t_ms = 0;
        moved(&at, move, &t_ms);
        g_autofree char *text = bt_time_format(t_ms);
        bt_json_append_string(pair, text);
    }
    return pair;
}

static void move_gaps(BtJson *fact, const Move *move)
{
    BtJsonAt place = bt_json_root("", fact), gaps;
    if (!bt_json_member(&place, "gaps", &gaps))
        return;
    BtJson *list = bt_json_new_array();
    for (gsize i = 0; i < bt_json_length(&gaps); i++) {
        BtJsonAt gap = bt_json_element(&gaps, i);
        bt_json_append(list, moved_gap(&gap, move));
    }
    bt_json_set(fact, "gaps", list);
}

/* When what the fact tells of began; BT_TIME_MAX: it tells of an instant. */
static gint64 beginning(const BtJson *fact)
{
    BtJsonAt place = bt_json_root("", fact), member;
    gint64 t_ms;
    if ((bt_json_member(&place, "from", &member) || bt_json_member(&place, "start", &member)) &&
        bt_json_read_time(&member, &t_ms, NULL))
        return t_ms;
    return BT_TIME_MAX;
}

/* A stretch that began before was of another boot; what it says of `from_ms` itself is its end. */
void bt_fact_move_times(BtJson *fact, gint64 from_ms, gint64 step_ms)
{
    static const char *const keys[] = { "at", "due", "start", "end", "from", "to", "until",
        "failed_at" };
    gboolean is_older = beginning(fact) < from_ms;
    Move move = { is_older ? from_ms : from_ms - 1, step_ms };
    move_gaps(fact, &move);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        move_member(fact, keys[i], &move);
}

void bt_fact_move(BtJson *fact, gint64 from_ms, gint64 step_ms)
{
    bt_fact_move_times(fact, from_ms, step_ms);
    bt_json_set_string(fact, "clock", "repaired");
}
