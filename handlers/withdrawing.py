"""Taking one's own report back: one tap on its receipt, or the last one by word."""

from handlers.messages import Choice
from handlers.reporting import standing_lines
from handlers.rules import calendar, points
from handlers.rules.points import Withdrawal
from handlers.talk import Answer, Talk, card, page_card, text
from storage import evidence, ledger
from storage.facts import EntryFacts
from storage.ledger import EntryKind


def withdraw(talk: Talk, entry: str = "") -> Answer:
    """Take back the report that a receipt's button names."""
    report = _find(talk, entry)
    if report is None:
        return text(talk.say("その記録は見つかりませんでした。"), talk.choice("メニュー", "menu"))
    report = ledger.with_worth(talk.connection, report)
    done = ledger.find_by_reference(talk.connection, EntryKind.WITHDRAWAL, str(report.id)) is not None
    stands = ledger.find_share(talk.connection, talk.joined.id, report.action, confirmed=report.confirmed)
    entered_on, limits = calendar.tokyo_day(report.entered_at), talk.programme.limits
    decision = points.decide_withdrawal(entered_on, talk.today, limits, done, corrected=stands < report.points)
    if decision is Withdrawal.ALREADY:
        return text(talk.say("その記録はもう取り消してあります。"), talk.choice("メニュー", "menu"))
    if decision is Withdrawal.CORRECTED:
        words = talk.say("この行動のポイントは市が訂正したので、取り消せません。")
        return text(words, talk.choice("問い合わせ", "contact"), talk.choice("メニュー", "menu"))
    if decision is Withdrawal.TOO_OLD:
        days = talk.programme.limits.withdraw_days
        words = talk.say("取り消せるのは、記録してから{days}日間です。", days=days)
        return text(words, talk.choice("問い合わせ", "contact"), talk.choice("メニュー", "menu"))
    return _withdraw(talk, report)


def _find(talk: Talk, entry: str) -> EntryFacts | None:
    if talk.person is None or not entry.isdecimal() or len(entry) > 18:
        return None
    return ledger.find_report(talk.connection, talk.person.id, int(entry))


def _withdraw(talk: Talk, report: EntryFacts) -> Answer:
    counts = calendar.counts_for_board(report.acted_on, talk.said_at)
    version = talk.programme.version
    moment = {"entered_at": talk.now, "counts_for_board": counts, "rule_version": version}
    ledger.withdraw(talk.connection, report, talk.account.id, **moment)
    evidence.forget_entry(talk.connection, report.id)
    action = talk.programme.action(report.action)
    name = talk.word(action.title) if action else report.action
    title = talk.say("取り消しました：{action}", action=name)
    return card(title, standing_lines(talk), talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))


def offer_last(talk: Talk) -> Answer:
    """Show the last report that stands, with the button that takes it back."""
    report = ledger.find_last_report(talk.connection, talk.person.id) if talk.person else None
    if report is None:
        return text(
            talk.say("取り消せる記録はありません。"),
            talk.choice("報告する", "report"),
            talk.choice("わたしの申し込み", "my"),
            talk.choice("メニュー", "menu"),
        )
    action = talk.programme.action(report.action)
    name = talk.word(action.title) if action else report.action
    line = talk.say(
        "{day}：{action}（{points}ポイント）", day=talk.day(report.acted_on), action=name, points=report.points
    )
    undo = Choice(talk.say("取り消す"), f"w:{report.id}")
    ways = (talk.choice("わたしの申し込み", "my"), talk.choice("そのままにする", "menu"))
    return page_card(talk.say("この記録を取り消しますか？"), (line,), undo, *ways)
