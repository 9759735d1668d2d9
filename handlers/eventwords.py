"""Puts an event's facts into a reader's language: when, where, for whom, at what cost, which seats. Pure wording.

It is given `texts.Words` rather than a talk, so that chats, notices, web pages and posts say the same. The facts are
in the reader's language even where the city wrote its description in another.
"""

from datetime import datetime
from typing import Protocol

from handlers.rules.calendar import TOKYO, tokyo_day
from handlers.rules.registration import has_begun, is_over
from handlers.texts import JAPANESE, _, format_day, format_moment, format_number, format_time, name_language
from storage.facts import (
    AudienceKind,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    PartFacts,
    PartState,
    RegistrationState,
    Texts,
)


class Words(Protocol):
    """What wording needs of a language: `handlers.texts.Words`."""

    language: str

    def say(self, message: str, /, **values: object) -> str:
        """Say a text of ours."""
        ...


KINDS = {
    EventKind.SEMINAR: _("セミナー"),
    EventKind.WORKSHOP: _("ワークショップ"),
    EventKind.COURSE: _("講座"),
    EventKind.VISIT: _("見学"),
    EventKind.CLEANUP: _("清掃活動"),
}
_ONLINE_KINDS = {EventKind.SEMINAR: _("Webセミナー"), EventKind.WORKSHOP: _("Webワークショップ")}
AUDIENCES = {AudienceKind.PUBLIC: _("市民の方"), AudienceKind.COMPANY: _("企業の方")}
STATES = {
    RegistrationState.SEATED: _("申し込み済み（席があります）"),
    RegistrationState.OFFERED: _("席が空きました（お返事をお待ちしています）"),
    RegistrationState.WAITING: _("キャンセル待ち"),
    RegistrationState.CANCELLED: _("取り消し済み"),
    RegistrationState.LAPSED: _("お返事の期限が過ぎました"),
}


def written(words: Words, texts: Texts) -> str:
    """Choose the reader's language of what the city wrote, else Japanese; "" where it wrote nothing."""
    return texts.get(words.language) or texts.get(JAPANESE, "")


def title(words: Words, event: EventFacts) -> str:
    """Give an event's title."""
    return written(words, event.title)


def part_name(words: Words, event: EventFacts, part: PartFacts) -> str:
    """Name one date of a course: 第2回 脱炭素の計画; "" where the event has one date only."""
    if len(event.parts) < 2:
        return ""
    named = written(words, part.title)
    if not named:
        return words.say("第{number}回", number=part.number)
    return words.say("第{number}回 {title}", number=part.number, title=named)


def day(words: Words, event: EventFacts, part: PartFacts) -> str:
    """Give a part's day, short, for lists: 11月26日(木); while the date is open what is known of it."""
    if part.starts_at is None:
        return written(words, event.date_words) or words.say("日時は未定です")
    return _day(words, event, part.starts_at)


def _day(words: Words, event: EventFacts, at: datetime) -> str:
    """Name a day, with its year where that is not the one in which the event was announced."""
    announced = event.published_at or event.changed_at
    return format_day(tokyo_day(at), words.language, year=tokyo_day(at).year != tokyo_day(announced).year)


def starts(words: Words, event: EventFacts, part: PartFacts) -> str:
    """Say when a part begins: 11月26日(木) 午後2時から; "Thu 26 Nov, from 2:00 pm"."""
    if part.starts_at is None:
        return _open_date(words, event)
    return moment_from(words, event, part.starts_at)


def moment_from(words: Words, event: EventFacts, at: datetime) -> str:
    """Say a moment at which something begins, such as the one before a move."""
    return words.say("{day} {start}から", day=_day(words, event, at), start=format_time(at, words.language))


def when(words: Words, event: EventFacts, part: PartFacts) -> str:
    """Say from when to when: 11月26日(木) 午後2時から4時まで; "Thu 26 Nov, 2:00 pm to 4:00 pm"."""
    if part.starts_at is None or part.ends_at is None:
        return starts(words, event, part)
    on, start = _day(words, event, part.starts_at), format_time(part.starts_at, words.language)
    end = _end(words, event, part.starts_at, part.ends_at)
    return words.say("{day} {start}から{end}まで", day=on, start=start, end=end)


def _end(words: Words, event: EventFacts, start: datetime, end: datetime) -> str:
    """Say an end as people do: 午後 is not said twice, another day is named."""
    clock = format_time(end, words.language)
    if tokyo_day(end) != tokyo_day(start):
        return f"{_day(words, event, end)} {clock}"
    same_half = (start.astimezone(TOKYO).hour < 12) == (end.astimezone(TOKYO).hour < 12)
    return clock[len("午後") :] if same_half and words.language.startswith(JAPANESE) else clock


def _open_date(words: Words, event: EventFacts) -> str:
    about = written(words, event.date_words)
    return words.say("{about}、くわしい日時は未定です", about=about) if about else words.say("日時は未定です")


def event_day(words: Words, event: EventFacts) -> str:
    """Give an event's first day, short; of a course also how many dates it has: 1月26日(水)から（全6回）."""
    parts = planned_parts(event)
    first = day(words, event, _first(event))
    return first if len(parts) < 2 else words.say("{day}から（全{count}回）", day=first, count=len(parts))


