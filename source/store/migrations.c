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
 * `playlist`, or "notices". `targets` is {"areas": [ID …], "screens": [ID …]}. */
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

/* What somebody asks others to sign. The payload is kept as it will be signed, to the byte;
 * `base` is the newest version that one of its screens had when it was made: whatever is published
 * to one of them later overtakes it. */
static const char proposals[] =
    "CREATE TABLE approver_key (keyid TEXT PRIMARY KEY, user TEXT NOT NULL, public TEXT NOT NULL,"
    " label TEXT NOT NULL, created_ms INTEGER NOT NULL, ended_ms INTEGER) WITHOUT ROWID;"
    "CREATE TABLE proposal (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " area TEXT NOT NULL REFERENCES area (id), author TEXT NOT NULL, what TEXT NOT NULL,"
    " reason TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '',"
    " decider TEXT NOT NULL DEFAULT '', created_ms INTEGER NOT NULL, decided_ms INTEGER);"
    "CREATE INDEX proposal_state ON proposal (state, id);"
    "CREATE TABLE proposal_document (proposal INTEGER NOT NULL REFERENCES proposal (id),"
    " number INTEGER NOT NULL, payload BLOB NOT NULL, screens TEXT NOT NULL,"
    " version INTEGER NOT NULL, base INTEGER NOT NULL,"
    " PRIMARY KEY (proposal, number)) WITHOUT ROWID;"
    "CREATE TABLE proposal_signature (proposal INTEGER NOT NULL, number INTEGER NOT NULL,"
    " keyid TEXT NOT NULL, user TEXT NOT NULL, signature TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (proposal, number, keyid), UNIQUE (proposal, number, user),"
    " FOREIGN KEY (proposal, number) REFERENCES proposal_document (proposal, number))"
    " WITHOUT ROWID;";

/* Pictures, films and sounds: those that are whole, in the library of each area that sent them in,
 * and those that are still coming. `offset_bytes` of an upload are in its file for good, whatever
 * else a cut has left there; `modified_ms` is the file's own, by which the same file is known when
 * it is chosen again. */
static const char media[] =
    "CREATE TABLE media (sha256 TEXT NOT NULL, area TEXT NOT NULL REFERENCES area (id),"
    " user TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " width_px INTEGER NOT NULL, height_px INTEGER NOT NULL, duration_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, PRIMARY KEY (sha256, area)) WITHOUT ROWID;"
    "CREATE TABLE upload (id TEXT PRIMARY KEY, user TEXT NOT NULL,"
    " area TEXT NOT NULL REFERENCES area (id), name TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " modified_ms INTEGER NOT NULL, offset_bytes INTEGER NOT NULL DEFAULT 0,"
    " state TEXT NOT NULL, sha256 TEXT, problem TEXT, created_ms INTEGER NOT NULL,"
    " touched_ms INTEGER NOT NULL) WITHOUT ROWID;";

/* Who is told what is wrong, and what they were told. A fault is open until `over_ms`; `better_ms`
 * is since when it no longer shows. A letter waits until it was sent or given up. */
static const char watching[] =
    "CREATE TABLE contact (area TEXT PRIMARY KEY REFERENCES area (id),"
    " hook TEXT NOT NULL DEFAULT '', secret TEXT NOT NULL DEFAULT '',"
    " quiet_from_min INTEGER NOT NULL DEFAULT 0, quiet_to_min INTEGER NOT NULL DEFAULT 0)"
    " WITHOUT ROWID;"
    "CREATE TABLE unasked (user TEXT PRIMARY KEY REFERENCES user (name) ON DELETE CASCADE)"
    " WITHOUT ROWID;"
    "CREATE TABLE fault (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " subject TEXT NOT NULL, area TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    " found_ms INTEGER NOT NULL, stage INTEGER NOT NULL, detail TEXT NOT NULL, told_ms INTEGER,"
    " better_ms INTEGER, over_ms INTEGER);"
    "CREATE UNIQUE INDEX fault_open ON fault (kind, subject) WHERE over_ms IS NULL;"
    "CREATE INDEX fault_subject ON fault (subject, since_ms);"
    "CREATE TABLE letter (id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL,"
    " way TEXT NOT NULL, area TEXT NOT NULL, target TEXT NOT NULL, subject TEXT NOT NULL,"
    " body TEXT NOT NULL, created_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " tries INTEGER NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '', sent_ms INTEGER,"
    " given_up_ms INTEGER);"
    "CREATE INDEX letter_waiting ON letter (next_ms) WHERE sent_ms IS NULL AND given_up_ms IS "
    "NULL;";

