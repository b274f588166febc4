/* What the programs that read strangers' bytes have in common: the player starts them with files
 * open and no words, and they give their rights away before the first byte. Thread-safety: before
 * the first thread. */
#ifndef BT_BASE_PROGRAM_H
#define BT_BASE_PROGRAM_H

#include <glib.h>

typedef struct {
    const char *name;
    const char *usage; /* "Usage: …", lines */
} BtProgram;

/* Whether --help or --version was the only word, and was answered: the program's work is done. */
gboolean bt_program_answers(const BtProgram *program, int argc, char **argv);
/* It was used wrongly: says how it is used. Returns the exit status for that. */
int bt_program_wrong_use(const BtProgram *program);

/* What would read a file later, in a jail, does so now: dates want the time zone. And where
 * standard error is a file that may not grow, words are lost and not the program. */
void bt_program_prepare(void);

#endif
