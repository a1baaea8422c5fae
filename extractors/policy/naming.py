"""Names for indications whose own words give none, and the drugs they are for."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.found import Criteria
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import (
    ALL_USES,
    APPROVAL,
    head_of,
    is_criterion,
    names_condition,
)
from extractors.policy.items import Section
from extractors.policy.tree import Indication
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs

_DIAGNOSIS = lore.regex(r"\bdiagnos(?:is of|ed with)\b", re.I)

_HAS = lore.regex(
    r"(?:you have|(?:the )?(?:patient|member|individual) has)\b(?!.*\b(?:no|not|without|history)\b)", re.I
)


def name_the_unnamed(found: Criteria, title: str) -> None:
    """Give "Initial approval" and "Renewal" the one use that the policy is about, where it is about one."""
    found.indications = [use if use.name else replace(use, name=title) for use in found.indications]
    named = {use.name for use in found.indications if use.name != title and heading_kind(use.name) is None}
    if len(named) == 1 and not names_condition(next(iter(named))):
        return  # a service among others that the policy covers
    if title and len(named) <= 1:
        name = named.pop() if named else title
        found.indications = [replace(use, name=name) for use in found.indications]
    elif len(named) > 1:
        found.indications = [each for use in found.indications for each in _for_each(use, found.indications, title)]


_TREATS = lore.regex(r"\b(?:treatment|management|prevention|prophylaxis|diagnosis|reduction) of\b|\bfor\b", re.I)

# "Continued coverage of a CGM" is for one service
_OF_WHAT = lore.regex(
    r"\b(?:of|for|with|on)\s+"
    r"(?!(?:the )?(?:therapy|treatment|coverage|approval|authorization|care|use|all (?:other )?\w+$)\b)",
    re.I,
)


def _for_each(use: Indication, uses: Sequence[Indication], title: str) -> list[Indication]:
    """ "III. Continuation" without a condition is meant for every condition that the policy approves at first."""
    unnamed = (
        use.name == title
        or _names_the_drug_alone(use, uses)
        or ALL_USES.fullmatch(use.name)
        or (heading_kind(use.name) == use.phase and not _OF_WHAT.search(use.name))
    )
    if use.phase not in PHASES or not unnamed:
        return [use]
    others = [at for at in uses if at.phase != use.phase and heading_kind(at.name) is None]
    over = [at for at in uses[: uses.index(use)] if find_conditions(at.name)]  # what follows stands apart
    phased = any(at.phase != "any" for at in others)
    names = dict.fromkeys(at.name for at in others if not phased or at.phase != "any" or at in over)
    told = {at.name for at in uses if at.phase == use.phase}
    return [replace(use, name=name) for name in names if name not in told] or [use]


def _names_the_drug_alone(use: Indication, uses: Sequence[Indication]) -> bool:
    """Whether a use bears the name of the one drug of the policy, and others the conditions it is for."""
    own = {mention.generic for mention in find_drugs(use.name)}
    if not own or find_conditions(use.name):
        return False
    named = {mention.generic for at in uses for mention in find_drugs(f"{at.name} {at.section}")}
    return named == own and any(find_conditions(at.name) for at in uses)


def for_drugs(uses: Sequence[Indication]) -> list[Indication]:
    """Give the uses that stand under the names of drugs these drugs, where the names are of several."""
    named = {
        id(use): tuple(dict.fromkeys(mention.generic for mention in find_drugs(said)))
        for use in uses
        if not use.drugs and (said := _drug_label(use))
    }
    if len({drugs for drugs in named.values() if drugs}) < 2:
        return list(uses)
    return [
        replace(use, drugs=named[id(use)], name=_name_beside_drug(use)) if named.get(id(use)) else use for use in uses
    ]


def _name_beside_drug(use: Indication) -> str:
    return use.name if find_conditions(use.name) else treated_in(use.tree.text) or use.name


def _drug_label(use: Indication) -> str:
    """The words that may name the drug: the name of the indication, or the heading over it up to what it approves."""
    if not find_conditions(use.name):
        return use.name
    if (first := find_drugs(use.name)) and first[0].start == 0:
        return use.name  # "Zeposia (ozanimod) Ulcerative colitis", a cell
    match = APPROVAL.search(use.section)
    label = use.section[: match.start()] if match else use.section
    return label if len(label.split()) <= 10 and not find_conditions(label) else ""


def treated_in(text: str) -> str:
    """The condition that "is medically necessary for the treatment of chronic gout when" is about."""
    match = _TREATS.search(text)
    terms = find_conditions(text[match.end() :]) if match else []
    return text[match.end() :][terms[0].start : terms[0].end] if match and terms else ""


def approved_name(text: str) -> str:
    """What a sentence approves: "A permanent implant is covered when ..."; the condition it names for a drug."""
    head = head_of(text)
    return head.name if head.name and names_condition(head.name) else ""


def approved_for(text: str) -> str:
    """The condition of "Nucala may be approved for severe eosinophilic asthma if", with what narrows it."""
    match = APPROVAL.search(text)
    said = _APPROVED_FOR.match(text, match.end()) if match else None
    if said is None or len(said["what"].split()) > 12 or not find_conditions(said["what"]):
        return ""
    return said["what"].strip()


_APPROVED_FOR = lore.regex(
    r"\s*(?:for |in )?(?:the )?(?:(?:treatment|management|prevention)\b(?!-))?(?: of)?\s*"
    r"(?P<what>(?!members|patients|individuals|adults)"
    r"[^.,;:]+?)\s+(?:if|when|in (?:members|patients|individuals|adults))\b",
    re.I,
)


def diagnosis_in(text: str) -> str:
    """The condition that "has a diagnosis of ulcerative colitis and the following" asks for; "" for none or several."""
    match = _DIAGNOSIS.search(text)
    terms = find_conditions(text[match.end() :]) if match else []
    longest = max(terms, key=lambda term: term.end - term.start, default=None)
    if match is None or longest is None or any(term.key != longest.key for term in terms):
        return ""
    return text[match.end() :][longest.start : longest.end]


_WHEN = lore.regex(r"\s*,?\s+(?:when|if|provided|with (?:all|both|any|either|one|each|the following))\b", re.I)


def condition_when(text: str) -> str:
    """The condition that a way to be approved opens with: "Ulcerative colitis (UC) when each of the following"."""
    match = _WHEN.search(text)
    said = text[: match.start()].strip() if match else ""
    return said if said and not is_criterion(said) and names_condition(said) else ""


def subject_of(text: str) -> str:
    """What a sentence approves: "A permanent stimulator may be considered medically necessary when ..."; "" if long."""
    match = APPROVAL.search(text)
    said = text[: match.start()].strip() if match else ""
    return said if 0 < len(said.split()) <= 8 and not re.search(r"[.:;]", said) else ""


def name_for(section: Section, title: str) -> str:
    """A name for a list under no condition: the title, or with it the one condition that the list is for."""
    if find_conditions(title):
        return title
    intro = section.paragraphs[-1].text if section.paragraphs else ""
    items = [item.run.text for item in section.items]
    diagnoses = [text[match.end() :] for text in items if (match := _DIAGNOSIS.search(text))]
    for text in (intro, *diagnoses, *(text for text in items if _HAS.match(text))):
        if terms := find_conditions(text):
            longest = max(terms, key=lambda term: term.end - term.start)
            return text[longest.start : longest.end]
    return title
