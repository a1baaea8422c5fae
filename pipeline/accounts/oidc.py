"""Signing in at an OpenID provider: code flow with PKCE, state and nonce; one issuer, named by the operator.

What the provider says is believed only when signed by a key of its own, for us, for this very sign-in, and now.
Roles come from a claim by the mapping of the settings, at every sign-in anew: who left the group has left here.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import delete, select, update

from extractors.errors import RebutError
from pipeline.accounts.actor import SYSTEM, Actor
from pipeline.accounts.people import BadNameError, LoginTakenError, make_person
from pipeline.accounts.roles import check_roles
from pipeline.accounts.secrets import digest_of, new_secret, same
from pipeline.accounts.sessions import end_sessions, start_session
from pipeline.database import Database
from pipeline.settings import Settings
from pipeline.tables import MAIN, oidc_login, person
from pipeline.trail import append

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # signatures with a public key alone: neither none nor HS256
_BEGUN_SECONDS = 600.0
_CLOCK_SECONDS = 60.0  # by which the provider's clock may differ
_ANSWER_SECONDS = 5.0
_ANSWER_BYTES = 1 << 20
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderError(RebutError):
    """The sign-in at the provider came to nothing (code of the reason)."""

    code = "provider-refused"
    message = "Signing in at the provider did not work ({0}). Start again from the sign-in page."


class NoRoleError(RebutError):
    """The provider knows the person, and gives no role here."""

    code = "provider-no-role"
    message = "Your account at the provider has no role here. Ask whoever manages accounts to put you into a group."


class ProviderSettingError(RebutError):
    """A setting of the provider cannot be used (variable, why)."""

    code = "provider-setting"
    message = "{0} cannot be used: {1}. docs/security.md shows an example."
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the provider says of a person, after it was checked."""

    subject: str  # digest of issuer and subject
    login: str  # what it calls the person, if that can be a sign-in name
    name: str
    roles: tuple[str, ...]


