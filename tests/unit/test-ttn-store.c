/* What a provincial source said, on disk: acted on once, whatever comes first. */
#include "playlists/sync/ttn/rows.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NOON G_GINT64_CONSTANT(1800000000000)
#define MINUTES(n) ((n)*BT_MINUTE_MS)

typedef struct {
    char *folder, *path;
    BtTtnStore *store;
    guint said;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("bangtin-store-XXXXXX", &error);
    f->path = g_build_filename(f->folder, "ttn.db", NULL);
    f->store = bt_ttn_store_open(f->path, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    bt_ttn_store_close(f->store);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
}

static void reopen(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    bt_ttn_store_close(f->store);
    f->store = bt_ttn_store_open(f->path, &error);
    g_assert_no_error(error);
}

/* ---- what is said ---- */

static GArray *slots(gint64 from_ms, gint64 until_ms)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    BtTtnSlot slot = { from_ms, until_ms };
    if (until_ms > from_ms)
        g_array_append_val(array, slot);
    return array;
}

static BtTtnBulletin *bulletin(const char *id, BtTtnKind kind, const char *content)
{
    BtTtnBulletin *b = g_new0(BtTtnBulletin, 1);
    b->id = g_strdup(id);
    b->kind = kind;
    b->priority = BT_TTN_ORDINARY;
    b->title = g_strdup("Thông báo");
    b->content = g_strdup(content);
    b->lang = g_strdup("vi");
    b->summary = g_strdup("");
    b->partition = g_strdup("");
    b->region = g_strdup("");
    b->author = g_strdup("");
    b->sender = g_strdup("N1");
    b->schedule_id = g_strdup("");
    b->schedule_name = g_strdup("");
    b->slots = slots(0, 0);
    b->said = bt_json_new_object();
    return b;
}

static BtTtnMessage *message(Fixture *f, BtTtnSays says, const char *bulletin_id)
{
    BtTtnMessage *m = g_new0(BtTtnMessage, 1);
    m->says = says;
    m->id = g_strdup_printf("m%u", f->said++);
    m->sender = g_strdup("N1");
    m->bulletin_id = g_strdup(bulletin_id);
    m->schedule_id = g_strdup("");
    m->schedule_name = g_strdup("");
    m->slots = slots(0, 0);
    return m;
}

static void take_as(Fixture *f, BtTtnMessage *m, gint64 now_ms, gboolean is_new_expected)
{
    g_autoptr(GError) error = NULL;
    gboolean is_new, changed;
    g_assert_true(bt_ttn_store_take(f->store, m, now_ms, &is_new, &changed, &error));
    g_assert_no_error(error);
    g_assert_cmpint(is_new, ==, is_new_expected);
    g_assert_cmpint(changed, ==, is_new_expected && m->says <= BT_TTN_SAY_URGENT);
    bt_ttn_message_free(m);
}

static void take(Fixture *f, BtTtnMessage *m, gint64 now_ms)
{
    take_as(f, m, now_ms, TRUE);
}

static void say_bulletin(Fixture *f, BtTtnBulletin *b, gint64 now_ms)
{
    BtTtnMessage *m = message(f, BT_TTN_SAY_BULLETIN, b->id);
    m->bulletin = b;
    take(f, m, now_ms);
}

static void say_schedule(
    Fixture *f, const char *id, const char *schedule, gint64 from, gint64 until)
{
    BtTtnMessage *m = message(f, BT_TTN_SAY_SCHEDULE, id);
    g_free(m->schedule_id);
    m->schedule_id = g_strdup(schedule);
    g_array_unref(m->slots);
    m->slots = slots(from, until);
    take(f, m, NOON);
}

