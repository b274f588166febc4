/* Items. Each kind has a set of parts, and each key belongs to a part: one table says which kinds
 * read a key, and the same table tells a key of another kind from one that nobody knows. */
#include "playlists/model/draft.h"
#include "playlists/model/stream.h"

#include <string.h>

#define LINE_MAX_CODE_POINTS 1000 /* issuer, document, qr */
#define DEFAULT_FADE_MS 400
#define DEFAULT_SPEED_PX_S 90

enum {
    PART_COMMON = 1 << 0,
    PART_TEXTS = 1 << 1,
    PART_PICTURE = 1 << 2, /* and the QR code beside it */
    PART_ASSET = 1 << 3,
    PART_FIT = 1 << 4,
    PART_DURATION = 1 << 5,
    PART_SPEED = 1 << 6,
    PART_STREAM = 1 << 7,
    PART_LEVEL = 1 << 8,
    PART_SUBTITLES = 1 << 9,
};

static const struct {
    const char *key;
    guint part;
} keys[] = {
    { "id", PART_COMMON },
    { "kind", PART_COMMON },
    { "issuer", PART_COMMON },
    { "issued_on", PART_COMMON },
    { "document", PART_COMMON },
    { "field", PART_COMMON },
    { "essential", PART_COMMON },
    { "any_time", PART_COMMON },
    { "valid", PART_COMMON },
    { "transition", PART_COMMON },
    { "texts", PART_TEXTS },
    { "picture", PART_PICTURE },
    { "qr", PART_PICTURE },
    { "asset", PART_ASSET },
    { "fit", PART_FIT },
    { "duration_ms", PART_DURATION },
    { "speed_px_s", PART_SPEED },
    { "url", PART_STREAM },
    { "fallback", PART_STREAM },
    { "level", PART_LEVEL },
    { "subtitles", PART_SUBTITLES },
};

static const struct {
    guint parts;
    const char *media;       /* what its asset must be */
    gint64 default_ms;       /* when no duration_ms is written */
    gboolean needs_duration; /* … and there is no default either */
    gboolean may_be_read;    /* its texts may be missing */
} kinds[BT_N_ITEM_KINDS] = {
    [BT_ITEM_TEXT] = { PART_TEXTS | PART_PICTURE | PART_DURATION },
    [BT_ITEM_TICKER] = { PART_TEXTS | PART_SPEED },
    [BT_ITEM_IMAGE] = { PART_ASSET | PART_FIT | PART_DURATION, "image/", 10 * BT_SECOND_MS },
    [BT_ITEM_VIDEO] = { PART_ASSET | PART_FIT | PART_SUBTITLES, "video/" },
    [BT_ITEM_AUDIO] = { PART_ASSET | PART_TEXTS, "audio/", 0, FALSE, TRUE },
    [BT_ITEM_STREAM] = { PART_STREAM | PART_FIT | PART_DURATION | PART_TEXTS, NULL, 0, TRUE, TRUE },
    [BT_ITEM_CLOCK] = { PART_DURATION, NULL, 10 * BT_SECOND_MS },
    [BT_ITEM_ALERT] = { PART_TEXTS | PART_PICTURE | PART_DURATION | PART_LEVEL, NULL,
        20 * BT_SECOND_MS },
};

/* ---- keys ---- */

static guint part_of_key(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].key, key) == 0)
            return keys[i].part;
    return 0;
}

static void note_keys(BtDraft *draft, const BtJsonAt *object, BtItemKind kind)
{
    guint parts = PART_COMMON | kinds[kind].parts;
    void *iter = NULL;
    BtJsonAt member;
    while (bt_json_next_member(object, &iter, &member)) {
        guint part = part_of_key(member.key);
        if (part == 0 && !g_str_has_prefix(member.key, "x-"))
            bt_draft_note(draft, &member, "unknown key: ignored");
        else if (part != 0 && !(part & parts))
            bt_draft_note(
                draft, &member, "not a key of kind \"%s\": ignored", bt_item_kind_name(kind));
    }
}

/* ---- texts ---- */

