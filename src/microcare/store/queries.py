"""All SQL of the hot path, named and described in one place. It is written for SQLite 3.40 and PostgreSQL alike.

Parameters are `%s`, as the database layer wants them. `IN` lists are written with `among(n)`.
What differs on PostgreSQL stands in the descriptions; nothing else does.
"""


def among(count: int) -> str:
    """Placeholders for a list of so many values."""
    return ", ".join(["%s"] * count)


LOAD = """
SELECT snapshot, version, sequence, due, failed, tries FROM person WHERE id = %s
"""
"""A person's snapshot and where they stand. One row by key."""

KNOWN = """
SELECT key FROM stimulus WHERE person = %s AND key IN ({keys})
"""
"""Which of these stimuli have been taken before."""

CLAIMABLE = """
SELECT id, snapshot, version, sequence, due, failed, tries FROM person
WHERE due <= %s AND lease <= %s ORDER BY due LIMIT %s
"""
"""People who are due and whom no worker has claimed, longest due first. (PostgreSQL: FOR UPDATE SKIP LOCKED.)"""

CLAIM = """
UPDATE person SET lease = %s WHERE id IN ({people})
"""
"""Claim people until a moment. The lease of a worker that has died runs out by itself."""

RELEASE = """
UPDATE person SET lease = %s WHERE id = %s AND lease = %s
"""
"""Give a claim back, unless somebody else has changed it."""

NEXT_DUE = """
SELECT MIN(due) FROM person WHERE due > %s
"""
"""The earliest instant after this one at which anybody is due (one step in an index)."""

ADVANCE_PERSON = """
UPDATE person SET snapshot = %s, version = %s, sequence = %s, due = %s, alerts = %s, waiting = %s,
lease = 0, failed = '', tries = 0 WHERE id = %s AND version = %s
"""
"""Compare-and-set: the person's new state, if nobody has changed it since it was read. It must change one row."""

ADVANCE_FAILED = """
UPDATE person SET snapshot = %s, version = %s, sequence = %s, due = %s, alerts = %s, waiting = %s
WHERE id = %s AND version = %s
"""
"""The same for a person whose step has failed: the mark and the rest before the next attempt stay as they are."""

FAIL = """
UPDATE person SET failed = %s, tries = tries + 1, lease = %s WHERE id = %s
"""
"""Mark a person whose step went wrong, and let them rest before the next attempt."""

HEAL = """
UPDATE person SET failed = '', tries = 0, lease = 0 WHERE id = %s AND version = %s
"""
"""Take the mark off: the person's steps went well."""

ADD_ENTRY = """
INSERT INTO journal (person, sequence, at, received, kind, body) VALUES (%s, %s, %s, %s, %s, %s)
"""
"""One entry of the journal. Entries are never changed."""

ADD_STIMULUS = """
INSERT INTO stimulus (person, key, step, sequence, kind, body) VALUES (%s, %s, %s, %s, %s, %s)
"""
"""A stimulus that has been taken. The same key twice for a person is an error, and undoes the whole commit."""

ADD_EFFECT = """
INSERT INTO outbox (person, sequence, idx, kind, effect, once, status, detail, attempts, told, expires, next_try,
made, handed, settled, lane) VALUES (%s, %s, %s, %s, %s, %s, 'pending', '', 0, 0, %s, %s, %s, 0, 0, %s)
"""
"""Something the world shall do, in the same commit as the step that wants it."""

ENTRIES = """
SELECT sequence, body FROM journal WHERE person = %s AND sequence > %s ORDER BY sequence LIMIT %s
"""
"""A person's entries after a number, oldest first."""

ENTRIES_BACKWARD = """
SELECT sequence, body FROM journal WHERE person = %s AND sequence < %s ORDER BY sequence DESC LIMIT %s
"""
"""A person's entries before a number, newest first."""

ENTRIES_OF_PERSON_BACKWARD = """
SELECT sequence, body FROM journal WHERE person = %s AND sequence < %s AND kind IN ({kinds})
ORDER BY sequence DESC LIMIT %s
"""
"""The same, of some kinds."""

ENTRIES_OF_PERSON = """
SELECT sequence, body FROM journal WHERE kind IN ({kinds}) AND person = %s AND sequence > %s
ORDER BY sequence + 0 LIMIT %s
"""
"""A person's entries of some kinds, oldest first: what their pages tell. Walks one index. The sum keeps SQLite from
reading the person's whole journal, only to have it in order."""

ENTRIES_OF_KIND = """
SELECT person, sequence, body FROM journal WHERE kind = %s AND (person > %s OR (person = %s AND sequence > %s))
ORDER BY person, sequence LIMIT %s
"""
"""All people's entries of one kind, page by page, for exports. Walks one index."""

STIMULI = """
SELECT body FROM stimulus WHERE person = %s ORDER BY step
"""
"""All that reached the engine for a person, in its order, for a replay."""

VERSION = """
SELECT version FROM person WHERE id = %s
"""
"""The number that rises with every change of a person: what pages poll."""

