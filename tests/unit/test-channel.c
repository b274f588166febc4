#include "base/channel.h"

#include "base/error.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    guint32 number;
    char text[12];
} Message;

typedef struct {
    int ends[2];
    int n_open; /* files of this process when the test began */
} Pair;

static int count_open_files(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void pair_open(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    pair->n_open = count_open_files();
    g_assert_true(bt_channel_pair(pair->ends, NULL));
}

static void close_end(Pair *pair, int i)
{
    if (pair->ends[i] >= 0)
        close(pair->ends[i]);
    pair->ends[i] = -1;
}

/* Every test also checks that it left no file open. */
static void pair_close(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    close_end(pair, 0);
    close_end(pair, 1);
    g_assert_cmpint(count_open_files(), ==, pair->n_open);
}

static int memory_file(const char *text)
{
    int fd = bt_io_shared_memory("test", strlen(text), NULL);
    g_assert_cmpint(pwrite(fd, text, strlen(text), 0), ==, (gssize)strlen(text));
    return fd;
}

static void flags_of_the_ends(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(fcntl(pair->ends[i], F_GETFD) & FD_CLOEXEC, !=, 0);
        g_assert_cmpint(fcntl(pair->ends[i], F_GETFL) & O_NONBLOCK, !=, 0);
    }
}

static void one_message(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message out = { 7, "xin chao" }, in = { 0 };
    guint n_fds = 9;
    g_assert_cmpint(bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, &n_fds, NULL), ==,
        BT_CHANNEL_AGAIN);
    g_assert_cmpint(
        bt_channel_send(pair->ends[0], &out, sizeof out, NULL, 0, NULL), ==, BT_CHANNEL_OK);
    g_assert_cmpint(bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, &n_fds, NULL), ==,
        BT_CHANNEL_OK);
    g_assert_cmpmem(&in, sizeof in, &out, sizeof out);
    g_assert_cmpuint(n_fds, ==, 0);
}

static void files_go_along(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    static const char *const texts[] = { "mot", "hai", "ba", "bon" };
    Message message = { 1, "" };
    int sent[BT_CHANNEL_MAX_FDS], got[BT_CHANNEL_MAX_FDS];
    guint n_fds = 0;
    for (int i = 0; i < BT_CHANNEL_MAX_FDS; i++)
        sent[i] = memory_file(texts[i]);
    g_assert_cmpint(
        bt_channel_send(pair->ends[0], &message, sizeof message, sent, 4, NULL), ==, BT_CHANNEL_OK);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[1], &message, sizeof message, got, 4, &n_fds, NULL), ==,
        BT_CHANNEL_OK);
    g_assert_cmpuint(n_fds, ==, BT_CHANNEL_MAX_FDS);
    for (int i = 0; i < BT_CHANNEL_MAX_FDS; i++) {
        char text[8] = "";
        g_assert_cmpint(pread(got[i], text, sizeof text, 0), ==, (gssize)strlen(texts[i]));
        g_assert_cmpstr(text, ==, texts[i]);
        g_assert_cmpint(fcntl(got[i], F_GETFD) & FD_CLOEXEC, !=, 0);
        g_assert_cmpint(got[i], !=, sent[i]);
        close(got[i]);
        close(sent[i]);
    }
}

/* ---- refusals; pair_close sees the files that stay open ---- */

typedef struct {
    const char *name;
    gsize size_bytes;
    guint n_files, max_fds;
    BtError code;
    const char *message;
} RefusedCase;

static const RefusedCase refused_cases[] = {
    { "short", 15, 0, 0, BT_ERROR_MISMATCH, "channel: a message of 15 bytes: expected 16" },
    { "long", 17, 0, 0, BT_ERROR_MISMATCH, "channel: a message of 17 bytes: expected 16" },
    { "very-long", 5000, 0, 0, BT_ERROR_MISMATCH, "channel: a message of 5000 bytes: expected 16" },
    { "short-with-files", 3, 2, 4, BT_ERROR_MISMATCH,
        "channel: a message of 3 bytes: expected 16" },
    { "unexpected-file", 16, 1, 0, BT_ERROR_LIMIT,
        "channel: too many files with a message: expected at most 0" },
    { "too-many-files", 16, 4, 3, BT_ERROR_LIMIT,
        "channel: too many files with a message: expected at most 3" },
    { "more-than-any", 16, 9, 4, BT_ERROR_LIMIT,
        "channel: too many files with a message: expected at most 4" },
};

/* Sends what bt_channel_send would not: a hostile other end. */
static void send_raw(int end, const void *data, gsize size_bytes, const int *fds, guint n_fds)
{
    char control[CMSG_SPACE(16 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
    struct iovec body = { (void *)data, size_bytes };
    struct msghdr header = { .msg_iov = &body, .msg_iovlen = 1 };
    if (n_fds > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(part), fds, n_fds * sizeof(int));
    }
    g_assert_cmpint(sendmsg(end, &header, MSG_NOSIGNAL), ==, (gssize)size_bytes);
}

static void refused(Pair *pair, gconstpointer data)
{
    const RefusedCase *c = data;
    g_autofree char *body = g_malloc0(c->size_bytes);
    g_autoptr(GError) error = NULL;
    int sent[16], got[BT_CHANNEL_MAX_FDS];
    guint n_fds = 9;
    Message in;
    for (guint i = 0; i < c->n_files; i++)
        sent[i] = memory_file("tin");
    send_raw(pair->ends[0], body, c->size_bytes, sent, c->n_files);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[1], &in, sizeof in, got, c->max_fds, &n_fds, &error), ==,
        BT_CHANNEL_ERROR);
    g_assert_error(error, BT_ERROR, (int)c->code);
    g_assert_cmpstr(error->message, ==, c->message);
    g_assert_cmpuint(n_fds, ==, 0);
    for (guint i = 0; i < c->n_files; i++)
        close(sent[i]);
}

