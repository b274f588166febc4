/* Who has the screen follows from what is on, and that is known at each turn. Three things are not:
 * what was on while the board was off, what is meant when something above everything else is on for
 * some minutes, and what time it is, on some mornings.
 *
 * So the end is written down at the beginning, by the timetable; a board that comes back after it
 * tells that end. An emergency, a cut and darkness give the screen back to nobody: before the end
 * they change nothing. And while nobody vouches for the clock nothing is told at all. */
#include "player/facts/requisition.h"

#include "base/hash.h"
#include "player/facts/db.h"
#include "player/facts/outbox.h"
#include "playlists/schedule/window.h"

#include <string.h>

#define LAST_MS G_GINT64_CONSTANT(253402300799999) /* as of facts: what can be written down */

struct BtRequisitionKeeper {
    const BtConfig *config;
    BtWriter *writer;
    BtRequisition now;
    gboolean has_looked; /* in trusted time */
};

/* ---- the row ---- */

void bt_requisition_clear(BtRequisition *requisition)
{
    g_clear_pointer(&requisition->source, g_free);
}

gboolean bt_requisition_put(BtFacts *facts, const BtRequisition *requisition, GError **error)
{
    if (requisition->source == NULL)
        return bt_db_run(bt_facts_db(facts), error, "DELETE FROM requisition", "");
    return bt_db_run(bt_facts_db(facts), error,
        "INSERT OR REPLACE INTO requisition (one, source, from_ms, until_ms) VALUES (1, ?, ?, ?)",
        "sii", requisition->source, requisition->from_ms, requisition->until_ms);
}

/* The database is in reach of sync too. */
gboolean bt_requisition_get(BtFacts *facts, BtRequisition *requisition, GError **error)
{
    GError *failure = NULL;
    *requisition = (BtRequisition){ 0 };
    g_autoptr(BtRows) rows = bt_db_query(
        bt_facts_db(facts), error, "SELECT source, from_ms, until_ms FROM requisition", "");
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, &failure)) {
        if (failure != NULL)
            g_propagate_error(error, failure);
        return FALSE;
    }
    const char *source = bt_rows_text(rows, 0);
    if (source == NULL || strlen(source) > BT_ID_MAX_BYTES || !g_utf8_validate(source, -1, NULL))
        return FALSE;
    *requisition = (BtRequisition){ g_strdup(source), CLAMP(bt_rows_int(rows, 1), 0, LAST_MS),
        CLAMP(bt_rows_int(rows, 2), 0, LAST_MS) };
    return TRUE;
}

/* ---- telling ---- */

typedef struct {
    BtRequisition told;  /* from and true end, or the end that is planned */
    BtRequisition after; /* what goes on from then on */
    char *owner;
    gboolean end, by_outbox; /* the authority's source has an outbox */
    BtMoment at;
} Telling;

static void telling_free(gpointer data)
{
    Telling *telling = data;
    bt_requisition_clear(&telling->told);
    bt_requisition_clear(&telling->after);
    g_free(telling->owner);
    g_free(telling);
}

static char *telling_id(const Telling *telling)
{
    g_autofree char *text = g_strdup_printf("requisition\n%s\n%s\n%" G_GINT64_FORMAT,
        telling->end ? "end" : "begin", telling->told.source, telling->told.from_ms);
    char hex[BT_HASH_HEX_SIZE];
    bt_hash_data(text, strlen(text), hex);
    return g_strndup(hex, 32);
}

static BtJson *telling_body(const Telling *telling)
{
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "phase", telling->end ? "end" : "begin");
    bt_json_set_time(body, "from", telling->told.from_ms);
    bt_json_set_time(body, "until", telling->told.until_ms);
    bt_json_set_string(body, "owner", telling->owner);
    return body;
}

static BtJson *fact_body(const Telling *telling)
{
    BtJson *body = telling_body(telling);
    g_autofree char *from = bt_time_format(telling->told.from_ms);
    g_autofree char *until = bt_time_format(telling->told.until_ms);
    g_autofree char *message = g_strdup_printf("%s has the screen of %s from %s until %s",
        telling->told.source, telling->owner, from, until);
    bt_json_set_string(body, "event", "requisition");
    bt_json_set_string(body, "what", telling->told.source);
    bt_json_set_string(body, "by", telling->told.source);
    bt_json_set_string(body, "message", message);
    return body;
}

static gboolean tell(BtFacts *facts, gpointer data, GError **error)
{
    const Telling *telling = data;
    const BtRequisition *told = &telling->told;
    g_autofree char *id = telling_id(telling);
    g_autofree char *outbox_id = g_strconcat("requisition-", id, NULL);
    return bt_requisition_put(facts, &telling->after, error) &&
        bt_facts_add(facts, "event", id, &telling->at, fact_body(telling), error) &&
        (!telling->by_outbox ||
            bt_outbox_add(facts, told->source, BT_OUT_REQUISITION, outbox_id,
                telling->end ? told->until_ms : told->from_ms, TRUE, telling_body(telling), error));
}

static const BtConfigSource *find_source(const BtConfig *config, const char *name)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (g_str_equal(source->name, name))
            return source;
    }
    return NULL;
}

/* The first of the others: whose display this is. NULL: there is nobody to take it from. */
static const char *owner_of(const BtConfig *config, const char *by)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (!g_str_equal(source->name, by))
            return source->name;
    }
    return NULL;
}

