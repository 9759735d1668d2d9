"""Turns notices into the bytes of their calls; what many are told alike is worded once. Asks and stores nothing."""

from collections.abc import Hashable
from datetime import datetime

from handlers import announcing, notifying
from handlers.messages import Sender
from handlers.notifying import Told
from scheduler.circumstances import Circumstances
from scheduler.house import House
from storage.facts import ChannelName, EventFacts, NoticeFacts, NoticeKind, RegistrationState
from storage.registrations import LIVE

Standing = tuple[int, RegistrationState | None, datetime | None]
KEPT = 1000  # cards: about 2 KB each; more different ones than are told at one time


class Cards:
    """The cards of notices, and the last of them as they were rendered."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: dict[Hashable, tuple[bytes, ...]] = {}

    def render(
        self, notice: NoticeFacts, event: EventFacts, known: Circumstances, sender: Sender, language: str | None
    ) -> tuple[bytes, ...]:
        """Render a notice for a platform, in a language or else the city's first; KeyError, ValueError if it cannot be.

        An event's ``sequence`` rises with whatever is said of it, so that no card outlives what it says.
        """
        words = self._house.texts.of(language or self._house.programme().city.languages[0])
        part = event.part(notice.part_id)
        if notice.kind is NoticeKind.POST or part is None:
            return sender.render(announcing.compose(event, words, self._address(event)))
        standing = _standing(notice, known)
        said = (notice.kind, notice.due_at, notice.not_after, *notice.detail.items())
        key = (event.id, event.sequence, part.id, said, standing, words.language, sender.name)
        if key not in self._kept:
            seats, state, offered_until = standing
            told = Told(
                notice=notice,
                event=event,
                part=part,
                words=words,
                seats=seats,
                state=state,
                offered_until=offered_until,
            )
            self._keep(key, sender.render(notifying.compose(told)))
        return self._kept[key]

    def _keep(self, key: Hashable, bodies: tuple[bytes, ...]) -> None:
        if len(self._kept) == KEPT:
            del self._kept[next(iter(self._kept))]  # the one rendered longest ago
        self._kept[key] = bodies

    def _address(self, event: EventFacts) -> str:
        """Link to the bot at this event; else to our own page."""
        chat = self._house.private_chats.get(ChannelName.TELEGRAM, "")
        if chat:
            return f"{chat}?start=e_{event.code}"
        return f"{self._house.public_url}/events/{event.id}" if self._house.public_url else ""


def _standing(notice: NoticeFacts, known: Circumstances) -> Standing:
    """Say how a person stands with a part: seats of the whole party, and their own state there while it is live."""
    place = (notice.part_id, notice.person_id)
    state, offered_until = known.stands.get(place, (None, None))
    brought = known.brought.get(place, 0)
    return (1 + brought, state, offered_until) if state in LIVE else (max(brought, 1), None, None)
