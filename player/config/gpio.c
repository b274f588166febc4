#include "player/config/gpio.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What a chip may lack. */
typedef enum { WITH_BIAS = 1, WITH_DEBOUNCE = 2 } Wishes;

static struct gpio_v2_line_request request_for(const BtGpioLine *line, guint wishes)
{
    guint64 bias =
        line->active_low ? GPIO_V2_LINE_FLAG_BIAS_PULL_UP : GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
    struct gpio_v2_line_request request = { .num_lines = 1, .offsets = { line->offset } };
    g_strlcpy(request.consumer, "bangtin cut", sizeof request.consumer);
    request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
        (line->active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0) | (wishes & WITH_BIAS ? bias : 0);
    if ((wishes & WITH_DEBOUNCE) == 0)
        return request;
    request.config.num_attrs = 1;
    request.config.attrs[0].mask = 1;
    request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    request.config.attrs[0].attr.debounce_period_us = BT_GPIO_DEBOUNCE_US;
    return request;
}

/* A chip without resistors refuses to be asked for one: the wiring has it then. Behind a bus that
 * sleeps the kernel cannot wait for a line to stand still, and says EINVAL: a bounce is another
 * press then, and a cut that is up is not cut again. */
static int ask_for(int chip, const BtGpioLine *line)
{
    static const guint wishes[] = { WITH_BIAS | WITH_DEBOUNCE, WITH_DEBOUNCE, WITH_BIAS, 0 };
    for (guint i = 0; i < G_N_ELEMENTS(wishes); i++) {
        struct gpio_v2_line_request request = request_for(line, wishes[i]);
        if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) == 0)
            return request.fd;
        if (errno != EOPNOTSUPP && errno != EINVAL && errno != ENXIO)
            return -1;
    }
    return -1;
}

static gboolean value_of(int fd)
{
    struct gpio_v2_line_values values = { .mask = 1 };
    return ioctl(fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == 0 && (values.bits & 1) != 0;
}

int bt_gpio_open(const BtGpioLine *line, gboolean *is_active, GError **error)
{
    g_autofree char *path = g_build_filename("/dev", line->chip, NULL);
    int chip = open(path, O_RDONLY | O_CLOEXEC), fd = -1;
    if (chip < 0) {
        bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, path, "cannot open the chip");
        return -1;
    }
    fd = ask_for(chip, line);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot have the line");
    close(chip);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    *is_active = value_of(fd);
    return fd;
}

gboolean bt_gpio_take(int fd, gboolean *alive)
{
    struct gpio_v2_line_event events[16];
    gboolean used = FALSE;
    ssize_t n;
    while ((n = read(fd, events, sizeof events)) > 0)
        for (gsize i = 0; i < (gsize)n / sizeof events[0]; i++)
            used = used || events[i].id == GPIO_V2_LINE_EVENT_RISING_EDGE;
    *alive = n < 0 && (errno == EAGAIN || errno == EINTR);
    return used;
}
