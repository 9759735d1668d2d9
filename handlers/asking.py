"""A person hands a question over to staff: first told when and how it is answered, then it is taken. Sends nothing."""

from datetime import date

from handlers.messages import Choice
from handlers.rules import deadlines
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import format_day
from storage import inquiries, people
from storage.inquiries import InquiryState

LONGEST = 1_000  # characters of one line: what staff read on one screen
AWAITED, THREAD = "ask", "thread"
"""The next typed words are the question; or they go on with it, unless they clearly want something else."""


def explain(talk: Talk) -> Answer:
    """Say when and how staff answer and what not to write; the person's next message is their question."""
    if talk.person is None:
        return _refer(talk)
    people.change(talk.connection, talk.person.id, awaiting=AWAITED)
    hours = talk.programme.staff_hours
    lines = (
        talk.say("次に送る文を、市の職員が読みます。"),
        talk.say("返事は{day}までに、このチャットに届きます。", day=format_day(_due(talk), talk.language)),
        talk.say(
            "職員が読むのは、平日の{opens}から{closes}です。急ぎには向きません。",
            opens=hours.opens,
            closes=hours.closes,
        ),
        talk.say("住所・名前・電話番号・カードなどの番号は、書かないでください。"),
        *_warning(talk),
    )
    return page_card(talk.say("職員に聞く"), lines, Choice(talk.say("やめる"), "menu"))


def _refer(talk: Talk) -> Answer:
    """Send who has not agreed to anything being stored to the city's own contact."""
    words = talk.say("チャットで職員に聞けるのは、参加している人です。")
    contact = talk.word(talk.programme.city.contact)
    return text(f"{words}\n{contact}", talk.choice("参加する", "consent"), talk.choice("メニュー", "menu"))


def _due(talk: Talk) -> date:
    return deadlines.due_on(talk.now, talk.programme.staff_hours)


def _warning(talk: Talk) -> tuple[str, ...]:
    return (
        (talk.say("お知らせを休んでいるあいだは、返事が届きません。「設定」で戻せます。"),)
        if talk.account.paused
        else ()
    )


def take(talk: Talk, words: str) -> Answer:
    """Take typed words as a question, or as the next line of the one that is still talked about."""
    person_id, due = talk.joined.id, _due(talk)
    people.change(talk.connection, person_id, awaiting=None)
    live = inquiries.find_live(talk.connection, person_id)
    if live is not None and live.state is InquiryState.OPEN:
        due = live.due_on
    now_open = {"state": InquiryState.OPEN, "due_on": due, "account_id": talk.account.id}
    if live is not None and inquiries.change(talk.connection, live, talk.now, **now_open):
        number = live.id
    else:
        number = inquiries.add(talk.connection, person_id, talk.account.id, due, talk.now)
    kept = words.strip()[:LONGEST]
    inquiries.add_line(talk.connection, number, kept, talk.now, message_id=talk.incoming.message_id)
    return _confirm(talk, due, is_cut=len(kept) < len(words.strip()))


def _confirm(talk: Talk, due: date, *, is_cut: bool) -> Answer:
    said = talk.say("職員に渡しました。返事は{day}までに、このチャットに届きます。", day=format_day(due, talk.language))
    if is_cut:
        said += "\n" + talk.say("長いので、はじめの{count}文字を渡しました。", count=talk.number(LONGEST))
    return text(said, talk.choice("書きたす", "ask"), talk.choice("メニュー", "menu"))
