"""What stands in a policy like a criterion and was taken into no tree: it is said, never lost in silence."""

import re
from collections.abc import Iterator, Sequence

from extractors import lore
from extractors.policy.announced import refuses
from extractors.policy.found import Criteria
from extractors.policy.headings import heading_kind
from extractors.policy.heads import APPROVAL, clause_start, is_criterion
from extractors.policy.items import Item, Section
from extractors.policy.mere_names import REFERS
from extractors.policy.nodes import is_sentence
from extractors.policy.quantifiers import split_end
from extractors.policy.questions import question_end
from extractors.policy.roles import role_of
from extractors.policy.runs import Run
from extractors.policy.tree import Node

_POINTS = lore.regex(r"\bmeets? (?:all |any |one )?(?:of )?(?:the )?(?:following )?criteria\b", re.I)
_MOST = 3  # of what was left out, quoted
_SHOWN = 90  # characters of a quotation
_TAIL = 15  # letters by whose end a text is known again: a leaf begins where its condition does
# "at least 6 weeks of abstinence is required", and no paper that the payer wants
_DEMANDS = lore.regex(
    r"(?!.*\b(?:submit|submission|chart notes|documentation|records|request)\b).*\b(?:must|(?:is|are) required)\b", re.I
)


def left_out(sections: Sequence[Section], found: Criteria) -> list[str]:
    """Return a sentence about the items and approvals that are in no tree; none if all are."""
    taken = "".join(
        _letters(text)
        for node in (*(use.tree for use in found.indications), *found.exclusions)
        for text in _texts(node)
    )
    missing = [
        run
        for section in sections
        if section.kind not in ("ignored", "excluded", "duration", "notes")
        for run in (*_items(section.items), *_approvals(section))
        if _letters(split_end(run.text[: question_end(run.text)])[0])[-_TAIL:] not in taken
    ]
    if not missing:
        return []
    quoted = "; ".join(f"'{run.text[:_SHOWN]}' (page {run.pieces[0].page.number})" for run in missing[:_MOST])
    more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
    return [f"Text that reads like a criterion was taken into no list: {quoted}{more}."]


def _texts(node: Node) -> Iterator[str]:
    yield node.text
    yield from (note.text for note in node.notes)
    for child in node.children:
        yield from _texts(child)


def _items(items: Sequence[Item]) -> Iterator[Run]:
    for item in items:
        if role_of(item) in ("ignored", "excluded"):
            continue
        if item.children:
            yield from _items(item.children)
        elif not REFERS.search(item.run.text) and (is_sentence(item.run.text) or is_criterion(item.run.text)):
            yield item.run


def _approvals(section: Section) -> Iterator[Run]:
    """Paragraphs that approve on a condition of the patient's in one sentence."""
    for paragraph in (*section.paragraphs, *section.after):
        text = paragraph.text
        if paragraph in section.after and _DEMANDS.search(text) and not text.rstrip().endswith(":"):
            yield paragraph
            continue
        if paragraph in section.after and _stands_in_list(paragraph, section):
            yield paragraph
            continue
        start = clause_start(text, 0) if APPROVAL.search(text) and not refuses(text) else None
        if start is None or text.rstrip().endswith(":") or heading_kind(text) is not None:
            continue
        if _POINTS.search(text, start):
            continue  # "if the patient meets the criteria of one of the indications below"
        if re.match(r"(?:the |an? |all )?(?:patient|member|individual|recipient|adult|child)", text[start:], re.I):
            yield paragraph


def _stands_in_list(paragraph: Run, section: Section) -> bool:
    """Whether text behind an indented list stands as far right as its items: one of them, for all that is known."""
    left = section.items[0].x0 if section.items else 0.0
    inward = left > section.x0 + 4 and paragraph.pieces[0].line.box.x0 >= left - 2
    return inward and section.items[0].marker is not None and not section.items[0].marker.length and section.x0 > 0


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())
