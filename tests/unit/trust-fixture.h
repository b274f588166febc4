/* A trust of screen s1 under root 1 of source "kp", and all the keys to play with. */
#ifndef BT_TESTS_UNIT_TRUST_FIXTURE_H
#define BT_TESTS_UNIT_TRUST_FIXTURE_H

#include "base/error.h"
#include "playlists/envelope/envelope.h"

/* Keys by letter: R S T may sign roots, F says what is newest, P Q O publish, E warns; U is a root
 * key of a later root, X is a stranger. */
#define LETTERS "RSTFPQOEUX"
#define N_KEYS (sizeof LETTERS - 1)

typedef struct {
    BtKey *keys[N_KEYS];
    BtTrust *trust; /* of screen s1, under root 1 */
} Fixture;

typedef struct {
    gint64 version;
    const char *source;
    const char *root_letters;
    int threshold;
    const char *expires;
} RootSpec;

/* R, S and T, two of them needed. */
extern const RootSpec fix_root_1;
/* A manifest of version 5 for s1, of one ordinary programme. */
extern const char fix_manifest_text[];

void fix_set_up(Fixture *f, gconstpointer data);
void fix_tear_down(Fixture *f, gconstpointer data);

/* Strings and bytes are (transfer full). */
BtKey *fix_key_of(const Fixture *f, char letter); /* borrowed */
char *fix_id_of(const Fixture *f, char letter);
GBytes *fix_bytes_of(const char *text);
/* `text` as a document of `role`, signed by the keys of these letters, in this order. */
GBytes *fix_seal(const Fixture *f, const char *role, const char *text, const char *letters);
char *fix_root_text(const Fixture *f, const RootSpec *spec);
GBytes *fix_sealed_root(const Fixture *f, const RootSpec *spec, const char *letters);
/* A time, or the beginning of it for NULL. */
gint64 fix_at(const char *text);

#endif
