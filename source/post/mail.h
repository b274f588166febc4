/* Letters by SMTP. Over a network they go by TLS only, the server's certificate checked; plain to
 * this machine itself only, where a mail server of its own may stand.
 * Thread-safety: safe; sending blocks for a minute at the most. */
#ifndef BT_SOURCE_MAIL_H
#define BT_SOURCE_MAIL_H

#include <glib.h>

#define BT_MAIL_ADDRESS_MAX_BYTES 254 /* RFC 5321 */

/* The way out, from a key file:
 *     [mail]
 *     url=smtps://mail.example.vn     or smtp://HOST:587, which then must offer STARTTLS
 *     from=bangtin@example.vn
 *     user=…                          optional, with
 *     password-file=…                 a file of mode 0600, beside mail.conf where relative
 *     ca-file=…                       optional: authorities in place of the system's */
typedef struct {
    char *url, *from, *user, *password, *ca_path;
} BtMailbox;

/* BT_ERROR_NOT_FOUND when there is no such file. (transfer full) (nullable) */
BtMailbox *bt_mailbox_load(const char *path, GError **error);
void bt_mailbox_free(BtMailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtMailbox, bt_mailbox_free)

typedef struct {
    const char *to, *subject, *text;
    const char *id; /* of its Message-ID, the same when it is sent again */
    gint64 at_ms;
} BtLetter;

/* Whether it can be an address: ASCII, one @, nothing that has a meaning in a head. */
gboolean bt_mail_is_address(const char *text);
/* TRUE when the server has taken it; BT_ERROR_INVALID, BT_ERROR_NETWORK, BT_ERROR_TIMEOUT. */
gboolean bt_mail_send(const BtMailbox *mailbox, const BtLetter *letter, GError **error);
/* A line of a head as RFC 2047 wants it, with "Subject: " before it. (transfer full) */
char *bt_mail_subject_line(const char *subject);

#endif
