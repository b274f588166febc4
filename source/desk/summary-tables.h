/* A summary as tables, in the language in use. Thread-safety: the thread of that language. */
#ifndef BT_SOURCE_SUMMARY_TABLES_H
#define BT_SOURCE_SUMMARY_TABLES_H

#include "source/desk/summary.h"
#include "source/desk/table.h"

/* "totals", "bulletins", "causes", "fields", "languages", "areas", "screens". (transfer full):
 * GPtrArray of BtTable */
GPtrArray *bt_summary_tables(const BtSummary *summary);
/* The name of a field of content (LoaiLinhVuc), 0 to 6. Static, translated. */
const char *bt_field_name(guint field);
/* Why a screen did not show, in words: "no-power" is “mất điện”. Static, translated; the word
 * itself where it is a new one. */
const char *bt_cause_words(const char *state, const char *cause);

#endif
