"""Diagnoses that leaves ask for: those of the vocabulary first, then those by their printed name."""

from dataclasses import replace

from pipeline.matching import patient_leaves, printed_leaves, stated_leaves
from pipeline.matching.requirements import Diagnosis, Requirement
from pipeline.matching.stated_requirements import StatedFinding


def read_known(text: str) -> Requirement | None:
    """Return a diagnosis of the vocabulary; an abbreviation that the leaf prints behind it counts as its name too."""
    found = patient_leaves.read_diagnosis(text)
    if not isinstance(found, Diagnosis) or found.qualifiers:
        return found
    printed = printed_leaves.read_printed(text)
    same = printed and set(printed_leaves.known_keys(printed)) == set(found.names)
    return replace(found, otherwise=printed) if same and printed and not printed.besides else found


def read_by_name(text: str) -> Requirement | None:
    """Return a diagnosis by its printed name; one that is a finding of the vocabulary as well is read as that first."""
    found = printed_leaves.read_printed(text)
    keys = printed_leaves.known_keys(found) if found else ()
    if found and keys:
        return Diagnosis(names=keys, severity=found.degrees, besides=found.besides, otherwise=found)
    stated = stated_leaves.read_stated(text) if found else None
    if found and isinstance(stated, StatedFinding) and not stated.words and len(stated.parts) == 1:
        same = stated.parts[0].printed.lower() in [at.lower() for at in found.names]
        return replace(stated, otherwise=found) if same else found
    return found