static gboolean check_other_lang(
    const BtJsonAt *at, const char *lang, const char *other, GError **error)
{
    return g_ascii_strcasecmp(other, lang) != 0 ||
        bt_json_fail(at, BT_ERROR_INVALID, error,
            "language \"%s\" comes twice: expected each language once", lang);
}

static gboolean check_new_lang(
    const GPtrArray *texts, const BtJsonAt *at, const char *lang, GError **error)
{
    for (guint i = 0; i < texts->len; i++)
        if (!check_other_lang(at, lang, ((const BtText *)g_ptr_array_index(texts, i))->lang, error))
            return FALSE;
    return TRUE;
}

typedef struct {
    BtDraft *draft;
    GPtrArray *texts;
    gboolean ticker;
} TextsReader;

/* Only Han is written in columns, and only where there is room for columns. */
static gboolean read_writing(
    const TextsReader *reader, const BtJsonAt *object, BtText *text, GError **error)
{
    static const char *const words[] = { "horizontal", "vertical", NULL };
    BtJsonAt at;
    guint word = 0;
    if (!bt_json_member(object, "writing", &at))
        return TRUE;
    if (!bt_json_read_word(&at, words, &word, error))
        return FALSE;
    text->vertical = word == 1;
    if (text->vertical && !bt_lang_is_han(text->lang))
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "language \"%s\" is not written in columns: expected \"horizontal\", or a language in "
            "Han such as vi-Hani",
            text->lang);
    if (text->vertical && reader->ticker)
        bt_draft_note(reader->draft, &at, "a ticker runs in one line: ignored");
    text->vertical &= !reader->ticker;
    return TRUE;
}

static gboolean read_text(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "lang", "title", "body", "writing", NULL };
    TextsReader *reader = user;
    g_autoptr(BtText) text = g_new0(BtText, 1);
    BtJsonAt lang;
    if (!bt_json_read_object(at, error) || !bt_json_require(at, "lang", &lang, error) ||
        !bt_read_lang(&lang, &text->lang, error) ||
        !check_new_lang(reader->texts, &lang, text->lang, error) ||
        !bt_read_string_or_none(at, "title", BT_TEXT_MAX_CODE_POINTS, &text->title, error) ||
        !bt_read_string_or_none(at, "body", BT_TEXT_MAX_CODE_POINTS, &text->body, error) ||
        !read_writing(reader, at, text, error))
        return FALSE;
    if (text->title[0] == '\0' && text->body[0] == '\0')
        return bt_json_fail(
            at, BT_ERROR_INVALID, error, "there is no text: expected a title, a body or both");
    bt_draft_note_unknown(reader->draft, at, known);
    g_ptr_array_add(reader->texts, g_steal_pointer(&text));
    return TRUE;
}

static gboolean read_texts(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    BtJsonAt at;
    if (kinds[item->kind].may_be_read && !bt_json_member(object, "texts", &at))
        return TRUE;
    return bt_read_each(object, "texts", 1, BT_ITEM_MAX_TEXTS, read_text,
        &(TextsReader){ draft, item->texts, item->kind == BT_ITEM_TICKER }, error);
}

/* ---- assets ---- */

static gboolean find_any_asset(
    BtDraft *draft, const BtJsonAt *at, const BtAsset **asset, GError **error)
{
    const char *sha256 = bt_json_read_sha256(at, error);
    if (!sha256)
        return FALSE;
    *asset = g_hash_table_lookup(draft->manifest->assets, sha256);
    return *asset ||
        bt_json_fail(at, BT_ERROR_INVALID, error,
            "this asset is not in \"assets\": expected the hash of one that is");
}

static gboolean find_asset(
    BtDraft *draft, const BtJsonAt *at, const char *media, const BtAsset **asset, GError **error)
{
    if (!find_any_asset(draft, at, asset, error))
        return FALSE;
    if (g_ascii_strncasecmp((*asset)->type, media, strlen(media)) != 0)
        return bt_json_fail(at, BT_ERROR_INVALID, error, "this asset is of type %s: expected %s…",
            (*asset)->type, media);
    return TRUE;
}