/* "A ordinary [60,120]; B urgent": minutes after noon. */
static void assert_kept(Fixture *f, gint64 now_ms, const char *expected)
{
    static const char *const priorities[] = { "urgent", "priority", "ordinary" };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(f->store, now_ms, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < kept->len; i++) {
        const BtTtnBulletin *b = ((BtTtnKept *)g_ptr_array_index(kept, i))->bulletin;
        g_string_append_printf(text, "%s%s %s", i > 0 ? "; " : "", b->id, priorities[b->priority]);
        for (guint s = 0; s < b->slots->len; s++) {
            const BtTtnSlot *slot = &g_array_index(b->slots, BtTtnSlot, s);
            g_string_append_printf(text, " [%d,%d]", (int)((slot->from_ms - NOON) / MINUTES(1)),
                (int)((slot->until_ms - NOON) / MINUTES(1)));
        }
        if (b->until_ms > 0)
            g_string_append_printf(text, " until %d", (int)((b->until_ms - NOON) / MINUTES(1)));
    }
    g_assert_cmpstr(text->str, ==, expected);
}

/* ---- cases ---- */

static void test_once(Fixture *f, gconstpointer data)
{
    (void)data;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "nước sạch"), NOON);
    assert_kept(f, NOON, "A ordinary");
    take(f, message(f, BT_TTN_SAY_CANCEL, "A"), NOON);
    assert_kept(f, NOON, "");
    reopen(f);
    BtTtnMessage *again = message(f, BT_TTN_SAY_BULLETIN, "A");
    g_free(again->id);
    again->id = g_strdup("m0");
    again->bulletin = bulletin("A", BT_TTN_TEXT, "nước sạch");
    take_as(f, again, NOON, FALSE);
    assert_kept(f, NOON, "");
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "anew"), NOON); /* with an id of its own */
    assert_kept(f, NOON, "A ordinary");
    take(f, message(f, BT_TTN_SAY_VOLUME, ""), NOON); /* for show: only remembered */
}

/* The same message as before, under its id. */
static BtTtnMessage *again(Fixture *f, BtTtnSays says, const char *message_id, const char *id)
{
    BtTtnMessage *m = message(f, says, id);
    g_free(m->id);
    m->id = g_strdup(message_id);
    if (says == BT_TTN_SAY_BULLETIN)
        m->bulletin = bulletin(id, BT_TTN_TEXT, "nước sạch");
    return m;
}

/* Taken away and published again in the same words: meant, unless it is the line that repeats. */
static void test_anew(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *name;
        gint64 after_ms;
        gboolean is_marked, counts;
    } cases[] = {
        { "a replay", 10 * BT_SECOND_MS, FALSE, FALSE },
        { "replays keep it young", BT_TTN_STORE_ANEW_MS + 9 * BT_SECOND_MS, FALSE, FALSE },
        { "the clock was put back", -BT_HOUR_MS, FALSE, FALSE },
        { "an id of its own", BT_DAY_MS, TRUE, FALSE },
        { "anew", 2 * BT_DAY_MS, FALSE, TRUE },
    };
    (void)data;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "nước sạch"), NOON); /* m0 */
    take(f, message(f, BT_TTN_SAY_CANCEL, "A"), NOON + 1);          /* m1 */
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtTtnMessage *m = again(f, BT_TTN_SAY_BULLETIN, "m0", "A");
        g_test_message("%s", cases[i].name);
        m->is_marked = cases[i].is_marked;
        reopen(f);
        take_as(f, m, NOON + cases[i].after_ms, cases[i].counts);
        assert_kept(f, NOON, cases[i].counts ? "A ordinary" : "");
    }
    gint64 later_ms = NOON + 3 * BT_DAY_MS;
    take_as(f, again(f, BT_TTN_SAY_BULLETIN, "m0", "A"), later_ms, FALSE); /* as it is kept */
    take_as(f, again(f, BT_TTN_SAY_CANCEL, "m1", "A"), later_ms, TRUE);
    assert_kept(f, NOON, "");
    take_as(f, again(f, BT_TTN_SAY_CANCEL, "m1", "A"), later_ms + BT_DAY_MS, FALSE);
}

/* A line that comes back repeats what it has no answer to, in order: in the end all is as it was.
 */
