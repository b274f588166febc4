/* The scripts of source.db. */
#ifndef BT_SOURCE_MIGRATIONS_H
#define BT_SOURCE_MIGRATIONS_H

/* Of bt_db_open. */
extern const char *const bt_store_migrations[];

#endif
