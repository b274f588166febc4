/* bangtin: one program, one command a task. */
#include "player/commands.h"
#include "player/text_command.h"

#include "base/language.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *does;
} Command;

static const Command commands[] = {
    { "play", bt_play_command,
        "show what the sources say; or files and folders, for a first look" },
    { "snapshot", bt_snapshot_command, "write the picture of an instant as a PNG" },
    { "text", bt_text_command, "lay out standard input with the player's engine" },
    { "rundown", bt_rundown_command, "say what will be, or was, shown, zone by zone" },
    { "why", bt_why_command, "say which rules chose what is shown" },
    { "check", bt_check_command, "say whether manifests and media would be accepted" },
    { "status", bt_status_command, "ask a running player how it is" },
    { "cut", bt_cut_command, "put up the safe picture at once, until resume" },
    { "resume", bt_resume_command, "end a cut or a test pattern" },
    { "pattern", bt_pattern_command, "show a test pattern for five minutes" },
    { "enrol", bt_enrol_command, "join a source: make a key, show its code, wait to be claimed" },
};

static void print_help(void)
{
    printf("bangtin - player for public electronic boards\n\nUsage: bangtin COMMAND [OPTION…]\n\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].does);
    printf("\n`bangtin COMMAND --help` says more; so do the man pages.\n");
}

/* `--help` of a command says how the command is called, and not its word alone. */
static int run(const Command *command, int argc, char **argv)
{
    g_autofree char *called = g_strconcat("bangtin ", command->name, NULL);
    g_set_prgname(called);
    return command->run(argc, argv);
}

int main(int argc, char **argv)
{
    bt_language_open();
    bt_log_open("bangtin");
    if (argc > 1 && g_str_has_prefix(argv[1], "--role="))
        return bt_role_command(argc, argv);
    if (argc > 1 && g_str_equal(argv[1], "--version")) {
        printf("bangtin %s\n", BANGTIN_VERSION);
        return 0;
    }
    if (argc > 1 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))) {
        print_help();
        return 0;
    }
    for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i].name, argv[1]))
            return run(&commands[i], argc - 1, argv + 1);
    fprintf(stderr, "bangtin: %s: expected a command; bangtin --help lists them\n",
        argc > 1 ? argv[1] : "no command");
    return 2;
}
