"""Roles and their rights, from roles.yaml. Deny by default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from extractors.errors import RebutError
from pipeline.accounts.actor import Actor

ROLES = ("intake", "reviewer", "approver", "ops", "auditor", "admin")


class UnknownRoleError(RebutError):
    """A role that there is not (name, those there are)."""

    code = "role-unknown"
    message = "There is no role {0}. The roles are {1}."
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What may be done in an emergency, and by whom."""

    may_break: str  # the right a person needs for it
    right: str  # what it opens
    minutes: int
    reasons: Mapping[str, str]  # code -> what it means


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """roles.yaml."""

    rights: Mapping[str, str]  # right -> what it allows
    roles: Mapping[str, frozenset[str]]
    why: Mapping[str, str]  # role -> reason
    glass: Glass


@cache
def rules() -> Rules:
    """Return the rules of this installation."""
    import yaml

    return read_rules(yaml.safe_load(resources.files(__package__).joinpath("roles.yaml").read_text("utf-8")))


def read_rules(told: Mapping[str, Any]) -> Rules:
    """Check what the file says; raises ValueError for a slip, since a wrong right is worse than no start."""
    rights, roles, glass = told["rights"], told["roles"], Glass(**told["glass"])
    if set(roles) != set(ROLES):
        raise ValueError(f"roles.yaml must tell of exactly {', '.join(ROLES)}")
    for role, one in roles.items():
        if unknown := set(one["rights"]) - set(rights):
            raise ValueError(f"role {role}: no such right: {', '.join(sorted(unknown))}")
        if not one.get("why"):
            raise ValueError(f"role {role}: no reason is given")
    if not {glass.may_break, glass.right} <= set(rights) or not 0 < glass.minutes <= 480 or not glass.reasons:
        raise ValueError("glass: needs known rights, 1 to 480 minutes, and reasons")
    return Rules(
        rights=rights,
        roles={role: frozenset(one["rights"]) for role, one in roles.items()},
        why={role: one["why"] for role, one in roles.items()},
        glass=glass,
    )


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """Return everything that the roles together allow; a role unknown here allows nothing."""
    known = rules().roles
    return frozenset().union(*(known.get(role, frozenset()) for role in roles))


def may(actor: Actor, right: str) -> bool:
    """Whether the actor has the right at all; on which cases is for `scope.within`."""
    if actor.via == "system":
        return True
    return right in rights_of(actor.roles) or (actor.glass is not None and right == rules().glass.right)


def check_roles(roles: Iterable[str]) -> list[str]:
    """Return the roles in one order; raises UnknownRoleError."""
    wanted = set(roles)
    for role in sorted(wanted - set(ROLES)):
        raise UnknownRoleError(role, ", ".join(ROLES))
    return [role for role in ROLES if role in wanted]
