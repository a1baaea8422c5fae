"""Conditions that a criterion wants absent: each has to be denied in words."""

import datetime as dt
import re
from functools import cache, lru_cache

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.facts import Assertion, Fact, Statement
from pipeline.matching import infections
from pipeline.matching.denials import Denial, covered_from
from pipeline.matching.record import Record, cite, newest_first, not_yet, once
from pipeline.matching.requirements import Absence
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_RULED_OUT = wording("findings.ruled_out")
_MODIFIERS = frozenset(data("negative_words")["condition_modifiers"])
_NEGATES = wording("findings.negates")
_SYNONYMS = (
    ("central nervous system", "cns"),
    ("tuberculosis", "tb"),
    ("myocardial infarction", "heart attack"),
    ("trying to conceive", "plan pregnancy"),
    ("planning to become pregnant", "plan pregnancy"),
    ("plans to become pregnant", "plan pregnancy"),
    ("planning a pregnancy", "plan pregnancy"),
    ("planning pregnancy", "plan pregnancy"),
    ("pregnant", "pregnancy"),
    ("nursing", "breastfeeding"),
    ("lactating", "breastfeeding"),
    ("breast-feeding", "breastfeeding"),
    ("malignancy", "cancer"),
    ("left ventricular assist device", "lvad"),
    ("arteriovenous malformation", "avm"),
    ("intracerebral hemorrhage", "brain bleed"),
    ("intracerebral haemorrhage", "brain bleed"),
    ("aneurysmal vascular disease", "aneurysm"),
    ("intracranial hemorrhage", "brain bleed"),
    ("transient ischemic attack", "tia"),
    ("carcinoma", "cancer"),
    ("multiple endocrine neoplasia syndrome type 2", "men 2"),
    ("multiple endocrine neoplasia type 2", "men 2"),
)


def judge_absence(requirement: Absence, record: Record) -> Verdict:
    """Return the verdict on "does not have A or B": each has to be denied in words; one that is present fails it."""
    wanted = " or ".join(requirement.conditions)
    proofs: list[Statement] = []
    missing: list[str] = []
    for condition in requirement.conditions:
        if _told_of_relatives(condition, record):
            return unclear("silent_absence", wants=f"the absence of {condition}", wanted=condition)
        if infections.is_infection(condition):
            present: list = infections.present(condition, record)
            denied = infections.denied(condition, record)
        else:
            present = _present(condition, record)
            denied = _denied(condition, record, ever=requirement.ever, first=_first(requirement, record))
        if present and requirement.window and not any(record.holds(at, requirement.window) for at in present):
            return unclear(
                "silent_absence", cite(newest_first(present)), wants=f"when it was ({condition})", wanted=condition
            )
        if present and not _over_since(condition, present, denied, ever=requirement.ever):
            if denied and not _newer(present, denied):
                both = newest_first([*present, *denied])
                return unclear("contradicted", cite(both), wants=f"whether there is {condition}", drug=condition)
            return not_met("present", cite(newest_first(present)), wanted=condition)
        if denied:
            proofs.append(denied[0])
        else:
            missing.append(condition)
    if not missing:
        return met("absent", cite(once(newest_first(proofs))), wanted=wanted)
    return unclear(
        "silent_absence",
        cite(once(proofs)),
        wants=f"the absence of {' and of '.join(missing)}",
        wanted=" or ".join(missing),
    )


_FAMILY = "family history of "
_DENIED_BEFORE = lore.regex(r"\b(?:no|not|negative|neg|denies|denied|without|never)\b[^.;?]*$")
_DENIED_BEHIND = lore.regex(r"^[^.;?]{0,30}?:?\s*\b(?:no|none|neg|negative|denied|denies)\b")
_LOOSE = frozenset(["family", "history", "cancer", "syndrome", "disease", "multiple", "disorder", "blood"])


