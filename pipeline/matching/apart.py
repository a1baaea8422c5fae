"""Drugs of different pharmacologic classes: of two drugs of one class, only one counts."""

from itertools import combinations
from typing import TYPE_CHECKING

from extractors.vocabulary.drug_table import class_parents
from extractors.vocabulary.drugs import drug
from pipeline.matching.requirements import Therapy
from pipeline.matching.terms import belongs, data

if TYPE_CHECKING:
    from pipeline.matching.prior import Finding

_MOST = 14  # drugs tried; beyond that the first ones decide


def class_of(generic: str, therapies: tuple[Therapy, ...]) -> frozenset[str]:
    """Return the pharmacologic classes of a drug; empty: not known.

    Classes that a criterion lists side by side are what it counts. A class that only gathers others ("biologic",
    "antidepressant"), and the one class that the criterion asks two drugs of, tell no drug from another.
    """
    classes = [at for at in therapies if at.sort == "class"]
    listed = {at.name for at in classes if belongs(generic, at)} if len(classes) > 1 else set()
    wide = set(data("plain_words")["gathering_classes"])
    if len(classes) == 1:
        wide |= {classes[0].name, *class_parents().get(classes[0].name, ())}
    entry = drug(generic)
    return frozenset(listed | ({*entry.classes} - wide if entry else set()))


def most_apart(findings: "list[Finding]", therapies: tuple[Therapy, ...], count: int) -> "list[Finding]":
    """Return the most findings, up to `count`, of which no two drugs share a class; one alone may be of any."""
    held = {at.generic: class_of(at.generic, therapies) for at in findings}
    known = [at for at in findings if held[at.generic]][:_MOST]
    for size in range(min(count, len(known)), 1, -1):
        for group in combinations(known, size):
            if all(not held[a.generic] & held[b.generic] for a, b in combinations(group, 2)):
                return list(group)
    return findings[:1]
