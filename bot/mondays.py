"""The standing order for Monday's message at the command line: shown, proposed, approved, ended. Sends nothing."""

from collections.abc import Callable
from typing import TypeVar

import typer
from sqlalchemy import Connection

from bot import opening
from bot.settings import Settings, SettingsError
from handlers import ordering, weekly
from handlers.ordering import OrderRefusedError
from handlers.rules import weekly as rule
from handlers.rules.broadcasts import NotDone
from handlers.texts import Texts
from storage import approvers, standing_orders
from storage.clock import real_now
from storage.facts import OrderTerms, StandingOrder

Result = TypeVar("Result")
WEEKS = 8  # that are listed
REFUSED = {
    NotDone.OWN: "whoever proposed an order cannot approve it: ask another approver",
    NotDone.NOT_APPROVER: "only approvers may do this",
    NotDone.CHANGED: "the order has other terms than these: see python -m bot weekly show",
    NotDone.NOT_NOW: "there is no such order, or it is approved or ended already: see python -m bot weekly show",
}


def show(settings: Settings) -> None:
    """Print the open orders, and what became of the last weeks."""
    with opening.reading(settings) as database:
        found = database.read(lambda c: (standing_orders.list_open(c), standing_orders.list_pushes(c, WEEKS))).result()
    for order in found[0]:
        typer.echo(_words(order))
    if not found[0]:
        typer.echo("no standing order: Monday's message is not sent")
    for push in found[1]:
        way = f"broadcast {push.broadcast_id}" if push.broadcast_id else "nobody to tell"
        left_out = f", without LINE: {push.shortage}" if push.shortage else ""
        typer.echo(f"week of {push.week}: {way}, {push.line_messages} LINE messages{left_out}")


def _words(order: StandingOrder) -> str:
    by = f"approved by {order.approved_by}" if order.approved_by else "waits for approval"
    post = "posts to the public channel" if order.terms.posts else "no public post"
    return f"order {order.id}: at most {order.terms.ceiling} LINE messages a month, {post}; {order.proposed_by}, {by}"


def preview(settings: Settings, language: str) -> None:
    """Print the message as it would read now."""
    programme = opening.programme_in_force(settings)
    words = Texts(programme.city.languages).of(language)
    with opening.reading(settings) as database:
        found = database.read(lambda c: weekly.find(c, programme, real_now())).result()
    card = weekly.compose(programme, found, words)
    typer.echo("\n".join((card.title, *card.lines, *(f"[{choice.label}]" for choice in card.buttons))))


def propose(settings: Settings, terms: OrderTerms, by: str) -> None:
    """Propose an order for somebody else to approve."""
    number = _write(settings, lambda c: ordering.propose(c, terms, by=by, now=real_now()))
    typer.echo(f"order {number} waits for another person: python -m bot weekly approve {number} with the same terms")


def approve(settings: Settings, number: int, terms: OrderTerms, by: str, word: str) -> None:
    """Approve what somebody else proposed, if these are its terms; the word proves who it is."""

    def unit(connection: Connection) -> None:
        if not approvers.knows_word(connection, by, word):
            raise OrderRefusedError(NotDone.NOT_APPROVER)
        ordering.approve(connection, number, rule.terms_hash(terms), by=by, now=real_now())

    _write(settings, unit)
    typer.echo(f"order {number} is in force: Monday's message goes out from now on")


def end(settings: Settings, number: int, by: str) -> None:
    """End an order: nothing goes out under it any more."""
    _write(settings, lambda c: ordering.end(c, number, by=by, now=real_now()))
    typer.echo(f"order {number} is ended")


def _write(settings: Settings, unit: Callable[[Connection], Result]) -> Result:
    """Do something in the database; a refusal becomes one line that says what to do."""
    database = opening.open_database(settings)
    try:
        return database.write(unit).result()
    except OrderRefusedError as error:
        raise SettingsError(REFUSED.get(error.reason, str(error))) from None
    finally:
        database.close()
