"""The part of a chart that may be quoted for this patient and this request.

What is left out here can never become evidence: pages of someone else, blanks, repeats,
text copied forward, family history, entries made in error.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from extractors import lore
from extractors.chart import frame_of_all, states_nothing
from extractors.chart.facts import Assertion, Chart, ChartPage, Fact, Statement
from extractors.dates import find_dates
from extractors.evidence import Evidence
from extractors.vocabulary.pattern_set import PatternSet
from pipeline.matching.care import find_care
from pipeline.matching.quantities import find_values, value_words
from pipeline.matching.requirements import Window
from pipeline.matching.sentence_index import SentenceIndex
from pipeline.matching.terms import base_of, find_therapies, wording

PageKey = tuple[str, int]

# Who else a sentence may be about. "Mother" alone may be the patient when a daughter calls: such a sentence is left
# out too, since nothing in it says whose mother.
_SOMEONE_ELSE = wording("record.someone_else")
_OF_FAMILY = lore.regex(
    r"\b(?:family|FH|FHx|fam|mother|father|sister|brother|aunt|uncle|parent|grand\w+|cousin|son|daughter|mom|dad|relatives?)\b",
    re.I,
)
# "No personal or family history of ..." is about the patient too.
_OF_BOTH = lore.regex(r"\bpersonal (?:history )?(?:or|and|nor|/) ?family (?:history|hx)\b", re.IGNORECASE)
# What has not happened: planned, considered, hypothetical, asked for.
_NOT_YET = wording("record.not_yet")
_UNVERIFIED = wording("record.unverified")
_LABEL = lore.regex(r"(?:[A-Z][\w/-]*\s?){1,4}[:.](?:\s|$)")  # "Plan:", "Assessment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Words of the chart that bear a verdict out, and the date of what they state."""

    evidence: Evidence
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The citable chart, and what the request is."""

    statements: tuple[Statement, ...]  # page order, citable, first-hand
    facts: tuple[Fact, ...]
    pages: tuple[ChartPage, ...]
    request_date: dt.date
    drug: str | None = None  # generic name of what was denied
    service: str | None = None  # as the letter has it
    prescriber: str | None = None
    birth_date: dt.date | None = None  # as the denial has it
    start_date: dt.date | None = None  # first dose, where the chart gives one
    order_date: dt.date | None = None
    conditions: tuple[str, ...] = ()  # keys of the indication chosen
    relatives: tuple[Statement, ...] = ()  # what citable pages tell of the family: a doubt, never evidence
    _index: dict[int, int] = field(default_factory=dict, repr=False)
    _sentences: SentenceIndex = field(default_factory=SentenceIndex, repr=False)
    _pages: dict[PageKey, list[Statement]] = field(default_factory=dict, repr=False)

    def first_day(self, window: Window | None) -> dt.date | None:
        """Return the earliest day that the window takes; None: no limit."""
        if window is None:
            return None
        anchor = (self.order_date if window.anchor == "order" else None) or self.request_date
        if window.days:
            return anchor - dt.timedelta(days=window.days)
        return months_before(anchor, (window.months or 0) + 12 * (window.years or 0))

    def inside(self, day: dt.date | None, window: Window | None) -> bool:
        """Whether a dated fact lies in the window; an undated one lies in none."""
        first = self.first_day(window)
        if first is None:
            return True
        return day is not None and first <= day <= self.request_date

    def holds(self, item: Fact | Statement, window: Window | None) -> bool:
        """Whether a fact or sentence lies in the window; one that tells of an earlier time does not."""
        first = self.first_day(window)
        if first is None:
            return True
        text = item.text if isinstance(item, Statement) else item.statement.text
        return self.inside(item.date, window) and not tells_of_before(text, first)

    def before(self, statement: Statement, how_many: int = 3) -> list[Statement]:
        """Return the statements that stand before this one on its page, nearest first."""
        at = self._index.get(id(statement))
        if at is None:
            return []
        page = page_of(statement.evidence)
        earlier = self.statements[max(0, at - how_many) : at]
        return [held for held in reversed(earlier) if page_of(held.evidence) == page]

    def saying(self, *patterns: re.Pattern[str]) -> list[Statement]:
        """Return the statements in whose text one of the patterns is found, in order: what a judge need look at."""
        return self._sentences.saying(*patterns)

    def may_say(self, *patterns: re.Pattern[str]) -> list[Statement]:
        """Return every statement that has a clause which one of the patterns finds, and some that have none."""
        return self._sentences.may_say(*patterns)

    def on_page(self, place: PageKey) -> tuple[Statement, ...]:
        """Return the statements of one page in order."""
        if not self._pages:
            for at in self.statements:
                self._pages.setdefault(page_of(at.evidence), []).append(at)
        return tuple(self._pages.get(place, ()))

    def treatments(self) -> dict[str, list[Fact]]:
        """Return facts about treatment by generic name (biosimilars under the drug they copy)."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            if fact.kind == "treatment":
                found[base_of(fact.name)].append(fact)
        return found


