#include "source/remote-signing.h"

#include "source/cli.h"

#include "base/hash.h"
#include "base/io.h"
#include "base/password.h"
#include "playlists/envelope/envelope.h"
#include "source/desk/kinds.h"
#include "source/desk/proposals.h"
#include "source/post/remote.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#define NAME "the proposal"
#define LINE_MAX_BYTES (BT_PASSWORD_MAX_BYTES + 2)
#define KIND_MAX_CHARS 20
#define DOCUMENT_MAX_DEPTH 16

/* ---- asking ---- */

/* A line of standard input, "" at its end. (transfer full) */
static char *ask(const char *question)
{
    char line[LINE_MAX_BYTES];
    fprintf(stderr, "%s: ", question);
    if (fgets(line, sizeof line, stdin) == NULL)
        *line = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return g_strdup(line);
}

/* The same, of a terminal that does not show what is typed. */
static char *ask_hidden(const char *question)
{
    struct termios before, hidden;
    gboolean is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (is_terminal) {
        hidden = before;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    char *answer = ask(question);
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return answer;
}

static char *take_password(const BtRemoteSigning *how, GError **error)
{
    if (how->password_path == NULL)
        return ask_hidden(_("Password"));
    g_autoptr(GBytes) bytes = bt_io_read(how->password_path, LINE_MAX_BYTES, error);
    if (bytes == NULL)
        return NULL;
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static gboolean sign_in(BtRemote *remote, const BtRemoteSigning *how, GError **error)
{
    gboolean needs_code = FALSE;
    g_autofree char *password = take_password(how, error);
    if (password == NULL || !bt_remote_sign_in(remote, how->user, password, &needs_code, error))
        return FALSE;
    if (!needs_code)
        return TRUE;
    g_autofree char *code = ask(_("Code of the authenticator"));
    return bt_remote_give_code(remote, code, error);
}

/* ---- what is to be signed ---- */

typedef struct {
    char *kind;
    GPtrArray *payloads; /* of GBytes */
} Documents;

static void documents_clear(Documents *documents)
{
    g_free(documents->kind);
    g_clear_pointer(&documents->payloads, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Documents, documents_clear)

/* Of a proposal as the source tells it: its kind, a row of approvers' documents, and how many they
 * are. */
static const BtKind *read_proposal(const BtJson *json, gsize *n, GError **error)
{
    BtJsonAt root = bt_json_root(NAME, json), proposal, kind, list;
    if (!bt_json_require(&root, "proposal", &proposal, error) ||
        !bt_json_read_object(&proposal, error) ||
        !bt_json_require(&proposal, "kind", &kind, error) ||
        !bt_json_require(&proposal, "documents", &list, error) ||
        !bt_json_read_array(&list, BT_PROPOSAL_MAX_DOCUMENTS, error))
        return NULL;
    const char *name = bt_json_read_string(&kind, 1, KIND_MAX_CHARS, error);
    *n = bt_json_length(&list);
    return name != NULL ? bt_kind_find(name, error) : NULL;
}

static gboolean fetch(BtRemote *remote, gint64 id, Documents *documents, GError **error)
{
    gsize n = 0;
    g_autofree char *page = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    g_autoptr(BtJson) json = bt_remote_read(remote, page, error);
    const BtKind *kind = json != NULL ? read_proposal(json, &n, error) : NULL;
    if (kind == NULL)
        return FALSE;
    documents->kind = g_strdup(kind->name);
    documents->payloads = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (gsize i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("%s/document?n=%" G_GSIZE_FORMAT, page, i);
        GBytes *payload = bt_remote_fetch(remote, path, kind->payload_max_bytes, error);
        if (payload == NULL)
            return FALSE;
        g_ptr_array_add(documents->payloads, payload);
    }
    return TRUE;
}

/* As JSON writes it, so that nothing in it moves a cursor or turns a line around. */
static void show_text(FILE *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n' || g_unichar_isprint(c))
            fwrite(at, 1, (gsize)(g_utf8_next_char(at) - at), out);
        else if (c < 0x10000)
            fprintf(out, "\\u%04x", c);
        else
            fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
    }
}

/* All that stands in a document: what cannot be read is not signed. */
static gboolean show_one(
    const BtRemoteSigning *how, const char *heading, GBytes *payload, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(payload, &size_bytes);
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, heading, size_bytes, DOCUMENT_MAX_DEPTH, error);
    if (json == NULL)
        return FALSE;
    g_autofree char *text = bt_json_to_text(json, TRUE);
    fprintf(how->shown, "%s\n", heading);
    show_text(how->shown, text);
    fputc('\n', how->shown);
    return TRUE;
}

static gboolean show(const BtRemoteSigning *how, const Documents *documents, GError **error)
{
    for (guint i = 0; i < documents->payloads->len; i++) {
        g_autofree char *heading = g_strdup_printf(
            _("document %u of %u, %s:"), i + 1, documents->payloads->len, documents->kind);
        if (!show_one(how, heading, g_ptr_array_index(documents->payloads, i), error))
            return FALSE;
    }
    fflush(how->shown);
    return TRUE;
}

static gboolean says_yes(void)
{
    g_autofree char *typed = ask(_("Sign all of this? (yes/no)"));
    g_autofree char *answer = g_utf8_normalize(typed, -1, G_NORMALIZE_NFC);
    return g_strcmp0(answer, "yes") == 0 || g_strcmp0(answer, "có") == 0;
}

static gboolean is_wanted(const BtRemoteSigning *how, GError **error)
{
    if (how->is_sure || says_yes())
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "not signed: expected yes");
    return FALSE;
}

