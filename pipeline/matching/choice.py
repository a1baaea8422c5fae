"""Which section of the policy the request falls under: by drug, diagnosis and phase, or none."""

import re
from dataclasses import dataclass, replace

from extractors.chart.facts import Assertion
from extractors.denial.fields import Denial
from extractors.evidence import asserted
from extractors.policy.tree import Indication, Policy
from extractors.vocabulary.conditions import condition_of_code
from extractors.vocabulary.drugs import drug
from pipeline.matching.findings import covers
from pipeline.matching.phase import of_phase
from pipeline.matching.products import for_product
from pipeline.matching.record import Record
from pipeline.matching.subject import of_other_regions, reasoned_from, spoken_of, told_apart, told_in_reason
from pipeline.matching.terms import base_of, condition_keys, find_therapies


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The section chosen, what was left aside, and what a person should know."""

    indication: Indication | None
    not_chosen: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def choose(policy: Policy, denial: Denial, record: Record) -> Choice:
    """Return the one indication that fits; None with the reason when none or several do."""
    apart = told_apart(policy.indications)
    choice = _choose(replace(policy, indications=tuple(apart)), denial, record)
    if choice.indication is None:
        return choice
    at = next(index for index, one in enumerate(apart) if one is choice.indication)
    return replace(choice, indication=policy.indications[at])


def _choose(policy: Policy, denial: Denial, record: Record) -> Choice:
    everything = tuple(_title(at) for at in policy.indications)
    if not policy.indications:
        return Choice(indication=None, warnings=("No criteria could be read from the policy.",))
    if warning := _other_drug(policy, record):
        return Choice(indication=None, not_chosen=everything, warnings=(warning,))
    if not (uses := _for_drug(policy, record)):
        why = f"The policy has criteria for other drugs than {record.drug}: none were applied."
        return Choice(indication=None, not_chosen=everything, warnings=(why,))
    elsewhere = of_other_regions(uses, record)
    if not (uses := [at for at in uses if at not in elsewhere]):
        why = "Every section of the policy is for another part of the body than the service: none was applied."
        return Choice(indication=None, not_chosen=everything, warnings=(why,))
    uses = for_product(uses, denial)
    fitting, warnings = _by_subject(uses, denial, record)
    if len(fitting) > 1:
        fitting, disagree = of_phase(fitting, denial, record)
        warnings = (*warnings, *disagree)
    if len(fitting) != 1:
        fitting = _by_words(fitting, uses, denial, record)
    if len(fitting) != 1 and (hinted := _by_offered_service(uses, denial, record)):
        fitting, warnings = [hinted], (*warnings, _UNSURE_SERVICE)
    if len(fitting) > 1 and (argued := reasoned_from(fitting, denial)):
        fitting, warnings = [argued], (*warnings, _BY_REASON)
    if not fitting and (argued := _narrower(uses, denial, record)):
        fitting, warnings = [argued], (*warnings, _BY_REASON)
    if len(fitting) != 1:
        said = ", ".join(_title(at) for at in fitting)
        why = (
            f"More than one section of the policy fits the request ({said}); a person has to choose."
            if fitting
            else "No section of the policy fits the diagnoses in the letter and the chart; a person has to choose."
        )
        return Choice(indication=None, not_chosen=everything, warnings=(*warnings, why))
    chosen = fitting[0]
    left = tuple(_title(at) for at in policy.indications if at is not chosen)
    return Choice(indication=chosen, not_chosen=left, warnings=warnings)


_UNSURE_SERVICE = (
    "The section of the policy was chosen by the service as it seems to stand in the denial; it could not be read for "
    "certain. Look at the letter, and at the sections left aside, before relying on the criteria."
)


_BY_REASON = (
    "More than one section of the policy fits the request; the one whose criteria the denial's reason speaks of was "
    "taken. Look at the sections left aside before relying on the criteria."
)


def _narrower(uses: list[Indication], denial: Denial, record: Record) -> Indication | None:
    """Return the one of several sections for forms of the patient's disease that the denial's reason speaks of.

    The chart says "migraine", the sections are for chronic and for episodic migraine, and the letter asks for 15 days.
    """
    keys = _charted(record)
    forms = [at for at in uses if any(covers(name, key) for key in keys for name in condition_keys(at.name))]
    if len({frozenset(condition_keys(at.name)) for at in forms}) < 2:
        return None
    forms = of_phase(forms, denial, record)[0]
    return told_in_reason(forms, denial) if len(forms) > 1 else None


def _by_offered_service(uses: list[Indication], denial: Denial, record: Record) -> Indication | None:
    """Return the one section named after a service that is too unsure to be stated."""
    if denial.service is None or asserted(denial.service) is not None:
        return None
    named = [at for at in uses if _names_service(at.name, replace(record, service=denial.service.value))]
    named = of_phase(named, denial, record)[0] if len(named) > 1 else named
    return named[0] if len(named) == 1 else None


def _title(indication: Indication) -> str:
    phase = {"initial": "initial", "continuation": "continuation", "any": ""}[indication.phase]
    said = ", ".join(word for word in (phase, *(indication.products or indication.drugs)) if word)
    return f"{indication.name} ({said})" if said else indication.name


def _other_drug(policy: Policy, record: Record) -> str | None:
    """Return a warning when the policy is about other drugs than the one denied."""
    listed = {base_of(found.generic) for name in policy.drugs if (found := drug(name))}
    if not record.drug or not listed or record.drug in listed:
        return None
    about = ", ".join(sorted(listed))
    return f"The policy is about {about}, the denial about {record.drug}: its criteria were not applied."


def _for_drug(policy: Policy, record: Record) -> list[Indication]:
    """Return the sections but those for the policy's other drugs, where it has criteria for each drug."""
    drugs = [{base_of(name) for name in at.drugs} for at in policy.indications]
    return [
        at
        for at, names in zip(policy.indications, drugs, strict=True)
        if not names or record.drug is None or record.drug in names
    ]


