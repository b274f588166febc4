#include "player/stage/language.h"

#include <glib.h>
#include <string.h>

/* A tag with a script or region stands before the bare one. */
static const struct {
    const char *tag, *name;
} names[] = {
    { "vi-Hani", "㗂越" },
    { "vi", "Tiếng Việt" },
    { "km", "ភាសាខ្មែរ" },
    { "jra", "Jrai" },
    { "rad", "Êđê" },
    { "bdq", "Bahnar" },
    { "sed", "Xơ Đăng" },
    { "cmo", "Bunong" },
    { "mnn", "Bunong" },
    { "mng", "Bunong" },
    { "kpm", "K’Ho" },
    { "cje", "Chru" },
    { "hre", "Hrê" },
    { "pac", "Pa Kôh" },
    { "mtq", "Mường" },
    { "tyz-Hani", "㗂岱" },
    { "tyz", "Tày" },
    { "nut", "Nùng" },
    { "mww-Hmng", "𖬌𖬣𖬵" },
    { "hnj-Hmng", "𖬌𖬣𖬵" },
    { "hnj-Hmnp", "𞄀𞄩𞄰" },
    { "hmn", "Hmoob" },
    { "hmv", "Hmôngz" },
    { "mww", "Hmoob" },
    { "hnj", "Moob" },
    { "cjm-Latn", "Chăm" },
    { "cjm", "ꨌꩌ" },
    { "cja-Cham", "ꨌꩌ" },
    { "cja", "چام" },
    { "blt-Latn", "Táy" },
    { "blt", "ꪼꪕ" },
    { "twh", "ꪼꪕ" },
    { "tyr", "ꪼꪕ" },
    { "khb-Lana", "ᨴᩱ᩠ᨿᩃᩨᩢ" },
    { "khb", "ᦺᦑᦟᦹᧉ" },
    { "ium-Hani", "勉語" },
    { "ium", "Mienh" },
    { "lo", "ພາສາລາວ" },
    { "th", "ภาษาไทย" },
    { "zh", "中文" },
    { "yue", "粵語" },
    { "hak", "客家話" },
    { "nan", "閩南語" },
    { "ii", "ꆈꌠꉙ" },
    { "hni", "Haqniqdoq" },
    { "en", "English" },
    { "fr", "Français" },
};

static gboolean begins(const char *tag, const char *prefix)
{
    gsize length = strlen(prefix);
    return !g_ascii_strncasecmp(tag, prefix, length) && (tag[length] == '\0' || tag[length] == '-');
}

const char *bt_language_name(const char *tag)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (begins(tag, names[i].tag))
            return names[i].name;
    return tag;
}
