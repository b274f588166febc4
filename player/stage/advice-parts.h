/* What the files of advice share. */
#ifndef BT_PLAYER_STAGE_ADVICE_PARTS_H
#define BT_PLAYER_STAGE_ADVICE_PARTS_H

#include "player/stage/advice.h"
#include "player/stage/parts.h"

/* Where a piece of advice belongs. All borrowed; zone and layout may be NULL. */
typedef struct {
    const char *pointer;
    gsize offset;
    const BtZone *zone;
    const BtLayout *layout;
} BtAdvicePlace;

/* What was found so far. The same piece twice counts once. */
typedef struct {
    GPtrArray *found;  /* of BtAdvice */
    GHashTable *known; /* borrows from them: what was said already */
    gboolean full;
} BtAdviceList;

/* Takes `words` (transfer full). */
void bt_advice_add(BtAdviceList *list, BtAdviceCode code, BtAdvicePlace place, char *words);

/* ---- advice-text.c: texts by themselves ---- */

/* `pointer` may be "". `start` is where `text` begins in what the offsets count in. */
void bt_advice_on_glyphs(
    BtAdviceList *list, BtFonts *fonts, const BtTextLayout *layout, const char *pointer);
/* Title and body are judged as one text: a title alone is often too short to tell. */
void bt_advice_on_legacy(BtAdviceList *list, const char *title, const char *title_pointer,
    const char *body, const char *body_pointer);

/* ---- advice-place.c: an item in a zone ---- */

/* `item_pointer` is the item's; `on` is one of `on_air`'s zones. */
void bt_advice_on_place(BtAdviceList *list, BtStage *stage, const BtOnAir *on_air,
    const BtOnZone *on, const char *item_pointer);

#endif
