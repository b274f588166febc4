/* The database's scripts, oldest first; bt_db_open runs those that a file has not seen. What is
 * kept as JSON is what the format of manifests defines; what is asked for has a column.
 *
 * A fact is counted once by (screen, id); seq belongs to the device, so a board whose box was
 * replaced begins again at 1 under a new device number. */
#include "source/store/migrations.h"

#include <stddef.h>

static const char boards[] =
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE user (name TEXT PRIMARY KEY, hash TEXT NOT NULL, created_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE screen (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " key TEXT UNIQUE, device INTEGER NOT NULL DEFAULT 0,"
    " manifest TEXT NOT NULL DEFAULT '', alert TEXT NOT NULL DEFAULT '',"
    " now_version INTEGER NOT NULL DEFAULT 0, now_issued_ms INTEGER NOT NULL DEFAULT 0,"
    " seen_ms INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT '',"
    " state_at_ms INTEGER NOT NULL DEFAULT 0, since_ms INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE document (sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL,"
    " issued_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, published_ms INTEGER NOT NULL,"
    " UNIQUE (kind, version)) WITHOUT ROWID;"
    "CREATE TABLE denial (sha256 TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE command (id TEXT PRIMARY KEY, screen TEXT NOT NULL REFERENCES screen (id),"
    " verb TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE enrolment (key TEXT PRIMARY KEY, code TEXT NOT NULL, peer TEXT NOT NULL,"
    " first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, denied INTEGER NOT NULL DEFAULT 0)"
    " WITHOUT ROWID;"
    "CREATE TABLE fact (screen TEXT NOT NULL REFERENCES screen (id), device INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " received_ms INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (screen, device, seq),"
    " UNIQUE (screen, id)) WITHOUT ROWID;"
    "CREATE INDEX fact_type ON fact (screen, type, at_ms);"
    "CREATE TABLE diary (number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,"
    " who TEXT NOT NULL, what TEXT NOT NULL);";

/* Who may do what where. A role holds for its area and all that lie in it. An area that was merged
 * into another, or ended, stays, with its names of other times, for the reports of those times. A
 * user's area is where the account was made: who administers it may reset it. Of links and codes
 * that count once only hashes are kept. A line of the diary carries the hash over itself and the
 * hash before it (diary.h); those of lines from before that are made when the store is opened. */
static const char people[] =
    "CREATE TABLE area (id TEXT PRIMARY KEY, parent TEXT REFERENCES area (id), name TEXT NOT NULL,"
    " kind TEXT NOT NULL, created_ms INTEGER NOT NULL, ended_ms INTEGER,"
    " successor TEXT REFERENCES area (id), one_official INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE area_name (area TEXT NOT NULL REFERENCES area (id), until_ms INTEGER NOT NULL,"
    " name TEXT NOT NULL, PRIMARY KEY (area, until_ms)) WITHOUT ROWID;"
    "INSERT INTO area (id, name, kind, created_ms) SELECT value, (SELECT value FROM setting"
    " WHERE name = 'name'), 'province', 0 FROM setting WHERE name = 'source';"
    "ALTER TABLE user ADD COLUMN full_name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE user ADD COLUMN email TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE user ADD COLUMN area TEXT NOT NULL DEFAULT '';"
    "UPDATE user SET area = (SELECT value FROM setting WHERE name = 'source');"
    "ALTER TABLE user ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE user ADD COLUMN locked_until_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE user ADD COLUMN totp_secret TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE user ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE recovery_code (user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,"
    " hash TEXT NOT NULL, PRIMARY KEY (user, hash)) WITHOUT ROWID;"
    "CREATE TABLE invitation (hash TEXT PRIMARY KEY,"
    " user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,"
    " expires_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "ALTER TABLE diary ADD COLUMN hash TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE role (user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,"
    " area TEXT NOT NULL REFERENCES area (id), role TEXT NOT NULL,"
    " deputy_of TEXT REFERENCES user (name) ON DELETE CASCADE, until_ms INTEGER,"
    " PRIMARY KEY (user, area, role)) WITHOUT ROWID;"
    "INSERT INTO role (user, area, role) SELECT user.name, setting.value, 'administrator'"
    " FROM user, setting WHERE setting.name = 'source';"
    "ALTER TABLE screen ADD COLUMN area TEXT NOT NULL DEFAULT '' ;"
    "UPDATE screen SET area = (SELECT value FROM setting WHERE name = 'source');"
    "ALTER TABLE screen ADD COLUMN width_px INTEGER NOT NULL DEFAULT 1920;"
    "ALTER TABLE screen ADD COLUMN height_px INTEGER NOT NULL DEFAULT 1080;"
    "ALTER TABLE screen ADD COLUMN is_led INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE screen ADD COLUMN retired_ms INTEGER;";

/* What is written, and what it is played by. A notice's `body` is an item of a manifest without its
 * id, as it is being written; `published_body` what was signed last, NULL when it is nowhere. A
 * playlist's `items` are items of a manifest, or {"notice": ID}; a programme's `body` is that of a
 * manifest, its layout a row of `layout` or the name of a built-in one, its zones rows of
 * `playlist`. `targets` is {"areas": [ID …], "screens": [ID …]}. */
static const char notices[] =
    "CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " area TEXT NOT NULL REFERENCES area (id), author TEXT NOT NULL, state TEXT NOT NULL,"
    " revision INTEGER NOT NULL DEFAULT 1, body TEXT NOT NULL, targets TEXT NOT NULL,"
    " published_body TEXT, published_targets TEXT,"
    " created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, published_ms INTEGER);"
    "CREATE INDEX notice_state ON notice (state, updated_ms);"
    "CREATE TABLE playlist (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " area TEXT NOT NULL REFERENCES area (id), name TEXT NOT NULL, items TEXT NOT NULL,"
    " revision INTEGER NOT NULL DEFAULT 1, updated_ms INTEGER NOT NULL);"
    "CREATE TABLE layout (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " area TEXT NOT NULL REFERENCES area (id), name TEXT NOT NULL, body TEXT NOT NULL,"
    " revision INTEGER NOT NULL DEFAULT 1, updated_ms INTEGER NOT NULL);"
    "CREATE TABLE programme (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " area TEXT NOT NULL REFERENCES area (id), name TEXT NOT NULL, body TEXT NOT NULL,"
    " targets TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1, updated_ms INTEGER NOT NULL);";

/* What somebody asks others to sign. The payload is kept as it will be signed, to the byte. */
static const char proposals[] =
    "CREATE TABLE approver_key (keyid TEXT PRIMARY KEY, user TEXT NOT NULL, public TEXT NOT NULL,"
    " label TEXT NOT NULL, created_ms INTEGER NOT NULL, ended_ms INTEGER) WITHOUT ROWID;"
    "CREATE TABLE proposal (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " area TEXT NOT NULL REFERENCES area (id), author TEXT NOT NULL, what TEXT NOT NULL,"
    " reason TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '',"
    " created_ms INTEGER NOT NULL, decided_ms INTEGER);"
    "CREATE TABLE proposal_document (proposal INTEGER NOT NULL REFERENCES proposal (id),"
    " number INTEGER NOT NULL, payload BLOB NOT NULL, screens TEXT NOT NULL,"
    " PRIMARY KEY (proposal, number)) WITHOUT ROWID;"
    "CREATE TABLE proposal_signature (proposal INTEGER NOT NULL, number INTEGER NOT NULL,"
    " keyid TEXT NOT NULL, user TEXT NOT NULL, signature TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (proposal, number, keyid),"
    " FOREIGN KEY (proposal, number) REFERENCES proposal_document (proposal, number))"
    " WITHOUT ROWID;";

/* Pictures, films and sounds: those that are whole, and those that are still coming. */
static const char media[] =
    "CREATE TABLE media (sha256 TEXT PRIMARY KEY, area TEXT NOT NULL REFERENCES area (id),"
    " user TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " width_px INTEGER NOT NULL, height_px INTEGER NOT NULL, duration_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE upload (id TEXT PRIMARY KEY, user TEXT NOT NULL,"
    " area TEXT NOT NULL REFERENCES area (id), name TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " state TEXT NOT NULL, sha256 TEXT, problem TEXT, created_ms INTEGER NOT NULL,"
    " touched_ms INTEGER NOT NULL) WITHOUT ROWID;";

/* An area that has ended gets nothing new, whoever forgets to ask. */
#define ENDED(table)                                                                               \
    "CREATE TRIGGER " table "_new BEFORE INSERT ON " table " WHEN (SELECT ended_ms FROM area"      \
    " WHERE id = NEW.area) IS NOT NULL BEGIN SELECT raise (ABORT, 'the area has ended'); END;"     \
    "CREATE TRIGGER " table "_moved BEFORE UPDATE OF area ON " table " WHEN (SELECT ended_ms"      \
    " FROM area WHERE id = NEW.area) IS NOT NULL"                                                  \
    " BEGIN SELECT raise (ABORT, 'the area has ended'); END;"
static const char endings[] = ENDED("user") ENDED("role") ENDED("screen") ENDED("notice") ENDED(
    "playlist") ENDED("layout") ENDED("programme") ENDED("proposal") ENDED("media") ENDED("upload");

const char *const bt_store_migrations[] = { boards, people, notices, proposals, media, endings,
    NULL };
