/* An installer stands on a ladder with a telephone and a laptop, in front of a province whose words
 * nobody here has heard before. So each step says what it does, what was sent, what came back and,
 * when that is not what it should be, which line of the configuration it is about and whom to ask.
 *
 * The broker is met under another name than the running player's, and forgets it at once: else the
 * player would be put off the line, or its messages be heard here and nowhere else. */
#include "player/check/connect.h"

#include "player/config/ttn_setup.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define N_(text) text
#define STEP_LIMIT_MS 60000
#define BROKER_S 45 /* an attempt that fails is told at once; TLS on a slow line takes seconds */
#define LISTEN_S 5
#define SHOWN_CHARS 400

typedef struct {
    const BtConfig *config;
    const BtConfigSource *source;
    BtDialect *dialect;
    GHashTable *values;
    BtTtnSession *session;
    BtMqtt *mqtt;
    GAsyncQueue *heard; /* of Heard, from the broker's thread */
    guint step;
    gboolean good;
} Connect;

typedef struct {
    char *topic; /* NULL: a change of state */
    GBytes *payload;
    gboolean connected;
    char *reason;
} Heard;

static void heard_free(gpointer data)
{
    Heard *heard = data;
    g_free(heard->topic);
    g_clear_pointer(&heard->payload, g_bytes_unref);
    g_free(heard->reason);
    g_free(heard);
}

/* ---- what is said ---- */

static void begin(Connect *c, const char *what)
{
    printf("\n%u. %s\n", ++c->step, what);
    fflush(stdout);
}

static void say_short(const char *mark, const char *text)
{
    glong length = g_utf8_strlen(text, -1);
    g_autofree char *part = g_utf8_substring(text, 0, MIN(length, SHOWN_CHARS));
    printf("   %s %s%s\n", mark, part, length > SHOWN_CHARS ? "…" : "");
}

static gboolean say_well(const char *words)
{
    printf("   %s%s%s\n", _("well"), *words != '\0' ? ": " : "", words);
    fflush(stdout);
    return TRUE;
}

static gboolean skip(const char *why)
{
    printf("   %s: %s\n", _("skipped"), why);
    return TRUE;
}

/* `advice` is a text of gettext's, not translated yet. */
static gboolean say_failed(Connect *c, const char *why, const char *advice)
{
    c->good = FALSE;
    printf("   %s: %s\n", _("FAILED"), why);
    printf("   %s: %s\n", _("what to do"), _(advice));
    fflush(stdout);
    return FALSE;
}

static const char *advice_on(const GError *error)
{
    if (g_error_matches(error, BT_ERROR, BT_ERROR_NETWORK))
        return N_("see whether this box reaches the Internet (cable, SIM, the province's private "
                  "network), and whether the address stands in the configuration as the province "
                  "wrote it; a number from 500 on is the server's own failure: tell the province");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_TIMEOUT))
        return N_("the line is too slow or the server does not answer: try again, then ask the "
                  "province whether a firewall lets this box in");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_CAPTIVE))
        return N_("this network wants a login of its own, or the certificate is not vouched for: "
                  "if the province gave you a file of its authority, name it in ca=");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_DENIED))
        return N_("compare username= and the file of password_file= with what the province gave "
                  "you; ask whether the account is open for this board");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND))
        return N_("nothing is at this address, or this board may not use it: compare base=, auth=, "
                  "register= and the dialect's paths (set.path_…=) with the province's document");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_INVALID))
        return N_("a value is missing or the answer is in other words: add the set.NAME= that is "
                  "named, or compare the dialect with the province's document");
    if (g_error_matches(error, BT_ERROR, BT_ERROR_IO))
        return N_("the file cannot be read by this user: see its owner and mode");
    return N_("the server speaks otherwise than the dialect: try another dialect=, or write a file "
              "of your own from the one that comes closest; keep this printout for it");
}

static gboolean fail(Connect *c, const GError *error)
{
    return say_failed(c, error->message, advice_on(error));
}

static void on_exchange(const char *sent, const char *answer, gpointer user)
{
    (void)user;
    say_short("→", sent);
    say_short("←", answer);
}

/* ---- steps of HTTP ---- */

/* A refusal by the source itself, in its words. */
static gboolean take_reply(Connect *c, const BtTtnReply *reply)
{
    return reply->ok ? say_well("")
                     : say_failed(c, *reply->reason != '\0' ? reply->reason : _("no reason given"),
                           N_("the source system understood and refused: ask the province, with "
                              "these words; often the board's code (set.maThietBi=) is not "
                              "registered, or another one"));
}

static gboolean call(Connect *c, BtTtnCall which, GBytes **body)
{
    g_autoptr(GError) error = NULL;
    BtTtnReply reply = { 0 };
    const BtPatience patience = { .limit_ms = STEP_LIMIT_MS };
    if (!bt_ttn_session_call(c->session, which, c->values, &patience, &reply, body, &error))
        return fail(c, error);
    gboolean ok = take_reply(c, &reply);
    bt_ttn_reply_clear(&reply);
    return ok;
}

