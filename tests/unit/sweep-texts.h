/* The texts that the sweep lays out: the samples, and each orthography's letters with each of its
 * marks; and the other spellings that must give the same picture. */
#ifndef BT_TESTS_SWEEP_TEXTS_H
#define BT_TESTS_SWEEP_TEXTS_H

#include <glib.h>

typedef struct {
    const char *name; /* static */
    char *text;
} BtSpelling;

typedef struct {
    char *name, *lang;
    char *text;
    GArray *spellings; /* of BtSpelling: each differs from the text and from the others */
    gboolean normal;   /* the text is NFC */
} BtSweepText;

/* tests/golden/texts and tests/golden/orthographies, sorted by name. (transfer full): GPtrArray of
 * BtSweepText */
GPtrArray *bt_sweep_samples(void);
GPtrArray *bt_sweep_orthographies(void);

#endif
