"""Holds rich menus, their pictures, aliases and links (manual: reference#rich-menu); may not draw them."""

import re
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.calls import Changes
from bot.sandbox.counting import graphemes
from bot.sandbox.line.account import Account, Person
from bot.sandbox.line.actions import RICH_MENU, check_action
from bot.sandbox.line.checking import Sheet
from bot.sandbox.line.gate import Answer, Endpoint, Exchange, RefusalError
from bot.sandbox.line.pictures import size
from bot.sandbox.line.sending import USER, void
from bot.sandbox.platform import Json

MENUS = 1_000  # reference#create-rich-menu
ALIASES = 1_000  # reference#create-rich-menu-alias
AREAS = 20  # reference#rich-menu-object
NAME = 300  # reference#rich-menu-object, graphemes (guide: text-character-count)
BAR = 14  # reference#rich-menu-object: chatBarText, graphemes
WIDTH, HEIGHT, RATIO = (800, 2500), 250, 1.45  # reference#upload-rich-menu-image-requirements
IMAGE_BYTES = 2**20  # same section: 1 MB
LINKED = 500  # reference#link-rich-menu-to-users
ALIAS = re.compile(r"[a-z0-9_-]{1,32}")  # reference#create-rich-menu-alias
NOT_FOUND = "Not found"


@dataclass
class Menu:
    """Describe one rich menu."""

    id: str
    object: Json
    image: tuple[str, bytes] | None = None

    def json(self) -> Json:
        """Return the rich menu response object."""
        return {"richMenuId": self.id, **self.object}


