/* A layout that is wrong by one pixel, to show that the golden pictures would tell. */
#ifndef BT_TESTS_MOVE_MARK_H
#define BT_TESTS_MOVE_MARK_H

typedef enum { BT_MOVED_NOTHING, BT_MOVED_MARK, BT_MOVED_LETTER } BtMoved;

/* From now on, the first of these that the stage draws in a text of `lang` (kept by the caller)
 * stands a pixel higher than its layout says: a mark that is a glyph of its own (a vowel sign, a
 * breve on a letter), or a letter with its marks. */
void bt_move_by_a_pixel(BtMoved what, const char *lang);

#endif
