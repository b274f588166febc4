/* A library to be loaded before others (LD_PRELOAD): the wall clock alone is ahead by as many
 * milliseconds as the file BANGTIN_WALL says just now, eight bytes in this machine's order. Timers
 * and the monotonic clocks stay what they are, as on a machine whose clock is set. (libfaketime
 * moves absolute timers of the monotonic clock as well.) With BANGTIN_WALL_CREEPS each reading is
 * half a millisecond behind the one before, until it is four: a clock that is slewed, or read with
 * bad luck. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CREEP_NS 500000
#define CREEPS 8

static const _Atomic int64_t *ahead_ms; /* of the file; set before main */
static int creeps;                      /* likewise */
static atomic_int readings;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("BANGTIN_WALL");
    creeps = getenv("BANGTIN_WALL_CREEPS") != NULL;
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *page = mmap(NULL, sizeof *ahead_ms, PROT_READ, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED)
        ahead_ms = page;
    close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_REALTIME && creeps) {
        int n = atomic_fetch_add(&readings, 1);
        int64_t ns = now->tv_nsec - CREEP_NS * (n < CREEPS ? n : CREEPS);
        now->tv_sec -= ns < 0;
        now->tv_nsec = ns + (ns < 0) * 1000000000;
    }
    if (clock == CLOCK_REALTIME && ahead_ms != NULL) {
        int64_t by_ms = atomic_load(ahead_ms);
        int64_t ns = now->tv_nsec + by_ms % 1000 * 1000000;
        now->tv_sec += by_ms / 1000 + (ns >= 1000000000) - (ns < 0);
        now->tv_nsec = ns + (ns < 0) * 1000000000 - (ns >= 1000000000) * 1000000000;
    }
    return 0;
}

/* GLib's. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec time;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &time) != 0)
        return -1;
    *now = (struct timeval){ time.tv_sec, time.tv_nsec / 1000 };
    return 0;
}
