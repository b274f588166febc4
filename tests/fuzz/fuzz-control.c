/* Any bytes on the local socket, from several who talk at once, in any pieces, while answers wait
 * and people leave. A piece is a head of two bytes (who and what; how long) and its bytes. Whoever
 * sent a line is answered with one line of JSON; whoever sent too much is sent away; nobody is
 * answered twice. The first byte FF: the rest is what
 * somebody in the player's place answers. */
#include "base/error.h"
#include "player/show/control.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define N_CLIENTS 4
#define MAX_WAITING 16

typedef struct {
    int fd; /* -1: not here */
    gsize sent_bytes;
    gboolean ended, asked; /* no more is sent; a whole line was sent */
    GString *heard;
} Client;

typedef struct {
    BtControl *control;
    Client clients[N_CLIENTS];
    BtControlTalk *waiting[MAX_WAITING]; /* a cut is answered when it is durable */
    guint n_waiting;
} World;

static void spin(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* ---- what stands behind the socket ---- */

static BtJson *object_with(const char *key, const char *value)
{
    BtJson *reply = bt_json_new_object();
    bt_json_set_string(reply, key, value);
    return reply;
}

static BtJson *answer(const char *verb, const char *name, BtControlTalk *talk, gpointer user)
{
    World *world = user;
    g_assert_true(g_utf8_validate(verb, -1, NULL) && g_utf8_validate(name, -1, NULL));
    g_assert_true(*verb != '\0' && g_utf8_strlen(verb, -1) <= 32);
    g_assert_cmpint(g_utf8_strlen(name, -1), <=, 200);
    if (!g_str_equal(verb, "cut") || world->n_waiting == MAX_WAITING)
        return object_with("echo", name);
    world->waiting[world->n_waiting++] = talk;
    return NULL;
}

static void answer_waiting(World *world)
{
    for (guint i = 0; i < world->n_waiting; i++)
        bt_control_reply(world->waiting[i], object_with("done", "yes"));
    world->n_waiting = 0;
}

/* ---- those who talk ---- */

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    /* A few may wait at the door; then the player looks first. */
    while (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        g_assert_cmpint(errno, ==, EAGAIN);
        spin();
    }
    return fd;
}

static void say(Client *client, const uint8_t *data, size_t size)
{
    gssize n = client->ended ? 0 : send(client->fd, data, size, MSG_NOSIGNAL);
    if (n <= 0)
        return;
    client->sent_bytes += (gsize)n;
    client->asked = client->asked || memchr(data, '\n', (gsize)n) != NULL;
}

/* A line without an end: the peer must not take it for ever. */
static void say_too_much(Client *client)
{
    char much[BT_CONTROL_MAX_BYTES];
    memset(much, 'x', sizeof much);
    if (client->asked || client->ended)
        return;
    for (guint i = 0; i < 3; i++) {
        say(client, (const uint8_t *)much, sizeof much);
        spin();
    }
    char byte;
    g_assert_cmpint(recv(client->fd, &byte, 1, 0), <=, 0);
    g_assert_cmpint(send(client->fd, much, 1, MSG_NOSIGNAL), <, 0);
    client->ended = TRUE;
}

static void hear(Client *client)
{
    char piece[4096];
    for (gssize n; (n = recv(client->fd, piece, sizeof piece, 0)) > 0;)
        g_string_append_len(client->heard, piece, n);
}

/* Nothing, or one whole line. */
static void check_heard(const Client *client)
{
    if (client->heard->len == 0)
        return;
    g_assert_cmpuint(client->sent_bytes, >, 0);
    g_assert_true(strchr(client->heard->str, '\n') == client->heard->str + client->heard->len - 1);
    g_autoptr(BtJson) reply = bt_json_parse(
        client->heard->str, client->heard->len - 1, "reply", BT_CONTROL_REPLY_MAX_BYTES, 16, NULL);
    g_assert_nonnull(reply);
}

static void leave(Client *client)
{
    if (client->fd < 0)
        return;
    hear(client);
    check_heard(client);
    close(client->fd);
    g_string_free(client->heard, TRUE);
    client->fd = -1;
}

static void do_piece(
    World *world, const char *path, const uint8_t *head, const uint8_t *data, size_t size)
{
    Client *client = &world->clients[head[0] & 3];
    if (client->fd < 0)
        *client = (Client){ .fd = connect_to(path), .heard = g_string_new(NULL) };
    switch (head[0] >> 2 & 7) {
    case 0:
        leave(client);
        break;
    case 1:
        shutdown(client->fd, SHUT_WR);
        client->ended = TRUE;
        break;
    case 2:
        answer_waiting(world);
        break;
    case 3:
        say_too_much(client);
        break;
    default:
        say(client, data, size);
    }
    if (head[0] & 0x80)
        spin();
}

/* Whoever sent a whole line that is not too long has its answer now. */
static void check_answered(Client *client)
{
    if (client->fd < 0)
        return;
    hear(client);
    if (client->asked && client->sent_bytes <= BT_CONTROL_MAX_BYTES)
        g_assert_cmpuint(client->heard->len, >, 0);
}

static void talk_to_player(const uint8_t *data, size_t size)
{
    World world = { 0 };
    g_autofree char *path = g_build_filename(place_folder(), "control", NULL);
    world.control = bt_control_open(path, answer, &world, NULL);
    g_assert_nonnull(world.control);
    for (guint i = 0; i < N_CLIENTS; i++)
        world.clients[i].fd = -1;
    while (size >= 2) {
        size_t n = MIN(data[1], size - 2);
        do_piece(&world, path, data, data + 2, n);
        data += 2 + n, size -= 2 + n;
    }
    gboolean cut_off = size == 1; /* the player ends while they still talk */
    if (!cut_off)
        spin();
    answer_waiting(&world);
    if (!cut_off)
        spin();
    for (guint i = 0; i < N_CLIENTS && !cut_off; i++)
        check_answered(&world.clients[i]);
    bt_control_close(world.control);
    spin();
    for (guint i = 0; i < N_CLIENTS; i++)
        leave(&world.clients[i]);
    spin();
}

/* ---- the other end ---- */

typedef struct {
    int socket;
    const uint8_t *data;
    size_t size;
} Player;

static gpointer be_a_player(gpointer user)
{
    const Player *player = user;
    char request[512];
    int fd = accept4(player->socket, NULL, NULL, SOCK_CLOEXEC);
    recv(fd, request, sizeof request, 0);
    for (size_t done = 0; done < player->size;) {
        gssize n = send(fd, player->data + done, player->size - done, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    close(fd);
    return NULL;
}

static void ask_player(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(place_folder(), "control", NULL);
    unlink(path);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    Player player = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), data, size };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(bind(player.socket, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(player.socket, 1), ==, 0);
    GThread *thread = g_thread_new("player", be_a_player, &player);
    g_autoptr(BtJson) reply = bt_control_ask(path, "status", NULL, &error);
    g_assert_true((reply != NULL) == (error == NULL));
    g_assert_true(error == NULL || g_utf8_validate(error->message, -1, NULL));
    g_thread_join(thread);
    close(player.socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 0xFF)
        ask_player(data + 1, size - 1);
    else
        talk_to_player(data, size);
    return 0;
}
