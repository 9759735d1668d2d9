"""The challenges that run now, and how far oneself has come: seen by nobody else, and nothing is kept of them."""

from handlers import joining
from handlers.talk import Answer, Talk, page_card
from storage import ledger
from storage.facts import Challenge


def show(talk: Talk) -> Answer:
    """Show each challenge that runs today with one's own times, its goal, what counts and its last day."""
    if talk.person is None:
        return joining.ask_consent(talk, pending="challenges")
    running = [challenge for challenge in talk.programme.challenges if challenge.holds(talk.on)]
    lines = tuple(line for challenge in running for line in _lines(talk, challenge))
    none = (talk.say("いまのチャレンジはありません。"),)
    ways = (
        talk.choice("報告する", "report"),
        talk.choice("わたしのポイント", "points"),
        talk.choice("メニュー", "menu"),
    )
    return page_card(talk.say("チャレンジ"), lines or none, *ways)


def _lines(talk: Talk, challenge: Challenge) -> tuple[str, ...]:
    first, last = challenge.starts_on, challenge.ends_on
    times = ledger.count_times(talk.connection, talk.joined.id, challenge.actions, first, last)
    known = [action for code in challenge.actions if (action := talk.programme.action(code)) is not None]
    counted = "・".join(talk.word(action.label) for action in known) or talk.say("どの行動でも")
    done = (talk.say("達成しました！"),) if times >= challenge.goal else ()
    return (
        talk.say("【{title}】{last}まで", title=talk.word(challenge.title), last=talk.day(last)),
        talk.say("{times}回 / {goal}回（{actions}）", times=times, goal=challenge.goal, actions=counted),
        *done,
    )
