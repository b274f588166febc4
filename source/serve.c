/* bangtin-source serve. */
#include "source/cli.h"
#include "source/pages/routes.h"
#include "source/serve/server.h"
#include "source/watcher.h"

#include <string.h>

typedef struct {
    char *data, *listen, *base, *port_file, *clock, *player;
    int per_peer;
    gboolean no_watch;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->listen);
    g_free(o->base);
    g_free(o->port_file);
    g_free(o->clock);
    g_free(o->player);
}

static int run(const Options *o)
{
    static const BtRoute *const routes[] = {
        bt_wire_routes,
        bt_plain_routes,
        bt_upload_routes,
        bt_media_routes,
        bt_sign_in_routes,
        bt_sign_in_code_routes,
        bt_invitation_routes,
        bt_account_routes,
        bt_people_routes,
        bt_person_routes,
        bt_role_routes,
        bt_area_routes,
        bt_audit_routes,
        bt_screens_routes,
        bt_screen_routes,
        bt_claim_routes,
        bt_contact_routes,
        bt_proposals_routes,
        bt_proposal_routes,
        bt_key_routes,
        bt_emergency_routes,
        bt_cut_routes,
        bt_cut_told_routes,
        bt_notice_routes,
        bt_compose_routes,
        bt_practice_routes,
        bt_preview_routes,
        bt_playlist_routes,
        bt_playlist_adding_routes,
        bt_layout_routes,
        bt_programme_routes,
        bt_programme_proposal_routes,
        bt_rundown_routes,
        bt_why_routes,
        bt_register_routes,
        bt_report_routes,
        bt_file_routes,
        NULL,
    };
    g_autoptr(GError) error = NULL;
    BtClock clock;
    const BtServerOptions options = { .listen = o->listen != NULL ? o->listen : "127.0.0.1:8080",
        .base = o->base,
        .port_file = o->port_file,
        .player = o->player,
        .per_peer = (guint)o->per_peer,
        .routes = routes,
        .lost = bt_lost_page };
    if (!bt_cli_clock(o->clock, &clock, &error))
        return bt_cli_fail(g_steal_pointer(&error));
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    if (store == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    g_autoptr(BtWatcher) watcher = o->no_watch ? NULL : bt_watcher_start(o->data, o->base, &clock);
    if (!bt_server_run(store, &options, &clock, &error))
        return bt_cli_fail(g_steal_pointer(&error));
    return bt_cli_done();
}

static int check_options(const Options *o)
{
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->base != NULL &&
        ((!g_str_has_prefix(o->base, "https://") && !g_str_has_prefix(o->base, "http://")) ||
            g_str_has_suffix(o->base, "/")))
        return bt_cli_usage(
            "--base %s: expected https://HOST[/PATH] without a slash at its end", o->base);
    if (o->per_peer < 1 || o->per_peer > BT_SERVER_MAX_CONNECTIONS)
        return bt_cli_usage(
            "--per-peer %d: expected 1 to %d", o->per_peer, BT_SERVER_MAX_CONNECTIONS);
    return BT_EXIT_DONE;
}

int bt_command_serve(int argc, char **argv)
{
    Options o = { .per_peer = 64 };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "listen", 'l', 0, G_OPTION_ARG_STRING, &o.listen,
            "where to listen (default 127.0.0.1:8080); port 0 takes a free one", "ADDRESS:PORT" },
        { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &o.port_file,
            "write the port there once it is open", "FILE" },
        { "base", 'b', 0, G_OPTION_ARG_STRING, &o.base,
            "the address that boards and browsers know, when a proxy stands in front", "URL" },
        { "per-peer", 0, 0, G_OPTION_ARG_INT, &o.per_peer,
            "connections of one address at a time (default 64)", "N" },
        { "player", 0, 0, G_OPTION_ARG_FILENAME, &o.player,
            "the program that draws previews (default: the bangtin beside this program)", "FILE" },
        { "no-watch", 0, 0, G_OPTION_ARG_NONE, &o.no_watch,
            "tell nobody of faults; \"watch\" may run elsewhere", NULL },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "", "Serves the boards and the operators' page, until SIGTERM.",
        "Its address is printed on stdout. --listen also takes [ADDRESS]:PORT and unix:PATH. It\n"
        "speaks plain HTTP: boards on other machines want HTTPS, so a web server with a\n"
        "certificate stands in front of it and passes the Host header on, and --base names the\n"
        "address outside (sign-in cookies are then marked Secure). now.json of every screen is\n"
        "signed anew each hour, and at once when \"publish\" or \"deny\" ran.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o)) == BT_EXIT_DONE)
        code = run(&o);
    options_clear(&o);
    return code;
}
