"""What the words that introduce a list demand themselves: "for adults with severe asthma when ALL of"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extractors import lore
from extractors.policy.heads import APPROVAL
from extractors.policy.nodes import leaf_of
from extractors.policy.quantifiers import is_head
from extractors.policy.runs import Run
from extractors.policy.tree import Node
from extractors.policy.wordings import items_named
from extractors.vocabulary.conditions import find_conditions

_COUNT = r"(?:all|both|any|each|either|one|two|three|four|five|six|\d{1,2})"
# "ALL of the following criteria", "the following conditions", "criteria A and B": here the list is spoken of
_LIST = lore.regex(
    rf"\b(?:(?:at least|any|a minimum of) )?{_COUNT}(?: \(\d+\))?(?: or more)?(?: of)?(?: the| these| those)?"
    r"(?: following| below| listed)?(?: [\w-]+){0,3}? ?(?:following|criteri(?:a|on)|conditions?|requirements?|are met|"
    r"is met|apply|indications?|scenarios?|these)\b|"
    rf"\b{_COUNT} of\b|\b(?:the|these) (?:following|criteria|conditions|requirements)\b|"
    r"\bfollowing\b|\bcriteri(?:a|on)\b|"
    r"\b(?:both|all)(?=\s*(?:\(|:|$))|"
    r"\b(?:every|each|all|both)(?: of)? (?:item|statement|paragraph|requirement|condition|point|"
    r"step|rule|question|box)\w*\b|"
    r"\b(?:items?|statements?|paragraphs?|points?|steps?|rules?|questions?) (?=\(?(?:\d|[A-Z]\b|[A-Z]\d|[a-z]\)))",
    re.I,
)
_CUT = lore.regex(
    r"[,;]?\s+(?:when|if|provided(?: that)?|as long as|where)\b\s*|"
    r"[,;]?\s+and\s+(?=(?:who|the|is|has|have|are|meets?)\b)|"
    r",\s+(?=who\b)|\.\s+(?:in addition|additionally|also|furthermore|moreover|further)\b,?\s*",
    re.I,
)
# words before a demand, and after it, that are none of it
_OPENING = lore.regex(
    r"(?:[,;:\s]+|(?:for|in|to|of|by|when|if|granted|issued|approved|given|the use|use|treatment|the treatment|"
    r"management|the management|requests?|and|also|up to|a total of|"
    r"(?:\d+|one|two|three|six|nine|twelve) (?:day|week|month|year)s?(?: (?:duration|period))?)\b(?!-)\s*)+",
    re.I,
)
_CLOSING = lore.regex(
    r"(?:[,;:\s(]+|\b(?:and|who|that|which|when|if|with|has|have|had|meets?|met|satisf(?:y|ies)|fulfils?|based on|by|"
    r"in|for|the|(?:the )?(?:patient|member|individual|beneficiary|recipient)s?|it|they|also|as|on|including|is|are|"
    r"documentation of|must|one|under|per|considered|medically necessary|appropriate)\s*)+$",
    re.I,
)
# "all members who achieve a response as evidenced by one of": the list says when it is so
_SHOWN = lore.regex(
    r"\b(?:shown|evidenced|demonstrated|defined|documented|indicated|supported|confirmed|measured) (?:by|as|in)\s*$|"
    r"\b(?:such as|including)\s*$",
    re.I,
)
_DEMANDS = lore.regex(
    r"\b(?:adults?|child(?:ren)?|adolescents?|p(?:a)?ediatric|infants?|wom[ae]n|m[ae]n|males?|females?|pregnan\w+|"
    r"(?:pre|post)menopausal|years?|months? (?:of age|old)|aged?|older|younger|severe(?:ly)?|moderate(?:ly)?|"
    r"mild(?:ly)?|active(?:ly)?|refractory|uncontrolled|recurrent|relaps\w+|metastatic|advanced|resistant|inadequate\w*|insufficient|"
    r"fail\w*|intoleran\w+|contraindicat\w+|history|prior|previous\w*|despite|after|received|receiving|tried|trial|"
    r"diagnos\w+|confirmed|persistent|symptomatic|unresectable|positive|negative|prescribed|ordered|consultation|"
    r"specialist|\w+ologist|without|not|ambulatory|insulin|dependent|treated|currently|risk|unable|cannot|responded?|"
    r"eosinophilic|seropositive|homozygous|heterozygous)\b|[≥≤<>]|\d",
    re.I,
)
_AFTER = lore.regex(
    r"^(?:[^,;]*?\b(?:are|is|be|been|has|have)\s+(?:met|present|documented|satisfied|fulfilled|true)\b[^,;]*|[^,;]*)"
    r"[,;]\s+(?:and|provided(?: that)?|as long as)\s+(?P<said>(?!/or\b).+?)\s*:?\s*$",
    re.I,
)
_VERB = lore.regex(r"\b(?:is|are|was|has|have|had|will|must|does|do|been|tried|failed|prescribed|ordered)\b", re.I)


# "Tezspire is proven for patients aged 12 years and older with severe asthma." limits what the next sentence approves
SAYS_FOR = lore.regex(
    r"\b(?:is|are) (?:only )?(?:proven(?: and medically necessary)?|indicated|fda[- ]approved|labell?ed|limited to|"
    r"restricted to|covered only)\b(?![^.]*\b(?:when|if|following|criteria)\b)\s*",
    re.I,
)


def with_introduced(tree: Node, run: Run, path: Sequence[str], name: str) -> Node:
    """Return the tree with what its introduction demands besides the list as leaves before it.

    `name` is that of the indication: a disease that it holds is no demand.
    """
    if tree.op == "leaf" or not tree.children or not run:
        return tree
    return with_demands(tree, introduced(run, path, name, tree))


def introduced(run: Run, path: Sequence[str], name: str, tree: Node) -> list[Node]:
    """Return the leaves that an introduction adds to the tree of its list."""
    end = _end_of_introduction(run.text, tree)
    said = _limits(run.text[:end], name)
    known = [leaf.text for leaf in tree.leaves()]
    spans = [
        (start, stop)
        for start, stop in (*said, *_required(run.text[:end]), *demands_in(run.text[:end], name))
        if not any(run.text[start:stop] in text or text in run.text[start:stop] for text in known)
        and not _MARKS_ONLY.fullmatch(run.text[start:stop])
    ]
    own = []
    for at, (start, stop) in enumerate(spans, start=1):
        label = "intro" if at == 1 else f"intro {at}"
        own.append(leaf_of(run, [*path, label], start, stop, lead=run.text[:end].strip()))
    return own


# what is left of "any one of A through C, and D, is present"
_MARKS_ONLY = lore.regex(
    r"(?:[\s,;()–-]|and|or|also|to|through|\d{1,2}|[A-Za-z](?![a-z])|[ivx]{2,4}|is|are|be|must|met|present|documented|true|"
    r"shown)+\.?"
)


def with_demands(tree: Node, own: Sequence[Node]) -> Node:
    """Return the tree with these leaves before its own."""
    if not own:
        return tree
    if tree.op == "all" and not any(child.negated for child in tree.children):
        return replace(tree, children=(*own, *tree.children))
    return Node(
        op="all",
        number="" if tree.op == "leaf" else tree.number,
        text="",
        evidence=tree.evidence,
        children=(*own, tree),
    )


def _end_of_introduction(text: str, tree: Node) -> int:
    first = next(tree.leaves()).text
    at = text.find(first)
    return at if at >= 0 else len(text)


def demands_in(text: str, name: str) -> list[tuple[int, int]]:
    """Return where an introduction demands something itself: characters start..end of the text."""
    text = text.rstrip()
    approvals = list(APPROVAL.finditer(text))
    named = items_named(text)
    lists = sorted([*_LIST.finditer(text), *([named] if named else [])], key=lambda match: match.start())
    if approvals and not lists and text.endswith(":"):
        return _before_fragment(text, approvals[-1].end(), name)
    if not approvals or not lists:
        return []
    listed = _list_after(lists, approvals[-1].start(), text)
    if listed is None:
        return []
    spans = [
        *_before_subject(text, approvals[-1].start(), name),
        *_before_list(text, approvals[-1].end(), listed.start(), name),
    ]
    tail = _AFTER.match(text[listed.end() :])
    if tail and _VERB.search(tail["said"]) and not _LIST.search(tail["said"]):
        spans.append((listed.end() + tail.start("said"), listed.end() + tail.end("said")))
    return spans


def _before_fragment(text: str, start: int, name: str) -> list[tuple[int, int]]:
    """What "is covered for patients who have a low ejection fraction and who do not have:" demands before its list."""
    cuts = [start, *(start + match.end() for match in _CUT.finditer(text[start:]))]
    if len(cuts) < 2 or not is_head(text):
        return []
    last = [match.start() for match in _CUT.finditer(text[start:])][-1]
    return [at for at in _before_list(text, start, start + last, name) if _OF_PATIENTS.match(text[slice(*at)])]


_OF_PATIENTS = lore.regex(
    r"(?:an? |the |all |any |those )?(?:patients?|members?|individuals?|adults?|child(?:ren)?|adolescents?|"
    r"beneficiar\w+|"
    r"recipients?|people|persons?|those|wom[ae]n|m[ae]n)\b",
    re.I,
)


def _limits(text: str, name: str) -> Iterator[tuple[int, int]]:
    for match in SAYS_FOR.finditer(text):
        start, stop = match.end(), text.find(". ", match.end())
        if stop < 0:
            continue
        if opening := _OPENING.match(text[start:stop]):
            start += opening.end()
        if _is_demand(text[start:stop], name):
            yield start, stop


# "A negative tuberculosis test is required. It is approved when one of the following is met:"
_REQUIRED = lore.regex(
    r"(?:^|(?<=[.;] ))(?P<said>(?:(?!\b(?:when|if|unless|following|below)\b)[^.:;]){3,120}?\s"
    r"(?:(?:is|are) (?:also )?required|must (?:also )?(?:have|be|not))\b"
    r"(?:(?!\b(?:following|below|criteria)\b)[^.:;])*)\.\s",
    re.I,
)
# what a payer requires of the request, and not of the patient
_OF_REQUEST = lore.regex(
    r"\b(?:authori[sz]\w*|pre-?cert\w*|notif\w*|review\w*|requests?|submi\w+|claims?|document\w*|records?|forms?|"
    r"information|codes?|coverage|benefits?|network|pharmac\w+|quantit\w+|"
    r"dos(?:e|es|age|ing)|plan|polic\w+|refer to)\b",
    re.I,
)


def _required(text: str) -> Iterator[tuple[int, int]]:
    for match in _REQUIRED.finditer(text):
        if not _OF_REQUEST.search(match["said"]):
            yield match.start("said"), match.end("said")


def _list_after(lists: Sequence[re.Match[str]], start: int, text: str) -> re.Match[str] | None:
    """The first words of the list behind the approval that end its sentence: none but them, or a demand, follow."""
    behind = [match for match in lists if match.start() > start]
    return next((match for match in behind if ". " not in text[match.end() :]), None)


# "In a patient 18 years of age or older with CIDP, immune globulin is medically necessary when"
_WHOM_FIRST = lore.regex(
    r"(?:for|in|among|when an?)\s+(?P<said>(?:(?:an?|the|all|any)\s+)?(?:\w+\s+)?(?:adult|patient|member|individual|"
    r"child|adolescent|infant|beneficiar|recipient|wom[ae]n|m[ae]n\b|person)\w*\b[^.;:]*),\s+(?=\S)",
    re.I,
)


def _before_subject(text: str, end: int, name: str) -> Iterator[tuple[int, int]]:
    """Where a sentence says of whom it speaks before it says what is approved."""
    begin = max((match.end() for match in re.finditer(r"[.:]\s+(?=[A-Z])", text[:end])), default=0)
    match = _WHOM_FIRST.match(text[begin:end])
    if match and _is_demand(match["said"], name):
        yield begin + match.start("said"), begin + match.end("said")


def _before_list(text: str, start: int, end: int, name: str) -> Iterator[tuple[int, int]]:
    cuts = [(start, start), *((start + m.start(), start + m.end()) for m in _CUT.finditer(text[start:end])), (end, end)]
    for (_, begin), (stop, _) in pairwise(cuts):
        if opening := _OPENING.match(text[begin:stop]):
            begin += opening.end()
        if _SHOWN.search(text[begin:stop]):
            continue
        if closing := _CLOSING.search(text[begin:stop]):
            stop = begin + closing.start()
        if begin < stop and _is_demand(text[begin:stop], name):
            yield begin, stop


def _is_demand(words: str, name: str) -> bool:
    named = set(re.findall(r"[a-z]+", name.lower()))
    if any(match[0].lower() not in named for match in _DEMANDS.finditer(words)):
        return True
    own = {term.key for term in find_conditions(name)}
    return any(term.key not in own for term in find_conditions(words))
