/* Facts of type "played" as CSV (RFC 4180) on standard output. Thread-safety: the main thread. */
#ifndef BT_SOURCE_REPORT_CSV_H
#define BT_SOURCE_REPORT_CSV_H

#include "source/store/reports.h"

/* The names of the columns. */
void bt_report_csv_head(void);
/* BtReportEach: a row. */
gboolean bt_report_csv_row(
    const char *screen, gint64 received_ms, const char *line, gpointer user, GError **error);

#endif
