#include "player/board/activation.h"

#include "base/error.h"
#include "player/board/release.h"

#include <string.h>

typedef struct {
    BtActivation *activation;
    const BtConfigSource *source;
    BtCache *cache;
    BtInputLedger *ledger;
    BtTrust *trust;          /* NULL: what it says is not signed, and … */
    const BtBare *bare;      /* … read so; else NULL */
    BtFloor manifest, alert; /* newest that counted */
    BtFloor last;            /* the manifest that was taken last */
    BtFloor order;           /* newest that was acted on */
    gboolean changed;
} Looking;

static void tell(Looking *looking, const char *type, const char *what, const GError *failure,
    const char *message)
{
    BtActivation *activation = looking->activation;
    const BtActivationNews news = { .type = type,
        .code = failure == NULL ? "" : bt_error_reason(failure),
        .what = what,
        .message = failure == NULL ? message : failure->message };
    activation->on_event(&news, activation->user);
}

/* The fault of this box is no fault of the document: it is looked at again. */
static void refuse(Looking *looking, const char *what, GError *failure)
{
    if (g_error_matches(failure, BT_ERROR, BT_ERROR_IO)) {
        g_message("%s: %s: %s", looking->source->name, what, failure->message);
        looking->activation->unfinished = TRUE;
    } else {
        tell(looking, "refused", what, failure, NULL);
    }
    g_error_free(failure);
}

/* ---- what counts, told now or again ---- */

typedef struct {
    const char *kind, *what; /* as in the ledger */
    gint64 version, from_ms;
    const char *ended; /* the alert before, when `what` is its end */
} Input;

static char *input_message(const Input *input)
{
    if (g_str_equal(input->kind, "denial"))
        return g_strdup("denied by the source");
    if (g_str_equal(input->kind, "alert"))
        return g_strdup(*input->what == '\0' ? "the alert was ended" : "the alert counts at once");
    g_autofree char *when = bt_time_format(input->from_ms);
    return g_strdup_printf("version %" G_GINT64_FORMAT " counts from %s", input->version, when);
}

static void input_id(const Looking *looking, const Input *input, char id[BT_HASH_HEX_SIZE])
{
    g_autofree char *text = g_strdup_printf("input\n%s\n%s\n%s\n%" G_GINT64_FORMAT,
        looking->source->name, input->kind, input->what, input->from_ms);
    bt_hash_data(text, strlen(text), id);
}

static void tell_input(Looking *looking, const Input *input, gboolean again)
{
    char id[BT_HASH_HEX_SIZE];
    g_autofree char *message = input_message(input);
    input_id(looking, input, id);
    const BtActivationNews news = {
        .type = g_str_equal(input->kind, "manifest") ? "activated"
            : g_str_equal(input->kind, "alert")      ? "alert"
                                                     : "denied",
        .code = "",
        .what = *input->what == '\0' ? input->ended : input->what,
        .message = message,
        .id = id,
        .again = again,
    };
    looking->activation->on_event(&news, looking->activation->user);
}

typedef struct {
    Looking *looking;
    char alert[BT_HASH_HEX_SIZE]; /* the last one */
} TellingAgain;

static void tell_one_again(
    const char *kind, const char *what, gint64 version, gint64 from_ms, gpointer user)
{
    TellingAgain *telling = user;
    const Input input = { kind, what, version, from_ms, telling->alert };
    tell_input(telling->looking, &input, TRUE);
    if (g_str_equal(kind, "alert"))
        g_strlcpy(telling->alert, what, sizeof telling->alert);
}

static void tell_again(Looking *looking)
{
    TellingAgain telling = { .looking = looking };
    GError *failure = NULL;
    if (!bt_input_ledger_each(looking->ledger, looking->source->name,
            looking->activation->t_ms - BT_ACTIVATION_TOLD_AGAIN_MS, tell_one_again, &telling,
            &failure))
        refuse(looking, "inputs.db", failure);
}

/* NULL when there is none, or it cannot be read now. */
static GBytes *read_document(Looking *looking, const char *name, gsize max_bytes)
{
    g_autoptr(GError) failure = NULL;
    GBytes *bytes =
        bt_cache_read_document(looking->cache, looking->source->name, name, max_bytes, &failure);
    looking->activation->unfinished =
        looking->activation->unfinished || g_error_matches(failure, BT_ERROR, BT_ERROR_IO);
    return bytes;
}

