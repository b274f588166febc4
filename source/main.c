/* bangtin-source: the embedded source system. One program, one data folder; each command is a file
 * of its own, and this table is all they have in common. */
#include "source/cli.h"

#include "base/language.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const BtSourceCommand commands[] = {
    { "init", "make a source: its data folder, its keys, its first root", bt_command_init },
    { "setup", "make a source and its first administrator", bt_command_setup },
    { "key new", "make a key file", bt_command_key_new },
    { "key show", "print a key's id and public half", bt_command_key_show },
    { "key register", "say whose an approver's key is", bt_command_key_register },
    { "key list", "list the approvers' keys", bt_command_key_list },
    { "root show", "show which keys may sign what", bt_command_root_show },
    { "root add", "prepare a root with one key more", bt_command_root_add },
    { "root remove", "prepare a root without a key", bt_command_root_remove },
    { "root threshold", "prepare a root that wants more signatures, or fewer",
        bt_command_root_threshold },
    { "root sign", "sign the next root", bt_command_root_sign },
    { "proposal add", "propose a manifest for approvers to sign", bt_command_proposal_add },
    { "proposal list", "list what was proposed", bt_command_proposal_list },
    { "proposal show", "show a proposal and its documents", bt_command_proposal_show },
    { "proposal sign", "sign a proposal with a key file", bt_command_proposal_sign },
    { "proposal refuse", "refuse a proposal", bt_command_proposal_refuse },
    { "user add", "give a person an account for the operators' page", bt_command_user_add },
    { "user password", "give an account a new password", bt_command_user_password },
    { "user link", "make a one-time link to set a password by", bt_command_user_link },
    { "user remove", "take an account away", bt_command_user_remove },
    { "user list", "list the accounts", bt_command_user_list },
    { "screen add", "add a screen", bt_command_screen_add },
    { "screen claim", "accept a waiting board as a screen, by its code", bt_command_screen_claim },
    { "screen deny", "turn a waiting board down, by its code", bt_command_screen_deny },
    { "screen list", "list screens and waiting boards", bt_command_screen_list },
    { "screen command", "ask a screen to be quieter: cut, darken, mute, …",
        bt_command_screen_command },
    { "cut list", "list the cuts", bt_command_cut_list },
    { "cut end", "end cuts, by an order that an approver signs", bt_command_cut_end },
    { "publish", "sign a manifest and give it to screens", bt_command_publish },
    { "deny", "forbid a document or an asset everywhere", bt_command_deny },
    { "serve", "serve screens and the operators' page", bt_command_serve },
    { "watch", "tell people what is wrong with their screens", bt_command_watch },
    { "export", "write the static tree for a web server or a stick", bt_command_export },
    { "backup", "save the source", bt_command_backup },
    { "restore", "bring a saved source back", bt_command_restore },
    { "audit", "check the diary of who did what", bt_command_audit },
    { "report", "print what the screens reported", bt_command_report },
};

static void print_help(FILE *out)
{
    fputs("Usage: bangtin-source COMMAND [OPTION…]\n\n"
          "The embedded source system of Bangtin: publishes bulletins for public boards, serves\n"
          "them, and keeps what the boards report.\n\nCommands:\n",
        out);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-16s %s\n", commands[i].name, commands[i].summary);
    fputs("\n\"bangtin-source COMMAND --help\" tells more of each. Exit status: 0 done, 1 failed,\n"
          "2 wrong use. Results go to stdout, messages to stderr.\n",
        out);
}

/* How many of the words are the command's name; 0 when they are another's. */
static int match(const BtSourceCommand *command, int argc, char **argv)
{
    g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
    int n = (int)g_strv_length(words);
    for (int i = 0; i < n; i++)
        if (i + 1 >= argc || strcmp(words[i], argv[i + 1]) != 0)
            return 0;
    return n;
}

static int run(const BtSourceCommand *command, int n_words, int argc, char **argv)
{
    g_autofree char *name = g_strconcat("bangtin-source ", command->name, NULL);
    g_set_prgname(name);
    argv[n_words] = argv[0];
    return command->run(argc - n_words, argv + n_words);
}

static int unknown_command(int argc, char **argv)
{
    if (argc < 2)
        g_message("no command: expected one; see \"bangtin-source --help\"");
    else
        g_message("%s: no such command: expected one of \"bangtin-source --help\"", argv[1]);
    return BT_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    bt_language_open();
    bt_log_open("bangtin-source");
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return bt_cli_done();
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("bangtin-source " BANGTIN_VERSION);
        return bt_cli_done();
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        int n_words = match(&commands[i], argc, argv);
        if (n_words > 0)
            return run(&commands[i], n_words, argc, argv);
    }
    return unknown_command(argc, argv);
}
