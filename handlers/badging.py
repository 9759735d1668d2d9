"""One's own badges in the chat: what was done so far. Seen by nobody else, and nothing is kept of them."""

from handlers import joining
from handlers.rules import badges
from handlers.rules.badges import Badge
from handlers.talk import Answer, Talk, page_card
from handlers.texts import _
from storage import ledger

NAMES = {
    Badge.FIRST: _("はじめの一歩：1回目の行動"),
    Badge.TIMES_30: _("行動 30回"),
    Badge.TIMES_100: _("行動 100回"),
    Badge.KINDS_5: _("5種類の行動"),
    Badge.KINDS_10: _("10種類の行動"),
    Badge.EVENT: _("はじめてのイベント参加"),
    Badge.EVENTS_5: _("イベント参加 5回"),
}


def show(talk: Talk) -> Answer:
    """Show the badges one has, and the next ones' names: each can be reached by doing."""
    if talk.person is None:
        return joining.ask_consent(talk, pending="badges")
    times = {tally.action: tally.times for tally in ledger.list_tallies(talk.connection, talk.person.id)}
    earned = badges.earned(times, talk.programme)
    steps = badges.milestones(times, talk.programme)
    lines = (
        *(talk.say("🏅 {badge}", badge=talk.say(NAMES[badge])) for badge in earned),
        *(talk.say("🏅 {badge}", badge=talk.word(action.title)) for action in steps),
        *(
            talk.say("・{badge}（これから）", badge=talk.say(words))
            for badge, words in NAMES.items()
            if badge not in earned
        ),
    )
    ways = (
        talk.choice("報告する", "report"),
        talk.choice("わたしのポイント", "points"),
        talk.choice("メニュー", "menu"),
    )
    return page_card(talk.say("バッジ"), lines, *ways)
