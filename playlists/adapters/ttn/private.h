/* The inside of a dialect. Its file, laid over what it extends, stays one tree of JSON, checked
 * when it was loaded (check.c); everything else walks that tree as it stands. Three small languages
 * live in its strings, each in a file of its own:
 *
 *     paths      path.c      where something lies in what they say   "NoiDung.Link"
 *     templates  template.c  what is to be said                      "${started|epoch_s}"
 *     tables     table.c     their codes and our words               {"1": "urgent"}
 *
 * TTN.md describes them for people who write dialects. */
#ifndef BT_PLAYLISTS_ADAPTERS_TTN_PRIVATE_H
#define BT_PLAYLISTS_ADAPTERS_TTN_PRIVATE_H

#include "playlists/adapters/ttn/ttn.h"

#define BT_DIALECT_MAX_DEPTH 24
#define BT_DIALECT_MAX_NOTES 100
#define BT_PATH_MAX_STEPS 16
#define BT_TEMPLATE_MAX_BYTES 4096 /* of one text that a template becomes, without its values */
#define BT_TTN_NAME_MAX 1000       /* code points of a title, an author, a schedule's name */
#define BT_TTN_URL_MAX 2000

struct BtDialect {
    gatomicrefcount refs;
    char *file; /* for messages */
    char *name;
    BtJson *tree;    /* its own, laid over what it extends */
    GTimeZone *zone; /* of times that say none */
    char *lang;
};

/* ---- JSON, loosely (tree.c) ---- */
gboolean bt_tree_is_object(const BtJson *value);
gboolean bt_tree_is_array(const BtJson *value);
/* A string, number or boolean as text; NULL for the others. (transfer full) (nullable) */
char *bt_tree_text(const BtJson *value);
/* A whole number, or a string that is one. */
gboolean bt_tree_int(const BtJson *value, gint64 *number);
/* Any number, or a string that is one. */
gboolean bt_tree_real(const BtJson *value, double *number);
/* The member of `object`, exactly so named. Borrowed. (nullable) */
const BtJson *bt_tree_get(const BtJson *object, const char *key);
/* The same, with "Id", "ID" and "id" at the end of a name set aside. */
const BtJson *bt_tree_get_loosely(const BtJson *object, const char *key);
const char *bt_tree_string(const BtJson *object, const char *key); /* NULL: no string is there */
BtJson *bt_tree_new_string(const char *text);
BtJson *bt_tree_new_int(gint64 number);
BtJson *bt_tree_new_real(double number);
BtJson *bt_tree_new_bool(gboolean value);
/* `over` laid over `base`: objects member by member, null removes, what `over` names comes first;
 * an object with "$replace" takes the place of what was there.
 * (transfer full) */
BtJson *bt_tree_merge(const BtJson *base, const BtJson *over);

/* ---- paths (path.c) ---- */
/* Whether `path` can be read; FALSE with a place. */
gboolean bt_path_check(const BtJsonAt *path, GError **error);
/* What the first of `paths` that leads anywhere leads to: of BtJson, arrays taken apart, without
 * nulls. `paths` is a string or an array of them, or NULL. (transfer full) */
GPtrArray *bt_path_collect(const BtJson *paths, const BtJson *thing, const BtJson *root);
/* The first of them; NULL when there is none. (transfer full) (nullable) */
BtJson *bt_path_first(const BtJson *paths, const BtJson *thing, const BtJson *root);
/* Where the path leads, an array whole. (transfer full) (nullable) */
BtJson *bt_path_whole(const char *path, const BtJson *thing);

/* ---- tables (table.c) ---- */
gboolean bt_table_exists(const BtDialect *dialect, const char *table);
/* Our word for their code ("" when they gave none); NULL: the table has none. (transfer full)
 * (nullable) */
char *bt_table_ours(const BtDialect *dialect, const char *table, const char *theirs);
/* Their code for our word: an integer where it looks like one. (transfer full) (nullable) */
BtJson *bt_table_theirs(const BtDialect *dialect, const char *table, const char *ours);

