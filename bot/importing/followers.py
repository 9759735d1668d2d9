"""Takes in who follows the LINE account, where LINE lets us list them; says how far it has come. Sends nothing."""

import asyncio

import typer

from bot import enlisting, opening, wiring
from bot.channels.line.channel import Line
from bot.importing import ImportRefusedError
from bot.settings import Settings
from scheduler import followers
from scheduler.followers import NotListedError, NotVerifiedError, Progress
from storage import marks
from storage.clock import Clock
from storage.facts import ChannelName

NOT_VERIFIED = (
    "LINE lists the followers of verified and premium accounts only, and this is none. Who follows from now on, or "
    "writes to the bot, is known all the same; a general notice to all friends can go by LINE's own broadcast."
)


def run(settings: Settings) -> None:
    """Take in all pages, from where an earlier try was cut off; ImportRefusedError says why it cannot be done."""
    line = wiring.channels(settings, None).get(ChannelName.LINE)
    if not isinstance(line, Line):
        raise ImportRefusedError("LINE is not switched on: set LINE_CHANNEL_SECRET and its neighbours")
    done = asyncio.run(_take_in(settings, line))
    typer.echo(f"{done.listed:,} follow the account; {done.new:,} of them were not known here")


async def _take_in(settings: Settings, line: Line) -> Progress:
    secret = wiring.secret_key(settings)
    database = opening.open_database(settings)
    await line.open()
    try:
        clock = Clock(database.read(marks.find_clock_offset).result())
        return await followers.take_in(database, clock, line, lambda words: enlisting.keyed_hash(secret, words), _tell)
    except NotVerifiedError:
        raise ImportRefusedError(NOT_VERIFIED) from None
    except NotListedError as error:
        raise ImportRefusedError(f"{error}; said again within 23 hours, it goes on where it was cut off") from None
    finally:
        await line.close()
        database.close()


def _tell(progress: Progress) -> None:
    typer.echo(f"{progress.listed:,} listed, {progress.new:,} new", err=True)
