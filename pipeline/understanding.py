"""From pages to meaning: the stages `classify` and `understand`, and the same for single files."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from extractors.chart.facts import Chart
from extractors.denial.fields import Denial
from extractors.documents.segment import DocumentType, Segment
from extractors.errors import NoDenialLetterError, TwoPatientsError
from extractors.evidence import Page, asserted
from extractors.policy.tree import Policy
from pipeline import codec, kept
from pipeline.case import LANGUAGES, DocumentOut
from pipeline.decisions import settle
from pipeline.publish import publish_denial, publish_document, publish_facts, publish_policy
from pipeline.reading import load_file, load_some
from pipeline.spread import each
from pipeline.workflow import DocumentRow, Outcome, Successor, Task

# Letters whose fields are published; only the first two deny anything.
LETTERS = (
    DocumentType.DENIAL_LETTER,
    DocumentType.EXPLANATION_OF_BENEFITS,
    DocumentType.APPROVAL_LETTER,
    DocumentType.INFORMATION_REQUEST,
    DocumentType.APPEAL_ACKNOWLEDGEMENT,
)
_DENYING = LETTERS[:2]

# Per cent of a member number that must agree: one character in eleven misread scores 91.
_SAME_NUMBER = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter of the case and what it says."""

    segment: Segment
    denial: Denial


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the files of a case hold: the output of `classify`."""

    segments: tuple[Segment, ...]  # file by file in the order given, then by first page
    letters: tuple[Letter, ...]
    chosen: int  # index in `letters` of the denial the appeal answers
    warnings: tuple[str, ...] = ()

    def of_type(self, *types: DocumentType) -> list[Segment]:
        return [segment for segment in self.segments if segment.document_type in types]


def classify(task: Task) -> Outcome:
    """Tell the documents of the case apart and find the denial that the appeal answers."""
    pages = cache(partial(load_file, task))  # of a file that was parted before only the letters are read

    def parted(document: DocumentRow) -> list[Segment]:
        return kept.find(task, list[Segment], "documents", document, None, lambda: split_file(pages(document)))

    files = {document.name: document for document in task.documents}
    contents = sort_files(
        {name: parted(document) for name, document in files.items()},
        lambda name: pages(files[name]),
        settle(task.decisions, task.documents).excluded,
    )
    denial = contents.letters[contents.chosen].denial
    parts = ["denial"]
    parts += ["chart"] if contents.of_type(*CHART_TYPES) else []
    parts += ["policy"] if contents.of_type(DocumentType.PAYER_POLICY) else []
    key = codec.store(task, Contents, contents)
    shown = {
        "payer": asserted(denial.payer),
        "service": asserted(denial.service),
    }
    return Outcome(
        output_key=key,
        successors=tuple(Successor(stage="understand", part=part, input_hash=key.rpartition("/")[2]) for part in parts),
        urgent=True if asserted(denial.urgent) else None,
        summary=shown,
    )


# Pages that may hold facts of the patient; `other` is read too, since a chart page that nobody could type is one.
CHART_TYPES = (DocumentType.CHART,)


def understand(task: Task) -> Outcome:
    """Read the fields of the denial, the facts of the chart or the criteria of the policies."""
    contents = load_contents(task)
    summary: dict[str, str] = {}
    if task.job.part == "denial":
        denial = contents.letters[contents.chosen].denial
        key, summary = codec.store(task, Denial, denial), _last_day(denial, task.case.today)
    elif task.job.part == "chart":
        key = _store_chart(task, contents.of_type(*CHART_TYPES))
    else:
        policies = contents.of_type(DocumentType.PAYER_POLICY)
        pages = _load_pages(task, policies)
        key = codec.store(task, tuple[Policy, ...], tuple(understand_policy(one, pages) for one in policies))
    return Outcome(output_key=key, summary=summary)


def _store_chart(task: Task, charts: Sequence[Segment]) -> str:
    """Store what the chart says, whatever the day, and return its key."""

    def read() -> Chart:
        return understand_chart(charts, _load_pages(task, charts))

    files = [document for document in task.documents if document.name in {chart.document for chart in charts}]
    if len(files) > 1:
        return codec.store(task, Chart, read())
    return kept.store(task, Chart, "facts", files[0], [chart.pages for chart in charts], read)


def _load_pages(task: Task, segments: Iterable[Segment]) -> list[Page]:
    """Return the pages of these documents alone."""
    wanted: dict[str, set[int]] = {}
    for segment in segments:
        wanted.setdefault(segment.document, set()).update(segment.pages)
    return [page for file in load_some(task, wanted).values() for page in file]


def _last_day(denial: Denial, today: str) -> dict[str, str]:
    """Return what the rest of the case is ranked by: a near deadline goes before others."""
    from pipeline.deadlines import find_deadlines

    days = [deadline.last_day for deadline in find_deadlines(denial, dt.date.fromisoformat(today))]
    return {"last_day": min(days)} if days else {}


def load_contents(task: Task) -> Contents:
    """Return the output of `classify`."""
    contents = codec.fetch(task, Contents, "classify")
    assert contents
    return contents


def split_file(pages: Sequence[Page]) -> list[Segment]:
    """Return the documents of one file."""
    from extractors.documents import split_documents

    return split_documents(pages, each)


def sort_files(
    found: Mapping[str, Sequence[Segment]],
    pages_of_file: Callable[[str], Sequence[Page]],
    excluded: Collection[tuple[str, int]] = frozenset(),
) -> Contents:
    """Find the denial among the documents of the files.

    found: what `split_file` found in each file, by name; pages_of_file: asked for files with a letter. excluded: file
    and number of pages that a person left out: they keep documents apart as before, and are read in none. Raises
    NoDenialLetterError and TwoPatientsError.
    """
    segments = tuple(_without(segment, excluded) for parted in found.values() for segment in parted)
    segments = tuple(segment for segment in segments if segment.pages)
    letters = tuple(
        Letter(segment=segment, denial=understand_letter(segment, pages_of_file(segment.document)))
        for segment in segments
        if segment.document_type in _DENYING
    )
    denying = [
        letter
        for letter in letters
        if letter.segment.document_type is DocumentType.DENIAL_LETTER or letter.denial.reasons
    ]
    if not denying:
        raise NoDenialLetterError("; ".join(_taken_for(name, segments) for name in found))
    _refuse_two_patients(denying)
    chosen = max(denying, key=_precedence)
    return Contents(
        segments=segments,
        letters=letters,
        chosen=letters.index(chosen),
        warnings=(*_other_letters(chosen, denying), *_other_language(chosen)),
    )


def _without(segment: Segment, excluded: Collection[tuple[str, int]]) -> Segment:
    return replace(segment, pages=tuple(n for n in segment.pages if (segment.document, n) not in excluded))


def understand_letter(segment: Segment, pages: Iterable[Page]) -> Denial:
    """Return the fields of a letter."""
    from extractors.denial import read_denial

    return read_denial(pages_of(segment, pages))


def understand_chart(segments: Iterable[Segment], pages: Sequence[Page], today: dt.date | None = None) -> Chart:
    """Return what the chart says on the pages of these documents, taken together; today: as `read_chart` takes it."""
    from extractors.chart import read_chart

    return read_chart([page for segment in segments for page in pages_of(segment, pages)], today, each)


def understand_policy(segment: Segment, pages: Iterable[Page]) -> Policy:
    """Return the criteria of a policy."""
    from extractors.policy import read_policy

    return read_policy(pages_of(segment, pages))


def find_policy(pages: Sequence[Page]) -> Policy:
    """Return the policy that a file holds; a file given as a policy is read as one whatever it looks like."""
    for segment in split_file(pages):
        if segment.document_type is DocumentType.PAYER_POLICY:
            return understand_policy(segment, pages)
    from extractors.policy import read_policy

    return read_policy(list(pages))


def pages_of(segment: Segment, pages: Iterable[Page]) -> list[Page]:
    """Return the pages of the document in reading order."""
    found = {page.number: page for page in pages if page.document == segment.document}
    return [found[number] for number in segment.pages if number in found]


def describe_file(pages: Sequence[Page], today: dt.date) -> list[DocumentOut]:
    """Return every document of one file with all it says: `rebut read`."""
    return [describe(segment, pages, today) for segment in split_file(pages)]


def describe(segment: Segment, pages: Sequence[Page], today: dt.date) -> DocumentOut:
    """Return one document with all it says."""
    document = publish_document(segment, pages)
    if segment.document_type in LETTERS:
        fields = publish_denial(understand_letter(segment, pages))
        return document.model_copy(update={"fields": fields.model_dump(mode="json")})
    if segment.document_type is DocumentType.CHART:
        chart = understand_chart([segment], pages, today)
        return document.model_copy(update={"facts": publish_facts(chart, segment)})
    if segment.document_type is DocumentType.PAYER_POLICY:
        return document.model_copy(update={"policy": publish_policy(understand_policy(segment, pages))})
    return document


def _precedence(letter: Letter) -> tuple[bool, dt.date, bool]:
    """A letter before an EOB, then the newest; a letter that gives no date comes last of its kind."""
    decided = letter.denial.denial_date.value if letter.denial.denial_date else dt.date.min
    return letter.segment.document_type is DocumentType.DENIAL_LETTER, decided, letter.denial.reasons is not None


def _other_letters(chosen: Letter, denying: Sequence[Letter]) -> list[str]:
    others = [letter for letter in denying if letter is not chosen]
    if not others:
        return []
    named = ", ".join(f"{_where(letter.segment)}{_dated(letter)}" for letter in others)
    return [
        f"The files hold {len(denying)} denials of this patient. This appeal answers the newest letter, "
        f"{_where(chosen.segment)}{_dated(chosen)}; left aside: {named}."
    ]


def _other_language(chosen: Letter) -> list[str]:
    """Fields of such a letter are read as far as they go; its reason is quoted in its own language."""
    if chosen.segment.language in (None, "en"):
        return []
    name = LANGUAGES.get(chosen.segment.language, "another language")
    return [
        f"The denial, {_where(chosen.segment)}, is in {name}: "
        "have someone who reads it check every field before the letter is signed."
    ]


def _dated(letter: Letter) -> str:
    return f" of {letter.denial.denial_date.value.isoformat()}" if letter.denial.denial_date else ""


def _where(segment: Segment) -> str:
    return f"{segment.document} page {min(segment.pages)}"


def _taken_for(name: str, segments: Iterable[Segment]) -> str:
    kinds = dict.fromkeys(s.document_type.value.replace("_", " ") for s in segments if s.document == name)
    return f"{name} (taken for: {', '.join(kinds) or 'nothing readable'})"


def _refuse_two_patients(letters: Sequence[Letter]) -> None:
    """Raise where two letters name two people beyond what a misread character explains."""
    first = letters[0]
    for other in letters[1:]:
        if _different_people(first.denial, other.denial):
            raise TwoPatientsError(_where(first.segment), _where(other.segment))


def _different_people(one: Denial, other: Denial) -> bool:
    """Most of name, birth date and member number must differ: one alone may be a misreading or a married name."""
    from pipeline.identity import compare_births, compare_names

    votes = []
    if one.patient_name and other.patient_name:
        votes.append(compare_names(one.patient_name.value, other.patient_name.value) == "different")
    if one.patient_dob and other.patient_dob:
        births = (one.patient_dob.value.isoformat(), other.patient_dob.value.isoformat())
        votes.append(compare_births(*births) == "different")
    if one.member_id and other.member_id:
        from rapidfuzz import fuzz

        votes.append(fuzz.ratio(one.member_id.value, other.member_id.value) < _SAME_NUMBER)
    return votes.count(True) > votes.count(False)
