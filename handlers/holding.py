"""What one is registered for: my events, one of them with its seats, and the entry code. Changes nothing."""

from collections.abc import Sequence

from handlers import attending, browsing, eventwords, joining, seating
from handlers.messages import Choice
from handlers.rules.registration import is_over
from handlers.talk import Answer, Talk, card, page_card, text
from handlers.texts import format_moment
from storage import events, registrations
from storage.facts import (
    EventFacts,
    EventMode,
    EventState,
    GuestFacts,
    PartFacts,
    PartState,
    RegistrationFacts,
    RegistrationState,
)

PAGE = 5
Held = tuple[PartFacts, RegistrationFacts]


# --- seeing --------------------------------------------------------------------------------------------------------


def show_mine(talk: Talk, page: str = "1") -> Answer:
    """Show the coming events that one is registered for or waits for, soonest first."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="my")
    own = registrations.list_of_person(talk.connection, talk.joined.id)
    found = events.list_by_id(talk.connection, [one.event_id for one in own])
    coming = [(event, held) for event in found if (held := _going_on(talk, event, own))]
    last = max(1, -(-len(coming) // PAGE))
    at = min(int(page) if page.isdecimal() and len(page) < 5 else 1, last) or 1
    shown = list(enumerate(coming, 1))[(at - 1) * PAGE : at * PAGE]
    lines = [_line(talk, number, event, *held[0]) for number, (event, held) in shown]
    buttons = [_numbered(talk, number, event) for number, (event, _) in shown]
    if at < last:
        buttons.append(talk.choice("つぎのページ", f"my:{at + 1}"))
    if at > 1:
        buttons.append(talk.choice("まえのページ", f"my:{at - 1}"))
    nothing = talk.say("いま申し込んでいるイベントはありません。")
    ways = (talk.choice("イベントをさがす", "events"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("わたしの申し込み"), browsing.spaced(lines) or (nothing,), *buttons, *ways)


def _numbered(talk: Talk, number: int, event: EventFacts) -> Choice:
    return Choice(browsing.numbered(number, eventwords.title(talk.words, event)), f"mine:{event.id}")


def _line(talk: Talk, number: int, event: EventFacts, part: PartFacts, held: RegistrationFacts) -> str:
    """Say of an event that one holds: its next date and how one stands with it."""
    first = f"{number}. {eventwords.starts(talk.words, event, part)}"
    return "\n".join((first, eventwords.title(talk.words, event), _standing(talk, held)))


def current(talk: Talk, event: EventFacts) -> list[Held]:
    """List what one holds of an event that is not over, in the order of its parts."""
    return _going_on(talk, event, browsing.own_registrations(talk, event))


def _going_on(talk: Talk, event: EventFacts, own: Sequence[RegistrationFacts]) -> list[Held]:
    by_part = {one.part_id: one for one in own}
    return [(part, by_part[part.id]) for part in event.parts if part.id in by_part and not is_over(part, talk.now)]


def _standing(talk: Talk, held: RegistrationFacts) -> str:
    waiting = held.state is RegistrationState.WAITING
    return eventwords.registration(
        talk.words, held.state, seating.place_in_line(talk.connection, held) if waiting else 0
    )


def show_one(talk: Talk, number: str = "") -> Answer:
    """Show what one holds of an event: each date with its state, whom one brings, codes, links and the ways back."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=talk.incoming.data or f"mine:{event.id}")
    held = current(talk, event)
    if not held:
        return nothing_held(talk, event)
    form_line, form = company_form(talk, event, any(one.as_company for _, one in held))
    lines = (
        *(_held_line(talk, event, part, one) for part, one in held),
        talk.say("場所：{place}", place=eventwords.place(talk.words, event)),
        *_companions_line(talk, event),
        *_progress_line(talk, event),
        *form_line,
    )
    buttons = (*_offer_buttons(talk, event, held), *_seat_buttons(talk, event, held), *form)
    bring = (talk.choice("同行者の追加・取り消し", f"bring:{event.id}"),) if event.companions else ()
    ways = (
        talk.choice("イベントを見る", f"ev:{event.id}"),
        talk.choice("申し込みを取り消す", f"unreg:{event.id}"),
        talk.choice("メニュー", "menu"),
    )
    return page_card(eventwords.title(talk.words, event), lines, *buttons, *bring, *ways)


def _held_line(talk: Talk, event: EventFacts, part: PartFacts, held: RegistrationFacts) -> str:
    name, when = eventwords.part_name(talk.words, event, part), eventwords.when(talk.words, event, part)
    said = [talk.say("{part}：{when}", part=name, when=when) if name else talk.say("日時：{when}", when=when)]
    if part.state is PartState.CANCELLED:
        return "\n".join((*said, talk.say("中止になりました")))
    said.append(_standing(talk, held))
    if held.state is RegistrationState.OFFERED and held.offered_until:
        until = format_moment(held.offered_until, talk.words.language)
        said.append(talk.say("{until}までにお返事ください。", until=until))
    return "\n".join(said)


