"""The door of one part: the page with the camera, people who come without a registration, and the worker offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.staff import rosters
from bot.web.staff.desk import HEADERS, WEB, Desk, RefusedError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import open_part
from bot.web.staff.present import Present
from bot.web.staff.seats import NO_SEAT, read_name
from handlers import attending, seating
from handlers.attending import NotCheckedIn
from handlers.rules.roles import Right
from handlers.seating import Registered
from storage import audit, events
from storage.facts import CheckInWay, EventFacts, PartFacts, Programme

CAMERA = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
WORKER = WEB / "static" / "staff" / "worker.js"
JUST_NOW = timedelta(minutes=1)
TWICE = "同じ名前の人を、いま受け付けたばかりです。名簿を見てください。別の人なら、1分たってからもう一度どうぞ。"
FULL = "満席です。席が空くか、定員をふやすと受け付けられます。"


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Who came without a registration, and the code with which they can claim their points later."""

    event: EventFacts
    part: PartFacts
    name: str
    points: int
    slip: str


def routes(desk: Desk) -> list[BaseRoute]:
    """Give the door, its walk-ins, and the worker that lets the page be opened again without a signal."""

    async def door(request: Request, who: Present) -> Response:
        part_id = request.path_params["part_id"]
        event, part = await desk.read(lambda connection: open_part(connection, who, part_id, desk.clock.now()))
        response = desk.render("door.html", who=who, event=event, part=part)
        response.headers["Permissions-Policy"] = CAMERA
        return response

    async def walk_in(request: Request, who: Present) -> Response:
        part_id, form = request.path_params["part_id"], await read_form(request)
        now = desk.clock.now()
        unit = partial(_walk_in, desk=desk, part_id=part_id, form=form, who=who, programme=desk.programme(), now=now)
        return desk.render("slip.html", who=who, made=await desk.write(unit))

    async def worker(request: Request) -> Response:
        headers = {**HEADERS, "Cache-Control": "no-cache"}  # a worker obeys its own policy, not its page's
        return FileResponse(WORKER, media_type="text/javascript", headers=headers)

    return [
        guarded(desk, "/staff/parts/{part_id:number}/door", door, Right.DOOR),
        guarded(desk, "/staff/parts/{part_id:number}/walk-ins", walk_in, Right.DOOR, method="POST"),
        Route("/staff/parts/worker.js", worker),
    ]


def _walk_in(
    connection: Connection,
    desk: Desk,
    part_id: int,
    form: Mapping[str, str],
    who: Present,
    programme: Programme,
    now: datetime,
) -> WalkIn:
    """Put somebody on the list, seat them and check them in, all or nothing."""
    event, part = open_part(connection, who, part_id, now)
    events.lock(connection, event.id)
    name, is_child = read_name(form), form.get("is_child") == "yes"
    if _came_just_now(connection, part, name, now):
        raise RefusedError(TWICE)
    person_id, made = seating.register_guest(
        connection, event.id, name, now=now, part_ids=(part_id,), is_child=is_child
    )
    if not isinstance(made, Registered):
        raise RefusedError(NO_SEAT.get(made.reason, FULL))
    if any(placed.place for placed in made.places):
        raise RefusedError(FULL)
    came = attending.check_in(
        connection, programme, part_id, person_id, way=CheckInWay.HAND, by=who.name, at=now, now=now
    )
    if isinstance(came, NotCheckedIn):
        raise RefusedError("今は受付の時間ではありません。")
    audit.add(connection, who.name, "person.walk_in", f"person:{person_id}", now, f"part:{part_id}")
    return WalkIn(event, part, name, came.points, attending.make_slip(connection, desk.keyed_hash, person_id))


def _came_just_now(connection: Connection, part: PartFacts, name: str, now: datetime) -> bool:
    """Tell whether this is the same form again: pressed twice, or the page with the slip loaded anew."""
    guests = [entry for entry in rosters.entries(connection, part) if entry.is_guest and entry.name == name]
    return any(entry.attendance and now - entry.attendance.entered_at < JUST_NOW for entry in guests)
