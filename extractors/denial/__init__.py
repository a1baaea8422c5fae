"""What a denial letter says, each field with the words that say it."""

from extractors.denial.fields import Codes, Denial, PlanType, Reason, ReasonCategory, StatedDeadline
from extractors.denial.read import read_denial

__all__ = ["Codes", "Denial", "PlanType", "Reason", "ReasonCategory", "StatedDeadline", "read_denial"]
