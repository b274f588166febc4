/* The scripts of source.db, oldest first: one that was ever run is never changed. What stands in a
 * column is said where it is made. Thread-safety: static. */
#ifndef BT_SOURCE_MIGRATIONS_H
#define BT_SOURCE_MIGRATIONS_H

/* Of bt_db_open; NULL at the end. */
extern const char *const bt_store_migrations[];

#endif