/* ---- times (times.c) ---- */
gboolean bt_times_read(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms);
/* Of an end: a day alone lasts until its own. */
gboolean bt_times_read_end(const BtDialect *dialect, const BtJson *value, gint64 *wall_ms);
/* "HH:MM", "HH:MM:SS", "HH:MM:SS.ffffff", HH up to 23 (24:00 ends a day). */
gboolean bt_times_read_of_day(const char *text, gint64 *of_day_ms);
/* "HH:MM:SS", "MM:SS", or a number in what the dialect counts. */
gboolean bt_times_read_duration(const BtDialect *dialect, const BtJson *value, gint64 *duration_ms);
char *bt_times_iso(const BtDialect *dialect, gint64 wall_ms, gboolean utc); /* (transfer full) */
/* (transfer full) (nullable): a format that g_date_time_format does not know */
char *bt_times_format(const BtDialect *dialect, gint64 wall_ms, const char *format);
char *bt_times_duration(gint64 duration_ms); /* "HH:MM:SS" (transfer full) */
/* The instant of a time of day on a date, in the dialect's zone. */
gint64 bt_times_on_day(const BtDialect *dialect, const GDate *day, gint64 of_day_ms);
GDate bt_times_day_of(const BtDialect *dialect, gint64 wall_ms);

/* ---- templates (template.c) ---- */
typedef struct {
    const BtDialect *dialect;
    GHashTable *values;
    const BtJson *each; /* (nullable) */
    guint depth;
} BtTemplate;

/* Whether all of it can be read: filters and tables are there. Names that must have a value
 * are added to `names` (a set of char*, nullable). */
gboolean bt_template_check(
    const BtDialect *dialect, const BtJsonAt *at, GHashTable *names, GError **error);
/* A string with its values; (transfer full) (nullable) */
char *bt_template_text(const BtTemplate *template, const BtJsonAt *at, GError **error);
/* Any JSON with its values; (transfer full) (nullable) */
BtJson *bt_template_json(const BtTemplate *template, const BtJsonAt *at, GError **error);

/* Whether `topic` may be the dialect's topic `pattern` with its values: "${…}" is any text, "+" one
 * level, "#" the rest (topic.c). */
gboolean bt_topic_matches(const char *pattern, const char *topic);

/* ---- calls (request.c, reply.c) ---- */
/* What they said, within the limits of messages. (transfer full) (nullable) */
BtJson *bt_ttn_parse(const char *name, GBytes *body, GError **error);
const BtJson *bt_dialect_call(const BtDialect *dialect, BtTtnCall call); /* (nullable) */
/* Neither control characters nor any of `without`. */
gboolean bt_text_is_clean(const char *text, const char *without);

/* ---- what is said (message.c, read.c, slots.c) ---- */
extern const char *const bt_ttn_says_words[BT_TTN_N_SAYS + 1];
extern const char *const bt_ttn_kind_words[BT_TTN_FM + 2]; /* [0] is "" */
extern const char *const bt_ttn_priority_words[BT_TTN_N_PRIORITIES + 1];

/* One thing that was said, while it is read. */
typedef struct {
    const BtDialect *dialect;
    const BtJson *spec;  /* its message of the dialect */
    const BtJson *thing; /* what is read */
    const BtJson *outer; /* what it lay in, or itself */
    const BtJson *root;  /* all that came with it */
    const char *name;    /* for problems */
    gint64 now_ms;
    GPtrArray *problems;
} BtSaid;

void bt_said_problem(const BtSaid *said, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The paths of `field`: the message's own, else those that all share. Borrowed. (nullable) */
const BtJson *bt_said_paths(const BtSaid *said, const char *field);
BtJson *bt_said_value(const BtSaid *said, const char *field); /* (transfer full) (nullable) */
/* Text of at most `max` code points, cut with a problem; "" when not given. (transfer full) */
char *bt_said_text(const BtSaid *said, const char *field, gsize max);
gboolean bt_said_id(const BtSaid *said, const char *field, char **id);
gint64 bt_said_time(const BtSaid *said, const char *field); /* 0: not given */
gint64 bt_said_until(const BtSaid *said);                   /* the same of "until" */
/* (transfer full) (nullable): a problem was added */
BtTtnBulletin *bt_said_bulletin(const BtSaid *said);
/* (transfer full): of BtTtnSlot, perhaps empty; `*given` whether the message has any times */
GArray *bt_said_slots(const BtSaid *said, gint64 duration_ms, gboolean *given);

GArray *bt_ttn_slots_new(void);
/* Rising, none overlapping. */
void bt_ttn_slots_settle(GArray *slots);

/* ---- the files that come with the player (built from dialects/) ---- */
typedef struct {
    const char *name, *text;
} BtDialectFile;
extern const BtDialectFile bt_dialect_files[]; /* ended by a NULL name */

/* ---- checking (check.c) ---- */
gboolean bt_dialect_check(BtDialect *dialect, GError **error);

#endif
