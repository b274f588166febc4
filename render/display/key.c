#include "render/display/key.h"

#include "render/display/display.h"

static const struct {
    const char *name;
    guint mask; /* left and right */
} held[] = { { "Ctrl", KMOD_CTRL }, { "Alt", KMOD_ALT }, { "Shift", KMOD_SHIFT } };

static guint mask_of(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(held); i++)
        if (g_ascii_strcasecmp(name, held[i].name) == 0)
            return held[i].mask;
    return 0;
}

gboolean bt_key_parse(const char *name, BtKey *key)
{
    g_auto(GStrv) parts = g_strsplit(name, "+", 5);
    guint n = g_strv_length(parts), modifiers = 0;
    for (guint i = 0; i + 1 < n; i++) {
        guint mask = mask_of(g_strstrip(parts[i]));
        if (mask == 0)
            return FALSE;
        modifiers |= mask;
    }
    SDL_Keycode code = n == 0 ? SDLK_UNKNOWN : SDL_GetKeyFromName(g_strstrip(parts[n - 1]));
    if (code == SDLK_UNKNOWN)
        return FALSE;
    *key = (BtKey){ code, modifiers };
    return TRUE;
}

gboolean bt_key_is(const BtKey *key, SDL_Keycode code, guint modifiers)
{
    if (key->code == SDLK_UNKNOWN || code != key->code)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(held); i++)
        if ((key->modifiers & held[i].mask) != 0 && (modifiers & held[i].mask) == 0)
            return FALSE;
    return TRUE;
}

gboolean bt_display_knows_key(const char *name)
{
    BtKey key;
    return bt_key_parse(name, &key);
}
