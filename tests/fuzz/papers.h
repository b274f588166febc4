/* Signed documents as text, so that a fuzzer gets behind the signatures.
 *
 * "%% WORD LETTERS" on a line begins a paper: what it is, and whose keys sign it; what follows, to
 * the next such line, is its payload. In it <A> stands for the id of key A, <a> for its public half
 * in base64, <#A> for the hash of the paper's envelope that stands so many papers before (A: one).
 * Thread-safety: one thread. */
#ifndef BT_TESTS_FUZZ_PAPERS_H
#define BT_TESTS_FUZZ_PAPERS_H

#include "playlists/envelope/envelope.h"

#include <stdint.h>

#define PAPERS_MAX 24
#define PAPER_KEYS "ABCDEFGH"

typedef struct {
    char *word, *letters;          /* "" when the line has none */
    GBytes *payload;               /* everything in its place */
    GBytes *envelope;              /* the payload, signed as WORD by all of the letters */
    char sha256[BT_HASH_HEX_SIZE]; /* of the envelope */
} Paper;

/* What stands before the first line of a paper is no paper. (transfer full): of Paper */
GPtrArray *papers_read(const uint8_t *data, size_t size);

/* How many of these keys, each counted once, the root lets sign in this role at this instant:
 * counted here, not by the code under test. */
guint papers_count(const BtRoot *root, BtKeyRole role, const char *letters, gint64 now_ms);

/* The key of a letter (a letter of PAPER_KEYS, else NULL); the same for the whole process. */
BtKey *papers_key(char letter);

#endif
