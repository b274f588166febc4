#include "source/pages/languages.h"

#include <string.h>

const BtPageLanguage bt_page_languages[] = {
    { "vi", "Tiếng Việt" },
    { "jra", "Gia Rai (Jrai)" },
    { "bdq", "Ba Na (Bahnar)" },
    { "rad", "Ê Đê (Êđê)" },
    { "sed", "Xơ Đăng" },
    { "cmo", "M’Nông (Bunong)" },
    { "kpm", "Cơ Ho (K’Ho)" },
    { "cje", "Chu Ru (Chru)" },
    { "km", "Khmer (ភាសាខ្មែរ)" },
    { "cjm", "Chăm (ꨌꩌ)" },
    { "cjm-Latn", "Chăm, chữ La-tinh" },
    { "cja", "Chăm, chữ Ả Rập (چام)" },
    { "hre", "Hrê" },
    { "pac", "Tà Ôi – Pa Cô (Pa Kôh)" },
    { "mtq", "Mường" },
    { "tyz", "Tày" },
    { "nut", "Nùng" },
    { "blt", "Thái đen (ꪼꪕ)" },
    { "blt-Latn", "Thái đen, chữ La-tinh (Táy)" },
    { "twh", "Thái trắng (ꪼꪕ)" },
    { "khb", "Lự (ᦺᦑᦟᦹᧉ)" },
    { "hmn", "Mông (Hmoob)" },
    { "hmv", "Mông, chữ Việt Nam (Hmôngz)" },
    { "ium", "Dao (Mienh)" },
    { "hni", "Hà Nhì (Haqniqdoq)" },
    { "lo", "Lào (ພາສາລາວ)" },
    { "zh-Hant", "Hoa, chữ phồn thể (中文)" },
    { "zh-Hans", "Hoa, chữ giản thể (中文)" },
    { "en", "Anh (English)" },
    { "fr", "Pháp (Français)" },
    { NULL },
};

static const BtPageLanguage *find(const char *tag)
{
    for (const BtPageLanguage *language = bt_page_languages; language->tag != NULL; language++)
        if (g_ascii_strcasecmp(language->tag, tag) == 0)
            return language;
    return NULL;
}

const char *bt_page_language_name(const char *tag)
{
    const BtPageLanguage *language = find(tag);
    return language != NULL ? language->name : tag;
}

gboolean bt_page_language_is_known(const char *tag)
{
    return find(tag) != NULL;
}
