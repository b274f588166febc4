#include "source/pages/sign.h"

#include "base/hash.h"
#include "source/desk/keys.h"
#include "source/pages/files.h"
#include "source/pages/html.h"

static void add_script(GString *html)
{
    g_autofree char *js = bt_file_path("sign.js");
    bt_html_add(html, "<script type=\"module\" src=\"%s\"></script>", js);
}

static void add_word(GString *html, const char *name, const char *words)
{
    bt_html_add(html,
        "<p class=\"message\" data-say=\"%s\" role=\"status\" hidden>%s <span></span></p>", name,
        words);
}

void bt_sign_add_check(GString *html)
{
    g_string_append(html, "<div data-sign-check>");
    add_word(html, "old-browser",
        _("This browser cannot sign. Approvers need Chrome, Edge or Cốc Cốc 137, Firefox 129 or "
          "Safari 17, or a newer one."));
    add_word(html, "no-https",
        _("This page was not opened over HTTPS, so the browser does not sign here. Open it by its "
          "https:// address."));
    g_string_append(html, "</div>");
    add_script(html);
}

void bt_sign_add_words(GString *html)
{
    add_word(html, "busy", _("Working…"));
    add_word(html, "no-key",
        _("No signing key of yours that may sign this lies in this browser. Make or restore it on "
          "the page Signing keys."));
    add_word(html, "reading", _("Reading the documents:"));
    add_word(html, "signing", _("Signing:"));
    add_word(html, "sending", _("Sending the signatures…"));
    add_word(html, "changed",
        _("What came is not what this page shows. Nothing was signed. Load the page anew; if it "
          "happens again, tell your administrator."));
    add_word(html, "refused", _("The server did not take it:"));
    add_word(html, "no-line", _("No connection. Nothing was published. Try again."));
    add_word(html, "no-match", _("The two passphrases are not the same."));
    add_word(html, "too-short", _("The passphrase is too short: at least 12 characters."));
    add_word(html, "no-name", _("Give the key a name, such as the device it lies on."));
    add_word(html, "not-a-backup", _("This file is no backup of a signing key."));
    add_word(html, "wrong-passphrase", _("The passphrase does not open this file."));
    add_word(
        html, "other-key", _("This is the backup of another key. Choose the file just saved."));
    add_word(html, "saved",
        _("The backup is saved as a file. Choose that file now, so that it is sure that it can be "
          "read."));
    add_word(html, "done", _("The key lies in this browser now."));
    add_word(html, "no-room", _("The browser does not keep the key (private window?):"));
}

/* The ids of this person's keys that may sign it. */
static char *able_keys(const BtVisit *visit, const BtProposal *proposal)
{
    GString *list = g_string_new(NULL);
    g_autoptr(GPtrArray) keys = bt_keys_list(visit->store, visit->user);
    for (guint i = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        if (key->ended_ms == 0 &&
            bt_proposals_check_key(visit->store, proposal, key->keyid, visit->now_ms, NULL))
            g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "", key->keyid);
    }
    return g_string_free(list, FALSE);
}

static char *hashes_of(const BtProposal *proposal)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        char hex[BT_HASH_HEX_SIZE];
        bt_hash_data(
            g_bytes_get_data(document->payload, NULL), g_bytes_get_size(document->payload), hex);
        g_string_append_printf(list, "%s%s", i > 0 ? " " : "", hex);
    }
    return g_string_free(list, FALSE);
}

void bt_sign_add_form(
    GString *html, const BtVisit *visit, const BtProposal *proposal, const char *button)
{
    g_autofree char *keys = able_keys(visit, proposal), *hashes = hashes_of(proposal),
                    *id = g_strdup_printf("%" G_GINT64_FORMAT, proposal->id);
    bt_html_add(html,
        "<form class=\"act\" method=\"post\" action=\"/proposals/%s/sign\" data-sign "
        "data-kind=\"%s\" data-keys=\"%s\" data-sha256=\"%s\" "
        "data-documents=\"/proposals/%s/document?n=\">",
        id, proposal->kind, keys, hashes, id);
    bt_visit_add_token(html, visit);
    bt_html_add(html, "<input type=\"hidden\" name=\"back\" value=\"%s\"><div class=\"says\">",
        visit->request->path);
    bt_sign_add_words(html);
    g_string_append(html, "</div>");
    bt_html_add(html,
        "<noscript><p class=\"message\">%s</p></noscript>"
        "<button type=\"submit\">%s</button><a href=\"/keys\" data-say=\"to-keys\" hidden>%s</a>"
        "</form>",
        _("Signing in the browser needs its scripts. Or sign with a key file: bangtin-source "
          "proposal sign."),
        button, _("Signing keys"));
    bt_sign_add_check(html);
}
