"""The SQL of the delivery monitor: a summary of the journal, kept beside it; it can be thrown away and told again."""

COLUMNS = (
    "program, what, name, planned, intervention, subject, due, handed, accepted, shown, opened, completed, missed, reach,"
    " status, reason, trouble, tries"
)
"""The columns of a line that are its own, in the order of its fields after the key."""

BEHIND = """
SELECT p.id, COALESCE(m.sequence, 0), p.sequence FROM person p LEFT JOIN delivery_mark m ON m.person = p.id
WHERE p.sequence > COALESCE(m.sequence, 0) ORDER BY p.id LIMIT %s
"""
"""People whose journal has entries that the summary lacks. Walks one index, and the marks by key."""

COUNT_BEHIND = """
SELECT COUNT(*) FROM person p LEFT JOIN delivery_mark m ON m.person = p.id WHERE p.sequence > COALESCE(m.sequence, 0)
"""
"""How many they are."""

FIRST_MARK = """
INSERT INTO delivery_mark (person, sequence) VALUES (%s, 0) ON CONFLICT (person) DO NOTHING
"""
"""A person's mark, where there is none yet."""

MARK = """
UPDATE delivery_mark SET sequence = %s WHERE person = %s AND sequence = %s
"""
"""Up to where the journal is in the summary, if nobody else has been there. It must change one row."""

NEW_ENTRIES = """
SELECT kind, body FROM journal WHERE person = %s AND sequence > %s AND sequence <= %s ORDER BY sequence
"""
"""A person's entries that the summary lacks, with their kinds, so that only those that matter are decoded."""

EARLIER = """
SELECT key, {columns} FROM delivery_line WHERE person = %s AND (key IN ({among}) OR subject IN ({among}))
"""
"""The lines that new entries may change."""

NAMES = """
SELECT body FROM journal WHERE kind = 'started' AND person = %s
"""
"""What a person's runs are called."""

KEEP_LINE = """
INSERT INTO delivery_line (person, key, day, {columns}) VALUES ({values})
ON CONFLICT (person, key) DO UPDATE SET {updates}
"""
"""A line as it is now."""

DROP_LINE = """
DELETE FROM delivery_line WHERE person = %s AND key = %s
"""
"""A decision point that became a delivery."""

NUMBERS = """
SELECT day, program, what, intervention, name, status, reach, reason, COUNT(*) FROM delivery_line
WHERE day BETWEEN %s AND %s{where} GROUP BY day, program, what, intervention, name, status, reach, reason
"""
"""All numbers of the study in some days. Walks one index that holds all it needs."""

BY_PERSON = """
SELECT person, COUNT(*), SUM(CASE WHEN status IN ('completed', 'missed', 'open') THEN 1 ELSE 0 END),
SUM(CASE WHEN status = 'completed' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'missed' THEN 1 ELSE 0 END)
FROM delivery_line WHERE day BETWEEN %s AND %s AND person IN (SELECT person FROM person_key){where} GROUP BY person ORDER BY 5 DESC, 4, 1 LIMIT %s
"""
"""People with what became of theirs, most missed first; not those who have erased who they are."""

NOTHING_ARRIVES = """
SELECT person, COUNT(*), MAX(reach) FROM delivery_line WHERE day BETWEEN %s AND %s AND what <> 'decision'
AND person IN (SELECT person FROM person_key){where} GROUP BY person HAVING MAX(reach) < 3 AND COUNT(*) >= %s ORDER BY 2 DESC, 1 LIMIT %s
"""
"""People for whom things were due in some days and no channel took any."""

LINES_OF = """
SELECT key, {columns} FROM delivery_line WHERE person = %s AND day BETWEEN %s AND %s{where}
ORDER BY planned DESC, key DESC LIMIT %s
"""
"""A person's lines, newest first."""

TIMES = """
SELECT person, day, what, status, due, opened, completed FROM delivery_line
WHERE day BETWEEN %s AND %s AND what <> 'decision'{where} ORDER BY person, due
"""
"""What a reporting table needs of each delivery."""

STUCK_FAILED = """
SELECT id, failed FROM person WHERE failed <> '' ORDER BY id LIMIT %s
"""
"""People whose last step went wrong."""

STUCK_DUE = """
SELECT id, due FROM person WHERE due <= %s ORDER BY due LIMIT %s
"""
"""People who have been due for long: the worker is late."""

STUCK_OUTBOX = """
SELECT person, status, detail, settled, kind, effect FROM outbox WHERE status IN ('failed', 'unclear') AND settled >= %s
AND person IN (SELECT person FROM person_key) ORDER BY settled DESC LIMIT %s
"""
"""What failed, or of what nobody knows whether it arrived, since a moment."""

PROMPTS = "SELECT effect, status FROM outbox WHERE person = %s AND kind = 'prompt' AND made >= %s"
"""What was to be brought to somebody since a moment, by each channel, and what became of it."""

STUCK_NOTICES = """
SELECT person, status, detail, made, kind FROM outbox WHERE next_try > 0 AND kind = 'notify' AND made <= %s
ORDER BY made LIMIT %s
"""
"""Notices to staff that nobody has taken on."""
