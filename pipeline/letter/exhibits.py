"""Which page of the case is which page of which exhibit, as letter, checklist and packet cite it."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from extractors.evidence import asserted
from pipeline.case import CaseDocument, CriterionOut, EvidenceOut, FactOut
from pipeline.letter.dates import day_in_words
from pipeline.letter.logic import alternatives_met
from pipeline.letter.treatments import prior_treatments

ExhibitKind = Literal["checklist", "denial", "policy", "chart"]
SourcePage = tuple[str, int]  # file name as given, page from 1

# Six findings answer a criterion; a seventh that says the same only makes the packet longer.
MAX_FINDINGS = 6
_DENIALS = ("denial_letter", "explanation_of_benefits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A page of an exhibit."""

    exhibit: str  # "A", "3"
    page: int  # from 1 within the exhibit

    def __str__(self) -> str:
        return f"Exhibit {self.exhibit}, page {self.page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One exhibit; the checklist has no source pages, it is made for the packet."""

    label: str
    kind: ExhibitKind
    title: str
    pages: tuple[SourcePage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibits:
    """All exhibits in order, and the way from a source page to its place among them."""

    exhibits: tuple[Exhibit, ...]
    places: dict[SourcePage, Reference]

    def where(self, document: str, page: int) -> Reference | None:
        """Return the exhibit page that shows this source page, None if it is not in the packet."""
        return self.places.get((document, page))

    def sourced(self) -> Iterator[tuple[Exhibit, int, SourcePage]]:
        """Yield (exhibit, page within it, source page) in the order of the packet."""
        for exhibit in self.exhibits:
            for number, source in enumerate(exhibit.pages, start=1):
                yield exhibit, number, source


def assign_exhibits(case: CaseDocument) -> Exhibits:
    """Give every cited page its exhibit: A the checklist, B the denial letter, C the policy pages, 1, 2 ... the chart.

    Where the case has no denial page the policy is B. Chart pages are grouped by visit or report in order of first
    use, each page once; a page that the case excludes (another patient, blank, repeated) never gets a place.
    """
    excluded = {(page.document, page.page) for page in case.excluded_pages}
    denial = [page for page in denial_pages(case) if page not in excluded]
    policy = [page for page in policy_pages(case) if page not in excluded]
    taken = {*denial, *policy}
    chart = [page for page in dict.fromkeys(_chart_pages(case)) if page not in excluded and page not in taken]

    made = [Exhibit(label="A", kind="checklist", title="Checklist of the plan's criteria")]
    if denial:
        made.append(Exhibit(label="", kind="denial", title=_denial_title(case), pages=tuple(denial)))
    if policy:
        made.append(Exhibit(label="", kind="policy", title=_policy_title(case), pages=tuple(policy)))
    lettered = [replace(exhibit, label=letter) for letter, exhibit in zip("ABC", made, strict=False)]
    charts = [replace(at, label=str(n)) for n, at in enumerate(_chart_exhibits(case, chart), start=1)]
    exhibits = (*lettered, *charts)
    places = {
        source: Reference(exhibit=exhibit.label, page=n)
        for exhibit in exhibits
        for n, source in enumerate(exhibit.pages, start=1)
    }
    return Exhibits(exhibits=exhibits, places=places)


def cited_findings(case: CaseDocument, criterion: CriterionOut) -> list[EvidenceOut]:
    """Return the findings the letter prints under a criterion, the first few, the same words of a page once.

    An open criterion has none: what is not shown to be met is not argued. Nor has one that
    the policy does not need, since an alternative is met.
    """
    if criterion.status == "unclear" or criterion.number in alternatives_met(case):
        return []
    excluded = {(page.document, page.page) for page in case.excluded_pages}
    distinct: dict[tuple[str, int, str], EvidenceOut] = {}
    for evidence in criterion.evidence:
        if (evidence.document, evidence.page) not in excluded:
            distinct.setdefault((evidence.document, evidence.page, " ".join(evidence.text.split())), evidence)
    return list(distinct.values())[:MAX_FINDINGS]


def denial_pages(case: CaseDocument) -> list[SourcePage]:
    """Return the pages of the letter the denial was read from, all of them and in order."""
    cited = {(e.document, e.page) for e in _denial_evidence(case)}
    for wanted in _DENIALS:
        for found in case.documents:
            pages = [(found.document, page) for page in found.pages]
            if found.document_type == wanted and (not cited or cited.intersection(pages)):
                return pages
    return sorted(cited)


def policy_pages(case: CaseDocument) -> list[SourcePage]:
    """Return the first page of the policy (title, effective date) and those that hold the criteria."""
    if case.policy is None:
        return []
    document = case.policy.document
    used = {criterion.policy_page for criterion in case.criteria}
    first = [min(d.pages) for d in case.documents if d.document == document and d.document_type == "payer_policy"]
    return [(document, page) for page in sorted({*first[:1], *used})]


def _denial_evidence(case: CaseDocument) -> Iterator[EvidenceOut]:
    for name in ("reasons", "denial_date", "service"):
        found = getattr(case.denial, name)
        if found is not None:
            yield from found.evidence


def _chart_pages(case: CaseDocument) -> Iterator[SourcePage]:
    """Yield pages in order of first use: criteria in the payer's order, then prior treatments."""
    for criterion in case.criteria:
        for evidence in cited_findings(case, criterion):
            yield evidence.document, evidence.page
    for course in prior_treatments(case):
        for evidence in course.evidence:
            yield evidence.document, evidence.page


def _chart_exhibits(case: CaseDocument, pages: list[SourcePage]) -> list[Exhibit]:
    """Group cited pages that belong to one visit or report; groups stand in order of first use."""
    visits = _visits(case)
    keys = {page: visits.get(page, page) for page in pages}
    first_use = {key: n for n, key in reversed(list(enumerate(keys.values())))}
    ordered = sorted(pages, key=lambda page: (first_use[keys[page]], page))
    exhibits = []
    for _, group in groupby(ordered, key=lambda page: keys[page]):
        members = tuple(group)
        exhibits.append(Exhibit(label="", kind="chart", title=_chart_title(case, members), pages=members))
    return exhibits


def _visits(case: CaseDocument) -> dict[SourcePage, Hashable]:
    """Map each page that names its visit to that visit: same file, date and author are one visit."""
    visits: dict[SourcePage, Hashable] = {}
    for fact in _facts(case):
        if fact.kind != "encounter" or fact.date is None or fact.encounter is None:
            continue
        for evidence in fact.evidence:
            key = (evidence.document, fact.date, fact.encounter.author)
            visits.setdefault((evidence.document, evidence.page), key)
    return visits


def _facts(case: CaseDocument) -> Iterable[FactOut]:
    return (fact for document in case.documents for fact in document.facts or ())


def _denial_title(case: CaseDocument) -> str:
    kinds = {d.document_type for d in case.documents if d.document_type in _DENIALS}
    name = "Denial letter" if "denial_letter" in kinds or not kinds else "Explanation of benefits"
    return _dated(name, asserted(case.denial.denial_date))


def _policy_title(case: CaseDocument) -> str:
    policy = case.policy
    assert policy is not None
    parts = [policy.title or "Coverage policy", f"number {policy.number}" if policy.number else None]
    if policy.effective_date:
        parts.append(f"effective {day_in_words(policy.effective_date)}")
    return ", ".join(part for part in parts if part)


def _chart_title(case: CaseDocument, pages: tuple[SourcePage, ...]) -> str:
    """Name an exhibit by the visit it records, else by the one date its cited facts carry."""
    authors, specialties, dates = set(), set(), set()
    for fact in _facts(case):
        if any((e.document, e.page) in pages for e in fact.evidence) and fact.kind == "encounter" and fact.encounter:
            authors.add(fact.encounter.author)
            specialties.add(fact.encounter.specialty)
            dates.add(fact.date)
    specialties -= {None}  # a visit line names the author alone, the signature on the next sheet the specialty too
    if len(dates - {None}) == 1 and len(authors) == 1 and len(specialties) <= 1:
        author = authors.pop()
        who = f", {author}" if author else ""
        what = f" ({specialties.pop().replace('_', ' ')})" if specialties else ""  # a key of specialties.yaml
        return _dated(f"Medical record{who}{what}", (dates - {None}).pop())
    cited = {e.date for criterion in case.criteria for e in criterion.evidence if (e.document, e.page) in pages}
    return _dated("Medical record", cited.pop() if len(cited) == 1 else None)


def _dated(name: str, day: str | None) -> str:
    return f"{name}, {day_in_words(day)}" if day else name
