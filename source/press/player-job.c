#include "source/press/player-job.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "render/media/media.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define EXAMINE_S "10" /* of a file: half of the time that there is */
#define PICTURE "picture.png"
#define COMPLAINTS "complaints"
#define PIECE_BYTES (64 * 1024)
#define CPU_MAX_S 20
#define MEMORY_MAX_BYTES                                                                           \
    (G_GUINT64_CONSTANT(4) * 1024 * 1024 * 1024) /* of addresses: 8K canvases */
#define FILE_MAX_BYTES (512 * 1024 * 1024)       /* shared memory of decoders counts as a file */
#define KINDNESS 10                              /* pages go before previews */
#define COMPLAINTS_MAX_BYTES (64 * 1024)
#define WORDS_MAX_BYTES 400 /* of them, in the log */

struct BtPlayerJob {
    BtAskKind kind;
    char *picture, *complaints; /* files in the workplace */
    GSubprocess *process;
    GByteArray *said;
    GCancellable *stop; /* of the reading: too much was said, time is over, the server ends */
    GCancellable *ending;
    gulong ending_handler;
    guint timer;
    const char *problem; /* NULL: none yet */
    BtPlayerAnswer answer;
    gpointer user;
};

static void job_free(BtPlayerJob *job)
{
    if (job->timer != 0)
        g_source_remove(job->timer);
    if (job->ending_handler != 0)
        g_signal_handler_disconnect(job->ending, job->ending_handler);
    g_clear_object(&job->process);
    g_clear_object(&job->stop);
    g_byte_array_unref(job->said);
    g_free(job->picture);
    g_free(job->complaints);
    g_free(job);
}

/* ---- its words ---- */

static void add(GPtrArray *words, const char *name, const char *value)
{
    g_ptr_array_add(words, g_strdup(name));
    if (value != NULL)
        g_ptr_array_add(words, g_strdup(value));
}

static void add_instant(GPtrArray *words, const char *name, gint64 at_ms)
{
    g_autofree char *instant = bt_time_format(at_ms);
    add(words, name, instant);
}

static gboolean is_check(BtAskKind kind)
{
    return kind == BT_ASK_CHECK || kind == BT_ASK_EXAMINE;
}

/* NULL-ended. (transfer full) */
static char **words_of(const BtPlayerTools *tools, const BtAsk *ask, const char *workplace)
{
    static const char *const commands[] = { "snapshot", "check", "rundown", "why", "check" };
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *document = g_build_filename(workplace, BT_PLAYER_JOB_DOCUMENT, NULL);
    g_autofree char *picture = g_build_filename(workplace, PICTURE, NULL);
    g_autofree char *size = g_strdup_printf("%dx%d", ask->width_px, ask->height_px);
    add(words, tools->program, commands[ask->kind]);
    if (is_check(ask->kind)) {
        if (ask->kind == BT_ASK_EXAMINE) {
            add(words, "--seconds", EXAMINE_S);
            add(words, "--assets", tools->assets);
        }
        add(words, "--json", ask->is_led ? "--led" : NULL);
        add(words, document, NULL);
    } else {
        add(words, "--manifest", document);
        add(words, "--assets", tools->assets);
        add(words, "--size", size);
        add(words, ask->is_led ? "--led" : "--panel", NULL);
        add_instant(words, ask->kind == BT_ASK_RUNDOWN ? "--from" : "--at", ask->at_ms);
    }
    if (ask->kind == BT_ASK_RUNDOWN)
        add_instant(words, "--to", ask->until_ms);
    if (ask->kind == BT_ASK_RUNDOWN)
        add(words, "--json", ask->pages ? "--pages" : NULL);
    if (ask->kind == BT_ASK_WHY)
        add(words, "--json", NULL);
    if (ask->kind == BT_ASK_PICTURE)
        add(words, "--output", picture);
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

/* ---- how it is started ---- */

static void limit(int resource, guint64 most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0)
        return;
    now.rlim_max = MIN(now.rlim_max, (rlim_t)most);
    now.rlim_cur = MIN(now.rlim_cur, now.rlim_max);
    (void)setrlimit(resource, &now);
}

/* Between fork and exec: nothing but calls that are safe there. */
static void before_exec(gpointer unused)
{
    (void)unused;
    limit(RLIMIT_CPU, CPU_MAX_S);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, FILE_MAX_BYTES);
#ifndef BANGTIN_SANITIZE /* the shadow memory alone reserves terabytes */
    limit(RLIMIT_AS, MEMORY_MAX_BYTES);
#endif
    (void)setpriority(PRIO_PROCESS, 0, KINDNESS);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Nothing of the server's environment but what the jailed decoder gets too. (transfer full) */
static char **environment(const BtAsk *ask)
{
    char **env = bt_media_decoder_environment();
    env = g_environ_setenv(env, "LC_ALL", "C.UTF-8", TRUE);
    return g_environ_setenv(env, "LANGUAGE", ask->english ? "en" : "vi", TRUE);
}

