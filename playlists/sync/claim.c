/* The claim code is nothing secret: it is the device's key, short enough to be read out over the
 * telephone, so that the operator who adopts a board adopts the one that stands in front of the
 * caller. Crockford's alphabet has no I, L, O, U, which eyes and ears mistake. */
#include "playlists/sync/sync.h"

#include <string.h>

#define DOMAIN_WORD "bangtin claim code 1\n"
#define N_SYMBOLS 8 /* 5 bits each: one in 10^12 to meet by chance */

void bt_claim_code(const BtPublicKey *key, char code[10])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    guint8 said[sizeof DOMAIN_WORD - 1 + BT_PUBLIC_KEY_BYTES];
    char hex[BT_HASH_HEX_SIZE];
    memcpy(said, DOMAIN_WORD, sizeof DOMAIN_WORD - 1);
    memcpy(said + sizeof DOMAIN_WORD - 1, key->bytes, BT_PUBLIC_KEY_BYTES);
    bt_hash_data(said, sizeof said, hex);
    char *at = code;
    for (int i = 0; i < N_SYMBOLS; i++) {
        if (i == N_SYMBOLS / 2)
            *at++ = '-';
        int byte = g_ascii_xdigit_value(hex[2 * i]) * 16 + g_ascii_xdigit_value(hex[2 * i + 1]);
        *at++ = alphabet[byte % 32];
    }
    *at = '\0';
}
