/* bangtin-source proposal: what waits to be signed, from a terminal. A key file signs here as a
 * browser does on the page. */
#include "source/cli.h"
#include "source/desk/keys.h"
#include "source/desk/signing.h"
#include "source/press/publish.h"
#include "source/remote-signing.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"

#include <stdio.h>

#define LIST_MAX 1000
#define STATE_MAX_CHARS 20

typedef struct {
    char *data, *clock, *decoder, *author, *area, *reason, *key, *answer, *user;
    char *url, *ca, *password_file;
    char **screens;
    gboolean emergency, yes, json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->clock);
    g_free(o->decoder);
    g_free(o->author);
    g_free(o->area);
    g_free(o->reason);
    g_free(o->key);
    g_free(o->answer);
    g_free(o->user);
    g_free(o->url);
    g_free(o->ca);
    g_free(o->password_file);
    g_strfreev(o->screens);
}

/* ---- printing ---- */

static void print_proposal(const Options *o, const BtProposal *proposal)
{
    if (o->json) {
        bt_cli_print_json(bt_proposal_to_json(proposal));
        return;
    }
    g_autofree char *created = bt_time_format(proposal->created_ms);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, proposal->id);
    printf(_("%s  %s  %s  %s in %s, %s, %u documents  %s\n"), id, proposal->kind,
        bt_proposal_state_name(proposal->state), proposal->author, proposal->area, created,
        proposal->documents->len, proposal->reason);
}

/* ---- what is done ---- */

typedef gboolean (*Work)(
    BtStore *store, const Options *o, const char *argument, gint64 now_ms, GError **error);

static gboolean read_id(const char *text, gint64 *id, GError **error)
{
    return g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, id, error);
}

static gboolean print_by_id(BtStore *store, const Options *o, gint64 id, GError **error)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    if (proposal == NULL)
        return FALSE;
    print_proposal(o, proposal);
    return TRUE;
}

static gboolean add(
    BtStore *store, const Options *o, const char *path, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = g_ptr_array_new();
    g_autoptr(BtJson) what = bt_json_new_object();
    for (guint i = 0; o->screens != NULL && o->screens[i] != NULL; i++)
        g_ptr_array_add(screens, o->screens[i]);
    BtPublish how = { .emergency = o->emergency, .screens = screens, .decoder = o->decoder };
    g_autoptr(GPtrArray) documents = bt_publish_prepare(store, path, &how, now_ms, error);
    if (documents == NULL)
        return FALSE;
    BtProposalNew new = { .kind = o->emergency ? "alert" : "manifest",
        .area = o->area != NULL ? o->area : store->source,
        .author = o->author,
        .reason = o->reason != NULL ? o->reason : "",
        .what = what,
        .documents = documents };
    gint64 id = bt_proposals_add(store, &new, now_ms, error);
    return id > 0 && print_by_id(store, o, id, error);
}

static gboolean list(
    BtStore *store, const Options *o, const char *unused, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) areas = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT id FROM area", "");
    (void)unused, (void)now_ms;
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(areas, g_strdup(bt_rows_text(rows, 0)));
    g_autoptr(GPtrArray) proposals =
        bt_proposals_list(store, areas, (1u << BT_N_PROPOSAL_STATES) - 1, LIST_MAX);
    for (guint i = 0; i < proposals->len; i++)
        print_proposal(o, g_ptr_array_index(proposals, i));
    return rows != NULL;
}

static gboolean show(
    BtStore *store, const Options *o, const char *text, gint64 now_ms, GError **error)
{
    gint64 id;
    (void)now_ms;
    if (!read_id(text, &id, error))
        return FALSE;
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    if (proposal == NULL)
        return FALSE;
    print_proposal(o, proposal);
    for (guint i = 0; !o->json && i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        fwrite(g_bytes_get_data(document->payload, NULL), 1, g_bytes_get_size(document->payload),
            stdout);
        putchar('\n');
    }
    return TRUE;
}

static char *sign_document(
    const BtProposal *proposal, const BtProposalDocument *document, const BtKey *key)
{
    guint8 signature[BT_SIGNATURE_BYTES];
    g_autoptr(GBytes) message = bt_envelope_message(proposal->kind, document->payload);
    bt_key_sign(key, g_bytes_get_data(message, NULL), g_bytes_get_size(message), signature);
    return g_base64_encode(signature, sizeof signature);
}

static gboolean sign(
    BtStore *store, const Options *o, const char *text, gint64 now_ms, GError **error)
{
    gint64 id;
    char keyid[BT_HASH_HEX_SIZE];
    g_autoptr(GPtrArray) signatures = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtKey) key = read_id(text, &id, error) ? bt_key_load(o->key, error) : NULL;
    g_autoptr(BtProposal) proposal = key != NULL ? bt_proposals_find(store, id, error) : NULL;
    if (proposal == NULL)
        return FALSE;
    BtPublicKey half = bt_key_public(key);
    bt_public_key_id(&half, keyid);
    g_autoptr(BtApproverKey) owner = bt_keys_find(store, keyid, error);
    if (owner == NULL)
        return FALSE;
    for (guint i = 0; i < proposal->documents->len; i++)
        g_ptr_array_add(
            signatures, sign_document(proposal, g_ptr_array_index(proposal->documents, i), key));
    return bt_proposals_sign(store, id, owner->user, keyid, signatures, now_ms, error) &&
        print_by_id(store, o, id, error);
}

static gboolean refuse(
    BtStore *store, const Options *o, const char *text, gint64 now_ms, GError **error)
{
    gint64 id;
    return read_id(text, &id, error) &&
        bt_proposals_refuse(store, id, o->user, o->answer, now_ms, error) &&
        print_by_id(store, o, id, error);
}

