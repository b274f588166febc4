#include "source/desk/templates.h"

#include <string.h>

#define MAX_BYTES (16 * 1024)
#define DEPTH 5
#define NAME "template"

void bt_template_free(BtTemplate *template)
{
    g_free(template->id);
    g_free(template->name_vi);
    g_free(template->name_en);
    g_ptr_array_unref(template->texts);
    g_free(template);
}

static char *word_of(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    const char *word =
        bt_json_member(object, key, &at) ? bt_json_read_string(&at, 0, G_MAXSIZE, NULL) : NULL;
    return g_strdup(word != NULL ? word : "");
}

static gint64 number_of(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    gint64 number = 0;
    if (bt_json_member(object, key, &at))
        bt_json_read_int(&at, 0, 1000, &number, NULL);
    return number;
}

static BtAlertText *read_text(const BtJsonAt *at)
{
    BtAlertText *text = g_new0(BtAlertText, 1);
    text->lang = g_strdup(at->key);
    text->title = word_of(at, "title");
    text->what = word_of(at, "what");
    text->where = word_of(at, "where");
    text->when = word_of(at, "when");
    text->action = word_of(at, "do");
    return text;
}

static void read_texts(BtTemplate *template, const BtJsonAt *root)
{
    BtJsonAt texts, at;
    void *iter = NULL;
    if (!bt_json_member(root, "texts", &texts))
        return;
    while (bt_json_next_member(&texts, &iter, &at))
        g_ptr_array_add(template->texts, read_text(&at));
}

static BtTemplate *read_template(const char *file)
{
    g_autoptr(BtJson) json = bt_json_parse(file, strlen(file), NAME, MAX_BYTES, DEPTH, NULL);
    g_assert(json != NULL); /* ours, from the build */
    BtJsonAt root = bt_json_root(NAME, json), name;
    BtTemplate *template = g_new0(BtTemplate, 1);
    template->texts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_alert_text_free);
    template->id = word_of(&root, "id");
    template->level = (int)number_of(&root, "level");
    template->order = number_of(&root, "order");
    if (bt_json_member(&root, "name", &name)) {
        template->name_vi = word_of(&name, "vi");
        template->name_en = word_of(&name, "en");
    }
    read_texts(template, &root);
    return template;
}

static gint by_order(gconstpointer a, gconstpointer b)
{
    const BtTemplate *one = *(BtTemplate *const *)a, *other = *(BtTemplate *const *)b;
    return (one->order > other->order) - (one->order < other->order);
}

GPtrArray *bt_templates_list(void)
{
    GPtrArray *templates = g_ptr_array_new_with_free_func((GDestroyNotify)bt_template_free);
    for (gsize i = 0; bt_template_texts[i] != NULL; i++)
        g_ptr_array_add(templates, read_template(bt_template_texts[i]));
    g_ptr_array_sort(templates, by_order);
    return templates;
}

BtTemplate *bt_templates_find(const char *id)
{
    for (gsize i = 0; bt_template_texts[i] != NULL; i++) {
        g_autoptr(BtTemplate) template = read_template(bt_template_texts[i]);
        if (strcmp(template->id, id) == 0)
            return g_steal_pointer(&template);
    }
    return NULL;
}

const BtAlertText *bt_template_text(const BtTemplate *template, const char *lang)
{
    for (guint i = 0; i < template->texts->len; i++) {
        const BtAlertText *text = g_ptr_array_index(template->texts, i);
        if (strcmp(text->lang, lang) == 0)
            return text;
    }
    return NULL;
}
