"""The table from what a person did to the function that answers it. Every answer leaves a way on."""

import inspect
from collections.abc import Callable
from dataclasses import replace

from handlers import (
    alerting,
    answering,
    asking,
    attending,
    badging,
    bringing,
    browsing,
    challenging,
    claiming,
    confirming,
    donating,
    explaining,
    following,
    helping,
    helplines,
    holding,
    joining,
    leaving,
    linking,
    playing,
    preferring,
    proving,
    ranking,
    recovering,
    registering,
    releasing,
    reporting,
    standing,
    subscribing,
    surveying,
    switching,
    teaming,
    travelling,
    withdrawing,
)
from handlers.messages import Incoming, IncomingKind
from handlers.rules import mentions, understanding
from handlers.talk import Answer, Talk
from storage import accounts, people
from storage.facts import Intent, Mentioned, Understanding

Handler = Callable[..., Answer]

PRESSES: dict[str, Handler] = {
    "menu": helping.show_menu,
    "help": helping.show_help,
    "contact": helping.show_contact,
    "ask": asking.explain,
    "language": joining.ask_language,
    "lang": joining.choose_language,
    "consent": joining.ask_consent,
    "join": joining.agree,
    "later": joining.decline,
    "report": reporting.open_list,
    "days": reporting.choose_day,
    "effects": explaining.show_effects,
    "how": explaining.show,
    "r": reporting.press,
    "l": reporting.press_late,
    "cool": reporting.keep_cool,
    "usual": reporting.press_usual,
    "all": confirming.record_all,
    "w": withdrawing.withdraw,
    "undo": withdrawing.offer_last,
    "proof": proving.ask,
    "km": travelling.ask_car,
    "nocar": travelling.no_car,
    "stop": travelling.stop,
    "car": travelling.ask_way,
    "by": travelling.ask_distance,
    "d": travelling.add_distance,
    "points": standing.show_points,
    "slip": claiming.ask,
    "survey": surveying.ask,
    "totals": standing.show_totals,
    "board": ranking.show_board,
    "top": ranking.show_top,
    "place": ranking.show_place,
    "enlist": ranking.enlist,
    "unlist": ranking.unlist,
    "team": teaming.show,
    "teams": teaming.show_board,
    "teamcode": teaming.ask_code,
    "teamin": teaming.come_in,
    "teamnew": teaming.ask_kind,
    "teamname": teaming.rename,
    "teamout": teaming.ask_leave,
    "teamoutyes": teaming.leave,
    "monday": subscribing.show,
    "prefer": subscribing.prefer,
    "settings": preferring.show,
    "play": playing.show,
    "badges": badging.show,
    "challenges": challenging.show,
    "give": donating.show,
    "giveyes": donating.give,
    "ward": preferring.choose_ward,
    "name": preferring.ask_nickname,
    "auto": preferring.draw_nickname,
    "keep": preferring.keep_nickname,
    "pause": preferring.pause,
    "resume": preferring.resume,
    "events": browsing.show_coming,
    "narrow": browsing.narrow,
    "ev": browsing.show_event,
    "reg": registering.register,
    "regco": registering.register_for_company,
    "my": holding.show_mine,
    "mine": holding.show_one,
    "pass": holding.show_code,
    "bring": bringing.show,
    "again": bringing.bring_again,
    "unbring": bringing.ask_removal,
    "unbringyes": bringing.remove,
    "unreg": releasing.ask,
    "unregyes": releasing.cancel,
    "seat": releasing.accept,
    "back": releasing.give_back,
    "remind": preferring.choose_reminders,
    "interests": preferring.choose_interests,
    "link": linking.show,
    "linkcode": linking.give_code,
    "linkenter": linking.ask_code,
    "linkyes": linking.join,
    "word": recovering.explain,
    "wordnew": recovering.give_word,
    "recover": recovering.ask,
    "data": leaving.show_data,
    "leave": leaving.ask,
    "leaving": leaving.leave,
    "stay": leaving.stay,
}
"""The first word of a button's data, and who answers; the words after it are passed on."""

STOPPED_BY = {
    "name": "keep",
    "km": "stop",
    "bring": "mine:{}",
    "slip": "menu",
    "survey": "menu",
    "link": "menu",
    "recover": "menu",
    "team": "team",
    "teamname": "team",
    "ask": "menu",
    "thread": "menu",
}
"""The questions that typed words may answer, and the button that ends each without an answer."""

_TAKES = {word: len(inspect.signature(handler).parameters) - 1 for word, handler in PRESSES.items()}

