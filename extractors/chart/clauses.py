"""Which words of a sentence belong to which of the drugs it names."""

import re
from itertools import pairwise

from extractors import lore
from extractors.vocabulary.drugs import DrugMention
from extractors.vocabulary.sieve import rare

_NOT_DRUG = lore.regex(
    r"^\s*(?:levels?|trough|antibod|allerg|retinopathy|toxicity|pump|pen\s+needles|screening|resistan|eye\s+exam|monitoring|naive|-naive|protocol)",
    re.I,
)

RESPONSE_TO = rare(
    r"\b(?:inadequate(?:\s+clinical)?|insufficient|poor|partial|suboptimal|no|lack\s+of|incomplete|minimal)\s+response\s+to\s+(?:oral\s+|weekly\s+|prior\s+)?$|"
    r"\b(?:fail(?:ed|s|ure|ing)?(?:\s+of|\s+to\s+respond\s+to|\s+on)?|refractory\s+to|in\s+spite\s+of|despite|intoleran(?:t|ce)\s+(?:of|to)|active\s+on|"
    r"loss\s+of\s+response\s+to|lost\s+response\s+to|did\s+not\s+respond\s+to|no\s+benefit\s+from|contraindicat(?:ion|ed)\s+(?:to|for)|"
    r"unable\s+to\s+tolerate|could\s+not\s+tolerate|did\s+not\s+tolerate)\s+(?:oral\s+|weekly\s+|prior\s+|both\s+)?$",
    re.IGNORECASE,
)


# "Oxycodone Positive 100 ng/mL": what a screen found, whoever took what; "lamotrigine, negative for rash" is taken
_SCREENED = lore.regex(
    r"\W{0,3}(?:(?:presumptive )?positive|negative|(?:not |none )?detected)(?=\W*(?:$|[,;.)(<>]|\d|ng/mL|consistent))",
    re.IGNORECASE,
)


def distinct(mentions: list[DrugMention], text: str) -> list[DrugMention]:
    """Leave out a second name of the same drug beside the first ("Orencia (abatacept)"), and what is no drug taken."""
    kept: list[DrugMention] = []
    for mention in mentions:
        after = text[mention.end :]
        if _NOT_DRUG.match(after) or _SCREENED.match(after):
            continue
        if kept and kept[-1].generic == mention.generic and mention.start - kept[-1].end <= 3:
            continue
        kept.append(mention)
    return kept


_CLAUSE_CUT = lore.regex(
    r";\s+|,\s+(?:but|then|followed\s+by|later|subsequently)\s+|\s+(?:but|then|followed\s+by|whereas|while)\s+|\.\s+(?=\d[.)])|\s+and\s+(?=(?:to\s+)?(?:stay|remain|continue|start|stop|switch|begin|add)\b)"
)


def clauses_of(text: str, mentions: list[DrugMention]) -> list[tuple[int, int]]:
    """Return the parts of a sentence that each speak of their own drug; a part without one joins the part before."""
    cuts = [match.end() for match in _CLAUSE_CUT.finditer(text)]
    bounds = [0, *cuts, len(text)]
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(bounds):
        named = any(start <= m.start < end for m in mentions)
        if (spans and not named) or (spans and not any(spans[-1][0] <= m.start < spans[-1][1] for m in mentions)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


_LINK = lore.regex(
    r"^[\s,/&+]*(?:and|or|and/or|plus|as\s+well\s+as|nor|no|any|both|then)?[\s,]*(?:no|nor|or|and)?\s*$", re.IGNORECASE
)


_BRACKETED = lore.regex(r"\([^)]*\)")
# brackets, and of topicals strength and form: "triamcinolone 0.1%, tacrolimus oint, and Eucrisa"
_FORM = lore.regex(
    r"\([^)]*\)|\b\d+(?:\.\d+)?\s*%|\b(?:ointments?|oint|creams?|gels?|foams?|lotions?|solutions?|drops|shampoo|topical)\b",
    re.IGNORECASE,
)


def coordinated(text: str, mentions: list[DrugMention]) -> list[list[DrugMention]]:
    """Group drugs of one list ("methotrexate, cyclosporine or acitretin"): what is said of the list holds of each."""
    groups: list[list[DrugMention]] = []
    for mention in mentions:
        apart = _FORM if groups and RESPONSE_TO.search(text[: groups[-1][0].start]) else _BRACKETED
        if groups and _LINK.match(apart.sub("", text[groups[-1][-1].end : mention.start])):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def own_words(text: str, groups: list[list[DrugMention]], index: int, clause: tuple[int, int]) -> tuple[int, int]:
    """Return the words of a clause that belong to one group of drugs: from its name to the next one's."""
    start = clause[0] if index == 0 else groups[index][0].start
    end = clause[1] if index == len(groups) - 1 else groups[index + 1][0].start
    if index > 0:
        start = groups[index - 1][-1].end + _last_joint(text[groups[index - 1][-1].end : groups[index][0].start])
    if index + 1 < len(groups) and (lead := RESPONSE_TO.search(text[: groups[index + 1][0].start])):
        end = max(groups[index][-1].end, min(end, lead.start()))
    elif index + 1 < len(groups):
        end = groups[index][-1].end + _last_joint(text[groups[index][-1].end : end])
    return start, end


def _last_joint(between: str) -> int:
    """Return where the words between two drugs turn to the second: at the last comma, "and" or "with"."""
    joints = list(
        re.finditer(
            r",\s|\band\b|\bwith\b|\bplus\b|:\s|\bthen\b|\bafter\b|\bfollowing\b|\bbefore\b|\binstead\b", between
        )
    )
    return joints[-1].start() if joints else len(between)
