/* The signing keys of approvers: made and restored in the browser by sign.js, registered here, and
 * what the holders of the root keys are asked for. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/desk/keys.h"
#include "source/desk/practice.h"
#include "source/pages/html.h"
#include "source/pages/sign.h"
#include "source/store/site.h"

#include <string.h>

#define APPROVER (1u << BT_ROLE_APPROVER)

/* ---- what the root says of a key ---- */

static char *ceilings_of(const BtRootKey *key)
{
    GString *words = g_string_new(NULL);
    if (key->may_publish)
        g_string_append(words, _("bulletins"));
    if (key->may_emergency)
        g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", _("emergencies"));
    if (key->may_root)
        g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", _("roots"));
    if (key->screens->len > 0)
        g_string_append_printf(words, _(" on %u screens"), key->screens->len);
    return g_string_free(words, FALSE);
}

static const BtRootKey *in_force(const BtTrust *trust, const char *keyid, gint64 now_ms)
{
    const BtRootKey *key = trust != NULL ? bt_root_find(bt_trust_root(trust), keyid) : NULL;
    return key != NULL && key->until_ms > now_ms && (key->may_publish || key->may_emergency) ? key
                                                                                             : NULL;
}

/* ---- own keys ---- */

/* What to send to those who hold the root keys. */
static void add_request(GString *html, const BtVisit *visit, const BtApproverKey *key)
{
    bt_html_add(html,
        "<p>%s</p><pre class=\"copy\">bangtin-source root add --data DIR --publish --name "
        "&quot;%s&quot; --public %s --key ROOT-KEY-1 --key ROOT-KEY-2</pre>",
        _("Not in force yet. Send this to the holders of the root keys; they compare the key's "
          "beginning with you by telephone:"),
        visit->user, key->base64);
}

static void add_key(
    GString *html, const BtVisit *visit, const BtTrust *trust, const BtApproverKey *key)
{
    const BtRootKey *root_key = in_force(trust, key->keyid, visit->now_ms);
    bt_html_add(html, "<li class=\"card\" data-key=\"%s\"><h3>%s</h3><p class=\"fine\">%.16s… · ",
        key->keyid, key->label, key->keyid);
    bt_visit_add_time(html, visit, key->created_ms);
    bt_html_add(
        html, "</p><p data-say=\"here\" class=\"fine\" hidden>%s</p>", _("lies in this browser"));
    if (root_key != NULL) {
        g_autofree char *ceilings = ceilings_of(root_key);
        bt_html_add(
            html, "<p class=\"state good\"><b>%s</b> <span>%s</span></p>", _("In force"), ceilings);
    } else
        add_request(html, visit, key);
    bt_html_add(html,
        "<details><summary>%s</summary><form method=\"post\" action=\"/keys/%s/end\">",
        _("Lost, or used no more"), key->keyid);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<p>%s</p><button class=\"quiet\">%s</button></form></details></li>",
        _("Its signatures are taken no more. Tell the holders of the root keys too."),
        _("End this key"));
}

static void add_own(GString *html, const BtVisit *visit, const BtTrust *trust)
{
    g_autoptr(GPtrArray) keys = bt_keys_list(visit->store, visit->user);
    guint n = 0;
    bt_html_add(html, "<section><h2>%s</h2><ul class=\"cards\">", _("Your keys"));
    for (guint i = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        if (key->ended_ms != 0)
            continue;
        add_key(html, visit, trust, key);
        n++;
    }
    g_string_append(html, "</ul>");
    if (n == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("None yet. Make one below, on the device on which you will sign."));
    g_string_append(html, "</section>");
}

/* ---- making and restoring ---- */

static void add_passphrase(GString *html, const char *name, const char *label, const char *hint)
{
    bt_html_add(html,
        "<label>%s<input name=\"%s\" type=\"password\" required minlength=\"12\" "
        "maxlength=\"200\" autocomplete=\"%s\"></label>",
        label, name, hint);
}

static void add_says(GString *html)
{
    g_string_append(html, "<div class=\"says\">");
    bt_sign_add_words(html);
    g_string_append(html, "</div>");
}

static void add_making(GString *html, const BtVisit *visit)
{
    bt_html_add(html,
        "<section><h2>%s</h2><p>%s</p><form class=\"panel\" method=\"post\" action=\"/keys\" "
        "data-make-key data-user=\"%s\" data-source=\"%s\">",
        _("Make a key"),
        _("The key is made in this browser and never leaves it, but for a backup that your "
          "passphrase seals. Keep the backup away from this device, and the passphrase away from "
          "the backup."),
        visit->user, visit->store->source);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input name=\"label\" required maxlength=\"%d\" autocomplete=\"off\"></label>",
        _("Name of the key (the device it lies on)"), BT_KEY_LABEL_MAX_CHARS);
    add_passphrase(
        html, "passphrase", _("Passphrase of the backup, 12 characters or more"), "new-password");
    add_passphrase(html, "again", _("The same passphrase again"), "new-password");
    bt_html_add(html,
        "<label data-step=\"read-back\" hidden>%s<input name=\"backup\" type=\"file\" "
        "accept=\".json,application/json\"></label>",
        _("The backup that was just saved"));
    add_says(html);
    bt_html_add(
        html, "<button>%s</button></form></section>", _("Make the key and save its backup"));
}

