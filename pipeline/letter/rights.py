"""What the law of each plan type lets a letter say: `templates/letter/rights.yaml`, validated when first used."""

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from extractors.vocabulary.load import read_yaml


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Right(_Row):
    """A right and where it stands; `check` is A (official text) or B (restated from the eCFR), nothing weaker."""

    text: str  # "I ask for ..."
    cite: str
    check: Literal["A", "B"]
    about: Literal["papers"] | None = None  # papers: what the plan has to send


class Ask(_Row):
    """A request that claims no right, so it carries no citation."""

    text: str
    about: Literal["papers"] | None = None


class PlanRights(_Row):
    law: str | None  # names of the law as a letter prints them; None: no statute is named
    appeal_is: str  # "internal appeal"
    rights: tuple[Right | Ask, ...]
    next_step: Right | Ask
    expedited: tuple[Right, ...] = ()  # what a physician's certification brings about
    before_filing: tuple[str, ...] = ()  # what staff must enclose for this plan, as placeholders


@cache
def load_rights() -> dict[str, PlanRights]:
    rows = read_yaml("letter/rights.yaml", "templates")
    return {plan: PlanRights.model_validate(row) for plan, row in rows.items() if plan[0] != "."}


def rights_of(plan_type: str | None) -> PlanRights:
    """Return the row of a plan type; what is not known reads as `unknown`."""
    rows = load_rights()
    return rows.get(plan_type or "unknown", rows["unknown"])
