/* The form of a programme. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PROGRAMME_FORM_H
#define BT_SOURCE_PROGRAMME_FORM_H

#include "source/desk/programmes.h"
#include "source/pages/works.h"

/* What is written in it, saved or not. Borrowed. */
typedef struct {
    const BtWork *work;
    gint64 revision; /* that the form began with */
    const char *name;
    const BtWeekly *programme;
    const BtJson *targets;
} BtProgrammeForm;

void bt_programme_form_add(GString *html, BtVisit *visit, const BtProgrammeForm *form);
/* The zones of its layout, each with the choice of a playlist; id "zones". */
void bt_programme_form_add_zones(GString *html, const BtVisit *visit, const BtWeekly *programme);

/* What was sent: only layouts, playlists, areas and screens that the visitor may use are taken.
 * (transfer full) */
BtWeekly *bt_programme_form_read(const BtVisit *visit);
BtJson *bt_programme_form_read_targets(const BtVisit *visit);
/* Whether the visitor may use this layout: a built-in one, or one of their areas. */
gboolean bt_programme_form_knows_layout(const BtVisit *visit, const char *layout);

#endif
