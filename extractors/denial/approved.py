"""Sentences that approve a part of what was asked for: what they name was not denied."""

import re

from extractors import lore
from extractors.denial.reading import Letter, Span, sentences

_APPROVES = lore.regex(
    r"\b(?:we|plan|we've) (?:have |has |can |will |do |did |are )?(?:approv(?:e|ed|ing)|authoriz(?:e|ed|ing)"
    r"|certif(?:y|ied)|cover(?:ed|ing)?|agreed to)\b"
    r"|\b(?:is|are|was|were|has been|have been) (?:approved|authorized|certified)\b",
    re.IGNORECASE,
)
# "approved only if", "we cover it when": a rule, or a refusal in other words
_NOT = lore.regex(
    r"\b(?:not|no|den(?:y|ied|ies|ial)|declin\w+|refus\w+|unable|cannot|can't|won't|only|if|when|unless|until|but|however"
    r"|first|before|after|instead|less|fewer|rather than)\b",
    re.IGNORECASE,
)
# "A manual wheelchair (K0001) does not need approval"
_FREE = lore.regex(
    r"\b(?:(?:do|does|did) not (?:need|require)|needs? no|requires? no|without) (?:any |our |prior |a |an )*"
    r"(?:approval|authorization|certification|precertification|consent|permission)\b",
    re.IGNORECASE,
)


def find_approved(letter: Letter) -> list[Span]:
    """Return the sentences that approve and do nothing else, or say that no approval is needed, in reading order."""
    text = letter.text
    return [
        span
        for span in sentences(letter)
        if _FREE.search(text, span.start, span.end)
        or (_APPROVES.search(text, span.start, span.end) and not _NOT.search(text, span.start, span.end))
    ]
