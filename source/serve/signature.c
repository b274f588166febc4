/* What is signed is text that both sides build, so there is one way to read each field and no
 * second: a form that RFC 9421 would allow and boards do not send is refused, not interpreted. */
#include "source/serve/signature.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

static const char *const required[] = { "@method", "@target-uri", "date", "content-digest", NULL };

static gboolean fail(GError **error, BtError code, const char *message)
{
    g_set_error_literal(error, BT_ERROR, code, message);
    return FALSE;
}

/* ---- HTTP's dates ---- */

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
    "Oct", "Nov", "Dec" };
static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

char *bt_http_date_format(gint64 wall_ms)
{
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(MAX(wall_ms, 0) / 1000);
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[g_date_time_get_day_of_week(t) - 1], g_date_time_get_day_of_month(t),
        months[g_date_time_get_month(t) - 1], g_date_time_get_year(t), g_date_time_get_hour(t),
        g_date_time_get_minute(t), g_date_time_get_second(t));
}

gboolean bt_http_date_parse(const char *text, gint64 *wall_ms)
{
    int day, year, hour, minute, second, used = 0;
    char name[4];
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, name, &year, &hour,
            &minute, &second, &used) != 6 ||
        used == 0 || text[used] != '\0')
        return FALSE;
    for (int month = 0; month < 12; month++) {
        if (strcmp(name, months[month]) != 0)
            continue;
        g_autoptr(GDateTime) t = g_date_time_new_utc(year, month + 1, day, hour, minute, second);
        if (t == NULL)
            return FALSE;
        *wall_ms = g_date_time_to_unix(t) * 1000;
        return TRUE;
    }
    return FALSE;
}

/* ---- Signature-Input ---- */

void bt_signature_input_free(BtSignatureInput *input)
{
    g_free(input->label);
    g_free(input->params);
    g_free(input->keyid);
    g_strfreev(input->components);
    g_free(input);
}

static char *take_label(const char **at)
{
    gsize length = strspn(*at, "abcdefghijklmnopqrstuvwxyz0123456789_-.*");
    if (length == 0 || (*at)[length] != '=')
        return NULL;
    char *label = g_strndup(*at, length);
    *at += length + 1;
    return label;
}

/* A quoted string without escapes, which none of ours needs. (transfer full) (nullable) */
static char *take_quoted(const char **at)
{
    if (**at != '"')
        return NULL;
    gsize length = strcspn(*at + 1, "\"\\");
    if ((*at)[1 + length] != '"')
        return NULL;
    char *text = g_strndup(*at + 1, length);
    *at += length + 2;
    return text;
}

/* ("a" "b" …) */
static char **take_components(const char **at)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    if (**at != '(')
        return NULL;
    ++*at;
    while (**at != ')') {
        char *name = take_quoted(at);
        if (name == NULL)
            return NULL;
        g_ptr_array_add(list, name);
        if (**at == ' ' && (*at)[1] == '"')
            ++*at;
        else if (**at != ')')
            return NULL;
    }
    ++*at;
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_steal(list, NULL);
}

static gboolean take_number(const char **at, gint64 *number)
{
    gsize length = strspn(*at, "0123456789");
    if (length == 0 || length > 15)
        return FALSE;
    *number = g_ascii_strtoll(*at, NULL, 10);
    *at += length;
    return TRUE;
}

/* One ";name=value". */
static gboolean take_param(BtSignatureInput *input, const char **at, GError **error)
{
    static const char broken[] = "Signature-Input: a parameter is not well-formed";
    ++*at;
    g_autofree char *name = take_label(at), *text = NULL;
    if (name == NULL)
        return fail(error, BT_ERROR_SYNTAX, broken);
    if (strcmp(name, "created") == 0 || strcmp(name, "expires") == 0)
        return take_number(at, *name == 'c' ? &input->created_s : &input->expires_s) ||
            fail(error, BT_ERROR_SYNTAX, broken);
    text = take_quoted(at);
    if (text == NULL)
        return fail(error, BT_ERROR_SYNTAX, broken);
    if (strcmp(name, "alg") == 0 && strcmp(text, "ed25519") != 0)
        return fail(error, BT_ERROR_UNSUPPORTED, "Signature-Input: alg: expected \"ed25519\"");
    if (strcmp(name, "keyid") == 0 && input->keyid == NULL)
        input->keyid = g_steal_pointer(&text);
    return TRUE;
}

static gboolean check_components(const BtSignatureInput *input, GError **error)
{
    gboolean ok = g_strv_length(input->components) == G_N_ELEMENTS(required) - 1;
    for (int i = 0; required[i] != NULL; i++)
        ok = ok && g_strv_contains((const char *const *)input->components, required[i]);
    return ok ||
        fail(error, BT_ERROR_SIGNATURE,
            "Signature-Input: expected exactly \"@method\" \"@target-uri\" \"date\" "
            "\"content-digest\"");
}

