"""A policy's rows as sections of nested items: who is whose child, before any of it is understood."""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.evidence import PageSource
from extractors.policy.announced import Announced, announcements_of
from extractors.policy.columns import unfold
from extractors.policy.divisions import divisions_of
from extractors.policy.forms import unform
from extractors.policy.headings import Kind, heading_kind, table_label
from extractors.policy.headlines import introduces, shouts_over_list
from extractors.policy.heads import APPROVAL, duration_of, names_condition, phase_and_condition
from extractors.policy.items import Item, Section
from extractors.policy.markers import Marker, marker_of
from extractors.policy.placing import SAME, OpenList, Places, is_name
from extractors.policy.quantifiers import Join, connector_of, is_head, split_end
from extractors.policy.rows import Row
from extractors.policy.runs import Run
from extractors.policy.shapes import (
    CAPITALS,
    CONTINUED,
    DANGLING,
    DURATION_ROW,
    ENDED,
    FOOTNOTE,
    NOTE,
    OUTCOME,
    STARRED,
)
from extractors.policy.spacing import gap_between, hangs_in, is_indented, parts_rows, pitch_of

_SHORT = 0.7  # share of the text's width
_COLUMN = 40.0  # points between words from which they stand in columns
_AHEAD = 5  # rows that a heading's text is looked for in
_IMPOSSIBLE = 8.0  # cost from which a marker is taken for running text

# alone on a line at the margin these are no end of a sentence
_BACK_MATTER = re.compile(
    r"references|bibliography|appendix(?: [A-Z])?|(?:policy |document |revision )history|background|definitions|coding",
    re.I,
)


def read_outline(rows: Sequence[Row]) -> list[Section]:
    """Return the sections in order, each with its paragraphs and its nested items."""
    rows, headings = unform(rows)
    rows, cells = unfold(rows)
    hangs = hangs_in(rows)
    right = max((row.x1 for row in rows), default=0.0)
    builder = _Builder(is_indented(rows) or hangs is True, right, pitch_of(rows), hangs)
    builder.divisions = divisions_of(rows)
    builder.headings = headings | cells
    announced = announcements_of(rows)
    builder.starred = any(STARRED.search(row.text) for row in rows)
    passed = 0
    for at, row in enumerate(rows):
        if at < passed:
            continue
        builder.coming = rows[at + 1 : at + 1 + _AHEAD]
        count, kind = announced.get(id(row), (0, None))
        if kind and builder.announce(rows[at : at + count], kind, marker_of(rows[at + count].text)):
            passed = at + count
        else:
            builder.take(row)
    return builder.sections


