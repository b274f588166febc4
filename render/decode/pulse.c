/* A frame may take seconds on a weak box, and a disk may take longer; a process that was stopped
 * takes for ever. Whoever waits can tell them apart by a thread that has nothing to do but to
 * speak: it needs so little that even a box that does much else lets it, and it stands when the
 * process stands. What hangs in a step of its own is found by its frames, which do not come. */
#include "render/decode/decode.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#define STACK_BYTES (256 * 1024) /* a message and the C library; memory is counted in the jail */

/* It outlives main for a moment, and all that lies on its stack. */
static void *beat(void *socket)
{
    for (;;) {
        ring_tell_life(GPOINTER_TO_INT(socket));
        poll(NULL, 0, BT_DECODE_PULSE_MS);
    }
    return NULL;
}

gboolean pulse_start(int socket, GError **error)
{
    pthread_attr_t attributes;
    pthread_t thread;
    ring_tell_life(socket); /* before the content is touched: what dies of it has lived */
    int rc = pthread_attr_init(&attributes);
    if (rc == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        rc = pthread_create(&thread, &attributes, beat, GINT_TO_POINTER(socket));
        pthread_attr_destroy(&attributes);
    }
    if (rc == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_LIMIT, rc, "pulse", "cannot be started");
    return FALSE;
}
