"""Staff's acts on a broadcast: submit, approve, return, arm, pause, resume, stop. The rules stand in the handlers."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending import showing, wording
from bot.web.staff.sending.counting import Counting
from bot.web.staff.sending.outlook import Outlook
from handlers import broadcasting
from handlers.broadcasting import BroadcastRefusedError, NoBroadcastError
from handlers.rules.roles import Right
from scheduler import rehearsing
from scheduler.quotas import NotAnsweredError
from storage import audit
from storage.database import StorageUnavailableError

LONGEST_COMMENT = 1_000
BY_HAND = "by hand"
AskQuota = Callable[[], Awaitable[object]]
Form = Mapping[str, str]
Doer = Callable[["_Act"], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Means:
    """What acts are done with. ``ask_quota`` asks the platforms what is left of the month, before anything is armed."""

    desk: Desk
    outlook: Outlook
    counting: Counting
    ask_quota: AskQuota | None


class _Act:
    """One act of somebody on one broadcast."""

    def __init__(self, means: Means, number: int, who: Present) -> None:
        self.means, self.desk, self.outlook = means, means.desk, means.outlook
        self.number, self.by, self.form = number, who.name, dict[str, str]()

    async def do(self, act: Callable[..., Any], **values: object) -> None:
        """Do one act of the handlers."""
        how = partial(act, broadcast_id=self.number, by=self.by, **values)
        await self.desk.write(lambda connection: how(connection, now=self.desk.clock.now()))

    async def submit(self) -> str:
        one = await self.desk.read(partial(showing.find, broadcast_id=self.number))
        seen = await asyncio.to_thread(self.outlook.gather, one.content, is_unchecked=False)
        await self.do(broadcasting.submit, seen=seen, seen_hash=self.form.get("seen", ""))
        await asyncio.to_thread(self.outlook.tell_approvers, self.number, self.by)
        return "submitted"

    async def rehearse(self) -> str:
        """Show what is stored on the office's phones only."""
        content = (await self.desk.read(partial(showing.find, broadcast_id=self.number))).content
        real_now = self.desk.clock.real()

        def unit(connection: Connection) -> int:
            audit.add(connection, self.by, "broadcast.rehearse", f"broadcast:{self.number}", self.desk.clock.now())
            return rehearsing.rehearse(connection, self.outlook.senders, content, wording.REHEARSED, real_now)

        try:
            shown_on = await self.desk.write(unit)
        except (KeyError, ValueError):
            raise RefusedError("このままでは送れない文です。「確かめる」で、直すところを見てください。") from None
        if not shown_on:
            raise RefusedError(wording.NO_PHONES)
        return "rehearsed"

    async def approve(self) -> str:
        await self.do(broadcasting.approve, seen_hash=self.form.get("seen", ""))
        return "approved"

    async def give_back(self) -> str:
        comment = self.form.get("comment", "")
        if not 0 < len(comment) <= LONGEST_COMMENT:
            raise RefusedError(f"直してほしいことを、{LONGEST_COMMENT}文字までで書いてください。")
        await self.do(broadcasting.give_back, why=comment)
        return "returned"

    async def arm(self) -> str:
        """Arm what reaches as many as was typed; in a large city it may have been counted some minutes ago."""
        if self.means.ask_quota is not None:
            with contextlib.suppress(NotAnsweredError, StorageUnavailableError):  # the last answer stands then
                await self.means.ask_quota()
        await self.desk.read(partial(showing.find, broadcast_id=self.number))
        counts = await self.means.counting.find_sure(self.number)
        forecast = await asyncio.to_thread(self.outlook.foresee, self.number, counts)
        if read_number(self.form.get("typed", "").replace(",", "")) != forecast.told:
            raise RefusedError(
                f"打った数が、届くアカウントの数（いま{forecast.told:,}件）と違います。もう一度確かめてください。"
            )
        await self.do(broadcasting.arm, forecast=forecast, real_now=self.desk.clock.real())
        return "armed"

    async def rearm(self) -> str:
        await self.do(broadcasting.rearm)
        return "rearmed"

    async def pause(self) -> str:
        await self.do(broadcasting.pause, why=BY_HAND)
        return "paused"

    async def resume(self) -> str:
        await self.do(broadcasting.resume)
        return "resumed"

    async def stop(self) -> str:
        await self.do(broadcasting.stop)
        return "stopped"


QUICK: Mapping[str, Doer] = {"rehearse": _Act.rehearse, "submit": _Act.submit, "pause": _Act.pause, "stop": _Act.stop}
SENDING: Mapping[str, Doer] = {"arm": _Act.arm, "rearm": _Act.rearm, "resume": _Act.resume}
APPROVAL: Mapping[str, Doer] = {"approve": _Act.approve, "return": _Act.give_back}


def routes(means: Means) -> list[BaseRoute]:
    """Give the acts. What sends, or lets others send, asks for the password again; what stops never does."""

    def acts(doers: Mapping[str, Doer]) -> Callable[[Request, Present], Awaitable[Response]]:
        async def act(request: Request, who: Present) -> Response:
            number = request.path_params["broadcast_id"]
            doing = _Act(means, number, who)
            doing.form = dict(await read_form(request))
            doer = doers.get(doing.form.get("act", ""))
            if doer is None:
                raise NowhereError
            return see_other(f"/staff/broadcasts/{number}?done={await _done(doer, doing)}")

        return act

    def route(where: str, doers: Mapping[str, Doer], right: Right, *, fresh: bool) -> BaseRoute:
        path = f"/staff/broadcasts/{{broadcast_id:number}}/{where}"
        return guarded(means.desk, path, acts(doers), right, method="POST", fresh=fresh)

    return [
        route("acts", QUICK, Right.WRITE, fresh=False),
        route("sending", SENDING, Right.WRITE, fresh=True),
        route("approval", APPROVAL, Right.APPROVE, fresh=True),
    ]


async def _done(doer: Doer, doing: _Act) -> str:
    """Do an act, and give the word for what was done; RefusedError says in Japanese why it is not."""
    try:
        return await doer(doing)
    except NoBroadcastError:
        raise NowhereError from None
    except BroadcastRefusedError as error:
        raise RefusedError("／".join(wording.refusal(reason) for reason in error.reasons)) from None
