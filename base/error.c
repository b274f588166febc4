#include "base/error.h"

G_DEFINE_QUARK(bt - error - quark, bt_error)

const char *bt_error_reason(const GError *error)
{
    static const char *const words[BT_ERROR_N_CODES] = {
        [BT_ERROR_FAILED] = "failed",
        [BT_ERROR_SYNTAX] = "syntax",
        [BT_ERROR_INVALID] = "invalid",
        [BT_ERROR_LIMIT] = "limit",
        [BT_ERROR_SIGNATURE] = "signature",
        [BT_ERROR_UNKNOWN_KEY] = "unknown-key",
        [BT_ERROR_CEILING] = "ceiling",
        [BT_ERROR_ROLLBACK] = "rollback",
        [BT_ERROR_CONFLICT] = "conflict",
        [BT_ERROR_EXPIRED] = "expired",
        [BT_ERROR_WRONG_SCREEN] = "wrong-screen",
        [BT_ERROR_MISMATCH] = "mismatch",
        [BT_ERROR_NOT_FOUND] = "not-found",
        [BT_ERROR_UNSUPPORTED] = "unsupported",
        [BT_ERROR_DENIED] = "denied",
        [BT_ERROR_IO] = "io",
        [BT_ERROR_NETWORK] = "network",
        [BT_ERROR_TIMEOUT] = "timeout",
        [BT_ERROR_CAPTIVE] = "captive",
        [BT_ERROR_DIED] = "died",
    };
    if (!error || error->domain != BT_ERROR || error->code < 0 || error->code >= BT_ERROR_N_CODES)
        return words[BT_ERROR_FAILED];
    return words[error->code];
}

void bt_error_set_errno(
    GError **error, BtError code, int saved_errno, const char *name, const char *what)
{
    g_set_error(error, BT_ERROR, code, "%s: %s: %s", name, what, g_strerror(saved_errno));
}
