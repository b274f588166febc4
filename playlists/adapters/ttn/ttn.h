/* The provincial source system (hệ thống thông tin nguồn, TTN) in the player's words: what it says
 * becomes plain data, what the player says becomes its JSON, and its bulletins become a manifest.
 *
 * Every province says the same things in other names, at other places, under other codes. A
 * *dialect* is the table of all that: a file of data, so that a new province is no new program.
 * Everything here is pure: no clock, no network, no file but a dialect's own. Thread-safety: a
 * dialect is immutable and its reference count atomic; the rest has one owner. */
#ifndef BT_PLAYLISTS_ADAPTERS_TTN_TTN_H
#define BT_PLAYLISTS_ADAPTERS_TTN_TTN_H

#include "base/json.h"
#include "fonts/legacy.h"
#include "playlists/model/manifest.h"

#define BT_DIALECT_MAX_BYTES (64 * 1024)
#define BT_TTN_MESSAGE_MAX_BYTES (256 * 1024) /* a bulletin of 10,000 characters has 40 KB */
#define BT_TTN_MESSAGE_MAX_DEPTH 16
#define BT_TTN_MESSAGE_MAX_ITEMS 500 /* bulletins, devices or slots in one message */
#define BT_TTN_ID_MAX 200            /* code points of an id of theirs */

/* ---- what the source system says ---- */

typedef enum {
    BT_TTN_TEXT = 1, /* LoaiBanTin */
    BT_TTN_IMAGE,
    BT_TTN_AUDIO,
    BT_TTN_VIDEO,
    BT_TTN_STREAM,
    BT_TTN_FM,
} BtTtnKind;

/* TT 39/2020: khẩn cấp, ưu tiên, thông thường; whichever number a province gives them. */
typedef enum { BT_TTN_URGENT, BT_TTN_PRIORITY, BT_TTN_ORDINARY, BT_TTN_N_PRIORITIES } BtTtnPriority;

typedef struct {
    gint64 from_ms, until_ms;
} BtTtnSlot;

/* One bulletin (bản tin). Strings are never NULL; "" when not given. */
typedef struct {
    char *id; /* BanTinID, as written */
    BtTtnKind kind;
    BtTtnPriority priority;
    char *title, *summary;
    char *content;         /* kind 1: the text, in Unicode; else an address */
    char *lang;            /* BCP 47; the dialect's default is "vi" */
    int field;             /* LoaiLinhVuc 1 to 6; 0 when not given */
    gint64 made_ms;        /* ThoiGianSanXuat; 0 when not given */
    gint64 duration_ms;    /* ThoiLuong; 0 when not given */
    char *partition;       /* the layout's name, by the dialect's table; "" the whole screen */
    char *region;          /* the zone's name, by the dialect's table; "" its first */
    char *author, *sender; /* for people; `sender` is NguonID, whom the ceiling may name */
    char *schedule_id, *schedule_name;
    GArray *slots;   /* of BtTtnSlot, rising, not overlapping; empty: until it is taken away */
    gint64 until_ms; /* urgent: its end; 0 when not given */
    BtJson *said;    /* the message as it came, for what a play log repeats */
} BtTtnBulletin;

void bt_ttn_bulletin_free(BtTtnBulletin *bulletin);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnBulletin, bt_ttn_bulletin_free)
/* For a store: all of it as one JSON object, and back. (transfer full) (nullable) */
BtJson *bt_ttn_bulletin_to_json(const BtTtnBulletin *bulletin);
BtTtnBulletin *bt_ttn_bulletin_from_json(const BtJson *json, const char *name, GError **error);
/* The item id under which manifests and play records know it: safe as an id, the same for the same
 * bulletin of a source. (transfer full) */
char *bt_ttn_item_id(const char *bulletin_id);

/* The closed list of what a province may ask for. */
typedef enum {
    BT_TTN_SAY_BULLETIN,        /* take, or replace, `bulletin`; without slots of its own it keeps
                                   those that a schedule gave it */
    BT_TTN_SAY_SCHEDULE,        /* `bulletin_id`, `schedule_id`, `slots`: its times are these now */
    BT_TTN_SAY_CANCEL,          /* take away `bulletin_id` */
    BT_TTN_SAY_CANCEL_SCHEDULE, /* take away what `schedule_id` brought */
    BT_TTN_SAY_URGENT,          /* `bulletin_id` is urgent until `until_ms` */
    BT_TTN_SAY_VOLUME,          /* `value` 0 to 100 */
    BT_TTN_SAY_STOP,
    BT_TTN_SAY_SKIP,
    BT_TTN_SAY_PAUSE,
    BT_TTN_SAY_RESUME,
    BT_TTN_SAY_RESTART,
    BT_TTN_N_SAYS
} BtTtnSays;

