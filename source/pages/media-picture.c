#include "source/pages/media-picture.h"

#include "playlists/model/manifest.h"
#include "source/pages/media-words.h"
#include "source/pages/preview.h"

#define FILM_LOOK_MS 3000 /* past its black beginning */

/* It stands at the day on which the file came, so it is the same for ever and found again. */
static BtPlanDocument *sample(const BtVisit *visit, const BtLibraryFile *file, gboolean is_large)
{
    g_autoptr(BtJson) item = bt_json_new_object();
    bt_json_set_string(item, "kind", file->kind == BT_LIBRARY_FILM ? "video" : "image");
    bt_json_set_string(item, "asset", file->sha256);
    bt_json_set_string(item, "fit", "contain");
    return bt_plan_sample(visit->store, item, is_large ? 640 : 320, is_large ? 360 : 180, FALSE,
        file->created_ms, NULL);
}

void bt_media_add_picture(
    GString *html, const BtVisit *visit, const BtLibraryFile *file, gboolean is_large)
{
    g_autoptr(BtPlanDocument) document =
        file->kind == BT_LIBRARY_PICTURE || file->kind == BT_LIBRARY_FILM
        ? sample(visit, file, is_large)
        : NULL;
    g_string_append(html, is_large ? "<span class=\"thumb large\">" : "<span class=\"thumb\">");
    if (document != NULL)
        bt_preview_add_picture(html, visit, document,
            document->expires_ms - BT_MANIFEST_MAX_AGE_MS +
                MIN(file->duration_ms / 2, FILM_LOOK_MS),
            is_large ? file->name : "");
    else
        bt_media_add_sign(html, file->kind);
    g_string_append(html, "</span>");
}
