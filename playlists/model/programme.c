/* Programmes: which playlists fill which zones, in which class, and when. */
#include "playlists/model/draft.h"

#include <string.h>

#define ALL_DAYS 0x7fu

/* ---- when ---- */

static gboolean read_weekday(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
    guint *days = user, day;
    if (!bt_json_read_word(at, words, &day, error))
        return FALSE;
    *days |= 1u << day;
    return TRUE;
}

static gboolean read_weekdays(const BtJsonAt *object, guint *days, GError **error)
{
    BtJsonAt at;
    if (!bt_json_member(object, "days", &at))
        return TRUE;
    *days = 0;
    return bt_read_each(object, "days", 1, 7, read_weekday, days, error);
}

static gboolean check_days_in_order(const BtJsonAt *at, const BtWhen *when, GError **error)
{
    if (when->from_day == 0 || when->until_day == 0 || when->from_day <= when->until_day)
        return TRUE;
    return bt_json_fail(
        at, BT_ERROR_INVALID, error, "\"until\" is before \"from\": expected a day on or after it");
}

/* ---- slots: absolute windows, in place of days and times ---- */

static gboolean find_zone(const BtLayout *layout, const BtJsonAt *at, guint *index, GError **error)
{
    for (guint i = 0; i < layout->zones->len; i++) {
        const BtZone *zone = g_ptr_array_index(layout->zones, i);
        if (strcmp(zone->id, at->key) != 0)
            continue;
        *index = i;
        return TRUE;
    }
    return bt_json_fail(at, BT_ERROR_INVALID, error,
        "layout \"%s\" has no zone of this name: expected one of its zones", layout->id);
}

typedef struct {
    BtDraft *draft;
    BtProgramme *programme;
} SlotsReader;

static void slot_clear(gpointer data)
{
    g_free(((BtWhenSlot *)data)->since_ms);
}

static gboolean check_rises(
    const BtJsonAt *at, const GArray *slots, const BtWhenSlot *slot, GError **error)
{
    if (slot->until_ms <= slot->from_ms)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "the slot ends before it begins: expected an end after its start");
    if (slots->len == 0 ||
        slot->from_ms >= g_array_index(slots, BtWhenSlot, slots->len - 1).until_ms)
        return TRUE;
    return bt_json_fail(at, BT_ERROR_INVALID, error,
        "the slot begins before the one before it ends: expected them in order, none overlapping");
}

/* From when one zone counts. */
static gboolean read_since_of(
    const BtJsonAt *at, const BtProgramme *programme, BtWhenSlot *slot, GError **error)
{
    guint zone = 0;
    gint64 since_ms;
    if (!find_zone(programme->layout, at, &zone, error))
        return FALSE;
    if (!programme->playlists[zone])
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "the programme does not fill this zone: expected one that it fills");
    if (!bt_json_read_time(at, &since_ms, error))
        return FALSE;
    if (since_ms > slot->from_ms)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this is after the start of the slot: expected a time not after it");
    slot->since_ms[zone] = since_ms;
    return TRUE;
}

static gboolean read_since(
    const BtJsonAt *zones, const BtProgramme *programme, BtWhenSlot *slot, GError **error)
{
    guint n = programme->layout->zones->len;
    void *iter = NULL;
    BtJsonAt at;
    if (!bt_json_read_object(zones, error))
        return FALSE;
    slot->since_ms = g_new(gint64, n);
    for (guint z = 0; z < n; z++)
        slot->since_ms[z] = slot->from_ms;
    while (bt_json_next_member(zones, &iter, &at))
        if (!read_since_of(&at, programme, slot, error))
            return FALSE;
    return TRUE;
}

static gboolean read_slot(const BtJsonAt *at, gpointer user, GError **error)
{
    SlotsReader *reader = user;
    GArray *slots = reader->programme->when.slots;
    BtWhenSlot slot = { 0 };
    if (!bt_json_read_array(at, G_MAXSIZE, error))
        return FALSE;
    gsize length = bt_json_length(at);
    if (length < 2 || length > 3)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "%" G_GSIZE_FORMAT " elements: expected [from, until] or [from, until, {zone: time}]",
            length);
    BtJsonAt from = bt_json_element(at, 0), until = bt_json_element(at, 1);
    if (!bt_json_read_time(&from, &slot.from_ms, error) ||
        !bt_json_read_time(&until, &slot.until_ms, error) || !check_rises(at, slots, &slot, error))
        return FALSE;
    if (++reader->draft->n_slots > BT_MANIFEST_MAX_SLOTS)
        return bt_json_fail(at, BT_ERROR_LIMIT, error,
            "more than %d slots in all programmes: expected at most %d", BT_MANIFEST_MAX_SLOTS,
            BT_MANIFEST_MAX_SLOTS);
    g_array_append_val(slots, slot);
    BtJsonAt since = bt_json_element(at, length - 1);
    return length == 2 ||
        read_since(
            &since, reader->programme, &g_array_index(slots, BtWhenSlot, slots->len - 1), error);
}

static gboolean check_slots_stand_alone(const BtJsonAt *when, GError **error)
{
    static const char *const others[] = { "from", "until", "days", "times" };
    BtJsonAt at;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (bt_json_member(when, others[i], &at))
            return bt_json_fail(&at, BT_ERROR_INVALID, error,
                "\"slots\" says when already: expected one or the other");
    return TRUE;
}

