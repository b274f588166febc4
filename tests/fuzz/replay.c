/* Runs a fuzz entry over folders of seeds, with any compiler: each seed as it is, cut off at many
 * places, and with bytes changed in a way that is the same at every run. */
#include "tests/fuzz/fuzz.h"

#include <glib.h>
#include <stdio.h>

#define CUTS 64
#define CHANGES 64
#define RANDOM_SEED 20261122

/* Copies, so that a read beyond the end is a read beyond an allocation. */
static void run(const char *data, gsize size_bytes)
{
    g_autofree uint8_t *copy = g_memdup2(data, MAX(size_bytes, 1));
    LLVMFuzzerTestOneInput(copy, size_bytes);
}

static void run_cut(const char *data, gsize size_bytes)
{
    for (gsize i = 0; i < CUTS; i++)
        run(data, size_bytes * i / CUTS);
}

static void run_changed(const char *data, gsize size_bytes, GRand *random)
{
    for (guint i = 0; i < CHANGES && size_bytes > 0; i++) {
        g_autofree char *copy = g_memdup2(data, size_bytes);
        for (guint k = 0; k <= i % 4; k++)
            copy[g_rand_int_range(random, 0, (gint32)size_bytes)] = (char)g_rand_int(random);
        run(copy, size_bytes);
    }
}

static gboolean replay_file(const char *path, GRand *random)
{
    g_autofree char *data = NULL;
    gsize size_bytes;
    if (!g_file_get_contents(path, &data, &size_bytes, NULL))
        return FALSE;
    run(data, size_bytes);
    run_cut(data, size_bytes);
    run_changed(data, size_bytes, random);
    return TRUE;
}

static guint replay_folder(const char *folder, GRand *random)
{
    guint n = 0;
    const char *name;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        n += replay_file(path, random);
    }
    return n;
}

int main(int argc, char **argv)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(RANDOM_SEED);
    for (int i = 1; i < argc; i++) {
        guint n = replay_folder(argv[i], random);
        printf("%s: %u seeds\n", argv[i], n);
        if (n == 0)
            return 1;
    }
    return argc > 1 ? 0 : 2;
}
