"""Frames of a sentence that take what stands inside out of the patient's record: guesses, payers, studies, forms."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extractors import lore
from extractors.chart.facts import Assertion
from extractors.vocabulary.load import VocabularyError, read_yaml
from extractors.vocabulary.pattern_set import PatternSet
from extractors.vocabulary.sieve import rare

_FILE = "frames.yaml"
_OPENINGS = "openings.yaml"
_OPENING_KEYS = {"opens", "holds", "says", "not"}
_KEYS = {"as", "before", "after", "comma", "unless", "says", "not"}
# a frame ends at these before the thing
_ENDS = lore.regex(r";|\b(?:but|however|although|nevertheless)\b", re.IGNORECASE)
_COMMA = lore.regex(r",")


@dataclass(frozen=True, slots=True)
class Frame:
    """One turn of phrase, and the sentences it must and must not read, the thing between stars."""

    asserts: Assertion
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless: re.Pattern[str] | None  # anywhere in the sentence this undoes it
    comma: bool  # False: a comma ends it
    says: tuple[str, ...]
    spares: tuple[str, ...]

    def holds(self, sentence: str, start: int, end: int) -> bool:
        """Tell whether characters start..end stand inside the frame."""
        if self.before and not self._opens(sentence[:start]):
            return False
        if self.after and not self.after.match(sentence[end:]):
            return False
        return not (self.unless and self.unless.search(sentence))

    def _opens(self, before: str) -> bool:
        if self.before is None:
            return True
        for match in self.before.finditer(before):
            gap = before[match.end() :]
            if not _ENDS.search(gap) and (self.comma or not _COMMA.search(gap)):
                return True
        return False


@cache
def frames() -> tuple[Frame, ...]:
    """Return the frames of frames.yaml, in its order."""
    found = []
    for number, entry in enumerate(read_yaml(_FILE, "extractors.chart"), start=1):
        if set(entry) - _KEYS or not {"before", "after"} & set(entry) or not {"as", "says", "not"} <= set(entry):
            raise VocabularyError(f"{_FILE}: entry {number} has other keys than it should: {sorted(entry)}")
        try:
            patterns = {
                key: lore.regex(entry[key], re.IGNORECASE) for key in ("before", "after", "unless") if key in entry
            }
        except re.error as error:
            raise VocabularyError(f"{_FILE}: entry {number}: {error}") from None
        found.append(
            Frame(
                Assertion(entry["as"]),
                patterns.get("before"),
                patterns.get("after"),
                patterns.get("unless"),
                entry.get("comma", True),
                tuple(entry["says"]),
                tuple(entry["not"]),
            )
        )
    return tuple(found)


def framed(sentence: str, start: int, end: int) -> set[Assertion]:
    """Return what the frames around characters start..end of one sentence assert of them."""
    return {frame.asserts for frame in _frames_in(sentence) if frame.holds(sentence, start, end)}


@lru_cache(maxsize=4096)  # a sentence is asked for each thing that it names
def _frames_in(sentence: str) -> tuple[Frame, ...]:
    """Return the frames that a sentence may hold, in their order: it has the words of few."""
    return tuple(frames()[number] for number in _frame_words().possible(sentence))


@cache
def _frame_words() -> PatternSet:
    return PatternSet([pattern for frame in frames() if (pattern := frame.before or frame.after)])


# how far into a sentence a frame may open and still hold all of it: "The study enrolled patients with ..."
_OPENING = 25
_EMPTY_BOX = lore.regex(r"^\s*(?:\[\s*\]|\(\s\)|☐|□|❑)\s+\S")
_TICKED = lore.regex(r"[\[(]\s*[xX✓✔]\s*[\])]|☒|☑|✓|✔|■")
_ERROR = rare(
    r"\b(?:(?:entered|charted|documented|recorded|listed)\s+in\s+error|wrong\s+(?:patient|chart|pt)|misfiled)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Words that take a whole sentence out of the record, and the sentences they must and must not read."""

    pattern: re.Pattern[str]
    says: tuple[str, ...]
    spares: tuple[str, ...]


# "Assessment: ", "HPI - "
_OWN_LABEL = r"^\W*(?:[A-Z][\w/]*(?:\s[\w/]+){0,2}\s*:\s*)?"


@cache
def openings() -> tuple[Opening, ...]:
    """Return the entries of openings.yaml, in its order."""
    found = []
    for number, entry in enumerate(read_yaml(_OPENINGS, "extractors.chart"), start=1):
        if set(entry) - _OPENING_KEYS or not {"says", "not"} <= set(entry) or len({"opens", "holds"} & set(entry)) != 1:
            raise VocabularyError(f"{_OPENINGS}: entry {number} has other keys than it should: {sorted(entry)}")
        try:
            words = entry.get("holds") or _OWN_LABEL + f"(?:{entry['opens']})"
            pattern = lore.regex(words, re.IGNORECASE)
        except re.error as error:
            raise VocabularyError(f"{_OPENINGS}: entry {number}: {error}") from None
        found.append(Opening(pattern, tuple(entry["says"]), tuple(entry["not"])))
    return tuple(found)


@lru_cache(maxsize=32768)  # each fact asks for its sentence again
def states_nothing(text: str) -> bool:
    """Whether how a sentence opens or closes takes all of it back: "Not confirmed: ...", "...? Patient not sure."."""
    return any(openings()[number].pattern.search(text) for number in _opening_words().possible(text))


@cache
def _opening_words() -> PatternSet:
    return PatternSet([at.pattern for at in openings()])


def frame_of_all(text: str) -> Assertion | None:
    """Return what the frame that opens a sentence asserts of everything in it; None: none holds all of it."""
    if states_nothing(text):
        return Assertion.HYPOTHETICAL
    if _ENDS.search(text):
        return None
    if _ERROR.search(text):
        return Assertion.ENTERED_IN_ERROR
    if _EMPTY_BOX.match(text) and not _TICKED.search(text):
        return Assertion.HYPOTHETICAL
    if text.rstrip().endswith("?"):
        return Assertion.POSSIBLE
    for frame in _frames_in(text):
        if frame.before is None or frame.after or (frame.unless and frame.unless.search(text)):
            continue
        match = frame.before.search(text)
        if match and match.start() <= _OPENING and (frame.comma or not _COMMA.search(text, match.end())):
            return frame.asserts
    return None
