"""The door of the chart reader: pages in, statements, facts and page heads out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from extractors.chart.diagnoses import read_allergies, read_allergy_table, read_problem_table, read_told_diagnoses
from extractors.chart.encounters import read_encounters
from extractors.chart.facts import Assertion, Chart, ChartPage, Fact, Statement
from extractors.chart.heads import Head, read_head
from extractors.chart.layout import Row, read_rows
from extractors.chart.listed_courses import read_table_courses
from extractors.chart.measurements import read_told_values
from extractors.chart.people import find_people
from extractors.chart.result_tables import read_result_table
from extractors.chart.services import read_services
from extractors.chart.statements import PageText, read_statements
from extractors.chart.told_courses import read_told_courses
from extractors.each import Each
from extractors.evidence import Finding, Page, Person

# no visit, course or result stands on these
_NO_FACTS = frozenset({"fax_cover", "release_form", "insurance_card"})


def read_chart(pages: Sequence[Page], today: dt.date | None = None, each: Each = map) -> Chart:
    """Return what the chart pages say, in page order; whose page each is, is judged in pipeline.identity.

    `today` bounds dates, as `as_of` does; None: not yet. `each` does the work page by page. A blank or failed page
    gives a `ChartPage` without a person and nothing else.
    """
    rows = [read_rows(page) for page in pages]
    places = range(len(pages))
    people = list(each(lambda at: tuple(find_people(pages[at], rows[at])), places))
    heads = _heads(pages, rows, _births(people))
    told = list(each(lambda at: _read_page(pages[at], heads[at], rows[at], people[at]), places))
    chart = Chart(
        pages=tuple(_chart_page(*page) for page in zip(pages, heads, people, strict=True)),
        statements=tuple(statement for statements, _ in told for statement in statements),
        facts=tuple(fact for _, facts in told for fact in facts),
    )
    return as_of(chart, today) if today else chart


def as_of(chart: Chart, today: dt.date) -> Chart:
    """Return the chart without facts that no note could know by then: nothing was measured or taken after today."""
    return replace(chart, facts=tuple(fact for fact in chart.facts if _believable(fact, today)))


def _births(people: Sequence[tuple[Finding[Person], ...]]) -> frozenset[dt.date]:
    """Return every birth date of the file: printed without a label on another page it is still no visit."""
    found = (person.value.birth_date for page in people for person in page)
    return frozenset(dt.date.fromisoformat(birth) for birth in found if birth)


def _heads(pages: Sequence[Page], rows: Sequence[list[Row]], births: frozenset[dt.date]) -> list[Head]:
    """Return the head of every page, a second sheet's with what stands on the first."""
    heads: list[Head] = []
    before: tuple[Page, Head] | None = None
    for page, read in zip(pages, rows, strict=True):
        head = read_head(read, births)
        if before and before[0].document == page.document:
            head = _inherit(head, before[1])
        heads.append(head)
        if page.lines:
            before = (page, head)
    return heads


def _chart_page(page: Page, head: Head, people: tuple[Finding[Person], ...]) -> ChartPage:
    return ChartPage(
        document=page.document,
        page=page.number,
        person=people[0] if people else None,
        date=head.date,
        author=head.author,
        specialty=head.specialty,
        kind=head.kind,
        people=people,
        continued=head.continued,
        contact=head.contact,
    )


def _read_page(
    page: Page, head: Head, rows: list[Row], people: tuple[Finding[Person], ...]
) -> tuple[list[Statement], list[Fact]]:
    text = read_statements(page, head, rows)
    facts = [] if head.kind in _NO_FACTS else _facts(text, head)
    return _with_identity(text, people, head), facts


def _with_identity(text: PageText, people: tuple[Finding[Person], ...], head: Head) -> list[Statement]:
    """Add the patient block as one statement where the page's rows part it: "DOB:" above its date."""
    statements = list(text.statements)
    if people:
        evidence = people[0].evidence[0]
        if not any(evidence.text in statement.text for statement in statements[: head.body + 2]):
            whole = Statement(
                text=evidence.text, evidence=evidence, section="header", date=head.date, confidence=people[0].confidence
            )
            statements.insert(0, whole)
    return statements


def _inherit(head: Head, earlier: Head) -> Head:
    """Give a second sheet the visit of the first: its date, author and specialty."""
    if not head.continued or (head.date and earlier.date and head.date != earlier.date):
        return head
    same = head.author is None or earlier.author is None or _surname(head.author) == _surname(earlier.author)
    return replace(
        head,
        date=head.date or earlier.date,
        author=head.author or earlier.author,
        specialty=head.specialty or (earlier.specialty if same else None),
        kind=head.kind or earlier.kind,
        contact=head.contact or earlier.contact,
    )


def _surname(name: str) -> str:
    return name.split()[-1].lower()


def _facts(text: PageText, head: Head) -> list[Fact]:
    statements = list(text.statements)
    facts: list[Fact] = []
    for block in text.blocks:
        if block.table.kind in ("medications", "infusions", "given", "fills"):
            facts += read_table_courses(text, block)
        elif block.table.kind in ("labs", "results", "readings", "flow", "trend", "vitals"):
            facts += read_result_table(text, block)
        elif block.table.kind == "problems":
            facts += read_problem_table(text, block)
        elif block.table.kind == "allergies":
            facts += read_allergy_table(text, block)
    facts += read_told_courses(statements)
    facts += read_told_values(statements, text.page.text)
    facts += read_told_diagnoses(statements)
    facts += read_services(statements)
    facts += read_allergies(statements)
    facts += read_encounters(statements, head)
    return facts


def _believable(fact: Fact, today: dt.date) -> bool:
    """Leave out what claims to have been after today: a misread date, or a plan told as done."""
    if fact.assertion in (Assertion.PLANNED, Assertion.HYPOTHETICAL):
        return True
    if fact.date and fact.date > today:
        return False
    course = fact.treatment
    return not (course and course.start and course.start > today)
