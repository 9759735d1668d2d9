"""Shows staff what was answered after an event, and lets them write its questions until somebody has answered."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.events import faults
from bot.web.staff.events.drafts import one_line
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event
from bot.web.staff.present import Present
from handlers import preparing
from handlers.arranging import ArrangementRefusedError
from handlers.rules import surveys as rules
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, name_language
from storage import attendances, event_checks
from storage.facts import EventFacts, Programme, Question, QuestionKind, Texts

Form = Mapping[str, str]
KINDS = {QuestionKind.SCALE: "1から5まで", QuestionKind.CHOICE: "えらぶ", QuestionKind.WORDS: "文で答える"}
DONE = {"saved": "質問を保存しました。"}
AGAIN = "書いたものは下に残っています。よければ、もう一度保存してください。"
NO_KIND = "聞き方を選んでください。きかないときは、文を消してください。"
ANSWERED = "もう答えた人がいるので、質問は変えられません。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/events/{id}/survey`` to read, and ``/staff/events/{id}/questions`` to write."""

    async def results(request: Request, who: Present) -> Response:
        event, answers = await desk.read(partial(_find, event_id=request.path_params["event_id"]))
        values: dict[str, Any] = {
            "event": event,
            "results": rules.summarise(event.survey, answers),
            "has_answers": bool(answers),
            "fewest": rules.FEWEST,
            "done": DONE.get(request.query_params.get("done", ""), ""),
        }
        return desk.render("survey.html", who=who, **values)

    async def show(request: Request, who: Present) -> Response:
        event = await _open(request)
        return _page(desk, who, event, fill(event))

    async def save(request: Request, who: Present) -> Response:
        event, form, now = await _open(request), dict(await read_form(request)), desk.clock.now()
        survey, wrong = read(form, event, desk.programme())
        if wrong:
            return _page(desk, who, event, form, wrong=wrong)
        asking, seen = replace(event, survey=survey), read_number(form.get("seen", "")) or 0
        unit = partial(preparing.reword, event_id=event.id, event=asking, seen=seen, by=who.name, now=now)
        try:
            await desk.write(unit)
        except ArrangementRefusedError as error:
            return _page(desk, who, event, {**form, "seen": str(event.sequence)}, error=f"{error}{AGAIN}")
        return see_other(f"/staff/events/{event.id}/survey?done=saved")

    async def _open(request: Request) -> EventFacts:
        """Find an event whose questions may still change: answers are kept by the number of their question."""
        event, answers = await desk.read(partial(_find, event_id=request.path_params["event_id"]))
        if answers:
            raise RefusedError(ANSWERED)
        return event

    return [
        guarded(desk, "/staff/events/{event_id:number}/survey", results, Right.LOOK),
        guarded(desk, "/staff/events/{event_id:number}/questions", show, Right.ARRANGE),
        guarded(desk, "/staff/events/{event_id:number}/questions", save, Right.ARRANGE, method="POST"),
    ]


def fill(event: EventFacts) -> dict[str, str]:
    """Give the form that holds an event's questions; each choice is a line of its own in each language."""
    form = {"seen": str(event.sequence)}
    for number, question in enumerate(event.survey, 1):
        form[f"question.{number}"] = question.kind
        form |= {f"words.{number}.{language}": text for language, text in question.words.items()}
        for language in {language for choice in question.choices for language in choice}:
            lines = "\n".join(choice.get(language, "") for choice in question.choices)
            form[f"choices.{number}.{language}"] = lines
    return form


def read(form: Form, event: EventFacts, programme: Programme) -> tuple[tuple[Question, ...], dict[str, str]]:
    """Read the questions from their form; gives also what does not fit, by field."""
    asked = {row: one for row in _rows() if (one := _read_question(form, row, programme)) is not None}
    survey = tuple(asked.values())
    rows = {str(number): str(row) for number, row in enumerate(asked, 1)}
    unasked = {
        f"question.{row}": NO_KIND for row in _rows() if row not in asked and form.get(f"words.{row}.{JAPANESE}")
    }
    return survey, unasked | faults.of_survey(event, survey, programme, rows)


def _read_question(form: Form, row: int, programme: Programme) -> Question | None:
    kind = form.get(f"question.{row}", "")
    if kind not in set(QuestionKind):
        return None
    languages = (JAPANESE, *programme.city.languages)
    words = {language: text for language in languages if (text := one_line(form.get(f"words.{row}.{language}", "")))}
    choices = _read_choices(form, row, languages) if kind == QuestionKind.CHOICE else ()
    return Question(kind=QuestionKind(kind), words=words, choices=choices)


def _read_choices(form: Form, row: int, languages: tuple[str, ...]) -> tuple[Texts, ...]:
    """Read the choices; the lines of each language stand for those of the Japanese."""
    lines = {
        language: [one_line(line) for line in form.get(f"choices.{row}.{language}", "").strip().splitlines()]
        for language in languages
    }
    count = max(map(len, lines.values()))
    return tuple(
        {language: own[place] for language, own in lines.items() if place < len(own) and own[place]}
        for place in range(count)
    )


def _rows() -> range:
    return range(1, event_checks.QUESTIONS + 1)


def _find(connection: Connection, event_id: int) -> tuple[EventFacts, list[dict[int, str]]]:
    return find_event(connection, event_id), attendances.list_answers_of_event(connection, event_id)


def _page(
    desk: Desk, who: Present, event: EventFacts, form: Form, *, error: str = "", wrong: Mapping[str, str] | None = None
) -> Response:
    languages = dict.fromkeys((JAPANESE, *desk.programme().city.languages))
    values: dict[str, Any] = {
        "event": event,
        "form": form,
        "error": error,
        "faults": wrong or {},
        "rows": _rows(),
        "kinds": [("", "きかない"), *((kind.value, words) for kind, words in KINDS.items())],
        "languages": [(tag, name_language(tag, JAPANESE)) for tag in languages],
    }
    return desk.render("survey_questions.html", who=who, status=409 if error or wrong else 200, **values)
