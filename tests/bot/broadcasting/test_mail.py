"""E-mails to approvers, through a real connection to a mail server of this machine."""

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage

import pytest

from bot.broadcasting.mail import Mail
from bot.settings import Settings, SettingsError, read
from storage.facts import ApproverFacts


class Post(socketserver.StreamRequestHandler):
    """As much of SMTP as one mail needs; who is called nobody@… has no box here."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("DATA"):
                self.say("354 go on")
                self.server.taken.append(self.text())  # type: ignore[attr-defined]
                self.say("250 taken")
            elif word.startswith("RCPT") and "nobody@" in line:
                self.say("550 no such box")
            elif word.startswith("QUIT"):
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def text(self) -> str:
        lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
        return "".join(lines)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.taken: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_string(text, policy=policy.default) for text in self.taken]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield running
        running.shutdown()


def approver(name: str, email: str = "") -> ApproverFacts:
    return ApproverFacts(id=1, name=name, email=email, is_deputy=False)


def test_each_approver_with_an_address_is_told_alone_and_of_no_content(server: Server) -> None:
    told = [approver("Ben", "ben@city.test"), approver("Cyd"), approver("Dan", "dan@city.test")]
    lines = Mail(server.url, "bot@city.test").tell(told, 7, "Ann")
    assert lines == ["Ben is told by e-mail", "Dan is told by e-mail"]
    assert [mail["To"] for mail in server.mails] == ["ben@city.test", "dan@city.test"]
    assert server.mails[0]["From"] == "bot@city.test"
    assert server.mails[0]["Subject"] == "一斉配信7の承認をお願いします"
    assert "Annさんが一斉配信7を申請しました" in server.mails[0].get_content()


def test_a_box_that_does_not_exist_keeps_nobody_else_from_being_told(server: Server) -> None:
    told = [approver("Ben", "nobody@city.test"), approver("Dan", "dan@city.test")]
    lines = Mail(server.url, "bot@city.test").tell(told, 7, "Ann")
    assert lines == ["Ben could not be told by e-mail (SMTPRecipientsRefused)", "Dan is told by e-mail"]


def test_a_server_that_is_not_there_is_said_and_nothing_more() -> None:
    (line,) = Mail("smtp://127.0.0.1:1", "bot@city.test").tell([approver("Ben", "ben@city.test")], 7, "Ann")
    assert "tell them yourself" in line


def test_a_password_is_never_sent_in_the_clear(server: Server) -> None:
    url = server.url.replace("//", "//user:secret@")
    (line,) = Mail(url, "bot@city.test").tell([approver("Ben", "ben@city.test")], 7, "Ann")
    assert "nobody could be told" in line
    assert server.taken == []


@pytest.mark.parametrize("url", ["mail.city.test", "http://mail.city.test", "smtp://"])
def test_what_is_no_mail_server_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", url)
    with pytest.raises(SettingsError, match="MAIL_URL"):
        read(_env_file=None)


def test_a_mail_server_needs_an_address_to_send_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", "smtps://mail.city.test")
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        read(_env_file=None)
    assert Settings(_env_file=None).mail_from == ""  # type: ignore[call-arg]
