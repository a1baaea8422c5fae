"""Conditions a criterion may name: names in charts and ICD-10-CM prefixes."""

from dataclasses import dataclass
from functools import cache

from extractors.vocabulary.terms import Term, TermFinder, load_vocabulary


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition."""

    key: str  # "rheumatoid_arthritis"
    names: tuple[str, ...]  # the first is the full name
    icd10: tuple[str, ...]  # code prefixes: "M05" takes M05.79
    chronic: bool = False  # once there, it stays: "history of" it does not say that it is over
    unlike: tuple[str, ...] = ()  # conditions whose name stands in one of its own, and that it is no kind of


@cache
def conditions() -> dict[str, Condition]:
    """Return every condition by key; conditions.yaml is checked here, at first use."""
    table = {}
    for key, entry in load_vocabulary("conditions").items():
        if not entry["names"]:
            raise ValueError(f"conditions.yaml: {key} has no names")
        table[key] = Condition(
            key,
            tuple(map(str, entry["names"])),
            tuple(map(str, entry["icd10"])),
            bool(entry.get("chronic")),
            tuple(entry.get("unlike", ())),
        )
    for key, held in table.items():
        if unknown := set(held.unlike) - table.keys():
            raise ValueError(f"conditions.yaml: {key} is unlike unknown {sorted(unknown)}")
    return table


@cache
def _finder() -> TermFinder:
    return TermFinder((name, condition.key) for condition in conditions().values() for name in condition.names)


def find_conditions(text: str) -> list[Term]:
    """Return conditions in reading order; "RA" counts in capitals only, and not as "RA ()"-like room air."""
    found = []
    for term in _finder().find(text):
        printed = text[term.start : term.end]
        if (
            len(term.term) <= 4
            and not printed[:2].isupper()
            and not printed[:1].isupper()
            and not printed[1:].isupper()
        ):
            continue
        if term.term == "psa" and printed == "PSA":
            continue  # an antigen
        if term.term in ("ra", "uc") and (printed != printed.upper() or _is_room_air(text, term)):
            continue
        found.append(term)
    return found


def _is_room_air(text: str, term: Term) -> bool:
    around = text[max(0, term.start - 14) : term.end].lower()
    return term.term == "ra" and ("%" in around or "spo2" in around or "sat" in around)


def condition_of_code(code: str) -> str | None:
    """Return the condition with the longest prefix of the ICD-10-CM code, None when none has."""
    wanted = code.replace(" ", "").upper()
    prefixes = (wanted[:length] for length in range(len(wanted), 0, -1))
    return next((key for prefix in prefixes if (key := _conditions_by_code().get(prefix))), None)


@cache
def _conditions_by_code() -> dict[str, str]:
    """Return conditions by prefix of their codes; of several with one prefix the last by name."""
    return {prefix: key for key, held in sorted(conditions().items()) for prefix in held.icd10}
