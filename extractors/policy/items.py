"""Items and sections of a policy while its outline is put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.policy.headings import Kind
from extractors.policy.markers import Marker, Reading
from extractors.policy.quantifiers import Join
from extractors.policy.runs import Run


@dataclass(eq=False)
class Item:
    """One item while the outline is built; becomes a node or an indication later."""

    marker: Marker | None  # None: an item without one, joined to its neighbours by a line "-OR-"
    reading: Reading | None
    x0: float  # of the marker
    body_x0: float | None  # of its text; None until the text came
    run: Run = field(default_factory=Run)
    children: list["Item"] = field(default_factory=list)
    notes: list[Run] = field(default_factory=list)
    after: Join | None = None  # a line "-AND-" or "-OR-" between this item and the next
    before: Join | None = None  # such a line between this item and the list that stands deeper below it
    durations: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)  # "If yes, go to 3. If no, deny." below a question
    flags: list[str] = field(default_factory=list)
    is_heading: bool = False  # the name of a condition on a line of its own, under a marked heading
    repeat: int = 1  # 2 for the second item printed with the same marker in one list

    @property
    def label(self) -> str:
        """The marker as printed without punctuation, "" for a bullet or none."""
        if self.marker is None or self.reading is None or self.reading.kind == "bullet":
            return ""
        printed = self.reading.written if self.reading.doubt else self.marker.core
        return printed if self.repeat == 1 else f"{printed}[{self.repeat}]"

    def path(self, above: Sequence[str], place: int) -> list[str]:
        """The markers from the root down to this item; `place` (1 first) stands in for a bullet."""
        if self.is_heading:
            return list(above)
        if self.reading is not None and self.reading.kind == "path":
            return self.label.split(".")
        return [*above, self.label or str(place)]


@dataclass(eq=False)
class Section:
    """What stands under one heading that has no marker; the first section of a policy has no heading."""

    heading: Run
    kind: Kind | None  # None: the heading is none of the known ones (often the name of a condition)
    x0: float
    paragraphs: list[Run] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    durations: list[str] = field(default_factory=list)
    after: list[Run] = field(default_factory=list)  # paragraphs that follow the items
    cell: bool = False  # the heading is a cell of a table, what it heads stands beside it
    announced: bool = False  # its heading is a sentence that introduces the list
    products: str = ""  # that a form over the criteria names: "Androgel 1.62% pump, Testosterone 1% gel"
    further: bool = False  # another list under the heading of the section before, with an introduction of its own
    part: bool = False  # a part of the document that is counted beside others: "Section 2. Renewal"
