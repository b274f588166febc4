/* Which of a dialect's topics a message came over. Values are not known here, so each is any text;
 * all places that the pattern can have reached in the topic are followed at once, which takes no
 * longer than the one length times the other. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

typedef struct {
    gboolean *reached; /* before which byte of the topic the pattern can stand */
    const char *topic;
    gsize length;
} Places;

static void step_byte(Places *places, char byte)
{
    for (gsize i = places->length; i > 0; i--)
        places->reached[i] = places->reached[i - 1] && places->topic[i - 1] == byte;
    places->reached[0] = FALSE;
}

/* Over any text, or any within a level. */
static void step_any(Places *places, gboolean within_level)
{
    for (gsize i = 1; i <= places->length; i++)
        if (places->reached[i - 1] && !(within_level && places->topic[i - 1] == '/'))
            places->reached[i] = TRUE;
}

static gboolean any_reached(const Places *places)
{
    for (gsize i = 0; i <= places->length; i++)
        if (places->reached[i])
            return TRUE;
    return FALSE;
}

gboolean bt_topic_matches(const char *pattern, const char *topic)
{
    gsize length = strlen(topic);
    g_autofree gboolean *reached = g_new0(gboolean, length + 1);
    Places places = { reached, topic, length };
    reached[0] = TRUE;
    for (const char *p = pattern; *p != '\0'; p++) {
        const char *end = g_str_has_prefix(p, "${") ? strchr(p, '}') : NULL;
        if (*p == '#' || (strcmp(p, "/#") == 0 && reached[length]))
            return any_reached(&places);
        if (end != NULL || *p == '+')
            step_any(&places, end == NULL);
        else
            step_byte(&places, *p);
        p = end != NULL ? end : p;
    }
    return reached[length];
}
