/* Tables of a report: the same rows as a page, a spreadsheet or JSON. Thread-safety: safe. */
#ifndef BT_SOURCE_TABLE_H
#define BT_SOURCE_TABLE_H

#include "base/json.h"

typedef enum {
    BT_COLUMN_TEXT,
    BT_COLUMN_NUMBER,
    BT_COLUMN_DAY,  /* "YYYY-MM-DD", or "" */
    BT_COLUMN_CODE, /* text for programs: not on a page */
} BtColumnKind;

typedef struct {
    char *key;   /* for programs: "lit_hours" */
    char *label; /* for people */
    BtColumnKind kind;
} BtTableColumn;

typedef struct {
    char *key, *title;
    char *note;         /* how it was counted; "" */
    GPtrArray *columns; /* of BtTableColumn */
    GPtrArray *rows;    /* of GStrv, a cell a column; numbers with a point */
} BtTable;

/* (transfer full) */
BtTable *bt_table_new(const char *key, const char *title, const char *note);
/* Takes NULL too. */
void bt_table_free(BtTable *table);
/* A column to the right of those that are there. */
void bt_table_add_column(BtTable *table, const char *key, const char *label, BtColumnKind kind);
/* The place of the column with this key, -1 when there is none. */
int bt_table_column(const BtTable *table, const char *key);
/* As many cells as columns, NULL-ended. */
void bt_table_add_row(BtTable *table, const char *cell, ...) G_GNUC_NULL_TERMINATED;

/* RFC 4180 in UTF-8 with a byte order mark, since spreadsheets guess without one; what they would
 * take for a formula begins with an apostrophe. Several tables stand below each other, each under
 * its title. (transfer full) */
char *bt_tables_to_csv(const GPtrArray *tables);
/* {"KEY": [{"COLUMN": "…" or a number}, …], …} (transfer full) */
BtJson *bt_tables_to_json(const GPtrArray *tables);

/* Numbers as cells: hours with one digit, percent of `whole` with one ("" where it is 0). (transfer
 * full) */
char *bt_cell_hours(gint64 ms);
char *bt_cell_percent(gint64 part, gint64 whole);
char *bt_cell_int(gint64 number);

#endif