static void test_repeated_in_order(Fixture *f, gconstpointer data)
{
    (void)data;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "nước sạch"), NOON); /* m0 */
    take(f, message(f, BT_TTN_SAY_CANCEL, "A"), NOON + 1);          /* m1 */
    take_as(f, again(f, BT_TTN_SAY_BULLETIN, "m0", "A"), NOON + BT_HOUR_MS, TRUE);
    take_as(f, again(f, BT_TTN_SAY_CANCEL, "m1", "A"), NOON + BT_HOUR_MS, TRUE);
    assert_kept(f, NOON, "");
}

static void test_schedule_anew(Fixture *f, gconstpointer data)
{
    (void)data;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "nước sạch"), NOON); /* m0 */
    say_schedule(f, "A", "L1", NOON, NOON + MINUTES(30));           /* m1 */
    say_schedule(f, "A", "L2", NOON, NOON + MINUTES(40));           /* m2 */
    for (guint i = 0; i < 3; i++) {
        BtTtnMessage *m = again(f, BT_TTN_SAY_SCHEDULE, "m1", "A");
        g_free(m->schedule_id);
        m->schedule_id = g_strdup("L1");
        g_array_unref(m->slots);
        m->slots = slots(NOON, NOON + MINUTES(30));
        take_as(f, m, NOON + i * BT_HOUR_MS, i == 1); /* a replay, anew, as it is kept */
        assert_kept(f, NOON, i == 0 ? "A ordinary [0,40]" : "A ordinary [0,30]");
    }
}

/* The same volume, set again a minute after it was last heard, is meant. */
static void test_command_anew(Fixture *f, gconstpointer data)
{
    (void)data;
    take(f, message(f, BT_TTN_SAY_VOLUME, ""), NOON); /* m0 */
    take_as(f, again(f, BT_TTN_SAY_VOLUME, "m0", ""), NOON + BT_TTN_STORE_ANEW_MS - 1, FALSE);
    take_as(f, again(f, BT_TTN_SAY_VOLUME, "m0", ""), NOON + 2 * BT_TTN_STORE_ANEW_MS - 2, FALSE);
    reopen(f);
    take_as(f, again(f, BT_TTN_SAY_VOLUME, "m0", ""), NOON + 3 * BT_TTN_STORE_ANEW_MS - 2, TRUE);
    take_as(f, again(f, BT_TTN_SAY_VOLUME, "m0", ""), NOON + 3 * BT_TTN_STORE_ANEW_MS, FALSE);
    take(f, message(f, BT_TTN_SAY_RESTART, ""), NOON);
    BtTtnMessage *restart = again(f, BT_TTN_SAY_RESTART, "", "");
    g_free(restart->id);
    restart->id = g_strdup_printf("m%u", f->said - 2);
    take_as(f, restart, NOON + BT_TTN_STORE_RESTART_MS - 1, FALSE);
}

/* What is marked, and an urgency that has no end of its own, count once whatever happens. */
static void test_never_anew(Fixture *f, gconstpointer data)
{
    (void)data;
    take(f, message(f, BT_TTN_SAY_VOLUME, ""), NOON); /* m0 */
    BtTtnMessage *marked = again(f, BT_TTN_SAY_VOLUME, "m0", "");
    marked->is_marked = TRUE;
    take_as(f, marked, NOON + BT_DAY_MS, FALSE);
    BtTtnBulletin *urgent = bulletin("A", BT_TTN_TEXT, "lũ");
    urgent->priority = BT_TTN_URGENT;
    urgent->until_ms = NOON + MINUTES(5);
    say_bulletin(f, urgent, NOON); /* m2 */
    BtTtnMessage *m = again(f, BT_TTN_SAY_BULLETIN, "m2", "A");
    m->bulletin->priority = BT_TTN_URGENT;
    m->bulletin->until_ms = NOON + MINUTES(10);
    take_as(f, m, NOON + MINUTES(3), FALSE);
    assert_kept(f, NOON, "A urgent until 5");
}

