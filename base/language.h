/* The language in which this process speaks to people, by gettext: English stands in the source,
 * build/share/locale (or share/locale beside bin) has the others. Thread-safety: call it once,
 * before threads. */
#ifndef BT_BASE_LANGUAGE_H
#define BT_BASE_LANGUAGE_H

/* The domain of all our messages: #define _(text) dgettext(BT_LANGUAGE_DOMAIN, text). */
#define BT_LANGUAGE_DOMAIN "bangtin"

/* Takes the language from the environment, as setlocale(3) reads it. Numbers keep a point. */
void bt_language_open(void);

/* Speaks another language ("vi", "en") from now on, for a program that has readers of several. Of
 * the thread that speaks, while no other does. */
void bt_language_use(const char *language);

#endif