/* One that was refused does not spoil the next. */
static void next_after_refused(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message out = { 8, "sau" }, in;
    send_raw(pair->ends[0], "abc", 3, NULL, 0);
    bt_channel_send(pair->ends[0], &out, sizeof out, NULL, 0, NULL);
    g_assert_cmpint(bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, NULL, NULL), ==,
        BT_CHANNEL_ERROR);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, NULL, NULL), ==, BT_CHANNEL_OK);
    g_assert_cmpuint(in.number, ==, 8);
}

static void too_many_to_send(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    int fds[BT_CHANNEL_MAX_FDS + 1] = { 0 };
    g_assert_cmpint(bt_channel_send(pair->ends[0], "a", 1, fds, G_N_ELEMENTS(fds), &error), ==,
        BT_CHANNEL_ERROR);
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, "channel: 5 files: expected at most 4");
}

/* ---- the other end ---- */

static void other_end_gone(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message message = { 0 };
    close_end(pair, 0);
    g_assert_true(bt_channel_wait(pair->ends[1], 1000));
    g_assert_cmpint(
        bt_channel_receive(pair->ends[1], &message, sizeof message, NULL, 0, NULL, NULL), ==,
        BT_CHANNEL_CLOSED);
    g_assert_cmpint(bt_channel_send(pair->ends[1], &message, sizeof message, NULL, 0, NULL), ==,
        BT_CHANNEL_CLOSED);
}

static void last_words(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message out = { 9, "tam biet" }, in = { 0 };
    bt_channel_send(pair->ends[0], &out, sizeof out, NULL, 0, NULL);
    close_end(pair, 0);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, NULL, NULL), ==, BT_CHANNEL_OK);
    g_assert_cmpuint(in.number, ==, 9);
    g_assert_cmpint(bt_channel_receive(pair->ends[1], &in, sizeof in, NULL, 0, NULL, NULL), ==,
        BT_CHANNEL_CLOSED);
}

/* The kernel reports the reset before what was sent earlier; the words must come all the same. */
static void last_words_of_a_deaf_one(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message message = { 0 };
    guint n_fds;
    bt_channel_send(pair->ends[0], &message, sizeof message, NULL, 0, NULL);
    bt_channel_send(pair->ends[1], &(Message){ .number = 7 }, sizeof message, NULL, 0, NULL);
    close_end(pair, 1);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[0], &message, sizeof message, NULL, 0, &n_fds, NULL), ==,
        BT_CHANNEL_OK);
    g_assert_cmpint(message.number, ==, 7);
    g_assert_cmpint(
        bt_channel_receive(pair->ends[0], &message, sizeof message, NULL, 0, &n_fds, NULL), ==,
        BT_CHANNEL_CLOSED);
}

static void no_room(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    Message message = { 0 };
    BtChannelStatus status = BT_CHANNEL_OK;
    for (int i = 0; i < 100000 && status == BT_CHANNEL_OK; i++)
        status = bt_channel_send(pair->ends[0], &message, sizeof message, NULL, 0, NULL);
    g_assert_cmpint(status, ==, BT_CHANNEL_AGAIN);
}

static void not_a_socket(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    int fd = memory_file("x");
    char c;
    g_assert_cmpint(bt_channel_receive(fd, &c, 1, NULL, 0, NULL, &error), ==, BT_CHANNEL_ERROR);
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    close(fd);
    g_assert_cmpint(pair->ends[0], >=, 0);
}

static void waiting(Pair *pair, gconstpointer unused G_GNUC_UNUSED)
{
    gint64 start_us = g_get_monotonic_time();
    g_assert_false(bt_channel_wait(pair->ends[1], 0));
    g_assert_false(bt_channel_wait(pair->ends[1], 30));
    g_assert_cmpint(g_get_monotonic_time() - start_us, >=, 30 * 1000);
    bt_channel_send(pair->ends[0], "a", 1, NULL, 0, NULL);
    g_assert_true(bt_channel_wait(pair->ends[1], -1));
}

static void add(const char *path, void (*test)(Pair *, gconstpointer))
{
    g_test_add(path, Pair, NULL, pair_open, test, pair_close);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/channel/flags", flags_of_the_ends);
    add("/channel/one-message", one_message);
    add("/channel/files", files_go_along);
    for (gsize i = 0; i < G_N_ELEMENTS(refused_cases); i++) {
        g_autofree char *path = g_strconcat("/channel/refused/", refused_cases[i].name, NULL);
        g_test_add(path, Pair, &refused_cases[i], pair_open, refused, pair_close);
    }
    add("/channel/next-after-refused", next_after_refused);
    add("/channel/too-many-to-send", too_many_to_send);
    add("/channel/gone", other_end_gone);
    add("/channel/last-words", last_words);
    add("/channel/last-words-deaf", last_words_of_a_deaf_one);
    add("/channel/no-room", no_room);
    add("/channel/not-a-socket", not_a_socket);
    add("/channel/waiting", waiting);
    return g_test_run();
}
