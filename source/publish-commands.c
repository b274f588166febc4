/* bangtin-source publish and deny, from a terminal. */
#include "source/cli.h"
#include "source/press/publish.h"

#include "base/error.h"

#include <stdio.h>

#define MAX_KEYS 16 /* signatures of one envelope */

typedef struct {
    char *data, *clock, *decoder;
    char **keys, **screens;
    gboolean emergency, end, json;
} Options;

static void options_clear(Options *o)
{
    g_free(o->data);
    g_free(o->clock);
    g_free(o->decoder);
    g_strfreev(o->keys);
    g_strfreev(o->screens);
}

static GPtrArray *list_of(char **texts)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
        g_ptr_array_add(list, texts[i]);
    return list;
}

/* ---- what was published ---- */

static BtJson *list_json(const GPtrArray *texts)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < texts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(texts, i));
    return list;
}

static void print_json(const Options *o, const BtPublished *published)
{
    BtJson *result = bt_json_new_object();
    bt_json_set_string(result, "kind", o->emergency ? "alert" : "manifest");
    bt_json_set_string(result, "sha256", published->sha256);
    bt_json_set_int(result, "version", published->version);
    bt_json_set_time(result, "issued", published->issued_ms);
    bt_json_set_time(result, "expires", published->expires_ms);
    bt_json_set(result, "screens", list_json(published->screens));
    bt_json_set_int(result, "assets", published->n_assets);
    bt_json_set_int(result, "new_bytes", (gint64)published->new_bytes);
    bt_json_set(result, "notes", list_json(published->notes));
    bt_cli_print_json(result);
}

static void print_words(const Options *o, const BtPublished *published)
{
    g_autofree char *expires = bt_time_format(published->expires_ms);
    g_autofree char *version = g_strdup_printf("%" G_GINT64_FORMAT, published->version);
    g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, published->new_bytes);
    g_autoptr(GString) screens = g_string_new(NULL);
    for (guint i = 0; i < published->screens->len; i++)
        g_string_append_printf(screens, "%s%s", i > 0 ? " " : "",
            (const char *)g_ptr_array_index(published->screens, i));
    printf(o->emergency ? _("alert %s, version %s, until %s\n")
                        : _("manifest %s, version %s, until %s\n"),
        published->sha256, version, expires);
    printf(_("%u assets, %s new bytes; on %s\n"), published->n_assets, bytes, screens->str);
}

static void print_published(const Options *o, const BtPublished *published)
{
    for (guint i = 0; i < published->notes->len; i++)
        g_message("%s", (const char *)g_ptr_array_index(published->notes, i));
    (o->json ? print_json : print_words)(o, published);
}

/* ---- publish ---- */

static gboolean publish(
    BtStore *store, const Options *o, const char *path, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = list_of(o->screens);
    if (o->end)
        return bt_publish_end_alert(store, screens, now_ms, error);
    g_autoptr(GPtrArray) keys = bt_cli_load_keys(o->keys, error);
    if (keys == NULL)
        return FALSE;
    BtPublish how = { .emergency = o->emergency,
        .screens = screens,
        .keys = (BtKey *const *)keys->pdata,
        .n_keys = keys->len,
        .decoder = o->decoder };
    g_autoptr(BtPublished) published = bt_publish(store, path, &how, now_ms, error);
    if (published == NULL)
        return FALSE;
    print_published(o, published);
    return TRUE;
}

static int run_publish(const Options *o, const char *path)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && publish(store, o, path, now_ms, &error) ? bt_cli_done()
                                                                    : bt_cli_fail(error);
}

static int check_options(const Options *o, int n_paths)
{
    if (o->data == NULL)
        return bt_cli_missing("--data DIR");
    if (o->end && !o->emergency)
        return bt_cli_usage("--end without --emergency: expected both, to end the alert");
    if (o->end != (n_paths == 0))
        return bt_cli_usage(o->end ? "--end with a PATH: expected none" : "no PATH: expected one");
    if (o->keys != NULL && g_strv_length(o->keys) > MAX_KEYS)
        return bt_cli_usage("%u keys: expected at most %d", g_strv_length(o->keys), MAX_KEYS);
    return BT_EXIT_DONE;
}

int bt_command_publish(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        { "key", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &o.keys,
            "a key that signs; may be given several times", "FILE" },
        { "emergency", 'e', 0, G_OPTION_ARG_NONE, &o.emergency,
            "publish an alert: emergency programmes only, signed by emergency keys", NULL },
        { "end", 0, 0, G_OPTION_ARG_NONE, &o.end,
            "with --emergency and without PATH: end the alert", NULL },
        { "screen", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o.screens,
            "only this screen; may be given several times", "ID" },
        { "decoder", 0, 0, G_OPTION_ARG_FILENAME, &o.decoder,
            "the program bangtin-decode, when it is not beside this one", "FILE" },
        BT_CLI_CLOCK(o.clock),
        BT_CLI_JSON(o.json),
        { NULL },
    };
    const BtCliSpec spec = { "[PATH]", "Signs a manifest and gives it to screens.",
        "PATH is a folder with manifest.json and its media, a manifest alone, or an envelope that\n"
        "was signed elsewhere (then no --key is needed). In a folder an asset may be named by its\n"
        "file, \"asset\": \"file:hoa.png\": its hash, size, type and duration are filled in, "
        "after\n"
        "the decoder of the boards has looked at it. So are spec, source, version (the next),\n"
        "issued (now), expires (60 days on; 6 hours for an alert), timezone and screens (those\n"
        "of --screen, else all) where they are left out. The whole is verified as a board would\n"
        "do it before any screen is told. JSON: {kind, sha256, version, issued, expires,\n"
        "screens[], assets, new_bytes, notes[]}.",
        entries, 0, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv) && (code = check_options(&o, argc - 1)) == BT_EXIT_DONE)
        code = run_publish(&o, argv[1]);
    options_clear(&o);
    return code;
}

/* ---- deny ---- */

static int run_deny(const Options *o, const char *sha256)
{
    GError *error = NULL;
    gint64 now_ms;
    g_autoptr(BtStore) store = bt_cli_open(o->data, o->clock, &now_ms, &error);
    return store != NULL && bt_publish_deny(store, sha256, now_ms, &error) ? bt_cli_done()
                                                                           : bt_cli_fail(error);
}

int bt_command_deny(int argc, char **argv)
{
    Options o = { NULL };
    const GOptionEntry entries[] = {
        BT_CLI_DATA(o.data),
        BT_CLI_CLOCK(o.clock),
        { NULL },
    };
    const BtCliSpec spec = { "SHA256", "Forbids a manifest, an alert or an asset on every screen.",
        "SHA256 is the document's or asset's hash. Screens stop showing it when they next hear of\n"
        "the source; a denial never brings an older manifest back. At most 16 stand at a time;\n"
        "those of documents that have expired are dropped.",
        entries, 1, 1 };
    int code = BT_EXIT_USAGE;
    if (bt_cli_parse(&spec, &argc, &argv))
        code = o.data == NULL ? bt_cli_missing("--data DIR") : run_deny(&o, argv[1]);
    options_clear(&o);
    return code;
}
