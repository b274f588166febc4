#include "playlists/sync/head.h"

#include <stdio.h>
#include <string.h>

static void read_status(BtHead *head, const char *line, BtAnswer *answer)
{
    head->has_length = FALSE;
    *answer = (BtAnswer){ .total_bytes = -1 };
    (void)sscanf(line, "HTTP/%*s %3d", &answer->status);
}

/* "bytes 100-199/200", the total may be "*". What cannot be read leaves `from` at a place that
 * nobody asked for. */
static void read_content_range(const char *value, BtAnswer *answer)
{
    char *end = NULL;
    answer->from = G_MAXUINT64;
    if (!g_str_has_prefix(value, "bytes ") || !g_ascii_isdigit(value[6]))
        return;
    answer->from = g_ascii_strtoull(value + 6, &end, 10);
    const char *slash = strchr(end, '/');
    if (slash && g_ascii_isdigit(slash[1]))
        answer->total_bytes = (gint64)MIN(g_ascii_strtoull(slash + 1, NULL, 10), G_MAXINT64);
}

/* One number, once: two that differ are how one answer is passed off as two. */
static gboolean read_length(BtHead *head, const char *value, BtAnswer *answer, GError **error)
{
    guint64 length = 0;
    gboolean fits = g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &length, NULL);
    if (!fits || (head->has_length && head->length_bytes != length)) {
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK,
            "%s: comes with the length \"%.20s\": expected one number, once", head->path, value);
        return FALSE;
    }
    head->has_length = TRUE;
    head->length_bytes = length;
    if (answer->status == 200)
        answer->total_bytes = (gint64)length;
    return TRUE;
}

static gboolean check_coding(const BtHead *head, const char *value, GError **error)
{
    if (g_ascii_strcasecmp(value, "identity") == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
        "%s: comes with the content encoding \"%.20s\": expected none", head->path, value);
    return FALSE;
}

/* A path or an address of the same host is the source's own affair. */
static gboolean is_elsewhere(const BtHead *head, const char *location)
{
    g_autoptr(GUri) base = g_uri_parse(head->base, G_URI_FLAGS_ENCODED, NULL);
    g_autoptr(GUri) target = g_uri_parse_relative(base, location, G_URI_FLAGS_ENCODED, NULL);
    const char *host = target ? g_uri_get_host(target) : NULL;
    return !host || g_ascii_strcasecmp(host, g_uri_get_host(base)) != 0;
}

static void copy_short(char *to, gsize room, const char *value)
{
    g_strlcpy(to, strlen(value) < room ? value : "", room);
}

static void read_location(const BtHead *head, const char *value, BtAnswer *answer)
{
    if (answer->status / 100 != 3)
        return;
    answer->elsewhere = is_elsewhere(head, value);
    copy_short(answer->location, sizeof answer->location, value);
}

/* "gzip, br;q=0.5"; what is weighted is not what we look for. */
static gboolean names_gzip(const char *value)
{
    g_auto(GStrv) codings = g_strsplit(value, ",", -1);
    for (guint i = 0; codings[i]; i++)
        if (g_ascii_strcasecmp(g_strstrip(codings[i]), "gzip") == 0)
            return TRUE;
    return FALSE;
}

static gboolean read_field(
    BtHead *head, const char *name, const char *value, BtAnswer *answer, GError **error)
{
    if (g_ascii_strcasecmp(name, "content-length") == 0)
        return read_length(head, value, answer, error);
    if (g_ascii_strcasecmp(name, "content-encoding") == 0)
        return check_coding(head, value, error);
    if (g_ascii_strcasecmp(name, "etag") == 0)
        copy_short(answer->tag, sizeof answer->tag, value);
    else if (g_ascii_strcasecmp(name, "last-modified") == 0)
        copy_short(answer->modified, sizeof answer->modified, value);
    else if (g_ascii_strcasecmp(name, "retry-after") == 0)
        copy_short(answer->retry_after, sizeof answer->retry_after, value);
    else if (g_ascii_strcasecmp(name, "date") == 0)
        copy_short(answer->date, sizeof answer->date, value);
    else if (g_ascii_strcasecmp(name, "accept-encoding") == 0)
        answer->takes_gzip = answer->takes_gzip || names_gzip(value);
    else if (g_ascii_strcasecmp(name, "accept-ranges") == 0)
        answer->resumable = g_ascii_strcasecmp(value, "bytes") == 0;
    else if (g_ascii_strcasecmp(name, "content-range") == 0 && answer->status == 206)
        read_content_range(value, answer);
    else if (g_ascii_strcasecmp(name, "location") == 0)
        read_location(head, value, answer);
    else if (g_ascii_strcasecmp(name, "content-type") == 0)
        answer->page = g_ascii_strncasecmp(value, "text/html", strlen("text/html")) == 0;
    return TRUE;
}

static BtHeadStep end(BtAnswer *answer)
{
    if (answer->status == 206)
        answer->resumable = TRUE;
    return BT_HEAD_ENDS;
}

BtHeadStep bt_head_read(
    BtHead *head, const char *data, gsize size_bytes, BtAnswer *answer, GError **error)
{
    g_autofree char *line = g_strchomp(g_strndup(data, size_bytes));
    if (!*line)
        return end(answer);
    char *colon = strchr(line, ':');
    if (g_str_has_prefix(line, "HTTP/"))
        read_status(head, line, answer);
    else if (colon) {
        *colon = '\0';
        if (!read_field(head, line, g_strchug(colon + 1), answer, error))
            return BT_HEAD_REFUSED;
    }
    return BT_HEAD_GOES_ON;
}
