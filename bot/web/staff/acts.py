"""Staff's acts on a whole event or part: each is first shown with how many people are told, then done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff import rosters, wording
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event
from bot.web.staff.present import Present
from handlers import arranging, attending
from handlers.arranging import ArrangementRefusedError
from handlers.rules.roles import Right
from storage.clock import TOKYO
from storage.facts import EventFacts, PartFacts, PartState, Programme

Form = Mapping[str, str]
LARGEST_CAPACITY = 1_000_000
CHANGED = "ほかの人が先に変えました。いまの様子を見てから、もう一度押してください。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something now, under which programme."""

    by: str
    now: datetime
    programme: Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One act as it is shown before it is done. ``concerned`` are the parts whose people are told."""

    title: str
    lines: tuple[str, ...]
    button: str
    concerned: tuple[PartFacts, ...]
    do: Callable[[Connection, Act], object]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: how many chats get a message, and who must be telephoned because nobody can write to them."""

    by_chat: int
    by_telephone: tuple[str, ...]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/events/{id}/acts``: without ``confirmed`` it only shows what would happen."""

    async def act(request: Request, who: Present) -> Response:
        event_id, form = request.path_params["event_id"], await read_form(request)
        now = desk.clock.now()
        if form.get("confirmed") != "yes":
            shown = await desk.read(lambda connection: _shown(connection, event_id, form, now))
            return desk.render("confirm.html", who=who, form=_kept(form), **shown)
        doing = Act(by=who.name, now=now, programme=desk.programme())
        await desk.write(lambda connection: _do(connection, event_id, form, doing))
        return see_other(f"/staff/events/{event_id}?done={form['act']}")

    return [guarded(desk, "/staff/events/{event_id:number}/acts", act, Right.ARRANGE, method="POST")]


def read_intent(event: EventFacts, form: Form, now: datetime) -> Intent:
    """Read what is to be done from a form; RefusedError says in Japanese what does not fit."""
    reader = READERS.get(form.get("act", ""))
    if reader is None:
        raise RefusedError("この操作はありません。")
    return reader(event, form, now)


def read_moment(text: str, what: str) -> datetime:
    """Read a field of date and time as Tokyo's; RefusedError where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{what}を、日付と時刻の両方で書いてください。") from None
    return moment.replace(tzinfo=TOKYO) if moment.tzinfo is None else moment


def _shown(connection: Connection, event_id: int, form: Form, now: datetime) -> dict[str, Any]:
    event = find_event(connection, event_id)
    intent = read_intent(event, form, now)
    return {"event": event, "intent": intent, "audience": _audience(connection, intent.concerned)}


def _audience(connection: Connection, parts: tuple[PartFacts, ...]) -> Told:
    chats: set[int] = set()
    calls: dict[int, str] = {}
    for part in parts:
        for entry in rosters.entries(connection, part):
            if entry.must_be_telephoned:
                calls[entry.registration.person_id] = entry.name
            else:
                chats.add(entry.registration.party)
    return Told(len(chats - set(calls)), tuple(sorted(calls.values())))


def _do(connection: Connection, event_id: int, form: Form, act: Act) -> None:
    """Do what was shown, unless the event has changed since."""
    event = find_event(connection, event_id)
    if form.get("seen") != str(event.sequence):
        raise RefusedError(CHANGED)
    try:
        read_intent(event, form, act.now).do(connection, act)
    except ArrangementRefusedError as error:
        raise RefusedError(str(error)) from None


def _kept(form: Form) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in ("confirmed", "seen")}


def _publish(event: EventFacts, form: Form, now: datetime) -> Intent:
    return Intent(
        title="イベントを公開します",
        lines=(
            "だれでも見て、申し込めるようになります。",
            "設定があれば、Telegramの公開チャンネルにも一度だけ流れます。",
        ),
        button="公開する",
        concerned=(),
        do=lambda connection, act: arranging.publish(connection, event.id, by=act.by, now=act.now),
    )


def _close(event: EventFacts, form: Form, now: datetime) -> Intent:
    return Intent(
        title="申し込みを締め切ります",
        lines=("新しい申し込みはできなくなります。いまの席とキャンセル待ちはそのままです。",),
        button="申し込みを締め切る",
        concerned=(),
        do=lambda connection, act: arranging.close(connection, event.id, by=act.by, now=act.now),
    )


