"""Who asks."""

from dataclasses import dataclass
from typing import Literal

from pipeline.tables import MAIN

ALL_CLINICS = None

# What the one token of REBUT_TOKEN may: every case of the first clinic and the queues, but no accounts and no trail.
_SERVICE_ROLES = frozenset({"intake", "reviewer", "approver", "ops"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, a token or the program itself, as far as rights go; nothing here names anybody."""

    id: str  # opaque: what the trail keeps
    roles: frozenset[str]
    clinic: str | None = ALL_CLINICS
    via: Literal["session", "token", "system"] = "system"
    source: str | None = None  # address it asks from
    glass: str | None = None  # clinic whose cases may be read for a while: the glass was broken


# The program at its own work: every right, and its reads are not told in the trail.
SYSTEM = Actor(id="system", roles=frozenset())
# Whoever has a shell on the machine: every right too, but the trail tells what was looked at.
OPERATOR = Actor(id="command-line", roles=frozenset())


def service_actor(source: str | None = None) -> Actor:
    """Return the actor that REBUT_TOKEN stands for."""
    return Actor(id="service", roles=_SERVICE_ROLES, clinic=MAIN, via="token", source=source)
