"""Confirming one's own report by a photo: the button, the link to send it by, and what became of it. Takes no photo.

docs/decisions/evidence.md says why a photo never comes through a chat, and who is asked for one.
"""

import secrets
from datetime import date, timedelta

from handlers import teaming
from handlers.messages import Choice
from handlers.rules import evidence as rules
from handlers.rules.evidence import Reason
from handlers.talk import Answer, Talk, card, text
from handlers.texts import Words, _, format_day
from storage import audit, evidence, ledger, marks
from storage.evidence import EvidenceFacts, EvidenceState
from storage.facts import Action, EntryFacts, Programme
from storage.marks import MarkName

LINK_LIFE = timedelta(days=3)
MOST_A_DAY = 10
"""Reports of one person for which a link is given within a day: staff look at every photo."""
TOLD_FOR = timedelta(days=62)
TOLD = 3
REASONS = {
    Reason.UNCLEAR: _("写真がはっきり見えませんでした"),
    Reason.PRIVATE: _("顔・名前・住所・車のナンバーなどが写っていました"),
    Reason.OTHER_ACT: _("この行動の写真だと分かりませんでした"),
    Reason.USED_BEFORE: _("前に使った写真でした"),
    Reason.NOT_OWN: _("自分でとった写真ではないようでした"),
}
_DONE = (EvidenceState.ACCEPTED, EvidenceState.REFUSED, EvidenceState.EXPIRED)


def offer(talk: Talk, action: Action, entry_id: int) -> tuple[Choice, ...]:
    """Give the button on a receipt, where a photo can confirm the report."""
    if not talk.public_url or not _may_have(talk, action, entry_id):
        return ()
    return (talk.choice("写真で確かめてもらう", f"proof:{entry_id}"),)


def ask(talk: Talk, entry: str = "") -> Answer:
    """Give the link for one report; an older link of the same report works no more."""
    report = _find(talk, entry)
    action = talk.programme.action(report.action) if report else None
    if report is None or action is None or not offer(talk, action, report.id):
        return text(talk.say("この記録は、写真では確かめられません。"), *_ways(talk))
    known = evidence.find_of_entry(talk.connection, report.id)
    if known is not None and known.state is EvidenceState.WAITING:
        return text(talk.say("写真は届いています。市が確かめるまでお待ちください。"), *_ways(talk))
    if known is not None and known.state in _DONE:
        return text(talk.say("この記録の確認は、もう終わっています。"), *_ways(talk))
    if known is None and _asked_much(talk):
        words = talk.say("写真の確認は1日に{count}件までです。あすまたお願いします。", count=MOST_A_DAY)
        return text(words, *_ways(talk))
    return _give_link(talk, action, report)


def _give_link(talk: Talk, action: Action, report: EntryFacts) -> Answer:
    token = secrets.token_urlsafe(32)
    evidence.ask(
        talk.connection,
        report.id,
        person_id=report.person_id,
        action=action.code,
        acted_on=report.acted_on,
        points=action.confirmed_points,
        rule_version=talk.programme.version,
        token_hash=talk.keyed_hash(f"evidence:{token}"),
        token_until=talk.real_now + LINK_LIFE,
        language=talk.language,
        asked_at=talk.now,
    )
    lines = (
        name_report(talk.words, talk.programme, action.code, report.acted_on),
        talk.say("確認ができたときに{points}ポイントがつきます。", points=action.confirmed_points),
        talk.say("顔・名前・住所・車のナンバーが写らないようにしてください。"),
        talk.say("リンクは{days}日間、1回だけ使えます。ほかの人に教えないでください。", days=LINK_LIFE.days),
    )
    send = Choice(talk.say("写真を送るページ"), url=f"{talk.public_url}/evidence/{token}")
    return card(talk.say("写真で確かめてもらう"), lines, send, talk.choice("メニュー", "menu"))


def name_report(words: Words, programme: Programme, code: str, on: date) -> str:
    """Name the report that a photo is for, alike in the chat and on the page."""
    action = programme.action(code)
    title = (action.title.get(words.language) or action.title["ja"]) if action else code
    return words.say("{day}：{action}", day=format_day(on, words.language), action=title)


def answer_photo(talk: Talk) -> Answer:
    """Answer a photo or another file: it is not downloaded; the newest report that it may be of gets its link."""
    words = talk.say(
        "ありがとうございます。ここで送られた写真やファイルは、個人情報を守るため受け取らずにいます。行動はボタンか文字で教えてください。"
    )
    report = ledger.find_last_report(talk.connection, talk.person.id) if talk.person else None
    action = talk.programme.action(report.action) if report else None
    button = offer(talk, action, report.id) if report and action and _is_open(talk, report.id) else ()
    return text(words, *button, *_ways(talk))


def _is_open(talk: Talk, entry_id: int) -> bool:
    known = evidence.find_of_entry(talk.connection, entry_id)
    return known is None or known.state in (EvidenceState.ASKED, EvidenceState.AGAIN)


def tell(talk: Talk) -> tuple[str, ...]:
    """Say beside a person's points what became of their photos."""
    found = evidence.list_told(talk.connection, talk.joined.id, talk.now - TOLD_FOR, TOLD)
    return tuple(_tell_one(talk, one) for one in found)


def _tell_one(talk: Talk, one: EvidenceFacts) -> str:
    action = talk.programme.action(one.action)
    about = {"day": talk.day(one.acted_on), "action": talk.word(action.title) if action else one.action}
    if one.state is EvidenceState.ACCEPTED:
        return talk.say("写真を確かめました（{day}：{action}）：{points}ポイント", points=one.points, **about)
    if one.state is EvidenceState.EXPIRED:
        return talk.say("写真を確かめられないまま期限が過ぎました（{day}：{action}）。記録はそのままです。", **about)
    reason = talk.say(REASONS[Reason(one.reason)])
    if one.state is EvidenceState.AGAIN:
        about["reason"] = reason
        return talk.say("写真では確かめられませんでした（{day}：{action}）：{reason}。記録はそのままです。", **about)
    return talk.say("写真を確かめ、記録を取り消しました（{day}：{action}）：{reason}。", reason=reason, **about)


def _find(talk: Talk, entry: str) -> EntryFacts | None:
    if talk.person is None or not entry.isdecimal() or len(entry) > 18:
        return None
    report = ledger.find_report(talk.connection, talk.person.id, int(entry))
    return report if report is not None and ledger.stands(talk.connection, report.id) else None


def _may_have(talk: Talk, action: Action, entry_id: int) -> bool:
    if not rules.can_be_confirmed(action) or teaming.is_in_class(talk):
        return False
    return rules.may_have(action, _seed(talk), entry_id, talk.programme.limits.evidence_share)


def _seed(talk: Talk) -> str:
    """Give the seed of the sample; whoever needs it first draws it, and it is written down."""
    seed = marks.find(talk.connection, MarkName.EVIDENCE_SEED)
    if seed is None:
        seed = secrets.token_hex(16)
        marks.put(talk.connection, MarkName.EVIDENCE_SEED, seed)
        audit.add(talk.connection, "bot", "evidence.seed", "evidence", talk.now, seed)
    return seed


def _asked_much(talk: Talk) -> bool:
    since = talk.now - timedelta(days=1)
    return evidence.count_asked(talk.connection, talk.joined.id, since) >= MOST_A_DAY


def _ways(talk: Talk) -> tuple[Choice, ...]:
    return talk.choice("報告する", "report"), talk.choice("メニュー", "menu")
