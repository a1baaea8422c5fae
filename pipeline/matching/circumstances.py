"""How, when and where a value was measured: what a criterion adds to a number, and whether the chart says it.

"on a diagnostic sleep study", "on standing films", "baseline", "on the current lipid-lowering treatment": a word that
the measure says by itself asks for nothing; any other has to stand with the value, at the head of its report, or follow
from the courses of treatment.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import cache

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Outcome, Statement
from extractors.vocabulary.conditions import find_conditions
from pipeline.matching.record import Cited, Record, page_of
from pipeline.matching.requirements import Diagnosis, LabResult, Measurement, Requirement, Therapy
from pipeline.matching.terms import base_of, belongs, data, find_therapies, within

_VALUES = (Measurement, LabResult)
# rows of a report that say what was done: "Exam  Right knee, three views, standing"
_LABELS = lore.regex(
    r"^\W*(?:exam(?:ination)?|study|test|procedure|technique|type|protocol|indication|views?|specimen)\b", re.IGNORECASE
)


# who wrote it says nothing of how: "Gulf Diagnostic Imaging", "Standish Heart Center"
_CLINIC = lore.regex(
    r"\b(?:clinic|cent(?:er|re)|associates|hospital|medical|imaging|laborator\w+"
    r"|group|institute|health|practice|physicians)\b",
    re.IGNORECASE,
)


@cache
def _table() -> dict:
    held = data("circumstances")
    for part in ("told", "said", "never", "before"):
        if part not in held:
            raise ValueError(f"pipeline/matching/circumstances.yaml: {part} is missing")
    for key, patterns in held["never"].items():
        for pattern in patterns:
            try:
                lore.regex(pattern)
            except re.error as error:
                raise ValueError(f"pipeline/matching/circumstances.yaml: never of {key}: {error}") from error
    return held


def told_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words that these measures say by themselves."""
    return frozenset(word for name in names for word in _table()["told"].get(name, ()))


@cache
def _never(name: str) -> re.Pattern[str] | None:
    patterns = _table()["never"].get(name)
    return lore.regex("|".join(patterns), re.IGNORECASE) if patterns else None


# the title of a report that tells values under treatment
_TREATED_REPORT = lore.regex(r"\b(?:download|compliance|adherence|therapy report|titration)\b", re.IGNORECASE)


def is_another(fact: Fact, record: Record) -> bool:
    """Whether a value bears the name asked for and is not the thing: an index left over on treatment."""
    pattern = _never(fact.name)
    if pattern is None or fact.measurement is None:
        return False
    text, value = fact.statement.text, fact.measurement.value
    place = text.find(f"{value:g}" if isinstance(value, float) else str(value))
    start = max(text.rfind(mark, 0, max(place, 0)) for mark in (". ", "; ", "(", "),")) + 1
    ends = [at for mark in (". ", "; ", ")", ", ") if (at := text.find(mark, max(place, 0))) > 0]
    clause = text[start : min(ends, default=len(text))]
    return bool(pattern.search(clause) or _TREATED_REPORT.search(_head(fact.statement, record)))


def _head(statement: Statement, record: Record) -> str:
    """Return the title rows of the page and the rows that name the examination, down to the statement."""
    place = page_of(statement.evidence)
    lines = []
    for at in record.on_page(place):
        if at is statement:
            break
        letterhead = at.section == "header" and _CLINIC.search(at.text)
        if (at.section in ("header", "title") and not letterhead) or _LABELS.match(at.text):
            lines.append(at.text)
    return " ".join(lines)


def left_unsaid(
    rest: Sequence[str], requirement: Requirement, leaf: str, cited: Sequence[Cited], record: Record
) -> list[str]:
    """Return the words of a criterion about a value that nothing in the chart says of the cited values."""
    if not isinstance(requirement, _VALUES) or not rest:
        return list(rest)
    rest = _whole_words(rest, requirement.besides or "")
    rest = _beside_baseline(rest, cited, record)
    rest = _beside_treatment(rest, requirement.besides or "", cited, record)
    rest = _beside_conditions(rest, leaf or requirement.besides or "", record)
    texts = [
        f"{_only_clause(at, requirement, record)} {_head(at, record)}".lower() for at in statements_of(cited, record)
    ]
    if not rest or not texts:
        return list(rest)
    # each cited value may bear a part of it out, but one of them has to say it all
    return min(([word for word in rest if not _says(word, text)] for text in texts), key=len)


