/* The board's own switch: one line of a GPIO chip that cuts. Through the kernel's character device
 * (linux/gpio.h, version 2, Linux 5.10 and later): libgpiod's interface of Debian 12 is not that of
 * Debian 13, and of it we would need three calls. Thread-safety: one thread a descriptor. */
#ifndef BT_PLAYER_CONFIG_GPIO_H
#define BT_PLAYER_CONFIG_GPIO_H

#include <glib.h>

#define BT_GPIO_CHIP_MAX 32 /* bytes of a chip's name, as the kernel has it */
#define BT_GPIO_MAX_LINE 1023
/* A contact that bounces is one press: the kernel waits until the line stood still for so long,
 * where the chip lets it. */
#define BT_GPIO_DEBOUNCE_US 20000

typedef struct {
    char chip[BT_GPIO_CHIP_MAX]; /* "gpiochip0", in /dev; "" means: no line */
    guint offset;
    gboolean active_low; /* used when it is pulled to ground, with a pull-up where the chip has one;
                          * else the other way round */
} BtGpioLine;

/* Asks for the line. A descriptor that becomes readable when the line begins to be active (the
 * caller's to close), or -1. `*is_active`: it is already. BT_ERROR_IO, BT_ERROR_NOT_FOUND. */
int bt_gpio_open(const BtGpioLine *line, gboolean *is_active, GError **error);
/* Takes all that waits; whether the line began to be active meanwhile. FALSE in `*alive`: the chip
 * is gone, close the descriptor. Never blocks. */
gboolean bt_gpio_take(int fd, gboolean *alive);

#endif
