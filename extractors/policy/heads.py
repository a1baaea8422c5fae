"""The words that open an indication: its name, "Approve for 6 months if", what follows."""

import re
from dataclasses import dataclass, replace

from extractors import lore
from extractors.policy.headings import PHASES, Kind, has_condition_word, heading_kind
from extractors.policy.runs import Run

_SPAN = (
    r"\d{1,3}\s*(?:-|\s)?\s*(?:calendar\s+)?(?:month|year|week|day|treatment|dose)s?\b|lifetime|"
    r"(?:one|two|three|six|nine|twelve)\s+(?:month|year|week)s?\b"
)
# what a payer does: "Approve for 6 months if", "Authorization of 12 months may be granted ... when", "is covered when"
APPROVAL = lore.regex(
    r"\bapprov(?:e|ed|al|able)\b(?:\s+(?:for|if|when|of)\b)?"
    r"|\b(?:authorization|approval|coverage|treatment)s?\b[^.;:]{0,50}?\b(?:may|will|can|is|are|shall)(?: be)?\s+"
    r"(?:granted|issued|approved|recommended|provided|authorized|considered|met|renewed|continued)\b"
    r"|(?<!not )\bconsiders?\b[^.;:]{0,200}?\b(?:as\s+)?(?:medically necessary|reasonable and necessary|covered)\b"
    r"(?=[^.;]{0,160}?\b(?:when|if|for|based on|in)\b|[^.;]{0,20}:)"
    r"|\b(?:is|are|will be|may be|can be)\s+(?:(?:considered|deemed)\s+)?(?:as\s+)?"
    r"(?:approved|covered|authorized|renewed|re-?authorized|re-?certified|eligible|"
    r"medically (?:reasonable and )?necessary|"
    r"reasonable and necessary|proven(?: and medically necessary)?|indicated)\b"
    r"(?=[^.;]{0,80}?\b(?:when|if|for|based on|in)\b)"
    r"|\b(?:shall|will|may)\s+(?:only\s+)?cover\b(?=[^.;]{0,120}?\b(?:when|if|for)\b)"
    r"|(?<=\s)(?-i:Covered|Authorized|Approved|Renewed|Payable|Allowed|Granted)(?=(?: for [^.;:]{1,60}?)?,? (?:only )?"
    r"(?:when|if|provided|as long as|where)\b)"
    r"|\b(?:plan|we|program)\s+(?:will\s+|may\s+|only\s+)*(?:covers?|pays?(?: for)?|approves?)\b"
    r"(?=[^.;]{0,120}?\b(?:if|when|provided)\b)"
    r"|\b(?:is|are|will be) paid(?: for)?\b(?=[^.;]{0,80}?\b(?:when|if|for)\b)"
    r"|(?:^|(?<=[.:] ))(?:covered|authorized|renewed|extended|payable|allowed|granted|considered|medically necessary)"
    r"(?=(?: for [^.;:]{1,60}?)?,? (?:only )?(?:when|if|provided|as long as|where)\b)",
    re.I,
)
_CLAUSE = lore.regex(
    r"\b(?:if|when|provided(?: that)?|as long as|so long as|on condition that|granted to|based on|"
    r"(?:granted |in |for )(?:for )?(?=(?:members?|patients?|individuals?|recipients?|beneficiaries|adults?|"
    r"children)\b))\b\s*",
    re.I,
)
_WEAK_CLAUSE = lore.regex(
    r"\b(?:granted for|granted (?=as\b|in combination)|in|for (?!\d|the duration|up to|one|a total))\b\s*", re.I
)
_DURATION = lore.regex(
    rf"\b(?:approv(?:e|ed|al)|authoriz(?:ed|ation)|coverage|duration|issued|granted|continued|length)\b"
    rf"(?:(?!\b(?:first|beyond|after|every|within|past|last|least)\b)[^.;]){{0,60}}?"
    rf"(?:for|of|:|is|=|up to)?\s*(?P<span>(?:up to\s+)?(?:{_SPAN}))",
    re.I,
)
_BARE_SPAN = lore.regex(rf"(?:up to\s+)?(?:{_SPAN})", re.I)
_BRACKETS = lore.regex(
    r"\s*\((?:must meet[^()]*|meets?[^()]*|all|any|[^()]{0,12}\b(?:or|and)\b[^()]{0,12})\)\s*:?\s*$", re.I
)
_IS_CRITERION = lore.regex(
    r"^(?:the\s+)?(?:patient|member|individual|recipient|prescri|documentation|documented|diagnosis of|treatment with|"
    r"used\b|not used|history of|failure|trial|inadequate|one of|both of|all of|any of|either|age\b|aged\b|must|you\b|"
    r"will\b|has\b|is\b|request|provider|physician|submission|medical record|at least|for\b|if\b|within\b)",
    re.I,
)


