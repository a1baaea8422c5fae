"""Whether the chart states a diagnosis that is asked for by its printed name."""

import re
from dataclasses import replace
from functools import cache

from extractors import lore
from extractors.chart import assert_of
from extractors.chart.facts import Assertion, Statement
from extractors.vocabulary.conditions import conditions, find_conditions
from pipeline.matching.findings import _RULED_OUT
from pipeline.matching.printed_leaves import PrintedDiagnosis, title_says, wording_of
from pipeline.matching.record import Record, cite, newest_first, not_yet
from pipeline.matching.stated_leaves import wording_of as stated_wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_SKIPPED = frozenset(
    {
        "header",
        "title",
        "fax_header",
        "instructions",
        "family_history",
        "care_team",
        "allergies",
        "immunizations",
        "review_of_systems",
    }
)
_CUT = lore.regex(r";\s+|\.\s+(?=[A-Z])")


def judge_printed(requirement: PrintedDiagnosis, record: Record) -> Verdict:
    """Return the verdict on a diagnosis by name or code: affirmed and certain somewhere, and not denied later."""
    wanted = " or ".join((*requirement.names[:2], *requirement.codes[:2]))
    full, named, denied, open_ = [], [], [], []
    requirement = replace(requirement, names=_unmistakable(requirement, record))
    for statement in record.saying(*map(_pattern, requirement.names), *map(_code_pattern, requirement.codes)):
        if statement.section in _SKIPPED:
            continue
        for clause, start, end, text in _mentions(requirement, statement):
            held = assert_of(text, start, end, statement.section)
            if held is Assertion.NEGATED:
                denied.append(statement)
            elif held is Assertion.POSSIBLE or _open(clause):
                open_.append(statement)
            elif held is Assertion.AFFIRMED:
                (full if _of_degree(requirement, clause) else named).append(statement)
    for fact in record.facts:
        statement = fact.statement
        sure = fact.kind == "diagnosis" and fact.assertion is Assertion.AFFIRMED and fact.code
        if not sure or statement in (*full, *named) or _RULED_OUT.search(statement.text):
            continue
        if _coded(requirement, fact.code or ""):
            (full if _of_degree(requirement, statement.text) else named).append(statement)
    if full and _later(denied, full):
        return unclear(
            "contradicted",
            cite(newest_first([*full, *denied])),
            wants=f"whether {wanted} is present",
            drug=wanted,
            wanted=wanted,
        )
    if full:
        return met("diagnosis", cite(_best(full, requirement)), wanted=wanted, name=wanted)
    if named:
        return unclear(
            "diagnosis_degree",
            cite(newest_first(named)),
            wants=f"a diagnosis of {wanted}, {' or '.join(requirement.degrees)}",
            wanted=" or ".join(requirement.degrees),
            name=wanted,
        )
    if denied and not open_ and len({at.lower() for at in requirement.names if not at.isupper()}) == 1:
        return not_met("diagnosis_denied", cite(newest_first(denied)), wanted=wanted)
    return unclear("silent_diagnosis", cite(newest_first(open_)), wants=f"a diagnosis of {wanted}", wanted=wanted)


def _unmistakable(requirement: PrintedDiagnosis, record: Record) -> tuple[str, ...]:
    """Return the names without an abbreviation of three letters that the chart nowhere spells out.

    SMA is an artery and an antibody as well, CIC a way of emptying the bladder.
    """
    long = [at for at in requirement.names if len(at) > 3]
    spelled = bool(record.saying(*map(_pattern, long)))
    return requirement.names if spelled else tuple(long)


def _mentions(requirement: PrintedDiagnosis, statement: Statement):
    """Yield (clause, start, end, text) of each place that names the disease."""
    text = statement.text
    for name in requirement.names:
        for match in _pattern(name).finditer(text):
            if wording_of("behind").match(text[match.end() :]) or _of_another(text, match.start(), match.end()):
                continue
            yield _clause(text, match.start(), match.end()), match.start(), match.end(), text
    for code in requirement.codes:
        for match in _code_pattern(code).finditer(text):
            yield _clause(text, match.start(), match.end()), match.start(), match.end(), text


def _code_pattern(code: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(code)}(?![\w])")


def _of_another(text: str, start: int, end: int) -> bool:
    """Whether a name is the tail of another disease's: "small cell lung cancer" of a non-small cell lung cancer."""
    return any(
        term.start < start and term.end >= end and conditions()[term.key].unlike for term in find_conditions(text)
    )


def _coded(requirement: PrintedDiagnosis, code: str) -> bool:
    plain = code.replace(".", "").upper()
    if any(plain.startswith(at.replace(".", "").upper()) for at in requirement.codes):
        return True
    return any(title_says(code, name) for name in requirement.names if not name.isupper())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return a pattern of a name: an abbreviation in its capitals, words with any hyphen, plural or possessive."""
    if " " not in name and sum(c.isupper() for c in name) >= 2:
        return re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])")
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"['’]s\b", "", name))
    return re.compile(
        r"(?<!\w)" + r"(?:['’]?s)?[\s,/-]+".join(map(re.escape, words)) + r"(?:['’]?s|es)?(?!\w)", re.IGNORECASE
    )


def _clause(text: str, start: int, end: int) -> str:
    left = max((at.end() for at in _CUT.finditer(text, 0, start)), default=0)
    right = next((at.start() for at in _CUT.finditer(text, end)), len(text))
    return text[left:right]


def _open(clause: str) -> bool:
    return bool(not_yet(clause) or stated_wording("doubt").search(clause) or _RULED_OUT.search(clause))


def _of_degree(requirement: PrintedDiagnosis, clause: str) -> bool:
    low = clause.lower()
    return not requirement.degrees or any(at[:7] in low for at in requirement.degrees)


def _later(denied: list[Statement], full: list[Statement]) -> bool:
    """Whether a denial may be the newer word."""
    newest = max((at.date for at in full if at.date), default=None)
    return any(at.date is None or newest is None or at.date >= newest for at in denied)


def _best(full: list[Statement], requirement: PrintedDiagnosis) -> list[Statement]:
    """Return the statements, those first that say the most of the rest of the leaf."""
    words = re.findall(r"[a-z]{4,}", (requirement.besides or "").lower())
    return sorted(newest_first(full), key=lambda at: -sum(word[:6] in at.text.lower() for word in words))
