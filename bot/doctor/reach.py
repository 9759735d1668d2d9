"""Looks at whom the bot can reach: staff who are told of trouble, and everybody who follows. Changes nothing."""

from collections.abc import Iterator, Sequence

from bot.doctor.findings import Finding, ok, warn
from storage import alerts, reach
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import Reach

NAMED = 2  # one alone may be ill or away
WORD = "python -m bot staff alerts --name NAME, and let them send that word to the bot"


def look_at_receivers(database: Database, names: Sequence[str]) -> Iterator[Finding]:
    """Look who is told of trouble, and where: two names at least, each on both platforms at best."""
    found = database.read(lambda c: alerts.list_receivers(c, names)).result()
    places = {name: sorted({str(one.channel) for one in found if one.name == name}) for name in names}
    if len(names) < NAMED:
        yield warn("alerts", f"ALERT_TO names {len(names)}", "name at least two: ALERT_TO=name,name; restart the bot")
    for name, channels in places.items():
        if not channels:
            yield warn("alerts", f"{name} is told of nothing: no account that can be reached", WORD)
        elif len(channels) == 1:
            words = f"{name} is told on {channels[0]} only"
            yield warn("alerts", words, f"a second platform, for when this one is halted: {WORD}")
        else:
            yield ok("alerts", f"{name} is told on {' and '.join(channels)}")


SHOWN = tuple(one for one in Reach if one not in (Reach.TOMBSTONE, Reach.GROUP))
WORDS = {
    Reach.JOINED: "joined",
    Reach.FOLLOWED: "follow only",
    Reach.PAUSED: "paused",
    Reach.BLOCKED: "blocked",
    Reach.GONE: "gone",
}


def look_at_reach(database: Database) -> Iterator[Finding]:
    """Say how many accounts of each channel stand how; each in one way only."""
    for channel, numbers in database.read(reach.find_all).result().items():
        apart = ", ".join(f"{numbers[one]:,} {WORDS[one]}" for one in SHOWN)
        left_over = f"; {numbers[Reach.TOMBSTONE]:,} forgotten after a year, {numbers[Reach.GROUP]:,} groups"
        yield ok("reach", f"{channel}: {apart}{left_over}")


def look_at_alerts(database: Database) -> Finding:
    """Look what trouble is open now."""
    found = database.read(alerts.list_open).result()
    if not found:
        return ok("trouble", "none is open")
    named = ", ".join(f"{one.kind} {one.key} since {one.opened_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" for one in found)
    return warn("trouble", f"open: {named}", "OPERATIONS.md, When something is wrong, says what to do about each")
