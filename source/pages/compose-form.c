/* From the fields of the form to what is kept: an item of a manifest without its id. */
#include "source/pages/compose.h"

#include "base/error.h"
#include "fonts/legacy.h"
#include "playlists/model/manifest.h"
#include "source/pages/languages.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_CHARS 1000 /* of issuer, document and address, as the format says */

void bt_composed_clear(BtComposed *composed)
{
    g_clear_pointer(&composed->area, g_free);
    g_clear_pointer(&composed->body, bt_json_unref);
    g_clear_pointer(&composed->targets, bt_json_unref);
}

static gboolean refuse(GError **error, BtError code, const char *words)
{
    g_set_error(error, BT_ERROR, code, "%s", words);
    return FALSE;
}

/* ---- words ---- */

static gboolean is_short(const char *text, glong max_chars, GError **error)
{
    return g_utf8_strlen(text, -1) <= max_chars ||
        refuse(error, BT_ERROR_LIMIT,
            _("A text is too long: 10,000 characters at the most, 1,000 "
              "in a line. Shorten it, or make two notices of it."));
}

/* By the button that stands at the warning about old encodings. */
static gboolean wants_unicode(const BtVisit *visit)
{
    return strcmp(bt_visit_field(visit, "do"), "unicode") == 0;
}

static void take_over(char **text, BtLegacy encoding)
{
    char *converted = bt_legacy_convert(*text, encoding);
    g_free(*text);
    *text = converted;
}

/* Absent when it is empty. */
static gboolean put_line(
    const BtVisit *visit, BtJson *body, const char *field, const char *key, GError **error)
{
    g_autofree char *line = g_strstrip(g_strdup(bt_visit_field(visit, field)));
    if (wants_unicode(visit))
        take_over(&line, bt_legacy_detect(line).encoding);
    if (!is_short(line, LINE_MAX_CHARS, error))
        return FALSE;
    if (*line != '\0')
        bt_json_set_string(body, key, line);
    return TRUE;
}

/* Title and body were typed with one font: together they show which it was. */
static void take_over_both(char **title, char **body)
{
    g_autofree char *both = g_strdup_printf("%s\n%s", *title, *body);
    BtLegacy encoding = bt_legacy_detect(both).encoding;
    take_over(title, encoding);
    take_over(body, encoding);
}

static gboolean put_text(
    const BtVisit *visit, BtJson *texts, GHashTable *seen, guint k, GError **error)
{
    char lang_field[32], title_field[32], body_field[32];
    g_snprintf(lang_field, sizeof lang_field, "lang-%u", k);
    g_snprintf(title_field, sizeof title_field, "title-%u", k);
    g_snprintf(body_field, sizeof body_field, "body-%u", k);
    const char *lang = bt_visit_field(visit, lang_field);
    g_autofree char *title = g_strstrip(g_strdup(bt_visit_field(visit, title_field)));
    g_autofree char *body = g_strchomp(g_strdup(bt_visit_text(visit, body_field)));
    if ((*title == '\0' && *body == '\0') || !bt_page_language_is_known(lang))
        return TRUE;
    if (wants_unicode(visit))
        take_over_both(&title, &body);
    if (!is_short(title, BT_COMPOSE_TEXT_MAX, error) || !is_short(body, BT_COMPOSE_TEXT_MAX, error))
        return FALSE;
    if (!g_hash_table_add(seen, (gpointer)lang))
        return refuse(error, BT_ERROR_INVALID,
            _("A language stands there twice. Choose another one for the second text."));
    BtJson *text = bt_json_new_object();
    bt_json_set_string(text, "lang", lang);
    if (*title != '\0')
        bt_json_set_string(text, "title", title);
    if (*body != '\0')
        bt_json_set_string(text, "body", body);
    bt_json_append(texts, text);
    return TRUE;
}

static gboolean put_texts(const BtVisit *visit, BtJson *body, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    BtJson *texts = bt_json_new_array();
    gboolean ok = TRUE;
    for (guint k = 0; ok && k < BT_COMPOSE_MAX_TEXTS; k++)
        ok = put_text(visit, texts, seen, k, error);
    bt_json_set(body, "texts", texts);
    return ok;
}

/* ---- days ---- */

/* FALSE for what is no day. */
static gboolean read_day(const char *text, int *year, int *month, int *day)
{
    char rest;
    return sscanf(text, "%4d-%2d-%2d%c", year, month, day, &rest) == 3 && strlen(text) == 10 &&
        *year >= 1970 && g_date_valid_dmy((GDateDay)*day, (GDateMonth)*month, (GDateYear)*year);
}

static gboolean put_day(const BtVisit *visit, BtJson *body, GError **error)
{
    int year, month, day;
    const char *text = bt_visit_field(visit, "issued_on");
    if (*text == '\0')
        return TRUE;
    if (!read_day(text, &year, &month, &day))
        return refuse(error, BT_ERROR_INVALID, _("This is no day: choose one of the calendar."));
    bt_json_set_string(body, "issued_on", text);
    return TRUE;
}

/* From the first day's midnight until the midnight that ends the last day. */
static gboolean put_bound(
    const BtVisit *visit, BtJson *valid, const char *field, int more_days, GError **error)
{
    int year, month, day;
    const char *text = bt_visit_field(visit, field);
    if (*text == '\0')
        return TRUE;
    if (!read_day(text, &year, &month, &day))
        return refuse(error, BT_ERROR_INVALID, _("This is no day: choose one of the calendar."));
    g_autoptr(GDateTime) midnight =
        g_date_time_new(visit->request->server->timezone, year, month, day, 0, 0, 0);
    g_autoptr(GDateTime) bound =
        midnight != NULL ? g_date_time_add_days(midnight, more_days) : NULL;
    if (bound == NULL)
        return refuse(error, BT_ERROR_INVALID, _("This is no day: choose one of the calendar."));
    bt_json_set_time(valid, field, g_date_time_to_unix(bound) * BT_SECOND_MS);
    return TRUE;
}

