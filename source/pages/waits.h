/* What waits for the person who opens the first page. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_WAITS_H
#define BT_SOURCE_WAITS_H

#include "source/pages/visit.h"

/* A short row with one way for each: emergencies that nobody has signed, screens that are cut,
 * proposals that this person may sign, content that runs out; only of the areas where the person
 * has a part in it. Everything in an element with the id "waits", empty when nothing waits. */
void bt_waits_add(GString *html, const BtVisit *visit);

#endif
