"""Staff find one person by code or nickname, and see where they stand; who looked is written down. Changes nobody.

What is shown is what somebody on the telephone asks about. Platform ids are on no page.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import correcting
from handlers.alerting import PLATFORMS
from handlers.rules import person_codes
from handlers.rules.calendar import tokyo_day
from handlers.rules.corrections import UNNAMED
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, name_language
from storage import accounts, attendances, audit, events, ledger, people, registrations, staff, weeks
from storage.facts import (
    AccountFacts,
    AccountState,
    AttendanceFacts,
    EntryFacts,
    EventFacts,
    PersonFacts,
    PersonWeek,
    Programme,
    RegistrationFacts,
)
from storage.ledger import Tally

PAGE = 50  # persons found
LONGEST = 60  # signs of what is searched for
WEEKS = 12
EVENTS = 30
CORRECTIONS = 10
DONE = {
    "corrected": "訂正しました。その人が「わたしのポイント」を開くと、わけといっしょに出ます。",
    "merged": "2人の記録を1人にまとめました。",
    "unmerged": "まとめた記録を、もとの2人にもどしました。",
    "paused": "お知らせを休みにしました。もとにもどせるのは、その人だけです。",
}
ACCOUNT_STATES = {
    AccountState.FOLLOWING: "届きます",
    AccountState.BLOCKED: "ブロックしています",
    AccountState.GONE: "いなくなりました",
    AccountState.TOMBSTONE: "長く届かないため、消しました",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person as their page shows them; of weeks and events the newest."""

    person: PersonFacts
    code: str
    ward: str
    accounts: Sequence[AccountFacts]
    tallies: Sequence[Tally]
    weeks: Sequence[PersonWeek]
    registrations: Sequence[RegistrationFacts]
    attendances: Sequence[AttendanceFacts]
    events: dict[int, EventFacts]
    corrections: Sequence[tuple[EntryFacts, str]]  # with the name of who signed


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/people``, the search as a POST (no name may stand in an address), and one person's page."""

    async def ask(_: Request, who: Present) -> Response:
        return desk.render("people.html", who=who, words="", found=None, more=None)

    async def search(request: Request, who: Present) -> Response:
        form = await read_form(request)
        words = _read_words(form.get("sought", ""))
        number = person_codes.read(words)
        known = await desk.read(partial(_find_now, number=number))
        if known is not None:
            return see_other(f"/staff/people/{known.id}")
        rows = await desk.read(partial(people.list_by_name, beginning=words, limit=PAGE + 1, after=_read_key(form)))
        shown = [(one, person_codes.write(one.id), _ward(desk.programme(), one.ward)) for one in rows[:PAGE]]
        more = rows[PAGE - 1] if len(rows) > PAGE else None
        return desk.render("people.html", who=who, words=words, found=shown, more=more)

    async def show(request: Request, who: Present) -> Response:
        view = await look(desk, who, request.path_params["person_id"])
        done, key = DONE.get(request.query_params.get("done", ""), ""), secrets.token_hex(8)
        shown: dict[str, Any] = {
            "view": view,
            "person": view.person,
            "today": tokyo_day(desk.clock.now()),
            "done": done,
            "key": key,
        }
        return desk.render("person.html", who=who, **shown, **person_words(desk.programme()))

    return [
        guarded(desk, "/staff/people", ask, Right.PERSONS),
        guarded(desk, "/staff/people", search, Right.PERSONS, method="POST"),
        guarded(desk, "/staff/people/{person_id:number}", show, Right.PERSONS),
    ]


async def look(desk: Desk, who: Present, person_id: int) -> PersonView:
    """Find what a person's pages show, and write down who looked; NowhereError where nobody is there."""
    view = await desk.read(partial(find_view, programme=desk.programme(), person_id=person_id))
    note = partial(audit.add, actor=who.name, act="person.look", subject=f"person:{person_id}")
    await desk.write(partial(note, now=desk.clock.now()))
    return view


def find_view(connection: Connection, programme: Programme, person_id: int) -> PersonView:
    """Find all that a person's page shows; NowhereError where nobody is there, or has left."""
    person = people.find(connection, person_id)
    if person is None:
        raise NowhereError
    live = registrations.list_of_person(connection, person_id)[-EVENTS:]
    came = attendances.list_of_person(connection, person_id)[-EVENTS:]
    event_ids = {one.event_id for one in live} | {one.event_id for one in came}
    named = events.list_by_id(connection, sorted(event_ids))
    return PersonView(
        person=person,
        code=person_codes.write(person_id),
        ward=_ward(programme, person.ward),
        accounts=accounts.list_of_person(connection, person_id),
        tallies=ledger.list_tallies(connection, person_id),
        weeks=weeks.list_of_person(connection, person_id)[:WEEKS],
        registrations=live,
        attendances=came,
        events={event.id: event for event in named},
        corrections=[
            (entry, _signer(connection, entry)) for entry in ledger.list_corrections(connection, person_id, CORRECTIONS)
        ],
    )


def _find_now(connection: Connection, number: int | None) -> PersonFacts | None:
    """Find who a code leads to now: the code of somebody who was merged leads to who they are."""
    return None if number is None else people.find(connection, people.find_root(connection, number))


def _signer(connection: Connection, entry: EntryFacts) -> str:
    found = staff.find(connection, int(entry.reference.partition(":")[0]))
    return found.name if found else ""


def _read_words(words: str) -> str:
    if not words or len(words) > LONGEST:
        raise RefusedError(f"コードか名前を、1文字から{LONGEST}文字で書いてください。")
    return words


def _read_key(form: Any) -> tuple[str, int] | None:
    """Read where the page before ended."""
    number = read_number(form.get("after_number", ""))
    return None if number is None else (form.get("after_name", ""), number)


def _ward(programme: Programme, code: str | None) -> str:
    ward = programme.ward(code)
    return ward.name[JAPANESE] if ward else ""


def person_words(programme: Programme) -> dict[str, Any]:
    """Give the words of a person's page, and of those that ask again before something is done to them."""
    return {
        "actions": {action.code: action.title[JAPANESE] for action in programme.actions} | {UNNAMED: "そのほか"},
        "correctable": correcting.list_actions(programme),
        "reasons": correcting.REASONS,
        "account_states": ACCOUNT_STATES,
        "platforms": PLATFORMS,
        "name_language": name_language,
    }
