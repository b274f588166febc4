/* The register of boards: what stands where, of what kind, in which condition, and what was mended.
 * What a screen already says of itself (place, size in pixels, pitch) stays with the screen.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_REGISTER_H
#define BT_SOURCE_REGISTER_H

#include "source/desk/table.h"
#include "source/store/store.h"

#define BT_REGISTER_TEXT_MAX 1000u /* code points of a note or a repair */
#define BT_REGISTER_WORD_MAX 200u  /* of kind, maker, by whom */
#define BT_REGISTER_MM_MAX 100000
#define BT_REPAIRS_MAX 1000 /* of a board */

typedef enum {
    BT_CONDITION_UNKNOWN, /* nobody said */
    BT_CONDITION_GOOD,
    BT_CONDITION_WORN, /* works, and wants mending */
    BT_CONDITION_BROKEN,
    BT_N_CONDITIONS
} BtCondition;

/* "good", …: what is kept. Static. */
const char *bt_condition_name(BtCondition condition);
/* The same for people, translated. Static. */
const char *bt_condition_words(BtCondition condition);
/* FALSE for a word that is none. */
gboolean bt_condition_parse(const char *word, BtCondition *condition);

typedef struct {
    char *screen, *name, *area, *area_name, *place; /* of the screen */
    gboolean is_led;
    gint64 width_px, height_px, pitch_um; /* 0: not known */
    gint64 retired_ms;                    /* 0: it stands */
    char *kind, *maker, *note;            /* "" not given: outdoor, on a wall, on a pole, … */
    char *installed_on;                   /* "YYYY-MM-DD", "" not known */
    gint64 width_mm, height_mm;           /* 0: not known */
    BtCondition condition;
    gint64 n_faults, n_repairs; /* told faults of the last year; repairs of all time */
    char *last_repair;          /* its day, "" none */
} BtBoardEntry;

void bt_board_entry_free(BtBoardEntry *entry); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtBoardEntry, bt_board_entry_free)

/* The boards of an area and those in it, by area and name. (transfer full) (nullable): GPtrArray of
 * BtBoardEntry */
GPtrArray *bt_register_list(BtStore *store, const char *area, gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtBoardEntry *bt_register_find(BtStore *store, const char *screen, gint64 now_ms, GError **error);
/* Keeps kind, maker, note, installed_on, the size in millimetres and the condition.
 * BT_ERROR_INVALID, BT_ERROR_LIMIT. */
gboolean bt_register_set(BtStore *store, const BtBoardEntry *entry, GError **error);

typedef struct {
    char *on_day, *what, *by_whom, *user;
} BtRepair;

void bt_repair_free(BtRepair *repair); /* (nullable) */

/* The newest first. (transfer full): GPtrArray of BtRepair */
GPtrArray *bt_register_repairs(BtStore *store, const char *screen);
/* BT_ERROR_INVALID, BT_ERROR_LIMIT. */
gboolean bt_register_add_repair(
    BtStore *store, const char *screen, const BtRepair *repair, gint64 now_ms, GError **error);

/* For a page or a spreadsheet, in the language in use. (transfer full) */
BtTable *bt_register_table(const GPtrArray *entries);

#endif