static gboolean read_input(BtSignatureInput *input, const char *text, GError **error)
{
    const char *at = text;
    if (strlen(text) > BT_SIGNATURE_FIELD_MAX_BYTES)
        return fail(error, BT_ERROR_LIMIT, "Signature-Input: too long");
    if ((input->label = take_label(&at)) == NULL)
        return fail(error, BT_ERROR_SYNTAX, "Signature-Input: expected LABEL=(…);…");
    input->params = g_strdup(at);
    if ((input->components = take_components(&at)) == NULL)
        return fail(error, BT_ERROR_SYNTAX, "Signature-Input: expected a list of components");
    while (*at == ';')
        if (!take_param(input, &at, error))
            return FALSE;
    if (*at != '\0')
        return fail(error, BT_ERROR_SYNTAX, "Signature-Input: expected one signature and no more");
    if (input->keyid == NULL)
        return fail(error, BT_ERROR_SIGNATURE, "Signature-Input: no keyid: expected the key's id");
    return check_components(input, error);
}

BtSignatureInput *bt_signature_input_read(const char *text, GError **error)
{
    g_autoptr(BtSignatureInput) input = g_new0(BtSignatureInput, 1);
    input->created_s = input->expires_s = -1;
    return read_input(input, text, error) ? g_steal_pointer(&input) : NULL;
}

/* ---- the signature base ---- */

static const char *component(const BtSignedRequest *request, const char *name, const char *target)
{
    return strcmp(name, "@method") == 0    ? request->method
        : strcmp(name, "@target-uri") == 0 ? target
        : strcmp(name, "date") == 0        ? request->date
                                           : request->content_digest;
}

char *bt_signature_base(
    const BtSignatureInput *input, const BtSignedRequest *request, const char *target)
{
    GString *base = g_string_new(NULL);
    for (int i = 0; input->components[i] != NULL; i++)
        g_string_append_printf(base, "\"%s\": %s\n", input->components[i],
            component(request, input->components[i], target));
    g_string_append_printf(base, "\"@signature-params\": %s", input->params);
    return g_string_free(base, FALSE);
}

/* ---- verifying ---- */

/* "NAME=:BASE64:" → bytes. */
static GBytes *read_bytes(const char *text, const char *name)
{
    gsize head = strlen(name), length = strlen(text);
    if (!g_str_has_prefix(text, name) || length < head + 3 || text[head] != '=' ||
        text[head + 1] != ':' || text[length - 1] != ':')
        return NULL;
    return bt_base64_decode(text + head + 2, length - head - 3);
}

static gboolean check_digest(const BtSignedRequest *request, GError **error)
{
    char hex[BT_HASH_HEX_SIZE];
    g_autoptr(GBytes) digest = read_bytes(request->content_digest, "sha-256");
    if (digest == NULL || g_bytes_get_size(digest) != BT_HASH_BYTES)
        return fail(error, BT_ERROR_SYNTAX, "Content-Digest: expected sha-256=:BASE64:");
    const guint8 *bytes = g_bytes_get_data(digest, NULL);
    bt_hash_data(request->body, request->body_bytes, hex);
    for (int i = 0; i < BT_HASH_BYTES; i++)
        if (bytes[i] !=
            g_ascii_xdigit_value(hex[2 * i]) * 16 + g_ascii_xdigit_value(hex[2 * i + 1]))
            return fail(error, BT_ERROR_MISMATCH, "Content-Digest: it is not the body's");
    return TRUE;
}

static gboolean check_date(
    const BtSignatureInput *input, const BtSignedRequest *request, gint64 now_ms, GError **error)
{
    gint64 date_ms;
    if (!bt_http_date_parse(request->date, &date_ms))
        return fail(
            error, BT_ERROR_SYNTAX, "Date: expected one such as Sun, 22 Nov 2026 01:00:00 GMT");
    gint64 created_ms = input->created_s >= 0 ? input->created_s * 1000 : date_ms;
    if (ABS(now_ms - date_ms) > BT_SIGNATURE_MAX_SKEW_MS ||
        ABS(now_ms - created_ms) > BT_SIGNATURE_MAX_SKEW_MS ||
        (input->expires_s >= 0 && input->expires_s * 1000 < now_ms))
        return fail(error, BT_ERROR_EXPIRED, "Date: more than 5 minutes from the server's clock");
    return TRUE;
}

gboolean bt_signature_verify(const BtSignatureInput *input, const BtSignedRequest *request,
    const BtPublicKey *key, gint64 now_ms, GError **error)
{
    if (request->date == NULL || request->content_digest == NULL || request->signature == NULL)
        return fail(error, BT_ERROR_SIGNATURE,
            "not signed: expected Date, Content-Digest, Signature-Input and Signature");
    if (!check_digest(request, error) || !check_date(input, request, now_ms, error))
        return FALSE;
    g_autoptr(GBytes) signature = read_bytes(request->signature, input->label);
    if (signature == NULL || g_bytes_get_size(signature) != BT_SIGNATURE_BYTES)
        return fail(error, BT_ERROR_SYNTAX, "Signature: expected LABEL=:BASE64 of 64 bytes:");
    for (int i = 0; request->targets[i] != NULL; i++) {
        g_autofree char *base = bt_signature_base(input, request, request->targets[i]);
        if (bt_public_key_verify(key, base, strlen(base), g_bytes_get_data(signature, NULL)))
            return TRUE;
    }
    return fail(error, BT_ERROR_SIGNATURE, "Signature: it does not match");
}
