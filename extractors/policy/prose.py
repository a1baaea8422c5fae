"""Running text understood: a paragraph as an indication, a sentence as a leaf."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors import lore
from extractors.policy.announced import refuses
from extractors.policy.explaining import explanations_start, notes_in
from extractors.policy.found import Criteria, Place
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import (
    APPROVAL,
    clause_start,
    duration_of,
    head_of_run,
    is_criterion,
    names_condition,
    opens_use,
)
from extractors.policy.inline import split_inline
from extractors.policy.introductions import SAYS_FOR
from extractors.policy.items import Item, Section
from extractors.policy.nodes import group_of_prose, is_sentence, leaf_of, negative, node_of
from extractors.policy.quantifiers import split_end
from extractors.policy.runs import Run
from extractors.policy.shapes import DURATION_ROW
from extractors.policy.tree import Indication, Node
from extractors.policy.wordings import items_named

_OF_PATIENT = lore.regex(
    r"\b(?:patient|member|beneficiary|individual|practitioner|prescriber|response|"
    r"documentation|remission|improve\w*|(?:de|in)creas\w+|reduc\w+|halved|fewer|stabil\w+|maintain\w*|tolerated|"
    r"lower|higher|better|worse|less|no new|no longer|healed|remains?|ongoing|still|fell|falls?|rose|rises?|"
    r"gained|baseline|attacks?|relapses?|symptoms?)\b",
    re.I,
)
_SENTENCE = lore.regex(r"(?<=[.;])\s+(?=[A-Z])")

_SENTENCE_END = lore.regex(r"(?<=[.])\s+(?=[A-Z])")
_OF_WHOM = lore.regex(
    r"(?:the |an? |all )?(?:members?|patients?|individuals?|recipients?|beneficiar|adults?|children)\b", re.I
)
_HOW_LONG = lore.regex(
    r"(?:plan|calendar|contract)[- ]year\b|\d+[- ](?:month|year|day)s? (?:durations?|increments?|intervals?)\b", re.I
)
_POINTS = lore.regex(r"\b(?:following|criteria|below|above|listed|indications?|polic(?:y|ies))\b", re.I)

# "All members must have had ...", "A negative tuberculosis test is also required."
_OF_ALL = lore.regex(
    r"(?:(?:all|every|each|the) (?:patients?|members?|individuals?) must (?:also )?(?:have|be|not)\b|"
    r"(?:an?|the|all|documented|documentation of) [^.;:]{3,80}? (?:is|are) also required\b)",
    re.I,
)
# a demand after a list that belongs to it: "In addition, the surgeon must document ..."
_ADDED = lore.regex(
    r"(?:in addition|additionally|also|furthermore|moreover|and)\b(?: to (?:the|these|all)[^,;.]*)?\s*[,:]?\s*(?=\S)",
    re.I,
)
_DEMANDS = lore.regex(r"\b(?:must|shall|should|(?:is|are) required|needs? to|has to|have to)\b", re.I)


# "each row is met", "the five conditions below hold", "EV-1 through EV-5 have been shown"
_POINTS_AT_LIST = lore.regex(
    r"(?:each|every|all|both|the \w+|any|one)(?: \w+){0,2}? (?:rows?|lines?|items?|conditions?|criteria|points?|boxes|"
    r"requirements?|statements?|rules?)\b(?: (?:of|in) the table)?(?: below| above| listed)?[^.;]{0,40}\b(?:is|are|"
    r"has been|have been|must be|holds?|appl(?:y|ies))\b[^.;]{0,30}\.?|(?:the (?:\w+ )?(?:conditions|criteria|"
    r"requirements|statements) (?:below|listed) "
    r"(?:hold|apply)\.?)|[A-Z]{1,6}[-.]?\d{1,2} (?:to|through|and|-|–) [A-Z]{1,6}[-.]?\d{1,2} [^.;]{0,40}\.?",
)


def node_of_prose(run: Run, path: Sequence[str], notes: tuple = (), flags: Sequence[str] = ()) -> Node:
    """ "Name. Approve for 6 months if the patient ..." as a leaf of its condition, or as the list it holds."""
    text = run.text
    start = clause_start(text, head_of_run(run).rest) or 0
    start += len(text[start:]) - len(text[start:].lstrip(" ,;:"))  # "if, according to the prescriber, ..."
    if not text[start:].strip():
        start = 0
    rest = text[start:]
    explained = explanations_start(rest)
    if listed := split_inline(rest[:explained].rstrip(), prose=True):
        notes = (*notes, *notes_in(run, start + explained))
        return group_of_prose(run, path, start, listed, notes=notes, flags=flags)
    lead = "" if is_sentence(rest) else text[:start].strip()
    last = _lasts(rest)
    rest = rest[: last.start()] if last else rest
    return leaf_of(run, path, start, start + len(split_end(rest)[0]), lead=lead, notes=notes, flags=flags)


def _unless_phase(heading: str) -> str:
    return "" if heading_kind(heading) in PHASES else heading


def _lasts(text: str) -> re.Match[str] | None:
    """Where the sentence that only says how long begins: "... improvement in pain. Approval for 12 months."."""
    return next((at for at in _SENTENCE_END.finditer(text) if DURATION_ROW.fullmatch(text, at.end())), None)


def read_paragraph(paragraph: Run, place: Place, named: bool, found: Criteria, demands: bool = False) -> None:
    """A paragraph that approves something under a name: one indication; `demands`: it is known to be of criteria."""
    text = paragraph.text
    head = head_of_run(paragraph)
    if (last := _lasts(text)) is not None and not APPROVAL.search(text[: last.start()]):
        head = replace(head, approves=False)
    named_so = head.name and not (place.phase != "any" and is_criterion(head.name))
    own = head.name if named_so and (names_condition(head.name) or head.kind in PHASES) else opens_use(text)
    speaks = demands or (place.phase != "any" and place.section and _OF_PATIENT.search(text) is not None)
    if paragraph.text.endswith(":") and not split_inline(text, prose=True):
        return  # it announces a list that did not come
    if not head.approves and not (own and head.rest < len(text)) and not speaks:
        return
    if not own and not named:
        return
    if _POINTS_AT_LIST.fullmatch(text[clause_start(text, head.rest) or 0 :]):
        found.problems.append(f"What '{text[:90]}' speaks of was not found as a list.")
        return
    if head.approves and not (own and names_condition(own)) and clause_start(text, head.rest) is None:
        return  # "Initial authorization: all drugs may be approved up to 12 months" sets no criterion
    if head.approves and _HOW_LONG.match(text, clause_start(text, head.rest) or 0):
        return  # nor does "will be approved in plan year durations"
    phase = head.kind if head.kind in PHASES else place.phase
    duration = duration_of(text) or (duration_of(place.section) if place.phase in PHASES else None)
    name = place.name if head.kind in PHASES and place.name else own or place.name or _unless_phase(place.section)
    found.indications.append(
        Indication(name=name, phase=phase, tree=node_of_prose(paragraph, []), duration=duration, section=place.section)
    )


def exclusions_of(section: Section) -> list[Node]:
    if section.items:
        return [negative(node_of(item, item.path([], at))) for at, item in enumerate(section.items, start=1)]
    return [negative(node) for paragraph in section.paragraphs for node in sentences_of(paragraph, [], 0)]


def parts_of(item: Item, path: Sequence[str]) -> list[Node]:
    if item.children:
        return [node_of(child, child.path(path, at)) for at, child in enumerate(item.children, start=1)]
    if listed := _LISTED.search(item.run.text):
        return _between_semicolons(item.run, path, listed.end())
    return sentences_of(item.run, path, head_of_run(item.run).rest) or sentences_of(item.run, path, 0)


# "The following are not reasonable and necessary: a balloon; gastric plication."
_LISTED = lore.regex(r"\bfollowing\b[^.;:]*:\s+(?=[^.]*;)", re.I)


def _between_semicolons(run: Run, path: Sequence[str], start: int) -> list[Node]:
    stop = run.text.find(". ", start)
    end = len(run.text) if stop < 0 else stop + 1
    cuts = [
        start,
        *(match.end() for match in re.finditer(r";\s+(?:and |or )?", run.text[:end]) if match.start() > start),
    ]
    nodes = [
        leaf_of(run, path, begin, begin + len(split_end(run.text[begin:until].rstrip())[0]))
        for begin, until in pairwise([*cuts, end])
    ]
    return [*nodes, *(sentences_of(run, path, end) if run.text[end:].strip() else [])]


def sentences_of(run: Run, path: Sequence[str], start: int) -> list[Node]:
    """Each sentence of a run from character `start` as a leaf."""
    text, found = run.text, []
    cuts = [start, *(m.end() for m in _SENTENCE.finditer(text) if m.start() > start), len(text)]
    for begin, end in pairwise(cuts):
        if text[begin:end].strip():
            found.append(leaf_of(run, path, begin, begin + len(text[begin:end].rstrip())))
    return found


def says_of_patient(run: Run) -> bool:
    """Whether every sentence of a paragraph says what the patient must be or have, and none refuses."""
    said = [sentence for sentence in _SENTENCE.split(run.text) if sentence.strip()]
    return all(is_criterion(sentence) and is_sentence(sentence) and not refuses(sentence) for sentence in said)


def all_of(leaves: Sequence[Node]) -> Node:
    """Return sentences that must all be so as one node."""
    if len(leaves) == 1:
        return leaves[0]
    cited = tuple(at for leaf in leaves for at in leaf.evidence)
    numbered = tuple(replace(leaf, number=str(at)) for at, leaf in enumerate(leaves, start=1))
    return Node(op="all", number="", text="", evidence=cited, children=numbered)


def adds_demand(text: str) -> bool:
    """Whether a line under a list begins a sentence that demands something beside the list, or a list of its own."""
    return text[:1].isupper() and any(pattern.match(text) for pattern in (_ADDED, _OF_ALL, _MEETS))


_MEETS = lore.regex(
    r"the (?:patient|member|individual) (?:must )?(?:also )?(?:meets?|has|have)\b[^.;]*\bfollowing\b[^.;]*:", re.I
)


def demands_after(section: Section) -> list[Node]:
    """Return the demands that paragraphs after a list add to it, numbered on from the list."""
    found = []
    for paragraph in section.after:
        match = _ADDED.match(paragraph.text)
        if match is None and _OF_ALL.match(paragraph.text) and not paragraph.text.rstrip().endswith(":"):
            number = str(len(section.items) + len(found) + 1)
            found.append(leaf_of(paragraph, [number], 0, len(split_end(paragraph.text)[0])))
        own = match and match[0].strip().lower() == "and" and is_sentence(paragraph.text)
        if match and (own or _DEMANDS.search(paragraph.text)) and not paragraph.text.rstrip().endswith(":"):
            number = str(len(section.items) + len(found) + 1)
            found.append(leaf_of(paragraph, [number], match.end(), len(split_end(paragraph.text)[0])))
    return found


def with_other_ways(tree: Node, runs: Sequence[Run], path: Sequence[str]) -> Node:
    """Return the tree as one way among others that sentences before its list open.

    "Authorization may be granted for members who have received a biologic. Authorization may be granted when all of
    the following are met:" approves by either.
    """
    ways = [way for run in runs for way in _ways(run, path)]
    if not ways:
        return tree
    return Node(op="any", number=tree.number, text="", evidence=tree.evidence, children=(*ways, tree))


def _ways(run: Run, path: Sequence[str]) -> list[Node]:
    """The conditions of the sentences of a text that approve by themselves; none of those that announce a list."""
    text, found = run.text, []
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    for begin, end in pairwise(cuts):
        sentence = text[begin:end].rstrip()
        if (
            not APPROVAL.search(sentence)
            or items_named(sentence)
            or _ADDED.match(text, end)
            or refuses(sentence)
            or not sentence.endswith(".")
            or SAYS_FOR.search(sentence)
        ):
            continue
        start = clause_start(sentence, 0)
        if start is not None and _OF_WHOM.match(sentence[start:]) and not _POINTS.search(sentence[start:]):
            number = [*path, f"({len(found) + 1})"]
            found.append(leaf_of(run, number, begin + start, begin + len(sentence)))
    return found
