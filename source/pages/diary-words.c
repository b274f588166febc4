#include "source/pages/diary-words.h"

#include "source/pages/people-pieces.h"

#include <string.h>

#define MAX_PARTS 5

/* What lines are made of, the more exact ones first; a translation names the parts in the same
 * order. */
static const char *const forms[] = {
    N_("signed in"),
    N_("password set"),
    N_("authenticator set"),
    N_("authenticator of %s taken away"),
    N_("recovery code used"),
    N_("recovery codes made"),
    N_("one-time link made for %s"),
    N_("account made"),
    N_("account removed"),
    N_("account %s made in %s"),
    N_("account %s removed"),
    N_("registered key %s"),
    N_("ended key %s"),
    N_("key %s of %s ended with the account"),
    N_("account %s unlocked"),
    N_("account %s locked for 15 minutes: %s wrong attempts, the last from %s"),
    N_("account %s: is %s"),
    N_("role %s in %s given at the terminal"),
    N_("role %s in %s given to %s, deputy of %s, until %s"),
    N_("role %s in %s given to %s, until %s"),
    N_("role %s in %s given to %s"),
    N_("role %s in %s taken from %s"),
    N_("area %s made: %s in %s"),
    N_("area %s renamed: %s, was %s"),
    N_("area %s merged into %s"),
    N_("area %s: one official serves"),
    N_("area %s: two officials are needed"),
    N_("screen %s added"),
    N_("screen %s gets the board with key %s"),
    N_("screen %s: command cut"),
    N_("screen %s: command darken"),
    N_("screen %s: command mute"),
    N_("screen %s: command restart"),
    N_("screen %s: command identify"),
    N_("screen %s: command screenshot"),
    N_("screen %s: command %s"),
    N_("the board with key %s is turned down"),
    N_("notice %s begun"),
    N_("notice %s changed"),
    N_("notice %s sent for approval"),
    N_("notice %s removed"),
    N_("notice %s: asked to take it off the screens"),
    N_("uploaded \"%s\" to %s: %s"),
    N_("renamed media %s to \"%s\""),
    N_("took media %s \"%s\" out of the library of %s"),
    N_("began playlist %s \"%s\""),
    N_("added to playlist %s \"%s\""),
    N_("changed an item of playlist %s \"%s\""),
    N_("changed playlist %s \"%s\": up %s"),
    N_("changed playlist %s \"%s\": down %s"),
    N_("changed playlist %s \"%s\": place %s"),
    N_("changed playlist %s \"%s\": drop %s"),
    N_("changed playlist %s \"%s\": %s"),
    N_("renamed playlist %s \"%s\""),
    N_("removed playlist %s \"%s\""),
    N_("began layout %s \"%s\""),
    N_("changed layout %s \"%s\""),
    N_("removed layout %s \"%s\""),
    N_("began programme %s \"%s\""),
    N_("changed programme %s \"%s\""),
    N_("removed programme %s \"%s\""),
    N_("asked for proposal %s"),
    N_("proposed manifest %s"),
    N_("proposed alert %s"),
    N_("proposed order %s"),
    N_("signed proposal %s with key %s, the own work"),
    N_("signed proposal %s with key %s"),
    N_("refused proposal %s: %s"),
    N_("withdrawn proposal %s: %s"),
    N_("proposal %s cannot be published: %s"),
    N_("published manifest %s, version %s"),
    N_("published alert %s, version %s"),
    N_("published order %s, version %s"),
    N_("ended emergency %s, proposal %s on %s screens: %s"),
    N_("cut %s: %s screens: %s"),
    N_("took in cut %s: %s screens report it"),
    N_("screen %s: \"%s\", in %s, %s"),
    N_("screen %s is out of use"),
    N_("register of screen %s set"),
    N_("repair of screen %s noted"),
    N_("contacts of %s set"),
    N_("own e-mail address set"),
    N_("a test message to the contacts of %s"),
    N_("entered the practice area"),
    N_("cleared the practice area"),
    N_("took root %s"),
    N_("published %s %s, version %s"),
    N_("denied %s"),
    N_("ended the alert"),
    N_("saved"),
    N_("brought back"),
};

/* The parts that stand for the %s of `form`; NULL when the line is of another form. */
static char **parts_of(const char *what, const char *form)
{
    g_auto(GStrv) fixed = g_strsplit(form, "%s", MAX_PARTS + 1);
    g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
    if (!g_str_has_prefix(what, fixed[0]))
        return NULL;
    what += strlen(fixed[0]);
    for (int i = 1; fixed[i] != NULL; i++) {
        const char *end = *fixed[i] != '\0' ? strstr(what, fixed[i]) : what + strlen(what);
        if (end == NULL)
            return NULL;
        g_autofree char *part = g_strndup(what, (gsize)(end - what));
        g_strv_builder_add(parts, part);
        what = end + strlen(fixed[i]);
    }
    return *what == '\0' ? g_strv_builder_end(parts) : NULL;
}

/* A translation is ours, but what it is given is not: nothing of it is a format here. */
static char *put_together(const char *form, char **parts)
{
    g_auto(GStrv) fixed = g_strsplit(form, "%s", MAX_PARTS + 1);
    GString *text = g_string_new(fixed[0]);
    for (int i = 0; parts[i] != NULL && fixed[i + 1] != NULL; i++) {
        g_string_append(text, parts[i]);
        g_string_append(text, fixed[i + 1]);
    }
    return g_string_free(text, FALSE);
}

/* "role editor in …": the role as people call it. */
static void say_role(const char *form, char **parts)
{
    BtRole role;
    if (!g_str_has_prefix(form, "role ") || !bt_role_parse(parts[0], &role))
        return;
    g_free(parts[0]);
    parts[0] = g_strdup(bt_people_role_words(role));
}

char *bt_diary_words(const char *what)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_auto(GStrv) parts = parts_of(what, forms[i]);
        if (parts == NULL)
            continue;
        say_role(forms[i], parts);
        return put_together(_(forms[i]), parts);
    }
    return g_strdup(what);
}
