/* Files and the network, by Landlock. Its header on Debian 12 knows less than the kernel may, so
 * what the interface says in its sixth version is repeated here. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_landlock_create_ruleset

typedef struct {
    guint64 files, network, scopes;
} Rules;

typedef struct {
    guint64 allowed;
    gint32 parent_fd;
} __attribute__((packed)) PathRule;

#define RULE_PATH 1
#define FILE_EXECUTE (1u << 0)
#define FILE_READ (1u << 2 | 1u << 3) /* files, folders */
#define FILE_REFER (1u << 13)         /* moving between folders: version 2 */
#define FILE_TRUNCATE (1u << 14)      /* version 3 */
#define FILE_IOCTL (1u << 15)         /* on devices: version 5 */
#define TCP_BIND 1u
#define TCP_CONNECT 2u
#define SCOPE_ABSTRACT_SOCKET 1u
#define SCOPE_SIGNAL 2u

/* What this version can forbid. */
static guint64 all_file_rights(guint version)
{
    guint64 rights = FILE_REFER - 1;
    if (version >= 2)
        rights |= FILE_REFER;
    if (version >= 3)
        rights |= FILE_TRUNCATE;
    if (version >= 5)
        rights |= FILE_IOCTL;
    return rights;
}

static Rules rules_of(const BtSandboxFiles *files, guint version)
{
    Rules rules = { .files = all_file_rights(version) };
    if (files->read)
        rules.files &= ~(guint64)FILE_READ;
    if (version >= 4)
        rules.network = files->tcp ? TCP_BIND : TCP_BIND | TCP_CONNECT;
    if (version >= 6)
        rules.scopes = SCOPE_SIGNAL | (files->abstract_sockets ? 0 : SCOPE_ABSTRACT_SOCKET);
    return rules;
}

/* FALSE when it is there, and could not be allowed. */
static gboolean allow_folder(int set, const char *path, guint64 rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    PathRule rule = { rights & ~(guint64)FILE_EXECUTE, fd };
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR;
    long failed = syscall(SYS_landlock_add_rule, set, RULE_PATH, &rule, 0);
    close(fd);
    return !failed;
}

guint bt_sandbox_files(const BtSandboxFiles *files, gboolean *missed)
{
    gboolean all = TRUE;
    if (missed)
        *missed = FALSE;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    if (version < 1)
        return 0;
    Rules rules = rules_of(files, (guint)version);
    gsize size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
    int set = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (set < 0)
        return 0;
    for (guint i = 0; files->writable != NULL && files->writable[i] != NULL; i++)
        all = allow_folder(set, files->writable[i], rules.files) && all;
    long failed = syscall(SYS_landlock_restrict_self, set, 0);
    close(set);
    if (missed)
        *missed = !all && !failed;
    return failed ? 0 : (guint)version;
}

#else

guint bt_sandbox_files(const BtSandboxFiles *files, gboolean *missed)
{
    (void)files;
    if (missed)
        *missed = FALSE;
    return 0;
}

#endif
