"""An administrator erases a person who asked for it by telephone or letter: their code is typed back first."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, NowhereError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.persons import look
from bot.web.staff.present import Present
from handlers import erasing
from handlers.rules import person_codes
from handlers.rules.roles import Right

OTHER_CODE = "参加者コードが違います。この人のコードを、上から書き写してください。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/people/{id}/erasure``: what would go and what stays, and the act itself."""

    async def ask(request: Request, who: Present) -> Response:
        return await _ask(request, who)

    async def erase(request: Request, who: Present) -> Response:
        person_id, form = request.path_params["person_id"], await read_form(request)
        if person_codes.read(form.get("typed", "")) != person_id:
            return await _ask(request, who, OTHER_CODE)
        unit = partial(erasing.erase_by_staff, person_id=person_id, keyed_hash=desk.keyed_hash, by=who.name)
        if not await desk.write(partial(unit, now=desk.clock.now())):
            raise NowhereError
        return desk.render("erased.html", who=who, code=person_codes.write(person_id))

    async def _ask(request: Request, who: Present, error: str = "") -> Response:
        view = await look(desk, who, request.path_params["person_id"])
        status = 409 if error else 200
        return desk.render("erase.html", who=who, status=status, view=view, person=view.person, error=error)

    address = "/staff/people/{person_id:number}/erasure"
    return [
        guarded(desk, address, ask, Right.ERASE),
        guarded(desk, address, erase, Right.ERASE, method="POST", fresh=True),
    ]
