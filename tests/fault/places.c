/* Distributions build without frame pointers, so a stack is unwound by the tables that are there
 * for exceptions, with elfutils. What it reads of a process (which libraries lie where, their
 * tables) is kept for as long as the process runs that program, and read anew when an address is
 * met that was not mapped then: a library that was loaded since. */
#include "tests/fault/places.h"

#include <elfutils/libdwfl.h>
#include <string.h>

#define FRAMES_MAX 200 /* a stack that was overwritten might go on for ever */

struct Places {
    GHashTable *programs; /* of pid: owned Program */
};

typedef struct {
    pid_t pid;
    Dwfl *dwfl; /* NULL: cannot be looked into */
    char *file, *role;
} Program;

typedef struct {
    Program *program;
    GString *own, *others;
    guint n_own, n_others, n_all;
    gboolean is_unknown; /* an address that nothing was mapped at */
} Stack;

/* What the program itself carries is enough; nobody is asked for more. */
static int find_no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
    const char *file, const char *link, GElf_Word crc, char **found)
{
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc,
        (void)found;
    return -1;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = find_no_debuginfo,
};

/* ---- programs ---- */

static void program_free(Program *program)
{
    if (program->dwfl)
        dwfl_end(program->dwfl);
    g_free(program->file);
    g_free(program->role);
    g_free(program);
}

static char *role_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", pid), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("?");
    char *role = g_path_get_basename(text);
    return g_strdelimit(role, " \t\n", '_');
}

static void look_at_maps(Program *program)
{
    dwfl_report_begin(program->dwfl);
    dwfl_linux_proc_report(program->dwfl, program->pid);
    dwfl_report_end(program->dwfl, NULL, NULL);
}

static Program *program_new(pid_t pid)
{
    Program *program = g_new0(Program, 1);
    g_autofree char *link = g_strdup_printf("/proc/%d/exe", pid);
    program->pid = pid;
    program->file = g_file_read_link(link, NULL);
    program->role = role_of(pid);
    program->dwfl = dwfl_begin(&callbacks);
    look_at_maps(program);
    if (dwfl_linux_proc_attach(program->dwfl, pid, TRUE) != 0)
        g_clear_pointer(&program->dwfl, dwfl_end);
    return program;
}

static Program *program_of(Places *places, pid_t pid)
{
    Program *program = g_hash_table_lookup(places->programs, GINT_TO_POINTER(pid));
    if (!program) {
        program = program_new(pid);
        g_hash_table_insert(places->programs, GINT_TO_POINTER(pid), program);
    }
    return program;
}

/* ---- stacks ---- */

static void add(GString *to, guint *n, Dwfl_Module *module, Dwarf_Addr pc, const char *file)
{
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char *name = dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
    g_autofree char *base = g_path_get_basename(file);
    Dwarf_Addr start = 0;
    if (!name) {
        dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
        offset = pc - start;
    }
    g_string_append_printf(to, "%s%s+%" G_GINT64_MODIFIER "x", (*n)++ == 0 ? "" : "<",
        name ? name : base, (guint64)offset);
}

static int on_frame(Dwfl_Frame *frame, void *data)
{
    Stack *stack = data;
    Dwarf_Addr pc;
    bool is_exact;
    if (!dwfl_frame_pc(frame, &pc, &is_exact) || stack->n_all++ == FRAMES_MAX)
        return DWARF_CB_ABORT;
    if (!is_exact)
        pc--; /* a return address may already be another function's */
    Dwfl_Module *module = dwfl_addrmodule(stack->program->dwfl, pc);
    const char *file =
        module ? dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL) : NULL;
    if (!file) {
        stack->is_unknown = TRUE;
        return DWARF_CB_ABORT;
    }
    if (g_strcmp0(file, stack->program->file) == 0)
        add(stack->own, &stack->n_own, module, pc, file);
    else if (stack->n_others < BT_PLACE_FRAMES)
        add(stack->others, &stack->n_others, module, pc, file);
    return stack->n_own == BT_PLACE_FRAMES ? DWARF_CB_ABORT : DWARF_CB_OK;
}

static char *unwind(Program *program, pid_t thread, gboolean *is_unknown)
{
    g_autoptr(GString) own = g_string_new(NULL), others = g_string_new(NULL);
    Stack stack = { .program = program, .own = own, .others = others };
    (void)dwfl_getthread_frames(program->dwfl, thread, on_frame, &stack);
    *is_unknown = stack.is_unknown;
    return g_strconcat(program->role, ":", own->len > 0 ? own->str : others->str, NULL);
}

char *places_of(Places *places, pid_t leader, pid_t thread)
{
    Program *program = program_of(places, leader);
    gboolean is_unknown = FALSE;
    if (!program->dwfl)
        return g_strdup(program->role);
    char *place = unwind(program, thread, &is_unknown);
    if (is_unknown) {
        g_free(place);
        look_at_maps(program);
        place = unwind(program, thread, &is_unknown);
    }
    return place;
}

void places_forget(Places *places, pid_t leader)
{
    g_hash_table_remove(places->programs, GINT_TO_POINTER(leader));
}

Places *places_new(void)
{
    Places *places = g_new0(Places, 1);
    places->programs = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)program_free);
    return places;
}

void places_free(Places *places)
{
    if (!places)
        return;
    g_hash_table_unref(places->programs);
    g_free(places);
}
