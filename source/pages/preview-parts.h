/* Private to pages: what the files of previews share. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PREVIEW_PARTS_H
#define BT_SOURCE_PREVIEW_PARTS_H

#include "source/pages/preview.h"

/* "/previews/HASHENDING?size=…&led=…"; the document is kept. (transfer full) */
char *bt_preview_address(const BtVisit *visit, const BtPlanDocument *document, const char *ending);
/* What such an address says; FALSE: it was answered. `ask` holds a reference to its document. */
gboolean bt_preview_read(BtVisit *visit, BtAsk *ask, BtAnswered *answered);
/* preview-pictures.c */
BtAnswered bt_preview_send_pictures(BtRequest *request);

#endif
