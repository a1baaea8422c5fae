"""Why the payer said no: each ground with the sentences that state it, the main one first.

Sentences that name a ground without giving it (what to do "if it was denied as not medically
necessary", how an exception is had, what an earlier letter said) give none.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from extractors.denial.boxes import Tick, read_boxes
from extractors.denial.fields import Reason, ReasonCategory
from extractors.denial.hints import ground_hinted, points_of
from extractors.denial.patterns import any_of, load_table
from extractors.denial.reading import Letter
from extractors.denial.reasons_by_code import (
    all_lines_paid,
    categories_by_code,
    find_codes_of_lines,
    find_codes_said,
    opens_a_legend,
)
from extractors.denial.roles import Said
from extractors.evidence import Finding
from extractors.vocabulary.drugs import find_drugs


@dataclass(frozen=True, slots=True)
class _Ground:
    category: ReasonCategory
    firm: re.Pattern[str] | None
    leaning: re.Pattern[str] | None
    needs_drug: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A sentence that states a ground."""

    category: ReasonCategory
    firm: bool
    said: int  # index of the sentence
    opened: bool  # "because", "reason:" or a refusal stands in it or right before it
    doubtful: bool = False  # one of several boxes, and it cannot be told which is ticked


@cache
def _not_stated() -> re.Pattern[str]:
    return any_of(load_table("reasons.yaml")["not_stated"])


@cache
def _grounds() -> tuple[list[_Ground], re.Pattern[str], re.Pattern[str]]:
    table = load_table("reasons.yaml")
    grounds = [
        _Ground(
            ReasonCategory(row["category"]),
            any_of(row["firm"], table["words"]) if row.get("firm") else None,
            any_of(row["leaning"], table["words"]) if row.get("leaning") else None,
            bool(row.get("needs_drug")),
        )
        for row in table["categories"]
    ]
    categories_by_code()  # checked with the rest of the table
    return grounds, any_of(table["not_a_ground"]), any_of(table["opens_a_ground"])


_GIVES = re.compile(r"\b(?:because|due to|reason)\b", re.IGNORECASE)
# Roles in which a refusal is told about, not given.
_ELSEWHERE = {
    "continuation",
    "fair_hearing",
    "second_level",
    "external_review",
    "court",
    "agency",
    "copies",
    "plan_answer",
    "expedited_appeal",
    "regular_appeal",
}
REFUSED = re.compile(
    r"\b(?:denied|deny|denying|not approved?|(?:can(?:not|'t| not)|unable to|not able to|could not|won't|will not) "
    r"(?:approve|cover|authorize|pay|certify)|not (?:certified|covered|authorized|payable)|declined|upheld|uphold"
    r"|disapproved|reject(?:ed)?|we said no|adverse)\b",
    re.IGNORECASE,
)


# "On May 19, 2026 we denied the hospital setting." tells of a day before
_STORY = re.compile(r"^(?:\w+\. )?(?:On|In) [^.]{5,28},? (?:we|the plan)\b|\b(?:earlier|previously)\b", re.IGNORECASE)


_CLAUSE_ENDS = re.compile(r"(?<=[;:])\s+|\s+[\u2014\u2013]\s+")
_CONDITION = re.compile(r"^\W*(?:if|unless|should|in case|whenever|when)\b", re.IGNORECASE)


def _live(text: str, not_a_ground: re.Pattern[str]) -> str:
    """Return the sentence with blanks for the clauses that state no ground; a condition rules all that follows it.

    "It can be covered once your doctor asks for a review, and nobody has: no authorization is on file."
    """
    if not not_a_ground.search(text):
        return text
    if _CONDITION.match(text):
        return ""
    starts = [0, *(at.end() for at in _CLAUSE_ENDS.finditer(text)), len(text)]
    matches = list(not_a_ground.finditer(text))
    live = [
        # one match may reach over the colon: "Not covered: a charge that your plan does not pay because ..."
        " " * (end - start) if any(at.start() < end and start < at.end() for at in matches) else text[start:end]
        for start, end in pairwise(starts)
    ]
    return "".join(live)


