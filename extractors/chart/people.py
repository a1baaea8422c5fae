"""Who a page names: name, birth date, record number, member id, as printed."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from extractors import lore
from extractors.chart.dates import find_dates
from extractors.chart.layout import Passage, Row, passage_of
from extractors.chart.names import clean_name, squash_name
from extractors.evidence import Finding, Line, Page, Person

Mark = Literal["name", "birth", "record", "member"]

_TITLES = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.?\s+"
_TOKEN = r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ'’\-]*\.?"  # noqa: S105 - a part of a name
_NAME = rf"(?P<name>{_TOKEN}(?:\s*,\s*{_TOKEN}|\s+{_TOKEN}){{1,4}})"
# "Patient: Ketterman, Marisol", "NAME | ...", "Member Lionel Abercrombie, W5503", "RE Abercrombie L, chart"
_LABELLED_NAME = lore.regex(
    rf"(?=[PNMSEIBFR])(?:^|(?<=[\s|(;]))(?:patient(?:'s)?\s+name|patient|pt\.?\s+name|pt|name\s+of\s+patient|member\s+name|member|subscriber(?:\s+name)?|"
    rf"enrollee(?:\s+name)?|insured(?:\s+name)?|beneficiary(?:\s+name)?|full\s+name|name|re)\s*(?P<sep>[:|#]|\s)[\s_]*(?:{_TITLES})?(?-i:{_NAME})",
    re.IGNORECASE,
)
_BEFORE_NAME = lore.regex(
    r"(?:provider|prescriber|physician|doctor|facility|clinic|test|drug|medication|plan|group|pharmacy|file|user|"
    r"company|employer|generic|brand|practice|contact|guarantor|nurse|parent|mother|father|spouse)(?:'s)?\s*$",
    re.IGNORECASE,
)
_BIRTH_LABEL = lore.regex(
    r"(?=[DB])(?:\bD[./]?\s?[O0][./]?\s?B\.?|\bdate\s+of\s+birth|\bbirth\s*date|\bborn(?:\s+on)?|\bbirth\s?day"
    # "Rowan Tillery, b. 04/02/1980"
    r"|(?<=[\s,;(|])b\.(?=\s?(?:\d|[A-Z][a-z]{2})))\s*[:|.]?\s*",
    re.IGNORECASE,
)
_BIRTH_DIGITS = lore.regex(r"[0-9OolI|SBZ]{1,2}[/.-][0-9OolI|SBZ]{1,2}[/.-][0-9OolI|SBZ]{4}")
_MENDED = str.maketrans("OolI|SBZ", "00111582")
_RECORD = lore.regex(
    r"\b(?=[MCAPRSEIH])(?P<label>medical\s+record(?:\s+(?:no\.?|number|\#))?|M\.?R\.?N\.?|MR\s*\#|chart(?:\s+(?:no\.?|number|\#|id))?|"
    r"account(?:\s+(?:no\.?|number|\#))?|acct\.?(?:\s+(?:no\.?|number|\#))?|patient\s+(?:id|no\.?|number|\#)|pt\s+id|"
    r"record\s+(?:no\.?|number|\#)|(?:member|subscriber|enrollee|insurance|policy|medicare|medicaid|health\s+plan)"
    r"(?:\s+(?:id|identification|number|no\.?|\#))+|id(?!\s+\d{5}(?:-\d{4})?(?!\w))(?:\s+(?:no\.?|number|\#))?)"
    # "Idaho 83702" is no ID, nor is the ZIP of "Boise, ID 83702"; "MRNH-48213" lost its space
    r"(?:(?<![A-Z])|(?![A-Z])|(?<=MRN)(?=[A-Z]{1,2}-?\d))\s*[:\#|]?\s*"
    r"(?P<value>(?!n(?:o|um)[A-Z]*\d)(?=[A-Z0-9\- ]{0,8}\d)[A-Z0-9]+(?:-\s?[A-Z0-9]+)*(?:\s\d[\d-]*)*)",
    re.IGNORECASE,
)
_MEMBER_LABEL = lore.regex(
    r"member|subscriber|enrollee|insurance|policy|medicare|medicaid|health\s+plan", re.IGNORECASE
)
_CARD = lore.regex(r"\bRx\s?(?:BIN|PCN|GRP|Group)\b|\bpayer\s+id\b|\bcopay\b.*\bdeductible\b", re.IGNORECASE)


def _is_card(text: str) -> bool:
    low = text.lower()
    return ("rx" in low or "payer" in low or "copay" in low) and _CARD.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Hit:
    mark: Mark
    value: str
    start: int
    end: int


def find_people(page: Page, rows: list[Row] | None = None) -> list[Finding[Person]]:
    """Return the people a page names as its patient, first the one of its head.

    More than one: a roster, or another patient's slip on the page.
    """
    people: list[tuple[Person, tuple[Passage, ...]]] = []  # the passage that names one, and that of the birth date
    numbers: list[tuple[Person, Passage]] = []  # of rows that name nobody
    card = _is_card(page.text)
    for text, place in _texts(page, rows):
        for person, start, end in _people_of(text, card):
            words = passage_of(page, place).part(start, end)
            if not (person.name or person.birth_date):
                numbers.append((person, words))
                continue
            known = next((i for i, (held, _) in enumerate(people) if _compatible(held, person)), None)
            if known is None:
                people.append((person, (words,)))
            else:
                held, told = people[known]
                born = person.birth_date and not held.birth_date
                people[known] = (_merge(held, person), (*told, words) if born else told)
    for person, words in numbers:
        if not people:
            people.append((person, (words,)))
        elif len(people) == 1:
            held, told = people[0]
            people[0] = (_merge(held, person), told)
    people.sort(key=lambda at: not (at[0].name and (at[0].birth_date or at[0].record_numbers or at[0].member_id)))
    return [
        Finding(
            value=person,
            confidence=min(at.confidence for at in told),
            evidence=tuple(words.evidence() for words in told),
        )
        for person, told in people
    ]


def _texts(page: Page, rows: list[Row] | None) -> list[tuple[str, list[Row]]]:
    """Return texts with their rows: blocks of lines under one another, since a narrow header wraps, then rows."""
    own = rows if rows is not None else [Row(tuple(row)) for row in page.rows]
    blocks = _blocks(page)
    labelled = [Row((label, value)) for label, value in _labels_above(own)]
    # header blocks first: they hold name, birth date and number together
    return [
        *(
            (passage_of(page, block).text, block)
            for block in blocks
            if _names_birth(" ".join(row.text for row in block))
        ),
        *((row.text, [row]) for row in (*own, *labelled)),
    ]


# what every row holds that names somebody: a label with the capital of a name or the word that its number asks for,
# or a name first with a birth date or an age. Of 16,000 rows of a chart 300 name somebody and as many look like it.
_LABEL = lore.regex(
    r"\b(?=[PNMSEIBRDCAH])(?:(?:p(?:atient|t)|name|member|subscriber|enrollee|insured|beneficiary|re)\s*[:|#\s][\s_]*"
    rf"(?:{_TITLES})?(?-i:[A-ZÀ-ÖØ-Þ])|d[./]?\s?[o0][./]?\s?b|date\s+of\s+birth|birth|born|b\."
    r"|m(?:edical\s+record|\.?r\.?n|r\s*#)|chart|acc(?:oun)?t|(?:patient|pt|record|member|subscriber|enrollee|insurance"
    r"|policy|medicare|medicaid|health\s+plan)\s+(?:id|no|nu|#)|id[A-Z.#:|\s-]{0,30}\d)",
    re.IGNORECASE,
)
_AGE = lore.regex(
    rf"\W*{_TOKEN}(?:\s*,\s*|\s+)[A-ZÀ-ÖØ-Þ]"
    r"(?=.*?(?:MRN|DOB|D\.O\.B|date\s+of\s+birth|male\b|[/-](?:19\d\d|200\d)|\d\s*y|[MF]\b\s*[,|)]))",
    re.DOTALL,
)


def _may_name(text: str) -> bool:
    return bool(_LABEL.search(text) or _AGE.match(text))


def _names_birth(text: str) -> bool:
    return bool(_BIRTH_LABEL.search(text) or _name_and_birth(text))


_LABEL_ALONE = lore.regex(
    r"^(?:patient(?:\s+name)?|name|member(?:\s+name)?|DOB|D\.O\.B\.?|date\s+of\s+birth|birth\s*date|MRN|medical\s+record\s+(?:no\.?|number|#)|"
    r"chart\s+(?:no\.?|number|#)|account\s+(?:no\.?|number|#)|patient\s+id|member\s+id|ID)\s*:?$",
    re.IGNORECASE,
)


def _labels_above(rows: list[Row]) -> list[tuple[Line, Line]]:
    """Pair labels with the values printed below them: "Patient name   DOB   MRN" over its own row."""
    pairs = []
    for above, row in pairwise(rows[:14]):
        for label in above.lines:
            if _LABEL_ALONE.match(label.text) and row.box.top - label.box.bottom < 1.6 * label.box.height:
                value = next((line for line in row.lines if abs(line.box.x0 - label.box.x0) < 12), None)
                if value is not None and not _LABEL_ALONE.match(value.text):
                    pairs.append((label, value))
    return pairs


def _blocks(page: Page) -> list[list[Row]]:
    """Return the runs of lines that stand under one another at the top of the page."""
    blocks: list[list[Line]] = []
    edges: list[tuple[float, float]] = []  # of each block, its left and right
    top = [line for line in page.lines if line.box.top <= 0.4 * page.height]
    for line in sorted(top, key=lambda at: (at.box.top, at.box.x0)):
        box = line.box
        for index, block in enumerate(blocks):
            last = block[-1].box
            gap, high = box.top - last.bottom, last.bottom - last.top
            if not -0.6 * high < gap < 0.75 * high or box.top <= last.top + 0.5 * high:
                continue
            left, right = edges[index]
            if min(box.x1, right) - max(box.x0, left) > 0.5 * min(box.x1 - box.x0, last.x1 - last.x0):
                block.append(line)
                edges[index] = (min(left, box.x0), max(right, box.x1))
                break
        else:
            blocks.append([line])
            edges.append((box.x0, box.x1))
    return [[Row((line,)) for line in block] for block in blocks if 1 < len(block) <= 5]


# "Ketterman (nee Ashe), Marisol"
_MAIDEN = lore.regex(
    r"\s\((?:n[eé]e|f/?k/?a|a/?k/?a|formerly|maiden(?:\s+name)?|prev(?:iously)?)\b[^)]{0,40}\)", re.IGNORECASE
)


def _people_of(text: str, card: bool) -> list[tuple[Person, int, int]]:
    """Return the people that a text names, and where."""
    if "(" in text:
        text = _MAIDEN.sub(lambda found: " " * len(found[0]), text)
    if not _may_name(text):
        return []
    hits = sorted(_hits(text, card), key=lambda hit: hit.start)
    groups: list[list[_Hit]] = []
    for hit in hits:
        held = groups[-1] if groups else None
        clash = held is not None and any(
            other.mark == hit.mark and other.value != hit.value for other in held if hit.mark in ("name", "birth")
        )
        if held is None or clash:
            groups.append([hit])
        else:
            held.append(hit)
    found = []
    for group in groups:
        values = {
            mark: [hit.value for hit in group if hit.mark == mark] for mark in ("name", "birth", "record", "member")
        }
        person = Person(
            name=values["name"][0] if values["name"] else None,
            birth_date=values["birth"][0] if values["birth"] else None,
            member_id=values["member"][0] if values["member"] else None,
            record_numbers=tuple(dict.fromkeys(values["record"])),
        )
        found.append((person, group[0].start, max(hit.end for hit in group)))
    return found


def _hits(text: str, card: bool) -> list[_Hit]:
    hits = [*_names(text), *_births(text)]
    for match in _RECORD.finditer(text):
        value = " ".join(match["value"].split())
        value = re.sub(r"-\s", "-", value)
        if sum(c.isdigit() for c in value) < 3:
            continue
        member = card or _MEMBER_LABEL.search(match["label"])
        hits.append(_Hit("member" if member else "record", value, match.start(), match.end()))
    return hits


def _births(text: str) -> list[_Hit]:
    hits = []
    for label in _BIRTH_LABEL.finditer(text):
        tail = text[label.end() : label.end() + 24]
        digits = _BIRTH_DIGITS.match(tail)
        mended = digits[0].translate(_MENDED) + tail[digits.end() :] if digits else tail
        dates = [at for at in find_dates(mended) if at.precision == "day" and at.start < 3]
        if dates and dates[0].day < dt.date(2100, 1, 1):
            hits.append(_Hit("birth", dates[0].day.isoformat(), label.start(), label.end() + dates[0].end))
    if not hits and (beside := _name_and_birth(text)) and clean_name(beside["name"]):
        for at in find_dates(beside["birth"])[:1]:
            hits.append(_Hit("birth", at.day.isoformat(), *beside.span("birth")))
    return hits


def _names(text: str) -> list[_Hit]:
    hits: list[_Hit] = []
    holders: list[_Hit] = []
    for match in _labelled(text):
        if _BEFORE_NAME.search(text[: match.start()]):
            continue
        label = text[match.start() : match.start("sep")].strip(" |(")
        if match["sep"].isspace() and not (match.start() == 0 and _stands_as_label(label)):
            continue
        bare = match["sep"].isspace()
        if (name := clean_name(match["name"])) and bare:
            after = text[match.start("name") + len(name) :]
            if not re.match(r"\s*(?:$|[,;|(–-]|DOB|D\.O\.B|\d)", after):
                continue
            shouted = text.upper() == text and label.upper() in ("PT", "PATIENT")
            if shouted and "," not in name and not (_BIRTH_LABEL.search(text) or _RECORD.search(text)):
                continue  # "PT TOOK BENADRYL AND RESTED": capitals, no header
        if name and (" " in name or "," in name):
            holder = holders if _HOLDER.match(label) else hits
            holder.append(_Hit("name", name, match.start("name"), match.start("name") + len(name)))
    # "Subscriber: Elsa Ketterman   Patient: Marisol Ketterman": who holds the policy is not who was seen
    hits = hits or holders
    if not hits and (birth := _BIRTH_LABEL.search(text)):
        # "Annika Rosvold   DOB: 11/19/1998", "I, Annika Rosvold, born 11/19/1998"
        before = re.search(rf"(?:^|[,|]\s*|\bI,\s+){_NAME}\s*[,|]?\s*$", text[: birth.start()])
        if before and (name := clean_name(before["name"])) and (" " in name or "," in name):
            hits.append(_Hit("name", name, before.start("name"), before.start("name") + len(name)))
    if not hits and (beside := _name_and_birth(text)) and (name := clean_name(beside["name"])):
        hits.append(_Hit("name", name, beside.start("name"), beside.start("name") + len(name)))
    if not hits and (alone := _NAME_FIRST.match(text)) and (name := clean_name(alone["name"])):
        hits.append(_Hit("name", name, alone.start("name"), alone.start("name") + len(name)))
    return hits


_HOLDER = lore.regex(r"(?:member|subscriber|enrollee|insured|beneficiary)", re.IGNORECASE)


def _labelled(text: str) -> Iterator[re.Match[str]]:
    """Yield labelled names; a name ends before the next label, which the pattern may have taken for a part of it."""
    at = 0
    while match := _LABELLED_NAME.search(text, at):
        yield match
        at = match.start("name") + max(1, len(clean_name(match["name"]) or ""))


# "Rowan Tillery (MRN T-1001)", "TILLERY,ROWAN 46 y.o. female"
_NAME_FIRST = lore.regex(
    rf"^\W*{_NAME}\s*[,|(-]*\s*(?=MRN|DOB|D\.O\.B|date\s+of\s+birth|\d{{1,3}}\s*(?:y\.?\s?o\b|year|yr)|(?:fe)?male\b|[MF]\b\s*[,|)])"
)


# "OSTRANDER, WILHELMINA F 02/11/1964", "BIRTWHISTLE, ANSELM SR = 30-May-1966": a birth date without its label. Only
# years before 2010, since a visit or a signature is dated later; a child's page keeps naming nobody.
_NAME_AND_BIRTH = lore.regex(
    rf"^\W*(?=[A-Z][A-Za-z'’-]+,\s|[^|]{{5,40}}\|){_NAME}\W{{0,4}}(?:(?:JR|SR|II|III|[MF])\b\W{{0,4}})?"
    r"(?P<birth>\d{1,2}[/-](?:\d{1,2}|[A-Z][A-Za-z]{2})[/-](?:19\d\d|200\d))\b",
)


_BORN = lore.regex(r"[/-](?:19\d\d|200\d)\b")


def _name_and_birth(text: str) -> re.Match[str] | None:
    return _NAME_AND_BIRTH.match(text) if _BORN.search(text) else None


def _stands_as_label(label: str) -> bool:
    return label.upper() == label or label.lower() in ("patient", "member", "name", "patient name", "member name")


def _compatible(held: Person, other: Person) -> bool:
    if held.birth_date and other.birth_date and held.birth_date != other.birth_date:
        return False
    if held.name and other.name:
        a, b = squash_name(held.name), squash_name(other.name)
        return bool(a & b) and (a <= b or b <= a or len(a & b) >= 2)
    return True


def _merge(held: Person, other: Person) -> Person:
    return Person(
        name=held.name or other.name,
        birth_date=held.birth_date or other.birth_date,
        member_id=held.member_id or other.member_id,
        record_numbers=tuple(dict.fromkeys([*held.record_numbers, *other.record_numbers])),
    )
