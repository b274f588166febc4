#include "source/pages/alarm-form.h"

#include "base/error.h"
#include "source/pages/html.h"
#include "source/pages/where.h"

#include <string.h>

/* The languages of the boards' readers, by their own names. */
static const struct {
    const char *lang, *name;
} languages[] = { { "vi", "Tiếng Việt" }, { "jra", "Jrai" }, { "bdq", "Bahnar" }, { "rad", "Êđê" },
    { "km", "ភាសាខ្មែរ" }, { "en", "English" } };

const char *bt_alarm_language(const char *lang)
{
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
        if (strcmp(languages[i].lang, lang) == 0)
            return languages[i].name;
    return lang;
}

/* Of Decision 18/2021/QĐ-TTg, article 4. */
static const char *const level_words[BT_ALERT_MAX_LEVEL + 1] = { N_("Urgent, without a level"),
    N_("Level 1 – low"), N_("Level 2 – moderate"), N_("Level 3 – high"), N_("Level 4 – very high"),
    N_("Level 5 – disaster") };

static const int hours[] = { 1, 2, 3, 6, 12, BT_ALERT_MAX_HOURS };
#define USUAL_HOURS 6

void bt_alarm_add_level(GString *html, int level)
{
    char css[] = "band level-0";
    level = CLAMP(level, 0, BT_ALERT_MAX_LEVEL);
    css[sizeof css - 2] = (char)('0' + level);
    bt_html_add(html, "<p class=\"%s\">%s</p>", css, _(level_words[level]));
}

/* ---- fields ---- */

/* What was typed, else what the template says. */
static const char *value_of(const BtVisit *visit, const char *name, const char *template)
{
    return visit->form != NULL ? bt_visit_text(visit, name) : template;
}

static void add_area_field(GString *html, const BtVisit *visit, const char *lang, const char *part,
    const char *label, const char *template, gboolean required)
{
    g_autofree char *name = g_strdup_printf("%s.%s", lang, part);
    bt_html_add(html,
        "<label>%s<textarea name=\"%s\" lang=\"%s\" rows=\"3\" maxlength=\"%d\"%s>\n%s</textarea>"
        "</label>",
        label, name, lang, BT_ALERT_PART_MAX_CHARS, required ? " required" : "",
        value_of(visit, name, template));
}

static void add_parts(GString *html, const BtVisit *visit, const char *lang,
    const BtAlertText *text, gboolean required)
{
    const char *words[] = { "", "", "", "", "" };
    g_autofree char *title = g_strdup_printf("%s.title", lang);
    if (text != NULL) {
        const char *known[] = { text->title, text->what, text->where, text->when, text->action };
        memcpy(words, known, sizeof words);
    }
    bt_html_add(html,
        "<label>%s<input name=\"%s\" lang=\"%s\" maxlength=\"%d\" value=\"%s\"%s></label>",
        _("Title"), title, lang, BT_ALERT_TITLE_MAX_CHARS, value_of(visit, title, words[0]),
        required ? " required" : "");
    add_area_field(html, visit, lang, "what", _("What happens"), words[1], required);
    add_area_field(html, visit, lang, "where", _("Where it happens"), words[2], FALSE);
    add_area_field(html, visit, lang, "when", _("When"), words[3], FALSE);
    add_area_field(html, visit, lang, "do", _("What people are to do"), words[4], FALSE);
}

static gboolean is_used(const BtVisit *visit, const char *lang)
{
    g_autofree char *name = g_strconcat("use.", lang, NULL);
    return visit->form != NULL && *bt_visit_field(visit, name) != '\0';
}

