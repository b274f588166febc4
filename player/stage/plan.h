/* Where everything of a bulletin stands, and on which page: pure geometry over text.
 *
 * One size of body serves all pages and all languages of a bulletin. Every byte of a title and body
 * stands on at least one page, but for blank lines at a page's top and end: no page is blank.
 * Thread-safety: the fonts' thread. Immutable once made. */
#ifndef BT_PLAYER_STAGE_PLAN_H
#define BT_PLAYER_STAGE_PLAN_H

#include "fonts/text.h"
#include "player/stage/look.h"
#include "playlists/model/manifest.h"

/* What is to be laid out. All borrowed. */
typedef struct {
    int w_px, h_px; /* of the zone */
    BtRect free_px; /* what the page may use of it: all, or less under a banner */
    gboolean led;
    guint32 ground;     /* 0xRRGGBB */
    GPtrArray *texts;   /* of BtText, at least one */
    const char *issuer; /* for the foot, "" for none; so are note and qr */
    const char *note;
    const char
        *brief; /* nullable: a note that stands whole, and before the issuer, when room is short */
    const char *qr;
    gboolean picture;
    int level; /* of an alert, 0 for a text */
} BtPlanSpec;

typedef enum {
    BT_PICTURE_NONE,
    BT_PICTURE_BESIDE,
    BT_PICTURE_ABOVE,
    BT_PICTURE_BEHIND, /* under a scrim, where no room is beside the text */
} BtPicturePlace;

/* Lines of the title and of the body on one page. */
typedef struct {
    guint title_first, title_n, body_first, body_n;
} BtPlanPage;

typedef struct {
    BtTextLayout *title, *body; /* each nullable, not both unless the text could not be laid out */
    const char *lang;           /* borrowed from the plan's layouts, "" when there is none */
    gboolean rtl;               /* the whole page is mirrored */
    gboolean vertical;          /* lines are columns, from right to left */
    gboolean heading;           /* there was no body: `body` is the title */
    GArray *pages;              /* of BtPlanPage, at least one */
} BtPlanText;

typedef struct {
    int w_px, h_px;
    BtRect free_px;
    BtLook look;
    BtColours colours;
    int body_px, title_px; /* chosen */
    BtRect band_px;        /* an alert's, else empty; so are the others */
    BtRect column_px;      /* title and body */
    BtRect foot_px;
    BtRect marks_px; /* of a tiny zone: a narrow column for the page marks */
    BtRect picture_px;
    BtRect qr_px;
    int qr_module_px;
    BtPicturePlace place;
    int level;
    gboolean named; /* the foot names the language: one of several, or another than Vietnamese */
    char *issuer, *note, *brief, *qr;
    GPtrArray *texts; /* of BtPlanText */
} BtPlan;

/* (transfer full) */
BtPlan *bt_plan_new(BtFonts *fonts, const BtPlanSpec *spec);
void bt_plan_free(BtPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPlan, bt_plan_free)

const BtPlanText *bt_plan_text(const BtPlan *plan, guint text);
guint bt_plan_pages(const BtPlan *plan, guint text);
/* A box of the plan as it stands on the pages of `text`: mirrored for right-to-left scripts. */
BtRect bt_plan_box(const BtPlan *plan, guint text, BtRect box_px);
/* How much of the room's depth a page of `text` takes, and the page that takes most. */
int bt_plan_page_px(const BtPlan *plan, const BtPlanText *text, BtPlanPage page);
int bt_plan_deepest_px(const BtPlan *plan, const BtPlanText *text);
/* About how much memory the plan holds. */
gsize bt_plan_bytes(const BtPlan *plan);

/* ---- the steps of bt_plan_new, each in a file of its own ---- */

/* boxes.c: the boxes from the spec and the look; margins give way to a line of letters of
 * `least_px`. */
void bt_plan_place_boxes(BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px);
/* size.c: body_px, title_px and texts; no smaller than `least_px`. */
void bt_plan_choose_size(BtPlan *plan, BtFonts *fonts, const BtPlanSpec *spec, int least_px);
/* even.c: titles and short bodies of two or three lines are broken into lines of about one length.
 */
void bt_plan_even_lines(BtPlan *plan, BtFonts *fonts, GPtrArray *from);
/* Replaces a layout of two or three lines by one in the narrowest box in which it takes as many; at
 * least half of its own, so that words are not broken for it. (transfer full in and out) */
void bt_even_lines(BtFonts *fonts, BtTextLayout **layout);
/* bt_text_layout, or bt_text_lines where a size is only tried. */
typedef BtTextLayout *BtPlanLayout(
    BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px, GError **error);
/* plan.c: all texts with a body of this size. (transfer full): of BtPlanText */
GPtrArray *bt_plan_lay_texts(
    const BtPlan *plan, BtFonts *fonts, GPtrArray *from, int body_px, BtPlanLayout *layout);
BtTextStyle bt_plan_style(const BtPlan *plan, const BtText *text, int px, gboolean title);

/* What lines may take of the column of text. Lines of vertical text are columns: as long as it is
 * high, beside one another over its width. */
typedef struct {
    int length_px, depth_px;
    guint max_lines;
} BtPlanRoom;
BtPlanRoom bt_plan_room(const BtPlan *plan, gboolean vertical);
/* Whether `text` is set in columns here: it asks for it, and there is room for three columns of
 * eight characters at the smallest legible size. */
gboolean bt_plan_is_vertical(const BtPlan *plan, const BtText *text);

#endif
