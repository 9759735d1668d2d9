"""Finding an event: the coming ones page by page, narrowed as one likes, and one event's card. Changes nothing."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from handlers import eventwords
from handlers.messages import Choice
from handlers.rules import names
from handlers.rules.registration import is_over
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import name_language
from storage import events, registrations
from storage.facts import AudienceKind, EventFacts, PartFacts, PartState, RegistrationFacts, RegistrationState

PAGE = 5
COMING = 200  # looked through for a page: no city has announced more at a time
LABEL = 20  # graphemes of a button: LINE cuts quick replies there, and a phone's row hardly shows more
DESCRIPTION = 600  # characters of a description on a card; the whole stands on the event's page
PARTS = 12  # of a course on its card
_CODE = re.compile(r"(?:(?:イベント|event)\s*)?e_([a-z0-9_-]{1,62})", re.IGNORECASE)


# --- the list ------------------------------------------------------------------------------------------------------


def show_coming(talk: Talk, narrowed: str = "", page: str = "1") -> Answer:
    """Show the coming events, soonest first, five a page; ``narrowed`` is ``i-CODE``, ``w-WARD`` or ``l-LANGUAGE``."""
    coming = _coming(talk)
    found = [event for event in coming if not narrowed or narrowed in _marks(event)]
    last = max(1, -(-len(found) // PAGE))
    now = min(int(page) if page.isdecimal() and len(page) < 5 else 1, last) or 1
    shown = list(enumerate(found, 1))[(now - 1) * PAGE : now * PAGE]
    lines = tuple(_line(talk, number, event) for number, event in shown)
    buttons = [Choice(numbered(number, _title(talk, event)), f"ev:{event.id}") for number, event in shown]
    if now < last:
        buttons.append(talk.choice("つぎのページ", f"events:{narrowed}:{now + 1}"))
    if now > 1:
        buttons.append(talk.choice("まえのページ", f"events:{narrowed}:{now - 1}"))
    if narrowed:
        buttons.append(talk.choice("すべてのイベント", "events"))
    elif _filters(talk, coming):
        buttons.append(talk.choice("条件でさがす", "narrow"))
    ways = (talk.choice("わたしの申し込み", "my"), talk.choice("メニュー", "menu"))
    nothing = talk.say("いまご案内できるイベントはありません。決まりしだい、ここに並びます。")
    return page_card(_list_title(talk, narrowed), spaced(lines) or (nothing,), *buttons, *ways)


def _list_title(talk: Talk, narrowed: str) -> str:
    what = _filter_name(talk, narrowed)
    return talk.say("これからのイベント：{what}", what=what) if what else talk.say("これからのイベント")


def _line(talk: Talk, number: int, event: EventFacts) -> str:
    """Say of an event in the list: its day, kind and title, and whether one has a seat or it is full."""
    day, kind = eventwords.event_day(talk.words, event), eventwords.kind(talk.words, event)
    first = talk.say("{number}. {day}　{kind}", number=number, day=day, kind=kind)
    return "\n".join(part for part in (first, _title(talk, event), _mark(talk, event)) if part)


def _mark(talk: Talk, event: EventFacts) -> str:
    """Say in a word what matters most of an event: one's own registration, or that it is full or closed."""
    own = own_registrations(talk, event)
    if own:
        held = any(one.state is RegistrationState.SEATED for one in own)
        return talk.say("✓ 申し込み済み") if held else talk.say("✓ キャンセル待ち")
    stopped = eventwords.state(talk.words, event, talk.now)
    if stopped:
        return stopped
    parts = eventwords.open_parts(event, talk.now)
    return "" if any(has_room(part) for part in parts) else talk.say("満席（キャンセル待ちできます）")


def _coming(talk: Talk) -> list[EventFacts]:
    found = events.list_coming(talk.connection, talk.now, COMING)
    return [event for event in found if not all(is_over(part, talk.now) for part in event.parts)]


# --- narrowing it --------------------------------------------------------------------------------------------------