def _only_clause(statement: Statement, requirement: Measurement | LabResult, record: Record) -> str:
    """Return the clause of the first value that a statement gives of what is asked for."""
    facts = [
        at
        for at in record.facts
        if at.statement is statement and at.kind == "measurement" and at.name in requirement.names
    ]
    return _clause_of(facts[0]) if facts else " ".join((statement.text, *statement.headers))


def _whole_words(rest: Sequence[str], besides: str) -> list[str]:
    """Return "weight-bearing" for its two halves."""
    joined = [word for word in re.findall(r"[a-z]+(?:-[a-z]+)+", besides.lower()) if set(word.split("-")) & set(rest)]
    parts = {part for word in joined for part in word.split("-")}
    return [*joined, *(word for word in rest if word not in parts)]


def says_all(words: Sequence[str], fact: Fact, record: Record) -> bool:
    """Whether a value's own surroundings say every one of these words."""
    text = f"{_clause_of(fact)} {_head(fact.statement, record)}".lower()
    return all(_says(word, text) for word in words)


# what parts two values of one thing: "86% on 2 L, 92% on room air"
_NEXT_VALUE = lore.regex(
    r"[,;]\s*(?:[A-Za-z]+\s+){0,3}\d+(?:\.\d+)?\s*(?:%|[a-z]+/|on\b|at\b|with\b|after\b|now\b)", re.IGNORECASE
)


def _clause_of(fact: Fact) -> str:
    """Return the words that belong to this value where its sentence goes on to another one."""
    text, value = " ".join((fact.statement.text, *fact.statement.headers)), fact.measurement and fact.measurement.value
    place = text.find(f"{value:g}" if isinstance(value, float) else str(value))
    further = _NEXT_VALUE.search(text, place) if place >= 0 else None
    return text[: further.start()] if further else text


def _says(word: str, text: str) -> bool:
    forms = next((held for key, held in _table()["said"].items() if word.startswith(key)), None)
    if forms is None:
        forms = [word] if len(word) < 7 else [word[:-1] if word.endswith("s") else word]
    plain = [form.strip() for form in forms]
    return any(re.search(rf"(?<![a-z]){re.escape(at)}" + (r"(?![a-z])" if len(at) < 4 else ""), text) for at in plain)


def statements_of(cited: Sequence[Cited], record: Record) -> list[Statement]:
    """Return the statements that evidence was cited from."""
    return [at for one in cited for at in record.on_page(page_of(one.evidence)) if at.evidence == one.evidence]


def _beside_baseline(rest: Sequence[str], cited: Sequence[Cited], record: Record) -> list[str]:
    """Leave out "baseline" where every cited value was taken before the first dose of what is asked for."""
    words = _table()["before"]
    if not any(word in words for word in rest) or not record.drug or not cited:
        return list(rest)
    days = [at.date for at in cited]
    begun = [
        at.treatment.start if at.treatment else None
        for at in record.treatments().get(base_of(record.drug), ())
        if at.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.POSSIBLE)
    ]
    if all(day and all(start and start > day for start in begun) for day in days):
        return [word for word in rest if word not in words]
    return list(rest)


def _beside_treatment(rest: Sequence[str], besides: str, cited: Sequence[Cited], record: Record) -> list[str]:
    """Leave out "on the current lipid-lowering treatment" where such a drug was being taken on the day of the value.

    A drug that the chart only names with the value, or says is stopped, leaves the words asked for.
    """
    kept = list(rest)
    for mention in find_therapies(besides):
        words = set(re.findall(r"[a-z][a-z-]{3,}", besides[mention.start : mention.end].lower()))
        days = [at.date for at in cited]
        more = _MORE_OF_TREATMENT.search(besides)
        taken = bool(days) and not more and all(day and _taken_on(mention.therapy, day, record) for day in days)
        if taken or any(_told_on(mention.therapy, at.evidence.text) for at in cited):
            kept = [word for word in kept if word not in words]
        else:
            kept += [f"§{word}" for word in words & set(kept)]  # a bare name in the sentence is not enough
    return kept


