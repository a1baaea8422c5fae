"""The words of a leaf before they are read: without tags and marks of footnotes, potencies spelled out."""

import re
from collections.abc import Sequence

from extractors import lore
from extractors.policy.tree import Note
from pipeline.matching.terms import wording

_LABEL = wording("reading.label")

# "medium-potency or high-potency topical corticosteroid", "medium-, high-, and/or super-high-potency topical steroid"
_LEVEL = r"(?:low|medium-high|medium|mid|moderate|high|super-high|very-high|ultra-high)"
_POTENCIES = lore.regex(
    rf"(?P<levels>(?:{_LEVEL}(?:[- ]potency|-)?\s*(?:,\s*(?:and/or|or|and)?|and/or|or|and|to)\s*)+{_LEVEL})"
    r"[- ]potency\s+"
    r"(?:prescription\s+)?(?P<noun>topical (?:cortico)?steroids?)",
    re.IGNORECASE,
)


# "a topical corticosteroid of at least medium potency", "topical steroid (medium potency or higher)"
_POTENCY_BEHIND = lore.regex(
    r"topical (?:cortico)?steroids?\s*[,(]?\s*(?:of )?(?P<least>at least )?(?P<level>low|medium|mid|moderate|high)"
    r"[- ]potency(?P<more> or (?:higher|greater|stronger|more))?\)?",
    re.IGNORECASE,
)
_RISING = ("low", "medium", "high", "super-high")


def _potency_first(match: re.Match[str]) -> str:
    level = {"mid": "medium", "moderate": "medium"}.get(match["level"].lower(), match["level"].lower())
    levels = _RISING[_RISING.index(level) :] if match["least"] or match["more"] else (level,)
    return " or ".join(f"{at}-potency topical corticosteroid" for at in levels)


def _spelled_out(match: re.Match[str]) -> str:
    found = re.findall(_LEVEL, match["levels"], re.IGNORECASE)
    levels = dict.fromkeys("high" if at.lower() == "medium-high" else at for at in found)
    return " or ".join(f"{level}-potency topical corticosteroid" for level in levels)


# "a biologic¹", "for 2 weeks;*": not the power of "kg/m²" or "10⁹/L"
_FOOTNOTE_MARK = lore.regex(r"(?:(?<=[a-z]{3})|(?<=[).;,]))[⁰¹²³⁴⁵⁶⁷⁸⁹†‡*]+(?=[\s,.;:)]|$)")
# "(see Appendix B for examples)" adds nothing to what is asked
_LIST_ELSEWHERE = lore.regex(
    r"\s*[(\[](?:please )?(?:see|refer to)\b[^()\[\]]*\bfor (?:an? |the )?(?:list|examples?|more|further|additional|"
    r"information|details|dos\w+)\b[^()\[\]]*[)\]]",
    re.IGNORECASE,
)


def without_tags(text: str) -> str:
    text = _LIST_ELSEWHERE.sub("", _FOOTNOTE_MARK.sub("", text))
    text = re.sub(r"\s*\[(?!\s*(?:e\.?g|for example|such as))[^\]]*\]", "", text)
    # examples in square brackets are examples all the same, and "a combination ICS/LABA product" is one product
    text = re.sub(r"\[(?P<examples>[^\[\]]*)\]", r"(\g<examples>)", text)
    return re.sub(r"\bcombination (?=(?:ICS|inhaled|product|inhaler)\b)", "", text).strip()


# a raised figure that the text layer sets on the line: "for 2 months' duration1", with a note 1 beside the leaf
_MELTED = lore.regex(r"(?<=[a-z]{3}[a-z).,;:'’])(?P<mark>\d{1,2})(?=[\s,.;:)]|$)")
_MARK_OF_NOTE = lore.regex(r"(?:notes?\s*)?(?P<mark>\d{1,2})\b", re.IGNORECASE)


def plain(text: str, notes: Sequence[Note] = ()) -> str:
    """Return the words of a leaf as the readers take them; `notes` are those beside it."""
    marks = {match["mark"] for note in notes if (match := _MARK_OF_NOTE.match(note.text))}
    text = _MELTED.sub(lambda at: "" if at["mark"] in marks else at[0], text) if marks else text
    return _POTENCIES.sub(_spelled_out, _POTENCY_BEHIND.sub(_potency_first, _LABEL.sub("", without_tags(text))))


# "ONE of the following for at least 3 months, unless all are contraindicated:". What is spared when all of them are
# contraindicated is no matter of one leaf.
_TAIL = lore.regex(
    r"\bof (?:the|these|any of the) following\b[^:;()]*?(?:\([^()]*\))?[^:;()]*?(?P<tail>,?\s*\b(?:each )?"
    r"(?:for (?=(?:a |an |at |the |each )*(?:minimum|least|total|duration|period|\d|one|two|three|four|six|eight)\b)"
    r"|over |taken |given |used for "
    r"|or (?:has|have|had|is|there is) (?![^:;]*\ball\b)[^:;]*(?:contra-?indicat|intoleran))[^:;]*?)"
    r"(?:[,;]?\s*\bunless\b[^:]*)?[:;.]?\s*$",
    re.IGNORECASE,
)


def tail_of(head: str) -> str:
    """Return what a head says behind "of the following": for how long."""
    match = _TAIL.search(head)
    return " " + match["tail"].strip(" ,:;.") if match else ""
