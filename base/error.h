/* The reasons for which something is refused or fails, one domain for the whole house.
 *
 * A reason travels with its GError from the place that found it to the report that the source
 * receives, so the code names the reason and the message names the place:
 *     FILE:WHERE: what is wrong: what was expected
 * Thread-safety: safe. */
#ifndef BT_BASE_ERROR_H
#define BT_BASE_ERROR_H

#include <glib.h>

#define BT_ERROR (bt_error_quark())

typedef enum {
    BT_ERROR_FAILED,       /* none of the others; the message says all there is to know */
    BT_ERROR_SYNTAX,       /* not well-formed: JSON, base64, a key file, a time */
    BT_ERROR_INVALID,      /* well-formed, but contradicts itself or the format */
    BT_ERROR_LIMIT,        /* larger, longer or deeper than a limit allows */
    BT_ERROR_SIGNATURE,    /* a signature does not match, or there are too few */
    BT_ERROR_UNKNOWN_KEY,  /* signed, but by nobody who may */
    BT_ERROR_CEILING,      /* signed by somebody who may not do this (class, zone, screen) */
    BT_ERROR_ROLLBACK,     /* older than what is already in force */
    BT_ERROR_CONFLICT,     /* the version in force, with other content */
    BT_ERROR_EXPIRED,      /* surely expired */
    BT_ERROR_WRONG_SCREEN, /* meant for another screen or source */
    BT_ERROR_MISMATCH,     /* bytes do not have the promised hash or size */
    BT_ERROR_NOT_FOUND,    /* there is no such thing */
    BT_ERROR_UNSUPPORTED,  /* a kind, codec or format this player does not know */
    BT_ERROR_DENIED,       /* a denial forbids it */
    BT_ERROR_IO,           /* the file system or the database */
    BT_ERROR_NETWORK,      /* the network or the peer at its other end */
    BT_ERROR_TIMEOUT,      /* did not come in time */
    BT_ERROR_CAPTIVE,      /* somebody between answers in the peer's stead: a portal, a proxy */
    BT_ERROR_DIED,         /* a helper process died */
    BT_ERROR_N_CODES
} BtError;

/* The domain BT_ERROR. */
GQuark bt_error_quark(void);

/* The reason as a stable lower-case word for reports and JSON ("signature", "rollback"); "failed"
 * for errors of another domain. Static string. */
const char *bt_error_reason(const GError *error);

/* Sets an error of code `code` from errno `saved_errno`: "NAME: what: strerror". */
void bt_error_set_errno(
    GError **error, BtError code, int saved_errno, const char *name, const char *what);

#endif
