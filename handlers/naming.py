"""A name that a person chose: asked for others to see it, released or refused by staff, and what the person is told.

Sends nothing: docs/decisions/release-of-names.md says where people read it.
"""

from datetime import datetime

from sqlalchemy import Connection

from handlers import joining
from handlers.rules import names
from handlers.talk import Talk
from handlers.texts import _
from storage import audit, people
from storage.database import lock_person
from storage.facts import NameVerdict, PersonFacts

REASONS = {
    NameVerdict.WORDS: _("使えない言葉が入っています"),
    NameVerdict.REAL_NAME: _("本名や連絡先が分かりそうです"),
    NameVerdict.HURTS: _("人をいやな気持ちにさせるかもしれません"),
    NameVerdict.POSES: _("市や団体、ほかの人とまちがえられそうです"),
}
"""Why a name is not shown to others, as the person reads it."""


def show_to_others(talk: Talk) -> str:
    """Give the name that others see from now on; one that staff have not released waits for them meanwhile."""
    person = talk.joined
    if not person.nickname_is_own or person.name_verdict is NameVerdict.RELEASED:
        return person.nickname
    ask(talk)
    return person.board_name or joining.draw_nickname(talk)


def keep_shown(talk: Talk) -> str | None:
    """Give the name that others go on seeing while another one waits: not one that the person gives up just now."""
    person = talk.joined
    is_given_up = person.nickname_is_own and person.board_name == person.nickname
    return joining.draw_nickname(talk) if is_given_up else person.board_name


def ask(talk: Talk) -> None:
    """Let the person's own name wait for staff, unless it was decided already or holds a word of the list."""
    person = talk.joined
    if person.name_verdict is not None or person.name_asked_at is not None:
        return
    is_refused = names.holds_refused_word(person.nickname, talk.programme.names.refused)
    values = {"name_verdict": NameVerdict.WORDS} if is_refused else {"name_asked_at": talk.now}
    people.change(talk.connection, talk.joined.id, **values)


def release(connection: Connection, person_id: int, name: str, by: str, now: datetime) -> bool:
    """Let others see a name from now on; False where it waits no more, or is another one by now."""
    person = _hold(connection, person_id, name)
    if person is None:
        return False
    shown = {} if person.board_name is None else {"board_name": name}
    people.change(connection, person_id, name_asked_at=None, name_verdict=NameVerdict.RELEASED, **shown)
    audit.add(connection, by, "name.release", f"person:{person_id}", now)
    return True


def refuse(connection: Connection, person_id: int, name: str, why: NameVerdict, by: str, now: datetime) -> bool:
    """Keep a name from others, and say why; False where it waits no more, or is another one by now."""
    if _hold(connection, person_id, name) is None:
        return False
    people.change(connection, person_id, name_asked_at=None, name_verdict=why)
    audit.add(connection, by, "name.refuse", f"person:{person_id}", now, why)
    return True


def _hold(connection: Connection, person_id: int, name: str) -> PersonFacts | None:
    """Hold a person whose name waits and is the one that was seen."""
    lock_person(connection, person_id)
    person = people.find(connection, person_id)
    waits = person is not None and person.name_asked_at is not None and person.nickname == name
    return person if waits else None


def tell(talk: Talk) -> tuple[str, ...]:
    """Say to who is on the person board what became of their own name."""
    person = talk.joined
    if person.board_name is None or not person.nickname_is_own:
        return ()
    if person.name_asked_at is not None:
        return (
            talk.say(
                "「{name}」は、いま市が確認しています。それまでは「{shown}」の名前で出ます。",
                name=person.nickname,
                shown=person.board_name,
            ),
        )
    if person.name_verdict is NameVerdict.RELEASED:
        return (talk.say("市の確認がすみました。「{name}」の名前で出ています。", name=person.board_name),)
    return (_refusal(talk, person),) if person.name_verdict else ()


def _refusal(talk: Talk, person: PersonFacts) -> str:
    return talk.say(
        "「{name}」は、ほかの人には見せられません（{reason}）。「{shown}」の名前で出ます。名前は設定で変えられます。",
        name=person.nickname,
        reason=talk.say(REASONS[person.name_verdict or NameVerdict.WORDS]),
        shown=person.board_name,
    )
