#include "base/program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef BANGTIN_SANITIZE
/* Looking for leaks at the end means tracing oneself, which a jail forbids. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

gboolean bt_program_answers(const BtProgram *program, int argc, char **argv)
{
    if (argc != 2)
        return FALSE;
    if (strcmp(argv[1], "--help") == 0)
        return fputs(program->usage, stdout) >= 0;
    if (strcmp(argv[1], "--version") == 0)
        return printf("%s %s\n", program->name, BANGTIN_VERSION) > 0;
    return FALSE;
}

int bt_program_wrong_use(const BtProgram *program)
{
    fputs(program->usage, stderr);
    return 2;
}

void bt_program_prepare(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
    signal(SIGXFSZ, SIG_IGN);
}
