"""Events and their parts, who holds a seat or waits for one, and what they are told: as frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.facts.texts import Texts


class EventKind(StrEnum):
    """What kind of event the city holds; a course is one of several parts."""

    SEMINAR = "seminar"
    WORKSHOP = "workshop"
    COURSE = "course"
    VISIT = "visit"
    CLEANUP = "cleanup"


class AudienceKind(StrEnum):
    """Whom an event is for; one event may be for both."""

    PUBLIC = "citizen"
    COMPANY = "company"


class EventMode(StrEnum):
    """How one takes part."""

    ONLINE = "online"
    VENUE = "venue"
    BOTH = "both"


class EventState(StrEnum):
    """Where an event stands; only a published one is shown to everybody and takes registrations."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"  # shown, and takes no more registrations
    HELD = "held"
    CANCELLED = "cancelled"


class PartState(StrEnum):
    """Whether one part took place."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class QuestionKind(StrEnum):
    """How a question of a survey is answered."""

    SCALE = "scale"  # 1 to 5
    CHOICE = "choice"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One short question asked in chat after an event; ``choices`` only for CHOICE."""

    kind: QuestionKind
    words: Texts
    choices: tuple[Texts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """One date of an event before it is stored. Without ``starts_at`` the date is open; no capacity takes everybody."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    capacity: int | None = None
    title: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """What the city says of an event. ``code`` is its stable name; moments are aware; ``cost_yen`` 0 is free."""

    code: str
    kind: EventKind
    audiences: tuple[AudienceKind, ...]
    title: Texts
    description: Texts
    mode: EventMode
    source: str
    held_in: tuple[str, ...] = ("ja",)  # language tags
    interpreted_into: tuple[str, ...] = ()
    place: Texts = field(default_factory=dict)
    ward: str | None = None
    interests: tuple[str, ...] = ()
    cost_yen: int = 0
    cost_note: Texts = field(default_factory=dict)
    joining_url: str = ""  # private: shown to who is seated
    opens_at: datetime | None = None  # registration; None: as soon as it is published
    closes_at: datetime | None = None  # None: until the part begins
    date_words: Texts = field(default_factory=dict)  # such as 3月上旬頃, while the date is open
    whole_only: bool = False  # a course that one registers for as a whole
    companions: int = 4  # how many one person may bring, 0 to 4
    survey: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent(EventDetails):
    """An event as a file brings it."""

    parts: tuple[PlannedPart, ...] = (PlannedPart(),)
    state: EventState = EventState.PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """One stored date of an event. ``taken`` counts seats that are held or offered.

    ``schedule_version`` rises with every move. ``word`` is a web seminar's, open for some minutes from its opening.
    """

    id: int
    event_id: int
    number: int  # from 1
    title: Texts  # {} where the event has one part
    starts_at: datetime | None
    ends_at: datetime | None
    capacity: int | None
    taken: int
    state: PartState
    schedule_version: int
    word: str | None = None
    word_opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts(EventDetails):
    """One stored event with its parts in order. ``sequence`` rises with every change, for calendars."""

    id: int
    state: EventState
    sequence: int
    published_at: datetime | None
    changed_at: datetime
    parts: tuple[PartFacts, ...]

    @property
    def first_starts_at(self) -> datetime | None:
        """When the first dated part that is not cancelled begins."""
        starts = [part.starts_at for part in self.parts if part.starts_at and part.state is not PartState.CANCELLED]
        return min(starts, default=None)

    @property
    def is_shown(self) -> bool:
        """Tell whether everybody may see it: not as a draft, nor cancelled before it was ever published."""
        return self.state is not EventState.DRAFT and not (
            self.state is EventState.CANCELLED and self.published_at is None
        )

    def part(self, part_id: int) -> PartFacts | None:
        """Find one of its parts."""
        return next((part for part in self.parts if part.id == part_id), None)


class RegistrationState(StrEnum):
    """Where one person stands with one part."""

    SEATED = "seated"
    OFFERED = "offered"  # a seat is held until offered_until
    WAITING = "waiting"
    CANCELLED = "cancelled"  # by the person, by staff, or with the part
    LAPSED = "lapsed"  # an offer that nobody took up in time


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """One person at one part. A companion's ``host_id`` is the person who brings them; a party moves together.

    ``queued`` orders the waiting list, lowest first. ``code`` is four digits, one person's own at that part.
    """

    id: int
    event_id: int
    part_id: int
    person_id: int
    host_id: int | None
    account_id: int | None
    state: RegistrationState
    queued: int
    offered_until: datetime | None
    code: str
    as_company: bool
    made_at: datetime

    @property
    def party(self) -> int:
        """The person whose party this is."""
        return self.host_id or self.person_id


class NoticeKind(StrEnum):
    """What a person is told about a part without having asked."""

    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"
    SEATED = "seated"  # from the waiting list, at once
    OFFERED = "offered"
    OFFER_LAPSED = "offer_lapsed"
    BUMPED = "bumped"  # the part shrank: back at the head of the waiting list
    MOVED = "moved"  # also: the open date was set
    CANCELLED = "cancelled"
    THANKS = "thanks"  # with points, and the survey
    POST = "post"  # the event, to the city's public channel: told to nobody in particular


EVERYBODY = 0
"""The person of a notice that is a post."""

REMINDERS = frozenset({NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE})
"""What a person may choose not to get; the rest concerns seats they asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """One thing to tell one person. Times are calendar times; nothing is sent after ``not_after``.

    ``detail`` is what the words need and the tables will no longer say: ``was_starts_at`` and
    ``was_ends_at``, what the person last knew (ISO moments, "" for an open date); ``whole``, that all parts are
    cancelled; ``stands_for``, the kinds of a merged reminder, commas between; ``points``, what was
    earned. ``n`` tells apart what may be said again under one schedule version.
    """

    id: int
    kind: NoticeKind
    event_id: int
    part_id: int
    person_id: int
    schedule_version: int
    due_at: datetime
    not_after: datetime
    detail: Mapping[str, str]
    n: int = 0


class CheckInWay(StrEnum):
    """How somebody was seen at a part."""

    QR = "qr"
    DIGITS = "digits"
    HAND = "hand"
    WORD = "word"
    IMPORT = "import"


class AttendanceState(StrEnum):
    """Whether an attendance counts: a word alone is provisional until it is matched with the meeting's list."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceFacts:
    """One person at one part, as seen. ``at`` is when they were seen, ``entered_at`` when we learnt of it."""

    id: int
    event_id: int
    part_id: int
    person_id: int
    account_id: int | None
    way: CheckInWay
    state: AttendanceState
    at: datetime
    entered_at: datetime
    entered_by: str
    times: int  # how often it was entered: once, and again after each time it was taken back
    entry_id: int | None  # the ledger's


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestFacts:
    """A person without an account: on staff's list, or somebody's companion. ``name`` is kept byte for byte."""

    person_id: int
    name: str
    is_child: bool
    host_id: int | None
    forget_at: datetime | None