/* What facts amount to (telemetry.h), and what is known of a screen that no manifest says. A
 * stretch is an uptime fact, taken apart; `told` is the newest fact of type state,
 * `taken` the newest that speaks of a requisition. */
static const char telemetry[] =
    "CREATE TABLE stretch (screen TEXT NOT NULL REFERENCES screen (id), to_ms INTEGER NOT NULL,"
    " from_ms INTEGER NOT NULL, state TEXT NOT NULL, cause TEXT NOT NULL,"
    " PRIMARY KEY (screen, to_ms, from_ms, state, cause)) WITHOUT ROWID;"
    "CREATE TABLE hour (screen TEXT NOT NULL REFERENCES screen (id), hour_ms INTEGER NOT NULL,"
    " lit_ms INTEGER NOT NULL, unconfirmed_ms INTEGER NOT NULL, not_showing_ms INTEGER NOT NULL,"
    " PRIMARY KEY (screen, hour_ms)) WITHOUT ROWID;"
    "CREATE TABLE hour_cause (screen TEXT NOT NULL REFERENCES screen (id),"
    " hour_ms INTEGER NOT NULL, state TEXT NOT NULL, cause TEXT NOT NULL, ms INTEGER NOT NULL,"
    " PRIMARY KEY (screen, hour_ms, state, cause)) WITHOUT ROWID;"
    "CREATE TABLE state_change (screen TEXT NOT NULL REFERENCES screen (id),"
    " at_ms INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL,"
    " PRIMARY KEY (screen, at_ms, device, seq)) WITHOUT ROWID;"
    "CREATE TABLE played_item (id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL,"
    " version INTEGER NOT NULL, item TEXT NOT NULL, kind TEXT NOT NULL, class TEXT NOT NULL,"
    " field INTEGER NOT NULL, essential INTEGER NOT NULL, issuer TEXT NOT NULL,"
    " issued_on TEXT NOT NULL, document TEXT NOT NULL, title TEXT, languages TEXT,"
    " named INTEGER NOT NULL DEFAULT 0, UNIQUE (source, version, item, class));"
    "CREATE INDEX played_item_named ON played_item (named, id);"
    "CREATE TABLE played_day (screen TEXT NOT NULL REFERENCES screen (id),"
    " day_ms INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES played_item (id),"
    " rehearsal INTEGER NOT NULL, count INTEGER NOT NULL, ms INTEGER NOT NULL,"
    " failed INTEGER NOT NULL, PRIMARY KEY (screen, day_ms, item, rehearsal)) WITHOUT ROWID;"
    "CREATE TABLE traffic (screen TEXT NOT NULL REFERENCES screen (id), day_ms INTEGER NOT NULL,"
    " device INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " PRIMARY KEY (screen, day_ms, device)) WITHOUT ROWID;"
    "CREATE TABLE told (screen TEXT PRIMARY KEY REFERENCES screen (id), at_ms INTEGER NOT NULL,"
    " line TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE taken (screen TEXT PRIMARY KEY REFERENCES screen (id), at_ms INTEGER NOT NULL,"
    " holder TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX fact_age ON fact (at_ms);"
    "CREATE TABLE picture (screen TEXT PRIMARY KEY REFERENCES screen (id), at_ms INTEGER NOT NULL,"
    " type TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE denied_key (key TEXT PRIMARY KEY, screen TEXT NOT NULL REFERENCES screen (id),"
    " at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX screen_area ON screen (area);"
    "ALTER TABLE screen ADD COLUMN place TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE screen ADD COLUMN pitch_um INTEGER;"
    "ALTER TABLE screen ADD COLUMN distance_m INTEGER;"
    "ALTER TABLE screen ADD COLUMN latitude REAL;"
    "ALTER TABLE screen ADD COLUMN longitude REAL;";

