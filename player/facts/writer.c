#include "player/facts/writer.h"

#define COMMIT_EVERY_US G_USEC_PER_SEC

typedef struct {
    BtWriterTask run; /* NULL: a flush, answered through the writer's condition */
    gpointer data;
    GDestroyNotify destroy;
    gboolean soon;    /* not with the next second's others */
    gboolean note;    /* after the others, in no transaction */
    gboolean last;    /* the flush after which the thread ends */
    gboolean refused; /* for what it says; of that nothing is written */
} Task;

struct BtWriter {
    BtFacts *facts;
    GThread *thread;
    GAsyncQueue *queue; /* of Task */
    GQueue *batch;      /* of Task; the thread's own */
    gint64 commit_us;   /* when the batch is due; the thread's own */
    Task *note;         /* the newest that waits, NULL; the thread's own */
    gboolean note_failed;
    gboolean was_failing;    /* the thread's own */
    BtWriterTrouble trouble; /* under mutex */
    GMutex mutex;
    GCond flushed;
    guint64 flushes_done;  /* under mutex */
    guint64 flushes_asked; /* the poster's own */
    gint ending;           /* atomic */
};

static void task_free(Task *task)
{
    if (task->destroy != NULL)
        task->destroy(task->data);
    g_free(task);
}

/* All of the batch in one transaction; a task that is refused for what it says (too long) is
 * dropped, a disk that fails keeps the batch. */
static gboolean write_batch(BtWriter *writer, GError **error)
{
    if (!bt_facts_begin(writer->facts, error))
        return FALSE;
    for (GList *link = writer->batch->head; link != NULL; link = link->next) {
        Task *task = link->data;
        GError *failure = NULL;
        if (task->refused || task->run(writer->facts, task->data, &failure))
            continue;
        if (g_error_matches(failure, BT_ERROR, BT_ERROR_IO)) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        g_warning("ledger: %s", failure->message);
        g_error_free(failure);
        task->refused = TRUE;
    }
    return bt_facts_commit(writer->facts, error);
}

static void note_trouble(BtWriter *writer, const GError *failure)
{
    BtWriterTrouble *trouble = &writer->trouble;
    g_mutex_lock(&writer->mutex);
    if (failure != NULL && !writer->was_failing)
        trouble->since_us = g_get_real_time();
    if (failure != NULL)
        g_strlcpy(trouble->message, failure->message, sizeof trouble->message);
    trouble->is_failing = failure != NULL;
    trouble->kept = failure == NULL ? 0 : g_queue_get_length(writer->batch);
    g_mutex_unlock(&writer->mutex);
    if (failure != NULL && !writer->was_failing)
        g_warning("ledger: kept for later: %s", failure->message);
    writer->was_failing = failure != NULL;
}

void bt_writer_trouble(BtWriter *writer, BtWriterTrouble *trouble)
{
    g_mutex_lock(&writer->mutex);
    *trouble = writer->trouble;
    g_mutex_unlock(&writer->mutex);
}

static void note_lost(BtWriter *writer)
{
    g_mutex_lock(&writer->mutex);
    writer->trouble.lost++;
    g_mutex_unlock(&writer->mutex);
}

/* The oldest goes: of what happened the newest says how things are. */
static void give_up_oldest(BtWriter *writer)
{
    while (g_queue_get_length(writer->batch) > BT_WRITER_MAX_TASKS) {
        task_free(g_queue_pop_head(writer->batch));
        note_lost(writer);
    }
}

static void write_down(BtWriter *writer)
{
    g_autoptr(GError) failure = NULL;
    if (g_queue_is_empty(writer->batch))
        return;
    if (write_batch(writer, &failure)) {
        g_queue_clear_full(writer->batch, (GDestroyNotify)task_free);
    } else {
        bt_facts_rollback(writer->facts);
        give_up_oldest(writer);
    }
    note_trouble(writer, failure);
}

/* A disk that stays full says so once. */
static void write_note(BtWriter *writer)
{
    g_autoptr(GError) failure = NULL;
    if (writer->note == NULL || !g_queue_is_empty(writer->batch))
        return;
    gboolean ok = writer->note->run(writer->facts, writer->note->data, &failure);
    if (!ok && !writer->note_failed)
        g_warning("ledger: %s", failure->message);
    writer->note_failed = !ok;
    g_clear_pointer(&writer->note, task_free);
}