INTENTS: dict[Intent, Handler] = {
    Intent.EVENTS: browsing.show_coming,
    Intent.REGISTER: browsing.show_coming,
    Intent.MY_EVENTS: holding.show_mine,
    Intent.RANKING: lambda talk: press(talk, "board"),
    Intent.LINK: linking.show,
    Intent.POINTS: standing.show_points,
    Intent.TOTALS: standing.show_totals,
    Intent.HELP: helping.show_menu,
    Intent.LANGUAGE: joining.ask_language,
    Intent.PAUSE: preferring.ask_pause,
    Intent.LEAVE: leaving.ask,
    Intent.UNDO: withdrawing.offer_last,
    Intent.SETTINGS: preferring.show,
    Intent.CONTACT: helping.show_contact,
    Intent.NONE: helping.ask_again,
}

WORDS: dict[str, str] = {
    "/start": "menu",
    "/menu": "menu",
    "メニュー": "menu",
    "menu": "menu",
    "/help": "help",
    "数え方": "effects",
    "/report": "report",
    "/points": "points",
    "/events": "events",
    "/myevents": "my",
    "わたしの申し込み": "my",
    "わたしのポイント": "points",
    "/totals": "totals",
    "/ranking": "board",
    "ランキング": "board",
    "/team": "team",
    "チーム": "team",
    "寄付": "give",
    "ポイントを贈る": "give",
    "/settings": "settings",
    "/language": "language",
    "/pause": "pause",
    "/resume": "resume",
    "/data": "data",
    "/link": "link",
    "/leave": "leave",
    "/undo": "undo",
    "/contact": "contact",
}
"""Words that mean exactly one button, on every platform."""


def answer(talk: Talk) -> Answer:
    """Answer one event; what brought the person before they joined is taken up once they have."""
    said = _answer(talk)
    if joining.needs_consent(talk) and not said.forget:
        said = said.followed_by(_resume_pending(talk))
    return switching.lead(talk, said)


def _answer(talk: Talk) -> Answer:
    incoming = talk.incoming
    if incoming.kind is IncomingKind.UNSENT:
        return following.take_back(talk)
    if not incoming.private:
        return following.greet_group(talk) if incoming.answerable else Answer()
    match incoming.kind:
        case IncomingKind.FOLLOWED:
            return _follow(talk)
        case IncomingKind.BLOCKED:
            return following.block(talk)
        case IncomingKind.PRESSED:
            return press(_settled(talk, incoming.data), incoming.data)
        case IncomingKind.TEXT:
            return helplines.heed(talk, incoming.text) or _read(talk, incoming.text)
        case IncomingKind.MEDIA:
            return _first_things_first(talk, proving.answer_photo)
        case IncomingKind.STICKER:
            return _first_things_first(talk, helping.answer_sticker)
        case _:
            return Answer()


def _follow(talk: Talk) -> Answer:
    payload = talk.incoming.payload
    if alerting.is_word(payload):
        following.come_back(talk)
        return alerting.take_word(talk, payload)
    if talk.person is None and talk.account.language and browsing.code_in(payload):
        following.come_back(talk)
        return _open_payload(talk, payload)
    said = following.follow(talk)
    return said.followed_by(_open_payload(talk, payload)) if talk.person is not None and payload else said


def _first_things_first(talk: Talk, handler: Handler) -> Answer:
    """Ask a stranger for the language before anything else."""
    return handler(talk) if talk.account.language else joining.ask_language(talk)


def press(talk: Talk, data: str) -> Answer:
    """Answer a button; an unknown one (older than this program) offers the menu, and words too many are left out."""
    word, _, rest = data.partition(":")
    handler = PRESSES.get(word)
    if handler is None:
        return helping.ask_again(talk)
    game = playing.GAMES.get(word)
    if game is not None and not playing.is_on(talk, game):
        return playing.decline(talk)
    arguments = rest.split(":") if rest else []
    return handler(talk, *arguments[: _TAKES[word]])


def _settled(talk: Talk, data: str) -> Talk:
    """Forget the question a typed answer was awaited for, unless this button belongs to it."""
    if talk.person is None or talk.person.awaiting is None:
        return talk
    if data.split(":")[0] in ("all", "leaving", "d"):
        return talk
    people.change(talk.connection, talk.person.id, awaiting=None)
    return talk.again()


def _read(talk: Talk, words: str) -> Answer:
    """Answer typed words: a command, an awaited answer, or what is understood of them."""
    if alerting.is_word(words):
        return alerting.take_word(talk, words)
    command = WORDS.get(words.strip().lower().split(" ")[0] if words.strip() else "")
    if command:
        known = talk.account.language or command == "language"
        return press(_settled(talk, command), command) if known else joining.ask_language(talk)
    if not talk.account.language and talk.person is None:
        accounts.change(talk.connection, talk.account.id, pending=f"said:{words[:150]}")
        return joining.ask_language(talk)
    if code := browsing.code_in(words):
        return browsing.open_code(_settled(talk, ""), code)
    if (taken := _take_code(talk, words)) is not None:
        return taken
    meant = understanding.understand(words, talk.language, talk.programme, talk.on)
    return _take_awaited(talk, words, meant) or _do(talk, words, meant)


