/* A library to be loaded before others (LD_PRELOAD): no name has an address but those that the
 * variable BANGTIN_NAMES gives one, as "name=ADDRESS". Without it the resolver is one that does not
 * answer. */
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

static const char *address_of(const char *name)
{
    const char *known = getenv("BANGTIN_NAMES");
    size_t length = strlen(name);
    if (known == NULL || strncmp(known, name, length) != 0 || known[length] != '=')
        return NULL;
    return known + length + 1;
}

int getaddrinfo(
    const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    const char *address = name != NULL ? address_of(name) : NULL;
    struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
    if (address != NULL)
        return real(address, service, &numeric, found);
    numeric.ai_flags |= hints != NULL ? hints->ai_flags : 0;
    return real(name, service, &numeric, found) == 0 ? 0 : EAI_AGAIN;
}
