/* ttn-call: calls of playlists/sync/ttn/session.h, one after the other, in one session.
 *   ttn-call [--dialect WORD] [--token FILE] [--ca FILE] [--insecure HOST] [--limit-ms N]
 *            [--set NAME=VALUE …] CALL…
 * A line for each: "ok", "no REASON" or "error WORD MESSAGE", then "body TEXT" when there is one
 * and "asked MS" when the peer asked to wait; before it "exchange SENT => ANSWER". */
#include "playlists/sync/ttn/session.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static void on_exchange(const char *sent, const char *answer, gpointer user)
{
    (void)user;
    printf("exchange %s => %s\n", sent, answer);
}

static gboolean find_call(const char *name, BtTtnCall *call)
{
    for (*call = BT_TTN_LOGIN; *call < BT_TTN_N_CALLS; (*call)++)
        if (g_str_equal(bt_ttn_call_name(*call), name))
            return TRUE;
    return FALSE;
}

static void say(BtTtnSession *session, const char *name, GHashTable *values, int limit_ms)
{
    BtTtnCall call;
    BtTtnReply reply = { 0 };
    GBytes *body = NULL;
    g_autoptr(GError) error = NULL;
    BtPatience patience = { .limit_ms = limit_ms };
    if (!find_call(name, &call))
        return;
    if (!bt_ttn_session_call(session, call, values, &patience, &reply, &body, &error))
        printf("error %s %s\n", bt_error_reason(error), error->message);
    else if (reply.ok)
        printf("ok\n");
    else
        printf("no %s\n", reply.reason);
    if (body != NULL)
        printf(
            "body %.*s\n", (int)g_bytes_get_size(body), (const char *)g_bytes_get_data(body, NULL));
    gint64 asked_ms = bt_ttn_session_take_asked_ms(session);
    if (asked_ms > 0)
        printf("asked %" G_GINT64_FORMAT "\n", asked_ms);
    g_clear_pointer(&body, g_bytes_unref);
    bt_ttn_reply_clear(&reply);
}

static void set_values(GHashTable *values, char **sets)
{
    for (guint i = 0; sets != NULL && sets[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(sets[i], "=", 2);
        bt_ttn_values_set_string(values, pair[0], pair[1]);
    }
    bt_ttn_values_set_int(values, "volume", 50);
    bt_ttn_values_set_string(values, "state", "playing");
    bt_ttn_values_set_string(values, "app_version", "1");
    bt_ttn_values_set_int(values, "now", g_get_real_time() / 1000);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dialect = NULL, *token = NULL, *ca = NULL;
    g_auto(GStrv) sets = NULL, insecure = NULL;
    int limit_ms = 0;
    const GOptionEntry entries[] = {
        { "dialect", 0, 0, G_OPTION_ARG_STRING, &dialect, "", "" },
        { "token", 0, 0, G_OPTION_ARG_STRING, &token, "", "" },
        { "ca", 0, 0, G_OPTION_ARG_STRING, &ca, "", "" },
        { "insecure", 0, 0, G_OPTION_ARG_STRING_ARRAY, &insecure, "", "" },
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets, "", "" },
        { "limit-ms", 0, 0, G_OPTION_ARG_INT, &limit_ms, "", "" },
        { NULL },
    };
    setlocale(LC_ALL, "");
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return 2;
    g_autoptr(BtDialect) spoken = bt_dialect_load(dialect != NULL ? dialect : "ttn-2.0", &error);
    if (spoken == NULL) {
        fprintf(stderr, "ttn-call: %s\n", error->message);
        return 2;
    }
    BtTtnSessionOptions options = { .dialect = spoken,
        .ca_path = ca,
        .token_path = token,
        .insecure = (const char *const *)insecure,
        .on_exchange = on_exchange };
    g_autoptr(BtTtnSession) session = bt_ttn_session_new(&options, &error);
    g_autoptr(GHashTable) values = bt_ttn_values_new();
    set_values(values, sets);
    for (int i = 1; i < argc; i++)
        say(session, argv[i], values, limit_ms);
    printf("bytes %" G_GUINT64_FORMAT "\n", bt_ttn_session_bytes(session));
    return 0;
}