static gboolean find_asset_or_none(BtDraft *draft, const BtJsonAt *object, const char *key,
    const char *media, const BtAsset **asset, GError **error)
{
    BtJsonAt at;
    return !bt_json_member(object, key, &at) || find_asset(draft, &at, media, asset, error);
}

static gboolean read_asset(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, "asset", &at, error) ||
        !find_asset(draft, &at, kinds[item->kind].media, &item->asset, error))
        return FALSE;
    if (item->kind != BT_ITEM_IMAGE && item->asset->duration_ms == 0)
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "this asset has no duration_ms: expected one, since the item is %s",
            item->kind == BT_ITEM_VIDEO ? "a video" : "audio");
    return TRUE;
}

static gboolean read_picture(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    return find_asset_or_none(draft, object, "picture", "image/", &item->picture, error) &&
        bt_read_string_or_none(object, "qr", LINE_MAX_CODE_POINTS, &item->qr, error);
}

/* ---- subtitles ---- */

static gboolean find_subtitles(
    BtDraft *draft, const BtJsonAt *at, const BtAsset **asset, GError **error)
{
    if (!find_any_asset(draft, at, asset, error))
        return FALSE;
    if (g_ascii_strcasecmp((*asset)->type, "application/x-subrip") != 0 &&
        g_ascii_strcasecmp((*asset)->type, "text/vtt") != 0)
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this asset is of type %s: expected application/x-subrip or text/vtt", (*asset)->type);
    if ((*asset)->size_bytes > BT_SUBTITLES_MAX_BYTES)
        return bt_json_fail(at, BT_ERROR_LIMIT, error,
            "subtitles of %" G_GUINT64_FORMAT " bytes: expected at most %d", (*asset)->size_bytes,
            BT_SUBTITLES_MAX_BYTES);
    return TRUE;
}

typedef struct {
    BtDraft *draft;
    GPtrArray *subtitles;
} SubtitlesReader;

static gboolean read_one_language(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "lang", "asset", NULL };
    SubtitlesReader *reader = user;
    g_autoptr(BtSubtitles) subtitles = g_new0(BtSubtitles, 1);
    BtJsonAt lang, asset;
    if (!bt_json_read_object(at, error) || !bt_json_require(at, "lang", &lang, error) ||
        !bt_read_lang(&lang, &subtitles->lang, error) ||
        !bt_json_require(at, "asset", &asset, error) ||
        !find_subtitles(reader->draft, &asset, &subtitles->asset, error))
        return FALSE;
    for (guint i = 0; i < reader->subtitles->len; i++) {
        const BtSubtitles *other = g_ptr_array_index(reader->subtitles, i);
        if (!check_other_lang(&lang, subtitles->lang, other->lang, error))
            return FALSE;
    }
    bt_draft_note_unknown(reader->draft, at, known);
    g_ptr_array_add(reader->subtitles, g_steal_pointer(&subtitles));
    return TRUE;
}

static gboolean read_subtitles(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    return bt_read_each(object, "subtitles", 0, BT_ITEM_MAX_SUBTITLES, read_one_language,
        &(SubtitlesReader){ draft, item->subtitles }, error);
}

/* ---- streams ---- */

static gboolean read_stream(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    BtJsonAt at;
    if (!bt_read_string(object, "url", BT_STREAM_URL_MAX_BYTES, &item->url, error) ||
        !bt_json_member(object, "url", &at))
        return FALSE;
    g_auto(BtStreamUrl) url = { 0 };
    g_autoptr(GError) failure = NULL;
    if (!bt_stream_url_parse(item->url, &url, &failure))
        return bt_json_fail(&at, BT_ERROR_INVALID, error, "%s", failure->message);
    return find_asset_or_none(draft, object, "fallback", "image/", &item->fallback, error);
}

/* ---- durations and transitions ---- */

