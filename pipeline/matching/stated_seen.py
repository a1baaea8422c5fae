"""What each clause of a chart says of one finding: stated or denied, and which of the words that narrow it."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.facts import Assertion, Statement
from pipeline.matching.clinical_terms import Held, broader, clinical, entry_of, find_clinical, find_in_chart
from pipeline.matching.findings import covers
from pipeline.matching.phrases import NUMBER_WORDS, number_of
from pipeline.matching.record import Record, not_yet
from pipeline.matching.stated_leaves import wording_of
from pipeline.matching.stated_places import Places
from pipeline.matching.stated_requirements import FindingPart, Narrowing
from pipeline.matching.stated_times import day_of
from pipeline.matching.stated_words import groups_of, is_nearest, own_words, owned_lengths, placed, said_of

_SKIPPED = frozenset({"header", "title", "instructions", "family_history", "care_team", "fax_header"})
_CUT = lore.regex(r";\s+|\.\s+(?=[A-Z])|,?\s+(?:but|whereas|while|although)\s+")
_NUMBER = r"(?:\d{1,3}|" + "|".join(at for at in NUMBER_WORDS if at not in ("a", "an")) + r")"
_COUNT_BEFORE = lore.regex(
    rf"\b(?P<n>{_NUMBER})(?:\s*/\s*\d+)?\s+(?:(?!weeks?|months?|years?|days?|hours?)\w+\s+){{0,2}}$", re.I
)
_COUNT_BEHIND = lore.regex(
    rf"^s?(?:\s+count)?\s*(?:\(\w+\))?\s*(?:was|is|are|of|:|=)?\s*(?P<n>{_NUMBER})(?!\w|\.\d|%|\s*(?:weeks?|months?|years?|days?|hours?|mg))",
    re.I,
)
# "no diabetes medication", "pain clinic", "seizure precautions": not the finding itself
_COMPOUND = lore.regex(
    r"^'?s?[ -]+(?:medications?|medicines?|drugs?|pills?|therap(?:y|ies)|treatments?|clinic|cent(?:er|re)|education"
    r"|precautions?|prevention|prophylaxis|programs?|protocols?|pathway|scales?|ind(?:ex|ices)|questionnaires?|diar(?:y|ies)"
    r"|tests?|testing|work-?up|teams?|unit|specialists?|groups?|foundation|society|action plan|guidelines?|management"
    r"|scores?|relief|relievers?|free|history form|supplies|registry|study|trial|counts?\s*$)\b",
    re.IGNORECASE,
)
# "Dactylitis  none of 20 digits", "Fistula: absent"
_NONE_BEHIND = lore.regex(
    r"^s?\s*(?:[:=-]|\.{2,}|\bcount\b)?\s*(?:none|absent|negative|denied|denies|not (?:seen|present|found)|no)\b"
    r"(?!\s+(?:change|longer|better|worse))",
    re.IGNORECASE,
)
# "no other fracture", "no new wheals": the one that is asked for may be there
_OTHERS = lore.regex(
    r"\b(?:other|further|additional|new|more|worse|residual|associated|increase in|change in)\s+(?:\w+\s+)?$", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One clause about the finding."""

    statement: Statement
    clause: str
    present: bool  # False: denied
    heads: frozenset[str]  # the heads of the leaf that it bears on
    covered: frozenset[int]  # which of the words that narrow the finding it says, by place
    fails: frozenset[int]  # which it gives with another value: class II for class III to V
    enough: bool = True  # as many as are asked for
    too_few: bool = False
    said: dt.date | None = None  # the day it was written
    of: dt.date | None = None  # the day it is about
    dated: bool = False  # that day is printed in the clause
    reported: bool = False  # the page is the report of the study
    lasted: int | None = None  # how long it has gone on, days
    sites: frozenset[str] = frozenset()  # the parts of the body it names
    sides: frozenset[str] = frozenset()

    @property
    def when(self) -> dt.date | None:
        """The day that decides which of two clauses is the newer."""
        return self.of if self.dated else self.said

    def covers(self, part: FindingPart) -> bool:
        """Whether the clause says all that is asked of the finding."""
        return self.present and self.enough and len(self.covered) == len(part.narrowed)


def seen_of(part: FindingPart, record: Record, places: Places, same: dict[str, frozenset[str]]) -> list[Seen]:
    """Return every certain statement or denial of the finding about this patient.

    `same` says which side and level "the symptomatic side" and "the same level" are; a finding on another side than
    the requested one is none.
    """
    found: list[Seen] = []
    for statement in record.statements:
        if statement.section in _SKIPPED:
            continue
        held = find_in_chart(statement.text)
        if not any(at.role in ("head", "denial") and _bears(at, part) for at in held):
            continue
        if wording_of("compared").search(statement.text) or _only_asks(statement, places):
            continue
        for start, end in _clauses(statement.text):
            own = [at for at in held if start <= at.start < end]
            found += _of_clause(part, statement, (start, end), own, places, same)
    return found


