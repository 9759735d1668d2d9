"""Joining: the language first, then consent by a button that stays, then a nickname and a ward for who wants them."""

import secrets
from dataclasses import replace

from handlers import browsing
from handlers.messages import Choice
from handlers.rules import names
from handlers.talk import Answer, Talk, card, page_card, text
from handlers.texts import language_name
from storage import accounts, people


def needs_consent(talk: Talk) -> bool:
    """Tell whether consent must be asked before anything is stored: nobody joined, or the text has changed since."""
    return talk.person is None or talk.person.consent_version != talk.programme.consent.version


def ask_language(talk: Talk) -> Answer:
    """Ask for the language, the guessed one first, each in its own words."""
    spoken = sorted(talk.programme.city.languages, key=lambda language: language != talk.guessed_language)
    buttons = [Choice(language_name(language), f"lang:{language}") for language in spoken]
    project = talk.programme.city.project
    titles = dict.fromkeys(project.get(language, project["ja"]) for language in spoken)
    return page_card(" / ".join(titles), ("ことばを選んでください。", "Please choose your language."), *buttons)


def choose_language(talk: Talk, language: str = "") -> Answer:
    """Set the language; a friend who has not joined is then shown what joining means."""
    if language not in talk.programme.city.languages:
        return ask_language(talk)
    if talk.is_news:
        accounts.change(talk.connection, talk.account.id, language=language, state_at=talk.said_at)
    elif talk.account.language is None:
        accounts.change(talk.connection, talk.account.id, language=language)
    talk = talk.again()
    said = text(talk.say("これからは日本語でお話しします。"), talk.choice("メニュー", "menu"))
    return replace(ask_consent(talk) if needs_consent(talk) else said, menu=talk.language)


def ask_consent(talk: Talk, pending: str | None = None) -> Answer:
    """Show what is kept and why, with buttons that stay; ``pending`` is taken up again once the person agreed."""
    if pending is not None:
        accounts.change(talk.connection, talk.account.id, pending=pending[:200])
    consent = talk.programme.consent
    lines = consent.lines.get(talk.language) or consent.lines["ja"]
    buttons = [talk.choice("同意してはじめる", f"join:{consent.version}"), talk.choice("今はしない", "later")]
    if talk.public_url:
        page = f"{talk.public_url}/privacy?lang={talk.language}"
        buttons.append(Choice(talk.say("くわしく読む"), url=page))
    return card(talk.say("{project}へようこそ", project=talk.word(talk.programme.city.project)), lines, *buttons)


def decline(talk: Talk) -> Answer:
    """Take "not now" for an answer; totals, help and the event whose link brought the person stay open."""
    words = talk.say("わかりました。参加しなくても、市の合計と使い方は見られます。")
    choices = (talk.choice("市の合計", "totals"), talk.choice("使い方", "help"), talk.choice("参加する", "consent"))
    code = browsing.code_in((talk.account.pending or "").partition(":")[2])
    return text(words, *choices).followed_by(browsing.open_code(talk, code) if code else Answer())


def agree(talk: Talk, version: str = "") -> Answer:
    """Record the consent with its version and time; a new person gets a generated nickname."""
    if version != talk.programme.consent.version:
        return ask_consent(talk)
    if not needs_consent(talk):
        return text(talk.say("もう参加しています。ありがとうございます。"), talk.choice("メニュー", "menu"))
    if talk.person is not None:
        _consent(talk, talk.person.id)
        return text(talk.say("ありがとうございます。続けられます。"), talk.choice("メニュー", "menu"))
    person_id = people.add(talk.connection, draw_nickname(talk), talk.now)
    accounts.change(talk.connection, talk.account.id, person_id=person_id, pending=None)
    _consent(talk, person_id)
    return _welcome(talk.again())


def _consent(talk: Talk, person_id: int) -> None:
    version = talk.programme.consent.version
    people.add_consent(talk.connection, person_id, talk.account.id, version, talk.language, talk.now)


def draw_nickname(talk: Talk) -> str:
    """Draw a generated nickname."""
    first, second = secrets.randbelow(10_000), secrets.randbelow(10_000)
    return names.generated_name(talk.programme.names, talk.language, first, second, secrets.randbelow(99) + 1)


def _welcome(talk: Talk) -> Answer:
    title = talk.say("ようこそ、{name}さん", name=talk.joined.nickname)
    lines = (
        talk.say("この名前は自動でつきました。あとで変えられます。"),
        talk.say("さっそく、きょうの行動を1つ記録してみませんか。"),
    )
    buttons = (
        talk.choice("報告する", "report"),
        talk.choice("住んでいる区を選ぶ", "ward"),
        talk.choice("名前を変える", "name"),
        talk.choice("メニュー", "menu"),
    )
    return card(title, lines, *buttons, columns=2)