static GSubprocess *spawn(
    const BtPlayerTools *tools, const BtAsk *ask, const char *workplace, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_auto(GStrv) words = words_of(tools, ask, workplace);
    g_auto(GStrv) env = environment(ask);
    g_autofree char *complaints = g_build_filename(workplace, COMPLAINTS, NULL);
    g_subprocess_launcher_set_environ(launcher, env);
    g_subprocess_launcher_set_stderr_file_path(launcher, complaints);
    g_subprocess_launcher_set_child_setup(launcher, before_exec, NULL, NULL);
    return g_subprocess_launcher_spawnv(launcher, (const char *const *)words, error);
}

/* ---- its end ---- */

static void give_up(BtPlayerJob *job, const char *problem)
{
    if (job->problem == NULL)
        job->problem = problem;
    g_subprocess_force_exit(job->process);
    g_cancellable_cancel(job->stop);
}

static gboolean on_timeout(gpointer user)
{
    BtPlayerJob *job = user;
    job->timer = 0;
    give_up(job, "it took too long");
    return G_SOURCE_REMOVE;
}

static void on_ending(GCancellable *ending, gpointer user)
{
    (void)ending;
    give_up(user, "the server ends");
}

/* `check` ends with 1 where a document would be refused, and has said why. */
static gboolean ended_well(const BtPlayerJob *job)
{
    if (!g_subprocess_get_if_exited(job->process))
        return FALSE;
    int status = g_subprocess_get_exit_status(job->process);
    return status == 0 || (status == 1 && is_check(job->kind));
}

static GBytes *answer_of(BtPlayerJob *job, GError **error)
{
    if (job->problem == NULL && ended_well(job))
        return job->kind == BT_ASK_PICTURE
            ? bt_io_read(job->picture, BT_PLAYER_ANSWER_MAX_BYTES, error)
            : g_bytes_new(job->said->data, job->said->len);
    g_autoptr(GBytes) words = bt_io_read(job->complaints, COMPLAINTS_MAX_BYTES, NULL);
    gsize size = 0;
    const char *data = words != NULL ? g_bytes_get_data(words, &size) : NULL;
    g_autofree char *said =
        g_utf8_make_valid(data != NULL ? data : "", (gssize)MIN(size, WORDS_MAX_BYTES));
    g_set_error(error, BT_ERROR, BT_ERROR_DIED, "%s: %s",
        job->problem != NULL ? job->problem : "the player failed", g_strstrip(said));
    return NULL;
}

static void on_exit_status(GObject *process, GAsyncResult *result, gpointer user)
{
    BtPlayerJob *job = user;
    g_autoptr(GError) error = NULL;
    (void)g_subprocess_wait_finish(G_SUBPROCESS(process), result, NULL);
    g_autoptr(GBytes) answer = answer_of(job, &error);
    job->answer(answer, error, job->user);
    job_free(job);
}

static void read_on(BtPlayerJob *job);

static void on_piece(GObject *stream, GAsyncResult *result, gpointer user)
{
    BtPlayerJob *job = user;
    g_autoptr(GBytes) piece =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(stream), result, NULL);
    gsize size = 0;
    const void *data = piece != NULL ? g_bytes_get_data(piece, &size) : NULL;
    if (size == 0) {
        g_subprocess_wait_async(job->process, NULL, on_exit_status, job);
        return;
    }
    if (job->said->len + size > BT_PLAYER_ANSWER_MAX_BYTES)
        give_up(job, "it said too much");
    else
        g_byte_array_append(job->said, data, (guint)size);
    read_on(job);
}

static void read_on(BtPlayerJob *job)
{
    g_input_stream_read_bytes_async(g_subprocess_get_stdout_pipe(job->process), PIECE_BYTES,
        G_PRIORITY_DEFAULT, job->stop, on_piece, job);
}

BtPlayerJob *bt_player_job_start(const BtPlayerTools *tools, const BtAsk *ask,
    const char *workplace, BtPlayerAnswer answer, gpointer user, GError **error)
{
    GSubprocess *process = spawn(tools, ask, workplace, error);
    if (process == NULL)
        return NULL;
    BtPlayerJob *job = g_new0(BtPlayerJob, 1);
    job->kind = ask->kind;
    job->picture = g_build_filename(workplace, PICTURE, NULL);
    job->complaints = g_build_filename(workplace, COMPLAINTS, NULL);
    job->process = process;
    job->said = g_byte_array_new();
    job->stop = g_cancellable_new();
    job->ending = tools->ending;
    job->answer = answer;
    job->user = user;
    job->timer = g_timeout_add(BT_PLAYER_TIMEOUT_MS, on_timeout, job);
    job->ending_handler = g_signal_connect(tools->ending, "cancelled", G_CALLBACK(on_ending), job);
    read_on(job);
    return job;
}
