/* A source in a folder of its own: the province krongpa with the communes phutuc and iarsai and, in
 * phutuc, the village buon; a wall of 640×384 in each (pt-1, ir-1, bb-1), a panel in the village
 * (bb-2), a screen that was retired, an editor "an", a picture. Thread-safety: one thread. */
#ifndef BT_SOURCE_FIXTURE_H
#define BT_SOURCE_FIXTURE_H

#include "source/store/store.h"

#define BT_SOURCE_PICTURE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct {
    char *folder;
    BtStore *store;
} BtSourceFixture;

void bt_source_set_up(BtSourceFixture *fixture);
void bt_source_tear_down(BtSourceFixture *fixture);
/* Statements without arguments, divided by semicolons. */
void bt_source_run(BtStore *store, const char *sql);

#endif