class Provider:
    """The one provider of this installation; its keys are fetched when first needed."""

    def __init__(self, settings: Settings) -> None:
        issuer = settings.oidc_issuer or ""
        parts = urlsplit(issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ProviderSettingError("REBUT_OIDC_ISSUER", "it is no https address")
        if not settings.oidc_client:
            raise ProviderSettingError("REBUT_OIDC_CLIENT", "it is not set")
        self.issuer, self.client, self._secret = issuer, settings.oidc_client, settings.oidc_secret
        self.name = parts.hostname or ""
        self._claim, self._roles = settings.oidc_claim, read_mapping(settings.oidc_roles or "")
        self._lock = threading.Lock()
        self._told: dict[str, Any] | None = None  # the discovery document
        self._keys: Any = None
        self._keys_at = 0.0

    def begin(self, database: Database, back: str, now: float) -> tuple[str, str]:
        """Return the address to send the browser to, and the secret for its cookie. `back`: our own address."""
        state, nonce, verifier, browser = (new_secret() for _ in range(4))
        row = {"state": digest_of(state, "state"), "browser": digest_of(browser, "browser"), "nonce": nonce}
        with database.write() as connection:
            connection.execute(delete(oidc_login).where(oidc_login.c.until < now))
            connection.execute(oidc_login.insert().values(**row, verifier=verifier, until=now + _BEGUN_SECONDS))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._discovered()['authorization_endpoint']}?{urlencode(asked)}", browser

    def end(self, database: Database, code: str, state: str, browser: str, back: str, now: float) -> Claims:
        """Take what the browser brought back; raises ProviderError. What was begun is spent, right or wrong."""
        known = select(oidc_login).where(oidc_login.c.state == digest_of(state, "state"))
        with database.write() as connection:
            begun = connection.execute(known).one_or_none()
            spent = connection.execute(delete(oidc_login).where(oidc_login.c.state == digest_of(state, "state")))
        if (
            begun is None
            or not spent.rowcount
            or begun.until <= now
            or not same(begun.browser, digest_of(browser, "browser"))
        ):
            raise ProviderError("state")
        if not code:
            raise ProviderError("no-code")
        answer = self._ask_for_token(code, begun.verifier, back)
        told = self.check(answer.get("id_token"), begun.nonce, now)
        return self._claims(told)

    def check(self, token: Any, nonce: str, now: float) -> dict[str, Any]:
        """Return the claims of an id token that is the provider's, ours, of this sign-in and of now."""
        claims = self._signed(token)
        audience = claims.get("aud")
        many = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.issuer:
            raise ProviderError("issuer")
        if self.client not in many or (len(many) > 1 and claims.get("azp") != self.client):
            raise ProviderError("audience")
        if claims.get("azp") not in (None, self.client):
            raise ProviderError("audience")
        if not _is_time(claims.get("exp")) or claims["exp"] <= now - _CLOCK_SECONDS:
            raise ProviderError("expired")
        if not _is_time(claims.get("iat")) or claims["iat"] > now + _CLOCK_SECONDS:
            raise ProviderError("not-yet")
        if not isinstance(claims.get("nonce"), str) or not same(claims["nonce"], nonce):
            raise ProviderError("nonce")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise ProviderError("subject")
        return claims

    def _claims(self, told: Mapping[str, Any]) -> Claims:
        groups = told.get(self._claim)
        groups = groups if isinstance(groups, list) else [groups]
        roles = {role for group in groups for role in self._roles.get(group, ()) if isinstance(group, str)}
        login = told.get("preferred_username") or told.get("email") or ""
        return Claims(
            subject=hashlib.sha256(f"{self.issuer}\n{told['sub']}".encode()).hexdigest(),
            login=login if isinstance(login, str) else "",
            name=told["name"][:120] if isinstance(told.get("name"), str) else "",
            roles=tuple(check_roles(roles)),
        )

    def _signed(self, token: Any) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError

        if not isinstance(token, str):
            raise ProviderError("no-token")
        for again in (False, True):
            try:
                return dict(jwt.decode(token, self._keyset(again), algorithms=list(ALGORITHMS)).claims)
            except InvalidKeyIdError:  # the provider has a new key since
                continue
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderError("signature") from None
        raise ProviderError("key")

    def _keyset(self, anew: bool) -> Any:
        from joserfc.jwk import KeySet

        with self._lock:
            if self._keys is None or (anew and time.monotonic() - self._keys_at > _CLOCK_SECONDS):
                self._keys = KeySet.import_key_set(self._fetch(self._discovered_unlocked()["jwks_uri"]))
                self._keys_at = time.monotonic()
            return self._keys

    def _discovered(self) -> dict[str, Any]:
        with self._lock:
            return self._discovered_unlocked()

    def _discovered_unlocked(self) -> dict[str, Any]:
        if self._told is None:
            told = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise ProviderError("issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                at = urlsplit(str(told.get(name)))
                if at.scheme != urlsplit(self.issuer).scheme or not at.hostname:
                    raise ProviderError("discovery")
            self._told = told
        return self._told

    def _ask_for_token(self, code: str, verifier: str, back: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        at = self._discovered()["token_endpoint"]
        if self._secret:
            return self._fetch(at, data=form, auth=(self.client, self._secret))
        return self._fetch(at, data={**form, "client_id": self.client})

    def _fetch(self, address: str, data: dict[str, str] | None = None, auth: Any = None) -> dict[str, Any]:
        """Ask the provider: no redirect is followed, no proxy of the environment used, no long answer read."""
        import httpx

        try:
            with (
                httpx.Client(timeout=_ANSWER_SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream("POST" if data else "GET", address, data=data, auth=auth) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > _ANSWER_BYTES:
                        raise ProviderError("answer")
                if answer.status_code != 200:
                    raise ProviderError(f"status-{answer.status_code}")
        except httpx.HTTPError:
            raise ProviderError("unreachable") from None
        return _object(body)


def enter(database: Database, claims: Claims, now: float, source: str | None = None) -> str:
    """Return the secret of a new session of the person, who is made at the first sign-in; roles are those of now.

    An account with a password is never taken over by a provider's name that is the same.
    """
    with database.write() as connection:
        row = connection.execute(select(person).where(person.c.subject == claims.subject)).one_or_none()
        if not claims.roles or (row and row.state != "active"):
            refused = True
            if row:
                end_sessions(connection, row.id)
            nobody = Actor(id="nobody", roles=frozenset(), via="session", source=source)
            append(connection, nobody, "login.failed", row and row.id, detail={"how": "provider"})
        else:
            refused = False
            person_id = row.id if row else _make(connection, claims, now)
            if row and list(row.roles) != list(claims.roles):
                changed = update(person).where(person.c.id == row.id)
                connection.execute(changed.values(roles=list(claims.roles), changed=now))
                end_sessions(connection, row.id)
                told = {"roles": list(claims.roles), "before": list(row.roles)}
                append(connection, SYSTEM, "account.roles", row.id, row.clinic, told, now)
            secret = start_session(connection, person_id, now, second=True)
            clinic = row.clinic if row else MAIN
            actor = Actor(id=person_id, roles=frozenset(claims.roles), clinic=clinic, via="session", source=source)
            append(connection, actor, "login.provider", person_id, clinic, now=now)
    if refused:
        raise NoRoleError
    return secret


def read_mapping(told: str) -> dict[str, tuple[str, ...]]:
    """ "nurses=intake+reviewer, doctors=approver" -> group: roles; raises ProviderSettingError."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (one.strip() for one in told.split(","))):
        group, _, roles = part.partition("=")
        try:
            found[group.strip()] = tuple(check_roles(role.strip() for role in roles.split("+")))
        except RebutError as error:
            raise ProviderSettingError("REBUT_OIDC_ROLES", str(error).rstrip(".")) from None
    if not found:
        raise ProviderSettingError("REBUT_OIDC_ROLES", "no group has a role, so nobody could sign in")
    return found


def _make(connection: Any, claims: Claims, now: float) -> str:
    try:
        return make_person(connection, SYSTEM, now, claims.login, claims.roles, MAIN, claims.name, claims.subject)[0]
    except (LoginTakenError, BadNameError):  # its name here is for lists alone
        login = f"person-{secrets.token_hex(4)}"
        return make_person(connection, SYSTEM, now, login, claims.roles, MAIN, claims.name, claims.subject)[0]


def _object(body: bytes) -> dict[str, Any]:
    import json

    try:
        told = json.loads(body)
    except ValueError:
        raise ProviderError("answer") from None
    if not isinstance(told, dict):
        raise ProviderError("answer")
    return told


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