static gboolean read_duration(const BtJsonAt *object, BtItem *item, GError **error)
{
    BtJsonAt at;
    item->duration_ms = kinds[item->kind].default_ms;
    if (item->asset && item->kind != BT_ITEM_IMAGE)
        item->duration_ms = MAX(BT_ITEM_MIN_MS, item->asset->duration_ms);
    if (!(kinds[item->kind].parts & PART_DURATION))
        return TRUE;
    if (!bt_json_member(object, "duration_ms", &at))
        return !kinds[item->kind].needs_duration ||
            bt_json_require(object, "duration_ms", &at, error);
    return bt_json_read_int(&at, BT_ITEM_MIN_MS, BT_ITEM_MAX_MS, &item->duration_ms, error);
}

/* The least the item can last, wherever it is shown. */
static gint64 least_duration_ms(const BtItem *item)
{
    if (item->duration_ms > 0)
        return item->duration_ms;
    return item->kind == BT_ITEM_TEXT ? 5 * BT_SECOND_MS : BT_ITEM_MIN_MS;
}

static gboolean read_transition(
    BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    static const char *const words[] = { "cut", "fade", NULL };
    static const char *const known[] = { "kind", "ms", NULL };
    BtJsonAt at, kind;
    guint word;
    int ms = DEFAULT_FADE_MS;
    if (!bt_json_member(object, "transition", &at))
        return TRUE;
    if (!bt_json_read_object(&at, error) || !bt_json_require(&at, "kind", &kind, error) ||
        !bt_json_read_word(&kind, words, &word, error) ||
        !bt_read_int_or_keep(&at, "ms", 0, BT_TRANSITION_MAX_MS, &ms, error))
        return FALSE;
    bt_draft_note_unknown(draft, &at, known);
    item->transition = (BtTransition)word;
    if (item->transition == BT_TRANSITION_FADE)
        item->transition_ms = MIN(ms, least_duration_ms(item) / 2);
    return TRUE;
}

static gboolean read_valid(BtDraft *draft, const BtJsonAt *object, BtItem *item, GError **error)
{
    static const char *const known[] = { "from", "until", NULL };
    BtJsonAt at;
    item->valid_from_ms = BT_TIME_MIN;
    item->valid_until_ms = BT_TIME_MAX;
    if (!bt_json_member(object, "valid", &at))
        return TRUE;
    if (!bt_json_read_object(&at, error) ||
        !bt_read_time_or_keep(&at, "from", &item->valid_from_ms, error) ||
        !bt_read_time_or_keep(&at, "until", &item->valid_until_ms, error))
        return FALSE;
    bt_draft_note_unknown(draft, &at, known);
    if (item->valid_from_ms >= item->valid_until_ms)
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "\"until\" is not after \"from\": expected a later instant");
    return TRUE;
}

/* ---- the whole item ---- */

static gboolean read_issued_on(const BtJsonAt *object, BtItem *item, GError **error)
{
    gint32 day = 0;
    return bt_read_day_or_keep(object, "issued_on", &day, error) &&
        bt_read_string_or_none(object, "issued_on", G_MAXSIZE, &item->issued_on, error);
}

static gboolean read_common(BtDraft *draft, const BtJsonAt *at, BtItem *item, GError **error)
{
    return bt_read_string_or_none(at, "issuer", LINE_MAX_CODE_POINTS, &item->issuer, error) &&
        read_issued_on(at, item, error) &&
        bt_read_string_or_none(at, "document", LINE_MAX_CODE_POINTS, &item->document, error) &&
        bt_read_int_or_keep(at, "field", 1, 6, &item->field, error) &&
        bt_read_bool_or_keep(at, "essential", &item->essential, error) &&
        bt_read_bool_or_keep(at, "any_time", &item->any_time, error) &&
        read_valid(draft, at, item, error);
}

static gboolean read_level(const BtJsonAt *at, BtItem *item, GError **error)
{
    gint64 level;
    if (!bt_read_int(at, "level", 0, 5, &level, error))
        return FALSE;
    item->level = (int)level;
    return TRUE;
}

static gboolean read_speed(const BtJsonAt *at, BtItem *item, GError **error)
{
    item->speed_px_s = DEFAULT_SPEED_PX_S;
    return bt_read_int_or_keep(at, "speed_px_s", 10, 1000, &item->speed_px_s, error);
}

