/* What the commands of bangtin-source share: options, messages, exit codes.
 * Thread-safety: the main thread. */
#ifndef BT_SOURCE_CLI_H
#define BT_SOURCE_CLI_H

#include "base/clock.h"
#include "base/json.h"
#include "base/language.h"
#include "source/store/store.h"

#include <libintl.h>

/* What people read; what programs read (--json) has no language. */
#define _(text) dgettext(BT_LANGUAGE_DOMAIN, text)

enum { BT_EXIT_DONE, BT_EXIT_FAILED, BT_EXIT_USAGE };

/* A command: `name` of one or two words, run with its own arguments, argv[0] being the program. */
typedef struct {
    const char *name;
    const char *summary; /* for the list of commands */
    int (*run)(int argc, char **argv);
} BtSourceCommand;

/* Reads options into `entries`; what is left in argv[1…] are `min` to `max` arguments (max -1: any
 * number). `usage` shows them ("PATH"). FALSE after the message: exit with BT_EXIT_USAGE. `--help`
 * prints and exits with 0. */
typedef struct {
    const char *usage, *summary, *description;
    const GOptionEntry *entries;
    int min, max;
} BtCliSpec;
gboolean bt_cli_parse(const BtCliSpec *spec, int *argc, char ***argv);

/* Entries that many commands have. `place` is NULL, or FALSE, while they are not given. */
#define BT_CLI_DATA(place)                                                                         \
    {                                                                                              \
        "data", 'd', 0, G_OPTION_ARG_FILENAME, &(place), "the data folder", "DIR"                  \
    }
#define BT_CLI_CLOCK(place)                                                                        \
    {                                                                                              \
        "clock", 0, 0, G_OPTION_ARG_STRING, &(place),                                              \
            "a virtual clock, for tests and demonstrations", "RFC3339[xRATE]"                      \
    }
#define BT_CLI_JSON(place)                                                                         \
    {                                                                                              \
        "json", 'j', 0, G_OPTION_ARG_NONE, &(place), "print the result as JSON", NULL              \
    }

/* Says that a required option is missing; for `return bt_cli_missing("--data DIR")`. */
int bt_cli_missing(const char *option);
int bt_cli_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Says what failed (transfer full), returns BT_EXIT_FAILED. */
int bt_cli_fail(GError *error);
/* The real clock, or the one of `--clock TEXT` (nullable). */
gboolean bt_cli_clock(const char *text, BtClock *clock, GError **error);
/* What that clock says, once. */
gboolean bt_cli_now(const char *text, gint64 *now_ms, GError **error);
/* That, and the source of `--data DIR`. (transfer full) (nullable) */
BtStore *bt_cli_open(const char *data, const char *clock, gint64 *now_ms, GError **error);
/* Reads keys from their files until the NULL at the end of `paths` (nullable). (transfer full)
 * (nullable): GPtrArray of BtKey* */
GPtrArray *bt_cli_load_keys(char *const *paths, GError **error);
/* Prints one line of JSON on stdout (transfer full). */
void bt_cli_print_json(BtJson *json);
/* Flushes stdout: BT_EXIT_DONE, or BT_EXIT_FAILED when the results did not reach it. */
int bt_cli_done(void);

/* The commands, by file. */
int bt_command_init(int argc, char **argv);
int bt_command_key_new(int argc, char **argv);
int bt_command_key_show(int argc, char **argv);
int bt_command_key_register(int argc, char **argv);
int bt_command_key_list(int argc, char **argv);
int bt_command_proposal_add(int argc, char **argv);
int bt_command_proposal_list(int argc, char **argv);
int bt_command_proposal_show(int argc, char **argv);
int bt_command_proposal_sign(int argc, char **argv);
int bt_command_proposal_refuse(int argc, char **argv);
int bt_command_root_show(int argc, char **argv);
int bt_command_root_add(int argc, char **argv);
int bt_command_root_remove(int argc, char **argv);
int bt_command_root_threshold(int argc, char **argv);
int bt_command_root_sign(int argc, char **argv);
int bt_command_setup(int argc, char **argv);
int bt_command_audit(int argc, char **argv);
int bt_command_user_link(int argc, char **argv);
int bt_command_user_add(int argc, char **argv);
int bt_command_user_password(int argc, char **argv);
int bt_command_user_remove(int argc, char **argv);
int bt_command_user_list(int argc, char **argv);
int bt_command_screen_add(int argc, char **argv);
int bt_command_screen_claim(int argc, char **argv);
int bt_command_screen_deny(int argc, char **argv);
int bt_command_screen_list(int argc, char **argv);
int bt_command_screen_command(int argc, char **argv);
int bt_command_cut_list(int argc, char **argv);
int bt_command_cut_end(int argc, char **argv);
int bt_command_publish(int argc, char **argv);
int bt_command_deny(int argc, char **argv);
int bt_command_serve(int argc, char **argv);
int bt_command_watch(int argc, char **argv);
int bt_command_export(int argc, char **argv);
int bt_command_report(int argc, char **argv);
int bt_command_backup(int argc, char **argv);
int bt_command_restore(int argc, char **argv);

#endif
