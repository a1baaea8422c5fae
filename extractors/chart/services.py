"""Care and findings that are no drug and no laboratory value: services, operations, habits, imaging, counts."""

import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.chart.assertion import assert_of
from extractors.chart.facts import Assertion, Fact, Measurement, Outcome, Statement, Treatment
from extractors.chart.spans import Span, span_of
from extractors.chart.treatments import outcome_of
from extractors.numbers import ONES, TENS
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.load import read_yaml
from extractors.vocabulary.sieve import rare
from extractors.vocabulary.terms import Term, TermFinder

_SILENT = frozenset({"header", "fax_header", "allergies", "immunizations", "care_team", "medications"})
_PLANS = frozenset({"plan", "instructions"})
_UNTOLD = frozenset({Assertion.PLANNED, Assertion.HYPOTHETICAL, Assertion.DECLINED, Assertion.POSSIBLE})


@dataclass(frozen=True, slots=True)
class _Terms:
    findings: TermFinder  # with "never", "former" and "other", so that the longest wins
    courses: frozenset[str]
    needs: dict[str, frozenset[str]]
    counted: TermFinder  # of events and, under "rate", of things done so often


@cache
def _terms() -> _Terms:
    data = read_yaml("services.yaml", "extractors.chart")
    findings = [(str(term), name) for name, terms in data["findings"].items() for term in terms]
    findings += [(str(term), f"*{kind}") for kind in ("never", "former", "other") for term in data[kind]]
    return _Terms(
        TermFinder(findings),
        frozenset(data["courses"]),
        {name: frozenset(words) for name, words in data["needs"].items()},
        TermFinder(
            (str(term), f"{mark}{key}")
            for mark, kind in (("", "counts"), ("rate ", "rates"))
            for key, terms in data[kind].items()
            for term in terms
        ),
    )


def read_services(statements: list[Statement]) -> list[Fact]:
    """Return services, operations, devices, habits and imaging as findings, and counted events as measurements.

    A service that ran has its length and outcome as a `Treatment` without a class.
    """
    facts = []
    for statement in statements:
        if statement.cells or statement.section in _SILENT:
            continue
        facts += _findings(statement)
        for term in _terms().counted.find(statement.text):
            fact = _rate(statement, term) if term.key.startswith("rate ") else _count(statement, term)
            facts += [fact] if fact else []
    return facts


_TOLD = lore.regex(
    r"\b(?:was|were|had|has|have|did|done|completed|attended|performed|underwent|received|showed|shows|tried|failed|after|since|on)\b",
    re.IGNORECASE,
)


def _asserted(statement: Statement, term: Term) -> Assertion:
    held = assert_of(statement.text, term.start, term.end, statement.section)
    if held is Assertion.AFFIRMED and statement.section in _PLANS and not _TOLD.search(statement.text):
        return Assertion.PLANNED
    if held is Assertion.AFFIRMED and _SET_UP.search(statement.text[term.end :]) and not _HELD.search(statement.text):
        return Assertion.PLANNED
    return held


# "physical therapy evaluation; plan of care twice weekly for 6 weeks": what is to come
_SET_UP = rare(r"^\s*(?:initial\s+)?(?:evaluation|eval|intake|orders?|prescription|script)\b|\bplan of care\b", re.I)
_HELD = rare(
    r"\b(?:completed|complet\w+|attend\w+|finish\w+|sessions?|visits?|discharged|underwent|received|tried|failed"
    r"|did not help|no (?:relief|benefit|improvement)|without)\b",
    re.IGNORECASE,
)


def _findings(statement: Statement) -> list[Fact]:
    found: dict[tuple[str, Assertion], Fact] = {}
    terms = _terms().findings.find(statement.text)
    courses = len({term.key for term in terms}) == 1
    for term in terms:
        if term.key == "*other" or not _fits(term.key, statement.text):
            continue
        name, held = term.key, _asserted(statement, term)
        if term.key in ("*never", "*former"):
            name = "tobacco use"
            if held not in (Assertion.FAMILY, Assertion.ENTERED_IN_ERROR):
                held = Assertion.NEGATED if term.key == "*never" else Assertion.HISTORICAL
        elif name == "tobacco use" and (answer := _HABIT.match(statement.text[term.end :])):
            held = Assertion.NEGATED if answer["never"] else Assertion.HISTORICAL
        elif name == "tobacco use" and held is Assertion.HISTORICAL and statement.section == "social_history":
            held = Assertion.AFFIRMED  # the section tells habits, of today too
        course = _course(name, statement, held) if courses else None
        found.setdefault((name, held), _fact("finding", name, held, statement, treatment=course))
    return list(found.values())


# "Tobacco: never.", "Tobacco use: former"
_HABIT = lore.regex(
    r"\s*(?:use|status|history)?\s*[:–-]\s*(?:(?P<never>never|none|no|denies|nonsmoker|non-smoker)|(?:former|quit|ex|past|stopped))\b",
    re.IGNORECASE,
)


def _fits(name: str, text: str) -> bool:
    wanted = _terms().needs.get(name)
    return wanted is None or not wanted.isdisjoint(re.findall(r"[a-z-]+", text.lower()))