def _cancel_event(event: EventFacts, form: Form, now: datetime) -> Intent:
    return Intent(
        title="イベントを中止します",
        lines=("すべての回が中止になります。元に戻すことはできません。", *_spans(event.parts)),
        button="中止する",
        concerned=event.parts,
        do=lambda connection, act: arranging.cancel_event(connection, event.id, by=act.by, now=act.now),
    )


def _cancel_part(event: EventFacts, form: Form, now: datetime) -> Intent:
    part = _part(event, form)
    return Intent(
        title=f"{wording.part_name(event, part) or 'この回'}を中止します",
        lines=("元に戻すことはできません。", *_spans((part,))),
        button="この回を中止する",
        concerned=(part,),
        do=lambda connection, act: arranging.cancel_part(connection, part.id, by=act.by, now=act.now),
    )


def _move(event: EventFacts, form: Form, now: datetime) -> Intent:
    part = _part(event, form)
    starts_at, ends_at = (
        read_moment(form.get("starts_at", ""), "始まり"),
        read_moment(form.get("ends_at", ""), "終わり"),
    )
    if starts_at <= now:
        raise RefusedError(f"{wording.moment(starts_at)}は、もう過ぎています。")
    if ends_at <= starts_at:
        raise RefusedError("終わりは、始まりよりあとにしてください。")
    return Intent(
        title="日時を変えます" if part.starts_at else "日時を決めます",
        lines=(
            f"いま：{wording.span(part.starts_at, part.ends_at)}",
            f"これから：{wording.span(starts_at, ends_at)}",
            "曜日と、午前・午後をもう一度確かめてください。",
        ),
        button="この日時にする",
        concerned=(part,),
        do=lambda connection, act: arranging.move(connection, part.id, starts_at, ends_at, by=act.by, now=act.now),
    )


def _capacity(event: EventFacts, form: Form, now: datetime) -> Intent:
    part, text = _part(event, form), form.get("capacity", "")
    wanted = read_number(text)
    if text and (wanted is None or not 0 < wanted <= LARGEST_CAPACITY):
        raise RefusedError("定員は1以上の数で書いてください。空らんにすると、定員なしになります。")
    missing = part.taken - wanted if wanted is not None else 0
    lines = [f"いま：{_seats(part.capacity)}（うち{part.taken}席がうまっています）", f"これから：{_seats(wanted)}"]
    if missing > 0:
        lines.append(
            f"{missing}席が足りません。あとから申し込んだ人から順に、キャンセル待ちの先頭に戻り、一度だけ知らせが届きます。"
        )
    return Intent(
        title="定員を変えます",
        lines=tuple(lines),
        button="この定員にする",
        concerned=(),
        do=lambda connection, act: arranging.set_capacity(
            connection, part.id, wanted, by=act.by, now=act.now, bump=missing > 0
        ),
    )


def _not_held(event: EventFacts, form: Form, now: datetime) -> Intent:
    part = _part(event, form)
    if part.state is PartState.CANCELLED or part.starts_at is None or part.starts_at > now:
        raise RefusedError("まだ始まっていない回は、「この回を中止する」を使ってください。")
    return Intent(
        title="この回は開かれなかったことにします",
        lines=(*_spans((part,)), "出席とポイントが取り消され、開催数からも引かれます。元に戻すことはできません。"),
        button="開かれなかったことにする",
        concerned=(),
        do=lambda connection, act: attending.mark_not_held(connection, act.programme, part.id, by=act.by, now=act.now),
    )


def _part(event: EventFacts, form: Form) -> PartFacts:
    number = read_number(form.get("part", ""))
    part = event.part(number) if number is not None else None
    if part is None:
        raise RefusedError("この回は見つかりませんでした。")
    return part


def _spans(parts: tuple[PartFacts, ...]) -> tuple[str, ...]:
    return tuple(wording.span(part.starts_at, part.ends_at) for part in parts)


def _seats(capacity: int | None) -> str:
    return "定員なし" if capacity is None else f"定員{capacity}人"


READERS: Mapping[str, Callable[[EventFacts, Form, datetime], Intent]] = {
    "publish": _publish,
    "close": _close,
    "cancel-event": _cancel_event,
    "cancel-part": _cancel_part,
    "move": _move,
    "capacity": _capacity,
    "not-held": _not_held,
}
