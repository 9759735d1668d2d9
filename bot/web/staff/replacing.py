"""Staff bring a whole programme file as the draft of the next version. Starts no version, keeps no file."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_file, read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.ruling import DRAFT, do, show_draft
from handlers import ruling
from handlers.rules.roles import Right
from storage import programme_file
from storage.programme_file import ProgrammeError

LARGEST = 1_000_000
"""Bytes of a file; that of a large city in seven languages has a quarter of it."""


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST …/draft/file``."""

    async def replace(request: Request, who: Present) -> Response:
        form, now = await read_form(request), desk.clock.now()
        name, data = await read_file(request, "file")
        try:
            programme = programme_file.parse_programme(data.decode().replace("\r\n", "\n"), name)
            unit = partial(ruling.replace_all, programme=programme, seen=form.get("seen", ""), by=who.name, now=now)
            await do(desk, unit)
        except UnicodeDecodeError:
            return await show_draft(desk, who, form, "文字コードがUTF-8のファイルを選んでください。")
        except ProgrammeError as error:
            return await show_draft(
                desk, who, form, "このファイルには、直すところがあります。", problems=error.problems
            )
        except RefusedError as error:
            return await show_draft(desk, who, form, str(error))
        return see_other(f"{DRAFT}?done=changed")

    return [guarded(desk, f"{DRAFT}/file", replace, Right.RULES, method="POST", largest_file=LARGEST)]
