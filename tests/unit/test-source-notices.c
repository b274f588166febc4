/* What becomes of a notice: every step that it can take, and what is on the screens after it. */
#include "base/error.h"
#include "source/desk/notices.h"
#include "tests/unit/source-fixture.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795309200000) /* 2026-11-22 */
#define LATER_MS (NOW_MS + 40 * BT_DAY_MS)
#define UNTIL ",\"valid\":{\"until\":\"2026-12-01T00:00:00Z\"}"

static BtJson *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BtJson *json = bt_json_parse(text, strlen(text), "test", 100000, 16, &error);
    g_assert_no_error(error);
    return json;
}

static BtJson *body_of(const char *title)
{
    g_autofree char *text = g_strdup_printf(
        "{\"kind\":\"text\",\"issuer\":\"x\",\"texts\":[{\"lang\":\"vi\",\"title\":\"%s\"}]" UNTIL
        "}",
        title);
    return parse(text);
}

static void save(BtStore *store, gint64 id, const char *title)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtNotice) notice = bt_notices_find(store, id, NOW_MS, &error);
    g_autoptr(BtJson) body = body_of(title);
    gint64 saved;
    const BtNoticeWords words = { id, notice->revision, "phutuc", body, notice->targets };
    g_assert_true(bt_notices_save(store, &words, NOW_MS, &saved, &error));
    g_assert_no_error(error);
}

/* The newest proposal's what. */
static BtJson *newest(BtStore *store)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT what FROM proposal ORDER BY id DESC LIMIT 1", "");
    g_assert_true(bt_rows_next(rows, NULL));
    return parse(bt_rows_text(rows, 0));
}

/* One letter a step: s save "b", p propose, e propose its end; Y and N: the newest proposal was
 * published, or not; y and n the one before the newest. */
static void take(BtStore *store, gint64 id, const char *steps)
{
    g_autoptr(BtJson) older = NULL, last = NULL;
    for (const char *step = steps; *step != '\0'; step++) {
        g_autoptr(GError) error = NULL;
        if (*step == 's')
            save(store, id, "b");
        else if (*step == 'p' || *step == 'e') {
            g_assert_cmpint((*step == 'p' ? bt_notices_propose : bt_notices_propose_end)(
                                store, id, "an", "", NOW_MS, &error),
                >, 0);
            g_clear_pointer(&older, bt_json_unref);
            older = g_steal_pointer(&last);
            last = newest(store);
        } else
            g_assert_true(bt_notices_decided(store, g_ascii_isupper(*step) ? last : older,
                g_ascii_toupper(*step) == 'Y', NOW_MS, &error));
        g_assert_no_error(error);
    }
}

static const struct {
    const char *steps;
    BtNoticeState state;
    const char *on_screens; /* its title there, NULL: nothing */
} cases[] = {
    { "", BT_NOTICE_DRAFT, NULL },
    { "p", BT_NOTICE_WAITING, NULL },
    { "pY", BT_NOTICE_PUBLISHED, "a" },
    { "pN", BT_NOTICE_REFUSED, NULL },
    { "pNs", BT_NOTICE_DRAFT, NULL },
    { "pNspY", BT_NOTICE_PUBLISHED, "b" },
    /* what is signed is what was proposed, whatever was written since */
    { "psY", BT_NOTICE_DRAFT, "a" },
    { "psN", BT_NOTICE_DRAFT, NULL },
    { "psYpY", BT_NOTICE_PUBLISHED, "b" },
    { "pYs", BT_NOTICE_DRAFT, "a" },
    { "pYspN", BT_NOTICE_REFUSED, "a" },
    { "pspy", BT_NOTICE_WAITING, "a" },
    { "pspn", BT_NOTICE_WAITING, NULL },
    /* its end */
    { "pYe", BT_NOTICE_LEAVING, "a" },
    { "pYeN", BT_NOTICE_PUBLISHED, "a" },
    { "pYeY", BT_NOTICE_WITHDRAWN, NULL },
    { "pYesY", BT_NOTICE_DRAFT, NULL },
    { "pYeYpY", BT_NOTICE_PUBLISHED, "a" },
};

static char *title_on_screens(BtStore *store, gint64 id)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT json_extract (published_body, '$.texts[0].title'), published_targets FROM notice"
        " WHERE id = ?",
        "i", id);
    g_assert_true(bt_rows_next(rows, NULL));
    g_assert_cmpint(bt_rows_is_null(rows, 0), ==, bt_rows_is_null(rows, 1));
    return g_strdup(bt_rows_text(rows, 0));
}

