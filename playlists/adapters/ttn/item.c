/* One bulletin as an item. What cannot be shown as what it is, since its media is not here or
 * cannot be had, is shown by its words: the title and the summary that came with it. What is only
 * heard, or is live, has them beside it, to be read meanwhile. */
#include "base/hash.h"
#include "playlists/adapters/ttn/compose.h"
#include "playlists/model/stream.h"

#include <string.h>

#define LINE_MAX_CODE_POINTS 1000
#define ROUNDED_MS (2 * BT_SECOND_MS) /* lengths are said in whole seconds, and not too well */
#define UNKNOWN_MEDIA_MS                                                                           \
    (20 * BT_SECOND_MS) /* of a film without slots, until whoever plays it says how long it is */
#define ENDLESS_STREAM_MS                                                                          \
    BT_HOUR_MS /* one without slots: so often others of its zone have a turn */
#define FIELDS 6

void bt_ttn_problem(GPtrArray *problems, const BtTtnBulletin *bulletin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *id =
        g_utf8_substring(bulletin->id, 0, MIN(g_utf8_strlen(bulletin->id, -1), 64));
    g_ptr_array_add(problems, g_strdup_printf("bulletin \"%s\": %s", id, text));
}

static const BtTtnZone *zone_of(const BtTtnPlaced *placed)
{
    return &g_array_index(placed->layout->zones, BtTtnZone, placed->zone);
}

/* ---- words ---- */

static char *strip(const char *text)
{
    return g_strstrip(g_strdup(text));
}

/* At most `max` code points; what is more is cut at a space where one is near. */
static char *cut_text(
    const BtTtnPlaced *placed, const char *text, glong max, const char *what, GPtrArray *problems)
{
    g_autofree char *whole = strip(text);
    glong length = g_utf8_strlen(whole, -1);
    if (length <= max)
        return g_steal_pointer(&whole);
    bt_ttn_problem(problems, placed->kept->bulletin,
        "its %s has %ld characters and was cut: expected at most %ld", what, length, max);
    g_autofree char *first = g_utf8_substring(whole, 0, max - 1);
    char *space = strrchr(first, ' ');
    if (space && g_utf8_strlen(space, -1) < 40)
        *space = '\0';
    return g_strconcat(first, "…", NULL);
}

/* As the model takes a tag; what is no tag is Vietnamese. */
static const char *lang_of(const BtTtnBulletin *bulletin)
{
    const char *lang = bulletin->lang;
    gboolean sound = strlen(lang) <= BT_ID_MAX_BYTES &&
        g_regex_match_simple("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", lang, 0, 0);
    return sound ? lang : "vi";
}

/* `texts` of one text; NULL when there are no words. */
static BtJson *texts_of(
    const BtTtnPlaced *placed, const char *title, const char *body, GPtrArray *problems)
{
    g_autofree char *head = cut_text(placed, title, BT_TEXT_MAX_CODE_POINTS, "title", problems);
    g_autofree char *rest = cut_text(placed, body, BT_TEXT_MAX_CODE_POINTS, "text", problems);
    if (*head == '\0' && *rest == '\0')
        return NULL;
    BtJson *texts = bt_json_new_array(), *text = bt_json_new_object();
    bt_json_set_string(text, "lang", lang_of(placed->kept->bulletin));
    gboolean same = g_str_equal(head, rest), alone = zone_of(placed)->heads && *head;
    if (*head)
        bt_json_set_string(text, "title", head);
    if (*rest && !same && !alone)
        bt_json_set_string(text, "body", rest);
    bt_json_append(texts, text);
    return texts;
}

static BtJson *own_words(const BtTtnPlaced *placed, GPtrArray *problems)
{
    const BtTtnBulletin *b = placed->kept->bulletin;
    return texts_of(placed, b->title, b->summary, problems);
}

/* ---- lengths ---- */

static gint64 longest_slot_ms(const BtTtnPlaced *placed)
{
    gint64 longest_ms = 0;
    for (guint i = 0; i < placed->windows->len; i++) {
        const BtTtnSlot *slot = &g_array_index(placed->windows, BtTtnSlot, i);
        longest_ms = MAX(longest_ms, slot->until_ms - slot->from_ms);
    }
    return longest_ms;
}

static gint64 clamp_ms(gint64 duration_ms)
{
    return CLAMP(duration_ms, BT_ITEM_MIN_MS, BT_ITEM_MAX_MS);
}