def _by_subject(uses: list[Indication], denial: Denial, record: Record) -> tuple[list[Indication], tuple[str, ...]]:
    codes = asserted(denial.codes)
    coded = {key for code in (codes.icd10 if codes else ()) if (key := condition_of_code(code))}
    charted = _charted(record)
    for keys in (coded, coded | charted):
        fitting = [at for at in uses if _fits(at, keys)]
        if fitting:
            return _nearest(fitting, keys, record), ()
    service = [at for at in uses if _names_service(at.name, record)]
    if service:
        return service, ()
    unnamed = [at for at in uses if not condition_keys(at.name)]
    if unnamed and len(unnamed) == len(uses):
        return unnamed, ()
    return [], ()


def _charted(record: Record) -> set[str]:
    found: set[str] = set()
    for fact in record.facts:
        if fact.kind == "diagnosis" and fact.assertion is Assertion.AFFIRMED:
            found |= condition_keys(fact.name) | ({fact.condition} if fact.condition else set())
            if fact.code and (coded := condition_of_code(fact.code)):
                found.add(coded)
    return found


def _fits(indication: Indication, keys: set[str]) -> bool:
    wanted = condition_keys(indication.name)
    return any(covers(key, name) for key in keys for name in wanted)


def _nearest(fitting: list[Indication], keys: set[str], record: Record) -> list[Indication]:
    """Of sections for several of the patient's diseases keep that of the disease the drug is asked for."""
    subjects = {frozenset(condition_keys(at.name)) for at in fitting}
    if len(subjects) == 1:
        return fitting
    exact = [at for at in fitting if condition_keys(at.name) & keys]
    narrow = [at for at in exact if not any(_is_wider(at, other) for other in exact)]
    if narrow and len({frozenset(condition_keys(at.name)) for at in narrow}) == 1:
        return narrow
    about = _asked_for(record)
    asked = [at for at in (narrow or exact or fitting) if condition_keys(at.name) & about]
    return asked or fitting


def _is_wider(one: Indication, other: Indication) -> bool:
    """Whether a section's disease holds the other's ("psoriasis" holds "plaque psoriasis")."""
    if one is other:
        return False
    a, b = condition_keys(one.name), condition_keys(other.name)
    return a != b and any(covers(narrow, wide) and narrow != wide for wide in a for narrow in b)


def _asked_for(record: Record) -> set[str]:
    """Return the conditions named on the pages that plan the requested drug."""
    if not record.drug:
        return set()
    pages = {
        (at.evidence.document, at.evidence.page, at.date)
        for at in record.statements
        if any(base_of(found.therapy.name) == record.drug for found in find_therapies(at.text))
    }
    days = {day for _, _, day in pages if day}
    found: set[str] = set()
    for at in record.statements:
        here = (at.evidence.document, at.evidence.page, at.date) in pages or at.date in days
        if here and at.section in ("assessment", "plan", "assessment_plan", "hpi", "history", "diagnosis", ""):
            found |= condition_keys(at.text)
    return found


_SMALL = frozenset(
    [
        "the",
        "of",
        "for",
        "a",
        "an",
        "and",
        "or",
        "with",
        "device",
        "devices",
        "system",
        "systems",
        "therapy",
        "use",
        "other",
        "criteria",
        "coverage",
    ]
)


def _names_service(name: str, record: Record) -> bool:
    """Whether a section is named after the service that was denied ("Continuous glucose monitor")."""
    if record.drug and any(base_of(at.therapy.name) == record.drug for at in find_therapies(name)):
        return True
    asked = set(re.findall(r"[a-z0-9]+", (record.service or "").lower())) - _SMALL
    words = set(re.findall(r"[a-z0-9]+", name.lower())) - _SMALL
    words |= {word.removesuffix("s") for word in words}
    return bool(asked) and len({at for at in asked if at in words or at.removesuffix("s") in words}) / len(asked) >= 0.6


def _by_words(fitting: list[Indication], uses: list[Indication], denial: Denial, record: Record) -> list[Indication]:
    """Return the section that the papers name in its own words, else what fitted before."""
    for among in (fitting, uses):
        if len(among) > 1 and (told := spoken_of(among, record)):
            narrowed = of_phase(told, denial, record)[0] if len(told) > 1 else told
            if len(narrowed) == 1:
                return narrowed
    return fitting
