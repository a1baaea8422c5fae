"""Whose page each page is: the patient's, someone else's, nobody's, blank, or a repeat.

One page of another patient in a packet is a breach and ends the appeal, so a page is the
patient's only when what it prints agrees; in doubt it may be kept but never cited.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extractors import lore
from extractors.chart import Chart, clean_name
from extractors.evidence import Page, PageSource, Person
from extractors.vocabulary.sections import section_of_heading
from pipeline.likeness import Agreement, compare_births, compare_names, name_parts, tells_other_age
from pipeline.patient import Known, people_on
from pipeline.repeats import Earlier, PageKey, print_of

__all__ = ["PageVerdict", "compare_births", "compare_names", "judge_pages"]

_NAMES_NOBODY = "the page names no patient"
_OTHER_AGE = "the page names no patient and tells an age that is not the patient's"

Verdict = Literal["patient", "another_patient", "unidentified", "blank", "duplicate", "unreadable", "irrelevant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What was decided of one page."""

    document: str
    page: int
    verdict: Verdict
    citable: bool  # may stand as evidence; only the patient's pages and those that surely belong to them
    why: str  # without names or numbers of a person
    confidence: float
    of: PageKey | None = None  # the page that a duplicate repeats
    settled: bool = False  # by a person


def judge_pages(
    patient: Person, pages: Sequence[Page], chart: Chart, settled: Mapping[PageKey, str] | None = None
) -> list[PageVerdict]:
    """Return a verdict per page, in page order.

    `patient` is who the denial letter is about; what it lacks (often the record number) is learned
    from pages that agree with it otherwise. `settled`: what a person said of a page: "patient", or
    why it is left out. A page that a person let in vouches for none beside it; one that is said to be
    another's casts its doubt on those that name nobody.
    """
    settled = settled or {}
    known = Known.learn(patient, [page for page in pages if settled.get(_key(page), "patient") == "patient"], chart)
    days = [at.date for at in chart.pages if at.date]
    judged = [_judge(page, known, people_on(page, chart)) for page in pages]
    judged = [
        replace(verdict, why=_OTHER_AGE, confidence=0.4)
        if verdict.why == _NAMES_NOBODY and tells_other_age(page.text, known.birth, days)
        else verdict
        for page, verdict in zip(pages, judged, strict=True)
    ]
    others = {page for page, said in settled.items() if said == "another_patient"}
    judged = [_said(at, "another_patient") if (at.document, at.page) in others else at for at in judged]
    judged = _inherit(pages, judged, known)
    judged = [_said(at, settled.get((at.document, at.page))) for at in judged]
    return _mark_duplicates(pages, judged)


def _key(page: Page) -> PageKey:
    return page.document, page.number


def _said(verdict: PageVerdict, said: str | None) -> PageVerdict:
    """Return the verdict as a person has it."""
    if said is None:
        return verdict
    why = "a reviewer let it in" if said == "patient" else "a reviewer left it out"
    return replace(
        verdict,
        verdict=said,  # type: ignore[arg-type]
        citable=said == "patient",
        why=why,
        confidence=1.0,
        settled=True,
    )


