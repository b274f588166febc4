/* The processes of the player and what they say to each other (design: supervise, show, sync).
 *
 * supervise starts the others as `bangtin` with --role and an end of a channel as fd 3. Messages
 * have one fixed form, so that supervise parses nothing. Thread-safety: data only. */
#ifndef BT_PLAYER_ROLES_ROLES_H
#define BT_PLAYER_ROLES_ROLES_H

#include "player/config/gpio.h"
#include "player/roles/timekeeper.h"
#include "playlists/envelope/envelope.h"

#define BT_ROLE_CHANNEL_FD 3
/* Show's: the other end is closed when the ground of the screen is up, in front of which its window
 * is to stand. */
#define BT_ROLE_GATE_FD 4

typedef enum {
    BT_ROLE_BEAT = 1, /* show → supervise, with the first picture and then each second: the loop
                       * turns and nothing due is late by more than BT_BEAT_LATE_MS */
    BT_ROLE_DECODER, /* show → supervise: start a decoder; fds: its end of the socket, the content
                      */
    BT_ROLE_NEWS,    /* sync → supervise → show: something new is ready in the cache */
    BT_ROLE_FACTS, /* show → supervise → sync: something waits in the spool that should go now */
    BT_ROLE_POLL,  /* show → supervise → sync: ask the sources now */
    BT_ROLE_RESTART, /* show → supervise: start everything anew (a command) */
    BT_ROLE_DONE,    /* show → supervise: the work is over (a window was closed) */
    BT_ROLE_STOP,    /* supervise → all: finish what must be finished and end */
    BT_ROLE_CUT, /* supervise → show: the cut switch of the board was used; show → supervise: the
                  * cut, or its end, is written down. Said again to each new show until it answers
                  */
    BT_ROLE_CLOCK, /* show → supervise: `value` is show time minus the monotonic clock, `flag`
                      whether it is trusted; the next show goes on from it */
    BT_ROLE_TIME_WANTED, /* show → supervise → sync: ask what time it is */
    BT_ROLE_TIME_ASK, /* sync → supervise → show: the source can be asked now, with which nonce? */
    BT_ROLE_TIME_NONCE, /* show → supervise → sync: with `nonce`, and at once */
    BT_ROLE_TIME, /* sync → supervise → show: the answer stands in the cache as "time.json" */
    BT_ROLE_RELAY, /* show → supervise: start a relay of a live stream, `value` its number; fds: its
                    * end of the socket, the pipe to write to */
    BT_ROLE_RELAY_END, /* show → supervise: relay `value` is to be killed: it may not hear any more
                        */
    BT_ROLE_STREAMED, /* show → supervise → sync: `value` bytes of live streams came, for the source
                       * number `flag` of the configuration */
} BtRoleType;

typedef struct {
    guint32 type;
    guint32 flag;
    gint64 value;
    BtNonce nonce;
    char padding[7];
} BtRoleMessage;

/* Beats stop for so long: show is killed. The first beat may take longer: a small board with a full
 * cache reads for seconds from a slow card. */
#define BT_BEAT_MS 1000
#define BT_BEAT_LIMIT_MS 5000
#define BT_BEAT_FIRST_LIMIT_MS 60000
/* A picture that is due for so long and not on the glass: no beat. */
#define BT_BEAT_LATE_MS 2000
/* After BT_ROLE_STOP a role has so long to end by itself. */
#define BT_STOP_LIMIT_MS 5000

/* What all roles are started with. */
typedef struct {
    char *config_path; /* NULL: `folder` */
    char *folder;      /* `bangtin play PATH…`: what is to be shown */
    BtClock clock;
    char *boot; /* id of this run of supervise */
    gboolean offscreen, windowed;
    int w_px, h_px;   /* --size; 0: by configuration */
    gint64 for_ms;    /* --for; 0: until told otherwise */
    gint64 died_ms;   /* show: when the show before this one left the glass; 0: there was none */
    gboolean crashed; /* show: it did not end by itself */
    BtTimeLeft left;  /* show: what that one knew of the time */
    char *grab;       /* show, offscreen: instants whose frames are written; NULL */
    char *grab_folder;
    const BtGpioLine *cut_line; /* supervise: the board's switch; NULL: it has none. Borrowed */
    const char *cut_key;        /* supervise: as bt_display_open takes it. Borrowed */
    gboolean gauge;             /* supervise: measure the renderers when show is on the glass */
} BtRoleOptions;

/* A child that was stopped would never see that nobody listens to it any more, so it is killed,
 * unless it is one of the two, whose beats are watched. */
void bt_role_end_stopped(pid_t pid, pid_t show, pid_t sync);

/* Where a role hears what supervise says to it, one message a call and none with descriptors.
 * BT_ROLE_STOP comes last, also when supervise is gone. */
typedef struct {
    void (*take)(const BtRoleMessage *message, gpointer user);
    gpointer user;
} BtRoleEar;

/* From now on, in the main loop; `ear` stays the caller's. */
void bt_role_listen(BtRoleEar *ear);

/* The command line that starts a role with these options, NULL at its end. (transfer full):
 * GPtrArray of strings */
GPtrArray *bt_role_arguments(const BtRoleOptions *options, const char *role);

/* The whole life of the role that starts the others; the process's exit status. */
int bt_supervise(const BtRoleOptions *options);

#endif
