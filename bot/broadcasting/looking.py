"""Shows broadcasts beside a running bot: reads the database only."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from bot import opening, wiring
from bot.broadcasting import showing
from bot.broadcasting.office import ErrandRefusedError
from bot.settings import Settings
from handlers import foreseeing
from handlers.rules.forecast import PLANS
from storage import broadcasts, friends, links, marks, tallies
from storage.clock import Clock, real_now
from storage.facts import BroadcastFacts

Result = TypeVar("Result")


def list_newest(settings: Settings, limit: int) -> list[str]:
    """List the newest broadcasts, one a line."""
    found = _ask(settings, partial(broadcasts.list_newest, limit=limit))
    return [f"{one.id:>5}  {one.state:<9}  {showing.moment(one.content.send_at)}  {one.content.title}" for one in found]


def show(settings: Settings, number: int) -> list[str]:
    """Show all that is known of a broadcast."""
    return _ask(settings, partial(_show, number=number))


def foresee(settings: Settings, number: int) -> list[str]:
    """Show what a broadcast would take."""
    return _ask(settings, partial(_foresee, number=number, settings=settings))


def _show(connection: Connection, number: int) -> list[str]:
    one = _find(connection, number)
    told = showing.deliveries(tallies.list_of(connection, number), one.total)
    pressed = showing.links(links.list_of_broadcast(connection, number))
    told += showing.by_line_itself(friends.find(connection, number))
    return [*showing.broadcast(one), *told, *pressed, *showing.preview(one.content)]


def _foresee(connection: Connection, number: int, settings: Settings) -> list[str]:
    content = _find(connection, number).content
    now = Clock(marks.find_clock_offset(connection)).now()
    plan, rates = PLANS[settings.line_plan], wiring.rates(settings)
    return showing.forecast(foreseeing.foresee(connection, content, plan, rates, now=now, real_now=real_now()))


def _find(connection: Connection, number: int) -> BroadcastFacts:
    found = broadcasts.find(connection, number)
    if found is None:
        raise ErrandRefusedError(f"there is no broadcast {number}")
    return found


def _ask(settings: Settings, question: Callable[[Connection], Result]) -> Result:
    with opening.reading(settings) as database:
        return database.read(question).result()
