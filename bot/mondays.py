"""Shows the standing orders for Monday's message, the last weeks, what it would say now. Reads the database only."""

from bot import opening
from bot.settings import Settings
from handlers import weekly
from handlers.texts import Texts
from storage import marks, standing_orders
from storage.clock import Clock
from storage.facts import StandingOrder

WEEKS = 8  # that are listed


def show(settings: Settings) -> list[str]:
    """Give the open orders, and what became of the last weeks."""
    with opening.reading(settings) as database:
        found = database.read(lambda c: (standing_orders.list_open(c), standing_orders.list_pushes(c, WEEKS))).result()
    orders = [_words(order) for order in found[0]] or ["no standing order: Monday's message is not sent"]
    for push in found[1]:
        way = f"broadcast {push.broadcast_id}" if push.broadcast_id else "nobody to tell"
        left_out = f", without LINE: {push.shortage}" if push.shortage else ""
        orders.append(f"week of {push.week}: {way}, {push.line_messages} LINE messages{left_out}")
    return orders


def _words(order: StandingOrder) -> str:
    by = f"approved by {order.approved_by}" if order.approved_by else "waits for approval"
    post = "posts to the public channel" if order.terms.posts else "no public post"
    return f"order {order.id}: at most {order.terms.ceiling} LINE messages a month, {post}; {order.proposed_by}, {by}"


def preview(settings: Settings, language: str) -> list[str]:
    """Give the message as it would read now."""
    programme = opening.programme_in_force(settings)
    with opening.reading(settings) as database:
        now = Clock(database.read(marks.find_clock_offset).result()).now()
        found = database.read(lambda c: weekly.find(c, programme, now)).result()
    card = weekly.compose(programme, found, Texts(programme.city.languages).of(language))
    return [card.title, *card.lines, *(f"[{choice.label}]" for choice in card.buttons)]
