"""An account that writes fast: the limit counts what was written in a minute, not what was delivered in one."""

import json
from datetime import datetime, timedelta

from bot import dispatch
from storage import inbox
from storage.facts import ChannelName
from storage.inbox import NewEvent
from tests.handlers.test_reporting import city_points
from tests.town import Citizen, Town


def pressed(citizen: Citizen, data: str, at: datetime, number: int) -> NewEvent:
    event = {
        "type": "postback",
        "mode": "active",
        "source": {"type": "user", "userId": citizen.key},
        "postback": {"data": data},
    }
    return NewEvent(
        bot_id="bot",
        event_id=f"burst{number}",
        account_key=citizen.key,
        occurred_at=at,
        raw=json.dumps(event),
        reply_token=f"burst{number}",
        reply_until=citizen.town.now + timedelta(seconds=55),
    )


def work_off(town: Town, citizen: Citizen) -> list[int]:
    """How many calls each event is answered with."""
    address, answered = (ChannelName.LINE, "bot", citizen.key), []
    while done := town.database.write(lambda c: dispatch.decide(c, town.house, "test", address)).result():
        answered.append(len(done[1]))
    return answered


def test_what_was_pressed_over_an_hour_and_delivered_at_once_all_counts(town: Town) -> None:
    citizen = town.citizen()
    town.now += timedelta(hours=2)
    codes = ["my_bag", "my_bottle", "sorting", "save_water", *["menu"] * 26]
    data = [code if code == "menu" else f"l:{code}:2022-01-20:1" for code in codes]
    events = [pressed(citizen, d, town.now - timedelta(minutes=60 - 2 * n), n) for n, d in enumerate(data)]
    town.database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, events, town.now)])).result()
    assert work_off(town, citizen) == [1] * 30
    assert city_points(town) == 20


def test_of_what_was_pressed_within_a_minute_the_first_is_answered_though_all_waited(town: Town) -> None:
    citizen = town.citizen()
    town.now += timedelta(hours=2)
    events = [pressed(citizen, "menu", town.now + timedelta(milliseconds=n), n) for n in range(30)]
    town.database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, events, town.now)])).result()
    assert work_off(town, citizen) == [1] * 21 + [0] * 9  # twenty answers, one kind word, then silence
