"""What Monday's message says: the boards of the week that is over and the city's four totals, alike for everybody.

It holds nothing personal but the board names of those who asked to be on the person board; "my place" is answered free.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from handlers import boardwords, picturing
from handlers.messages import Card, Choice, dump
from handlers.rules import boards as rule
from handlers.rules import weekly as timing
from handlers.rules.preflight import Seen
from handlers.texts import Texts, Words
from storage import boards, totals, weeks
from storage.facts import (
    RESERVED_WARDS,
    Audience,
    BroadcastContent,
    BroadcastKind,
    ChannelName,
    GroupLine,
    GroupWeek,
    PersonLine,
    Programme,
    Totals,
)

WORDS_UNDER_A_PICTURE = 1_000
"""Longer words stand alone: Telegram would need two calls for each person (API, sendPhoto: a caption of 1,024)."""
PERSONS = 5  # lines of the person board in the message; the whole of it is one free press away


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """All that is told of a week that is over."""

    week: date
    wards: tuple[GroupLine, ...]
    persons: tuple[PersonLine, ...]
    city: Totals


def find(connection: Connection, programme: Programme, now: datetime) -> Week:
    """Find the newest week that is over, with the totals as they stand now."""
    week = rule.closed_week(now)
    return Week(
        week=week,
        wards=rule.rank_groups(boards.find_wards(connection, week), programme.boards),
        persons=top_of(connection, programme, week),
        city=totals.find_totals(connection, programme, now),
    )


def top_of(connection: Connection, programme: Programme, week: date) -> tuple[PersonLine, ...]:
    """Find the person board of a week; nobody stands on it where the city wants none."""
    if not programme.games.person_board:
        return ()
    limits = programme.boards
    return rule.rank_persons(weeks.list_best(connection, week, limits.persons_shown), limits)


def sum_wards(connection: Connection, programme: Programme, week: date) -> list[GroupWeek]:
    """Sum a week by ward as the programme in force counts; it looks at everybody, so it is asked on a reader."""
    joined_by = rule.oldest_newcomer(week, programme.boards)
    wards = [ward.code for ward in programme.wards if ward.code not in RESERVED_WARDS]
    return boards.sum_wards(connection, wards, week, joined_by, programme.boards)


def sum_teams(connection: Connection, programme: Programme, week: date) -> list[GroupWeek]:
    """Sum a week by team as the programme in force counts; asked on a reader, as the wards are. None without teams."""
    if not programme.games.teams:
        return []
    return boards.sum_teams(connection, week, rule.oldest_newcomer(week, programme.boards), programme.boards)


MakePicture = Callable[[object], str]
"""Gives the address of a picture from what it is of; "" where none can be shown."""


def _draw_none(_: object) -> str:
    return ""


def compose(programme: Programme, found: Week, words: Words, make_picture: MakePicture = _draw_none) -> Card:
    """Write the message in one language, under the picture of its ward board where that costs no message more."""
    shown = programme.games.person_board
    persons = (
        words.say("【個人のランキング】名前を出している人"),
        *boardwords.person_lines(found.persons[:PERSONS], words),
    )
    told = persons if shown and found.persons else ()  # that nobody is on it, the board itself says
    card = _card(programme, found, words, told, _buttons(words, with_persons=shown))
    return _pictured(card, programme, found, words, make_picture)


def compose_public(programme: Programme, found: Week, words: Words, make_picture: MakePicture = _draw_none) -> Card:
    """Write the post of a public channel: no person is named there, and there is nobody to press anything."""
    return _pictured(_card(programme, found, words, (), ()), programme, found, words, make_picture)


def _pictured(card: Card, programme: Programme, found: Week, words: Words, make_picture: MakePicture) -> Card:
    if sum(len(line) + 1 for line in (card.title, *card.lines)) > WORDS_UNDER_A_PICTURE:
        return card
    return replace(card, picture=picturing.of_board(programme, found.wards, found.week, words, make_picture))


def _card(
    programme: Programme, found: Week, words: Words, persons: tuple[str, ...], buttons: tuple[Choice, ...]
) -> Card:
    lines = (
        words.say("先週：{week}", week=boardwords.week_name(found.week, words)),
        words.say(
            "【区のランキング】週に{days}日以上行動した人の割合・ポイントの平均", days=programme.boards.active_days
        ),
        *boardwords.ward_lines(programme, found.wards, words),
        *persons,
        words.say("【市の合計】"),
        *boardwords.total_lines(found.city, words),
    )
    title = words.say("{project} 今週のまとめ", project=boardwords.word(programme.city.project, words))
    return Card(title, lines, buttons)


def _buttons(words: Words, *, with_persons: bool) -> tuple[Choice, ...]:
    top = (Choice(words.say("個人のランキング"), "top"),) if with_persons else ()
    return (Choice(words.say("わたしの順位"), "place"), *top, Choice(words.say("報告する"), "report"))


def broadcast(
    programme: Programme, found: Week, texts: Texts, channels: Sequence[ChannelName], make_picture: MakePicture
) -> tuple[BroadcastContent, Seen]:
    """Give the message as a broadcast to those who asked for it, with what its look-through is told.

    It is alike for everybody of a language, so that one call of LINE's carries it to 500.
    """
    spoken = [tag for tag in programme.city.languages if tag in texts.languages]
    cards = {tag: compose(programme, found, texts.of(tag), make_picture) for tag in spoken}
    content = BroadcastContent(
        kind=BroadcastKind.WEEKLY,
        title=cards["ja"].title,
        audience=Audience(channels=tuple(channels), asked_for_monday=True),
        texts={tag: dump([card]) for tag, card in cards.items()},
        send_at=timing.told_from(found.week),
        not_after=timing.told_until(found.week),
        is_capped=False,
    )
    words = {tag: "\n".join((card.title, *card.lines)) for tag, card in cards.items()}
    nothing: dict[str, str] = {}
    links: dict[str, tuple[str, ...]] = {}
    seen = Seen(
        languages=tuple(cards), words=words, links=links, dead=nothing, unrendered=nothing, event=None,
        has_public_address=False,
    )  # fmt: skip
    return content, seen