/* At a source on another machine; nothing of it lies here. */
static int sign_afar(const Options *o, const char *text)
{
    g_autoptr(GError) error = NULL;
    gint64 id;
    const BtRemoteSigning how = { .url = o->url,
        .ca_path = o->ca,
        .user = o->user,
        .password_path = o->password_file,
        .key_path = o->key,
        .shown = o->json ? stderr : stdout,
        .is_sure = o->yes };
    g_autoptr(BtJson) proposal =
        read_id(text, &id, &error) ? bt_sign_remotely(&how, id, &error) : NULL;
    if (proposal == NULL)
        return bt_cli_fail(g_steal_pointer(&error));
    BtJsonAt root = bt_json_root("proposal", proposal), state;
    if (o->json)
        bt_cli_print_json(bt_json_ref(proposal));
    else if (bt_json_read_object(&root, NULL) && bt_json_member(&root, "state", &state) &&
        bt_json_is_string(&state))
        printf("%s\n", bt_json_read_string(&state, 0, STATE_MAX_CHARS, NULL));
    return bt_cli_done();
}

static int run(const Options *o, Work work, const char *argument)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && work(store, o, argument, now_ms, &error) ? bt_cli_done()
                                                                     : bt_cli_fail(error);
}

/* ---- the commands ---- */

int bt_command_proposal_add(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "author", 'a', 0, G_OPTION_ARG_STRING, &o.author, "whose proposal it is", "USER" },
        { "area", 0, 0, G_OPTION_ARG_STRING, &o.area,
            "whose approvers sign it (default: the source's own)", "AREA" },
        { "reason", 'r', 0, G_OPTION_ARG_STRING, &o.reason, "a word to the approver", "TEXT" },
        { "emergency", 'e', 0, G_OPTION_ARG_NONE, &o.emergency, "propose an alert", NULL },
        { "screen", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o.screens,
            "only this screen; may be given several times", "ID" },
        { "decoder", 0, 0, G_OPTION_ARG_FILENAME, &o.decoder,
            "the program bangtin-decode, when it is not beside this one", "FILE" },
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "PATH", "Proposes a manifest for approvers to sign.",
        "PATH is what \"publish\" takes, without a signature: a folder with manifest.json and its\n"
        "media, or a manifest alone. Approvers see it on their page, or sign it by \"proposal\n"
        "sign\". JSON: {id, kind, state, area, author, reason, what, documents[]}.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL  ? bt_cli_missing("--data DIR")
            : o.author == NULL ? bt_cli_missing("--author USER")
                               : run(&o, add, argv[1]);
    options_clear(&o);
    return code;
}

int bt_command_proposal_list(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "", "Lists proposals, the newest first.",
        "One a line: number, kind, state, author, area, time. States: waiting, signed (on its way\n"
        "to the screens), published, refused, overtaken (newer documents came), withdrawn.",
        entries, 0, 0 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : run(&o, list, NULL);
    options_clear(&o);
    return code;
}

int bt_command_proposal_show(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = { BT_CLI_DATA(o.data), BT_CLI_JSON(o.json), { NULL } };
    const BtCliSpec spec = { "NUMBER", "Shows a proposal.",
        "Without --json its documents follow, a line each, to the byte as they will be signed.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : run(&o, show, argv[1]);
    options_clear(&o);
    return code;
}

static int run_sign(const Options *o, const char *number)
{
    gboolean is_afar = o->url != NULL;
    if ((o->data == NULL) != is_afar)
        return bt_cli_missing("--data DIR or --url URL");
    if (o->key == NULL)
        return bt_cli_missing("--key FILE");
    if (is_afar && o->user == NULL)
        return bt_cli_missing("--user USER");
    return is_afar ? sign_afar(o, number) : run(o, sign, number);
}

int bt_command_proposal_sign(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "key", 'k', 0, G_OPTION_ARG_FILENAME, &o.key, "the key that signs", "FILE" },
        { "url", 'U', 0, G_OPTION_ARG_STRING, &o.url,
            "the address of a source on another machine, in place of --data", "URL" },
        { "user", 'u', 0, G_OPTION_ARG_STRING, &o.user, "whose key it is, with --url", "USER" },
        { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o.password_file,
            "the password, with --url (default: it is asked for)", "FILE" },
        { "ca", 0, 0, G_OPTION_ARG_FILENAME, &o.ca,
            "authorities in place of the system's, with --url", "FILE" },
        { "yes", 'y', 0, G_OPTION_ARG_NONE, &o.yes, "sign without a question, with --url", NULL },
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "NUMBER", "Signs a proposal with a key file.",
        "The key was registered before (\"key register\"); its owner is an approver of the area,\n"
        "and not the author. With the last signature that the root wants it is published.\n"
        "With --url it signs in as people do, with a code of the authenticator, fetches the\n"
        "documents, shows them whole and asks before it signs them; the key stays here.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = run_sign(&o, argv[1]);
    options_clear(&o);
    return code;
}

int bt_command_proposal_refuse(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "user", 'u', 0, G_OPTION_ARG_STRING, &o.user, "the approver who refuses", "USER" },
        { "reason", 'r', 0, G_OPTION_ARG_STRING, &o.answer, "why", "TEXT" },
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "NUMBER", "Refuses a proposal.", "Its author reads why.", entries, 1,
        1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL  ? bt_cli_missing("--data DIR")
            : o.user == NULL   ? bt_cli_missing("--user USER")
            : o.answer == NULL ? bt_cli_missing("--reason TEXT")
                               : run(&o, refuse, argv[1]);
    options_clear(&o);
    return code;
}
