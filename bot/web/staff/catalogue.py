"""Staff read the catalogue of actions with its rules: the version in force, each earlier one, and what differs.

Changes nothing; bot/web/staff/ruling.py makes the next version.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web import catalogue as public
from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError
from bot.web.staff.differences import ChangeView, view
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers.rules.differences import compare
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, Texts
from storage import catalogue, programme_file, rule_drafts
from storage.facts import ActionGroup, Programme

PAGE = 20  # versions
GROUPS = {
    ActionGroup.EVERYDAY: "日々の行動",
    ActionGroup.OUTING: "出かけてする行動",
    ActionGroup.CHECKED_IN: "受付で確認する行動",
    ActionGroup.MILESTONE: "大きな一歩",
}
DONE = {
    "begun": "新しい版を始めました。これからの記録は、この版で数えます。",
    "signed": "始める日を決めました。その日の0時に始まります。",
    "unsigned": "始める日を取り消しました。下書きは残っています。",
    "discarded": "下書きを捨てました。",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/catalogue`` (the version in force) and ``/staff/catalogue/versions/{version}``."""

    async def show(request: Request, who: Present) -> Response:
        before = read_number(request.query_params.get("before", ""))
        found = await desk.read(partial(_find_newest, before=before))
        done = DONE.get(request.query_params.get("done", ""), "")
        return desk.render("catalogue.html", who=who, done=done, **found)

    async def show_version(request: Request, who: Present) -> Response:
        against = read_number(request.query_params.get("against", ""))
        question = partial(_find_version, number=request.path_params["version"], against=against)
        return desk.render("catalogue_version.html", who=who, **await desk.read(question))

    return [
        guarded(desk, "/staff/catalogue", show, Right.LOOK),
        guarded(desk, "/staff/catalogue/versions/{version:number}", show_version, Right.LOOK),
    ]


def _find_newest(connection: Connection, before: int | None) -> dict[str, Any]:
    """Find what the first page shows; NowhereError where no version is in force."""
    found = catalogue.find_newest(connection)
    if found is None:
        raise NowhereError
    versions = catalogue.list_newest(connection, PAGE + 1, before)
    return {
        "number": found[0],
        "groups": list_groups(programme_file.from_document(found[1])),
        "versions": versions[:PAGE],
        "more": versions[PAGE - 1].number if len(versions) > PAGE else None,
        "before": before,
        "draft": rule_drafts.find(connection),
    }


def _find_version(connection: Connection, number: int, against: int | None) -> dict[str, Any]:
    """Find one version and what differs from another, the one before unless named; NowhereError where it is not."""
    told = next(iter(catalogue.list_newest(connection, 1, number + 1)), None)
    document = catalogue.find_document(connection, number)
    if told is None or document is None:
        raise NowhereError
    earlier = catalogue.list_newest(connection, PAGE, number)
    other = against or (earlier[0].number if earlier else None)
    old = None if other is None else catalogue.find_document(connection, other)
    return {
        "told": told,
        "other": other if old is not None else None,
        "earlier": earlier,
        "changes": [] if old is None else find_changes(old, document),
        "groups": list_groups(programme_file.from_document(document)),
        "newest": catalogue.find_newest_version(connection),
    }


def find_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ChangeView]:
    """Show what differs between two documents; their own version numbers say nothing."""
    titles = {one["code"]: one["title"][JAPANESE] for document in (old, new) for one in document["actions"]}
    return view(compare({**old, "version": 0}, {**new, "version": 0}), titles)


def list_groups(programme: Programme) -> list[tuple[str, list[public.ActionView]]]:
    """Show all actions in their groups, in the words of the chats."""
    words = Texts((JAPANESE,)).of(JAPANESE)
    return [
        (name, public.view(programme, words, [one for one in programme.actions if one.group is group]))
        for group, name in GROUPS.items()
    ]
