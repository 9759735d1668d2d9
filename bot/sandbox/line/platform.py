"""Puts the parts of the played LINE together; may not hold any rule itself."""

from typing import Any

from aiohttp import web

from bot.sandbox.calls import CallLog, Changes
from bot.sandbox.faults import Faults
from bot.sandbox.line.account import PLANS, Account, Person, identifier
from bot.sandbox.line.acts import Acts
from bot.sandbox.line.asking import Asking
from bot.sandbox.line.channel import Channel
from bot.sandbox.line.events import Events
from bot.sandbox.line.gate import Gate
from bot.sandbox.line.memory import ChannelTokens, Rates, ReplyTokens, RetryKeys
from bot.sandbox.line.oauth import OAuth
from bot.sandbox.line.richmenu import RichMenus
from bot.sandbox.line.screen import screen
from bot.sandbox.line.sending import Sending
from bot.sandbox.line.webhook import Webhook
from bot.sandbox.platform import Json, Settings, WishError


class LinePlatform:
    """Play LINE for one channel."""

    name = "line"

    def __init__(self, calls: CallLog, faults: Faults, changes: Changes, settings: Settings) -> None:
        self._changes, self._settings, self._calls = changes, settings, calls
        self.account = Account(settings.line_plan)
        knobs = self.account.knobs
        replies = ReplyTokens(knobs)
        tokens = ChannelTokens(settings.line_token)
        self._asking = Asking(self.account, changes)
        self._menus = RichMenus(self.account, changes)
        self._webhook = Webhook(self.account, replies.renew)
        self._webhook.secret = settings.line_secret
        self.set_webhook(settings.line_webhook, None, False)
        self._acts = Acts(self.account, Events(self.account, replies, self._asking.read_tokens), self._menus)
        self._gate = Gate(calls, faults, tokens, Rates(knobs))
        self._parts = (
            Sending(self.account, replies, RetryKeys(knobs), changes),
            self._asking,
            self._menus,
            Channel(self._webhook, settings),
            OAuth(settings, tokens),
        )
        self._held: list[Json] = []

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints of LINE and the control paths only LINE has."""
        endpoints = [endpoint for part in self._parts for endpoint in part.endpoints()]
        return [
            web.post("/control/line/deliver", self._post_deliver),
            web.post("/control/line/release", self._post_release),
            web.get("/control/line/settings", self._get_knobs),
            web.post("/control/line/settings", self._post_knobs),
            web.get("/control/line/richmenu/{id}/image", self._get_menu_image),
            web.get("/control/line/content/{id}", self._get_content),
            *self._gate.routes(endpoints),
        ]

    async def start(self) -> None:
        """Open the webhook's connections."""
        await self._webhook.start()

    async def close(self) -> None:
        """Close them."""
        await self._webhook.close()

    def add_person(self, name: str, language: str) -> str | int:
        """Make a person, not yet a friend, and return the user id."""
        person = Person(identifier("U"), name, language)
        self.account.people[person.id] = person
        self._changes.note(f"line:{person.id}")
        return person.id

    def people(self) -> list[Json]:
        """Return all persons."""
        return [
            {
                "id": person.id,
                "name": person.name,
                "language": person.language,
                "following": person.following,
                "blocked": person.blocked,
            }
            for person in self.account.people.values()
        ]

    def screen(self, person: str) -> Json:
        """Return what the phone of a person shows; a room's id shows the room."""
        found = self.account.people.get(person)
        menu = None if found is None else self._menus.of(found)
        return screen(self.account, self._settings, person, menu)

    async def act(self, person: str, wish: Json) -> Json:
        """Let a person act; `hold` keeps the event for the next release, `wait: false` does not wait."""
        event = self._acts.event(self.account.person(person), wish)
        source = event["source"]
        self._changes.note(f"line:{source.get('groupId') or source.get('roomId') or person}")
        if wish.get("hold") is True:
            self._held.append(event)
            return {"event": event, "delivery": None}
        if wish.get("wait") is False:
            self._webhook.later(self._webhook.deliver([event]))
            return {"event": event, "delivery": None}
        return {"event": event, "delivery": await self._webhook.deliver([event])}

    async def release(self) -> Json:
        """Deliver all held events in one batch."""
        events, self._held = self._held, []
        return {"events": events, "delivery": await self._webhook.deliver(events)}

    async def deliver(self, wish: Json) -> Json:
        """Sign and post any batch as is: `events`, or `body` for any bytes; `signature` good, bad or missing."""
        events = wish.get("events", [])
        raw = str(wish["body"]).encode() if "body" in wish else self._webhook.body(events)
        signature = wish.get("signature", "good")
        if signature not in {"good", "bad", "missing"}:
            raise WishError("signature must be good, bad or missing")
        wrong = self._webhook.sign(raw + b" ")
        header = {"good": "", "bad": wrong, "missing": None}[signature]
        return {"delivery": await self._webhook.post(raw, len(events), header)}

    def set_webhook(self, url: str, secret: str | None, redelivery: bool) -> None:
        """Say where events go; any http address of this machine will do here, unlike in LINE's own call."""
        self._webhook.url = self._webhook.endpoint = url
        self._webhook.redelivery = redelivery
        if secret is not None:
            self._webhook.secret = secret

    def webhook(self) -> Json:
        """Return the delivery statistics."""
        return self._webhook.state()

    def totals(self) -> Json:
        """Return calls and what they would have cost."""
        knobs = self.account.knobs
        return {
            "calls": sum(1 for _ in self._calls.of("line")),
            "counted": knobs.used,
            "quota": PLANS[self.account.plan][0] if knobs.quota is None else knobs.quota,
            "used": knobs.used,
            "yen": self.account.yen,
            "plan": self.account.plan,
        }

    def change(self, wish: Json) -> Json:
        """Change settings of the account and return all."""
        self.account.knobs.change(wish)
        return self.knobs()

    def knobs(self) -> Json:
        """Return the settings of the account."""
        return dict(vars(self.account.knobs))

    async def _post_deliver(self, request: web.Request) -> web.Response:
        return web.json_response(await self.deliver(await request.json()))

    async def _post_release(self, _: web.Request) -> web.Response:
        return web.json_response(await self.release())

    async def _get_knobs(self, _: web.Request) -> web.Response:
        return web.json_response(self.knobs())

    async def _post_knobs(self, request: web.Request) -> web.Response:
        return web.json_response(self.change(await request.json()))

    async def _get_menu_image(self, request: web.Request) -> web.Response:
        menu = self._menus.menus.get(request.match_info["id"])
        if menu is None or menu.image is None:
            raise WishError("no such picture", 404)
        return web.Response(body=menu.image[1], content_type=menu.image[0])

    async def _get_content(self, request: web.Request) -> web.Response:
        picture: Any = self.account.pictures.get(request.match_info["id"])
        if picture is None or picture.gone:
            raise WishError("no such picture", 404)
        return web.Response(body=picture.data, content_type=picture.type)
