/* How what happened with a source comes into the log and into reports: once, and not lost when the
 * disk does not take it now. Thread-safety: that of its facts. */
#ifndef BT_PLAYER_SYNC_VOICE_H
#define BT_PLAYER_SYNC_VOICE_H

#include "player/facts/facts.h"
#include "playlists/sync/sync.h"

typedef struct BtSyncRole BtSyncRole;
typedef struct BtSyncVoice BtSyncVoice;

/* `source` is copied. (transfer full) */
BtSyncVoice *bt_sync_voice_new(BtSyncRole *role, const char *source);
void bt_sync_voice_free(BtSyncVoice *voice);
/* Where it is written down; borrowed, NULL: in memory for now. */
void bt_sync_voice_set_facts(BtSyncVoice *voice, BtFacts *facts);

void bt_sync_voice_say(BtSyncVoice *voice, const BtSyncEvent *event);
/* What could not be written down before. */
void bt_sync_voice_write(BtSyncVoice *voice);
/* All went well: what goes wrong after it is said again. */
void bt_sync_voice_forget(BtSyncVoice *voice);

#endif
