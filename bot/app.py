"""Puts the parts together, starts and stops them in order; the only file that knows them all. Holds no rule."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import arming, directory, dressing, introduction, metrics, opening, signed, wiring
from bot.broadcasting import desk, errands
from bot.broadcasting.office import Office
from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.poll import PollingRefusedError
from bot.channels.telegram.wiring import WiringError
from bot.dispatch import House
from bot.importing.links import Links
from bot.menuwatch import MenuWatch
from bot.phones import PUBLIC_NAME, Phones
from bot.pictures import Gallery
from bot.settings import Role, Settings
from bot.web import (
    catalogue,
    company,
    drawn,
    events,
    evidence,
    health,
    home,
    links,
    mydata,
    open_data,
    pictures,
    public,
    sandboxed,
    tickets,
    webhooks,
)
from bot.web.event_views import JoinLink
from bot.web.evidence import EvidenceParts
from bot.web.headers import SecurityHeaders
from bot.web.links import LinkParts
from bot.web.pages import EASY_JAPANESE, Pages
from bot.web.staff import cookies, rooms
from bot.web.staff.desk import Desk
from bot.web.tickets import TicketParts
from bot.web.visits import Visits
from bot.worker import Worker
from handlers.messages import Arrived, Channel, Fate, Outcome
from handlers.rules.forecast import PLANS
from handlers.texts import Texts
from scheduler import broadcasts, followers, jobs, notices, quotas, ticker, weekly
from scheduler.alerts import Watch
from scheduler.delivery import Delivery
from scheduler.slots import Slots
from storage import generations, marks
from storage.clock import Clock
from storage.database import ConflictError, StorageUnavailableError
from storage.facts import ChannelName, NoticeKind, Programme
from storage.notices import NoticeState
from storage.outbox import OutboxKind, StoredCall

REFRESH_SECONDS = 1.0
PLATFORMS = {ChannelName.LINE: "LINE", ChannelName.TELEGRAM: "Telegram"}

log = structlog.get_logger()


class App:
    """The whole bot in one process. ``web`` is its ASGI application; ``running`` is everything else.

    ``channels`` take the place of those that the settings name: a terminal, for one.
    """

    def __init__(self, settings: Settings, channels: dict[ChannelName, Channel] | None = None) -> None:
        self.settings = settings
        self.secret = wiring.secret_key(settings)
        self.database = opening.open_database(settings)
        try:
            self.is_sandbox = wiring.settle_sandbox(self.database, settings)
            self.generation = arming.remember(settings, self.database)
            if not self.database.read(lambda c: generations.is_armed(c, self.generation)).result():
                log.warning("database_not_armed")
            self.clock = Clock(self.database.read(marks.find_clock_offset).result())
            self.programme = wiring.load_programme(self.database, settings.programme_file, self.clock.now())
            plays = self.is_sandbox and channels is None
            self.phones = Phones(settings, self.programme.city.project["ja"]) if plays else None
            self.public_url = PUBLIC_NAME if self.is_sandbox else settings.public_url
            self.gallery = self._gallery()
            made = wiring.channels(settings, self.phones, self.gallery.fetch) if channels is None else channels
            self.channels = made
        except BaseException:
            self.database.close()
            raise
        self.addresses: dict[ChannelName, str] = {}
        self.delivery = Delivery(self.database, self.clock, self.channels, _watch, self.generation)
        works = Role.WORKER in settings.roles
        self.house = self._house()
        self.worker = Worker(self.database, self.house, self.delivery, active=works)
        is_https = settings.public_url.startswith("https://")
        are_staffs = partial(cookies.are_staffs, https=is_https)
        self.visits = Visits(self.database, self.clock, settings.trusted_proxies, are_staffs)
        texts = Texts((*self.programme.city.languages, EASY_JAPANESE), "pages")
        self.pages = Pages(texts, self.programme_now, self.public_url, is_sandbox=self.is_sandbox)
        self._background: set[asyncio.Task[None]] = set()
        self._menus: asyncio.Task[None] | None = None
        failures = dict(self.pages.failures)
        pages = Starlette(routes=self._routes(), exception_handlers=failures)
        pages.router.redirect_slashes = False  # it would send people to whatever host the request named
        taking = webhooks.routes(self.channels, self.worker) if Role.WEB in settings.roles else []
        self.web = webhooks.Front(SecurityHeaders(pages, https=is_https), taking)

    def programme_now(self) -> Programme:
        """Give the programme in force."""
        return self.programme

    def _gallery(self) -> Gallery:
        texts = Texts((*self.programme.city.languages, EASY_JAPANESE))
        return Gallery(self.database, self.clock, self.programme_now, texts, self.secret, self.public_url)

    def _house(self) -> House:
        return House(
            channels=self.channels,
            clock=self.clock,
            programme=self.programme_now,
            texts=Texts(self.programme.city.languages),
            secret=self.secret,
            make_link=self._make_link,
            make_picture=self.gallery.address,
            public_url=self.public_url,
            public_channel=self.phones.telegram_channel if self.phones else self.settings.telegram_channel,
            generation=self.generation,
            private_chats=self.addresses,
            alert_names=self.settings.alert_names,
        )

    def _join_links(self) -> list[JoinLink]:
        if self.is_sandbox:
            return [JoinLink("LINE / Telegram", "/sandbox")]
        return [JoinLink(PLATFORMS[name], address) for name, address in self.addresses.items() if address]

    def _share_links(self, code: str) -> list[JoinLink]:
        if self.is_sandbox:
            return self._join_links()
        known = [(name, address) for name, address in self.addresses.items() if address]
        return [JoinLink(PLATFORMS[name], introduction.share_link(name, address, code)) for name, address in known]

    def _make_link(self, page: str, subject: str) -> str:
        """Make a signed address that works for an hour; "" where the bot has no public address."""
        if not self.public_url:
            return ""
        token = signed.sign(self.secret, page, subject, self.clock.real() + signed.LINK_LIFE)
        return f"{self.public_url}/{page}/{token}"

    def _routes(self) -> list[BaseRoute]:
        parts = public.PublicParts(
            database=self.database,
            clock=self.clock,
            programme=self.programme_now,
            pages=self.pages,
            visits=self.visits,
            join_links=self._join_links,
        )
        shown = events.EventParts(
            public=parts,
            texts=Texts(self.programme.city.languages),
            share_links=self._share_links,
            address="" if self.is_sandbox else self.public_url,
        )
        watched = health.HealthParts(
            database=self.database,
            folder=self.settings.data_dir,
            is_worker_alive=self._is_alive,
            metrics_token=self.settings.metrics_token.get_secret_value(),
        )
        if Role.WEB not in self.settings.roles:
            return health.routes(watched)
        office = self._office()
        routes = [
            *webhooks.routes(self.channels, self.worker),
            *public.routes(parts),
            *home.routes(shown),
            *events.routes(shown),
            *catalogue.routes(shown),
            *open_data.routes(shown),
            *company.routes(shown, self.secret),
            *health.routes(watched),
            *mydata.routes(self.database, self.clock, self.secret),
            *links.routes(LinkParts(self.database, self.secret)),
            *evidence.routes(self._evidence_parts()),
            *pictures.routes(self.database),
            *drawn.routes(self.gallery, self.pages, self.clock),
            *tickets.routes(self._ticket_parts()),
            *rooms.routes(self._desk(), office, self._ask_quota),
            *errands.routes(office, self.secret, self._ask_quota),
        ]
        if self.phones is not None:
            routes += sandboxed.routes(self.database, self.clock, self.phones.url, self._hang_menus)
        return routes

    def _ticket_parts(self) -> TicketParts:
        texts = Texts(self.programme.city.languages)
        return TicketParts(self.database, self.clock, self.secret, self.pages, texts)

    def _evidence_parts(self) -> EvidenceParts:
        texts = Texts(self.programme.city.languages)
        keyed_hash = self.house.keyed_hash
        return EvidenceParts(self.database, self.clock, self.programme_now, keyed_hash, self.pages, texts)

    def _desk(self) -> Desk:
        return Desk(
            database=self.database,
            clock=self.clock,
            programme=self.programme_now,
            secret=self.secret,
            keyed_hash=self._house().keyed_hash,
            public_url=self.settings.public_url,
            is_sandbox=self.is_sandbox,
            trusted_proxies=self.visits.trusted,
            directory=directory.of(self.settings),
        )

    def _office(self) -> Office:
        return Office(
            database=self.database,
            clock=self.clock,
            programme=self.programme_now,
            texts=Texts(self.programme.city.languages),
            public_url=self.public_url,
            senders=self.channels,
            plan=PLANS[self.settings.line_plan],
            rates=wiring.rates(self.settings),
            links=Links(may_be_private=self.is_sandbox),
            mail=desk.mail_of(self.settings),
        )

    async def _dress(self) -> None:
        """Give the sandbox's Telegram the menu that `connect` gives the real one; nothing depends on it."""
        telegram = self.channels.get(ChannelName.TELEGRAM)
        if self.phones is not None and isinstance(telegram, Telegram):
            with contextlib.suppress(WiringError):
                await dressing.dress(telegram, self.programme)

    def _hang_menus(self) -> None:
        """Give the sandbox's LINE the menus that `connect` gives the real one: once, and not before somebody looks."""
        line = self.channels.get(ChannelName.LINE)
        if self._menus is None and isinstance(line, Line):
            self._menus = asyncio.create_task(self._hang(line))

    async def _hang(self, line: Line) -> None:
        await dressing.hang_menus(line, self.programme)
        await MenuWatch(self.database, line.menus, self.programme.city.languages).look()  # who was quicker than we drew

    def _is_alive(self) -> bool:
        return not any(task.done() for task in self._background)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run workers, delivery, ticker and the sandbox's phones for as long as the block lasts."""
        if self.phones is not None:
            await self.phones.start()
        for channel in self.channels.values():
            await channel.open()
        work = [self.visits.run(), self._refresh()]
        if Role.WORKER in self.settings.roles:
            sealing = notices.run(self.database, self.house, _watch_notice)
            telling = broadcasts.run(self.database, self.house, self.delivery.room, self.delivery.wake)
            work += [self.delivery.run(), sealing, telling, self.worker.run(), self._alarm().run(), *self._polls()]
            work.append(quotas.run(self.database, self.clock, self.channels))
            work.append(followers.run(self.database, self.clock, self.channels, self.house.keyed_hash))
            work += [] if self.database.is_sqlite else [self.worker.listen()]
            line = self.channels.get(ChannelName.LINE)
            if isinstance(line, Line):
                work.append(MenuWatch(self.database, line.menus, self.programme.city.languages).run())
        self._background = {asyncio.create_task(part) for part in work}
        for task in self._background:
            task.add_done_callback(_tell_of_death)
        await self._dress()
        introductions = [introduction.learn(channel, self.addresses) for channel in self.channels.values()]
        self._introductions = [asyncio.create_task(job) for job in introductions]
        ticking = self._tick() if Role.TICKER in self.settings.roles else None
        await self.worker.recover()
        metrics.up.set(1)
        metrics.started.set(self.clock.real().timestamp())
        try:
            yield
        finally:
            if ticking is not None:
                ticking.shutdown(wait=False)
            await self._stop()

    async def _stop(self) -> None:
        """Stop in the order in which work flows: intake has ended, then deciding, then sending."""
        await self.worker.stop()
        await self.delivery.stop()
        ending = [*self._background, *self._introductions, *([self._menus] if self._menus else [])]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._background = set()
        for channel in self.channels.values():
            await channel.close()
        if self.phones is not None:
            await self.phones.stop()
        self.database.close()

    async def _ask_quota(self) -> None:
        await quotas.refresh(self.database, self.clock, self.channels)

    def _alarm(self) -> Watch:
        names, folder = self.settings.alert_names, self.settings.data_dir
        return Watch(self.database, self.house, self.delivery, names=names, folder=folder)

    def _tick(self) -> AsyncIOScheduler:
        push = partial(weekly.push, means=wiring.weekly_means(self.house, self.settings))
        erased_file = self.settings.data_dir / "erased.txt"
        table = jobs.table(erased_file, self.programme_now, self.house.keyed_hash, push)
        return ticker.start(table, Slots(self.database, self.clock).run_due)

    async def _refresh(self) -> None:
        """Notice a moved calendar and a new programme, whichever process brought them."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self._look_again()
            except StorageUnavailableError:
                continue
            except Exception as error:  # such as a version this program cannot read: the one in force stays
                log.error("programme_not_read", error=type(error).__name__, exc_info=error)

    async def _look_again(self) -> None:
        if self.is_sandbox:
            self.clock.offset = await asyncio.wrap_future(self.database.read(marks.find_clock_offset))
        newer = await asyncio.wrap_future(
            self.database.read(partial(opening.find_newer_programme, version=self.programme.version))
        )
        self.programme = newer or self.programme

    def _polls(self) -> list[Coroutine[None, None, None]]:
        telegram = self.channels.get(ChannelName.TELEGRAM)
        polls = self.settings.telegram_mode == "polling" and not self.is_sandbox
        return [self._poll(telegram)] if polls and isinstance(telegram, Telegram) else []

    async def _poll(self, telegram: Telegram) -> None:
        """Fetch updates and store each batch before the next is asked for, which confirms it."""
        try:
            async for batch in telegram.updates():
                arrived = [event for update in batch for event in _split(telegram, update)]
                while True:
                    try:
                        await self.worker.take_in(ChannelName.TELEGRAM, arrived)
                        break
                    except (StorageUnavailableError, ConflictError):
                        await asyncio.sleep(REFRESH_SECONDS)
        except PollingRefusedError as error:
            log.error("polling_refused", error=str(error))
            raise


def _split(telegram: Telegram, update: bytes) -> list[Arrived]:
    """Give the events of one fetched update; one that is no update must not keep the others back for ever."""
    try:
        return telegram.split(update)
    except ValueError:
        log.warning("update_not_understood", channel=ChannelName.TELEGRAM)
        return []


def _tell_of_death(task: asyncio.Task[None]) -> None:
    """Say loudly that a task that should run for ever has ended; /readyz says so too."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("background_task_died", exc_info=task.exception())


def _watch(call: StoredCall, outcome: Outcome, now: datetime) -> None:
    """Count how a call ended."""
    metrics.outbox_calls.labels(call.channel, outcome.fate).inc()
    if outcome.fate in (Fate.ACCEPTED, Fate.HALTED):
        metrics.halted_channel.labels(call.channel).set(outcome.fate is Fate.HALTED)
    if call.kind is OutboxKind.ANSWER and outcome.fate is Fate.ACCEPTED:
        metrics.answer_seconds.labels(call.channel).observe((now - call.made_at) / timedelta(seconds=1))


def _watch_notice(kind: NoticeKind, state: NoticeState) -> None:
    """Count what became of a notice."""
    metrics.notices.labels(kind, state).inc()
