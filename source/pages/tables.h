/* Tables of reports as HTML. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_TABLES_H
#define BT_SOURCE_TABLES_H

#include "source/desk/table.h"
#include "source/pages/visit.h"

#define BT_TABLE_ROWS_SHOWN 100u /* of a table on a page, which stays below 150 KB */

/* The table under its title, without its codes; of a long one the first rows. */
void bt_tables_add(GString *html, const BtTable *table, gboolean english);
/* As a file to save; `name` is without a suffix. */
BtAnswered bt_tables_answer_csv(BtRequest *request, const GPtrArray *tables, const char *name);

/* <select name="area">: the areas in which the person has one of the roles. `label` stands above
 * it. */
void bt_tables_add_areas(
    GString *html, const BtVisit *visit, guint roles, const char *label, const char *chosen);
/* The area that was asked for where the person has one of the roles in it, else the first such one;
 * NULL: there is none. (transfer full) */
char *bt_tables_area(const BtVisit *visit, guint roles, const char *asked);

#endif
