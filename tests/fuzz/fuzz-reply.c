/* What a source answers to a POST. The first byte chooses: 'R' the reply to reports, 'E' and 'W' to
 * an enrolment (claimed, waiting), 'T' a Retry-After. */
#include "playlists/sync/private.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795309200000)

static void try_push(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    BtPushReply reply = { .accepted = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    gboolean ok = bt_reply_read_push(bytes, "reports", &reply, &error);
    g_assert_true(ok == (error == NULL));
    g_assert_true(reply.accepted->len % 2 == 0 && reply.accepted->len <= 2 * 4096);
    for (guint i = 0; i < reply.accepted->len; i += 2) {
        gint64 from = g_array_index(reply.accepted, gint64, i);
        g_assert_true(from >= 0 && from <= g_array_index(reply.accepted, gint64, i + 1));
    }
    GHashTableIter iter;
    gpointer id, reason;
    g_hash_table_iter_init(&iter, reply.refused);
    while (g_hash_table_iter_next(&iter, &id, &reason)) {
        g_assert_true(*(const char *)id != '\0' && g_utf8_strlen(id, -1) <= 200);
        g_assert_true(g_utf8_validate(id, -1, NULL) && g_utf8_validate(reason, -1, NULL));
    }
    bt_push_reply_clear(&reply);
}

static void try_enrol(GBytes *bytes, int status)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) root = NULL;
    g_autofree char *screen = NULL;
    BtAnswer answer = { .status = status };
    gboolean ok = bt_reply_read_enrol(&answer, bytes, "enrol", &screen, &root, &error);
    g_assert_true(ok == (error == NULL));
    g_assert_true((screen != NULL) == (ok && status == 200));
    g_assert_true((root != NULL) == (screen != NULL));
    if (screen == NULL)
        return;
    /* The id becomes part of addresses and names of files. */
    g_assert_true(*screen != '\0' && *screen != '.' && strlen(screen) <= BT_ID_MAX_BYTES);
    g_assert_null(strpbrk(screen, "/\\?#% \n"));
    g_autoptr(BtTrust) trust = bt_trust_new("", screen);
    bt_trust_accept_first_root(trust, root, "root", NULL, NULL);
}

static void try_retry_after(const char *data, size_t size)
{
    BtAnswer answer = { .status = 429 };
    memcpy(answer.retry_after, data, MIN(size, sizeof answer.retry_after - 1));
    gint64 wait_ms = bt_answer_asked_ms(&answer, NOW_MS);
    g_assert_true(wait_ms >= 0 && wait_ms <= BT_DAY_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(GBytes) bytes = g_bytes_new(data + 1, size - 1);
    if (data[0] == 'R')
        try_push(bytes);
    else if (data[0] == 'T')
        try_retry_after((const char *)data + 1, size - 1);
    else
        try_enrol(bytes, data[0] == 'E' ? 200 : 202);
    return 0;
}
