#include "player/sync/voice.h"

#include "player/sync/role.h"

#define TOLD_MAX 200

struct BtSyncVoice {
    BtSyncRole *role;
    char *source;
    BtFacts *facts; /* borrowed, NULL: not now */
    BtUntold *untold;
    GHashTable *told; /* what went wrong since all was well: type, thing, code, words */
};

BtSyncVoice *bt_sync_voice_new(BtSyncRole *role, const char *source)
{
    BtSyncVoice *voice = g_new0(BtSyncVoice, 1);
    voice->role = role;
    voice->source = g_strdup(source);
    voice->untold = bt_untold_new(source);
    voice->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return voice;
}

void bt_sync_voice_free(BtSyncVoice *voice)
{
    if (voice == NULL)
        return;
    bt_untold_free(voice->untold);
    g_hash_table_unref(voice->told);
    g_free(voice->source);
    g_free(voice);
}

void bt_sync_voice_set_facts(BtSyncVoice *voice, BtFacts *facts)
{
    voice->facts = facts;
}

/* A fault that goes on for days is one event, not one a poll; another mistake at the same place is
 * another event, and a busy broker's topic is one place for ever. */
static gboolean is_told(BtSyncVoice *voice, const BtSyncEvent *event)
{
    gboolean is_refused = g_str_equal(event->type, "refused");
    if (!is_refused && !g_str_equal(event->type, "skipped"))
        return FALSE;
    if (g_hash_table_size(voice->told) >= TOLD_MAX)
        g_hash_table_remove_all(voice->told);
    return !g_hash_table_add(voice->told,
        g_strdup_printf("%s %s %s %s", event->type, event->what, event->reason,
            is_refused ? event->message : ""));
}

/* What is fetched is for the log; what is refused is for the source too. */
void bt_sync_voice_say(BtSyncVoice *voice, const BtSyncEvent *event)
{
    if (is_told(voice, event))
        return;
    g_message("%s: %s %s: %s", voice->source, event->type, event->what, event->message);
    if (g_str_equal(event->type, "fetched"))
        return;
    g_autofree char *words =
        g_utf8_substring(event->message, 0, MIN(300, g_utf8_strlen(event->message, -1)));
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "event", event->type);
    if (*event->reason != '\0')
        bt_json_set_string(body, "code", event->reason);
    bt_json_set_string(body, "source", voice->source);
    bt_json_set_string(body, "what", event->what);
    bt_json_set_string(body, "message", words);
    BtMoment now = bt_sync_role_moment(voice->role);
    bt_untold_add(voice->untold, voice->facts, &now, body);
}

void bt_sync_voice_write(BtSyncVoice *voice)
{
    BtMoment now = bt_sync_role_moment(voice->role);
    if (voice->facts != NULL)
        bt_untold_write(voice->untold, voice->facts, &now);
}

void bt_sync_voice_forget(BtSyncVoice *voice)
{
    g_hash_table_remove_all(voice->told);
}
