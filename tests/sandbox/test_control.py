"""The control API, the call log and the command line, over HTTP and in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox.__main__ import arguments
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import TOKEN, Line, text
from tests.sandbox.receiver import Receiver


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.url}/control", timeout=30, trust_env=False) as client:
        yield client


def test_a_person_is_made_acts_and_is_shown(control: httpx.Client, receiver: Receiver) -> None:
    hook = {"platform": "line", "url": receiver.url, "secret": "s", "redelivery": False}
    assert control.post("/webhook", json=hook).json()["url"] == receiver.url
    wish = {"platform": "line", "name": "市民", "language": "ja"}
    person = control.post("/people", json=wish).json()["id"]
    assert person[0] == "U"
    done = control.post(f"/line/people/{person}/act", json={"act": "follow"}).json()
    assert done["event"]["type"] == "follow"
    assert done["delivery"]["status"] == 200
    assert control.get("/people").json()["people"][0]["following"] is True
    screen = control.get(f"/line/people/{person}/screen").json()
    assert screen["person"]["name"] == "市民"
    assert screen["messages"][0]["kind"] == "system"
    assert control.get("/webhook").json()["line"]["reasons"] == {"OK": 1}


def test_held_events_are_released_over_http(control: httpx.Client, receiver: Receiver, friend: str) -> None:
    control.post("/webhook", json={"platform": "line", "url": receiver.url})
    control.post(f"/line/people/{friend}/act", json={"act": "text", "text": "x", "hold": True})
    assert len(control.post("/line/release").json()["events"]) == 1
    delivered = control.post("/line/deliver", json={"events": [], "signature": "bad"}).json()
    assert delivered["delivery"]["status"] == 200
    assert len(receiver.taken) == 2


def test_the_call_log_tells_cost_key_and_fault_but_no_secret(control: httpx.Client, line: Line, friend: str) -> None:
    line.push(friend, text("hello"))
    log = control.get("/calls").json()
    call = log["calls"][0]
    expected = {"number": 1, "platform": "line", "name": "message/push", "status": 200, "counted": 1, "yen": 0.0}
    assert {key: call[key] for key in expected} == expected
    assert call["request"]["messages"] == [text("hello")]
    assert log["totals"]["line"]["used"] == 1
    assert TOKEN not in str(log)
    assert control.get("/calls?after=1").json()["calls"] == []


def test_faults_are_listed_and_cleared(control: httpx.Client, line: Line, friend: str) -> None:
    order = {"platform": "line", "name": "push", "kind": "429", "times": 2, "retry_after": 7}
    assert control.post("/faults", json=order).json()["faults"][0]["times"] == 2
    refused = line.push(friend, text())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert control.get("/faults").json()["faults"][0]["times"] == 1
    assert control.delete("/faults").json() == {"faults": []}
    assert line.push(friend, text()).status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"platform": "line", "kind": "flood"},
        {"platform": "fax", "kind": "500"},
        {"platform": "line", "kind": "500", "when": 1},
        {"kind": "500"},
    ],
)
def test_a_senseless_fault_is_refused(control: httpx.Client, order: dict[str, object]) -> None:
    answer = control.post("/faults", json=order)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]


def test_who_waits_for_changes_is_told_what_changed(control: httpx.Client, sandbox: Sandbox, friend: str) -> None:
    now = control.get("/changes?after=0").json()["now"]
    started = time.monotonic()
    sandbox.line.text(friend, "hi", wait=False)
    changes = control.get(f"/changes?after={now}").json()
    assert time.monotonic() - started < 5
    assert changes["changed"] == [f"line:{friend}"]
    assert changes["now"] > now


def test_settings_of_the_account_are_changed_by_name(control: httpx.Client) -> None:
    assert control.post("/line/settings", json={"quota": 5}).json()["quota"] == 5
    assert control.post("/line/settings", json={"colour": 5}).status_code == 400
    assert control.post("/line/settings", json={"quota": "many"}).status_code == 400
    assert control.post("/line/settings", json={"reply_token_seconds": 5}).status_code == 200
    assert control.get("/line/settings").json()["quota"] == 5


@pytest.mark.parametrize("header", [{"Origin": "https://example.com"}, {"Origin": "null"}, {"Host": "example.com"}])
def test_a_page_from_elsewhere_cannot_act(control: httpx.Client, header: dict[str, str]) -> None:
    wish = {"platform": "line", "name": "x"}
    assert control.post("/people", json=wish, headers=header).status_code == 403
    assert control.post("/people", json=wish, headers={"Origin": "http://127.0.0.1:8090"}).status_code == 200


def test_a_picture_that_is_none_is_refused(control: httpx.Client, friend: str) -> None:
    for image in ("@@@", "aGVsbG8="):
        wish = {"act": "image", "image": image}
        assert control.post(f"/line/people/{friend}/act", json=wish).status_code == 400


@pytest.mark.parametrize(
    "path", ["/line/people/U0/screen", "/fax/people/U0/screen", "/line/content/1", "/line/richmenu/x/image"]
)
def test_what_is_not_there_is_404_with_a_reason(control: httpx.Client, path: str) -> None:
    answer = control.get(path)
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_without_a_clock_there_is_none_to_move(control: httpx.Client) -> None:
    assert control.get("/clock").status_code == 404
    assert "clock" in control.post("/clock", json={"add_seconds": 5}).json()["error"]


def test_the_clock_of_the_app_is_passed_through(receiver: Receiver) -> None:
    with Sandbox.running(clock_url=receiver.url) as sandbox:
        answer = httpx.post(f"{sandbox.url}/control/clock", json={"add_seconds": 5}, trust_env=False)
    assert answer.status_code == 200
    assert receiver.taken[-1][1] == b'{"add_seconds":5}'


def test_the_reserved_name_leads_to_the_app_in_addresses_not_in_words(
    line: Line, friend: str, sandbox: Sandbox
) -> None:
    action = {"type": "uri", "label": "open", "uri": "https://sandbox.test/totals"}
    template = {"type": "buttons", "text": "see https://sandbox.test/totals", "actions": [action]}
    assert line.push(friend, {"type": "template", "altText": "x", "template": template}).status_code == 200
    screen = sandbox.line.screen(friend)
    shown = screen["messages"][-1]["contents"]
    assert shown["actions"][0]["uri"] == "http://127.0.0.1:8000/totals"
    assert shown["text"] == "see https://sandbox.test/totals"
    assert screen["links"] == {"https://sandbox.test": "http://127.0.0.1:8000"}


def test_every_setting_has_its_option() -> None:
    given = arguments(["--port", "0", "--line-plan", "light", "--public-url-is", "http://127.0.0.1:1"])
    assert (given.port, given.line_plan, given.public_url_is) == (0, "light", "http://127.0.0.1:1")


def test_the_process_says_when_it_is_ready_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "bot.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            assert httpx.get(f"{address}control/calls", trust_env=False).json()["calls"] == []
        finally:
            process.terminate()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.com"])
def test_any_host_but_loopback_is_refused(host: str) -> None:
    command = [sys.executable, "-m", "bot.sandbox", "--port", "0", "--host", host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "this machine only" in done.stderr
