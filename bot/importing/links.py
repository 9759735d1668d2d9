"""Asks whether an address answers, before citizens are sent there. Never reaches into this machine or its network.

The address is resolved once and the connection made to what was checked, so that a name cannot change its mind in
between. No redirect to another host is followed, and nothing of an answer but its status is read.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

SECONDS = 5.0
HOPS = 3  # redirects on the same host
REFUSES_HEAD = (400, 403, 404, 405, 501)  # some servers answer these to HEAD only
NEEDS_SIGN_IN = (401, 403, 407, 429)  # somebody is there
Resolve = Callable[[str, int], list[str]]


class _NotToBeAskedError(Exception):
    """An address that must not be asked; the message is said of it."""


def resolve(host: str, port: int) -> list[str]:
    """List the addresses of a host; OSError when it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass
class Links:
    """Asks each address once. ``may_be_private`` is for the sandbox, whose pages are on this machine."""

    may_be_private: bool = False
    transport: httpx.BaseTransport | None = None
    resolve: Resolve = resolve
    _known: dict[str, str] = field(default_factory=dict)

    def fault(self, address: str) -> str:
        """Say why citizens could not open an https address; nothing when it answers."""
        if address not in self._known:
            self._known[address] = self._ask(address)
        return self._known[address]

    def _ask(self, address: str) -> str:
        try:
            with httpx.Client(
                timeout=SECONDS, trust_env=False, follow_redirects=False, transport=self.transport
            ) as client:
                return self._follow(client, address)
        except _NotToBeAskedError as error:
            return str(error)
        except httpx.TimeoutException:
            return f"does not answer within {SECONDS:g} seconds"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
            return "cannot be reached (if this machine has no network, --unchecked leaves this out)"

    def _follow(self, client: httpx.Client, address: str) -> str:
        for _ in range(HOPS):
            status, onward = self._request(client, "HEAD", address)
            if status in REFUSES_HEAD:
                status, onward = self._request(client, "GET", address)
            if not onward:
                return "" if 200 <= status < 300 or status in NEEDS_SIGN_IN else f"answers with {status}"
            if urlsplit(onward).hostname != urlsplit(address).hostname:
                return ""  # it answers; where it sends people on is not ours to open
            address = onward
        return f"sends on more than {HOPS} times"

    def _request(self, client: httpx.Client, method: str, address: str) -> tuple[int, str]:
        """Ask the checked place under the host's name; gives the status and where a redirect leads."""
        url = httpx.URL(address)
        if url.scheme != "https" or not url.host:
            raise _NotToBeAskedError("is no https address")
        place = url.copy_with(host=self._place(url.host, url.port or 443))
        told = {"Host": url.netloc.decode()}
        with client.stream(method, place, headers=told, extensions={"sni_hostname": url.host}) as answer:
            onward = urljoin(address, answer.headers["location"]) if answer.has_redirect_location else ""
            return answer.status_code, onward

    def _place(self, host: str, port: int) -> str:
        """Give the place to connect to, where all of the host's are public."""
        found = self.resolve(host, port)
        if not self.may_be_private and not all(_is_public(one) for one in found):
            raise _NotToBeAskedError("leads into a private network")
        return min(found, key=lambda one: ":" in one)  # a machine without IPv6 can still ask


def _is_public(address: str) -> bool:
    place = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(place, "ipv4_mapped", None)
    place = mapped or place
    return place.is_global and not place.is_multicast
