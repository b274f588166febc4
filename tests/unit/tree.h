/* A folder of a test, with all below it. */
#ifndef BT_TESTS_TREE_H
#define BT_TESTS_TREE_H

void remove_tree(const char *path);

#endif
