"""Signing in at an OpenID provider, over real HTTP with real signatures; every lie is told and refused."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from pipeline.accounts import SYSTEM
from pipeline.accounts.oidc import ProviderSettingError, read_mapping
from pipeline.accounts.people import list_people, make_person
from pipeline.settings import read_settings
from pipeline.tables import oidc_login, person, trail
from rebut.web import build_app
from tests.rebut.web.openid import CLIENT, SECRET, running_provider
from tests.rebut.web.signin import TOKEN, browser

GROUPS = "nurses=intake+reviewer, doctors=approver"


@pytest.fixture(scope="module")
def serving():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(serving):
    """The provider, honest again."""
    serving.lies, serving.algorithm, serving.signs_with, serving.discovery = {}, "RS256", None, {}
    serving.claims = {"sub": "u1", "preferred_username": "Nora", "name": "Nora Lind", "groups": ["nurses", "others"]}
    return serving


@pytest.fixture
def app(provider, tmp_path):
    told = {"REBUT_OIDC_ISSUER": provider.issuer, "REBUT_OIDC_CLIENT": CLIENT, "REBUT_OIDC_SECRET": SECRET}
    return build_app(read_settings({"REBUT_TOKEN": TOKEN, "REBUT_OIDC_ROLES": GROUPS, **told}, home=tmp_path / "home"))


def way_back(client):
    """Begin, be sent to the provider, and return the address it sends the browser back to."""
    there = client.get("/login/oidc")
    assert there.status_code == 303
    back = httpx.get(there.headers["location"]).headers["location"]
    return f"{urlsplit(back).path}?{urlsplit(back).query}"


def sign_in(app):
    client = browser(app)
    return client, client.get(way_back(client))


def accounts(app):
    with app.state.database.read() as connection:
        return {one["login"]: one for one in list_people(connection)}


def test_a_person_of_the_provider_signs_in_with_the_roles_of_its_groups(app):
    """Made at the first sign-in, found at the next; no password, no second factor of ours."""
    for _ in range(2):
        client, answer = sign_in(app)
        assert answer.status_code == 200
        assert 'content="0; url=/cases"' in answer.text
        assert client.get("/cases").status_code == 200
        assert client.get("/accounts").status_code == 403

    (nora,) = accounts(app).values()
    assert (nora["login"], nora["name"], nora["clinic"]) == ("nora", "Nora Lind", "main")
    assert nora["roles"] == ["intake", "reviewer"]
    assert "Sign in with 127.0.0.1" in browser(app).get("/login").text


def test_what_we_ask_for_is_bound_to_this_browser_and_this_sign_in(app):
    """State, nonce and PKCE are random, and the table holds none that could be used."""
    first, second = (parse_qs(urlsplit(browser(app).get("/login/oidc").headers["location"]).query) for _ in range(2))

    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) >= 43
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    with app.state.database.read() as connection:
        assert first["state"][0] not in str(connection.execute(select(oidc_login)).all())


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "somebody"}, "audience"),
        ({"aud": ["rebut", "somebody"]}, "audience"),
        ({"aud": ["rebut", "somebody"], "azp": "somebody"}, "audience"),
        ({"azp": "somebody"}, "audience"),
        ({"aud": None}, "audience"),
        ({"exp": 1_700_000_000}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "tomorrow"}, "expired"),
        ({"iat": 4_000_000_000}, "not-yet"),
        ({"iss": "https://login.elsewhere.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"sub": ""}, "subject"),
        ({"sub": None}, "subject"),
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(app, provider, lies, reason):
    """However well it is signed; nobody is made of it."""
    provider.lies = lies

    client, answer = sign_in(app)
    assert answer.status_code == 403
    assert f"({reason})" in answer.text
    assert client.get("/cases").headers["location"].startswith("/login")
    assert accounts(app) == {}


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_no_private_key_signed_is_refused(app, provider, algorithm):
    """Not signed at all, or with our public key as a shared secret."""
    provider.algorithm = algorithm

    assert "(signature)" in sign_in(app)[1].text


def test_a_token_signed_by_another_key_of_the_same_name_is_refused(app, provider):
    """The name of a key proves nothing."""
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})

    assert "(signature)" in sign_in(app)[1].text


def test_another_signature_that_the_provider_may_use_is_fine(app, provider):
    """PS256 is as good."""
    provider.algorithm = "PS256"

    assert sign_in(app)[1].status_code == 200


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://login.elsewhere.example"}, {"token_endpoint": "ftp://elsewhere/token"}, {"jwks_uri": None}],
)
def test_a_provider_that_speaks_for_another_issuer_is_refused(app, provider, discovery):
    """The one of the settings is pinned."""
    provider.discovery = discovery

    assert browser(app).get("/login/oidc").status_code == 403


def test_what_came_back_is_good_once_and_in_the_browser_that_began(app):
    """Sent a second time, by another browser, with another state, or too late: refused."""
    client = browser(app)
    back = way_back(client)
    assert browser(app).get(back).status_code == 403  # a stranger's link, or a stranger who caught it
    assert client.get(back).status_code == 403  # and so it is spent

    back = way_back(client)
    assert client.get(back).status_code == 200
    assert client.get(back).status_code == 403
    back = way_back(client)
    assert client.get(back.replace("state=", "state=x")).status_code == 403
    assert client.get(back.replace("code=", "code=x")).status_code == 403
    back = way_back(client)
    assert client.get(f"{back}&error=access_denied").status_code == 403
    back = way_back(client)
    with app.state.database.write() as connection:
        connection.execute(update(oidc_login).values(until=time.time() - 1))
    assert client.get(back).status_code == 403


def test_who_left_the_group_has_left_here(app, provider):
    """At the next sign-in: other roles end the sessions there are, none at all lets nobody in."""
    client, _ = sign_in(app)
    provider.claims["groups"] = ["doctors"]
    sign_in(app)
    assert accounts(app)["nora"]["roles"] == ["approver"]
    assert client.get("/cases").headers["location"].startswith("/login")

    provider.claims["groups"] = []
    refused, answer = sign_in(app)
    assert answer.status_code == 403
    assert "no role" in answer.text
    assert refused.get("/cases").headers["location"].startswith("/login")


def test_an_account_of_ours_is_not_taken_over_by_the_same_name(app):
    """The provider's person gets another name in our lists."""
    with app.state.database.write() as connection:
        make_person(connection, SYSTEM, time.time(), "nora", ["admin"], None)
    client, _ = sign_in(app)

    assert client.get("/accounts").status_code == 403
    assert len(accounts(app)) == 2


