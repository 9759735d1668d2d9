"""Rich menus of a LINE account: lists, makes, names and links them (reference #rich-menu). Draws none.

A menu cannot be changed, only replaced. What is wanted stands under an alias; a menu's name holds the hash of it all,
so that a second look finds nothing to do.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.channels.line.wire import LineError, Wire
from handlers.messages import Call, Fate, Outcome, Reason

if TYPE_CHECKING:
    from linebot.v3.messaging import AsyncMessagingApi


@dataclass(frozen=True, slots=True)
class Menu:
    """One rich menu: ``alias`` says what it is for, ``object`` is LINE's own (its name apart), ``image`` a PNG."""

    alias: str
    name: str
    object: Mapping[str, Any]
    image: bytes


def alias(language: str, *, is_disaster: bool) -> str:
    """Name a menu as LINE allows it: small letters, digits and lines, at most 32."""
    return f"{'disaster' if is_disaster else 'everyday'}-{language.lower()}"


class Menus:
    """The account's rich menus; every method raises LineError when LINE does not do what is asked."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def put(self, wanted: Sequence[Menu]) -> tuple[str, ...]:
        """Have each alias stand for its menu, and delete what stood there before; give the aliases that changed."""
        names = {menu.rich_menu_id: menu.name for menu in (await self._ask("get_rich_menu_list")).richmenus}
        aliases = await self.list_aliases()
        changed = [menu for menu in wanted if names.get(aliases.get(menu.alias, "")) != menu.name]
        for menu in changed:
            await self._replace(menu, aliases.get(menu.alias))
        return tuple(menu.alias for menu in changed)

    async def find(self, alias: str) -> str | None:
        """Find the menu that an alias stands for; None where there is no such alias."""
        return (await self.list_aliases()).get(alias)  # asking for one is a 404 where there is none

    async def find_default(self) -> str | None:
        """Find the menu of all who have none of their own; None where there is none."""
        try:
            return str((await self._ask("get_default_rich_menu_id")).rich_menu_id)
        except LineError as error:
            if error.status == 404:
                return None
            raise

    async def put_default(self, alias: str) -> bool:
        """Show the menu of an alias to all who have none of their own; tell whether that was a change.

        False too where there is no such alias.
        """
        wanted = await self.find(alias)
        if wanted is None or await self.find_default() == wanted:
            return False
        await self._ask("set_default_rich_menu", wanted)
        return True

    async def list_aliases(self) -> dict[str, str]:
        """List the aliases, each with the menu that it stands for."""
        found = await self._ask("get_rich_menu_alias_list")
        return {one.rich_menu_alias_id: one.rich_menu_id for one in found.aliases}

    async def link(self, menu: str, accounts: Sequence[str]) -> None:
        """Show a menu to these accounts, at most 500; those that are no friends change nothing."""
        from linebot.v3.messaging import RichMenuBulkLinkRequest

        await self._ask("link_rich_menu_id_to_users", RichMenuBulkLinkRequest(rich_menu_id=menu, user_ids=[*accounts]))

    async def show(self, call: Call) -> Outcome:
        """Show one account the menu of its language; where there is none, there is nothing to do."""
        try:
            wanted = json.loads(call.body)
            menu = await self.find(alias(wanted["language"], is_disaster=wanted["is_disaster"]))
            if menu is not None:
                await self._ask("link_rich_menu_id_to_user", call.to, menu)
        except LineError as error:
            may_pass = error.status is None or error.status == 429 or error.status >= 500
            fate = Fate.TEMPORARY if may_pass else Fate.PERMANENT  # linked twice is linked once
            return Outcome(fate=fate, reason=None if may_pass else Reason.REFUSED, detail=str(error))
        except (ValueError, KeyError, TypeError):
            return Outcome(fate=Fate.PERMANENT, reason=Reason.REFUSED, detail="not sent: the body is no menu")
        return Outcome(fate=Fate.ACCEPTED)

    async def _replace(self, menu: Menu, old: str | None) -> None:
        """Make the menu whole before an alias leads to it; who was linked to the old one sees the default again."""
        from linebot.v3 import messaging

        request = messaging.RichMenuRequest.from_dict({**menu.object, "name": menu.name})
        made = (await self._ask("create_rich_menu", request)).rich_menu_id
        await self._wire.upload(f"/v2/bot/richmenu/{made}/content", menu.image, "image/png")
        if old is None:
            named = messaging.CreateRichMenuAliasRequest(rich_menu_alias_id=menu.alias, rich_menu_id=made)
            await self._ask("create_rich_menu_alias", named)
            return
        moved = messaging.UpdateRichMenuAliasRequest(rich_menu_id=made)
        was_default = await self.find_default() == old
        await self._ask("update_rich_menu_alias", menu.alias, moved)
        if was_default:
            await self._ask("set_default_rich_menu", made)
        await self._ask("delete_rich_menu", old)

    async def _ask(self, method: str, *given: object) -> Any:
        def question(api: "AsyncMessagingApi") -> Awaitable[Any]:
            ask: Callable[..., Awaitable[Any]] = getattr(api, method)
            return ask(*given, _request_timeout=self._wire.deadline)

        return await self._wire.ask(question)
