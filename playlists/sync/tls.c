/* A box that does not know the time (without a battery it wakes in 1970, with a bad one anywhere)
 * would refuse every certificate, and with it the only way to learn it. So a certificate is refused
 * then only when it has surely expired: its first day may have come meanwhile. Where the peer's key
 * itself is pinned, its dates say nothing. */
#include "playlists/sync/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SYSTEM_CA "/etc/ssl/certs"
#define PIN_PREFIX "sha256//"

/* ---- time ---- */

static int forgive_early(int holds, X509_STORE_CTX *store)
{
    if (holds || X509_STORE_CTX_get_error(store) != X509_V_ERR_CERT_NOT_YET_VALID)
        return holds;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

void bt_tls_set_time(BtTls *tls, gboolean pinned, gint64 now_ms, gboolean now_known)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(tls);
    if (!now_known && pinned) {
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
        return;
    }
    X509_VERIFY_PARAM_set_time(param, (time_t)(now_ms / 1000));
    if (!now_known)
        SSL_CTX_set_verify(tls, SSL_CTX_get_verify_mode(tls), forgive_early);
}

/* ---- the pin ---- */

/* What goes with a context. */
typedef struct {
    char *pins;     /* NULL: none */
    gboolean *gone; /* to be set at its end; NULL: nobody asks */
} Rest;

static void free_rest(void *parent, void *data, CRYPTO_EX_DATA *all, int index, long a, void *b)
{
    Rest *rest = data;
    (void)parent, (void)all, (void)index, (void)a, (void)b;
    if (rest == NULL)
        return;
    if (rest->gone != NULL)
        *rest->gone = TRUE;
    g_free(rest->pins);
    g_free(rest);
}

static gpointer new_index(gpointer nothing)
{
    (void)nothing;
    return GINT_TO_POINTER(SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_rest) + 1);
}

/* Where a context keeps it. */
static int rest_index(void)
{
    static GOnce once = G_ONCE_INIT;
    return GPOINTER_TO_INT(g_once(&once, new_index, NULL)) - 1;
}

/* Of the public key with its algorithm, as libcurl and HPKP count it. (transfer full) */
static char *pin_of(X509 *certificate)
{
    unsigned char *der = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    if (size > 0)
        g_checksum_update(sum, der, size);
    OPENSSL_free(der);
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *base64 = g_base64_encode(digest, length);
    return g_strconcat(PIN_PREFIX, base64, NULL);
}

static gboolean is_pinned(const char *pins, X509 *certificate)
{
    g_auto(GStrv) each = g_strsplit(pins, ";", -1);
    g_autofree char *own = pin_of(certificate);
    for (guint i = 0; each[i] != NULL; i++)
        if (strcmp(g_strstrip(each[i]), own) == 0)
            return TRUE;
    return FALSE;
}

/* All that OpenSSL asks, and then the key. */
static int verify(X509_STORE_CTX *store, void *nothing)
{
    (void)nothing;
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const Rest *rest = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), rest_index());
    const char *pins = rest->pins;
    int holds = X509_verify_cert(store);
    if (holds != 1 || pins == NULL)
        return holds;
    if (is_pinned(pins, X509_STORE_CTX_get0_cert(store)))
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

/* ---- a whole context ---- */

static gboolean load(BtTls *tls, const BtTlsOptions *options)
{
    const char *ca = options->ca_path;
    if (SSL_CTX_load_verify_locations(tls, ca, ca == NULL ? SYSTEM_CA : NULL) != 1)
        return FALSE;
    return options->cert_path == NULL ||
        (SSL_CTX_use_certificate_chain_file(tls, options->cert_path) == 1 &&
            SSL_CTX_use_PrivateKey_file(tls, options->key_path, SSL_FILETYPE_PEM) == 1 &&
            SSL_CTX_check_private_key(tls) == 1);
}

static gboolean set_host(BtTls *tls, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(tls);
    if (g_hostname_is_ip_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

BtTls *bt_tls_new(const BtTlsOptions *options, GError **error)
{
    BtTls *tls = SSL_CTX_new(TLS_client_method());
    Rest *rest = g_new0(Rest, 1);
    g_assert(tls); /* only memory can be wanting */
    rest->pins = g_strdup(options->pin);
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_ex_data(tls, rest_index(), rest);
    SSL_CTX_set_cert_verify_callback(tls, verify, NULL);
    bt_tls_set_time(tls, options->pin != NULL, options->now_ms, options->now_known);
    if (set_host(tls, options->host) && load(tls, options))
        return tls;
    bt_tls_unref(tls);
    g_set_error_literal(error, BT_ERROR, BT_ERROR_INVALID,
        "a file of certificates or keys cannot be read: expected PEM");
    return NULL;
}

gboolean bt_tls_unref(BtTls *tls)
{
    gboolean gone = FALSE;
    Rest *rest = SSL_CTX_get_ex_data(tls, rest_index());
    rest->gone = &gone;
    SSL_CTX_free(tls);
    if (!gone)
        rest->gone = NULL;
    return gone;
}

void bt_tls_leave_thread(void)
{
    OPENSSL_thread_stop();
}
