"""The SQL about how the staff signs in, and about access in an emergency."""

ADD_FACTOR = """
INSERT INTO staff_factor (id, "user", kind, name, body, made, used, counter) VALUES (%s, %s, %s, %s, %s, %s, 0, %s)
"""
"""Something to sign in with."""

FACTORS_OF = """
SELECT id, "user", kind, name, body, made, used, counter FROM staff_factor WHERE "user" = %s ORDER BY made, id
"""
"""All that somebody signs in with."""

FACTOR = """
SELECT id, "user", kind, name, body, made, used, counter FROM staff_factor WHERE id = %s
"""
"""One of them."""

HAS_STRONG = """
SELECT 1 FROM staff_factor WHERE "user" = %s AND kind IN ('totp', 'passkey') LIMIT 1
"""
"""Whether somebody has a second factor."""

USE_FACTOR = """
UPDATE staff_factor SET used = %s, counter = %s WHERE id = %s AND counter < %s
"""
"""It was used, with a count that nobody used before."""

TOUCH_FACTOR = """
UPDATE staff_factor SET used = %s WHERE id = %s
"""
"""It was used; it does not count."""

REMOVE_FACTOR = """
DELETE FROM staff_factor WHERE "user" = %s AND id = %s
"""
"""One is gone."""

REMOVE_KIND = """
DELETE FROM staff_factor WHERE "user" = %s AND kind = %s
"""
"""All of a kind are gone."""

REMOVE_FACTORS = """
DELETE FROM staff_factor WHERE "user" = %s
"""
"""All are gone."""

STRONG_USERS = """
SELECT DISTINCT "user" FROM staff_factor WHERE kind IN ('totp', 'passkey')
"""
"""Everybody with a second factor."""

ADD_LINK = """
INSERT INTO staff_link (hash, "user", expires) VALUES (%s, %s, %s)
"""
"""A one-time link."""

REMOVE_LINKS_OF = """
DELETE FROM staff_link WHERE "user" = %s
"""
"""Somebody's links open nothing any more."""

LINK = """
SELECT "user" FROM staff_link WHERE hash = %s AND expires > %s
"""
"""Whose link it is."""

TAKE_LINK = """
DELETE FROM staff_link WHERE hash = %s AND expires > %s
"""
"""It was used."""

LINKS = """
SELECT "user" FROM staff_link WHERE expires > %s
"""
"""Whose links still wait."""

ADD_SESSION = """
INSERT INTO staff_session (id, "user", began, seen, proved, strong, address, agent)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
"""Somebody signed in."""

SESSION = """
SELECT id, "user", began, seen, proved, strong, address, agent FROM staff_session WHERE id = %s
"""
"""Where they did."""

SESSIONS_OF = """
SELECT id, "user", began, seen, proved, strong, address, agent FROM staff_session
WHERE "user" = %s AND seen > %s AND began > %s ORDER BY seen DESC
"""
"""All places where somebody is signed in."""

SEE_SESSION = """
UPDATE staff_session SET seen = %s WHERE id = %s
"""
"""Something was done there."""

PROVE_SESSION = """
UPDATE staff_session SET proved = %s, seen = %s, strong = CASE WHEN strong > %s THEN strong ELSE %s END WHERE id = %s
"""
"""Somebody proved there who they are."""

REMOVE_SESSION = """
DELETE FROM staff_session WHERE "user" = %s AND id = %s
"""
"""Signed out there."""

REMOVE_SESSIONS = """
DELETE FROM staff_session WHERE "user" = %s AND id <> %s
"""
"""Signed out everywhere else."""

REMOVE_OLD_SESSIONS = """
DELETE FROM staff_session WHERE seen < %s OR began < %s
"""
"""What is over anyhow."""

FAILURE = """
SELECT count, last, until FROM staff_failure WHERE subject = %s
"""
"""How often somebody failed."""

SET_FAILURE = """
INSERT INTO staff_failure (subject, count, last, until) VALUES (%s, %s, %s, %s)
ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last, until = excluded.until
"""
"""Once more."""

REMOVE_FAILURE = """
DELETE FROM staff_failure WHERE subject = %s
"""
"""They succeeded."""

REMOVE_OLD_FAILURES = """
DELETE FROM staff_failure WHERE last < %s
"""
"""Forgiven by time."""

SET_DRAFT = """
INSERT INTO staff_draft ("user", at, body) VALUES (%s, %s, %s)
ON CONFLICT ("user") DO UPDATE SET at = excluded.at, body = excluded.body
"""
"""What was typed."""

DRAFT = """
SELECT body FROM staff_draft WHERE "user" = %s AND at > %s
"""
"""It, once more."""

REMOVE_DRAFT = """
DELETE FROM staff_draft WHERE "user" = %s OR at < %s
"""
"""It was given back, or is too old."""

ADD_EMERGENCY = """
INSERT INTO emergency (id, "user", person, reason, at, until, reviewer, reviewed, finding)
VALUES (%s, %s, %s, %s, %s, %s, '', 0, '')
"""
"""A page is opened in an emergency."""

LIVE_EMERGENCY = """
SELECT 1 FROM emergency WHERE "user" = %s AND person = %s AND until > %s LIMIT 1
"""
"""Whether one is open."""

EMERGENCIES = """
SELECT id, "user", person, reason, at, until, reviewer, reviewed, finding FROM emergency
ORDER BY reviewed > 0, at DESC LIMIT %s
"""
"""Those to be reviewed first."""

EMERGENCIES_OF = """
SELECT id, "user", person, reason, at, until, reviewer, reviewed, finding FROM emergency WHERE person = %s ORDER BY at DESC
"""
"""Those of a person."""

FORGET_EMERGENCIES = """
UPDATE emergency SET reason = '', finding = '' WHERE person = %s
"""
"""What was written of the person in them is gone."""

OPEN_EMERGENCIES = """
SELECT DISTINCT person FROM emergency WHERE reviewed = 0
"""
"""About whom one awaits review."""

REVIEW_EMERGENCY = """
UPDATE emergency SET reviewer = %s, reviewed = %s, finding = %s WHERE id = %s AND reviewed = 0 AND "user" <> %s
"""
"""Somebody else has looked at it."""

END_EMERGENCY = """
UPDATE emergency SET until = %s WHERE "user" = %s AND person = %s AND until > %s
"""
"""Over before its time."""