def _told_of_relatives(condition: str, record: Record) -> bool:
    """Whether the chart tells of a relative what may be the disease: "father: thyroid surgery, type not known"."""
    if not condition.startswith(_FAMILY):
        return False
    words = [at for at in _core(condition) if len(at) > 4 and at not in _LOOSE]
    for statement in record.relatives:
        text = _plain(statement.text)
        for word in words:
            place = text.find(word)
            if (
                place >= 0
                and not _DENIED_BEFORE.search(text[:place])
                and not _DENIED_BEHIND.match(text[place + len(word) :])
            ):
                return True
    return False


# What comes and goes: a later denial ends it. Other diseases stay where they were stated once.
_PASSING = lore.regex(
    r"\b(?:active|current\w*|uncontrolled|untreated|infections?|sepsis|bacter\w*emia|pregnan\w+|breast-?feeding|lactat\w+|fever|bleeding)\b",
    re.IGNORECASE,
)


def _day(found: list) -> dt.date:
    return max((at.date for at in found if at.date), default=dt.date.min)


def _newer(present: list, denied: list[Statement]) -> bool:
    return _day(present) > _day(denied)


def _over_since(condition: str, present: list, denied: list[Statement], *, ever: bool) -> bool:
    """Whether something that comes and goes was denied after it was last stated."""
    return bool(denied) and not ever and bool(_PASSING.search(condition)) and _day(denied) > _day(present)


_SHORT = data("negative_words")["abbreviations"]
_ABBREVIATION = lore.regex(rf"\b(?:{'|'.join(_SHORT)})\b")


@lru_cache(maxsize=32768)  # each leaf asks the same sentences
def _plain(text: str) -> str:
    low = _ABBREVIATION.sub(lambda at: _SHORT[at[0]], text).lower()
    for long, short in _SYNONYMS:
        low = low.replace(long, short)
    return low


@cache
def _core(condition: str) -> tuple[str, ...]:
    words = re.findall(r"[a-z][a-z0-9-]+", _plain(re.sub(r"\([^)]*\)", " ", condition)))
    core = tuple(word for word in words if word not in _MODIFIERS)
    return core or tuple(words)


