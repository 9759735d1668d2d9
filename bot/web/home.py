"""Answers the public's first page, and the small one that other sites may show in a frame. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web import catalogue, charts, events
from bot.web.event_views import Viewer
from bot.web.events import EventParts
from bot.web.headers import CONTENT_SECURITY_POLICY
from bot.web.public import PublicParts, points_together
from handlers import boardwords, donating
from handlers.rules import boards as rule
from handlers.rules import curve
from handlers.rules.curve import MonthLine
from handlers.rules.totals import motivational_share
from handlers.texts import Words
from storage import boards, kpis, months, switches, teams, totals
from storage.clock import TOKYO
from storage.facts import (
    EventFacts,
    GivenSum,
    GroupLine,
    KpiFacts,
    Metric,
    OpeningBalance,
    Programme,
    ProgrammePeriod,
    Totals,
)

COMING, ACTIONS, TEAMS = 3, 6, 20  # how many stand on the first page; the whole is a press away
MAY_BE_FRAMED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that the first page asks the database for; none of it grows with persons or entries."""

    totals: Totals
    year: tuple[MonthLine, ...]
    week: date
    wards: tuple[GroupLine, ...]
    teams: tuple[tuple[GroupLine, str], ...]
    given: tuple[GivenSum, ...]
    coming: Sequence[EventFacts]
    waiting: events.Waiting
    heat_days: frozenset[date]
    kpis: Sequence[KpiFacts]


@dataclass(frozen=True, slots=True)
class GroupView:
    """One line of a board of wards or teams; ``mean`` is None where it would say what single persons did."""

    place: int
    name: str
    rate: str
    share: float
    mean: int | None


def find(connection: Connection, programme: Programme, now: datetime) -> Found:
    """Find what the first page shows of a moment."""
    city, week = totals.find_totals(connection, programme, now), rule.closed_week(now)
    first, last = curve.days(city.period, now.astimezone(TOKYO).date())
    coming, waiting = events.find_coming(connection, now, COMING)
    return Found(
        totals=city,
        year=curve.last_year(months.list_reported(connection, first, last, first), programme.balances(city.period)),
        week=week,
        wards=rule.rank_groups(boards.find_wards(connection, week), programme.boards),
        teams=_find_teams(connection, programme, week),
        given=donating.find_shown(connection, programme, now.astimezone(TOKYO).date()),
        coming=coming,
        waiting=waiting,
        heat_days=switches.find(connection).heat_days,
        kpis=kpis.list_all(connection, is_public=True),
    )


def _find_teams(connection: Connection, programme: Programme, week: date) -> tuple[tuple[GroupLine, str], ...]:
    """Find the first lines of the team board, each with the name that others see; small teams are on none."""
    limits = programme.boards
    lines = rule.rank_groups(boards.find_teams(connection, week, limits.smallest_group), limits)[:TEAMS]
    called = teams.list_names(connection, [int(line.group.code) for line in lines])
    return tuple((line, called[int(line.group.code)]) for line in lines)


def routes(parts: EventParts) -> list[BaseRoute]:
    """Give ``/`` and ``/widget``."""

    async def home(request: Request) -> Response:
        found = await _find(parts.public)
        values = _totals(parts.public, found.totals) | _more(parts, found, parts.viewer(request))
        response = parts.public.pages.render(request, "home.html", **values)
        parts.public.visits.note(request)
        return response

    async def widget(request: Request) -> Response:
        found = await _find(parts.public)
        response = parts.public.pages.render(request, "widget.html", **_totals(parts.public, found.totals))
        response.headers.update(MAY_BE_FRAMED)
        return response

    return [Route("/", home), Route("/widget", widget)]


async def _find(parts: PublicParts) -> Found:
    programme, now = parts.programme(), parts.clock.now()
    return await parts.read(lambda connection: find(connection, programme, now))


def _totals(parts: PublicParts, found: Totals) -> dict[str, Any]:
    programme = parts.programme()
    return {
        "totals": found,
        "points": points_together(found),
        "visits": found.visits_own + found.visits_portal,
        "before": {metric.value: _opening(programme, found.period, metric) for metric in Metric},
        "share": motivational_share(found.participants_distinct, programme.city.population),
        "join_links": parts.join_links(),
    }


def _opening(programme: Programme, period: ProgrammePeriod, metric: Metric) -> list[OpeningBalance]:
    return [balance for balance in programme.balances(period) if balance.metric is metric and balance.amount]


def _more(parts: EventParts, found: Found, viewer: Viewer) -> dict[str, Any]:
    programme, on = parts.public.programme(), parts.public.clock.today()
    is_hot = catalogue.is_heat_alert(programme, on, found.heat_days)
    return {
        "year": found.year,
        "curves": _curves(found.year),
        "week": boardwords.week_name(found.week, viewer.facts),
        "wards": [_ward(programme, line, viewer.facts) for line in found.wards],
        "teams": [_group(programme, line, name, viewer.facts) for line, name in found.teams],
        "given": [_given(programme, one, viewer.facts) for one in found.given],
        "boards": programme.boards,
        "kpis": found.kpis,
        "coming": [viewer.view(event, found.waiting) for event in found.coming],
        "actions": catalogue.today(programme, viewer.facts, on, is_hot=is_hot)[:ACTIONS],
        "is_heat_alert": is_hot,
    }


def _curves(year: Sequence[MonthLine]) -> dict[str, charts.Curve]:
    """Draw participations and points, each on its own scale; nothing while there is one month only."""
    if len(year) < 2:
        return {}
    rows = {"participants": [line.participants for line in year], "points": [line.points for line in year]}
    return {name: charts.draw(amounts) for name, amounts in rows.items()}


def _given(programme: Programme, one: GivenSum, words: Words) -> tuple[str, int, int, str]:
    """Say what a body was given: its name, points, persons, and the week up to whose end they are counted."""
    known = programme.local_body(one.local_body)
    name = boardwords.word(known.name, words) if known else one.local_body
    return name, one.points, one.persons, boardwords.week_name(one.week, words)


def _ward(programme: Programme, line: GroupLine, words: Words) -> GroupView:
    ward = programme.ward(line.group.code)
    return _group(programme, line, boardwords.word(ward.name, words) if ward else line.group.code, words)


def _group(programme: Programme, line: GroupLine, name: str, words: Words) -> GroupView:
    return GroupView(
        place=line.place,
        name=name,
        rate=boardwords.percent(line, words),
        share=round(float(rule.rate(line.group)) * 100, 1),
        mean=round(rule.mean(line.group)) if rule.can_tell_mean(line.group, programme.boards) else None,
    )
