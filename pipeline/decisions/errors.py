"""Why a decision is not taken."""

from collections.abc import Sequence
from typing import Any

from extractors.errors import RebutError


class DecisionRefusedError(RebutError):
    """The decision does not fit the case (what is wrong, what to do)."""

    code = "decision-refused"
    message = "The decision was not taken: {0}. {1}"


class ValueFormatError(RebutError):
    """A value cannot be what the field holds (field, the format it takes)."""

    code = "decision-value"
    message = "The value for {0} was not taken: give {1}, or null where the letter does not say."


class UnseenCaseError(RebutError):
    """There is no result yet to decide on (case id)."""

    code = "case-not-seen"
    message = "Case {0} has no result yet, so there is nothing to decide on. Wait until it is ready, then try again."


class StaleDecisionError(RebutError):
    """The case is no longer what the person saw (case id, what changed)."""

    code = "decision-stale"
    message = "Case {0} has changed since you looked at it: {1}. Nothing was taken. Load it again, then decide."

    def __init__(self, case_id: str, changed: Sequence[str], revision: str | None = None) -> None:
        super().__init__(case_id, "; ".join(changed))
        self.changed = list(changed)
        self.revision = revision


class NotFinalError(RebutError):
    """The packet may not go out as final (case id, why)."""

    code = "packet-not-final"
    message = "The packet of case {0} is not final: {1}. The draft can be downloaded."

    def __init__(self, case_id: str, why: str, open_points: Sequence[Any] = ()) -> None:
        super().__init__(case_id, why)
        self.open = list(open_points)
