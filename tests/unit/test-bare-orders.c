/* The orders of a source that cannot sign: each acts once, in its time, and on its own source's
 * items. */
#include "tests/unit/bare-fixture.h"

#include <string.h>

/* Each as "ID VERB VALUE SECOND". */
static void order(BareCase *c, const char *const *orders)
{
    g_autoptr(GString) text = g_string_new("{\"orders\":[");
    for (guint i = 0; orders[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(orders[i], " ", -1);
        g_autofree char *at = bt_time_format(BARE_T0 + g_ascii_strtoll(words[3], NULL, 10) * 1000);
        g_string_append_printf(text, "%s{\"id\":\"%s\",\"verb\":\"%s\",\"value\":%s,\"at\":\"%s\"}",
            i > 0 ? "," : "", words[0], words[1], words[2], at);
    }
    g_string_append(text, "]}");
    bare_put_text(c, "tinh", "orders.json", text->str);
}

#define ORDER(c, ...) order(c, (const char *const[]){ __VA_ARGS__, NULL })

static void begin(BareCase *c)
{
    bare_put(c, "tinh", "manifest.ready", &bare_good);
    bare_look(c, "activated\n");
    bare_check_on(c, 0, "v1");
}

static void test_stop(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    bare_check_on(c, 10, "v1");
    ORDER(c, "o1 stop 0 10");
    bare_look(c, "command o1\n");
    bare_check_on(c, 10, "safe");
    bare_check_on(c, 90000, "safe");
    c->now_ms = BARE_T0 + 20000;
    ORDER(c, "o1 stop 0 10", "o2 resume 0 20");
    bare_look(c, "command o2\n");
    bare_open_ledger(c);
    bare_check_on(c, 19, "safe");
    bare_check_on(c, 20, "v1");
    bare_look(c, "");
}

/* In one look they count in their order. */
static void test_at_once(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    bare_check_on(c, 10, "v1");
    ORDER(c, "o1 stop 0 1", "o2 resume 0 2", "o3 stop 0 3");
    bare_look(c, "command o1\ncommand o2\ncommand o3\n");
    bare_check_on(c, 10, "safe");
    ORDER(c, "o4 resume 0 4", "o5 stop 0 5", "o6 resume 0 6");
    bare_check_on(c, 20, "safe");
    bare_look(c, "command o4\ncommand o5\ncommand o6\n");
    bare_check_on(c, 20, "v1");
}

/* The loop of one item of 30 s began at BARE_T0; its picture stands still meanwhile. */
static void test_pause(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    bare_check_on(c, 40, "v1");
    ORDER(c, "o1 pause 0 40");
    bare_look(c, "command o1\n");
    bare_check_on(c, 70, "v1");
    g_assert_cmpint(c->on_air->frozen_ms, ==, BARE_T0 + 40000);
    c->now_ms = BARE_T0 + 80000;
    ORDER(c, "o2 resume 0 80");
    bare_look(c, "command o2\n");
    bare_check_on(c, 80, "v1");
    g_assert_cmpint(c->on_air->frozen_ms, ==, 0);
}

/* What was replaced hours ago is still what stands there. */
static void test_long_pause(BareCase *c, gconstpointer data)
{
    (void)data;
    BareSpec second = bare_good;
    begin(c);
    bare_check_on(c, 40, "v1");
    ORDER(c, "o1 pause 0 40");
    bare_look(c, "command o1\n");
    second.version = 2;
    c->now_ms = BARE_T0 + 60000;
    bare_put(c, "tinh", "manifest.ready", &second);
    bare_look(c, "activated\n");
    c->now_ms = BARE_T0 + 5 * BT_HOUR_MS;
    bare_check_on(c, 5 * 3600, "v1");
}

/* Until the end of its occurrence; what is not of this source is not touched. */
static void test_skip(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    bare_check_on(c, 10, "v1");
    ORDER(c, "o1 skip 0 10");
    bare_look(c, "command o1\n");
    bare_check_on(c, 10, "safe");
    bare_check_on(c, 29, "safe");
    bare_check_on(c, 30, "v1");
    g_free(c->on_air->source_name);
    c->on_air->source_name = g_strdup("kp");
    ORDER(c, "o2 skip 0 30");
    bare_look(c, "command o2\n");
    bare_check_on(c, 31, "v1");
}

static void test_volume(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    int before = c->on_air->volume;
    ORDER(c, "o1 volume 35 0");
    bare_look(c, "command o1\n");
    bare_check_on(c, 1, "v1");
    g_assert_cmpint(c->on_air->volume, ==, 35);
    ORDER(c, "o1 volume 35 0", "o2 volume 60 1", "o3 volume 12 1");
    bare_look(c, "command o2\ncommand o3\n");
    bare_open_ledger(c);
    bare_check_on(c, 2, "v1");
    g_assert_cmpint(c->on_air->volume, ==, 12);
    /* What another source shows is not this one's. */
    ORDER(c, "o4 stop 0 2");
    bare_look(c, "command o4\n");
    bare_check_on(c, 3, "safe");
    g_assert_cmpint(c->on_air->volume, ==, before);
}

static void test_restart(BareCase *c, gconstpointer data)
{
    (void)data;
    ORDER(c, "o1 restart 0 0");
    bare_look(c, "command o1\nto do: restart\n");
    bare_look(c, "");
    bare_open_ledger(c);
    bare_look(c, "");
}

/* Told once, and looked at again: by a better clock it may count. */
static void test_when(BareCase *c, gconstpointer data)
{
    (void)data;
    begin(c);
    c->now_ms = BARE_T0 + 100000 * 1000;
    ORDER(c, "old stop 0 1", "late skip 0 90000", "early stop 0 101000", "good volume 5 99000");
    bare_look(
        c, "refused expired old\nrefused expired late\nrefused expired early\ncommand good\n");
    bare_look(c, "");
    bare_check_on(c, 100000, "v1");
    c->now_ms = BARE_T0 + 101000 * 1000;
    bare_look(c, "command early\n");
    bare_check_on(c, 101000, "safe");
    /* One that was taken is not refused when it has grown old. */
    c->now_ms = BARE_T0 + 200000 * 1000;
    bare_look(c, "");
}

static const struct {
    const char *name, *text, *code;
} bad_orders[] = {
    { "no-object", "[]", "invalid" },
    { "no-json", "{\"orders\":[", "syntax" },
    { "unknown-key", "{\"orders\":[],\"more\":1}", "invalid" },
    { "unknown-key-of-one",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\",\"who\":1}]}",
        "invalid" },
    { "unknown-verb",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"reboot\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "volume-of-101",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"volume\",\"value\":101,"
        "\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "volume-of-none",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"volume\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "bad-id", "{\"orders\":[{\"id\":\"a b\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "id-twice",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"},"
        "{\"id\":\"a\",\"verb\":\"stop\",\"at\":\"2026-11-24T00:00:00Z\"}]}",
        "invalid" },
    { "no-time", "{\"orders\":[{\"id\":\"a\",\"verb\":\"stop\"}]}", "invalid" },
};

