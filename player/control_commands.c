/* Commands that speak to a running player by its local socket, and enrolment. */
#include "player/commands.h"

#include "base/address.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"
#include "base/sign.h"
#include "player/config/device_key.h"
#include "player/config/owner.h"
#include "player/show/control.h"
#include "player/show/pattern.h"
#include "player/sync/traffic.h"
#include "playlists/sync/sync.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

static gboolean read_config(const char *path, BtConfig **config, GError **error)
{
    if (path == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "expected --config FILE");
        return FALSE;
    }
    *config = bt_config_read(path, error);
    return *config != NULL;
}

/* For a command that writes where the service reads. */
static gboolean read_config_as_owner(const char *path, BtConfig **config, GError **error)
{
    return read_config(path, config, error) && bt_owner_become(*config, error);
}

static BtJson *ask(const BtConfig *config, const char *verb, const char *name, GError **error)
{
    g_autofree char *path = bt_config_state_path(config, "control");
    return bt_control_ask(path, verb, name, error);
}

/* ---- status ---- */

static const char *text_of(const BtJsonAt *object, const char *key)
{
    BtJsonAt member;
    const char *text = NULL;
    if (bt_json_member(object, key, &member))
        text = bt_json_read_string(&member, 0, 1000, NULL);
    return text == NULL ? "" : text;
}

/* As text, which translations can place. (transfer full) */
static char *number_of(const BtJsonAt *object, const char *key)
{
    BtJsonAt member;
    gint64 number = 0;
    if (bt_json_member(object, key, &member))
        bt_json_read_int(&member, G_MININT64, G_MAXINT64, &number, NULL);
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

static void print_list(
    const BtJsonAt *root, const char *key, const char *title, const char *const *columns)
{
    BtJsonAt list;
    if (!bt_json_member(root, key, &list))
        return;
    printf("%s\n", title);
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt entry = bt_json_element(&list, i);
        printf("  ");
        for (guint k = 0; columns[k] != NULL; k++)
            printf("%s  ", text_of(&entry, columns[k]));
        printf("\n");
    }
}

/* Only when there is something to say. */
static void print_disk(const BtJsonAt *root)
{
    BtJsonAt disk;
    if (!bt_json_member(root, "disk", &disk))
        return;
    g_autofree char *kept = number_of(&disk, "kept"), *lost = number_of(&disk, "lost");
    if (g_str_equal(text_of(&disk, "state"), "failing"))
        printf(_("The disk cannot be written: %s\n%s reports wait in memory; they are lost if the "
                 "power goes.\n"),
            text_of(&disk, "message"), kept);
    if (!g_str_equal(lost, "0"))
        printf(_("Reports lost since the start: %s\n"), lost);
}

static void print_renderer(const BtJsonAt *root)
{
    BtJsonAt display;
    if (!bt_json_member(root, "display", &display))
        return;
    const char *device = text_of(&display, "device");
    g_autofree char *by = g_strdup_printf("%s%s%s (%s)", text_of(&display, "renderer"),
        *device != '\0' ? ", " : "", device, text_of(&display, "why"));
    printf(_("Drawn by: %s\n"), by);
}

static gboolean is_true(const BtJsonAt *object, const char *key)
{
    BtJsonAt member;
    gboolean value = FALSE;
    return bt_json_member(object, key, &member) && bt_json_read_bool(&member, &value, NULL) &&
        value;
}

/* Of a source system: what it ordered, and what it has not heard yet. */
static void print_orders(const BtJsonAt *source)
{
    BtJsonAt outbox;
    if (is_true(source, "stopped"))
        printf("    %s\n", _("it was ordered to stop: nothing of it is shown until it goes on"));
    if (is_true(source, "paused"))
        printf("    %s\n", _("it was ordered to pause: its picture stands still until it goes on"));
    if (!bt_json_member(source, "outbox", &outbox))
        return;
    g_autofree char *waiting = number_of(&outbox, "waiting");
    printf(_("    to be told to it: %s\n"), waiting);
}