typedef struct {
    BtTtnSays says;
    char *id;           /* acted on once: theirs, else the hash of what was said */
    gboolean is_marked; /* its id or its time is their own: the same is never said anew */
    char *sender;
    gint64 at_ms;            /* when it was said, by them; 0 when not told */
    BtTtnBulletin *bulletin; /* NULL unless BULLETIN */
    char *bulletin_id, *schedule_id, *schedule_name; /* "" when not given */
    GArray *slots;                                   /* of BtTtnSlot; SCHEDULE */
    gint64 until_ms, value;
} BtTtnMessage;

/* With its bulletin and slots. */
void bt_ttn_message_free(BtTtnMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnMessage, bt_ttn_message_free)

/* ---- dialects ---- */

typedef struct BtDialect BtDialect;

/* `word`: the name of a dialect that comes with the player ("ttn-2.0", "ttn-api", "ttn-en"), or
 * the path of a file, which says in "extends" what it differs from. NOT_FOUND, SYNTAX, INVALID,
 * LIMIT with "FILE:LINE:COLUMN" or "FILE:/pointer". (transfer full) (nullable) */
BtDialect *bt_dialect_load(const char *word, GError **error);
BtDialect *bt_dialect_parse(const void *data, gsize size_bytes, const char *name, GError **error);
BtDialect *bt_dialect_ref(BtDialect *dialect);
void bt_dialect_unref(BtDialect *dialect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtDialect, bt_dialect_unref)
const char *bt_dialect_name(const BtDialect *dialect);
/* Remarks for `bangtin check`, each with its place: what the dialect cannot say or understand, and
 * which values it wants that `set` (nullable), the names that a configuration gives, does not have.
 * (transfer full): GPtrArray of char* */
GPtrArray *bt_dialect_notes(const BtDialect *dialect, GHashTable *set);

/* What the player says to the source system. */
typedef enum {
    BT_TTN_LOGIN,
    BT_TTN_REGISTER,
    BT_TTN_STATE,       /* each `every_ms` and on change */
    BT_TTN_PLAYED,      /* at each bulletin's start */
    BT_TTN_ENDED,       /* at its end, where a dialect has that */
    BT_TTN_SAVED,       /* a schedule was taken */
    BT_TTN_CANCELLED,   /* a schedule was taken away */
    BT_TTN_REQUISITION, /* the screen was handed over, or given back */
    BT_TTN_POLL,        /* asks for bulletins and commands, where no broker is */
    BT_TTN_N_CALLS
} BtTtnCall;

/* "login", "state" … as dialects write it. Static. */
const char *bt_ttn_call_name(BtTtnCall call);

/* The values that templates may name: name → BtJson. Which there are stands in TTN.md.
 * (transfer full) */
GHashTable *bt_ttn_values_new(void);
void bt_ttn_values_set(GHashTable *values, const char *name, BtJson *value /* (transfer full) */);
void bt_ttn_values_set_string(GHashTable *values, const char *name, const char *value);
void bt_ttn_values_set_int(GHashTable *values, const char *name, gint64 value);
/* Every value a bulletin gives (bulletin.id, bulletin.title, bulletin.said.KEY …). */
void bt_ttn_values_set_bulletin(GHashTable *values, const BtTtnBulletin *bulletin);

typedef struct {
    const char *method;  /* static: "GET" or "POST" */
    char *url;           /* absolute */
    char *topic;         /* NULL, or: it is published there instead, and there is no answer */
    char *body;          /* JSON; NULL for GET */
    gboolean with_token; /* a login comes first when there is no value "token" */
    char *header;        /* "Authorization: Bearer …", made of the value "token"; NULL without */
} BtTtnRequest;
void bt_ttn_request_clear(BtTtnRequest *request);

gboolean bt_dialect_has_call(const BtDialect *dialect, BtTtnCall call);
/* How often, for STATE and POLL; 0: the dialect leaves it to the configuration. */
gint64 bt_dialect_every_ms(const BtDialect *dialect, BtTtnCall call);
/* What to send. A value that nobody set is BT_ERROR_INVALID with its name. */
gboolean bt_dialect_request(const BtDialect *dialect, BtTtnCall call, GHashTable *values,
    BtTtnRequest *request, GError **error);

typedef struct {
    gboolean ok;
    char *reason;          /* theirs, when not ok; "" */
    char *token;           /* of LOGIN; NULL */
    gint64 token_lasts_ms; /* 0: not told */
} BtTtnReply;
void bt_ttn_reply_clear(BtTtnReply *reply);
/* The answer to a call. SYNTAX, INVALID: nothing that the dialect understands, a page in HTML among
 * it. */
