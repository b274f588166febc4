#include "render/decode/cue_times.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct {
    const char *at, *end;
    guint number; /* of the line that was taken last */
    guint place;  /* of it in its block, from 1; 0: it is empty, and between blocks */
} Lines;

/* (transfer full); NULL: there is no more. A line ends by LF, CR or both. */
static char *next_line(Lines *lines)
{
    const char *start = lines->at;
    if (start == lines->end)
        return NULL;
    while (lines->at < lines->end && *lines->at != '\n' && *lines->at != '\r')
        lines->at++;
    char *line = g_strndup(start, (gsize)(lines->at - start));
    gboolean both = lines->end - lines->at >= 2 && lines->at[0] == '\r' && lines->at[1] == '\n';
    lines->at += both ? 2 : lines->at < lines->end;
    lines->number++;
    lines->place = *line ? lines->place + 1 : 0;
    return line;
}

static gboolean refuse(const Lines *lines, const char *what, const char *expected, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "content:%u: %s: expected %s", lines->number,
        what, expected);
    return FALSE;
}

/* ---- SRT ---- */

static gboolean are_srt_times(const char *line)
{
    int n[8];
    return sscanf(line, "%d:%d:%d%*1[,.]%d --> %d:%d:%d%*1[,.]%d", &n[0], &n[1], &n[2], &n[3],
               &n[4], &n[5], &n[6], &n[7]) == 8;
}

static gboolean begins_like_a_time(const char *line)
{
    int n[3];
    return sscanf(line, "%d:%d:%d", &n[0], &n[1], &n[2]) == 3;
}

static gboolean is_number(const char *line)
{
    gsize digits = strspn(line, "0123456789");
    return digits > 0 && line[digits + strspn(line + digits, " \t")] == '\0';
}

/* Words may hold an arrow or begin like a time too, but not where a cue begins. */
static gboolean check_srt(Lines *lines, GError **error)
{
    gboolean good = TRUE, after_number = FALSE;
    char *line;
    while (good && (line = next_line(lines))) {
        gboolean begins = lines->place == 1 || after_number;
        gboolean arrow = strstr(line, "-->") != NULL;
        if ((begins && (arrow || begins_like_a_time(line))) || (arrow && g_ascii_isdigit(*line)))
            good = are_srt_times(line) ||
                refuse(lines, "times that cannot be read", "00:00:01,000 --> 00:00:02,000", error);
        after_number = is_number(line);
        g_free(line);
    }
    return good;
}

/* ---- WebVTT ---- */

static gboolean is_webvtt_time(const char *text)
{
    unsigned n[4];
    return sscanf(text, "%u:%u:%u.%u", &n[0], &n[1], &n[2], &n[3]) == 4 ||
        sscanf(text, "%u:%u.%u", &n[0], &n[1], &n[2]) == 3;
}

static gboolean are_webvtt_times(const char *line)
{
    const char *arrow = strstr(line, "-->");
    return arrow && is_webvtt_time(line) && is_webvtt_time(arrow + strlen("-->"));
}

typedef enum { IN_HEAD, IN_NOTE, IN_CUE } Block;

static Block block_of(const char *line)
{
    if (g_str_has_prefix(line, "WEBVTT"))
        return IN_HEAD;
    return g_str_has_prefix(line, "NOTE") || line[strspn(line, " \t")] == '\0' ? IN_NOTE : IN_CUE;
}

/* A cue may have a name before its times, and then has another line. */
static gboolean is_name(const Lines *lines, const char *line)
{
    gboolean ends = lines->at == lines->end || *lines->at == '\n' || *lines->at == '\r';
    return lines->place == 1 && !strstr(line, "-->") && !ends;
}

static gboolean check_webvtt(Lines *lines, GError **error)
{
    gboolean good = TRUE, expects_times = FALSE;
    Block block = IN_HEAD;
    char *line;
    while (good && (line = next_line(lines))) {
        if (lines->place == 1) {
            block = block_of(line);
            expects_times = block == IN_CUE;
        }
        if (block == IN_HEAD && strstr(line, "-->"))
            good =
                refuse(lines, "times in the head of the file", "an empty line before them", error);
        if (*line && expects_times && !is_name(lines, line)) {
            expects_times = FALSE;
            good = are_webvtt_times(line) ||
                refuse(lines, "times that cannot be read", "00:01.000 --> 00:02.000", error);
        }
        g_free(line);
    }
    return good;
}

gboolean bt_cue_times_check(const char *text, gsize n, BtMarkup kind, GError **error)
{
    gsize mark = strlen(BYTE_ORDER_MARK);
    gboolean marked = n >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0;
    Lines lines = { .at = text + (marked ? mark : 0), .end = text + n };
    return kind == BT_MARKUP_WEBVTT ? check_webvtt(&lines, error) : check_srt(&lines, error);
}
