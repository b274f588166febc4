/* The form of an emergency: its fields, and what came back. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_ALARM_FORM_H
#define BT_SOURCE_ALARM_FORM_H

#include "source/desk/alarms.h"
#include "source/desk/templates.h"
#include "source/pages/visit.h"

/* Who may ask for one. Who signs it needs an emergency key. */
#define BT_ALARM_ROLES (1u << BT_ROLE_EDITOR | 1u << BT_ROLE_APPROVER | 1u << BT_ROLE_OPERATOR)
#define BT_ALARM_REASON_MAX_CHARS 500

/* The word and the colour of a level, as the glass has them. */
void bt_alarm_add_level(GString *html, int level);
/* What its readers call a language; the tag where it is none of the form's. Static or borrowed. */
const char *bt_alarm_language(const char *lang);
/* The whole form, filled by what came or by the template. `fault` (nullable) stands over it. */
void bt_alarm_add_form(
    GString *html, const BtVisit *visit, const BtTemplate *template, const char *fault);
/* What came: the alarm's id when it was proposed; 0 with words for people in `*fault` (transfer
 * full), or with an error. */
gint64 bt_alarm_take_form(const BtVisit *visit, char **fault, GError **error);

#endif