def _only_asks(statement: Statement, places: Places) -> bool:
    return bool(wording_of("asked_why").match(statement.text)) and places.place(statement).is_report


def _bears(at: Held, part: FindingPart) -> bool:
    return any(head in broader("head", at.key) or _denies(at.key, head) for head in part.heads)


@cache  # a few hundred findings
def _denies(denied: str, head: str) -> bool:
    """Whether without the one there can be none of the other: no diabetes is no type 2 diabetes."""
    if denied in broader("head", head):
        return True
    if not (denied.startswith("condition:") and head.startswith("condition:")):
        return False
    return covers(head.removeprefix("condition:"), denied.removeprefix("condition:"))


def _clauses(text: str) -> list[tuple[int, int]]:
    cuts = [0, *(at.end() for at in _CUT.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _of_clause(
    part: FindingPart,
    statement: Statement,
    span: tuple[int, int],
    held: list[Held],
    places: Places,
    same: dict[str, frozenset[str]],
) -> Iterator[Seen]:
    clause = statement.text[span[0] : span[1]]
    if not_yet(clause) or wording_of("doubt").search(clause):
        return
    if not is_past(part) and wording_of("undone").search(clause):
        return
    groups = groups_of(statement.text, [at for at in held if at.role in ("head", "denial")])
    for group in groups:
        for at in group:
            if not _bears(at, part):
                continue
            present = _asserted(statement, at, part)
            if present is None:
                continue
            heads = frozenset(
                head for head in part.heads if (head in broader("head", at.key) if present else _denies(at.key, head))
            )
            if not heads:
                continue
            own = own_words(statement.text, held, groups, group)
            own = [one for one in own if one.role != "grade" or is_nearest(at, one, group)]
            if at.role == "denial":  # the leg of a straight leg raise is no place
                own = [one for one in own if one.end <= at.start or at.end <= one.start]
            yield from _measured(part, statement, span, at, (present, heads), own, (groups, group), places, same)


def _asserted(statement: Statement, at: Held, part: FindingPart) -> bool | None:
    """Return whether a finding is stated or denied; None where neither is certain."""
    if _COMPOUND.match(statement.text[at.end :]):
        return None
    if at.role == "denial" or _NONE_BEHIND.match(statement.text[at.end :]):
        return False
    kind = assert_of(statement.text, at.start, at.end, statement.section)
    if kind is Assertion.NEGATED:
        return None if _OTHERS.search(statement.text[: at.start]) else False
    entry = entry_of("head", at.key)
    if kind is Assertion.AFFIRMED or (kind is Assertion.HISTORICAL and (entry.get("past") or entry.get("lasting"))):
        return True
    return None


def _measured(
    part: FindingPart,
    statement: Statement,
    span: tuple[int, int],
    at: Held,
    said: tuple[bool, frozenset[str]],
    own: list[Held],
    grouped: tuple[list[list[Held]], list[Held]],
    places: Places,
    same: dict[str, frozenset[str]],
) -> Iterator[Seen]:
    present, heads = said
    groups, group = grouped
    text, place = statement.text, places.place(statement)
    implied = [Held(role="site", key=key, start=0, end=0) for key in entry_of("head", at.key).get("site") or ()]
    lengths = owned_lengths(text, span, groups, group, places.day(statement))
    if implied:
        own = [one for one in own if one.role != "site"] + implied
    own = placed(text, at, own)
    if present:
        own = said_of(text, statement.section, own)
    covered, fails = set(), set()
    for number, narrowing in enumerate(part.narrowed):
        if narrowing.role == "site" and len(part.heads) > 1 and at.key.startswith("positive_"):
            covered.add(number)  # "a positive Spurling test or weakness of the arm": the test has its own place
            continue
        answer = _answer(narrowing, own, text[span[0] : span[1]], statement, places, same)
        if answer is None:
            return  # of another place, side or study
        (covered if answer == "yes" else fails if answer == "fails" else set()).add(number)
    if _other_side(own, place.held, part, same):
        return
    if not present and _narrower([at for at in own if at.end and at.key not in same.get("request_site", ())], part):
        return
    count = _count(text, at, span)
    clause = text[span[0] : span[1]]
    day, dated = day_of(clause, places.day(statement))
    said_on = places.day(statement)
    if dated and day and said_on and (said_on - day).days > 14 and wording_of("now").search(clause):
        return  # "5 in May 2025, now 1"
    yield Seen(
        statement=statement,
        clause=clause,
        present=present,
        heads=heads,
        covered=frozenset(covered),
        fails=frozenset(fails),
        enough=part.least <= (1 if count is None else count),
        too_few=count is not None and count < part.least,
        said=places.day(statement),
        of=day,
        dated=dated,
        reported=place.is_report,
        lasted=min(lengths, default=None),
        sites=frozenset(one.key for one in (*own, *place.held) if one.role == "site"),
        sides=frozenset(one.key for one in (*own, *place.held) if one.role == "side"),
    )


_PLACED = ("site", "level", "modality", "side")


_WIDE = {"mild_moderate": frozenset(["mild", "moderate"]), "moderate_severe": frozenset(["moderate", "severe"])}
_REGION = {"C": "neck", "T": "upper_back", "L": "low_back"}


def _answer(
    asked: Narrowing,
    own: list[Held],
    clause: str,
    statement: Statement,
    places: Places,
    same: dict[str, frozenset[str]],
) -> str | None:
    """Return "yes", "fails", "open", or None where the clause speaks of another place or study."""
    wanted = set(asked.keys)
    if "same" in wanted:
        wanted = set(same.get(asked.role, ()))
    named = [at for at in own if at.role == asked.role]
    if asked.role == "grade":  # a stage says nothing of a class
        named = [at for at in named if any(at.key.split()[0] == key.split()[0] for key in wanted)]
    if asked.role == "site":  # a level is a place as well
        named += [
            Held(role="site", key=_REGION[at.key[0]], start=at.start, end=at.end) for at in own if at.role == "level"
        ]
    if asked.role == "quality" and "unilateral" in wanted and any(at.role == "side" for at in own):
        return "yes"
    if asked.role in _PLACED and not named:
        shared = places.place(statement).held
        named = [at for at in shared if at.role == asked.role]
        if asked.role == "level" and (above := places.level(statement)):
            named = list(above)
    if asked.role == "modality" and not named:
        named = [at for at in find_clinical(clause) if at.role == "modality"]
    if not named or not wanted:
        return "open"
    right = [at for at in named if wanted & broader(asked.role, at.key)]
    if not right and any(wanted & _WIDE.get(at.key, frozenset()) for at in named):
        return "open"  # "moderate to severe" where severe is asked for
    if asked.role in ("grade", "severity"):
        return "yes" if len(right) == len(named) else "fails" if not right else "open"
    if right:
        return "yes"
    if asked.role in _PLACED and not any(at.key in broader(asked.role, key) for at in named for key in wanted):
        return None
    return "open"


def _other_side(own: list[Held], shared: tuple[Held, ...], part: FindingPart, same: dict[str, frozenset[str]]) -> bool:
    """Whether a finding is on the side that is not the requested one."""
    sides = {at.key for at in own if at.role == "side"} or {at.key for at in shared if at.role == "side"}
    asked = {key for at in part.narrowed if at.role == "side" for key in at.keys} - {"same"}
    wanted = asked or same.get("request_side", frozenset())
    return bool(sides and wanted) and not sides & wanted


_OF_NOW = frozenset(["new", "active", "acute"])


def _narrower(own: list[Held], part: FindingPart) -> bool:
    """Whether a denial denies less than is asked for: "no severe stenosis", "no left knee pain"."""
    asked = {at.role for at in part.narrowed}
    for at in own:
        if at.role in ("severity", "grade", "side") and at.role not in asked:
            return True
        allowed = {key for one in part.narrowed for key in one.keys} | (set() if is_past(part) else _OF_NOW)
        if at.role == "quality" and at.key not in allowed:
            return True
        if at.role == "modality" and at.role not in asked and is_past(part):
            return True  # a study of one day says nothing of what once happened
        if at.role == "site" and "site" not in asked:
            return True
    for one in part.narrowed:
        held = {at.key for at in own if at.role == one.role}
        if one.role in ("severity", "grade", "site") and held and not set(one.keys) <= _below(one, held):
            return True
    return False


def _below(one: Narrowing, held: set[str]) -> set[str]:
    """Return the asked keys that the denied ones take in: no spine pain is no neck pain."""
    return {key for key in one.keys if broader(one.role, key) & held}  # type: ignore[arg-type]


def _count(text: str, at: Held, span: tuple[int, int]) -> int | None:
    if before := _COUNT_BEFORE.search(text[span[0] : at.start]):
        number = number_of(before["n"])
        return None if number is None else int(number)
    if behind := _COUNT_BEHIND.match(text[at.end : span[1]]):
        number = number_of(behind["n"])
        return None if number is None else int(number)
    return None


def is_past(part: FindingPart) -> bool:
    """Whether the finding counts for good once it happened."""
    return all(entry_of("head", at).get("past") for at in part.heads)


def is_lasting(part: FindingPart) -> bool:
    """Whether an old report holds until a newer one denies it."""
    return all(entry_of("head", at).get("past") or entry_of("head", at).get("lasting") for at in part.heads)


def known_sites() -> frozenset[str]:
    """Return the keys of the parts of the body."""
    return frozenset(clinical()["sites"])
