"""The SQL about the staff: their roles, and the trail of what they did."""

ADD_MEMBERSHIP = """
INSERT INTO membership ("user", program, role, since) VALUES (%s, %s, %s, %s)
ON CONFLICT ("user", program, role) DO NOTHING
"""
"""A role in a program."""

REMOVE_MEMBERSHIP = """
DELETE FROM membership WHERE "user" = %s AND program = %s AND role = %s
"""
"""No longer."""

MEMBERSHIPS_OF = """
SELECT program, role FROM membership WHERE "user" = %s ORDER BY program, role
"""
"""Somebody's roles."""

MEMBERSHIPS = """
SELECT "user", program, role FROM membership ORDER BY "user", program, role
"""
"""Everybody's roles."""

ADD_AUDIT = """
INSERT INTO audit (serial, at, who, deed, about, detail, seal) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
"""A line of the audit trail."""

LAST_AUDIT = """
SELECT serial, seal FROM audit ORDER BY serial DESC LIMIT 1
"""
"""What the next line is chained to."""

AUDIT = """
SELECT serial, at, who, deed, about, detail, seal FROM audit WHERE serial < %s ORDER BY serial DESC LIMIT %s
"""
"""The newest lines."""

AUDIT_ABOUT = """
SELECT serial, at, who, deed, about, detail, seal FROM audit WHERE about = %s AND serial < %s
ORDER BY serial DESC LIMIT %s
"""
"""The newest lines about one person or program."""

AUDIT_AFTER = """
SELECT serial, at, who, deed, about, detail, seal FROM audit WHERE serial > %s ORDER BY serial LIMIT %s
"""
"""All lines, page by page."""
