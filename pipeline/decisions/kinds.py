"""What can be decided, and how a decision is named from outside.

correct_value     target a field of the denial            value as published, null: the letter does not say
choose_candidate  target a field                          value the place in `candidates` of that field, from 0
confirm_value     target a field, or "warning:" and key   no value
overrule          target the number of a criterion        value met, not_met or unclear
exclude_page      target "chart.pdf:12"                   value another_patient, duplicate or irrelevant
include_page      target "chart.pdf:12"                   no value
undo              target the number of a decision         no value
approve           no target                               no value
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.decisions.errors import DecisionRefusedError

KINDS = (
    "correct_value",
    "choose_candidate",
    "confirm_value",
    "overrule",
    "exclude_page",
    "include_page",
    "undo",
    "approve",
)
WHY_EXCLUDED = ("another_patient", "duplicate", "irrelevant")
STATUSES = ("met", "not_met", "unclear")
_LONGEST_REASON = 2000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A place on a page that the person points at."""

    document: str  # name of the file as it was given
    page: int
    bbox: tuple[float, float, float, float]  # points of the page as shown, origin top left
    date: str | None = None  # ISO, of what stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A decision as it was asked for."""

    kind: str
    target: str = ""
    value: Any = None
    reason: str = ""
    evidence: tuple[Pointed, ...] = field(default=())


def wanted_of(told: Any) -> Wanted:
    """Return the decision that a JSON object asks for; raises DecisionRefusedError."""
    if not isinstance(told, Mapping):
        raise DecisionRefusedError("it is no JSON object", 'Send {"kind": ..., "target": ..., "value": ...}.')
    unknown = set(told) - {"kind", "target", "value", "reason", "evidence"}
    if unknown:
        raise DecisionRefusedError(
            "it has names that mean nothing here", "Use kind, target, value, reason and evidence."
        )
    kind, target, reason = told.get("kind"), told.get("target") or "", told.get("reason") or ""
    if kind not in KINDS:
        raise DecisionRefusedError("its kind is unknown", f"Give one of {', '.join(KINDS)}.")
    if not isinstance(target, str | int) or isinstance(target, bool) or len(str(target)) > 400:
        raise DecisionRefusedError("its target is no text", "Name what it is about as text.")
    if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        raise DecisionRefusedError("its reason is no text of this length", f"Give up to {_LONGEST_REASON} characters.")
    return Wanted(
        kind=kind,
        target=str(target),
        value=told.get("value"),
        reason=_plain(reason),
        evidence=_pointed(told.get("evidence")),
    )


def _plain(text: str) -> str:
    """One line of printable characters: a reason is printed in the letter."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _pointed(told: Any) -> tuple[Pointed, ...]:
    found = [told] if isinstance(told, Mapping) else told or []
    try:
        return tuple(_place(at) for at in found)
    except (TypeError, ValueError, KeyError):
        raise DecisionRefusedError(
            "its evidence names no place on a page",
            'Give {"document": "chart.pdf", "page": 3, "bbox": [x0, top, x1, bottom]} in points of the page as shown.',
        ) from None


def _place(at: Mapping[str, Any]) -> Pointed:
    import datetime as dt
    import math

    x0, top, x1, bottom = (float(edge) for edge in at["bbox"])
    if not all(map(math.isfinite, (x0, top, x1, bottom))) or x0 >= x1 or top >= bottom or int(at["page"]) < 1:
        raise ValueError("no box")
    day = at.get("date")
    return Pointed(
        document=str(at["document"]),
        page=int(at["page"]),
        bbox=(x0, top, x1, bottom),
        date=dt.date.fromisoformat(day).isoformat() if day else None,
    )
