#include "player/facts/life.h"

struct BtLifeKeeper {
    BtWriter *writer;
    BtLife life;
    gint64 began_ms;        /* this run */
    const char *dark_cause; /* static: of the time before it */
};

/* ---- to the writer ---- */

typedef struct {
    BtLife life;
    BtMoment at;
} Stretch;

static gboolean add_uptime(BtFacts *facts, gpointer data, GError **error)
{
    const Stretch *stretch = data;
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "state", stretch->life.state);
    bt_json_set_time(body, "from", stretch->life.from_ms);
    bt_json_set_time(body, "to", stretch->life.seen_ms);
    if (*stretch->life.cause != '\0')
        bt_json_set_string(body, "cause", stretch->life.cause);
    return bt_facts_add(facts, "uptime", NULL, &stretch->at, body, error);
}

static gboolean put_life(BtFacts *facts, gpointer data, GError **error)
{
    return bt_facts_put_life(facts, &((const Stretch *)data)->life, error);
}

static void post(BtLifeKeeper *keeper, BtWriterTask task, const BtLife *life, const BtMoment *at)
{
    Stretch *stretch = g_new0(Stretch, 1);
    *stretch = (Stretch){ *life, *at };
    bt_writer_post(keeper->writer, task, stretch, g_free);
}

static gboolean note_seen(BtFacts *facts, gpointer data, GError **error)
{
    return bt_facts_note_seen(facts, data, error);
}

static void post_note(BtLifeKeeper *keeper)
{
    bt_writer_post_note(
        keeper->writer, note_seen, g_memdup2(&keeper->life, sizeof keeper->life), g_free);
}

static void report(BtLifeKeeper *keeper, const BtLife *life, const BtMoment *at)
{
    if (life->seen_ms > life->from_ms)
        post(keeper, add_uptime, life, at);
}

static void report_stretch(BtLifeKeeper *keeper, const char *state, const char *cause,
    gint64 from_ms, gint64 to_ms, const BtMoment *at)
{
    BtLife life = { .from_ms = from_ms, .seen_ms = to_ms };
    g_strlcpy(life.state, state, sizeof life.state);
    g_strlcpy(life.cause, cause, sizeof life.cause);
    report(keeper, &life, at);
}

/* ---- stretches ---- */

/* What the last run left: its stretch up to the last second written; between that second and the
 * moment its picture left the glass nobody confirmed it; after that nothing was shown. */
static void report_previous(
    BtLifeKeeper *keeper, const BtLife *previous, gint64 left_ms, const BtMoment *now)
{
    report(keeper, previous, now);
    if (left_ms > previous->seen_ms)
        report_stretch(keeper, "unconfirmed", "death", previous->seen_ms, left_ms, now);
    gint64 dark_from_ms = MAX(previous->seen_ms, left_ms);
    keeper->dark_cause = left_ms > 0 ? "restart" : previous->clean ? "stopped" : "no-power";
    report_stretch(keeper, "not-showing", keeper->dark_cause, dark_from_ms, now->wall_ms, now);
}

static void begin(BtLifeKeeper *keeper, const char *state, const char *cause, const BtMoment *now)
{
    BtLife *life = &keeper->life;
    g_strlcpy(life->state, state, sizeof life->state);
    g_strlcpy(life->cause, cause, sizeof life->cause);
    life->from_ms = life->seen_ms = now->wall_ms;
    life->clean = FALSE;
    post(keeper, put_life, life, now);
}

BtLifeKeeper *bt_life_new(
    BtWriter *writer, const char *boot, const BtLife *previous, gint64 left_ms, const BtMoment *now)
{
    BtLifeKeeper *keeper = g_new0(BtLifeKeeper, 1);
    keeper->writer = writer;
    g_strlcpy(keeper->life.boot, boot, sizeof keeper->life.boot);
    keeper->began_ms = now->wall_ms;
    if (previous != NULL)
        report_previous(keeper, previous, left_ms, now);
    begin(keeper, "not-showing", "starting", now);
    return keeper;
}

void bt_life_free(BtLifeKeeper *keeper)
{
    g_free(keeper);
}

void bt_life_set(BtLifeKeeper *keeper, const char *state, const char *cause, const BtMoment *now)
{
    if (g_str_equal(keeper->life.state, state) && g_str_equal(keeper->life.cause, cause))
        return;
    keeper->life.seen_ms = now->wall_ms;
    report(keeper, &keeper->life, now);
    begin(keeper, state, cause, now);
}

void bt_life_tick(BtLifeKeeper *keeper, const BtMoment *now)
{
    BtLife *life = &keeper->life;
    life->seen_ms = MAX(now->wall_ms, life->from_ms); /* after a step back it is yet to come */
    if (life->seen_ms - life->from_ms < BT_LIFE_REPORT_MS) {
        post_note(keeper);
        return;
    }
    report(keeper, life, now);
    g_autofree char *state = g_strdup(life->state), *cause = g_strdup(life->cause);
    begin(keeper, state, cause, now);
}

typedef struct {
    gint64 from_ms, step_ms;
} Move;

static gboolean move_facts(BtFacts *facts, gpointer data, GError **error)
{
    const Move *move = data;
    return bt_facts_move(facts, move->from_ms, move->step_ms, error);
}

void bt_life_move(BtLifeKeeper *keeper, gint64 step_ms, const BtMoment *now)
{
    BtLife *life = &keeper->life;
    Move *move = g_new(Move, 1);
    *move = (Move){ keeper->began_ms, step_ms };
    bt_writer_post_soon(keeper->writer, move_facts, move, g_free);
    if (keeper->dark_cause != NULL)
        report_stretch(keeper, "not-showing", keeper->dark_cause, keeper->began_ms,
            keeper->began_ms + step_ms, now);
    keeper->began_ms += step_ms;
    life->from_ms += step_ms;
    life->seen_ms = now->wall_ms;
    post(keeper, put_life, life, now);
}

void bt_life_step(BtLifeKeeper *keeper, const BtMoment *before, const BtMoment *now)
{
    g_autofree char *state = g_strdup(keeper->life.state), *cause = g_strdup(keeper->life.cause);
    gint64 step_ms = now->wall_ms - before->wall_ms;
    BtMoment from = *now;
    keeper->life.seen_ms = before->wall_ms;
    report(keeper, &keeper->life, before);
    if (step_ms > 0 && step_ms <= BT_LIFE_STEP_MAX_MS)
        report_stretch(keeper, "unconfirmed", "clock", before->wall_ms, now->wall_ms, now);
    if (step_ms < 0 && step_ms >= -BT_LIFE_STEP_MAX_MS)
        from.wall_ms = MAX(before->wall_ms, keeper->life.from_ms);
    begin(keeper, state, cause, &from);
}

void bt_life_stop(BtLifeKeeper *keeper, const BtMoment *now)
{
    keeper->life.seen_ms = now->wall_ms;
    report(keeper, &keeper->life, now);
    keeper->life.from_ms = now->wall_ms;
    keeper->life.clean = TRUE;
    post(keeper, put_life, &keeper->life, now);
}