static void test_schedule_first(Fixture *f, gconstpointer data)
{
    (void)data;
    say_schedule(f, "A", "L1", NOON + MINUTES(60), NOON + MINUTES(120));
    assert_kept(f, NOON, "");
    reopen(f);
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "x"), NOON);
    assert_kept(f, NOON, "A ordinary [60,120]");
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "y"), NOON); /* keeps what a schedule gave it */
    assert_kept(f, NOON, "A ordinary [60,120]");
    BtTtnBulletin *own = bulletin("A", BT_TTN_TEXT, "z");
    g_array_unref(own->slots);
    own->slots = slots(NOON, NOON + MINUTES(5));
    say_bulletin(f, own, NOON);
    assert_kept(f, NOON, "A ordinary [0,5]");
    assert_kept(f, NOON + MINUTES(5), "A ordinary [0,5]");
    assert_kept(f, NOON + MINUTES(5) + BT_DAY_MS, "");
}

static void test_schedule_after(Fixture *f, gconstpointer data)
{
    (void)data;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "x"), NOON);
    say_bulletin(f, bulletin("B", BT_TTN_TEXT, "x"), NOON + 1);
    say_schedule(f, "A", "L1", NOON, NOON + MINUTES(30));
    say_schedule(f, "A", "L2", NOON, NOON + MINUTES(40));
    assert_kept(f, NOON, "A ordinary [0,40]; B ordinary");
    BtTtnMessage *old = message(f, BT_TTN_SAY_CANCEL_SCHEDULE, "");
    g_free(old->schedule_id);
    old->schedule_id = g_strdup("L1"); /* brings nothing any more */
    take(f, old, NOON);
    assert_kept(f, NOON, "A ordinary [0,40]; B ordinary");
    BtTtnMessage *m = message(f, BT_TTN_SAY_CANCEL_SCHEDULE, "");
    g_free(m->schedule_id);
    m->schedule_id = g_strdup("L2");
    take(f, m, NOON);
    assert_kept(f, NOON, "B ordinary");
    say_schedule(f, "A", "L3", NOON, NOON + MINUTES(10)); /* a new one brings it back … */
    assert_kept(f, NOON, "A ordinary [0,10]; B ordinary");
    take(f, message(f, BT_TTN_SAY_CANCEL, "A"), NOON);
    say_schedule(f, "A", "L4", NOON, NOON + MINUTES(10)); /* … but not what was taken away itself */
    assert_kept(f, NOON, "B ordinary");
}

static void test_urgent(Fixture *f, gconstpointer data)
{
    (void)data;
    BtTtnMessage *m = message(f, BT_TTN_SAY_URGENT, "A");
    m->until_ms = NOON + MINUTES(3);
    take(f, m, NOON); /* before its bulletin */
    say_schedule(f, "A", "L1", NOON + MINUTES(60), NOON + MINUTES(120));
    BtTtnMessage *first = message(f, BT_TTN_SAY_BULLETIN, "A");
    first->bulletin = bulletin("A", BT_TTN_TEXT, "x");
    take(f, first, NOON);
    assert_kept(f, NOON + MINUTES(2), "A urgent until 3");
    assert_kept(f, NOON + MINUTES(3), "A ordinary [60,120]"); /* what it was */
    BtTtnBulletin *own = bulletin("B", BT_TTN_TEXT, "lũ");
    own->priority = BT_TTN_URGENT;
    own->until_ms = NOON + MINUTES(1);
    say_bulletin(f, own, NOON);
    assert_kept(f, NOON, "A urgent until 3; B urgent until 1");
    assert_kept(f, NOON + MINUTES(1) + BT_DAY_MS, "A ordinary [60,120]");
}

