"""Title, payer, number and dates of a policy, from its first page."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from extractors import lore
from extractors.dates import parse_us_date
from extractors.evidence import Finding, Line, Page
from extractors.policy.headings import heading_kind
from extractors.policy.heads import APPROVAL
from extractors.policy.markers import marker_of
from extractors.policy.quantifiers import is_head
from extractors.policy.shapes import DURATION_ROW
from extractors.vocabulary.drugs import find_drugs
from extractors.vocabulary.payers import PayerMention, find_payers

_DATE = (
    r"(?P<date>\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}[ -][A-Z][a-z]{2,8}[ -]\d{4})"
)
_EFFECTIVE = lore.regex(rf"\beffective(?:\s+date)?(?:\s+of(?:\s+policy)?)?\s*[:.]?\s*{_DATE}", re.I)
_NUMBER = lore.regex(
    r"\b(?:(?:coverage |medical |clinical |drug |pharmacy |benefit )?"
    r"(?:policy|document|guideline|bulletin|reference|publication|program)\s*"
    r"(?:number|no\.?|id|#)|publication|policy\s*#|number)\s*[:#.]?\s*"
    r"(?P<number>\d{4} [A-Z]{1,4} \d{3,5}(?:-\d+)?|(?=[A-Z0-9.\-/]*\d)[A-Z0-9][A-Z0-9.\-/]*[A-Z0-9])",
    re.I,
)
_TITLE_LABEL = lore.regex(
    r"^(?:(?:policy )?(?:title|subject|topic|policy name|drug name|(?:medication|product|drug|service)s?)\s*:"
    r"|guideline name:?\s|brand name(?: \(generic\))?:?\s)\s*(?P<title>.+)",
    re.I,
)
_LABEL_ABOVE = lore.regex(r"(?:(?:lcd|ncd|policy|document|guideline) )?(?:title|name)\s*:?", re.I)
_NOT_TITLE = lore.regex(
    r"^title [xvi]+ of\b|^(?:guideline|policy|document|criteria) (?:code|id|set)\b|"
    r"^(?:edition|status|type|drug class)\b|"
    r"^(?:guideline|policy|document|bulletin|reference) [A-Z0-9.-]*\d[A-Z0-9.-]*$|"
    r"\b(?:effective|next review|review date|last review|approved\s+\d|page \d+|policy (?:number|no)|publication|"
    r"phone|fax|www\.|https?:)\b|"
    r"^\W*\d+\W*$|\d{1,2}/\d{1,2}/\d{2,4}",
    re.I,
)
# "Sacral Nerve Stimulation: Policy No. 399"
_TITLED = lore.regex(
    r"(?!(?:medical|clinical|coverage|pharmacy|drug|effective)\b)[A-Z][^\d:]{8,90}[:,;–-] *Policy (?:No|Number)\b", re.I
)
_APPLIES = lore.regex(
    r"\b(?:appl(?:y|ies) to|coverage of|(?:will be|is|are|may be) (?:approved|covered|considered)|requests? for)\b",
    re.I,
)
_GENERIC = lore.regex(
    r"^(?:(?:cms|drug|biologic|and|medical|pharmacy|clinical|review|specialty|prior|authorization|coverage|benefit|step|"
    r"therapy|corporate|appropriateness|appropriate use|utilization|management|medication|standard|commercial|medicare|"
    r"medicaid|health|plan|unified|preferred|formulary|national|local|state|department of \w+|member|provider|20\d\d|"
    r"(?:of|for|the|on)) )*"
    r"(?:policy|policies|policy bulletin|guidelines?|criteria|summary|programs?|formulary|list|position|guidance|"
    r"requirements?|statement|document|bulletin|manual|medicaid|health|agents?)(?: 20\d\d)?$|"
    r"^(?:medical |pharmacy |clinical |coverage )?policy\s*[-–—#:]?\s*(?:[A-Z]{1,4}-?)?[\d.-]+$|^[A-Z]{0,3}[\d.-]+$|"
    r".*\bformulary(?: 20\d\d)?$|"
    r"^(?:cms )?(?:local|national) coverage determination.*",
    re.I,
)


def find_title(pages: Sequence[Page]) -> Finding[str] | None:
    """Return the title: the labelled one, else the tallest line near the top of the first page, with what wraps."""
    if not pages:
        return None
    page = pages[0]
    lines = _above_the_text(page)
    for line in lines:
        if match := _TITLE_LABEL.match(line.text):
            return page.cite(line, match["title"].strip(), match["title"].strip())
    for label, line in pairwise(lines):
        if _LABEL_ABOVE.fullmatch(label.text.strip()):
            return page.cite(line, line.text, line.text)
    candidates = [line for line in lines if _may_be_title(line)]
    if not candidates:
        dated = [(line, said) for line in lines if (said := _before_date(line.text)) and _may_be_titled(said)]
        if dated:
            return page.cite(dated[0][0], dated[0][1], dated[0][1], 0.9)
        named = [line for line in page.lines if len(line.text) < 80 and find_drugs(line.text)]
        candidates = [line for line in named if not line.text.endswith(".")][:1]
    if not candidates:
        return None
    best = max(candidates, key=lambda line: (round(line.box.height), _title_words(line), -line.box.top))
    wrapped = [best]
    for line in lines:
        gap = line.box.top - wrapped[-1].box.bottom
        if (0 <= gap + 3 < best.box.height and _goes_on(wrapped[-1], line)) or (
            0 <= gap + 3 < best.box.height
            and abs(line.box.height - best.box.height) < 1.0
            and _continues(wrapped[-1], line, page)
        ):
            wrapped.append(line)
    text = " ".join(line.text for line in wrapped)
    return page.cite(wrapped, text, text.lstrip("*•▪ "), 0.9)


_MARK = lore.regex(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[A-Z]{1,5}[-.]?\d{1,2})[.):]?")  # of an item, apart from its text


def _above_the_text(page: Page) -> list[Line]:
    """Lines near the top of a page, down to its first heading or numbered item; at least three."""
    lines = [line for line in page.lines if line.box.top < 0.45 * page.height]
    for at, line in enumerate(lines[:14]):
        if at >= 3 and (heading_kind(line.text) is not None or marker_of(line.text) or _MARK.fullmatch(line.text)):
            return lines[:at]
    return lines[:14]


_DATED = lore.regex(r"[.,;–—-]?\s+(?:effective|last reviewed|revised|reviewed)\b", re.I)


def _before_date(text: str) -> str:
    """ "CGRP antibodies for migraine prevention" of a line that goes on "Effective January 1, 2026"; "" of others."""
    match = _DATED.search(text)
    return text[: match.start()].strip() if match else ""


def _may_be_title(line: Line) -> bool:
    return _may_be_titled(line.text.strip())


def _may_be_titled(text: str) -> bool:
    if _TITLED.match(text):
        return True
    if len(text) < 5 or len(text) > 160 or _NOT_TITLE.search(text) or _GENERIC.match(text):
        return False
    if heading_kind(text) is not None or marker_of(text) or is_head(text) or APPROVAL.search(text):
        return False
    mentions = find_payers(text)
    if DURATION_ROW.fullmatch(text) or (mentions and _GENERIC.match(_without(text, mentions))):
        return False
    return not (mentions and mentions[0].end - mentions[0].start > 0.6 * len(text)) and not text.endswith(".")


def _without(text: str, mentions: Sequence[PayerMention]) -> str:
    """ "Molina Clinical Policy" without the payer's name."""
    for mention in reversed(mentions):
        text = text[: mention.start] + text[mention.end :]
    return " ".join(text.split()).strip(" .,:–—-")