static gboolean read_fit(const BtJsonAt *at, BtItem *item, GError **error)
{
    static const char *const words[] = { "contain", "cover", NULL };
    guint word = BT_FIT_CONTAIN;
    if (!bt_read_word_or_keep(at, "fit", words, &word, error))
        return FALSE;
    item->fit = (BtFit)word;
    return TRUE;
}

static gboolean read_parts(BtDraft *draft, const BtJsonAt *at, BtItem *item, GError **error)
{
    guint parts = kinds[item->kind].parts;
    return (!(parts & PART_TEXTS) || read_texts(draft, at, item, error)) &&
        (!(parts & PART_PICTURE) || read_picture(draft, at, item, error)) &&
        (!(parts & PART_ASSET) || read_asset(draft, at, item, error)) &&
        (!(parts & PART_FIT) || read_fit(at, item, error)) &&
        (!(parts & PART_SPEED) || read_speed(at, item, error)) &&
        (!(parts & PART_STREAM) || read_stream(draft, at, item, error)) &&
        (!(parts & PART_LEVEL) || read_level(at, item, error)) &&
        (!(parts & PART_SUBTITLES) || read_subtitles(draft, at, item, error)) &&
        read_duration(at, item, error) && read_transition(draft, at, item, error);
}

/* FALSE without an error: a kind that nobody knows here. */
static gboolean read_kind(const BtJsonAt *object, BtItemKind *kind, GError **error)
{
    BtJsonAt at;
    if (!bt_json_require(object, "kind", &at, error))
        return FALSE;
    const char *name = bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, error);
    if (!name)
        return FALSE;
    for (guint i = 0; i < BT_N_ITEM_KINDS; i++) {
        if (strcmp(bt_item_kind_name((BtItemKind)i), name) != 0)
            continue;
        *kind = (BtItemKind)i;
        return TRUE;
    }
    return FALSE;
}

static BtItem *item_new(void)
{
    BtItem *item = g_new0(BtItem, 1);
    item->texts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_text_free);
    item->subtitles = g_ptr_array_new_with_free_func((GDestroyNotify)bt_subtitles_free);
    item->url = g_strdup("");
    item->qr = g_strdup("");
    return item;
}

/* An item that stands before it, here or in another playlist. One that was left out is left out
 * here too, and was noted there. */
static gboolean read_named(BtDraft *draft, const BtJsonAt *at, BtPlaylist *playlist, GError **error)
{
    g_autofree char *id = NULL;
    if (!bt_read_id_here(at, &id, error))
        return FALSE;
    BtItem *item = g_hash_table_lookup(draft->written, id);
    if (item)
        g_ptr_array_add(playlist->items, item);
    else if (!g_hash_table_contains(draft->items, id))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "there is no item \"%s\" before this: expected an item, or the id of one before", id);
    return TRUE;
}

gboolean bt_draft_read_item(
    BtDraft *draft, const BtJsonAt *at, BtPlaylist *playlist, GError **error)
{
    g_autoptr(BtItem) item = item_new();
    g_autoptr(GError) wrong = NULL;
    if (bt_json_is_string(at))
        return read_named(draft, at, playlist, error);
    if (!bt_json_read_object(at, error) || !bt_read_new_id(at, draft->items, &item->id, error))
        return FALSE;
    if (!read_kind(at, &item->kind, &wrong)) {
        if (wrong) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return FALSE;
        }
        bt_draft_note(draft, at, "the kind of item \"%s\" is not known: left out", item->id);
        return TRUE;
    }
    item->list = draft->manifest->playlists->len;
    item->index = (guint)at->index;
    note_keys(draft, at, item->kind);
    if (!read_common(draft, at, item, error) || !read_parts(draft, at, item, error))
        return FALSE;
    g_hash_table_insert(draft->written, item->id, item);
    g_ptr_array_add(playlist->items, item);
    g_ptr_array_add(draft->manifest->items, g_steal_pointer(&item));
    return TRUE;
}
