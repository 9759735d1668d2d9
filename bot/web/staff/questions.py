"""Staff see what people asked, claim it, answer it into the chat and close it; who reads one is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
from bot.web.staff.sending.outlook import Outlook
from handlers import advising
from handlers.advising import OvertakenError, Post, Unreached, UnreachedError
from handlers.alerting import PLATFORMS
from handlers.rules import person_codes
from handlers.rules.calendar import tokyo_day
from handlers.rules.roles import Right
from storage import accounts, audit, inquiries, quotas
from storage.facts import AccountFacts, ChannelName
from storage.inquiries import InquiryFacts, InquiryState

PAGE = 50
LATEST = 20
OVERTAKEN = "先に、ほかの人が答えたか、質問が続きました。下を読んで、よければもう一度送ってください。"
UNREACHED = {
    Unreached.GONE: "この人はもういないので、答えは届きません。",
    Unreached.BLOCKED: "この人はボットをブロックしているので、答えは届きません。",
    Unreached.PAUSED: "この人はお知らせを休んでいるので、いまは答えを届けられません。もどせるのは、その人だけです。",
    Unreached.CHANNEL_OFF: "この人のアプリへの送信が切ってあるので、答えを届けられません。",
}
STATES = {
    InquiryState.OPEN: "答えを待っています",
    InquiryState.ANSWERED: "答えました",
    InquiryState.CLOSED: "終わりました",
}
CALLS = {
    "waiting": "これから送ります",
    "sending": "送っています",
    "accepted": "受け付けられました",
    "unknown": "届いたか分かりません",
    "refused": "届きませんでした",
    "expired": "時間切れで、届きませんでした",
    "skipped": "送りませんでした",
}
DONE = {
    "answered": "送信箱に入れました。まもなく届きます。",
    "claimed": "引き受けました。",
    "closed": "終わりにしました。",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer costs: messages of the month's quota, and how many are left (None: not known or no limit)."""

    messages: int
    left: int | None


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give ``/staff/questions`` and the page of one question."""

    async def show(request: Request, who: Present) -> Response:
        after = _read_key(request.query_params.get("after", ""))
        return desk.render("questions.html", who=who, **await desk.read(partial(_list, desk=desk, after=after)))

    async def look(request: Request, who: Present) -> Response:
        done = DONE.get(request.query_params.get("done", ""), "")
        number, now = request.path_params["inquiry_id"], desk.clock.now()
        await desk.write(partial(_note_look, inquiry_id=number, by=who.name, now=now))
        return await _page(desk, outlook, who, number, done=done)

    async def act(request: Request, who: Present) -> Response:
        form, number = await read_form(request), request.path_params["inquiry_id"]
        try:
            done = await _act(desk, outlook, who, number, form)
        except OvertakenError:
            return await _page(desk, outlook, who, number, error=OVERTAKEN, typed=form.get("answer", ""))
        except UnreachedError as error:
            return await _page(desk, outlook, who, number, error=UNREACHED[error.why], typed=form.get("answer", ""))
        except RefusedError as error:
            return await _page(desk, outlook, who, number, error=str(error), typed=form.get("answer", ""))
        return see_other(f"/staff/questions/{number}?done={done}")

    return [
        guarded(desk, "/staff/questions", show, Right.QUESTIONS),
        guarded(desk, "/staff/questions/{inquiry_id:number}", look, Right.QUESTIONS),
        guarded(desk, "/staff/questions/{inquiry_id:number}", act, Right.QUESTIONS, method="POST"),
    ]


async def _act(desk: Desk, outlook: Outlook, who: Present, number: int, form: Mapping[str, str]) -> str:
    """Do what a button stands for; gives what was done."""
    now, seen = desk.clock.now(), read_number(form.get("seen", "")) or 0
    match form.get("act"):
        case "claim":
            await desk.write(partial(advising.claim, inquiry_id=number, version=seen, by=who.name, now=now))
            return "claimed"
        case "close":
            await desk.write(partial(advising.close, inquiry_id=number, version=seen, by=who.name, now=now))
            return "closed"
        case _:
            words = _read_answer(form.get("answer", ""))
            post = Post(senders=outlook.senders, texts=outlook.texts, real_now=desk.clock.real())
            unit = partial(advising.answer, inquiry_id=number, version=seen, words=words, post=post)
            await desk.write(partial(unit, by=who.name, now=now))
            return "answered"


def _read_answer(typed: str) -> str:
    words = typed.replace("\r\n", "\n").strip()
    if not words:
        raise RefusedError("答えを書いてください。")
    if len(words) > advising.LONGEST:
        raise RefusedError(f"答えは{advising.LONGEST:,}文字までです。いまは{len(words):,}文字です。")
    return words


def _note_look(connection: Connection, inquiry_id: int, by: str, now: datetime) -> None:
    if inquiries.find(connection, inquiry_id) is not None:
        audit.add(connection, by, "inquiry.look", f"inquiry:{inquiry_id}", now)


def _list(connection: Connection, desk: Desk, after: tuple[date, int] | None) -> dict[str, Any]:
    found = inquiries.list_due(connection, PAGE + 1, after)
    rows, answered = found[:PAGE], inquiries.list_latest(connection, InquiryState.ANSWERED, LATEST)
    return {
        "rows": rows,
        "more": f"{rows[-1].due_on.isoformat()}.{rows[-1].id}" if len(found) > PAGE else "",
        "answered": answered,
        "first": inquiries.list_first_words(connection, [one.id for one in (*rows, *answered)]),
        "today": tokyo_day(desk.clock.now()),
    }


def _read_key(written: str) -> tuple[date, int] | None:
    """Read where the page before ended."""
    day, _, number = written.partition(".")
    after = read_number(number)
    try:
        return None if after is None else (date.fromisoformat(day), after)
    except ValueError:
        return None


async def _page(
    desk: Desk, outlook: Outlook, who: Present, number: int, *, done: str = "", error: str = "", typed: str = ""
) -> Response:
    values = await desk.read(partial(_gather, desk=desk, outlook=outlook, number=number))
    shown = {
        "done": done,
        "error": error,
        "typed": typed,
        "states": STATES,
        "calls": CALLS,
        "longest": advising.LONGEST,
    }
    return desk.render("question.html", who=who, status=409 if error else 200, **shown, **values)


def _gather(connection: Connection, desk: Desk, outlook: Outlook, number: int) -> dict[str, Any]:
    one = inquiries.find(connection, number)
    if one is None:
        raise NowhereError
    account = next((a for a in accounts.list_of_person(connection, one.person_id) if a.id == one.account_id), None)
    fault = advising.find_fault(connection, one, outlook.senders)
    return {
        "one": one,
        "lines": inquiries.list_lines(connection, number),
        "code": person_codes.write(one.person_id),
        "account": account,
        "platform": PLATFORMS.get(account.channel, account.channel) if account else "",
        "fault": UNREACHED[fault] if fault and _is_live(one) else "",
        "cost": _cost(connection, desk, account),
        "is_live": _is_live(one),
        "today": tokyo_day(desk.clock.now()),
    }


def _is_live(one: InquiryFacts) -> bool:
    return one.state is not InquiryState.CLOSED


def _cost(connection: Connection, desk: Desk, account: AccountFacts | None) -> Cost:
    """Say what a push costs: one message of LINE's quota; elsewhere nothing."""
    if account is None or account.channel is not ChannelName.LINE:
        return Cost(0, None)
    told = quotas.find(connection, ChannelName.LINE, desk.clock.real())
    return Cost(1, told.left if told else None)
