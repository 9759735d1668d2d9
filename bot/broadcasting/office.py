"""Does what staff ask for on the command line, one errand at a time; says in lines what came of it. Holds no rule."""

import base64
import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection

from bot.broadcasting import files, showing
from bot.broadcasting.files import FileRefusedError
from bot.broadcasting.mail import Mail
from bot.importing.links import Links
from bot.signed import hash_token
from handlers import broadcasting, drafting, foreseeing, illustrating, messages, ordering, staffing
from handlers.broadcasting import BroadcastRefusedError, NoBroadcastError
from handlers.illustrating import Illustration, PictureRefusedError
from handlers.messages import Sender
from handlers.ordering import OrderRefusedError
from handlers.rules import broadcasts as rules
from handlers.rules import weekly as timing
from handlers.rules.forecast import Forecast, Plan
from handlers.rules.preflight import Seen
from handlers.staffing import Doing, StaffRefusedError
from handlers.texts import Texts
from storage import accounts, approvers, audit, broadcasts, events
from storage.approvers import SecretWord
from storage.clock import Clock
from storage.database import ConflictError, Database
from storage.facts import (
    AudienceCount,
    BroadcastContent,
    BroadcastFacts,
    ChannelName,
    EventFacts,
    OrderTerms,
    Programme,
    StaffRole,
)