def _take_code(talk: Talk, words: str) -> Answer | None:
    """Take a word said at an event, or one of the codes that are told apart by their length; None for anything else."""
    if _awaited_words(talk) == "recover" and (said := recovering.hear(talk, words)) is not None:
        return said
    heard = attending.say_word(talk, words) or claiming.hear(talk, words) or linking.hear(talk, words)
    return heard or teaming.hear(talk, words)


def _take_awaited(talk: Talk, words: str, meant: Understanding) -> Answer | None:
    """Take what answers the question last asked; None for words that clearly want something else: nobody is caught."""
    awaiting = _awaited_words(talk)
    if awaiting and words.strip() == talk.say("やめる"):
        stop = _stopping(awaiting)
        return press(_settled(talk, stop), stop)
    if awaiting == "name" and meant.confidence < understanding.COMMAND:
        return preferring.take_nickname(talk, words)
    if awaiting.startswith("bring:") and meant.confidence < understanding.COMMAND:
        _, event, kind = awaiting.split(":")
        return bringing.take_name(talk, event, kind, words)
    if awaiting == "slip" and meant.intent is Intent.NONE:
        return claiming.ask_again(talk)
    if awaiting == "link" and meant.intent is Intent.NONE:
        return linking.ask_again(talk)
    if awaiting.startswith("teamname:") and meant.confidence < understanding.COMMAND:
        return teaming.take_name(talk, awaiting.partition(":")[2], words)
    if awaiting == "team" and meant.intent is Intent.NONE:
        return teaming.ask_again(talk)
    if awaiting == "recover" and meant.intent is Intent.NONE:
        return recovering.ask_again(talk)
    if awaiting.startswith("survey:") and meant.confidence < understanding.COMMAND:
        _, event, question = awaiting.split(":")
        return surveying.take_words(talk, event, question, words)
    if awaiting == asking.AWAITED and meant.confidence < understanding.COMMAND:
        return asking.take(talk, words)
    if awaiting == asking.THREAD and meant.intent is Intent.NONE:
        return asking.take(talk, words)
    is_distance = meant.intent is Intent.NONE or mentions.read_kilometres(words) is not None
    if awaiting.startswith("km:") and is_distance:
        _, entry, way = awaiting.split(":")
        return travelling.take_typed(talk, entry, way, words)
    return None


def _awaited_words(talk: Talk) -> str:
    """Name the question that typed words would answer, such as ``km:entry:way``; else ""."""
    awaiting = (talk.person.awaiting if talk.person else None) or ""
    return awaiting if awaiting.partition(":")[0] in STOPPED_BY else ""


def _stopping(awaiting: str) -> str:
    """Name the button that ends a question without an answer."""
    question, _, about = awaiting.partition(":")
    return STOPPED_BY[question].format(about.partition(":")[0])


def _do(talk: Talk, words: str, meant: Understanding) -> Answer:
    """Do what was understood; a name or a distance that was asked for is waited for no longer."""
    talk = _settled(talk, "") if _awaited_words(talk) else talk
    if meant.intent is Intent.REPORT:
        return confirming.ask(talk, meant.actions) if meant.actions else reporting.open_list(talk)
    if meant.confidence < understanding.COMMAND and meant.intent in answering.GIVES_WAY:
        found = answering.find(talk, words)
        if found is not None:
            return found
    if meant.intent is Intent.NONE:
        if not meant.maybe:
            helping.note_puzzle(talk, words)
        return confirming.ask_which(talk, words, meant.maybe) or helping.ask_again(talk)
    return INTENTS[meant.intent](talk)


def _resume_pending(talk: Talk) -> Answer:
    """Take up what brought the person, right after they joined."""
    now, pending = talk.again(), talk.account.pending
    if joining.needs_consent(now) or not pending:
        return Answer()
    accounts.change(now.connection, now.account.id, pending=None)
    if pending.startswith("start:"):
        return _open_payload(now, pending.removeprefix("start:"))
    if pending.startswith("said:"):
        return _read(now, pending.removeprefix("said:"))
    pressed = Incoming(kind=IncomingKind.PRESSED, data=pending, language=now.incoming.language)
    return press(replace(now, incoming=pressed), pending)


def _open_payload(talk: Talk, payload: str) -> Answer:
    """Open what a deep link points at: ``e_CODE`` for one event, ``a_CODE`` for one action, ``report`` and the like."""
    if code := browsing.code_in(payload):
        return browsing.open_code(talk, code)
    if payload.startswith(linking.PAYLOAD):
        return linking.ask(talk, payload.removeprefix(linking.PAYLOAD))
    if payload.startswith(teaming.PAYLOAD) and (said := teaming.hear(talk, payload.removeprefix(teaming.PAYLOAD))):
        return said
    action = talk.programme.action(payload.removeprefix("a_"))
    if action is not None:
        return confirming.ask(talk, (Mentioned(action.code, talk.on),))
    return (
        press(talk, payload)
        if payload in ("report", "events", "my", "points", "totals", "board", "help", "settings")
        else helping.show_menu(talk)
    )
