/* Two queues: what is asked goes to the thread, judgements come back, and a source of the main
 * context that the thread makes ready gives them out.
 *
 * An instant must be stored before it comes, and what is to be shown from then on must be decoded
 * by then; the end of an item that is almost over is too early for both. So the thread knows the
 * ends that follow, and waits for nothing: a cut may be next in its queue.
 *
 * A source system says to the second when a bulletin begins, and often only moments before. Its
 * document does not wait for the end of a long item, then: it counts when its next slot begins,
 * where the picture changes anyway. */
#include "player/board/judge.h"

#include "base/error.h"
#include "player/board/activation.h"

typedef enum { LOOK, LOOK_AT_TIME, WRITE, RELOAD, END } TaskKind;

typedef struct {
    TaskKind kind;
    BtJudgeWrite write;
    BtJudgeTold told;
    gpointer data;
    BtNonce nonce;
    gint64 floor_ms;
} Task;

/* A judgement on its way to the main thread. */
typedef struct {
    BtJudgement judgement;
    BtJudgeTold told;
    gpointer data;
    GError *failure;
} Result;

typedef struct {
    GSource source;
    BtJudge *judge;
} Out;

struct BtJudge {
    const BtConfig *config;
    const BtBoard *board;
    BtJudgeResult on_result;
    gpointer user;
    GThread *thread;
    Out *out;
    GAsyncQueue *tasks;   /* of Task */
    GAsyncQueue *results; /* of Result */
    GMutex mutex;
    BtTimekeeper time;   /* under mutex */
    BtJudgeEnds ends;    /* under mutex */
    BtOrderItems on_air; /* under mutex */
    /* Of the thread alone: */
    BtCache *cache;
    BtInputLedger *ledger;
    gint64 roots;
    gboolean has_looked;
    guint n_problems; /* of the last loading */
};

/* ---- results ---- */

static void event_free(gpointer data)
{
    BtJudgeEvent *event = data;
    g_free(event->type);
    g_free(event->code);
    g_free(event->what);
    g_free(event->message);
    g_free(event->id);
    g_free(event);
}

static Result *result_new(const Task *task)
{
    Result *result = g_new0(Result, 1);
    result->told = task->told;
    result->data = task->data;
    result->judgement.events = g_ptr_array_new_with_free_func(event_free);
    result->judgement.commands = g_array_new(FALSE, FALSE, sizeof(BtJudgeCommand));
    return result;
}

static void result_free(Result *result)
{
    g_ptr_array_unref(result->judgement.events);
    g_array_unref(result->judgement.commands);
    g_clear_pointer(&result->judgement.inputs, bt_inputs_free);
    g_clear_error(&result->failure);
    g_free(result);
}

static void give(BtJudge *judge, Result *result)
{
    judge->on_result(&result->judgement, judge->user);
    if (result->told != NULL)
        result->told(result->failure, result->data);
    result_free(result);
}

static void give_all(BtJudge *judge)
{
    Result *result;
    while ((result = g_async_queue_try_pop(judge->results)) != NULL)
        give(judge, result);
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback;
    (void)data;
    g_source_set_ready_time(source, -1);
    give_all(((Out *)source)->judge);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .dispatch = dispatch };

/* ---- in the thread ---- */

/* One look at what is ready, and what comes of it. */
typedef struct {
    BtJudge *judge;
    BtJudgement *judgement;
} Looking;

/* The first of them at or after `from_ms`, BT_TIME_MAX for none. */
static gint64 end_after(const BtJudgeEnds *ends, gint64 from_ms)
{
    for (guint i = 0; i < ends->n; i++)
        if (ends->ends_ms[i] >= from_ms)
            return ends->ends_ms[i];
    return BT_TIME_MAX;
}

/* Of a slot of the document, at or after `from_ms`; BT_TIME_MAX: of none. */
static gint64 next_beginning(const BtManifest *manifest, gint64 from_ms)
{
    gint64 next_ms = BT_TIME_MAX;
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        const GArray *slots = programme->when.slots;
        for (guint n = 0; slots != NULL && n < slots->len; n++) {
            gint64 begins_ms = g_array_index(slots, BtWhenSlot, n).from_ms;
            if (begins_ms >= from_ms)
                next_ms = MIN(next_ms, begins_ms);
        }
    }
    return next_ms;
}

