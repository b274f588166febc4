/* Pictures, films and forgeries for the tests of render/media, made with the ffmpeg program and by
 * hand in a folder of their own. */
#ifndef BT_TESTS_MEDIA_FILES_H
#define BT_TESTS_MEDIA_FILES_H

#include <glib.h>

#define CODED_FRAMES 100 /* 4 s at 25 frames a second */
#define CODED_W_PX 320
#define CODED_H_PX 240

/* Makes the folder; among the films, matrix-M.mp4 for each BtMatrix M. (transfer full), remove it
 * with media_files_remove. */
char *media_files_make(void);
void media_files_remove(char *folder);
/* slow.mp4 in the folder: 150,000 small pictures after one keyframe, 300 s; seconds of decoding to
 * its end. */
void media_files_make_slow(const char *folder);

#endif
