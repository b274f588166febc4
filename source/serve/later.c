/* Answers that take a while: the connection sleeps, the thread goes on with others. libmicrohttpd
 * does not look at a connection that sleeps, so its request lives until it was woken, also when the
 * browser left meanwhile: then it ends without asking for the answer. */
#include "source/serve/daemon.h"

typedef struct {
    unsigned status;
    char *type;
    GBytes *body;
    GStrv headers;
} Answer;

struct BtLater {
    BtRequest *request;
    BtHandler handler; /* that put it to sleep */
    Answer answer;
};

static void later_free(BtLater *later)
{
    g_free(later->answer.type);
    g_clear_pointer(&later->answer.body, g_bytes_unref);
    g_strfreev(later->answer.headers);
    g_free(later);
}

/* Called again once it was woken. */
static BtAnswered answer_now(BtRequest *request)
{
    BtLater *later = request->later;
    request->later = NULL;
    BtAnswered queued = bt_http_answer(request, later->answer.status, later->answer.type,
        later->answer.body, (const char *const *)later->answer.headers);
    later_free(later);
    return queued;
}

void bt_later_drop(BtRequest *request)
{
    g_clear_pointer(&request->later, later_free);
}

BtLater *bt_http_later(BtRequest *request)
{
    BtLater *later = g_new0(BtLater, 1);
    later->request = request;
    later->handler = request->handler;
    request->later = later;
    request->handler = answer_now;
    g_ptr_array_add(request->server->sleeping, later);
    MHD_suspend_connection(request->connection);
    return later;
}

static gboolean run_daemon(gpointer server)
{
    MHD_run(((BtServer *)server)->daemon);
    return G_SOURCE_REMOVE;
}

/* A connection that was woken is not in the epoll set yet. */
static void wake(BtLater *later)
{
    BtServer *server = later->request->server;
    g_ptr_array_remove_fast(server->sleeping, later);
    MHD_resume_connection(later->request->connection);
    g_idle_add(run_daemon, server);
}

void bt_later_answer(
    BtLater *later, unsigned status, const char *type, GBytes *body, const char *const *headers)
{
    later->answer = (Answer){ .status = status,
        .type = g_strdup(type),
        .body = body != NULL ? g_bytes_ref(body) : NULL,
        .headers = g_strdupv((GStrv)headers) };
    wake(later);
}

void bt_later_again(BtLater *later)
{
    BtRequest *request = later->request;
    request->later = NULL;
    request->handler = later->handler;
    request->again++;
    wake(later);
    later_free(later);
}

void bt_later_end_all(BtServer *server)
{
    while (server->sleeping->len > 0)
        bt_later_answer(
            g_ptr_array_index(server->sleeping, 0), MHD_HTTP_SERVICE_UNAVAILABLE, NULL, NULL, NULL);
}
