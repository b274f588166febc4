/* A stage with a folder of content: what the tests of stages share. */
#ifndef BT_TESTS_STAGE_FIXTURE_H
#define BT_TESTS_STAGE_FIXTURE_H

#include "base/hash.h"
#include "player/stage/parts.h"

#define RIG_WAIT_MS 20000
#define RIG_W_PX 320
#define RIG_H_PX 192
#define RIG_START "2026-11-22T01:00:00Z"
#define RIG_MISSING "00000000000000000000000000000000000000000000000000000000000000ab"

#define RIG_TEXT                                                                                                          \
    "{\"id\":\"n1\",\"kind\":\"text\",\"issuer\":\"UBND xã\",\"issued_on\":\"2026-11-20\","                              \
    "\"texts\":[{\"lang\":\"vi\",\"title\":\"Thông báo\",\"body\":\"Kính mời bà con về dự họp "               \
    "thôn "                                                                                                              \
    "lúc 19 giờ 30 phút, tại Nhà văn hóa thôn. Nội dung: bàn việc phòng chống bão lũ và dọn vệ " \
    "sinh đường làng.\"},{\"lang\":\"cja-Arab\",\"title\":\"چام\",\"body\":\"سموا مأنسي\"}]}"
#define RIG_IMAGE(sha)                                                                             \
    "{\"id\":\"n2\",\"kind\":\"image\",\"asset\":\"" sha "\",\"duration_ms\":4000,"                \
    "\"transition\":{\"kind\":\"fade\",\"ms\":500}}"
#define RIG_CLOCK "{\"id\":\"n3\",\"kind\":\"clock\",\"duration_ms\":3000}"
#define RIG_ALERT                                                                                    \
    "{\"id\":\"n4\",\"kind\":\"alert\",\"level\":4,\"duration_ms\":5000,\"texts\":[{\"lang\":"       \
    "\"vi\",\"title\":\"Lũ quét\",\"body\":\"Rời nhà ven suối.\"}],\"transition\":{\"kind\":" \
    "\"fade\",\"ms\":500}}"

typedef struct {
    char *folder;
    char sha256[BT_HASH_HEX_SIZE];
    gsize size_bytes;
    char video[BT_HASH_HEX_SIZE]; /* "" when there is no ffmpeg to make one */
    gsize video_bytes;
    const char *film_type;
    BtFonts *fonts;
    char *decoder;
    guint failures;
    gint64 start_ms;
} Rig;

/* A folder with a picture; fonts, and the time. */
void rig_open(Rig *rig);
void rig_close(Rig *rig);
/* A film of 4 s with a tone, or the tone alone; FALSE when there is no ffmpeg to make it with. */
gboolean rig_make_film(Rig *rig, gboolean pictures);
/* White for half a second, then black: a GIF in the film's place. */
gboolean rig_make_animation(Rig *rig);
/* For BtStageOptions, with the rig as its user. */
int rig_open_asset(const char *sha256, gpointer user, GError **error);
BtStage *rig_stage_with(Rig *rig, int w_px, int h_px, BtMediaSpawn spawn, gpointer spawn_user,
    BtStageOnFailure on_failure, BtStageOnSuccess on_success, gpointer user);
/* A stage of which the picture MISSING may fail, and nothing else. */
BtStage *rig_stage(Rig *rig, int w_px, int h_px);
/* A text, a picture, a clock, an alert. (transfer full) */
char *rig_all_items(const Rig *rig);
/* `items` of the main zone; the strip runs two texts. `more` goes into the programme. */
BtInputs *rig_inputs(const Rig *rig, const char *items, const char *more);
/* When all that is on has arrived. */
BtScene *rig_scene(BtStage *stage, const BtInputs *inputs, gint64 t_ms, gint64 *until_ms);
BtFrame *rig_picture(BtStage *stage, const BtInputs *inputs, gint64 t_ms);
/* Pixels above the strip in the colour of letters. */
guint rig_count_letters(const BtFrame *frame);

#endif