static BtRequisition copy(const BtRequisition *requisition)
{
    return (BtRequisition){ g_strdup(requisition->source), requisition->from_ms,
        requisition->until_ms };
}

static void post(BtRequisitionKeeper *keeper, BtRequisition told /* (transfer full) */,
    gboolean end, const BtMoment *at)
{
    const BtConfigSource *by = find_source(keeper->config, told.source);
    const char *owner = owner_of(keeper->config, told.source);
    Telling *telling = g_new0(Telling, 1);
    *telling = (Telling){ told, copy(&keeper->now), g_strdup(owner == NULL ? "" : owner), end,
        by != NULL && by->kind == BT_SOURCE_TTN, *at };
    bt_writer_post_soon(keeper->writer, tell, telling, telling_free);
}

/* ---- what goes on ---- */

static gboolean put(BtFacts *facts, gpointer data, GError **error)
{
    return bt_requisition_put(facts, data, error);
}

static void put_free(gpointer data)
{
    bt_requisition_clear(data);
    g_free(data);
}

static void extend(BtRequisitionKeeper *keeper, gint64 until_ms)
{
    if (keeper->now.until_ms == until_ms)
        return;
    keeper->now.until_ms = until_ms;
    BtRequisition now = copy(&keeper->now);
    bt_writer_post_soon(keeper->writer, put, g_memdup2(&now, sizeof now), put_free);
}

static void end(BtRequisitionKeeper *keeper, gint64 end_ms, const BtMoment *at)
{
    BtRequisition told = keeper->now;
    keeper->now = (BtRequisition){ 0 };
    told.until_ms = MAX(told.from_ms, MIN(end_ms, told.until_ms));
    post(keeper, told, TRUE, at);
}

static void begin(BtRequisitionKeeper *keeper, const char *source, gint64 from_ms, gint64 until_ms,
    const BtMoment *at)
{
    keeper->now = (BtRequisition){ g_strdup(source), from_ms, until_ms };
    post(keeper, copy(&keeper->now), FALSE, at);
}

/* The stretch of the timetable that is open, as far as its document counts. */
static void open_window(const BtOnAir *on_air, gint64 t_ms, gint64 *start_ms, gint64 *end_ms)
{
    BtLocal local = bt_local_at(on_air->manifest->timezone, t_ms);
    gint64 window_start_ms = t_ms, next_ms = BT_TIME_MAX;
    bt_window_at(&on_air->programme->when, &local, &window_start_ms, &next_ms);
    *start_ms = CLAMP(window_start_ms, MIN(on_air->manifest->issued_ms, t_ms), t_ms);
    *end_ms = MIN(next_ms, on_air->manifest->expires_ms);
}

static gboolean is_taken(const BtRequisitionKeeper *keeper, const BtOnAir *on_air)
{
    return on_air->kind == BT_ON_PROGRAMME && on_air->cls == BT_CLASS_REQUISITION &&
        owner_of(keeper->config, on_air->source_name) != NULL;
}

/* What is above everything gives the screen to nobody else. */
static gboolean says_nothing(const BtOnAir *on_air)
{
    return on_air->kind == BT_ON_CUT || on_air->kind == BT_ON_DARK ||
        (on_air->kind == BT_ON_PROGRAMME && on_air->cls == BT_CLASS_EMERGENCY);
}

static gboolean goes_on(
    const BtRequisition *now, const BtOnAir *on_air, gboolean taken, gint64 start_ms)
{
    return taken && g_str_equal(on_air->source_name, now->source) && start_ms <= now->until_ms;
}

void bt_requisition_keeper_update(
    BtRequisitionKeeper *keeper, const BtOnAir *on_air, gboolean holds, const BtMoment *at)
{
    gint64 t_ms = at->wall_ms, start_ms = t_ms, end_ms = t_ms;
    BtRequisition *now = &keeper->now;
    if (!at->trusted)
        return;
    gboolean taken = is_taken(keeper, on_air), was_off = !keeper->has_looked;
    keeper->has_looked = TRUE;
    if (taken)
        open_window(on_air, t_ms, &start_ms, &end_ms);
    if (now->source != NULL) {
        if (goes_on(now, on_air, taken, start_ms)) {
            extend(keeper, end_ms);
            return;
        }
        if ((holds || says_nothing(on_air)) && t_ms < now->until_ms)
            return;
        end(keeper, t_ms, at);
    }
    if (taken && !was_off && t_ms - start_ms > BT_REQUISITION_SLACK_MS)
        start_ms = t_ms; /* the document came in the middle of it */
    if (taken)
        begin(keeper, on_air->source_name, start_ms, end_ms, at);
}

const BtRequisition *bt_requisition_keeper_now(const BtRequisitionKeeper *keeper)
{
    return &keeper->now;
}

BtRequisitionKeeper *bt_requisition_keeper_new(
    const BtConfig *config, BtWriter *writer, BtFacts *reader)
{
    BtRequisitionKeeper *keeper = g_new0(BtRequisitionKeeper, 1);
    keeper->config = config;
    keeper->writer = writer;
    bt_requisition_get(reader, &keeper->now, NULL);
    return keeper;
}

void bt_requisition_keeper_free(BtRequisitionKeeper *keeper)
{
    if (keeper == NULL)
        return;
    bt_requisition_clear(&keeper->now);
    g_free(keeper);
}
