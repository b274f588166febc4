/* What a medium lacks on a board although it would be accepted, and what it has too much of: out of
 * what its decoder found, in sentences of the process's language (gettext) that say what is wrong
 * and what was expected. Pure. Thread-safety: safe. */
#ifndef BT_PLAYER_CHECK_DOCTOR_H
#define BT_PLAYER_CHECK_DOCTOR_H

#include "playlists/model/manifest.h"
#include "render/media/media.h"

#define BT_FINDINGS_MAX 200 /* of one document; one more says that there were others */

/* Black for less is a cut like any other. */
#define BT_DOCTOR_BLACK_US 200000
/* Frames of another length: so many in a hundred are a variable rate. */
#define BT_DOCTOR_UNEVEN_PERCENT 2
/* The film is not all that a box has to do. */
#define BT_DOCTOR_LEAST_SPEED 1.5
#define BT_DOCTOR_MAX_MBIT_S 40
/* What boards decode fast and show without loss: H.264 up to High, HEVC and VP9 of 8 bits; and 4K
 * at 60 pictures a second. */
#define BT_DOCTOR_MAX_BITS 8
#define BT_DOCTOR_MAX_LEVEL_X10 52
/* EBU R 128 asks for −23 LUFS; people reach for the volume when neighbours differ by some 8. */
#define BT_DOCTOR_LUFS (-23)
#define BT_DOCTOR_LUFS_OFF 8
#define BT_DOCTOR_CLIPPED 10
#define BT_DOCTOR_MAX_ENLARGED 2.0
#define BT_DOCTOR_MAX_REDUCED 3.0
#define BT_DOCTOR_LEAST_FILLED_PERCENT 60
#define BT_DOCTOR_DURATION_OFF_MS 250

typedef struct {
    const char *code;    /* static */
    gboolean refused;    /* else advice */
    char *pointer;       /* JSON pointer into the manifest; "" in a medium by itself */
    char *zone, *layout; /* "" where it does not depend on that */
    char *words;
} BtFinding;

/* Where something was found. All borrowed. */
typedef struct {
    const char *pointer, *zone, *layout;
} BtFindingPlace;

/* A medium, as far as it is known. All borrowed. */
typedef struct {
    const BtMediaInfo *info;
    const BtMediaFindings *found;
    gint64 size_bytes;
} BtPatient;

GPtrArray *bt_findings_new(void); /* of BtFinding (transfer full) */
/* Once each, and no more than BT_FINDINGS_MAX and the word that there are more. Takes `words`. */
void bt_findings_add(
    GPtrArray *findings, const char *code, gboolean refused, BtFindingPlace place, char *words);
gboolean bt_findings_refuse(const GPtrArray *findings);

/* The medium by itself. The box that it is for is `slower` times slower than this one. */
void bt_doctor_on_medium(
    GPtrArray *findings, const BtPatient *patient, double slower, BtFindingPlace place);
/* In a box of this size. */
void bt_doctor_on_box(GPtrArray *findings, const BtPatient *patient, int w_px, int h_px, BtFit fit,
    BtFindingPlace place);
/* Beside what a manifest says of it. */
void bt_doctor_on_asset(
    GPtrArray *findings, const BtPatient *patient, const BtAsset *asset, BtFindingPlace place);
/* As an item of this kind. */
void bt_doctor_on_kind(
    GPtrArray *findings, const BtPatient *patient, BtItemKind kind, BtFindingPlace place);

#endif