static gboolean log_in(Connect *c)
{
    begin(c, _("log in"));
    if (!bt_dialect_has_call(c->dialect, BT_TTN_LOGIN))
        return skip(_("this dialect has no login"));
    if (c->source->ttn->username == NULL)
        return skip(_("no username= is configured"));
    return call(c, BT_TTN_LOGIN, NULL);
}

static gboolean register_board(Connect *c)
{
    begin(c, _("register this board"));
    if (!bt_dialect_has_call(c->dialect, BT_TTN_REGISTER))
        return skip(_("this dialect has no registering"));
    if (c->source->ttn->register_at == NULL)
        return skip(_("no register= is configured"));
    return call(c, BT_TTN_REGISTER, NULL);
}

static gboolean send_state(Connect *c)
{
    begin(c, _("send this board's state"));
    if (!bt_dialect_has_call(c->dialect, BT_TTN_STATE))
        return skip(_("this dialect has no state"));
    bt_ttn_values_set_int(c->values, "volume", 0);
    bt_ttn_values_set_string(c->values, "state", "stopped");
    bt_ttn_values_set_int(c->values, "now", g_get_real_time() / 1000);
    return call(c, BT_TTN_STATE, NULL);
}

/* ---- what comes ---- */

static void say_understood(Connect *c, const char *topic, GBytes *body)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) devices = bt_ttn_setup_devices(c->source);
    BtTtnHeard heard = { .topic = topic,
        .name = topic != NULL ? topic : "poll",
        .now_ms = g_get_real_time() / 1000,
        .devices = (const char *const *)devices };
    g_autoptr(GPtrArray) messages =
        bt_dialect_read_messages(c->dialect, &heard, body, problems, &error);
    for (guint i = 0; i < problems->len; i++)
        printf("     %s: %s\n", _("not understood"), (const char *)g_ptr_array_index(problems, i));
    if (messages == NULL)
        printf("     %s: %s\n", _("not understood"), error->message);
    else
        printf(_("     understood: %u messages for this board\n"), messages->len);
}

static gboolean poll_once(Connect *c)
{
    GBytes *body = NULL;
    begin(c, _("ask for bulletins"));
    if (!bt_dialect_has_call(c->dialect, BT_TTN_POLL))
        return say_failed(c, _("there is no broker, and this dialect cannot ask"),
            N_("ask the province for the broker's address and write it as mqtt="));
    gboolean ok = call(c, BT_TTN_POLL, &body);
    if (ok && body != NULL && g_bytes_get_size(body) > 0)
        say_understood(c, NULL, body);
    g_clear_pointer(&body, g_bytes_unref);
    return ok;
}

/* ---- the broker ---- */

static void on_message(const char *topic, GBytes *payload, gboolean kept, gpointer user)
{
    Heard *heard = g_new0(Heard, 1);
    (void)kept;
    heard->topic = g_strdup(topic);
    heard->payload = g_bytes_ref(payload);
    g_async_queue_push(user, heard);
}

static void on_state(gboolean connected, const char *reason, gpointer user)
{
    Heard *heard = g_new0(Heard, 1);
    heard->connected = connected;
    heard->reason = g_strdup(reason);
    g_async_queue_push(user, heard);
}

static gboolean publish(const char *topic, GBytes *payload, gpointer user, GError **error)
{
    Connect *c = user;
    if (c->mqtt != NULL)
        return bt_mqtt_publish(c->mqtt, topic, payload, error);
    g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "there is no connection to the broker");
    return FALSE;
}

static const char *advice_on_broker(const char *reason)
{
    if (strstr(reason, "refuses") != NULL)
        return N_("compare username= and password_file= with what the province gave you for the "
                  "broker; ask whether this board may hear these topics, and whether any client "
                  "id is taken (else set.mqttClientID=)");
    if (strstr(reason, "ertificate") != NULL || strstr(reason, "SSL") != NULL)
        return N_("the broker's certificate is not vouched for, or is for another name: write the "
                  "name of mqtt= as in the certificate, and ca= if the province has an authority "
                  "of its own; cert= and key= if the broker wants one from the board");
    return N_(
        "see whether the address and port of mqtt= are the province's (with TLS mostly 8883), "
        "and ask whether a firewall lets this box go there");
}

static void say_message(Connect *c, const Heard *heard)
{
    gsize size_bytes;
    const char *data = g_bytes_get_data(heard->payload, &size_bytes);
    g_autofree char *raw = g_strndup(data, MIN(size_bytes, SHOWN_CHARS * 4));
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    g_autofree char *line =
        g_strdup_printf("%s (%" G_GSIZE_FORMAT " bytes): %s", heard->topic, size_bytes, text);
    say_short("←", line);
    say_understood(c, heard->topic, heard->payload);
}

