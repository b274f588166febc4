/* Messages for people, on stderr: "PROGRAM: MESSAGE", one line each. g_debug() is shown when the
 * environment has BANGTIN_DEBUG=1. Thread-safety: bt_log_open once, before threads. */
#ifndef BT_BASE_LOG_H
#define BT_BASE_LOG_H

/* Makes every g_message, g_warning … of this process come out that way. `program` is copied. */
void bt_log_open(const char *program);

#endif
