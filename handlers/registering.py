"""Registering for an event: in one tap from its card, as a person or for a company, and kindly refused where it must.

An e-mail address is never asked for in a chat: a company's word is given on our own form.
"""

from handlers import browsing, eventwords, holding, joining, seating
from handlers.messages import Choice
from handlers.rules.registration import NoSeat
from handlers.seating import NotRegistered, Placed
from handlers.talk import Answer, Talk, card, text
from handlers.texts import _, format_moment
from storage.facts import EventFacts, EventMode

REASONS = {
    NoSeat.NOT_FOUND: _("そのイベントは見つかりませんでした。"),
    NoSeat.CLOSED: _("申し込みは締め切りました。"),
    NoSeat.PAST: _("このイベントは、もう始まったか終わりました。ほかのイベントもごらんください。"),
    NoSeat.CANCELLED: _("このイベントは中止になりました。"),
    NoSeat.FOR_COMPANIES: _("このイベントは企業の方が対象です。"),
    NoSeat.FOR_PUBLIC: _("このイベントは市民の方が対象です。"),
    NoSeat.WHOLE_ONLY: _("この講座は、全部の回をまとめてお申し込みください。"),
}


def register(talk: Talk, number: str = "", part: str = "") -> Answer:
    """Register for an event, or for one date of a course."""
    return _register(talk, number, part, as_company=False)


def register_for_company(talk: Talk, number: str = "", part: str = "") -> Answer:
    """Register as somebody sent by a company, who then gives its name on our own form."""
    return _register(talk, number, part, as_company=True)


def _register(talk: Talk, number: str, part: str, *, as_company: bool) -> Answer:
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    wanted = [one.id for one in event.parts if str(one.id) == part] if part else None
    if wanted == []:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        stopped = eventwords.state(talk.words, event, talk.now)
        return _refused(talk, event, stopped) if stopped else joining.ask_consent(talk, pending=talk.incoming.data)
    done = seating.register(
        talk.connection,
        event.id,
        talk.joined.id,
        account_id=talk.account.id,
        now=talk.now,
        part_ids=wanted,
        as_company=as_company,
    )
    return _refuse(talk, event, done.reason) if isinstance(done, NotRegistered) else _receipt(talk, event, done.places)


def _receipt(talk: Talk, event: EventFacts, places: tuple[Placed, ...]) -> Answer:
    """Say what one has now, what comes next, and the ways to more seats and back."""
    words, waiting = talk.words, [placed for placed in places if placed.place]
    lines = [eventwords.title(words, event), *(_placed(talk, event, placed) for placed in places)]
    if len(event.parts) < 2:
        lines.append(talk.say("場所：{place}", place=eventwords.place(words, event)))
    if waiting:
        lines.append(talk.say("席が空いたら、ここでお知らせします。"))
    if len(waiting) < len(places) and event.mode is not EventMode.VENUE:
        lines.append(_where_the_link_is(talk, event))
    form_line, form = holding.company_form(talk, event, places[0].registration.as_company)
    bring = (talk.choice("同行者を追加する", f"bring:{event.id}"),) if event.companions else ()
    ways = (talk.choice("申し込みを見る", f"mine:{event.id}"), talk.choice("申し込みを取り消す", f"unreg:{event.id}"))
    buttons = (*form, *bring, *ways, talk.choice("メニュー", "menu"))
    return card(_title(talk, len(waiting), len(places)), (*lines, *form_line), *buttons)


def _where_the_link_is(talk: Talk, event: EventFacts) -> str:
    if event.joining_url:
        return talk.say("オンラインの参加リンクは「申し込みを見る」にあります。")
    return talk.say("オンラインの参加リンクは、決まりしだい「申し込みを見る」に出ます。")


def _title(talk: Talk, waiting: int, asked: int) -> str:
    if not waiting:
        return talk.say("申し込みました")
    return (
        talk.say("キャンセル待ちに入りました")
        if waiting == asked
        else talk.say("申し込みました（一部はキャンセル待ち）")
    )


def _placed(talk: Talk, event: EventFacts, placed: Placed) -> str:
    when = eventwords.when(talk.words, event, placed.part)
    name = eventwords.part_name(talk.words, event, placed.part)
    said = talk.say("{part}：{when}", part=name, when=when) if name else talk.say("日時：{when}", when=when)
    if not placed.place:
        return said
    waiting = talk.say("満席のため、キャンセル待ちの{place}番目です。", place=placed.place)
    return f"{said}\n{waiting}"


def _refuse(talk: Talk, event: EventFacts, reason: NoSeat) -> Answer:
    """Say kindly why it cannot be, with the way on that helps most; a double tap sees what stands."""
    if reason is NoSeat.ALREADY:
        shown = holding.show_one(talk, str(event.id))
        return Answer(shown.messages, toast=talk.say("もう申し込み済みです"))
    if reason is NoSeat.NOT_OPEN_YET and event.opens_at:
        opens = format_moment(event.opens_at, talk.words.language)
        return _refused(talk, event, talk.say("申し込みは{moment}から受け付けます。", moment=opens))
    first = {
        NoSeat.FOR_COMPANIES: talk.choice("企業として申し込む", f"regco:{event.id}"),
        NoSeat.FOR_PUBLIC: talk.choice("市民として申し込む", f"reg:{event.id}"),
        NoSeat.WHOLE_ONLY: talk.choice("まとめて申し込む", f"ev:{event.id}"),
    }
    return _refused(talk, event, talk.say(REASONS[reason]), *([first[reason]] if reason in first else []))


def _refused(talk: Talk, event: EventFacts, words: str, *first: Choice) -> Answer:
    ways = (talk.choice("イベントを見る", f"ev:{event.id}"), talk.choice("ほかのイベント", "events"))
    said = text(words, *first, *ways, talk.choice("メニュー", "menu"))
    return Answer(said.messages, toast=talk.say("申し込めませんでした"))
