"""Hands staff an event's registrations, attendances and completions as a table; who took it is written down first."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.cells import Cell
from bot.exporting import event_tables
from bot.web.staff import wording
from bot.web.staff.desk import HEADERS, Desk, RefusedError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from storage import audit
from storage.facts import AttendanceState, EventFacts

COLUMNS = {
    "part": "回",
    "starts_at": "始まり",
    "code": "4けた",
    "state": "状態",
    "name": "名前",
    "kind": "申し込み方",
    "child": "子ども",
    "comes_with": "だれの同行者か（4けた）",
    "as_company": "企業として",
    "company": "会社",
    "email": "メール",
    "registered_at": "申し込んだ日時",
    "way": "受付の方法",
    "seen_at": "来た日時",
    "entered_at": "記録した日時",
    "entered_by": "記録した人",
    "parts_attended": "出た回",
    "parts_held": "開いた回",
}
ATTENDANCE_STATES = {
    AttendanceState.PROVISIONAL: "仮",
    AttendanceState.CONFIRMED: "確定",
    AttendanceState.TAKEN_BACK: "取り消し",
}
YES = {"yes": "はい"}
VALUES: Mapping[str, Mapping[Any, str]] = {
    "state": {**wording.REGISTRATION_STATES, **ATTENDANCE_STATES},
    "way": wording.WAYS,
    "kind": {"account": "チャット", "guest": "電話・当日", "companion": "同行者"},
    "child": YES,
    "as_company": YES,
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/events/{id}/exports``: a file of one table."""

    async def take(request: Request, who: Present) -> Response:
        form = await read_form(request)
        table = form.get("table", "")
        if table not in wording.EXPORTS:
            raise RefusedError("どの表か分かりませんでした。")
        event = await desk.read(partial(find_event, event_id=request.path_params["event_id"]))
        note = partial(audit.add, actor=who.name, act="event.export", subject=f"event:{event.id}", detail=table)
        await desk.write(partial(note, now=desk.clock.now()))
        text = await desk.read(partial(write, table=table, event=event, marked=form.get("marked") == "yes"))
        file = {"Content-Disposition": f'attachment; filename="{event.code}-{table}.csv"'}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers={**HEADERS, **file})

    return [guarded(desk, "/staff/events/{event_id:number}/exports", take, Right.EXPORT, method="POST")]


def write(connection: Connection, table: str, event: EventFacts, *, marked: bool) -> str:
    """Write one table of an event in Japanese; ``marked`` for Excel."""
    header, rows = event_tables.TABLES[table](connection, event)
    said = (tuple(_say(column, cell) for column, cell in zip(header, row, strict=True)) for row in rows)
    return event_tables.write([COLUMNS[column] for column in header], said, marked=marked)


def _say(column: str, cell: Cell) -> Cell:
    return VALUES.get(column, {}).get(cell, cell)