def _judge(page: Page, known: Known, people: list[Person]) -> PageVerdict:
    def say(verdict: Verdict, citable: bool, why: str, confidence: float) -> PageVerdict:
        return PageVerdict(
            document=page.document, page=page.number, verdict=verdict, citable=citable, why=why, confidence=confidence
        )

    if page.source is PageSource.FAILED:
        return say("unreadable", False, "the page could not be read", 1.0)
    text = page.text
    letters = sum(map(str.isalnum, text))
    if page.source is PageSource.BLANK or letters < 12 or _is_left_blank(text):
        return say("blank", False, "nothing is printed on the page", 1.0)
    if page.source is PageSource.OCR and _is_noise(page):
        return say("unreadable", False, "too little of the page could be read", 0.8)
    named = [p for p in people if p.name or p.birth_date or p.member_id or p.record_numbers]
    if not any(p.name for p in named) and (other := _heads_another(page, known)):
        named = [replace(p, name=other) for p in named] or [Person(name=other)]
    if not named:
        return say("unidentified", False, _NAMES_NOBODY, 0.5)
    verdicts = [_judge_person(person, known, known.heads(page)) for person in named]
    if any(v[0] == "another_patient" for v in verdicts):
        worst = next(v for v in verdicts if v[0] == "another_patient")
        mixed = any(v[0] == "patient" for v in verdicts)
        return say("another_patient", False, "the page also names another patient" if mixed else worst[2], worst[3])
    if any(v[0] == "patient" for v in verdicts):
        best = max((v for v in verdicts if v[0] == "patient"), key=lambda v: (v[1], v[3]))
        doubt = any(v[0] == "unidentified" and not v[1] for v in verdicts) and len(named) > 1
        return say("patient", best[1] and not doubt, best[2], best[3])
    first = verdicts[0]
    return say(first[0], first[1], first[2], first[3])


def _judge_person(person: Person, known: Known, headed: bool) -> tuple[Verdict, bool, str, float]:
    """Return verdict, whether the page may be cited, why, and how sure.

    `headed`: the patient's own name heads the page. Beside the patient's birth date it outweighs what else was
    taken for a name there: an address, a nurse.
    """
    name = known.agree_name(person.name)
    birth = known.agree_birth(person.birth_date)
    stray = name == "none" or not known.shares_part(person.name) or known.is_cut_short(person.name)
    if headed and stray and (birth == "same" or (birth == "none" and name == "none")):
        name = "same"
    record = known.agree_records(person.record_numbers)
    member = known.agree_member(person.member_id)
    if any(known.agree_member(printed) == "same" for printed in person.record_numbers):
        member = "same"  # a card or a payer's page prints it as "ID"
    number = "same" if "same" in (record, member) else "slip" if "slip" in (record, member) else "none"
    other_number = number == "none" and "different" in (record, member)
    if birth == "same":
        return _same_birth(name, number, other_number, known.shares_part(person.name))
    if birth == "slip":
        return _slip_birth(name, number, other_number)
    if birth == "different":
        if name == "same" and number == "same":
            return "unidentified", False, "name and record number are the patient's, the birth date is not", 0.5
        return "another_patient", False, "the birth date is another person's", 0.97
    return _no_birth(name, number, other_number, by_initial=_is_by_initial(person.name))


def _same_birth(
    name: Agreement, number: str, other_number: bool, shares_part: bool
) -> tuple[Verdict, bool, str, float]:
    if name in ("same", "slip", "initial"):
        if name != "same" and (other_number or (name == "initial" and number == "slip")):
            return "unidentified", False, "the birth date agrees, name and record number do not quite", 0.5
        return "patient", True, "name and birth date are the patient's", 0.99 if name == "same" else 0.93
    if name == "none":
        sure = number == "same"
        return "patient", sure, "the birth date is the patient's", 0.95 if sure else 0.7
    if number == "same":
        sure = name == "similar" or shares_part
        return "patient", sure, "birth date and record number are the patient's", 0.9 if sure else 0.6
    if other_number or (name == "different" and not shares_part):
        return "another_patient", False, "the name is another person's, though the birth date agrees", 0.8
    return "unidentified", False, "the birth date agrees, the name does not quite", 0.5


def _slip_birth(name: Agreement, number: str, other_number: bool) -> tuple[Verdict, bool, str, float]:
    if name in ("same", "slip") and number == "same" and not (name == "slip" and number != "same"):
        return "patient", True, "name and record number are the patient's, one digit of the birth date is misread", 0.88
    if name == "same" and not other_number:
        return "unidentified", False, "the name agrees, the birth date differs by one digit", 0.5
    if name in ("different", "similar") or other_number:
        return "another_patient", False, "name and birth date are another person's", 0.85
    return "unidentified", False, "name and birth date do not quite agree", 0.4


