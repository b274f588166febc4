#include "tests/unit/schedule-fixture.h"

#include <string.h>

gint64 fixture_at(const char *text)
{
    gint64 ms = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *full = g_strdup_printf("2026-11-%s+07:00", text); /* the 23rd is a Monday */
    bt_time_parse(full, &ms, &error);
    g_assert_no_error(error);
    return ms;
}

BtManifest *fixture_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    BtManifest *manifest = bt_manifest_parse(json, strlen(json), "test", &error);
    g_assert_no_error(error);
    return manifest;
}

void fixture_add(BtInputs *inputs, guint source, const char *programmes, const char *tail,
    const char *sha, gint64 from_ms)
{
    g_autofree char *text = g_strconcat(HEAD, programmes, "]", tail, "}", NULL);
    g_autoptr(BtManifest) manifest = fixture_parse(text);
    bt_inputs_add_manifest(inputs, source, manifest, sha, from_ms);
}

BtInputs *fixture_one(const char *programmes)
{
    BtInputs *inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "first", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 0, programmes, "", "m1", fixture_at("01T00:00:00"));
    return inputs;
}

gint64 fixture_measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)zone;
    if (user)
        ++*(guint *)user;
    return 10 * g_utf8_strlen(bt_item_text(item, zone, 0)->body, -1);
}

/* "programme/item/item…" by zone, "-" for an empty one; or "safe", "cut", "dark". */
static char *show(const BtInputs *inputs, gint64 at_ms)
{
    static const char *const kinds[] = { "", "safe", "cut", "dark" };
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, at_ms, fixture_measure, NULL);
    g_assert_cmpint(on->until_ms, >, at_ms);
    GString *text = g_string_new(kinds[on->kind]);
    if (on->programme)
        g_string_append(text, on->programme->id);
    for (guint z = 0; on->zones && z < on->zones->len; z++) {
        const BtItem *item = g_array_index(on->zones, BtOnZone, z).item;
        g_string_append_printf(text, "/%s", item ? item->id : "-");
    }
    return g_string_free(text, FALSE);
}

void fixture_expect(const BtInputs *inputs, gint64 at_ms, const char *expected)
{
    g_autofree char *got = show(inputs, at_ms);
    g_autofree char *when = bt_time_format(at_ms);
    if (!g_str_equal(got, expected))
        g_error("%s: %s: expected %s", when, got, expected);
}