def event_when(words: Words, event: EventFacts) -> str:
    """Say when an event is held; of a course its first date and how many there are."""
    parts = planned_parts(event)
    if len(parts) < 2:
        return when(words, event, _first(event))
    return words.say("{first}（全{count}回）", first=starts(words, event, _first(event)), count=len(parts))


def planned_parts(event: EventFacts) -> tuple[PartFacts, ...]:
    """List the parts that are not cancelled."""
    return tuple(part for part in event.parts if part.state is not PartState.CANCELLED)


def _first(event: EventFacts) -> PartFacts:
    """Give the part that an event is known by: the first dated one, else the first."""
    parts = planned_parts(event) or event.parts
    dated = [part for part in parts if part.starts_at is not None]
    return min(dated, key=lambda part: str(part.starts_at)) if dated else parts[0]


def place(words: Words, event: EventFacts) -> str:
    """Say where one takes part: オンライン, a venue, or both."""
    venue = written(words, event.place)
    if event.mode is EventMode.ONLINE:
        return words.say("オンライン")
    if event.mode is EventMode.VENUE:
        return venue or words.say("会場は未定です")
    if not venue:
        return words.say("会場またはオンライン")
    return words.say("{place} またはオンライン", place=venue)


def cost(words: Words, event: EventFacts) -> str:
    """Say what it costs: 無料, 500円, with the city's note where there is one."""
    yen = format_number(event.cost_yen, words.language)
    price = words.say("{yen}円", yen=yen) if event.cost_yen else words.say("無料")
    note = written(words, event.cost_note)
    return words.say("{price}（{note}）", price=price, note=note) if note else price


def held_in(words: Words, event: EventFacts) -> str:
    """Say in which language it is held and into which it is interpreted: 日本語（英語の通訳つき）."""
    spoken = _listed(words, event.held_in)
    if not event.interpreted_into:
        return spoken
    into = _listed(words, event.interpreted_into)
    return words.say("{spoken}（{into}の通訳つき）", spoken=spoken, into=into)


def _listed(words: Words, tags: tuple[str, ...]) -> str:
    return words.say("・").join(name_language(tag, words.language) for tag in tags)


def kind(words: Words, event: EventFacts) -> str:
    """Name an event's kind: Webセミナー, 講座."""
    online = _ONLINE_KINDS.get(event.kind) if event.mode is EventMode.ONLINE else None
    return words.say(online or KINDS[event.kind])


def audience(words: Words, event: EventFacts) -> str:
    """Say whom it is for: 市民の方・企業の方."""
    return words.say("・").join(words.say(AUDIENCES[each]) for each in event.audiences)


def seats(words: Words, part: PartFacts, waiting: int = 0) -> str:
    """Say how many seats are left, or how many people wait for one; "" where everybody finds a seat."""
    if part.capacity is None:
        return ""
    left = part.capacity - part.taken
    if left > 0 and not waiting:
        return words.say("残り{left}席（定員{capacity}人）", left=left, capacity=part.capacity)
    if waiting:
        return words.say("満席です（キャンセル待ち {waiting}人）", waiting=waiting)
    return words.say("満席です（キャンセル待ちを受け付けています）")


def state(words: Words, event: EventFacts, now: datetime) -> str:
    """Say what keeps a person from registering now; "" where nothing does."""
    match event.state:
        case EventState.CANCELLED:
            return words.say("このイベントは中止になりました。")
        case EventState.HELD:
            return words.say("このイベントは終わりました。")
        case EventState.DRAFT:
            return words.say("このイベントはまだ公開されていません。")
    if all(is_over(part, now) for part in planned_parts(event)):
        return words.say("このイベントは終わりました。")
    if event.state is EventState.CLOSED or (event.closes_at and now >= event.closes_at):
        return words.say("申し込みは締め切りました。")
    if event.opens_at and now < event.opens_at:
        return words.say("申し込みは{moment}から受け付けます。", moment=format_moment(event.opens_at, words.language))
    left = open_parts(event, now)
    too_late = len(left) < len(planned_parts(event)) if event.whole_only else not left
    return words.say("申し込みは締め切りました。") if too_late else ""


def open_parts(event: EventFacts, now: datetime) -> tuple[PartFacts, ...]:
    """List the parts that have not begun: what one may still register for, other things being equal."""
    return tuple(part for part in event.parts if not is_over(part, now) and not has_begun(part, now))


def registration(words: Words, held: RegistrationState, place_in_line: int = 0) -> str:
    """Say where a person stands with a part, with the place in the line of who waits: キャンセル待ち 3番目."""
    if held is RegistrationState.WAITING and place_in_line:
        return words.say("キャンセル待ち {place}番目", place=place_in_line)
    return words.say(STATES[held])


def facts(words: Words, event: EventFacts) -> tuple[str, ...]:
    """Give the lines that every reader needs, in their language: when, where, cost, language, whom it is for."""
    return (
        words.say("日時：{when}", when=event_when(words, event)),
        words.say("場所：{place}", place=place(words, event)),
        words.say("費用：{cost}", cost=cost(words, event)),
        words.say("使うことば：{language}", language=held_in(words, event)),
        words.say("対象：{audience}", audience=audience(words, event)),
    )


def description(words: Words, event: EventFacts) -> tuple[str, ...]:
    """Give what the city wrote of an event; in another language than the reader's with a word that says so."""
    said = written(words, event.description)
    if not said:
        return ()
    own = event.description.get(words.language)
    return (said,) if own else (words.say("（くわしい説明は日本語です）"), said)