/* "manifest.ready" holds one hash, or nothing. */
static gboolean read_ready(Looking *looking, const char *name, char sha256[BT_HASH_HEX_SIZE])
{
    *sha256 = '\0';
    g_autoptr(GBytes) bytes = read_document(looking, name, 128);
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

static BtManifest *verify_manifest(
    Looking *looking, GBytes *bytes, const char *sha256, GError **error)
{
    gint64 now_ms = looking->activation->trusted_now_ms;
    return looking->bare != NULL
        ? bt_bare_verify_manifest(looking->bare, bytes, sha256, &looking->manifest, now_ms, error)
        : bt_trust_verify_manifest(
              looking->trust, bytes, sha256, &looking->manifest, now_ms, error);
}

static BtManifest *verify_alert(Looking *looking, GBytes *bytes, const char *sha256, GError **error)
{
    gint64 now_ms = looking->activation->trusted_now_ms;
    return looking->bare != NULL
        ? bt_bare_verify_alert(looking->bare, bytes, sha256, &looking->alert, now_ms, error)
        : bt_trust_verify_alert(looking->trust, bytes, sha256, &looking->alert, now_ms, error);
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

/* Only what somebody else signed says anything of the time: an unsigned document has it from this
 * box. */
static void learn_issued(Looking *looking, const BtManifest *document)
{
    BtActivation *activation = looking->activation;
    if (looking->bare == NULL)
        activation->newest_issued_ms = MAX(activation->newest_issued_ms, document->issued_ms);
}

static void take_manifest(Looking *looking, const char *sha256)
{
    BtActivation *activation = looking->activation;
    GError *failure = NULL;
    g_autoptr(BtManifest) manifest = NULL;
    g_autoptr(GBytes) bytes = read_envelope(looking, sha256, &failure);
    if (bytes != NULL)
        manifest = verify_manifest(looking, bytes, sha256, &failure);
    if (manifest == NULL) {
        refuse(looking, sha256, failure);
        return;
    }
    learn_issued(looking, manifest);
    const BtManifest *in_time = looking->bare != NULL ? manifest : NULL;
    gint64 from_ms = activation->instant_of_change(in_time, activation->user);
    if (!bt_input_ledger_add_manifest(
            looking->ledger, looking->source->name, sha256, manifest->version, from_ms, &failure)) {
        refuse(looking, sha256, failure);
        return;
    }
    const Input input = { "manifest", sha256, manifest->version, from_ms, "" };
    tell_input(looking, &input, FALSE);
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
        alert = verify_alert(looking, bytes, sha256, &failure);
    if (alert == NULL ||
        !bt_input_ledger_add_alert(looking->ledger, looking->source->name, sha256, alert->version,
            activation->t_ms, &failure)) {
        refuse(looking, sha256, failure);
        return;
    }
    learn_issued(looking, alert);
    const Input input = { "alert", sha256, alert->version, activation->t_ms, "" };
    tell_input(looking, &input, FALSE);
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
    const Input input = { "alert", "", 0, looking->activation->t_ms, last };
    tell_input(looking, &input, FALSE);
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
            const Input input = { "denial", sha256, 0, looking->activation->t_ms, "" };
            tell_input(looking, &input, FALSE);
            looking->changed = TRUE;
        }
    }
}

/* What of a command is an input. */
static gboolean write_command(
    Looking *looking, const BtNow *now, const BtCommand *command, GError **error)
{
    gint64 t_ms = looking->activation->t_ms;
    looking->changed =
        looking->changed || command->verb == BT_VERB_CUT || command->verb == BT_VERB_DARKEN;
    if (command->verb == BT_VERB_CUT)
        return bt_input_ledger_add_source_cut(looking->ledger, looking->source->name, command->id,
            MAX(t_ms, now->issued_ms), t_ms, error);
    if (command->verb == BT_VERB_DARKEN)
        return bt_input_ledger_add_darken(looking->ledger, t_ms, command->until_ms, error);
    return TRUE;
}

