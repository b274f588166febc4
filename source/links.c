#include "source/links.h"

#include "source/cli.h"

#include "base/qr.h"

#include <stdio.h>
#include <string.h>

gboolean bt_link_is_base(const char *base)
{
    return (g_str_has_prefix(base, "https://") || g_str_has_prefix(base, "http://")) &&
        !g_str_has_suffix(base, "/") && g_uri_is_valid(base, G_URI_FLAGS_NONE, NULL);
}

char *bt_link_address(const char *base, const char *token)
{
    return g_strconcat(base, "/invitation/", token, NULL);
}

void bt_link_print(const char *user, const char *address)
{
    g_autoptr(BtQr) qr = bt_qr_new(address);
    g_autofree char *code = qr != NULL ? bt_qr_to_text(qr) : NULL;
    printf(_("%s sets a password here, once, within 72 hours:\n    %s\n"), user, address);
    if (code != NULL)
        printf("\n%s\n", code);
}