def _is_by_initial(name: str | None) -> bool:
    """Whether a name is an initial and a last name, as staff are named in logs: "B. Tolliver"."""
    parts = name_parts(name or "")
    return len(parts) == 2 and min(map(len, parts)) == 1


def _no_birth(name: Agreement, number: str, other_number: bool, by_initial: bool) -> tuple[Verdict, bool, str, float]:
    if name in ("same", "slip", "initial") and number == "same":
        return "patient", True, "name and number are the patient's", 0.96
    if name == "same":
        if other_number:
            return "unidentified", False, "the name agrees, the record number does not", 0.4
        return "patient", True, "the name is the patient's", 0.85
    if name in ("slip", "initial"):
        if other_number:
            return "another_patient", False, "name and record number are another person's", 0.7
        return (
            "patient" if name == "initial" else "unidentified",
            False,
            "the name is near the patient's, nothing else is printed",
            0.6,
        )
    if name == "none":
        if number == "same":
            return "patient", True, "the number is the patient's", 0.85
        if other_number:
            return "unidentified", False, "the number on the page is not known to be the patient's", 0.4
        return "unidentified", False, _NAMES_NOBODY, 0.5
    if number == "same":
        return "unidentified", False, "the record number agrees, the name does not", 0.4
    if by_initial and not other_number:
        return "unidentified", False, "names someone by an initial, and nothing else that identifies", 0.4
    return "another_patient", False, "the name is another person's", 0.9 if name == "different" else 0.8


def _heads_another(page: Page, known: Known) -> str | None:
    """Return the name over a page's first rows ("PENHALLOW, Ignacio") where it is another's than the patient's."""
    for line in page.lines[:4]:
        match = _LAST_FIRST.match(line.text)
        name = match and clean_name(f"{match['last']}, {match['first']}")
        if name and known.agree_name(name) in ("different", "similar"):
            return name
    return None


_LEFT_BLANK = lore.regex(r"^\W*(?:this\s+)?page\s+(?:is\s+)?(?:intentionally\s+)?(?:left\s+)?blank\W*$", re.IGNORECASE)


def _is_left_blank(text: str) -> bool:
    return len(text) < 80 and bool(_LEFT_BLANK.match(" ".join(text.split())))


def _is_noise(page: Page) -> bool:
    words = [word for line in page.lines for word in line.words]
    good = [word for word in words if word.confidence >= 0.5 and sum(c.isalpha() for c in word.text) >= 3]
    return len(good) < 4 or len(good) < 0.08 * len(words)


# ---------------------------------------------------------------- pages without a name


