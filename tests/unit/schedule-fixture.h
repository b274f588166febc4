/* Small manifests and inputs for the tests of the schedule. Manifests are written with ' for ". */
#ifndef BT_TESTS_SCHEDULE_FIXTURE_H
#define BT_TESTS_SCHEDULE_FIXTURE_H

#include "playlists/schedule/schedule.h"

#define FIXTURE_SHA(digit) digit digit digit digit digit digit digit digit
#define FIXTURE_ASSET FIXTURE_SHA("0123abcd")
#define FIXTURE_FILM FIXTURE_SHA("f11f11f1")
#define FIXTURE_SUBTITLES FIXTURE_SHA("5b5b5b5b")

/* The playlists: a of 10+20 s, b of 5 s, v with validity, none without items, t a ticker of 3 s, f
 * a film with subtitles. */
#define HEAD                                                                                       \
    "{'spec':1,'source':'s','version':1,'issued':'2026-11-01T00:00:00Z',"                          \
    "'expires':'2026-12-20T00:00:00Z','screens':['x'],'timezone':'Asia/Ho_Chi_Minh',"              \
    "'assets':{'" FIXTURE_ASSET "':{'size':9,'type':'image/png'},'" FIXTURE_FILM                   \
    "':{'size':9,'type':'video/mp4','duration_ms':7000},'" FIXTURE_SUBTITLES                       \
    "':{'size':9,'type':'text/vtt'}},"                                                             \
    "'layouts':[{'id':'full','canvas':[640,384],'zones':[{'id':'main','rect':[0,0,640,384]}]},"    \
    "{'id':'split','canvas':[640,384],'zones':[{'id':'main','rect':[0,0,640,320]},"                \
    "{'id':'strip','rect':[0,320,640,64],'lang':'vi'}]}],'playlists':["                            \
    "{'id':'a','items':[{'id':'a1','kind':'clock','duration_ms':10000},"                           \
    "{'id':'a2','kind':'clock','duration_ms':20000,'transition':{'kind':'fade','ms':400}}]},"      \
    "{'id':'b','items':[{'id':'b1','kind':'image','asset':'" FIXTURE_ASSET                         \
    "','duration_ms':5000}]},"                                                                     \
    "{'id':'v','items':[{'id':'v1','kind':'clock','duration_ms':10000,"                            \
    "'valid':{'from':'2026-11-23T09:00:00+07:00','until':'2026-11-23T09:00:25+07:00'}}]},"         \
    "{'id':'w','items':[{'id':'w1','kind':'clock','duration_ms':10000},{'id':'w2',"                \
    "'kind':'clock','duration_ms':10000,'valid':{'until':'2026-11-23T08:00:05+07:00'}}]},"         \
    "{'id':'f','items':[{'id':'f1','kind':'video','asset':'" FIXTURE_FILM                          \
    "','subtitles':[{'lang':'vi','asset':'" FIXTURE_SUBTITLES "'}]}]},"                            \
    "{'id':'none','items':[]},{'id':'any','items':[{'id':'y1','kind':'clock','any_time':true},"    \
    "{'id':'y2','kind':'clock'}]},"                                                                \
    "{'id':'t','items':[{'id':'t1','kind':'ticker','speed_px_s':220,"                              \
    "'texts':[{'lang':'vi','body':'xx'}]},"                                                        \
    "{'id':'t2','kind':'ticker','texts':[{'lang':'km','body':'xx'}]}]}],'programmes':["
#define DAY "'when':{'times':[['08:00','12:00']]}"
#define FULL(id, list, more) "{'id':'" id "','layout':'full','zones':{'main':'" list "'}," more "}"

/* "23T08:00:00" of November 2026, Vietnam's time; the 23rd is a Monday. */
gint64 fixture_at(const char *text);
BtManifest *fixture_parse(const char *text);
/* A manifest of HEAD, these programmes, and `tail` behind them. */
void fixture_add(BtInputs *inputs, guint source, const char *programmes, const char *tail,
    const char *sha, gint64 from_ms);
/* One source, "first", with one manifest, "m1". */
BtInputs *fixture_one(const char *programmes);

/* 10 ms a character; `user` (guint*, or NULL) counts how often it was asked. */
gint64 fixture_measure(const BtItem *item, const BtZone *zone, gpointer user);
/* Checks what is on: "programme/item/item…" by zone, "-" for an empty one; or "safe", "cut",
 * "dark". */
void fixture_expect(const BtInputs *inputs, gint64 at_ms, const char *expected);

#endif