static gint64 instant_of_change(const BtManifest *in_time, gpointer user)
{
    BtJudge *judge = ((Looking *)user)->judge;
    g_mutex_lock(&judge->mutex);
    BtJudgeEnds ends = judge->ends;
    gint64 t_ms = bt_timekeeper_show_ms(&judge->time);
    g_mutex_unlock(&judge->mutex);
    gint64 latest_ms = t_ms + BT_JUDGE_MAX_WAIT_MS;
    gint64 stored_ms = end_after(&ends, t_ms + BT_JUDGE_STORED_MS);
    gint64 ready_ms = end_after(&ends, t_ms + BT_JUDGE_AHEAD_MS);
    if (stored_ms == BT_TIME_MAX)
        return t_ms;
    if (in_time != NULL)
        latest_ms = MIN(latest_ms, next_beginning(in_time, t_ms + BT_JUDGE_STORED_MS));
    return MIN(ready_ms <= latest_ms ? ready_ms : stored_ms, latest_ms);
}

static void items_on_air(BtOrderItems *items, gpointer user)
{
    BtJudge *judge = ((Looking *)user)->judge;
    bt_order_items_clear(items);
    g_mutex_lock(&judge->mutex);
    *items = judge->on_air;
    items->source = g_strdup(judge->on_air.source);
    g_mutex_unlock(&judge->mutex);
}

static void on_event(const BtActivationNews *news, gpointer user)
{
    BtJudgement *judgement = ((Looking *)user)->judgement;
    BtJudgeEvent *event = g_new(BtJudgeEvent, 1);
    *event = (BtJudgeEvent){ g_strdup(news->type), g_strdup(news->code), g_strdup(news->what),
        g_strdup(news->message), g_strdup(news->id), news->again };
    g_ptr_array_add(judgement->events, event);
}

static void on_command(BtVerb verb, gint64 until_ms, gpointer user)
{
    BtJudgement *judgement = ((Looking *)user)->judgement;
    BtJudgeCommand command = { verb, until_ms };
    g_array_append_val(judgement->commands, command);
}

/* TRUE: something that was recorded by a clock that was ahead counts now. */
static gboolean step_back(BtJudge *judge, const BtTimekeeper *time)
{
    g_autoptr(GError) failure = NULL;
    gboolean moved = FALSE;
    if (!time->trusted || time->clock.is_virtual)
        return FALSE;
    if (!bt_input_ledger_step_back(judge->ledger, bt_timekeeper_show_ms(time), &moved, &failure))
        g_message("inputs.db: %s", failure->message);
    return moved;
}

static gboolean look(BtJudge *judge, BtJudgement *judgement)
{
    Looking looking = { judge, judgement };
    g_mutex_lock(&judge->mutex);
    BtTimekeeper time = judge->time;
    g_mutex_unlock(&judge->mutex);
    BtActivation activation = {
        .config = judge->config,
        .cache = judge->cache,
        .ledger = judge->ledger,
        .t_ms = bt_timekeeper_show_ms(&time),
        .trusted_now_ms = bt_timekeeper_surely_past_ms(&time),
        .first = !judge->has_looked,
        .instant_of_change = instant_of_change,
        .items_on_air = items_on_air,
        .on_event = on_event,
        .on_command = on_command,
        .user = &looking,
    };
    gboolean moved = step_back(judge, &time);
    gboolean changed = bt_activate(&activation) || activation.roots != judge->roots || moved;
    judgement->unfinished = activation.unfinished;
    judge->roots = activation.roots;
    judge->has_looked = TRUE;
    judgement->newest_issued_ms = activation.newest_issued_ms;
    return changed;
}

/* Only the source that hears the reports is asked for the time. */
static gboolean read_time(const BtJudge *judge, const Task *task, gint64 *utc_ms, GError **error)
{
    const BtConfigSource *source = bt_config_report_source(judge->config);
    if (source == NULL)
        return FALSE;
    BtLedgerSource input = bt_config_ledger_source(source, NULL);
    g_autoptr(BtTrust) trust =
        bt_inputs_load_trust(judge->cache, &input, judge->config->screen_id, error);
    g_autoptr(GBytes) envelope = trust == NULL
        ? NULL
        : bt_cache_read_document(judge->cache, source->name, "time.json", BT_TIME_MAX_BYTES, error);
    return envelope != NULL &&
        bt_trust_verify_time(
            trust, envelope, "time.json", &task->nonce, task->floor_ms, utc_ms, error);
}

static void look_at_time(const BtJudge *judge, const Task *task, BtJudgement *judgement)
{
    g_autoptr(GError) failure = NULL;
    gint64 utc_ms;
    Looking looking = { (BtJudge *)judge, judgement };
    if (read_time(judge, task, &utc_ms, &failure)) {
        judgement->utc_ms = utc_ms;
    } else if (failure != NULL) {
        const BtActivationNews news = { .type = "refused",
            .code = bt_error_reason(failure),
            .what = "time.json",
            .message = failure->message };
        on_event(&news, &looking);
    }
}

