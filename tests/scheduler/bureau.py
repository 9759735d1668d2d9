"""Staff who order Monday's message in a small town with both platforms, and a process that looks at the job."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bot.channels.telegram.channel import Telegram
from handlers import ordering
from handlers.rules import weekly as rule
from handlers.rules.forecast import PLANS
from scheduler import jobs, weekly
from scheduler.slots import Slots
from scheduler.weekly import Means
from storage import accounts, alerts, approvers, audiences, broadcasts, quotas, slots
from storage import standing_orders as orders
from storage.alerts import AlertKind
from storage.approvers import SecretWord
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import AccountFacts, BroadcastFacts, ChannelName, OrderTerms, WeeklyPush
from storage.outbox import OUTBOX, OutboxKind
from storage.slots import SlotState
from tests.handlers.test_subscribing import with_telegram
from tests.town import Citizen, Town

WEEK = date(2022, 1, 17)
MONDAY = datetime(2022, 1, 24, 8, 30, tzinfo=TOKYO)
LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM
RATES = {LINE: 2_000.0, TELEGRAM: 30.0}
NEWS = "@city_news"


def look_at(database: Database, means: Means, name: str) -> None:
    """Let a process look at one job now."""
    house = means.house
    table = jobs.table(Path("erased.txt"), house.programme, str, partial(weekly.push, means=means))
    Slots(database, house.clock).run_due(next(job for job in table if job.name == name))


class Bureau:
    """A town whose staff may order Monday's message, on both platforms, with a public channel."""

    def __init__(self, town: Town) -> None:
        self.town, self.database = town, town.database
        telegram = Telegram(token="42:token", webhook_secret="s")
        channels = {LINE: town.house.channels[LINE], TELEGRAM: telegram}
        town.house = replace(town.house, channels=channels, public_channel=NEWS)
        word = SecretWord.make("word")
        self.write(lambda c: approvers.put(c, "Second", word, town.now, is_deputy=False))
        self.write(lambda c: quotas.put(c, LINE, 5_000, 0, MONDAY))

    def write(self, unit: Callable[[Connection], Any]) -> Any:
        return self.database.write(unit).result()

    def read(self, question: Callable[[Connection], Any]) -> Any:
        return self.database.read(question).result()

    def order(self, ceiling: int = 1_000, *, posts: bool = True) -> int:
        terms = OrderTerms(ceiling=ceiling, posts=posts)
        number = self.write(lambda c: ordering.propose(c, terms, by="First", now=self.town.now))
        seen = rule.terms_hash(terms)
        self.write(lambda c: ordering.approve(c, number, seen, by="Second", now=self.town.now))
        return int(number)

    def asking(self, *, telegram: bool = False) -> Citizen:
        citizen = self.town.citizen()
        citizen.press("monday:yes")
        if telegram:
            with_telegram(citizen)
        return citizen

    @property
    def means(self) -> Means:
        return Means(self.town.house, PLANS["light"], RATES)

    def tick(self, at: datetime = MONDAY) -> None:
        """Let a process look at the job of Monday's message."""
        self.town.now = at
        look_at(self.database, self.means, "weekly")

    def state(self, due_at: datetime = MONDAY) -> tuple[SlotState, str]:
        row = self.read(lambda c: c.execute(slots.SLOTS.select().where(slots.SLOTS.c.due_at == due_at)).one())
        return SlotState(row.state), row.detail

    def broadcasts(self) -> list[BroadcastFacts]:
        return list(self.read(lambda c: broadcasts.list_newest(c, 10)))

    def push(self, week: date = WEEK) -> WeeklyPush | None:
        found: WeeklyPush | None = self.read(lambda c: orders.find_push(c, week))
        return found

    def told(self, broadcast: BroadcastFacts) -> list[AccountFacts]:
        """The accounts that are told, in the first turn."""
        audience = broadcast.content.audience
        piece = self.read(lambda c: audiences.list_piece(c, audience, self.town.now, after=0, limit=1_000))
        first = [one.account_id for one in piece.addressees if one.turn == 0]
        return [self.read(lambda c, number=number: accounts.get(c, number)) for number in first]

    def posts(self) -> list[Any]:
        posted = select(OUTBOX).where(OUTBOX.c.kind == OutboxKind.POST)
        return list(self.read(lambda c: c.execute(posted).all()))

    def alerts(self) -> list[str]:
        return [one.detail for one in self.read(alerts.list_open) if one.kind is AlertKind.WEEKLY_WITHOUT_LINE]
