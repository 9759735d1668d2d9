"""Monday: closes the week's boards and makes the one message of the week, under a standing order. Makes no call."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import Connection

from handlers import donating, foreseeing, ordering, weekly
from handlers.messages import Way
from handlers.ordering import Monday, Told
from handlers.rules import boards as rule
from handlers.rules import weekly as timing
from handlers.rules.forecast import Forecast, Plan
from scheduler.house import House
from scheduler.slots import SlotRun
from storage import alerts, boards, donations, generations, outbox, quotas, standing_orders, switches
from storage.alerts import AlertKind
from storage.clock import TOKYO
from storage.facts import ChannelName, GivenSum, GroupWeek, Programme, Shortage, StandingOrder
from storage.outbox import OutboxKind, OutboxState

KEY = "weekly"  # of the alert
POSTED_IN = "ja"  # the city's own channel speaks the city's first language

log = structlog.get_logger()


class NotArmedError(Exception):
    """The database is of a generation that may not push here: the slot waits for somebody to arm it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What Monday's message is made with; ``rates`` are accounts a second, by channel."""

    house: House
    plan: Plan
    rates: Mapping[ChannelName, float]


def close(run: SlotRun, programme: Callable[[], Programme]) -> None:
    """Fix the boards of the week that is over: summed on a reader, stored in one short transaction."""
    week = rule.closed_week(run.due_at)
    if run.database.read(lambda c: boards.find_wards(c, week)).result():
        return
    wards = run.database.read(lambda c: weekly.sum_wards(c, programme(), week)).result()
    teams = run.database.read(lambda c: weekly.sum_teams(c, programme(), week)).result()
    given = run.database.read(lambda c: donating.sum_week(c, programme(), week)).result()
    run.write(lambda c: _fix(c, week, wards, teams, given))


def _fix(
    connection: Connection,
    week: date,
    wards: Sequence[GroupWeek],
    teams: Sequence[GroupWeek],
    given: Sequence[GivenSum],
) -> None:
    boards.close_week(connection, week, wards)
    boards.close_teams(connection, week, teams)
    donations.fix(connection, given)


def push(run: SlotRun, means: Means) -> None:
    """Make the week's message, once, if there is a standing order: a broadcast to those who asked, and the post."""
    week = rule.closed_week(run.due_at)
    order = run.database.read(lambda c: _order_to_carry_out(c, week, means)).result()
    if order is None:
        return
    close(run, means.house.programme)
    found = run.database.read(lambda c: weekly.find(c, means.house.programme(), run.clock.now())).result()
    monday = run.database.read(lambda c: _prepare(c, order, found, means, run.clock.now())).result()
    run.write(lambda c: _go_out(c, order, monday, found, means))


def _order_to_carry_out(connection: Connection, week: date, means: Means) -> StandingOrder | None:
    if not generations.is_armed(connection, means.house.generation):
        raise NotArmedError("arm this database first")
    if standing_orders.find_push(connection, week) is not None:
        return None
    if switches.is_disaster(connection):
        log.warning("weekly_silenced", week=week.isoformat())
        return None
    order = standing_orders.find_in_force(connection)
    if order is None:
        log.info("weekly_not_ordered", week=week.isoformat())
    return order


def _prepare(connection: Connection, order: StandingOrder, found: weekly.Week, means: Means, now: datetime) -> Monday:
    """Foresee the message with LINE, and without it where the reserve or the ceiling says so."""
    channels = [name for name in (ChannelName.TELEGRAM, ChannelName.LINE) if name in means.house.channels]
    told = _foresee(connection, found, channels, means, now)
    shortage = None if told is None else _find_shortage(connection, order, told.forecast, means)
    if shortage is not None:
        told = _foresee(connection, found, [name for name in channels if name is not ChannelName.LINE], means, now)
    return Monday(week=found.week, told=told, shortage=shortage)


def _foresee(
    connection: Connection, found: weekly.Week, channels: Sequence[ChannelName], means: Means, now: datetime
) -> Told | None:
    """Compose the broadcast for some platforms and foresee it; None where nobody would be told."""
    if not channels:
        return None
    house = means.house
    content, seen = weekly.broadcast(house.programme(), found, house.texts, channels, house.make_picture)
    real_now = house.clock.real()
    forecast = foreseeing.foresee(connection, content, means.plan, means.rates, now=now, real_now=real_now)
    return Told(content, seen, forecast) if forecast.told else None


def _find_shortage(connection: Connection, order: StandingOrder, forecast: Forecast, means: Means) -> Shortage | None:
    since, until = _month(means.house.clock.real())
    used = standing_orders.sum_line_messages(connection, since, until)
    return timing.find_shortage(forecast.line_messages, forecast.month, order.terms, used)


def _month(real_now: datetime) -> tuple[datetime, datetime]:
    """Give the first moment of LINE's month and of the next one."""
    first = quotas.month_of(real_now)
    following = (first + timedelta(days=31)).replace(day=1)
    return datetime.combine(first, time.min, TOKYO), datetime.combine(following, time.min, TOKYO)


def _go_out(connection: Connection, order: StandingOrder, monday: Monday, found: weekly.Week, means: Means) -> None:
    """Make the broadcast and the public post in one transaction, and tell staff when LINE is left out."""
    now, real_now = means.house.clock.now(), means.house.clock.real()
    if not ordering.carry_out(connection, order, monday, now, real_now):
        return
    if order.terms.posts:
        _post(connection, found, means.house, now, real_now)
    if monday.shortage is None:
        alerts.end(connection, AlertKind.WEEKLY_WITHOUT_LINE, KEY, real_now)
    else:
        alerts.raise_(connection, AlertKind.WEEKLY_WITHOUT_LINE, KEY, f"{monday.week} {monday.shortage}", real_now)


def _post(connection: Connection, found: weekly.Week, house: House, now: datetime, real_now: datetime) -> None:
    """Store the post of the city's public channel: it names nobody, and is never repeated."""
    sender, to = house.channels.get(ChannelName.TELEGRAM), house.public_channel
    if sender is None or not to:
        return
    card = weekly.compose_public(house.programme(), found, house.texts.of(POSTED_IN), house.make_picture)
    calls = [
        outbox.add(
            connection,
            kind=OutboxKind.POST,
            channel=sender.name,
            bot_id="",
            way=Way.PUSH,
            to_key=to,
            body=body,
            retry_key=str(uuid.uuid4()) if sender.has_retry_key else None,
            state=OutboxState.WAITING,
            due_at=real_now,
            made_at=real_now,
            not_after=real_now + (timing.told_until(found.week) - now),
        )
        for body in sender.render([card])
    ]
    if len(calls) == 1:
        standing_orders.note_post(connection, found.week, calls[0].id)
