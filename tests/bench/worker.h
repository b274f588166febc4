/* What the two programs of tests/bench/layout share: they are asked line by line on standard input
 * and answer each line with one, so that both stay warm while a script lets them take turns. */
#ifndef BT_TESTS_BENCH_WORKER_H
#define BT_TESTS_BENCH_WORKER_H

#include <glib.h>

/* Paragraphs, from a file with one a line; they are asked for in turn. */
typedef struct {
    GPtrArray *texts; /* of char* */
    guint next;
} BenchTexts;

/* Does something once and returns how much that was (1, or so many glyphs). */
typedef guint (*BenchStep)(gpointer user);

/* A question: its first word, how many words it has, and the answer, printed without a line end.
 * FALSE: that went wrong, and was said on standard error. */
typedef struct {
    const char *name;
    guint n_words;
    gboolean (*answer)(char **words, gpointer user);
} BenchQuestion;

/* The texts of `file`, read when first asked for. Borrowed, from `files`: file name → BenchTexts.
 */
BenchTexts *bench_texts(GHashTable *files, const char *file);
GHashTable *bench_files_new(void);
/* The next paragraph, the first again behind the last. Borrowed. */
const char *bench_next_text(BenchTexts *texts);

/* CPU seconds of this thread: what others do on the machine counts less. */
double bench_cpu_s(void);
/* Repeats `step` for about `ms` of CPU time; prints how much was done in how many seconds. */
void bench_rate(BenchStep step, gpointer user, int ms);

/* Answers until standard input ends; the exit status. The last question has no name. */
int bench_serve(const BenchQuestion *questions, gpointer user);

#endif
