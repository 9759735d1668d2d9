"""Takes what the door saw: codes, digits and names, each with the time it was seen, once and in any order.

A device may have been without a signal for hours, and its own clock may be wrong: it sends what it thinks the time is,
and the difference to ours corrects every scan.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot import signed
from bot.web.numbers import DIGITS
from bot.web.staff import rosters, wording
from bot.web.staff.desk import HEADERS, LARGEST_FORM, Desk, RefusedError
from bot.web.staff.forms import is_by_script
from bot.web.staff.gate import guarded
from bot.web.staff.overview import open_part
from bot.web.staff.present import Present
from handlers import attending
from handlers.attending import NotCheckedIn
from handlers.rules.roles import Right
from storage import registrations
from storage.facts import AttendanceFacts, CheckInWay, PartFacts, Programme, RegistrationFacts

PURPOSE = "checkin"
MOST_SCANS = 200  # in one batch; the device sends the rest in the next
SAME_SCAN = timedelta(seconds=5)  # a batch sent twice, because its answer was lost, is told the same both times
WORDS = {
    "checked_in": "受け付けました",
    "already": "受付済みです",
    "not_registered": "この回の申し込みがありません",
    "cancelled": "この回は中止になっています",
    "wrong_part": "ほかの回の入場コードです",
    "expired": "入場コードの期限が切れています",
    "unreadable": "このイベントの入場コードではありません",
    "too_early": "受付の時間より前です",
    "too_late": "受付の時間が過ぎています",
    "wrong_code": "この4けたの番号の人は見つかりません",
}
"""Every result a scan may have."""


class Scan(BaseModel):
    """One thing the door saw. ``key`` is the device's own name for it; one of ``qr``, ``digits``, ``person``."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime
    qr: Annotated[str, Field(max_length=300)] | None = None
    digits: Annotated[str, Field(max_length=10)] | None = None
    person: int | None = None


