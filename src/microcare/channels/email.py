"""Mail: a neutral subject, a neutral text with a link, and a Message-ID that is the idempotency key.

SMTP tells the stages apart: until the text is sent, nothing can have been delivered, so whatever goes wrong is a clear
failure; a server that falls silent after the text leaves it unclear.
"""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from microcare.channels.channel import NO_ADDRESS, NO_SERVER, Message, Outcome, Result

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
    """Mail over SMTP, one message at a time."""

    name = "email"

    def __init__(self, server: Server | None, sender: str, timeout: float = 20.0) -> None:
        """`timeout` in seconds, for each answer of the server."""
        self.server = server
        self.sender = sender
        self.timeout = timeout

    def send(self, message: Message) -> Outcome:
        """Hand one mail over."""
        if self.server is None:
            return Outcome(Result.FAILED, NO_SERVER)
        if not is_address(message.to):
            return Outcome(Result.FAILED, NO_ADDRESS)
        try:
            smtp = self._connect(self.server)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.FAILED, f"the mail server could not be reached: {_said(error)}")
        try:
            return self._hand_over(smtp, message)
        finally:
            smtp.close()

    def _connect(self, server: Server) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if server.security == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self.timeout, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self.timeout)
        try:
            if server.security == "smtp+starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, message: Message) -> Outcome:
        try:
            for code, said in (smtp.mail(self.sender), smtp.rcpt(message.to)):
                if code not in (250, 251):
                    return Outcome(Result.FAILED, f"refused: {code} {said.decode(errors='replace')}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.FAILED, f"the mail server broke off: {_said(error)}")
        try:
            code, said = smtp.data(self.compose(message).as_bytes())
        except smtplib.SMTPDataError as error:
            # The server would not even begin to take the text.
            return Outcome(Result.FAILED, f"refused: {_said(error)}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Result.UNCLEAR, f"the mail server fell silent: {_said(error)}")
        if code != 250:
            return Outcome(Result.FAILED, f"refused: {code} {said.decode(errors='replace')}")
        _quit(smtp)
        return Outcome(Result.ACCEPTED, f"{code} {said.decode(errors='replace')}"[:200])

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


def _quit(smtp: smtplib.SMTP) -> None:
    """The mail is accepted; whether the server says goodbye does not matter."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        smtp.quit()


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
