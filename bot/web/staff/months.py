"""Staff read, print, save and close the monthly reports, and enter the portal's visitors. Decides nothing itself."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import cells
from bot.web.numbers import read_number
from bot.web.staff import month_views
from bot.web.staff.desk import HEADERS, Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending.outlook import Outlook
from handlers import closing, donating
from handlers.closing import PortalFigure
from handlers.rules import monthly
from handlers.rules.calendar import tokyo_day
from handlers.rules.monthly import Problem
from handlers.rules.roles import Right
from storage import months, totals
from storage.facts import ClosedMonth, Metric, MonthSums, Programme

MOST = 1_000_000_000  # visitors of a month
LONGEST_SOURCE = 200
PROBLEMS = {
    Problem.NOT_OVER: "まだ終わっていない月です。月が終わってから行ってください。",
    Problem.CLOSED: "この月は、もう締めてあります。",
    Problem.EARLIER_OPEN: "前の月がまだ締まっていません。古い月から順に締めてください。",
    Problem.BEFORE_ALL: "取組が始まる前の月です。",
    Problem.COUNTED_BEFORE: "この月の分は、ボットを始める前の数に、もう入っています。",
    Problem.CHANGED: "ほかの人が、この月の数を先に入力しました。いまの数を見てから、もう一度入力してください。",
    Problem.SAME: "いまの数と同じです。",
}
DONE = {
    "closed": "この月を締めました。これからは、この報告が変わることはありません。",
    "entered": "訪問者数を入力しました。",
}


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the list. ``portal`` is what staff entered for it; None where nothing was."""

    sums: MonthSums
    closed: ClosedMonth | None
    is_over: bool
    portal: int | None

    @property
    def number(self) -> str:
        """How its address names it: 202203."""
        return f"{self.sums.month:%Y%m}"


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give ``/staff/months`` by fiscal year (``?year=``); one month's report, its file, its closing, the portal's."""
    one, rooms = "/staff/months/{month:number}", _Rooms(desk, outlook)
    return [
        guarded(desk, "/staff/months", rooms.overview, Right.LOOK),
        guarded(desk, one, rooms.show, Right.LOOK),
        guarded(desk, f"{one}/report.csv", rooms.save, Right.LOOK),
        guarded(desk, f"{one}/closing", rooms.close, Right.CLOSE, method="POST", fresh=True),
        guarded(desk, f"{one}/portal", rooms.enter_portal, Right.FIGURES, method="POST"),
    ]


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What answers at each address."""

    desk: Desk
    outlook: Outlook

    async def overview(self, request: Request, who: Present) -> Response:
        programme, today = self.desk.programme(), tokyo_day(self.desk.clock.now())
        years = list_years(programme, today)
        year = read_number(request.query_params.get("year", "")) or years[-1]
        if year not in years:
            raise NowhereError
        lines = await self.desk.read(partial(_list, programme=programme, year=year, today=today))
        given = await self.desk.read(partial(donating.list_given, programme=programme, year=year))
        return self.desk.render("months.html", who=who, lines=lines, year=year, years=years, given=given)

    async def show(self, request: Request, who: Present) -> Response:
        return await self._show(request, who)

    async def save(self, request: Request, _: Present) -> Response:
        month = _read_month(request, self.desk)
        report, marked = (await self._find(month))["report"], request.query_params.get("bom") == "1"
        written = io.StringIO(newline="")
        cells.write(written, month_views.HEADER, month_views.rows(report), marked=marked)
        named = {"Content-Disposition": f'attachment; filename="report-{month:%Y-%m}.csv"'}
        return Response(written.getvalue(), headers={**HEADERS, **named}, media_type="text/csv; charset=utf-8")

    async def close(self, request: Request, who: Present) -> Response:
        month, programme, now = _read_month(request, self.desk), self.desk.programme(), self.desk.clock.now()
        unit = partial(closing.close, programme=programme, month=month, plan=self.outlook.plan, by=who.name, now=now)
        problem = await self.desk.write(unit)
        if problem is not None:
            raise RefusedError(PROBLEMS[problem])
        return see_other(f"/staff/months/{month:%Y%m}?done=closed")

    async def enter_portal(self, request: Request, who: Present) -> Response:
        month, form = _read_month(request, self.desk), await read_form(request)
        visitors, source = read_number(form.get("visitors", "").replace(",", "")), form.get("source", "")
        if visitors is None or visitors > MOST or not 0 < len(source) <= LONGEST_SOURCE:
            return await self._show(
                request, who, form, f"訪問者数を数字で、出典を{LONGEST_SOURCE}字までで書いてください。"
            )
        figure = PortalFigure(month, visitors, source, seen=read_number(form.get("seen", "")))
        programme, now = self.desk.programme(), self.desk.clock.now()
        problem = await self.desk.write(
            partial(closing.enter_portal, programme=programme, figure=figure, by=who.name, now=now)
        )
        if problem is not None:
            return await self._show(request, who, form, PROBLEMS[problem])
        return see_other(f"/staff/months/{month:%Y%m}?done=entered")

    async def _show(
        self, request: Request, who: Present, form: Mapping[str, str] | None = None, wrong: str = ""
    ) -> Response:
        found = await self._find(_read_month(request, self.desk))
        said = {"form": form or {}, "wrong": wrong, "done": DONE.get(request.query_params.get("done", ""), "")}
        city, status = self.desk.programme().city.name["ja"], 409 if wrong else 200
        shown = {"views": month_views, "problems": PROBLEMS, "city": city, **found, **said}
        return self.desk.render("month.html", who=who, status=status, **shown)

    async def _find(self, month: date) -> dict[str, Any]:
        """Find a month's report, who closed it, why it cannot be closed now, and what was entered for the portal."""
        programme, now, plan = self.desk.programme(), self.desk.clock.now(), self.outlook.plan

        def unit(connection: Connection) -> dict[str, Any]:
            return {
                "report": closing.find_report(connection, programme, month, plan, now),
                "closed": months.list_closed(connection, month, month).get(month),
                "problem": closing.find_problem(connection, programme, month, now),
                "portal": totals.sum_figures(connection, Metric.SITE_VISITS, month),
            }

        return await self.desk.read(unit)