static gint64 now_ms(BtJudge *judge)
{
    g_mutex_lock(&judge->mutex);
    gint64 t_ms = bt_timekeeper_show_ms(&judge->time);
    g_mutex_unlock(&judge->mutex);
    return t_ms;
}

/* TRUE when the inputs are to be loaded anew. */
static gboolean act(BtJudge *judge, const Task *task, Result *result)
{
    switch (task->kind) {
    case LOOK:
        /* What was not whole may be so by now. */
        return look(judge, &result->judgement) || judge->n_problems > 0;
    case LOOK_AT_TIME:
        look_at_time(judge, task, &result->judgement);
        return FALSE;
    case WRITE:
        return task->write(judge->ledger, task->data, &result->failure);
    case RELOAD:
    case END:
        break;
    }
    return TRUE;
}

static void do_task(BtJudge *judge, const Task *task)
{
    Result *result = result_new(task);
    if (act(judge, task, result))
        result->judgement.inputs = bt_board_load_inputs(judge->board, judge->ledger, judge->cache,
            now_ms(judge) - BT_JUDGE_KEPT_MS, &judge->n_problems);
    result->judgement.unfinished = result->judgement.unfinished || judge->n_problems > 0;
    g_async_queue_push(judge->results, result);
    g_source_set_ready_time(&judge->out->source, 0);
}

static gpointer run(gpointer data)
{
    BtJudge *judge = data;
    for (;;) {
        g_autofree Task *task = g_async_queue_pop(judge->tasks);
        if (task->kind == END)
            return NULL;
        do_task(judge, task);
    }
}

/* ---- for the main thread ---- */

static void ask(BtJudge *judge, Task task)
{
    g_async_queue_push(judge->tasks, g_memdup2(&task, sizeof task));
}

BtJudge *bt_judge_new(const BtConfig *config, const BtBoard *board, BtJudgeResult on_result,
    gpointer user, GError **error)
{
    BtCache *cache;
    BtInputLedger *ledger;
    if (!bt_board_open_state(config, TRUE, &cache, &ledger, error))
        return NULL;
    BtJudge *judge = g_new0(BtJudge, 1);
    judge->config = config;
    judge->board = board;
    judge->on_result = on_result;
    judge->user = user;
    judge->cache = cache;
    bt_cache_remember(cache);
    judge->ledger = ledger;
    judge->tasks = g_async_queue_new();
    judge->results = g_async_queue_new();
    g_mutex_init(&judge->mutex);
    judge->out = (Out *)g_source_new(&functions, sizeof(Out));
    judge->out->judge = judge;
    g_source_attach(&judge->out->source, NULL);
    judge->thread = g_thread_new("judge", run, judge);
    return judge;
}

void bt_judge_free(BtJudge *judge)
{
    if (judge == NULL)
        return;
    ask(judge, (Task){ .kind = END });
    g_thread_join(judge->thread);
    give_all(judge);
    g_source_destroy(&judge->out->source);
    g_source_unref(&judge->out->source);
    g_async_queue_unref(judge->tasks);
    g_async_queue_unref(judge->results);
    bt_input_ledger_close(judge->ledger);
    bt_cache_close(judge->cache);
    bt_order_items_clear(&judge->on_air);
    g_mutex_clear(&judge->mutex);
    g_free(judge);
}

void bt_judge_set_now(BtJudge *judge, const BtTimekeeper *time, const BtJudgeEnds *ends)
{
    g_mutex_lock(&judge->mutex);
    judge->time = *time;
    judge->ends = *ends;
    g_mutex_unlock(&judge->mutex);
}

void bt_judge_set_on_air(BtJudge *judge, const BtOnAir *on_air)
{
    g_mutex_lock(&judge->mutex);
    bt_order_items_set(&judge->on_air, on_air);
    g_mutex_unlock(&judge->mutex);
}

void bt_judge_look(BtJudge *judge)
{
    ask(judge, (Task){ .kind = LOOK });
}

void bt_judge_look_at_time(BtJudge *judge, const BtNonce *nonce, gint64 floor_ms)
{
    ask(judge, (Task){ .kind = LOOK_AT_TIME, .nonce = *nonce, .floor_ms = floor_ms });
}

void bt_judge_write(BtJudge *judge, BtJudgeWrite write, BtJudgeTold told, gpointer data)
{
    ask(judge, (Task){ .kind = WRITE, .write = write, .told = told, .data = data });
}

void bt_judge_reload(BtJudge *judge)
{
    ask(judge, (Task){ .kind = RELOAD });
}
