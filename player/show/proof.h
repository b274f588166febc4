/* Whether what is on the glass is what should be there: when each zone's picture is looked at, and
 * what follows from what was seen.
 *
 * A zone is looked at half-way through each item that comes on (bt_proof_next_ms); what moves, and
 * what looked wrong, each second too. A fault that stays for some seconds is told once, however
 * many items it outlasts, until the zone was right for a minute: a picture that got stuck is the
 * right one each time that its own item comes by. Pure: times and looks are arguments.
 * Thread-safety: one thread. */
#ifndef BT_PLAYER_SHOW_PROOF_H
#define BT_PLAYER_SHOW_PROOF_H

#include "playlists/schedule/schedule.h"
#include "render/scene/fingerprint.h"

/* Half-way, but so long after it came on at the latest: an item may last for days. */
#define BT_PROOF_LATEST_MS BT_MINUTE_MS
#define BT_PROOF_AGAIN_MS BT_SECOND_MS
/* A fault must stay for so long: one frame that came late is none. */
#define BT_PROOF_CONFIRM_MS (2 * BT_SECOND_MS)
#define BT_PROOF_FROZEN_MS (3 * BT_SECOND_MS)
#define BT_PROOF_WELL_MS BT_MINUTE_MS
/* Black is a mean brightness of at most this, where at least BT_PROOF_LIT is expected: a dark
 * picture is no fault. */
#define BT_PROOF_BLACK 4
#define BT_PROOF_LIT 16
/* Another picture: more bits of the hash, or a mean brightness that is further off. */
#define BT_PROOF_WRONG_BITS 6
#define BT_PROOF_WRONG_LUMA 4

typedef enum {
    BT_PROOF_RIGHT,
    BT_PROOF_BLACK_OUT, /* "black" */
    BT_PROOF_FROZEN,    /* "frozen": it stands still and should not */
    BT_PROOF_WRONG,     /* "wrong": another picture than the one that was asked for */
} BtProofFault;

/* What was seen of a zone. */
typedef struct {
    BtFingerprint shown, expected;
    gint64 late_ms; /* what moves in it waits for so long for its next frame */
} BtProofLook;

typedef struct {
    gboolean first;     /* the occurrence's own look, half-way: it goes into the fact */
    BtProofFault fault; /* what the occurrence suffers from, for sure: it goes into the fact too */
    gboolean tell;      /* it begins now: an event */
} BtProofVerdict;

typedef struct BtProof BtProof;

BtProof *bt_proof_new(void); /* (transfer full) */
void bt_proof_free(BtProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtProof, bt_proof_free)

/* `on_air` is on the glass at `t_ms`; NULL or anything but a programme: nothing to be proved. */
void bt_proof_update(BtProof *proof, const BtOnAir *on_air, gint64 t_ms);
/* When the next zone wants to be looked at, BT_TIME_MAX when none does. */
gint64 bt_proof_next_ms(const BtProof *proof);
/* Whether this zone, one of the last update's, wants to at `t_ms`. */
gboolean bt_proof_is_due(const BtProof *proof, const char *zone, gint64 t_ms);
/* It was looked at. */
BtProofVerdict bt_proof_take(
    BtProof *proof, const char *zone, gint64 t_ms, const BtProofLook *look);
/* The fault's word in facts and events. Static. */
const char *bt_proof_word(BtProofFault fault);

#endif
