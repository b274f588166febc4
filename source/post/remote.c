#include "source/post/remote.h"

#include "base/address.h"
#include "source/post/handle.h"

#include <stdarg.h>
#include <string.h>

#define NAME "the source's answer" /* in messages */
#define URL_MAX_BYTES 300
#define ANSWER_MAX_BYTES (4 * 1024 * 1024) /* a proposal's page, of many screens */
#define ANSWER_MAX_DEPTH 16
#define WORDS_MAX_CHARS 500
#define PATH_MAX_CHARS 300
#define TOKEN_MAX_CHARS 200

struct BtRemote {
    CURL *curl;
    char *base;  /* without a slash at its end */
    char *token; /* of the session's forms, or of the second step; NULL: nobody is here */
    gboolean is_whole;
};

/* ---- its beginning and its end ---- */

/* The address of the whole site: a page of it would be another. (transfer full) (nullable) */
static char *base_of(const char *url)
{
    g_autoptr(GUri) uri = strlen(url) <= URL_MAX_BYTES && !bt_address_has_more(url)
        ? g_uri_parse(url, G_URI_FLAGS_NONE, NULL)
        : NULL;
    const char *path = uri != NULL ? g_uri_get_path(uri) : NULL;
    if (path == NULL || (*path != '\0' && strcmp(path, "/") != 0) || !bt_post_is_private(url))
        return NULL;
    return g_strndup(url, strlen(url) - strlen(path));
}

BtRemote *bt_remote_new(const char *url, const char *ca_path, GError **error)
{
    char *base = base_of(url);
    if (base == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "the source's address: expected https://HOST[:PORT], or http:// to this machine "
            "itself");
        return NULL;
    }
    BtRemote *remote = g_new0(BtRemote, 1);
    remote->base = base;
    remote->curl = bt_post_handle(base, "http,https", ca_path);
    curl_easy_setopt(remote->curl, CURLOPT_COOKIEFILE, ""); /* kept, and in no file */
    curl_easy_setopt(remote->curl, CURLOPT_USERAGENT, "bangtin-source/" BANGTIN_VERSION);
    return remote;
}

void bt_remote_free(BtRemote *remote)
{
    if (remote == NULL)
        return;
    if (remote->is_whole)
        bt_remote_send(remote, "/sign-out", NULL, NULL);
    curl_easy_cleanup(remote->curl);
    g_free(remote->base);
    g_free(remote->token);
    g_free(remote);
}

/* ---- questions ---- */

/* In the language of whoever reads the source's words here. */
static BtPostLines *make_headers(void)
{
    gboolean is_vietnamese = g_str_has_prefix(g_get_language_names()[0], "vi");
    BtPostLines *lines = curl_slist_append(NULL, "Accept: application/json");
    lines = curl_slist_append(lines, is_vietnamese ? "Accept-Language: vi" : "Accept-Language: en");
    return curl_slist_append(lines, "Expect:");
}

/* The status; 0 with an error. `form` NULL: a page is asked for. */
static long ask(BtRemote *remote, const char *path, const char *form, gsize max_bytes,
    GByteArray *answer, GError **error)
{
    g_autofree char *url = g_strconcat(remote->base, path, NULL);
    g_autoptr(BtPostLines) lines = make_headers();
    curl_easy_setopt(remote->curl, CURLOPT_HTTPHEADER, lines);
    if (form != NULL) {
        curl_easy_setopt(remote->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(form));
        curl_easy_setopt(remote->curl, CURLOPT_POSTFIELDS, form);
    } else
        curl_easy_setopt(remote->curl, CURLOPT_HTTPGET, 1L);
    long status = bt_post_ask(remote->curl, url, max_bytes, answer, error);
    curl_easy_setopt(remote->curl, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(remote->curl, CURLOPT_HTTPHEADER, NULL);
    return status;
}

/* A member that is a line of text; "" when there is none. */
static const char *line_of(const BtJson *json, const char *key, gsize max_chars)
{
    BtJsonAt root = bt_json_root(NAME, json), at;
    const char *text = bt_json_read_object(&root, NULL) && bt_json_member(&root, key, &at)
        ? bt_json_read_string(&at, 0, max_chars, NULL)
        : NULL;
    return text != NULL ? text : "";
}

static gboolean is_ok(const BtJson *json)
{
    BtJsonAt root = bt_json_root(NAME, json), at;
    gboolean ok = FALSE;
    return bt_json_read_object(&root, NULL) && bt_json_member(&root, "ok", &at) &&
        bt_json_read_bool(&at, &ok, NULL) && ok;
}

static gboolean fail_for(long status, const BtJson *json, GError **error)
{
    const char *words = json != NULL ? line_of(json, "error", WORDS_MAX_CHARS) : "";
    if (*words != '\0')
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "the source said no: %s", words);
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK,
            "answered %ld: expected what a source says to programs", status);
    return FALSE;
}