def narrow(talk: Talk) -> Answer:
    """Offer what the coming events can be narrowed by: interest, ward and language, where they differ."""
    buttons = [Choice(clipped(_filter_name(talk, mark)), f"events:{mark}") for mark in _filters(talk, _coming(talk))]
    ways = (talk.choice("すべてのイベント", "events"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("どのイベントを見ますか？"), (), *buttons, *ways, columns=2)


def _filters(talk: Talk, coming: list[EventFacts]) -> list[str]:
    """List what some of the events have and others have not: nothing else narrows."""
    counts: dict[str, int] = {}
    for event in coming:
        for mark in _marks(event):
            counts[mark] = counts.get(mark, 0) + 1
    return sorted(mark for mark, count in counts.items() if count < len(coming) and len(mark.encode()) <= 40)


def _marks(event: EventFacts) -> set[str]:
    """Give what an event can be looked for by: ``i-INTEREST``, ``w-WARD``, ``l-LANGUAGE``."""
    spoken = (*event.held_in, *event.interpreted_into)
    ward = {f"w-{event.ward}"} if event.ward else set()
    return {f"i-{code}" for code in event.interests} | ward | {f"l-{tag}" for tag in spoken}


def _filter_name(talk: Talk, mark: str) -> str:
    """Name what a list is narrowed to; "" for what is no such thing."""
    which, _, code = mark.partition("-")
    return _NAMES[which](talk, code) if which in _NAMES and code else ""


def _ward_name(talk: Talk, code: str) -> str:
    ward = talk.programme.ward(code)
    return talk.word(ward.name) if ward else code


def _interest_name(talk: Talk, code: str) -> str:
    interest = talk.programme.interest(code)
    return talk.word(interest.name) if interest else code


def _language_name(talk: Talk, tag: str) -> str:
    return talk.say("{language}で参加できる", language=name_language(tag, talk.words.language))


_NAMES: dict[str, Callable[[Talk, str], str]] = {"i": _interest_name, "w": _ward_name, "l": _language_name}


# --- one event -----------------------------------------------------------------------------------------------------


def show_event(talk: Talk, number: str = "", view: str = "") -> Answer:
    """Show one event with the buttons to register; ``view`` "co" offers a company's where both are welcome."""
    event = find_event(talk, number)
    return show_found(talk, event, view == "co") if event else unknown(talk)


def code_in(words: str) -> str:
    """Find the event's code in what a share link says for its opener; "" where it is no such thing.

    It comes as Telegram's start payload, and on LINE as a message of its own: ``e_CODE``.
    """
    found = _CODE.fullmatch(words.strip())
    return found[1].lower() if found else ""


def open_code(talk: Talk, code: str) -> Answer:
    """Show the event that a link or a typed code names."""
    event = events.find_by_code(talk.connection, code)
    return show_found(talk, event) if event and event.is_shown else unknown(talk)


def show_found(talk: Talk, event: EventFacts, as_company: bool = False) -> Answer:
    """Show the card of an event that was found."""
    words, own = talk.words, own_registrations(talk, event)
    stopped = eventwords.state(words, event, talk.now)
    lines = (
        *((stopped,) if stopped else ()),
        *((_standing(talk, own),) if own else ()),
        eventwords.kind(words, event),
        *eventwords.facts(words, event),
        *_seat_lines(talk, event, is_open=not stopped),
        "",
        *described(talk, event),
    )
    offered = () if stopped else _register_buttons(talk, event, own, as_company)
    mine = (talk.choice("申し込みを見る", f"mine:{event.id}"),) if own else ()
    ways = (talk.choice("ほかのイベント", "events"), talk.choice("メニュー", "menu"))
    return page_card(_title(talk, event), lines, *mine, *offered, *page_button(talk, event), *ways)


def _standing(talk: Talk, own: list[RegistrationFacts]) -> str:
    return eventwords.registration(talk.words, own[0].state)


def _seat_lines(talk: Talk, event: EventFacts, *, is_open: bool) -> tuple[str, ...]:
    """Say the seats, as long as one can register; of a course each date with its own."""
    if len(event.parts) < 2:
        seats = seats_of(talk, event.parts[0]) if is_open else ""
        return (seats,) if seats else ()
    return tuple(_part_line(talk, event, part, is_open=is_open) for part in event.parts[:PARTS])


def _part_line(talk: Talk, event: EventFacts, part: PartFacts, *, is_open: bool) -> str:
    name, when = eventwords.part_name(talk.words, event, part), eventwords.when(talk.words, event, part)
    if part.state is PartState.CANCELLED:
        return talk.say("{part}：中止になりました", part=name)
    said = talk.say("{part}：{when}", part=name, when=when)
    seats = seats_of(talk, part) if is_open and not is_over(part, talk.now) else ""
    return f"{said}\n{seats}" if seats else said


def seats_of(talk: Talk, part: PartFacts) -> str:
    """Say how many seats a part has left, or how many people wait."""
    line = () if has_room(part) else registrations.list_line(talk.connection, part.id)
    return eventwords.seats(talk.words, part, sum(one.state is RegistrationState.WAITING for one in line))


def has_room(part: PartFacts) -> bool:
    """Tell whether a part has a free seat."""
    return part.capacity is None or part.taken < part.capacity


def described(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    """Give the description, cut where it would fill the screen: its page has all of it."""
    return tuple(f"{said[:DESCRIPTION]}…" if len(said) > DESCRIPTION else said for said in _description(talk, event))


def _description(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    return eventwords.description(talk.words, event)


def _register_buttons(
    talk: Talk, event: EventFacts, own: list[RegistrationFacts], as_company: bool
) -> tuple[Choice, ...]:
    """Offer the whole event in one tap, and each date of a course; a company's word where it is for companies."""
    both = len(set(event.audiences)) > 1
    as_company = as_company if both else AudienceKind.COMPANY in event.audiences
    word = "regco" if as_company else "reg"
    held = {one.part_id for one in own}
    free = [part for part in eventwords.open_parts(event, talk.now) if part.id not in held]
    if not free:
        return ()
    if len(event.parts) < 2:
        other = (talk.choice("企業として申し込む", f"regco:{event.id}"),) if both else ()
        return (_whole(talk, event, free, as_company), *other)
    whole = () if held else (_whole(talk, event, free, as_company),)
    ones = () if event.whole_only else tuple(_one_part(talk, part, f"{word}:{event.id}:{part.id}") for part in free)
    other = (talk.choice("企業の方はこちら", f"ev:{event.id}:co"),) if both and not as_company else ()
    return (*whole, *ones[:PARTS], *other)


def _whole(talk: Talk, event: EventFacts, free: list[PartFacts], as_company: bool) -> Choice:
    data = f"{'regco' if as_company else 'reg'}:{event.id}"
    if len(event.parts) > 1:
        return Choice(talk.say("全{count}回に申し込む", count=len(free)), data)
    if not any(has_room(part) for part in free):
        return talk.choice("キャンセル待ちに申し込む", data)
    return talk.choice("企業として申し込む", data) if as_company else talk.choice("申し込む", data)


def _one_part(talk: Talk, part: PartFacts, data: str) -> Choice:
    if has_room(part):
        return Choice(talk.say("第{number}回だけ申し込む", number=part.number), data)
    return Choice(talk.say("第{number}回のキャンセル待ち", number=part.number), data)


# --- shared by who shows events ------------------------------------------------------------------------------------


def find_event(talk: Talk, number: str) -> EventFacts | None:
    """Find the event that a button names, unless it is not announced yet."""
    if not number.isdecimal() or len(number) > 18:
        return None
    event = events.find(talk.connection, int(number))
    return event if event and event.is_shown else None


def find_by_part(talk: Talk, number: str) -> tuple[EventFacts, PartFacts] | None:
    """Find the part that a button names, with its event."""
    if not number.isdecimal() or len(number) > 18:
        return None
    event = events.find_by_part(talk.connection, int(number))
    part = event.part(int(number)) if event else None
    return (event, part) if event and part and event.is_shown else None


def own_registrations(talk: Talk, event: EventFacts) -> list[RegistrationFacts]:
    """List a person's own registrations for an event that stand, in the order of its parts."""
    if talk.person is None:
        return []
    party = registrations.list_party(talk.connection, event.id, talk.person.id)
    order = {part.id: part.number for part in event.parts}
    own = [one for one in party if one.person_id == talk.person.id]
    return sorted(own, key=lambda one: order.get(one.part_id, 0))


def unknown(talk: Talk) -> Answer:
    """Say that an event is not there, with a way on."""
    words = talk.say("そのイベントは見つかりませんでした。")
    return text(words, talk.choice("ほかのイベント", "events"), talk.choice("メニュー", "menu"))


def page_button(talk: Talk, event: EventFacts) -> tuple[Choice, ...]:
    """Link to the event's public page, where it can be passed on to friends and into a calendar."""
    if not talk.public_url:
        return ()
    address = f"{talk.public_url}/events/{event.id}?lang={talk.language}"
    return (Choice(talk.say("くわしく見る・友だちに送る"), url=address),)


def spaced(lines: Sequence[str]) -> tuple[str, ...]:
    """Put an empty line between entries of several lines, for platforms that draw a card as one text."""
    return tuple(line for entry in lines for line in (entry, ""))[:-1]


def clipped(label: str) -> str:
    """Cut a label to what fits a button."""
    if names.graphemes(label) <= LABEL:
        return label
    while names.graphemes(label) > LABEL - 1:
        label = label[:-1]
    return f"{label.rstrip()}…"


def numbered(number: int, title: str) -> str:
    """Name an event on its button in a card: of letters half as wide it holds twice as many."""
    label = f"{number}. {title}"
    if _columns(label) <= 2 * LABEL:
        return label
    while _columns(label) > 2 * LABEL - 1:
        label = label[:-1]
    return f"{label.rstrip()}…"


def _columns(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)


def _title(talk: Talk, event: EventFacts) -> str:
    return eventwords.title(talk.words, event)
