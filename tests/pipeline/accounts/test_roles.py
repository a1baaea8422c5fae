"""Roles: what is not given is refused."""

import copy
from importlib import resources

import pytest
import yaml

from pipeline.accounts import OPERATOR, ROLES, SYSTEM, Actor, UnknownRoleError, may, rights_of, service_actor
from pipeline.accounts.roles import check_roles, read_rules, rules

TOLD = yaml.safe_load(resources.files("pipeline.accounts").joinpath("roles.yaml").read_text("utf-8"))


def test_every_role_has_a_reason_and_every_right_a_holder():
    """A right that nobody has is a door nailed shut, or forgotten."""
    assert set(rules().why) == set(ROLES)
    assert rights_of(ROLES) == set(rules().rights)


@pytest.mark.parametrize(
    ("role", "right", "allowed"),
    [
        ("intake", "case.open", True),
        ("intake", "case.decide", False),
        ("reviewer", "case.decide", True),
        ("reviewer", "case.approve", False),
        ("approver", "case.approve", True),
        ("ops", "queue.read", True),
        ("ops", "case.read", False),  # no patient data
        ("auditor", "audit.read", True),
        ("auditor", "case.read", False),
        ("admin", "account.manage", True),
        ("admin", "case.read", False),  # but may break the glass
        ("surgeon", "case.read", False),  # unknown
        ("approver", "case.everything", False),  # unknown
    ],
)
def test_a_role_may_what_the_file_says(role, right, allowed):
    """And nothing else."""
    assert may(Actor(id="a", roles=frozenset({role}), via="session"), right) is allowed


def test_the_program_itself_may_everything_and_the_shared_token_manages_nobody():
    """What REBUT_TOKEN opens is the cases of one clinic and the queues."""
    assert may(SYSTEM, "account.manage")
    assert may(OPERATOR, "case.purge")
    assert may(service_actor(), "case.approve")
    assert may(service_actor(), "queue.replay")
    assert not may(service_actor(), "account.manage")
    assert not may(service_actor(), "audit.read")
    assert service_actor().clinic == "main"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told["roles"].pop("ops"),
        lambda told: told["roles"].update(root={"rights": [], "why": "x"}),
        lambda told: told["roles"]["ops"]["rights"].append("case.reed"),
        lambda told: told["roles"]["ops"].pop("why"),
        lambda told: told["glass"].update(minutes=100000),
        lambda told: told["glass"].update(right="case.all"),
    ],
)
def test_a_slip_in_the_file_stops_the_start(spoil):
    """Rather than giving somebody what nobody meant."""
    told = copy.deepcopy(TOLD)
    spoil(told)

    with pytest.raises((ValueError, KeyError)):
        read_rules(told)


def test_an_unknown_role_is_named():
    """With those there are."""
    with pytest.raises(UnknownRoleError, match=r"no role nurse.*reviewer"):
        check_roles(["reviewer", "nurse"])
    assert check_roles({"approver", "intake"}) == ["intake", "approver"]