static void test_bad_orders(BareCase *c, gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *expected = g_strdup_printf("refused %s orders.json\n", bad_orders[i].code);
    begin(c);
    bare_put_text(c, "tinh", "orders.json", bad_orders[i].text);
    bare_look(c, expected);
    bare_check_on(c, 1, "v1");
}

static void test_too_many(BareCase *c, gconstpointer data)
{
    (void)data;
    g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i <= BT_ORDERS_MAX; i++)
        g_ptr_array_add(orders, g_strdup_printf("o%u stop 0 0", i));
    g_ptr_array_add(orders, NULL);
    order(c, (const char *const *)orders->pdata);
    bare_look(c, "refused limit orders.json\n");
}

/* A source that signs has its own commands, and a folder or a file beside it gives none. */
static void test_orders_for_signed(BareCase *c, gconstpointer data)
{
    (void)data;
    bare_put_text(c, "kp", "orders.json",
        "{\"orders\":[{\"id\":\"a\",\"verb\":\"restart\",\"at\":\"2026-11-24T00:00:00Z\"}]}");
    bare_look(c, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    BARE_ADD("orders/stop", test_stop);
    BARE_ADD("orders/at-once", test_at_once);
    BARE_ADD("orders/pause", test_pause);
    BARE_ADD("orders/long-pause", test_long_pause);
    BARE_ADD("orders/skip", test_skip);
    BARE_ADD("orders/volume", test_volume);
    BARE_ADD("orders/restart", test_restart);
    BARE_ADD("orders/when", test_when);
    BARE_ADD_TABLE("orders/bad", bad_orders, test_bad_orders)
    BARE_ADD("orders/too-many", test_too_many);
    BARE_ADD("orders/for-signed", test_orders_for_signed);
    return g_test_run();
}
