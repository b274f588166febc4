#include "player/config/owner.h"

#include "base/error.h"

#include <errno.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean become(uid_t user, gid_t group)
{
    return setgroups(1, &group) == 0 && setresgid(group, group, group) == 0 &&
        setresuid(user, user, user) == 0;
}

gboolean bt_owner_become(const BtConfig *config, GError **error)
{
    struct stat info;
    const char *folder = config->state_folder;
    if (geteuid() != 0 || folder == NULL || stat(folder, &info) != 0 || info.st_uid == 0 ||
        become(info.st_uid, info.st_gid))
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, folder, "cannot work on it as its owner");
    return FALSE;
}
