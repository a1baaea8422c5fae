"""The one place that sends each kind of requirement to its judge."""

import re
from dataclasses import replace

from extractors import lore
from extractors.chart import Assertion, frame_of_all
from extractors.vocabulary.conditions import conditions
from extractors.vocabulary.drugs import drug
from pipeline.matching import (
    absence,
    avoidance,
    care_kinds,
    changes,
    doses,
    events,
    findings,
    fractures,
    people,
    pressure,
    printed_seen,
    prior,
    results,
    stated,
    substances,
    tapering,
    together,
    undone,
    untaken,
    values,
    without,
)
from pipeline.matching.circumstances import left_unsaid
from pipeline.matching.examples import EXAMPLES
from pipeline.matching.forms import without_form
from pipeline.matching.highest import BELOW_MOST, highest_dose
from pipeline.matching.inhaled import find_inhaled
from pipeline.matching.phrases import NUMBER_WORDS
from pipeline.matching.printed_leaves import PrintedDiagnosis
from pipeline.matching.record import Record
from pipeline.matching.requirements import (
    Absence,
    Age,
    AllOf,
    AnyOf,
    Areas,
    Avoidance,
    CannotTaper,
    Change,
    ConcurrentTherapy,
    Diagnosis,
    Documentation,
    Dose,
    DosesReceived,
    Events,
    Fracture,
    FreeText,
    LabResult,
    Lasting,
    Measurement,
    NoConcurrentTherapy,
    NotTaken,
    Prescriber,
    Pressure,
    PriorTherapy,
    Requirement,
    Response,
    TreatedWith,
    Undone,
    Unused,
    Visit,
)
from pipeline.matching.stated_requirements import StatedFinding
from pipeline.matching.terms import data, find_therapies, within, wording
from pipeline.matching.trial_qualifiers import shows
from pipeline.matching.verdict import Status, Verdict, all_of, any_of, sentence, unclear

_JUDGES = care_kinds.JUDGES | {
    Absence: absence.judge_absence,
    Age: people.judge_age,
    Areas: findings.judge_areas,
    Avoidance: avoidance.judge_avoidance,
    CannotTaper: tapering.judge_taper,
    Change: changes.judge_change,
    ConcurrentTherapy: together.judge_concurrent,
    Diagnosis: findings.judge_diagnosis,
    Documentation: findings.judge_documentation,
    Dose: doses.judge_dose,
    DosesReceived: doses.judge_received,
    Events: events.judge_events,
    Fracture: fractures.judge_fracture,
    FreeText: findings.best_passages,
    LabResult: results.judge_result,
    Lasting: findings.judge_lasting,
    Measurement: values.judge_measurement,
    NoConcurrentTherapy: without.judge_no_concurrent,
    Pressure: pressure.judge_pressure,
    PrintedDiagnosis: printed_seen.judge_printed,
    Prescriber: people.judge_prescriber,
    PriorTherapy: prior.judge_prior,
    Response: findings.judge_response,
    StatedFinding: stated.judge_stated,
    TreatedWith: together.judge_current,
    NotTaken: untaken.judge_untaken,
    Undone: undone.judge_undone,
    Unused: substances.judge_unused,
    Visit: people.judge_visit,
}


_RULED_OUT = wording("findings.ruled_out")


def judge(requirement: Requirement, record: Record, text: str = "") -> Verdict:
    """Return the verdict of the chart on one requirement; `text` is the leaf it was read from."""
    if isinstance(requirement, AnyOf):
        return any_of([judge(option, record, text) for option in requirement.options])
    if isinstance(requirement, AllOf):
        return all_of([judge(option, record, text) for option in requirement.options])
    verdict = _doubted(_judge(requirement, record, text))
    if verdict.status is Status.UNCLEAR and requirement.otherwise:
        other = judge(requirement.otherwise, record, text)
        if isinstance(requirement, Diagnosis) and other.status is Status.MET:
            told = [at for at in other.evidence if not _RULED_OUT.search(at.evidence.text)]
            return other if told else verdict  # "Cushing's disease excluded"
        return verdict if other.status is Status.UNCLEAR else other
    return verdict


def _doubted(verdict: Verdict) -> Verdict:
    """Return the verdict, unclear where all it rests on is a guess or a question: "Unclear whether she took ..."."""
    told = verdict.evidence
    if (
        verdict.status is Status.UNCLEAR
        or not told
        or not all(frame_of_all(at.evidence.text) is Assertion.POSSIBLE for at in told)
    ):
        return verdict
    return unclear("doubted", told)