static gboolean read_slots(
    BtDraft *draft, const BtJsonAt *when, BtProgramme *programme, GError **error)
{
    BtJsonAt at;
    return !bt_json_member(when, "slots", &at) ||
        (check_slots_stand_alone(when, error) &&
            bt_read_each(when, "slots", 1, BT_SLOTS_MAX, read_slot,
                &(SlotsReader){ draft, programme }, error));
}

/* ---- */

/* Once the layout and the zones that are filled are known. */
static gboolean read_when(
    BtDraft *draft, const BtJsonAt *object, BtProgramme *programme, GError **error)
{
    static const char *const known[] = { "from", "until", "days", "times", "slots", NULL };
    BtWhen *when = &programme->when;
    BtJsonAt at;
    if (!bt_json_member(object, "when", &at))
        return TRUE;
    if (!bt_json_read_object(&at, error))
        return FALSE;
    bt_draft_note_unknown(draft, &at, known);
    return bt_read_day_or_keep(&at, "from", &when->from_day, error) &&
        bt_read_day_or_keep(&at, "until", &when->until_day, error) &&
        check_days_in_order(&at, when, error) && read_weekdays(&at, &when->days, error) &&
        bt_read_times(&at, "times", when->times, error) && read_slots(draft, &at, programme, error);
}

/* ---- zones ---- */

static gboolean find_named(
    GHashTable *things, const BtJsonAt *at, const char *what, gconstpointer *thing, GError **error)
{
    g_autofree char *id = NULL;
    if (!bt_read_id_here(at, &id, error))
        return FALSE;
    *thing = g_hash_table_lookup(things, id);
    if (!*thing)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "there is no %s \"%s\": expected the id of one in this document", what, id);
    return TRUE;
}

static gboolean read_filled_zones(
    BtDraft *draft, const BtJsonAt *object, BtProgramme *programme, GError **error)
{
    BtJsonAt zones, at;
    void *iter = NULL;
    if (!bt_json_require(object, "zones", &zones, error) || !bt_json_read_object(&zones, error))
        return FALSE;
    if (bt_json_length(&zones) == 0)
        return bt_json_fail(
            &zones, BT_ERROR_INVALID, error, "no zone is filled: expected one or more");
    programme->playlists = g_new0(const BtPlaylist *, programme->layout->zones->len);
    while (bt_json_next_member(&zones, &iter, &at)) {
        guint index = 0;
        gconstpointer playlist;
        if (!find_zone(programme->layout, &at, &index, error) ||
            !find_named(draft->playlists, &at, "playlist", &playlist, error))
            return FALSE;
        programme->playlists[index] = playlist;
    }
    return TRUE;
}

/* ---- programmes ---- */

static gboolean read_layout_of(
    BtDraft *draft, const BtJsonAt *object, BtProgramme *programme, GError **error)
{
    BtJsonAt at;
    gconstpointer layout;
    if (!bt_json_require(object, "layout", &at, error) ||
        !find_named(draft->layouts, &at, "layout", &layout, error))
        return FALSE;
    programme->layout = layout;
    return TRUE;
}

static gboolean read_class(const BtJsonAt *object, BtClass *cls, GError **error)
{
    const char *words[BT_N_CLASSES + 1] = { NULL };
    guint value = BT_CLASS_ORDINARY;
    for (guint i = 0; i < BT_N_CLASSES; i++)
        words[i] = bt_class_name((BtClass)i);
    if (!bt_read_word_or_keep(object, "class", words, &value, error))
        return FALSE;
    *cls = (BtClass)value;
    return TRUE;
}

static gboolean check_new_id(
    const BtManifest *manifest, const BtJsonAt *at, const char *id, GError **error)
{
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *other = g_ptr_array_index(manifest->programmes, i);
        if (strcmp(other->id, id) == 0)
            return bt_json_fail(
                at, BT_ERROR_INVALID, error, "\"%s\" is used twice: expected an id of its own", id);
    }
    return TRUE;
}

static gboolean read_programme(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "layout", "class", "weight", "rehearsal", "zones",
        "when", NULL };
    BtDraft *draft = user;
    g_autoptr(BtProgramme) programme = g_new0(BtProgramme, 1);
    programme->weight = 1;
    programme->when.days = ALL_DAYS;
    programme->when.times = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    programme->when.slots = g_array_new(FALSE, FALSE, sizeof(BtWhenSlot));
    g_array_set_clear_func(programme->when.slots, slot_clear);
    programme->index = draft->manifest->programmes->len;
    if (!bt_json_read_object(at, error) || !bt_read_id(at, "id", &programme->id, error) ||
        !check_new_id(draft->manifest, at, programme->id, error) ||
        !read_layout_of(draft, at, programme, error) || !read_class(at, &programme->cls, error) ||
        !bt_read_int_or_keep(at, "weight", 1, 100, &programme->weight, error) ||
        !bt_read_bool_or_keep(at, "rehearsal", &programme->rehearsal, error) ||
        !read_filled_zones(draft, at, programme, error) || !read_when(draft, at, programme, error))
        return FALSE;
    bt_draft_note_unknown(draft, at, known);
    g_ptr_array_add(draft->manifest->programmes, g_steal_pointer(&programme));
    return TRUE;
}

gboolean bt_draft_read_programmes(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    BtJsonAt at;
    return bt_json_require(root, "programmes", &at, error) &&
        bt_read_each(
            root, "programmes", 0, BT_MANIFEST_MAX_PROGRAMMES, read_programme, draft, error);
}
