/* What the tests of texts share: the fonts of the table, opened for each test, and short names for
 * a layout's parts. */
#ifndef BT_TESTS_TEXT_FIXTURE_H
#define BT_TESTS_TEXT_FIXTURE_H

#include "fonts/text.h"

typedef struct {
    BtFonts *fonts;
} Fixture;

void set_up(Fixture *f, gconstpointer data);
void tear_down(Fixture *f, gconstpointer data);

/* A text that must be accepted. (transfer full) */
BtTextLayout *lay_out(Fixture *f, const char *text, const BtTextStyle *style, int width_px);
/* The texts of tests/golden/texts by name, and their language. */
#define N_SAMPLES 12
extern const char *const samples[N_SAMPLES];
const char *lang_of(const char *sample);
/* The text itself. (transfer full) */
char *read_sample(const char *name);

/* Lines stand under each other without a gap, none wider than the box, all ink in its line. */
void check_boxes(const BtTextLayout *layout, int width_px);

const BtTextLine *line_at(const BtTextLayout *layout, guint i);
const BtTextRun *run_at(const BtTextLayout *layout, guint i);
const BtGlyph *glyph_at(const BtTextLayout *layout, guint i);

#endif
