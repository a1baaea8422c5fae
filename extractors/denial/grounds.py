"""Sentences that state a ground, each with its category; what only names one is left out.

What to do "if it was denied as not medically necessary", how an exception is had, what an earlier letter
said, a page of the policy that came along and the options of a blank form give no ground.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from extractors import lore
from extractors.denial.boxes import Tick, read_boxes
from extractors.denial.fields import ReasonCategory
from extractors.denial.patterns import any_of, load_table
from extractors.denial.reading import Letter
from extractors.denial.reasons_by_code import categories_by_code
from extractors.denial.roles import Said
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


def not_a_ground() -> re.Pattern[str]:
    """Return the pattern of clauses that name a ground without giving it."""
    return _grounds()[1]


GIVES = lore.regex(r"\b(?:because|due to|reason)\b", re.IGNORECASE)
# Roles in which a refusal is told about, not given.
ELSEWHERE = {
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
REFUSED = lore.regex(
    r"\b(?:denied|deny|denying|not approved?|(?:can(?:not|'t| not)|unable to|not able to|could not|won't|will not) "
    r"(?:approve|cover|authorize|pay|certify)|not (?:certified|covered|authorized|payable)|declined|upheld|uphold"
    r"|disapproved|reject(?:ed)?|we said no|adverse)\b",
    re.IGNORECASE,
)


# "On May 19, 2026 we denied the hospital setting." tells of a day before
STORY = lore.regex(r"^(?:\w+\. )?(?:On|In) [^.]{5,28},? (?:we|the plan)\b|\b(?:earlier|previously)\b", re.IGNORECASE)


_CLAUSE_ENDS = lore.regex(r"(?<=[;:])\s+|\s+[\u2014\u2013]\s+")
CONDITION = lore.regex(r"^\W*(?:if|unless|should|in case|whenever|when)\b", re.IGNORECASE)


def live_part(text: str, put_aside: re.Pattern[str]) -> str:
    """Return the sentence with blanks for the clauses that state no ground; a condition rules all that follows it.

    "It can be covered once your doctor asks for a review, and nobody has: no authorization is on file."
    """
    if not put_aside.search(text):
        return text
    if CONDITION.match(text):
        return ""
    starts = [0, *(at.end() for at in _CLAUSE_ENDS.finditer(text)), len(text)]
    matches = list(put_aside.finditer(text))
    live = [
        # one match may reach over the colon: "Not covered: a charge that your plan does not pay because ..."
        " " * (end - start) if any(at.start() < end and start < at.end() for at in matches) else text[start:end]
        for start, end in pairwise(starts)
    ]
    return "".join(live)


def find_grounds(letter: Letter, said: list[Said]) -> list[Stated]:
    """Return every sentence that states a ground, in reading order; one sentence may state two."""
    grounds, put_aside, opens = _grounds()
    boxes = read_boxes(letter)
    found: list[Stated] = []
    lost = False  # a line of a list with ticks lost its box
    beside = _pages_beside(letter)
    rights = next((index for index, one in enumerate(said) if one.own and one.role in _RIGHTS), len(said))
    for index, one in enumerate(said):
        ticked = boxes.state(one.start, one.end)
        if ticked is Tick.EMPTY or letter.place_at(one.start).page.number in beside:
            continue
        if _left_open(letter.text[one.start : one.end]):
            continue
        beside_ticks = ticked is Tick.UNKNOWN and boxes.any_ticked(one.start)
        text = live_part(letter.text[one.start : one.end], put_aside)
        if not text.strip():
            continue
        text = _NO_STOP.sub(lambda match: match[0][:-1] + " ", text)
        text = _not_stated().sub(lambda match: " " * len(match[0]), text)
        refused = bool(REFUSED.search(text))
        if one.own and one.role in ("appeal", "without_appeal") and not refused:
            continue
        before = letter.text[said[index - 1].start : said[index - 1].end] if index else ""
        opened = not STORY.search(text) and bool(
            opens.search(text) or (opens.search(before) and not STORY.search(before))
        )
        undecided = one.role == "plan_answer" and bool(_UNDECIDED.search(text))
        if one.role in ELSEWHERE and one.own and not undecided and not (refused and GIVES.search(text)):
            continue
        # what is said before the rights goes on with the decision, whatever was mentioned in passing
        if one.role in ELSEWHERE and (one.own or index > rights) and not (refused or opened or undecided):
            continue
        here: list[Stated] = []
        for ground in grounds:
            if ground.needs_drug and not _speaks_of_drugs(text):
                continue
            firm = bool(ground.firm and ground.firm.search(text))
            if firm and ground.category is ReasonCategory.BENEFIT_EXCLUSION and _RULE.search(text):
                firm = False
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


# "without the diary we cannot decide": no answer that is to come, but what kept the plan from one
_UNDECIDED = lore.regex(
    r"\b(?:cannot|can't|could not|couldn't|unable to|not able to) (?:\w+ )?"
    r"(?:decide|answer|complete|make a decision)\b",
    re.IGNORECASE,
)
# "Your contract does not pay for a service until studies show ...": a rule with a condition excludes nothing by itself
_RULE = lore.regex(
    r"\b(?:not|n't|only) (?:\w+ ){0,2}(?:pay|cover|include|allow)\w*\b[^.;]{0,80}"
    r"\b(?:until|unless|except (?:when|if|for)|before (?:it|they|studies|we|the)\b|without (?:first|prior|our))",
    re.IGNORECASE,
)
# Options of a blank form: "Denied because: [ ] not medically necessary [ ] experimental ( ) other"
_EMPTY_BOX = lore.regex(r"\[ ?[_ ]?\]|\( ?_?\)|\[[Jj]|[\u2610\u25a1\u25fb]|\bL[JI]\b")
_TICKED_BOX = lore.regex(r"[\[(] ?[xXvV] ?[\])]|[\u2611\u2612\u2713\u2714\u25a0]")


def _left_open(text: str) -> bool:
    """Whether the sentence offers several boxes and none is ticked."""
    return len(_EMPTY_BOX.findall(text)) > 1 and not _TICKED_BOX.search(text)


# Pages that come along with the decision: a policy's excerpt, a form to fill in.
_COMES_ALONG = lore.regex(
    r"\b(?:attachments?|attached|enclosures?|excerpts?|extracts?|appendix|criteria (?:used|applied)|policy text)\b"
    r"|^\W*(?:form|formulario)\b(?:\W|$)|\b(?:claim|request|appeal|appointment|authorization|complaint|designation)"
    r"(?: of \w+)? form\b|\bappointment of (?:a )?representative"
    r"|^\W*(?:medical|clinical|coverage|payment|reimbursement|pharmacy|corporate|[A-Z]\w+)"
    r" (?:\w+ )?(?:policy|guideline|criteria|bulletin)\b[^.?!]{0,80}$",
    re.IGNORECASE,
)
_DECIDES = lore.regex(
    r"\b(?:decision|determination|denial|denied|deny|outcome|why|reason|dear|appeal rights|notice|eob|explanation)\b",
    re.IGNORECASE,
)
_HEAD = 4  # lines


def _pages_beside(letter: Letter) -> set[int]:
    """Return the numbers of the pages, after one that decides, that are headed as a policy's text or as a form."""
    found: set[int] = set()
    decided = False
    for page in letter.pages:
        heads = [
            line.text for line in sorted(page.lines, key=lambda line: line.box.top)[:_HEAD] if len(line.words) < 13
        ]
        decides = any(map(_DECIDES.search, heads))
        if decided and not decides and any(map(_COMES_ALONG.search, heads)):
            found.add(page.number)
        decided = decided or bool(REFUSED.search(page.text))
    return found


# "Denied for the reason marked": where that one was read, a lost box beside it was empty.
_ONE_MARKED = lore.regex(
    r"\b(?:the|this|following|one|single) reason (?:that is |which is |as )?"
    r"(?:marked|checked|ticked|indicated|selected)\b|\b(?:mark|check|tick|select)(?:ed)? (?:only )?one\b",
    re.IGNORECASE,
)


# points that end no clause, of which the patterns know nothing: "Dr. Lowe", "6.5 mg", "U.S. plans"
_NO_STOP = lore.regex(r"\b(?:Dr|Mr|Mrs|Ms|St|No|vs|Inc|approx|[A-Z])\.|\d\.(?=\d)")
# What a form cannot have printed beforehand: a day, a product and its dose.
_FILLED_IN = lore.regex(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\b\d+ ?(?:mg|mcg|ml|units?)\b", re.IGNORECASE)
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
    pattern = lore.regex(load_table("reasons.yaml")["drug_words"], re.IGNORECASE)
    return bool(pattern.search(text)) or any(at.via != "abbreviation" for at in find_drugs(text))
