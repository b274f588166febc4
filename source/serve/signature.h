/* HTTP message signatures (RFC 9421) as boards make them: one Ed25519 signature over exactly
 * method, target, date and content digest. Thread-safety: safe. */
#ifndef BT_SOURCE_SIGNATURE_H
#define BT_SOURCE_SIGNATURE_H

#include "base/sign.h"

/* An older one may be somebody's copy. */
#define BT_SIGNATURE_MAX_SKEW_MS G_GINT64_CONSTANT(300000)
#define BT_SIGNATURE_FIELD_MAX_BYTES 2048

/* What was received. Fields are NULL when they were missing. Borrowed. */
typedef struct {
    const char *method;
    const char *const *targets; /* the addresses this request may have been sent to, NULL-ended */
    const char *date, *content_digest, *signature_input, *signature;
    const void *body;
    gsize body_bytes;
} BtSignedRequest;

typedef struct {
    char *label, *params, *keyid;
    gint64 created_s, expires_s; /* -1: not given */
    char **components;           /* in their order */
} BtSignatureInput;

/* Reads Signature-Input. BT_ERROR_SYNTAX, BT_ERROR_UNSUPPORTED, BT_ERROR_SIGNATURE (a component is
 * missing). (transfer full) (nullable) */
BtSignatureInput *bt_signature_input_read(const char *text, GError **error);
void bt_signature_input_free(BtSignatureInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtSignatureInput, bt_signature_input_free)

/* The text that is signed, for one of the targets. (transfer full) */
char *bt_signature_base(
    const BtSignatureInput *input, const BtSignedRequest *request, const char *target);

/* BT_ERROR_MISMATCH (the digest is not the body's), BT_ERROR_EXPIRED (the date is too far from
 * `now_ms`), BT_ERROR_SYNTAX, BT_ERROR_SIGNATURE. */
gboolean bt_signature_verify(const BtSignatureInput *input, const BtSignedRequest *request,
    const BtPublicKey *key, gint64 now_ms, GError **error);

/* "Sun, 22 Nov 2026 01:00:00 GMT"; FALSE for another form. */
gboolean bt_http_date_parse(const char *text, gint64 *wall_ms);
char *bt_http_date_format(gint64 wall_ms); /* (transfer full) */

#endif
