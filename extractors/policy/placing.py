"""Where an item goes in the lists that are open: what its marker, its value and its left edge speak for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors import lore
from extractors.policy.headings import heading_kind
from extractors.policy.items import Item
from extractors.policy.markers import Marker, Reading
from extractors.policy.quantifiers import is_head
from extractors.policy.rows import Row

_TITLE = lore.regex(r"(?:(?:[A-Z(][\w/()-]*|and|or|of|the|for|to|in|with|by|on)\s?){2,9}:(?=\s|$)")
SAME = 7.0  # points: left edges that count as one

Choice = tuple[float, int, Reading, str | None]  # cost, depth (-1: a list of its own), reading, what is odd about it


@dataclass(eq=False)
class OpenList:
    """A list that is still open."""

    items: list[Item]

    @property
    def last(self) -> Item:
        return self.items[-1]


@dataclass(frozen=True, slots=True)
class Places:
    """The places that an item may take."""

    lists: Sequence[OpenList]  # outermost first
    indented: bool  # left edges tell levels apart
    restart: bool  # a heading came: numbering may begin anew
    between: bool  # no item takes the next row of text

    def choices(self, row: Row, marker: Marker) -> list[Choice]:
        """Return every place with its cost; none: it is no marker."""
        if marker.readings[0].kind == "path":
            return [(0.0, self._depth_of_path(marker), marker.readings[0], None)]
        return [*self._as_sibling(row, marker), *self._as_child(row, marker), *self._as_root(row, marker)]

    def _depth_of_path(self, marker: Marker) -> int:
        """Depth of "1.1.2": below the open item whose marker it begins with."""
        for depth in range(len(self.lists) - 1, -1, -1):
            above = self.lists[depth].last.marker
            if above is None:
                continue
            path = above.path or (above.core,)
            if len(path) < len(marker.path) and marker.path[: len(path)] == path:
                return depth + 1
            if above.path and len(path) == len(marker.path):
                begins = self.between and path[:-1] != marker.path[:-1] and marker.readings[0].value == 1
                return -1 if begins and depth == 0 else depth
        return -1

    def _as_sibling(self, row: Row, marker: Marker) -> Iterator[Choice]:
        for depth, level in enumerate(self.lists):
            last = next((item for item in reversed(level.items) if item.marker), level.last)
            if last.marker is None or last.reading is None:
                continue
            for reading in marker.readings:
                if reading.kind != last.reading.kind:
                    continue
                cost = reading.doubt + self._shift(row, marker, last)
                cost += 0 if marker.punctuation == last.marker.punctuation else 2.5
                cost += 0.05 * (len(self.lists) - 1 - depth)
                cost += 2.5 if self._wants_items() else 0
                step = reading.value - last.reading.value
                if reading.kind == "bullet":
                    cost += 0 if marker.core == last.marker.core else 2
                    cost += 1 if self.restart and depth else 0  # a heading ends the lists inside lists
                    yield cost, depth, reading, None
                elif step == 1:
                    yield cost, depth, reading, None
                elif step in (0, 2):
                    yield cost + 2, depth, reading, f"printed as {marker.core} after {last.marker.core}"
                else:
                    yield cost + 4.5, depth, reading, f"printed as {marker.core} after {last.marker.core}"

    def _wants_items(self) -> bool:
        """Whether the last item announces others and has none yet."""
        return bool(self.lists) and not self.lists[-1].last.children and self.lists[-1].last.run.text.endswith(":")

    def _as_child(self, row: Row, marker: Marker) -> Iterator[Choice]:
        if not self.lists:
            return
        parent = self.lists[-1].last
        styles = {
            (level.last.reading.kind, level.last.marker.punctuation)
            for level in self.lists
            if level.last.reading and level.last.marker
        }
        for reading in marker.readings:
            first = reading.kind == "bullet" or reading.value == 1
            cost = 1 + reading.doubt + (0 if first else 5)
            cost += 2 if (reading.kind, marker.punctuation) in styles and reading.kind != "bullet" else 0
            cost += 0 if is_head(parent.run.text) or not parent.run or is_name(parent.run.text) else 1.5
            if self.indented:
                inward = row.x0 - parent.x0
                flush = 1.5 if heading_kind(parent.run.text) else 3  # headings with markers often stand as far left as
                cost += 0 if inward > 4 else flush if inward > -4 else 6  # the items under them
            flag = None if first else f"the list begins with {marker.core}"
            yield cost, len(self.lists), reading, flag

    def _as_root(self, row: Row, marker: Marker) -> Iterator[Choice]:
        """A list of its own: the first, or one whose numbering begins anew under a heading."""
        if self.lists and not self.restart and not self.between:
            if self._is_title(row, marker):
                yield from ((2.0 + at.doubt, -1, at, None) for at in marker.readings if at.value == 1)
            return
        for reading in marker.readings:
            first = reading.kind == "bullet" or reading.value == 1
            if not self.lists or (self.restart and first) or (self.between and first):
                cost = 0.4 + reading.doubt + (0 if first else 3)
                if self.lists and self.indented and row.x0 > self.lists[0].last.x0 + SAME:
                    cost += 2
                yield cost, -1, reading, None if first else f"the list begins with {marker.core}"

    def _is_title(self, row: Row, marker: Marker) -> bool:
        """Whether an item at the outer margin in a style of its own opens with a title: "A. Diagnostic Procedures:"."""
        root = self.lists[0].last
        styles = {level.last.marker.punctuation + level.last.reading.kind for level in self.lists if level.last.reading}
        own = all(marker.punctuation + reading.kind not in styles for reading in marker.readings)
        title = _TITLE.match(row.text[marker.length :])
        return bool(title) and own and row.x0 <= root.x0 + 2 and not is_head(self.lists[-1].last.run.text)

    def _shift(self, row: Row, marker: Marker, last: Item) -> float:
        """What it costs that the left edges differ; markers may be set flush right, so either edge may agree."""
        if not self.indented:
            return 0.0
        shifts = [abs(row.x0 - last.x0)]
        body = row.word_x0(marker.length)
        if body is not None and last.body_x0 is not None:
            shifts.append(abs(body - last.body_x0))
        return 0.0 if min(shifts) <= SAME else min(4.0, 1.0 + min(shifts) / 12)


def is_name(text: str) -> bool:
    """Whether an item is a bare heading, which may have items under it without saying so."""
    return len(text.split()) <= 10 and not text.rstrip().endswith((".", ";"))
