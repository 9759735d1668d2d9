"""Answers from the answer table what nothing else understood; staff's changes of the table are stored here, too."""

from datetime import datetime

from sqlalchemy import Connection

from handlers import confirming
from handlers.messages import Choice
from handlers.rules import answers as rules
from handlers.talk import Answer, Talk, card
from handlers.texts import JAPANESE, Words
from storage import answers, audit
from storage.facts import AnswerRow, Intent, Mentioned, StoredAnswer

GIVES_WAY = frozenset({Intent.NONE, Intent.HELP, Intent.CONTACT, Intent.REGISTER})
"""What is only guessed from a word gives way to a row: 「粗大ごみの申し込み」 is about bulky waste, not an event."""


class OutdatedRowError(Exception):
    """Somebody else changed the row first, or took it away."""


class FullTableError(Exception):
    """There are as many rows as the table may have."""


def find(talk: Talk, words: str) -> Answer | None:
    """Answer typed words from the table; None where no row has them."""
    row = rules.find(words, talk.language, [one.row for one in answers.list_all(talk.connection)])
    if row is None:
        return None
    if row.action:
        action = talk.programme.action(row.action)
        return confirming.ask(talk, (Mentioned(action.code, talk.on),)) if action else None
    return compose(row, talk.words)


def compose(row: AnswerRow, words: Words) -> Answer:
    """Put a row into words; one that was not written in the reader's language is shown in Japanese, with a word."""
    lines = row.lines.get(words.language)
    title, *rest = lines or row.lines[JAPANESE]
    said = [*rest]
    if row.telephone:
        said.append(words.say("電話：{telephone}", telephone=row.telephone))
    if lines is None:
        said.append(words.say("この答えは、まだ日本語だけです。"))
    buttons = [Choice(words.say("くわしく見る"), url=row.link)] if row.link else []
    buttons += [Choice(words.say("職員に聞く"), "ask"), Choice(words.say("メニュー"), "menu")]
    return card(title, tuple(said), *buttons)


def add(connection: Connection, row: AnswerRow, by: str, now: datetime) -> int:
    """Add a row for staff; gives its number. FullTableError where there are too many."""
    if len(answers.list_all(connection)) >= answers.MOST:
        raise FullTableError
    number = answers.add(connection, row, by, now)
    audit.add(connection, by, "answer.add", f"answer:{number}", now)
    return number


def change(connection: Connection, seen: StoredAnswer, row: AnswerRow, by: str, now: datetime) -> None:
    """Change a row as it was seen; OutdatedRowError where it is another meanwhile."""
    if not answers.change(connection, seen.id, seen.version, row, by, now):
        raise OutdatedRowError
    audit.add(connection, by, "answer.change", f"answer:{seen.id}", now, f"version {seen.version + 1}")


def remove(connection: Connection, answer_id: int, version: int, by: str, now: datetime) -> None:
    """Take a row away as it was seen; OutdatedRowError where it is another meanwhile."""
    if not answers.remove(connection, answer_id, version, by, now):
        raise OutdatedRowError
    audit.add(connection, by, "answer.remove", f"answer:{answer_id}", now)
