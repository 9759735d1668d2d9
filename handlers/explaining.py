"""How an action counts: its points, its effect, what is in and what is not, and its figures. Stores nothing."""

from handlers import actionwords as said
from handlers import recording, reporting
from handlers.messages import Choice
from handlers.rules import points
from handlers.talk import Answer, Talk, page_card
from storage.facts import Action, Effect


def show_effects(talk: Talk, effect: str = "large") -> Answer:
    """List the actions of one effect mark; each button explains one of them."""
    mark = Effect(effect) if effect in set(Effect) else Effect.LARGE
    actions = [Choice(talk.word(a.label), f"how:{a.code}") for a in talk.programme.actions if a.effect is mark]
    others = [Choice(said.effect(talk.words, other), f"effects:{other}") for other in Effect if other is not mark]
    lines = (talk.say("知りたい行動を選んでください。"),)
    return page_card(
        said.effect(talk.words, mark), lines, *actions, *others, talk.choice("報告する", "report"), columns=2
    )


def show(talk: Talk, code: str = "") -> Answer:
    """Explain one action, with the button that records it where it can be recorded today."""
    action = talk.programme.action(code)
    if action is None:
        return show_effects(talk)
    words = talk.words
    lines = (
        " · ".join((said.worth(words, action), said.cap(words, action), said.effect(words, action.effect))),
        talk.say("○ {what}", what=talk.word(action.counts_as)),
        talk.say("× {what}", what=talk.word(action.does_not_count)),
        *said.shared(words, talk.programme, action),
        *said.figures(words, action),
    )
    others = talk.choice("ほかの数え方", f"effects:{action.effect}")
    return page_card(talk.word(action.title), lines, *_record(talk, action), others, talk.choice("メニュー", "menu"))


def _record(talk: Talk, action: Action) -> tuple[Choice, ...]:
    n = recording.next_n(talk, action, talk.on, recording.claims_on(talk, talk.on))
    open_today = points.offered(talk.programme, talk.on, talk.is_heat_alert(talk.on), {})
    if n is None or action not in (*open_today, *points.milestones(talk.programme)):
        return ()
    return (talk.choice("記録する", reporting.press_data("r", action.code, talk.on, n)),)