def _judge(requirement: Requirement, record: Record, text: str) -> Verdict:
    verdict = _JUDGES[type(requirement)](requirement, record)
    shown_by = requirement.shown_by if isinstance(requirement, PriorTherapy) else None
    if (
        shown_by
        and verdict.status is Status.MET
        and not any(shows(shown_by, at.evidence.text) for at in verdict.evidence)
    ):
        return replace(
            verdict,
            status=Status.UNCLEAR,
            explanation=sentence("besides", wanted=shown_by),
            wants=f"that {shown_by} came on it",
        )
    rest = _rest(requirement, record)
    if not rest:
        return verdict
    rest = [at for at in rest if not _of_another(at, text, verdict)]
    needed = [at for at in rest if not re.search(rf"\bor (?:an?)?other (?:[\w-]+ ){{0,2}}{re.escape(at)}", text, re.I)]
    if verdict.status is Status.MET:
        needed = left_unsaid(needed, requirement, text, verdict.evidence, record)
        if isinstance(requirement, TreatedWith) and any(at.startswith("maxima") for at in needed):
            verdict, needed = highest_dose(requirement, record, verdict, needed)
        of_value = isinstance(requirement, (Measurement, LabResult))  # held to the clause of the value already
        if needed if of_value else not _says(needed, requirement, verdict):
            return _unsettled(verdict, requirement)
    if verdict.status is Status.NOT_MET and _is_alternative(requirement.besides or "", rest, text):
        return _unsettled(verdict, requirement)
    return verdict


def _unsettled(verdict: Verdict, requirement: Requirement) -> Verdict:
    explanation = sentence("besides", wanted=requirement.besides)
    return replace(verdict, status=Status.UNCLEAR, explanation=explanation, wants=requirement.besides or "")


_SMALL = frozenset(data("plain_words")["linking"])


_TOKEN = lore.regex(r"\d+[\s-]*(?:day|week|month|year)|(?<![\d.,/-])\d+(?:\.\d+)?(?![\d/])|[a-z]{4,}")
_IN_WORDS = lore.regex(r"\b(?:" + "|".join(at for at in NUMBER_WORDS if len(at) > 2 and at != "both") + r")\b")


def _rest(requirement: Requirement, record: Record) -> list[str]:
    """Return the words of `besides` that the section chosen and the requested drug do not already hold."""
    if not requirement.besides:
        return []
    known = " ".join([*(name for key in record.conditions for name in conditions()[key].names), record.service or ""])
    held = set(re.findall(r"[a-z]{4,}", known.lower()))
    asked = EXAMPLES.sub(" ", requirement.besides.lower())
    return [at for at in _TOKEN.findall(asked) if at not in _SMALL and at not in held]


def _says(rest: list[str], requirement: Requirement, verdict: Verdict) -> bool:
    """Whether the cited words also say what the criterion adds, nearly word for word.

    A drug in the chart says the class in the criterion: prednisone is a systemic corticosteroid.
    """
    text = " ".join(at.evidence.text.lower() for at in verdict.evidence)
    rest = _without_route(_without_dose(rest, verdict, requirement.besides or ""), requirement, verdict)
    rest = without_form(rest, getattr(requirement, "therapies", ()), [at.evidence.text for at in verdict.evidence])
    named = [at.therapy for at in find_therapies(text)]
    for mention in find_therapies(requirement.besides or ""):
        if any(within(at, mention.therapy) for at in named):
            said = set(re.findall(r"[a-z]{4,}", (requirement.besides or "")[mention.start : mention.end].lower()))
            rest = [word for word in rest if word not in said]
    if any(word.startswith("maxima") for word in rest) and BELOW_MOST.search(text):
        return False
    text = re.sub(r"[\s-]+", " ", _IN_WORDS.sub(lambda at: str(NUMBER_WORDS[at[0]]), text))
    return all(_stands(re.sub(r"[\s-]+", " ", word), text) for word in rest)


def _of_another(word: str, text: str, verdict: Verdict) -> bool:
    """Whether a word belongs to an alternative of the leaf that the verdict does not rest on.

    "Physical therapy or a supervised home exercise program": physical therapy need not be called supervised.
    """
    mentions = find_therapies(text)
    behind = next(
        (at for at in mentions if re.search(rf"\bor (?:an? )?{re.escape(word)} $", text[: at.start], re.I)), None
    )
    if behind is None or verdict.status is not Status.MET:
        return False
    cited = [at.therapy for held in verdict.evidence for at in find_therapies(held.evidence.text, fuzzy=True)]
    mine = [at for at in mentions if at is not behind and any(within(one, at.therapy) for one in cited)]
    return bool(mine) and not any(within(one, behind.therapy) for one in cited)


