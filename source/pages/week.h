/* A week of programmes as a picture and as a table. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_WEEK_H
#define BT_SOURCE_WEEK_H

#include "source/pages/works.h"

/* The programmes (of BtWork) in the seven days from `monday` on. */
void bt_week_add(GString *html, const GPtrArray *programmes, const GDate *monday);
/* "Monday", … in the visit's language. Static. */
const char *bt_week_day_title(guint day);
/* What a class is called. Static, or `cls`. */
const char *bt_week_class_title(const char *cls);

#endif