/* Remembered and acted on in one transaction: a cut in between would lose the command. */
static gboolean take_command(
    Looking *looking, const BtNow *now, const BtCommand *command, GError **error)
{
    BtActivation *activation = looking->activation;
    gboolean is_new = FALSE;
    if (!bt_input_ledger_begin(looking->ledger, error))
        return FALSE;
    if (!bt_input_ledger_take_command(looking->ledger, looking->source->name, command->id,
            activation->t_ms, &is_new, error) ||
        (is_new && !write_command(looking, now, command, error)) ||
        !bt_input_ledger_commit(looking->ledger, error)) {
        bt_input_ledger_rollback(looking->ledger);
        return FALSE;
    }
    if (is_new) {
        tell(looking, "command", command->id, NULL, bt_verb_name(command->verb));
        activation->on_command(command->verb, command->until_ms, activation->user);
    }
    return TRUE;
}

static void take_commands(Looking *looking, const BtNow *now)
{
    for (guint i = 0; i < now->commands->len; i++) {
        const BtCommand *command = g_ptr_array_index(now->commands, i);
        GError *failure = NULL;
        if (command->until_ms >= looking->activation->t_ms &&
            !take_command(looking, now, command, &failure))
            refuse(looking, command->id, failure);
    }
}

static void look_at_now(Looking *looking)
{
    BtActivation *activation = looking->activation;
    g_autoptr(GBytes) bytes =
        read_document(looking, "now.json", BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES));
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

/* ---- releases ---- */

static void take_release(Looking *looking, const char *sha256)
{
    BtActivation *activation = looking->activation;
    GError *failure = NULL;
    g_autoptr(GBytes) bytes = bt_cache_read_object(
        looking->cache, sha256, BT_ENVELOPE_MAX_BYTES(BT_RELEASE_MAX_BYTES), &failure);
    g_autoptr(BtRelease) release = bytes == NULL
        ? NULL
        : bt_trust_verify_release(
              looking->trust, bytes, sha256, &looking->order, activation->trusted_now_ms, &failure);
    if (release == NULL ||
        !bt_release_take(
            looking->ledger, looking->source->name, sha256, release, activation->t_ms, &failure)) {
        refuse(looking, sha256, failure);
        return;
    }
    activation->newest_issued_ms = MAX(activation->newest_issued_ms, release->issued_ms);
    tell(looking, "released", sha256, NULL, "an approver ended cuts of this source");
    looking->changed = TRUE;
}

static void look_at_release(Looking *looking)
{
    char sha256[BT_HASH_HEX_SIZE];
    BtFloor last;
    GError *failure = NULL;
    if (!read_ready(looking, "order.ready", sha256) || *sha256 == '\0')
        return;
    if (!bt_input_ledger_last_order(looking->ledger, looking->source->name, &last, &failure))
        refuse(looking, "inputs.db", failure);
    else if (!g_str_equal(last.sha256, sha256))
        take_release(looking, sha256);
}

/* ---- orders ---- */

static void refuse_order(Looking *looking, const BtOrder *order, const char *why)
{
    g_autofree char *message =
        g_strdup_printf("%s \"%s\": %s", bt_order_verb_name(order->verb), order->id, why);
    GError *failure = g_error_new_literal(BT_ERROR, BT_ERROR_EXPIRED, message);
    refuse(looking, order->id, failure);
}

static void act_on_order(Looking *looking, const BtOrder *order)
{
    BtActivation *activation = looking->activation;
    tell(looking, "command", order->id, NULL, bt_order_verb_name(order->verb));
    if (order->verb == BT_ORDER_RESTART)
        activation->on_command(BT_VERB_RESTART, BT_TIME_MAX, activation->user);
    else
        looking->changed = TRUE;
}

static void take_order(Looking *looking, const BtOrder *order, const BtOrderItems *on_air)
{
    BtTaken taken;
    const char *why;
    GError *failure = NULL;
    if (!bt_order_take(looking->ledger, looking->source->name, order, on_air,
            looking->activation->t_ms, &taken, &why, &failure))
        refuse(looking, order->id, failure);
    else if (taken == BT_TAKEN_REFUSED)
        refuse_order(looking, order, why);
    else if (taken == BT_TAKEN_NEW)
        act_on_order(looking, order);
}

