"""Puts broadcasts, findings and forecasts into lines for the command line, in plain English. Decides nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import messages
from handlers.messages import Card, Message, choices_of
from handlers.rules import pictures as rules
from handlers.rules import preflight
from handlers.rules.broadcasts import NotDone
from handlers.rules.forecast import PRICES_AT, Forecast, Lack
from handlers.rules.pictures import PictureFault
from handlers.rules.preflight import Fault, Finding, Seen
from storage.clock import TOKYO
from storage.facts import Audience, BroadcastContent, BroadcastFacts, EventFacts, TrackedLink
from storage.friends import FriendsCallFacts
from storage.tallies import Tally

HASH_SIGNS = 12
NOT_DONE = {
    NotDone.NOT_NOW: "not possible in the state it is in; show says which that is",
    NotDone.OWN: "nobody approves what they wrote themselves: another person must",
    NotDone.NOT_APPROVER: "only who is on the list of approvers may approve",
    NotDone.CHANGED: "it is not what was seen or approved: look at it again",
    NotDone.TOO_LATE: "its time has passed",
    NotDone.OTHER_GENERATION: "it was armed before a restore: rearm it",
    NotDone.SAME_GENERATION: "it is armed for this database already",
}
LACKS = {
    Lack.NOBODY: "nobody would be told",
    Lack.QUOTA: "LINE's month cannot finish it beside the reserve and what others were promised",
    Lack.QUOTA_UNKNOWN: "what LINE's month still holds is not known yet: the bot asks LINE every few minutes",
    Lack.TIME: "it could not end before its not_after, in the hours of its window",
}
FAULTS = {
    Fault.NO_TEXT: "says nothing",
    Fault.NO_JAPANESE: "has no Japanese, which everybody gets whose language is missing",
    Fault.UNKNOWN_LANGUAGE: "is none of the city's languages",
    Fault.MISSING_LANGUAGE: "is missing: those people get Japanese",
    Fault.WRONG_WEEKDAY: "falls on another weekday, or does not exist",
    Fault.DAY_IN_THE_PAST: "is over when it is read",
    Fault.SENT_IN_THE_PAST: "not_after has passed",
    Fault.NO_TIME: "no hour of its window is left before not_after",
    Fault.TOO_LONG_A_TIME: "days is the longest that a broadcast may go on",
    Fault.QUIET_HOURS: "hours must lie between 8 and 21",
    Fault.DEAD_LINK: "(a link that does not answer)",
    Fault.UNCHECKED_LINK: "was not asked whether it answers",
    Fault.INSECURE_LINK: "is no https address",
    Fault.NO_PUBLIC_ADDRESS: "tracked links and pictures need PUBLIC_URL (for a picture: draft it again with one)",
    Fault.NO_ALT_TEXT: "says nothing of what the picture shows: give it alt",
    Fault.NO_EVENT: "there is no such event",
    Fault.EVENT_NOT_SHOWN: "is not published",
    Fault.EVENT_CANCELLED: "is cancelled",
    Fault.EVENT_OVER: "has begun or is over",
    Fault.REGISTRATION_CLOSED: "takes no more registrations then",
    Fault.EVENT_CHANGED: "has changed since the announcement was made: make it anew",
    Fault.UNFINISHED: "looks unfinished",
    Fault.PRACTICE_WORDS: "sounds like practice, and goes to everybody",
    Fault.HOLD_OUT: "per cent cannot be held out of this",
    Fault.NO_RELATION: "an audience of an event needs both event and relation",
    Fault.CORRECTS_NOTHING: "a correction is for those reached by what it corrects, and nothing else is",
    Fault.NOT_RENDERED: "(a platform cannot send it)",
    Fault.NOT_GENERAL: "LINE itself tells all its friends alike: channels line, friends true, Japanese only, no lot, "
    "no tracked links, and nothing else",
}
PICTURE_FAULTS = {
    PictureFault.NO_PICTURE: "JPEG でも PNG でもありません。",
    PictureFault.BROKEN: "ファイルが途中で切れているか、壊れています。",
    PictureFault.TOO_LARGE: f"{rules.MOST_BYTES:,} バイトより大きいです。小さくして保存し直してください。",
    PictureFault.TOO_MANY_PIXELS: f"縦か横が {rules.MOST_SIDE} 画素より大きいです。縮小してください。",
    PictureFault.TOO_NARROW: f"長い辺が短い辺の {rules.MOST_RATIO} 倍より長いです。切り抜いてください。",
}


def reason(one: NotDone | Finding | Lack) -> str:
    """Say why something is not done."""
    if isinstance(one, Finding):
        return finding(one)
    return NOT_DONE[one] if isinstance(one, NotDone) else LACKS[one]


def finding(one: Finding) -> str:
    """Say what was found: ``look`` is for two people to judge, ``wrong`` keeps it back."""
    return f"{'look ' if one.is_warning else 'wrong'} {f'{one.detail} {FAULTS[one.fault]}'.strip()}"


def picture_fault(fault: PictureFault) -> str:
    """Say why a picture cannot be shown: in Japanese, for it is the file's maker who mends it."""
    return f"画像を使えません：{PICTURE_FAULTS[fault]}"


