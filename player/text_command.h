/* `bangtin text`: lays out standard input with the player's own engine and says, as JSON or as a
 * PNG, where every glyph went. */
#ifndef BT_PLAYER_TEXT_COMMAND_H
#define BT_PLAYER_TEXT_COMMAND_H

/* `argv[0]` is the command's own word. Returns the exit status: 0 done, 1 failed, 2 wrong use. */
int bt_text_command(int argc, char **argv);

#endif
