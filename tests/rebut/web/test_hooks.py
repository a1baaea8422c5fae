"""Webhooks are managed by whoever manages accounts, each for the own clinic."""

import pytest

from pipeline.settings import read_settings
from rebut.web import build_app
from tests.rebut.web.signin import TOKEN, signed_in

URL = "https://ehr.example.org/hook"


@pytest.fixture
def application(tmp_path):
    return build_app(read_settings({"REBUT_TOKEN": TOKEN}, home=tmp_path / "home"))


def test_a_webhook_is_added_listed_and_ended(application):
    admin = signed_in(application, "admin")
    added = admin.post("/api/hooks", json={"url": URL, "events": ["case.ready"]})
    assert added.status_code == 201
    assert added.json()["secret"].startswith("whsec_")
    (listed,) = admin.get("/api/hooks").json()["hooks"]
    assert listed == {"id": added.json()["id"], "clinic": "main", "url": URL, "events": ["case.ready"]}
    assert admin.delete(f"/api/hooks/{listed['id']}").status_code == 204
    assert admin.get("/api/hooks").json()["hooks"] == []
    assert admin.delete(f"/api/hooks/{listed['id']}").status_code == 404


def test_another_clinic_sees_and_ends_none_of_them(application):
    added = signed_in(application, "admin").post("/api/hooks", json={"url": URL}).json()
    north = signed_in(application, "admin", clinic="north")
    assert north.get("/api/hooks").json()["hooks"] == []
    assert north.delete(f"/api/hooks/{added['id']}").status_code == 404


@pytest.mark.parametrize("role", ["intake", "reviewer", "approver", "ops", "auditor"])
def test_nobody_else_may(application, role):
    person = signed_in(application, role)
    assert person.get("/api/hooks").status_code == 403
    assert person.post("/api/hooks", json={"url": URL}).status_code == 403


@pytest.mark.parametrize(
    "told", [{"url": "http://ehr.example.org"}, {"url": URL, "events": ["case.read"]}, {"url": URL, "events": []}, {}]
)
def test_what_cannot_be_called_is_refused(application, told):
    assert signed_in(application, "admin").post("/api/hooks", json=told).status_code == 422
