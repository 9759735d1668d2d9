"""Makes the texts of broadcasts: an announcement from its event's fields, a correction; and reads what texts say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from handlers import eventwords, messages
from handlers.messages import Card, Choice, Message, Picture, Text, choices_of
from handlers.rules import broadcasts as rules
from handlers.texts import Texts, Words
from storage.facts import Audience, BroadcastContent, BroadcastKind, EventFacts, EventRelation

ANNOUNCED_FOR = timedelta(days=2)
"""How long an announcement may be told unless its author says otherwise; never beyond the event's start."""


def announce(
    event: EventFacts, texts: Texts, languages: Iterable[str], public_url: str, send_at: datetime, title: str = ""
) -> BroadcastContent:
    """Make an announcement from its event: every date, place and link comes from its fields, in every language.

    It is for everybody who is not registered yet, and its buttons open the live event, in the chat and as a page.
    """
    starts = event.first_starts_at
    not_after = send_at + ANNOUNCED_FOR if starts is None else min(send_at + ANNOUNCED_FOR, starts)
    written = {language: messages.dump(_card(event, texts.of(language), public_url)) for language in languages}
    return BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title=title or event.code,
        audience=Audience(event_id=event.id, relation=EventRelation.NOT_REGISTERED),
        texts=written,
        send_at=send_at,
        not_after=not_after,
        has_tracked_links=False,
        event_id=event.id,
        event_stated=rules.stated(event),
    )


def _card(event: EventFacts, words: Words, public_url: str) -> tuple[Message, ...]:
    page = (Choice(words.say("ページで見る"), url=f"{public_url}/events/{event.id}"),) if public_url else ()
    buttons = (Choice(words.say("くわしく見る・申し込む"), f"ev:{event.id}"), *page)
    return (Card(eventwords.title(words, event), eventwords.facts(words, event), buttons),)


def compose(body: str, headline: str = "", buttons: Sequence[Choice] = (), picture: Picture | None = None) -> Message:
    """Make what staff wrote in one language: plain words, or a card where there is a headline, a button or a picture.

    A card without a headline takes its first line for one.
    """
    lines = tuple(line.rstrip() for line in body.strip().splitlines())
    if not headline and not buttons and picture is None:
        return Text("\n".join(lines))
    title, rest = (headline, lines) if headline else (lines[0] if lines else "", lines[1:])
    return Card(title, rest, tuple(buttons), picture=picture)


def correct(texts: Mapping[str, str], catalogue: Texts) -> dict[str, str]:
    """Say above every text that it is a correction."""
    return {language: _corrected(written, catalogue.of(language)) for language, written in texts.items()}


def _corrected(written: str, words: Words) -> str:
    heading = words.say("【訂正】先ほどのお知らせに誤りがありました。おわびして訂正します。")
    return messages.dump((messages.Text(heading), *messages.load(written)))


def without_heading(shown: Sequence[Message]) -> tuple[Message, ...]:
    """Give what a correction says below its heading: it stands in the place of what was wrong."""
    return tuple(shown[1:])


def read_words(content: BroadcastContent) -> dict[str, str]:
    """Give all that the messages of each language say, buttons included."""
    return {language: "\n".join(_said(messages.load(written))) for language, written in content.texts.items()}


def read_links(content: BroadcastContent) -> dict[str, list[str]]:
    """Give the addresses that the buttons of each language open."""
    return {
        language: [choice.url for message in messages.load(written) for choice in choices_of(message) if choice.url]
        for language, written in content.texts.items()
    }


def read_pictures(content: BroadcastContent) -> dict[str, list[tuple[str, str]]]:
    """Give the pictures of each language's messages, as (address, what it says that it shows)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for language, written in content.texts.items():
        pictures = [message.picture for message in messages.load(written) if isinstance(message, Card)]
        found[language] = [(picture.url, picture.alt) for picture in pictures if picture]
    return found


def _said(shown: Iterable[Message]) -> Iterable[str]:
    for message in shown:
        if isinstance(message, Card):
            yield from (message.title, *message.lines, *([message.picture.alt] if message.picture else []))
        else:
            yield message.text
        yield from (choice.label for choice in choices_of(message))
