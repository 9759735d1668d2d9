"""How an action counts: its points, its effect, what is in and what is not, and its figures. Stores nothing."""

from handlers import recording, reporting
from handlers.messages import Choice
from handlers.rules import points
from handlers.talk import Answer, Talk, card
from storage.facts import Action, ActionGroup, Effect


def show_effects(talk: Talk, effect: str = "large") -> Answer:
    """List the actions of one effect mark; each button explains one of them."""
    mark = Effect(effect) if effect in set(Effect) else Effect.LARGE
    actions = [Choice(talk.word(a.label), f"how:{a.code}") for a in talk.programme.actions if a.effect is mark]
    others = [Choice(_effect(talk, other), f"effects:{other}") for other in Effect if other is not mark]
    lines = (talk.say("知りたい行動を選んでください。"),)
    return card(_effect(talk, mark), lines, *actions, *others, talk.choice("報告する", "report"), columns=2)


def show(talk: Talk, code: str = "") -> Answer:
    """Explain one action, with the button that records it where it can be recorded today."""
    action = talk.programme.action(code)
    if action is None:
        return show_effects(talk)
    lines = (
        " · ".join((_worth(talk, action), _cap(talk, action), _effect(talk, action.effect))),
        talk.say("○ {what}", what=talk.word(action.counts_as)),
        talk.say("× {what}", what=talk.word(action.does_not_count)),
        *_shared(talk, action),
        *_figures(talk, action),
    )
    others = talk.choice("ほかの数え方", f"effects:{action.effect}")
    return card(talk.word(action.title), lines, *_record(talk, action), others, talk.choice("メニュー", "menu"))


def _record(talk: Talk, action: Action) -> tuple[Choice, ...]:
    n = recording.next_n(talk, action, talk.on, recording.claims_on(talk, talk.on))
    open_today = points.offered(talk.programme, talk.on, talk.is_heat_alert(talk.on), {})
    if n is None or action not in (*open_today, *points.milestones(talk.programme)):
        return ()
    return (talk.choice("記録する", reporting.press_data("r", action.code, talk.on, n)),)


def _worth(talk: Talk, action: Action) -> str:
    if action.group is ActionGroup.MILESTONE:
        return talk.say("大きな一歩（ポイントなし）")
    confirmed = talk.say("確認できたら{points}ポイント", points=action.confirmed_points)
    if not action.points:
        return confirmed
    worth = talk.say("{points}ポイント", points=action.points)
    return talk.say("{worth}（{confirmed}）", worth=worth, confirmed=confirmed) if action.confirmed_points else worth


def _cap(talk: Talk, action: Action) -> str:
    times = action.cap.times
    return {
        "day": talk.say("1日{times}回まで", times=times),
        "week": talk.say("1週間に{times}回まで", times=times),
        "month": talk.say("1か月に{times}回まで", times=times),
        "year": talk.say("1年度に{times}回まで", times=times),
        "ever": talk.say("1人{times}回まで", times=times),
    }[action.cap.per]


def _shared(talk: Talk, action: Action) -> tuple[str, ...]:
    """Name the actions that draw on the same cap."""
    shared, actions = action.cap.shared, talk.programme.actions
    others = [talk.word(a.title) for a in actions if shared and a.cap.shared == shared and a.code != action.code]
    return (talk.say("回数は「{others}」と合わせて数えます。", others="・".join(others)),) if others else ()


def _effect(talk: Talk, effect: Effect) -> str:
    return {
        Effect.LARGE: talk.say("効果 大"),
        Effect.MEDIUM: talk.say("効果 中"),
        Effect.SMALL: talk.say("効果 小"),
    }[effect]


def _figures(talk: Talk, action: Action) -> tuple[str, ...]:
    """Show every guide and factor beside the action, each with its own basis and source; none are added up."""
    per = {"km": talk.say("g-CO2/km"), "act": talk.say("g-CO2/回")}
    factors = [
        talk.say(
            "目安：{amount} {unit}（{basis}。出典 {source}）",
            amount=factor.grams,
            unit=per[factor.per],
            basis=talk.word(factor.basis),
            source=factor.source,
        )
        for factor in action.factors
    ]
    return tuple(dict.fromkeys((*reporting.guides(talk, action), *factors)))
