"""A policy's rows as sections of nested items: who is whose child, before any of it is understood."""

import re
from collections.abc import Sequence

from extractors.policy.announced import Announced, announcements_of
from extractors.policy.columns import unfold
from extractors.policy.divisions import divisions_of, run_in_parts
from extractors.policy.forms import unform
from extractors.policy.headings import Kind, heading_kind, table_label
from extractors.policy.heads import APPROVAL, duration_of
from extractors.policy.items import Item, Section
from extractors.policy.joins import ENDLESS
from extractors.policy.lasting import without_durations
from extractors.policy.markers import Marker, marker_of
from extractors.policy.openings import Openings
from extractors.policy.placing import SAME, OpenList, Places
from extractors.policy.quantifiers import Join, connector_of, is_head
from extractors.policy.rows import Row
from extractors.policy.runs import Piece, Run
from extractors.policy.series import PART
from extractors.policy.shapes import (
    CONTINUED,
    DANGLING,
    DURATION_ROW,
    NOTE,
    OUTCOME,
    PHASE_DURATION,
    PHASE_LABEL,
    STARRED,
)
from extractors.policy.spacing import hangs_in, is_indented, margin_of, pitch_of

_AHEAD = 5  # rows that a heading's text is looked for in
_IMPOSSIBLE = 8.0  # cost from which a marker is taken for running text


def read_outline(rows: Sequence[Row]) -> list[Section]:
    """Return the sections in order, each with its paragraphs and its nested items."""
    rows, headings, products = unform(rows)
    rows, cells = unfold(rows)
    hangs = hangs_in(rows)
    right = margin_of(rows)
    builder = _Builder(is_indented(rows) or hangs is True, right, pitch_of(rows), hangs)
    builder.divisions = divisions_of(rows)
    builder.run_in = run_in_parts(rows)
    builder.headings, builder.products = headings | cells, products
    announced = announcements_of(rows)
    builder.starred = any(STARRED.search(row.text) for row in rows)
    passed = 0
    for at, row in enumerate(rows):
        if at < passed:
            continue
        builder.coming = rows[at + 1 : at + 1 + _AHEAD]
        count, kind = announced.get(id(row), (0, None))
        if kind and builder.announce(rows[at : at + count], kind, rows[at + count].marker):
            passed = at + count
        else:
            builder.take(row)
    for section in builder.sections:
        section.items, said = without_durations(section.items)
        section.durations += said
    return builder.sections


