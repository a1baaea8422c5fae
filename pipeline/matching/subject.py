"""Which of several sections the papers speak of in the sections' own words, where no vocabulary knows them apart."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors import lore
from extractors.chart import Assertion, assert_of
from extractors.denial.fields import Denial, ReasonCategory
from extractors.evidence import asserted
from extractors.policy.tree import Indication, Node
from pipeline.matching.record import Record
from pipeline.matching.terms import condition_keys, data, words_of

_HELD = (Assertion.AFFIRMED, Assertion.HISTORICAL)
_PLANNED = (*_HELD, Assertion.PLANNED)  # a service that is planned is the one that is asked for


def told_apart(sections: Sequence[Indication]) -> list[Indication]:
    """Return the sections, those of one name and phase with their opening sentences added to it."""
    same = Counter((at.name, at.phase, at.drugs, at.products) for at in sections)
    return [
        replace(at, name=f"{at.name} {at.tree.text}") if same[at.name, at.phase, at.drugs, at.products] > 1 else at
        for at in sections
    ]


def of_other_regions(sections: Sequence[Indication], record: Record) -> list[Indication]:
    """Return the sections for another part of the body than the service that was asked for."""
    asked = _regions(record.service or "")
    return [at for at in sections if asked and (there := _regions(at.name)) and not asked & there]


def spoken_of(sections: Sequence[Indication], record: Record) -> list[Indication]:
    """Return the sections whose distinguishing words the service or an affirmed sentence of the chart holds."""
    common = set.intersection(*(_words(at.name) for at in sections)) if len(sections) > 1 else set()
    wanted = {id(at): _alternatives(at.name, common) for at in sections}
    named = [at for at in sections if any(_stands_in(alt, record.service or "") for alt in wanted[id(at)])]
    if named:
        return _narrowest(named, wanted)
    told = [
        at
        for at in sections
        if any(
            _held(alt, said.text, said.section, _PLANNED if not condition_keys(at.name) else _HELD)
            for alt in wanted[id(at)]
            for said in record.statements
        )
    ]
    return _narrowest(told, wanted)


def _regions(text: str) -> set[str]:
    return {key for key, words in data("regions").items() if words_of(*words).search(text)}


# "group 3", "level 2": the figure alone says nothing
_COUNTED = lore.regex(r"\b(?:group|level|stage|grade|class|tier|part|phase|category)s? (?:\d{1,2}|[ivx]{1,4})\b")


def _words(text: str) -> set[str]:
    low = text.lower()
    counted = {match[0] for match in _COUNTED.finditer(low)}
    said = re.findall(r"[a-z][a-z0-9-]+", _COUNTED.sub(" ", low))
    return counted | {word for word in said if word not in data("title_words")["words"]}


_EITHER = lore.regex(r"(?P<one>[\w-]+),? or (?P<other>[\w-]+)")  # "suicidal ideation or behavior"
_BRACKETED = lore.regex(r"\(([A-Z][A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*)\)")


def _alternatives(name: str, common: set[str]) -> tuple[frozenset[str], ...]:
    """Return the sets of words that stand for a title: its own, those of either side of an "or", abbreviations."""
    bare = re.sub(r"\([^)]*\)", " ", name)
    own = [bare]
    if found := _EITHER.search(bare):
        own += [f"{bare[: found.start()]}{found[side]}{bare[found.end() :]}" for side in ("one", "other")]
    written = [frozenset(_words(said) - common) for said in own]
    short = {frozenset([word]) for word in (*_BRACKETED.findall(name), *_short_for(bare))}
    return tuple(held for held in (*written, *sorted(short, key=sorted)) if held)


def _short_for(title: str) -> list[str]:
    """Return how clinics shorten a title: its initials, and what the list of abbreviations holds."""
    low = title.lower()
    found = [short for short, full in data("title_words")["abbreviations"].items() if full in low]
    words = [word for word in re.findall(r"[a-z]+", low) if word not in ("of", "and", "the", "in", "with", "for")]
    return [*found, "".join(word[0] for word in words).upper()] if 3 <= len(words) <= 5 else found


def _stem(word: str) -> str:
    if not word.islower():
        return rf"(?-i:{re.escape(word)})\b"  # an abbreviation counts as it is written
    if word in ("men", "women"):
        return word.replace("en", "[ae]n") + r"\b"
    if " " in word or len(word) < 5:
        return rf"{re.escape(word)}\b"  # "group 3" is not the beginning of "group 30"
    return re.escape(re.sub(r"(?:ies|es|s|ing|ed|al|ic)$", "", word) if len(word) > 5 else word)


def _places(words: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Return where each of the words stands first; empty unless all do."""
    found = [re.search(rf"\b{_stem(word)}", text, re.IGNORECASE) for word in sorted(words)]
    return [at.span() for at in found if at] if all(found) else []


