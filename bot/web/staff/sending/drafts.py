"""Turns the form of a broadcast into its content and back; says in Japanese what does not fit. Stores nothing."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.web.numbers import read_number
from bot.web.staff.acts import read_moment
from bot.web.staff.desk import RefusedError
from bot.web.staff.sending import wording
from bot.web.staff.wording import field_value
from handlers import drafting, illustrating, messages
from handlers.messages import Card, Choice, Message, Picture, choices_of
from handlers.texts import JAPANESE, Texts, name_language
from storage.clock import TOKYO
from storage.facts import (
    Audience,
    AudienceKind,
    BroadcastContent,
    BroadcastKind,
    EventRelation,
    Programme,
)

Form = Mapping[str, str]
ReadButton = Callable[[Form, str, int], Choice | None]
YES = "yes"
BUTTONS = (1, 2, 3)  # in each language
FILE, PICTURE, REMOVE = "file", "picture", "no_picture"  # a new one, the name of the one there is, and without it
CORRECTION = "correction"
LONGEST_TITLE, LONGEST_DAYS = 100, 366
HOURS = range(8, 22)
OWN_PRESS = re.compile(r"[a-z][a-z_-]*(:[\w-]+)*", re.ASCII)  # what the bot's own buttons send back


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick: the field's name, and what stands beside it."""

    name: str
    words: str


def groups(programme: Programme) -> list[tuple[str, list[Option]]]:
    """List what an audience can be narrowed by, as (heading, boxes); within one heading any may hold."""
    tags = programme.city.languages
    named = [
        ("アプリ", "channel", [(one.value, name) for one, name in wording.PLATFORMS.items()]),
        ("言語", "language", [(tag, name_language(tag, JAPANESE)) for tag in tags]),
        ("区", "ward", [(ward.code, ward.name[JAPANESE]) for ward in programme.wards]),
        ("関心", "interest", [(one.code, one.name[JAPANESE]) for one in programme.interests]),
        ("立場", "kind", [(one.value, name) for one, name in wording.AUDIENCE_KINDS.items()]),
    ]
    boxes = [(words, [Option(f"{group}.{code}", name) for code, name in all_of]) for words, group, all_of in named]
    return [group for group in boxes if group[1]]


def empty(now: datetime) -> dict[str, str]:
    """Give the form of a new broadcast: tomorrow at ten in Tokyo, for a day."""
    send_at = (now + timedelta(days=1)).astimezone(TOKYO).replace(hour=10, minute=0, second=0, microsecond=0)
    times = {"send_at": field_value(send_at), "not_after": field_value(send_at + timedelta(days=1))}
    return {**times, "opens_hour": "8", "closes_hour": "21", "capped": YES, "hold_out_percent": "0"}


def is_editable(content: BroadcastContent) -> bool:
    """Tell whether the form can hold a broadcast: one message a language, below a correction's heading."""
    shown = [_said(content, written) for written in content.texts.values()]
    fits = all(len(one) == 1 and len(choices_of(one[0])) <= len(BUTTONS) for one in shown)
    return content.kind in (BroadcastKind.NOTICE, BroadcastKind.CORRECTION) and fits


def _said(content: BroadcastContent, written: str) -> tuple[Message, ...]:
    """Give what staff wrote themselves: of a correction, what stands below its heading."""
    shown = messages.load(written)
    return drafting.without_heading(shown) if content.kind is BroadcastKind.CORRECTION else shown


def fill(content: BroadcastContent) -> dict[str, str]:
    """Give the form that holds a broadcast."""
    whom = content.audience
    ticked = [
        *(f"channel.{one}" for one in whom.channels),
        *(f"language.{one}" for one in whom.languages),
        *(f"ward.{one}" for one in whom.wards),
        *(f"interest.{one}" for one in whom.interests),
        *(f"kind.{one}" for one in whom.kinds),
        *(name for name, is_on in _switches(content).items() if is_on),
    ]
    form = {
        "title": content.title,
        "send_at": field_value(content.send_at),
        "not_after": field_value(content.not_after),
        "opens_hour": str(content.opens_hour),
        "closes_hour": str(content.closes_hour),
        "hold_out_percent": str(content.hold_out_percent),
        "of_event": str(whom.event_id or ""),
        "relation": whom.relation or "",
        "active_within_days": str(whom.active_within_days or ""),
        **dict.fromkeys(ticked, YES),
    }
    if picture := picture_of(content):
        form[PICTURE] = illustrating.name_of(picture)
    for language, written in content.texts.items():
        form |= {f"{name}.{language}": value for name, value in _words(_said(content, written)[0]).items()}
    return form


def _switches(content: BroadcastContent) -> dict[str, bool]:
    return {
        "friends": content.audience.friends,
        "training": content.audience.is_training,
        "capped": content.is_capped,
        "tracked": content.has_tracked_links,
    }


def _words(message: Message) -> dict[str, str]:
    """Give the fields of one language: headline, body, what the picture shows, and the buttons."""
    if isinstance(message, Card):
        fields = {"headline": message.title, "body": "\n".join(message.lines)}
        fields |= {"alt": message.picture.alt} if message.picture else {}
    else:
        fields = {"body": message.text}
    for number, choice in zip(BUTTONS, choices_of(message), strict=False):
        fields |= {f"label{number}": choice.label, f"target{number}": choice.url or choice.data}
    return fields


