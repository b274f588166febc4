/* A board with the signed source "kp" beside the source system "tinh", which cannot sign; what a
 * network half would leave in the cache is put there by the test. */
#ifndef BT_TESTS_BARE_FIXTURE_H
#define BT_TESTS_BARE_FIXTURE_H

#include "player/board/activation.h"
#include "tests/unit/trust-fixture.h"

#define BARE_T0 G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */

typedef struct {
    Fixture trust;
    char *folder;
    BtConfig *config;
    BtCache *cache;
    BtInputLedger *ledger;
    GString *events; /* "TYPE CODE: WHAT\n" each */
    BtOnAir *on_air; /* for skips; NULL */
    gint64 now_ms;
    gint64 signed_issued_ms; /* what vouches for the clock: no unsigned document */
} BareCase;

void bare_set_up(BareCase *c, gconstpointer data);
void bare_tear_down(BareCase *c, gconstpointer data);
/* As after a start of the player. */
void bare_open_ledger(BareCase *c);

#define BARE_ADD(name, function)                                                                   \
    g_test_add("/bare/" name, BareCase, NULL, bare_set_up, function, bare_tear_down)
#define BARE_ADD_TABLE(prefix, table, function)                                                    \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        g_autofree char *name = g_strconcat("/bare/" prefix "/", table[i].name, NULL);             \
        g_test_add(name, BareCase, GUINT_TO_POINTER(i), bare_set_up, function, bare_tear_down);    \
    }

/* ---- what is in the cache ---- */

typedef struct {
    const char *source, *screen, *class, *expires;
    int version;
} BareSpec;

extern const BareSpec bare_good, bare_good_alert;

/* One clock of 30 s, "vVERSION", for ever. (transfer full) */
char *bare_text_of(const BareSpec *spec);
/* A document of the source's, by its name in the cache. */
void bare_put_text(BareCase *c, const char *source, const char *name, const char *text);
/* An object, and the document `ready` that names it; its hash into `sha256`. */
void bare_put_bytes(BareCase *c, const char *source, const char *ready, GBytes *bytes,
    char sha256[BT_HASH_HEX_SIZE]);
void bare_put(BareCase *c, const char *source, const char *ready, const BareSpec *spec);

/* ---- the look of show ---- */

/* Looks, and checks what happened. */
void bare_look(BareCase *c, const char *expected);
/* What is on, by what was written down, that many seconds after BARE_T0. */
void bare_check_on(BareCase *c, gint64 at_s, const char *expected);

#endif