def findings(content: BroadcastContent, seen: Seen, event: EventFacts | None, now: datetime) -> list[str]:
    """Say all that preflight finds."""
    found = preflight.look_through(content, replace(seen, event=event), now)
    return [finding(one) for one in found] or ["nothing was found that keeps it back"]


def read_moment(written: str) -> datetime:
    """Read a moment as Tokyo's; ValueError where it is none."""
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=TOKYO)


def moment(at: datetime | None) -> str:
    """Write a moment as Tokyo's, with its weekday."""
    return "never" if at is None else f"{at.astimezone(TOKYO):%Y-%m-%d (%a) %H:%M}"


def forecast(told: Forecast) -> list[str]:
    """Say what a broadcast takes."""
    lines = ["channel    joined friends | not told: elsewhere paused blocked gone"]
    lines += [
        f"{one.channel:<10} {one.joined:>6} {one.friends:>7} | {one.elsewhere:>19} {one.paused:>6} {one.blocked:>7}"
        f" {one.gone:>4}"
        for one in told.counts
    ]
    month = told.month
    most = "no limit" if month.most is None else f"{month.most} this month"
    known = (
        f"{month.used} used, {month.reserve} in reserve, {month.promised} promised" if month.is_known else "not known"
    )
    lines.append(f"told       {told.told} accounts, {told.held_out} held out by lot")
    lines.append(f"LINE       {told.line_messages} messages; {most if month.is_known else 'quota'}: {known}")
    lines.append(f"yen        {told.yen} beyond the plan's monthly fee, at most, without tax ({PRICES_AT})")
    lines.append(f"time       {_span(told.takes)}, from {moment(told.begins_at)} to {moment(told.ends_at)}")
    return lines + [f"lacks      {LACKS[lack]}" for lack in told.lacks]


def _span(span: timedelta) -> str:
    seconds = max(round(span.total_seconds()), 1)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def broadcast(one: BroadcastFacts) -> list[str]:
    """Say where a broadcast stands and what it holds."""
    said = one.content
    lines = [
        f"broadcast  {one.id}  {said.kind}  {said.title}",
        f"state      {one.state}{f' ({one.paused_why})' if one.paused_why else ''}",
        f"authors    {', '.join(one.authors)}",
        f"submitted  {one.submitted_by or '-'}  {one.content_hash[:HASH_SIGNS]}",
        f"approved   {one.approved_by or '-'}",
        f"told       from {moment(said.send_at)} to {moment(said.not_after)}",
        f"hours      {said.opens_hour}:00-{said.closes_hour}:00",
        f"for        {audience(said.audience)}",
        f"blocks     {one.blocks} within 48 hours",
    ]
    if said.hold_out_percent:
        lines.append(f"held out   {said.hold_out_percent} % by lot")
    return lines


def by_line_itself(call: FriendsCallFacts | None) -> list[str]:
    """Say what became of the one call by which LINE tells all its friends; nothing for any other broadcast."""
    if call is None:
        return []
    said = f"by LINE    one call for all friends of the account: {call.state} {call.detail}".rstrip()
    return [said, "           whom it reached is unknown: LINE tells neither how many nor whom, and heeds no pause"]


def audience(whom: Audience) -> str:
    """Say whom a broadcast is for."""
    if whom.by_line_itself:
        return "all friends on LINE, told by LINE itself: whom that reaches is unknown"
    limits = [
        f"{name} {', '.join(value) if isinstance(value, tuple) else value}"
        for name in Audience.__slots__
        if (value := getattr(whom, name))
    ]
    return "; ".join(limits) or "everybody who joined"


def deliveries(tallies: list[Tally], total: int | None) -> list[str]:
    """Say what became of the deliveries; the numbers of all end states add up to the total."""
    lines = [f"deliveries {'not all known yet' if total is None else total}"]
    return lines + [f"  {one.channel:<10} {one.state:<9} {one.number:>8}  {one.reason}".rstrip() for one in tallies]


def links(found: list[TrackedLink]) -> list[str]:
    """Say how many persons pressed which button."""
    return [f"pressed    {one.persons:>6} persons  {one.target}" for one in found]


def preview(content: BroadcastContent) -> Iterator[str]:
    """Show the texts of every language as people read them."""
    for language, written in content.texts.items():
        yield f"--- {language} ---"
        for message in messages.load(written):
            yield from _message(message)


def _message(message: Message) -> Iterator[str]:
    if isinstance(message, Card):
        if message.picture:
            yield f"[{message.picture.width}×{message.picture.height}: {message.picture.alt}] {message.picture.url}"
        yield message.title
        yield from message.lines
    else:
        yield message.text
    yield from (f"[{choice.label}] {choice.url or choice.data}" for choice in choices_of(message))
