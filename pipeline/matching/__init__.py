"""The chart against the payer's criteria: `match_criteria`, and its answer as published."""

from pipeline.matching.match import Criterion, Match, match_criteria, overrule
from pipeline.matching.published import published, published_choice
from pipeline.matching.reading import requirement_of
from pipeline.matching.requirements import Requirement
from pipeline.matching.verdict import Status, Verdict

__all__ = [
    "Criterion",
    "Match",
    "Requirement",
    "Status",
    "Verdict",
    "match_criteria",
    "overrule",
    "published",
    "published_choice",
    "requirement_of",
]
