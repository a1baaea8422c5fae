"""What stands open while a policy's rows are put together, and what the next row is to it."""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from extractors import lore
from extractors.evidence import PageSource
from extractors.policy.announced import paragraph_of, refuses
from extractors.policy.headings import Kind, heading_kind
from extractors.policy.headlines import introduces, shouts_over_list, stands_over_criteria
from extractors.policy.heads import APPROVAL, is_criterion, names_condition, opens_use, phase_and_condition
from extractors.policy.inline import holds_marker
from extractors.policy.items import Item, Section
from extractors.policy.markers import Marker
from extractors.policy.naming_items import says_of_named
from extractors.policy.placing import SAME, OpenList, is_name
from extractors.policy.prose import adds_demand
from extractors.policy.quantifiers import Join, is_head, quantifier_of, split_end
from extractors.policy.rows import Row
from extractors.policy.runs import Run
from extractors.policy.shapes import (
    CAPITALS,
    DANGLING,
    DURATION_ROW,
    ENDED,
    FOOTNOTE,
    SECTION_CODE,
    SMALL_NOTE,
)
from extractors.policy.spacing import gap_between, parts_rows

_FULL = 0.85  # share of the text's width from which a line is full
_SHORT = 0.7  # share of the text's width
_COLUMN = 40.0  # points between words from which they stand in columns
# alone on a line at the margin these are no end of a sentence
_BACK_MATTER = lore.regex(
    r"references|bibliography|appendix(?: [A-Z])?|(?:policy |document |revision )history|background|definitions|coding",
    re.I,
)


def _is_unmarked(row: Row) -> bool:
    return row.marker is None