_SENTENCE_START = lore.regex(r"(?<!\bvs)(?<!\b[A-Z])[.:]\s+(?=[A-Z0-9])|\s[-–—]\s+(?=[A-Z])")


ALL_USES = lore.regex(r"(?:all|any)(?: other)? (?:indications?|diagnos[ei]s|conditions?|uses?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Head:
    """How an item or paragraph opens."""

    name: str  # "Plaque psoriasis (PsO)"; "" if it opens with no name
    rest: int  # character where what follows the name begins
    approves: bool  # whether it says that something is approved
    kind: Kind | None  # of the name, if it is a known heading
    condition: str = ""  # what a phase is for: "Initial coverage: plaque psoriasis"


_PARTS = lore.regex(r"\s*:\s+|,\s+|\s+[–—-]\s+|\s+(?:for|of)\s+(?=\S)|\s*(?=\()")


_GENERAL = lore.regex(r"(?:therapy|treatment|coverage|approval|authorization|care|use)\b", re.I)


def phase_and_condition(heading: str) -> tuple[Kind, str] | None:
    """Part "Initial coverage: plaque psoriasis" or "Asthma – Renewal" into its phase and its condition."""
    bare = clean_name(heading)
    if len(bare.split()) > 16:
        return None
    for match in _PARTS.finditer(bare):
        left, right = bare[: match.start()].strip(), bare[match.end() :].strip("() ")
        for phase, condition in ((left, right), (right, left)):
            kind = heading_kind(phase)
            if kind not in PHASES or not condition or _GENERAL.match(condition):
                continue
            if heading_kind(condition) is None and names_condition(condition):
                return kind, condition
    return None


def head_of_run(run: Run) -> Head:
    """Part an opening, a heading on a line of its own first of all ("Continuation of therapy" over a paragraph)."""
    text = run.text
    first = run.pieces[0].text if run.pieces else ""
    if parted := phase_and_condition(first):
        rest = min(len(text), len(first) + 1)
        return Head(clean_name(first), rest, APPROVAL.search(text, len(first)) is not None, *parted)
    if len(first) < len(text) and re.match(r"\s[A-Z]", text[len(first) :]):
        kind = heading_kind(first)
        if kind is not None:
            return Head(clean_name(first), len(first) + 1, APPROVAL.search(text, len(first)) is not None, kind)
        if _is_title(first) and not APPROVAL.search(first) and APPROVAL.search(text, len(first)):
            return Head(clean_name(first), len(first) + 1, True, None)
    head = head_of(text)
    if head.kind is None and head.approves and head.name and (parted := phase_and_condition(head.name)):
        return replace(head, kind=parted[0], condition=parted[1])
    return head


def _is_title(line: str) -> bool:
    """Whether a line of its own may be the name of what the sentence below it approves."""
    return names_condition(line) or (
        len(line.split()) <= 10
        and not line.endswith((".", ",", ";", ":"))
        and not (_IS_CRITERION.match(line) or _SAYS.search(line))
    )


_TITLE = lore.regex(r"(?P<name>[A-Z][^.:;]{2,60}?)[.:]\s+(?=[A-Z])")  # "First approval. All of the following:"


def head_of(text: str) -> Head:
    """Part an opening into the name and what follows."""
    if (kind := heading_kind(clean_name(text))) is not None:
        return Head(clean_name(text), len(text), False, kind)
    title = _TITLE.match(text)
    if title and (kind := heading_kind(title["name"])) in PHASES:
        return Head(title["name"], title.end(), APPROVAL.search(text, title.end()) is not None, kind)
    match = APPROVAL.search(text)
    if match:
        rest = _sentence_start(text, match.start())
        name = text[:rest]
    else:
        rest = _end_of_name(text)
        name = text[:rest]
    bare = clean_name(name)
    return Head(bare, rest, match is not None, heading_kind(bare) if bare else None)


# "For the preventive treatment of migraine:" over a list
_FOR_USE = lore.regex(
    r"for (?:the )?(?:\w+ )?(?:treatment|prevention|prophylaxis|management|diagnosis) of (?=\S+(?:\s+\S+){0,8}:?$)",
    re.I,
)


# "Plaque psoriasis, if all apply:", "Gout when each of these is met"
_CONDITIONAL = lore.regex(
    r"(?<=[\w)])[,;–—-]?\s+(?:if|when|where|provided(?: that)?|as long as|only if|must (?:meet|satisfy))\s+"
    r"(?=[^.;]*\b(?:all|both|any|each|every|either|one|two|these|following|criteria)\b)[^.;]*$",
    re.I,
)


def clean_name(name: str) -> str:
    """Return a name without its closing punctuation, a bracket like "(must meet all)" and "For the treatment of"."""
    name = _FOR_USE.sub("", name.strip())
    name = name if APPROVAL.search(name) else _CONDITIONAL.sub("", name.strip())
    name = _BRACKETS.sub("", name.strip()).strip().rstrip(".:;,–—- ")
    return re.sub(r"(?<=[.:])\s*(?:coverage )?criteria$", "", name, flags=re.I).rstrip(".:;,–—- ").strip()


def _sentence_start(text: str, at: int) -> int:
    """Where the sentence that holds character `at` begins; a bare name may stand before it without a full stop."""
    before = text[:at]
    start = 0
    for match in _SENTENCE_START.finditer(text, 0, at + 1):
        if match.end() <= at:
            start = match.end()
    tail = before[start:]
    if start != 0 or not tail.strip():
        return start
    # "Rheumatoid arthritis (RA) Authorization of 12 months": the approval itself begins the sentence
    return at if text[at].isupper() and not _IS_CRITERION.match(tail) else 0


_VERB = lore.regex(r"\b(?:is|are|was|were|has|have|had|must|will|may|can|does|do)\b", re.I)


def _end_of_name(text: str) -> int:
    match = re.search(r"(?<!\b[A-Z])[.:](?:\s+|$)", text)
    if match and len(text[: match.start()].split()) <= 14:
        said = match[0][0] == "." and _VERB.search(text[: match.start()])
        return 0 if said and match.end() < len(text) else match.end()
    return len(text) if len(text.split()) <= 14 else 0


def clause_start(text: str, start: int) -> int | None:
    """Return where the condition begins in "Approve for 1 year if the patient ...": at "the patient".

    Without such words the condition begins at `start`; None: it is approved without any.
    """
    match = APPROVAL.search(text, start)
    if not match:
        return start
    for clauses in (_CLAUSE, _WEAK_CLAUSE):
        for clause in clauses.finditer(text, match.start()):
            if clause.end() >= match.end():
                return clause.end()
    return None


def duration_of(text: str) -> str | None:
    """Return how long an approval lasts, as printed ("6 months"); None if the text does not say."""
    match = _DURATION.search(text)
    return match["span"].strip() if match else None


def bare_duration(text: str) -> str | None:
    """Return the span in a text known to be about duration: a table cell "12 months", "Plan year"."""
    match = _BARE_SPAN.search(text)
    return match[0].strip() if match else None


def is_named(run: Run, has_children: bool) -> bool:
    """Whether an item opens an indication: approves something under a name, or is the name of a condition itself."""
    text, head = run.text, head_of_run(run)
    if not head.name or len(head.name.split()) > 16 or _IS_CRITERION.match(head.name):
        return False
    if head.kind in ("excluded", "ignored"):
        return False
    if head.approves:
        return True
    return (has_children or head.rest < len(text)) and (names_condition(head.name) or bool(ALL_USES.match(head.name)))


def is_criterion(text: str) -> bool:
    """Whether the text opens as a criterion does ("Patient has", "Diagnosis of") and not with a name."""
    return _IS_CRITERION.match(text) is not None


_SAYS = lore.regex(
    r"^\W*(?:no|not|with|and|or|if|when|for|of|history|absence|presence|evidence|prior|failure of|severe or|"
    r"moderate or)\b|"
    r"\b(?:is|are|was|has|have|had|must|will|may|can|does|do|documented|confirmed|at least|within|days?|weeks?|months?|"
    r"trial|treatment|therapy|following|due to|defined|shown|score|scale|test|patients?|members?|individuals?)\b|"
    r"[;,]\s*$",
    re.I,
)


_DENIED = lore.regex(r"\W*(?:no|not|without|absence of|history of)\b", re.I)


def names_condition(name: str) -> bool:
    """Whether a condition makes up a good part of a short name."""
    from extractors.vocabulary.conditions import find_conditions

    name = _FOR_USE.sub("", name.strip())
    if _DENIED.match(name):
        return False
    covered = {at for term in find_conditions(name) for at in range(term.start, term.end)}
    bare = re.sub(r"\([^()]*\)", "", name).strip()
    if len(covered) >= 0.35 * max(1, len(bare)):
        return True
    words = bare.split()
    return 0 < len(words) <= 8 and not _SAYS.search(bare) and has_condition_word(bare)


_USE = lore.regex(r"(?P<name>[A-Z][^.:;]{2,60}?)\.\s+(?=[A-Z])")


def opens_use(text: str) -> str:
    """Return the name of "Overactive bladder. Approved for 6 months if", "" where a text opens with none."""
    match = _USE.match(text)
    if match is None or len(match["name"].split()) > 8 or _VERB.search(match["name"]):
        return ""
    approval = APPROVAL.match(text, match.end())
    return match["name"] if approval and heading_kind(match["name"]) is None else ""
