"""Which rows an actor's right reaches: the one place that compares clinics."""

from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from pipeline.accounts.actor import ALL_CLINICS, Actor
from pipeline.accounts.roles import rights_of, rules


def within(clinic: Any, actor: Actor, right: str) -> ColumnElement[bool]:
    """Return the condition on a column of clinics that every query of an actor carries.

    Nothing passes where the right is missing, so a query that forgot to ask for it finds no row.
    """
    if actor.via == "system":
        return true()
    reached: list[ColumnElement[bool]] = []
    if right in rights_of(actor.roles):
        reached.append(true() if actor.clinic is ALL_CLINICS else clinic == actor.clinic)
    if actor.glass is not None and right == rules().glass.right:
        reached.append(clinic == actor.glass)
    return or_(*reached) if reached else false()
