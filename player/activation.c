#include "player/activation.h"

#include "base/error.h"

#include <string.h>

typedef struct {
    BtActivation *activation;
    const BtConfigSource *source;
    BtCache *cache;
    BtInputLedger *ledger;
    BtTrust *trust;
    BtFloor manifest, alert; /* newest that counted */
    BtFloor last;            /* the manifest that was taken last */
    gboolean changed;
} Looking;

static void tell(Looking *looking, const char *type, const char *what, const GError *failure,
    const char *message)
{
    BtActivation *activation = looking->activation;
    activation->on_event(type, failure == NULL ? "" : bt_error_reason(failure), what,
        failure == NULL ? message : failure->message, activation->user);
}

static void refuse(Looking *looking, const char *what, GError *failure)
{
    tell(looking, "refused", what, failure, NULL);
    g_error_free(failure);
}

/* "manifest.ready" holds one hash, or nothing. */
static gboolean read_ready(Looking *looking, const char *name, char sha256[BT_HASH_HEX_SIZE])
{
    *sha256 = '\0';
    g_autoptr(GBytes) bytes =
        bt_cache_read_document(looking->cache, looking->source->name, name, 128, NULL);
    if (bytes == NULL)
        return FALSE;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_strstrip(text);
    if (*text != '\0' && !bt_hash_is_hex(text))
        return FALSE;
    g_strlcpy(sha256, text, BT_HASH_HEX_SIZE);
    return TRUE;
}

static GBytes *read_envelope(Looking *looking, const char *sha256, GError **error)
{
    return bt_cache_read_object(
        looking->cache, sha256, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
}

/* What this player left out of a manifest, since it does not know it. */
static void tell_notes(Looking *looking, const char *sha256, const BtManifest *manifest)
{
    guint n = MIN(manifest->notes->len, BT_ACTIVATION_MAX_NOTES);
    for (guint i = 0; i < n; i++)
        tell(looking, "noted", sha256, NULL, g_ptr_array_index(manifest->notes, i));
    if (n == manifest->notes->len)
        return;
    g_autofree char *rest = g_strdup_printf("and %u more like these", manifest->notes->len - n);
    tell(looking, "noted", sha256, NULL, rest);
}

static void take_manifest(Looking *looking, const char *sha256)
{
    BtActivation *activation = looking->activation;
    GError *failure = NULL;
    g_autoptr(BtManifest) manifest = NULL;
    g_autoptr(GBytes) bytes = read_envelope(looking, sha256, &failure);
    if (bytes != NULL)
        manifest = bt_trust_verify_manifest(looking->trust, bytes, sha256, &looking->manifest,
            activation->trusted_now_ms, &failure);
    if (manifest == NULL) {
        refuse(looking, sha256, failure);
        return;
    }
    activation->newest_issued_ms = MAX(activation->newest_issued_ms, manifest->issued_ms);
    gint64 from_ms = activation->instant_of_change(activation->user);
    if (!bt_input_ledger_add_manifest(
            looking->ledger, looking->source->name, sha256, manifest->version, from_ms, &failure)) {
        refuse(looking, sha256, failure);
        return;
    }
    g_autofree char *when = bt_time_format(from_ms);
    g_autofree char *message =
        g_strdup_printf("version %" G_GINT64_FORMAT " counts from %s", manifest->version, when);
    tell(looking, "activated", sha256, NULL, message);
    tell_notes(looking, sha256, manifest);
    looking->changed = TRUE;
}

static void take_alert(Looking *looking, const char *sha256)
{
    BtActivation *activation = looking->activation;
    GError *failure = NULL;
    g_autoptr(BtManifest) alert = NULL;
    g_autoptr(GBytes) bytes = read_envelope(looking, sha256, &failure);
    if (bytes != NULL)
        alert = bt_trust_verify_alert(
            looking->trust, bytes, sha256, &looking->alert, activation->trusted_now_ms, &failure);
    if (alert == NULL ||
        !bt_input_ledger_add_alert(looking->ledger, looking->source->name, sha256, alert->version,
            activation->t_ms, &failure)) {
        refuse(looking, sha256, failure);
        return;
    }
    activation->newest_issued_ms = MAX(activation->newest_issued_ms, alert->issued_ms);
    tell(looking, "alert", sha256, NULL, "the alert counts at once");
    looking->changed = TRUE;
}

static void end_alert(Looking *looking, const char *last)
{
    GError *failure = NULL;
    if (!bt_input_ledger_add_alert(
            looking->ledger, looking->source->name, "", 0, looking->activation->t_ms, &failure)) {
        refuse(looking, last, failure);
        return;
    }
    tell(looking, "alert", last, NULL, "the alert was ended");
    looking->changed = TRUE;
}

static void look_at_ready(Looking *looking)
{
    char sha256[BT_HASH_HEX_SIZE], last[BT_HASH_HEX_SIZE];
    if (read_ready(looking, "alert.ready", sha256)) {
        bt_input_ledger_last_alert(looking->ledger, looking->source->name, last);
        if (*sha256 == '\0' && *last != '\0')
            end_alert(looking, last);
        else if (*sha256 != '\0' && !g_str_equal(sha256, last))
            take_alert(looking, sha256);
    }
    if (read_ready(looking, "manifest.ready", sha256) && *sha256 != '\0' &&
        !g_str_equal(sha256, looking->last.sha256))
        take_manifest(looking, sha256);
}

static void take_denials(Looking *looking, const BtNow *now)
{
    for (guint i = 0; i < now->deny->len; i++) {
        const char *sha256 = g_ptr_array_index(now->deny, i);
        gboolean is_new = FALSE;
        GError *failure = NULL;
        if (!bt_input_ledger_add_denial(looking->ledger, looking->source->name, sha256,
                looking->activation->t_ms, &is_new, &failure)) {
            refuse(looking, sha256, failure);
        } else if (is_new) {
            tell(looking, "denied", sha256, NULL, "denied by the source");
            looking->changed = TRUE;
        }
    }
}

/* What of a command is an input. */
static void write_command(Looking *looking, const BtCommand *command)
{
    gint64 t_ms = looking->activation->t_ms;
    GError *failure = NULL;
    gboolean written = TRUE;
    if (command->verb == BT_VERB_CUT)
        written = bt_input_ledger_add_cut(looking->ledger, t_ms, &failure);
    else if (command->verb == BT_VERB_DARKEN)
        written = bt_input_ledger_add_darken(looking->ledger, t_ms, command->until_ms, &failure);
    else
        return;
    looking->changed = TRUE;
    if (!written)
        refuse(looking, command->id, failure);
}

static void take_commands(Looking *looking, const BtNow *now)
{
    BtActivation *activation = looking->activation;
    for (guint i = 0; i < now->commands->len; i++) {
        const BtCommand *command = g_ptr_array_index(now->commands, i);
        gboolean is_new = FALSE;
        if (command->until_ms < activation->t_ms ||
            !bt_input_ledger_take_command(looking->ledger, looking->source->name, command->id,
                activation->t_ms, &is_new, NULL) ||
            !is_new)
            continue;
        tell(looking, "command", command->id, NULL, bt_verb_name(command->verb));
        write_command(looking, command);
        activation->on_command(command->verb, command->until_ms, activation->user);
    }
}

static void look_at_now(Looking *looking)
{
    BtActivation *activation = looking->activation;
    g_autoptr(GBytes) bytes = bt_cache_read_document(looking->cache, looking->source->name,
        "now.json", BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES), NULL);
    GError *failure = NULL;
    if (bytes == NULL)
        return;
    g_autoptr(BtNow) now =
        bt_trust_verify_now(looking->trust, bytes, "now.json", NULL, BT_TIME_MIN, &failure);
    if (now == NULL) {
        refuse(looking, "now.json", failure);
        return;
    }
    activation->newest_issued_ms = MAX(activation->newest_issued_ms, now->issued_ms);
    take_denials(looking, now);
    take_commands(looking, now);
}

