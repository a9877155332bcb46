"""Mail: a neutral subject, a neutral text with a link, and a Message-ID that is the idempotency key.

SMTP tells the stages apart: until the text is sent, nothing can have been delivered, so whatever goes wrong is a clear
failure; a server that falls silent after the text leaves it unclear. What it would not take now ("try again later"), or
could not because it was not there, may be tried again: nothing was sent.
"""

import contextlib
import re
import smtplib
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from microcare.channels import said
from microcare.channels.breaker import LONGEST, Breaker, within
from microcare.channels.channel import NO_ADDRESS, NO_SERVER, Message, Outcome, Result

KEPT = 20.0
"""A session that nobody has used for so long is not used again, seconds."""
LATER = 60.0
"""What a server would not take now may be tried again after so many seconds."""
REFUSED, BROKE_OFF = "refused", "the mail server broke off"
SCHEMES = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    security: str
    """smtp (none), smtps (TLS from the start), or smtp+starttls (TLS, or nothing is sent)."""
    user: str = ""
    password: str = ""


def parse_server(url: str) -> Server:
    """A server from `smtp://USER:PASSWORD@HOST:PORT`; ValueError says what is wrong with it."""
    parts = urlsplit(url)
    more = parts.path.strip("/") or parts.query or parts.fragment or any(c.isspace() for c in url)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.port == 0 or more:
        raise ValueError("a mail server is written smtp://HOST:PORT, smtps://... or smtp+starttls://...")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.scheme == "smtp" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("a password is sent only over smtps:// or smtp+starttls://")
    return Server(parts.hostname, parts.port or SCHEMES[parts.scheme], parts.scheme, user, password)


ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def is_address(text: str) -> bool:
    """Whether a text is a plain mail address, as HTML forms take them."""
    return len(text) < 255 and ADDRESS.fullmatch(text) is not None


class Email:
    """Mail over SMTP, one message at a time; a session is kept for those that follow soon."""

    name = "email"

    def __init__(
        self, server: Server | None, sender: str, timeout: float = 20.0, *, longest: float = LONGEST, keep: bool = True
    ) -> None:
        """`timeout` in seconds, for each answer of the server; twice as long for all of them together.

        `longest`: so long at most a server that fails is left alone, seconds; `keep`: whether a session is kept, so that
        mails go one after the other; without it several threads may send at once.
        """
        self.server = server
        self.sender = sender
        self.timeout = timeout
        self.breaker = Breaker(longest)
        self._keep = keep
        self._lock = threading.Lock()
        self._open: smtplib.SMTP | None = None
        self._used = 0.0

    def rests(self, to: str) -> float:
        """For how many seconds the server is left alone."""
        return self.breaker.rests() if self.server is not None else 0.0

    def send(self, message: Message) -> Outcome:
        """Hand one mail over."""
        if self.server is None:
            return Outcome(Result.FAILED, NO_SERVER)
        if not is_address(message.to):
            return Outcome(Result.FAILED, NO_ADDRESS)
        with self._lock if self._keep else contextlib.nullcontext():
            outcome = self._send(self.server, message)
        self._heed(outcome)
        return outcome

    def _send(self, server: Server, message: Message) -> Outcome:
        current: list[smtplib.SMTP] = []
        with within(2 * self.timeout, lambda: current[-1].sock if current else None):
            try:
                smtp = self._session(server, current) if self._keep else self._connect(server, current)
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                return Outcome(Result.FAILED, f"the mail server could not be reached: {said.fault(error)}", LATER)
            outcome = self._hand_over(smtp, message)
        if not self._keep:
            _end(smtp, polite=outcome.result is Result.ACCEPTED)
        elif outcome.result is Result.UNCLEAR or outcome.detail.startswith(BROKE_OFF):
            self._drop()
        self._used = time.monotonic()
        return outcome

    def _heed(self, outcome: Outcome) -> None:
        """What an outcome says of the server: that it is there, or that it is not."""
        if outcome.result is Result.UNCLEAR or (outcome.again is not None and not outcome.detail.startswith(REFUSED)):
            self.breaker.bad()
        else:
            self.breaker.good()

    def _session(self, server: Server, current: list[smtplib.SMTP]) -> smtplib.SMTP:
        """The session that is open, if the server still knows of it; else a new one."""
        kept = self._open
        if kept is not None:
            current.append(kept)
            try:
                if time.monotonic() - self._used < KEPT and kept.rset()[0] == 250:
                    return kept
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        self._open = self._connect(server, current)
        return self._open

    def _connect(self, server: Server, current: list[smtplib.SMTP]) -> smtplib.SMTP:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=self.timeout, context=context)
            if server.security == "smtps"
            else smtplib.SMTP(timeout=self.timeout)
        )
        current.append(smtp)
        try:
            # The name that certificates are checked against, which only the constructor sets else.
            smtp._host = server.host  # type: ignore[attr-defined]
            code, words = smtp.connect(server.host, server.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
            if server.security == "smtp+starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def __del__(self) -> None:
        """Leave no session open behind."""
        if getattr(self, "_open", None) is not None:
            self._drop()

    def _drop(self) -> None:
        smtp, self._open = self._open, None
        if smtp is not None:
            smtp.close()

    def _hand_over(self, smtp: smtplib.SMTP, message: Message) -> Outcome:
        try:
            for code, words in (smtp.mail(self.sender), smtp.rcpt(message.to)):
                if code not in (250, 251):
                    return _refused(code, words)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.FAILED, f"{BROKE_OFF}: {said.fault(error)}", LATER)
        try:
            code, words = smtp.data(self.compose(message).as_bytes())
        except smtplib.SMTPDataError as error:
            # The server would not even begin to take the text.
            return _refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.UNCLEAR, f"the mail server fell silent: {said.fault(error)}")
        if code != 250:
            return _refused(code, words)
        return Outcome(Result.ACCEPTED, said.reply(code, words))

    def compose(self, message: Message) -> EmailMessage:
        """The mail as it is sent: plain text, nothing that tracks."""
        mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        mail["From"] = self.sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail


def _refused(code: int, words: bytes | str) -> Outcome:
    """A server that says no has sent nothing; one that says "not now" (4xx, greylisting) may say yes later."""
    return Outcome(Result.FAILED, f"{REFUSED}: {said.reply(code, words)}", LATER if 400 <= code < 500 else None)


def _end(smtp: smtplib.SMTP, *, polite: bool) -> None:
    """The mail is accepted; whether the server says goodbye does not matter."""
    if polite:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    smtp.close()
