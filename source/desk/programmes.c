#include "source/desk/programmes.h"

#include "playlists/model/manifest.h"
#include "source/desk/playlists.h"
#include "source/desk/roles.h"

#include <string.h>

#define NOTICES "notices" /* as the plan calls them */

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

BtWeekly *bt_weekly_new(void)
{
    BtWeekly *programme = g_new0(BtWeekly, 1);
    programme->layout = g_strdup("full");
    programme->cls = g_strdup("ordinary");
    programme->weight = 1;
    programme->zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    programme->from = g_strdup("");
    programme->until = g_strdup("");
    programme->times = g_array_new(FALSE, FALSE, sizeof(BtWeeklyTimes));
    return programme;
}

void bt_weekly_free(BtWeekly *programme)
{
    g_free(programme->layout);
    g_free(programme->cls);
    g_hash_table_unref(programme->zones);
    g_free(programme->from);
    g_free(programme->until);
    g_array_unref(programme->times);
    g_free(programme);
}

gint64 bt_weekly_playlist(const BtWeekly *programme, const char *zone)
{
    const gint64 *playlist = g_hash_table_lookup(programme->zones, zone);
    return playlist != NULL ? *playlist : 0;
}

void bt_weekly_fill(BtWeekly *programme, const char *zone, gint64 playlist)
{
    if (playlist != 0)
        g_hash_table_insert(
            programme->zones, g_strdup(zone), g_memdup2(&playlist, sizeof playlist));
    else
        g_hash_table_remove(programme->zones, zone);
}

const char *bt_weekly_day_name(guint day)
{
    return days[day];
}

/* ---- days and times ---- */

/* `length` digits at `text`; -1 where one is none. */
static int read_digits(const char *text, int length)
{
    int number = 0;
    for (int i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]))
            return -1;
        number = number * 10 + text[i] - '0';
    }
    return number;
}

gboolean bt_weekly_read_day(const char *text, GDate *day)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return FALSE;
    int year = read_digits(text, 4), month = read_digits(text + 5, 2),
        number = read_digits(text + 8, 2);
    if (year < 1970 || month < 1 || number < 1 ||
        !g_date_valid_dmy((GDateDay)number, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    g_date_clear(day, 1);
    g_date_set_dmy(day, (GDateDay)number, (GDateMonth)month, (GDateYear)year);
    return TRUE;
}

/* Browsers may add seconds, which are not asked for: only whole minutes are taken. */
gboolean bt_weekly_read_time(const char *text, gboolean is_end, int *minutes)
{
    gsize length = strlen(text);
    if ((length != 5 && !(length == 8 && strcmp(text + 5, ":00") == 0)) || text[2] != ':')
        return FALSE;
    int hour = read_digits(text, 2), minute = read_digits(text + 3, 2);
    *minutes = hour * 60 + minute;
    return hour >= 0 && minute >= 0 && minute < 60 &&
        (hour < 24 || (is_end && *minutes == BT_DAY_MINUTES));
}

static void append_time(BtJson *pair, int minutes)
{
    g_autofree char *text = g_strdup_printf("%02d:%02d", minutes / 60, minutes % 60);
    bt_json_append_string(pair, text);
}

/* ---- reading ---- */

static void read_zones(BtWeekly *programme, const BtJsonAt *root)
{
    BtJsonAt zones, at;
    void *iter = NULL;
    gint64 playlist;
    if (!bt_json_member(root, "zones", &zones) || !bt_json_read_object(&zones, NULL))
        return;
    while (bt_json_next_member(&zones, &iter, &at))
        if (bt_json_is_string(&at) &&
            g_strcmp0(bt_json_read_string(&at, 1, 16, NULL), NOTICES) == 0)
            bt_weekly_fill(programme, at.key, BT_WEEKLY_NOTICES);
        else if (bt_json_read_int(&at, 1, G_MAXINT64, &playlist, NULL))
            bt_weekly_fill(programme, at.key, playlist);
}

static void read_days(BtWeekly *programme, const BtJsonAt *when)
{
    BtJsonAt list;
    guint day;
    if (!bt_json_member(when, "days", &list))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (bt_json_read_word(&at, days, &day, NULL))
            programme->days |= 1u << day;
    }
}