class RichMenus:
    """Create, picture, link and switch rich menus."""

    def __init__(self, account: Account, changes: Changes) -> None:
        self._account, self._changes = account, changes
        self.menus: dict[str, Menu] = {}
        self.aliases: dict[str, str] = {}
        self.default: str | None = None

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints with their rates (reference#rate-limits)."""
        menu, user, one = "/v2/bot/richmenu", "/v2/bot/user", "{richMenuId}"
        return [
            Endpoint("POST", menu, self._create, 100, 3600, reads="json"),
            Endpoint("POST", f"{menu}/validate", self._validate, reads="json"),
            Endpoint("GET", f"{menu}/list", self._list, 10),
            Endpoint("POST", f"{menu}/bulk/link", self._link_many, reads="json", success=202),
            Endpoint("POST", f"{menu}/bulk/unlink", self._unlink_many, reads="json", success=202),
            Endpoint("POST", f"{menu}/alias", self._alias, reads="json"),
            Endpoint("GET", f"{menu}/alias/list", self._alias_list),
            Endpoint("GET", f"{menu}/alias/{{alias}}", self._alias_get),
            Endpoint("POST", f"{menu}/alias/{{alias}}", self._alias_move, reads="json"),
            Endpoint("DELETE", f"{menu}/alias/{{alias}}", self._alias_delete, 100, 3600),
            Endpoint("GET", f"{menu}/{one}", self._get),
            Endpoint("DELETE", f"{menu}/{one}", self._delete, 100, 3600),
            Endpoint("POST", f"{menu}/{one}/content", self._upload),
            Endpoint("GET", f"{menu}/{one}/content", self._download),
            Endpoint("POST", f"{user}/all/richmenu/{one}", self._set_default),
            Endpoint("GET", f"{user}/all/richmenu", self._get_default),
            Endpoint("DELETE", f"{user}/all/richmenu", self._clear_default),
            Endpoint("POST", f"{user}/{{userId}}/richmenu/{one}", self._link),
            Endpoint("GET", f"{user}/{{userId}}/richmenu", self._linked),
            Endpoint("DELETE", f"{user}/{{userId}}/richmenu", self._unlink),
        ]

    def of(self, person: Person) -> Json | None:
        """Return what a friend's phone shows: the own menu before the default one (guide/rich-menus-overview)."""
        id = person.rich_menu if person.rich_menu in self.menus else self.default
        if id not in self.menus or not person.following:
            return None
        return {**self.menus[id].json(), "image": f"/control/line/richmenu/{id}/image"}

    def switch(self, person: Person, alias: str) -> Json:
        """Switch tabs as a press on `richmenuswitch` does; return the postback's params."""
        if alias not in self.aliases:
            return {"newRichMenuAliasId": alias, "status": "RICHMENU_ALIAS_ID_NOTFOUND"}
        if self.aliases[alias] not in self.menus:
            return {"newRichMenuAliasId": alias, "status": "RICHMENU_NOTFOUND"}
        person.rich_menu = self.aliases[alias]
        return {"newRichMenuAliasId": alias, "status": "SUCCESS"}

    def _find(self, id: str) -> Menu:
        if id not in self.menus:
            raise RefusalError(404, NOT_FOUND)
        return self.menus[id]

    def _pictured(self, id: str) -> Menu:
        menu = self._find(id)
        if menu.image is None:
            message = "must upload richmenu image before applying it to user"
            raise RefusalError(400, {"message": message, "details": []})
        return menu

    async def _create(self, exchange: Exchange) -> Answer:
        body = exchange.check(check_menu).data
        if len(self.menus) >= MENUS:
            raise RefusalError(400, f"The number of rich menus has reached {MENUS}")
        menu = Menu(f"richmenu-{secrets.token_hex(16)}", body)
        self.menus[menu.id] = menu
        return {"richMenuId": menu.id}

    async def _validate(self, exchange: Exchange) -> Answer:
        exchange.check(check_menu)
        return {}

    async def _list(self, _: Exchange) -> Answer:
        return {"richmenus": [menu.json() for menu in self.menus.values()]}

    async def _get(self, exchange: Exchange) -> Answer:
        return self._find(exchange.part["richMenuId"]).json()

    async def _delete(self, exchange: Exchange) -> Answer:
        menu = self._find(exchange.part["richMenuId"])
        del self.menus[menu.id]
        self.default = None if self.default == menu.id else self.default
        self._changed()
        return {}

    async def _upload(self, exchange: Exchange) -> Answer:
        menu = self._find(exchange.part["richMenuId"])
        exchange.noted = f"{len(exchange.raw)} bytes"
        kind = exchange.request.content_type
        if kind not in {"image/jpeg", "image/png"}:
            raise RefusalError(415, f"The content type, {kind}, is not supported")
        if menu.image is not None:
            raise RefusalError(400, "An image has already been uploaded to the richmenu")
        _check_image(exchange.raw, kind)
        menu.image = (kind, exchange.raw)
        return {}

    async def _download(self, exchange: Exchange) -> Answer:
        image = self._find(exchange.part["richMenuId"]).image
        if image is None:
            raise RefusalError(404, NOT_FOUND)
        return web.Response(body=image[1], content_type=image[0])

    async def _set_default(self, exchange: Exchange) -> Answer:
        self.default = self._pictured(exchange.part["richMenuId"]).id
        self._changed()
        return {}

    async def _get_default(self, _: Exchange) -> Answer:
        if self.default is None:
            raise RefusalError(404, {"message": "no default richmenu", "details": []})
        return {"richMenuId": self.default}

    async def _clear_default(self, _: Exchange) -> Answer:
        self.default = None
        self._changed()
        return {}

    async def _link(self, exchange: Exchange) -> Answer:
        id = _user(exchange)
        self._set(id, self._pictured(exchange.part["richMenuId"]).id)
        return {}

    async def _unlink(self, exchange: Exchange) -> Answer:
        self._set(_user(exchange), None)
        return {}

    async def _linked(self, exchange: Exchange) -> Answer:
        person = self._account.people.get(_user(exchange))
        if person is None or not person.following or person.rich_menu not in self.menus:
            raise RefusalError(404, {"message": "the user has no richmenu", "details": []})
        return {"richMenuId": person.rich_menu}

    async def _link_many(self, exchange: Exchange) -> Answer:
        body = exchange.check(_users, lambda sheet: void(sheet.text("richMenuId"))).data
        menu = self._pictured(body["richMenuId"])
        for id in body["userIds"]:
            self._set(id, menu.id)
        return {}

    async def _unlink_many(self, exchange: Exchange) -> Answer:
        for id in exchange.check(_users).data["userIds"]:
            self._set(id, None)
        return {}

    def _set(self, user: str, menu: str | None) -> None:
        """Link for friends only; others change nothing and are no error (reference#link-rich-menu-to-user)."""
        person = self._account.people.get(user)
        if person is not None and person.following:
            person.rich_menu = menu
            self._changes.note(f"line:{user}")

    def _changed(self) -> None:
        for person in self._account.friends():
            self._changes.note(f"line:{person.id}")

    async def _alias(self, exchange: Exchange) -> Answer:
        body = exchange.check(_check_alias).data
        if body["richMenuAliasId"] in self.aliases:
            raise RefusalError(400, "conflict richmenu alias id")
        if len(self.aliases) >= ALIASES:
            raise RefusalError(400, f"The number of rich menu aliases has reached {ALIASES}")
        self.aliases[body["richMenuAliasId"]] = self._aliased(body)
        return {}

    async def _alias_move(self, exchange: Exchange) -> Answer:
        alias = self._alias_of(exchange)
        self.aliases[alias] = self._aliased(exchange.check(lambda sheet: void(sheet.text("richMenuId"))).data)
        return {}

    def _aliased(self, body: Json) -> str:
        menu = self.menus.get(body["richMenuId"])
        if menu is None:
            raise RefusalError(400, "richmenu not found")
        return self._pictured(menu.id).id

    def _alias_of(self, exchange: Exchange) -> str:
        alias = str(exchange.part["alias"])
        if alias not in self.aliases:
            raise RefusalError(404, {"message": "richmenu alias not found", "details": []})
        return alias

    async def _alias_get(self, exchange: Exchange) -> Answer:
        alias = self._alias_of(exchange)
        return {"richMenuAliasId": alias, "richMenuId": self.aliases[alias]}

    async def _alias_list(self, _: Exchange) -> Answer:
        return {"aliases": [{"richMenuAliasId": key, "richMenuId": id} for key, id in self.aliases.items()]}

    async def _alias_delete(self, exchange: Exchange) -> Answer:
        del self.aliases[self._alias_of(exchange)]
        return {}


def check_menu(menu: Sheet) -> None:
    """Check a rich menu object (reference#rich-menu-object)."""
    width = height = 0.0
    shape = menu.sheet("size")
    if shape is not None:
        width = shape.number("width", *WIDTH, required=True) or 0.0
        height = shape.number("height", HEIGHT, required=True) or 0.0
        shape.close()
    if height and width / height < RATIO:
        menu.fail("size", f"The aspect ratio must be at least {RATIO}")
    menu.flag("selected", required=True)
    menu.text("name", NAME, graphemes)
    menu.text("chatBarText", BAR, graphemes)
    for area in menu.sheets("areas", AREAS, least=0):
        _check_area(area, width, height)


def _check_area(area: Sheet, width: float, height: float) -> None:
    bounds = area.sheet("bounds")
    if bounds is not None:
        low = {"x": 0, "y": 0, "width": 1, "height": 1}
        x, y, wide, high = (bounds.number(key, low[key], required=True) or 0.0 for key in low)
        if x + wide > width or y + high > height:
            area.fail("bounds", "must be inside the rich menu")
        bounds.close()
    action = area.sheet("action")
    if action is not None:
        check_action(action, RICH_MENU, label_required=False)
    area.close()


def _check_alias(body: Sheet) -> None:
    alias = body.text("richMenuAliasId")
    if alias and not ALIAS.fullmatch(alias):
        body.fail("richMenuAliasId", "must match [a-z0-9_-]{1,32}")
    body.text("richMenuId")


def _check_image(raw: bytes, kind: str) -> None:
    found = size(raw)
    if found is None or found[0] != kind or len(raw) > IMAGE_BYTES:
        raise RefusalError(400, "The image size is not allowed for richmenu")
    _, width, height = found
    if not WIDTH[0] <= width <= WIDTH[1] or height < HEIGHT or width / height < RATIO:
        raise RefusalError(400, "The image size is not allowed for richmenu")


def _users(body: Sheet) -> None:
    for number, id in enumerate(body.array("userIds", LINKED)):
        if not isinstance(id, str) or not USER.fullmatch(id):
            body.problems.mistype(f"'userIds[{number}]'")


def _user(exchange: Exchange) -> str:
    id = str(exchange.part["userId"])
    if not USER.fullmatch(id):
        raise RefusalError(400, "The value for the 'userId' parameter is invalid")
    return id