/* Which screen was given what, when: what it may go back to. */
static const char publications[] =
    "CREATE TABLE publication (screen TEXT NOT NULL REFERENCES screen (id), kind TEXT NOT NULL,"
    " version INTEGER NOT NULL, sha256 TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (screen, kind, version)) WITHOUT ROWID;"
    "INSERT INTO publication (screen, kind, version, sha256, at_ms)"
    " SELECT screen.id, document.kind, document.version, document.sha256, document.published_ms"
    " FROM screen JOIN document ON document.sha256 IN (screen.manifest, screen.alert);";

/* Cuts and emergencies. A command's id is the cut's, so many screens have the same. A cut that
 * `ended_ms` has not ended waits for a signature; of an alarm `proposal` is what is signed. */
static const char alarms[] =
    "ALTER TABLE screen ADD COLUMN order_sha256 TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE command_of_screen (screen TEXT NOT NULL REFERENCES screen (id),"
    " id TEXT NOT NULL, verb TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (screen, id))"
    " WITHOUT ROWID;"
    "INSERT INTO command_of_screen (screen, id, verb, until_ms)"
    " SELECT screen, id, verb, until_ms FROM command;"
    "DROP TABLE command;"
    "ALTER TABLE command_of_screen RENAME TO command;"
    "CREATE TABLE cut (id TEXT PRIMARY KEY, area TEXT NOT NULL REFERENCES area (id),"
    " who TEXT NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL, ended_ms INTEGER,"
    " ended_by TEXT NOT NULL DEFAULT '') WITHOUT ROWID;"
    "CREATE INDEX cut_at ON cut (at_ms);"
    "CREATE TABLE cut_screen (cut TEXT NOT NULL REFERENCES cut (id),"
    " screen TEXT NOT NULL REFERENCES screen (id), PRIMARY KEY (cut, screen)) WITHOUT ROWID;"
    "CREATE TABLE alarm (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " proposal INTEGER NOT NULL REFERENCES proposal (id), area TEXT NOT NULL REFERENCES area (id),"
    " author TEXT NOT NULL, title TEXT NOT NULL, level INTEGER NOT NULL,"
    " rehearsal INTEGER NOT NULL, screens TEXT NOT NULL, until_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, ended_ms INTEGER, ended_by TEXT NOT NULL DEFAULT '');";

/* The boards as things: what the register of an area says of each, and who mended it. */
static const char registering[] =
    "CREATE TABLE board (screen TEXT PRIMARY KEY REFERENCES screen (id), kind TEXT NOT NULL,"
    " maker TEXT NOT NULL, installed_on TEXT NOT NULL, width_mm INTEGER NOT NULL,"
    " height_mm INTEGER NOT NULL, condition TEXT NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE repair (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " screen TEXT NOT NULL REFERENCES screen (id), on_day TEXT NOT NULL, what TEXT NOT NULL,"
    " by_whom TEXT NOT NULL, user TEXT NOT NULL, noted_ms INTEGER NOT NULL);"
    "CREATE INDEX repair_screen ON repair (screen, on_day);";

/* An area that has ended gets nothing new, whoever forgets to ask. */
#define ENDED(table)                                                                               \
    "CREATE TRIGGER " table "_new BEFORE INSERT ON " table " WHEN (SELECT ended_ms FROM area"      \
    " WHERE id = NEW.area) IS NOT NULL BEGIN SELECT raise (ABORT, 'the area has ended'); END;"     \
    "CREATE TRIGGER " table "_moved BEFORE UPDATE OF area ON " table " WHEN (SELECT ended_ms"      \
    " FROM area WHERE id = NEW.area) IS NOT NULL"                                                  \
    " BEGIN SELECT raise (ABORT, 'the area has ended'); END;"
static const char endings[] = ENDED("user") ENDED("role") ENDED("screen") ENDED("notice") ENDED(
    "playlist") ENDED("layout") ENDED("programme") ENDED("proposal") ENDED("media") ENDED("upload");

const char *const bt_store_migrations[] = {
    boards,
    people,
    notices,
    proposals,
    media,
    watching,
    telemetry,
    publications,
    alarms,
    registering,
    endings,
    NULL,
};
