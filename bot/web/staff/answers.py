"""Staff keep the answer table: add, change and take away rows, see them as phones do, and try what the bot says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff import answer_forms
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending.outlook import Outlook
from bot.web.staff.sending.previews import Preview, previews
from bot.web.staff.trying import Tried, foretell
from handlers import answering, messages
from handlers.answering import FullTableError, OutdatedRowError
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, Texts
from storage import answers
from storage.facts import AnswerRow, StoredAnswer

VERSIONS = 10
CHANGED = "ほかの人が先に直しました。下の「いま使われている答え」を見て、よければもう一度保存してください。"
GONE = "ほかの人が先に、この答えを表から外しました。"
FULL = f"答えは{answers.MOST}までです。使っていないものを外してください。"
DONE = {"added": "表に足しました。", "changed": "直しました。", "removed": "表から外しました。"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the form of one row shows: what was typed, and what stands beside it."""

    form: Mapping[str, str]
    one: StoredAnswer | None = None
    row: AnswerRow | None = None  # to be drawn as phones do
    error: str = ""
    theirs: AnswerRow | None = None


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give ``/staff/answers`` with its test box, ``/staff/answers/new`` and one row's page."""

    async def show(request: Request, who: Present) -> Response:
        return await _list(desk, who, done=DONE.get(request.query_params.get("done", ""), ""))

    async def attempt(request: Request, who: Present) -> Response:
        tried = (await read_form(request)).get("tried", "")
        said = await desk.read(partial(foretell, tried=tried, programme=desk.programme(), texts=outlook.texts))
        return await _list(desk, who, tried=tried, said=said)

    async def begin(_: Request, who: Present) -> Response:
        return await _page(desk, outlook, who, Written(form={}))

    async def make(request: Request, who: Present) -> Response:
        form = await read_form(request)
        if form.get("act", "").startswith("begin"):
            return await _page(desk, outlook, who, Written(form=_from_puzzle(form)))
        return await _save(desk, outlook, who, Written(form=form))

    async def look(request: Request, who: Present) -> Response:
        one = await _find(desk, request)
        return await _page(desk, outlook, who, Written(form=answer_forms.fill(one.row), one=one, row=one.row))

    async def change(request: Request, who: Present) -> Response:
        form, one = await read_form(request), await _find(desk, request)
        if form.get("act") == "remove":
            return await _remove(desk, who, one, form.get("seen", ""))
        return await _save(desk, outlook, who, Written(form=form, one=one))

    return [
        guarded(desk, "/staff/answers", show, Right.ANSWERS),
        guarded(desk, "/staff/answers", attempt, Right.ANSWERS, method="POST"),
        guarded(desk, "/staff/answers/new", begin, Right.ANSWERS),
        guarded(desk, "/staff/answers/new", make, Right.ANSWERS, method="POST"),
        guarded(desk, "/staff/answers/{answer_id:number}", look, Right.ANSWERS),
        guarded(desk, "/staff/answers/{answer_id:number}", change, Right.ANSWERS, method="POST"),
    ]


async def _find(desk: Desk, request: Request) -> StoredAnswer:
    one = await desk.read(partial(answers.find, answer_id=request.path_params["answer_id"]))
    if one is None:
        raise NowhereError
    return one


def _from_puzzle(form: Mapping[str, str]) -> dict[str, str]:
    """Begin a row with what nobody understood."""
    begun = {f"words.{form.get('language', JAPANESE)}": form.get("words", "")}
    return {**begun, "kind": "action"} if form.get("act") == "begin-action" else begun


async def _save(desk: Desk, outlook: Outlook, who: Present, typed: Written) -> Response:
    """Store what was written; or give it back with how it looks, or with what does not fit."""
    form, one = typed.form, typed.one
    try:
        row = answer_forms.read(form, desk.programme(), one.row.code if one else "")
        if form.get("act") == "preview":
            return await _page(desk, outlook, who, Written(form=form, one=one, row=row))
        await _store(desk, who, one, row, form.get("seen", ""))
    except RefusedError as error:
        return await _page(desk, outlook, who, Written(form=form, one=one, error=str(error)))
    except OutdatedRowError:
        return await _give_back(desk, outlook, who, typed)
    return see_other(f"/staff/answers?done={'changed' if one else 'added'}")


async def _store(desk: Desk, who: Present, one: StoredAnswer | None, row: AnswerRow, seen: str) -> None:
    now = desk.clock.now()
    if one is None:
        try:
            await desk.write(partial(answering.add, row=row, by=who.name, now=now))
        except FullTableError:
            raise RefusedError(FULL) from None
        return
    if seen != str(one.version):
        raise OutdatedRowError
    await desk.write(partial(answering.change, seen=one, row=row, by=who.name, now=now))


async def _give_back(desk: Desk, outlook: Outlook, who: Present, typed: Written) -> Response:
    """Give back what was written beside what another has saved meanwhile; saved again, it takes that one's place."""
    now = await desk.read(partial(answers.find, answer_id=typed.one.id if typed.one else 0))
    if now is None:
        raise RefusedError(GONE)
    return await _page(desk, outlook, who, Written(form=typed.form, one=now, error=CHANGED, theirs=now.row))


async def _remove(desk: Desk, who: Present, one: StoredAnswer, seen: str) -> Response:
    version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0
    unit = partial(answering.remove, answer_id=one.id, version=version, by=who.name, now=desk.clock.now())
    try:
        await desk.write(unit)
    except OutdatedRowError:
        raise RefusedError("ほかの人が先に直しました。ページを開きなおして、見てから外してください。") from None
    return see_other("/staff/answers?done=removed")


async def _list(desk: Desk, who: Present, *, done: str = "", tried: str = "", said: Tried | None = None) -> Response:
    rows = await desk.read(answers.list_all)
    titles = {action.code: action.title[JAPANESE] for action in desk.programme().actions}
    return desk.render("answers.html", who=who, rows=rows, titles=titles, done=done, tried=tried, said=said)


async def _page(desk: Desk, outlook: Outlook, who: Present, shown: Written) -> Response:
    one, programme = shown.one, desk.programme()
    versions = await desk.read(partial(answers.list_versions, answer_id=one.id, limit=VERSIONS)) if one else []
    values: dict[str, Any] = {
        "form": shown.form,
        "one": one,
        "error": shown.error,
        "languages": answer_forms.languages(programme),
        "actions": [(action.code, action.title[JAPANESE]) for action in programme.actions],
        "is_action": bool(shown.form.get("action")) or shown.form.get("kind") == "action",
        "looks": _draw(shown.row, outlook.texts),
        "theirs": _draw(shown.theirs, outlook.texts),
        "versions": [(number, by, at, answer_forms.fill(row)) for number, by, at, row in versions],
    }
    return desk.render("answer.html", who=who, status=409 if shown.error else 200, **values)


def _draw(row: AnswerRow | None, texts: Texts) -> list[Preview]:
    """Draw a row in each language it is written in, as in the chat."""
    if row is None or row.action:
        return []
    said = {tag: messages.dump(answering.compose(row, texts.of(tag)).messages) for tag in row.lines}
    return previews(said)
