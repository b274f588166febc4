/* player.conf: how this box is set up. A key file (GKeyFile); man page player.conf(5) lists every
 * key. An unknown key, a repeated group or key, or a bad value is an error with its line. Immutable
 * after reading. Thread-safety: safe. */
#ifndef BT_PLAYER_CONFIG_CONFIG_H
#define BT_PLAYER_CONFIG_CONFIG_H

#include "player/config/gpio.h"
#include "playlists/adapters/ttn/ttn.h"
#include "playlists/inputs/inputs.h"
#include "playlists/sync/budget.h"
#include "render/display/display.h"

#define BT_CONFIG_MAX_BYTES (64 * 1024)
#define BT_CONFIG_MAX_ZONES 16
#define BT_CONFIG_MAX_DELAY_MS 500      /* televisions and amplifiers stay below */
#define BT_SCREEN_UNCLAIMED "unclaimed" /* no id yet: bangtin enrol gives one */

typedef enum { BT_SOURCE_NATIVE, BT_SOURCE_FOLDER, BT_SOURCE_TTN } BtSourceKind;
const char *bt_source_kind_name(BtSourceKind kind); /* static */

/* Files in the state folder that enrolment writes: the screen's id, and the fingerprint of a
 * source's first root (the source's name follows). */
#define BT_ENROLLED_SCREEN "screen"
#define BT_ENROLLED_FINGERPRINT "fingerprint."

/* A rectangle of the screen with a name, for ceilings: [screen] zone.NAME=x,y,w,h */
typedef struct {
    char *name;
    BtRect rect_px;
} BtConfigZone;

#define BT_CONFIG_MAX_SETS 64
#define BT_CONFIG_MAX_LAYOUTS 32
#define BT_CONFIG_MAX_INSECURE 16
#define BT_CONFIG_MAX_SENDERS 64
#define BT_CONFIG_MAX_SECRET_BYTES 1024

/* set.NAME=VALUE, layout.NAME=VALUE */
typedef struct {
    char *name, *value;
} BtConfigPair;

/* What only a source of kind ttn has. Addresses are whole, without a slash at their end. */
typedef struct {
    char *dialect; /* the name of one that comes with the player, else an absolute path */
    char *auth, *register_at; /* (nullable) where the dialect does not lay them under the base */
    char *mqtt;          /* (nullable) mqtts://HOST[:PORT] or mqtt://HOST[:PORT]; NULL: it polls */
    char *username;      /* (nullable) */
    char *password_path; /* (nullable) */
    char *cert_path, *key_path; /* (nullable) of the device, for the broker */
    char **insecure_hosts;      /* NULL-ended: that may be spoken to without TLS */
    GPtrArray *sets;            /* of BtConfigPair: values for the dialect's templates */
    GPtrArray *layouts;         /* of BtConfigPair: for bt_ttn_layout_parse */
    BtClass classes[BT_TTN_N_PRIORITIES];
    char **urgent_from; /* (nullable) the only senders whose bulletins may be urgent */
    gint64 urgent_max_ms;
    guint64 media_max_bytes;
} BtConfigTtn;

typedef struct {
    char *name; /* of [source NAME] */
    BtSourceKind kind;
    guint classes;           /* the ceiling: bits (1 << BtClass) */
    GArray *rects_px;        /* of BtRect; empty: the whole canvas */
    char *base;              /* native: https://… or file:///…; folder: an absolute path */
    char *source_id;         /* native: that documents must name; "" takes the root's */
    char *root_path;         /* native: the first root; NULL: it came at enrolment */
    char *fingerprint;       /* native: of the first root, as written, else as enrolled; NULL */
    char *ca_path;           /* native: PEM; NULL: the system's */
    char *pin;               /* native: "sha256//BASE64"; NULL */
    gboolean insecure;       /* native: plain http to a host that is not this machine */
    int poll_s;              /* native: seconds between polls */
    guint64 max_bytes_per_s; /* native: 0 for no limit */
    guint64 day_bytes, month_bytes; /* native: what may come and go; 0 for no limit */
    GArray *heavy;                  /* native: of BtTimes, local hours for films; empty: all */
    guint64 heavy_bytes;            /* native: a picture above it counts as a film */
    char **streams; /* native: hosts that live streams may come from (bt_stream_may_open); NULL: as
                       signed, with TLS */
    guint32 stream_bytes_per_s; /* native: of one live stream at most */
    BtConfigTtn *ttn;           /* NULL unless kind ttn, which also has what is said to be of
                                   native but root, fingerprint and insecure */
} BtConfigSource;

