/* A source of a test, in a folder of its own, with a tree of areas: gialai, in it krongpa (a
 * region), phutuc and iarsai (communes), in phutuc buon-a and buon-b. */
#ifndef BT_TEST_STORE_FIXTURE_H
#define BT_TEST_STORE_FIXTURE_H

#include "source/desk/areas.h"

#define NOW_MS G_GINT64_CONSTANT(1795312800000) /* 2026-11-22T02:00:00Z */

typedef struct {
    char *folder;
    BtStore *store;
} StoreFixture;

void store_fixture_open(StoreFixture *f);
void store_fixture_close(StoreFixture *f);
/* Runs a statement that the test wrote out. */
void store_fixture_run(StoreFixture *f, const char *sql);
/* The first column of the first row, as text; NULL: no row. (transfer full) */
char *store_fixture_ask(StoreFixture *f, const char *sql);

#endif