static void look_at_orders(Looking *looking)
{
    GError *failure = NULL;
    BtOrderItems on_air = { .n = 0 };
    g_autoptr(GBytes) bytes = read_document(looking, "orders.json", BT_ORDERS_MAX_BYTES);
    if (bytes == NULL)
        return;
    g_autoptr(GPtrArray) orders = bt_orders_parse(
        g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "orders.json", &failure);
    if (orders == NULL) {
        refuse(looking, "orders.json", failure);
        return;
    }
    looking->activation->items_on_air(&on_air, looking->activation->user);
    for (guint i = 0; i < orders->len; i++)
        take_order(looking, g_ptr_array_index(orders, i), &on_air);
    bt_order_items_clear(&on_air);
}

/* What the ledger says of versions, after it followed a root that took a key away. */
static gboolean read_floors(Looking *looking, GError **error)
{
    const char *name = looking->source->name;
    gboolean forgot = FALSE;
    if ((looking->trust != NULL &&
            !bt_input_ledger_follow_root(looking->ledger, name, looking->trust,
                looking->activation->t_ms, &forgot, error)) ||
        !bt_input_ledger_newest(
            looking->ledger, name, &looking->manifest, &looking->alert, error) ||
        !bt_input_ledger_last_manifest(looking->ledger, name, &looking->last, error) ||
        !bt_input_ledger_newest_order(looking->ledger, name, &looking->order, error))
        return FALSE;
    if (forgot)
        tell(looking, "root", name, NULL,
            "a key was taken away: versions begin anew, what it signed counts no more");
    looking->changed = looking->changed || forgot;
    return TRUE;
}

/* Where what it says can be judged at all. */
static void look_inside(Looking *looking)
{
    GError *failure = NULL;
    if (!read_floors(looking, &failure)) {
        refuse(looking, "inputs.db", failure);
        return;
    }
    if (looking->activation->first)
        tell_again(looking);
    if (looking->bare != NULL) {
        look_at_orders(looking);
    } else {
        look_at_now(looking);
        look_at_release(looking);
    }
    look_at_ready(looking);
}

static void look_at_signed(Looking *looking)
{
    BtActivation *activation = looking->activation;
    GError *failure = NULL;
    BtLedgerSource input = bt_config_ledger_source(looking->source, NULL);
    looking->trust =
        bt_inputs_load_trust(looking->cache, &input, activation->config->screen_id, &failure);
    if (looking->trust == NULL) {
        /* Not enrolled yet, or sync has not brought the first root: nothing to judge. */
        if (g_error_matches(failure, BT_ERROR, BT_ERROR_NOT_FOUND))
            g_error_free(failure);
        else
            refuse(looking, "root", failure);
        return;
    }
    activation->roots += bt_trust_root(looking->trust)->version;
    look_inside(looking);
    bt_trust_free(looking->trust);
}

static void look_at_source(
    BtActivation *activation, const BtConfigSource *source, gboolean *changed)
{
    Looking looking = { .activation = activation,
        .source = source,
        .cache = activation->cache,
        .ledger = activation->ledger };
    const BtBare bare = { source->name, activation->config->screen_id };
    if (source->kind == BT_SOURCE_TTN) {
        looking.bare = &bare;
        look_inside(&looking);
    } else {
        look_at_signed(&looking);
    }
    *changed = *changed || looking.changed;
}

/* Of a ledger that had to be begun anew; each time under the same id. */
static void tell_damage(
    const char *kind, const char *what, gint64 version, gint64 from_ms, gpointer user)
{
    BtActivation *activation = user;
    char id[BT_HASH_HEX_SIZE];
    (void)version;
    g_autofree char *text = g_strdup_printf("%s\n%s\n%" G_GINT64_FORMAT, kind, what, from_ms);
    bt_hash_data(text, strlen(text), id);
    const BtActivationNews news = { .type = "damaged",
        .code = "io",
        .what = what,
        .message = "was damaged: it was begun anew with what could be read",
        .id = id,
        .again = TRUE };
    activation->on_event(&news, activation->user);
}

gboolean bt_activate(BtActivation *activation)
{
    gboolean changed = FALSE;
    bt_input_ledger_each(activation->ledger, "", activation->t_ms - BT_ACTIVATION_TOLD_AGAIN_MS,
        tell_damage, activation, NULL);
    for (guint i = 0; i < activation->config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(activation->config->sources, i);
        if (source->kind != BT_SOURCE_FOLDER)
            look_at_source(activation, source, &changed);
    }
    return changed;
}
