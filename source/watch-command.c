/* bangtin-source watch: looks after the screens and tells people; a process of its own, so that a
 * slow mail server keeps nobody waiting at the page. */
#include "source/cli.h"

#include "base/language.h"
#include "source/desk/outbox.h"
#include "source/desk/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TURN_MS 1000
#define TIDY_EVERY_MS BT_HOUR_MS
#define SEND_PER_TURN 20

typedef struct {
    char *data, *base, *clock;
    gboolean once;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->base);
    g_free(o->clock);
}

typedef struct {
    BtStore *store;
    BtClock clock;
    BtWatchOptions options;
    gint64 looked_ms, tidied_ms;
    char *complaint; /* the last one, said once */
} Watch;

/* The same trouble each second is said once. */
static void complain(Watch *watch, const GError *error)
{
    if (g_strcmp0(watch->complaint, error->message) == 0)
        return;
    g_message("watch: %s", error->message);
    g_free(watch->complaint);
    watch->complaint = g_strdup(error->message);
}

/* Read anew each time: whoever writes it need not start anything again. */
static BtMailbox *load_mailbox(Watch *watch)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(watch->store->folder, "mail.conf", NULL);
    BtMailbox *mailbox = bt_mailbox_load(path, &error);
    if (mailbox == NULL && !g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND))
        complain(watch, error);
    return mailbox;
}

static void send_due(Watch *watch)
{
    g_autoptr(BtMailbox) mailbox = NULL;
    for (guint i = 0; i < SEND_PER_TURN; i++) {
        g_autoptr(GError) error = NULL;
        gint64 now_ms = bt_clock_wall_ms(&watch->clock);
        g_autoptr(BtOutgoing) outgoing = bt_outbox_next(watch->store, now_ms);
        if (outgoing == NULL)
            return;
        if (mailbox == NULL)
            mailbox = load_mailbox(watch);
        if (!bt_outbox_send(watch->store, mailbox, outgoing, now_ms, &error)) {
            complain(watch, error);
            return;
        }
    }
}

static void look(Watch *watch, gint64 now_ms)
{
    g_autoptr(GError) error = NULL;
    watch->looked_ms = now_ms;
    if (!bt_watch_round(watch->store, &watch->options, now_ms, &error))
        complain(watch, error);
    g_clear_error(&error);
    if (now_ms - watch->tidied_ms < TIDY_EVERY_MS)
        return;
    watch->tidied_ms = now_ms;
    if (!bt_outbox_tidy(watch->store, now_ms, &error))
        complain(watch, error);
}

static gboolean turn(gpointer user)
{
    Watch *watch = user;
    gint64 now_ms = bt_clock_wall_ms(&watch->clock);
    if (ABS(now_ms - watch->looked_ms) >= BT_WATCH_LOOK_MS) /* of the clock of documents */
        look(watch, now_ms);
    send_due(watch);
    return G_SOURCE_CONTINUE;
}

static gboolean stop(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
}

static void go_on(Watch *watch)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGTERM, stop, loop);
    g_unix_signal_add(SIGINT, stop, loop);
    g_timeout_add(TURN_MS, turn, watch);
    g_main_loop_run(loop);
}

/* Two that watch would tell everything twice. -1 with BT_ERROR_CONFLICT when there is one. */
static int take_turn(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "watch.lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "%s: another process watches", path);
    else
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot lock");
    if (fd >= 0)
        close(fd);
    return -1;
}

static int run(const Options *o)
{
    g_autoptr(GError) error = NULL;
    Watch watch = { .options = { .base = o->base } };
    if (!bt_cli_clock(o->clock, &watch.clock, &error))
        return bt_cli_fail(g_steal_pointer(&error));
    g_autoptr(BtStore) store = bt_store_open(o->data, &error);
    int lock = store != NULL ? take_turn(o->data, &error) : -1;
    if (lock < 0)
        return bt_cli_fail(g_steal_pointer(&error));
    bt_language_use("vi");
    g_autoptr(GTimeZone) timezone = g_time_zone_new_identifier(store->timezone);
    g_autoptr(BtOffHours) off_hours = bt_off_hours_new(store->site);
    watch.store = store;
    watch.options.off_hours = off_hours;
    watch.options.timezone = timezone;
    watch.options.listening_ms = o->once ? 0 : bt_clock_wall_ms(&watch.clock);
    if (o->once)
        turn(&watch);
    else
        go_on(&watch);
    gboolean has_failed = o->once && watch.complaint != NULL;
    g_free(watch.complaint);
    close(lock);
    return has_failed ? BT_EXIT_FAILED : bt_cli_done();
}

int bt_command_watch(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "base", 'b', 0, G_OPTION_ARG_STRING, &o.base,
            "the page's address, for the foot of a letter", "URL" },
        { "once", 0, 0, G_OPTION_ARG_NONE, &o.once, "look once, send what is due, and end", NULL },
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "",
        "Tells the people of an area what is wrong with its screens, by e-mail and webhook.",
        "\"serve\" starts it, so nobody else needs to. A fault is told once, and once when it is\n"
        "over; what begins in an area within two minutes is one message. Letters go out by the\n"
        "server that DIR/mail.conf names: [mail] with url=smtps://HOST or smtp://HOST:587 (with\n"
        "STARTTLS), from=, and where it is needed user=, password-file=, ca-file=. Until there is\n"
        "one, they wait.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : run(&o);
    options_clear(&o);
    return code;
}
