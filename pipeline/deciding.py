"""From findings to the appeal: the stages `match` and `assemble`."""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors.chart import as_of
from extractors.chart.facts import Chart
from extractors.denial.fields import Denial
from extractors.documents.segment import DocumentType, Segment
from extractors.evidence import Page, PageSource, Person, asserted
from extractors.policy.tree import Policy
from pipeline import codec
from pipeline.case import CaseDocument, DocumentOut, DoubtfulPage, ExcludedPage
from pipeline.decisions import (
    Overrules,
    Settled,
    corrected,
    lapsed,
    published_decisions,
    revision_of,
    set_aside,
    settle,
    settled_fields,
    with_settled,
)
from pipeline.lately import LATELY
from pipeline.publish import publish_candidates, publish_denial, publish_document, publish_facts, publish_policy
from pipeline.reading import fetch_pdf, file_reader, load_files, load_some
from pipeline.scratch import scratch_folder
from pipeline.settings import read_settings
from pipeline.understanding import Contents, load_contents
from pipeline.workflow import Outcome, Task

if TYPE_CHECKING:
    from pipeline.packet import Approval

_NO_POLICY = (
    "The payer's coverage criteria are not among the files, so the appeal answers the letter alone. "
    "Ask the payer for the criteria it applied and add them to the case."
)
_NO_CHART = "No medical record is among the files, so no criterion can be shown as met. Add the chart to the case."


def match(task: Task) -> Outcome:
    """Decide each criterion and write down the case, all but the packet."""
    files = load_files(task)
    contents = load_contents(task)
    denial = codec.fetch(task, Denial, "understand", "denial")
    chart = codec.fetch(task, Chart, "understand", "chart")
    policies = codec.fetch(task, tuple[Policy, ...], "understand", "policy") or ()
    LATELY.forget()
    assert denial
    today = dt.date.fromisoformat(task.case.today)
    settled = settle(task.decisions, task.documents)
    chart = chart and as_of(chart, today)
    case = decide(task.case.id, files, contents, denial, chart, policies, today, settled)
    shown = case.model_copy(update={"decisions": published_decisions(settled, task.documents)})
    return Outcome(
        output_key=task.store(shown.model_dump_json(by_alias=True).encode()),
        summary=_summary(case),
        urgent=True if "urgent" in settled.values and asserted(case.denial.urgent) else None,
    )


def decide(
    case_id: str,
    files: Mapping[str, Sequence[Page]],
    contents: Contents,
    denial: Denial,
    chart: Chart | None,
    policies: Sequence[Policy],
    today: dt.date,
    settled: Settled | None = None,
) -> CaseDocument:
    """Return the case document, all but its packet; `settled` is what persons decided before."""
    from pipeline.deadlines import find_deadlines
    from pipeline.identity import judge_pages

    settled = settled or Settled()
    read, denial = denial, corrected(denial, settled)
    chart = chart or Chart(pages=(), statements=(), facts=())
    pages = [page for file in files.values() for page in file]
    verdicts = judge_pages(_patient(denial), _record_pages(pages, contents), chart, set_aside(settled))
    criteria = _criteria(policies, chart, denial, verdicts, today, Overrules(settled, pages, _aside(verdicts)))
    shown = _of_patient(chart, verdicts)
    warnings = [*contents.warnings, *criteria.pop("warnings", [])]
    warnings += [] if contents.of_type(DocumentType.CHART) else [_NO_CHART]
    warnings += _lost_pages([page for page in pages if (page.document, page.number) not in settled.pages])
    warnings += lapsed(settled, criteria.get("criteria", ()))
    return CaseDocument(
        case=case_id,
        documents=[_document(segment, pages, contents, shown, policies) for segment in contents.segments],
        denial=with_settled(publish_denial(denial), settled_fields(read, settled)),
        candidates=publish_candidates(read),
        excluded_pages=_excluded(verdicts, pages, settled),
        doubtful_pages=_doubtful(verdicts),
        deadlines=find_deadlines(denial, today),
        warnings=list(dict.fromkeys(warnings)),
        **criteria,
    )


