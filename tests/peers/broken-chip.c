/* A graphics chip whose driver fails, for a player that is started with this before SDL
 * (LD_PRELOAD): from the moment on at which the file that BROKEN_CHIP names is there, the chip
 * takes no more pixels. */
#include <SDL.h>
#include <dlfcn.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int SDL_UpdateTexture(SDL_Texture *texture, const SDL_Rect *rect, const void *pixels, int pitch)
{
    int (*real)(SDL_Texture *, const SDL_Rect *, const void *, int);
    const char *path = getenv("BROKEN_CHIP");
    if (path && access(path, F_OK) == 0)
        return SDL_SetError("the driver fails as it was told");
    *(void **)&real = dlsym(RTLD_NEXT, "SDL_UpdateTexture");
    return real(texture, rect, pixels, pitch);
}

gboolean g_file_get_contents(const char *path, char **text, gsize *size_bytes, GError **error)
{
    gboolean (*real)(const char *, char **, gsize *, GError **);
    const char *chip = getenv("FAKE_CHIP");
    *(void **)&real = dlsym(RTLD_NEXT, "g_file_get_contents");
    if (!chip || strcmp(path, "/proc/driver/nvidia/version") != 0)
        return real(path, text, size_bytes, error);
    *text = g_strdup(chip);
    *size_bytes = strlen(chip);
    return TRUE;
}
