/* Two passes: the first takes the markup away, the second puts the lines in order, since a tag may
 * have stood at the end of a line. */
#include "render/decode/markup.h"

#include <string.h>

/* ---- tags ---- */

/* The name of a tag is known in both kinds; whatever else stands in <> of SRT is what somebody
 * wrote to be read, such as <tiếng nhạc>. */
static gboolean is_known_name(const char *name, gsize n)
{
    static const char *const names[] = { "i", "b", "u", "s", "c", "v", "font", "lang", "ruby", "rt",
        "span", "br" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i]) == n && g_ascii_strncasecmp(names[i], name, n) == 0)
            return TRUE;
    return FALSE;
}

static gsize name_bytes(const char *name, const char *end)
{
    gsize n = 0;
    while (name + n < end && g_ascii_isalpha(name[n]))
        n++;
    return n;
}

/* Where the tag at `at` ends, NULL when none begins there. */
static const char *end_of_tag(const char *at, const char *end, BtMarkup kind)
{
    const char *close = memchr(at, '>', (gsize)(end - at));
    if (!close)
        return NULL;
    const char *name = at + 1 + (at[1] == '/');
    gsize n = name_bytes(name, close);
    gboolean known = is_known_name(name, n) && (name + n == close || strchr(" \t\r\n./", name[n]));
    return kind == BT_MARKUP_WEBVTT || known ? close + 1 : NULL;
}

static gboolean is_line_break(const char *tag)
{
    return g_ascii_strncasecmp(tag, "<br", 3) == 0 && !g_ascii_isalpha(tag[3]);
}

/* ---- one thing at a time ---- */

static const char *take_tag(const char *at, const char *end, BtMarkup kind, GString *out)
{
    const char *after = end_of_tag(at, end, kind);
    if (after && is_line_break(at))
        g_string_append_c(out, '\n');
    return after;
}

static const char *take_setting(const char *at, const char *end)
{
    const char *close = at + 1 < end && at[1] == '\\' ? memchr(at, '}', (gsize)(end - at)) : NULL;
    return close ? close + 1 : NULL;
}

static const char *take_entity(const char *at, const char *end, GString *out)
{
    static const struct {
        const char *name, *text;
    } entities[] = {
        { "&amp;", "&" },
        { "&lt;", "<" },
        { "&gt;", ">" },
        { "&nbsp;", "\u00a0" },
        { "&lrm;", "\u200e" },
        { "&rlm;", "\u200f" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(entities); i++) {
        gsize n = strlen(entities[i].name);
        if ((gsize)(end - at) < n || memcmp(at, entities[i].name, n) != 0)
            continue;
        g_string_append(out, entities[i].text);
        return at + n;
    }
    return NULL;
}

static void add_character(gunichar c, GString *out)
{
    if (c == '\r' || c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029)
        g_string_append_c(out, '\n');
    else if (c == '\t')
        g_string_append_c(out, ' ');
    else if (!g_unichar_iscntrl(c))
        g_string_append_unichar(out, c);
}

static GString *without_markup(const char *text, gsize n, BtMarkup kind)
{
    const char *at = text, *end = text + n;
    GString *out = g_string_sized_new(n);
    while (at < end) {
        const char *after = *at == '<' ? take_tag(at, end, kind, out)
            : *at == '{'               ? take_setting(at, end)
            : *at == '&'               ? take_entity(at, end, out)
                                       : NULL;
        if (!after) {
            add_character(g_utf8_get_char(at), out);
            after = g_utf8_next_char(at);
        }
        at = after;
    }
    return out;
}

/* ---- lines ---- */

char *bt_markup_clean(const char *text, gsize n, BtMarkup kind)
{
    g_autoptr(GString) out = g_string_new(NULL);
    GString *bare = without_markup(text, n, kind);
    g_auto(GStrv) lines = g_strsplit(bare->str, "\n", -1);
    g_string_free(bare, TRUE);
    for (char **line = lines; *line; line++) {
        g_strstrip(*line);
        if (**line)
            g_string_append_printf(out, "%s%s", out->len ? "\n" : "", *line);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
