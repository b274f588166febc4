/* Files that are on their way, for other pages: source/API.md says how they come.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PAGES_UPLOADS_H
#define BT_SOURCE_PAGES_UPLOADS_H

#include "source/desk/uploads.h"
#include "source/pages/visit.h"

/* Why a file cannot be played, for people, in the visit's language; `reason` is that of
 * BtUpload.problem. Static. */
const char *bt_upload_problem(const char *reason);

/* A file that is whole but was not looked at to the end, because the server ended meanwhile, is
 * looked at again; nothing for others, and for one that is being looked at just now. */
void bt_upload_look_again(BtServer *server, const char *id, const char *user);

#endif