def page_of(evidence: Evidence) -> PageKey:
    """Return (document, page)."""
    return evidence.document, evidence.page


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months earlier, the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


_LONG_AGO = lore.regex(
    r"\b(?:years ago|in (?:her|his|their) life(?:time)?|lifetime|ever since|as a child|in childhood)\b", re.IGNORECASE
)
_BRACKET = lore.regex(r"\([^()]*\)")
_NOW = lore.regex(r"\b(?:today|now|currently|at (?:this|today's) visit|this (?:visit|week|month))\b", re.IGNORECASE)
_YEAR = lore.regex(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/%-]|\.\d)")


def tells_of_before(text: str, first: dt.date) -> bool:
    """Whether a sentence only speaks of a time before a day ("three exacerbations in 2023", "years ago")."""
    outside = _BRACKET.sub(" ", text)
    if _NOW.search(outside) and not find_dates(outside) and not _YEAR.search(outside):
        return False  # "ACT 14 today (20 in June 2025)": the old value stands beside today's
    days = [at.day for at in find_dates(text)]
    years = [int(at[0]) for at in _YEAR.finditer(text)]
    if days or years:
        return all(day < first for day in days) and all(year < first.year for year in years)
    return bool(_LONG_AGO.search(text))


@lru_cache(maxsize=32768)  # statements and facts ask for the same sentences, each leaf again
def about_someone_else(text: str) -> bool:
    """Whether a sentence speaks of a relative or a neighbor."""
    return bool(_someone_else().possible(text)) and bool(_SOMEONE_ELSE.search(_OF_BOTH.sub(" ", text)))


@cache
def _someone_else() -> PatternSet:
    return PatternSet([_SOMEONE_ELSE])


@lru_cache(maxsize=32768)
def not_yet(text: str) -> bool:
    """Whether a sentence speaks of what is planned, considered or only possible."""
    return bool(_NOT_YET.search(text)) or frame_of_all(text) is Assertion.POSSIBLE


@lru_cache(maxsize=32768)
def of_nobody(text: str) -> bool:
    """Whether a sentence states nothing of this patient: an error, an empty box, what holds of patients in general."""
    return frame_of_all(text) in (Assertion.ENTERED_IN_ERROR, Assertion.HYPOTHETICAL)