def _of_patient(chart: Chart, verdicts: Sequence[Any]) -> Chart:
    """Return the chart with the facts of this patient alone: what another page says never leaves the case."""
    citable = {(at.document, at.page) for at in verdicts if at.citable}
    facts = (at for at in chart.facts if all((e.document, e.page) in citable for e in at.evidence))
    return dataclasses.replace(chart, facts=tuple(facts))


def _criteria(
    policies: Sequence[Policy],
    chart: Chart,
    denial: Denial,
    verdicts: Sequence[Any],
    today: dt.date,
    overrules: Overrules,
) -> dict[str, Any]:
    """Return the parts of the case document that rest on the payer's criteria.

    Of several policies the one with a section for the denied service is taken, then the newest.
    """
    from pipeline.matching import match_criteria, overrule, published, published_choice

    if not policies:
        return {"gaps": [_NO_POLICY]}
    matches = [(policy, match_criteria(policy, chart, denial, verdicts, today)) for policy in policies]
    policy, match = max(
        matches, key=lambda at: (_is_about(at[0], denial), at[1].indication is not None, _effective(at[0]))
    )
    others = [at for at, _ in matches if at is not policy]
    match = overrule(match, policy, overrules.on) if overrules else match
    return {
        "policy": published_choice(policy, match),
        "criteria": published(match),
        "logic": _as_lists(match.logic),
        "overall": match.overall.value,
        "gaps": list(match.gaps),
        "warnings": [*match.warnings, *(_left_aside(other, policy) for other in others)],
    }


def _is_about(policy: Policy, denial: Denial) -> bool:
    """Whether the policy names the denied drug or service."""
    from pipeline.matching.match import requested_drug

    wanted = requested_drug(denial) or asserted(denial.service)
    return bool(wanted) and wanted.casefold() in {drug.casefold() for drug in policy.drugs}


def _effective(policy: Policy) -> dt.date:
    return policy.effective_date.value if policy.effective_date else dt.date.min


def _left_aside(other: Policy, chosen: Policy) -> str:
    return f"{other.document} holds another policy; the criteria are those of {chosen.document}."


def _as_lists(logic: Any) -> Any:
    """Tuples as the lists they are in JSON."""
    return [_as_lists(item) for item in logic] if isinstance(logic, tuple | list) else logic


def _patient(denial: Denial) -> Person:
    """Whose appeal this is: as the denial says."""
    born = asserted(denial.patient_dob)
    return Person(
        name=asserted(denial.patient_name),
        birth_date=born.isoformat() if born else None,
        member_id=asserted(denial.member_id),
    )


# What the payer wrote is not the patient's record: whose page it is does not arise.
_OF_THE_PAYER = (
    DocumentType.DENIAL_LETTER,
    DocumentType.EXPLANATION_OF_BENEFITS,
    DocumentType.PAYER_POLICY,
)


def _record_pages(pages: Sequence[Page], contents: Contents) -> list[Page]:
    payers = {(s.document, number) for s in contents.of_type(*_OF_THE_PAYER) for number in s.pages}
    return [page for page in pages if (page.document, page.number) not in payers]


_SET_ASIDE = ("another_patient", "blank", "duplicate", "unreadable", "irrelevant")


def _aside(verdicts: Sequence[Any]) -> set[tuple[str, int]]:
    return {(at.document, at.page) for at in verdicts if at.verdict in _SET_ASIDE}


def _excluded(verdicts: Sequence[Any], pages: Sequence[Page], settled: Settled) -> list[ExcludedPage]:
    """Return the pages set aside, with unreadable pages of the payer's documents added."""
    found = [
        ExcludedPage(
            document=at.document,
            page=at.page,
            why=at.verdict,
            of=at.of and {"document": at.of[0], "page": at.of[1]},
            settled_by="reviewer" if at.settled else None,
            reason=(settled.pages[at.document, at.page].reason or None) if at.settled else None,
        )
        for at in verdicts
        if at.verdict in _SET_ASIDE
    ]
    told = {(page.document, page.page) for page in found}
    told |= set(settled.pages)
    failed = [page for page in pages if page.source is PageSource.FAILED]
    found += [
        ExcludedPage(document=page.document, page=page.number, why="unreadable")
        for page in failed
        if (page.document, page.number) not in told
    ]
    order = {document: at for at, document in enumerate(dict.fromkeys(page.document for page in pages))}
    return sorted(found, key=lambda page: (order[page.document], page.page))


