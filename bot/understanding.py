"""Prints what the bot understands of sentences, for staff and other programs. Opens no database and no platform."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from handlers.rules import calendar
from handlers.rules.understanding import understand
from storage.clock import real_now
from storage.facts import Understanding
from storage.programme_file import read_programme


def show(sentences: Iterable[str], language: str, path: Path, *, as_json: bool) -> None:
    """Print one line a sentence."""
    programme = replace(read_programme(path), version=1)
    today = calendar.tokyo_day(real_now())
    for sentence in sentences:
        meant = understand(sentence, language, programme, today)
        typer.echo(json.dumps(as_document(meant), ensure_ascii=False) if as_json else as_words(meant))


def as_document(meant: Understanding) -> dict[str, Any]:
    """Give the fixed shape: intent, the first action, all actions, confidence."""
    actions = [{"action": m.action, "on": m.on.isoformat(), "km": m.km} for m in meant.actions]
    first = actions[0]["action"] if actions else None
    return {"intent": meant.intent, "action": first, "actions": actions, "confidence": round(meant.confidence, 3)}


def as_words(meant: Understanding) -> str:
    """Give the same for people."""
    actions = ", ".join(f"{m.action} ({m.on}{f', {m.km} km' if m.km else ''})" for m in meant.actions)
    return f"{meant.intent}{f': {actions}' if actions else ''}  [{meant.confidence:.2f}]"
