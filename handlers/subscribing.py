"""Asking for Monday's message and stopping it, and on which platform a person is written to first. Sends nothing."""

from handlers import joining, playing
from handlers.messages import Choice
from handlers.playing import Game
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import _
from storage import accounts, people
from storage.facts import ChannelName

PLATFORMS = {ChannelName.TELEGRAM: "Telegram", ChannelName.LINE: "LINE"}
"""What people call the platforms one can be written to on, the one that is taken by itself first."""
AUTOMATIC = _("おまかせ")


def show(talk: Talk, wanted: str = "") -> Answer:
    """Show whether Monday's message comes, and change it where ``wanted`` is "yes" or "no"."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"monday:{wanted}" if wanted else "monday")
    if wanted == "yes" and not playing.is_on(talk, Game.BOARDS):
        return playing.decline(talk)
    if wanted in ("yes", "no") and talk.is_news:
        people.change(talk.connection, talk.joined.id, wants_monday=wanted == "yes")
        accounts.change(talk.connection, talk.account.id, state_at=talk.said_at)
        talk = talk.again()
    lines = (
        talk.say("毎週月曜の朝に、ランキングと市の合計を1通にまとめてお届けします。希望した人だけに送ります。"),
        talk.say("いま：届けます") if talk.joined.wants_monday else talk.say("いま：届けません"),
        *_paused(talk),
        *_place_lines(talk),
    )
    change = (
        talk.choice("届けるのをやめる", "monday:no")
        if talk.joined.wants_monday
        else talk.choice("届けてほしい", "monday:yes")
    )
    more = (*_place_button(talk), talk.choice("ランキング", "board"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("月曜のお知らせ"), lines, change, *more)


def _paused(talk: Talk) -> tuple[str, ...]:
    if talk.joined.wants_monday and talk.account.paused:
        return (talk.say("お知らせを休んでいる間は届きません。"),)
    return ()


def _platforms(talk: Talk) -> list[ChannelName]:
    """List the platforms the person can be written to on, the one taken by itself first."""
    owned = {account.channel for account in accounts.list_of_person(talk.connection, talk.joined.id)}
    return [channel for channel in PLATFORMS if channel in owned]


def _place_lines(talk: Talk) -> tuple[str, ...]:
    if len(_platforms(talk)) < 2:
        return ()
    return (talk.say("お知らせを届ける先：{place}", place=_name(talk, talk.joined.preferred_channel)),)


def _place_button(talk: Talk) -> tuple[Choice, ...]:
    return (talk.choice("届ける先を選ぶ", "prefer"),) if len(_platforms(talk)) > 1 else ()


def _name(talk: Talk, channel: ChannelName | None) -> str:
    return PLATFORMS[channel] if channel in PLATFORMS else talk.say(AUTOMATIC)


def prefer(talk: Talk, channel: str = "") -> Answer:
    """Offer the platforms on which the person has an account, and set the one that was chosen."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="prefer")
    known = _platforms(talk)
    if channel == "auto" or channel in known:
        chosen = None if channel == "auto" else ChannelName(channel)
        people.change(talk.connection, talk.joined.id, preferred_channel=chosen)
        words = talk.say("お知らせを届ける先：{place}", place=_name(talk, chosen))
        return text(words, talk.choice("月曜のお知らせ", "monday"), talk.choice("設定", "settings"))
    lines = (talk.say("同じお知らせは、1人に1通だけ送ります。おまかせのときは、Telegramがあればそちらに届けます。"),)
    buttons = (Choice(PLATFORMS[name], f"prefer:{name}") for name in known)
    return page_card(
        talk.say("お知らせをどこに届けますか？"),
        lines,
        *buttons,
        talk.choice(AUTOMATIC, "prefer:auto"),
        talk.choice("設定", "settings"),
    )