/* A key that can do no harm needs no backup. */
static void add_practising(GString *html, const BtVisit *visit)
{
    bt_html_add(html,
        "<section><h2>%s</h2><p>%s</p><form class=\"panel\" method=\"post\" action=\"/keys\" "
        "data-make-practice-key data-user=\"%s\">",
        _("Make a key for practice"),
        _("It lies in this browser only, signs nothing real and needs no backup. A new one takes "
          "the place of the one before. Your real key is not asked for here; never give it."),
        visit->user);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<input type=\"hidden\" name=\"label\" value=\"%s\">", _("Key for practice"));
    add_says(html);
    bt_html_add(html, "<button>%s</button></form></section>", _("Make a key for practice"));
}

static void add_restoring(GString *html, const BtVisit *visit)
{
    bt_html_add(html,
        "<section><details><summary>%s</summary><form class=\"panel\" method=\"post\" "
        "action=\"/keys\" data-restore-key data-user=\"%s\" data-source=\"%s\">",
        _("Restore a key from its backup"), visit->user, visit->store->source);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<p>%s</p><label>%s<input name=\"backup\" type=\"file\" required "
        "accept=\".json,application/json\"></label>",
        _("On a new device, or when the browser's storage was cleared."), _("File of the backup"));
    add_passphrase(html, "passphrase", _("Passphrase of the backup"), "current-password");
    add_says(html);
    bt_html_add(html, "<button>%s</button></form></details></section>", _("Restore the key"));
}

/* ---- all that are in force ---- */

static void add_root(GString *html, const BtVisit *visit, const BtTrust *trust)
{
    const BtRoot *root = bt_trust_root(trust);
    bt_html_add(html, "<section><h2>%s</h2><p>", _("Keys in force"));
    bt_html_add(html,
        _("Signatures wanted: %u for bulletins, %u for class priority, %u for an emergency."),
        root->publish_threshold, root->class_thresholds[BT_CLASS_PRIORITY],
        root->emergency_threshold);
    g_string_append(html, "</p><ul class=\"list\">");
    for (guint i = 0; i < root->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(root->keys, i);
        if (!in_force(trust, key->id, visit->now_ms))
            continue;
        g_autofree char *ceilings = ceilings_of(key);
        bt_html_add(html, "<li><b>%s</b> · %s<br><span class=\"fine\">%.16s…</span></li>",
            key->name, ceilings, key->id);
    }
    g_string_append(html, "</ul></section>");
}

static BtAnswered show_keys(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, APPROVER, &answered))
        return answered;
    GString *html = g_string_new(NULL);
    BtTrust *trust =
        bt_site_load_trust(visit.store->site, visit.store->source, "", visit.now_ms, NULL);
    bt_sign_add_check(html);
    add_own(html, &visit, trust);
    if (bt_visit_is_practice(&visit))
        add_practising(html, &visit);
    else {
        add_making(html, &visit);
        add_restoring(html, &visit);
    }
    if (trust != NULL)
        add_root(html, &visit, trust);
    g_clear_pointer(&trust, bt_trust_free);
    return bt_visit_page(&visit, BT_HTTP_OK, "keys", _("Signing keys"), html);
}

/* ---- forms ---- */

/* A key that is this person's already was restored. */
static gboolean is_known(const BtVisit *visit, const char *base64)
{
    g_autoptr(GPtrArray) keys = bt_keys_list(visit->store, visit->user);
    for (guint i = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        if (key->ended_ms == 0 && strcmp(key->base64, base64) == 0)
            return TRUE;
    }
    return FALSE;
}

/* In the practice area the key may sign at once: there its root is the server's. */
static gboolean keep_key(const BtVisit *visit, const char *base64, GError **error)
{
    const char *label = bt_visit_field(visit, "label");
    const BtPracticeKey key = { visit->user, base64, label };
    const BtServer *real = visit->request->server->real;
    return real != NULL
        ? bt_practice_add_key(visit->store, real->store, &key, visit->now_ms, error)
        : bt_keys_add(visit->store, visit->user, base64, label, visit->now_ms, NULL, error);
}

static BtAnswered register_key(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, APPROVER, &answered))
        return answered;
    const char *base64 = bt_visit_field(&visit, "public");
    if (is_known(&visit, base64) || keep_key(&visit, base64, &error))
        return bt_visit_go(&visit, "/keys", NULL);
    return bt_visit_fail(&visit, error);
}

static BtAnswered end_key(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered))
        return answered;
    return bt_keys_end(visit.store, visit.user, request->name, visit.now_ms, &error)
        ? bt_visit_go(&visit, "/keys", NULL)
        : bt_visit_fail(&visit, error);
}

const BtRoute bt_key_routes[] = {
    { "GET", "/keys", BT_PART_NOTHING, "", 0, show_keys },
    { "POST", "/keys", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, register_key },
    { "POST", "/keys/", BT_PART_HASH, "/end", BT_FORM_MAX_BYTES, end_key },
    { NULL },
};
