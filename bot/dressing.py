"""What the bot wears: on Telegram its commands and what it says of itself, on LINE its rich menus. Sends nothing."""

import asyncio

from bot import richmenus
from bot.channels.line.channel import Line
from bot.channels.line.menus import alias
from bot.channels.telegram.channel import Telegram
from handlers.texts import JAPANESE, Texts, _, web_tag
from storage.facts import Programme

COMMANDS = {
    "menu": _("メニュー"),
    "report": _("報告する"),
    "events": _("イベント"),
    "myevents": _("わたしの申し込み"),
    "points": _("わたしのポイント"),
    "totals": _("市の合計"),
    "ranking": _("ランキング"),
    "undo": _("取り消す"),
    "settings": _("設定"),
    "data": _("わたしのデータ"),
    "help": _("使い方"),
    "contact": _("問い合わせ"),
}
"""Telegram's command menu: each command is one that ``handlers.commands`` knows."""


async def dress(telegram: Telegram, programme: Programme) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Set commands and descriptions where they differ; gives the languages whose commands, and texts, were changed."""
    texts = Texts(programme.city.languages)
    wires = telegram.wiring
    menus = await wires.set_commands({_tag(name): menu(texts, name) for name in _spoken(texts)})
    await wires.show_commands()
    long = {_tag(name): describe(texts, programme, name) for name in _spoken(texts)}
    short = {_tag(name): programme.city.project.get(name, programme.city.project["ja"]) for name in _spoken(texts)}
    return tuple(menus), tuple(await wires.set_descriptions(long, short))


async def hang_menus(line: Line, programme: Programme) -> tuple[str, ...] | None:
    """Put LINE's rich menus in their places; gives the aliases that changed, None where no font was found for them."""
    made = await asyncio.to_thread(richmenus.make, programme, Texts(programme.city.languages))
    if not made:
        return None
    changed = await line.menus.put(made)
    if await line.menus.find_default() is None:
        await line.menus.put_default(alias(JAPANESE, is_disaster=False))
    return changed


def menu(texts: Texts, language: str) -> dict[str, str]:
    """Give the command menu in a language."""
    return {command: texts.of(language).say(words) for command, words in COMMANDS.items()}


def describe(texts: Texts, programme: Programme, language: str) -> str:
    """Say before the first Start what the bot is for and who runs it."""
    city = programme.city
    project, office = (words.get(language, words["ja"]) for words in (city.project, city.office))
    sentence = _(
        "{project}のボットです。ゼロカーボン行動を報告して、市の合計をみんなで伸ばします。市のイベントにも申し込めます。運営：{office}"
    )
    return texts.of(language).say(sentence, project=project, office=office)


def _spoken(texts: Texts) -> list[str]:
    """List the languages that Telegram has a tag of their own for; easy Japanese has none."""
    return [language for language in texts.languages if language == web_tag(language)]


def _tag(language: str) -> str:
    """Give Telegram's tag, two letters (API, setMyCommands): whose language is not spoken here reads Japanese."""
    return "" if language == JAPANESE else language.partition("-")[0]
