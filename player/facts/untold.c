#include "player/facts/untold.h"

struct BtUntold {
    char *source;
    GQueue waiting; /* of Event, oldest first */
    guint64 lost;   /* given up and not yet told */
};

typedef struct {
    BtMoment at;
    BtJson *body;
} Event;

static void event_free(gpointer data)
{
    Event *event = data;
    bt_json_unref(event->body);
    g_free(event);
}

BtUntold *bt_untold_new(const char *source)
{
    BtUntold *untold = g_new0(BtUntold, 1);
    untold->source = g_strdup(source);
    g_queue_init(&untold->waiting);
    return untold;
}

void bt_untold_free(BtUntold *untold)
{
    if (untold == NULL)
        return;
    g_queue_clear_full(&untold->waiting, event_free);
    g_free(untold->source);
    g_free(untold);
}

static void write_waiting(BtUntold *untold, BtFacts *facts)
{
    Event *first;
    while (facts != NULL && (first = g_queue_peek_head(&untold->waiting)) != NULL) {
        g_autoptr(GError) failure = NULL;
        if (!bt_facts_add(facts, "event", NULL, &first->at, bt_json_ref(first->body), &failure) &&
            g_error_matches(failure, BT_ERROR, BT_ERROR_IO))
            break;
        if (failure != NULL)
            g_message("%s: %s", untold->source, failure->message);
        event_free(g_queue_pop_head(&untold->waiting));
    }
    for (; g_queue_get_length(&untold->waiting) > BT_UNTOLD_MAX; untold->lost++)
        event_free(g_queue_pop_head(&untold->waiting));
}

void bt_untold_add(BtUntold *untold, BtFacts *facts, const BtMoment *at, BtJson *body)
{
    Event *event = g_new0(Event, 1);
    *event = (Event){ *at, body };
    g_queue_push_tail(&untold->waiting, event);
    write_waiting(untold, facts);
}

void bt_untold_write(BtUntold *untold, BtFacts *facts, const BtMoment *now)
{
    write_waiting(untold, facts);
    if (untold->lost == 0 || !g_queue_is_empty(&untold->waiting))
        return;
    BtJson *body = bt_json_new_object();
    g_autofree char *words =
        g_strdup_printf("%" G_GUINT64_FORMAT " events were given up", untold->lost);
    bt_json_set_string(body, "event", "lost");
    bt_json_set_string(body, "code", "limit");
    bt_json_set_string(body, "source", untold->source);
    bt_json_set_string(body, "what", "ledger.db");
    bt_json_set_string(body, "message", words);
    untold->lost = 0;
    bt_untold_add(untold, facts, now, body);
}