def read(
    form: Form, programme: Programme, was: BroadcastContent | None, catalogue: Texts, picture: Picture | None = None
) -> BroadcastContent:
    """Read a broadcast from its form; RefusedError says what does not fit. What no field holds stays as it ``was``.

    ``picture`` stands above the words of every language.

    A correction keeps its heading and whom it is for: those who had been told what was wrong.
    """
    is_correction = was is not None and was.kind is BroadcastKind.CORRECTION
    title = _clean(form.get("title", "")).strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise RefusedError(f"管理用の名前を、{LONGEST_TITLE}文字までで書いてください。")
    send_at, not_after = (
        read_moment(form.get("send_at", ""), "いつから"),
        read_moment(form.get("not_after", ""), "いつまで"),
    )
    if not_after <= send_at:
        raise RefusedError("「いつまで」は、「いつから」よりあとにしてください。")
    texts = _read_texts(form, programme.city.languages, picture, _button)
    if is_correction:
        texts = drafting.correct(texts, catalogue)
    before = was.audience if was else Audience()
    audience = before if is_correction else _read_audience(form, programme, before)
    plain = was or BroadcastContent(
        kind=BroadcastKind.NOTICE, title=title, audience=audience, texts=texts, send_at=send_at, not_after=not_after
    )
    return replace(
        plain,
        title=title,
        audience=audience,
        texts=texts,
        send_at=send_at,
        not_after=not_after,
        opens_hour=_number(form, "opens_hour", "始める時間"),
        closes_hour=_number(form, "closes_hour", "終える時間"),
        is_capped=form.get("capped") == YES,
        has_tracked_links=form.get("tracked") == YES,
        hold_out_percent=_number(form, "hold_out_percent", "くじで外す割合"),
    )


def sketch(form: Form, languages: Iterable[str], catalogue: Texts) -> dict[str, str]:
    """Give the texts as far as they are written, for a look while one types; what does not fit yet is left out."""
    name = "" if form.get(REMOVE) == YES else form.get(PICTURE, "")
    picture = Picture(url=illustrating.PATH + name, alt="", width=1, height=1) if name else None
    texts = _read_texts(form, languages, picture, _label)
    return drafting.correct(texts, catalogue) if form.get(CORRECTION) == YES else texts


def _read_texts(form: Form, languages: Iterable[str], picture: Picture | None, button: ReadButton) -> dict[str, str]:
    """Read the texts of the languages that have any; none at all is a finding of preflight, not an error here."""
    texts = {}
    for language in languages:
        headline = _clean(form.get(f"headline.{language}", "")).strip()
        body = _clean(form.get(f"body.{language}", ""))
        buttons = [one for number in BUTTONS if (one := button(form, language, number))]
        if headline or body.strip() or buttons:
            alt = _clean(form.get(f"alt.{language}", "")).strip()
            ours = replace(picture, alt=alt) if picture else None
            texts[language] = messages.dump([drafting.compose(body, headline, buttons, ours)])
    return texts


def picture_of(was: BroadcastContent | None) -> Picture | None:
    """Find the picture that stands above the words of every language."""
    shown = [_said(was, written)[0] for written in was.texts.values()] if was else []
    return next((one.picture for one in shown if isinstance(one, Card) and one.picture), None)


def _label(form: Form, language: str, number: int) -> Choice | None:
    label = _clean(form.get(f"label{number}.{language}", "")).strip()
    return Choice(label) if label else None


def _button(form: Form, language: str, number: int) -> Choice | None:
    label = _clean(form.get(f"label{number}.{language}", "")).strip()
    target = form.get(f"target{number}.{language}", "").strip()
    if not label and not target:
        return None
    name = f"ボタン{number}（{name_language(language, JAPANESE)}）"
    if not label or not target:
        raise RefusedError(f"{name}は、文字と、押すと開くページの両方を書いてください。")
    if "://" in target:
        return Choice(label, url=target)
    if not OWN_PRESS.fullmatch(target):
        raise RefusedError(f"{name}のページは、https:// から書いてください。")
    return Choice(label, data=target)


def _read_audience(form: Form, programme: Programme, was: Audience) -> Audience:
    days = form.get("active_within_days", "").strip()
    if days and not 0 < _number(form, "active_within_days", "最近の参加") <= LONGEST_DAYS:
        raise RefusedError(f"最近の参加は、1日から{LONGEST_DAYS}日までで書いてください。")
    relation = form.get("relation", "")
    return replace(
        was,
        channels=tuple(one for one in wording.PLATFORMS if form.get(f"channel.{one}") == YES),
        languages=tuple(tag for tag in programme.city.languages if form.get(f"language.{tag}") == YES),
        wards=tuple(ward.code for ward in programme.wards if form.get(f"ward.{ward.code}") == YES),
        interests=tuple(one.code for one in programme.interests if form.get(f"interest.{one.code}") == YES),
        kinds=tuple(one for one in AudienceKind if form.get(f"kind.{one}") == YES),
        event_id=read_number(form.get("of_event", "")),
        relation=EventRelation(relation) if relation in set(EventRelation) else None,
        active_within_days=int(days) if days else None,
        friends=form.get("friends") == YES,
        is_training=form.get("training") == YES,
    )


def _number(form: Form, name: str, words: str) -> int:
    number = read_number(form.get(name, ""))
    if number is None:
        raise RefusedError(f"{words}を、数字で書いてください。")
    return number


def _clean(text: str) -> str:
    """Leave out what no phone shows: control signs that come along when one pastes from a word processor."""
    lines = "\n".join(text.replace("\t", " ").splitlines())
    return "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) != "Cc")
