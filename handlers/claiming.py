"""Claiming by slip: who was at an event as a guest takes what they earned over to themselves. A code works once."""

import re
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import entering, joining
from handlers.attending import SLIP_LENGTH, SLIP_LETTERS
from handlers.entering import CheckedIn
from handlers.reporting import standing_lines
from handlers.rules.folding import folded
from handlers.talk import Answer, Talk, card, text
from storage import attendances, audit, people, registrations
from storage.database import lock_person
from storage.facts import AttendanceFacts, AttendanceState, Programme

WRONG_AN_HOUR = 5  # a person's wrong codes; at 36 bits nobody guesses one in a lifetime
_CODE = re.compile(f"(?:控え|すりっぷ|SLIP)?([{SLIP_LETTERS}]{{{SLIP_LENGTH}}})")


def read_code(words: str) -> str | None:
    """Read a slip's code out of typed words, by itself or after 「控え」: in any width and case, with gaps."""
    found = _CODE.fullmatch("".join(folded(words).split()).upper())
    code = found[1] if found else ""
    return code if any(letter.isdigit() for letter in code) and not code.isdigit() else None


def hear(talk: Talk, words: str) -> Answer | None:
    """Take a slip's code, asked for or not, and 「控え」 alone for the wish to give one; None for anything else."""
    if folded(words) in (folded("控え"), folded("スリップ")):
        return ask(talk)
    code = read_code(words)
    return None if code is None else claim(talk, code)


def ask(talk: Talk) -> Answer:
    """Ask for the code on a slip; the next text is taken for it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="slip")
    people.change(talk.connection, talk.joined.id, awaiting="slip")
    return text(talk.say("受付で渡された控えにある、8文字のコードを送ってください。"), talk.choice("やめる", "menu"))


def ask_again(talk: Talk) -> Answer:
    """Say what a code looks like to somebody who was asked for one and wrote something else."""
    words = talk.say("コードは、数字と英字を合わせた8文字です。控えを見て、もう一度送ってください。")
    return text(words, talk.choice("やめる", "menu"), talk.choice("問い合わせ", "contact"))


def claim(talk: Talk, code: str) -> Answer:
    """Give the guest's attendances and points to whoever brings the slip's code."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="slip")
    person_id = talk.joined.id
    people.change(talk.connection, person_id, awaiting=None)
    subject, since = f"person:{person_id}", talk.now - timedelta(hours=1)
    if audit.count(talk.connection, "slip.refuse", subject, since) >= WRONG_AN_HOUR:
        words = talk.say(
            "ちがうコードが続いたため、いまは受け付けられません。1時間ほどあけてから、もう一度送ってください。"
        )
        return text(words, talk.choice("問い合わせ", "contact"), talk.choice("メニュー", "menu"))
    guest_id = registrations.take_slip(talk.connection, talk.keyed_hash(f"slip:{code}"))
    if guest_id is None:
        audit.add(talk.connection, "person", "slip.refuse", subject, talk.now)
        words = talk.say(
            "このコードは使えませんでした。控えの文字をたしかめて、もう一度送ってください。一度使ったコードは、もう使えません。"
        )
        return text(words, talk.choice("もう一度送る", "slip"), talk.choice("問い合わせ", "contact"))
    count, points = hand_over(talk.connection, talk.programme, guest_id, person_id, talk.account.id, talk.now)
    audit.add(talk.connection, "person", "slip.claim", subject, talk.now)
    gained = talk.say("参加 {count}回・{points}ポイント", count=count, points=talk.number(points))
    if not count:
        gained = talk.say("新しく加わる参加はありませんでした（同じ回の参加が、もう記録されています）。")
    ways = (talk.choice("わたしのポイント", "points"), talk.choice("メニュー", "menu"))
    return card(talk.say("控えの記録を引き継ぎました"), (gained, *standing_lines(talk)), *ways)


def hand_over(
    connection: Connection, programme: Programme, guest_id: int, person_id: int, account_id: int, now: datetime
) -> tuple[int, int]:
    """Give a guest's attendances to a person; gives how many they have from it, and the points.

    No entry is rewritten: each attendance is taken back from the guest and entered for the person by the same rules,
    unless they were checked in to that part themselves, so that nobody counts twice and the day's limit holds.
    """
    for number in sorted((guest_id, person_id)):
        lock_person(connection, number)
    listed = attendances.list_of_person(connection, guest_id)
    in_order = sorted(listed, key=lambda one: one.event_id)  # events are locked lowest first
    given = [_give(connection, programme, one, person_id, account_id, now) for one in in_order]
    done = [one for one in given if one is not None]
    return len(done), sum(one.points for one in done)


def _give(
    connection: Connection,
    programme: Programme,
    listed: AttendanceFacts,
    person_id: int,
    account_id: int,
    now: datetime,
) -> CheckedIn | None:
    """Give one attendance; read anew, because taking another of its day back may have entered it again."""
    found = entering.locked(connection, listed.part_id)
    attendance = attendances.find(connection, listed.part_id, listed.person_id)
    if found is None or attendance is None:
        return None
    entering.undo(connection, programme, attendance, now)
    own = attendances.find(connection, attendance.part_id, person_id)
    if own is not None and own.state is AttendanceState.CONFIRMED:
        return None
    seen = {"way": attendance.way, "state": attendance.state, "at": attendance.at, "entered_at": now}
    who = {"entered_by": "slip", "account_id": account_id}
    entered = attendances.put(connection, attendance.event_id, attendance.part_id, person_id, **seen, **who)
    return entering.enter(connection, programme, found[1], entered, now)