static void add_language(GString *html, const BtVisit *visit, const BtTemplate *template, gsize i)
{
    const char *lang = languages[i].lang;
    gboolean used = is_used(visit, lang);
    bt_html_add(html, "<details%s><summary lang=\"%s\">%s</summary>", used ? " open" : "", lang,
        languages[i].name);
    bt_html_add(html,
        "<label class=\"tick\"><input type=\"checkbox\" name=\"use.%s\" value=\"1\"%s> %s</label>",
        lang, used ? " checked" : "", _("Show in this language too"));
    add_parts(html, visit, lang, bt_template_text(template, lang), FALSE);
    g_string_append(html, "</details>");
}

static void add_levels(GString *html, const BtVisit *visit, int usual)
{
    gint64 chosen = usual;
    if (visit->form != NULL)
        bt_visit_number(bt_visit_field(visit, "level"), 0, BT_ALERT_MAX_LEVEL, &chosen);
    bt_html_add(html, "<fieldset class=\"levels\"><legend>%s</legend>", _("Level of risk"));
    for (int level = BT_ALERT_MAX_LEVEL; level >= 0; level--) {
        char css[] = "tick level-0", value[] = "0";
        css[sizeof css - 2] = value[0] = (char)('0' + level);
        bt_html_add(html,
            "<label class=\"%s\"><input type=\"radio\" name=\"level\" value=\"%s\"%s> %s</label>",
            css, value, level == chosen ? " checked" : "", _(level_words[level]));
    }
    g_string_append(html, "</fieldset>");
}

static void add_hours(GString *html, const BtVisit *visit)
{
    gint64 chosen = USUAL_HOURS;
    if (visit->form != NULL)
        bt_visit_number(bt_visit_field(visit, "hours"), 1, BT_ALERT_MAX_HOURS, &chosen);
    bt_html_add(html, "<label>%s<select name=\"hours\">", _("For how long"));
    for (gsize i = 0; i < G_N_ELEMENTS(hours); i++) {
        g_autofree char *words = g_strdup_printf(_("%d hours"), hours[i]);
        g_string_append_printf(
            html, "<option value=\"%d\"%s>", hours[i], hours[i] == chosen ? " selected" : "");
        bt_html_add(html, "%s</option>", words);
    }
    g_string_append(html, "</select></label>");
}

static void add_rest(GString *html, const BtVisit *visit)
{
    bt_html_add(html,
        "<label>%s<input name=\"issuer\" required maxlength=\"%d\" value=\"%s\"></label>",
        _("Who issues it"), BT_ALERT_ISSUER_MAX_CHARS,
        value_of(visit, "issuer", visit->store->name));
    bt_html_add(html,
        "<label>%s<input name=\"reason\" required maxlength=\"%d\" value=\"%s\"></label>",
        _("Reason (kept in the diary, not shown)"), BT_ALARM_REASON_MAX_CHARS,
        value_of(visit, "reason", ""));
    bt_html_add(html,
        "<label class=\"tick\"><input type=\"checkbox\" name=\"rehearsal\" value=\"1\"%s> %s"
        "</label>",
        visit->form != NULL && *bt_visit_field(visit, "rehearsal") != '\0' ? " checked" : "",
        _("This is a drill: DIỄN TẬP stands across the picture"));
}

