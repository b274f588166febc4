/* The small picture of the glass on its way: show leaves it in the state folder, sync sends it. */
#ifndef BT_PLAYER_FACTS_SHOT_H
#define BT_PLAYER_FACTS_SHOT_H

#define BT_SHOT_FILE "picture.webp"   /* in the state folder */
#define BT_SHOT_MAX_BYTES (40 * 1024) /* source/API.md */

#endif
