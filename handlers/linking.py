"""One person on two apps: a code shown on one phone and given on the other, and one clear question before they join.

The codes are kept as keyed hashes, work once and for minutes, and guessing is limited per account.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from handlers import joining, merging
from handlers.merging import Forecast, Merged, NotMerged
from handlers.messages import Choice, Text
from handlers.rules import link_codes
from handlers.rules.person_codes import LETTERS
from handlers.talk import Answer, Talk, card, page_card, text
from storage import accounts, alerts, approvers, audit, ledger, outbox, people, recoveries
from storage.facts import AccountFacts, AccountState, ChannelName
from storage.recoveries import CodeFacts, CodeKind

CODE_LIFE = timedelta(minutes=10)
WRONG_AN_HOUR = 5  # an account's wrong codes
PAYLOAD = "k_"
"""Begins what a deep link to Telegram carries, with the code after it."""


def show(talk: Talk) -> Answer:
    """Say what linking is, and offer both ends of it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="link")
    lines = (
        talk.say("LINEとTelegramの両方で使うと、ポイントと申し込みを1つの記録にまとめられます。"),
        talk.say("いま使っている方でコードを出し、もう一方でそのコードを送ってください。"),
    )
    ways = (
        talk.choice("コードを出す", "linkcode"),
        talk.choice("コードを送る", "linkenter"),
        talk.choice("前の電話をなくした", "recover"),
    )
    return page_card(talk.say("ほかのアプリとつなぐ"), lines, *ways, talk.choice("メニュー", "menu"))


def give_code(talk: Talk) -> Answer:
    """Show a new code, which replaces the one before."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="link")
    letters = make_code(talk, talk.joined.id, CodeKind.LINK)
    lines = (
        link_codes.write(letters, 3),
        talk.say("10分のあいだ、1回だけ使えます。もう一方のアプリで、このボットに送ってください。"),
        talk.say("ほかの人には見せないでください。"),
    )
    opens: tuple[Choice, ...] = ()
    if talk.telegram_chat and talk.account.channel is not ChannelName.TELEGRAM:
        opens = (Choice(talk.say("Telegramで開く"), url=f"{talk.telegram_chat}?start={PAYLOAD}{letters}"),)
    return card(talk.say("つなぐためのコード"), lines, *opens, talk.choice("メニュー", "menu"))


def make_code(talk: Talk, person_id: int, kind: CodeKind) -> str:
    """Draw a code for a record and keep its keyed hash; gives its letters."""
    letters = draw_code()
    recoveries.put_code(talk.connection, person_id, kind, talk.keyed_hash(f"link:{letters}"), talk.real_now + CODE_LIFE)
    return letters


def draw_code() -> str:
    """Draw the letters of a code."""
    while not link_codes.is_code(letters := "".join(secrets.choice(LETTERS) for _ in range(link_codes.LENGTH))):
        pass
    return letters


def ask_code(talk: Talk) -> Answer:
    """Ask for the code that the other phone shows; the next text is taken for it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="linkenter")
    people.change(talk.connection, talk.joined.id, awaiting="link")
    return text(talk.say("もう一方のアプリに出ている、9文字のコードを送ってください。"), talk.choice("やめる", "menu"))


def ask_again(talk: Talk) -> Answer:
    """Say what a code looks like to somebody who was asked for one and wrote something else."""
    words = talk.say("コードは、数字と英字を合わせた9文字です。もう一度送ってください。")
    return text(words, talk.choice("やめる", "menu"), talk.choice("問い合わせ", "contact"))


def hear(talk: Talk, words: str) -> Answer | None:
    """Take a code, asked for or not; None for anything else."""
    letters = link_codes.read(words)
    return None if letters is None else ask(talk, letters)


