"""Finds and words what a picture shows: a person's week, the week's board, the way to the target. Draws nothing.

What a picture is of stands in its address, sealed; it is found anew when the picture is fetched, so that who leaves
takes their pictures along.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from handlers import boardwords, streaking
from handlers.messages import Picture
from handlers.rules import boards as rule
from handlers.rules import calendar
from handlers.rules.totals import progress
from handlers.talk import Talk
from handlers.texts import Words, format_day, format_number, format_plain_day, format_weekday
from storage import boards, ledger, people, switches, totals, weeks
from storage.facts import GroupLine, Programme, Standing, Totals


class Kind(StrEnum):
    """What there are pictures of."""

    PERSON = "person"
    BOARD = "board"
    RING = "ring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one picture is of. ``on`` is the Tokyo day it speaks of, of the board's week its Monday."""

    kind: Kind
    language: str
    on: date
    person_id: int = 0

    def __str__(self) -> str:
        """Write it as few letters."""
        return f"{self.kind}.{self.language}.{self.on:%Y%m%d}.{self.person_id}"


def read_subject(written: str) -> Subject | None:
    """Read what `str` wrote; None for anything else."""
    try:
        kind, language, on, person_id = written.split(".")
        return Subject(kind=Kind(kind), language=language, on=date.fromisoformat(on), person_id=int(person_id))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPicture:
    """A person's week in words: ``acted`` are Monday to Sunday, ``co2`` is a figure and its basis.

    ``streak`` is "" where there is none, and for who wants no games.
    """

    language: str
    heading: str
    name: str
    week: str
    label: str
    points: str
    days: tuple[str, ...]
    acted: tuple[bool, ...]
    in_all: str
    streak: str
    co2: tuple[str, str] | None

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height in pixels."""
        return 1040, (900 if self.co2 else 540) + self.streak_height

    @property
    def streak_height(self) -> int:
        """Give how far the streak's line moves down what stands below it, in pixels."""
        return 64 if self.streak else 0

    @property
    def alt(self) -> str:
        """Say what the picture shows."""
        said = (self.name, self.week, f"{self.label} {self.points}", self.in_all, self.streak, *(self.co2 or ()))
        return " / ".join(filter(None, said))


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One ward: ``share`` is 0 to 1, the length of its bar."""

    place: str
    name: str
    rate: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPicture:
    """A week's ward board in words."""

    language: str
    heading: str
    title: str
    week: str
    what: str
    lines: tuple[BoardLine, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height in pixels."""
        return 1040, 1040

    @property
    def alt(self) -> str:
        """Say what the picture shows."""
        return " / ".join((self.title, self.week, *(f"{line.place} {line.name} {line.rate}" for line in self.lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPicture:
    """How far the city has come, in words; ``share`` is 0 to 1."""

    language: str
    heading: str
    title: str
    share: float
    percent: str
    total: str
    target: str
    others: tuple[str, ...]
    as_of: str

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height in pixels: what pages that share a link show is 1.91 : 1."""
        return 1200, 630

    @property
    def alt(self) -> str:
        """Say what the picture shows."""
        return " / ".join((self.title, self.total, self.target, *self.others, self.as_of))


Shown = PersonPicture | BoardPicture | RingPicture


def of_person(talk: Talk, standing: Standing, streak: str) -> Picture | None:
    """Give the picture of one's own week; None where none can be shown."""
    if not (url := _address(talk, Kind.PERSON, talk.on, talk.joined.id)):
        return None
    days = weeks.find_days(talk.connection, talk.joined.id, calendar.week_start(talk.on))
    shown = show_person(talk.programme, talk.joined.nickname, standing, streak, days, talk.on, talk.words)
    return _picture(url, shown)


def of_city(talk: Talk, city: Totals) -> Picture | None:
    """Give the picture of the city's way to its target; None where none can be shown."""
    url = _address(talk, Kind.RING, talk.on)
    return _picture(url, show_ring(talk.programme, city, talk.words)) if url else None


def of_board(
    programme: Programme, lines: tuple[GroupLine, ...], week: date, words: Words, make_picture: Callable[[Subject], str]
) -> Picture | None:
    """Give the picture of a week's ward board, alike for everybody; None where none can be shown."""
    url = make_picture(Subject(kind=Kind.BOARD, language=words.language, on=week)) if lines else ""
    return _picture(url, show_board(programme, lines, week, words)) if url else None


def _address(talk: Talk, kind: Kind, on: date, person_id: int = 0) -> str:
    return talk.make_picture(Subject(kind=kind, language=talk.language, on=on, person_id=person_id))


def _picture(url: str, shown: Shown) -> Picture:
    width, height = shown.size
    return Picture(url=url, alt=shown.alt, width=width, height=height)


def find(connection: Connection, programme: Programme, subject: Subject, words: Words, now: datetime) -> Shown | None:
    """Find what a picture shows as it stands now; None where its person left or there is nothing to show."""
    if subject.kind is Kind.BOARD:
        lines = rule.rank_groups(boards.find_wards(connection, subject.on), programme.boards)
        return show_board(programme, lines, subject.on, words) if lines else None
    if subject.kind is Kind.RING:
        return show_ring(programme, totals.find_totals(connection, programme, now), words)
    person = people.find(connection, people.find_root(connection, subject.person_id))
    if person is None:
        return None
    week = calendar.week_start(subject.on)
    standing = ledger.find_standing(connection, person.id, subject.on, week, week + timedelta(days=6))
    excused = switches.find(connection).heat_days.union(programme.heat_alert_days)
    streak = streaking.find(connection, programme, person, subject.on, excused, words)
    days = weeks.find_days(connection, person.id, week)
    return show_person(programme, person.nickname, standing, streak, days, subject.on, words)


def show_person(
    programme: Programme,
    nickname: str,
    standing: Standing,
    streak: str,
    acted: tuple[bool, ...],
    on: date,
    words: Words,
) -> PersonPicture:
    """Put a person's week into words."""
    week = calendar.week_start(on)
    return PersonPicture(
        language=words.language,
        heading=boardwords.word(programme.city.project, words),
        name=words.say("{name}さんのポイント", name=nickname),
        week=_week_name(week, words),
        label=words.say("今週のポイント"),
        points=format_number(standing.week, words.language),
        days=tuple(format_weekday(week + timedelta(days=n), words.language) for n in range(7)),
        acted=acted,
        in_all=words.say("これまでの合計：{points}ポイント", points=format_number(standing.all, words.language)),
        streak=streak,
        co2=_co2(programme, standing, words),
    )


def _week_name(week: date, words: Words) -> str:
    """Name a week by its first and last day, without the year, which would be too small to read."""
    first, last = (format_day(day, words.language) for day in (week, week + timedelta(days=6)))
    return words.say("{first}〜{last}", first=first, last=last)


def _co2(programme: Programme, standing: Standing, words: Words) -> tuple[str, str] | None:
    """Say the largest figure with its own basis; the words beside the picture say all: two bases are never added."""
    for code, grams in sorted(standing.co2_grams, key=lambda row: -row[1]):
        action = programme.action(code)
        if action is None or not action.factors:
            continue
        basis = " / ".join(dict.fromkeys(boardwords.word(factor.basis, words) for factor in action.factors))
        amount, title = format_number(grams, words.language), boardwords.word(action.title, words)
        figure = words.say("これまでのCO2 約{grams} g（{action}）", grams=amount, action=title)
        return figure, words.say("めやす：{basis}。出典 {source}", basis=basis, source=action.factors[0].source)
    return None


def show_board(programme: Programme, lines: tuple[GroupLine, ...], week: date, words: Words) -> BoardPicture:
    """Put a week's ward board into words; small groups are hidden already."""
    return BoardPicture(
        language=words.language,
        heading=boardwords.word(programme.city.project, words),
        title=words.say("区のランキング"),
        week=_week_name(week, words),
        what=words.say("週に{days}日以上行動した人の割合", days=programme.boards.active_days),
        lines=tuple(_board_line(programme, line, words) for line in lines),
    )


def _board_line(programme: Programme, line: GroupLine, words: Words) -> BoardLine:
    ward = programme.ward(line.group.code)
    name = boardwords.word(ward.name, words) if ward else line.group.code
    share = float(rule.rate(line.group))
    return BoardLine(format_number(line.place, words.language), name, boardwords.percent(line, words), share)


def show_ring(programme: Programme, city: Totals, words: Words) -> RingPicture:
    """Put the way to the target into words."""

    def number(amount: float) -> str:
        return format_number(amount, words.language)

    share = progress(city)
    points = city.points_confirmed + city.points_self_reported + city.points_before
    on = format_plain_day(calendar.tokyo_day(city.as_of), words.language)
    return RingPicture(
        language=words.language,
        heading=boardwords.word(programme.city.project, words),
        title=words.say("{city}の合計", city=boardwords.word(programme.city.name, words)),
        share=share,
        percent=f"{number(round(share * 100, 1))}%",
        total=words.say("参加者数：延べ {total}人", total=number(city.participants)),
        target=words.say("目標：{target}人", target=number(city.period.target)),
        others=(
            words.say("開いたイベント：{count}回", count=number(city.events_held)),
            words.say("行動ポイント：{points}", points=number(points)),
        ),
        as_of=words.say("{day}現在", day=on),
    )