_STOPPED = lore.regex(
    r"\b(?:stopp\w*|off|discontinu\w*|declin\w*|never|not|without|no|before|allerg\w*|intoleran\w*|held|refus\w*)\b",
    re.IGNORECASE,
)
_ON = lore.regex(r"\b(?:on|with|taking|takes|despite|under|using|plus|and)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE)


def _told_on(therapy: Therapy, text: str) -> bool:
    """Whether a sentence says that the value was found on such a drug ("96 on ezetimibe alone")."""
    for part in re.split(r"[;.](?:\s|$)|,\s", text):
        for at in find_therapies(part):
            if within(at.therapy, therapy) and _ON.search(part[: at.start]) and not _STOPPED.search(part):
                return True
    return False


_MORE_OF_TREATMENT = lore.regex(r"\bmaxim|\bdose|\bstable\b|\bfor at least\b", re.IGNORECASE)


def _taken_on(therapy: Therapy, day: dt.date, record: Record) -> bool:
    for generic, courses in record.treatments().items():
        if not belongs(generic, therapy):
            continue
        for at in courses:
            course = at.treatment
            if at.assertion is not Assertion.AFFIRMED or course is None or not course.start or course.start > day:
                continue
            running = course.running or course.outcome is Outcome.CURRENT
            if (course.stop and course.stop >= day) or (not course.stop and running and at.date and at.date >= day):
                return True
    return False


def _beside_conditions(rest: Sequence[str], leaf: str, record: Record) -> list[str]:
    """Leave out the name of a disease that the chart states ("A1c of 8 or lower in a member with diabetes")."""
    from pipeline.matching.findings import judge_diagnosis
    from pipeline.matching.verdict import Status

    kept = list(rest)
    for found in find_conditions(leaf):
        words = set(re.findall(r"[a-z][a-z'-]{3,}", leaf[found.start : found.end].lower()))
        if judge_diagnosis(Diagnosis(names=(found.key,)), record).status is Status.MET:
            kept = [word for word in kept if word not in words]
    return kept


# ---------------------------------------------------------------- long names

_SMALL = frozenset(["of", "for", "the", "in", "and", "with", "to", "on", "a", "by", "or", "from"])


def long_name(text: str, start: int) -> tuple[int, int]:
    """Return the span of the words that a bracketed abbreviation stands for; empty where the letters do not fit.

    "Simple Endoscopic Score for Crohn's Disease (SES-CD)", "estimated glomerular filtration rate (eGFR)": each letter
    begins a word, or goes on in the word that the letter before it began ("apnea-hypopnea" gives A and H).
    """
    match = re.match(r"[A-Za-z][\w/-]{1,9}", text[start:])
    before = text[:start].rstrip("([ ")
    if not match or not text[:start].rstrip().endswith(("(", "[")):
        return (start, start)
    letters = re.sub(r"[^a-z]", "", match[0].lower())
    words = list(re.finditer(r"[A-Za-z][A-Za-z'’]*", before))
    place, first = len(letters), len(before)
    for word in reversed(words[-12:]):
        low = word[0].lower()
        if place and low[0] == letters[place - 1]:
            place, first = place - 1, word.start()
        elif place > 1 and (run := _run(low, letters[:place])):
            place, first = place - run, word.start()
        elif low not in _SMALL and len(low) != 1:
            break
        if not place:
            return (first, len(before))
    return (start, start)


def _run(word: str, letters: str) -> int:
    """Return how many of the last letters one word gives in order from its first on ("hemoglobin" gives h and b)."""
    for count in range(min(3, len(letters)), 1, -1):
        wanted = letters[-count:]
        if word[0] == wanted[0] and re.search(".*?".join(map(re.escape, wanted)), word):
            return count
    return 0