def ask(talk: Talk, letters: str) -> Answer:
    """Ask once, clearly, before two records become one."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"start:{PAYLOAD}{letters}"[:64])
    people.change(talk.connection, talk.joined.id, awaiting=None)
    if is_guessing(talk):
        return refuse_guessing(talk)
    code_hash = talk.keyed_hash(f"link:{letters}")
    found = recoveries.find_code(talk.connection, code_hash, talk.real_now)
    target = people.find_root(talk.connection, found.person_id) if found else 0
    forecast = merging.foresee(talk.connection, talk.programme, talk.joined.id, target) if found else NotMerged.NOBODY
    if found is None or isinstance(forecast, NotMerged):
        return _refuse(talk, forecast)
    return _question(talk, found, forecast, letters)


def is_guessing(talk: Talk) -> bool:
    """Tell whether an account sent too many wrong codes within the hour."""
    subject, since = f"account:{talk.account.id}", talk.now - timedelta(hours=1)
    return audit.count(talk.connection, "link.refuse", subject, since) >= WRONG_AN_HOUR


def refuse_guessing(talk: Talk) -> Answer:
    """Ask who sent too many wrong codes to wait."""
    words = talk.say(
        "ちがうコードが続いたため、いまは受け付けられません。1時間ほどあけてから、もう一度送ってください。"
    )
    return text(words, talk.choice("問い合わせ", "contact"), talk.choice("メニュー", "menu"))


def note_wrong(talk: Talk) -> None:
    """Write down that an account sent a wrong code."""
    audit.add(talk.connection, "person", "link.refuse", f"account:{talk.account.id}", talk.now)


def _refuse(talk: Talk, why: object) -> Answer:
    if why is NotMerged.SAME:
        return text(talk.say("このアプリは、もうその記録につながっています。"), talk.choice("メニュー", "menu"))
    note_wrong(talk)
    words = talk.say("このコードは使えませんでした。10分を過ぎたか、もう使われています。新しいコードを出してください。")
    return text(words, talk.choice("コードを出す", "linkcode"), talk.choice("メニュー", "menu"))


def _question(talk: Talk, found: CodeFacts, forecast: Forecast, letters: str) -> Answer:
    other = forecast.kept if forecast.joining.id == talk.joined.id else forecast.joining
    lines = [
        talk.say(
            "このアプリの記録：{name}（{points}ポイント）",
            name=talk.joined.nickname,
            points=_points(talk, talk.joined.id),
        ),
        talk.say("もう一方の記録：{name}（{points}ポイント）", name=other.nickname, points=_points(talk, other.id)),
        talk.say("1つになると、名前は{name}になります。", name=forecast.kept.nickname),
    ]
    if forecast.doubles or forecast.seen:
        lines.append(talk.say("両方で記録した同じ行動と参加は、1回に数え直します。"))
    if forecast.seats:
        lines.append(talk.say("両方で申し込んだ席は1つになり、もう1つは次の人にまわります。"))
    if found.kind is CodeKind.BRING_BACK:
        lines.append(talk.say("前に使っていたアプリは記録から外れ、お知らせも届かなくなります。"))
    yes = talk.choice("はい、1つにする", f"linkyes:{letters}")
    return page_card(talk.say("2つの記録を1つにしますか？"), tuple(lines), yes, talk.choice("やめる", "menu"))


def _points(talk: Talk, person_id: int) -> str:
    tallies = ledger.list_tallies(talk.connection, person_id)
    return talk.number(sum(one.confirmed + one.self_reported for one in tallies))


def join(talk: Talk, letters: str = "") -> Answer:
    """Make the two records one; the code ends with it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="link")
    if is_guessing(talk):
        return refuse_guessing(talk)
    found = recoveries.take_code(talk.connection, talk.keyed_hash(f"link:{letters}"), talk.real_now)
    if found is None:
        return _refuse(talk, None)
    target = people.find_root(talk.connection, found.person_id)
    known = accounts.list_of_person(talk.connection, target)
    done = merging.merge(talk.connection, talk.programme, talk.joined.id, target, talk.now)
    if not isinstance(done, Merged):
        return _refuse(talk, done)
    audit.add(talk.connection, "person", "person.merge", f"person:{done.kept_id}", talk.now, f"merge:{done.merge_id}")
    if found.kind is CodeKind.BRING_BACK:
        _detach(talk, known)
        recoveries.forget_person(talk.connection, [target])
    return _joined(talk.again(), found.kind, known)


def _detach(talk: Talk, known: Iterable[AccountFacts]) -> None:
    """Take the accounts that a record had before off it; what waited to be sent to them stops."""
    for account in known:
        accounts.change(talk.connection, account.id, person_id=None, pending=None)
        outbox.stop_account(talk.connection, account.id, talk.real_now)
        alerts.drop_receivers(talk.connection, [account.id])
        approvers.remove_devices(talk.connection, [account.id])


def _joined(talk: Talk, kind: CodeKind, known: Iterable[AccountFacts]) -> Answer:
    """Say that it is done, here and on the accounts that the record had before."""
    lines = (
        talk.say(
            "{name}さん、合計は{points}ポイントです。", name=talk.joined.nickname, points=_points(talk, talk.joined.id)
        ),
        talk.say("心当たりのないことがあれば、市に問い合わせてください。市の窓口で元に戻せます。"),
    )
    ways = (
        talk.choice("わたしのポイント", "points"),
        talk.choice("わたしの申し込み", "my"),
        talk.choice("メニュー", "menu"),
    )
    said = card(talk.say("記録が1つになりました"), lines, *ways)
    reached = (account for account in known if account.state is AccountState.FOLLOWING)
    told = tuple((account, (Text(_news(talk, account, kind)),)) for account in reached)
    return Answer(said.messages, must_arrive=True, told=told)


def _news(talk: Talk, account: AccountFacts, kind: CodeKind) -> str:
    words = talk.texts.of(account.language or talk.language)
    if kind is CodeKind.BRING_BACK:
        return words.say(
            "記録がべつのアプリに引き継がれ、ここからは外れました。心当たりがなければ、すぐに市へ知らせてください。"
        )
    return words.say("べつのアプリがあなたの記録につながりました。心当たりがなければ、すぐに市へ知らせてください。")
