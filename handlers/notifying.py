"""Puts what a person is told about a part into words, in their language; pure, and decides neither whether nor when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import eventwords
from handlers.messages import Card, Choice, Message
from handlers.rules.calendar import tokyo_day
from handlers.texts import Words, format_moment, format_number
from storage.facts import EventFacts, EventMode, NoticeFacts, NoticeKind, PartFacts, RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice with what its words need. ``seats`` counts the person and the companions of the same part.

    What is read from ``notice.detail``: see NoticeFacts.
    """

    notice: NoticeFacts
    event: EventFacts
    part: PartFacts
    words: Words
    seats: int = 1
    state: RegistrationState | None = None
    offered_until: datetime | None = None

    def say(self, sentence: str, **values: object) -> str:
        """Put a sentence into the person's language."""
        return self.words.say(sentence, **values)

    def choice(self, sentence: str, data: str) -> Choice:
        """Make a button out of a sentence."""
        return Choice(self.say(sentence), data)


def compose(told: Told) -> tuple[Message, ...]:
    """Compose the one card that a notice is."""
    return (_CARDS[told.notice.kind](told),)


def _reminder(told: Told) -> Card:
    lines = (*_what(told), *_when_and_where(told), *_seats(told))
    buttons = (told.choice("入場コードを見る", f"pass:{told.part.id}"), _cancel(told))
    return Card(_reminder_title(told), lines, (*_joining(told), *buttons))


def _reminder_title(told: Told) -> str:
    """Say how soon it begins: a reminder kept out of the quiet hours comes the evening before."""
    starts_at, due_at = told.part.starts_at, told.notice.due_at
    if starts_at is None or tokyo_day(starts_at) != tokyo_day(due_at):
        return told.say("明日のイベントです")
    is_near = starts_at - due_at <= timedelta(hours=1)
    return told.say("まもなく始まります") if is_near else told.say("今日のイベントです")


def _seated(told: Told) -> Card:
    kind = told.say("ご都合が悪いときは「席を返す」を押してください。席は次の方にまわります。")
    lines = (*_what(told), *_when_and_where(told), *_seats(told), kind)
    return Card(told.say("席が決まりました"), lines, (*_joining(told), *_pass_and_back(told)))


def _offered(told: Told) -> Card:
    until = told.offered_until or told.notice.not_after
    asked = told.say(
        "{moment}まで席をとっておきます。それまでにお返事ください。",
        moment=format_moment(until, told.words.language),
    )
    buttons = (
        told.choice("この席を受ける", f"seat:{told.part.id}"),
        told.choice("今回は見送る", f"back:{told.part.id}"),
    )
    return Card(told.say("席が空きました"), (*_what(told), *_when_and_where(told), *_seats(told), asked), buttons)


def _lapsed(told: Told) -> Card:
    why = told.say("席は次の方にまわりました。")
    return Card(told.say("お返事の期限が過ぎました"), (*_what(told), *_when(told), why), (_look(told),))


def _bumped(told: Told) -> Card:
    sorry = told.say("申し訳ありません。定員が減ったため、キャンセル待ちに変わりました。")
    hope = told.say("順番は前のほうです。席が空いたら、ここでお知らせします。")
    lines = (*_what(told), *_when_and_where(told), *_seats(told), sorry, hope)
    return Card(told.say("キャンセル待ちになりました"), lines, (_own(told), _cancel(told)))


def _moved(told: Told) -> Card:
    before = _before(told)
    title = told.say("日時が変わりました") if before.starts_at else told.say("日時が決まりました")
    lines = (*_what(told), *_times(told, before), *_where(told), *_seats(told))
    if told.state is RegistrationState.WAITING:
        return Card(title, (*lines, told.say("キャンセル待ちは続いています。")), (_own(told), _cancel(told)))
    kind = told.say("申し込みはそのままです。ご都合が合わないときは「席を返す」を押してください。")
    return Card(title, (*lines, kind), (_own(told), _back(told)))


def _times(told: Told, before: PartFacts) -> tuple[str, ...]:
    """Say the new time first, which is what matters; the old one only where there was one."""
    if before.starts_at is None:
        return _when(told)
    was, now = (eventwords.when(told.words, told.event, part) for part in (before, told.part))
    return (told.say("変更後：{when}", when=now), told.say("変更前：{when}", when=was))