gboolean bt_dialect_read_reply(
    const BtDialect *dialect, BtTtnCall call, GBytes *body, BtTtnReply *reply, GError **error);

/* The topics to hear, with values filled in. (transfer full): GPtrArray of char* */
GPtrArray *bt_dialect_topics(const BtDialect *dialect, GHashTable *values, GError **error);

/* Where and how something was said. */
typedef struct {
    const char *topic;          /* NULL: the answer of BT_TTN_POLL */
    const char *name;           /* for messages */
    const char *const *devices; /* (nullable, NULL-ended) what this board is called: a message for
                                   others only is none. Also areas it lies in */
    gint64 now_ms; /* a calendar (daily, weekly …) becomes slots from here on; 0: from its start */
} BtTtnHeard;
/* What was said, in order: GPtrArray of BtTtnMessage (transfer full). Parts that cannot be
 * understood are left out with a sentence in `problems` (of char*); NULL with an error when nothing
 * of it can be. An empty array: it was for other boards. */
GPtrArray *bt_dialect_read_messages(const BtDialect *dialect, const BtTtnHeard *heard, GBytes *body,
    GPtrArray *problems, GError **error);

/* ---- bulletins → manifest ---- */

/* A bulletin that is kept, and what became of its media. */
typedef struct {
    const BtTtnBulletin *bulletin;
    gint64 received_ms;
    const char *asset; /* sha256; NULL: not here (yet), it is shown as text */
    guint64 asset_bytes;
    const char *asset_type;   /* "video/mp4" */
    gint64 asset_duration_ms; /* as the decoder found it; 0: not known */
    gboolean media_failed;    /* its address cannot be had: text for good */
} BtTtnKept;

/* The screen and the frame of the document. */
typedef struct {
    const char *source, *screen, *timezone;
    int w_px, h_px;
    BtClass classes[BT_TTN_N_PRIORITIES]; /* by priority; the alert is always an emergency */
    const GPtrArray *layouts; /* (nullable) of BtTtnLayout: by configuration, before the built-in */
    gint64 version, issued_ms, expires_ms;
    gint64 urgent_max_ms; /* an urgent bulletin without an end ends so long after it came */
} BtTtnFrame;

/* "main=0,0,640,320;strip=0,320,640,64" in pixels, under a name that the dialect's table may give;
 * 1 to 16 zones that do not overlap. The first is where bulletins go that name none. Through a zone
 * whose name begins with "ticker" texts run in one line; where it begins with "headline", of a text
 * its title is shown. INVALID with "layout.NAME: …".
 *
 * Built in, scaled to the canvas: "whole" (main), "halves" (left, right), "stacked" (top, bottom),
 * "thirds" (left, middle, right), "quarters" (top-left, top-right, bottom-left, bottom-right),
 * "headline" (media, below headline, above ticker). One of the configuration takes the place of a
 * built-in one of its name. */
typedef struct BtTtnLayout BtTtnLayout;
BtTtnLayout *bt_ttn_layout_parse(const char *name, const char *text, GError **error);
void bt_ttn_layout_free(BtTtnLayout *layout);
/* A sentence about the first zone that leaves a canvas of this size; NULL: none does. (transfer
 * full) (nullable) */
char *bt_ttn_layout_leaves(const BtTtnLayout *layout, int w_px, int h_px);

typedef enum { BT_TTN_MANIFEST, BT_TTN_ALERT } BtTtnDocument;

/* The document for all of `kept` (of BtTtnKept, in any order) that counts at `now_ms` or later: the
 * urgent ones in the alert, the others in the manifest. It holds until `*holds_until_ms`: then, at
 * the latest, it is to be composed anew, for what begins later found no place in it, or it expires.
 * When not even all that is on at now_ms fits the limits of FORMAT.md, what came last is left out,
 * with a sentence in `problems`. (transfer full), "" when nothing is in it: JSON that
 * bt_manifest_parse takes.
 *
 * The same gives the same bytes; another version, another now_ms, more bulletins leave what is on
 * where it is, as long as a bulletin is kept until the day after its last slot. Expires is at most
 * 60 days after issued, an alert's 24 hours, whatever the frame says.
 *
 * Bulletins of one class and partition that are on at the same time are shown together, each in its
 * zone; several in a zone take turns, the one that came first first (in an alert the newest). What
 * is urgent is so in its slots, until its end; without slots from when it came until its end, or
 * for urgent_max_ms. */
char *bt_ttn_compose(const BtTtnFrame *frame, const GPtrArray *kept, BtTtnDocument which,
    gint64 now_ms, gint64 *holds_until_ms, GPtrArray *problems);

#endif
