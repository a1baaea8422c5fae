"""Items that only say how long an approval lasts: "Reauthorization will be for 12 months"."""

import re

from extractors import lore
from extractors.policy.headings import heading_kind
from extractors.policy.items import Item
from extractors.policy.quantifiers import split_end
from extractors.policy.shapes import DURATION_ROW
from extractors.policy.unmarked import RUN_IN

_LASTS = lore.regex(rf"(?!.*\b(?:if|when|patient|member)\b)(?:{DURATION_ROW.pattern})", re.I)


def without_durations(items: list[Item]) -> tuple[list[Item], list[str]]:
    """Part items that only say how long an approval lasts, "Reauthorization will be for 12 months", from the others."""
    kept, said = [], []
    for item in items:
        item.children, below = without_durations(item.children)
        item.durations += below
        text = split_end(item.run.text)[0]
        if len(items) > 1 and not item.children and _only_lasts(item, text):
            said.append(text)
        else:
            kept.append(item)
    return (kept, said) if kept else (items, [])


def _only_lasts(item: Item, text: str) -> bool:
    if len(text.split()) <= 16 and _LASTS.fullmatch(text):
        return True
    label = RUN_IN.match(text) if item.marker and not item.marker.length else None
    return label is not None and heading_kind(label["label"]) in ("duration", "ignored", "notes")
