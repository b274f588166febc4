/* The scene is drawn twice: step by step onto the canvas, and some rows of it anew, without a
 * history. So what is expected is known for every kind of item, at every instant and to the pixel,
 * without a list of what may be dark or still: a black page, a film's still stretch, a frame that
 * the film itself repeats are the same on both sides, and no fault.
 *
 * What the second drawing cannot know is that a decoder stopped giving frames: it would draw the
 * old one as well. That is asked of what moves itself. */
#include "player/show/proof.h"

#include <string.h>

typedef struct {
    char *item; /* of the occurrence */
    gint64 start_ms, end_ms;
    gboolean moves;
    gint64 own_ms;  /* when its own look is due */
    gint64 next_ms; /* the next look, BT_TIME_MAX: none */
    gboolean taken; /* its own look was */

    gboolean has_last;
    BtFingerprint last;   /* as it was shown at the last look of what moves */
    gint64 same_since_ms; /* it looks the same since */

    BtProofFault fault; /* suspected */
    gint64 since_ms;    /* it is suspected, or right */
    gboolean told;      /* that something is wrong */
    guint round;        /* in which it was on */
} Zone;

struct BtProof {
    GHashTable *zones; /* name → Zone */
    guint round;
};

static void zone_free(gpointer data)
{
    Zone *zone = data;
    g_free(zone->item);
    g_free(zone);
}

BtProof *bt_proof_new(void)
{
    BtProof *proof = g_new0(BtProof, 1);
    proof->zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, zone_free);
    return proof;
}

void bt_proof_free(BtProof *proof)
{
    if (proof == NULL)
        return;
    g_hash_table_unref(proof->zones);
    g_free(proof);
}

const char *bt_proof_word(BtProofFault fault)
{
    static const char *const words[] = { "right", "black", "frozen", "wrong" };
    return words[fault];
}

/* ---- when to look ---- */

static gboolean moves(const BtItem *item)
{
    return item->kind == BT_ITEM_VIDEO || item->kind == BT_ITEM_STREAM;
}

static gboolean is_same(const Zone *zone, const BtOnZone *on)
{
    return zone->item != NULL && zone->start_ms == on->start_ms &&
        g_str_equal(zone->item, on->item->id);
}

static void begin(Zone *zone, const BtOnZone *on, gint64 t_ms)
{
    gint64 from_ms = MAX(t_ms, on->start_ms);
    g_free(zone->item);
    zone->item = g_strdup(on->item->id);
    zone->start_ms = on->start_ms;
    zone->end_ms = on->end_ms;
    zone->moves = moves(on->item);
    zone->own_ms = from_ms + CLAMP((on->end_ms - from_ms) / 2, 0, BT_PROOF_LATEST_MS);
    zone->next_ms = zone->moves ? MIN(zone->own_ms, from_ms + BT_PROOF_AGAIN_MS) : zone->own_ms;
    zone->taken = zone->has_last = FALSE;
}

static void note_zone(BtProof *proof, const BtOnZone *on, gint64 t_ms)
{
    Zone *zone = g_hash_table_lookup(proof->zones, on->zone->id);
    if (zone == NULL) {
        zone = g_new0(Zone, 1);
        g_hash_table_insert(proof->zones, g_strdup(on->zone->id), zone);
    }
    if (!is_same(zone, on))
        begin(zone, on, t_ms);
    zone->round = proof->round;
}

static gboolean is_gone(gpointer name, gpointer zone, gpointer round)
{
    (void)name;
    return ((Zone *)zone)->round != GPOINTER_TO_UINT(round);
}

void bt_proof_update(BtProof *proof, const BtOnAir *on_air, gint64 t_ms)
{
    proof->round++;
    gboolean any = on_air != NULL && on_air->kind == BT_ON_PROGRAMME && on_air->zones != NULL;
    for (guint i = 0; any && i < on_air->zones->len; i++) {
        const BtOnZone *on = &g_array_index(on_air->zones, BtOnZone, i);
        if (on->item != NULL)
            note_zone(proof, on, t_ms);
    }
    g_hash_table_foreach_remove(proof->zones, is_gone, GUINT_TO_POINTER(proof->round));
}

gint64 bt_proof_next_ms(const BtProof *proof)
{
    GHashTableIter iter;
    gpointer data;
    gint64 next_ms = BT_TIME_MAX;
    g_hash_table_iter_init(&iter, proof->zones);
    while (g_hash_table_iter_next(&iter, NULL, &data))
        next_ms = MIN(next_ms, ((const Zone *)data)->next_ms);
    return next_ms;
}

