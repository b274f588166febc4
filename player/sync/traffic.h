/* What a source costs, and what is still to come, as status says it. Thread-safety: safe. */
#ifndef BT_PLAYER_SYNC_TRAFFIC_H
#define BT_PLAYER_SYNC_TRAFFIC_H

#include "base/json.h"
#include "playlists/sync/sync.h"

/* {"day":{"used","limit"},"month":{"used","limit","forecast"},"bytes_per_s","to_come":{"objects",
 * "bytes","waits","until","complete"}}: bytes and times; a limit, a rate or a time that is not
 * there or not known is null; `waits` is "hours", "day", "month" or null. (transfer full) */
char *bt_traffic_json(const BtSyncOutlook *outlook, const BtBudget *budget);

/* The same for people, in the language of the process: a line or two, ended, indented by four
 * spaces; local times by `zone`. `source` is an entry of status' sources. (transfer full) */
char *bt_traffic_words(const BtJsonAt *source, GTimeZone *zone);

/* The word for a state of a source in the language of the process; itself when it is not known. */
const char *bt_source_state_word(const char *state);

#endif
