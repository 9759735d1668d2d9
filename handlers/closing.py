"""Makes the monthly report, closes a month, and enters the portal's visitors. Sends nothing.

docs/decisions/closing-months.md says what closing means.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from handlers.rules import monthly
from handlers.rules.calendar import tokyo_day
from handlers.rules.forecast import Month, Plan, extra_yen
from handlers.rules.monthly import Problem
from handlers.texts import JAPANESE
from storage import audit, month_facts, months, reach, splits, totals
from storage.database import fix_view, lock_lists
from storage.facts import (
    ChannelName,
    HeldPart,
    Metric,
    MonthReport,
    MonthSums,
    Programme,
    ProgrammePeriod,
    Split,
    SplitSums,
    Told,
)
from storage.month_facts import Use


@dataclass(frozen=True, slots=True)
class PortalFigure:
    """The portal's visitors of a month (its first day), with who says so.

    ``seen`` is what stood there when it was written: somebody else may have entered it meanwhile.
    """

    month: date
    visitors: int
    source: str
    seen: int | None


def find_report(connection: Connection, programme: Programme, month: date, plan: Plan, now: datetime) -> MonthReport:
    """Find the report of a month (its first day): as it was stored once it is closed, else as it stands now."""
    return months.find_report(connection, month) or _make(connection, programme, month, plan, now)


def find_problem(connection: Connection, programme: Programme, month: date, now: datetime) -> Problem | None:
    """Say why a month cannot be closed now."""
    begins = programme.periods[0].starts_on
    return monthly.find_problem(month, tokyo_day(now), months.find_last(connection), begins)


def close(
    connection: Connection, programme: Programme, month: date, plan: Plan, *, by: str, now: datetime
) -> Problem | None:
    """Close a month for ever: store its report and what every counter up to it stands at; or say why not.

    All of it is of one moment: what another transaction counts meanwhile is a correction of the next month.
    """
    fix_view(connection)
    problem = find_problem(connection, programme, month, now)
    if problem is not None:
        return problem
    report = _make(connection, programme, month, plan, now)
    counted = totals.list_months(connection, programme.periods[0].starts_on, _last_day(month))
    months.close(connection, report, by, counted, now)
    audit.add(connection, by, "month.close", f"month:{month:%Y%m}", now)
    return None


def enter_portal(
    connection: Connection, programme: Programme, figure: PortalFigure, *, by: str, now: datetime
) -> Problem | None:
    """Enter the portal's visitors of a month that is over, or correct them; or say why not.

    Of a closed month the first open one tells the difference, as a correction.
    """
    if figure.month >= tokyo_day(now).replace(day=1):
        return Problem.NOT_OVER
    if monthly.counted_before(programme.opening_balances, Metric.SITE_VISITS, figure.month) is not None:
        return Problem.COUNTED_BEFORE
    lock_lists(connection)
    there = totals.sum_figures(connection, Metric.SITE_VISITS, figure.month)
    if there != figure.seen:
        return Problem.CHANGED
    if there == figure.visitors:
        return Problem.SAME
    amount = figure.visitors - (there or 0)
    totals.add_figure(connection, Metric.SITE_VISITS, amount, figure.month, figure.source, by, now)
    audit.add(connection, by, "portal.enter", f"month:{figure.month:%Y%m}", now)
    return None


def _make(connection: Connection, programme: Programme, month: date, plan: Plan, now: datetime) -> MonthReport:
    period = programme.period(_last_day(month))
    (counted,) = months.list_reported(connection, month, month, month)  # of before the first closing, as it was then
    entered = splits.list_of_month(connection, month)
    own = monthly.own_sums(counted, entered)
    drift = _find_drift(connection, programme, month)
    told = months.list_reported(connection, period.starts_on, _last_day(month), period.starts_on)
    parts = _list_parts(connection, programme, month)
    before = months.find_report(connection, monthly.previous_month(month))
    return MonthReport(
        month=month,
        as_of=now,
        period=period.name[JAPANESE],
        own=own,
        before=before.own if before else _own_of(connection, programme, monthly.previous_month(month)),
        corrections=monthly.corrections(counted, own, entered, drift),
        reported=next((sums for sums in told if sums.month == month), counted),
        upto=MonthSums(month=month).plus(*told, _before_bot(programme, period, month)),
        parts=parts,
        wards=_by_ward(programme, month, entered, parts),
        channels=monthly.by_key(entered, month, "channel"),
        reach=reach.find_all(connection),
        reach_before=before.reach if before else {},
        told=_tell(month_facts.find_use(connection, month), plan),
    )


def _own_of(connection: Connection, programme: Programme, month: date) -> MonthSums | None:
    """Give what an open month has of its own; None before the programme's first."""
    if month < programme.periods[0].starts_on.replace(day=1):
        return None
    (counted,) = months.list_reported(connection, month, month, month)
    return monthly.own_sums(counted, splits.list_of_month(connection, month))