static void read_times(BtWeekly *programme, const BtJsonAt *when)
{
    BtJsonAt list;
    if (!bt_json_member(when, "times", &list))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt pair = bt_json_element(&list, i);
        if (bt_json_length(&pair) != 2)
            continue;
        BtJsonAt start = bt_json_element(&pair, 0), end = bt_json_element(&pair, 1);
        const char *from = bt_json_read_string(&start, 1, 8, NULL);
        const char *until = bt_json_read_string(&end, 1, 8, NULL);
        BtWeeklyTimes times;
        if (from != NULL && until != NULL && bt_weekly_read_time(from, FALSE, &times.start_min) &&
            bt_weekly_read_time(until, TRUE, &times.end_min))
            g_array_append_val(programme->times, times);
    }
}

static void take_text(const BtJson *json, const char *key, char **text)
{
    const char *value = bt_playlist_text(json, key);
    if (value[0] == '\0')
        return;
    g_free(*text);
    *text = g_strdup(value);
}

BtWeekly *bt_weekly_read(const BtJson *body)
{
    BtWeekly *programme = bt_weekly_new();
    BtJsonAt root = bt_json_root("programme", body), when;
    gint64 number = bt_playlist_number(body, "layout"), weight = bt_playlist_number(body, "weight");
    if (!bt_json_read_object(&root, NULL))
        return programme;
    take_text(body, "layout", &programme->layout);
    take_text(body, "class", &programme->cls);
    if (number > 0) {
        g_free(programme->layout);
        programme->layout = g_strdup_printf("%" G_GINT64_FORMAT, number);
    }
    programme->weight = (int)CLAMP(weight, 1, 100);
    read_zones(programme, &root);
    if (!bt_json_member(&root, "when", &when) || !bt_json_read_object(&when, NULL))
        return programme;
    take_text(when.value, "from", &programme->from);
    take_text(when.value, "until", &programme->until);
    read_days(programme, &when);
    read_times(programme, &when);
    return programme;
}

/* ---- writing ---- */

static BtJson *write_zones(const BtWeekly *programme)
{
    BtJson *zones = bt_json_new_object();
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(programme->zones), (GCompareFunc)strcmp);
    for (const GList *at = names; at != NULL; at = at->next) {
        gint64 playlist = bt_weekly_playlist(programme, at->data);
        if (playlist == BT_WEEKLY_NOTICES)
            bt_json_set_string(zones, at->data, NOTICES);
        else
            bt_json_set_int(zones, at->data, playlist);
    }
    return zones;
}

static BtJson *write_when(const BtWeekly *programme)
{
    BtJson *when = bt_json_new_object();
    if (programme->from[0] != '\0')
        bt_json_set_string(when, "from", programme->from);
    if (programme->until[0] != '\0')
        bt_json_set_string(when, "until", programme->until);
    if (programme->days != 0 && programme->days != 0x7f) {
        BtJson *list = bt_json_new_array();
        for (guint i = 0; i < 7; i++)
            if (programme->days & (1u << i))
                bt_json_append_string(list, days[i]);
        bt_json_set(when, "days", list);
    }
    if (programme->times->len > 0) {
        BtJson *list = bt_json_new_array();
        for (guint i = 0; i < programme->times->len; i++) {
            const BtWeeklyTimes *times = &g_array_index(programme->times, BtWeeklyTimes, i);
            BtJson *pair = bt_json_new_array();
            append_time(pair, times->start_min);
            append_time(pair, times->end_min);
            bt_json_append(list, pair);
        }
        bt_json_set(when, "times", list);
    }
    return when;
}

BtJson *bt_weekly_write(const BtWeekly *programme)
{
    BtJson *body = bt_json_new_object();
    gint64 number = g_ascii_strtoll(programme->layout, NULL, 10);
    if (number > 0)
        bt_json_set_int(body, "layout", number);
    else
        bt_json_set_string(body, "layout", programme->layout);
    bt_json_set_string(body, "class", programme->cls);
    bt_json_set_int(body, "weight", programme->weight);
    bt_json_set(body, "zones", write_zones(programme));
    bt_json_set(body, "when", write_when(programme));
    return body;
}

