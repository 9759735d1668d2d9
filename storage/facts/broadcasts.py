"""Broadcasts, whom they are for and what became of each delivery: as frozen facts; decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.facts.events import AudienceKind
from storage.facts.people import ChannelName


class BroadcastKind(StrEnum):
    """What a broadcast is."""

    NOTICE = "notice"
    CORRECTION = "correction"  # to those whom another one reached, and to nobody else
    WEEKLY = "weekly"  # Monday's, under a standing order


class BroadcastState(StrEnum):
    """Where a broadcast stands. Any edit leads back to DRAFT; the last three are the end."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # text, audience and time are frozen; a second person looks at them
    APPROVED = "approved"
    ARMED = "armed"  # begins by itself when its time has come
    SENDING = "sending"  # the accounts are being fixed, or told
    PAUSED = "paused"
    FINISHED = "finished"  # every delivery has ended
    STOPPED = "stopped"  # by a person; what was not sealed is skipped
    EXPIRED = "expired"  # its time passed before it could begin


class DeliveryState(StrEnum):
    """What became of one account's row of one broadcast. All but the first two are the end."""

    WAITING = "waiting"  # in the snapshot, not sealed
    SEALED = "sealed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    HELD_OUT = "held_out"  # drawn by lot: not told, so that telling can be measured


class EventRelation(StrEnum):
    """How the people of an audience stand with one event."""

    REGISTERED = "registered"  # seated, offered a seat, or waiting
    ATTENDED = "attended"
    ABSENT = "absent"  # registered, and not seen there
    NOT_REGISTERED = "not_registered"  # neither registered nor seen there


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a broadcast is for: what is named must all hold, and an empty field is no limit.

    ``languages`` are tags as accounts have them. ``interests``, ``wards``, ``kinds``, the event and the activity ask
    about a person; ``asked_for_monday`` leaves who asked for Monday's message. ``friends`` lets it go to accounts that
    follow and never joined, too, if nothing is asked about a person. ``reached_by`` is the broadcast that a correction
    corrects. ``by_line_itself`` lets LINE tell all of its friends by one call, and nobody else is told: whom that
    reaches is unknown, and no pause is heeded. ``is_training`` leaves registered office devices and the sandbox's
    phones, and nobody else.
    """

    channels: tuple[ChannelName, ...] = ()
    wards: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    kinds: tuple[AudienceKind, ...] = ()
    event_id: int | None = None
    relation: EventRelation | None = None
    active_within_days: int | None = None
    friends: bool = False
    asked_for_monday: bool = False
    reached_by: int | None = None
    by_line_itself: bool = False
    is_training: bool = False

    @property
    def is_general(self) -> bool:
        """Tell whether it asks nothing but to go to all of LINE's friends, which is all that LINE itself can do."""
        return self == Audience(channels=(ChannelName.LINE,), friends=True, by_line_itself=self.by_line_itself)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastContent:
    """All that approval freezes, and nothing else.

    ``texts`` maps a language to messages as `handlers.messages.dump` wrote them; an account of another language gets
    Japanese. Moments are aware calendar times: nothing is told before ``send_at`` or after ``not_after``, nor outside
    of the Tokyo hours from ``opens_hour`` until before ``closes_hour``. ``is_capped``: it counts for, and is held back
    by, what one person is told in a week. ``hold_out_percent`` of the persons are drawn by lot and not told.
    ``has_tracked_links``: each account's buttons carry links of its own, so that no two calls are alike.
    ``event_stated`` is what the event said when the announcement was made from it; "" where the text states nothing.
    """

    kind: BroadcastKind
    title: str
    audience: Audience
    texts: Mapping[str, str]
    send_at: datetime
    not_after: datetime
    opens_hour: int = 8
    closes_hour: int = 21
    is_capped: bool = True
    hold_out_percent: int = 0
    has_tracked_links: bool = False
    event_id: int | None = None
    event_stated: str = ""
    corrects_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastFacts:
    """One stored broadcast. ``content_hash`` is its content's when it was submitted, "" for a draft.

    ``authors`` are all who wrote in it since it was made; none of them may approve it. ``generation`` is the life of
    the database it was armed in: another one sends nothing of it. ``total`` counts the deliveries of its snapshot,
    None until that is complete. ``snapshot_upto`` is the last account the snapshot has looked at.
    """

    id: int
    state: BroadcastState
    content: BroadcastContent
    content_hash: str
    authors: tuple[str, ...]
    submitted_by: str | None
    approved_by: str | None
    generation: str | None
    line_messages: int  # foreseen when it was armed
    total: int | None
    snapshot_upto: int
    paused_why: str
    made_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    blocks: int = 0  # accounts that blocked us within 48 hours of it
    returned_why: str = ""  # what the second person wants changed in a draft
    held_until: datetime | None = None  # a large one does not begin before, once it is armed


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverFacts:
    """A member of staff who may approve what others wrote; a deputy stands in for the others."""

    id: int
    name: str
    email: str
    is_deputy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCount:
    """How many accounts of one channel an audience holds, by whether they can be told now.

    ``joined`` and ``friends`` are told; ``elsewhere`` are told on another account of theirs; the rest are not told.
    """

    channel: ChannelName
    joined: int = 0
    friends: int = 0
    elsewhere: int = 0
    paused: int = 0
    blocked: int = 0
    gone: int = 0

    @property
    def told(self) -> int:
        """How many would be told."""
        return self.joined + self.friends


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedLink:
    """One button of one broadcast: where it leads, and how many persons pressed it."""

    id: int
    broadcast_id: int
    target: str
    persons: int = 0
