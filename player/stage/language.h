/* What each language calls itself, in its own script: the small tag on pages of a bulletin in
 * several languages. Thread-safety: safe. */
#ifndef BT_PLAYER_STAGE_LANGUAGE_H
#define BT_PLAYER_STAGE_LANGUAGE_H

/* The name for a BCP 47 tag ("km-VN" finds "km"); the tag itself when it is not known. Static or
 * `tag` itself. */
const char *bt_language_name(const char *tag);

#endif
