/* Bulletins written by hand, and what a composed document shows of them, for the tests of the
 * provincial source. */
#ifndef BT_TESTS_TTN_FIXTURE_H
#define BT_TESTS_TTN_FIXTURE_H

#include "playlists/adapters/ttn/ttn.h"
#include "playlists/schedule/schedule.h"

#define TTN_ASSET "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

/* A bulletin in a few words. `slots`: "23T08:00 23T09:00 …" in November 2026, Vietnam's time, in
 * pairs; NULL: none. */
typedef struct {
    const char *id;
    BtTtnKind kind;
    BtTtnPriority priority;
    const char *partition, *region, *slots;
    const char *title, *content; /* NULL: by the id */
    gint64 film_ms;              /* above 0: it is a film that is here, as long as this */
} TtnWords;

/* Owned by the fixture: what bt_ttn_compose is asked with. */
typedef struct {
    GPtrArray *kept;      /* of BtTtnKept */
    GPtrArray *bulletins; /* of BtTtnBulletin */
    GPtrArray *problems;  /* of char* */
    BtTtnFrame frame;
    gint64 holds_until_ms;
} TtnFixture;

TtnFixture *ttn_fixture_new(void);
void ttn_fixture_free(TtnFixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TtnFixture, ttn_fixture_free)

/* They come a second apart, the first at midnight of the 20th. Both are borrowed. */
BtTtnBulletin *ttn_fixture_add(TtnFixture *fixture, const TtnWords *words);
/* The first of `words` that have an id. */
void ttn_fixture_fill(TtnFixture *fixture, const TtnWords *words, guint n);
BtTtnKept *ttn_fixture_last(TtnFixture *fixture);
/* With media of this type, as if it had been fetched. */
void ttn_fixture_has(TtnFixture *fixture, const char *type, gint64 duration_ms);

/* "23T08:00" or "23T08:00:05". */
gint64 ttn_fixture_at(const char *text);
/* The document, which must parse without a note, or be "". (transfer full) */
char *ttn_fixture_compose(TtnFixture *fixture, BtTtnDocument which, gint64 now_ms);
/* The last one said this alone, or NULL: nothing. */
void ttn_fixture_expect_problem(const TtnFixture *fixture, const char *part);
/* (transfer full) */
BtManifest *ttn_fixture_parse(const char *text);
/* Inputs with it alone, as the alert or the manifest. (transfer full) */
BtInputs *ttn_fixture_inputs(const char *text, BtTtnDocument which);
/* "main=b-1 right=-": what is on in which zone; "safe" for nothing. (transfer full) */
char *ttn_fixture_show(const BtInputs *inputs, gint64 at_ms);
/* "main=b-1+601 right=-": the same, with how many whole seconds of it are over. (transfer full) */
char *ttn_fixture_elapsed(const BtInputs *inputs, gint64 at_ms);

#endif