def _find_drift(connection: Connection, programme: Programme, month: date) -> list[MonthSums]:
    """Find what moved in the counters of closed months: the first open month tells it, and no other."""
    last = months.find_last(connection)
    if last is None or month != monthly.next_month(last):
        return []
    return months.list_drift(connection, programme.periods[0].starts_on.replace(day=1))


def _before_bot(programme: Programme, period: ProgrammePeriod, month: date) -> MonthSums:
    """Give what stood before the bot, as sums; points of then were confirmed by nobody here."""
    amounts = dict.fromkeys(Metric, 0)
    distinct = 0
    for balance in programme.balances(period):
        amounts[balance.metric] += balance.amount
        distinct += balance.distinct if balance.metric is Metric.PARTICIPANTS else 0
    return MonthSums(
        month=month,
        participations=amounts[Metric.PARTICIPANTS],
        first_timers=distinct,
        events_held=amounts[Metric.EVENTS_HELD],
        points_self_reported=amounts[Metric.ACTION_POINTS],
        visits_portal=amounts[Metric.SITE_VISITS],
    )


def _list_parts(connection: Connection, programme: Programme, month: date) -> tuple[HeldPart, ...]:
    return tuple(
        HeldPart(
            title=event.title.get(JAPANESE, event.code),
            number=part.number if len(event.parts) > 1 else 0,
            on=tokyo_day(part.starts_at) if part.starts_at else month,
            ward=name_ward(programme, event.ward or ""),
            participations=were_there,
        )
        for event, part, were_there in month_facts.list_held(connection, month)
    )


def _by_ward(
    programme: Programme, month: date, entered: list[Split], parts: tuple[HeldPart, ...]
) -> Mapping[str, SplitSums]:
    """Add up what is about a month by the person's ward and the event's; each ward is named, even with nothing."""
    found = monthly.by_key(entered, month, "ward")
    codes = [*(ward.code for ward in programme.wards), *sorted(found.keys() - {w.code for w in programme.wards})]
    held = Counter(part.ward for part in parts)
    named = {name_ward(programme, code): found.get(code, SplitSums()) for code in codes} | {
        "": found.get("", SplitSums())
    }
    return {name: replace(sums, events_held=held[name]) for name, sums in named.items()}


def name_ward(programme: Programme, code: str) -> str:
    """Name a ward in Japanese; one that the programme no longer has by its code, none by nothing."""
    ward = programme.ward(code)
    return ward.name[JAPANESE] if ward else code


def _tell(use: Mapping[ChannelName, Use], plan: Plan) -> dict[ChannelName, Told]:
    """Say what each channel took; only LINE asks for money, by its own count of messages."""
    told = {}
    for channel, used in use.items():
        yen = None
        if channel is ChannelName.LINE and used.charged is not None:
            yen = plan.yen + extra_yen(plan, Month(), used.charged)
        told[channel] = Told(broadcasts=used.broadcasts, accepted=used.accepted, charged=used.charged, yen=yen)
    return told


def _last_day(month: date) -> date:
    return monthly.next_month(month) - timedelta(days=1)
