"""How old the patient is, who prescribes, and whether they met."""

import datetime as dt
import re
from collections import Counter

from extractors import lore
from extractors.chart.facts import Fact, Statement
from extractors.evidence import Evidence
from extractors.vocabulary.specialties import find_specialties
from pipeline.matching.clauses import clause_of, is_open
from pipeline.matching.record import Cited, Record, cite, newest_first
from pipeline.matching.requirements import Age, Prescriber, Visit
from pipeline.matching.terms import base_of, condition_keys, find_therapies
from pipeline.matching.verdict import Verdict, met, not_met, unclear

# "39-year-old woman", "26 y.o. F", "52 yo man", "age 61"
_AGE = lore.regex(
    r"\b(?P<n>\d{1,3})[\s-]*(?:years?[\s-]*old|y\.?\s?/?\s?o\.?\b)|\baged? (?P<m>\d{1,3})\b", re.IGNORECASE
)


def judge_age(requirement: Age, record: Record) -> Verdict:
    """Return the verdict on the age at the request: the birth date decides, a stated age bears it out."""
    wanted = _wanted_age(requirement)
    births = Counter(at.person.value.birth_date for at in record.pages if at.person and at.person.value.birth_date)
    printed = record.birth_date.isoformat() if record.birth_date else None
    if not printed and births:
        (printed, times), *others = births.most_common(2)
        if others and others[0][1] * 3 > times:
            return unclear("births_differ", wants="the patient's date of birth", wanted=wanted)
    said = newest_first(record.saying(_AGE))
    if requirement.minimum_months is not None and (early := _young(requirement, printed, said, record)):
        return early
    if printed:
        birth = dt.date.fromisoformat(printed)
        years = age_on(birth, record.request_date)
        said = [at for at in said if at.date and abs(age_on(birth, at.date) - (_said_age(at) or 0)) <= 1]
        proof = (*cite(said[:2]), *_birth_evidence(record, printed))[:3]
    elif said and (day := said[0].date):
        years = (_said_age(said[0]) or 0) + max(age_on(day, record.request_date), 0)
        proof = cite(said)
        if not _sure_of(years, requirement):
            return unclear("silent_age", proof, wants="the patient's date of birth", wanted=wanted)
    else:
        return unclear("silent_age", wants="the patient's date of birth", wanted=wanted)
    return (met if _fits(years, requirement) else not_met)("age", proof, years=years, wanted=wanted)