_SURE_PAGE = 0.9  # from here on a page is the patient's, and nobody has to look


def _doubtful(verdicts: Sequence[Any]) -> list[DoubtfulPage]:
    """Return the pages that may or may not be the patient's, cited by the program or not."""
    return [
        DoubtfulPage(document=at.document, page=at.page, why=at.why, confidence=at.confidence, citable=at.citable)
        for at in verdicts
        if not at.settled and (at.verdict == "unidentified" or (at.verdict == "patient" and at.confidence < _SURE_PAGE))
    ]


def _lost_pages(pages: Sequence[Page]) -> list[str]:
    lost = [page for page in pages if page.source is PageSource.FAILED]
    return [f"{page.document} page {page.number} could not be read: look at it yourself." for page in lost]


def _document(
    segment: Segment, pages: Sequence[Page], contents: Contents, chart: Chart, policies: Sequence[Policy]
) -> DocumentOut:
    """Return one document of the case with what was read from it."""
    document = publish_document(segment, pages)
    for letter in contents.letters:
        if letter.segment == segment:
            return document.model_copy(update={"fields": publish_denial(letter.denial).model_dump(mode="json")})
    if segment.document_type is DocumentType.CHART:
        return document.model_copy(update={"facts": publish_facts(chart, segment)})
    if segment.document_type is DocumentType.PAYER_POLICY:
        mine = contents.of_type(DocumentType.PAYER_POLICY).index(segment)
        return document.model_copy(update={"policy": publish_policy(policies[mine])})
    return document


def _summary(case: CaseDocument) -> dict[str, Any]:
    """Return what the list of cases shows."""
    days = [deadline.last_day for deadline in case.deadlines]
    return {
        "payer": asserted(case.denial.payer),
        "service": asserted(case.denial.service),
        "last_day": min(days) if days else None,
        "overall": case.overall,
    }


def assemble(task: Task) -> Outcome:
    """Build the packet and put its files into the storage; the files of the case are opened apart from us."""
    from pipeline.clinic import load_clinic
    from pipeline.packet import build_packet, pages_used
    from pipeline.packet.binding import BinderApart

    case = CaseDocument.model_validate_json(task.load("match") or b"")
    sources = {document.name: fetch_pdf(task, document) for document in task.documents}
    with scratch_folder() as place:
        build = partial(
            build_packet,
            case,
            BinderApart(file_reader(), sources),
            today=dt.date.fromisoformat(task.case.today),
            pages=load_some(task, pages_used(case)),
            page_counts={document.name: document.page_count or 0 for document in task.documents},
            source_hashes={document.name: document.sha256 for document in task.documents},
            clinic=load_clinic(read_settings().clinic),
        )
        made = build(place / "draft")
        key = _keep(task, place / "draft")
        approval = _approval(task, key)
        if approval:
            made = build(place / "approved", approval=approval)
            key = _keep(task, place / "approved")
    return Outcome(output_key=key, summary={"open_points": len(made.review.open), "final": made.review.final})


def _keep(task: Task, folder: Path) -> str:
    """Put the files of a packet into the storage and return the key of their index."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): task.store(path.read_bytes()) for path in paths}
    return task.store(json.dumps({"files": files}).encode())


def _approval(task: Task, key: str) -> "Approval | None":
    """Return the approval of the packet under this key, None where nobody approved it, byte for byte."""
    from pipeline.packet import Approval

    row = settle(task.decisions, task.documents).approval
    if row is None or row.value["result"] != revision_of(key):
        return None
    at = dt.datetime.fromtimestamp(row.at, dt.UTC).isoformat(timespec="seconds")
    return Approval(by=row.actor, at=at, result=row.value["result"])
