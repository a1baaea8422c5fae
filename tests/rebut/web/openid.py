"""A small OpenID provider over real HTTP, with real keys: it signs whoever asks in, and lies when told to."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "rebut", "a secret between the two"


@dataclass
class OpenId:
    """What the provider says, and what it was asked."""

    issuer: str = ""
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u1", "preferred_username": "nora", "groups": ["nurses"]}
    )
    lies: dict[str, Any] = field(default_factory=dict)  # claims said in place of the true ones; None: left out
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    signs_with: RSAKey | None = None  # another key of the same name
    discovery: dict[str, Any] = field(default_factory=dict)

    def discovered(self) -> dict[str, Any]:
        ends = {
            name: f"{self.issuer}/{at}"
            for name, at in (("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "keys"))
        }
        return {"issuer": self.issuer, **ends, **self.discovery}

    def authorize(self, asked: dict[str, str]) -> str:
        """What the person's consent leads to: back with a code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            not asked
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
            or authorization != basic
        ):
            return None
        now = int(time.time())
        true = {"iss": self.issuer, "aud": asked["client_id"], "exp": now + 300, "iat": now, "nonce": asked["nonce"]}
        said = {name: value for name, value in {**true, **self.claims, **self.lies}.items() if value is not None}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(said)}

    def sign(self, claims: dict[str, Any]) -> str:
        if self.algorithm in ("none", "HS256"):
            return self._forge(claims)
        return jwt.encode({"alg": self.algorithm, "kid": "k1"}, claims, self.signs_with or self.key, [self.algorithm])

    def _forge(self, claims: dict[str, Any]) -> str:
        """Not signed at all, or with our public key as a shared secret: an old trick."""
        parts = ({"alg": self.algorithm, "kid": "k1"}, claims)
        said = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        mark = hmac.digest(self.key.as_pem(private=False), said.encode(), "sha256")
        return f"{said}.{_base64(mark) if self.algorithm == 'HS256' else ''}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running_provider() -> Iterator[OpenId]:
    """Serve it on a free port."""
    provider = OpenId()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            if at.path == "/.well-known/openid-configuration":
                self.answer(provider.discovered())
            elif at.path == "/keys":
                self.answer(KeySet([provider.key]).as_dict(private=False))
            elif at.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(at.query).items()}))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: value[0] for name, value in parse_qs(body).items()}
            told = provider.token(form, self.headers.get("Authorization", ""))
            self.answer(told or {"error": "invalid_grant"}, 200 if told else 400)

        def answer(self, told: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what a test needs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