static BtJson *ask_json(BtRemote *remote, const char *path, const char *form, GError **error)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();
    long status = ask(remote, path, form, ANSWER_MAX_BYTES, answer, error);
    if (status == 0)
        return NULL;
    g_autoptr(BtJson) json =
        bt_json_parse(answer->data, answer->len, NAME, ANSWER_MAX_BYTES, ANSWER_MAX_DEPTH, NULL);
    if (status == 200 && json != NULL && is_ok(json))
        return g_steal_pointer(&json);
    fail_for(status, json, error);
    return NULL;
}

BtJson *bt_remote_read(BtRemote *remote, const char *path, GError **error)
{
    return ask_json(remote, path, NULL, error);
}

GBytes *bt_remote_fetch(BtRemote *remote, const char *path, gsize max_bytes, GError **error)
{
    GByteArray *answer = g_byte_array_new();
    long status = ask(remote, path, NULL, max_bytes, answer, error);
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(answer);
    if (status == 200)
        return g_steal_pointer(&bytes);
    if (status != 0)
        fail_for(status, NULL, error);
    return NULL;
}

/* ---- forms ---- */

static void add_field(GString *form, const char *name, const char *value)
{
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
}

static BtJson *send_fields(BtRemote *remote, const char *path, va_list fields, GError **error)
{
    g_autoptr(GString) form = g_string_new(NULL);
    if (remote->token != NULL)
        add_field(form, "token", remote->token);
    for (const char *name = va_arg(fields, const char *); name != NULL;
         name = va_arg(fields, const char *))
        add_field(form, name, va_arg(fields, const char *));
    return ask_json(remote, path, form->str, error);
}

static BtJson *send_form(
    BtRemote *remote, const char *path, GError **error, ...) G_GNUC_NULL_TERMINATED;
static BtJson *send_form(BtRemote *remote, const char *path, GError **error, ...)
{
    va_list fields;
    va_start(fields, error);
    BtJson *json = send_fields(remote, path, fields, error);
    va_end(fields);
    return json;
}

gboolean bt_remote_send(BtRemote *remote, const char *path, GError **error, ...)
{
    va_list fields;
    va_start(fields, error);
    g_autoptr(BtJson) json = send_fields(remote, path, fields, error);
    va_end(fields);
    return json != NULL;
}

/* ---- signing in ---- */

static gboolean take_token(BtRemote *remote, const BtJson *json, GError **error)
{
    g_free(remote->token);
    remote->token = g_strdup(line_of(json, "token", TOKEN_MAX_CHARS));
    return *remote->token != '\0' || fail_for(200, json, error);
}

/* Whoever is signed in is told the token of the forms. */
static gboolean begin(BtRemote *remote, GError **error)
{
    g_autoptr(BtJson) session = bt_remote_read(remote, "/api/session", error);
    remote->is_whole = session != NULL && take_token(remote, session, error);
    return remote->is_whole;
}

gboolean bt_remote_sign_in(
    BtRemote *remote, const char *user, const char *password, gboolean *needs_code, GError **error)
{
    g_autoptr(BtJson) said =
        send_form(remote, "/sign-in", error, "user", user, "password", password, NULL);
    if (said == NULL)
        return FALSE;
    *needs_code = strcmp(line_of(said, "location", PATH_MAX_CHARS), "/sign-in/code") == 0;
    return *needs_code ? take_token(remote, said, error) : begin(remote, error);
}

gboolean bt_remote_give_code(BtRemote *remote, const char *code, GError **error)
{
    g_autoptr(BtJson) said = send_form(remote, "/sign-in/code", error, "code", code, NULL);
    return said != NULL && begin(remote, error);
}
