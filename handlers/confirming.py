"""Typed reports: what was understood is shown once with one confirming button, and recorded when it is pressed."""

from datetime import date

from handlers import joining, recording, reporting, travelling
from handlers.messages import Choice, Text
from handlers.rules import suggesting
from handlers.talk import Answer, Talk, card, page_card, text
from storage import people
from storage.facts import Mentioned, Recorded


def ask(talk: Talk, mentioned: tuple[Mentioned, ...]) -> Answer:
    """Show what would be recorded, with one confirming button."""
    known = [m for m in mentioned if talk.programme.action(m.action)]
    if not known:
        return reporting.open_list(talk)
    if talk.person is None:
        known = known[:1]  # what was said comes back after joining; the rest would be kept nowhere until then
    else:
        people.change(talk.connection, talk.person.id, awaiting=_write(talk, known))
    simple = talk.person is None or (len(known) == 1 and known[0].km is None)
    button = _data_of_one(talk, known[0]) if simple else f"all:{talk.event_id}"
    lines = tuple(_line(talk, m) for m in known)
    yes = Choice(talk.say("記録する"), button)
    return page_card(talk.say("これを記録しますか？"), lines, yes, talk.choice("ちがいます", "report"), columns=2)


def ask_which(talk: Talk, words: str, maybe: tuple[Mentioned, ...]) -> Answer | None:
    """Ask once, by at most three buttons, which action was meant; None where the words resemble none.

    ``maybe`` is what the words name without saying that it was done; a button records it.
    """
    alike = (Mentioned(code, talk.on) for code in suggesting.resembling(words, talk.programme))
    offered = [m for m in maybe or alike if talk.programme.action(m.action)][: suggesting.AT_MOST]
    if not offered:
        return None
    names = [talk.word(action.label) for m in offered if (action := talk.programme.action(m.action))]
    title = talk.say("{action}のことですか？", action=names[0]) if len(names) == 1 else talk.say("どのことですか？")
    buttons = [Choice(name, _data_of_one(talk, m)) for name, m in zip(names, offered, strict=True)]
    return page_card(
        title, (talk.say("したことを押すと、記録します。"),), *buttons, talk.choice("ちがいます", "report")
    )


def _data_of_one(talk: Talk, mentioned: Mentioned) -> str:
    action = talk.programme.action(mentioned.action)
    claims = recording.claims_on(talk, mentioned.on)
    n = recording.next_n(talk, action, mentioned.on, claims) if action else None
    return reporting.press_data("l", mentioned.action, mentioned.on, n or 1)


def _line(talk: Talk, mentioned: Mentioned) -> str:
    action = talk.programme.action(mentioned.action)
    name = talk.word(action.title) if action else mentioned.action
    day = talk.say("きょう") if mentioned.on == talk.on else talk.day(mentioned.on)
    if mentioned.km is not None:
        return talk.say("・{action}（{day}、{km} km）", action=name, day=day, km=f"{mentioned.km:g}")
    return talk.say("・{action}（{day}）", action=name, day=day)


def _write(talk: Talk, mentioned: list[Mentioned]) -> str:
    """Keep what the one button stands for: ``all:event:code,day,km;…``."""
    parts = ";".join(f"{m.action},{m.on.isoformat()},{m.km or ''}" for m in mentioned)
    return f"all:{talk.event_id}:{parts}"


def record_all(talk: Talk, event: str = "") -> Answer:
    """Record all that the confirming button stood for; pressed again it finds nothing more to record."""
    awaiting = (talk.person.awaiting if talk.person else None) or ""
    if joining.needs_consent(talk) or not awaiting.startswith(f"all:{event}:"):
        return text(talk.say("このボタンはもう使えません。もう一度送ってください。"), talk.choice("報告する", "report"))
    people.change(talk.connection, talk.joined.id, awaiting=None)
    lines, earned, stored, trips = [], 0, 0, Answer()
    buttons: list[Choice] = []
    for place, part in enumerate(awaiting.split(":", 2)[2].split(";")):
        code, on, km = part.split(",")
        words, points, entry_id = _record(talk, code, on, place)
        lines.append(words)
        earned += points
        stored += entry_id > 0
        buttons += _ask_not_cooling(talk, code, on)
        trips = trips.followed_by(travelling.ask_about_typed(talk, entry_id, km) if km and entry_id else Answer())
    buttons += [talk.choice("ほかにも報告", "report"), talk.choice("わたしのポイント", "points")]
    if not stored:
        return card(talk.say("新しい記録はありません"), tuple(lines), *buttons)
    title = talk.say("記録しました：+{points}ポイント", points=earned)
    buttons.append(talk.choice("最後の1つを取り消す", "undo"))
    return card(title, (*lines, *reporting.standing_lines(talk)), *buttons).followed_by(trips)


def _ask_not_cooling(talk: Talk, code: str, on: str) -> list[Choice]:
    """Give the button that answers the question about cooling, where it must be asked first."""
    action, day = talk.programme.action(code), date.fromisoformat(on)
    return [reporting.not_cooling(talk, action, day, "")] if action and reporting.asks(talk, action, day) else []


def _record(talk: Talk, code: str, on: str, place: int) -> tuple[str, int, int]:
    """Record one of them; gives its line, its points and its entry's number (0 where nothing was recorded)."""
    action = talk.programme.action(code)
    if action is None:
        return code, 0, 0
    day = date.fromisoformat(on)
    if reporting.asks(talk, action, day):
        return talk.say("熱中症に注意する日です。冷房のほかの節電ですか？"), 0, 0
    decision, entry_id = recording.record(talk, action, day, None, place)
    name = talk.word(action.title)
    if isinstance(decision, Recorded):
        return talk.say("・{action} +{points}", action=name, points=decision.points), decision.points, entry_id
    refusal = reporting.refuse(talk, action, decision.reason).messages[0]
    return f"・{refusal.text}" if isinstance(refusal, Text) else name, 0, 0