/* What was said of its length, else what it has; where both are nearly the same, what it has, so
 * that a last word is not cut off. */
static gint64 media_ms(const BtTtnPlaced *placed)
{
    gint64 said_ms = placed->kept->bulletin->duration_ms, is_ms = placed->kept->asset_duration_ms;
    if (said_ms > 0 && is_ms > 0 && ABS(said_ms - is_ms) < ROUNDED_MS)
        return clamp_ms(is_ms);
    if (said_ms > 0)
        return clamp_ms(said_ms);
    if (is_ms > 0)
        return clamp_ms(is_ms);
    gint64 slot_ms = longest_slot_ms(placed);
    return slot_ms ? clamp_ms(slot_ms) : UNKNOWN_MEDIA_MS;
}

static gint64 stream_ms(const BtTtnPlaced *placed)
{
    gint64 said_ms = placed->kept->bulletin->duration_ms, slot_ms = longest_slot_ms(placed);
    if (said_ms > 0)
        return clamp_ms(said_ms);
    return slot_ms ? clamp_ms(slot_ms) : ENDLESS_STREAM_MS;
}

/* ---- kinds ---- */

static void set_kind(BtTtnPlaced *placed, BtItemKind kind)
{
    bt_json_set_string(placed->item, "kind", bt_item_kind_name(kind));
}

static gboolean is_urgent(const BtTtnPlaced *placed)
{
    return placed->cls == BT_CLASS_EMERGENCY;
}

/* A warning says in its foot until when it holds. */
static void set_warning(BtTtnPlaced *placed)
{
    const GArray *windows = placed->windows;
    BtJson *valid = bt_json_new_object();
    bt_json_set_time(valid, "until", g_array_index(windows, BtTtnSlot, windows->len - 1).until_ms);
    bt_json_set_int(placed->item, "level", 0);
    bt_json_set(placed->item, "valid", valid);
}

/* Words on a page, as a warning when they are urgent, and in one line where texts run. */
static gboolean show_words(BtTtnPlaced *placed, BtJson *texts, GPtrArray *problems)
{
    gint64 said_ms = placed->kept->bulletin->duration_ms;
    if (!texts) {
        bt_ttn_problem(problems, placed->kept->bulletin,
            "there is nothing to read in it: expected a title, a summary or a text");
        return FALSE;
    }
    set_kind(placed,
        zone_of(placed)->runs   ? BT_ITEM_TICKER
            : is_urgent(placed) ? BT_ITEM_ALERT
                                : BT_ITEM_TEXT);
    bt_json_set(placed->item, "texts", texts);
    if (!zone_of(placed)->runs && is_urgent(placed))
        set_warning(placed);
    if (!zone_of(placed)->runs && said_ms > 0 && placed->kept->bulletin->kind == BT_TTN_TEXT)
        bt_json_set_int(placed->item, "duration_ms", clamp_ms(said_ms));
    return TRUE;
}

static gboolean has_media(const BtTtnPlaced *placed, const char *kind)
{
    const BtTtnKept *kept = placed->kept;
    return kept->asset && !placed->other && !kept->media_failed && bt_hash_is_hex(kept->asset) &&
        kept->asset_bytes > 0 && kept->asset_bytes <= BT_ASSET_MAX_BYTES && kept->asset_type &&
        g_str_has_prefix(kept->asset_type, kind) &&
        g_regex_match_simple("^[a-z]+/[A-Za-z0-9!#$&^_.+-]{1,100}$", kept->asset_type, 0, 0);
}

static void set_asset(BtTtnPlaced *placed, gint64 duration_ms)
{
    placed->asset = bt_json_new_object();
    bt_json_set_int(placed->asset, "size", (gint64)placed->kept->asset_bytes);
    bt_json_set_string(placed->asset, "type", placed->kept->asset_type);
    if (duration_ms)
        bt_json_set_int(placed->asset, "duration_ms", duration_ms);
    bt_json_set_string(placed->item, "asset", placed->kept->asset);
}

static void show_image(BtTtnPlaced *placed)
{
    gint64 said_ms = placed->kept->bulletin->duration_ms;
    set_kind(placed, BT_ITEM_IMAGE);
    set_asset(placed, 0);
    if (said_ms > 0)
        bt_json_set_int(placed->item, "duration_ms", clamp_ms(said_ms));
}