def _stands_in(words: frozenset[str], text: str) -> bool:
    return bool(_places(words, text))


def _held(words: frozenset[str], text: str, section: str, kinds: tuple[Assertion, ...]) -> bool:
    places = _places(words, text)
    return bool(places) and all(assert_of(text, start, end, section) in kinds for start, end in places)


_FEWEST = 3  # words of the denial's reason that only one section's criteria hold; a figure counts for two
_FIGURE = lore.regex(r"(?<![\d./-])\d{2,3}(?![\d/-]|\.\d)")
_SPELLED = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "eighteen": "18", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60",
}  # fmt: skip


def told_in_reason(sections: Sequence[Indication], denial: Denial) -> Indication | None:
    """Return the one section that holds words and figures of the denial's reason which no other section holds."""
    said = set().union(*(_told(reason.quote) for reason in asserted(denial.reasons) or ()))
    held = [
        set().union(*(_told(text) for leaf in at.tree.leaves() for text in (leaf.text, leaf.lead))) for at in sections
    ]
    shared = [
        sum(2 if word.isdigit() else 1 for word in said & own - set().union(*(at for at in held if at is not own)))
        for own in held
    ]
    best = max(shared, default=0)
    if best >= _FEWEST and sorted(shared)[-2:-1] <= [best // _FEWEST]:
        return sections[shared.index(best)]
    return None


def _told(text: str) -> set[str]:
    words = _words(text)
    figures = set(_FIGURE.findall(text)) | {_SPELLED[word] for word in words if word in _SPELLED}
    return figures | {_root(word) for word in words if word not in _SPELLED}


def reasoned_from(sections: Sequence[Indication], denial: Denial) -> Indication | None:
    """Return the one section whose criteria the denial's reason speaks of, in words that no other section holds."""
    if told := told_in_reason(sections, denial):
        return told
    stepped = [at for at in sections if any(_STEP.search(node.text) for node in _nodes(at.tree))]
    steps = any(reason.category is ReasonCategory.STEP_THERAPY_NOT_MET for reason in asserted(denial.reasons) or ())
    return stepped[0] if steps and len(stepped) == 1 else None


# a denial for want of other treatment first speaks of the one section that asks for it
_STEP = lore.regex(
    r"\b(?:fail(?:ed|ure)|tried|trials?|ineffective|intoleran\w+|contraindicat\w+|"
    r"inadequate (?:response|control)|refractory)\b",
    re.I,
)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _root(word: str) -> str:
    return re.sub(r"(?:ies|es|s|ing|ed|e)$", "", word) if len(word) > 4 else word


def _narrowest(found: list[Indication], wanted: dict[int, tuple[frozenset[str], ...]]) -> list[Indication]:
    """Leave out a section whose words are only a part of another's that is spoken of too."""
    own = {id(at): wanted[id(at)][0] for at in found}
    return [at for at in found if not any(own[id(at)] < own[id(other)] for other in found)]
