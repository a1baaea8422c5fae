"""Where a treatment will be given: "at a facility accredited for bariatric surgery (MBSAQIP)"."""

import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.care_requirements import Facility
from pipeline.matching.clauses import clause_of
from pipeline.matching.record import Record, cite, newest_first, once
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_PLAIN = frozenset(data("plain_words")["facilities"])
# "Our Lady of the Atchafalaya Hospital", "Mercy Surgical Center"
_NAMED = lore.regex(
    r"(?:[A-Z][\w.'’-]+\s+(?:(?:of|the|and|de|&)\s+){0,2}){1,6}(?:Hospital|Center|Centre|Clinic|Institute|Laboratory|Lab)"
)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return lore.regex(data("facilities")[name], re.IGNORECASE)


@cache
def _bodies() -> tuple[tuple[str, re.Pattern[str]], ...]:
    held = data("facilities")["bodies"]
    return tuple((key, lore.regex(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)) for key, words in held.items())


@cache
def _place_asked() -> re.Pattern[str]:
    held = data("facilities")
    return lore.regex(
        rf"\b(?:{held['places']}\b.{{0,60}}\b{held['holds']}|{held['holds']}\b.{{0,60}}\b{held['places']}"
        r"|center of excellence)\b",
        re.IGNORECASE,
    )


def read_facility(text: str) -> Requirement | None:
    """Return "the operation will be done at a facility accredited for bariatric surgery (MBSAQIP)"."""
    if not _place_asked().search(text) or re.search(
        r"\b(?:not|unless|except|prescriber|provider|physician)\b", text, re.I
    ):
        return None
    bodies = tuple(key for key, pattern in _bodies() if pattern.search(text))
    if len(bodies) != 1:
        return None
    rest = dict(_bodies())[bodies[0]].sub(" ", text)
    rest = re.sub(
        rf"\b(?:{data('facilities')['places']}|{data('facilities')['holds']})\b", " ", rest, flags=re.IGNORECASE
    )
    rest = _pattern("deed").sub(" ", rest).lower()
    further = [at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", rest)) if at not in _PLAIN]
    if len(further) > 4:
        return None
    return Facility(
        accreditation=bodies[0], besides=" ".join(at for at in further if at not in bodies[0].lower()) or None
    )


def judge_facility(requirement: Facility, record: Record) -> Verdict:
    """Return the verdict on a place: a sentence that puts the treatment at an accredited one."""
    held = dict(_bodies())[requirement.accreditation]
    name = f"accreditation for {requirement.accreditation}"
    facts = {"wanted": name, "drug": name}
    wants = f"where it will be done, and the {name}"
    here, lacking, open_ones, planned = [], [], [], []
    for statement in record.saying(held):
        for hit in held.finditer(statement.text):
            clause = clause_of(statement.text, hit.start(), hit.end())
            if _pattern("lacks").search(clause.replace(hit[0], "§")):
                lacking.append(statement)
                planned += [statement] if _is_the_place(statement, clause, record) else []
            elif _pattern("open").search(clause):
                open_ones.append(statement)
            elif _holds(clause, hit[0]) and _is_the_place(statement, clause, record):
                here.append(statement)
            else:
                open_ones.append(statement)
            break
    if here and lacking:
        return unclear("contradicted", cite(newest_first(once([*here, *lacking]))), wants=wants, **facts)
    if here:
        return met("facility", cite(newest_first(once(here))), **facts)
    if planned:
        return not_met("facility_not", cite(newest_first(once(planned))), **facts)
    return unclear("silent_facility", cite(once([*lacking, *open_ones])), wants=wants, **facts)


def _holds(clause: str, body: str) -> bool:
    """Whether a clause says that a place holds it: "an MBSAQIP accredited center", "accredited by MBSAQIP"."""
    return bool(re.search(data("facilities")["holds"] + r"|\bcenter of excellence\b", clause, re.IGNORECASE)) or bool(
        re.search(rf"{re.escape(body)}[- ]{data('facilities')['places']}", clause, re.IGNORECASE)
    )


def _is_the_place(statement: Statement, clause: str, record: Record) -> bool:
    """Whether the clause puts the treatment there, or another sentence books it at the place it names."""
    service = re.findall(r"[a-z]{5,}", (record.service or "").lower())
    about = _pattern("deed").search(clause) or any(at in clause.lower() for at in service)
    names = _NAMED.findall(clause)
    if about and _pattern("at").search(clause):
        others = [name for other in _booked(record, service) for name in _NAMED.findall(other)]
        return not others or not names or any(name in others for name in names)
    return any(name in other for name in names for other in _booked(record, service))


def _booked(record: Record, service: list[str]) -> list[str]:
    """Return the sentences of plans that put the treatment at a named place."""
    return [
        at.text
        for at in record.saying(_NAMED)
        if re.search(r"\b(?:at|in)\s+(?:the\s+)?(?=[A-Z])", at.text)
        and any(word in at.text.lower() for word in [*service, "surgery", "operation", "procedure", "infusion"])
        and at.section in ("plan", "assessment_and_plan", "orders", "")
    ]