_COMPANY = (
    r"\b(?:health(?:care)?|plans?|blue|shield|insurance|mutual|medicaid|benefits?|managers?|inc|llc|program)\b\.?$"
)


def _title_words(line: Line) -> int:
    """How much a line of ordinary size looks like a title."""
    named = re.search(r"\b(?:policy|criteria|authorization|guideline|coverage)\b", line.text, re.I)
    company = re.search(_COMPANY, line.text, re.I)
    return 2 * bool(find_drugs(line.text)) + bool(named) - bool(company and not named)


def _continues(before: Line, line: Line, page: Page) -> bool:
    taller = before.box.height > 1.15 * _median_height(page)
    return taller and abs(line.box.x0 - before.box.x0) < 40 and not _NOT_TITLE.search(line.text)


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a list of names goes on in the line below: "Aimovig (erenumab),"."""
    return before.text.rstrip().endswith((",", "&", " and")) and abs(line.box.x0 - before.box.x0) < 8


def _median_height(page: Page) -> float:
    heights = sorted(line.box.height for line in page.lines)
    return heights[len(heights) // 2]


def find_payer(pages: Sequence[Page]) -> Finding[str] | None:
    """Return the payer whose name stands first in the policy, canonical."""
    for page in pages[:2]:
        for line in page.lines:
            if mentions := find_payers(line.text):
                return page.cite(line, mentions[0].text, mentions[0].payer.name)
    return None


def find_number(pages: Sequence[Page]) -> Finding[str] | None:
    """Return the policy's number as printed; label and number may be two cells of a row."""
    for page in pages[:2]:
        for row in page.rows:
            if match := _NUMBER.search(" ".join(line.text for line in row)):
                return page.cite(row, match[0], match["number"])
    return None


def _slashed(printed: str) -> str:
    """ "03.01.26" as "03/01/26"."""
    return re.sub(r"(?<=\d)[.](?=\d)", "/", printed)


def find_effective_date(pages: Sequence[Page]) -> Finding[dt.date] | None:
    """Return the date the policy took effect; a review date is none."""
    for page in pages[:2]:
        for row in page.rows:
            match = _EFFECTIVE.search(" ".join(line.text for line in row))
            if match and (day := parse_us_date(_slashed(match["date"]))):
                return page.cite(row, match[0], day)
    return None


def drugs_of(title: str, pages: Sequence[Page]) -> tuple[str, ...]:
    """Return the generic names of the title, else of what the policy says it approves, else the title itself."""
    named = dict.fromkeys(mention.generic for mention in find_drugs(title) or find_drugs(title, fuzzy=True))
    if not named:
        approved = (line.text for page in pages for line in page.lines if _APPLIES.search(line.text))
        named = dict.fromkeys(mention.generic for text in approved for mention in find_drugs(_before_condition(text)))
    return tuple(named) or ((title,) if title else ())


def _before_condition(text: str) -> str:
    """ "Aimovig will be approved when ..." up to "when": what comes after may name other drugs."""
    return re.split(r"\b(?:when|if|who|for (?:members|patients))\b", text, maxsplit=1)[0]
