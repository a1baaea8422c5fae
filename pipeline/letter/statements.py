"""Sentence -> fact -> page: what each passage of a letter that states a fact rests on."""

from collections.abc import Iterator
from typing import Any

from extractors.evidence import asserted
from pipeline.case import CaseDocument, EvidenceOut, StatementOut
from pipeline.letter.blocks import Block, Criterion, Letter, Runs, passages_of, runs_of
from pipeline.letter.dates import day_in_words
from pipeline.letter.exhibits import Exhibits, cited_findings
from pipeline.letter.treatments import prior_treatments
from pipeline.names import spoken_name

# Fields whose value a letter prints as it was read, or in one of the ways below.
_PRINTED = (
    "payer", "payer_as_printed", "patient_name", "member_id", "group_number", "service", "service_as_printed",
    "prescriber", "appeal_address", "appeal_fax", "denial_date", "patient_dob",
)  # fmt: skip
_SHORTEST = 3  # characters; a group number "12" would be found in any date


def statements_of(letter: Letter, case: CaseDocument, exhibits: Exhibits) -> list[StatementOut]:
    """Return every passage that prints a value of the denial, a finding or a course, with its evidence.

    A passage that states nothing read from the papers (a request, a citation of law, a blank) is left out.
    """
    held = list(_values(case))
    told: list[StatementOut] = []
    for block in letter.blocks:
        for runs, evidence, number in _passages(block, case, exhibits):
            text = "".join(run.text for run in runs)
            folded = _folded(text)
            found = evidence if number else [*evidence, *(at for value, at in held if value in folded)]
            if found:
                told.append(StatementOut(text=text, criterion=number, evidence=_each_once(found)))
    return told


def prints_value(letter: Letter, name: str, value: Any) -> bool:
    """Whether the letter prints a value of the denial, in a sentence or in a blank that asks about it."""
    if name not in (*_PRINTED, "reference_numbers", "reasons", "codes"):
        return False
    held = _folded(" ".join(run.text for run in runs_of(letter.blocks)))
    return any(_folded(printed) in held for printed in _ways(name, value))


def _passages(
    block: Block, case: CaseDocument, exhibits: Exhibits
) -> Iterator[tuple[Runs, list[EvidenceOut], str | None]]:
    if not isinstance(block, Criterion):
        told = [(at, course.drug) for course in prior_treatments(case) for at in course.evidence]
        courses = [(exhibits.where(at.document, at.page), at, drug) for at, drug in told]
        for runs in passages_of((block,)):
            text = _folded("".join(run.text for run in runs))
            references = [run.reference for run in runs if run.reference]
            yield runs, [at for where, at, drug in courses if where in references and _folded(drug) in text], None
        return
    criterion = next(at for at in case.criteria if at.number == block.number)
    cited = cited_findings(case, criterion)
    if cited:
        yield block.answer, cited, criterion.number
    for runs in block.findings:
        places = [run.reference for run in runs if run.reference]
        text = _folded("".join(run.text for run in runs))
        here = [at for at in cited if exhibits.where(at.document, at.page) in places]
        quoted = [at for at in here if _folded(at.text)[:60] in text]
        yield runs, quoted or here, criterion.number


def _values(case: CaseDocument) -> Iterator[tuple[str, EvidenceOut]]:
    """Yield each way a value of the denial is printed, with where it was read."""
    for name in (*_PRINTED, "reference_numbers", "reasons", "codes"):
        found = getattr(case.denial, name)
        if found is None or asserted(found) is None:
            continue
        for printed in _ways(name, found.value):
            if len(printed) >= _SHORTEST:
                yield from ((_folded(printed), at) for at in found.evidence)


def _ways(name: str, value: Any) -> list[str]:
    """Return how a letter may print a value: a name in order, a date in words, each of several numbers."""
    match name:
        case "reasons":
            return [reason.quote for reason in value]
        case "codes":
            return [*value.icd10, *value.hcpcs_cpt, *value.ndc]
        case "reference_numbers":
            return list(value)
        case "denial_date" | "patient_dob":
            return [day_in_words(value)]
        case "patient_name" | "prescriber":
            return [value, spoken_name(value) or value]
        case "appeal_fax":
            digits = "".join(c for c in value if c.isdigit()).removeprefix("1")
            return [value, f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"]
    return value.splitlines()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _each_once(evidence: list[EvidenceOut]) -> list[EvidenceOut]:
    return list({(at.document, at.page, tuple(at.bbox)): at for at in evidence}.values())
