"""LINE's channel against a strict LINE on this machine, over real HTTP: what it sends is taken, shown and charged."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.channels.line import Line, StatelessToken
from bot.sandbox.server import Sandbox
from handlers.messages import Arrived, Call, Card, Choice, Fate, Incoming, IncomingKind, Reason, Text, Way
from tests.channels.conformance import AWKWARD
from tests.channels.line.phone import KEY
from tests.running import two_free_ports

SECRET, TOKEN = "sandbox-line-secret", "sandbox-line-token"
OTHER_KEY = KEY.replace("1", "2")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


def channel(sandbox: Sandbox, deadline: float = 5.0) -> Line:
    return Line(
        bot_id=sandbox.line.bot_id,
        channel_secret=SECRET,
        access_token=TOKEN,
        api_url=sandbox.line_url,
        deadline=deadline,
    )


class Webhook:
    """An address that takes what LINE delivers, verified and split by the channel under test."""

    def __init__(self, line: Line) -> None:
        self.arrived: list[Arrived] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                good = line.verify(dict(self.headers.items()), body)
                if good:
                    hook.arrived += line.split(body)
                self.send_response(200 if good else 400)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/line"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def line(sandbox: Sandbox) -> Line:
    return channel(sandbox)


@pytest.fixture
def webhook(sandbox: Sandbox, line: Line) -> Iterator[Webhook]:
    hook = Webhook(line)
    sandbox.webhook("line", hook.url, SECRET)
    yield hook
    hook.stop()


def push(line: Line, person: str, *messages: Text | Card, key: str | None = KEY) -> Call:
    return Call(way=Way.PUSH, to=person, body=line.render(messages)[0], key=key)


def friend(sandbox: Sandbox) -> str:
    person: str = sandbox.line.person("𠮷田 花子", "ja")
    sandbox.line.follow(person)
    return person


def texts(sandbox: Sandbox, person: str) -> list[str]:
    return [shown["text"] for shown in sandbox.line.screen(person)["messages"] if shown["from"] == "bot"]


def read(line: Line, arrived: Arrived) -> Incoming:
    return line.read(arrived.raw)


async def test_what_a_person_does_arrives_signed_and_is_understood(
    sandbox: Sandbox, line: Line, webhook: Webhook
) -> None:
    person = friend(sandbox)
    sandbox.line.text(person, "今日マイボトル使った 𠮷\ufa10")
    sandbox.line.press(person, "r:my_bottle")
    sandbox.line.unfollow(person)
    found = [read(line, each) for each in webhook.arrived]
    kinds = [IncomingKind.FOLLOWED, IncomingKind.TEXT, IncomingKind.PRESSED, IncomingKind.BLOCKED]
    assert [each.kind for each in found] == kinds
    assert (found[1].text, found[2].data) == ("今日マイボトル使った 𠮷\ufa10", "r:my_bottle")
    assert {each.account_key for each in webhook.arrived} == {person}
    assert [each.reply_token is not None for each in webhook.arrived] == [True, True, True, False]


async def test_the_sign_of_waiting_is_seen_until_the_answer_comes(sandbox: Sandbox, line: Line) -> None:
    person = friend(sandbox)
    sign = line.render_waiting_sign(person)
    assert sign is not None
    shown = await line.send(Call(way=Way.WAITING_SIGN, to=person, body=sign))
    assert (shown.fate, sandbox.line.screen(person)["typing"]) == (Fate.ACCEPTED, True), shown
    await line.send(push(line, person, Text("はい")))
    await line.close()
    assert not sandbox.line.screen(person)["typing"]
    assert line.render_waiting_sign("C" + person[1:]) is None, "a group has none"


async def test_a_forged_delivery_is_refused(sandbox: Sandbox, webhook: Webhook) -> None:
    for signature in ("bad", "missing"):
        assert sandbox.line.deliver([], signature=signature)["delivery"]["status"] == 400
    assert sandbox.line.deliver([], signature="good")["delivery"]["status"] == 200


async def test_a_reply_is_shown_once_and_its_token_dies(sandbox: Sandbox, line: Line, webhook: Webhook) -> None:
    person = friend(sandbox)
    (followed,) = webhook.arrived
    body = line.render([Text("ようこそ"), Card("同意", ("一行",), (Choice("はい", "yes"), Choice("いいえ", "no")), 2)])
    call = Call(way=Way.REPLY, to=person, body=body[0], token=followed.reply_token)
    assert (await line.send(call)).fate is Fate.ACCEPTED
    again = await line.send(call)
    await line.close()
    assert (again.fate, again.reason) == (Fate.PERMANENT, Reason.TOKEN_DEAD)
    assert texts(sandbox, person)[0] == "ようこそ"
    assert sandbox.totals()["line"]["counted"] == 0


async def test_a_push_repeated_under_its_key_is_shown_and_charged_once(sandbox: Sandbox, line: Line) -> None:
    person = friend(sandbox)
    outcomes = [await line.send(push(line, person, Text("月曜の結果"))) for _ in range(3)]
    await line.close()
    assert [outcome.fate for outcome in outcomes] == [Fate.ACCEPTED] * 3
    assert len({outcome.request_id for outcome in outcomes}) == 1
    assert texts(sandbox, person) == ["月曜の結果"]
    assert sandbox.totals()["line"]["counted"] == 1


@pytest.mark.parametrize("kind", ["accepted-no-answer", "accepted-500", "cut"])
async def test_a_push_whose_answer_was_lost_is_repeated_and_shown_once(sandbox: Sandbox, line: Line, kind: str) -> None:
    person = friend(sandbox)
    sandbox.order_fault("line", kind, "push")
    first, second = [await line.send(push(line, person, Text("結果"))) for _ in range(2)]
    await line.close()
    assert (first.fate, second.fate) == (Fate.UNKNOWN, Fate.ACCEPTED)
    assert texts(sandbox, person) == ["結果"]


@pytest.mark.parametrize(
    ("kind", "fate"),
    [
        ("429", Fate.TEMPORARY),
        ("429-monthly", Fate.HALTED),
        ("500", Fate.UNKNOWN),
        ("502-html", Fate.UNKNOWN),
        ("401", Fate.HALTED),
        ("timeout", Fate.UNKNOWN),
        ("slow", Fate.UNKNOWN),
        ("reset", Fate.UNKNOWN),
        ("refuse-before", Fate.UNKNOWN),
        ("drip", Fate.UNKNOWN),
        ("junk", Fate.ACCEPTED),
    ],
)
async def test_each_fault_has_its_outcome_and_costs_one_try(sandbox: Sandbox, kind: str, fate: Fate) -> None:
    line = channel(sandbox, deadline=2.0 if kind in {"timeout", "slow", "drip"} else 10.0)
    sandbox.order_fault("line", kind, "push")
    outcome = await line.send(push(line, friend(sandbox), Text("結果")))
    await line.close()
    assert outcome.fate is fate
    assert len([call for call in sandbox.calls() if "push" in str(call["path"])]) == 1


async def test_a_full_month_halts_pushes_and_not_replies(sandbox: Sandbox, line: Line, webhook: Webhook) -> None:
    person = friend(sandbox)
    sandbox.line.settings(quota=3, used=3)
    assert (await line.send(push(line, person, Text("x")))).fate is Fate.HALTED
    token = webhook.arrived[-1].reply_token
    reply = Call(way=Way.REPLY, to=person, body=line.render([Text("x")])[0], token=token)
    assert (await line.send(reply)).fate is Fate.ACCEPTED
    await line.close()


async def test_people_who_blocked_or_never_were(sandbox: Sandbox, line: Line) -> None:
    person = friend(sandbox)
    sandbox.line.unfollow(person)
    blocked = await line.send(push(line, person, Text("x")))
    unknown = await line.send(push(line, "U" + "0" * 32, Text("x"), key=OTHER_KEY))
    nonsense = await line.send(push(line, "nobody", Text("x"), key=OTHER_KEY))
    await line.close()
    assert blocked.fate is Fate.ACCEPTED  # LINE does not tell: the unfollow event does
    assert [(each.fate, each.reason) for each in (unknown, nonsense)] == [(Fate.PERMANENT, Reason.GONE)] * 2


async def test_a_wrong_token_halts_the_channel(sandbox: Sandbox) -> None:
    line = Line(bot_id="U1", channel_secret=SECRET, access_token="wrong", api_url=sandbox.line_url)
    outcome = await line.send(push(line, friend(sandbox), Text("x")))
    await line.close()
    assert outcome.fate is Fate.HALTED


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
async def test_a_strict_line_takes_every_awkward_text(sandbox: Sandbox, line: Line, text: str) -> None:
    person = friend(sandbox)
    choices = tuple(Choice(f"{number}{text}", f"d{number}") for number in range(13))
    link = Choice("市のページ", url="https://example.org/北九州")
    bodies = line.render([Text(text, choices), Card(text, (text,), (*choices, link), 2), Card("題", (text, text))])
    for body in bodies:
        call = Call(way=Way.PUSH, to=person, body=body)
        assert (await line.send(call)).fate is Fate.ACCEPTED
    await line.close()
    assert not any(call["violation"] for call in sandbox.calls())


async def test_short_lived_tokens_are_issued_and_taken(sandbox: Sandbox) -> None:
    source = StatelessToken(channel_id="2000000000", channel_secret=SECRET, api_url=sandbox.line_url)
    line = Line(bot_id="U1", channel_secret=SECRET, access_token=source, api_url=sandbox.line_url)
    outcome = await line.send(push(line, friend(sandbox), Text("x")))
    info = await line.account.bot_info()
    await line.close()
    assert outcome.fate is Fate.ACCEPTED
    assert info.user_id == sandbox.line.bot_id


async def test_doctor_and_connect_can_ask_all_they_need(sandbox: Sandbox, line: Line, webhook: Webhook) -> None:
    account = line.account
    info = await account.bot_info()
    assert (info.user_id, info.chat_by_hand) == (sandbox.line.bot_id, False)
    assert info.basic_id.startswith("@")
    await account.set_webhook_endpoint("https://sandbox.test/webhooks/line")
    endpoint = await account.webhook_endpoint()
    assert endpoint is not None
    assert (endpoint.url, endpoint.active) == ("https://sandbox.test/webhooks/line", True)
    sandbox.line.settings(quota=200, used=7)
    quota = await account.quota()
    assert (quota.limit, quota.used, quota.used_up) == (200, 7, False)
    sandbox.line.settings(quota=None, chat_mode="chat")
    assert (await account.quota()).limit is None
    assert (await account.bot_info()).chat_by_hand
    await line.close()


async def test_line_tries_a_webhook_on_demand(sandbox: Sandbox, line: Line, webhook: Webhook) -> None:
    tried = await line.account.test_webhook_endpoint()
    assert (tried.success, tried.reason, tried.status) == (True, "OK", 200)
    sandbox.webhook("line", f"http://127.0.0.1:{two_free_ports()}/", SECRET)
    tried = await line.account.test_webhook_endpoint()
    assert (tried.success, tried.reason) == (False, "COULD_NOT_CONNECT")
    await line.close()
