#include "base/language.h"

#include <glib.h>
#include <libintl.h>
#include <locale.h>

/* The language that the environment asks for, as setlocale(3) reads it: NULL when it asks for none.
 */
static const char *asked_language(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);
        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

/* A fresh machine has no locale but C and C.UTF-8, and in C gettext translates nothing. There the
 * words come from our own catalogue all the same: only their language is asked for. */
static void do_without_locale(void)
{
    const char *language = asked_language();
    if (setlocale(LC_ALL, "C.UTF-8") != NULL && language != NULL)
        g_setenv("LANGUAGE", language, FALSE);
}

void bt_language_open(void)
{
    if (setlocale(LC_ALL, "") == NULL || asked_language() == NULL)
        do_without_locale();
    /* Numbers in JSON and files have a point, whatever the language. */
    setlocale(LC_NUMERIC, "C");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = self == NULL ? NULL : g_path_get_dirname(self);
    g_autofree char *locale =
        bin == NULL ? NULL : g_build_filename(bin, "..", "share", "locale", NULL);
    if (locale != NULL)
        bindtextdomain(BT_LANGUAGE_DOMAIN, locale);
    bind_textdomain_codeset(BT_LANGUAGE_DOMAIN, "UTF-8");
}

/* In the locale C gettext translates nothing, whatever the language. What it found before is
 * looked up anew when this counter has changed; so says its manual (GNU gettext, 11.5). */
void bt_language_use(const char *language)
{
    extern int _nl_msg_cat_cntr;
    setlocale(LC_MESSAGES, "C.UTF-8");
    g_setenv("LANGUAGE", language, TRUE);
    ++_nl_msg_cat_cntr;
}