def build_record(
    chart: Chart,
    citable: Iterable[PageKey],
    request_date: dt.date,
    *,
    drug: str | None = None,
    service: str | None = None,
    prescriber: str | None = None,
    birth_date: dt.date | None = None,
) -> Record:
    """Return the citable part of the chart."""
    allowed = set(citable)
    imported = _imported(chart.statements)
    statements = tuple(
        at
        for at in chart.statements
        if page_of(at.evidence) in allowed
        and _first_hand(at)
        and id(at) not in imported
        and (not states_nothing(at.text) if at.cells else not of_nobody(at.text))
    )
    sentences = SentenceIndex(statements)
    found = (*chart.facts, *find_care(statements), *find_values(sentences.saying(*value_words()), chart.facts))
    facts = tuple(at for at in found if _usable(at, allowed) and id(at.statement) not in imported)
    return Record(
        statements=statements,
        facts=facts,
        pages=tuple(at for at in chart.pages if (at.document, at.page) in allowed),
        request_date=request_date,
        drug=drug,
        service=service,
        prescriber=prescriber,
        birth_date=birth_date,
        order_date=_order_date(sentences.saying(_ORDER_DATE), request_date),
        relatives=tuple(
            at
            for at in chart.statements
            if page_of(at.evidence) in allowed and (at.section == "family_history" or _OF_FAMILY.search(at.text))
        ),
        _index={id(statement): at for at, statement in enumerate(statements)},
        _sentences=sentences,
    )


def _imported(statements: Sequence[Statement]) -> set[int]:
    """Return the ids of what a clinic took over unchecked: the sentence that says so and the rest of its paragraph."""
    found: set[int] = set()
    head: Statement | None = None
    for at in statements:
        if _UNVERIFIED.search(at.text):
            head = at
        elif (head and (page_of(at.evidence), at.section) != (page_of(head.evidence), head.section)) or (
            head and _LABEL.match(at.text)
        ):
            head = None
        if head:
            found.add(id(at))
    return found


def _first_hand(statement: Statement) -> bool:
    return (
        not statement.copied_forward
        and statement.section != "family_history"
        and not about_someone_else(statement.text)
    )


def _usable(fact: Fact, allowed: set[PageKey]) -> bool:
    if fact.assertion in (Assertion.ENTERED_IN_ERROR, Assertion.FAMILY) or not _first_hand(fact.statement):
        return False
    if states_nothing(fact.statement.text):
        return False
    return all(page_of(at) in allowed for at in fact.evidence)


_ORDER_DATE = lore.regex(r"\border date\b|\bdate of order\b", re.IGNORECASE)


def _order_date(statements: Sequence[Statement], request_date: dt.date) -> dt.date | None:
    """Return the date an order form states ("Order date 09/14/2026")."""
    for statement in statements:
        days = [at.day for at in find_dates(statement.text) if at.day <= request_date]
        if days:
            return days[0]
    return None


def cite(statements: Iterable[Statement | Fact], limit: int = 3) -> tuple[Cited, ...]:
    """Return evidence, at most `limit`, each place once, in the order given."""
    found: list[Cited] = []
    for at in statements:
        if len(found) == limit:
            break
        pieces = at.evidence if isinstance(at, Fact) else (at.evidence,)
        day = at.date
        for evidence in pieces[:1]:
            if all(
                held.evidence != evidence
                and (page_of(held.evidence), held.evidence.text) != (page_of(evidence), evidence.text)
                for held in found
            ):
                found.append(Cited(evidence=evidence, date=day))
    return tuple(found)


def once(items: Iterable) -> list:
    """Return the items in order, each object once."""
    kept: list = []
    for item in items:
        if all(item is not at for at in kept):
            kept.append(item)
    return kept


def newest_first(items: Iterable) -> list:
    """Return facts or statements with the latest date first, undated ones last, page order kept."""
    return sorted(items, key=lambda at: at.date or dt.date.min, reverse=True)


def drugs_of(record: Record, statement: Statement) -> list[str]:
    """Return the drugs a sentence is about: those it names, else the first named shortly before it on the page."""
    named = [at.therapy.name for at in find_therapies(statement.text, fuzzy=True) if at.therapy.sort != "class"]
    if named:
        return named
    for earlier in record.before(statement):
        named = [at.therapy.name for at in find_therapies(earlier.text, fuzzy=True) if at.therapy.sort != "class"]
        if named:
            return named[:1]
    return []