static void answer_flush(BtWriter *writer)
{
    g_mutex_lock(&writer->mutex);
    writer->flushes_done++;
    g_cond_broadcast(&writer->flushed);
    g_mutex_unlock(&writer->mutex);
}

static void take(BtWriter *writer, Task *task)
{
    if (!task->note) {
        if (g_queue_is_empty(writer->batch))
            writer->commit_us = g_get_monotonic_time() + COMMIT_EVERY_US;
        g_queue_push_tail(writer->batch, task);
        return;
    }
    g_clear_pointer(&writer->note, task_free);
    writer->note = task;
}

static Task *wait_for_task(BtWriter *writer)
{
    if (g_queue_is_empty(writer->batch))
        return g_async_queue_pop(writer->queue);
    gint64 wait_us = writer->commit_us - g_get_monotonic_time();
    return g_async_queue_timeout_pop(writer->queue, (guint64)MAX(1, wait_us));
}

static gpointer run(gpointer data)
{
    BtWriter *writer = data;
    gboolean hurry = FALSE;
    for (;;) {
        Task *task = wait_for_task(writer);
        gboolean flushing = task != NULL && task->run == NULL;
        hurry = hurry || (task != NULL && task->soon);
        if (task != NULL && !flushing)
            take(writer, task);
        gboolean in_hurry = hurry && g_async_queue_length(writer->queue) <= 0;
        if (flushing || in_hurry || g_get_monotonic_time() >= writer->commit_us) {
            write_down(writer);
            hurry = FALSE;
            writer->commit_us = g_get_monotonic_time() + COMMIT_EVERY_US;
        }
        write_note(writer);
        if (flushing) {
            gboolean last = task->last;
            task_free(task);
            answer_flush(writer);
            if (last)
                return NULL;
        }
    }
}

BtWriter *bt_writer_new(BtFacts *facts)
{
    BtWriter *writer = g_new0(BtWriter, 1);
    writer->facts = facts;
    writer->queue = g_async_queue_new();
    writer->batch = g_queue_new();
    g_mutex_init(&writer->mutex);
    g_cond_init(&writer->flushed);
    writer->thread = g_thread_new("ledger", run, writer);
    return writer;
}

static void push(BtWriter *writer, Task task)
{
    Task *posted = g_new0(Task, 1);
    *posted = task;
    g_async_queue_push(writer->queue, posted);
}

void bt_writer_post(BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy)
{
    push(writer, (Task){ .run = task, .data = data, .destroy = destroy });
}

void bt_writer_post_soon(BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy)
{
    push(writer, (Task){ .run = task, .data = data, .destroy = destroy, .soon = TRUE });
}

void bt_writer_post_note(BtWriter *writer, BtWriterTask task, gpointer data, GDestroyNotify destroy)
{
    push(writer, (Task){ .run = task, .data = data, .destroy = destroy, .note = TRUE });
}

static void flush(BtWriter *writer, gboolean last)
{
    guint64 wanted = ++writer->flushes_asked;
    push(writer, (Task){ .last = last });
    g_mutex_lock(&writer->mutex);
    while (writer->flushes_done < wanted)
        g_cond_wait(&writer->flushed, &writer->mutex);
    g_mutex_unlock(&writer->mutex);
}

void bt_writer_flush(BtWriter *writer)
{
    flush(writer, FALSE);
}

void bt_writer_free(BtWriter *writer)
{
    if (writer == NULL)
        return;
    flush(writer, TRUE);
    g_thread_join(writer->thread);
    guint left = g_queue_get_length(writer->batch);
    if (left > 0)
        g_warning("ledger: %u changes could not be written and are lost", left);
    g_queue_free_full(writer->batch, (GDestroyNotify)task_free);
    g_clear_pointer(&writer->note, task_free);
    g_async_queue_unref(writer->queue);
    bt_facts_close(writer->facts);
    g_mutex_clear(&writer->mutex);
    g_cond_clear(&writer->flushed);
    g_free(writer);
}