def _young(requirement: Age, printed: str | None, said: list[Statement], record: Record) -> Verdict | None:
    """Return the verdict on an age in months where whole years cannot give it; None where they can."""
    months, wanted = requirement.minimum_months or 0, _wanted_age(requirement)
    if printed:
        birth, day = dt.date.fromisoformat(printed), record.request_date
        reached = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
        proof = _birth_evidence(record, printed)[:3]
        return None if reached >= months else not_met("age", proof, years=reached // 12, wanted=wanted)
    if said and (_said_age(said[0]) or 0) * 12 >= months:
        return None
    return unclear("silent_age", wants="the patient's date of birth", wanted=wanted)


def _sure_of(years: int, requirement: Age) -> bool:
    """Whether a stated age leaves no doubt: a year more or less changes nothing."""
    return _fits(years, requirement) == _fits(years + 1, requirement)


def age_on(birth: dt.date, day: dt.date) -> int:
    """Return whole years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _said_age(statement: Statement) -> int | None:
    match = _AGE.search(statement.text)
    return int(match["n"] or match["m"]) if match else None


def _fits(years: int, requirement: Age) -> bool:
    low, high = requirement.minimum_years, requirement.maximum_years
    if low is not None and (years < low or (requirement.above and years <= low)):
        return False
    return not (high is not None and (years > high or (requirement.below and years >= high)))


def _wanted_age(requirement: Age) -> str:
    low, high = requirement.minimum_years, requirement.maximum_years
    if requirement.minimum_months is not None:
        return f"at least {requirement.minimum_months} months" + (f", at most {high} years" if high is not None else "")
    if low is not None and high is not None:
        return f"{low} to {high} years"
    if low is not None:
        return f"{'over' if requirement.above else 'at least'} {low} years"
    return f"{'under' if requirement.below else 'at most'} {high} years"


def _birth_evidence(record: Record, birth: str) -> tuple[Cited, ...]:
    """Return lines that print the birth date, of the latest dated page first."""
    pages = [at for at in record.pages if at.person and at.person.value.birth_date == birth]
    pages.sort(key=lambda at: (at.date is not None, at.date or dt.date.min), reverse=True)
    found = []
    for page in pages[:2]:
        assert page.person is not None
        pieces = page.person.evidence
        dated = [at for at in pieces if re.search(r"\d", at.text)] or list(pieces)
        found.append(Cited(evidence=dated[-1], date=page.date))
    return tuple(found)


# ---------------------------------------------------------------- the prescriber


def surname(name: str) -> str:
    """Return the family name of "Delphine Fairweather, MD" or "Fairweather, Delphine"."""
    plain = re.sub(
        r",?\s*\b(?:M\.?D|D\.?O|NP|PA(?:-C)?|APRN|DNP|FNP(?:-C)?|FACR|FAAD|FACP|PhD|Dr|MBBS|ARNP)\b\.?",
        "",
        name,
        flags=re.IGNORECASE,
    ).strip(" ,.")
    if "," in plain:
        plain = plain.split(",")[0]
    words = plain.split()
    return words[-1] if words else ""


def judge_prescriber(requirement: Prescriber, record: Record) -> Verdict:
    """Return the verdict on who prescribes: a line that names the prescriber and the specialty."""
    wanted = " or ".join(key.replace("_", " ") for key in requirement.specialties)
    family = surname(record.prescriber or "")
    wants = f"the prescriber's specialty ({wanted})"
    if not family:
        return unclear("silent_prescriber", wants=wants, name="the prescriber", wanted=wanted)
    lines = [(at, _specialties_beside(_text_of(at), family)) for at in _lines(record, _named(family))]
    named = [(at, found) for at, found in lines if found]
    right = [at for at, found in named if set(found) & set(requirement.specialties)]
    if right:
        return met(
            "prescriber",
            cite(newest_first(_outright(right, family))),
            name=record.prescriber,
            wanted=_label(right[0], requirement),
        )
    pages = _by_page(requirement, record, family)
    if pages:
        return met("prescriber", tuple(pages[:3]), name=record.prescriber, wanted=wanted)
    if requirement.consultation and (consults := _consulted(requirement, record)):
        return met("consulted", cite(consults), name=record.prescriber, wanted=wanted)
    if named and not requirement.consultation:
        other = named[0][1][0].replace("_", " ")
        return not_met(
            "prescriber_other", cite([at for at, _ in named]), name=record.prescriber, wanted=wanted, other=other
        )
    return unclear(
        "silent_prescriber", cite([at for at, _ in named]), wants=wants, name=record.prescriber, wanted=wanted
    )


def _label(line: Statement | Fact, requirement: Prescriber) -> str:
    text = line.text if isinstance(line, Statement) else " ".join(at.text for at in line.evidence)
    found = [key for key in find_specialties(text) if key in requirement.specialties]
    return (found or list(requirement.specialties))[0].replace("_", " ")


def _lines(record: Record, *patterns: re.Pattern[str]) -> list:
    """Return statements that one of the patterns is found in, and encounters whose evidence prints a heading."""
    return [*record.saying(*patterns), *(at for at in record.facts if at.kind == "encounter")]


def _text_of(line: Statement | Fact) -> str:
    return (
        line.text
        if isinstance(line, Statement)
        else " ".join([line.statement.text, *(at.text for at in line.evidence)])
    )


def _named(family: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(family)}\b", re.IGNORECASE)


def _specialties_beside(line_or_text: str, family: str) -> list[str]:
    """Return specialties named shortly behind (or in the heading before) the prescriber's name."""
    text = line_or_text
    place = _named(family).search(text)
    if not place:
        return []
    behind = re.split(r"[.;]\s|\bto:|\bcc\b", text[place.end() : place.end() + 90])[0]
    if re.search(r"\brefer\w*\b|\bcc:|\bsee\b|\bseen by\b", text[: place.start()][-30:], re.IGNORECASE):
        return []
    found = find_specialties(re.sub(r"^[,\s]*(?:M\.?D\.?|D\.?O\.?|NP|PA-?C?)", "", behind))
    if found:
        return found
    before = text[: place.start()][-90:]
    return (
        find_specialties(before)
        if re.search(r"\b(?:visit|follow[- ]?up|consult\w*|clinic|note|provider|encounter)\b", before, re.IGNORECASE)
        else []
    )


def _outright(lines: list, family: str) -> list:
    """Prefer headings and signatures (short lines) to prose."""
    return sorted(lines, key=lambda at: len(_text_of(at)) > 200)


def _by_page(requirement: Prescriber, record: Record, family: str) -> list[Cited]:
    """Return evidence from visits whose author is the prescriber and whose specialty was read from the page."""
    found = []
    for fact in newest_first([at for at in record.facts if at.kind == "encounter" and at.encounter]):
        held = fact.encounter
        if held.author and surname(held.author).lower() == family.lower() and held.specialty in requirement.specialties:
            found += [Cited(evidence=at, date=fact.date) for at in fact.evidence[:1]]
    return found


def _consulted(requirement: Prescriber, record: Record) -> list[Statement]:
    """Return sentences in which a specialist of the kind advises or starts the requested drug."""
    found = []
    for statement in record.statements:
        if statement.specialty not in requirement.specialties:
            continue
        if (
            record.drug
            and any(base_of(at.therapy.name) == record.drug for at in find_therapies(statement.text))
            and re.search(
                r"\b(?:start\w*|begin\w*|recommend\w*|prescrib\w*|initiat\w*|agree\w*|continu\w*)\b",
                statement.text,
                re.IGNORECASE,
            )
        ):
            found.append(statement)
    return newest_first(found)


# ---------------------------------------------------------------- visits

_IN_PERSON = lore.regex(r"\bin[- ]person\b|\bface[- ]to[- ]face\b|\boffice visit\b|\bclinic visit\b", re.IGNORECASE)
_TELEPHONE = lore.regex(r"\btelephone (?:note|encounter|call)\b", re.IGNORECASE)
_TELEHEALTH = lore.regex(r"\btele-?health\b|\btelemedicine\b|\bvideo visit\b|\bvirtual visit\b", re.IGNORECASE)


def judge_visit(requirement: Visit, record: Record) -> Verdict:
    """Return the verdict on a visit with the treating practitioner, of the right kind, in time, for the purpose."""
    family = surname(record.prescriber or "").lower()
    wanted = " or ".join(at.replace("_", "-") for at in requirement.contacts)
    wants = f"the date of an {wanted} visit with the prescriber" + (
        f" to {requirement.purpose}" if requirement.purpose else ""
    )
    fitting = []
    for line in _lines(record, _TELEPHONE, _TELEHEALTH, _IN_PERSON):
        text, day = _text_of(line), line.date
        contact = _contact(line, text)
        if (
            contact not in requirement.contacts
            or not family
            or (family not in text.lower() and not _authored(line, family))
        ):
            continue
        if not record.inside(day, requirement.window) or day is None:
            continue
        fitting.append(line)
    if not fitting:
        return unclear("silent_visit", wants=wants, wanted=wanted, name=record.prescriber or "the prescriber")
    purpose = [at for line in fitting for at in _purpose(requirement.purpose, line, record)]
    if requirement.purpose and not purpose:
        return unclear("visit_purpose", cite(newest_first(fitting)), wants=wants, wanted=wanted, name=record.prescriber)
    best = newest_first(fitting)[0]
    day = f"{best.date:%B} {best.date.day}, {best.date.year}"
    return met("visit", cite([best, *newest_first(purpose)]), wanted=wanted, name=record.prescriber, date=day)


def _contact(line: Statement | Fact, text: str) -> str | None:
    if isinstance(line, Fact) and line.encounter and line.encounter.contact:
        return line.encounter.contact
    if _TELEPHONE.search(text):
        return "telephone"
    if place := _TELEHEALTH.search(text):
        return None if is_open(clause_of(text, *place.span())) else "telehealth"
    place = _IN_PERSON.search(text)
    return "in_person" if place and not is_open(clause_of(text, *place.span())) else None


def _authored(line: Statement | Fact, family: str) -> bool:
    author = line.author if isinstance(line, Statement) else line.encounter.author if line.encounter else None
    return bool(author) and surname(author or "").lower() == family


_FILLER = frozenset(
    [
        "evaluate",
        "evaluating",
        "assess",
        "assessing",
        "review",
        "manage",
        "managing",
        "discuss",
        "address",
        "treat",
        "their",
        "the",
        "with",
        "member",
        "patient",
        "control",
    ]
)


def _purpose(purpose: str, line: Statement | Fact, record: Record) -> list[Statement]:
    """Return statements of that visit that speak of its purpose."""
    if not purpose:
        return []
    evidence: Evidence = line.evidence if isinstance(line, Statement) else line.evidence[0]
    words = [at for at in re.findall(r"[a-z]{4,}", purpose.lower()) if at not in _FILLER]
    keys = condition_keys(purpose)
    found = []
    for statement in (at for page in (-1, 0, 1) for at in record.on_page((evidence.document, evidence.page + page))):
        if statement.date != line.date:
            continue
        low = statement.text.lower()
        if (words and all(word in low for word in words)) or (keys and keys & condition_keys(statement.text)):
            found.append(statement)
    return found