def _course(name: str, statement: Statement, held: Assertion) -> Treatment | None:
    """Return when and how a service ran where the sentence, which names no other, says so."""
    taken = held in (Assertion.AFFIRMED, Assertion.HISTORICAL)
    if not taken or name not in _terms().courses or find_drugs(statement.text):
        return None
    span: Span = span_of(statement.text, statement.date)
    outcome: Outcome | None = outcome_of(statement.text)
    if span.empty and outcome is None:
        return None
    return Treatment(
        generic=name,
        classes=(),
        start=span.start,
        stop=span.stop,
        days=span.days,
        days_at_least=span.at_least,
        days_about=span.about and span.days is not None,
        outcome=outcome,
        date_precision=span.precision,
        running=span.running,
    )


_WORD_NUMBERS = {word: n for word, n in (ONES | TENS).items() if n}
_NUMBER = r"\d{1,3}(?:\.\d+)?|" + "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
_BEFORE = lore.regex(
    rf"(?:(?P<compare>at\s+least|more\s+than|over|about|approximately|up\s+to|fewer\s+than|less\s+than|[<>≥≤~])\s*)?"
    rf"(?<![\d/.,$-])\b(?P<n>{_NUMBER}|no|zero)(?:\s*(?:-|–|to)\s*(?:{_NUMBER}))?\s+"
    r"(?:(?:of\s+(?:them|these|those|which)|were|are|being|severe|moderate|mild|documented|separate|asthma|clinical|monthly|average|or\s+more|"
    r"acute|outpatient|supervised|formal|total|new|daily|level\s+\d)\s+){0,2}$",
    re.IGNORECASE,
)
_PERIOD = rare(
    r"^[^.;]{0,45}?\b(?:(?P<per>(?:per|a|each|every)\s+(?:day|week|month|year)|daily|weekly|monthly|yearly)|"
    r"(?:in|over|within|during)\s+(?:the\s+)?(?:past|last|previous|prior)\s+(?P<long>(?:\d+|[a-z]+)\s+(?:months?|years?|weeks?)|year|month|week)|"
    r"(?P<this>this\s+(?:year|month|week)))\b",
    re.IGNORECASE,
)
_PLURAL = lore.regex(r"s\b")
_COMPARES = {"at least": "≥", "more than": ">", "over": ">", "fewer than": "<", "less than": "<", "up to": "≤"}


def _count(statement: Statement, term: Term) -> Fact | None:
    text = statement.text
    number = _BEFORE.search(text[: term.start])
    if number is None:
        return None
    none = number["n"].lower() in ("no", "zero")
    period = _PERIOD.match(text[term.end :]) if term.key != "pack_years" else None
    if none and period is None:
        return None  # "no flares": since when is not said
    if not none and not _PLURAL.search(term.term) and _value(number["n"]) != 1:
        return None  # "8 Seizure / psychosis 0": a score sheet's weight
    held = assert_of(text, term.start, term.end, statement.section)
    if held in _UNTOLD or (held is Assertion.NEGATED and not none):
        return None
    said = " ".join((number["compare"] or "").lower().split())
    value = Measurement(
        value=0.0 if none else _value(number["n"]),
        unit=_unit(period),
        comparator=_COMPARES.get(said, "about" if said in ("about", "approximately", "~") else said or None),
    )
    kept = held if held in (Assertion.FAMILY, Assertion.ENTERED_IN_ERROR) else Assertion.AFFIRMED
    return _fact("measurement", term.key, kept, statement, measurement=value)


def _value(printed: str) -> float:
    return float(_WORD_NUMBERS.get(printed.lower(), 0) or printed)


def _unit(period: re.Match[str] | None) -> str | None:
    """Return the period of a count as "per month", "in 12 months", "this year"."""
    if period is None:
        return None
    if period["per"]:
        words = period["per"].lower().split()
        return f"per {words[1]}" if len(words) == 2 else words[0]
    return f"in {period['long'].lower()}" if period["long"] else period["this"].lower()


_TIMES = lore.regex(
    rf"^\s*(?:about\s+|at\s+least\s+)?(?P<n>{_NUMBER})(?:\s*(?:-|–|to)\s*(?:{_NUMBER}))?\s*(?:times|x)\b", re.I
)


def _rate(statement: Statement, term: Term) -> Fact | None:
    text = statement.text
    times = _TIMES.match(text[term.end :])
    held = assert_of(text, term.start, term.end, statement.section)
    if times is None or held in _UNTOLD or held is Assertion.NEGATED:
        return None
    unit = _unit(_PERIOD.match(text[term.end + times.end() :]))
    value = Measurement(value=_value(times["n"]), unit=unit)
    return _fact("measurement", term.key.removeprefix("rate "), Assertion.AFFIRMED, statement, measurement=value)


def _fact(
    kind: str,
    name: str,
    held: Assertion,
    statement: Statement,
    *,
    treatment: Treatment | None = None,
    measurement: Measurement | None = None,
) -> Fact:
    return Fact(
        kind="finding" if kind == "finding" else "measurement",
        name=name,
        assertion=held,
        date=statement.date,
        statement=statement,
        evidence=(statement.evidence,),
        treatment=treatment,
        measurement=measurement,
    )
