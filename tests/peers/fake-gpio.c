/* A GPIO chip for a player that is started with this before the C library (LD_PRELOAD): machines
 * that test have none, and Debian's kernel has no simulated one. /dev/gpiochip0 has one line;
 * FAKE_GPIO names a folder:
 *
 *   request  written: what the line was asked for, "offset flags debounce_us"
 *   events   a FIFO: what is written into it are the line's events, as linux/gpio.h has them
 *   level    read: "1" when the line is active at the start
 *   no-bias, no-debounce  when they are there, the chip has no resistors, or is behind a bus that
 *            sleeps, and says so as the kernel would */
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int open64(const char *path, int flags, ...);
int ioctl(int fd, unsigned long request, ...);

static int chip_fd = -1, line_fd = -1;

static int open_in_folder(const char *name, int flags)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("FAKE_GPIO"), name);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = flags & O_CREAT ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    if (strcmp(path, "/dev/gpiochip0") == 0)
        return chip_fd = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", flags, 0);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int get_line(struct gpio_v2_line_request *request)
{
    const unsigned long long bias =
        GPIO_V2_LINE_FLAG_BIAS_PULL_UP | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
    int no_bias = open_in_folder("no-bias", O_RDONLY), out;
    int no_debounce = open_in_folder("no-debounce", O_RDONLY);
    if (no_debounce >= 0) {
        close(no_debounce);
        if (request->config.num_attrs > 0) {
            errno = EINVAL;
            return -1;
        }
    }
    if (no_bias >= 0) {
        close(no_bias);
        if (request->config.flags & bias) {
            errno = EOPNOTSUPP;
            return -1;
        }
    }
    out = open_in_folder("request", O_WRONLY | O_CREAT | O_TRUNC);
    dprintf(out, "%u %llu %u\n", request->offsets[0], (unsigned long long)request->config.flags,
        request->config.attrs[0].attr.debounce_period_us);
    close(out);
    line_fd = request->fd = open_in_folder("events", O_RDWR);
    return request->fd < 0 ? -1 : 0;
}

static int get_values(struct gpio_v2_line_values *values)
{
    char level = '0';
    int in = open_in_folder("level", O_RDONLY);
    if (in >= 0 && read(in, &level, 1) < 0)
        level = '0';
    close(in);
    values->bits = level == '1';
    return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == GPIO_V2_GET_LINE_IOCTL && fd == chip_fd)
        return get_line(argument);
    if (request == GPIO_V2_LINE_GET_VALUES_IOCTL && fd == line_fd)
        return get_values(argument);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}
