"""The words of a treatment course: dose, route and outcome."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.facts import Assertion, Outcome, Treatment
from extractors.chart.spans import Span
from extractors.vocabulary.drugs import drug
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.sieve import rare
from extractors.vocabulary.terms import TermFinder


@cache
def _data() -> dict[str, Any]:
    return read_yaml("treatments.yaml", "extractors.chart")


@cache
def _outcomes() -> TermFinder:
    return TermFinder((str(term), key) for key, terms in _data()["outcomes"].items() for term in terms)


@cache
def _words(kind: str) -> TermFinder:
    return TermFinder((str(term), kind) for term in _data()[kind])


@cache
def _routes() -> TermFinder:
    return TermFinder((str(term), key) for key, terms in _data()["routes"].items() for term in terms)


@lru_cache(maxsize=4096)
def says(kind: str, text: str) -> bool:
    """Tell whether the text has a term of use, current, never or stops."""
    return bool(_words(kind).find(text))


# "renal failure" is no failure of a drug
_ORGAN = rare(
    r"\b(?:heart|renal|kidney|liver|hepatic|respiratory|cardiac|organ|marrow|ovarian|pump|graft)\s+$", re.IGNORECASE
)


# "not controlled before fluticasone": how it was without the drug; "no better or worse" is no failure
_OF_BEFORE = rare(r"\s*(?:before|until|prior\s+to|n?or\s+worse)\b", re.IGNORECASE)
# "toxicity labs", "side effect profile": looked for, and not found
_LOOKED_FOR = rare(
    r"\s+(?:labs?|monitor\w*|screen\w*|check\w*|panels?|surveillance|precautions?|profiles?|warnings?|risks?|sheet)\b",
    re.IGNORECASE,
)
# "contraindicated because of uncontrolled hypertension": the disease is uncontrolled, not the drug without effect
_WHY_BARRED = rare(
    r"\bcontra-?indicat\w+\b[^.;]{0,12}\b(?:because|due|owing|given|by|with|in\s+view|on\s+account)\b[^.;]*$",
    re.IGNORECASE,
)
# "would be contraindicated if she bled", "contraindicated in pregnancy": of a case that may come, of people at large
_ONLY_IF = lore.regex(
    r"\s+(?:if|unless|should|once|until|in\s+case|only\s+(?:if|when|in)|"
    r"in\s+(?:pregnan\w+|breast-?feeding|(?:pregnant|nursing|all|most|many)?\s*(?:patients|people|persons|those|women|men|adults|children|anyone|individuals))\b)",
    re.IGNORECASE,
)
_WOULD = rare(r"\bwould(?:n't)?\s+(?:\w+\s+)?$", re.IGNORECASE)
# "taken for headache until 04/2026, then stopped": what it was given for
_TREATED = rare(
    r"\b(?:taken|given|used|prescribed|started|mg|daily|weekly|course|trial|treatment|therapy|tried)\s+(?:\w+\s+)?for\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
# "omeprazole stopped, heartburn returned": what it had kept away
_RETURNED = lore.regex(
    r"\s+(?:has\s+|have\s+|had\s+|then\s+|promptly\s+)?(?:returned|came\s+back|come\s+back|recurred|flared|relapsed|worsened|is\s+back)\b",
    re.IGNORECASE,
)
# "(7 weeks): inadequate" at the end of a line of a list
_BARE = rare(r"[:–—,(]\s*(?P<what>inadequate|insufficient)\s*(?=$|[,.;)])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutcomeMention:
    """A phrase that tells how a course went."""

    start: int
    end: int
    outcome: Outcome


@lru_cache(maxsize=4096)
def find_outcomes(text: str, stopped: bool = False) -> tuple[OutcomeMention, ...]:
    """Return outcome phrases that are asserted; side effects count where the drug was stopped for them."""
    found = []
    for term in _outcomes().find(text):
        if _denied(text, term.start, term.end) or _ORGAN.search(text[: term.start], text):
            continue
        if term.key == "inadequate_response" and _WHY_BARRED.search(text[: term.start], text):
            continue
        if term.key == "intolerance" and _LOOKED_FOR.match_at(text, term.end):
            continue
        if term.key == "inadequate_response" and _OF_BEFORE.match_at(text, term.end):
            continue
        if term.key == "contraindication" and (
            _ONLY_IF.match(text, term.end) or _WOULD.search(text[: term.start], text)
        ):
            continue
        found.append(OutcomeMention(term.start, term.end, Outcome(term.key)))
    found += [OutcomeMention(*at.span("what"), Outcome.INADEQUATE_RESPONSE) for at in _BARE.finditer(text)]
    found += [
        OutcomeMention(match.start(), match.end(), Outcome.INADEQUATE_RESPONSE)
        for match in _failed_in_words(text)
        if not _denied(text, match.start(), match.end())
    ]
    if not stopped and not says("stops", text):
        found += _brought_on(text)
    else:
        for term in _words("side_effects").find(text):
            if _RETURNED.match(text[term.end :]):
                continue
            if not _denied(text, term.start, term.end) and not _TREATED.search(text[: term.start], text):
                found.append(OutcomeMention(term.start, term.end, Outcome.INTOLERANCE))
        for term in _words("other_if_stopped").find(text):
            found.append(OutcomeMention(term.start, term.end, Outcome.OTHER))
    return tuple(sorted(found, key=lambda at: at.start))


@cache
def _failure_patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (tuple(at.lower() for at in entry["if"]), lore.regex(entry["pattern"], re.IGNORECASE))
        for entry in _data()["failed_in_words"]
    )


def _failed_in_words(text: str) -> Iterator[re.Match[str]]:
    low = text.lower()
    for words, pattern in _failure_patterns():
        if any(word in low for word in words) and (match := pattern.search(text)):
            if _patterns("failed_otherwise").search(text):
                return
            yield match


@cache
def _patterns(kind: str) -> re.Pattern[str]:
    return lore.regex("|".join(_data()[kind]), re.IGNORECASE)


# "urticaria from adalimumab", "rash within two weeks of allopurinol"
_BY_THE_DRUG = lore.regex(
    r"\s*(?:\([^()]*\)\s*)?(?:with [\w\s]{3,30}?\s)?"
    r"(?:from|due to|because of|caused by|within (?:\w+ ){1,3}of|2/2|secondary to|to)\s+(?:the\s+)?[A-Za-z]",
    re.IGNORECASE,
)
_ON_THE_DRUG = lore.regex(r"\s+(?:on|with|after|while on|while taking)\s+(?:the\s+)?[A-Za-z]", re.IGNORECASE)


def _brought_on(text: str) -> list[OutcomeMention]:
    """Return the side effects that a clause without a stop says the drug brought on, or was replaced for."""
    terms = _words("side_effects").find(text)
    if not terms or _patterns("bearable").search(text):
        return []
    replaced = bool(_words("replaced").find(text))
    found = []
    for term in terms:
        behind = text[term.end :]
        caused = _patterns("caused").search(text[: term.start]) or _BY_THE_DRUG.match(behind)
        if not caused and not (
            replaced and (_ON_THE_DRUG.match(behind) or re.search(r"[:,(]\s*(?:\w+ )?$", text[: term.start]))
        ):
            continue
        if not _denied(text, term.start, term.end) and not _TREATED.search(text[: term.start], text):
            found.append(OutcomeMention(term.start, term.end, Outcome.INTOLERANCE))
    return found


# "no side effects", "not stopped for intolerance", "without adverse effects", "no contraindication", "denies nausea"
_DENIAL = lore.regex(
    r"\b(?:no|not|never|without|denie[sd]|denying|free\s+of|nor|neither|none|absence\s+of|absent|has\s+no|hasn't|didn't|isn't|wasn't)\b"
    r"(?:\W+\w+){0,5}\W*$",
    re.IGNORECASE,
)
_POSSIBLE = lore.regex(
    r"\b(?:if|unless|in\s+case|risk\s+of|(?-i:may)|might|could|watch\s+for|monitor\s+for|possible|should)\b[^.;,]*$",
    re.I,
)


def _denied(text: str, start: int, end: int) -> bool:
    before = re.split(r"[.;:]|\bbut\b|\bhowever\b|,\s+and\b", text[:start])[-1]
    if _DENIAL.search(before) and not re.search(r"\bno\s+longer\s*$|\bnot\s+only\b", before, re.IGNORECASE):
        # "No missed doses, inadequate response": the denial ended with its own noun
        tail = re.split(r",", before)[-1]
        return bool(_DENIAL.search(tail)) or tail.strip() == ""
    if _POSSIBLE.search(before):
        return True
    return assert_of(text, start, end) in (Assertion.FAMILY, Assertion.HYPOTHETICAL)


@lru_cache(maxsize=4096)  # clauses are short, and a chart repeats its medicines page after page
def outcome_of(text: str, stopped: bool = False) -> Outcome | None:
    """Return the one outcome the text states, None when it states none or they disagree.

    Response and tolerance decide over money; two different medical outcomes leave it open.
    """
    held = {found.outcome for found in find_outcomes(text, stopped)}
    medical = held & {Outcome.INADEQUATE_RESPONSE, Outcome.INTOLERANCE, Outcome.CONTRAINDICATION}
    if len(medical) == 1:
        return medical.pop()
    if len(medical) > 1:
        return None
    for outcome in (Outcome.OTHER, Outcome.COMPLETED):
        if outcome in held:
            return outcome
    return None


_DOSE = lore.regex(
    r"(?<![\d/.])(?:(?:\d+\s+(?:and\s+)?)?\d+(?:\.\d+)?/)?\d[\d,]*(?:\.\d+)?\s*(?:-\s*\d+(?:\.\d+)?\s*)?(?:mg/kg|mcg/kg|mg/m2|mg|mcg|µg|ug|g|grams?|units?|IU|mL|ml|%|tablets?|tabs?|puffs?)(?![A-Za-z])(?!\s*/\s*d?L\b)"
    r"(?:\s*/\s*(?:\d+(?:\.\d+)?\s*)?(?:mL|kg|day|d|wk|week|dose|hr|h))?"
)
_FREQUENCY = lore.regex(
    r"[\s,]*(?:(?:IV|SC|SQ|PO|IM|subcutaneously|intravenously|orally|by\s+mouth|tab(?:let)?s?|cap(?:sule)?s?|ointment|cream|oint)\s+)*"
    r"(?:(?:once|twice|three\s+times|four\s+times|\d\s*(?:x|times))\s+(?:a\s+|per\s+|every\s+)?(?:daily|day|weekly|week|month|monthly)|"
    r"(?:once\s+|twice\s+)?(?:daily|weekly|monthly|nightly|biweekly)|every\s+(?:other\s+)?(?:\w+\s+)?(?:days?|weeks?|months?|hours?|morning|night|evening)|"
    r"(?:a|per|each)\s+(?:day|week|month)|at\s+bedtime|as\s+needed|q\s?\d+\s?(?:hours|h|weeks|wks|wk|w|days|d|months|mo|m)\b|q(?:hs|am|pm|week|wk|d|w)\b|BID|TID|QID|QD|PRN|QHS)",
    re.IGNORECASE,
)


# "5 BID", "40 qd", "24/26 BID": a number that only its frequency shows to be a dose
_SHORTHAND = lore.regex(
    r"^\W{0,3}(?:(?:XR|ER|XL|SR|CR|DR|IR|EC|succ(?:inate)?|tart(?:rate)?|PO|tab)\s+)?(?P<dose>\d[\d,]*(?:\.\d+)?(?:/\d+(?:\.\d+)?)?\s+"
    r"(?:PO\s+)?(?:[BTQ]ID|QD|QHS|QAM|QPM|Q\s?\d+\s?(?:h|w|wk|weeks|d)|qwk|qweek|daily|nightly|weekly|once\s+daily|twice\s+(?:a\s+day|daily)))\b",
    re.IGNORECASE,
)


def dosed(text: str) -> bool:
    """Tell whether a dose with its frequency stands right behind a drug's name: "Losartan 100 mg daily"."""
    if _SHORTHAND.match(text):
        return True
    match = _DOSE.search(text[:48])
    return bool(
        match and not re.search(r"[;()]|[.,](?!\d)", text[: match.start()]) and _FREQUENCY.match(text, match.end())
    )


