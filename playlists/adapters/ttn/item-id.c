#include "base/hash.h"
#include "playlists/adapters/ttn/ttn.h"

#include <string.h>

#define PLAIN_MAX_BYTES 48
#define DIGITS 32

/* Ids of theirs are any text; one that is no id of ours is known by its hash. */
char *bt_ttn_item_id(const char *bulletin_id)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    gsize length = strlen(bulletin_id);
    if (length > 0 && length <= PLAIN_MAX_BYTES && strspn(bulletin_id, allowed) == length)
        return g_strconcat("b-", bulletin_id, NULL);
    char sha256[BT_HASH_HEX_SIZE];
    bt_hash_data(bulletin_id, length, sha256);
    return g_strdup_printf("b-%.*s", DIGITS, sha256);
}