void bt_alarm_add_form(
    GString *html, const BtVisit *visit, const BtTemplate *template, const char *fault)
{
    if (fault != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", fault);
    bt_html_add(html,
        "<form class=\"sheet\" method=\"post\" action=\"/emergency/new\"><input type=\"hidden\" "
        "name=\"template\" value=\"%s\">",
        template->id);
    bt_visit_add_token(html, visit);
    add_levels(html, visit, template->level);
    add_parts(html, visit, "vi", bt_template_text(template, "vi"), TRUE);
    bt_html_add(html, "<p class=\"fine\">%s</p>",
        _("Fill the places in square brackets, or take them away."));
    for (gsize i = 1; i < G_N_ELEMENTS(languages); i++)
        add_language(html, visit, template, i);
    bt_where_add_fields(html, visit, BT_ALARM_ROLES);
    add_hours(html, visit);
    add_rest(html, visit);
    bt_html_add(html, "<p class=\"fine\">%s</p><button>%s</button></form>",
        _("Nothing is shown yet: the next page says what will happen, and asks for the signature."),
        _("Next: check and sign"));
}

/* ---- what came back ---- */

static char *part_of(const BtVisit *visit, const char *lang, const char *part)
{
    g_autofree char *name = g_strdup_printf("%s.%s", lang, part);
    return g_strstrip(g_strdup(bt_visit_text(visit, name)));
}

static void take_text(const BtVisit *visit, const char *lang, GPtrArray *texts)
{
    BtAlertText *text = g_new0(BtAlertText, 1);
    *text = (BtAlertText){ g_strdup(lang), part_of(visit, lang, "title"),
        part_of(visit, lang, "what"), part_of(visit, lang, "where"), part_of(visit, lang, "when"),
        part_of(visit, lang, "do") };
    g_ptr_array_add(texts, text);
}

static GPtrArray *take_texts(const BtVisit *visit)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_alert_text_free);
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
        if (i == 0 || is_used(visit, languages[i].lang))
            take_text(visit, languages[i].lang, texts);
    return texts;
}

/* (transfer full) */
static char *words_for(const char *fault, const char *where)
{
    if (strcmp(fault, "bracket") == 0)
        return g_strdup_printf(_("%s still stands in the text. Fill it, or take it away."), where);
    const char *words = strcmp(fault, "title") == 0 ? _("Every language needs a title.")
        : strcmp(fault, "what") == 0                ? _("Every language needs to say what happens.")
        : strcmp(fault, "long") == 0   ? _("A text is too long to be read in passing. Shorten it.")
        : strcmp(fault, "issuer") == 0 ? _("Say who issues it.")
        : strcmp(fault, "until") == 0  ? _("An emergency lasts 1 to 24 hours.")
                                       : _("There is no screen in this area yet.");
    return g_strdup(words);
}

static gint64 propose(const BtVisit *visit, BtAlarmNew *alarm, char **fault, GError **error)
{
    g_autofree char *where = NULL;
    const char *word = bt_alert_fault(&alarm->form, visit->now_ms, &where);
    if (word != NULL) {
        *fault = words_for(word, where);
        return 0;
    }
    if (*alarm->reason == '\0' || g_utf8_strlen(alarm->reason, -1) > BT_ALARM_REASON_MAX_CHARS) {
        *fault = g_strdup(_("Say why, in a few words."));
        return 0;
    }
    return bt_alarms_add(visit->store, alarm, visit->now_ms, error);
}

gint64 bt_alarm_take_form(const BtVisit *visit, char **fault, GError **error)
{
    const char *area = NULL, *why = NULL;
    gint64 level = 0, n_hours = 0;
    *fault = NULL;
    g_autoptr(GPtrArray) screens = bt_where_read(visit, BT_ALARM_ROLES, &area, &why);
    g_autoptr(GPtrArray) texts = take_texts(visit);
    if (screens == NULL ||
        !bt_visit_number(bt_visit_field(visit, "level"), 0, BT_ALERT_MAX_LEVEL, &level) ||
        !bt_visit_number(bt_visit_field(visit, "hours"), 1, BT_ALERT_MAX_HOURS, &n_hours)) {
        *fault = g_strdup(why != NULL ? why : _("Choose a level, and for how long."));
        return 0;
    }
    BtAlarmNew alarm = { .area = area,
        .author = visit->user,
        .reason = bt_visit_field(visit, "reason"),
        .form = { .level = (int)level,
            .issuer = bt_visit_field(visit, "issuer"),
            .until_ms = visit->now_ms + n_hours * BT_HOUR_MS,
            .rehearsal = *bt_visit_field(visit, "rehearsal") != '\0',
            .texts = texts,
            .screens = screens } };
    return propose(visit, &alarm, fault, error);
}