OUTBOX_DUE = """
SELECT person, sequence, idx, effect, once, status, detail, attempts, told, expires, next_try, made, handed, settled
FROM outbox WHERE next_try <= %s ORDER BY once, next_try LIMIT %s
"""
"""What has to be looked at in the outbox: notices to staff (at_least) first, then longest waiting first. (PostgreSQL:
FOR UPDATE SKIP LOCKED.)"""

OUTBOX_DUE_IN = """
SELECT person, sequence, idx, effect, once, status, detail, attempts, told, expires, next_try, made, handed, settled
FROM outbox WHERE lane = %s AND next_try <= %s ORDER BY next_try LIMIT %s
"""
"""The same of one lane: what waits in another one is not even read."""

OUTBOX_ASIDE = """
UPDATE outbox SET status = 'aside', detail = %s, next_try = NULL, settled = %s
WHERE person = %s AND sequence = %s AND idx = %s
"""
"""Set a row aside that cannot be read: it is looked at again when somebody has repaired it."""

OUTBOX_CLAIM = """
UPDATE outbox SET next_try = %s WHERE person = %s AND sequence = %s AND idx = %s AND next_try = %s AND status = %s
"""
"""Claim a row until a moment, unless somebody else has taken it."""

OUTBOX_HAND_OVER = """
UPDATE outbox SET status = 'handed', attempts = attempts + 1, handed = %s, next_try = %s
WHERE person = %s AND sequence = %s AND idx = %s AND status = 'pending'
AND EXISTS (SELECT 1 FROM person WHERE id = %s AND version = %s)
"""
"""Enter the attempt before it is made. It must change one row; else somebody else has made it, or the person has
changed since it was asked whether it may still reach them (a pause, a withdrawal): then that is asked again."""

OUTBOX_SETTLE = """
UPDATE outbox SET status = %s, detail = %s, told = %s, next_try = %s, attempts = attempts + %s, settled = %s,
handed = %s WHERE person = %s AND sequence = %s AND idx = %s AND status = %s
"""
"""What became of it."""

OUTBOX_TOLD = """
UPDATE outbox SET told = 1, next_try = %s WHERE person = %s AND sequence = %s AND idx = %s AND status = %s
"""
"""The engine knows what became of it."""

OUTBOX_AGAIN = """
UPDATE outbox SET next_try = %s WHERE person = %s AND sequence = %s AND idx = %s AND status = %s
"""
"""Look at it again later."""

OUTBOX_NEXT = """
SELECT MIN(next_try) FROM outbox WHERE next_try > %s
"""
"""When something has to be looked at after this moment."""

OUTBOX_NEXT_IN = """
SELECT MIN(next_try) FROM outbox WHERE lane = %s AND next_try > %s
"""
"""The same of one lane."""

OUTBOX_NEWER_NOTICE = """
SELECT effect FROM outbox WHERE person = %s AND kind = 'notify' AND (sequence > %s OR (sequence = %s AND idx > %s))
"""
"""Later notices to staff about the same person: a later one about the same alert takes over from this one."""

OUTBOX_STILL_WAITS = """
UPDATE outbox SET settled = %s, detail = 'it waited when a backup was restored'
WHERE once = 'at_most' AND status = 'pending' AND next_try > %s
"""
"""After a restore: what could not have been tried before this moment was not handed over, and goes on."""

OUTBOX_AFTER_RESTORE = """
UPDATE outbox SET status = 'unclear', detail = %s, next_try = %s, settled = %s
WHERE once = 'at_most' AND lane <> 'app' AND status IN ('pending', 'handed') AND settled < %s
"""
"""After a restore nobody knows what had been sent since the backup: what waited is not sent again. What is in the app is
nothing but the database, and was not handed to anybody."""

WITHOUT_KEY = "SELECT id FROM person WHERE id NOT IN (SELECT person FROM person_key) ORDER BY id"
"""The people who were erased."""

OUTBOX_OF = """
SELECT person, sequence, idx, effect, once, status, detail, attempts, told, expires, next_try, made, handed, settled
FROM outbox WHERE person = %s ORDER BY sequence, idx
"""
"""All that was to be done for a person."""

ADD_PERSON = """
INSERT INTO person (id, snapshot, version, sequence, due, lease, failed, tries, alerts, waiting, created)
VALUES (%s, %s, 0, 0, NULL, 0, '', 0, 0, 0, %s)
"""
"""A new person, in no program yet."""

ADD_IDENTITY = """
INSERT INTO identity (person, name, email, program) VALUES (%s, %s, %s, %s)
"""
"""Who the person is."""

ADD_ENROLLMENT = """
INSERT INTO enrollment (program, person) VALUES (%s, %s) ON CONFLICT (program, person) DO NOTHING
"""
"""A person is in a program, or invited to it."""

PROGRAMS_OF = """
SELECT program FROM enrollment WHERE person = %s
"""
"""The programs whose facilitators may see a person."""

ADD_KEY = """
INSERT INTO person_key (person, wrapped) VALUES (%s, %s)
"""
"""A person's key, wrapped."""