def find_grounds(letter: Letter, said: list[Said]) -> list[Stated]:
    """Return every sentence that states a ground, in reading order; one sentence may state two."""
    grounds, not_a_ground, opens = _grounds()
    boxes = read_boxes(letter)
    found: list[Stated] = []
    lost = False  # a line of a list with ticks lost its box
    rights = next((index for index, one in enumerate(said) if one.own and one.role in _RIGHTS), len(said))
    for index, one in enumerate(said):
        ticked = boxes.state(one.start, one.end)
        if ticked is Tick.EMPTY:
            continue
        beside_ticks = ticked is Tick.UNKNOWN and boxes.any_ticked(one.start)
        text = _live(letter.text[one.start : one.end], not_a_ground)
        if not text.strip():
            continue
        text = _NO_STOP.sub(lambda match: match[0][:-1] + " ", text)
        text = _not_stated().sub(lambda match: " " * len(match[0]), text)
        refused = bool(REFUSED.search(text))
        if one.own and one.role in ("appeal", "without_appeal") and not refused:
            continue
        before = letter.text[said[index - 1].start : said[index - 1].end] if index else ""
        opened = not _STORY.search(text) and bool(
            opens.search(text) or (opens.search(before) and not _STORY.search(before))
        )
        if one.role in _ELSEWHERE and one.own and not (refused and _GIVES.search(text)):
            continue
        # what is said before the rights goes on with the decision, whatever was mentioned in passing
        if one.role in _ELSEWHERE and (one.own or index > rights) and not refused and not opened:
            continue
        here: list[Stated] = []
        for ground in grounds:
            if ground.needs_drug and not _speaks_of_drugs(text):
                continue
            firm = bool(ground.firm and ground.firm.search(text))
            if firm or (ground.leaning and ground.leaning.search(text)):
                doubtful = ticked is Tick.UNKNOWN
                here.append(Stated(category=ground.category, firm=firm, said=index, opened=opened, doubtful=doubtful))
        if beside_ticks and not _FILLED_IN.search(text):
            lost = lost or bool(here)
            continue
        found.extend(_specific(here))
    if lost and not (found and _ONE_MARKED.search(letter.text)):
        return [replace(one, doubtful=True) for one in found]
    return found


# "Denied for the reason marked": where that one was read, a lost box beside it was empty.
_ONE_MARKED = re.compile(
    r"\b(?:the|this|following|one|single) reason (?:that is |which is |as )?"
    r"(?:marked|checked|ticked|indicated|selected)\b|\b(?:mark|check|tick|select)(?:ed)? (?:only )?one\b",
    re.IGNORECASE,
)


# points that end no clause, of which the patterns know nothing: "Dr. Lowe", "6.5 mg", "U.S. plans"
_NO_STOP = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|vs|Inc|approx|[A-Z])\.|\d\.(?=\d)")
# What a form cannot have printed beforehand: a day, a product and its dose.
_FILLED_IN = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\b\d+ ?(?:mg|mcg|ml|units?)\b", re.IGNORECASE)
# The part of the letter about what can be done begins with one of these.
_RIGHTS = {"appeal", "regular_appeal", "second_level", "external_review", "fair_hearing", "copies", "continuation"}


def _specific(here: list[Stated]) -> list[Stated]:
    """Drop the exclusion that only says why it matters: "does not pay for experimental services" is experimental."""
    special = {
        ReasonCategory.EXPERIMENTAL_INVESTIGATIONAL,
        ReasonCategory.OFF_LABEL,
        ReasonCategory.DUPLICATE_THERAPY,
        ReasonCategory.NOT_ON_FORMULARY,
        ReasonCategory.OUT_OF_NETWORK,
        ReasonCategory.TIMELY_FILING,
        ReasonCategory.NOT_MEDICALLY_NECESSARY,
        ReasonCategory.SITE_OF_CARE,
        ReasonCategory.ELIGIBILITY,
        ReasonCategory.QUANTITY_OR_DOSE_LIMIT,
        ReasonCategory.PRIOR_AUTHORIZATION_MISSING,
        ReasonCategory.OTHER,  # "does not cover what workers' compensation must pay for"
    }
    if any(one.firm and one.category is ReasonCategory.DUPLICATE_THERAPY for one in here):
        # "Two drugs of one class are duplicate therapy and not a medically accepted use."
        here = [one for one in here if one.category is not ReasonCategory.OFF_LABEL]
    if any(one.firm and one.category in special for one in here):
        return [one for one in here if one.category is not ReasonCategory.BENEFIT_EXCLUSION]
    return here


def _speaks_of_drugs(text: str) -> bool:
    pattern = re.compile(load_table("reasons.yaml")["drug_words"], re.IGNORECASE)
    return bool(pattern.search(text)) or any(at.via != "abbreviation" for at in find_drugs(text))


