"""Leaves that are only a treatment and its length: "Supervised physical therapy for 6 weeks or longer".

What is asked of the treatment stands behind the count of the group ("At least two of these, without enough relief"), or
nowhere: then it has to have been taken for so long.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from extractors.policy.tree import Node
from pipeline.matching.leaf_words import without_tags
from pipeline.matching.phrases import find_lengths
from pipeline.matching.requirements import FreeText, PriorTherapy, Requirement
from pipeline.matching.terms import find_therapies, wording
from pipeline.matching.trial_outcomes import is_outcome

_COUNTED = wording("bare_courses.counted")
_BARE = wording("bare_courses.bare")
# words that make more of a treatment than a course of it
_NO_COURSE = wording("bare_courses.no_course")


def with_outcome_of_head(
    found: Requirement, text: str, notes: str, heads: Sequence[Node], read: Callable[..., Requirement]
) -> Requirement:
    """Return a leaf that only names a treatment as the course of it that its group asks for, any other as it was read.

    `read` is the reader of whole leaves.
    """
    if not isinstance(found, FreeText) or not find_therapies(text):
        return found
    for head in reversed(heads):
        said = without_tags(head.text).strip(" :;")
        match = _COUNTED.search(said)
        if match and is_outcome(said[match.end() :]):
            whole = read(f"{said[: match.start()]} {text.rstrip(' .;,')}{said[match.end() :]}", notes, False)
            return replace(whole, count=1) if isinstance(whole, PriorTherapy) else found
        if is_outcome(said):
            return found  # asked of each leaf in another way: not for the length alone
    bare = _BARE.fullmatch(text.strip(" .;,"))
    if not bare or not find_lengths(text) or _NO_COURSE.search(bare["what"]) or not find_therapies(bare["what"]):
        return found
    whole = read(f"Trial of {text.strip(' .;,')}", notes, False)
    return whole if isinstance(whole, PriorTherapy) and whole.minimum_days else found