class Openings:
    """The sections, lists and items that are open; nothing here changes them."""

    def __init__(self, indented: bool, right: float, pitch: float | None, hangs: bool | None) -> None:
        self.indented = indented
        self.right = right  # margin of the text
        self.hangs = hangs  # lines of an item stand under its text, not under its marker
        self.pitch = pitch  # gap between lines of one paragraph
        self.coming: Sequence[Row] = ()  # the rows after the one that is taken
        self.sections = [Section(Run(), None, 0.0)]
        self.open: list[OpenList] = []
        self.current: Item | None = None  # takes the next row of text
        self.note: Run | None = None  # takes it instead
        self.paragraph: Run | None = None
        self.pending: Join | None = None  # "-OR-" that waits for the item after it
        self.restart = True  # a heading came: numbering may begin anew
        self.last_row: Row | None = None
        self.divisions: dict[int, Kind | None] = {}
        self.run_in: dict[int, tuple[Kind, int, int]] = {}  # parts whose title begins a paragraph
        self.headings: dict[int, Kind | None] = {}  # left cells of tables
        self.products: dict[int, str] = {}  # that forms name, by the heading that stands for them
        self.starred = False  # some word bears a star: a row that begins with one is its footnote
        self.items: list[Item] = []  # all of them
        self.after_duration = False  # a row "Approval duration: 6 months" has closed the items inside what it is about

    def _opens_item(self, marker: Marker | None) -> bool:
        """Whether the open item is a bare name, and the list to come is set in a style that no open list has."""
        item = self.current
        if item is None or item.children or item.reading is None or item.reading.kind == "bullet":
            return False
        if not is_name(item.run.text) or marker is None:
            return False
        return not any(
            level.last.marker
            and level.last.reading
            and level.last.marker.punctuation == marker.punctuation
            and level.last.reading.kind in {reading.kind for reading in marker.readings}
            for level in self.open
        )

    def _owner_of_note(self, row: Row) -> Item:
        """The item a note belongs to: by its left edge, else the innermost list that is still going on."""
        path = [level.last for level in self.open]
        if self.indented:
            for item in reversed(path):
                if item.body_x0 is not None and abs(row.x0 - item.body_x0) <= SAME:
                    return item
        owner = path[-1]
        for level, above in zip(reversed(self.open), reversed(path[:-1]), strict=False):
            joins = {split_end(item.run.text)[1] for item in level.items[:-1]} - {None}
            ending = split_end(level.last.run.text)[1]
            if not (joins and ending and ending not in joins):
                break
            owner = above  # the last item ends "; AND" in a list of ORs: the list is over
        return owner

    def _heading(self, row: Row) -> Kind | bool | None:
        """The kind of a heading (None: unknown kind), or False if the row is none."""
        text = re.sub(r"^\d{1,2}\s+(?=[A-Z])", "", row.text.strip())  # "2 References"
        coded = SECTION_CODE.match(text) is not None
        text = SECTION_CODE.sub("", text) if coded else text
        if any(right.box.x0 - left.box.x1 > _COLUMN for left, right in pairwise(row.lines)):
            return False  # cells of a table
        if self.current is not None and not self.current.run:
            return False  # the text of a marker that stands on a line of its own
        if not re.match(r"[A-Z]", text) or len(text.split()) > 12 or split_end(text)[0] != text:
            return False
        if not self._may_end(row) and not self._stands_out(row, heading_kind(text)):
            return False
        inside = self.current is not None and self.indented and self._inside_current(row)
        inside = inside and not (coded or self._is_centred(row))
        if inside and heading_kind(self.current.run.text) is None:
            return False
        if (kind := heading_kind(text)) is not None:
            return kind
        if text.endswith(".") or (is_head(text) and not text.endswith(":")):
            return False
        if self._may_title(row) and stands_over_criteria(text, self.coming):
            return None
        if names_condition(text) or (self._may_title(row) and introduces(text, self.coming, self.right)):
            return None
        return (
            "ignored"
            if not quantifier_of(text).stated
            and (CAPITALS.fullmatch(text) or (self._may_title(row) and shouts_over_list(text, self.coming)))
            else False
        )

    def _is_refused_cell(self) -> bool:
        """Whether the row is what a cell "Not covered" stands beside: no heading, even where it names a condition."""
        section = self.sections[-1]
        return section.cell and section.kind == "excluded" and not section.paragraphs

    def _may_title(self, row: Row) -> bool:
        return len(row.lines) == 1 and (self._at_margin(row) or self._is_centred(row))

    def _is_in_list(self) -> bool:
        """Whether a list is open, and no heading has come since its last item."""
        return bool(self.open) and not (
            self.restart and self.sections[-1].kind == "criteria" and not self.sections[-1].items
        )

    def _is_footnote(self, row: Row) -> bool:
        """Whether a row begins a note with a raised mark, or with a figure in smaller print than the text above it."""
        if not self._may_end(row) and not self._is_small(row):
            return False
        return FOOTNOTE.match(row.text) is not None or (SMALL_NOTE.match(row.text) is not None and self._is_small(row))

    def _is_small(self, row: Row) -> bool:
        last = self.last_row
        return last is not None and row.height < 0.88 * last.height and row.x0 <= last.x0 + 2

    def _is_centred(self, row: Row) -> bool:
        """Whether a row stands in the middle of the page, far from both margins of the text."""
        first = self.open[0].last.x0 if self.open else row.x0
        middle = (row.x0 + row.x1) / 2
        return abs(middle - row.page.width / 2) < 6.0 and row.x0 > first + 60.0 and row.x1 < self.right - 60.0

    def _at_margin(self, row: Row) -> bool:
        """Whether a row stands no further right than the outermost list."""
        return not self.open or not self.indented or row.x0 <= self.open[0].last.x0 + 2

    def _may_end(self, row: Row) -> bool:
        """Whether what was taken last may end before this row.

        It ends in a mark, or the row's first word would have fitted on the line before, which was broken on purpose.
        """
        if self._is_complete():
            return True
        last = self.last_row
        if last is None or DANGLING.search(self._last_text()):
            return False
        if self._stands_apart(row):
            return True
        first = row.lines[0].words[0].box
        return last.x1 + first.width + 0.02 * self.right < self.right

    def _stands_apart(self, row: Row) -> bool:
        """Whether more space stands over the row than between the lines of a paragraph."""
        last = self.last_row
        if self.pitch is None or last is None or last.page is not row.page:
            return False
        return parts_rows(last, row, self.pitch)

    def _stands_out(self, row: Row, kind: Kind | None) -> bool:
        """Whether a known heading is none of the unfinished item above: left of its marker, or the name of a phase."""
        if kind is None or self.current is None or DANGLING.search(self._last_text()):
            return False
        if _BACK_MATTER.fullmatch(row.text.strip()) or self._is_heading_of_text(row):
            return not self.open or row.x0 <= self.open[0].last.x0 + 2
        if self.indented:
            return self.current.x0 - row.x0 > SAME
        over_list = bool(self.coming) and self.coming[0].marker is not None
        return kind in ("initial", "continuation") and (len(row.text.split()) > 1 or over_list)

    def _is_heading_of_text(self, row: Row) -> bool:
        """Whether a known heading stands above a sentence or a list, where levels can be told by their left edge."""
        words = re.findall(r"[A-Za-z]{4,}", row.text)
        titled = all(word[0].isupper() for word in words)
        above = bool(self.coming) and (
            self.coming[0].marker is not None or re.match(r"[A-Z]", self.coming[0].text) is not None
        )
        if not self.indented:
            return self._is_heading_of_list(row)
        return titled and above and not self._inside_current(row)

    def _is_heading_of_list(self, row: Row) -> bool:
        """Whether a known heading of some words stands over a list that counts from one, or over its duration."""
        if len(row.text.split()) < 3 or not self.coming:
            return False
        first = self.coming[0].marker
        counts = first is not None and any(at.value == 1 for at in first.readings)
        return counts or DURATION_ROW.fullmatch(self.coming[0].text.strip()) is not None

    def _outside_current(self, row: Row) -> bool:
        """Whether a row under an item cannot introduce the list below it: left of its text, or the item needs none."""
        if self.current is None:
            return False
        text = self.current.run.text
        return not self._inside_current(row) if self.indented else not is_head(text) and not is_name(text)

    def _inside_current(self, row: Row) -> bool:
        body = self.current.body_x0 if self.current.body_x0 is not None else self.current.x0 + 1
        return row.x0 >= body - min(
            SAME, max(1.0, (body - self.current.x0) / 2)
        )  # a bullet may stand close to its text

    def _is_complete(self) -> bool:
        """Whether the text taken last may end where it does."""
        text = self._last_text()
        return not text or bool(ENDED.search(text)) or split_end(text)[1] is not None

    def _last_text(self) -> str:
        taking = self.note or (self.current.run if self.current else None)
        return taking.text if taking else ""

    def _depth_of_heading(self) -> int | None:
        """Depth of the innermost open item that is a heading with a marker: "I. Criteria for initial approval"."""
        for depth in range(len(self.open) - 1, -1, -1):
            item = self.open[depth].last
            if item.marker is not None and item.run and heading_kind(item.run.text) is not None:
                return depth
        return None

    def _lost_its_bullet(self, row: Row) -> bool:
        """Whether a row of a scan stands where the text of the next item would, apart from what is above."""
        item = self.current
        if row.page.source is PageSource.TEXT or item is None or self.note is not None or item.body_x0 is None:
            return False
        if not self.open or item is not self.open[-1].last or (item.reading and item.reading.kind != "bullet"):
            return False
        if abs(row.x0 - item.body_x0) > SAME or (item.reading and item.body_x0 - item.x0 <= SAME / 2):
            return False
        return self._stands_apart(row) and re.match(r"[A-Z\d]", row.text) is not None and self._may_end(row)

    def _is_loose(self, row: Row) -> bool:
        """Whether a row left of the whole list is a paragraph of its own and not the end of the item."""
        if self.after_duration and re.match(r"[A-Z]", row.text):
            return True
        if heading_kind(self.current.run.text) is not None or phase_and_condition(self.current.run.text):
            return False  # "III. Continuation of therapy" over a paragraph
        if self._approves_what_is_named(row) or says_of_named(self.current, self.open):
            return False
        if not self.indented and self._breaks_off(row):
            return True
        if self._adds_demand(row):
            return True
        if self.indented and row.x0 < self.current.x0 - SAME and self._may_end(row) and re.match("[A-Z]", row.text):
            return True
        outside = row.x0 < self.open[0].last.x0 - SAME or self._stands_apart(row) or self._is_hung(row)
        ends = self._may_end(row) if len(self.open) > 1 or outside else self._is_complete()
        left_of_list = row.x0 < self.open[0].last.x0 - SAME
        if not (self.indented or left_of_list) or not ends or not re.match(r"[A-Z•*]", row.text):
            return False
        root = self.open[0].last
        left = min(root.x0, root.body_x0 or root.x0)
        return row.x0 <= left + 2 and (self.current.body_x0 or self.current.x0) - row.x0 > SAME

    def _is_other_half(self, row: Row) -> bool:
        """Whether a row after a line "OR" is the other half of one item: both are set under the item's text."""
        item, join = self.current, self.last_row
        if item is None or item.marker is None or item.children or join is None or not self.indented:
            return False
        body = item.body_x0
        return body is not None and body - item.x0 > 4 and abs(row.x0 - body) <= 2 and join.x0 >= body - 2

    def _looks_like_its_list(self, marker: Marker) -> bool:
        """Whether the first item of a list inside bears the bullet of the item over it, and no level is indented."""
        above = self.open[-1].last if self.open and not self.indented else None
        bullet = above is not None and above.reading is not None and above.reading.kind == "bullet"
        return bullet and above.marker is not None and above.marker.core == marker.core

    def _adds_demand(self, row: Row) -> bool:
        """Whether "and soft lenses have been tried" stands under the markers of a list of one level that is over."""
        last, root = self.last_row, self.open[0].last
        if last is None or len(self.open) > 1 or root.body_x0 is None or root.body_x0 - row.x0 < 3:
            return False
        if self.hangs is False or row.x0 > root.x0 + 2 or not re.match(r"and\s+[a-z]", row.text):
            return False
        return last.x1 + row.lines[0].words[0].box.width < _FULL * self.right and not DANGLING.search(self._last_text())

    def _breaks_off(self, row: Row) -> bool:
        """Whether a line without indentation ended long before the margin and a new sentence begins below it."""
        last, text = self.last_row, self._last_text()
        if last is None or last.page is not row.page or is_head(text) or text.count("(") > text.count(")"):
            return False
        item = self.current
        bullet = item.reading is not None and item.reading.kind == "bullet"
        room = last.x1 + row.lines[0].words[0].box.width < _FULL * self.right
        if room and adds_demand(row.text) and not DANGLING.search(text):
            return True
        if not bullet and (APPROVAL.search(text) or (is_name(text) and not is_criterion(text))):
            return False  # "A. Power wheelchairs", which the sentence below it may approve
        return room and not DANGLING.search(text) and re.match(r"[A-Z][a-z’'-]*\s+\S", row.text) is not None

    def _approves_what_is_named(self, row: Row) -> bool:
        """Whether a sentence under the bare name of a condition, "A. Asthma", approves it; wherever it stands."""
        item = self.current
        if item.children or not is_name(item.run.text) or is_criterion(item.run.text):
            return False
        if len(self.open) > 1:
            over = self.open[-2].last.run.text
        else:
            over = self.sections[-1].paragraphs[-1].text if self.sections[-1].paragraphs else ""
        if is_head(over):
            return False  # one of the criteria that an introduction announced
        _, said = paragraph_of([row, *self.coming], self.right)
        return APPROVAL.search(said) is not None and not refuses(said)

    def _ends_list(self, row: Row) -> bool:
        """Whether a row stands at the left edge of the outermost list, whose last item may end before it."""
        root = self.open[0].last
        return row.x0 <= root.x0 + 2 and self._may_end(row) and not is_head(self._last_text())

    def _ends_list_or_table(self, row: Row) -> bool:
        """Whether the list that is open ends before a row, or the row stands left of the table whose cell is open."""
        section = self.sections[-1]
        if self.open:
            return self._ends_list(row)
        return section.cell and row.x0 < section.x0 - 2 and self._may_end(row)

    def _heads_phase(self, row: Row) -> bool:
        """Whether "Initial approval: 6 months" stands over a list or over the words that introduce one."""
        if (self.open and not self._ends_list(row)) or not self.coming:
            return False
        first = self.coming[0]
        counts = first.marker is not None and any(at.kind == "bullet" or at.value == 1 for at in first.marker.readings)
        return counts or is_head(first.text)

    def _is_hung(self, row: Row) -> bool:
        """Whether a line of the item would stand under its text; where no item shows it, a short line ends its item."""
        if self.hangs is None:
            return self.last_row is not None and self.last_row.x1 < _SHORT * self.right
        return self.hangs

    def _begins_paragraph(self, row: Row) -> bool:
        last = self.last_row
        if last is None or last.page is not row.page or not ENDED.search(self.paragraph.text):
            return False
        if re.match(r"(?:and|or)\b|[a-z]{3}", row.text):
            return False
        if opens_use(row.text):
            return True
        had_room = last.x1 + row.lines[0].words[0].box.width + 0.02 * self.right < self.right
        return gap_between(last, row) > 0.6 * last.height or is_head(self.paragraph.text) or had_room

    def _runs_in(self, row: Row, marker: Marker) -> bool:
        """Whether a marker at the start of a line is one of those inside a paragraph: "...: (1) ...; (2) ...; (3)"."""
        taking = self.current.run if self.current else self.paragraph
        if marker.punctuation not in ("()", ")") or self.note is not None or not taking:
            return False
        following = " ".join([row.text[marker.length :], *(at.text for at in takewhile(_is_unmarked, self.coming))])
        opens = taking.text.endswith((":", ",", " that", " if", " when"))
        for reading in marker.readings:
            if reading.kind == "bullet" or reading.doubt:
                continue
            if reading.value > 1 and holds_marker(taking.text, marker, reading, -1):
                return True
            if reading.value == 1 and opens and holds_marker(following, marker, reading, 1):
                return len(self.coming) > 0 and not any(
                    at.kind == reading.kind and at.value == 2
                    for below in self.coming
                    if (other := below.marker) and other.punctuation == marker.punctuation
                    for at in other.readings
                )
        return False

    def _reads_on(self, row: Row, marker: Marker) -> bool:
        """Whether the text before is unfinished, so that "A" or "12." at a line's start is part of it."""
        if len(row.lines) > 1 and row.lines[0].text.strip() == row.text[: marker.length].strip():
            return False  # the marker stands apart from its text
        if self.current is None or not self.current.run or self._is_complete():
            return False
        return not is_name(self.current.run.text)
