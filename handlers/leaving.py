"""What is stored about me: see it, take it along, and leave. Leaving keeps the totals and forgets the person."""

import json
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection

from handlers import erasing
from handlers.messages import Choice
from handlers.rules import calendar, person_codes
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import format_day, language_name
from storage import accounts, inbox, ledger, merges, people, remains, teams, weeks
from storage.facts import PersonFacts


def show_data(talk: Talk) -> Answer:
    """Show what is stored about the person, with a link to all of it."""
    if talk.person is None:
        words = talk.say("まだ参加していないので、ことばの設定のほかに記録はありません。")
        return text(words, talk.choice("参加する", "consent"), talk.choice("メニュー", "menu"))
    person = talk.person
    ward = talk.programme.ward(person.ward)
    lines = (
        talk.say("名前：{name}", name=person.nickname),
        talk.say("参加者コード：{code}（問い合わせのとき、市に伝えてください）", code=person_codes.write(person.id)),
        talk.say("区：{ward}", ward=talk.word(ward.name) if ward else talk.say("まだ選んでいません")),
        talk.say("ことば：{language}", language=language_name(talk.language)),
        talk.say(
            "同意した日：{day}（第{version}版）",
            day=format_day(_agreed_on(talk, person), talk.language, year=True),
            version=person.consent_version,
        ),
        *_on_board(talk, person),
        talk.say(
            "記録した行動：{count}件", count=sum(t.times for t in ledger.list_tallies(talk.connection, person.id))
        ),
        talk.say("チャットに送った文は7日で消えます。"),
    )
    link = talk.make_link("mydata", str(talk.account.id))
    download = (Choice(talk.say("全部を受け取る（1時間有効）"), url=link),) if link else ()
    ways = (talk.choice("復旧のことば", "word"), talk.choice("退会する", "leave"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("わたしのデータ"), lines, *download, *ways)


def _on_board(talk: Talk, person: PersonFacts) -> tuple[str, ...]:
    """Say what others see of the person, and whether Monday's message is wanted."""
    shown = () if person.board_name is None else (talk.say("ランキングの名前：{name}", name=person.board_name),)
    monday = (talk.say("月曜のお知らせを希望しています。"),) if person.wants_monday else ()
    return shown + monday


def _agreed_on(talk: Talk, person: PersonFacts) -> date:
    """Give the day of the newest consent: a changed text is agreed to anew."""
    given = people.list_consents(talk.connection, person.id)
    return calendar.tokyo_day(given[-1][2] if given else person.joined_at)


def ask(talk: Talk) -> Answer:
    """Say what leaving means before it is confirmed."""
    if talk.person is None:
        return text(talk.say("参加していないので、退会の手続きはいりません。"), talk.choice("メニュー", "menu"))
    people.change(talk.connection, talk.person.id, awaiting=f"leave:{talk.event_id}")
    lines = (
        talk.say("名前・区・アカウントID・送った文・申し込みを消します。元には戻せません。"),
        talk.say("ポイントは、だれのものか分からない形で市の合計に残ります。"),
    )
    yes = Choice(talk.say("退会して消す"), f"leaving:{talk.event_id}")
    return page_card(talk.say("退会しますか？"), lines, yes, talk.choice("やめておく", "stay"))


def stay(talk: Talk) -> Answer:
    """Keep everything as it is."""
    return text(talk.say("そのままにしました。これからもよろしくお願いします。"), talk.choice("メニュー", "menu"))


def leave(talk: Talk, event: str = "") -> Answer:
    """Replace the person by a tombstone with a random number; the ledger keeps its entries, so that totals hold."""
    if talk.person is None:
        return ask(talk)
    if talk.person.awaiting != f"leave:{event}":
        return ask(talk)
    erasing.erase_person(talk.connection, talk.person.id, talk.keyed_hash, talk.now)
    words = talk.say("退会しました。これまでのご協力、ありがとうございました。いつでもまた参加できます。")
    again = talk.choice("参加する", "language")
    return Answer(text(words, again).messages, must_arrive=True, forget=True)


def collect(connection: Connection, account_id: int) -> dict[str, object]:
    """Collect all that is stored about the person of an account, ready for JSON; LookupError when nobody is there."""
    person = people.find(connection, accounts.get(connection, account_id).person_id)
    if person is None:
        raise LookupError("nobody joined from this account")
    owned = accounts.list_of_person(connection, person.id)
    consents = people.list_consents(connection, person.id)
    return {
        "person": asdict(person),
        "accounts": [asdict(account) for account in owned],
        "consents": [{"version": v, "language": language, "given_at": at} for v, language, at in consents],
        "merges": [asdict(one) for one in merges.list_of_person(connection, person.id)],
        **remains.collect(connection, person.id),
        **teams.collect(connection, people.list_numbers(connection, person.id)),
        "weeks": [asdict(week) for week in weeks.list_of_person(connection, person.id)],
        "ledger": [asdict(entry) for entry in ledger.list_entries(connection, person.id)],
        "stored_messages": [
            json.loads(raw) for account in owned for raw in inbox.list_bodies(connection, account.channel, account.key)
        ],
    }
