"""Staff see what differs between the draft and the version in force, and set from when it counts. Changes no action."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.catalogue import find_changes
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.switches import read_day
from handlers import ruling
from handlers.rules.roles import Right
from handlers.ruling import ChangedMeanwhileError, FaultyError, OutdatedError, RulingRefusedError
from handlers.texts import JAPANESE
from storage import rule_drafts

LONGEST_REASON = 200
REFUSALS: Mapping[type[RulingRefusedError], str] = {
    ChangedMeanwhileError: "ほかの人が先に下書きを変えました。いまの下書きを見てから、もう一度書いてください。",
    OutdatedError: "この下書きを始めたあとで、別の版が始まりました。下書きを捨てて、作りなおしてください。",
    FaultyError: "下書きに直すところがあります。一覧を見て、先に直してください。",
}
DRAFT = "/staff/catalogue/draft"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/catalogue/draft`` with its acts, and ``…/start``, for which the password is asked again."""

    async def show(request: Request, who: Present) -> Response:
        return await show_draft(desk, who, done=request.query_params.get("done") == "changed")

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        doing = {"seen": form.get("seen", ""), "by": who.name, "now": desk.clock.now()}
        acts: dict[str, Callable[..., None]] = {"discarded": ruling.discard, "unsigned": ruling.unsign}
        if form.get("act", "") not in acts:
            raise RefusedError("この操作はありません。")
        await do(desk, partial(acts[form["act"]], **doing))
        return see_other(f"/staff/catalogue?done={form['act']}")

    async def start(request: Request, who: Present) -> Response:
        form, now = await read_form(request), desk.clock.now()
        try:
            reason, starts_on = _read_reason(form), _read_start(form, desk.clock.today())
            unit = partial(
                ruling.sign, seen=form.get("seen", ""), reason=reason, starts_on=starts_on, by=who.name, now=now
            )
            version = await do(desk, unit)
        except RefusedError as error:
            return await show_draft(desk, who, form, str(error))
        return see_other(f"/staff/catalogue?done={'signed' if version is None else 'begun'}")

    return [
        guarded(desk, DRAFT, show, Right.RULES),
        guarded(desk, DRAFT, act, Right.RULES, method="POST"),
        guarded(desk, f"{DRAFT}/start", start, Right.RULES, method="POST", fresh=True),
    ]


async def show_draft(
    desk: Desk,
    who: Present,
    form: Mapping[str, str] | None = None,
    error: str = "",
    *,
    done: bool = False,
    problems: Sequence[str] = (),
) -> Response:
    """Show the draft, with what was typed where something is wrong with it."""
    found, today = await desk.read(_find_draft), desk.clock.today()
    shown: dict[str, Any] = {"form": form or {}, "error": error, "problems": problems, "done": done, "today": today}
    return desk.render("rule_draft.html", who=who, status=409 if error else 200, **shown, **found)


async def do(desk: Desk, unit: Callable[[Connection], Any]) -> Any:
    """Do something with the draft; RefusedError says in Japanese why not."""
    try:
        return await desk.write(unit)
    except RulingRefusedError as error:
        raise RefusedError(REFUSALS[type(error)]) from None


def _find_draft(connection: Connection) -> dict[str, Any]:
    """Find what the draft's page shows."""
    draft = rule_drafts.find(connection)
    number, document = ruling.find_base(connection)
    return {
        "draft": draft,
        "number": number,
        "actions": [(one.code, one.title[JAPANESE]) for one in ruling.find_next(connection).actions],
        "changes": find_changes(document, draft.document) if draft else [],
        "faults": ruling.find_faults(draft.document) if draft else [],
    }


def _read_reason(form: Mapping[str, str]) -> str:
    reason = form.get("why", "")
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedError(f"変えるわけを、1文字から{LONGEST_REASON}文字で書いてください。")
    return reason


def _read_start(form: Mapping[str, str], today: date) -> date:
    """Read from when the version counts; today means at once."""
    starts_on = read_day(form.get("starts_on", ""))
    if starts_on < today:
        raise RefusedError("過ぎた日からは始められません。")
    return starts_on
