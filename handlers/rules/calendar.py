"""Reckons in Tokyo calendar days: caps, weeks, fiscal years, seasons, late days; may not ask what time it is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.facts import Action, Limits, Per, Season

TOKYO = ZoneInfo("Asia/Tokyo")


def tokyo_day(at: datetime) -> date:
    """Name the Tokyo calendar day of an instant; raises ValueError for a naive one, which would be a guess."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(TOKYO).date()


def week_start(on: date) -> date:
    """Give the Monday of a day's week; a board's week runs Monday to Sunday."""
    return on - timedelta(days=on.weekday())


def fiscal_year(on: date, starts_month: int) -> int:
    """Name the fiscal year of a day by the calendar year it starts in (periods paragraph: April to March)."""
    return on.year if on.month >= starts_month else on.year - 1


def period_key(per: Per, on: date, fiscal_year_starts_month: int) -> str:
    """Name the stretch over which a cap counts, from the day acted on (action catalogue, column "cap").

    ``2022-01-20`` for a day, ``2022-W03`` for an ISO week, ``2022-01``, ``FY2021`` for a fiscal year, ``ever``.
    """
    match per:
        case Per.DAY:
            return on.isoformat()
        case Per.WEEK:
            year, week, _ = on.isocalendar()
            return f"{year:04}-W{week:02}"
        case Per.MONTH:
            return f"{on.year:04}-{on.month:02}"
        case Per.YEAR:
            return f"FY{fiscal_year(on, fiscal_year_starts_month):04}"
        case Per.EVER:
            return "ever"


def counts_for_board(acted_on: date, entered_at: datetime) -> bool:
    """Tell whether an entry was made by Sunday 24:00 Tokyo of the week acted in.

    Wards, teams, boards: later entries for that week count for oneself and the city only.
    """
    return tokyo_day(entered_at) < week_start(acted_on) + timedelta(days=7)


def in_season(action: Action, on: date) -> bool:
    """Tell whether an action earns on a day (action catalogue, "in season"); without seasons it always does."""
    return not action.seasons or any(_holds(season, on.strftime("%m-%d")) for season in action.seasons)


def _holds(season: Season, day: str) -> bool:
    if season.first <= season.last:
        return season.first <= day <= season.last
    return day >= season.first or day <= season.last


def late_days_open(today: date, limits: Limits) -> tuple[date, ...]:
    """List the days that may still be reported, newest first: today and ``late_days`` before it.

    Lessons others paid for: last-day dumps flip boards, so late entry is at most 3 days.
    """
    return tuple(today - timedelta(days=back) for back in range(limits.late_days + 1))
