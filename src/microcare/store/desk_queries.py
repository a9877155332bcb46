"""The SQL of the facilitators' desk: the caseload, groups, notes, adverse events, stops, rosters."""

SET_CASELOAD = """
UPDATE caseload SET alerts = %s, untaken = %s, urgent = %s, raised = %s, proposals = %s, tasks = %s, unread = %s,
check_in = %s, needs = %s, quiet_since = %s, declining = %s, active = %s, paused_until = %s, programs = %s, running = %s,
stopped = %s, waits = %s, unreached = %s, calls = %s
WHERE person = %s
"""
"""A person's line in the caseload."""

ADD_CASELOAD = """
INSERT INTO caseload (person, alerts, untaken, urgent, raised, proposals, tasks, unread, check_in, needs, quiet_since,
declining, active, paused_until, programs, running, created)
VALUES (%s, 0, 0, 0, 0, 0, 0, 0, 0, '[]', 0, 0, 0, 0, '[]', '[]', %s)
"""
"""The line of somebody who has just been invited."""

RANK = """CASE
WHEN c.urgent + c.calls > 0 THEN 0 WHEN c.untaken > 0 THEN 1 WHEN c.alerts > 0 THEN 2
WHEN c.stopped > 0 OR c.person IN (SELECT id FROM person WHERE failed <> '') THEN 3
WHEN c.proposals + c.tasks > 0 OR c.unread > 0 OR (c.check_in > 0 AND c.check_in < %(soon)s) THEN 4
WHEN c.paused_until > %(now)s OR c.programs = '[]' THEN 8
WHEN c.needs <> '[]' AND c.quiet_since > 0 AND c.quiet_since < %(quiet)s THEN 5
WHEN c.quiet_since > 0 AND c.quiet_since < %(quiet)s THEN 6
WHEN c.declining > 0 OR c.needs <> '[]' THEN 7
ELSE 8 END"""
"""Whom a facilitator sees first: alerts, then what waits for an answer, then silence with a need, silence, decline."""

FILTERS = {
    "now": f"({RANK}) <= 4",
    "alerts": "c.alerts > 0",
    "waiting": "c.proposals + c.tasks > 0 OR c.unread > 0 OR (c.check_in > 0 AND c.check_in < %(soon)s)",
    "needs": "c.needs <> '[]'",
    "quiet": "c.quiet_since > 0 AND c.quiet_since < %(quiet)s AND c.paused_until <= %(now)s",
    "declining": "c.declining > 0",
    "paused": "c.paused_until > %(now)s",
    "invited": "c.programs = '[]' AND c.active = 0",
    "left": "c.programs = '[]' AND c.active > 0",
}
"""The filters of the list."""

STILL_SOMEBODY = "(EXISTS (SELECT 1 FROM person_key k WHERE k.person = c.person) OR c.alerts > 0)"
"""A part of the condition: not those who have erased who they are, once no alert about them is open."""

IN_PROGRAMS = """
EXISTS (SELECT 1 FROM enrollment e WHERE e.person = c.person AND e.program IN ({programs}))
"""
"""A part of the condition: people of these programs."""

CASELOAD = """
SELECT c.person, COALESCE(i.name, ''), k.wrapped, c.alerts, c.untaken, c.urgent, c.raised, c.proposals, c.tasks, c.unread,
c.check_in, c.needs, c.quiet_since, c.declining, c.active, c.paused_until, c.programs, c.running, c.stopped,
c.waits, c.unreached, c.calls, p.failed
FROM (SELECT c.person AS id, {rank} AS rank FROM caseload c WHERE {where}
      ORDER BY rank, c.raised, c.quiet_since = 0, c.quiet_since, c.created DESC, c.person LIMIT %(limit)s OFFSET %(offset)s) chosen
JOIN caseload c ON c.person = chosen.id JOIN person p ON p.id = c.person
LEFT JOIN identity i ON i.person = c.person LEFT JOIN person_key k ON k.person = c.person
ORDER BY chosen.rank, c.raised, c.quiet_since = 0, c.quiet_since, c.created DESC, c.person
"""
"""A page of the list, those who need somebody first."""