def _modifiers(condition: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", condition.lower()) if word in _MODIFIERS and len(word) > 3}


# A denial of something that comes and goes soon says nothing any more.
_FADES = lore.regex(r"\b(?:pregnan\w+|breast-?feeding|lactat\w+|fever|bleeding)\b", re.IGNORECASE)
_SOON = dt.timedelta(days=92)
_LATE = dt.timedelta(days=366)
_NOT_DENIED = lore.regex(
    r"\b(?:change|longer|improve\w*|evidence against|relief|benefit|response|reaction|admitted"
    r"|hospitali[sz]ed|admissions?|worsen\w*|worse|exacerbat\w*|progression|progressing|decompensat\w*|flares?"
    r"|sure|certain|clear|whether|if|want\w*|wish\w*|become|get|risk|due|because|after|from|since|treat\w*)\b"
    r"|(?:,|\band)\s+(?:an?|the|has|is|his|her)\b"
)


# none of any kind: it denies each organ's
_NO_TRANSPLANT = lore.regex(
    r"\bno (?:history of |prior |previous |solid |organ )*transplants?\b"
    r"(?! (?:list|work|eval|refer|candidate|recipient))"
)


def _first(requirement: Absence, record: Record) -> dt.date | None:
    """Return from which day on the condition has to be denied; None: on the day of the request."""
    if requirement.window:
        return record.first_day(requirement.window)
    return dt.date.min if requirement.ever else None


def _denied(condition: str, record: Record, *, ever: bool = False, first: dt.date | None = None) -> list[Statement]:
    """Return sentences that deny the condition, or something wider ("No CNS lupus" denies severe active CNS lupus)."""
    core = _core(condition)
    found = []
    limit = _SOON if _FADES.search(condition) else _LATE
    for statement in newest_first(record.statements):
        if statement.date and not ever and record.request_date - statement.date > limit:
            continue
        text = _plain(statement.text)
        if core[-1].startswith("transplant") and _NO_TRANSPLANT.search(text) and not not_yet(statement.text):
            found.append(statement)
            continue
        if not all(word in text for word in core) or (
            not_yet(statement.text) and not re.search(r"\bruled out\b", text)
        ):
            continue
        for part in re.split(r"(?<=[.;])\s+|\bbut\b", text):
            if not all(word in part for word in core):
                continue
            whole = part.find(" ".join(core))
            place = whole if whole >= 0 else min(part.find(word) for word in core)
            cues = list(_NEGATES.finditer(part[:place]))
            behind = re.match(
                r"(?![\w\s'’-]{0,40}?\bnot\b)[\w\s'’-]{0,40}?\b(?:ruled out|negative"
                r"|absent|excluded|denied|none|: ?no)\b",
                part[place:],
            )
            if not cues and not behind:
                continue
            between = part[cues[-1].end() : place] if cues else ""
            if limit == _SOON and _told_of_old(part, statement, record):
                continue
            if _NOT_DENIED.search(between) or (
                ever and re.search(r"\b(?:active|acute|current\w*|new|recent)\b", between)
            ):
                continue
            if first is not None and (not _reaches(part, first, statement) or _of_a_study(part, statement)):
                continue
            narrower = {
                word for word in re.findall(r"[a-z]+", between) if word in _MODIFIERS and len(word) > 3
            } - _modifiers(condition)
            if narrower - {"evidence", "history", "prior", "current", "known", "other"}:
                continue  # "no severe nephritis" leaves a mild one open
            found.append(statement)
            break
    return found


_OF_OLD = lore.regex(
    r"\b(?:last (?:year|summer|winter|spring|fall)|years? ago|at that time|back then|previous(?:ly)?|prior)\b"
)


def _told_of_old(part: str, statement: Statement, record: Record) -> bool:
    """Whether a denial of what comes and goes is of another time: "last year's pregnancy test was negative"."""
    days = [at.day for at in find_dates(part, near=statement.date)]
    return bool(_OF_OLD.search(part)) or (bool(days) and record.request_date - max(days) > _SOON)


_LIMITED = lore.regex(
    r"\b(?:since|in (?:the )?(?:past|last)|over the (?:past|last)|within the (?:past|last)|this (?:year|month|week)"
    r"|today|now|recently|for (?:the )?(?:past|last))\b"
)


# "no malignancy on the last scan": what a study of one day did not see says nothing of the years before
_STUDY = lore.regex(
    r"\b(?:scans?|ct|mri|pet|x-?rays?|films?|imaging|radiographs?|biops(?:y|ies)|ultrasound|sonogram|mammogra\w*|echo\w*"
    r"|ekg|ecg|smear|pap|colonoscopy|endoscopy|egd|patholog\w*|cytolog\w*|histolog\w*|marrow|seen|visuali[sz]ed|detected)\b"
)


def _of_a_study(part: str, statement: Statement) -> bool:
    return statement.section in ("imaging", "pathology") or bool(_STUDY.search(part))


def _reaches(part: str, first: dt.date, statement: Statement) -> bool:
    """Whether a denial speaks for all the time from a day on: "no stroke in the past month" does not for a year."""
    if not _LIMITED.search(part):
        return True
    since = covered_from(Denial(cue="no", between="", clause=part), statement.date)
    return since is not None and since <= first + dt.timedelta(days=31 if first != dt.date.min else 0)


def _present(condition: str, record: Record) -> list[Fact]:
    """Return diagnoses and findings that affirm the condition with every modifier the criterion names."""
    core, asked = (
        _core(condition),
        _modifiers(condition) - {"evidence", "history", "current", "currently", "known", "documented", "any"},
    )
    found = []
    for fact in record.facts:
        if fact.kind not in ("diagnosis", "finding") or fact.assertion is not Assertion.AFFIRMED:
            continue
        text = _plain(f"{fact.name} {fact.statement.text}")
        name = _plain(fact.name)
        if (
            not all(word in name for word in core)
            or _RULED_OUT.search(text)
            or _NEGATES.search(_plain(fact.statement.text))
        ):
            continue
        if all(word in text for word in asked):
            found.append(fact)
    return found