BtWeeklyFault bt_weekly_fault(const BtWeekly *programme)
{
    GDate from, until;
    gboolean has_from = programme->from[0] != '\0', has_until = programme->until[0] != '\0';
    if (g_hash_table_size(programme->zones) == 0)
        return BT_WEEKLY_NOTHING;
    if ((has_from && !bt_weekly_read_day(programme->from, &from)) ||
        (has_until && !bt_weekly_read_day(programme->until, &until)) ||
        (has_from && has_until && g_date_compare(&from, &until) > 0))
        return BT_WEEKLY_DAYS;
    if (programme->times->len > BT_WEEKLY_MAX_TIMES)
        return BT_WEEKLY_TIMES;
    for (guint i = 0; i < programme->times->len; i++) {
        const BtWeeklyTimes *times = &g_array_index(programme->times, BtWeeklyTimes, i);
        if (times->start_min == times->end_min)
            return BT_WEEKLY_TIMES;
    }
    return BT_WEEKLY_FINE;
}

/* ---- a week ---- */

/* Whether windows begin on this day. */
static gboolean begins_on(const BtWeekly *programme, const GDate *day)
{
    GDate bound;
    guint weekday = g_date_get_weekday(day) - 1;
    if (programme->days != 0 && !(programme->days & (1u << weekday)))
        return FALSE;
    if (bt_weekly_read_day(programme->from, &bound) && g_date_compare(day, &bound) < 0)
        return FALSE;
    return !(bt_weekly_read_day(programme->until, &bound) && g_date_compare(day, &bound) > 0);
}

static void add_block(GArray *blocks, int day, int start_min, int end_min)
{
    BtWeeklyBlock block = { (guint)day, start_min, end_min };
    if (day >= 0 && day < 7 && start_min < end_min)
        g_array_append_val(blocks, block);
}

static void add_day(GArray *blocks, const BtWeekly *programme, int day)
{
    if (programme->times->len == 0)
        add_block(blocks, day, 0, BT_DAY_MINUTES);
    for (guint i = 0; i < programme->times->len; i++) {
        const BtWeeklyTimes *times = &g_array_index(programme->times, BtWeeklyTimes, i);
        if (times->end_min > times->start_min)
            add_block(blocks, day, times->start_min, times->end_min);
        else {
            add_block(blocks, day, times->start_min, BT_DAY_MINUTES);
            add_block(blocks, day + 1, 0, times->end_min);
        }
    }
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const BtWeeklyBlock *x = a, *y = b;
    return x->day != y->day ? (int)x->day - (int)y->day : x->start_min - y->start_min;
}

GArray *bt_weekly_week(const BtWeekly *programme, const GDate *monday)
{
    GArray *blocks = g_array_new(FALSE, FALSE, sizeof(BtWeeklyBlock));
    for (int i = -1; i < 7; i++) { /* last Sunday's may run past midnight */
        GDate day = *monday;
        if (i < 0)
            g_date_subtract_days(&day, 1);
        else
            g_date_add_days(&day, (guint)i);
        if (begins_on(programme, &day))
            add_day(blocks, programme, i);
    }
    g_array_sort(blocks, by_start);
    return blocks;
}

/* ---- targets ---- */

gboolean bt_weekly_names(const BtJson *targets, const char *key, const char *id)
{
    BtJsonAt root = bt_json_root("targets", targets), list;
    if (targets == NULL || !bt_json_read_object(&root, NULL) || !bt_json_member(&root, key, &list))
        return FALSE;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        if (g_strcmp0(bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, NULL), id) == 0)
            return TRUE;
    }
    return FALSE;
}

static char *ask_text(BtStore *store, const char *sql, const char *id)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "s", id);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

gboolean bt_weekly_reaches(
    BtStore *store, const BtJson *targets, const char *area, const char *screen)
{
    if (screen != NULL && bt_weekly_names(targets, "screens", screen))
        return TRUE;
    g_autofree char *at = screen != NULL
        ? ask_text(store, "SELECT area FROM screen WHERE id = ?", screen)
        : g_strdup(area);
    for (guint up = 0; at != NULL && up <= BT_AREA_DEPTH_MAX; up++) {
        if (bt_weekly_names(targets, "areas", at))
            return TRUE;
        char *above = ask_text(store, "SELECT parent FROM area WHERE id = ?", at);
        g_free(at);
        at = above;
    }
    return FALSE;
}