def choose_reasons(letter: Letter, said: list[Said], stated: list[Stated]) -> Finding[tuple[Reason, ...]] | None:
    """Return the grounds, main one first, each quoted by the run of sentences that states it.

    A ground stated firmly beats those that only lean; where none is firm the first leaning
    one is taken, less sure; where no words give one, a reason code of the claim does.
    """
    if by_lines := _from_lines(letter, said, stated):
        return by_lines
    if all_lines_paid(letter):
        return None
    firm = [one for one in stated if one.firm]
    opened = [one.said for one in firm if one.opened]
    # a second ground goes on where the first was opened: "In addition, the amount ..."
    chosen = [one for one in firm if not opened or one.opened or _goes_on(said, min(opened), one.said)]
    sure = 0.95 if opened else 0.85
    if not chosen:
        leaning = [one for one in stated if one.opened] or stated
        chosen = [one for one in leaning if one.category == leaning[0].category]
        sure = 0.75 if leaning and leaning[0].opened else 0.55
        hinted = _hinted(letter, said) if chosen else None
        if hinted and hinted.value[0].category != chosen[0].category:
            texts = [letter.text[said[one.said].start : said[one.said].end] for one in stated]
            points = points_of(" ".join(texts))
            # words that lean to a ground weigh as much as a term of it
            if points.get(hinted.value[0].category, 0) > points.get(chosen[0].category, 0) + 2:
                return hinted
            sure = 0.55
    if not chosen:
        return _from_codes(letter) or _hinted(letter, said) or _unclassified(letter, said)
    order = list(dict.fromkeys(one.category for one in chosen))
    if len(order) > 2:  # four are a printed list more often than a decision
        sure = min(sure, 0.7 if len(order) == 3 else 0.5)
    if any(one.doubtful for one in chosen):
        sure = min(sure, 0.5)
    if _more_is_given(letter, said, chosen, stated):
        sure = min(sure, 0.55)
    reasons, findings, boxes = [], [], read_boxes(letter)
    for category in order:
        mine = sorted({one.said for one in stated if one.category == category})
        main = max((one for one in chosen if one.category == category), key=lambda one: _tells(letter, said, one))
        firmly = {one.said for one in stated if one.category == category and one.firm}
        start, end = _run(said, mine, firmly, main.said)
        start = boxes.words_after(letter.printed, start, end)
        quote = " ".join(letter.printed[start:end].split())
        reasons.append(Reason(category=category, quote=quote))
        # A sentence whose head the engine lost is offered, not asserted.
        whole = (
            sure
            if not quote[:1].islower() or letter.text[start - 2 : start - 1] in (":", ",", ";")
            else min(sure, 0.55)
        )
        findings.append(letter.cite(start, end, None, whole, prose=True))
    return Finding(
        value=tuple(reasons),
        confidence=min(at.confidence for at in findings),
        evidence=tuple(evidence for at in findings for evidence in at.evidence),
    )


_ITEM = re.compile(
    r"^\W{0,2}(?:[\u2022\u00b7*\u25aa\u25cf-]\s|\(?(?:\d|[a-e]|i{1,3})[.)]\s)|^(?:First|Second|Third|Also)(?:ly)?\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?P<count>two|three|four|2|3|4) (?:\w+ )?(?:reasons|grounds|things|problems|points|causes)\b", re.IGNORECASE
)
_COUNTS = {"two": 2, "three": 3, "four": 4}


def _more_is_given(letter: Letter, said: list[Said], chosen: list[Stated], stated: list[Stated]) -> bool:
    """Whether there is a ground beside these that no pattern reads: another item of their list, "two reasons"."""
    texts = [letter.text[one.start : one.end] for one in said]
    read = {one.said for one in stated}
    counts = [at["count"].lower() for at in map(_COUNTED.search, texts) if at]
    counted = max((_COUNTS[count] if count in _COUNTS else int(count) for count in counts), default=0)
    if counted > len({one.category for one in chosen}):
        return True
    for one in chosen:
        if not _ITEM.match(texts[one.said]):
            continue
        for step in (-1, 1):
            index = one.said + step
            while 0 <= index < len(said) and abs(index - one.said) < 5 and not said[index].own:
                if _ITEM.match(texts[index]) and len(texts[index].split()) > 3 and not read & {index, index + 1}:
                    return True
                index += step
    return False


def _goes_on(said: list[Said], opened: int, index: int) -> bool:
    """Whether nothing between the two sentences turned to the appeal or another matter."""
    return opened < index and not any(one.own for one in said[opened + 1 : index])


def _tells(letter: Letter, said: list[Said], one: Stated) -> tuple[bool, bool, bool, int]:
    """Rank the sentences of one ground: firm, present and whole ones before past and headings; then fuller."""
    text = letter.text[said[one.said].start : said[one.said].end]
    return (
        one.firm,
        not _STORY.search(text),
        text.rstrip().endswith((".", ";", '"')) and len(text.split()) > 5,
        min(len(text.split()), 25),
    )


