"""Decisions that a person takes on a case: what was misread, what is met, which page counts, and that it is final.

A decision is a row and is never changed: a later one about the same thing stands in its place, and undoing
is a decision too. The stages that rest on it are done again with the decisions in force; see docs/review.md.
"""

from typing import TYPE_CHECKING, Any

from pipeline.decisions.apply import (
    Overrules,
    corrected,
    lapsed,
    published_decisions,
    set_aside,
    settled_fields,
    with_settled,
)
from pipeline.decisions.errors import (
    DecisionRefusedError,
    NotFinalError,
    StaleDecisionError,
    UnseenCaseError,
    ValueFormatError,
)
from pipeline.decisions.final import final_name
from pipeline.decisions.force import Settled, settle, warning_key
from pipeline.decisions.kinds import KINDS, Wanted, wanted_of

if TYPE_CHECKING:
    from pipeline.decisions.take import list_decisions, revision_of, take_decisions

__all__ = [
    "KINDS",
    "DecisionRefusedError",
    "NotFinalError",
    "Overrules",
    "Settled",
    "StaleDecisionError",
    "UnseenCaseError",
    "ValueFormatError",
    "Wanted",
    "corrected",
    "final_name",
    "lapsed",
    "list_decisions",
    "published_decisions",
    "revision_of",
    "set_aside",
    "settle",
    "settled_fields",
    "take_decisions",
    "wanted_of",
    "warning_key",
    "with_settled",
]


def __getattr__(name: str) -> Any:
    """Load what reads and writes the rows at its first use: who only understands a file needs no SQL (0.2 s)."""
    if name in ("list_decisions", "revision_of", "take_decisions"):
        from pipeline.decisions import take

        return getattr(take, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