def dose_of(text: str) -> str | None:
    """Return the first dose with its frequency, as printed: "400 mg a day".

    How strong a tablet is ("2.5 mg tabs") is no dose: how many are taken is not said there.
    """
    short = _SHORTHAND.match(text)
    for match in _DOSE.finditer(text):
        if short and match.start() > short.start("dose"):
            break
        frequency = _FREQUENCY.match(text, match.end())
        if frequency or not _OF_ONE.match(text, match.end()):
            return text[match.start() : frequency.end() if frequency else match.end()].strip()
    return short["dose"] if short else None


_OF_ONE = lore.regex(r"\s*(?:oral\s+)?(?:tab(?:let)?s?|cap(?:sule)?s?|pills?)\b", re.IGNORECASE)


def route_of(text: str, generic: str) -> str | None:
    """Return the route the text states, else the drug's own where it has only one."""
    found = {term.key for term in _routes().find(text)}
    if len(found) == 1:
        return found.pop()
    known = drug(generic)
    return known.routes[0] if known and len(known.routes) == 1 and not found else None


def treatment_of(generic: str, text: str, span: Span, outcome: Outcome | None, dose: str | None) -> Treatment:
    """Return the course of one drug from what its clause says."""
    known = drug(generic)
    return Treatment(
        generic=generic,
        classes=known.classes if known else (),
        route=route_of(text, generic),
        dose=dose,
        start=span.start,
        stop=span.stop,
        days=span.days,
        days_at_least=span.at_least,
        days_about=span.about and span.days is not None,
        outcome=outcome,
        date_precision=span.precision,
        running=span.running,
    )