COUNTS = "SELECT COUNT(*), " + ", ".join(f"SUM(CASE WHEN {c} THEN 1 ELSE 0 END)" for c in FILTERS.values())
"""How many people each filter has: everybody, then each in its order."""

AT_RISK = """
SELECT c.person, p.version FROM person p JOIN caseload c ON c.person = p.id WHERE p.alerts > 0 AND {where}
ORDER BY c.urgent = 0, c.untaken = 0, c.raised, c.person
"""
"""Everybody with open alerts, the most urgent first. Walks the small index of those who have any."""

ALERTS_MOVED = """
SELECT c.person, c.received, c.body FROM journal c WHERE c.kind = 'alert_moved' AND c.received < %(before)s AND {where}
ORDER BY c.received DESC, c.sequence DESC
"""
"""What became of alerts, newest first."""

GROUPS = """
SELECT g.name, COUNT(*) FROM person_group g JOIN caseload c ON c.person = g.person WHERE {where} GROUP BY g.name ORDER BY g.name
"""
"""The groups, with how many people of these are in each."""

GROUPS_OF = """
SELECT name FROM person_group WHERE person = %s ORDER BY name
"""
"""A person's groups."""

ADD_GROUP = """
INSERT INTO person_group (name, person) VALUES (%s, %s) ON CONFLICT (name, person) DO NOTHING
"""
"""Put somebody in a group."""

REMOVE_GROUP = """
DELETE FROM person_group WHERE name = %s AND person = %s
"""
"""Take somebody out of a group."""

FORGET_GROUPS = """
DELETE FROM person_group WHERE person = %s
"""
"""Take somebody out of all groups."""

ADD_NOTE = """
INSERT INTO note (person, reference, at, "by") VALUES (%s, %s, %s, %s)
"""
"""A facilitator's note."""

NOTES = """
SELECT reference, at, "by" FROM note WHERE person = %s ORDER BY at DESC, reference LIMIT 100
"""
"""The notes about a person, newest first."""

ADD_ADVERSE = """
INSERT INTO adverse_event (person, reference, at, happened, severity, serious, related, expected, outcome, program, "by")
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
"""An adverse event."""

ADVERSE = """
SELECT a.person, a.reference, a.at, a.happened, a.severity, a.serious, a.related, a.expected, a.outcome, a.program, a."by"
FROM adverse_event a WHERE {where} ORDER BY a.at DESC, a.reference
"""
"""Adverse events, newest first."""

ADD_STOP = """
INSERT INTO stop (serial, program, since, until, "by", lifted_by, why)
SELECT COALESCE(MAX(serial), 0) + 1, %s, %s, 0, %s, '', %s FROM stop
"""
"""Stop a program, or all."""

LIFT_STOP = """
UPDATE stop SET until = %s, lifted_by = %s WHERE serial = %s AND until = 0
"""
"""Let it go on."""

STOPS = """
SELECT serial, program, since, until, "by", lifted_by, why FROM stop ORDER BY serial DESC
"""
"""All stops, newest first."""

STOP_STAMP = """
SELECT COUNT(*), COALESCE(SUM(until), 0) FROM stop
"""
"""Changes with every stop, and with every end of one."""

RESPONDERS = """
SELECT program, roster, address FROM responder ORDER BY program, roster, address
"""
"""Who answers, in place of those the programs name."""

ADD_RESPONDER = """
INSERT INTO responder (program, roster, address) VALUES (%s, %s, %s) ON CONFLICT (program, roster, address) DO NOTHING
"""
"""Somebody of a list that stands in place of the program's own."""

REMOVE_RESPONDERS = """
DELETE FROM responder WHERE program = %s AND roster = %s
"""
"""Take everybody off a roster, for another list to follow."""
