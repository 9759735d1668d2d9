"""Declares every metric, in a registry of our own. No label may name a person, an account or a message.

Channels, fates and jobs are closed lists, so the number of series is bounded.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from storage.alerts import AlertKind
from storage.facts import ChannelName, Reach
from storage.slots import SHOWN, SlotState

registry = CollectorRegistry()

_CHANNEL = ("channel",)

up = Gauge("bot_up", "1 while the process runs.", registry=registry)
started = Gauge("bot_started_timestamp_seconds", "When the process started, in Unix time.", registry=registry)
database_reachable = Gauge("bot_database_reachable", "1 if the database answered this scrape.", registry=registry)

received_events = Counter("bot_events_received", "Events stored by intake.", _CHANNEL, registry=registry)
refused_webhooks = Counter("bot_webhooks_refused", "Webhook calls with a wrong signature.", _CHANNEL, registry=registry)
handled_events = Counter("bot_events_handled", "Events decided and answered.", _CHANNEL, registry=registry)
failed_events = Counter("bot_events_failed", "Events given up after their last try.", _CHANNEL, registry=registry)
outbox_calls = Counter(
    "bot_outbox_calls", "Tries of platform calls, by how they ended.", ("channel", "fate"), registry=registry
)
notices = Counter(
    "bot_notices", "Notices about events, by what became of them when due.", ("kind", "outcome"), registry=registry
)
answer_seconds = Histogram(
    "bot_answer_seconds",
    "From an event's receipt to its answer being accepted by the platform.",
    _CHANNEL,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
    registry=registry,
)
inbox_waiting = Gauge("bot_inbox_waiting", "Events stored and not yet handled.", registry=registry)
inbox_failed = Gauge("bot_inbox_failed", "Events given up in the last month, for staff to look at.", registry=registry)
outbox_open = Gauge("bot_outbox_open", "Calls by state: waiting, sending, stranded.", ("state",), registry=registry)
halted_channel = Gauge(
    "bot_channel_halted", "1 while a channel is halted (bad token, quota used up).", _CHANNEL, registry=registry
)

accounts = Gauge(
    "bot_accounts",
    "Accounts by how they stand: joined, followed only, paused, blocked, gone, tombstone, group.",
    ("channel", "reach"),
    registry=registry,
)
quota_left = Gauge(
    "bot_quota_left",
    "Messages that may still be pushed this month; absent without a limit.",
    _CHANNEL,
    registry=registry,
)
alerts_open = Gauge("bot_alerts_open", "Alerts that are open now.", ("kind",), registry=registry)

slots_shown = Gauge(
    "bot_slots", "Runs of jobs in the last month that failed or were missed.", ("job", "state"), registry=registry
)
job_done = Gauge(
    "bot_job_done_timestamp_seconds", "When a job last ended well, in Unix time.", ("job",), registry=registry
)

OUTBOX_STATES = ("waiting", "sending", "stranded")


def set_queues(inbox: Mapping[str, int], outbox: Mapping[str, int]) -> None:
    """Set the queues' lengths from the counts of ``storage.inbox`` and ``storage.outbox``; a missing state is 0."""
    inbox_waiting.set(inbox.get("waiting", 0))
    inbox_failed.set(inbox.get("failed", 0))
    for state in OUTBOX_STATES:
        outbox_open.labels(state).set(outbox.get(state, 0))


def set_reach(found: Mapping[ChannelName, Mapping[Reach, int]]) -> None:
    """Set how many accounts stand how, from the counters of ``storage.reach``."""
    for channel, numbers in found.items():
        for reach, number in numbers.items():
            accounts.labels(channel, reach).set(number)


def set_quota(channel: ChannelName, left: int | None) -> None:
    """Set what is left of a channel's month; None without a limit."""
    if left is None:
        quota_left.clear()
    else:
        quota_left.labels(channel).set(left)


def set_alerts(kinds: Iterable[AlertKind]) -> None:
    """Set how many alerts of each kind are open."""
    counted = Counts(kinds)
    for kind in AlertKind:
        alerts_open.labels(kind).set(counted[kind])


def set_slots(counts: Mapping[tuple[str, SlotState], int], done: Mapping[str, datetime]) -> None:
    """Set what became of the jobs from the counts by job and state, and the last good ends, of ``storage.slots``."""
    slots_shown.clear()
    for job in {job for job, _ in counts}:
        for state in SHOWN:
            slots_shown.labels(job, state).set(counts.get((job, state), 0))
    for job, at in done.items():
        job_done.labels(job).set(at.timestamp())