/* Until the first change of state; messages that come with it are told in their turn. */
static gboolean wait_for_broker(Connect *c)
{
    gint64 until_us = g_get_monotonic_time() + BROKER_S * G_USEC_PER_SEC;
    for (gint64 left_us; (left_us = until_us - g_get_monotonic_time()) > 0;) {
        Heard *heard = g_async_queue_timeout_pop(c->heard, (guint64)left_us);
        if (heard == NULL)
            break;
        if (heard->topic != NULL) {
            say_message(c, heard);
            heard_free(heard);
            continue;
        }
        gboolean ok = heard->connected && *heard->reason == '\0';
        if (ok)
            say_well(_("connected, and the topics are heard"));
        else
            say_failed(c, heard->reason, advice_on_broker(heard->reason));
        heard_free(heard);
        return ok;
    }
    return say_failed(c, _("the broker does not answer"), advice_on_broker(""));
}

static gboolean start_broker(Connect *c, GPtrArray *topics)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *password = bt_config_password(c->source, NULL);
    g_autofree char *own = bt_ttn_setup_client_id(c->config, c->source);
    g_autofree char *id = g_strconcat(own, "-check", NULL);
    BtMqttOptions options = bt_ttn_setup_mqtt(c->source);
    BtMqttEar ear = { on_message, on_state, c->heard };
    g_ptr_array_add(topics, NULL);
    options.password = password;
    options.client_id = id;
    options.passing = TRUE;
    options.topics = (const char *const *)topics->pdata;
    c->mqtt = bt_mqtt_new(&options, &ear, &error);
    return c->mqtt != NULL || fail(c, error);
}

static gboolean meet_broker(Connect *c)
{
    g_autoptr(GError) error = NULL;
    begin(c, _("meet the broker"));
    if (c->source->ttn->mqtt == NULL)
        return skip(_("no mqtt= is configured"));
    g_autoptr(GPtrArray) topics = bt_dialect_topics(c->dialect, c->values, &error);
    if (topics == NULL)
        return fail(c, error);
    say_short("→", c->source->ttn->mqtt);
    for (guint i = 0; i < topics->len; i++)
        say_short("→", g_ptr_array_index(topics, i));
    return start_broker(c, topics) && wait_for_broker(c);
}

static gboolean listen_to_broker(Connect *c)
{
    gint64 until_us = g_get_monotonic_time() + LISTEN_S * G_USEC_PER_SEC;
    guint n = 0;
    begin(c, _("listen for some seconds"));
    for (gint64 left_us; (left_us = until_us - g_get_monotonic_time()) > 0;) {
        Heard *heard = g_async_queue_timeout_pop(c->heard, (guint64)left_us);
        if (heard == NULL)
            break;
        gboolean lost = heard->topic == NULL && !heard->connected;
        if (heard->topic != NULL) {
            say_message(c, heard);
            n++;
        } else if (lost) {
            say_failed(c, heard->reason, advice_on_broker(heard->reason));
        }
        heard_free(heard);
        if (lost)
            return FALSE;
    }
    return say_well(n > 0 ? "" : _("nothing came, which is usual: have the province send a test"));
}

/* ---- the whole ---- */

static gboolean prepare(Connect *c, GError **error)
{
    begin(c, _("read the dialect and the password"));
    c->dialect = bt_dialect_load(c->source->ttn->dialect, error);
    if (c->dialect == NULL)
        return FALSE;
    c->values = bt_ttn_setup_values(c->config, c->source, error);
    if (c->values == NULL)
        return FALSE;
    BtTtnSessionOptions options = bt_ttn_setup_session(c->source, c->dialect);
    options.on_exchange = on_exchange;
    options.publish = publish;
    options.publish_user = c;
    c->session = bt_ttn_session_new(&options, error);
    return c->session != NULL && say_well(bt_dialect_name(c->dialect));
}

static void connect_clear(Connect *c)
{
    bt_mqtt_free(c->mqtt);
    bt_ttn_session_free(c->session);
    g_clear_pointer(&c->values, g_hash_table_unref);
    g_clear_pointer(&c->dialect, bt_dialect_unref);
    g_async_queue_unref(c->heard);
}

/* What a step needs from one that failed is not tried: it would say the same again. */
static void take_steps(Connect *c)
{
    g_autoptr(GError) error = NULL;
    if (!prepare(c, &error)) {
        fail(c, error);
        return;
    }
    gboolean in = log_in(c);
    if (in)
        register_board(c);
    gboolean met = meet_broker(c);
    if (in)
        send_state(c);
    if (c->mqtt != NULL && met)
        listen_to_broker(c);
    else if (c->source->ttn->mqtt == NULL && in)
        poll_once(c);
}

int bt_check_connect(const BtConfig *config, const char *name)
{
    const BtConfigSource *source = bt_config_find_source(config, name);
    if (source == NULL || source->ttn == NULL) {
        fprintf(stderr, "bangtin: check: --connect %s: no [source %s] of kind=ttn\n", name, name);
        return 1;
    }
    Connect c = { .config = config, .source = source, .good = TRUE };
    c.heard = g_async_queue_new_full(heard_free);
    printf(_("[source %s]: %s\n"), name, source->base);
    take_steps(&c);
    printf("\n%s\n", c.good ? _("All steps are well.") : _("Not all steps are well."));
    connect_clear(&c);
    return c.good ? 0 : 1;
}