static gboolean put_validity(const BtVisit *visit, BtJson *body, GError **error)
{
    BtJson *valid = bt_json_new_object();
    gboolean ok =
        put_bound(visit, valid, "from", 0, error) && put_bound(visit, valid, "until", 1, error);
    if (ok && (*bt_visit_field(visit, "from") != '\0' || *bt_visit_field(visit, "until") != '\0'))
        bt_json_set(body, "valid", valid);
    else
        bt_json_unref(valid);
    return ok;
}

/* ---- the rest ---- */

static gboolean put_address(const BtVisit *visit, BtJson *body, GError **error)
{
    const char *text = bt_visit_field(visit, "qr");
    if (*text != '\0' && !g_str_has_prefix(text, "https://") && !g_str_has_prefix(text, "http://"))
        return refuse(
            error, BT_ERROR_INVALID, _("An address on the network begins with https://."));
    return put_line(visit, body, "qr", "qr", error);
}

gboolean bt_compose_take_picture(const BtVisit *visit, const BtComposed *composed, GError **error)
{
    const char *sha256 = bt_visit_field(visit, "picture");
    if (*sha256 == '\0')
        return TRUE;
    if (!bt_targets_check_file(
            visit->store, visit->user, BT_EDITOR, composed->area, sha256, visit->now_ms, error))
        return FALSE;
    bt_json_set_string(composed->body, "picture", sha256);
    return TRUE;
}

static gboolean put_issuer(const BtVisit *visit, BtJson *body, GError **error)
{
    return put_line(visit, body, "issuer", "issuer", error);
}

static gboolean put_document(const BtVisit *visit, BtJson *body, GError **error)
{
    return put_line(visit, body, "document", "document", error);
}

static gboolean put_choices(const BtVisit *visit, BtJson *body, GError **error)
{
    gint64 field;
    (void)error;
    if (bt_visit_number(bt_visit_field(visit, "field"), 1, BT_COMPOSE_FIELDS, &field))
        bt_json_set_int(body, "field", field);
    if (*bt_visit_field(visit, "essential") != '\0')
        bt_json_set_bool(body, "essential", TRUE);
    return TRUE;
}

/* One that is wrong keeps no other from being read, so that what was typed is shown again. */
static gboolean put_body(const BtVisit *visit, const BtComposed *composed, GError **error)
{
    static gboolean (*const puts[])(const BtVisit *, BtJson *, GError **) = { put_issuer, put_day,
        put_document, put_choices, put_texts, put_address, put_validity };
    gboolean ok = TRUE;
    bt_json_set_string(composed->body, "kind", "text");
    for (gsize i = 0; i < G_N_ELEMENTS(puts); i++)
        ok = puts[i](visit, composed->body, ok ? error : NULL) && ok;
    return bt_compose_take_picture(visit, composed, ok ? error : NULL) && ok;
}

/* ---- where ---- */

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of all fields "area-ID", in one order whatever the form's is. (transfer full) */
static BtJson *ids_of(const BtVisit *visit, const char *prefix)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    BtJson *list = bt_json_new_array();
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, visit->form);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (g_str_has_prefix(name, prefix))
            g_ptr_array_add(ids, (char *)name + strlen(prefix));
    g_ptr_array_sort(ids, by_text);
    for (guint i = 0; i < ids->len; i++)
        bt_json_append_string(list, g_ptr_array_index(ids, i));
    return list;
}

static gboolean put_targets(const BtVisit *visit, BtComposed *composed, GError **error)
{
    bt_json_set(composed->targets, "areas", ids_of(visit, "area-"));
    bt_json_set(composed->targets, "screens", ids_of(visit, "screen-"));
    return bt_targets_check(
        visit->store, visit->user, BT_EDITOR, composed->targets, visit->now_ms, error);
}

gboolean bt_compose_read(const BtVisit *visit, BtComposed *composed, GError **error)
{
    composed->area = g_strdup(bt_visit_field(visit, "area"));
    composed->body = bt_json_new_object();
    composed->targets = bt_json_new_object();
    if (!bt_visit_may(visit, BT_EDITOR, composed->area))
        return refuse(
            error, BT_ERROR_DENIED, _("You may not write for this area. Choose one of yours."));
    gboolean ok = put_targets(visit, composed, error);
    return put_body(visit, composed, ok ? error : NULL) && ok;
}

/* ---- a new one ---- */

void bt_compose_begin(const BtVisit *visit, const char *area, BtComposed *composed)
{
    BtJson *areas = bt_json_new_array();
    g_autofree char *issuer = bt_areas_name(visit->store, area);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_autofree char *today = g_date_time_format(local, "%Y-%m-%d");
    composed->area = g_strdup(area);
    composed->body = bt_json_new_object();
    composed->targets = bt_json_new_object();
    bt_json_set_string(composed->body, "kind", "text");
    if (*issuer != '\0')
        bt_json_set_string(composed->body, "issuer", issuer);
    bt_json_set_string(composed->body, "issued_on", today);
    bt_json_set_int(composed->body, "field", 1);
    bt_json_set(composed->body, "texts", bt_json_new_array());
    bt_json_append_string(areas, area);
    bt_json_set(composed->targets, "areas", areas);
    bt_json_set(composed->targets, "screens", bt_json_new_array());
}
