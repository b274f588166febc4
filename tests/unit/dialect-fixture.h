/* What the tests of dialects share: values of a board, a call's request and what was heard, both as
 * one JSON that is compared whole. */
#ifndef BT_TESTS_UNIT_DIALECT_FIXTURE_H
#define BT_TESTS_UNIT_DIALECT_FIXTURE_H

#include "playlists/adapters/ttn/ttn.h"

#define FIXTURE_NOW_MS G_GINT64_CONSTANT(1764115200000) /* 2025-11-26T07:00:00+07:00 */

BtDialect *fixture_dialect(const char *word); /* or the test ends; (transfer full) */
/* Everything that the player gives, of one moment of one board. */
GHashTable *fixture_values(void);
/* {"method","url","topic","header","token","body"}; {"error"} when it cannot be said. */
BtJson *fixture_request(const BtDialect *dialect, BtTtnCall call, GHashTable *values);
/* {"messages":[…],"problems":[…]}, or {"error"}. `topic` (nullable): a poll. */
BtJson *fixture_heard(const BtDialect *dialect, const char *topic, const char *body);
BtJson *fixture_parse(const char *text); /* or the test ends */
/* Compares whole values, whatever the order of keys; the test ends with both. */
void fixture_assert_same(const char *name, const BtJson *is, const BtJson *expected);

#endif
