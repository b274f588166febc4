/* The practice area behind the same pages: a server like this one in all but its store, and what
 * hangs on it. Boards never get there, since what they ask for is answered by the real one. */
#include "source/serve/daemon.h"

#include "source/desk/practice.h"
#include "source/desk/signing.h"
#include "source/store/site.h"

BtServer *bt_server_practice(BtServer *server, GError **error)
{
    if (server->real != NULL)
        return server;
    if (server->practice != NULL)
        return server->practice;
    BtStore *store = bt_practice_open(server->store, bt_server_wall_ms(server), error);
    if (store == NULL)
        return NULL;
    BtServer *practice = g_new0(BtServer, 1);
    *practice = *server;
    practice->store = store;
    practice->real = server;
    practice->events = bt_events_new();
    practice->titles = bt_titles_new(store->site);
    practice->player = bt_server_new_player(practice);
    bt_site_sweep(store->site);
    server->practice = practice;
    return practice;
}

/* What was cut off between its signatures and its publishing. */
void bt_practice_tick(BtServer *server)
{
    g_autoptr(GError) error = NULL;
    if (server->practice != NULL &&
        !bt_proposals_finish(server->practice->store, bt_server_wall_ms(server), &error))
        g_message("practice: %s", error->message);
}

void bt_practice_free(BtServer *practice)
{
    if (practice == NULL)
        return;
    bt_player_free(practice->player);
    bt_titles_free(practice->titles);
    bt_events_free(practice->events);
    bt_store_close(practice->store);
    g_free(practice);
}
