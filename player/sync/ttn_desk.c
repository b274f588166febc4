/* The desk: everything that was said goes through here, one after the other, and what follows from
 * it is on the disk and told to show before the next is looked at. It never waits for the network,
 * so that a warning is on the glass at once whatever else is under way. */
#include "player/sync/ttn.h"

#define IDLE_MS (10 * BT_MINUTE_MS) /* a look at the clock, whatever documents say */
#define AGAIN_MS (2 * BT_SECOND_MS) /* what the disk did not take */
#define AT_ONCE_MAX 100             /* messages before the documents are composed */

typedef struct {
    BtSyncTtn *ttn;
    BtTtnHands hands;
    GQueue unwritten; /* of BtTtnNote: the disk did not take them yet */
    gboolean changed; /* the documents are to be composed */
    gint64 composed_ms, holds_until_ms;
    gboolean disk_failed; /* which was told */
    gint64 tidied_ms;
} Desk;

static void fail(Desk *desk, const GError *why)
{
    if (!desk->disk_failed)
        g_warning("%s: %s", desk->ttn->source->name, why->message);
    desk->disk_failed = TRUE;
}

/* FALSE: later. */
static gboolean take(Desk *desk, const BtTtnNote *note)
{
    g_autoptr(GError) failure = NULL;
    gboolean changed = FALSE, orders = FALSE;
    if (note->kind != BT_TTN_NOTE_SAID) {
        desk->changed =
            desk->changed || (note->kind != BT_TTN_NOTE_STOP && note->kind != BT_TTN_NOTE_WOKEN);
        return TRUE;
    }
    gboolean taken = bt_ttn_take(desk->ttn, &desk->hands, note, &changed, &orders, &failure);
    desk->changed = desk->changed || changed;
    if (orders)
        bt_sync_role_tell(desk->ttn->role, BT_ROLE_NEWS);
    if (!taken)
        fail(desk, failure);
    else if (note->done != NULL)
        g_atomic_int_set(note->done, 1);
    return taken;
}

/* In the order in which they came. */
static void take_unwritten(Desk *desk)
{
    BtTtnNote *note;
    while ((note = g_queue_peek_head(&desk->unwritten)) != NULL && take(desk, note))
        bt_ttn_note_free(g_queue_pop_head(&desk->unwritten));
}

static void take_or_keep(Desk *desk, BtTtnNote *note)
{
    if (g_queue_is_empty(&desk->unwritten) && take(desk, note))
        bt_ttn_note_free(note);
    else if (g_queue_get_length(&desk->unwritten) < BT_TTN_QUEUE_MAX)
        g_queue_push_tail(&desk->unwritten, note);
    else
        bt_ttn_note_free(note);
}

static gint64 wait_ms(Desk *desk)
{
    if (!g_queue_is_empty(&desk->unwritten) || (desk->changed && desk->disk_failed))
        return AGAIN_MS;
    return MIN(IDLE_MS, bt_ttn_real_ms_until(desk->ttn, desk->holds_until_ms));
}

/* Waits for one note and takes those behind it. */
static void take_notes(Desk *desk)
{
    guint64 wait_us = (guint64)MAX(1, wait_ms(desk)) * 1000;
    BtTtnNote *note = g_async_queue_timeout_pop(desk->ttn->queue, wait_us);
    take_unwritten(desk);
    for (guint n = 0; note != NULL; n++) {
        take_or_keep(desk, note);
        note = n < AT_ONCE_MAX ? g_async_queue_try_pop(desk->ttn->queue) : NULL;
    }
}

/* The screen has another size, or a film turned out to be longer. */
static gboolean has_found(const Desk *desk)
{
    BtFound now = bt_found_look(desk->hands.facts), then = desk->ttn->found;
    return now.w_px != then.w_px || now.h_px != then.h_px || now.n_lengths != then.n_lengths;
}

/* Until they do not hold any more; what a clock that went back composed does not either. */
static gboolean is_to_be_composed(const Desk *desk, gint64 now_ms)
{
    return desk->changed || has_found(desk) || now_ms >= desk->holds_until_ms ||
        now_ms < desk->composed_ms;
}

static void compose(Desk *desk)
{
    g_autoptr(GError) failure = NULL;
    gint64 now_ms = bt_ttn_now_ms(desk->ttn);
    if (!is_to_be_composed(desk, now_ms))
        return;
    if (bt_ttn_documents_compose(desk->ttn, &desk->hands, &desk->holds_until_ms, &failure)) {
        desk->changed = desk->disk_failed = FALSE;
        desk->composed_ms = now_ms;
        return;
    }
    desk->changed = TRUE;
    fail(desk, failure);
}

static void tidy(Desk *desk)
{
    gint64 now_ms = bt_ttn_now_ms(desk->ttn);
    if (ABS(now_ms - desk->tidied_ms) < BT_DAY_MS)
        return;
    if (bt_ttn_store_tidy(desk->hands.store, now_ms - BT_TTN_TIDY_MS, NULL))
        desk->tidied_ms = now_ms;
}

/* A broker that can never be spoken to is a fault of the configuration; the board plays on. */
static void open_ear(Desk *desk)
{
    g_autoptr(GError) failure = NULL;
    if (desk->ttn->source->ttn->mqtt != NULL && !bt_ttn_ear_open(desk->ttn, &failure))
        bt_ttn_say(&desk->hands, "refused", failure, "mqtt", NULL);
}

gpointer bt_ttn_desk(gpointer data)
{
    Desk desk = { .ttn = data, .changed = TRUE };
    g_queue_init(&desk.unwritten);
    if (!bt_ttn_hands_wait(desk.ttn, &desk.hands))
        return NULL;
    /* The one before may have died between making something ready and telling. */
    bt_sync_role_tell(desk.ttn->role, BT_ROLE_NEWS);
    compose(&desk);
    open_ear(&desk);
    while (!bt_ttn_is_over(desk.ttn)) {
        take_notes(&desk);
        compose(&desk);
        bt_sync_voice_write(desk.hands.voice);
        tidy(&desk);
    }
    g_queue_clear_full(&desk.unwritten, bt_ttn_note_free);
    bt_ttn_hands_close(&desk.hands);
    return NULL;
}