class _Builder:
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
        self.divisions: dict[int, Kind] = {}
        self.headings: dict[int, Kind | None] = {}  # left cells of tables
        self.starred = False  # some word bears a star: a row that begins with one is its footnote
        self.items: list[Item] = []  # all of them
        self.after_duration = False  # a row "Approval duration: 6 months" has closed the items inside what it is about

    def take(self, row: Row) -> None:
        """Add one row."""
        text = row.text.strip()
        marker = marker_of(text)
        if id(row) in self.headings:
            self._begin(Run(row.pieces()), self.headings[id(row)], row.x0)
            self.sections[-1].cell = True
        elif kind := self.divisions.get(id(row)):
            self._start_part(row, kind)
        elif self.current is None and len(row.lines) == 2 and table_label(row.lines[0].text) == "criteria":
            self._add_general(row)
        elif self.open and (outcome := OUTCOME.match(text)):
            self._end_question(row, outcome)
        elif join := connector_of(text):
            self._join(join)
        elif self.starred and text.startswith("*"):
            self._start_footnote(row)
        elif marker and (self._goes_on_here(row, marker) or self._place(row, marker)):
            pass
        elif NOTE.match(text) and self.open:
            self._start_note(row)
        elif self.open and DURATION_ROW.fullmatch(text) and not DANGLING.search(self._last_text()):
            self._add_duration(row)
        elif FOOTNOTE.match(text) and self._may_end(row):
            self._add_paragraph(row)
        elif (kind := self._heading(row)) is not False:
            self._start_section(row, kind)
        else:
            self._continue(row)
        self.last_row = row

    def announce(self, rows: Sequence[Row], kind: Announced, marker: Marker | None) -> bool:
        """Begin a section with the sentence that announces its list; False: it belongs to an item that is open.

        `marker` is that of the list.
        """
        first, section = rows[0], self.sections[-1]
        inside = bool(self.open) and self.indented and first.x0 > self.open[0].last.x0 + 2
        if inside or section.kind == "ignored" or not self._may_end(first):
            return False
        said = Run([piece for row in rows for piece in row.pieces()])
        if kind in ("criteria", "further"):
            if not section.items or self._opens_item(marker) or self._depth_of_heading() is not None:
                return False
            self._begin(section.heading, section.kind, first.x0)
            self.sections[-1].paragraphs.append(said)
            self.sections[-1].further = True
        else:
            self._begin(said, kind, first.x0)
        self.last_row = rows[-1]
        return True

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

    def _add_general(self, row: Row) -> None:
        """ "Age | 18 years of age or older" between headings: a demand that leaves the reader where he is."""
        section = self.sections[-1]
        self._begin(Run(Row(row.page, row.lines[:1]).pieces()), "general", row.x0)
        self.sections[-1].paragraphs.append(Run(Row(row.page, row.lines[1:]).pieces()))
        self._begin(section.heading, section.kind, section.x0)

    def _end_question(self, row: Row, outcome: re.Match[str]) -> None:
        """ "If yes, approve for 6 months. If no, continue to #2." closes a question: the next is another way."""
        question = self.open[0].last
        if duration_of(row.text):
            question.durations.append(row.text.strip())
        if outcome["on"]:
            question.after = "or"
        self.current = self.note = self.paragraph = None
        self.after_duration = True

    # ---- joins and notes

    def _join(self, join: Join) -> None:
        self.pending, self.note = join, None

    def _start_note(self, row: Row) -> None:
        self.note = Run(row.pieces())
        self._owner_of_note(row).notes.append(self.note)

    def _start_footnote(self, row: Row) -> None:
        """A footnote belongs to the first item that bears its star, else to none."""
        stars = len(row.text) - len(row.text.lstrip("*"))
        for item in self.items:
            if any(len(match[0]) == stars for match in STARRED.finditer(item.run.text)):
                self.note = Run(row.pieces())
                item.notes.append(self.note)
                return
        self.note = None
        self._add_paragraph(row)

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

    def _add_duration(self, row: Row) -> None:
        """To the innermost item that approves, else the innermost over others; none that stands right of the row."""
        path = [level.last for level in self.open]
        if self.indented:
            path = [item for item in path if item.x0 <= row.x0 + SAME] or path[:1]
        approving = [item for item in path if APPROVAL.search(item.run.text)]
        groups = [item for item in path if item.children]
        owner = (approving or groups or path)[-1]
        owner.durations.append(row.text.strip())
        self.note, self.after_duration = None, owner is not self.current or self._outside_current(row)

    # ---- headings and running text

    def _heading(self, row: Row) -> Kind | bool | None:
        """The kind of a heading (None: unknown kind), or False if the row is none."""
        text = re.sub(r"^\d{1,2}\s+(?=[A-Z])", "", row.text.strip())  # "2 References"
        if any(right.box.x0 - left.box.x1 > _COLUMN for left, right in pairwise(row.lines)):
            return False  # cells of a table
        if self.current is not None and not self.current.run:
            return False  # the text of a marker that stands on a line of its own
        if not re.match(r"[A-Z]", text) or len(text.split()) > 12 or split_end(text)[0] != text:
            return False
        if not self._may_end(row) and not self._stands_out(row, heading_kind(text)):
            return False
        inside = self.current is not None and self.indented and self._inside_current(row)
        if inside and heading_kind(self.current.run.text) is None:
            return False
        if (kind := heading_kind(text)) is not None:
            return kind
        if text.endswith(".") or (is_head(text) and not text.endswith(":")):
            return False
        if names_condition(text) or (self._may_title(row) and introduces(text, self.coming, self.right)):
            return None
        return (
            "ignored"
            if CAPITALS.fullmatch(text) or (self._may_title(row) and shouts_over_list(text, self.coming))
            else False
        )

    def _may_title(self, row: Row) -> bool:
        return len(row.lines) == 1 and self._at_margin(row)

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
        return kind in ("initial", "continuation") and len(row.text.split()) > 1

    def _is_heading_of_text(self, row: Row) -> bool:
        """Whether a known heading stands above a sentence or a list, where levels can be told by their left edge."""
        words = re.findall(r"[A-Za-z]{4,}", row.text)
        titled = all(word[0].isupper() for word in words)
        above = bool(self.coming) and (
            marker_of(self.coming[0].text) is not None or re.match(r"[A-Z]", self.coming[0].text) is not None
        )
        return self.indented and titled and above and not self._inside_current(row)

    def _outside_current(self, row: Row) -> bool:
        """Whether a row under an item cannot introduce the list below it: left of its text, or the item needs none."""
        if self.current is None:
            return False
        text = self.current.run.text
        return not self._inside_current(row) if self.indented else not is_head(text) and not is_name(text)

    def _inside_current(self, row: Row) -> bool:
        body = self.current.body_x0 if self.current.body_x0 is not None else self.current.x0 + 1
        return row.x0 >= body - SAME

    def _is_complete(self) -> bool:
        """Whether the text taken last may end where it does."""
        text = self._last_text()
        return not text or bool(ENDED.search(text)) or split_end(text)[1] is not None

    def _last_text(self) -> str:
        taking = self.note or (self.current.run if self.current else None)
        return taking.text if taking else ""

    def _start_part(self, row: Row, kind: Kind) -> None:
        """A numbered part of the document: a section whose number counts nothing."""
        self._begin(Run(row.pieces(marker_of(row.text).length)), kind, row.x0)

    def _begin(self, heading: Run, kind: Kind, x0: float) -> None:
        self.sections.append(Section(heading, kind, x0))
        self.open = []
        self.current = self.note = self.paragraph = self.pending = None
        self.restart = True

    def _start_section(self, row: Row, kind: Kind | None) -> None:
        if kind is None and (depth := self._depth_of_heading()) is not None:
            self._start_use(row, depth)
            return
        self.sections.append(Section(Run(row.pieces()), kind, row.x0))
        self.current = self.note = self.paragraph = None
        self.restart = True

    def _depth_of_heading(self) -> int | None:
        """Depth of the innermost open item that is a heading with a marker: "I. Criteria for initial approval"."""
        for depth in range(len(self.open) - 1, -1, -1):
            item = self.open[depth].last
            if item.marker is not None and item.run and heading_kind(item.run.text) is not None:
                return depth
        return None

    def _start_use(self, row: Row, depth: int) -> None:
        """The name of a condition under a marked heading: an item that adds nothing to the numbers below it."""
        item = Item(None, None, row.x0, row.x0, is_heading=True)
        item.run.add(row.pieces())
        del self.open[depth + 1 :]
        self.open[depth].last.children.append(item)
        self.open.append(OpenList(self.open[depth].last.children))
        self.current, self.note, self.paragraph = item, None, None

    def _continue(self, row: Row) -> None:
        if self.pending is not None and self.open:
            self._append_unmarked(row)
        elif self._lost_its_bullet(row):
            self._append_unmarked(row)
            self.current.flags.append("its bullet was not read")
        elif self.note is not None:
            self.note.add(row.pieces())
        elif self.current is not None and not self._is_loose(row):
            if self.current.body_x0 is None:
                self.current.body_x0 = row.x0
            self.current.run.add(row.pieces())
        else:
            self._add_paragraph(row)

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
        outside = row.x0 < self.open[0].last.x0 - SAME or self._stands_apart(row) or self._is_hung(row)
        ends = self._may_end(row) if len(self.open) > 1 or outside else self._is_complete()
        left_of_list = row.x0 < self.open[0].last.x0 - SAME
        if not (self.indented or left_of_list) or not ends or not re.match(r"[A-Z•*]", row.text):
            return False
        root = self.open[0].last
        left = min(root.x0, root.body_x0 or root.x0)
        return row.x0 <= left + 2 and (self.current.body_x0 or self.current.x0) - row.x0 > SAME

    def _is_hung(self, row: Row) -> bool:
        """Whether a line of the item would stand under its text; where no item shows it, a short line ends its item."""
        if self.hangs is None:
            return self.last_row is not None and self.last_row.x1 < _SHORT * self.right
        return self.hangs

    def _add_paragraph(self, row: Row) -> None:
        self.current = None
        section = self.sections[-1]
        if DURATION_ROW.fullmatch(row.text.strip()):
            if self.open and (section.items or section.kind == "ignored"):
                self.open[0].last.durations.append(row.text.strip())
            else:
                section.durations.append(row.text.strip())
        if self.paragraph is None or self._begins_paragraph(row):
            self.paragraph = Run()
            (section.after if section.items else section.paragraphs).append(self.paragraph)
        self.paragraph.add(row.pieces())

    def _begins_paragraph(self, row: Row) -> bool:
        last = self.last_row
        if last is None or last.page is not row.page or not ENDED.search(self.paragraph.text):
            return False
        had_room = last.x1 + row.lines[0].words[0].box.width + 0.02 * self.right < self.right
        return gap_between(last, row) > 0.6 * last.height or is_head(self.paragraph.text) or had_room

    # ---- markers

    def _place(self, row: Row, marker: Marker) -> bool:
        """Put an item where its marker, its value and its left edge fit best; False: no marker after all."""
        places = Places(self.open, self.indented, self.restart, between=self.current is None)
        choices = places.choices(row, marker)
        if not choices:
            return False
        cost, depth, reading, flag = min(choices, key=lambda choice: (choice[0], -choice[1]))
        if cost >= _IMPOSSIBLE or (cost >= 4 and self._reads_on(row, marker)):
            return False
        item = Item(marker, reading, row.x0, row.word_x0(marker.length))
        if flag:
            item.flags.append(flag)
        self._append(item, depth)
        self._fill(item, row, marker)
        return True

    def _goes_on_here(self, row: Row, marker: Marker) -> bool:
        """Whether the row repeats an open item over a page break: "1. Atopic Dermatitis (continued)"."""
        text = row.text[marker.length :]
        match = CONTINUED.search(text)
        if match is None:
            return False
        for depth, level in enumerate(self.open):
            above = level.last
            said = text[: match.start()].strip(" .:–-").lower()
            same = above.marker is not None and above.marker.core == marker.core
            if same and above.children and above.run.text.lower().startswith(said):
                del self.open[depth + 2 :]
                self.current = self.note = self.paragraph = None
                return True
        return False

    def _fill(self, item: Item, row: Row, marker: Marker) -> None:
        """Give an item the rest of its row, which may begin the list below it: "3. (a) Documentation of"."""
        inner = marker_of(row.text[marker.length :])
        first = next((at for at in inner.readings if at.value == 1), None) if inner else None
        if inner is None or first is None or len(row.text) == marker.length + inner.length:
            item.run.add(row.pieces(marker.length))
            return
        x0 = row.word_x0(marker.length)
        child = Item(inner, first, row.x0 if x0 is None else x0, row.word_x0(marker.length + inner.length))
        child.run.add(row.pieces(marker.length + inner.length))
        self._append(child, len(self.open))

    def _reads_on(self, row: Row, marker: Marker) -> bool:
        """Whether the text before is unfinished, so that "A" or "12." at a line's start is part of it."""
        if len(row.lines) > 1 and row.lines[0].text.strip() == row.text[: marker.length].strip():
            return False  # the marker stands apart from its text
        if self.current is None or not self.current.run or self._is_complete():
            return False
        return not is_name(self.current.run.text)

    def _append(self, item: Item, depth: int) -> None:
        self.items.append(item)
        if depth < 0:
            self._begin_list()
            self.open = [OpenList([item])]
            self.sections[-1].items.append(item)
        elif depth == len(self.open):
            self.open[-1].last.before = self.pending
            self.open[-1].last.children.append(item)
            self.open.append(OpenList(self.open[-1].last.children))
        else:
            del self.open[depth + 1 :]
            self._note_repeat(item, self.open[depth])
            self._close(self.open[depth].last)
            if depth == 0:
                self._continue_root(item)
            else:
                self.open[depth].items.append(item)
        self.pending = None
        self.current, self.note, self.paragraph, self.restart = item, None, None, False
        self.after_duration = False

    def _continue_root(self, item: Item) -> None:
        """The next item of the outermost list, which may stand under a later heading."""
        if self.sections[-1].kind in ("duration", "general") and item.label:
            self._return_to_list()
        section = self.sections[-1]
        section.items.append(item)
        if self.open[0].items is not section.items:
            self.open[0] = OpenList(section.items)

    def _begin_list(self) -> None:
        """A list that counts anew in a section that holds one already is another section under its heading."""
        before = self.sections[-1]
        if before.items and before.kind not in ("general", "duration"):
            self.sections.append(Section(before.heading, before.kind, before.x0, further=True))
            if before.after and is_head(before.after[-1].text):
                self.sections[-1].paragraphs.append(before.after.pop())

    def _return_to_list(self) -> None:
        """A list goes on after a heading that was an aside: "Approval duration:" between two of its items."""
        home = next((at for at in reversed(self.sections) if self.open[0].items[0] in at.items), None)
        if home is not None:
            self.sections.append(Section(home.heading, home.kind, home.x0))

    def _note_repeat(self, item: Item, level: OpenList) -> None:
        same = [at for at in level.items if at.marker and item.marker and at.marker.core == item.marker.core]
        if same and item.reading and item.reading.kind != "bullet":
            item.repeat = max(at.repeat for at in same) + 1

    def _close(self, last: Item) -> None:
        if self.pending is not None:
            last.after = self.pending

    def _append_unmarked(self, row: Row) -> None:
        """An item without a marker after a line "-OR-": a sibling of the item before the line."""
        item = Item(None, None, row.x0, row.x0)
        item.run.add(row.pieces())
        level = self.open[-1]
        level.last.after = self.pending
        level.items.append(item)
        self.pending, self.current, self.note = None, item, None
