"""When a page repeats an earlier one: the same content, or the same text with the same numbers.

Two notes from one template agree in words and differ in numbers; a repeat agrees in both, but for
what was misread on the way.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from extractors import lore
from extractors.evidence import Page, PageSource
from pipeline.likeness import LOOKALIKES, squash_number

PageKey = tuple[str, int]  # document, page


@dataclass(frozen=True, slots=True)
class Print:
    """What a page's text is compared by."""

    key: PageKey
    digest: str
    text: str  # letters only, lower case
    numbers: tuple[str, ...]
    dates: frozenset[str]
    read: bool  # by OCR, so a character may be misread
    doubtful: frozenset[str]  # numbers in words that the engine was not sure of


_DOUBTFUL = 0.93  # a word of less confidence may be misread
_NUMBER = lore.regex(r"(?<![A-Za-z])\d+(?:[./:]\d+)*(?![A-Za-z])")
_DATE = lore.regex(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{1,2}/\d{4}\b")
_FAX = lore.regex(
    r"\b(?:fax|P\.?\s?\d+\s?/\s?\d+)\b.*\d{1,2}:\d\d|\d{1,2}:\d\d.*\b(?:fax|P\.?\s?\d+|\d{3}/\d{3})\b", re.IGNORECASE
)


def print_of(page: Page) -> Print:
    """Return what the page is compared by."""
    # the sender's fax line differs on every transmission of one page; each has a time of day
    lines = [line.text for line in page.lines if ":" not in line.text or not _FAX.search(line.text)]
    text = " ".join(lines)
    return Print(
        key=(page.document, page.number),
        digest=page.digest,
        text=re.sub(r"[^a-z]", "", text.lower()),
        numbers=tuple(_NUMBER.findall(text)),
        dates=frozenset(_DATE.findall(text)),
        read=page.source is PageSource.OCR,
        doubtful=frozenset(
            number
            for line in page.lines
            if line.confidence < _DOUBTFUL
            for word in line.words
            if word.confidence < _DOUBTFUL
            for number in _NUMBER.findall(word.text)
        ),
    )


def repeats(first: Print, second: Print) -> bool:
    """Whether the second page is the first once more."""
    if first.digest and first.digest == second.digest:
        return True
    if min(len(first.text), len(second.text)) < 60:
        return False
    if max(len(first.text), len(second.text)) > 1.15 * min(len(first.text), len(second.text)):
        return False
    ocr = first.read or second.read
    if not _same_numbers(first, second, ocr):
        return False
    return fuzz.ratio(first.text, second.text, score_cutoff=90 if ocr else 99) > 0


class Earlier:
    """The pages before a page, by what a page that repeats one of them shares with it."""

    def __init__(self) -> None:
        self._prints: list[Print] = []
        self._of_digest: dict[str, list[int]] = defaultdict(list)
        self._of_numbers: dict[tuple[str, ...], list[int]] = defaultdict(list)  # pages with a text layer
        self._read: list[int] = []  # by OCR

    def add(self, page: Print) -> None:
        at = len(self._prints)
        self._prints.append(page)
        self._of_digest[page.digest].append(at)
        if page.read:
            self._read.append(at)
        else:
            self._of_numbers[page.numbers].append(at)

    def first_like(self, page: Print) -> Print | None:
        """Return the first page that this one repeats."""
        may_be: Iterable[int] = range(len(self._prints))  # a character misread may be any
        if not page.read:
            may_be = sorted({*self._of_digest[page.digest], *self._of_numbers[page.numbers], *self._read})
        return next((self._prints[at] for at in may_be if repeats(self._prints[at], page)), None)


def _same_numbers(first: Print, second: Print, ocr: bool) -> bool:
    """Two notes from one template agree in words and differ in numbers; a repeat agrees in both."""
    if not ocr:
        return first.numbers == second.numbers
    if not (first.dates <= second.dates or second.dates <= first.dates or len(first.dates ^ second.dates) <= 1):
        return False
    a, b = Counter(first.numbers), Counter(second.numbers)
    left, right = list((a - b).elements()), list((b - a).elements())
    total = max(len(first.numbers), len(second.numbers), 1)
    # what is left over must be misreadings: few, and each like one on the other side or a fragment
    if len(left) + len(right) > max(2, 0.14 * total):
        return False
    # a sure number that has no counterpart is another value, not a misreading
    sure = [
        n for n in left if n not in first.doubtful and not any(_misread(n, m) and m in second.doubtful for m in right)
    ]
    sure += [
        m for m in right if m not in second.doubtful and not any(_misread(n, m) and n in first.doubtful for n in left)
    ]
    return len(sure) <= 0.03 * total


def _misread(a: str, b: str) -> bool:
    if squash_number(a) == squash_number(b) or a in b or b in a:
        return True
    if len(a) != len(b):
        return DamerauLevenshtein.distance(a, b) == 1 and max(len(a), len(b)) >= 3
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(pairs) == 1 and any(set(pairs[0]) <= group for group in LOOKALIKES)
