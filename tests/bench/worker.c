#include "tests/bench/worker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_LINE_BYTES 4096
#define STEPS_A_LOOK 4 /* at the clock, which is a system call */

static void texts_free(gpointer data)
{
    BenchTexts *texts = data;
    g_ptr_array_unref(texts->texts);
    g_free(texts);
}

GHashTable *bench_files_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, texts_free);
}

BenchTexts *bench_texts(GHashTable *files, const char *file)
{
    BenchTexts *texts = g_hash_table_lookup(files, file);
    if (texts)
        return texts;
    g_autoptr(GError) error = NULL;
    g_autofree char *all = NULL;
    if (!g_file_get_contents(file, &all, NULL, &error))
        g_error("%s", error->message);
    texts = g_new0(BenchTexts, 1);
    texts->texts = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        if (*lines[i])
            g_ptr_array_add(texts->texts, g_strdup(lines[i]));
    if (texts->texts->len == 0)
        g_error("%s: no paragraphs", file);
    g_hash_table_insert(files, g_strdup(file), texts);
    return texts;
}

const char *bench_next_text(BenchTexts *texts)
{
    texts->next = (texts->next + 1) % texts->texts->len;
    return texts->texts->pdata[texts->next];
}

double bench_cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void bench_rate(BenchStep step, gpointer user, int ms)
{
    double begin_s = bench_cpu_s(), now_s = begin_s;
    guint64 done = 0;
    for (; now_s - begin_s < ms / 1000.0; now_s = bench_cpu_s())
        for (guint i = 0; i < STEPS_A_LOOK; i++)
            done += step(user);
    printf("%" G_GUINT64_FORMAT " %.9f", done, now_s - begin_s);
}

static gboolean answer(const BenchQuestion *questions, char **words, gpointer user)
{
    for (; questions->name; questions++)
        if (words[0] && strcmp(questions->name, words[0]) == 0 &&
            g_strv_length(words) == questions->n_words)
            return questions->answer(words, user);
    fprintf(stderr, "bench: “%s” with %u words: no such question\n", words[0] ? words[0] : "",
        g_strv_length(words));
    return FALSE;
}

int bench_serve(const BenchQuestion *questions, gpointer user)
{
    char line[MAX_LINE_BYTES];
    while (fgets(line, sizeof line, stdin)) {
        g_auto(GStrv) words = g_strsplit(g_strchomp(line), " ", -1);
        if (!answer(questions, words, user))
            return 1;
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
