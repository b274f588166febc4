#include "tests/unit/ttn-fixture.h"

#include <string.h>

gint64 ttn_fixture_at(const char *text)
{
    gint64 at_ms = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *full = g_strdup_printf(
        "2026-11-%s%s+07:00", text, strlen(text) == strlen("23T08:00") ? ":00" : "");
    bt_time_parse(full, &at_ms, &error);
    g_assert_no_error(error);
    return at_ms;
}

TtnFixture *ttn_fixture_new(void)
{
    TtnFixture *fixture = g_new0(TtnFixture, 1);
    fixture->kept = g_ptr_array_new_with_free_func(g_free);
    fixture->bulletins = g_ptr_array_new_with_free_func((GDestroyNotify)bt_ttn_bulletin_free);
    fixture->problems = g_ptr_array_new_with_free_func(g_free);
    fixture->frame = (BtTtnFrame){ .source = "tinh",
        .screen = "kp-01",
        .timezone = "Asia/Ho_Chi_Minh",
        .w_px = 640,
        .h_px = 384,
        .classes = { BT_CLASS_EMERGENCY, BT_CLASS_PRIORITY, BT_CLASS_ORDINARY },
        .version = 1,
        .issued_ms = ttn_fixture_at("23T07:00"),
        .expires_ms = ttn_fixture_at("30T07:00"),
        .urgent_max_ms = 2 * BT_HOUR_MS };
    return fixture;
}

void ttn_fixture_free(TtnFixture *fixture)
{
    g_ptr_array_unref(fixture->kept);
    g_ptr_array_unref(fixture->bulletins);
    g_ptr_array_unref(fixture->problems);
    g_free(fixture);
}

static void add_slots(GArray *slots, const char *text)
{
    g_auto(GStrv) times = g_strsplit(text, " ", -1);
    g_assert_cmpuint(g_strv_length(times) % 2, ==, 0);
    for (guint i = 0; times[i]; i += 2) {
        BtTtnSlot slot = { ttn_fixture_at(times[i]), ttn_fixture_at(times[i + 1]) };
        g_array_append_val(slots, slot);
    }
}

BtTtnBulletin *ttn_fixture_add(TtnFixture *fixture, const TtnWords *words)
{
    BtTtnBulletin *b = g_new0(BtTtnBulletin, 1);
    b->id = g_strdup(words->id);
    b->kind = words->kind ? words->kind : BT_TTN_TEXT;
    b->priority = words->priority;
    b->title = g_strdup(words->title ? words->title : words->id);
    b->summary = g_strdup("");
    b->content = g_strdup(words->content ? words->content : "");
    b->lang = g_strdup("vi");
    b->partition = g_strdup(words->partition ? words->partition : "");
    b->region = g_strdup(words->region ? words->region : "");
    b->author = g_strdup("");
    b->sender = g_strdup("");
    b->schedule_id = g_strdup("");
    b->schedule_name = g_strdup("");
    b->slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    if (words->slots)
        add_slots(b->slots, words->slots);
    g_ptr_array_add(fixture->bulletins, b);
    BtTtnKept *kept = g_new0(BtTtnKept, 1);
    kept->bulletin = b;
    kept->received_ms = ttn_fixture_at("20T00:00") + (gint64)fixture->kept->len * BT_SECOND_MS;
    g_ptr_array_add(fixture->kept, kept);
    if (words->film_ms > 0) {
        b->kind = BT_TTN_VIDEO;
        ttn_fixture_has(fixture, "video/mp4", words->film_ms);
    }
    return b;
}

BtTtnKept *ttn_fixture_last(TtnFixture *fixture)
{
    return g_ptr_array_index(fixture->kept, fixture->kept->len - 1);
}

void ttn_fixture_has(TtnFixture *fixture, const char *type, gint64 duration_ms)
{
    BtTtnKept *kept = ttn_fixture_last(fixture);
    kept->asset = TTN_ASSET;
    kept->asset_bytes = 1000;
    kept->asset_type = type;
    kept->asset_duration_ms = duration_ms;
}

BtManifest *ttn_fixture_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BtManifest *manifest = bt_manifest_parse(text, strlen(text), "composed", &error);
    g_assert_no_error(error);
    if (manifest->notes->len)
        g_error("%s", (const char *)g_ptr_array_index(manifest->notes, 0));
    return manifest;
}

char *ttn_fixture_compose(TtnFixture *fixture, BtTtnDocument which, gint64 now_ms)
{
    g_ptr_array_set_size(fixture->problems, 0);
    char *text = bt_ttn_compose(
        &fixture->frame, fixture->kept, which, now_ms, &fixture->holds_until_ms, fixture->problems);
    if (*text) {
        g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
        g_assert_cmpstr(manifest->source, ==, fixture->frame.source);
        g_assert_true(bt_manifest_is_for(manifest, fixture->frame.screen));
    }
    g_assert_cmpint(fixture->holds_until_ms, >, now_ms);
    return text;
}

BtInputs *ttn_fixture_inputs(const char *text, BtTtnDocument which)
{
    BtInputs *inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "tinh", BT_ALL_CLASSES, NULL, 0);
    if (*text == '\0')
        return inputs;
    g_autoptr(BtManifest) manifest = ttn_fixture_parse(text);
    if (which == BT_TTN_ALERT)
        bt_inputs_add_alert(inputs, 0, manifest, manifest->payload_sha256, 0);
    else
        bt_inputs_add_manifest(inputs, 0, manifest, manifest->payload_sha256, 0);
    return inputs;
}

static char *show(const BtInputs *inputs, gint64 at_ms, gboolean elapsed)
{
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, at_ms, NULL, NULL);
    if (on->kind != BT_ON_PROGRAMME)
        return g_strdup("safe");
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint z = 0; z < on->zones->len; z++) {
        const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, z);
        g_string_append_printf(
            text, "%s%s=%s", z ? " " : "", zone->zone->id, zone->item ? zone->item->id : "-");
        if (elapsed && zone->item)
            g_string_append_printf(text, "+%d", (int)((at_ms - zone->start_ms) / BT_SECOND_MS));
    }
    return g_strdup(text->str);
}

char *ttn_fixture_show(const BtInputs *inputs, gint64 at_ms)
{
    return show(inputs, at_ms, FALSE);
}

char *ttn_fixture_elapsed(const BtInputs *inputs, gint64 at_ms)
{
    return show(inputs, at_ms, TRUE);
}

void ttn_fixture_fill(TtnFixture *fixture, const TtnWords *words, guint n)
{
    for (guint i = 0; i < n && words[i].id; i++)
        ttn_fixture_add(fixture, &words[i]);
}

void ttn_fixture_expect_problem(const TtnFixture *fixture, const char *part)
{
    g_assert_cmpuint(fixture->problems->len, ==, part != NULL);
    if (part)
        g_assert_nonnull(strstr(g_ptr_array_index(fixture->problems, 0), part));
}
