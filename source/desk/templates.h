/* What an emergency begins with: the words that officials use for each kind, with the places that
 * are still to be filled in square brackets; templates/NAME.json, made into the program.
 * Thread-safety: safe. */
#ifndef BT_SOURCE_TEMPLATES_H
#define BT_SOURCE_TEMPLATES_H

#include "source/desk/alerts.h"

typedef struct {
    char *id;
    char *name_vi, *name_en;
    int level;        /* that it often has; 0: none */
    gint64 order;     /* among the others */
    GPtrArray *texts; /* of BtAlertText, Vietnamese first */
} BtTemplate;
void bt_template_free(BtTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTemplate, bt_template_free)

/* In their order. (transfer full): GPtrArray of BtTemplate */
GPtrArray *bt_templates_list(void);
/* NULL when there is none with this id. (transfer full) */
BtTemplate *bt_templates_find(const char *id);
/* Its words in a language, NULL when it has none. Borrowed. */
const BtAlertText *bt_template_text(const BtTemplate *template, const char *lang);

/* The files, NULL-ended; from templates.cmake. */
extern const char *const bt_template_texts[];

#endif
