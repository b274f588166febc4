/* Signing a proposal that waits at a source on another machine: its documents are fetched and
 * shown, and signed with a key file that stays here. Thread-safety: the main thread. */
#ifndef BT_SOURCE_REMOTE_SIGNING_H
#define BT_SOURCE_REMOTE_SIGNING_H

#include "base/json.h"

#include <stdio.h>

typedef struct {
    const char *url, *ca_path; /* of the source; ca_path nullable */
    const char *user;
    const char *password_path; /* (nullable): the first line of a file; else it is asked for */
    const char *key_path;
    FILE *shown;      /* where what is to be signed is shown */
    gboolean is_sure; /* nobody is asked whether to sign */
} BtRemoteSigning;

/* Signs in as the user, with a code of the authenticator that is asked for on standard error and
 * read from standard input, shows what is to be signed, asks, signs, and signs out. What became of
 * the proposal, as "proposal show --json" prints it. BT_ERROR_DENIED: the source said no, or who
 * was asked; UNSUPPORTED: a kind of document that no approver signs. (transfer full) (nullable) */
BtJson *bt_sign_remotely(const BtRemoteSigning *how, gint64 id, GError **error);

#endif