_INJECTED = frozenset(
    ["subcutaneous", "intramuscular", "intravenous", "intra-articular", "intralesional", "intravitreal", "intrathecal"]
)
_NOT_SWALLOWED = lore.regex(
    r"\b(?:IV|intravenous\w*|infus\w+|inject\w+|subcutaneous\w*|gel|cream|ointment|topical\w*|patch\w*|suppositor\w+"
    r"|enemas?|rectal\w*|drops|spray|inhal\w+)\b",
    re.IGNORECASE,
)
_ROUTES = {
    "topical": frozenset(["topical"]),
    "inhaled": frozenset(["inhaled"]),
    "injectable": _INJECTED,
    "injection": _INJECTED,
}


def _without_route(rest: list[str], requirement: Requirement, verdict: Verdict) -> list[str]:
    """Leave out "oral" where every drug cited is given in no other way: celecoxib need not be called oral."""
    named = [at.therapy for held in verdict.evidence for at in find_therapies(held.evidence.text, fuzzy=True)]
    asked = [at for at in named if any(within(at, one) for one in getattr(requirement, "therapies", ()))]
    known = [held for at in asked or named if (held := drug(at.name))]
    text = " ".join(held.evidence.text for held in verdict.evidence)
    swallowed = known and all("oral" in one.routes for one in known) and not _NOT_SWALLOWED.search(text)
    kept = []
    for word in rest:
        only = _ROUTES.get(word)
        if (word in ("oral", "orally") and swallowed) or (
            only and known and all(set(at.routes) <= only for at in known)
        ):
            continue
        kept.append(word)
    return kept


# "medium-to-high-dose", "medium- or high-dose"
_MEDIUM_OR_HIGH = lore.regex(r"\b(?:medium|moderate)\b[\s-]*(?:dose)?[\s-]*(?:to|or|and|/)[\s-]*high", re.IGNORECASE)


def _without_dose(rest: list[str], verdict: Verdict, besides: str) -> list[str]:
    """Leave out "high-dose" and "maximally-dosed" where a cited line gives an inhaled corticosteroid at such a dose."""
    given = [held for at in verdict.evidence if (held := find_inhaled(at.evidence.text))]
    if given and all(at.high for at in given):
        rest = [word for word in rest if word not in ("high", "dose", "high-dose")]
    if given and all(at.medium for at in given) and _MEDIUM_OR_HIGH.search(besides):
        rest = [word for word in rest if word not in ("medium", "moderate", "high", "dose")]
    if given and all(at.highest for at in given):
        rest = [word for word in rest if word not in ("maximally", "dosed", "maximum", "dose")]
    return rest


def _same(word: str) -> list[str]:
    """Return the words of a chart that say the same as a word of a criterion (plain_words.yaml)."""
    return next((held for key, held in data("plain_words")["same"].items() if word.startswith(key)), [])


def _stands(word: str, text: str) -> bool:
    """Whether a word stands in the text by its stem, a number as it is ("8" is not the 8 of 18)."""
    if not word[0].isdigit():
        return word[:6] in text or any(same in text for same in _same(word))
    return bool(re.search(rf"(?<![\d./]){re.escape(word)}" + ("" if word[-1].isalpha() else r"(?![\d./])"), text))


# "40% or less on echocardiogram" is no second way
_TAIL = r"(?:more|less|fewer|higher|lower|greater|above|below|over|under|worse|better)"


def _is_alternative(besides: str, rest: list[str], text: str) -> bool:
    """Whether the rest may be another way to meet the leaf ("3% of the body, or the scalp").

    A phrase taken whole from the leaf ("that continues in spite of ...") only narrows it.
    """
    low = re.sub(r"(response|failure|failed|control|relief)\s*\([^()]*\)", r"\1", text.lower())
    for phrase in besides.lower().split("; "):
        if " " in phrase:
            low = low.replace(phrase, " ")
    return any(re.search(rf"\bor\s+(?!{_TAIL}\b)(?:\w+\s+){{0,4}}{re.escape(word)}", low) for word in rest)
