#include "source/press/plan.h"

void bt_plan_document_free(BtPlanDocument *document)
{
    if (document == NULL)
        return;
    g_bytes_unref(document->payload);
    g_ptr_array_unref(document->screens);
    g_free(document);
}
