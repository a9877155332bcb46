"""What other servers say, in words of our own.

A server that refuses a message may answer with the address, with the text, or with anything else it was given. Whatever
became of a message is kept for years, also of somebody who is erased; so nothing is kept as it was said. A reply becomes its
code, and what that code means; an error becomes its kind.
"""

import http.client
import re
import smtplib
import socket
import ssl

REPLIES = {
    211: "", 214: "", 220: "", 221: "it closes", 235: "signed in", 250: "taken", 251: "it will be passed on",
    252: "not verified", 334: "", 354: "", 421: "it is not available now", 422: "the mailbox is full",
    432: "the password must be changed", 450: "the mailbox is busy", 451: "it cannot be done now", 452: "it has no room now",
    454: "signing in is not possible now", 455: "it cannot be done now", 500: "the command is not known",
    501: "a part of the command is wrong", 502: "the command is not there", 503: "the wrong order of commands",
    504: "a part of the command is not there", 521: "it takes no mail", 523: "the mail is too large",
    530: "it wants a sign-in", 534: "it wants another way to sign in", 535: "the sign-in is wrong",
    538: "it wants encryption", 541: "it was rejected", 550: "there is no such mailbox, or it is not permitted",
    551: "the mailbox is elsewhere", 552: "too large, or no room", 553: "the mailbox's name is not allowed",
    554: "it was rejected", 555: "a part of the sender or recipient is not known", 556: "the domain takes no mail",
}  # fmt: skip
"""The codes of SMTP (RFC 5321, 4954, 7504, and those in use), and what each means."""

SUBJECTS = {
    "1": "address", "2": "mailbox", "3": "mail system", "4": "network", "5": "protocol", "6": "content", "7": "policy",
}  # fmt: skip
"""What an enhanced code (RFC 3463) is about: its second number."""
_enhanced = re.compile(rb"[245]\.(\d)\.(\d{1,2})(?=[ \r\n]|$)")
MOST_DETAIL = 30
"""No enhanced code in use has a third number beyond this one."""

FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "no encrypted connection came about"),
    (socket.gaierror, "its name leads nowhere"),
    (TimeoutError, "it did not answer in time"),
    (ConnectionRefusedError, "it takes no connection"),
    (ConnectionError, "the connection broke off"),
    (smtplib.SMTPServerDisconnected, "the connection broke off"),
    (smtplib.SMTPNotSupportedError, "it offers no encryption, or no way to sign in"),
    (smtplib.SMTPException, "its answer is none"),
    (http.client.HTTPException, "its answer is none"),
    (UnicodeError, "its name leads nowhere"),
    (OSError, "the connection did not come about"),
)
"""What goes wrong on the way; the first that fits."""


def reply(code: int, words: bytes | str = b"") -> str:
    """A reply of a mail server: its code, and what the code means. Of its words only a code at their beginning is read."""
    raw = words if isinstance(words, bytes) else words.encode(errors="replace")
    if code not in REPLIES:
        return "an unknown code"
    found = _enhanced.match(raw.strip())
    about = SUBJECTS.get(found[1].decode(), "") if found is not None else ""
    enhanced = "" if found is None or not about or int(found[2]) > MOST_DETAIL else found[0].decode()
    shown = f"{code} {enhanced}".strip()
    meaning = REPLIES[code]
    return (
        f"{shown} ({meaning}; about the {about})"
        if enhanced and meaning
        else f"{shown} ({meaning})"
        if meaning
        else shown
    )


def status(code: int) -> str:
    """The status of an answer over HTTP, with the words that the standard has for it."""
    known = http.client.responses.get(code)
    return f"{code} {known}" if known else "an unknown status"


def fault(error: BaseException) -> str:
    """What went wrong on the way, by its kind alone."""
    if isinstance(error, smtplib.SMTPResponseException):
        return reply(error.smtp_code, error.smtp_error)
    return next((words for kind, words in FAULTS if isinstance(error, kind)), "it failed")
