#include "source/post/mail.h"

#include "base/error.h"
#include "base/io.h"
#include "source/post/handle.h"

#include <string.h>

#define CONF_MAX_BYTES (16 * 1024)
#define WORD_BYTES 42      /* of text in an encoded word: 75 characters with all around it */
#define BODY_LINE_BYTES 57 /* 76 characters of base64 */

/* ---- the way out ---- */

void bt_mailbox_free(BtMailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    g_free(mailbox->url);
    g_free(mailbox->from);
    g_free(mailbox->user);
    g_free(mailbox->password);
    g_free(mailbox->ca_path);
    g_free(mailbox);
}

static char *beside(const char *path, char *name)
{
    if (name == NULL || g_path_is_absolute(name))
        return name;
    g_autofree char *folder = g_path_get_dirname(path), *relative = name;
    return g_build_filename(folder, relative, NULL);
}

static char *read_password(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, 1024, error);
    if (bytes == NULL)
        return NULL;
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static gboolean check_mailbox(const BtMailbox *mailbox, const char *path, GError **error)
{
    if (mailbox->url != NULL &&
        (g_str_has_prefix(mailbox->url, "smtps://") || g_str_has_prefix(mailbox->url, "smtp://")) &&
        mailbox->from != NULL && bt_mail_is_address(mailbox->from))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: expected [mail] with url=smtps://HOST or smtp://HOST and from=ADDRESS", path);
    return FALSE;
}

BtMailbox *bt_mailbox_load(const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(BtMailbox) mailbox = g_new0(BtMailbox, 1);
    g_autoptr(GBytes) bytes = bt_io_read(path, CONF_MAX_BYTES, error);
    if (bytes == NULL || !g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, error))
        return NULL;
    mailbox->url = g_key_file_get_string(file, "mail", "url", NULL);
    mailbox->from = g_key_file_get_string(file, "mail", "from", NULL);
    mailbox->user = g_key_file_get_string(file, "mail", "user", NULL);
    mailbox->ca_path = beside(path, g_key_file_get_string(file, "mail", "ca-file", NULL));
    g_autofree char *secret =
        beside(path, g_key_file_get_string(file, "mail", "password-file", NULL));
    if (!check_mailbox(mailbox, path, error))
        return NULL;
    if (secret != NULL && (mailbox->password = read_password(secret, error)) == NULL)
        return NULL;
    return g_steal_pointer(&mailbox);
}

/* ---- a letter ---- */

gboolean bt_mail_is_address(const char *text)
{
    const char *at = strchr(text, '@');
    if (at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
        strlen(text) > BT_MAIL_ADDRESS_MAX_BYTES)
        return FALSE;
    for (const char *c = text; *c != '\0'; c++)
        if (!g_ascii_isgraph(*c) || strchr("<>(),;:\\\"[]", *c) != NULL)
            return FALSE;
    return TRUE;
}

/* The end of the last whole character in the next `max` bytes. */
static gsize cut(const char *text, gsize max)
{
    gsize length = strlen(text);
    if (length <= max)
        return length;
    return (gsize)(g_utf8_find_prev_char(text, text + max + 1) - text);
}

char *bt_mail_subject_line(const char *subject)
{
    g_autofree char *flat = g_strdup(subject);
    GString *line = g_string_new("Subject:");
    for (char *c = flat; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    for (const char *rest = flat; *rest != '\0';) {
        gsize length = cut(rest, WORD_BYTES);
        g_autofree char *coded = g_base64_encode((const guchar *)rest, length);
        g_string_append_printf(line, "%s=?UTF-8?B?%s?=", rest == flat ? " " : "\r\n ", coded);
        rest += length;
    }
    return g_string_free(line, FALSE);
}

static void add_body(GString *text, const char *body)
{
    gsize length = strlen(body);
    for (gsize at = 0; at < length; at += BODY_LINE_BYTES) {
        g_autofree char *coded =
            g_base64_encode((const guchar *)body + at, MIN(BODY_LINE_BYTES, length - at));
        g_string_append_printf(text, "%s\r\n", coded);
    }
}

/* RFC 5322; the names of days and months are English whatever the language. */
static char *date_of(gint64 at_ms)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
        "Sep", "Oct", "Nov", "Dec" };
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_ms / 1000);
    return at == NULL
        ? g_strdup("Thu, 01 Jan 1970 00:00:00 +0000")
        : g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
              days[g_date_time_get_day_of_week(at) - 1], g_date_time_get_day_of_month(at),
              months[g_date_time_get_month(at) - 1], g_date_time_get_year(at),
              g_date_time_get_hour(at), g_date_time_get_minute(at), g_date_time_get_second(at));
}

static GString *write_letter(const BtMailbox *mailbox, const BtLetter *letter)
{
    g_autofree char *subject = bt_mail_subject_line(letter->subject);
    g_autofree char *date = date_of(letter->at_ms);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text,
        "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\n%s\r\nMessage-ID: <%s%s>\r\n"
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        date, mailbox->from, letter->to, subject, letter->id, strchr(mailbox->from, '@'));
    add_body(text, letter->text);
    return text;
}

/* ---- sending ---- */

typedef struct {
    const GString *text;
    gsize sent_bytes;
} Reading;

static size_t read_more(char *to, size_t one, size_t room, void *user)
{
    Reading *reading = user;
    gsize n = MIN(one * room, reading->text->len - reading->sent_bytes);
    memcpy(to, reading->text->str + reading->sent_bytes, n);
    reading->sent_bytes += n;
    return n;
}

static void set_login(CURL *curl, const BtMailbox *mailbox)
{
    if (mailbox->user != NULL)
        curl_easy_setopt(curl, CURLOPT_USERNAME, mailbox->user);
    if (mailbox->password != NULL)
        curl_easy_setopt(curl, CURLOPT_PASSWORD, mailbox->password);
    gboolean may_be_plain = bt_post_is_loopback(mailbox->url);
    curl_easy_setopt(
        curl, CURLOPT_USE_SSL, (long)(may_be_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
}

gboolean bt_mail_send(const BtMailbox *mailbox, const BtLetter *letter, GError **error)
{
    if (!bt_mail_is_address(letter->to)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "mail: \"%s\" is no address", letter->to);
        return FALSE;
    }
    g_autofree char *from = g_strdup_printf("<%s>", mailbox->from);
    g_autofree char *to = g_strdup_printf("<%s>", letter->to);
    g_autoptr(CURL) curl = bt_post_handle(mailbox->url, "smtp,smtps", mailbox->ca_path);
    g_autoptr(BtPostLines) recipients = curl_slist_append(NULL, to);
    g_autoptr(GString) text = write_letter(mailbox, letter);
    Reading reading = { .text = text };
    set_login(curl, mailbox);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_more);
    curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    return bt_post_perform(curl, mailbox->url, error);
}
