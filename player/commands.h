/* The commands of `bangtin`, one function each. `argv[0]` is the command's own word. Each returns
 * the exit status: 0 done, 1 failed, 2 wrong use. Thread-safety: the main thread. */
#ifndef BT_PLAYER_COMMANDS_H
#define BT_PLAYER_COMMANDS_H

#include "player/board/board.h"

int bt_play_command(int argc, char **argv);
int bt_snapshot_command(int argc, char **argv);
int bt_rundown_command(int argc, char **argv);
int bt_why_command(int argc, char **argv);
int bt_check_command(int argc, char **argv);
int bt_status_command(int argc, char **argv);
int bt_cut_command(int argc, char **argv);
int bt_resume_command(int argc, char **argv);
int bt_pattern_command(int argc, char **argv);
int bt_enrol_command(int argc, char **argv);

/* The role that supervise started (--role=…). */
int bt_role_command(int argc, char **argv);

/* ---- what commands share ---- */

/* Parses options in place; `*argc` and `argv` keep what is left, which is nothing more where
 * `usage`, the words beside options, is empty. FALSE: the message was printed. `summary` says what
 * the command does. */
gboolean bt_options_parse(
    const char *usage, const char *summary, const GOptionEntry *entries, int *argc, char ***argv);
/* Prints "bangtin: MESSAGE" and returns `status`. (transfer full for failure) */
int bt_command_fail(GError *failure, int status);

/* A board to ask, by --config or --manifest [--assets]; questions from `since_ms` on. `*config`
 * (transfer full, nullable) must outlive the board. (transfer full) (nullable) */
BtBoard *bt_command_board(const char *config_path, const char *manifest_path, const char *assets,
    gint64 since_ms, BtConfig **config, GError **error);
/* "640x384" FALSE with BT_ERROR_SYNTAX. */
gboolean bt_size_parse(const char *text, int *w_px, int *h_px, GError **error);

#endif
