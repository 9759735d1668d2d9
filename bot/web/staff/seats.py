"""Staff's acts on one person's seat: register by telephone, seat, cancel, check in, take back. Shows nothing."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NotAllowedError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event, open_part
from bot.web.staff.present import Present
from handlers import attending, seating
from handlers.attending import NotCheckedIn
from handlers.rules.registration import NoSeat
from handlers.rules.roles import Right
from handlers.seating import Registered
from storage import audit, registrations
from storage.facts import CheckInWay, EventFacts, Programme

LONGEST_NAME = 60  # signs
AT_THE_DOOR = {"check-in", "take-back"}  # what volunteers may do, too
NO_FREE_SEAT = "空いている席がないか、まだ順番に自動で案内している時間です（始まる12時間前までは自動です）。"
NO_SEAT = {
    NoSeat.NOT_FOUND: "このイベントは見つかりませんでした。",
    NoSeat.NOT_OPEN_YET: "申し込みはまだ始まっていません。",
    NoSeat.CLOSED: "申し込みは締め切っています。",
    NoSeat.PAST: "もう始まったか、終わっています。",
    NoSeat.CANCELLED: "中止になっています。",
    NoSeat.FOR_COMPANIES: "企業向けのイベントです。",
    NoSeat.FOR_PUBLIC: "市民向けのイベントです。",
    NoSeat.ALREADY: "もう申し込みがあります。",
    NoSeat.WHOLE_ONLY: "全部の回をまとめて申し込むイベントです。",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give the forms' addresses; each leads back to the page it stood on."""

    async def register(request: Request, who: Present) -> Response:
        event_id, form = request.path_params["event_id"], await read_form(request)
        unit = partial(_register, event_id=event_id, form=form, by=who.name, now=desk.clock.now())
        return see_other(f"/staff/events/{event_id}?done={await desk.write(unit)}")

    async def act(request: Request, who: Present) -> Response:
        part_id, form = request.path_params["part_id"], await read_form(request)
        unit = partial(_act, part_id=part_id, form=form, who=who, programme=desk.programme(), now=desk.clock.now())
        return see_other(f"/staff/parts/{part_id}?done={await desk.write(unit)}")

    return [
        guarded(desk, "/staff/events/{event_id:number}/people", register, Right.ARRANGE, method="POST"),
        guarded(desk, "/staff/parts/{part_id:number}/people", act, Right.DOOR, method="POST"),
    ]


def read_name(form: Mapping[str, str]) -> str:
    """Read a person's name byte for byte, without the space around it; RefusedError where it is none."""
    name = form.get("name", "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RefusedError(f"名前を1文字から{LONGEST_NAME}文字で書いてください。")
    return name


def _register(connection: Connection, event_id: int, form: Mapping[str, str], by: str, now: datetime) -> str:
    event = find_event(connection, event_id)
    parts = _chosen_parts(event, form.get("part", ""))
    name, is_child = read_name(form), form.get("is_child") == "yes"
    person_id, made = seating.register_guest(connection, event_id, name, now=now, part_ids=parts, is_child=is_child)
    if not isinstance(made, Registered):
        raise RefusedError(NO_SEAT.get(made.reason, "申し込めませんでした。"))
    audit.add(connection, by, "registration.telephone", f"person:{person_id}", now, f"event:{event_id}")
    return "registered" if all(placed.place == 0 for placed in made.places) else "waiting"


def _chosen_parts(event: EventFacts, chosen: str) -> tuple[int, ...] | None:
    """Read for which part; None stands for the whole event."""
    if not chosen:
        return None
    number = read_number(chosen)
    if number is None or event.part(number) is None:
        raise RefusedError("この回は見つかりませんでした。")
    return (number,)


def _act(
    connection: Connection, part_id: int, form: Mapping[str, str], who: Present, programme: Programme, now: datetime
) -> str:
    """Do what a button beside a person says; gives the word of what was done."""
    event, _ = open_part(connection, who, part_id, now)
    person_id, wanted, by = _number(form.get("person", "")), form.get("act", ""), who.name
    if wanted not in AT_THE_DOOR and not who.may(Right.ARRANGE):
        raise NotAllowedError
    if wanted == "check-in":
        made = attending.check_in(
            connection, programme, part_id, person_id, way=CheckInWay.HAND, by=by, at=now, now=now
        )
        if isinstance(made, NotCheckedIn):
            raise RefusedError("受け付けられませんでした。もう受付済みか、開催日ではありません。")
        return "checked-in"
    if wanted == "take-back" and attending.take_back(connection, programme, part_id, person_id, by=by, now=now):
        return "taken-back"
    if wanted == "confirm" and attending.confirm(connection, programme, part_id, person_id, by=by, now=now):
        return "confirmed"
    if wanted == "seat":
        if _seat(connection, part_id, person_id, by, now):
            return "seated"
        raise RefusedError(NO_FREE_SEAT)
    if wanted == "cancel" and _cancel(connection, event, part_id, person_id, by, now):
        return "cancelled"
    raise RefusedError("できませんでした。ほかの人が先に変えたのかもしれません。もう一度ページを開いてください。")


def _seat(connection: Connection, part_id: int, person_id: int, by: str, now: datetime) -> bool:
    found = registrations.find(connection, part_id, person_id)
    return found is not None and seating.seat_by_staff(connection, found.id, by=by, now=now)


def _cancel(connection: Connection, event: EventFacts, part_id: int, person_id: int, by: str, now: datetime) -> bool:
    """Cancel a person's part, or all parts where they only go together; a companion goes alone."""
    found = registrations.find(connection, part_id, person_id)
    if found is None:
        return False
    audit.add(connection, by, "registration.cancel", f"person:{person_id}", now, f"part:{part_id}")
    if found.host_id is not None:
        return seating.remove_companion(connection, event.id, found.host_id, person_id, now=now)
    parts = None if event.whole_only else (part_id,)
    return bool(seating.cancel(connection, event.id, person_id, now=now, part_ids=parts))


def _number(text: str) -> int:
    number = read_number(text)
    if number is None:
        raise RefusedError("だれのことか分かりませんでした。")
    return number