static void show_audio(BtTtnPlaced *placed, GPtrArray *problems)
{
    BtJson *texts = own_words(placed, problems);
    set_kind(placed, BT_ITEM_AUDIO);
    set_asset(placed, media_ms(placed));
    if (texts)
        bt_json_set(placed->item, "texts", texts);
}

static void show_stream(BtTtnPlaced *placed, const char *url, GPtrArray *problems)
{
    BtJson *texts = own_words(placed, problems);
    set_kind(placed, BT_ITEM_STREAM);
    bt_json_set_string(placed->item, "url", url);
    bt_json_set_int(placed->item, "duration_ms", stream_ms(placed));
    if (texts)
        bt_json_set(placed->item, "texts", texts);
}

/* A live stream, or what a radio sends where it is sent over the network too. */
static gboolean show_live(BtTtnPlaced *placed, GPtrArray *problems)
{
    const BtTtnBulletin *b = placed->kept->bulletin;
    g_autofree char *address = strip(b->content);
    g_auto(BtStreamUrl) url = { 0 };
    g_autoptr(GError) error = NULL;
    if (bt_stream_url_parse(address, &url, &error)) {
        show_stream(placed, address, problems);
        return TRUE;
    }
    if (b->kind == BT_TTN_FM) {
        bt_ttn_problem(
            problems, b, "a board has no radio, and its address is no stream: %s", error->message);
        return FALSE;
    }
    bt_ttn_problem(problems, b, "it is shown as text: %s", error->message);
    return show_words(placed, own_words(placed, problems), problems);
}

static gboolean show(BtTtnPlaced *placed, GPtrArray *problems)
{
    const BtTtnBulletin *b = placed->kept->bulletin;
    switch (b->kind) {
    case BT_TTN_TEXT:
        return show_words(placed,
            texts_of(placed, b->title, *b->content ? b->content : b->summary, problems), problems);
    case BT_TTN_STREAM:
    case BT_TTN_FM:
        return show_live(placed, problems);
    case BT_TTN_IMAGE:
        if (!has_media(placed, "image/"))
            break;
        show_image(placed);
        return TRUE;
    case BT_TTN_AUDIO:
        if (!has_media(placed, "audio/"))
            break;
        show_audio(placed, problems);
        return TRUE;
    case BT_TTN_VIDEO:
        if (!has_media(placed, "video/"))
            break;
        set_kind(placed, BT_ITEM_VIDEO);
        set_asset(placed, media_ms(placed));
        return TRUE;
    }
    return show_words(placed, own_words(placed, problems), problems);
}

/* ---- the whole item ---- */

/* A headline has no room for a foot. */
static void set_source(BtTtnPlaced *placed, GTimeZone *timezone, GPtrArray *problems)
{
    const BtTtnBulletin *b = placed->kept->bulletin;
    g_autofree char *issuer = cut_text(placed, b->author, LINE_MAX_CODE_POINTS, "author", problems);
    if (*issuer && !zone_of(placed)->heads)
        bt_json_set_string(placed->item, "issuer", issuer);
    g_autoptr(GDateTime) utc =
        b->made_ms > 0 ? g_date_time_new_from_unix_utc(b->made_ms / 1000) : NULL;
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, timezone) : NULL;
    g_autofree char *day = local ? g_date_time_format(local, "%Y-%m-%d") : NULL;
    if (day && !zone_of(placed)->heads && strlen(day) == strlen("2026-11-22"))
        bt_json_set_string(placed->item, "issued_on", day);
    if (b->field >= 1 && b->field <= FIELDS)
        bt_json_set_int(placed->item, "field", b->field);
}

static gsize text_bytes(const BtJson *json)
{
    g_autofree char *text = json ? bt_json_to_text(json, FALSE) : NULL;
    return text ? strlen(text) : 0;
}

gboolean bt_ttn_place_item(BtTtnPlaced *placed, GTimeZone *timezone, GPtrArray *problems)
{
    placed->item = bt_json_new_object();
    bt_json_set_string(placed->item, "id", placed->id);
    if (!show(placed, problems))
        return FALSE;
    set_source(placed, timezone, problems);
    placed->size_bytes = text_bytes(placed->item) + text_bytes(placed->asset);
    return TRUE;
}

void bt_ttn_placed_free(BtTtnPlaced *placed)
{
    g_clear_pointer(&placed->item, bt_json_unref);
    g_clear_pointer(&placed->asset, bt_json_unref);
    g_clear_pointer(&placed->windows, g_array_unref);
    g_free(placed->id);
    g_free(placed);
}
