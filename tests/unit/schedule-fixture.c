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