static void print_sources(const BtJsonAt *root, GTimeZone *zone)
{
    BtJsonAt list;
    if (!bt_json_member(root, "sources", &list))
        return;
    printf("%s\n", _("Sources:"));
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt entry = bt_json_element(&list, i);
        g_autofree char *traffic = bt_traffic_words(&entry, zone);
        printf("  %s  %s  %s  %s\n", text_of(&entry, "id"), text_of(&entry, "kind"),
            bt_source_state_word(text_of(&entry, "state")), text_of(&entry, "last_ok"));
        if (*text_of(&entry, "message") != '\0')
            printf("    %s\n", text_of(&entry, "message"));
        print_orders(&entry);
        printf("%s", traffic);
    }
}

static void print_cuts(const BtJsonAt *root)
{
    BtJsonAt list;
    if (!bt_json_member(root, "cuts", &list))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt cut = bt_json_element(&list, i);
        const char *since = text_of(&cut, "since");
        if (g_str_equal(text_of(&cut, "ends"), "signature"))
            printf(_("Cut by the source %s (%s) since %s: it waits for the signature of an "
                     "approver\n"),
                text_of(&cut, "source"), text_of(&cut, "id"), since);
        else
            printf(_("Cut at the board since %s, until `bangtin resume`\n"), since);
    }
}

static void print_status(const BtJson *status, GTimeZone *zone)
{
    static const char *const on_air[] = { "zone", "item", "class", "source", "since", "fault",
        NULL };
    BtJsonAt root = bt_json_root("status", status), frames, changes, spool;
    g_autofree char *up_s = number_of(&root, "uptime_s");
    printf(_("Screen %s: %s, running for %s s\n"), text_of(&root, "screen"),
        text_of(&root, "state"), up_s);
    print_cuts(&root);
    print_list(&root, "on_air", _("On the glass:"), on_air);
    print_sources(&root, zone);
    if (bt_json_member(&root, "frames", &frames)) {
        g_autofree char *shown = number_of(&frames, "shown"), *late = number_of(&frames, "late");
        printf(_("Pictures: %s shown, %s late\n"), shown, late);
    }
    print_renderer(&root);
    if (bt_json_member(&root, "changes", &changes)) {
        g_autofree char *count = number_of(&changes, "count"), *late = number_of(&changes, "late");
        g_autofree char *gap_ms = number_of(&changes, "largest_gap_ms");
        printf(_("Changes: %s, %s of them late, by %s ms at most\n"), count, late, gap_ms);
    }
    if (bt_json_member(&root, "spool", &spool)) {
        g_autofree char *waiting = number_of(&spool, "waiting");
        printf(_("Reports waiting: %s\n"), waiting);
    }
    print_disk(&root);
}

int bt_status_command(int argc, char **argv)
{
    g_autofree char *path = NULL;
    g_autoptr(BtConfig) config = NULL;
    gboolean json = FALSE;
    GError *failure = NULL;
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &path, "player.conf of this box", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "for programs", NULL },
        { 0 },
    };
    if (!bt_options_parse("", "Asks a running player how it is.", entries, &argc, &argv))
        return 2;
    if (!read_config(path, &config, &failure))
        return bt_command_fail(failure, path == NULL ? 2 : 1);
    g_autoptr(BtJson) status = ask(config, "status", NULL, &failure);
    if (status == NULL)
        return bt_command_fail(failure, 1);
    if (json) {
        g_autofree char *text = bt_json_to_text(status, TRUE);
        printf("%s\n", text);
    } else {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(config->timezone);
        print_status(status, zone);
    }
    return 0;
}

/* ---- cut, resume, pattern ---- */

/* Without a player that answers a cut is written down all the same: it holds when one starts, and
 * one that hangs is started anew by supervise. */
static gboolean write_down(const BtConfig *config, const char *verb, GError **error)
{
    g_autofree char *path = bt_config_state_path(config, "inputs.db");
    gint64 now_ms = g_get_real_time() / 1000;
    if (!bt_io_make_folder(config->state_folder, error))
        return FALSE;
    g_autoptr(BtInputLedger) ledger = bt_input_ledger_open(path, TRUE, error);
    if (ledger == NULL)
        return FALSE;
    return g_str_equal(verb, "cut") ? bt_input_ledger_add_cut(ledger, now_ms, error)
                                    : bt_input_ledger_add_resume(ledger, now_ms, error);
}

