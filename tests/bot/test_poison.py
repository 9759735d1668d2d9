"""A message whose handling kills the process: it is given up after three tries, and nobody else with it."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import inbox
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import INBOX, NewEvent
from tests.town import KITAQ


def written(key: str, text: str) -> NewEvent:
    event = {
        "type": "message",
        "mode": "active",
        "source": {"type": "user", "userId": key},
        "message": {"type": "text", "id": "1", "text": text},
    }
    return NewEvent(
        bot_id="bot",
        event_id=f"{key}:{text}",
        account_key=key,
        occurred_at=real_now(),
        raw=json.dumps(event),
        reply_token=f"token-{key}-{text}",
        reply_until=real_now() + timedelta(minutes=5),
    )


@pytest.mark.parametrize(("text", "kills"), [("poison", 3), ("venom", 4)])  # reading it kills the apology as well
def test_a_message_that_kills_the_process_is_given_up_alone(database: Database, text: str, kills: int) -> None:
    events = [written(f"U{n}", words) for n in range(6) for words in ((text, "menu") if n == 3 else ("menu",))]
    database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, events, real_now())])).result()
    url = database.url.render_as_string(hide_password=False)
    if database.is_sqlite:
        database.close()
    command = [sys.executable, "-m", "tests.bot.lives", url]
    lives = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=KITAQ.parent.parent, check=False)
    ends = [line for line in lives.stdout.splitlines() if line.startswith("ended")]
    assert ends == ["ended -9"] * kills + ["ended 0"], lives.stderr
    seen = Database(url, read_only=True)
    columns = select(INBOX.c.event_id, INBOX.c.state, INBOX.c.attempts)
    states = {row[0]: (row[1], row[2]) for row in seen.read(lambda c: c.execute(columns).all()).result()}
    seen.close()
    assert states.pop(f"U3:{text}")[0] == "failed"
    assert {state for state, _ in states.values()} == {"done"}
    assert max(attempts for _, attempts in states.values()) <= 1, "a neighbour was counted as a suspect again and again"


def test_who_was_tried_before_is_tried_last(database: Database) -> None:
    events = [written(f"U{n}", "menu") for n in range(3)]
    database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, events, real_now())])).result()
    database.write(lambda c: inbox.add_attempt(c, 1)).result()
    waiting = database.read(inbox.list_waiting_accounts).result()
    assert [key for _, _, key in waiting] == ["U1", "U2", "U0"]
