"""Puts an action of the catalogue into words, alike for everybody: chats and pages say the same. Loads nothing."""

from handlers.boardwords import word
from handlers.texts import Words
from storage.facts import Action, ActionGroup, Effect, Programme


def worth(words: Words, action: Action) -> str:
    """Say the points on one's word and when confirmed; that a milestone has none."""
    if action.group is ActionGroup.MILESTONE:
        return words.say("大きな一歩（ポイントなし）")
    confirmed = words.say("確認できたら{points}ポイント", points=action.confirmed_points)
    if not action.points:
        return confirmed
    earned = words.say("{points}ポイント", points=action.points)
    return words.say("{worth}（{confirmed}）", worth=earned, confirmed=confirmed) if action.confirmed_points else earned


def cap(words: Words, action: Action) -> str:
    """Say how often an action counts."""
    times = action.cap.times
    return {
        "day": words.say("1日{times}回まで", times=times),
        "week": words.say("1週間に{times}回まで", times=times),
        "month": words.say("1か月に{times}回まで", times=times),
        "year": words.say("1年度に{times}回まで", times=times),
        "ever": words.say("1人{times}回まで", times=times),
    }[action.cap.per]


def shared(words: Words, programme: Programme, action: Action) -> tuple[str, ...]:
    """Name the actions that draw on the same cap."""
    name, actions = action.cap.shared, programme.actions
    others = [word(a.title, words) for a in actions if name and a.cap.shared == name and a.code != action.code]
    return (words.say("回数は「{others}」と合わせて数えます。", others="・".join(others)),) if others else ()


def effect(words: Words, mark: Effect) -> str:
    """Say an effect mark."""
    return {
        Effect.LARGE: words.say("効果 大"),
        Effect.MEDIUM: words.say("効果 中"),
        Effect.SMALL: words.say("効果 小"),
    }[mark]


def guides(words: Words, action: Action) -> tuple[str, ...]:
    """Show the figures beside an action as guides, each with its basis and source; they are never added up."""
    return tuple(
        words.say(
            "目安：{amount} {unit}（{basis}。出典 {source}）",
            amount=figure.amount,
            unit=word(figure.unit, words),
            basis=word(figure.basis, words),
            source=figure.source,
        )
        for figure in action.figures
    )


def figures(words: Words, action: Action) -> tuple[str, ...]:
    """Show every guide and factor beside the action, each with its own basis and source; none are added up."""
    per = {"km": words.say("g-CO2/km"), "act": words.say("g-CO2/回")}
    factors = [
        words.say(
            "目安：{amount} {unit}（{basis}。出典 {source}）",
            amount=factor.grams,
            unit=per[factor.per],
            basis=word(factor.basis, words),
            source=factor.source,
        )
        for factor in action.factors
    ]
    return tuple(dict.fromkeys((*guides(words, action), *factors)))
