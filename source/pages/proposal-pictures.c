#include "source/pages/html.h"
#include "source/pages/preview.h"
#include "source/pages/proposal-view.h"

#include <string.h>

void bt_proposal_add_pictures(GString *html, const BtVisit *visit, const BtProposal *proposal)
{
    if (strcmp(proposal->kind, "order") == 0)
        return;
    bt_html_add(html, "<section><h2>%s</h2>", _("What the screens will show"));
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        BtPlanDocument shown = {
            .payload = document->payload, .screens = document->screens, .version = document->version
        };
        g_autofree char *name =
            bt_name_of_screen(visit->store, g_ptr_array_index(document->screens, 0));
        bt_html_add(html, "<details%s><summary>", i == 0 ? " open" : "");
        bt_html_add(html, document->screens->len == 1 ? "%s" : _("%s and %u others like it"), name,
            document->screens->len - 1);
        g_string_append(html, "</summary>");
        bt_preview_add_pictures(html, visit, &shown);
        g_string_append(html, "</details>");
    }
    g_string_append(html, "</section>");
}
