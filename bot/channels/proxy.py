"""Finds the proxy that the environment names for a platform's address; connects to nothing."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """Give the proxy for an address, such as HTTPS_PROXY or else ALL_PROXY, unless NO_PROXY excepts it."""
    parts, proxies = urlsplit(url), getproxies()
    return None if proxy_bypass(parts.hostname or "") else proxies.get(parts.scheme) or proxies.get("all")
