"""Rankings, teams, streaks and badges: shown unless the city or the person wants none of it. Sends nothing."""

from enum import StrEnum

from handlers import joining
from handlers.messages import Choice
from handlers.talk import Answer, Talk, page_card, text
from storage import people, teams, weeks


class Game(StrEnum):
    """What may be switched off; all but the boards by the city too, under these names in the programme's ``games``."""

    BOARDS = "boards"
    PERSON_BOARD = "person_board"
    TEAMS = "teams"
    STREAKS = "streaks"
    BADGES = "badges"
    CHALLENGES = "challenges"


GAMES = {
    "board": Game.BOARDS,
    "place": Game.BOARDS,
    "top": Game.PERSON_BOARD,
    "enlist": Game.PERSON_BOARD,
    "team": Game.TEAMS,
    "teams": Game.TEAMS,
    "teamcode": Game.TEAMS,
    "teamin": Game.TEAMS,
    "teamnew": Game.TEAMS,
    "teamname": Game.TEAMS,
    "badges": Game.BADGES,
    "challenges": Game.CHALLENGES,
}
"""The buttons that belong to a game, by their first word."""


def is_on(talk: Talk, game: Game) -> bool:
    """Tell whether a game is shown to whoever talks."""
    by_city = game is Game.BOARDS or getattr(talk.programme.games, game)
    return bool(by_city) and (talk.person is None or talk.person.plays)


def only(talk: Talk, game: Game, *choices: Choice) -> tuple[Choice, ...]:
    """Give some buttons where their game is shown, and none where it is not."""
    return choices if is_on(talk, game) else ()


def decline(talk: Talk) -> Answer:
    """Say why something is not shown to who asks for it, and how to have it again."""
    if talk.person is not None and not talk.person.plays:
        words = talk.say("ランキング・チーム・バッジなどは、出さない設定です。")
        return text(words, talk.choice("表示を変える", "play"), talk.choice("メニュー", "menu"))
    return text(talk.say("いまは使えません。"), talk.choice("メニュー", "menu"))


def show(talk: Talk, wanted: str = "") -> Answer:
    """Show whether games are shown, and change it where ``wanted`` is "yes" or "no"."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="play")
    if wanted in ("yes", "no"):
        _set(talk, wanted == "yes")
        talk = talk.again()
    plays = talk.joined.plays
    lines = (
        talk.say("いま：出しています") if plays else talk.say("いま：出していません"),
        talk.say("ランキング・チーム・続けた日・バッジのことです。ポイントの記録は、どちらでも変わりません。"),
        *((talk.say("やめると、チームからは抜け、月曜のお知らせも止まります。"),) * plays),
        *((talk.say("出していない間は、抽選にも入りません。"),) * talk.programme.games.draws),
    )
    change = talk.choice("出すのをやめる", "play:no") if plays else talk.choice("出してほしい", "play:yes")
    return page_card(talk.say("ランキングなどの表示"), lines, change, talk.choice("設定", "settings"))


def _set(talk: Talk, plays: bool) -> None:
    number = talk.joined.id
    if plays:
        people.change(talk.connection, number, plays=True)
        return
    people.change(talk.connection, number, plays=False, board_name=None, name_asked_at=None, wants_monday=False)
    weeks.unlist_person(talk.connection, number)
    teams.leave(talk.connection, number)
