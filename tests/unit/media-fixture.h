/* Media under test: opened with a decoder whose process the test knows, be it the real one or one
 * that lies (fake-decoder.c), and what their frames say. */
#ifndef BT_TESTS_MEDIA_FIXTURE_H
#define BT_TESTS_MEDIA_FIXTURE_H

#include "render/media/media.h"

#define PATIENCE_MS 20000 /* a decoder on a loaded machine, under sanitizers */

typedef struct {
    char *path;
    const char *kind; /* of a fake one; borrowed */
    GPid pid;
} Decoder;

/* The real one, and the one that does as `kind` says; nothing runs yet. */
Decoder decoder_real(void);
Decoder decoder_fake(const char *kind);
/* Its process is killed, if there is one, and waited for. */
void decoder_end(Decoder *decoder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decoder, decoder_end)

/* Starts it on `content_fd` (transfer full); never fails. (transfer full) */
BtMedia *decoder_open(Decoder *decoder, int content_fd, const char *name);

/* The frame of that instant, waited for; never NULL. `pts_ms` nullable. (transfer full) */
BtFrame *frame_of(BtMedia *media, gint64 t_ms, gint64 *pts_ms);
/* The number that is written on a coded frame (media-files.h). */
int number_on(const BtFrame *frame);

#endif