class _Builder(Openings):
    def take(self, row: Row) -> None:
        """Add one row."""
        text = row.text.strip()
        marker = row.marker
        if id(row) in self.headings:
            self._begin(Run(row.pieces()), self.headings[id(row)], row.x0)
            self.sections[-1].cell = True
            self.sections[-1].products = self.products.get(id(row), "")
        elif marker is None and (label := PHASE_LABEL.match(text)) and self._ends_list_or_table(row):
            self._start_labelled(row, label)
        elif marker is None and (label := PHASE_DURATION.fullmatch(text)) and self._heads_phase(row):
            self._start_phase(row, label)
        elif part := self.run_in.get(id(row)):
            self._start_run_in(row, part)
        elif marker is None and self._is_refused_cell():
            self._add_paragraph(row)
        elif id(row) in self.divisions:
            self._start_part(row, self.divisions[id(row)])
        elif self.current is None and len(row.lines) == 2 and table_label(row.lines[0].text) == "criteria":
            self._add_general(row)
        elif self.open and (outcome := OUTCOME.match(text)):
            self._end_question(row, outcome)
        elif join := connector_of(text):
            self._join(join)
        elif self.starred and text.startswith("*"):
            self._start_footnote(row)
        elif marker and self._runs_in(row, marker):
            self._continue(row)
        elif marker and (self._goes_on_here(row, marker) or self._place(row, marker)):
            pass
        elif NOTE.match(text) and self.sections[-1].kind == "notes":
            self.paragraph = None
            self._add_paragraph(row)
        elif NOTE.match(text) and self.open:
            self._start_note(row)
        elif self._is_in_list() and DURATION_ROW.fullmatch(text) and not DANGLING.search(self._last_text()):
            self._add_duration(row)
        elif self._is_footnote(row):
            self.paragraph = None
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
        if kind in ("criteria", "further", "waiver"):
            opens = kind != "waiver" and self._opens_item(marker)
            if not section.items or opens or self._depth_of_heading() is not None:
                return False
            self._begin(section.heading, section.kind, first.x0)
            self.sections[-1].paragraphs.append(said)
            self.sections[-1].further = True
        else:
            self._begin(said, kind, first.x0)
            self.sections[-1].announced = True
        self.last_row = rows[-1]
        return True

    def _add_general(self, row: Row) -> None:
        """ "Age | 18 years of age or older" between headings: a demand that leaves the reader where he is."""
        section = self.sections[-1]
        self._begin(Run(Row(row.page, row.lines[:1]).pieces()), "general", row.x0)
        self.sections[-1].paragraphs.append(Run(Row(row.page, row.lines[1:]).pieces()))
        self._begin(section.heading, section.kind, section.x0)

    def _end_question(self, row: Row, outcome: re.Match[str]) -> None:
        """ "If yes, approve for 6 months. If no, continue to #2." closes a question: the next is another way."""
        question = self.open[0].last
        question.outcomes.append(row.text.strip())
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

    def _start_part(self, row: Row, kind: Kind | None) -> None:
        """A numbered part of the document: a section whose number counts nothing."""
        self._begin(Run(row.pieces(row.marker.length)), kind, row.x0)
        self.sections[-1].part = row.marker.punctuation == PART

    def _start_labelled(self, row: Row, label: re.Match[str]) -> None:
        """ "Renewal: documentation of improvement", which stands under a list."""
        first = row.pieces()[0]
        kind = heading_kind(label["label"])
        head = row.text.strip()[: label.end()].rstrip(" :")  # with what brackets say of it: "(12 months)"
        self._begin(Run([Piece(first.page, first.line, head)]), kind, row.x0)
        self.paragraph = Run(row.pieces(label.end()))
        self.sections[-1].paragraphs.append(self.paragraph)

    def _start_phase(self, row: Row, label: re.Match[str]) -> None:
        """ "Initial approval: 6 months" over its list."""
        first = row.pieces()[0]
        head = Piece(first.page, first.line, row.text.strip()[: label.end("label")])
        self._begin(Run([head]), heading_kind(label["label"]), row.x0)
        self.sections[-1].durations.append(label["span"])

    def _start_run_in(self, row: Row, part: tuple[Kind, int, int]) -> None:
        """A numbered part whose title begins its first paragraph: "5 Renewal. Coverage is renewed if"."""
        kind, title, rest = part
        first = row.pieces(title)[0]
        head = Piece(first.page, first.line, row.text[title:rest].strip(" ."))
        self._begin(Run([head]), kind, row.x0)
        if row.text[rest:].strip():
            self.paragraph = Run(row.pieces(rest))
            self.sections[-1].paragraphs.append(self.paragraph)

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

    def _start_use(self, row: Row, depth: int) -> None:
        """The name of a condition under a marked heading: an item that adds nothing to the numbers below it."""
        item = Item(None, None, row.x0, row.x0, is_heading=True)
        item.run.add(row.pieces())
        del self.open[depth + 1 :]
        self.open[depth].last.children.append(item)
        self.open.append(OpenList(self.open[depth].last.children))
        self.current, self.note, self.paragraph = item, None, None

    def _continue(self, row: Row) -> None:
        if self.pending is not None and self.open and self._is_other_half(row):
            self.current.run.add([*self.last_row.pieces(), *row.pieces()])
            self.pending = None
        elif self.pending is not None and self.open:
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
        if depth == len(self.open) and self._looks_like_its_list(marker):
            self.open[-1].last.flags.append(ENDLESS)
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
        self._fill_from(item, row, marker.length)

    def _fill_from(self, item: Item, row: Row, taken: int) -> None:
        inner = marker_of(row.text[taken:])
        first = next((at for at in inner.readings if at.value == 1), None) if inner else None
        if inner is None or first is None or len(row.text) == taken + inner.length:
            item.run.add(row.pieces(taken))
            return
        x0 = row.word_x0(taken)
        child = Item(inner, first, row.x0 if x0 is None else x0, row.word_x0(taken + inner.length))
        self._append(child, len(self.open))
        self._fill_from(child, row, taken + inner.length)

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