static void test_find(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    say_bulletin(f, bulletin("Bản tin/1", BT_TTN_TEXT, "x"), NOON);
    take(f, message(f, BT_TTN_SAY_CANCEL, "Bản tin/1"), NOON);
    g_autofree char *item = bt_ttn_item_id("Bản tin/1");
    BtTtnBulletin *found = bt_ttn_store_find(f->store, item, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(found->id, ==, "Bản tin/1");
    bt_ttn_bulletin_free(found);
    g_assert_null(bt_ttn_store_find(f->store, "nothing", &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

static void test_media(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    BtTtnBulletin *urgent = bulletin("C", BT_TTN_VIDEO, "https://h/c.mp4");
    urgent->priority = BT_TTN_URGENT;
    say_bulletin(f, bulletin("A", BT_TTN_VIDEO, "https://h/a.mp4"), NOON);
    say_bulletin(f, bulletin("B", BT_TTN_IMAGE, "https://h/b.jpg"), NOON);
    say_bulletin(f, bulletin("D", BT_TTN_STREAM, "https://h/d.m3u8"), NOON);
    say_bulletin(f, urgent, NOON);
    say_bulletin(f, bulletin("E", BT_TTN_IMAGE, "https://h/b.jpg"), NOON); /* the same file */
    g_autoptr(GPtrArray) missing = bt_ttn_store_missing(f->store, NOON, &error);
    static const char *const expected[] = { "https://h/c.mp4", "https://h/b.jpg",
        "https://h/a.mp4" };
    g_assert_cmpuint(missing->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < missing->len; i++)
        g_assert_cmpstr(((BtTtnMedium *)g_ptr_array_index(missing, i))->url, ==, expected[i]);
    BtTtnMedium *medium = g_ptr_array_index(missing, 1);
    g_free(medium->sha256);
    medium->sha256 = g_strnfill(64, 'a');
    medium->bytes = 5;
    g_assert_true(bt_ttn_store_put_medium(f->store, medium, &error));
    reopen(f);
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(f->store, NOON, &error);
    guint here = 0;
    for (guint i = 0; i < kept->len; i++)
        here += ((BtTtnKept *)g_ptr_array_index(kept, i))->asset != NULL;
    g_assert_cmpuint(here, ==, 2); /* B and E */
    g_assert_true(bt_ttn_store_lose_object(f->store, medium->sha256, &error));
    g_autoptr(GPtrArray) again = bt_ttn_store_missing(f->store, NOON, &error);
    g_assert_cmpuint(again->len, ==, 3);
}

static void test_given_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    say_bulletin(f, bulletin("A", BT_TTN_IMAGE, "https://h/a.jpg"), NOON);
    g_autoptr(GPtrArray) missing = bt_ttn_store_missing(f->store, NOON, &error);
    BtTtnMedium *medium = g_ptr_array_index(missing, 0);
    medium->given_up = TRUE;
    medium->try_after_ms = NOON + BT_DAY_MS;
    g_assert_true(bt_ttn_store_put_medium(f->store, medium, &error));
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(f->store, NOON, &error);
    g_assert_true(((BtTtnKept *)g_ptr_array_index(kept, 0))->media_failed);
    say_bulletin(f, bulletin("A", BT_TTN_IMAGE, "https://h/a.jpg"), NOON); /* anew */
    g_autoptr(GPtrArray) again = bt_ttn_store_missing(f->store, NOON, &error);
    g_assert_false(((BtTtnMedium *)g_ptr_array_index(again, 0))->given_up);
    g_assert_cmpint(((BtTtnMedium *)g_ptr_array_index(again, 0))->try_after_ms, ==, 0);
}

/* `n` more like the one called "0", as if each had come a millisecond after the other. To say them
 * one by one is 5,000 durable transactions, and proves no more. */
static void multiply(Fixture *f, gint64 n)
{
    g_autoptr(GError) error = NULL;
    bt_db_run(f->store->db, &error,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO bulletin (id, item, body, url, received_ms, until_ms, gone)"
        " SELECT i, item || '-' || i, json_set(body, '$.id', CAST(i AS TEXT)), url,"
        " received_ms + i, until_ms, gone FROM n, bulletin WHERE id = '0'",
        "i", n);
    g_assert_no_error(error);
}

static gboolean is_kept(Fixture *f, const char *id)
{
    g_autofree char *item = bt_ttn_item_id(id);
    BtTtnBulletin *found = bt_ttn_store_find(f->store, item, NULL);
    if (found == NULL)
        return FALSE;
    bt_ttn_bulletin_free(found);
    return TRUE;
}

static void test_limit(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    BtTtnBulletin *over = bulletin("over", BT_TTN_TEXT, "x");
    g_array_unref(over->slots);
    over->slots = slots(NOON - MINUTES(2), NOON - MINUTES(1));
    say_bulletin(f, bulletin("oldest", BT_TTN_TEXT, "x"), NOON);
    say_bulletin(f, over, NOON + 1);
    say_bulletin(f, bulletin("0", BT_TTN_TEXT, "x"), NOON + 2);
    multiply(f, BT_TTN_STORE_MAX_BULLETINS - 4);
    g_assert_true(is_kept(f, "over"));
    static const char *const last[] = { "last", "last but none", "the very last" };
    for (guint i = 0; i < G_N_ELEMENTS(last); i++) {
        say_bulletin(f, bulletin(last[i], BT_TTN_TEXT, "x"), NOON + MINUTES(1) + i);
        g_assert_true(is_kept(f, "over") == (i == 0)); /* what is over goes first */
        g_assert_true(is_kept(f, "oldest") == (i < 2));
    }
    g_autoptr(GPtrArray) kept = bt_ttn_store_kept(f->store, NOON, &error);
    g_assert_cmpuint(kept->len, ==, BT_TTN_STORE_MAX_BULLETINS);
    g_assert_cmpstr(((BtTtnKept *)g_ptr_array_index(kept, 0))->bulletin->id, ==, "0");
}

static void test_version(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    gint64 first = bt_ttn_store_next_version(f->store, &error);
    g_assert_cmpint(bt_ttn_store_next_version(f->store, &error), ==, first + 1);
    reopen(f);
    g_assert_cmpint(bt_ttn_store_next_version(f->store, &error), ==, first + 2);
    g_assert_no_error(error);
}

/* A lost file never gives a version that was given before: show has a floor. */
static void test_damaged(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "x"), NOON);
    gint64 version = bt_ttn_store_next_version(f->store, &error);
    bt_ttn_store_close(f->store);
    f->store = NULL;
    g_autofree char *wal = g_strconcat(f->path, "-wal", NULL);
    g_unlink(wal);
    g_assert_true(g_file_set_contents(f->path, "no database, this", -1, &error));
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*");
    f->store = bt_ttn_store_open(f->path, &error);
    g_assert_no_error(error);
    g_test_assert_expected_messages();
    assert_kept(f, NOON, "");
    g_assert_cmpint(bt_ttn_store_next_version(f->store, &error), >, version);
    say_bulletin(f, bulletin("A", BT_TTN_TEXT, "x"), NOON);
    assert_kept(f, NOON, "A ordinary");
}

static void test_tidy(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    say_bulletin(f, bulletin("lasting", BT_TTN_TEXT, "x"), NOON);
    say_bulletin(f, bulletin("taken away", BT_TTN_TEXT, "x"), NOON);
    take(f, message(f, BT_TTN_SAY_CANCEL, "taken away"), NOON);
    say_bulletin(f, bulletin("over", BT_TTN_TEXT, "x"), NOON);
    say_schedule(f, "over", "L", NOON, NOON + MINUTES(1));
    say_schedule(f, "never came", "M", NOON, NOON + 20 * BT_DAY_MS);
    g_assert_true(bt_ttn_store_tidy(f->store, NOON + BT_DAY_MS, &error));
    g_assert_no_error(error);
    assert_kept(f, NOON, "lasting ordinary");
    say_bulletin(f, bulletin("never came", BT_TTN_TEXT, "x"), NOON);
    assert_kept(f, NOON, "lasting ordinary; never came ordinary");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } cases[] = {
        { "once", test_once },
        { "anew", test_anew },
        { "repeated-in-order", test_repeated_in_order },
        { "schedule-anew", test_schedule_anew },
        { "command-anew", test_command_anew },
        { "never-anew", test_never_anew },
        { "schedule-first", test_schedule_first },
        { "schedule-after", test_schedule_after },
        { "urgent", test_urgent },
        { "find", test_find },
        { "media", test_media },
        { "given-up", test_given_up },
        { "limit", test_limit },
        { "version", test_version },
        { "damaged", test_damaged },
        { "tidy", test_tidy },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ttn-store/", cases[i].name, NULL);
        g_test_add(path, Fixture, NULL, set_up, cases[i].run, tear_down);
    }
    return g_test_run();
}