TRIES = 5  # of an act that met another transaction
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What somebody asks for. ``number`` is a broadcast's or an account's; the rest depends on the act."""

    act: str
    by: str = ""
    number: int = 0
    event: str = ""
    file: str = ""
    picture: str = ""  # a JPEG or PNG in base64
    word: str = ""
    seen: str = ""  # the beginning of the hash of what an approver saw
    why: str = ""
    name: str = ""
    email: str = ""
    send_at: str = ""
    role: str = ""  # of somebody of the staff
    is_deputy: bool = False
    is_unchecked: bool = False  # links are not asked whether they answer
    ceiling: int = 0  # of a standing order: LINE messages a month
    posts: bool = True  # of a standing order: the public channel has it too


ERRAND: TypeAdapter[Errand] = TypeAdapter(Errand)


class ErrandRefusedError(Exception):
    """What was asked for is not done; the message says why, in lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What errands need. It waits for the database and for addresses to answer: never call it in an event loop."""

    database: Database
    clock: Clock
    programme: Callable[[], Programme]
    texts: Texts
    public_url: str
    senders: Mapping[ChannelName, Sender]
    plan: Plan
    rates: Mapping[ChannelName, float]
    links: Links = field(default_factory=Links)
    mail: Mail | None = None  # None: nobody is told by e-mail

    def do(self, errand: Errand) -> list[str]:
        """Do one errand; ErrandRefusedError says why it is not done."""
        act = ACTS.get(errand.act)
        if act is None:
            raise ErrandRefusedError(f"there is no errand {errand.act!r}")
        try:
            return act(self, errand)
        except BroadcastRefusedError as error:
            raise ErrandRefusedError("\n".join(showing.reason(reason) for reason in error.reasons)) from None
        except OrderRefusedError as error:
            raise ErrandRefusedError(showing.reason(error.reason)) from None
        except (NoBroadcastError, FileRefusedError) as error:
            raise ErrandRefusedError(str(error)) from None

    def draft(self, errand: Errand) -> list[str]:
        """Begin a broadcast from a file."""
        content, illustration = self._read_file(errand)
        now = self.clock.now()

        def draft(connection: Connection) -> int:
            _keep(connection, illustration, now)
            return broadcasting.draft(connection, content, by=errand.by, now=now)

        number = self._write(draft)
        return [f"broadcast {number} is a draft", *self._look(number)]

    def _read_file(self, errand: Errand) -> tuple[BroadcastContent, Illustration | None]:
        """Read the broadcast of an errand, and its picture."""
        illustration = None
        if errand.picture:
            try:
                illustration = illustrating.look_at(base64.b64decode(errand.picture), self.public_url)
            except PictureRefusedError as error:
                raise ErrandRefusedError(showing.picture_fault(error.fault)) from None
        return files.read(errand.file, self._find_event, illustration), illustration

    def announce(self, errand: Errand) -> list[str]:
        """Begin the announcement of an event, from its fields."""
        event = self._event(errand.event)
        send_at = showing.read_moment(errand.send_at) if errand.send_at else self.clock.now()
        languages = self.programme().city.languages
        content = drafting.announce(event, self.texts, languages, self.public_url, send_at)
        number = self._write(lambda c: broadcasting.draft(c, content, by=errand.by, now=self.clock.now()))
        return [f"broadcast {number} is a draft", *self._look(number)]

    def edit(self, errand: Errand) -> list[str]:
        """Replace a broadcast that has not begun; it is a draft again."""
        content, illustration = self._read_file(errand)
        now = self.clock.now()

        def edit(connection: Connection) -> None:
            _keep(connection, illustration, now)
            broadcasting.edit(connection, errand.number, content, by=errand.by, now=now)

        self._write(edit)
        return [f"broadcast {errand.number} is a draft again", *self._look(errand.number)]

    def check(self, errand: Errand) -> list[str]:
        """Look through a broadcast without submitting it."""
        return self._look(errand.number, is_unchecked=errand.is_unchecked)

    def submit(self, errand: Errand) -> list[str]:
        """Freeze a draft, after asking whether its links answer."""
        content = self._get(errand.number).content
        seen, of = self.gather(content, is_unchecked=errand.is_unchecked), rules.content_hash(content)
        now = self.clock.now()
        found = self._write(lambda c: broadcasting.submit(c, errand.number, seen, of, by=errand.by, now=now))
        told = self.tell_approvers(errand.number, errand.by)
        return [
            *map(showing.finding, found),
            f"broadcast {errand.number} is submitted as {of[: showing.HASH_SIGNS]}",
            f"another person approves it: python -m bot broadcast approve {errand.number}",
            *told,
        ]

    def tell_approvers(self, number: int, by: str) -> list[str]:
        """Tell who may approve by e-mail that something waits; gives a line for each who has an address."""
        return self.mail.tell(self._read(approvers.list_all), number, by) if self.mail else []

    def order(self, errand: Errand) -> list[str]:
        """Propose a standing order for Monday's message."""
        terms = OrderTerms(ceiling=errand.ceiling, posts=errand.posts)
        number = self._write(lambda c: ordering.propose(c, terms, by=errand.by, now=self.clock.now()))
        how = f"python -m bot weekly approve {number} --ceiling {errand.ceiling}{'' if errand.posts else ' --no-post'}"
        return [f"order {number} waits for another person: {how} --name NAME"]

    def approve_order(self, errand: Errand) -> list[str]:
        """Approve a standing order that another person proposed, by its terms and with one's own secret word."""
        self._know(errand)
        seen = timing.terms_hash(OrderTerms(ceiling=errand.ceiling, posts=errand.posts))
        self._write(lambda c: ordering.approve(c, errand.number, seen, by=errand.name, now=self.clock.now()))
        return [f"order {errand.number} is in force: Monday's message goes out from now on"]

    def end_order(self, errand: Errand) -> list[str]:
        """End a standing order."""
        self._write(lambda c: ordering.end(c, errand.number, by=errand.by, now=self.clock.now()))
        return [f"order {errand.number} is ended"]

    def _know(self, errand: Errand) -> None:
        """Refuse whoever does not know an approver's word."""
        word = self._read(partial(approvers.find_word, name=errand.name))
        if word is None or not word.is_word(errand.word):
            raise ErrandRefusedError("nobody who may approve has this name and this word")

    def approve(self, errand: Errand) -> list[str]:
        """Approve what another person submitted, with one's own secret word."""
        self._know(errand)
        whole = self._get(errand.number).content_hash
        seen = whole if errand.seen and whole.startswith(errand.seen) else errand.seen
        self._write(lambda c: broadcasting.approve(c, errand.number, seen, by=errand.name, now=self.clock.now()))
        return [f"broadcast {errand.number} is approved by {errand.name}"]

    def arm(self, errand: Errand) -> list[str]:
        """Let an approved broadcast begin by itself, if the month holds it."""
        forecast, now = self.foresee(errand.number), self.clock.now()
        arm = partial(broadcasting.arm, broadcast_id=errand.number, forecast=forecast, by=errand.by)
        try:
            self._write(lambda c: arm(c, now=now, real_now=self.clock.real()))
        except BroadcastRefusedError as error:
            told = [*showing.forecast(forecast), *(showing.reason(reason) for reason in error.reasons)]
            raise ErrandRefusedError("\n".join(told)) from None
        return [*showing.forecast(forecast), f"broadcast {errand.number} is armed"]

    def simple(self, errand: Errand) -> list[str]:
        """Do what needs a broadcast's number and a name only."""
        act, done = SIMPLE[errand.act]
        self._write(lambda c: act(c, errand.number, by=errand.by, now=self.clock.now()))
        return [f"broadcast {errand.number} is {done}"]

    def pause(self, errand: Errand) -> list[str]:
        """Stop sealing more of a broadcast until it is resumed."""
        why, now = errand.why or "by hand", self.clock.now()
        self._write(lambda c: broadcasting.pause(c, errand.number, by=errand.by, why=why, now=now))
        return [f"broadcast {errand.number} is paused; what was sealed already goes out"]

    def correct(self, errand: Errand) -> list[str]:
        """Begin a correction to those already reached."""
        texts = drafting.correct(files.read_texts(errand.file), self.texts)
        now = self.clock.now()
        number = self._write(lambda c: broadcasting.correct(c, errand.number, texts, by=errand.by, now=now))
        return [f"broadcast {number} corrects {errand.number}, for those it reached only", *self._look(number)]

    def put_approver(self, errand: Errand) -> list[str]:
        """Let somebody approve, or give them a new word."""
        now, word = self.clock.now(), SecretWord.make(errand.word)

        def put(connection: Connection) -> None:
            is_deputy = errand.is_deputy
            approvers.put(connection, errand.name, word, now, email=errand.email, is_deputy=is_deputy)
            audit.add(connection, errand.by, "approver.put", f"approver:{errand.name}", now)

        self._write(put)
        return [f"{errand.name} may approve{' as a deputy' if errand.is_deputy else ''}"]

    def end_approver(self, errand: Errand) -> list[str]:
        """Let somebody approve no longer."""
        now = self.clock.now()

        def end(connection: Connection) -> bool:
            audit.add(connection, errand.by, "approver.end", f"approver:{errand.name}", now)
            return approvers.end(connection, errand.name, now)

        if not self._write(end):
            raise ErrandRefusedError(f"nobody called {errand.name} may approve")
        return [f"{errand.name} may approve no longer"]

    def add_staff(self, errand: Errand) -> list[str]:
        """Invite somebody, or let in anew who is there; gives the path that works once, and what was done."""
        token = secrets.token_urlsafe(32)
        doing = Doing(by=errand.by, now=self.clock.now(), real_now=self.clock.real())
        let_in = partial(staffing.let_in, name=errand.name, role=StaffRole(errand.role), token_hash=hash_token(token))
        try:
            is_new = self._write(lambda c: let_in(c, doing=doing))
        except StaffRefusedError as error:
            raise ErrandRefusedError(str(error)) from None
        return [f"/staff/join/{token}", "invited" if is_new else "there already: the role stays, the link is new"]

    def put_device(self, errand: Errand) -> list[str]:
        """Register an account on a phone of the office, which practice reaches."""
        now = self.clock.now()

        def put(connection: Connection) -> None:
            accounts.get(connection, errand.number)
            approvers.add_device(connection, errand.number, errand.name, now)
            audit.add(connection, errand.by, "device.put", f"account:{errand.number}", now)

        try:
            self._write(put)
        except LookupError:
            raise ErrandRefusedError(f"there is no account {errand.number}") from None
        return [f"practice reaches account {errand.number} ({errand.name})"]

    def foresee(self, number: int, counts: Sequence[AudienceCount] | None = None) -> Forecast:
        """Foresee what a broadcast takes; without ``counts`` its audience is counted now."""
        content, now, real_now = self._get(number).content, self.clock.now(), self.clock.real()
        ask = partial(foreseeing.foresee, content=content, plan=self.plan, rates=self.rates, counts=counts)
        return self._read(lambda c: ask(c, now=now, real_now=real_now))

    def _look(self, number: int, *, is_unchecked: bool = False) -> list[str]:
        content = self._get(number).content
        seen = self.gather(content, is_unchecked=is_unchecked)
        event = None if content.event_id is None else self._read(partial(events.find, event_id=content.event_id))
        return showing.findings(content, seen, event, self.clock.now())

    def gather(self, content: BroadcastContent, *, is_unchecked: bool) -> Seen:
        """Gather what preflight needs to know and no transaction may wait for. Our own pages are not asked."""
        addresses = {url for urls in drafting.read_links(content).values() for url in urls}
        others = {url for url in addresses if not (self.public_url and url.startswith(f"{self.public_url}/"))}
        asked = {} if is_unchecked else {url: self.links.fault(url) for url in sorted(others)}
        return Seen(
            languages=self.programme().city.languages,
            words=drafting.read_words(content),
            links=drafting.read_links(content),
            pictures=drafting.read_pictures(content),
            dead={url: fault for url, fault in asked.items() if fault},
            unrendered=self._unrendered(content),
            event=None,
            has_public_address=bool(self.public_url),
            unchecked=others if is_unchecked else (),
        )

    def _unrendered(self, content: BroadcastContent) -> dict[str, str]:
        """Name the texts that a platform cannot send."""
        found = {}
        for language, written in content.texts.items():
            for name, sender in self.senders.items():
                try:
                    sender.render(messages.load(written))
                except ValueError as error:
                    found[f"{language} on {name}"] = str(error)
        return found

    def _get(self, number: int) -> BroadcastFacts:
        found = self._read(partial(broadcasts.find, broadcast_id=number))
        if found is None:
            raise NoBroadcastError(f"there is no broadcast {number}")
        return found

    def _event(self, code: str) -> EventFacts:
        find = partial(events.find, event_id=int(code)) if code.isdecimal() else partial(events.find_by_code, code=code)
        found: EventFacts | None = self._read(find)
        if found is None:
            raise FileRefusedError(f"there is no event {code}")
        return found

    def _find_event(self, code: str) -> int:
        return self._event(code).id

    def _read(self, question: Callable[[Connection], Result]) -> Result:
        return self.database.read(question).result()

    def _write(self, unit: Callable[[Connection], Result]) -> Result:
        """Do something in one transaction; again with fresh facts where another transaction was first."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(ConflictError):
                return self.database.write(unit).result()
        done: Future[Result] = self.database.write(unit)
        return done.result()


def _keep(connection: Connection, illustration: Illustration | None, now: datetime) -> None:
    if illustration is not None:
        illustrating.keep(connection, illustration, now)


SIMPLE: Mapping[str, tuple[Callable[..., None], str]] = {
    "return": (broadcasting.give_back, "a draft again"),
    "rearm": (broadcasting.rearm, "armed again"),
    "resume": (broadcasting.resume, "going on"),
    "stop": (broadcasting.stop, "stopped; nobody who was not told yet will be"),
}
ACTS: Mapping[str, Callable[[Office, Errand], list[str]]] = {
    "draft": Office.draft,
    "announce": Office.announce,
    "edit": Office.edit,
    "check": Office.check,
    "submit": Office.submit,
    "approve": Office.approve,
    "arm": Office.arm,
    "pause": Office.pause,
    "correct": Office.correct,
    "approver": Office.put_approver,
    "no-approver": Office.end_approver,
    "order": Office.order,
    "approve-order": Office.approve_order,
    "end-order": Office.end_order,
    "device": Office.put_device,
    "staff": Office.add_staff,
    **dict.fromkeys(SIMPLE, Office.simple),
}
