/* A relay is asked to end by its socket and its pipe, but one that was stopped hears nothing and
 * would keep its place for ever. So it is killed; it has nothing to lose. */
#include "player/roles/started_relays.h"

#include "render/media/media.h"

#include <signal.h>

void bt_started_relays_init(BtStartedRelays *relays)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self != NULL ? self : ".");
    *relays = (BtStartedRelays){ .path = g_build_filename(
                                     folder, "..", "libexec", "bangtin-relay", NULL) };
}

void bt_started_relays_clear(BtStartedRelays *relays)
{
    g_clear_pointer(&relays->path, g_free);
}

void bt_started_relays_add(BtStartedRelays *relays, gint64 number, const int *fds, guint n_fds)
{
    char *argv[] = { (char *)"bangtin-relay", NULL };
    g_auto(GStrv) env = bt_media_decoder_environment();
    for (guint i = 0; n_fds == 2 && i < BT_MAX_RELAYS; i++) {
        if (relays->relays[i].pid != 0)
            continue;
        pid_t pid = bt_start(relays->path, argv, env, fds, n_fds);
        if (pid > 0) {
            relays->relays[i].pid = pid;
            relays->relays[i].number = number;
        }
        return;
    }
    g_warning("supervise: a relay was refused: %d are running", BT_MAX_RELAYS);
}

void bt_started_relays_end(BtStartedRelays *relays, gint64 number)
{
    for (guint i = 0; i < BT_MAX_RELAYS; i++)
        if (relays->relays[i].pid > 0 && relays->relays[i].number == number)
            kill(relays->relays[i].pid, SIGKILL);
}

void bt_started_relays_end_all(BtStartedRelays *relays)
{
    for (guint i = 0; i < BT_MAX_RELAYS; i++)
        if (relays->relays[i].pid > 0)
            kill(relays->relays[i].pid, SIGKILL);
}

gboolean bt_started_relays_ended(BtStartedRelays *relays, pid_t pid)
{
    for (guint i = 0; i < BT_MAX_RELAYS; i++) {
        if (relays->relays[i].pid != pid)
            continue;
        relays->relays[i].pid = 0;
        return TRUE;
    }
    return FALSE;
}
