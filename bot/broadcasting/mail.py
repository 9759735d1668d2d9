"""Tells approvers by e-mail that something waits for them, where a mail server is set. Says nothing of what it is."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from storage.facts import ApproverFacts

SECONDS = 20.0
SUBJECT = "一斉配信{number}の承認をお願いします"
WORDS = """{by}さんが一斉配信{number}を申請しました。

職員のページの「一斉配信」か、

python -m bot broadcast show {number}
python -m bot broadcast forecast {number}

で確かめて、よければ承認してください。このメールは自動で送られました。返信は届きません。
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server: ``smtps://user:password@host:465``, or ``smtp://host:587``, which must offer STARTTLS for a name.

    ``sender`` is the address that mails come from.
    """

    url: str
    sender: str

    def tell(self, told: Sequence[ApproverFacts], number: int, by: str) -> list[str]:
        """Tell those who have an address, each alone; gives a line for each, also where it could not be sent."""
        reachable = [one for one in told if one.email]
        try:
            with self._connect() as server:
                return [self._tell(server, one, number, by) for one in reachable] if reachable else []
        except (OSError, smtplib.SMTPException) as error:
            return [f"nobody could be told by e-mail ({type(error).__name__}): tell them yourself"]

    def _tell(self, server: smtplib.SMTP, one: ApproverFacts, number: int, by: str) -> str:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, one.email
        message["Subject"] = SUBJECT.format(number=number)
        message.set_content(WORDS.format(number=number, by=by))
        try:
            server.send_message(message)
        except smtplib.SMTPException as error:
            return f"{one.name} could not be told by e-mail ({type(error).__name__})"
        return f"{one.name} is told by e-mail"

    def _connect(self) -> smtplib.SMTP:
        """Open a connection; a name and a password are only ever sent over an encrypted one."""
        place, context = urlsplit(self.url), ssl.create_default_context()
        host, port = place.hostname or "", place.port
        if place.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
            server.ehlo()
            if place.username or server.has_extn("starttls"):
                server.starttls(context=context)
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        return server
