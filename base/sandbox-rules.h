/* The words in which lists of system calls are written: initialisers of BtCallRule and BtArgTest
 * (sandbox.h). BT_ALLOW_WITH(call, BT_IS(…), BT_IS(…)) holds where all its tests do; they count
 * themselves, and one too many does not compile. */
#ifndef BT_BASE_SANDBOX_RULES_H
#define BT_BASE_SANDBOX_RULES_H

#include "base/sandbox.h"

/* clang-format off */
#define BT_ALLOW(call)             { (call), BT_CALL_ALLOW, 0, { { 0, BT_ARG_IS, 0, 0 } } }
#define BT_REFUSE(call)            { (call), BT_CALL_REFUSE, 0, { { 0, BT_ARG_IS, 0, 0 } } }
#define BT_ABSENT(call)            { (call), BT_CALL_ABSENT, 0, { { 0, BT_ARG_IS, 0, 0 } } }
#define BT_ALLOW_WITH(call, ...)   { (call), BT_CALL_ALLOW, BT_N_TESTS(__VA_ARGS__), { __VA_ARGS__ } }
#define BT_REFUSE_WITH(call, ...)  { (call), BT_CALL_REFUSE, BT_N_TESTS(__VA_ARGS__), { __VA_ARGS__ } }

#define BT_IS(arg, what)           { (arg), BT_ARG_IS, (guint64)(what), 0 }
#define BT_ABOVE(arg, what)        { (arg), BT_ARG_ABOVE, (guint64)(what), 0 }
#define BT_UP_TO(arg, what)        { (arg), BT_ARG_UP_TO, (guint64)(what), 0 }
#define BT_MASKED(arg, mask, what) { (arg), BT_ARG_MASKED, (guint64)(what), (guint64)(mask) }
/* clang-format on */

#define BT_N_TESTS(...) (sizeof((const BtArgTest[]){ __VA_ARGS__ }) / sizeof(BtArgTest))

#endif
