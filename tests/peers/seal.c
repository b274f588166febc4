/* Keys and envelopes for the scripts of this folder.
 *     peer-seal key FILE               makes a key; prints its public half in base64 and its id
 *     peer-seal seal ROLE KEYFILE…     payload from standard input, envelope to standard output */
#include "base/io.h"
#include "playlists/envelope/envelope.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAYLOAD_MAX_BYTES (2 * BT_MANIFEST_MAX_BYTES)

static int fail(GError *error)
{
    fprintf(stderr, "peer-seal: %s\n", error->message);
    g_error_free(error);
    return 1;
}

static int make_key(const char *path)
{
    GError *error = NULL;
    g_autoptr(BtKey) key = bt_key_generate();
    if (!bt_key_save(key, path, &error))
        return fail(error);
    BtPublicKey public = bt_key_public(key);
    char id[BT_HASH_HEX_SIZE];
    bt_public_key_id(&public, id);
    g_autofree char *base64 = bt_public_key_to_base64(&public);
    printf("%s %s\n", base64, id);
    return 0;
}

static GBytes *read_input(void)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 piece[4096];
    for (size_t n;
         (n = fread(piece, 1, sizeof piece, stdin)) > 0 && bytes->len < PAYLOAD_MAX_BYTES;)
        g_byte_array_append(bytes, piece, (guint)n);
    return g_byte_array_free_to_bytes(bytes);
}

static int seal(const char *role, char **paths, guint n)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)bt_key_free);
    for (guint i = 0; i < n; i++) {
        BtKey *key = bt_key_load(paths[i], &error);
        if (!key)
            return fail(error);
        g_ptr_array_add(keys, key);
    }
    g_autoptr(GBytes) payload = read_input();
    g_autoptr(GBytes) envelope =
        bt_envelope_seal(role, payload, (BtKey *const *)keys->pdata, keys->len);
    if (bt_io_write_all(STDOUT_FILENO, "standard output", g_bytes_get_data(envelope, NULL),
            g_bytes_get_size(envelope), &error))
        return 0;
    return fail(error);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "key") == 0)
        return make_key(argv[2]);
    if (argc >= 4 && strcmp(argv[1], "seal") == 0)
        return seal(argv[2], argv + 3, (guint)argc - 3);
    fprintf(stderr, "usage: peer-seal key FILE | seal ROLE KEYFILE...\n");
    return 2;
}
