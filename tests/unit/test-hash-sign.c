#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/sign.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- SHA-256: FIPS 180-4 examples ---- */

#define MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static const struct {
    const char *data, *hex;
} hash_cases[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void hash_vectors(void)
{
    char hex[BT_HASH_HEX_SIZE];
    for (gsize i = 0; i < G_N_ELEMENTS(hash_cases); i++) {
        bt_hash_data(hash_cases[i].data, strlen(hash_cases[i].data), hex);
        g_assert_cmpstr(hex, ==, hash_cases[i].hex);
    }
    bt_hash_data(NULL, 0, hex);
    g_assert_cmpstr(hex, ==, hash_cases[0].hex);
}

static void hashing_while_bytes_arrive(void)
{
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    char hex[BT_HASH_HEX_SIZE];
    bt_hasher_peek(hasher, hex);
    g_assert_cmpstr(hex, ==, hash_cases[0].hex);
    bt_hasher_update(hasher, "ab", 2);
    bt_hasher_peek(hasher, hex);
    bt_hasher_update(hasher, "c", 1);
    bt_hasher_update(hasher, NULL, 0);
    for (int i = 0; i < 2; i++) {
        bt_hasher_peek(hasher, hex);
        g_assert_cmpstr(hex, ==, hash_cases[1].hex);
    }
}

static void hash_of_a_file(void)
{
    g_autofree char *data = g_strnfill(1000000, 'a');
    char hex[BT_HASH_HEX_SIZE];
    guint64 size_bytes = 0;
    int fd = bt_io_shared_memory("hash", 1000000, NULL);
    g_assert_true(bt_io_write_all(fd, "hash", data, 1000000, NULL));
    g_assert_true(bt_hash_fd(fd, hex, &size_bytes, NULL));
    g_assert_cmpstr(hex, ==, MILLION_A);
    g_assert_cmpuint(size_bytes, ==, 1000000);
    g_assert_cmpint(lseek(fd, 0, SEEK_CUR), ==, 1000000); /* the offset stayed */
    close(fd);
}

static void hash_of_no_file(void)
{
    g_autoptr(GError) error = NULL;
    char hex[BT_HASH_HEX_SIZE];
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_assert_false(bt_hash_fd(ends[0], hex, NULL, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_assert_cmpstr(error->message, ==, "hash: cannot read: Illegal seek");
    close(ends[0]);
    close(ends[1]);
}

static void hex_names(void)
{
    static const struct {
        const char *text;
        gboolean is_hex;
    } cases[] = {
        { MILLION_A, TRUE },
        { NULL, FALSE },
        { "", FALSE },
        { MILLION_A "0", FALSE },
        { "dc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", FALSE },
        { "Cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", FALSE },
        { "gdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", FALSE },
        { "../6e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", FALSE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(bt_hash_is_hex(cases[i].text), ==, cases[i].is_hex);
}

/* ---- Ed25519: RFC 8032 section 7.1 ---- */

static const struct {
    const char *seed, *public, *message, *signature;
} vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
        "f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
        "4dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

/* (transfer full) */
static guint8 *from_hex(const char *hex, gsize *size_bytes)
{
    gsize n = strlen(hex) / 2;
    guint8 *bytes = g_malloc0(n + 1);
    for (gsize i = 0; i < n; i++)
        bytes[i] =
            (guint8)(g_ascii_xdigit_value(hex[2 * i]) * 16 + g_ascii_xdigit_value(hex[2 * i + 1]));
    *size_bytes = n;
    return bytes;
}

typedef struct {
    char *folder, *path;
} Place;

static void place_open(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    place->folder = g_dir_make_tmp("bangtin-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "key", NULL);
}

/* A folder that is not empty would stay: so this also checks that nothing was left beside. */
static void place_close(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_unlink(place->path);
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    g_free(place->folder);
    g_free(place->path);
}

static void write_seed(const char *path, const char *seed_hex)
{
    gsize n;
    g_autofree guint8 *seed = from_hex(seed_hex, &n);
    g_autofree char *base64 = g_base64_encode(seed, n);
    g_autofree char *text = g_strdup_printf("bangtin-key ed25519 %s\n", base64);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void rfc8032(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        gsize n;
        g_autofree guint8 *expected_public = from_hex(vectors[i].public, &n);
        g_autofree guint8 *expected = from_hex(vectors[i].signature, &n);
        g_autofree guint8 *message = from_hex(vectors[i].message, &n);
        guint8 signature[BT_SIGNATURE_BYTES];
        write_seed(place->path, vectors[i].seed);
        g_autoptr(BtKey) key = bt_key_load(place->path, NULL);
        BtPublicKey public = bt_key_public(key);
        g_assert_cmpmem(public.bytes, sizeof public.bytes, expected_public, BT_PUBLIC_KEY_BYTES);
        bt_key_sign(key, message, n, signature);
        g_assert_cmpmem(signature, sizeof signature, expected, BT_SIGNATURE_BYTES);
        g_assert_true(bt_public_key_verify(&public, message, n, signature));
    }
}

static void changed_bytes_do_not_verify(void)
{
    g_autoptr(BtKey) key = bt_key_generate();
    g_autoptr(BtKey) other = bt_key_generate();
    BtPublicKey public = bt_key_public(key), other_public = bt_key_public(other), zero = { { 0 } };
    guint8 signature[BT_SIGNATURE_BYTES];
    bt_key_sign(key, "tin", 3, signature);
    g_assert_true(bt_public_key_verify(&public, "tin", 3, signature));
    g_assert_false(bt_public_key_verify(&public, "tim", 3, signature));
    g_assert_false(bt_public_key_verify(&public, "tin", 2, signature));
    g_assert_false(bt_public_key_verify(&other_public, "tin", 3, signature));
    g_assert_false(bt_public_key_verify(&zero, "tin", 3, signature));
    for (gsize i = 0; i < sizeof signature; i++) {
        signature[i] ^= 1;
        g_assert_false(bt_public_key_verify(&public, "tin", 3, signature));
        signature[i] ^= 1;
    }
}

static void id_is_the_hash_of_the_key(void)
{
    gsize n;
    BtPublicKey key;
    char id[BT_HASH_HEX_SIZE];
    g_autofree guint8 *bytes = from_hex(vectors[0].public, &n);
    memcpy(key.bytes, bytes, sizeof key.bytes);
    bt_public_key_id(&key, id);
    g_assert_cmpstr(id, ==, "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9");
}

/* ---- key files ---- */

static void saved_and_loaded(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtKey) key = bt_key_generate();
    g_assert_true(bt_key_save(key, place->path, &error));
    struct stat st;
    g_assert_cmpint(stat(place->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_autoptr(BtKey) again = bt_key_load(place->path, &error);
    BtPublicKey a = bt_key_public(key), b = bt_key_public(again);
    g_assert_cmpmem(a.bytes, sizeof a.bytes, b.bytes, sizeof b.bytes);
}

static void never_replaced(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtKey) key = bt_key_generate();
    g_autofree char *text = NULL;
    g_assert_true(g_file_set_contents(place->path, "old", -1, NULL));
    g_assert_false(bt_key_save(key, place->path, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_CONFLICT);
    g_assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "old");
}

static void no_key_file(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_key_load(place->path, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(bt_key_load(place->folder, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
}

#define SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define SPACES "                                                                "

static void bad_key_files(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const char *const texts[] = {
        "",
        "bangtin-key",
        "bangtin-key ed25519 ",
        "bangtin-key ed25519 \n",
        "bangtin-key ed25519 nWGxne==\n",
        "bangtin-key ed25519 " SEED "\n\n",
        "bangtin-key ed25519 " SEED " ",
        "bangtin-key ed25519  " SEED,
        "bangtin-key ed448 " SEED,
        " bangtin-key ed25519 " SEED,
        "bangtin-key ed25519 " SEED "\nbangtin-key ed25519 " SEED "\n",
        "bangtin-key ed25519 AAAA" SEED,
        "bangtin-key ed25519 " SEED SPACES SPACES SPACES SPACES,
    };
    g_autofree char *message = g_strconcat(place->path,
        ":1: not a key: expected bangtin-key ed25519 and the base64 of 32 bytes", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(place->path, texts[i], -1, NULL));
        g_assert_null(bt_key_load(place->path, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_SYNTAX);
        g_assert_cmpstr(error->message, ==, message);
    }
}

/* ---- base64: RFC 4648 section 10, and what must be refused ---- */

static void base64(void)
{
    static const struct {
        const char *text, *data; /* NULL: refused */
    } cases[] = {
        { "", "" },
        { "Zg==", "f" },
        { "Zm8=", "fo" },
        { "Zm9v", "foo" },
        { "Zm9vYg==", "foob" },
        { "Zm9vYmE=", "fooba" },
        { "Zm9vYmFy", "foobar" },
        { "+/+/", "\xfb\xff\xbf" },
        { "Zg", NULL },
        { "Zg=", NULL },
        { "Zg===", NULL },
        { "Zh==", NULL }, /* bits after the end */
        { "Zm9=", NULL },
        { "Z", NULL },
        { "====", NULL },
        { "Zm9v\n", NULL },
        { "Zm 9v===", NULL },
        { " Zm9v", NULL },
        { "-_-_", NULL },
        { "Zg==Zg==", NULL },
        { "Zm9v====", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = bt_base64_decode(cases[i].text, strlen(cases[i].text));
        g_assert_true((bytes == NULL) == (cases[i].data == NULL));
        if (bytes)
            g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), cases[i].data,
                strlen(cases[i].data));
    }
}

static void public_key_as_base64(void)
{
    g_autoptr(BtKey) key = bt_key_generate();
    BtPublicKey public = bt_key_public(key), again;
    g_autofree char *text = bt_public_key_to_base64(&public);
    g_assert_true(bt_public_key_from_base64(text, &again));
    g_assert_cmpmem(public.bytes, sizeof public.bytes, again.bytes, sizeof again.bytes);
    g_assert_false(bt_public_key_from_base64("Zm9v", &again));
    g_assert_false(bt_public_key_from_base64("", &again));
    g_assert_false(bt_public_key_from_base64(NULL, &again));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hash/vectors", hash_vectors);
    g_test_add_func("/hash/arriving", hashing_while_bytes_arrive);
    g_test_add_func("/hash/file", hash_of_a_file);
    g_test_add_func("/hash/no-file", hash_of_no_file);
    g_test_add_func("/hash/hex", hex_names);
    g_test_add("/sign/rfc8032", Place, NULL, place_open, rfc8032, place_close);
    g_test_add_func("/sign/changed", changed_bytes_do_not_verify);
    g_test_add_func("/sign/id", id_is_the_hash_of_the_key);
    g_test_add("/sign/saved", Place, NULL, place_open, saved_and_loaded, place_close);
    g_test_add("/sign/never-replaced", Place, NULL, place_open, never_replaced, place_close);
    g_test_add("/sign/no-file", Place, NULL, place_open, no_key_file, place_close);
    g_test_add("/sign/bad-files", Place, NULL, place_open, bad_key_files, place_close);
    g_test_add_func("/sign/base64", base64);
    g_test_add_func("/sign/public-base64", public_key_as_base64);
    return g_test_run();
}
