"""An event's one post to the city's public channel: planned at publication, worded later; sends nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import eventwords
from handlers.messages import Card, Choice, Message
from handlers.rules import notices as rules
from handlers.texts import Words
from storage import notices
from storage.facts import EVERYBODY, EventFacts, EventState, NoticeKind

POST_LIFE = timedelta(hours=24)  # older news of an event is no news
EDITS = "edits"  # in a post's detail: the number of the message that it takes the place of
FIRST_VERSION = 1  # of a post: it is made once an event, whatever becomes of the dates


def post(connection: Connection, event: EventFacts, *, now: datetime) -> None:
    """Plan the post of an event that staff publish, out of the quiet hours; a second call changes nothing once sealed.

    It belongs into the transaction that publishes. Events that come with a programme file are not posted.
    """
    _plan(connection, event, rules.after_quiet(now), now=now)


def amend(connection: Connection, event: EventFacts, *, now: datetime) -> None:
    """Plan that the post of an event is edited to say what holds now; nothing where none was taken by the platform.

    It belongs into the transaction that changes the event. An edit makes no sound: it goes at any hour.
    """
    message = notices.find_post(connection, event.id)
    if message is None:
        return
    _plan(connection, event, now, now=now, n=event.sequence, detail={EDITS: message})


def _plan(
    connection: Connection,
    event: EventFacts,
    due_at: datetime,
    *,
    now: datetime,
    n: int = 0,
    detail: Mapping[str, str] | None = None,
) -> None:
    notices.add(
        connection,
        NoticeKind.POST,
        event.id,
        event.parts[0].id,
        EVERYBODY,
        schedule_version=FIRST_VERSION,
        due_at=due_at,
        not_after=due_at + POST_LIFE,
        now=now,
        n=n,
        detail=detail,
    )


def compose(event: EventFacts, words: Words, address: str) -> tuple[Message, ...]:
    """Compose the post: title, when, where, cost, and a button that opens ``address``, if there is one.

    Of an event that was cancelled since, it says so, and nothing else can be pressed.
    """
    if event.state is EventState.CANCELLED:
        off = (
            words.say("このイベントは中止になりました。"),
            words.say("日時：{when}", when=eventwords.event_when(words, event)),
        )
        return (Card(eventwords.title(words, event), off),)
    lines = (
        words.say("日時：{when}", when=eventwords.event_when(words, event)),
        words.say("場所：{place}", place=eventwords.place(words, event)),
        words.say("費用：{cost}", cost=eventwords.cost(words, event)),
    )
    buttons = (Choice(words.say("くわしく見る・申し込む"), url=address),) if address else ()
    return (Card(eventwords.title(words, event), lines, buttons),)