def _cancelled(told: Told) -> Card:
    is_whole = "whole" in told.notice.detail or len(told.event.parts) < 2
    what = _what(told)[:1] if is_whole else _what(told)
    planned = told.say("予定していた日時：{when}", when=eventwords.when(told.words, told.event, _before(told)))
    others = (told.choice("ほかのイベントを見る", "events"),)
    if is_whole:
        sorry = told.say("申し訳ありません。このイベントは中止になりました。")
        return Card(told.say("中止のお知らせ"), (*what, planned, sorry), others)
    sorry = told.say("申し訳ありません。この回は中止になりました。")
    return Card(told.say("中止のお知らせ"), (*what, planned, sorry), (_own(told), *others))


def _thanks(told: Told) -> Card:
    points = int(told.notice.detail.get("points", "0"))
    earned = (told.say("+{points}ポイント", points=format_number(points, told.words.language)),) if points else ()
    menu = told.choice("メニュー", "menu")
    lines, title = (*_what(told), *earned), told.say("ご参加ありがとうございました")
    if not told.event.survey:
        return Card(title, lines, (menu,))
    asked = told.say("よろしければ、短いアンケートにお答えください。")
    survey = told.choice("アンケートに答える", f"survey:{told.event.id}")
    return Card(title, (*lines, asked), (survey, menu))


_CARDS: dict[NoticeKind, Callable[[Told], Card]] = {
    NoticeKind.DAY_BEFORE: _reminder,
    NoticeKind.HOUR_BEFORE: _reminder,
    NoticeKind.SEATED: _seated,
    NoticeKind.OFFERED: _offered,
    NoticeKind.OFFER_LAPSED: _lapsed,
    NoticeKind.BUMPED: _bumped,
    NoticeKind.MOVED: _moved,
    NoticeKind.CANCELLED: _cancelled,
    NoticeKind.THANKS: _thanks,
}


def _what(told: Told) -> tuple[str, ...]:
    name = eventwords.part_name(told.words, told.event, told.part)
    title = eventwords.title(told.words, told.event)
    return (title, name) if name else (title,)


def _when(told: Told) -> tuple[str, ...]:
    return (told.say("日時：{when}", when=eventwords.when(told.words, told.event, told.part)),)


def _where(told: Told) -> tuple[str, ...]:
    return (told.say("場所：{place}", place=eventwords.place(told.words, told.event)),)


def _when_and_where(told: Told) -> tuple[str, ...]:
    return (*_when(told), *_where(told))


def _before(told: Told) -> PartFacts:
    """Give the part as the person last knew it."""
    detail = told.notice.detail
    if "was_starts_at" not in detail:
        return told.part
    starts_at, ends_at = (_moment(detail.get(name, "")) for name in ("was_starts_at", "was_ends_at"))
    return replace(told.part, starts_at=starts_at, ends_at=ends_at)


def _moment(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _seats(told: Told) -> tuple[str, ...]:
    """Name the seats of who comes with others; nobody but the person who brings them is told."""
    if told.seats < 2:
        return ()
    return (told.say("人数：{count}人（同行者をふくみます）", count=told.seats),)


def _joining(told: Told) -> tuple[Choice, ...]:
    """Link to where it is held online; only who has a seat is ever given the address."""
    has_link = told.event.mode is not EventMode.VENUE and told.event.joining_url
    return (Choice(told.say("オンラインで参加する"), url=told.event.joining_url),) if has_link else ()


def _pass_and_back(told: Told) -> tuple[Choice, ...]:
    return (told.choice("入場コードを見る", f"pass:{told.part.id}"), _back(told))


def _back(told: Told) -> Choice:
    return told.choice("席を返す", f"back:{told.part.id}")


def _cancel(told: Told) -> Choice:
    return told.choice("申し込みを取り消す", f"unreg:{told.event.id}")


def _own(told: Told) -> Choice:
    return told.choice("申し込みを見る", f"mine:{told.event.id}")


def _look(told: Told) -> Choice:
    return told.choice("イベントを見る", f"ev:{told.event.id}")
