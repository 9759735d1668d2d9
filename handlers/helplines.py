"""Answers a cry for help with the number to call, before anything else is looked at; no setting switches it off."""

from handlers.messages import Choice
from handlers.rules import emergencies
from handlers.rules.emergencies import Emergency, Heard
from handlers.talk import Answer, Talk, card
from handlers.texts import Words
from storage.facts import Helpline, Programme


def heed(talk: Talk, words: str) -> Answer | None:
    """Answer a cry for help in the person's language, else in its own; None for anything else. Nothing is stored."""
    heard = emergencies.hear(words)
    if heard is None:
        return None
    language = talk.account.language or _spoken(heard, talk.programme) or talk.language
    return compose(heard.emergency, talk.texts.of(language), talk.programme.helpline)


def _spoken(heard: Heard, programme: Programme) -> str | None:
    return heard.language if heard.language in programme.city.languages else None


def compose(emergency: Emergency, words: Words, helpline: Helpline) -> Answer:
    """Put the fixed reply into words."""
    title, lines = _said(emergency, words, helpline)
    menu = Choice(words.say("メニュー"), "menu")
    return Answer(card(title, (*lines, words.say("このチャットでは通報できません。")), menu).messages, must_arrive=True)


def _said(emergency: Emergency, words: Words, helpline: Helpline) -> tuple[str, tuple[str, ...]]:
    match emergency:
        case Emergency.FIRE:
            away = words.say("まず、火や煙から離れてください。")
            return words.say("火事のときは、すぐに119番に電話してください"), (away,)
        case Emergency.ILLNESS:
            near = words.say("急な病気やけがのときも、救急車は119番です。近くの人にも助けを求めてください。")
            return words.say("命にかかわるときは、すぐに119番に電話してください"), (near,)
        case Emergency.DANGER:
            lines = (words.say("火事・救急は119番です。"), words.say("まず、安全な場所へ逃げてください。"))
            return words.say("危ないときは、すぐに110番に電話してください"), lines
        case Emergency.DESPAIR:
            return words.say("つらい気持ちを、書いてくれてありがとうございます"), _to_call(words, helpline)


def _to_call(words: Words, helpline: Helpline) -> tuple[str, ...]:
    name, hours = (texts.get(words.language) or texts["ja"] for texts in (helpline.name, helpline.hours))
    return (
        words.say("ひとりでかかえず、話してみませんか。{name}：{telephone}", name=name, telephone=helpline.telephone),
        hours,
        words.say("いま命があぶないときは、119番に電話してください。"),
    )
