#include "player/show/control.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct BtControl {
    GSocketService *service;
    GCancellable *closing; /* ends the talks that still read */
    char *path;
    BtControlAnswer answer;
    gpointer user;
};

/* ---- serving ---- */

static BtJson *failure_json(const char *message)
{
    BtJson *reply = bt_json_new_object();
    bt_json_set_string(reply, "error", message);
    return reply;
}

struct BtControlTalk {
    BtControl *control;
    GSocketConnection *connection;
    char *reply;
    gsize size_bytes;
    char line[BT_CONTROL_MAX_BYTES];
};

static void talk_free(BtControlTalk *talk)
{
    g_object_unref(talk->connection);
    g_free(talk->reply);
    g_free(talk);
}

static void on_written(GObject *stream, GAsyncResult *result, gpointer data)
{
    g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, NULL);
    talk_free(data);
}

void bt_control_reply(BtControlTalk *talk, BtJson *reply)
{
    g_autoptr(BtJson) owned = reply;
    g_autofree char *text = bt_json_to_text(owned, FALSE);
    talk->reply = g_strconcat(text, "\n", NULL);
    g_output_stream_write_all_async(g_io_stream_get_output_stream(G_IO_STREAM(talk->connection)),
        talk->reply, strlen(talk->reply), G_PRIORITY_DEFAULT, NULL, on_written, talk);
}

static BtJson *answer_line(BtControlTalk *talk, const char *line, gsize size_bytes)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(BtJson) request =
        bt_json_parse(line, size_bytes, "control", BT_CONTROL_MAX_BYTES, 4, &failure);
    if (request == NULL)
        return failure_json(failure->message);
    BtJsonAt root = bt_json_root("control", request), verb, name;
    const char *words[2] = { NULL, "" };
    if (bt_json_read_object(&root, &failure) && bt_json_require(&root, "verb", &verb, &failure))
        words[0] = bt_json_read_string(&verb, 1, 32, &failure);
    if (words[0] != NULL && bt_json_member(&root, "name", &name))
        words[1] = bt_json_read_string(&name, 0, 200, &failure);
    if (words[0] == NULL || words[1] == NULL)
        return failure_json(failure->message);
    return talk->control->answer(words[0], words[1], talk, talk->control->user);
}

static void read_on(BtControlTalk *talk);

/* What does not end within its limit is no line; the end of the stream ends one too. */
static void on_piece(GObject *stream, GAsyncResult *result, gpointer data)
{
    BtControlTalk *talk = data;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, NULL);
    if (n < 0 || (n == 0 && talk->size_bytes == 0)) {
        talk_free(talk);
        return;
    }
    talk->size_bytes += (gsize)n;
    const char *end =
        n == 0 ? talk->line + talk->size_bytes : memchr(talk->line, '\n', talk->size_bytes);
    BtJson *reply = NULL;
    if (end == NULL)
        read_on(talk);
    else if ((reply = answer_line(talk, talk->line, (gsize)(end - talk->line))) != NULL)
        bt_control_reply(talk, reply);
}

static void read_on(BtControlTalk *talk)
{
    GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(talk->connection));
    gsize room_bytes = sizeof talk->line - talk->size_bytes;
    if (room_bytes == 0)
        talk_free(talk);
    else
        g_input_stream_read_async(input, talk->line + talk->size_bytes, room_bytes,
            G_PRIORITY_DEFAULT, talk->control->closing, on_piece, talk);
}

static gboolean on_incoming(
    GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
    (void)service;
    (void)source;
    BtControlTalk *talk = g_new0(BtControlTalk, 1);
    talk->control = data;
    talk->connection = g_object_ref(connection);
    g_socket_set_timeout(g_socket_connection_get_socket(connection), BT_CONTROL_TIMEOUT_S);
    read_on(talk);
    return TRUE;
}

BtControl *bt_control_open(const char *path, BtControlAnswer answer, gpointer user, GError **error)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    GSocketService *service = g_socket_service_new();
    unlink(path);
    mode_t mask = umask(0177);
    g_autoptr(GError) failure = NULL;
    gboolean listening = g_socket_listener_add_address(G_SOCKET_LISTENER(service), address,
        G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &failure);
    umask(mask);
    if (!listening) {
        g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: %s", path, failure->message);
        g_object_unref(service);
        return NULL;
    }
    BtControl *control = g_new0(BtControl, 1);
    *control = (BtControl){ service, g_cancellable_new(), g_strdup(path), answer, user };
    g_signal_connect(service, "incoming", G_CALLBACK(on_incoming), control);
    g_socket_service_start(service);
    return control;
}

void bt_control_close(BtControl *control)
{
    if (control == NULL)
        return;
    g_cancellable_cancel(control->closing);
    g_object_unref(control->closing);
    g_socket_service_stop(control->service);
    g_socket_listener_close(G_SOCKET_LISTENER(control->service));
    g_object_unref(control->service);
    unlink(control->path);
    g_free(control->path);
    g_free(control);
}

/* ---- asking ---- */

static char *exchange(GSocketConnection *connection, const char *request, GError **error)
{
    GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_autoptr(GDataInputStream) input =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    g_socket_set_timeout(g_socket_connection_get_socket(connection), BT_CONTROL_TIMEOUT_S);
    if (!g_output_stream_write_all(output, request, strlen(request), NULL, NULL, error))
        return NULL;
    return g_data_input_stream_read_line(input, NULL, NULL, error);
}

static char *ask_line(const char *path, const char *request, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) failure = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &failure);
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED,
            "%s: not for this user: expected root, or the user of the player", path);
        return NULL;
    }
    if (connection == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: no player answers here: %s", path,
            failure->message);
        return NULL;
    }
    char *line = exchange(connection, request, &failure);
    if (line == NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "%s: the player gave no answer: %s", path,
            failure == NULL ? "it closed" : failure->message);
    return line;
}

BtJson *bt_control_ask(const char *path, const char *verb, const char *name, GError **error)
{
    g_autoptr(BtJson) request = bt_json_new_object();
    bt_json_set_string(request, "verb", verb);
    bt_json_set_string(request, "name", name == NULL ? "" : name);
    g_autofree char *text = bt_json_to_text(request, FALSE);
    g_autofree char *line_out = g_strconcat(text, "\n", NULL);
    g_autofree char *line = ask_line(path, line_out, error);
    if (line == NULL)
        return NULL;
    g_autoptr(BtJson) reply =
        bt_json_parse(line, strlen(line), path, BT_CONTROL_REPLY_MAX_BYTES, 16, error);
    if (reply == NULL)
        return NULL;
    BtJsonAt root = bt_json_root(path, reply), member;
    if (bt_json_member(&root, "error", &member)) {
        const char *words = bt_json_read_string(&member, 0, 1000, NULL);
        g_set_error(error, BT_ERROR, BT_ERROR_FAILED, "%s", words == NULL ? "" : words);
        return NULL;
    }
    return g_steal_pointer(&reply);
}