def test_a_disabled_account_signs_in_no_more_at_the_provider(app):
    """Whatever the provider says."""
    sign_in(app)
    with app.state.database.write() as connection:
        connection.execute(update(person).values(state="disabled"))

    assert sign_in(app)[1].status_code == 403


def test_the_trail_tells_of_sign_ins_by_ids_alone(app, provider):
    """Right and wrong ones."""
    sign_in(app)
    provider.claims["groups"] = []
    sign_in(app)
    with app.state.database.read() as connection:
        told = connection.execute(select(trail).order_by(trail.c.seq)).all()

    assert [row.event for row in told][-2:] == ["login.provider", "login.failed"]
    assert "nora" not in str(told).lower()


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"REBUT_OIDC_ISSUER": "http://login.example.org"}, "REBUT_OIDC_ISSUER"),
        ({"REBUT_OIDC_CLIENT": ""}, "REBUT_OIDC_CLIENT"),
        ({"REBUT_OIDC_ROLES": ""}, "REBUT_OIDC_ROLES"),
        ({"REBUT_OIDC_ROLES": "nurses=surgeon"}, "REBUT_OIDC_ROLES"),
    ],
)
def test_settings_that_could_let_in_anybody_stop_the_start(tmp_path, told, name):
    """Or nobody."""
    fine = {"REBUT_OIDC_ISSUER": "https://login.example.org", "REBUT_OIDC_CLIENT": "rebut", "REBUT_OIDC_ROLES": GROUPS}
    with pytest.raises(ProviderSettingError, match=name):
        build_app(read_settings({"REBUT_TOKEN": TOKEN, **fine, **told}, home=tmp_path / "home"))


def test_groups_are_mapped_as_written():
    """Spaces do not matter; a group may have several roles."""
    assert read_mapping(GROUPS) == {"nurses": ("intake", "reviewer"), "doctors": ("approver",)}