class Batch(BaseModel):
    """What a device sends at once. ``sent_at`` is what its clock shows as it sends."""

    model_config = ConfigDict(extra="forbid")
    sent_at: AwareDatetime
    scans: Annotated[list[Scan], Field(max_length=MOST_SCANS)]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/parts/{id}/scans`` and ``GET /staff/parts/{id}/roster``, both JSON."""

    async def take(request: Request, who: Present) -> Response:
        part_id, batch = request.path_params["part_id"], await _read(request)
        _, part = await desk.read(lambda connection: open_part(connection, who, part_id, desk.clock.now()))
        ahead = desk.clock.real() - batch.sent_at
        results = []
        for scan in batch.scans:  # one unit of work each, to leave the writer free between them
            at = _seen_at(desk, scan, ahead)
            unit = partial(_enter, desk=desk, part=part, scan=scan, at=at, by=who.name, programme=desk.programme())
            results.append(await desk.write(unit))
        roster = await desk.read(lambda connection: rosters.document(connection, part))
        return JSONResponse({"results": results, "roster": roster}, headers=HEADERS)

    async def roster(request: Request, who: Present) -> Response:
        part_id = request.path_params["part_id"]
        _, part = await desk.read(lambda connection: open_part(connection, who, part_id, desk.clock.now()))
        return JSONResponse(await desk.read(lambda connection: rosters.document(connection, part)), headers=HEADERS)

    return [
        guarded(desk, "/staff/parts/{part_id:number}/scans", take, Right.DOOR, method="POST"),
        guarded(desk, "/staff/parts/{part_id:number}/roster", roster, Right.DOOR),
    ]


def _seen_at(desk: Desk, scan: Scan, ahead: timedelta) -> datetime:
    """Say when a scan was made, in calendar time; a clock that shows no time of this world is taken to mean now."""
    try:
        return desk.clock.calendar(scan.at + ahead)
    except OverflowError:
        return desk.clock.now()


def ticket_token(secret: bytes, part: PartFacts, person_id: int, now: datetime) -> str:
    """Make what a QR code holds: one person at one part, until a day after its end; calendar time throughout."""
    until = (part.ends_at or part.starts_at or now) + timedelta(hours=24)
    return signed.sign(secret, PURPOSE, f"{part.id}-{person_id}", until)


async def _read(request: Request) -> Batch:
    if not is_by_script(request):
        raise RefusedError("送られた内容が読めません")
    if int(request.headers.get("content-length") or LARGEST_FORM + 1) > LARGEST_FORM:
        raise RefusedError("送られた内容が大きすぎます")
    try:
        return Batch.model_validate_json(await request.body())
    except ValidationError:
        raise RefusedError("送られた内容が読めません") from None


def _enter(
    connection: Connection, desk: Desk, part: PartFacts, scan: Scan, at: datetime, by: str, programme: Programme
) -> dict[str, object]:
    """Check in whom a scan names; gives what the door shows."""
    way, whom = _whom(connection, desk.secret, part, scan, at)
    if isinstance(whom, str):
        return _told(scan, whom)
    registration = registrations.find(connection, part.id, whom)
    seen = {"way": way, "by": by, "at": at, "now": desk.clock.now()}
    account_id = registration.account_id if registration else None
    made = attending.check_in(connection, programme, part.id, whom, **seen, account_id=account_id)  # type: ignore[arg-type]
    named = {"person": whom, **_named(connection, part, registration)}
    if not isinstance(made, NotCheckedIn):
        return _told(scan, "checked_in", named, made.attendance.at, points=made.points)
    first = made.first
    if first is None:
        return _told(scan, made.reason.value, named)
    if _is_this_scan(first, way, at, by):
        return _told(scan, "checked_in", named, first.at)
    return _told(scan, "already", named, first.at, words=f"受付済みです（{wording.clock_time(first.at)}）")


def _whom(
    connection: Connection, secret: bytes, part: PartFacts, scan: Scan, at: datetime
) -> tuple[CheckInWay, int | str]:
    """Find the person a scan means, or the result that says why there is none."""
    if scan.qr is not None:
        return CheckInWay.QR, _of_ticket(secret, part, scan.qr, at)
    if scan.digits is not None:
        found = registrations.find_by_code(connection, part.id, scan.digits) if scan.digits.isdecimal() else None
        return CheckInWay.DIGITS, found.person_id if found else "wrong_code"
    return CheckInWay.HAND, scan.person if scan.person is not None and 0 < scan.person < 10**DIGITS else "unreadable"


def _of_ticket(secret: bytes, part: PartFacts, token: str, at: datetime) -> int | str:
    """Read a QR code as it was at the time of the scan: one seen in time stays good until it is sent."""
    subject = signed.verify(secret, PURPOSE, token, at)
    if subject is None:
        is_ours = signed.verify(secret, PURPOSE, token, datetime.fromtimestamp(0, at.tzinfo)) is not None
        return "expired" if is_ours else "unreadable"
    part_id, _, person_id = subject.partition("-")
    return int(person_id) if int(part_id) == part.id else "wrong_part"


def _is_this_scan(first: AttendanceFacts, way: CheckInWay, at: datetime, by: str) -> bool:
    return first.way is way and first.entered_by == by and abs(first.at - at) <= SAME_SCAN


def _named(connection: Connection, part: PartFacts, registration: RegistrationFacts | None) -> dict[str, object]:
    if registration is None:
        return {}
    entry = rosters.named(connection, part, [registration])[0]
    return {"name": entry.name, "host": entry.host, "child": entry.is_child}


def _told(
    scan: Scan,
    result: str,
    named: Mapping[str, object] = MappingProxyType({}),
    at: datetime | None = None,
    **rest: object,
) -> dict[str, object]:
    seen = {"at": at.isoformat()} if at else {}
    return {"key": scan.key, "result": result, "words": WORDS[result], **seen, **named, **rest}
