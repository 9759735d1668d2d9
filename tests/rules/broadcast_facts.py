"""Broadcasts for tests of rules, each changed by what a test is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.rules.broadcasts import content_hash
from storage.clock import TOKYO
from storage.facts import Audience, BroadcastContent, BroadcastFacts, BroadcastKind, BroadcastState

NOW = datetime(2022, 1, 20, 10, tzinfo=TOKYO)
"""A Thursday."""
GENERATION = "first"


def content(**changes: Any) -> BroadcastContent:
    plain = BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title="セミナーのお知らせ",
        audience=Audience(),
        texts={"ja": '[{"kind": "Text", "text": "1月26日(水)にセミナーがあります。", "choices": []}]'},
        send_at=NOW + timedelta(hours=1),
        not_after=NOW + timedelta(hours=7),
    )
    return replace(plain, **changes)


def broadcast(state: BroadcastState = BroadcastState.DRAFT, **changes: Any) -> BroadcastFacts:
    """Give a broadcast by an author; approved by another from APPROVED on, and armed in GENERATION from ARMED on."""
    said = changes.pop("content", content())
    is_submitted = state is not BroadcastState.DRAFT
    is_approved = is_submitted and state is not BroadcastState.SUBMITTED
    plain = BroadcastFacts(
        id=1,
        state=state,
        content=said,
        content_hash=content_hash(said) if is_submitted else "",
        authors=("Author",),
        submitted_by="Author" if is_submitted else None,
        approved_by="Second" if is_approved else None,
        generation=GENERATION if is_approved and state is not BroadcastState.APPROVED else None,
        line_messages=0,
        total=None,
        snapshot_upto=0,
        paused_why="",
        made_at=NOW,
        began_at=None,
        ended_at=None,
    )
    return replace(plain, **changes)
