/* Any header fields and body as a signed POST: nothing is accepted that the device did not sign.
 * The lines are Date, Content-Digest, Signature-Input and Signature; what follows is the body. "!"
 * as a digest or a signature stands for the right one, so that the rest is reached. */
#include "base/error.h"
#include "source/serve/signature.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795309200000) /* Sun, 22 Nov 2026 01:00:00 GMT */
#define N_FIELDS 4

static const char *const targets[] = { "http://x.example/r", "https://x.example/r", NULL };

static BtKey *device_key(void)
{
    static BtKey *key;
    if (key == NULL)
        key = bt_key_generate();
    return key;
}

/* The next line, and where the one after it begins. (transfer full) */
static char *take_line(const char **at, const char *end)
{
    const char *stop = memchr(*at, '\n', (gsize)(end - *at));
    char *line = g_strndup(*at, (gsize)((stop == NULL ? end : stop) - *at));
    *at = stop == NULL ? end : stop + 1;
    return line;
}

static char *right_digest(const void *body, gsize size)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 raw[32];
    gsize n = sizeof raw;
    g_checksum_update(sum, body, (gssize)size);
    g_checksum_get_digest(sum, raw, &n);
    g_autofree char *base64 = g_base64_encode(raw, n);
    return g_strdup_printf("sha-256=:%s:", base64);
}

static char *right_signature(const BtSignatureInput *input, const BtSignedRequest *request)
{
    guint8 raw[BT_SIGNATURE_BYTES];
    g_autofree char *base = bt_signature_base(input, request, targets[1]);
    bt_key_sign(device_key(), base, strlen(base), raw);
    g_autofree char *base64 = g_base64_encode(raw, sizeof raw);
    return g_strdup_printf("%s=:%s:", input->label, base64);
}

static void check_input(const BtSignatureInput *input)
{
    g_assert_true(*input->label != '\0' && input->keyid != NULL);
    g_assert_cmpuint(g_strv_length(input->components), ==, 4);
    g_assert_true(input->created_s >= -1 && input->expires_s >= -1);
}

static void try_request(char **fields, const void *body, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtSignatureInput) input = bt_signature_input_read(fields[2], &error);
    g_assert_true((input != NULL) == (error == NULL));
    if (input == NULL)
        return;
    check_input(input);
    BtPublicKey key = bt_key_public(device_key());
    gboolean is_signed = g_str_equal(fields[3], "!");
    g_autofree char *digest =
        g_str_equal(fields[1], "!") ? right_digest(body, size) : g_strdup(fields[1]);
    BtSignedRequest request = { .method = "POST",
        .targets = targets,
        .date = fields[0],
        .content_digest = digest,
        .signature_input = fields[2],
        .body = body,
        .body_bytes = size };
    g_autofree char *signature = is_signed ? right_signature(input, &request) : g_strdup(fields[3]);
    request.signature = signature;
    gboolean ok = bt_signature_verify(input, &request, &key, NOW_MS, &error);
    gint64 date_ms = 0;
    g_assert_true(ok == (error == NULL));
    if (!ok)
        return;
    g_autofree char *right = right_digest(body, size);
    g_assert_true(is_signed && g_str_equal(digest, right));
    g_assert_true(bt_http_date_parse(fields[0], &date_ms));
    g_assert_cmpint(ABS(NOW_MS - date_ms), <=, BT_SIGNATURE_MAX_SKEW_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    char *fields[N_FIELDS];
    for (guint i = 0; i < N_FIELDS; i++)
        fields[i] = take_line(&at, end);
    try_request(fields, at, (gsize)(end - at));
    for (guint i = 0; i < N_FIELDS; i++)
        g_free(fields[i]);
    return 0;
}
