"""Companions: whom a person brings, each named, with a seat and an entry code of their own, and the way back."""

from handlers import browsing, eventwords, holding, joining, seating
from handlers.messages import Choice
from handlers.rules import names
from handlers.rules.names import NicknameProblem
from handlers.seating import CompanionRefused, NoCompanion
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import _
from storage import people, registrations
from storage.facts import EventFacts, GuestFacts

ADULT, CHILD = "a", "c"
EARLIER = 4  # companions of before that are offered as buttons

REASONS = {
    NoCompanion.FULL: _("満席のため、同行者を追加できませんでした。"),
    NoCompanion.TOO_MANY: _("同行者は、これ以上追加できません。"),
    NoCompanion.NOT_REGISTERED: _("先に、ご自身の申し込みをしてください。"),
    NoCompanion.CLOSED: _("申し込みは締め切りました。"),
    NoCompanion.NAME: _("その名前は使えません。20文字までで、電話番号・メール・リンクを入れずに送ってください。"),
}


def show(talk: Talk, number: str = "", kind: str = "") -> Answer:
    """Show whom one brings to an event, and offer more; ``kind`` (a: adult, c: child) asks for the next name."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"bring:{event.id}")
    if not holding.current(talk, event):
        return holding.nothing_held(talk, event)
    if kind in (ADULT, CHILD) and _room(talk, event):
        return _ask_name(talk, event, kind)
    return _show(talk, event)


def _room(talk: Talk, event: EventFacts) -> int:
    return event.companions - len(holding.companions(talk, event))


def _show(talk: Talk, event: EventFacts, *said: str) -> Answer:
    brought, room = holding.companions(talk, event), _room(talk, event)
    lines = [
        *said,
        eventwords.title(talk.words, event),
        *(talk.say("・{name}", name=name) for name in brought.values()),
    ]
    more: tuple[Choice, ...] = ()
    if room > 0 and not eventwords.state(talk.words, event, talk.now):
        lines.append(talk.say("あと{count}人まで追加できます。ひとりずつ席と入場コードがつきます。", count=room))
        more = (*_earlier_buttons(talk, event), *_kind_buttons(talk, event))
    away = [
        Choice(browsing.clipped(talk.say("取り消す：{name}", name=name)), f"unbring:{event.id}:{person_id}")
        for person_id, name in brought.items()
    ]
    ways = (talk.choice("申し込みを見る", f"mine:{event.id}"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("同行者"), tuple(lines), *more, *away, *ways)


def _kind_buttons(talk: Talk, event: EventFacts) -> tuple[Choice, ...]:
    adult, child = f"bring:{event.id}:{ADULT}", f"bring:{event.id}:{CHILD}"
    return (talk.choice("大人を追加する", adult), talk.choice("子どもを追加する", child))


def _earlier_buttons(talk: Talk, event: EventFacts) -> tuple[Choice, ...]:
    """Offer companions of before, each name once, newest first."""
    present = set(holding.companions(talk, event).values())
    found: dict[str, GuestFacts] = {}
    for guest in reversed(registrations.list_companions(talk.connection, talk.joined.id)):
        found.setdefault(holding.named(talk, guest), guest)
    offered = [(name, guest) for name, guest in found.items() if name not in present][:EARLIER]
    return tuple(
        Choice(browsing.clipped(talk.say("追加：{name}", name=name)), f"again:{event.id}:{guest.person_id}")
        for name, guest in offered
    )


def _ask_name(talk: Talk, event: EventFacts, kind: str) -> Answer:
    people.change(talk.connection, talk.joined.id, awaiting=f"bring:{event.id}:{kind}")
    if kind == CHILD:
        words = talk.say("お子さんの呼び名を送ってください（20文字まで。本名でなくてかまいません）。")
    else:
        words = talk.say("同行者の呼び名を送ってください（20文字まで。本名でなくてかまいません）。")
    return text(words, talk.choice("やめる", f"mine:{event.id}"))


def take_name(talk: Talk, number: str, kind: str, typed: str) -> Answer:
    """Take a typed name for the next companion; the question stands until a name can be taken."""
    event, name = browsing.find_event(talk, number), names.checked_nickname(typed)
    if event is None:
        return browsing.unknown(talk)
    if isinstance(name, NicknameProblem):
        words = talk.say("その名前は使えません。20文字までで、電話番号・メール・リンクを入れずに送ってください。")
        return text(words, talk.choice("やめる", f"mine:{event.id}"))
    people.change(talk.connection, talk.joined.id, awaiting=None)
    return _add(talk, event, name, is_child=kind == CHILD)


def bring_again(talk: Talk, number: str = "", companion: str = "") -> Answer:
    """Add somebody whom one brought before."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"bring:{event.id}")
    known = registrations.list_companions(talk.connection, talk.joined.id)
    guest = next((one for one in known if str(one.person_id) == companion), None)
    if guest is None or holding.named(talk, guest) in holding.companions(talk, event).values():
        return show(talk, number)
    return _add(talk, event, guest.name, is_child=guest.is_child)


def _add(talk: Talk, event: EventFacts, name: str, *, is_child: bool) -> Answer:
    host, account = talk.joined.id, talk.account.id
    done = seating.add_companion(
        talk.connection, event.id, host, name, is_child=is_child, account_id=account, now=talk.now
    )
    if isinstance(done, CompanionRefused):
        words = talk.say(REASONS[done.reason])
        ways = (talk.choice("申し込みを見る", f"mine:{event.id}"), talk.choice("ほかのイベント", "events"))
        return text(words, *ways, talk.choice("メニュー", "menu"))
    return _show(talk, event, talk.say("{name}さんを追加しました。", name=name))


def ask_removal(talk: Talk, number: str = "", companion: str = "") -> Answer:
    """Ask once before a companion's seat is given up."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"bring:{event.id}")
    brought = {str(person_id): name for person_id, name in holding.companions(talk, event).items()}
    if companion not in brought:
        return show(talk, number)
    words = talk.say("{name}さんの席を取り消しますか？", name=brought[companion])
    yes = talk.choice("はい、取り消す", f"unbringyes:{event.id}:{companion}")
    return text(words, yes, talk.choice("そのままにする", f"bring:{event.id}"))


def remove(talk: Talk, number: str = "", companion: str = "") -> Answer:
    """Give a companion's seat up."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"bring:{event.id}")
    brought = {str(person_id): (person_id, name) for person_id, name in holding.companions(talk, event).items()}
    if companion not in brought:
        return show(talk, number)
    person_id, name = brought[companion]
    seating.remove_companion(talk.connection, event.id, talk.joined.id, person_id, now=talk.now)
    return _show(talk, event, talk.say("{name}さんの席を取り消しました。", name=name))