static int act(const char *verb, const char *summary, int argc, char **argv)
{
    g_autofree char *path = NULL;
    g_autoptr(BtConfig) config = NULL;
    GError *failure = NULL;
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &path, "player.conf of this box", "FILE" },
        { 0 },
    };
    gboolean named = g_str_equal(verb, "pattern");
    if (!bt_options_parse(named ? "NAME" : "", summary, entries, &argc, &argv))
        return 2;
    if ((named && argc != 2) || path == NULL) {
        fprintf(stderr, "bangtin: %s: expected %s--config FILE\n", verb, named ? "NAME " : "");
        return 2;
    }
    if (!read_config_as_owner(path, &config, &failure))
        return bt_command_fail(failure, 1);
    g_autoptr(BtJson) reply = ask(config, verb, named ? argv[1] : NULL, &failure);
    if (reply != NULL)
        return 0;
    gboolean absent = g_error_matches(failure, BT_ERROR, BT_ERROR_NOT_FOUND);
    gboolean hangs = g_error_matches(failure, BT_ERROR, BT_ERROR_TIMEOUT);
    if (named || !(absent || hangs))
        return bt_command_fail(failure, 1);
    g_clear_error(&failure);
    if (!write_down(config, verb, &failure))
        return bt_command_fail(failure, 1);
    printf("%s\n",
        absent ? _("No player is running; written down for its next start.")
               : _("The player does not answer; written down for when it starts again."));
    return 0;
}

int bt_cut_command(int argc, char **argv)
{
    return act(
        "cut", "Puts up the safe picture in under a second, until `bangtin resume`.", argc, argv);
}

int bt_resume_command(int argc, char **argv)
{
    return act("resume", "Ends a cut or a test pattern.", argc, argv);
}

int bt_pattern_command(int argc, char **argv)
{
    g_autofree char *summary =
        g_strdup_printf("Shows a test pattern for five minutes: %s.", bt_pattern_names());
    return act("pattern", summary, argc, argv);
}

/* ---- enrol ---- */

#define ENROL_EVERY_MS 2000

/* A slash at its end says nothing: browsers write one. */
static gboolean is_same_base(const char *one, const char *other)
{
    gsize one_bytes = strlen(one), other_bytes = strlen(other);
    while (one_bytes > 0 && one[one_bytes - 1] == '/')
        one_bytes--;
    while (other_bytes > 0 && other[other_bytes - 1] == '/')
        other_bytes--;
    return one_bytes == other_bytes && strncmp(one, other, one_bytes) == 0;
}

static const BtConfigSource *source_with_base(const BtConfig *config, const char *base)
{
    for (guint i = 0; i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->kind == BT_SOURCE_NATIVE && is_same_base(source->base, base))
            return source;
    }
    return NULL;
}

static gboolean write_word(
    const BtConfig *config, const char *name, const char *word, GError **error)
{
    g_autofree char *path = bt_config_state_path(config, name);
    return bt_io_write(path, word, strlen(word), 0600, error);
}

/* The first root goes where sync keeps roots; its fingerprint, beside the cache, is what is
 * believed. */
static gboolean keep_enrolment(const BtConfig *config, const BtConfigSource *source,
    const char *screen, GBytes *root, GError **error)
{
    g_autoptr(BtTrust) trust = bt_trust_new(source->source_id, screen);
    if (!bt_trust_accept_first_root(trust, root, "root", source->fingerprint, error))
        return FALSE;
    g_autofree char *cache_path = bt_config_state_path(config, "cache");
    g_autoptr(BtCache) cache = bt_cache_open(cache_path, TRUE, error);
    if (cache == NULL)
        return FALSE;
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, bt_trust_root(trust)->version);
    g_autofree char *name = g_strdup_printf("root.%s.json", version);
    g_autofree char *fingerprint = g_strconcat(BT_ENROLLED_FINGERPRINT, source->name, NULL);
    g_autoptr(GBytes) first = g_bytes_new(version, strlen(version));
    printf(_("Fingerprint of the source: %s\n"), bt_trust_fingerprint(trust));
    return bt_cache_write_document(cache, source->name, name, root, error) &&
        bt_cache_write_document(cache, source->name, "root.first", first, error) &&
        write_word(config, fingerprint, bt_trust_fingerprint(trust), error) &&
        write_word(config, BT_ENROLLED_SCREEN, screen, error);
}

