"""A small OpenID provider on loopback HTTP, whose answers a test can spoil: the directory of a city that has one."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "kitaq bot", "a secret: of the tests"


@dataclass
class SoftDirectory:
    """One provider. ``claims`` and ``header`` go over what is right; ``signer`` signs; None signs with its own key."""

    url: str = ""
    subject: str = "u-77"
    now: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    signer: Any = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def visit(self, address: str) -> str:
        """Be the browser at the provider: sign in there; gives where it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def discovery(self) -> dict[str, Any]:
        ours = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in ours.items()}, **self.about}

    def token(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """Exchange a code once, for the client and verifier it was given to."""
        asked = self.codes.pop(form["code"], None)
        is_client = b64decode(basic.removeprefix("Basic ")).decode() == "kitaq%20bot:a%20secret%3A%20of%20the%20tests"
        if asked is None or not is_client or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        if create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return None
        times = {"iat": int(self.now), "exp": int(self.now) + 300}
        claims = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "nonce": asked["nonce"], **times, **self.claims}
        header = {"alg": "RS256", "kid": "one", **self.header}
        return {"token_type": "Bearer", "access_token": "x", "id_token": self._sign(header, claims)}

    def _sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        said = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, said, self.signer or self.key, algorithms=[header["alg"]])


@contextmanager
def serving() -> Iterator[SoftDirectory]:
    """Serve a provider on a free port of loopback."""
    ours = SoftDirectory()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": ours.discovery()}
            pages["/keys"] = {"keys": [ours.key.as_dict(private=False)]}
            self._say(pages.get(self.path))

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            form = {name: values[0] for name, values in sent.items()}
            self._say(ours.token(form, self.headers.get("authorization", "")))

        def _say(self, found: dict[str, Any] | None) -> None:
            body = json.dumps(found or {"error": "invalid_grant"}).encode()
            self.send_response(200 if found else 400)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        ours.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield ours
        finally:
            server.shutdown()
            thread.join()
