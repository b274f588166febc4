/* One face, opened when first used: HarfBuzz shapes it in font units, FreeType draws it at a size.
 * Both read the same mapping of the file. */
#include "fonts/parts.h"

#include <hb-ot.h>
#include <math.h>
#include FT_MULTIPLE_MASTERS_H

/* Registered axes are five; a font with more than this is no font for a board. */
#define MAX_AXES 16

static gboolean open_ft(BtFace *face, FT_Library ft, guint face_index)
{
    unsigned size;
    hb_blob_t *blob = hb_face_reference_blob(face->hb_face);
    const char *data = hb_blob_get_data(blob, &size);
    FT_Error failed = FT_New_Memory_Face(ft, (const FT_Byte *)data, size, face_index, &face->ft);
    hb_blob_destroy(blob); /* hb_face keeps the mapping for both */
    return failed == 0;
}

/* Colour bitmaps come in one size and are scaled to every other. */
static gboolean set_strike(BtFace *face)
{
    if (FT_IS_SCALABLE(face->ft))
        return TRUE;
    if (!FT_HAS_FIXED_SIZES(face->ft) || !FT_HAS_COLOR(face->ft))
        return FALSE;
    face->strike = TRUE;
    face->strike_ppem = face->ft->available_sizes[0].y_ppem / 64.0f;
    return face->strike_ppem > 0 && FT_Select_Size(face->ft, 0) == 0;
}

static void read_metrics(BtFace *face, const BtFontEntry *entry)
{
    hb_font_extents_t extents = { 0 };
    float upem = face->upem;
    hb_font_get_h_extents(face->hb, &extents);
    face->ascent_em = CLAMP(extents.ascender / upem, 0, 8);
    face->descent_em = CLAMP(-extents.descender / upem, 0, 8);
    if (face->ascent_em + face->descent_em < 0.1f)
        face->ascent_em = 1, face->descent_em = 0.25f;
    face->ink_top_em = entry != NULL ? entry->ink_top_em : face->ascent_em;
    face->ink_bottom_em = entry != NULL ? entry->ink_bottom_em : face->descent_em;
    if (entry != NULL && entry->ink_is_line) {
        face->ascent_em = entry->ink_top_em;
        face->descent_em = entry->ink_bottom_em;
    }
    const FT_BBox *box = &face->ft->bbox;
    double far = MAX(MAX(fabs((double)box->xMin), fabs((double)box->xMax)), face->upem);
    face->reach_em = face->strike ? 2 : (float)(far / upem) + 0.25f;
}

BtFace *bt_face_open(
    FT_Library ft, const char *path, guint face_index, const BtFontEntry *entry, guint index)
{
    hb_blob_t *blob = hb_blob_create_from_file_or_fail(path);
    if (blob == NULL)
        return NULL;
    BtFace *face = g_new0(BtFace, 1);
    g_autofree char *base = g_path_get_basename(path);
    face->index = index;
    face->name = face_index == 0 ? g_strdup(base) : g_strdup_printf("%s#%u", base, face_index);
    face->hb_face = hb_face_create(blob, face_index);
    hb_blob_destroy(blob);
    face->upem = hb_face_get_upem(face->hb_face);
    face->hb = hb_font_create(face->hb_face);
    hb_ot_font_set_funcs(face->hb);
    if (hb_face_get_glyph_count(face->hb_face) == 0 || face->upem == 0 ||
        !open_ft(face, ft, face_index) || !set_strike(face)) {
        bt_face_free(face);
        return NULL;
    }
    read_metrics(face, entry);
    return face;
}

void bt_face_free(BtFace *face)
{
    if (face == NULL)
        return;
    if (face->ft != NULL)
        FT_Done_Face(face->ft);
    hb_font_destroy(face->hb);
    hb_face_destroy(face->hb_face);
    g_free(face->name);
    g_free(face);
}

void bt_face_set_px(BtFace *face, int px)
{
    if (face->strike || face->ft_px == px)
        return;
    FT_Set_Pixel_Sizes(face->ft, 0, px);
    face->ft_px = px;
}

/* ---- variable fonts ---- */

static gboolean set_axis(const hb_ot_var_axis_info_t *axes, guint n, const char *words,
    float coords[MAX_AXES], const char *name, GError **error)
{
    hb_variation_t variation;
    if (!hb_variation_from_string(words, -1, &variation)) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
            "variations: %s cannot be read: expected AXIS=NUMBER, like wght=650", words);
        return FALSE;
    }
    for (guint i = 0; i < n; i++)
        if (axes[i].tag == variation.tag) {
            coords[i] = CLAMP(variation.value, axes[i].min_value, axes[i].max_value);
            return TRUE;
        }
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "variations: %s: %s has no such axis%s", words,
        name, n == 0 ? ": expected a variable font" : "");
    return FALSE;
}

/* The shaper and the rasteriser must see the same instance. */
static void apply(BtFace *face, const float coords[MAX_AXES], guint n)
{
    FT_Fixed fixed[MAX_AXES];
    for (guint i = 0; i < n; i++)
        fixed[i] = lroundf(coords[i] * 65536);
    hb_font_set_var_coords_design(face->hb, coords, n);
    FT_Set_Var_Design_Coordinates(face->ft, n, fixed);
}

gboolean bt_face_set_variations(BtFace *face, const char *variations, GError **error)
{
    hb_ot_var_axis_info_t axes[MAX_AXES];
    float coords[MAX_AXES];
    guint n = MAX_AXES;
    hb_ot_var_get_axis_infos(face->hb_face, 0, &n, axes);
    for (guint i = 0; i < n; i++)
        coords[i] = axes[i].default_value;
    g_auto(GStrv) words = g_strsplit(variations, ",", MAX_AXES + 1);
    for (guint i = 0; words[i] != NULL; i++)
        if (!set_axis(axes, n, words[i], coords, face->name, error))
            return FALSE;
    apply(face, coords, n);
    read_metrics(face, NULL);
    return TRUE;
}
