/* What templates may name of how the board stands, and of what happened. */
#include "player/sync/ttn_talk.h"

/* As its source said it, or the little that is known of one that was forgotten. */
static gboolean set_bulletin(BtTtnTalk *talk, GHashTable *values, const char *item)
{
    BtTtnBulletin *bulletin = bt_ttn_store_find(talk->hands.store, item, NULL);
    if (bulletin == NULL)
        return FALSE;
    bt_ttn_values_set_bulletin(values, bulletin);
    bt_ttn_bulletin_free(bulletin);
    return TRUE;
}

static void set_playing(BtTtnTalk *talk, GHashTable *values, const BtStanding *standing)
{
    BtTtnBulletin *bulletin = standing->item == NULL || *standing->item == '\0'
        ? NULL
        : bt_ttn_store_find(talk->hands.store, standing->item, NULL);
    bt_ttn_values_set_string(values, "playing", bulletin == NULL ? "" : bulletin->title);
    if (bulletin == NULL)
        return;
    bt_ttn_values_set_int(values, "started", standing->start_ms);
    bt_ttn_values_set_string(values, "zone", standing->zone);
    bt_ttn_bulletin_free(bulletin);
}

GHashTable *bt_ttn_words_now(BtTtnTalk *talk, gint64 *changed_ms)
{
    GHashTable *values = bt_ttn_values(talk->ttn, bt_ttn_now_ms(talk->ttn));
    BtStanding standing = { 0 };
    gboolean known = bt_standing_get(talk->hands.facts, talk->ttn->source->name, &standing, NULL);
    bt_ttn_values_set_string(values, "state",
        standing.paused                                            ? "paused"
            : standing.stopped || !known || *standing.item == '\0' ? "stopped"
                                                                   : "playing");
    bt_ttn_values_set_int(values, "volume", standing.volume);
    set_playing(talk, values, &standing);
    if (changed_ms != NULL)
        *changed_ms = standing.changed_ms;
    bt_standing_clear(&standing);
    return values;
}

static const char *text_of(const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    return bt_json_member(&root, key, &at)
        ? bt_json_read_string(&at, 0, BT_TTN_MESSAGE_MAX_BYTES, NULL)
        : NULL;
}

static void copy_text(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    const char *text = text_of(body, key);
    bt_ttn_values_set_string(values, name, text == NULL ? "" : text);
}

/* A time, as RFC 3339 or as a number. */
static void copy_time(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    gint64 ms = 0;
    if (bt_json_member(&root, key, &at) &&
        (bt_json_read_time(&at, &ms, NULL) || bt_json_read_int(&at, 1, G_MAXINT64, &ms, NULL)))
        bt_ttn_values_set_int(values, name, ms);
}

static void copy_any(GHashTable *values, const char *name, const BtJson *body, const char *key)
{
    BtJsonAt root = bt_json_root("", body), at;
    if (bt_json_member(&root, key, &at))
        bt_ttn_values_set(values, name, bt_json_ref(at.value));
}

/* FALSE: of a bulletin that nobody knows any more. */
static gboolean set_entry(BtTtnTalk *talk, GHashTable *values, const BtOutboxEntry *entry)
{
    const BtJson *body = entry->body;
    bt_ttn_values_set_int(values, "now", entry->at_ms);
    switch (entry->kind) {
    case BT_OUT_STARTED:
    case BT_OUT_ENDED:
        bt_ttn_values_set_int(values, "started", entry->at_ms);
        if (entry->kind == BT_OUT_ENDED) {
            copy_time(values, "started", body, "start");
            bt_ttn_values_set_int(values, "ended", entry->at_ms);
        }
        copy_text(values, "zone", body, "zone");
        copy_text(values, "cause", body, "cause");
        bt_ttn_values_set_int(values, "volume", 0);
        copy_any(values, "volume", body, "volume");
        bt_ttn_values_set_string(values, "state", "playing");
        return set_bulletin(
            talk, values, text_of(body, "item") == NULL ? "" : text_of(body, "item"));
    case BT_OUT_SAVED:
    case BT_OUT_CANCELLED:
        copy_text(values, "schedule.id", body, "schedule");
        copy_text(values, "schedule.name", body, "name");
        copy_any(values, "bulletins", body, "bulletins");
        return TRUE;
    default:
        copy_text(values, "requisition.phase", body, "phase");
        copy_text(values, "requisition.owner", body, "owner");
        copy_time(values, "requisition.from", body, "from");
        copy_time(values, "requisition.until", body, "until");
        return TRUE;
    }
}

GHashTable *bt_ttn_words_of(BtTtnTalk *talk, const BtOutboxEntry *entry)
{
    GHashTable *values = bt_ttn_words_now(talk, NULL);
    if (set_entry(talk, values, entry))
        return values;
    g_hash_table_unref(values);
    return NULL;
}