def list_years(programme: Programme, today: date) -> list[int]:
    """List the fiscal years from the programme's first day to now, each by the year it begins in."""
    first = programme.periods[0].starts_on
    return list(range(_fiscal_year(programme, first), _fiscal_year(programme, max(today, first)) + 1))


def _fiscal_year(programme: Programme, on: date) -> int:
    return on.year if on.month >= programme.limits.fiscal_year_starts_month else on.year - 1


def _list(connection: Connection, programme: Programme, year: int, today: date) -> list[MonthLine]:
    """List the months of a fiscal year that have begun, the newest first."""
    begins = programme.limits.fiscal_year_starts_month
    first = max(date(year, begins, 1), programme.periods[0].starts_on.replace(day=1))
    last = min(monthly.previous_month(date(year + 1, begins, 1)), today)
    told = months.list_reported(connection, first, last, programme.period(last).starts_on)
    closed = months.list_closed(connection, first, last)
    return [
        MonthLine(
            sums,
            closed.get(sums.month),
            sums.month < today.replace(day=1),
            totals.sum_figures(connection, Metric.SITE_VISITS, sums.month),
        )
        for sums in reversed(told)
    ]


def _read_month(request: Request, desk: Desk) -> date:
    """Read the month of an address; NowhereError for what is none, to come, or before the programme."""
    year, number = divmod(int(request.path_params["month"]), 100)
    if not (1900 <= year <= 9999 and 1 <= number <= 12):
        raise NowhereError
    month = date(year, number, 1)
    if not desk.programme().periods[0].starts_on.replace(day=1) <= month <= tokyo_day(desk.clock.now()):
        raise NowhereError
    return month