static gint64 add(BtStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtJson) body = body_of("a"), targets = parse("{\"areas\":[\"phutuc\"]}");
    gint64 id = bt_notices_add(store, "phutuc", "an", body, targets, NOW_MS, &error);
    g_assert_no_error(error);
    return id;
}

static void test_states(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtSourceFixture f;
        g_autoptr(GError) error = NULL;
        bt_source_set_up(&f);
        gint64 id = add(f.store);
        g_test_message("%s", cases[i].steps);
        take(f.store, id, cases[i].steps);
        g_autoptr(BtNotice) notice = bt_notices_find(f.store, id, NOW_MS, &error);
        g_autofree char *title = title_on_screens(f.store, id);
        g_assert_cmpint(notice->state, ==, cases[i].state);
        g_assert_cmpstr(title, ==, cases[i].on_screens);
        g_assert_cmpint(notice->is_published, ==, title != NULL);
        bt_source_tear_down(&f);
    }
}

/* On the second of its end, and not before. */
static void test_expired(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    gint64 id = add(f.store), until_ms;
    take(f.store, id, "pY");
    g_assert_true(bt_time_parse("2026-12-01T00:00:00Z", &until_ms, &error));
    g_autoptr(BtNotice) before = bt_notices_find(f.store, id, until_ms - 1, &error);
    g_autoptr(BtNotice) after = bt_notices_find(f.store, id, until_ms, &error);
    g_assert_cmpint(before->state, ==, BT_NOTICE_PUBLISHED);
    g_assert_cmpint(after->state, ==, BT_NOTICE_EXPIRED);
    g_assert_cmpint(bt_notices_propose(f.store, id, "an", "", LATER_MS, &error), ==, 0);
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    bt_source_tear_down(&f);
}

static void test_conflict(void)
{
    BtSourceFixture f;
    g_autoptr(GError) error = NULL;
    bt_source_set_up(&f);
    gint64 id = add(f.store), saved;
    g_autoptr(BtJson) body = body_of("c"), targets = parse("{\"areas\":[\"phutuc\"]}");
    BtNoticeWords words = { id, 1, "phutuc", body, targets };
    save(f.store, id, "b");
    g_assert_false(bt_notices_save(f.store, &words, NOW_MS, &saved, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_CONFLICT);
    g_clear_error(&error);
    words.revision = 2;
    g_assert_true(bt_notices_save(f.store, &words, NOW_MS, &saved, &error));
    g_assert_cmpint(saved, ==, 3);
    words.revision = 3; /* the same words: nothing happened, so nothing has to be sent again */
    take(f.store, id, "p");
    g_assert_true(bt_notices_save(f.store, &words, NOW_MS, &saved, &error));
    g_assert_cmpint(saved, ==, 3);
    g_autoptr(BtNotice) notice = bt_notices_find(f.store, id, NOW_MS, &error);
    g_assert_cmpint(notice->state, ==, BT_NOTICE_WAITING);
    words.revision = 1; /* an answer that was lost: the same words once more */
    g_assert_true(bt_notices_save(f.store, &words, NOW_MS, &saved, &error));
    g_assert_cmpint(saved, ==, 3);
    words.id = 99;
    g_assert_false(bt_notices_save(f.store, &words, NOW_MS, &saved, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    bt_source_tear_down(&f);
}

/* 48 KB are kept, one byte more is not. */
static void test_size(void)
{
    for (int over = 0; over <= 1; over++) {
        BtSourceFixture f;
        g_autoptr(GError) error = NULL;
        g_autoptr(BtJson) body = bt_json_new_object(), targets = parse("{}");
        g_autofree char *fill =
            g_strnfill(BT_NOTICE_MAX_BYTES - strlen("{\"x\": \"\"}") + (gsize)over + 1, 'x');
        bt_source_set_up(&f);
        bt_json_set_string(body, "x", fill);
        g_autofree char *text = bt_json_to_text(body, FALSE);
        g_assert_cmpuint(strlen(text), ==, BT_NOTICE_MAX_BYTES + (gsize)over);
        g_assert_cmpint(
            bt_notices_add(f.store, "phutuc", "an", body, targets, NOW_MS, &error) != 0, ==, !over);
        bt_source_tear_down(&f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source-notices/states", test_states);
    g_test_add_func("/source-notices/expired", test_expired);
    g_test_add_func("/source-notices/conflict", test_conflict);
    g_test_add_func("/source-notices/size", test_size);
    return g_test_run();
}
