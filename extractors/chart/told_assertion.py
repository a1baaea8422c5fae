"""Whether a course that prose tells of was taken: affirmed, denied, planned, entered in error."""

import re

from extractors import lore
from extractors.chart.assertion import assert_of, frame_of
from extractors.chart.facts import Assertion, Statement
from extractors.chart.treatments import outcome_of, says
from extractors.vocabulary.drugs import DrugMention, find_drugs
from extractors.vocabulary.sieve import rare

_ERROR = rare(r"entered\s+in\s+error|erroneous|wrong\s+patient|charted\s+in\s+error", re.IGNORECASE)

_PLAN = frozenset({"plan", "instructions"})

KEEPS_ON = rare(
    r"\b(?:continue[sd]?|continuing|keep[s]?|kept|stay(?:s|ed)?\s+on|remain(?:s|ed|ing)?\s+on|added\s+to|on\s+top\s+of|in\s+addition\s+to|"
    r"background|(?:increase[sd]?|decrease[sd]?|raise[sd]?|lower(?:ed)?|reduce[sd]?|(?:up)?titrated?|adjust(?:ed)?|refill(?:ed)?|renew(?:ed)?)"
    r"(?:\s+(?:up|down|the|dose|of|her|his))*(?=\s+(?:\w+\s+)?$)|stable\s+on|maintain(?:ed)?\s+on|(?:currently|still|now)\s+(?:on|taking|takes|using|uses)|already\s+on)\b[^.;]*$",
    re.IGNORECASE,
)

STOP_ORDER = rare(
    r"\b(?:stops?|stopping|discontinues?|hold|d/c|taper\s+off|come\s+off|wean\s+off|switch\s+from|change\s+from|transition\s+from)\s+(?:the\s+|insulin\s+)?$",
    re.IGNORECASE,
)

# "romosozumab: never", "teriparatide or abaloparatide: never"
_ANSWERED_NEVER = lore.regex(
    r"(?:\s*(?:,|or|and|/)\s*[a-z-]+){0,2}\s*(?:\([^)]*\)\s*)?:\s*(?:never|none|no|not\s+tried)\b(?!\s+(?:\w+\s+)?"
    r"(?:response|benefit|improvement|effect|help|relief|longer|change|side|problem|adverse|reaction))",
    re.IGNORECASE,
)

# "if tofacitinib is denied": a payer denies a drug, nobody says that it was not taken
_DENIED_BY_PAYER = rare(r"\b(?:is|was|were|be|been|being|gets?|got)\s+denied\b|\bdenied\s+by\b", re.IGNORECASE)


# it was taken, and is not now; "no longer covered" says nothing of the kind
_NO_LONGER = rare(
    r"\bno\s+longer\s+(?:taking|takes|on|using|uses|receiving|receives|gets|getting|prescribed)\b", re.IGNORECASE
)

# how it is taken, not whether
AS_NEEDED = rare(r"\b(?:as\s+needed|prn)\b", re.IGNORECASE)


# behind a drug these tell of a test or a harm, never of whether it is taken
_OF_A_TEST = rare(r"\b(?:negative|non-?reactive|(?:completely\s+)?resolved)\b", re.IGNORECASE)

# "on methotrexate, joint swelling absent": what is denied has a name of its own behind the comma
_OF_ANOTHER = rare(
    r",\s+(?!(?:because|due|given|for|with|on|in|at|as|by|of|from|per|after|before|since|alone|other|any|which|that|it|this|these|they|but|so|and|or|yet|though|although|now|then|was|were|is|are|has|have|had|be|been|not|never|no|"
    r"prescri\w+|scripts?|rx|orders?|fills?|refills?|drugs?|medic\w+|doses?|tablets?|pens?|injections?|infusions?|therapy|treatment|course|trial|use|"
    r"both|all|either|neither|none|each|(?:she|he|patient|pt)\s+(?:was|is|has|had|did|does|never))\b)"
    r"(?:[A-Za-z][\w'’-]*\s+){0,4}[A-Za-z][\w'’-]*(?::|\s+(?:is|are|was|were|has\s+been|have\s+been))?\s+"
    r"(?:absent|unlikely|clear|denied|none|never|ruled\s+out|"
    r"not\s+(?:seen|present|detected|found|evident|noted|identified|appreciated|demonstrated|recorded|required|planned))\b",
    re.IGNORECASE,
)

