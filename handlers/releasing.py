"""Giving seats up or taking one that was offered: cancelling asks once, an offer is answered in one tap."""

from collections.abc import Sequence

from handlers import browsing, eventwords, holding, joining, seating
from handlers.messages import Choice
from handlers.seating import Taken
from handlers.talk import Answer, Talk, card, page_card, text
from storage import registrations
from storage.facts import EventFacts, PartFacts, RegistrationState


def ask(talk: Talk, number: str = "", part: str = "") -> Answer:
    """Ask once before a registration is cancelled; of a course also which date."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"mine:{event.id}")
    held = [(one, own) for one, own in holding.current(talk, event) if not part or str(one.id) == part]
    if not held:
        return holding.nothing_held(talk, event)
    lines = [eventwords.title(talk.words, event), *_companions_go_too(talk, event), _what_is_lost(talk, held)]
    keep = talk.choice("そのままにする", f"mine:{event.id}")
    return page_card(
        talk.say("申し込みを取り消しますか？"), tuple(lines), *_yes(talk, event, [one for one, _ in held], part), keep
    )


def _yes(talk: Talk, event: EventFacts, held: list[PartFacts], part: str) -> tuple[Choice, ...]:
    whole = Choice(talk.say("はい、取り消す"), f"unregyes:{event.id}:{part}" if part else f"unregyes:{event.id}")
    if part or event.whole_only or len(held) < 2:
        return (whole,)
    ones = [
        Choice(talk.say("第{number}回だけ取り消す", number=one.number), f"unregyes:{event.id}:{one.id}") for one in held
    ]
    return (talk.choice("全部の回を取り消す", f"unregyes:{event.id}"), *ones[: browsing.PARTS])


def _what_is_lost(talk: Talk, held: Sequence[holding.Held]) -> str:
    if all(own.state is RegistrationState.WAITING for _, own in held):
        return talk.say("取り消すと、キャンセル待ちの順番がなくなります。")
    return talk.say("取り消すと、席は次の方にまわります。")


def _companions_go_too(talk: Talk, event: EventFacts) -> tuple[str, ...]:
    count = len(holding.companions(talk, event))
    return (talk.say("同行者{count}人の席も取り消します。", count=count),) if count else ()


def cancel(talk: Talk, number: str = "", part: str = "") -> Answer:
    """Cancel a registration, companions too; pressed again it says the same."""
    event = browsing.find_event(talk, number)
    if event is None:
        return browsing.unknown(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"mine:{event.id}")
    wanted = [one.id for one, _ in holding.current(talk, event) if not part or str(one.id) == part]
    if wanted:
        only = wanted if part else None
        seating.cancel(talk.connection, event.id, talk.joined.id, now=talk.now, part_ids=only)
    elif not _was_cancelled(talk, event, part):
        return holding.nothing_held(talk, event)
    return _cancelled(talk, event)


def _was_cancelled(talk: Talk, event: EventFacts, part: str) -> bool:
    """Tell whether a second tap finds done what it asks for."""
    ended = registrations.list_party(talk.connection, event.id, talk.joined.id, (RegistrationState.CANCELLED,))
    return any(not part or str(one.part_id) == part for one in ended)


def _cancelled(talk: Talk, event: EventFacts) -> Answer:
    """Say what is no more, and what still stands."""
    left = holding.current(talk, event)
    lines = [eventwords.title(talk.words, event)]
    if left:
        names = [talk.say("第{number}回", number=part.number) for part, _ in left]
        lines.append(talk.say("残っている申し込み：{parts}", parts=talk.say("・").join(names)))
    again = (
        talk.choice("申し込みを見る", f"mine:{event.id}") if left else talk.choice("もう一度申し込む", f"ev:{event.id}")
    )
    ways = (talk.choice("ほかのイベント", "events"), talk.choice("メニュー", "menu"))
    return card(talk.say("取り消しました"), tuple(lines), again, *ways)


def accept(talk: Talk, number: str = "") -> Answer:
    """Take the seat that was offered."""
    found = browsing.find_by_part(talk, number)
    if found is None:
        return browsing.unknown(talk)
    event, part = found
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=talk.incoming.data)
    taken = seating.accept_offer(talk.connection, part.id, talk.joined.id, now=talk.now)
    if taken is Taken.SEATED or _has_seat(talk, part):
        shown = holding.show_one(talk, str(event.id))
        return Answer(shown.messages, toast=talk.say("席が決まりました"))
    if taken is Taken.TOO_LATE:
        words = talk.say("申し訳ありません。お返事の期限が過ぎたため、席は次の方にまわりました。")
    else:
        words = talk.say("いま受けられる席はありません。")
    ways = (talk.choice("イベントを見る", f"ev:{event.id}"), talk.choice("ほかのイベント", "events"))
    return text(words, *ways, talk.choice("メニュー", "menu"))


def _has_seat(talk: Talk, part: PartFacts) -> bool:
    held = registrations.find(talk.connection, part.id, talk.joined.id)
    return held is not None and held.state is RegistrationState.SEATED


def give_back(talk: Talk, number: str = "") -> Answer:
    """Give a seat back, or leave one that was offered to the next in line."""
    found = browsing.find_by_part(talk, number)
    if found is None:
        return browsing.unknown(talk)
    event, part = found
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"mine:{event.id}")
    given = seating.give_back(talk.connection, part.id, talk.joined.id, now=talk.now)
    done = given or _was_cancelled(talk, event, number)
    return _cancelled(talk, event) if done else holding.nothing_held(talk, event)
