"""Tests and procedures that a criterion wants not to have been done, in the time it names.

"No MRI or CT of the cervical spine in the past 12 months", "no injection into the knee to be operated on within
3 months before the planned surgery". Met by words that deny each of them for that time; failed by one that the chart
dates inside it, at that part of the body and on that side.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Statement
from pipeline.matching.denials import Denial, clause_at, covered_from, denial_at, in_plan, span_of
from pipeline.matching.record import Record, cite, months_before, newest_first, not_yet, once
from pipeline.matching.requirements import Procedure, Undone, Window
from pipeline.matching.terms import data, wording
from pipeline.matching.undone_leaves import SIDE, Named, procedures, procedures_in, regions_in
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_DONE = wording("undone.done")
_OPEN = wording("undone.open")
_NEAR = dt.timedelta(days=60)  # a denial older than this leaves too much time open


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    statement: Statement
    first: dt.date  # of a denial: from when on; of a deed: the first day it may have been
    last: dt.date
    sure: bool = True  # the side and the part of the body are told


def judge_undone(requirement: Undone, record: Record) -> Verdict:
    """Return the verdict on something that must not have been done in a time."""
    things = tuple(_of_this_request(at, record) for at in requirement.things)
    wanted = " or ".join(_words(at) for at in things)
    operation = _operation_day(record) if requirement.window and requirement.window.anchor == "operation" else None
    anchor = operation or record.request_date
    first = _first_day(requirement.window, anchor)
    proofs: list[Statement] = []
    missing: list[str] = []
    for thing in things:
        deeds = [at for at in _deeds(thing, record) if at.last >= first]
        inside = [at for at in deeds if at.sure and at.first >= first]
        if inside:
            verdict = _done_inside(inside, requirement, thing, operation)
            if verdict:
                return verdict
        denials = [at for at in _denials(thing, record) if at.first <= first and record.request_date - at.last <= _NEAR]
        newest = max((at.last for at in deeds), default=None)
        if denials and (newest is None or all(at.last < first for at in deeds)):
            proofs.append(newest_first(at.statement for at in denials)[0])
        else:
            proofs += [at.statement for at in deeds]
            missing.append(_words(thing))
    if not missing:
        return met("undone", cite(once(newest_first(proofs))), wanted=wanted)
    asked = " or ".join(missing)
    if proofs:
        return unclear(
            "undone_unsure", cite(once(newest_first(proofs))), wants=f"when, or that, no {asked} was done", wanted=asked
        )
    return unclear("silent_undone", wants=f"that no {asked} was done in that time", wanted=asked)


def _done_inside(
    inside: list[_Told], requirement: Undone, thing: Procedure, operation: dt.date | None
) -> Verdict | None:
    """Return NOT_MET for something dated inside; with an operation of unknown date nobody can count back from it."""
    newest = max(inside, key=lambda at: at.last)
    if requirement.window and requirement.window.anchor == "operation" and operation is None:
        return unclear(
            "undone_unsure",
            cite(once(newest_first(at.statement for at in inside))),
            wants="the date of the planned operation",
            wanted=_words(thing),
        )
    ranked = sorted(inside, key=lambda at: at.last, reverse=True)
    when = (
        f"on {newest.last:%B} {newest.last.day}, {newest.last.year}" if newest.first == newest.last else "in that time"
    )
    return not_met("was_done", cite(once(at.statement for at in ranked)), wanted=_words(thing), date=when)


def _of_this_request(thing: Procedure, record: Record) -> Procedure:
    """Return the thing with the part of the body and the side of the request, where the criterion refers to it."""
    region = thing.region
    if not region:
        named = regions_in(record.service or "")
        region = next(iter(named)) if len(named) == 1 else ""
    side = thing.side if thing.side in ("right", "left") else ""
    if thing.of_request and not side and region in _PAIRED:
        side = _side_of_request(record) or "unknown"
    return replace(thing, region=region, side=side)


# Parts of the body that there are two of.
_PAIRED = frozenset(["shoulder", "elbow", "wrist and hand", "hip", "knee", "ankle and foot", "breast"])


_OPERATIONS = lore.regex(
    r"\b(?:arthroplast\w+|replacement|surger(?:y|ies)|operation|fusion|repair|reconstruction|TKA|THA|TKR|THR)\b",
    re.IGNORECASE,
)


def _side_of_request(record: Record) -> str:
    if side := SIDE.search(record.service or ""):
        return side["side"].lower() if side["side"].lower() in ("right", "left") else ""
    for statement in newest_first(record.statements):
        operation = _OPERATIONS.search(statement.text)
        if not operation or statement.date is None or record.request_date - statement.date > _NEAR:
            continue
        left, right = clause_at(statement.text, operation.start(), operation.end())
        clause = statement.text[left:right]
        sides = {at["side"].lower() for at in SIDE.finditer(clause)}
        if sides and not re.search(
            r"\b(?:s/p|status post|ago|history|previous|prior|had|no|not)\b", clause, re.IGNORECASE
        ):
            return sides.pop() if len(sides) == 1 and sides <= {"right", "left"} else ""
    return ""


def _operation_day(record: Record) -> dt.date | None:
    """Return the day the newest note plans the operation for."""
    for statement in newest_first(record.statements):
        if not _OPERATIONS.search(statement.text) or statement.date is None:
            continue
        days = [
            at.day
            for at in find_dates(statement.text)
            if at.precision == "day" and at.day > max(statement.date, record.request_date - dt.timedelta(days=14))
        ]
        if len(days) == 1:
            return days[0]
    return None


def _first_day(window: Window | None, anchor: dt.date) -> dt.date:
    if window is None:
        return dt.date.min
    if window.days:
        return anchor - dt.timedelta(days=window.days)
    return months_before(anchor, (window.months or 0) + 12 * (window.years or 0))


def _words(thing: Procedure) -> str:
    place = " ".join(at for at in (thing.side.replace("unknown", ""), thing.region) if at)
    joint = "into" if "injection" in thing.name else "of"
    return f"{thing.name} {joint} the {place}" if place else thing.name


def _covers(name: str, thing: Procedure) -> bool:
    return name == thing.name or name in procedures()[thing.name]["within"]


def _elsewhere(text: str, thing: Procedure) -> bool:
    """Whether the words speak of another part of the body or of the other side only."""
    regions = regions_in(text)
    if thing.region and regions and thing.region not in regions:
        return True
    sides = {at["side"].lower() for at in SIDE.finditer(text)}
    if thing.side == "unknown":
        return False  # nobody can tell whether it is the other side
    return bool(thing.side and sides and not sides & {thing.side, "bilateral", "both"})


# words that may stand before a wide name: "no prior injection", not "no insulin injection"
_GENERAL = ("injection", "imaging", "surgery", "vaccine", "advanced imaging")
_BEFORE = frozenset(data("negative_words")["before_wide_name"])
_PLACE = lore.regex(
    r"^[\s,]*(?:(?:of|on|in|into|to|for|at)\s+)(?:(?:the|her|his|their|either|both|any|a|an)\s+)?(?P<what>[a-z-]+)",
    re.IGNORECASE,
)
_NO_PLACE = frozenset(data("negative_words")["no_place"])


def _of_something_else(text: str, at: Named, thing: Procedure) -> bool:
    """Whether a wide name is narrowed to something that no list knows: "no cataract surgery", "surgery on her eyes"."""
    before = re.search(r"([A-Za-z-]+)\s+$", text[: at.start])
    if at.name in _GENERAL and before and before[1].lower() not in _BEFORE:
        return True
    place = _PLACE.match(text[at.end :])
    if not place or regions_in(text[at.end : at.end + 60]) or not thing.region:
        return False
    return place["what"].lower() not in _NO_PLACE and not place["what"].isdigit()


def _under_another(statement: Statement, thing: Procedure, record: Record) -> bool:
    """Whether a sentence without a place of its own stands behind a label of another ("Left knee.")."""
    before = record.before(statement, 1)
    return bool(before) and len(before[0].text.split()) <= 4 and _elsewhere(before[0].text, thing)


def _denials(thing: Procedure, record: Record) -> list[_Told]:
    found = []
    for statement in record.statements:
        if statement.date is None:
            continue
        for at in procedures_in(statement.text):
            left, right = clause_at(statement.text, at.start, at.end)
            clause = statement.text[left:right]
            if _elsewhere(clause, thing) or _under_another(statement, thing, record):
                continue
            if _of_something_else(statement.text, at, thing):
                continue
            if told := _latest(statement, thing, at, clause):
                found.append(told)
                continue
            if not _covers(at.name, thing):
                continue
            denial = denial_at(statement.text, at.start, at.end)
            if denial is None or _only_plans(denial.clause, statement, record):
                continue
            if re.search(
                r"\b(?:recent|current|new|further|additional|repeat|other|another|urgent|emergent|more)\b",
                denial.between,
            ):
                continue
            if _SOME.match(statement.text[at.end : right]) or _AFTER_ONE.search(denial.clause):
                continue
            if thing.side == "unknown" and re.search(r"\b(?:right|left)\b", clause, re.IGNORECASE):
                continue
            first = covered_from(denial, statement.date, lifelong=_tells_history(denial, statement))
            if first is not None:
                found.append(_Told(statement=statement, first=first, last=statement.date))
    return found


_LAST = lore.regex(r"\b(?:last|latest|most recent)\b", re.IGNORECASE)


def _latest(statement: Statement, thing: Procedure, at: Named, clause: str) -> _Told | None:
    """Return "last steroid injection in the right knee 02/11/2026": none came after that day."""
    if at.name != thing.name or not _LAST.search(clause[: clause.find(statement.text[at.start : at.end])]):
        return None
    days = span_of(clause, statement.date)
    if days is None or statement.date is None or re.search(r"\bnot?\b|\bnever\b", clause, re.IGNORECASE):
        return None
    if thing.side == "unknown" or (thing.side and not SIDE.search(clause)) or (thing.region and not regions_in(clause)):
        return None
    return _Told(statement=statement, first=days[1] + dt.timedelta(days=1), last=statement.date)


_NOW_ONLY = lore.regex(
    r"\b(?:today|now|at this time|at present|currently|for now|this visit|needed|necessary|indicated|required"
    r"|available|here|on file|planned|advised)\b",
    re.IGNORECASE,
)


def _only_plans(clause: str, statement: Statement, record: Record) -> bool:
    """Whether a "no MRI" is a plan or a remark about today and no account of what was done."""
    return in_plan(record, statement) and not re.search(
        r"\b(?:never|prior|previous|has not|hasn't|has had|have had|yet|since|past|last|ever|to date)\b",
        clause,
        re.IGNORECASE,
    )


def _tells_history(denial: Denial, statement: Statement) -> bool:
    """Whether a plain "no imaging of the neck" tells of all the time before: without a date, "today" or "could"."""
    plain = denial.behind or denial.cue in ("no", "without", "nor", "neither", "none of", "none")
    dated = find_dates(denial.clause, bare_years=True, near=statement.date)
    return plain and not dated and not _NOW_ONLY.search(denial.clause)


# "never had an MRI read by a radiologist", "no MRI that showed": only some of them
_SOME = lore.regex(
    r"^[^.;,]{0,40}?\b(?:read|showing|showed|that|which|under|abnormal|done elsewhere"
    r"|available|here|at (?:this|our)|in our)\b",
    re.IGNORECASE,
)
# "none since the last one of 04/02/2026": there was one
_AFTER_ONE = lore.regex(
    r"\bsince\s+(?:the|her|his)\s+(?:one|last|latest|previous|prior|first|study|scan|exam|injection|MRI|CT)\b",
    re.IGNORECASE,
)


def _deeds(thing: Procedure, record: Record) -> list[_Told]:
    """Return what shows the thing done, with the days it may have been done on."""
    found = []
    reports = {(at.document, at.page) for at in record.pages if at.kind in ("imaging_report", "procedure_report")}
    for statement in record.statements:
        on_report = (statement.evidence.document, statement.evidence.page) in reports
        for at in procedures_in(statement.text):
            left, right = clause_at(statement.text, at.start, at.end)
            clause = statement.text[left:right]
            if at.name != thing.name or _elsewhere(clause, thing) or denial_at(statement.text, at.start, at.end):
                continue
            if _OPEN.search(clause) or not_yet(clause) or statement.section == "instructions":
                continue
            told = bool(_DONE.search(clause)) or on_report or bool(statement.cells)
            days = span_of(clause, statement.date)
            if days is None and told and not find_dates(clause, bare_years=True) and statement.date:
                days = (statement.date, statement.date) if on_report or _injected(clause) else None
            if days is None or days[0] > record.request_date or not (told or days):
                continue
            placed = (
                thing.side != "unknown"
                and (not thing.region or bool(regions_in(clause)))
                and (not thing.side or bool(SIDE.search(clause)))
            )
            found.append(_Told(statement=statement, first=days[0], last=days[1], sure=placed and told))
            break
    return found


def _injected(clause: str) -> bool:
    """Whether the words tell of what was done on the day of the note."""
    return bool(
        re.search(r"\b(?:injected|was (?:given|administered|performed)|procedure\s*:)", clause, re.IGNORECASE)
    ) and not re.search(r"\b(?:prior|previous|last|ago|history|earlier|before)\b", clause, re.IGNORECASE)
