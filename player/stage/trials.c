#include "player/stage/trials.h"

typedef struct {
    guint deaths;
    gint64 last_ms; /* of the monotonic clock */
    GError *error;
} Trial;

struct BtTrials {
    GHashTable *all; /* sha256 → Trial */
    gint64 rest_ms;
};

static void trial_free(gpointer data)
{
    Trial *trial = data;
    g_clear_error(&trial->error);
    g_free(trial);
}

BtTrials *bt_trials_new(gint64 rest_ms)
{
    BtTrials *trials = g_new0(BtTrials, 1);
    trials->all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, trial_free);
    trials->rest_ms = rest_ms;
    return trials;
}

void bt_trials_free(BtTrials *trials)
{
    if (!trials)
        return;
    g_hash_table_unref(trials->all);
    g_free(trials);
}

static gboolean is_over(const BtTrials *trials, const Trial *trial, gint64 mono_ms)
{
    return mono_ms - trial->last_ms > trials->rest_ms;
}

/* Only deaths of the last while are kept: no more than decoders can die in it. */
static void drop_old(BtTrials *trials, gint64 mono_ms)
{
    GHashTableIter iter;
    gpointer trial;
    g_hash_table_iter_init(&iter, trials->all);
    while (g_hash_table_iter_next(&iter, NULL, &trial))
        if (is_over(trials, trial, mono_ms))
            g_hash_table_iter_remove(&iter);
}

guint bt_trials_note_death(
    BtTrials *trials, const char *sha256, const GError *error, gint64 mono_ms)
{
    drop_old(trials, mono_ms);
    Trial *trial = g_hash_table_lookup(trials->all, sha256);
    if (!trial) {
        trial = g_new0(Trial, 1);
        g_hash_table_insert(trials->all, g_strdup(sha256), trial);
    }
    g_clear_error(&trial->error);
    trial->error = g_error_copy(error);
    trial->last_ms = mono_ms;
    return ++trial->deaths;
}

gboolean bt_trials_suspects(const BtTrials *trials, const char *sha256)
{
    return g_hash_table_contains(trials->all, sha256);
}

const GError *bt_trials_verdict(const BtTrials *trials, const char *sha256, gint64 mono_ms)
{
    const Trial *trial = g_hash_table_lookup(trials->all, sha256);
    gboolean rests = trial && trial->deaths >= BT_TRIALS_MAX && !is_over(trials, trial, mono_ms);
    return rests ? trial->error : NULL;
}

void bt_trials_forget(BtTrials *trials, const char *sha256)
{
    g_hash_table_remove(trials->all, sha256);
}
