"""Puts the parts together, starts and stops them in order; the only file that knows them all. Holds no rule."""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import metrics, signed
from bot.dispatch import House
from bot.phones import Phones
from bot.settings import Role, Settings, SettingsError
from bot.web import health, mydata, public, sandboxed, webhooks
from bot.web.pages import Pages
from bot.web.visits import Visits
from bot.worker import Worker
from handlers.messages import Channel, Outcome
from handlers.texts import Texts
from scheduler import ticker, upkeep
from scheduler.delivery import Delivery
from storage import catalogue, marks, programme_file, schema
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.facts import ChannelName, Programme
from storage.marks import MarkName
from storage.outbox import StoredCall

SANDBOX_STARTS_AT = datetime(2022, 1, 20, 9, tzinfo=TOKYO)  # the week the city announced its programme
SANDBOX_NAME = "https://sandbox.test"  # the one reserved https name, which the phones map to this program
REFRESH_SECONDS = 1.0

log = structlog.get_logger()


class App:
    """The whole bot in one process. ``web`` is its ASGI application; `serve` runs everything until stopped."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.secret = _secret(settings)
        self.database = Database(settings.effective_database_url)
        try:
            schema.upgrade(self.database)
            self.is_sandbox = self.database.write(lambda c: _mark_sandbox(c, settings)).result()
            self.clock = Clock(self.database.read(marks.find_clock_offset).result())
            self._programme = load_programme(self.database, settings.programme_file, self.clock.now())
        except BaseException:
            self.database.close()
            raise
        self.phones = Phones(settings) if self.is_sandbox else None
        self.public_url = SANDBOX_NAME if self.is_sandbox else settings.public_url
        self.channels = self._channels()
        self.delivery = Delivery(self.database, self.clock, self.channels, self._watch)
        self.worker = Worker(self.database, self._house(), self.delivery)
        texts = Texts(self._programme.city.languages, "pages")
        self.visits = Visits(self.database, self.clock, settings.trusted_proxies)
        self.pages = Pages(texts, self._programme_now, self.public_url)
        self.web = Starlette(routes=self._routes(), exception_handlers=self.pages.failures)