/* ---- signing ---- */

static void sign_one(const char *kind, GBytes *payload, const BtKey *key, GString *lines)
{
    guint8 signature[BT_SIGNATURE_BYTES];
    g_autoptr(GBytes) message = bt_envelope_message(kind, payload);
    bt_key_sign(key, g_bytes_get_data(message, NULL), g_bytes_get_size(message), signature);
    g_autofree char *line = g_base64_encode(signature, sizeof signature);
    g_string_append_printf(lines, "%s%s", lines->len > 0 ? "\n" : "", line);
}

static gboolean sign_all(
    BtRemote *remote, gint64 id, const Documents *documents, const BtKey *key, GError **error)
{
    char keyid[BT_HASH_HEX_SIZE];
    BtPublicKey half = bt_key_public(key);
    g_autofree char *path = g_strdup_printf("/proposals/%" G_GINT64_FORMAT "/sign", id);
    g_autoptr(GString) lines = g_string_new(NULL);
    bt_public_key_id(&half, keyid);
    for (guint i = 0; i < documents->payloads->len; i++)
        sign_one(documents->kind, g_ptr_array_index(documents->payloads, i), key, lines);
    return bt_remote_send(remote, path, error, "keyid", keyid, "signatures", lines->str, NULL);
}

static BtJson *find_again(BtRemote *remote, gint64 id, GError **error)
{
    g_autofree char *page = g_strdup_printf("/proposals/%" G_GINT64_FORMAT, id);
    g_autoptr(BtJson) json = bt_remote_read(remote, page, error);
    BtJsonAt root = bt_json_root(NAME, json), proposal;
    return json != NULL && bt_json_require(&root, "proposal", &proposal, error)
        ? bt_json_ref((BtJson *)proposal.value)
        : NULL;
}

BtJson *bt_sign_remotely(const BtRemoteSigning *how, gint64 id, GError **error)
{
    g_auto(Documents) documents = { NULL };
    g_autoptr(BtKey) key = bt_key_load(how->key_path, error);
    g_autoptr(BtRemote) remote = key != NULL ? bt_remote_new(how->url, how->ca_path, error) : NULL;
    return remote != NULL && sign_in(remote, how, error) && fetch(remote, id, &documents, error) &&
            show(how, &documents, error) && is_wanted(how, error) &&
            sign_all(remote, id, &documents, key, error)
        ? find_again(remote, id, error)
        : NULL;
}
