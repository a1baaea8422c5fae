"""What is taken now, and what will be taken together."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Outcome, Statement
from pipeline.matching.naming import joined, names_of
from pipeline.matching.record import Record, cite, newest_first, not_yet
from pipeline.matching.requirements import ConcurrentTherapy, Therapy, TreatedWith
from pipeline.matching.terms import Mention, base_of, belongs, find_therapies, within
from pipeline.matching.trials import longest, never_taken, trials_of, was_taken
from pipeline.matching.verdict import Verdict, met, not_met, unclear

# A list older than this says little of what is taken at the time of the request.
_CURRENT_FOR = dt.timedelta(days=183)

NO = lore.regex(
    r"\b(?:no|not|without|nor|neither|never|none|avoid\w*|stop\w*|discontinu\w*|instead of|hold(?:ing)?|off)\b",
    re.IGNORECASE,
)
_BREAK = lore.regex(r"[.;]\s|\b(?:but|except|however|although|continue\w*|add(?:ed)? to)\b", re.IGNORECASE)
_CONTINUE = lore.regex(
    r"\b(?:continu\w+|keep\w*|stay\w* on|remain\w* on|maintain\w*|added to|together with|along with|with|on)\b",
    re.IGNORECASE,
)
_STOPPED = lore.regex(
    r"\b(?:stop\w*|discontinu\w*|held|hold|paus\w*|suspend\w*|withheld|off|taper\w* off|d/c|ceased?|quit)\b",
    re.IGNORECASE,
)
_TAKES = lore.regex(r"\b(?:takes|taking|continu\w+|keep|active|uses|using)\b", re.IGNORECASE)
# "on 15 mg of methotrexate", before its name: "250 mg on three days" and "on 05/20/2026, then" are days, "on review" is
# an occasion.
_ON = lore.regex(
    r"\bon\s+(?!\d{1,2}[/-]\d|\d{4}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|day\b"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)"
    r"(?:(?!\b(?:after|then|following|before|for|since|when|where|at|from|review|exam\w*|arrival|admission|discharge)\b)"
    r"(?:[^.;]|\.(?=\d)))*$",
    re.IGNORECASE,
)


# "had been on", "previously took" right before the name
_WAS_ON = lore.regex(
    r"\b(?:(?:was|were|had been|used to be)\s+(?:\w+ly\s+)?(?:on|taking|using)"
    r"|(?:previously|formerly|once)\s+(?:been\s+)?(?:on|taking|took|used|using)"
    r"|used to (?:take|use)|on and off|off and on)\s+"
    r"(?:(?:a|an|the|oral|systemic|low|high|dose|daily|weekly|short|brief|course|taper|burst|of|[\d.,]+|mg|mcg|g)[\s-]+)*$",
    re.IGNORECASE,
)
# "on prednisone last spring", "on a taper of prednisone, ended last week"; "on prednisone since last spring" goes on
_BACK_THEN = lore.regex(
    r"(?:(?!,|\b(?:since|start\w*|began|begun|initiat\w*|increas\w*|decreas\w*|rais\w*|lower\w*|reduc\w*|chang\w*|from"
    r"|and (?:had|has|was|is|did|she|he|the))\b)[^.;]|\.(?=\d))*"
    r"\b(?:(?:during|before|around) (?:the|that|her|his|a|an|last)\b"
    r"|in the past|back then|at (?:that|the) time|(?:weeks?|months?|years?) ago"
    r"|last (?:week|month|year|spring|summer|fall|autumn|winter)"
    r"|in (?:early |mid |late )?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|(?:19|20)\d\d))"
    r"|,\s+which\s+(?:(?:she|he)\s+)?(?:took|had|was)\b|[^.]*?\boff (?:it|them)\b"
    r"|(?:[^.;]|\.(?=\d))*?,?\s+(?:which |that |then |and )?(?:has |was )?(?:ended|finished|completed)"
    r"(?=\s*(?:$|[.;,)]|(?:last|in|on|by|yesterday|today|this)\b|\d))",
    re.IGNORECASE,
)
# "now on methotrexate" is another drug's, and says of this one rather that it is over
_TO_THIS_DAY = lore.regex(
    r"\b(?:(?<!off it )now(?!\s+(?:on|off|takes|taking|uses|using)\b)"
    r"|still|ongoing|remains|goes on|continues (?:it|this|to|on))\b",
    re.IGNORECASE,
)
_BEGUN_ON = lore.regex(r"\b(?:start\w*|began|begun|put|placed)\s+(?:\w+\s+){0,2}(?:on\s+)?$", re.IGNORECASE)

_STOPS_BEHIND = lore.regex(
    r"\s+(?:was |were |has been |is |remains |are |still |currently )*"
    r"(?:stopped|discontinued|(?:put |placed )?on hold|held|paused|suspended|withheld|d/c'?d)\b",
    re.IGNORECASE,
)


def negated_at(text: str, mention: Mention) -> bool:
    """Whether "no", "not" or "without" governs a name: "no apremilast or other targeted drug with it"."""
    lead = text[: mention.start]
    breaks = [at.end() for at in _BREAK.finditer(lead)]
    return bool(NO.search(lead[breaks[-1] if breaks else 0 :]))


def judge_concurrent(requirement: ConcurrentTherapy, record: Record) -> Verdict:
    """Return the verdict on "used together with at least one of these"."""
    wanted = names_of(requirement.therapies, "and" if requirement.every else "or")
    if requirement.every:
        return _every(requirement, record, wanted)
    by_statement = _said_to_go_on(requirement.therapies, record)
    current = current_of(requirement.therapies, record)
    names = list(dict.fromkeys([*by_statement, *current]))
    if len(names) >= requirement.count:
        proof = [
            *(at for name in names for at in by_statement.get(name, [])),
            *(at for name in names for at in current.get(name, [])),
        ]
        return met("together", cite(proof), drug=joined(names[:3]), wanted=wanted)
    denied = [_not_taken(at, record) for at in requirement.therapies]
    if requirement.count == 1 and all(denied):
        return not_met("not_taking", cite([held[0] for held in denied]), drug=wanted, wanted=wanted)
    return unclear("silent_together", wants=f"that {wanted} is taken together with it", wanted=wanted)


def _every(requirement: ConcurrentTherapy, record: Record, wanted: str) -> Verdict:
    """Return the verdict where each of the treatments must go on."""
    proof: list[Fact | Statement] = []
    for therapy in requirement.therapies:
        told = [*_said_to_go_on((therapy,), record).values(), *current_of((therapy,), record).values()]
        if not told and (denied := _not_taken(therapy, record)):
            name = therapy.printed or therapy.name
            return not_met("not_taking", cite(denied), drug=name, wanted=name)
        if not told:
            return unclear("silent_together", wants=f"that {wanted} are taken together with it", wanted=wanted)
        proof.append(told[0][0])
    return met("together", cite(proof), drug=wanted, wanted=wanted)


def _not_taken(therapy: Therapy, record: Record) -> list[Fact | Statement]:
    """Return what says that a drug was declined or never taken, and nothing newer that orders or plans it."""
    if denied := _denied_now((therapy,), record):
        return list(denied)
    if therapy.sort != "drug" or therapy.parts:
        return []
    facts = [at for name, held in record.treatments().items() if belongs(name, therapy) for at in held]
    against = [at for at in facts if never_taken(at)]
    days = [at.date for at in against if at.date]
    if not days or any(is_current(at) and (at.date is None or at.date >= max(days)) for at in facts):
        return []
    open_ones = (Assertion.PLANNED, Assertion.POSSIBLE, Assertion.HYPOTHETICAL)
    if any(at.assertion in open_ones and (at.date is None or at.date > max(days)) for at in facts):
        return []
    return list(newest_first(against))


def _said_to_go_on(therapies: tuple[Therapy, ...], record: Record) -> dict[str, list[Statement]]:
    """Return sentences of the newest visit that keep a drug beside the requested one."""
    found: dict[str, list[Statement]] = {}
    for statement in newest_first(record.saying(_CONTINUE)):
        if statement.cells or not is_recent(statement.date, record):
            continue
        mentions = find_therapies(statement.text)
        if not (
            (record.drug and any(base_of(at.therapy.name) == record.drug for at in mentions))
            or re.search(r"\bit is added\b|\bcontinu\w+|\bkeep\b", statement.text, re.IGNORECASE)
        ):
            continue
        if not_yet(statement.text):
            continue
        for mention in mentions:
            name = mention.therapy.name
            if mention.therapy.sort != "drug" or base_of(name) == record.drug or negated_at(statement.text, mention):
                continue
            if any(belongs(name, at) for at in therapies):
                found.setdefault(base_of(name), []).append(statement)
    return {name: held for name, held in found.items() if not _stopped_later(name, held[0], record)}


def current_of(therapies: tuple[Therapy, ...], record: Record) -> dict[str, list[Fact]]:
    """Return facts that show a drug being taken at the time of the request, by drug."""
    found = {}
    for generic, facts in record.treatments().items():
        if generic == record.drug or not any(belongs(generic, at) for at in therapies):
            continue
        if state(generic, facts, record) == "on":
            found[generic] = [at for at in newest_first(facts) if is_current(at) and is_recent(at.date, record)]
    return {name: held for name, held in found.items() if held}


def is_current(fact: Fact) -> bool:
    """Whether a fact shows the drug being taken on the day it was written."""
    held = fact.treatment
    if held is None or held.stop is not None or not was_taken(fact) or _row_ended(fact.statement):
        return False
    if not fact.statement.cells and (
        _says_stop(fact.statement, base_of(fact.name)) or _of_the_past(fact.statement.text, base_of(fact.name))
    ):
        return False
    if held.running or held.outcome is Outcome.CURRENT:
        return True
    return held.outcome is None and bool(held.start or _is_taken(fact) or _listed(fact.statement))


def _of_the_past(text: str, generic: str) -> bool:
    """Whether a sentence names the drug, and only as taken before: "was on it in May"."""
    around = [(text[: at.start], text[at.end :]) for at in _named(text, generic)]
    return bool(around) and all(
        (_WAS_ON.search(before) or (_BACK_THEN.match(after) and not _BEGUN_ON.search(before)))
        and not _TO_THIS_DAY.search(after)
        for before, after in around
    )


def _named(text: str, generic: str) -> list[Mention]:
    return [at for at in find_therapies(text) if base_of(at.therapy.name) == generic]


def _is_taken(fact: Fact) -> bool:
    """Whether a sentence says that a drug is taken, or that somebody is on it."""
    text = fact.statement.text
    return bool(_TAKES.search(text)) or any(_ON.search(text[: at.start]) for at in _named(text, base_of(fact.name)))


_END = lore.regex(
    r"^(?:to|until|stop(?:ped)?(?: date)?|end(?:ed)?(?: date)?"
    r"|discontinued(?: on)?|last taken)$",
    re.IGNORECASE,
)
_OPEN_END = lore.regex(r"^\W*(?:present|current|ongoing|active|none|now)?\W*$", re.IGNORECASE)


def _row_ended(statement: Statement) -> bool:
    """Whether a row of a list fills the column that says until when."""
    if len(statement.cells) != len(statement.headers):
        return False
    pairs = zip(statement.headers, statement.cells, strict=True)
    return any(_END.match(head.strip()) and not _OPEN_END.match(cell) for head, cell in pairs)


def _listed(statement: Statement) -> bool:
    """Whether a row stands in a list of what is taken: a list with columns, none of them for an end."""
    return (
        statement.section == "medications"
        and len(statement.cells) == len(statement.headers) > 0
        and not any(
            _END.match(head.strip()) or re.search(r"status|past|former", head, re.I) for head in statement.headers
        )
    )


def is_stop(fact: Fact) -> bool:
    """Whether a fact says that the drug was stopped."""
    held = fact.treatment
    if held is None or fact.assertion not in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.NEGATED):
        return False
    return held.stop is not None or (
        held.outcome in (Outcome.INADEQUATE_RESPONSE, Outcome.INTOLERANCE, Outcome.COMPLETED, Outcome.OTHER)
        and bool(_STOPPED.search(fact.statement.text))
    )


def state(generic: str, facts: list[Fact], record: Record) -> str:
    """Return "on", "off", "disputed" or "unknown" for one drug at the time of the request.

    A list that still shows as active what a note has stopped since its start date is in dispute: nobody knows
    whether the list was not updated or the drug was taken up again.
    """
    current = [at for at in newest_first(facts) if is_current(at) and is_recent(at.date, record)]
    stops = [at for at in newest_first(facts) if is_stop(at)]
    said = [at for at in record.saying(_STOPPED) if _says_stop(at, generic)]
    stop_days = [held for at in stops if (held := (at.treatment.stop if at.treatment else None) or at.date)]
    stop_days += [at.date for at in said if at.date]
    if not current:
        return "off" if stop_days else "unknown"
    if not stop_days:
        return "on"
    latest_stop = max(stop_days)
    starts = [at.treatment.start for at in current if at.treatment and at.treatment.start]
    if any(start > latest_stop for start in starts):
        return "on"
    newest = current[0].date
    if newest and newest <= latest_stop:
        return "off"
    if all(at.statement.cells for at in current):
        return "disputed"
    if any(_said_after(at, latest_stop) for at in current):
        return "on"
    return "disputed" if any(start <= latest_stop for start in starts) or not starts else "on"


_NOW = lore.regex(
    r"\b(?:takes|is taking|uses|is using|currently (?:on|takes|taking|uses)|is on"
    r"|remains on|continues (?:on|to take))\b",
    re.I,
)


def _said_after(fact: Fact, stopped: dt.date) -> bool:
    """Whether a sentence of a visit, long after a stop (of another strength, say), says that the drug is taken."""
    return (
        not fact.statement.cells
        and fact.date is not None
        and (fact.date - stopped).days > 90
        and bool(_NOW.search(fact.statement.text))
    )


def _says_stop(statement: Statement, generic: str) -> bool:
    """Whether a sentence of a note stops the drug."""
    if statement.cells or not _STOPPED.search(statement.text) or not_yet(statement.text.split(" and ")[0]):
        return False
    for mention in find_therapies(statement.text):
        if mention.therapy.sort == "class" or base_of(mention.therapy.name) != generic:
            continue
        lead = statement.text[max(0, mention.start - 40) : mention.start]
        after = statement.text[mention.end : mention.end + 40]
        if re.search(
            r"\b(?:stop|discontinue|d/c|hold|stopped|discontinued|stopping)\s+(?:the\s+|her\s+|his\s+)?(?:\w+\s+){0,2}$",
            lead,
            re.IGNORECASE,
        ):
            return True
        if _STOPS_BEHIND.match(after):
            return True
    return False


def _stopped_later(generic: str, statement: Statement, record: Record) -> bool:
    stops = [at for at in record.treatments().get(generic, []) if is_stop(at)]
    days = [held for at in stops if (held := (at.treatment.stop if at.treatment else None) or at.date)]
    return any(statement.date is None or day > statement.date for day in days)


def is_recent(day: dt.date | None, record: Record) -> bool:
    return day is not None and abs(record.request_date - day) <= _CURRENT_FOR


def judge_current(requirement: TreatedWith, record: Record) -> Verdict:
    """Return the verdict on "is treated with insulin"."""
    wanted = names_of(requirement.therapies)
    states = {}
    for generic, facts in record.treatments().items():
        if any(belongs(generic, at) for at in requirement.therapies):
            states[generic] = (state(generic, facts, record), facts)
    on = {name: facts for name, (held, facts) in states.items() if held == "on"}
    if on and requirement.minimum_days:
        long = {name: facts for name, facts in on.items() if _days_on(record, name, facts) >= requirement.minimum_days}
        if not long:
            proof = [at for facts in on.values() for at in newest_first(facts) if is_current(at)]
            wants = f"since when {wanted} has been taken"
            return unclear("taking_how_long", cite(proof), wants=wants, drug=joined(list(on)), wanted=wanted)
        on = long
    if on:
        proof = [at for facts in on.values() for at in newest_first(facts) if is_current(at)]
        return met("taking", cite(proof), drug=joined(list(on)), wanted=wanted)
    disputed = [facts for held, facts in states.values() if held == "disputed"]
    if disputed:
        both = [at for facts in disputed for at in newest_first(facts) if is_current(at) or is_stop(at)]
        return unclear(
            "disputed",
            cite(both),
            wants=f"whether {wanted} is being taken now, with its dates",
            drug=joined([n for n, (h, _) in states.items() if h == "disputed"]),
            wanted=wanted,
        )
    if denied := _denied_now(requirement.therapies, record):
        return not_met("not_taking", cite(denied), wanted=wanted, drug=wanted)
    off = [(name, facts) for name, (held, facts) in states.items() if held == "off"]
    if off and len(off) == len(states):  # another of the class that is named, and nothing more told of it, stays open
        proof = [at for _, facts in off for at in newest_first(facts) if is_stop(at)]
        return not_met("stopped", cite(proof), drug=joined([name for name, _ in off]), wanted=wanted)
    return unclear("silent_current", wants=f"that {wanted} is being taken now", wanted=wanted)


def _days_on(record: Record, generic: str, facts: list[Fact]) -> int:
    return longest(trials_of(record, generic, facts)) or 0


_NOT_ON = lore.regex(
    r"\b(?:not (?:on|taking|using|treated with)|does not (?:take|use)|on no)\s+(?:any )?", re.IGNORECASE
)
_RIGHT_BEFORE = lore.regex(rf"{_NOT_ON.pattern}$", re.IGNORECASE)


def _denied_now(therapies: tuple[Therapy, ...], record: Record) -> list[Statement]:
    found = []
    for statement in record.saying(_NOT_ON):
        if not is_recent(statement.date, record):
            continue
        for mention in find_therapies(statement.text):
            lead = statement.text[: mention.start]
            if any(within(at, mention.therapy) for at in therapies) and _RIGHT_BEFORE.search(lead):
                found.append(statement)
    return newest_first(found)