typedef struct {
    /* [screen] */
    char *screen_id; /* as written, else as enrolled */
    char *screen_name;
    char *state_folder;
    char *timezone;
    gboolean led;
    GPtrArray *zones; /* of BtConfigZone */
    /* [display] */
    gboolean offscreen;
    BtRect canvas_px; /* w and h 0: the size of the screen */
    gboolean scale_to_fit;
    gboolean renderer_auto; /* what was measured decides; else … */
    BtRenderer renderer;
    char *picture_path; /* offscreen: where the current picture is written; NULL: nowhere */
    GArray *on;         /* of BtTimes; empty: the source decides */
    gboolean mute;      /* hard: no class lifts it */
    char *cut_key;      /* as BtDisplayOptions has it; NULL: no key cuts */
    /* [sound] */
    int sound_delay_ms; /* how much later than the picture it leaves what stands behind this box */
    /* [control] */
    BtGpioLine gpio; /* the board's cut switch; its chip "" for none */
    /* [clock] */
    gboolean trust_system_clock;
    /* [cache] */
    guint64 quota_bytes;
    /* [report] */
    char *report_source; /* name of the source that takes reports; NULL: the first native one over
                            HTTP */
    int heartbeat_s;
    int pictures_s;     /* between two small pictures of the glass; 0: only when asked */
    GPtrArray *sources; /* of BtConfigSource, in the order of the file */
    gboolean is_unsure; /* what enrolment decided could not be read, or the state folder not be
                           opened, when the process began */
} BtConfig;

/* Relative paths in the file are relative to its folder. SYNTAX, INVALID, LIMIT, NOT_FOUND, IO with
 * "FILE:LINE: …". (transfer full) (nullable) */
BtConfig *bt_config_read(const char *path, GError **error);
/* Whether it is unsure, and would not be now: there were no descriptors, or a disk failed just
 * then. Who goes on for long asks each second, and begins anew. */
gboolean bt_config_is_outdated(const BtConfig *config);
/* A configuration without a file for `bangtin play PATH…`: one folder source, state in memory only.
 * (transfer full) */
BtConfig *bt_config_for_folder(const char *path);
void bt_config_free(BtConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtConfig, bt_config_free)

/* The source as inputs want it; borrowed from the configuration. `fixed` (nullable, borrowed): a
 * folder's manifest. */
BtLedgerSource bt_config_ledger_source(const BtConfigSource *source, BtManifest *fixed);

/* A file in the state folder. (transfer full) */
char *bt_config_state_path(const BtConfig *config, const char *name);
/* What a source of kind ttn is logged in with: the first line of its password_file; "" without one.
 * NOT_FOUND, IO, LIMIT, INVALID with the file's name, never with what is in it. (transfer full)
 * (nullable) */
char *bt_config_password(const BtConfigSource *source, GError **error);
/* Whether `host` may be spoken to without TLS by what the source's configuration says. */
gboolean bt_config_is_insecure_host(const BtConfigSource *source, const char *host);
/* Remarks for `bangtin check`: what is allowed and hardly meant. (transfer full): of char* */
GPtrArray *bt_config_notes(const BtConfig *config);
/* The source of that name, or NULL. Borrowed. */
const BtConfigSource *bt_config_find_source(const BtConfig *config, const char *name);
/* The source that takes reports, or NULL. Borrowed. */
const BtConfigSource *bt_config_report_source(const BtConfig *config);

#endif