# "Mrs. Tillery was seen today" on a page without a header
_ADDRESSED = lore.regex(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.?\s+(?:[A-Z][A-Za-z'’-]+\s+)?(?P<last>[A-Z][A-Za-z'’-]+)")
_LAST_FIRST = lore.regex(r"^\W*(?P<last>[A-Z][A-Za-z'’-]+),\s?(?P<first>[A-Z][A-Za-z'’-]+)\b(?!\s*(?:MD|DO|NP|RN|PA))")


def _addresses_other(page: Page, known: Known) -> bool:
    """Tell whether a page without identity speaks of someone by another name."""
    own = set(name_parts(known.name)) if known.name else set()
    named = {match["last"] for match in _ADDRESSED.finditer(page.text)}
    for line in page.lines[:6]:
        if match := _LAST_FIRST.match(line.text):
            named |= {match["last"], match["first"]}
    for line in page.lines[:4]:
        if (match := _ALONE.match(line.text)) and not _is_title(line.text):
            named |= {match["first"], match["last"]}
    return bool({part for name in named for part in name_parts(name)} - own)


# a name that stands alone in a line: "Rowan Tillery", "ROWAN J. TILLERY"
_ALONE = lore.regex(
    r"^\W*(?P<first>[A-Z][a-z'’-]+|[A-Z'’-]{2,})(?:\s+[A-Z]\.?)?\s+(?P<last>[A-Z][a-z'’-]+|[A-Z'’-]{2,})\W*$"
)


def _is_title(text: str) -> bool:
    """Whether a line of two words is a heading or a place: one of its words is never part of a name."""
    return clean_name(text) is None or section_of_heading(text.strip()) is not None


def _inherit(pages: Sequence[Page], judged: list[PageVerdict], known: Known) -> list[PageVerdict]:
    """Let a page that names nobody follow its document: citable only between the patient's own pages."""
    done = list(judged)
    for index, (page, verdict) in enumerate(zip(pages, judged, strict=True)):
        if verdict.verdict != "unidentified" or verdict.why != _NAMES_NOBODY:
            continue
        before = _neighbour(pages, judged, index, -1)
        after = _neighbour(pages, judged, index, 1)
        sides = [side for side in (before, after) if side is not None]
        sure = bool(sides) and all(side.verdict == "patient" and side.citable for side in sides) and len(sides) == 2
        if not sure and before is not None and before.verdict == "patient" and before.citable:
            sure = _follows(pages, page, before)
        if any(side.verdict == "another_patient" for side in sides) or _addresses_other(page, known):
            sure = False
        why = (
            "names no patient; the pages around it are the patient's"
            if sure
            else "names no patient, and its place does not settle whose it is"
        )
        done[index] = replace(verdict, citable=sure, why=why, confidence=0.7 if sure else 0.3)
    return done


def _neighbour(pages: Sequence[Page], judged: list[PageVerdict], index: int, step: int) -> PageVerdict | None:
    at = index + step
    while 0 <= at < len(pages) and pages[at].document == pages[index].document and pages[at].part == pages[index].part:
        verdict = judged[at]
        if verdict.verdict in ("patient", "another_patient"):
            return verdict
        if verdict.verdict == "unidentified" and verdict.why != _NAMES_NOBODY:
            return verdict
        at += step
    return None


_SHEET = lore.regex(r"\b(?:page\s+)?(\d{1,2})\s*(?:of|/)\s*(\d{1,2})\b", re.IGNORECASE)


def _follows(pages: Sequence[Page], page: Page, before: PageVerdict) -> bool:
    """Tell whether a page is the next sheet of the one before: "Page 2 of 2" after "Page 1 of 2"."""
    earlier = next(p for p in pages if p.document == before.document and p.number == before.page)
    if earlier.number != page.number - 1:
        return False
    own, theirs = _sheet(page), _sheet(earlier)
    return own is not None and theirs is not None and own[1] == theirs[1] and own[0] == theirs[0] + 1


def _sheet(page: Page) -> tuple[int, int] | None:
    edges = [line.text for line in (*page.lines[:3], *page.lines[-3:])]
    for text in reversed(edges):
        if match := _SHEET.search(text):
            number, count = int(match[1]), int(match[2])
            if 1 <= number <= count <= 60:
                return number, count
    return None


def _mark_duplicates(pages: Sequence[Page], judged: list[PageVerdict]) -> list[PageVerdict]:
    """Mark later repeats of a page: the same content, or the same text with the same numbers."""
    earlier = Earlier()
    done = []
    for page, verdict in zip(pages, judged, strict=True):
        if verdict.verdict in ("blank", "unreadable") or (verdict.settled and not verdict.citable):
            done.append(verdict)
            continue
        own = print_of(page)
        first = earlier.first_like(own)
        if first is None:
            earlier.add(own)
            done.append(verdict)
        elif verdict.verdict == "another_patient" or verdict.settled:
            done.append(verdict)
        else:
            done.append(
                replace(verdict, verdict="duplicate", citable=False, of=first.key, why="repeats an earlier page")
            )
    return done