def _run(said: list[Said], mine: list[int], firmly: set[int], main: int) -> tuple[int, int]:
    """Return start and end of the stretch around the main sentence that keeps to the ground; firm ones may skip one."""
    first = last = main
    for index in sorted(mine):
        if last < index <= last + (2 if index in firmly else 1):
            last = index
    for index in sorted(mine, reverse=True):
        if first - (2 if index in firmly else 1) <= index < first:
            first = index
    return said[first].start, said[last].end


def _from_lines(letter: Letter, said: list[Said], stated: list[Stated]) -> Finding[tuple[Reason, ...]] | None:
    """Return the grounds of a claim's denied lines by their codes, quoted from the legend where there is one.

    Where the legend's own words state another ground than the code's, the words win.
    """
    coded = find_codes_of_lines(letter, said)
    if not coded:
        return None
    reasons: dict[ReasonCategory, Finding[Reason]] = {}
    for one in coded:
        if one.legend is None:
            place = letter.place_at(one.printed.start)
            start, end, sure, category = place.start, place.end, 0.8, one.category
        else:
            start, end = said[one.legend].start, said[one.legend].end
            words = [at for at in stated if at.said == one.legend]
            firm = [at.category for at in words if at.firm]
            agrees = any(at.category == one.category for at in words)
            category = firm[0] if firm and not agrees else one.category
            sure = 0.95 if agrees else 0.85 if not firm else 0.7
        reason = Reason(category=category, quote=" ".join(letter.printed[start:end].split()))
        reasons.setdefault(category, letter.cite(start, end, reason, sure, prose=True))
    # words elsewhere that give another ground for the same claim
    disputed = any(
        at.firm and at.opened and at.category not in reasons and not opens_a_legend(letter, said[at.said])
        for at in stated
    )
    return Finding(
        value=tuple(found.value for found in reasons.values()),
        confidence=min(0.55 if disputed else 1.0, *(found.confidence for found in reasons.values())),
        evidence=tuple(evidence for found in reasons.values() for evidence in found.evidence),
    )


def _from_codes(letter: Letter) -> Finding[tuple[Reason, ...]] | None:
    coded = find_codes_said(letter)
    if not coded:
        return None
    places = [letter.place_at(one.printed.start) for one in coded]
    cited = [letter.cite(place.start, place.end, None, 0.8, prose=True) for place in places]
    return Finding(
        value=tuple(
            Reason(category=one.category, quote=" ".join(letter.printed[place.start : place.end].split()))
            for one, place in zip(coded, places, strict=True)
        ),
        confidence=min(at.confidence for at in cited),
        evidence=tuple(evidence for at in cited for evidence in at.evidence),
    )


# Roles of sentences that do not speak of the decision.
_BESIDE = _ELSEWHERE | {"appeal", "without_appeal", "help"}


def _hinted(letter: Letter, said: list[Said]) -> Finding[tuple[Reason, ...]] | None:
    """Offer the ground that the sentences around the refusal speak of."""
    not_a_ground, boxes = _grounds()[1], read_boxes(letter)
    texts = [letter.text[one.start : one.end] for one in said]
    refusals = [
        index
        for index, text in enumerate(texts)
        if REFUSED.search(text) and not _STORY.search(text) and not _CONDITION.match(text)
    ]
    about = [
        index
        for index, one in enumerate(said)
        if any(-2 <= index - at <= 3 for at in refusals)
        and not (one.role in _BESIDE and one.own and not REFUSED.search(texts[index]))
        and boxes.state(one.start, one.end) is not Tick.EMPTY
        and _live(texts[index], not_a_ground).strip()
        and len(texts[index].split()) > 2
    ]
    ground = ground_hinted([_live(texts[index], not_a_ground) for index in about])
    if ground is None:
        return None
    points = {index: points_of(texts[index]).get(ground, 0) for index in about}
    main = max(about, key=lambda index: points[index])
    start, end = _run(said, [index for index in about if points[index]], set(), main)
    reason = Reason(category=ground, quote=" ".join(letter.printed[start:end].split()))
    return letter.cite(start, end, (reason,), 0.55, prose=True)


_GIVEN = re.compile(r"\b(?:because|reason(?: for (?:denial|this decision))?(?: is)?:|due to)\s+\w", re.IGNORECASE)


def _unclassified(letter: Letter, said: list[Said]) -> Finding[tuple[Reason, ...]] | None:
    """Offer the sentence that gives a reason in words no class knows; for a person to judge."""
    not_a_ground = _grounds()[1]
    for one in said:
        text = letter.text[one.start : one.end]
        if _GIVEN.search(text) and REFUSED.search(text) and not not_a_ground.search(text):
            reason = Reason(category=ReasonCategory.OTHER, quote=" ".join(letter.printed[one.start : one.end].split()))
            return letter.cite(one.start, one.end, (reason,), 0.5, prose=True)
    return None