ANY_KEY = "SELECT person, wrapped FROM person_key ORDER BY person LIMIT 1"
KEY_OF = """
SELECT wrapped FROM person_key WHERE person = %s
"""
"""A person's key, wrapped."""

DESTROY_KEY = """
DELETE FROM person_key WHERE person = %s
"""
"""Without it nothing that was sealed can be read."""

IDENTITY = """
SELECT i.name, i.email, k.wrapped FROM identity i JOIN person_key k ON k.person = i.person WHERE i.person = %s
"""
"""Name and address of a person, sealed, with their key, if they have not been erased."""

IDENTITIES = """
SELECT i.person, i.name, i.email, k.wrapped FROM identity i JOIN person_key k ON k.person = i.person
"""
"""Everybody's; a search reads them all, for what is sealed cannot be searched."""

INVITED_TO = """
SELECT program FROM identity WHERE person = %s
"""
"""The program a person is invited to."""

SET_IDENTITY = """
UPDATE identity SET name = %s, email = %s WHERE person = %s
"""
"""Correct them."""

ERASE_IDENTITY = """
DELETE FROM identity WHERE person = %s
"""
"""Erase who a person is. The journal stays, and names nobody."""

ERASE_TEXTS = """
DELETE FROM kept_text WHERE person = %s
"""
"""Erase what a person has written and sent."""

FORGET_DETAILS = """
UPDATE outbox SET detail = '' WHERE person = %s
"""
"""Erase what providers said: it may name the address."""

FORGET_FAILURE = """
UPDATE person SET failed = 'a step failed' WHERE id = %s AND failed <> ''
"""
"""Erase what was said of a step that failed: it may quote what was written."""

ALL_PEOPLE = """
SELECT id FROM person WHERE id > %s ORDER BY id LIMIT %s
"""
"""Everybody, page by page."""

KEEP_TEXT = """
INSERT INTO kept_text (person, reference, media, body) VALUES (%s, %s, %s, %s)
"""
"""Keep a free text or a photo of a person."""

KEPT = """
SELECT media, body FROM kept_text WHERE person = %s AND reference = %s
"""
"""One kept text or photo."""

KEPT_TEXTS = """
SELECT reference, body FROM kept_text WHERE person = %s AND media = 'text/plain'
"""
"""All kept texts of a person."""

KEPT_PHOTOS = """
SELECT reference, media FROM kept_text WHERE person = %s AND media <> 'text/plain' ORDER BY reference
"""
"""What else is kept of a person, unopened."""

ADD_PROGRAM = """
INSERT INTO program (id, version, wording, root, published, serial)
VALUES (%s, %s, %s, %s, %s, (SELECT COALESCE(MAX(serial), 0) + 1 FROM program))
ON CONFLICT (id, version, wording) DO UPDATE SET published = excluded.published, serial = excluded.serial
"""
"""Publish a program. What had been published before becomes the one that people join, again."""

ADD_FILE = """
INSERT INTO program_file (program, version, wording, path, body) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (program, version, wording, path) DO NOTHING
"""
"""A file of it."""

PROGRAMS = """
SELECT id, version, wording, root, published, serial FROM program ORDER BY serial
"""
"""All published programs, in the order of publishing."""

PROGRAMS_STAMP = """
SELECT COALESCE(MAX(serial), 0) FROM program
"""
"""Changes whenever a program is published."""

FILES = """
SELECT path, body FROM program_file WHERE program = %s AND version = %s AND wording = %s ORDER BY path
"""
"""All files of a program."""

FILE = """
SELECT f.body FROM program_file f JOIN program p ON p.id = f.program AND p.version = f.version AND p.wording = f.wording
WHERE f.program = %s AND f.version = %s AND f.path = %s ORDER BY p.serial DESC LIMIT 1
"""
"""One file of a version, in the wording published last."""

DEPLOYMENT = """
SELECT value FROM deployment WHERE key = %s
"""
"""One property of this deployment."""

SET_DEPLOYMENT = """
INSERT INTO deployment (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
"""Set a property of this deployment."""

FIRST_DEPLOYMENT = """
INSERT INTO deployment (key, value) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING
"""
"""Set it, unless it is set already: of two that try, the first one's stays."""

LATER_DEPLOYMENT = """
UPDATE deployment SET value = %s WHERE key = %s AND CAST(value AS BIGINT) <= %s
"""
"""Set a moment, if the one that stands there is no later than another one."""

CLOCK = """
SELECT (SELECT o.value FROM deployment d JOIN deployment o ON o.key = 'offset' WHERE d.key = 'demo' AND d.value = '1'),
       (SELECT value FROM deployment WHERE key = %s)
"""
"""How far a demo's clock is ahead (null outside a demo), and the mark of the machine's clock."""

LAST_RECEIVED = """
SELECT MAX(received) FROM journal
"""
"""When the newest entry was made."""

DEPLOYMENT_LIKE = """
SELECT key, value FROM deployment WHERE key LIKE %s
"""
"""Properties whose names begin alike."""
