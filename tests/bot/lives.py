"""Works an inbox off in forked lives of one process that answering ``poison``, or reading ``venom``, kills.

``python -m tests.bot.lives DATABASE_URL`` prints how each life ended, until one ends by itself or the tenth is over.
"""

import asyncio
import gc
import os
import signal
import sys

from bot.channels.line.channel import Line
from bot.worker import Worker
from handlers import commands
from handlers.messages import Incoming
from handlers.talk import Answer, Talk
from scheduler.delivery import Delivery
from storage.database import Database
from storage.facts import ChannelName
from tests.bot.desk import Accepting
from tests.town import Town


async def live(url: str) -> None:
    database = Database(url)
    house = Town(database).house
    delivery = Delivery(database, house.clock, {ChannelName.LINE: Accepting()}, lambda *_: None)
    worker = Worker(database, house, delivery)
    await worker.recover()
    await worker.settle()
    await delivery.settle()
    database.close()


def die_of_poison() -> None:
    answer, read = commands.answer, Line.read

    def answer_poison(talk: Talk) -> Answer:
        if talk.incoming.text == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(talk)

    def read_venom(line: Line, raw: str) -> Incoming:
        if "venom" in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(line, raw)

    commands.answer, Line.read = answer_poison, read_venom


def main(url: str) -> None:
    die_of_poison()
    gc.freeze()  # no life, nor their end, looks through the libraries for garbage
    for _ in range(10):
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(url))
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print("ended", ended, flush=True)
        if ended == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1])