gboolean bt_proof_is_due(const BtProof *proof, const char *zone, gint64 t_ms)
{
    const Zone *found = g_hash_table_lookup(proof->zones, zone);
    return found != NULL && t_ms >= found->next_ms;
}

/* ---- what follows ---- */

static gboolean look_the_same(BtFingerprint a, BtFingerprint b)
{
    return a.hash == b.hash && a.luma == b.luma;
}

static gboolean is_another(BtFingerprint a, BtFingerprint b)
{
    return bt_fingerprint_distance(a.hash, b.hash) > BT_PROOF_WRONG_BITS ||
        ABS((int)a.luma - (int)b.luma) > BT_PROOF_WRONG_LUMA;
}

static void remember(Zone *zone, gint64 t_ms, BtFingerprint shown)
{
    if (!zone->has_last || !look_the_same(zone->last, shown))
        zone->same_since_ms = t_ms;
    zone->has_last = TRUE;
    zone->last = shown;
}

/* What does not change although it is not what is expected any more stands still; what changes and
 * is another picture is wrong. */
static BtProofFault judge(const Zone *zone, gint64 t_ms, const BtProofLook *look)
{
    if (look->late_ms >= BT_PROOF_FROZEN_MS)
        return BT_PROOF_FROZEN;
    if (look->shown.luma <= BT_PROOF_BLACK && look->expected.luma >= BT_PROOF_LIT)
        return BT_PROOF_BLACK_OUT;
    if (!is_another(look->shown, look->expected))
        return BT_PROOF_RIGHT;
    return zone->moves && zone->same_since_ms < t_ms ? BT_PROOF_FROZEN : BT_PROOF_WRONG;
}

static gint64 confirm_ms(BtProofFault fault, const BtProofLook *look)
{
    /* Who waits for a frame has waited. */
    if (fault == BT_PROOF_FROZEN && look->late_ms >= BT_PROOF_FROZEN_MS)
        return 0;
    return fault == BT_PROOF_FROZEN ? BT_PROOF_FROZEN_MS : BT_PROOF_CONFIRM_MS;
}

static void note_right(Zone *zone, gint64 t_ms)
{
    if (zone->fault != BT_PROOF_RIGHT)
        zone->since_ms = t_ms;
    zone->fault = BT_PROOF_RIGHT;
    if (t_ms - zone->since_ms >= BT_PROOF_WELL_MS)
        zone->told = FALSE;
}

/* TRUE when the fault is sure; a zone of which one was told is not believed again so soon. */
static gboolean note_fault(Zone *zone, BtProofFault fault, gint64 t_ms, const BtProofLook *look)
{
    if (fault != zone->fault)
        zone->since_ms = fault == BT_PROOF_FROZEN ? zone->same_since_ms : t_ms;
    zone->fault = fault;
    return zone->told || t_ms - zone->since_ms >= confirm_ms(fault, look);
}

static void plan_next(Zone *zone, gint64 t_ms)
{
    gboolean doubtful = zone->fault != BT_PROOF_RIGHT && !zone->told;
    gint64 again_ms = zone->moves || doubtful ? t_ms + BT_PROOF_AGAIN_MS : BT_TIME_MAX;
    zone->next_ms = zone->taken ? again_ms : MIN(zone->own_ms, again_ms);
}

BtProofVerdict bt_proof_take(BtProof *proof, const char *name, gint64 t_ms, const BtProofLook *look)
{
    BtProofVerdict verdict = { FALSE, BT_PROOF_RIGHT, FALSE };
    Zone *zone = g_hash_table_lookup(proof->zones, name);
    if (zone == NULL)
        return verdict;
    verdict.first = !zone->taken && t_ms >= zone->own_ms;
    zone->taken = zone->taken || verdict.first;
    remember(zone, t_ms, look->shown);
    BtProofFault fault = judge(zone, t_ms, look);
    if (fault == BT_PROOF_RIGHT) {
        note_right(zone, t_ms);
    } else if (note_fault(zone, fault, t_ms, look)) {
        verdict.fault = fault;
        verdict.tell = !zone->told;
        zone->told = TRUE;
    }
    plan_next(zone, t_ms);
    return verdict;
}