/* A line that fails, a server that is busy or starts anew. */
static gboolean may_pass(const GError *why)
{
    return g_error_matches(why, BT_ERROR, BT_ERROR_NETWORK) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_TIMEOUT) ||
        g_error_matches(why, BT_ERROR, BT_ERROR_CAPTIVE);
}

/* Each trouble once, until it is another. */
static void tell_trouble(char **told, const GError *why)
{
    if (why != NULL && g_strcmp0(*told, why->message) != 0)
        fprintf(stderr, "bangtin: %s\n", why->message);
    g_free(*told);
    *told = why == NULL ? NULL : g_strdup(why->message);
}

/* A source that was never heard is a wrong address, or a box without a network: whoever stands
 * before it is told at once. One that was heard comes back. */
static gboolean wait_to_be_claimed(const BtConfig *config, const BtConfigSource *source,
    const BtKey *key, gint64 until_us, GError **error)
{
    g_autofree char *told = NULL;
    for (gboolean was_heard = FALSE;;) {
        g_autofree char *screen = NULL;
        g_autoptr(GBytes) root = NULL;
        g_autoptr(GError) why = NULL;
        gint64 now_ms = MAX(g_get_real_time() / 1000, bt_clock_built_ms());
        gboolean heard = bt_sync_enrol(
            source->base, source->ca_path, source->insecure, key, now_ms, &screen, &root, &why);
        if (!heard && (!was_heard || !may_pass(why))) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        was_heard = TRUE;
        tell_trouble(&told, why);
        if (screen != NULL && root != NULL) {
            printf(_("Claimed as screen %s\n"), screen);
            return keep_enrolment(config, source, screen, root, error);
        }
        if (until_us != 0 && g_get_monotonic_time() >= until_us) {
            g_set_error(error, BT_ERROR, BT_ERROR_TIMEOUT, "%s: nobody has claimed this screen yet",
                source->base);
            return FALSE;
        }
        g_usleep(ENROL_EVERY_MS * 1000);
    }
}

static int enrol(const BtConfig *config, const char *base, int for_s)
{
    GError *failure = NULL;
    const BtConfigSource *source = source_with_base(config, base);
    if (source == NULL) {
        g_autofree char *shown = bt_address_shown(base);
        fprintf(
            stderr, "bangtin: %s: expected the base of a [source NAME] of kind native\n", shown);
        return 2;
    }
    g_autoptr(BtKey) key = bt_device_key(config, &failure);
    if (key == NULL)
        return bt_command_fail(failure, 1);
    BtPublicKey public_key = bt_key_public(key);
    char code[10];
    bt_claim_code(&public_key, code);
    printf(_("Code of this screen: %s\n"), code);
    printf("%s\n", _("Waiting until the source's operator claims it …"));
    fflush(stdout);
    gint64 until_us = for_s > 0 ? g_get_monotonic_time() + for_s * G_USEC_PER_SEC : 0;
    return wait_to_be_claimed(config, source, key, until_us, &failure)
        ? 0
        : bt_command_fail(failure, 1);
}

int bt_enrol_command(int argc, char **argv)
{
    g_autofree char *path = NULL;
    g_autoptr(BtConfig) config = NULL;
    int for_s = 0;
    GError *failure = NULL;
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &path, "player.conf of this box", "FILE" },
        { "for", 0, 0, G_OPTION_ARG_INT, &for_s, "wait at most so many seconds", "S" },
        { 0 },
    };
    if (!bt_options_parse("URL",
            "Joins a source: makes this box's key, shows the code that both sides compare, and "
            "waits.",
            entries, &argc, &argv))
        return 2;
    if (argc != 2 || path == NULL) {
        fprintf(stderr, "bangtin: enrol: expected URL --config FILE\n");
        return 2;
    }
    if (!read_config_as_owner(path, &config, &failure))
        return bt_command_fail(failure, 1);
    return enrol(config, argv[1], for_s);
}
