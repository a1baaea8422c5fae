"""Treatments that a criterion wants never taken, or not taken now: "has never received denosumab"."""

import re

from extractors import lore
from extractors.chart.facts import Statement
from pipeline.matching.denials import clause_at
from pipeline.matching.naming import joined, names_of
from pipeline.matching.phrases import find_window
from pipeline.matching.record import Record, cite, newest_first, not_yet, once
from pipeline.matching.requirements import NotTaken, Requirement, Therapy
from pipeline.matching.terms import belongs, data, find_therapies, within, wording
from pipeline.matching.together import current_of, is_recent, is_stop, state
from pipeline.matching.trials import was_taken
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_NEVER = wording("untaken.never")
_NOT_NOW = wording("untaken.not_now")
_TOGETHER = lore.regex(
    r"\b(?:combin\w+|together|concurrent\w*|concomitant\w*|simultaneous\w*|same time|alongside|another|other|unless"
    r"|except|in addition)\b",
    re.IGNORECASE,
)
_PLAIN = frozenset(data("negative_words")["untaken_leaf"])
_DENIED = wording("untaken.denied")
_OF_EFFECT = lore.regex(r"\b(?:tolerat\w+|respon\w+|help\w*|benefit\w*|found|there is|allerg\w*)\b", re.IGNORECASE)
# "never received it at this clinic": elsewhere, or before, she may have
_HERE = lore.regex(
    r"^[^.;,]{0,20}?\b(?:at (?:this|our|the)|here|from (?:us|this)|since|during|within|in (?:this|our|the))\b", re.I
)
_BEFORE = lore.regex(r"\b(?:never|prior|previous(?:ly)?|ever|naive|history of|past)\b", re.IGNORECASE)


def read_untaken(text: str) -> Requirement | None:
    """Return "has never received denosumab" or "is not taking a nitrate"; None where it is about a combination."""
    never = _NEVER.search(text)
    match = never or _NOT_NOW.search(text)
    if not match or _TOGETHER.search(text):
        return None
    window = find_window(text)
    rest = text[: window[1][0]] + text[window[1][1] :] if window else text
    mentions = [at for at in find_therapies(rest) if at.start >= match.start()]
    if not mentions:
        return None
    left = rest
    for at in reversed(mentions):
        left = left[: at.start] + " " + left[at.end :]
    if any(word not in _PLAIN for word in re.findall(r"[a-z]{3,}", left.lower())):
        return None
    therapies = tuple({at.therapy.name: at.therapy for at in mentions}.values())
    return NotTaken(therapies=therapies, ever=bool(never), window=window[0] if window else None)


def judge_untaken(requirement: NotTaken, record: Record) -> Verdict:
    """Return the verdict on a treatment that must not have been, or not be, taken."""
    wanted = names_of(requirement.therapies)
    if requirement.ever:
        taken = {
            name: [at for at in facts if was_taken(at)]
            for name, facts in record.treatments().items()
            if any(belongs(name, at) for at in requirement.therapies)
        }
        shown = {name: held for name, held in taken.items() if held}
    else:
        shown = current_of(requirement.therapies, record)
    proof = newest_first(at for held in shown.values() for at in held)
    denied = {at.name: _denials(at, requirement, record) for at in requirement.therapies}
    if shown and requirement.window:
        inside = [at for at in proof if record.holds(at, requirement.window)]
        if not inside or any(denied.values()):
            return unclear("taken_unsure", cite(proof), wants=f"when {wanted} was last taken", wanted=wanted)
        proof = inside
    if shown and any(denied.values()):
        both = newest_first([*proof, *(held[0] for held in denied.values() if held)])
        return unclear("contradicted", cite(both), wants=f"whether {wanted} was taken", drug=wanted)
    if shown:
        return not_met("taken" if requirement.ever else "taking", cite(proof), drug=joined(list(shown)), wanted=wanted)
    missing = [at for at in requirement.therapies if not denied[at.name]]
    proofs = once(newest_first(held[0] for held in denied.values() if held))
    if not missing:
        return met("not_taken", cite(proofs), wanted=wanted)
    asked = names_of(tuple(missing))
    return unclear("silent_not_taken", cite(proofs), wants=f"that {asked} is not taken", wanted=asked)


def _denials(therapy: Therapy, requirement: NotTaken, record: Record) -> list:
    """Return what denies the treatment, newest first: for all time, or for now."""
    found: list = []
    for statement in record.statements:
        if not is_recent(statement.date, record):
            continue
        if any(_denies(statement, at.start, at.end, requirement) for at in _held_in(statement, therapy)):
            found.append(statement)
    if not found and not requirement.ever and therapy.sort == "drug":
        for name, facts in record.treatments().items():
            if belongs(name, therapy) and state(name, facts, record) == "off":
                found += [at for at in facts if is_stop(at)]
    return newest_first(found)


def _held_in(statement: Statement, therapy: Therapy) -> list:
    return [at for at in find_therapies(_spaced(statement.text)) if within(therapy, at.therapy)]


def _spaced(text: str) -> str:
    """Return "biologic-naive" as two words, of the same length."""
    return re.sub(r"-(?=naive\b)", " ", text, flags=re.IGNORECASE)


def _denies(statement: Statement, start: int, end: int, requirement: NotTaken) -> bool:
    """Whether the words before or just behind a name deny that it is taken: "never received", "takes no"."""
    text = _spaced(statement.text)
    left, right = clause_at(text, start, end)
    clause = text[left:right]
    if not_yet(clause) or re.search(r"\b(?:if|unless|until|whether|allerg\w*|today|yet)\b", clause, re.IGNORECASE):
        return False
    lead = text[left:start]
    for at in reversed(find_therapies(text)):
        if left <= at.start and at.end <= start:
            lead = lead[: at.start - left] + lead[at.end - left :]
    lead = re.sub(r"(?:[\s,]+(?:or|nor|and|any|an?|the|other)\b)+\s*$|[\s,]+$", " ", lead.rstrip() + " ")
    said = None if _OF_EFFECT.search(lead) else _DENIED.search(lead.rstrip())
    behind = re.match(
        r"[\s-]*(?:naive\b|:\s*never\b|was never (?:taken|given|started|received)\b)", text[end:], re.IGNORECASE
    )
    if (not said and not behind) or (requirement.ever and _HERE.match(text[end:right])):
        return False
    of_old = bool(behind) or bool(_BEFORE.search(said[0] if said else ""))
    return of_old if requirement.ever else of_old or statement.section not in ("plan", "assessment_plan")
