"""The whole web app in this process, so that a test can put people on its list; database and pages are real."""

import base64
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import Page

from bot.app import App
from bot.settings import Settings
from bot.signed import hash_token
from bot.web.staff import entrance
from handlers import seating
from handlers.seating import CompanionAdded, Registered
from storage import accounts, attendances, events, people, registrations, sessions, staff
from storage.clock import TOKYO
from storage.facts import (
    AttendanceFacts,
    ChannelName,
    EventFacts,
    EventMode,
    EventState,
    PartFacts,
    PlannedPart,
    StaffRole,
)
from tests.handlers.occasions import details
from tests.town import KITAQ

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
VIDEO = (640, 480)


class Office:
    """An app that serves, with an event at START and ten minutes to go."""

    def __init__(self, app: App) -> None:
        self.app, self.port = app, 0
        self.set_time(START - timedelta(minutes=10))
        self.event = self._add_event()
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Serve, on the same port as before."""
        self._server = uvicorn.Server(uvicorn.Config(self.app.web, port=self.port, log_config=None, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def close(self) -> None:
        """Serve no more: whoever asks is refused."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()

    @property
    def part(self) -> PartFacts:
        return self.event.parts[0]

    def set_time(self, moment: datetime) -> None:
        """Move the calendar, as the sandbox's panel does."""
        self.app.clock.offset = moment - self.app.clock.real()

    def do(self, unit: Any) -> Any:
        return self.app.database.write(unit).result()

    def _add_event(self) -> EventFacts:
        said = details("workshop", title={"ja": "省エネ工作教室", "en": "Energy workshop"}, mode=EventMode.BOTH)
        parts = [PlannedPart(starts_at=START, ends_at=START + timedelta(hours=2), capacity=20)]
        made = self.do(lambda c: events.add(c, said, parts, EventState.PUBLISHED, self.app.clock.now()))
        found = self.do(lambda c: events.find(c, made))
        assert found is not None
        return found  # type: ignore[no-any-return]

    def host(self, nickname: str, language: str = "ja") -> int:
        """Let somebody with a phone register; gives the person's number."""
        now = self.app.clock.now()

        def unit(connection: Any) -> Any:
            person_id = people.add(connection, nickname, now)
            account = accounts.add(connection, ChannelName.LINE, "bot", f"U{person_id}", now)
            accounts.change(connection, account.id, person_id=person_id, language=language)
            return person_id, seating.register(connection, self.event.id, person_id, account_id=account.id, now=now)

        person_id, made = self.do(unit)
        assert isinstance(made, Registered)
        return int(person_id)

    def companion(self, host_id: int, name: str) -> int:
        how = {"is_child": True, "account_id": None, "now": self.app.clock.now()}
        made = self.do(lambda c: seating.add_companion(c, self.event.id, host_id, name, **how))
        assert isinstance(made, CompanionAdded)
        return made.person_id

    def guest(self, name: str) -> int:
        person_id, made = self.do(lambda c: seating.register_guest(c, self.event.id, name, now=self.app.clock.now()))
        assert isinstance(made, Registered)
        return int(person_id)

    def fill_up(self) -> None:
        """Take all seats but one, and let somebody wait."""
        self.do(lambda c: events.take_seats(c, self.part.id, 16))
        for name in ("客 一", "客 二"):
            self.guest(name)

    def digits(self, person_id: int) -> str:
        found = self.app.database.read(lambda c: registrations.find(c, self.part.id, person_id)).result()
        assert found is not None
        return found.code

    def attendance(self, person_id: int) -> AttendanceFacts | None:
        return self.app.database.read(lambda c: attendances.find(c, self.part.id, person_id)).result()

    def participants(self) -> int:
        answer = httpx.get(f"{self.url}/api/v1/totals", timeout=20).json()
        return int(answer["participants"]["total"])

    def entry(self, name: str = "受付 花") -> str:
        """Give the link that lets somebody in."""
        return self.url + entrance.entry_path(self.app.secret, name, self.app.clock.real())

    def cookie(self, role: StaffRole = StaffRole.EDITOR) -> Any:
        """Begin a session of somebody with an account; gives its cookie, for a browser to take."""
        token, now = secrets.token_urlsafe(32), self.app.clock.real()

        def unit(connection: Any) -> None:
            number = staff.add(connection, f"職員 {role}", role, now)
            staff.change(connection, number, joined_at=now)
            sessions.add(connection, hash_token(token), number, now)

        self.do(unit)
        return {"name": "session", "value": token, "url": self.url}

    def ticket(self, person_id: int) -> str:
        """Give the link of the ticket's page, as a chat shows it."""
        link = self.app._make_link("ticket", f"{self.part.id}-{person_id}")
        return self.url + "/ticket/" + link.rpartition("/")[2]


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Serve the app of a new sandbox on a free port."""
    app = App(Settings(data_dir=folder / "data", programme_file=KITAQ, _env_file=None))  # type: ignore[call-arg]
    office = Office(app)
    try:
        yield office
    finally:
        office.close()
        app.database.close()


DRAW_CODE = """async ([width, height]) => {
  const code = document.querySelector(".ticket .qr");
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + btoa(new XMLSerializer().serializeToString(code));
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const side = height * 0.75;
  pen.fillStyle = "#ccc";
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = "#fff";
  pen.fillRect((width - side) / 2, (height - side) / 2, side, side);
  pen.drawImage(image, (width - side) / 2, (height - side) / 2, side, side);
  const { data } = pen.getImageData(0, 0, width, height);
  return btoa(Array.from({ length: width * height }, (_, at) => String.fromCharCode(data[at * 4])).join(""));
}"""
"""Draw the first code on a ticket's page as a camera would see it, and give its brightness as base64."""


def film(page: Page, to: Path) -> Path:
    """Film the code that a ticket's page shows: grey YUV4MPEG2, 4:2:0, as Chromium's camera of files takes it."""
    width, height = VIDEO
    luma = base64.b64decode(page.evaluate(DRAW_CODE, list(VIDEO)))
    frame = b"FRAME\n" + luma + bytes([128]) * (width * height // 2)
    to.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return to
