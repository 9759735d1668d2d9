"""Whether a joining link answers: judged by its status, asked at the checked address only, never inside a network."""

from collections.abc import Callable

import httpx
import pytest

from bot.importing.links import Links

PUBLIC = "93.184.216.34"


def links(answer: Callable[[httpx.Request], httpx.Response], *addresses: str, **changes: bool) -> Links:
    found = list(addresses) or [PUBLIC]
    return Links(transport=httpx.MockTransport(answer), resolve=lambda host, port: found, **changes)


def always(status: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status)


@pytest.mark.parametrize(
    ("status", "words"), [(200, ""), (204, ""), (401, ""), (404, "answers with 404"), (500, "answers with 500")]
)
def test_an_address_is_alive_when_somebody_answers_for_it(status: int, words: str) -> None:
    assert links(always(status)).fault("https://meeting.example/1") == words


def test_a_server_that_refuses_head_is_asked_again() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(405 if request.method == "HEAD" else 200)

    assert links(answer).fault("https://meeting.example/1") == ""


def test_the_checked_address_is_asked_under_the_name_of_the_host() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        return httpx.Response(200)

    links(answer, "2606:2800:220:1::1", PUBLIC).fault("https://meeting.example:8443/1")
    assert asked == [(PUBLIC, "meeting.example:8443", "meeting.example")]


def test_a_redirect_to_another_host_counts_as_an_answer_and_is_not_followed() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["host"])
        return httpx.Response(302, headers={"location": "https://127.0.0.1/secrets"})

    assert links(answer).fault("https://meeting.example/1") == ""
    assert asked == ["meeting.example"]


def test_a_redirect_on_the_same_host_is_followed_a_few_times() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(404) if request.url.path == "/gone" else httpx.Response(301, headers={"location": "/gone"})
        )

    assert links(answer).fault("https://meeting.example/1") == "answers with 404"
    around = links(lambda request: httpx.Response(301, headers={"location": "/round"}))
    assert around.fault("https://meeting.example/1") == "sends on more than 3 times"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "100.64.0.1", "0.0.0.0"],
)
def test_nothing_inside_a_network_is_asked(address: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("must not be asked")

    assert links(answer, PUBLIC, address).fault("https://meeting.example/1") == "leads into a private network"


def test_the_sandbox_may_ask_this_machine() -> None:
    assert links(always(200), "127.0.0.1", may_be_private=True).fault("https://sandbox.test/1") == ""


def test_an_address_is_asked_once() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200)

    ours = links(answer)
    assert (ours.fault("https://meeting.example/1"), ours.fault("https://meeting.example/1")) == ("", "")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectTimeout("slow"), "does not answer within 5 seconds"),
        (httpx.ConnectError("no"), "cannot be reached (if this machine has no network"),
        (OSError("no such host"), "cannot be reached"),
    ],
)
def test_what_cannot_be_reached_is_said_so(error: Exception, words: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    assert words in links(answer).fault("https://meeting.example/1")


def test_only_https_is_asked() -> None:
    assert links(always(200)).fault("http://meeting.example/1") == "is no https address"
