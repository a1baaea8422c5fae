"""What goes into a packet and where, told without the case: all that the process needs which binds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SourcePage = tuple[str, int]  # file name as given, page from 1
BoxKey = tuple[float, ...]  # [x0, top, x1, bottom] of the page as shown, points
Marks = Mapping[SourcePage, Mapping[BoxKey, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExhibit:
    """One exhibit: what is stamped on its pages and stands in the bookmarks."""

    label: str
    title: str
    pages: tuple[SourcePage, ...]  # none of the checklist, which is part of the front


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The packet behind its front."""

    exhibits: tuple[PlannedExhibit, ...]
    marks: Marks
    foot: str  # stands before "page n of N" on each page
    title: str

    def sourced(self) -> Iterator[tuple[PlannedExhibit, int, SourcePage]]:
        """Yield (exhibit, page within it, source page) in the order of the packet."""
        for exhibit in self.exhibits:
            for number, source in enumerate(exhibit.pages, start=1):
                yield exhibit, number, source

    def as_json(self) -> dict[str, Any]:
        """Return what `plan_of` makes the plan of again."""
        return {
            "exhibits": [{"label": e.label, "title": e.title, "pages": e.pages} for e in self.exhibits],
            "marks": [
                {"document": document, "page": page, "boxes": list(boxes.items())}
                for (document, page), boxes in self.marks.items()
            ],
            "foot": self.foot,
            "title": self.title,
        }


def plan_of(told: dict[str, Any]) -> Plan:
    """Return the plan that `as_json` told."""
    return Plan(
        exhibits=tuple(
            PlannedExhibit(label=e["label"], title=e["title"], pages=tuple((name, page) for name, page in e["pages"]))
            for e in told["exhibits"]
        ),
        marks={(m["document"], m["page"]): {tuple(box): labels for box, labels in m["boxes"]} for m in told["marks"]},
        foot=told["foot"],
        title=told["title"],
    )
