"""Turns the form of one row of the answer table into the row and back; says in Japanese what does not fit."""

import secrets
from collections.abc import Iterable, Mapping

from bot.web.staff.desk import RefusedError
from handlers.texts import JAPANESE, name_language
from storage import answer_checks
from storage.facts import AnswerRow, Programme

Form = Mapping[str, str]
LINES = range(1, answer_checks.LINES + 1)


def languages(programme: Programme) -> list[tuple[str, str]]:
    """List the city's languages with their names, Japanese first."""
    tags = sorted(programme.city.languages, key=lambda tag: tag != JAPANESE)
    return [(tag, name_language(tag, JAPANESE)) for tag in tags]


def fill(row: AnswerRow) -> dict[str, str]:
    """Give the form that holds a row."""
    words = {f"words.{tag}": "\n".join(said) for tag, said in row.words.items()}
    lines = {f"line{number}.{tag}": line for tag, said in row.lines.items() for number, line in enumerate(said, 1)}
    return {**words, **lines, "link": row.link, "telephone": row.telephone, "action": row.action}


def read(form: Form, programme: Programme, code: str = "") -> AnswerRow:
    """Read a row; RefusedError says what does not fit. A new row gets a code of its own."""
    tags = [tag for tag, _ in languages(programme)]
    words = {tag: _lines(form.get(f"words.{tag}", "").splitlines()) for tag in tags}
    lines = {tag: _lines(form.get(f"line{number}.{tag}", "") for number in LINES) for tag in tags}
    row = AnswerRow(
        code=code or f"a{secrets.token_hex(6)}",
        words={tag: said for tag, said in words.items() if said},
        lines={tag: said for tag, said in lines.items() if said},
        link=form.get("link", ""),
        telephone=form.get("telephone", ""),
        action=form.get("action", ""),
    )
    problems = answer_checks.find_problems(row, programme)
    if problems:
        raise RefusedError(_in_japanese(problems[0]))
    return row


def _lines(typed: Iterable[str]) -> tuple[str, ...]:
    """Leave out empty lines and what is written twice."""
    return tuple(dict.fromkeys(line for one in typed if (line := " ".join(one.split()))))


_WORDS = (
    ("words:", "質問に出てくる言葉を、ひとつは書いてください。"),
    ("words.", "質問に出てくる言葉は、一行にひとつ、2文字から60文字で、30行までです。"),
    ("lines.ja: is missing", "日本語の答えを書いてください。ほかの言語は、なくてもかまいません。"),
    ("lines.", "答えは二行まで、一行は全角60文字までです。"),
    ("link:", "リンクは https:// から、半角で書いてください。"),
    ("telephone:", "電話は 093-000-0000 のように、半角の数字とハイフンで書いてください。"),
    ("action:", "行動の言いかえにするときは、答え・リンク・電話は書けません。どちらかを空にしてください。"),
)


def _in_japanese(problem: str) -> str:
    return next((words for beginning, words in _WORDS if problem.startswith(beginning)), problem)