# "denies fever, takes methotrexate": the drug's own clause says that it is taken
_TAKES = rare(
    r"(?:,\s+(?:and\s+|but\s+)?|\s+(?:and|but)\s+)(?:(?:she|he|patient|pt)\s+)?(?:(?:still|currently|now)\s+)?"
    r"(?:takes|uses|continues(?:\s+on)?|remains\s+on|stays\s+on|is\s+on|is\s+taking)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_GOES_ON = lore.regex(
    r"\s+(?:is\s+|was\s+)?(?:continued|continues|resumed|well\s+tolerated|tolerated\s+well)\b", re.IGNORECASE
)


# "on methotrexate, folate not required" is no list of drugs that are not required
_USED = rare(r"\b(?:on|takes|taking|uses|using|continues|receives|receiving|prescribed)\s+(?:\w+\s+)?$", re.IGNORECASE)

# to a drug it is use; to a disease it is somebody else's
_EXPOSED = rare(r"\bexpos(?:ure|ed)\s+to\b(?=[^.;]*$)", re.IGNORECASE)


def _own_clause(text: str, mention: DrugMention) -> str:
    """Return the text with what speaks of something else crossed out, letter for letter."""
    before, named, after = text[: mention.start], text[mention.start : mention.end], text[mention.end :]
    comma = before.rfind(",")
    if comma < 0 or not before[comma + 1 :].isspace() or not _GOES_ON.match(after):
        own = _TAKES.search(before)
        comma = own.start() if own else 0
    before = "x" * comma + before[comma:]
    before = _EXPOSED.sub(lambda found: "use of".ljust(len(found[0])), before)
    used = _USED.search(before)
    for other in (_OF_A_TEST, _OF_ANOTHER):
        after = other.sub(lambda found: "x" * len(found[0]) if used or not find_drugs(found[0]) else found[0], after)
    return before + named + after


# "prescribed, to be taken for 16 weeks"
_TO_BE_TAKEN = rare(
    r"\bto\s+be\s+(?:taken|used|given|tried|applied|started|begun|injected)\b(?!\s+off\b)", re.IGNORECASE
)


def assertion_of(statement: Statement, mention: DrugMention, told: str, before: str) -> Assertion:
    text, section = statement.text, statement.section
    if _ERROR.search(text):
        return Assertion.ENTERED_IN_ERROR
    if _ANSWERED_NEVER.match(text[mention.end :]):
        return Assertion.NEGATED
    if frame := frame_of(text, mention.start, mention.end):
        return frame
    for manner in (_DENIED_BY_PAYER, _NO_LONGER, AS_NEEDED):
        text = manner.sub(lambda found: "x" * len(found[0]), text)
    text = _own_clause(text, mention)
    held = assert_of(text, mention.start, mention.end, section)
    if held is Assertion.NEGATED and re.search(
        r"\b(?:no|without)\s+(?:\w+\s+)?(?:response|benefit|improvement|relief|effect)\s+(?:to|from|with|on)\s*$",
        before,
        re.I,
    ):
        held = Assertion.AFFIRMED
    if held is Assertion.HISTORICAL:
        return Assertion.AFFIRMED if section not in ("past_medical_history",) or says("use", told) else held
    if held in (Assertion.PLANNED, Assertion.POSSIBLE) and _past(told):
        return Assertion.AFFIRMED
    if held is Assertion.AFFIRMED and _TO_BE_TAKEN.search(told):
        return Assertion.PLANNED
    if held is Assertion.AFFIRMED:
        if section in _PLAN and not (_past(told) or KEEPS_ON.search(before) or STOP_ORDER.search(before)):
            return Assertion.PLANNED
        if section == "assessment_and_plan" and not (_past(told) or says("use", told) or outcome_of(told)):
            return Assertion.PLANNED
    return held


_PAST = rare(
    r"\b(?:was|were|has\s+been|had\s+been|has\s+(?:taken|used|had|tried|received|failed)|took|received|started\s+on|i\s+started|was\s+started|stopped|discontinued|"
    r"(?:given|administered|injected|infused)\s+(?:today|now|in\s+(?:the\s+)?(?:clinic|office)|at\s+this\s+visit)|"
    r"failed|since|last\s+dose|until|completed|tolerated|inadequate\s+response|no\s+response|lost\s+response)\b",
    re.IGNORECASE,
)

_NOT_PAST = rare(
    r"\b(?:was|were)\s+(?:considered|discussed|weighed|priced|offered|talked|recommended|suggested|proposed|planned|requested|"
    r"approved|authorized|ordered|denied|not)\b",
    re.I,
)


def _past(text: str) -> bool:
    return bool(_PAST.search(_NOT_PAST.sub(" ", text)))
