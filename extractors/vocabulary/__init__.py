"""Drugs and their classes, conditions, laboratory tests, scores and specialties, by the names they are written with.

The tables behind them are read at the first call, not at import.
"""

from extractors.vocabulary.conditions import condition_of_code, conditions, find_conditions
from extractors.vocabulary.drugs import drug, drugs, find_classes, find_drugs, is_a, is_class, members
from extractors.vocabulary.labs import convert, find_labs, labs
from extractors.vocabulary.scores import choose_score, find_scores, scores
from extractors.vocabulary.specialties import find_specialties, specialties

__all__ = [
    "choose_score",
    "condition_of_code",
    "conditions",
    "convert",
    "drug",
    "drugs",
    "find_classes",
    "find_conditions",
    "find_drugs",
    "find_labs",
    "find_scores",
    "find_specialties",
    "is_a",
    "is_class",
    "labs",
    "members",
    "scores",
    "specialties",
]