def _companions_line(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    brought = companions(talk, event)
    if not brought:
        return ()
    listed = talk.say("・").join(brought.values())
    return (talk.say("同行者：{names}", names=listed),)


def _progress_line(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    """Say how much of a course one has attended, once there is something to say."""
    attended, parts = attending.progress(talk.connection, event.id, talk.joined.id)
    if parts < 2 or not attended:
        return ()
    return (talk.say("これまでの参加：{parts}回のうち{attended}回", parts=parts, attended=attended),)


def companions(talk: Talk, event: EventFacts) -> dict[int, str]:
    """Give the companions registered with a person for an event, by number, named as they were."""
    party = registrations.list_party(talk.connection, event.id, talk.joined.id)
    ids = dict.fromkeys(one.person_id for one in party if one.host_id == talk.joined.id)
    guests = registrations.list_guests(talk.connection, list(ids))
    return {number: named(talk, guests[number]) for number in ids if number in guests}


def named(talk: Talk, guest: GuestFacts) -> str:
    """Name a companion as they were named; a child is told apart."""
    return talk.say("{name}（子ども）", name=guest.name) if guest.is_child else guest.name


def _offer_buttons(talk: Talk, event: EventFacts, held: Sequence[Held]) -> tuple[Choice, ...]:
    offered = [part for part, one in held if one.state is RegistrationState.OFFERED]
    take, leave = talk.say("この席を受ける"), talk.say("今回は見送る")
    return tuple(
        choice
        for part in offered
        for choice in (
            Choice(_for_part(talk, event, part, take), f"seat:{part.id}"),
            Choice(_for_part(talk, event, part, leave), f"back:{part.id}"),
        )
    )


def _for_part(talk: Talk, event: EventFacts, part: PartFacts, label: str) -> str:
    if len(event.parts) < 2:
        return label
    return talk.say("第{number}回：{what}", number=part.number, what=label)


def _seat_buttons(talk: Talk, event: EventFacts, held: Sequence[Held]) -> tuple[Choice, ...]:
    """Give the entry code of the next date one has a seat at, and the joining link that only who is seated sees."""
    seated = [part for part, one in held if one.state is RegistrationState.SEATED and part.state is PartState.PLANNED]
    if not seated:
        return ()
    code = Choice(_for_part(talk, event, seated[0], talk.say("入場コードを見る")), f"pass:{seated[0].id}")
    return (*join_button(talk, event), code)


def join_button(talk: Talk, event: EventFacts) -> tuple[Choice, ...]:
    """Open the meeting; shown only to who has a seat."""
    if event.mode is EventMode.VENUE or not event.joining_url:
        return ()
    return (Choice(talk.say("オンラインで参加する"), url=event.joining_url),)


def company_form(talk: Talk, event: EventFacts, as_company: bool) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    """Ask a company's attendee for its name on our own form, never in the chat; gives the line and the button."""
    if not as_company:
        return (), ()
    link = talk.make_link("company", f"{event.id}-{talk.joined.id}")
    if not link:
        contact = talk.word(talk.programme.city.contact)
        return (talk.say("会社名とメールアドレスは、窓口にお知らせください。{contact}", contact=contact),), ()
    line = talk.say("会社名とメールアドレスは、チャットに書かず、下のボタンのページに入力してください。")
    return (line,), (Choice(talk.say("会社名を入力する"), url=link),)


def nothing_held(talk: Talk, event: EventFacts) -> Answer:
    """Say that one is not registered, or no more, with the ways on."""
    concerned = event.state is EventState.CANCELLED or browsing.own_registrations(talk, event)
    over = eventwords.state(talk.words, event, talk.now) if concerned else ""
    words = over or talk.say("このイベントには申し込んでいません。")
    ways = (talk.choice("イベントを見る", f"ev:{event.id}"), talk.choice("わたしの申し込み", "my"))
    return text(words, *ways, talk.choice("メニュー", "menu"))


# --- the entry code ------------------------------------------------------------------------------------------------


def show_code(talk: Talk, number: str = "") -> Answer:
    """Show the four digits of a person and of each companion at a part, and the way to the QR code."""
    found = browsing.find_by_part(talk, number)
    if found is None:
        return browsing.unknown(talk)
    event, part = found
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=talk.incoming.data)
    party = registrations.list_party(talk.connection, event.id, talk.joined.id, (RegistrationState.SEATED,))
    here = [one for one in party if one.part_id == part.id]
    own = next((one for one in here if one.person_id == talk.joined.id), None)
    if own is None:
        words = talk.say("入場コードは、席が決まってから出ます。")
        return text(words, talk.choice("申し込みを見る", f"mine:{event.id}"), talk.choice("メニュー", "menu"))
    link = talk.make_link("ticket", f"{part.id}-{talk.joined.id}") if event.mode is not EventMode.ONLINE else ""
    square = (Choice(talk.say("QRコードを開く"), url=link),) if link else ()
    ways = (talk.choice("申し込みを見る", f"mine:{event.id}"), talk.choice("メニュー", "menu"))
    title = talk.say("入場コード {code}", code=own.code)
    return card(title, _code_lines(talk, event, part, here), *square, *join_button(talk, event), *ways)


def _code_lines(talk: Talk, event: EventFacts, part: PartFacts, party: list[RegistrationFacts]) -> tuple[str, ...]:
    brought = companions(talk, event)
    others = [(brought[one.person_id], one.code) for one in party if one.person_id in brought]
    name = eventwords.part_name(talk.words, event, part)
    title = eventwords.title(talk.words, event)
    return (
        f"{title}\n{name}" if name else title,
        talk.say("日時：{when}", when=eventwords.when(talk.words, event, part)),
        *(talk.say("{name}の入場コード {code}", name=name, code=code) for name, code in others),
        *_how_to_show(talk, event),
    )


def _how_to_show(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    door = talk.say("会場では、受付でQRコードを見せるか、4けたの入場コードを伝えてください。")
    online = talk.say("オンラインでは、会議での表示名に4けたの入場コードを入れてください。参加の確認に使います。")
    return {EventMode.VENUE: (door,), EventMode.ONLINE: (online,), EventMode.BOTH: (door, online)}[event.mode]