/* What the ledger says of versions, after it followed a root that took a key away. */
static gboolean read_floors(Looking *looking, GError **error)
{
    const char *name = looking->source->name;
    gboolean forgot;
    if (!bt_input_ledger_follow_root(
            looking->ledger, name, looking->trust, looking->activation->t_ms, &forgot, error) ||
        !bt_input_ledger_newest(
            looking->ledger, name, &looking->manifest, &looking->alert, error) ||
        !bt_input_ledger_last_manifest(looking->ledger, name, &looking->last, error))
        return FALSE;
    if (forgot)
        tell(looking, "root", name, NULL,
            "a key was taken away: versions begin anew, what it signed counts no more");
    looking->changed = looking->changed || forgot;
    return TRUE;
}

static void look_at_source(
    BtActivation *activation, const BtConfigSource *source, gboolean *changed)
{
    Looking looking = { .activation = activation,
        .source = source,
        .cache = activation->cache,
        .ledger = activation->ledger };
    GError *failure = NULL;
    BtLedgerSource input = bt_config_ledger_source(source, NULL);
    looking.trust =
        bt_inputs_load_trust(looking.cache, &input, activation->config->screen_id, &failure);
    if (looking.trust == NULL) {
        /* Not enrolled yet, or sync has not brought the first root: nothing to judge. */
        if (!g_error_matches(failure, BT_ERROR, BT_ERROR_NOT_FOUND))
            tell(&looking, "refused", "root", failure, NULL);
        g_error_free(failure);
        return;
    }
    activation->roots += bt_trust_root(looking.trust)->version;
    if (read_floors(&looking, &failure)) {
        look_at_now(&looking);
        look_at_ready(&looking);
    } else {
        refuse(&looking, "inputs.db", failure);
    }
    *changed = *changed || looking.changed;
    bt_trust_free(looking.trust);
}

gboolean bt_activate(BtActivation *activation)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < activation->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(activation->config->sources, i);
        if (source->kind == BT_SOURCE_NATIVE)
            look_at_source(activation, source, &changed);
    }
    return changed;
}
