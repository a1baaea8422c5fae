"""Who the patient is: what the denial letter says of them, and what agreeing pages of the chart add."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.chart import Chart, find_people, fold
from extractors.evidence import Page, Person
from pipeline.likeness import (
    Agreement,
    compare_births,
    compare_names,
    name_parts,
    one_slip,
    squash_number,
    suffix_of,
)


def people_on(page: Page, chart: Chart) -> list[Person]:
    """Return everyone the page names as its patient."""
    read = next((at for at in chart.pages if at.document == page.document and at.page == page.number), None)
    findings = read.people if read is not None else tuple(find_people(page))
    return [finding.value for finding in findings]


@dataclass(frozen=True, slots=True)
class Known:
    """What identifies the patient."""

    name: str | None
    birth: str | None
    member: str | None
    records: frozenset[str]

    @classmethod
    def learn(cls, patient: Person, pages: Sequence[Page], chart: Chart) -> "Known":
        """Take the letter's word, and learn record numbers (and a missing birth date) from agreeing pages."""
        everyone = [person for page in pages for person in people_on(page, chart)]
        birth = patient.birth_date or _commonest_birth(patient.name, everyone)
        name = patient.name or _commonest_name(birth, everyone)
        records = {squash_number(number) for number in patient.record_numbers}
        own = cls(name, birth, patient.member_id, frozenset(records))
        # a page by a name that is merely near says nothing of the numbers, unless every page is so: the letter erred
        counted = own.numbers_of(everyone, "same") or own.numbers_of(everyone, "slip")
        if counted:
            most = counted.most_common(1)[0][1]
            # a number misread once is not another number of the patient
            records |= {number for number, times in counted.items() if times >= max(1, most // 4)}
        return replace(own, records=frozenset(records))

    def numbers_of(self, everyone: list[Person], agreement: Agreement) -> Counter[str]:
        """Count the record numbers printed beside the patient's birth date and a name that agrees so far."""
        counted: Counter[str] = Counter()
        for person in everyone:
            if self.birth and person.birth_date == self.birth and self.agree_name(person.name) == agreement:
                counted.update({squash_number(number) for number in person.record_numbers})
        return counted

    def agree_name(self, printed: str | None) -> Agreement:
        return compare_names(self.name, printed)

    def heads(self, page: Page) -> bool:
        """Whether the patient's own name, whole and to the letter, stands at the head or the foot of the page."""
        parts = name_parts(self.name or "")
        if len(parts) < 2:
            return False
        first, last = re.escape(parts[0]), re.escape(parts[-1])
        own = re.compile(rf"\b(?:{last}\s*,\s*{first}|{first}\s+(?:[a-z'’-]+\.?\s+)?{last})\b", re.IGNORECASE)
        edges = [line for line in page.lines if not 0.3 < line.box.top / page.height < 0.93]
        suffixes = {None, suffix_of(self.name or "")}
        return any(
            (found := own.search(re.sub(r"['’`]", "", fold(line.text)))) is not None
            and suffix_of(f"x {found.string[found.end() : found.end() + 8]}") in suffixes
            for line in edges
        )

    def shares_part(self, printed: str | None) -> bool:
        """Whether a first or last name is the patient's: "Anselm Jr" of Anselm Birtwhistle Jr."""
        return bool(set(name_parts(self.name or "")) & set(name_parts(printed or "")))

    def is_cut_short(self, printed: str | None) -> bool:
        """Whether a name is a piece of the patient's and nothing else: "Anselm Jr", where a narrow cell wrapped."""
        parts = {part for part in name_parts(printed or "") if part != "pt" and len(part) > 1}
        own = suffix_of(self.name or ""), suffix_of(printed or "")
        return parts < set(name_parts(self.name or "")) and own[1] in (None, own[0])

    def agree_birth(self, printed: str | None) -> Agreement:
        return compare_births(self.birth, printed)

    def agree_records(self, printed: Sequence[str]) -> Agreement:
        numbers = {squash_number(number) for number in printed}
        if not numbers or not self.records:
            return "none"
        if numbers & self.records:
            return "same"
        if any(one_slip(a, b) for a in numbers for b in self.records):
            return "slip"
        return "different"

    def agree_member(self, printed: str | None) -> Agreement:
        if not printed or not self.member:
            return "none"
        own, other = squash_number(self.member), squash_number(printed)
        # a card prints the person's suffix, a letter often leaves it out
        if own == other or (min(len(own), len(other)) >= 8 and (own.startswith(other) or other.startswith(own))):
            return "same"
        return "slip" if one_slip(own, other) else "different"


def _commonest_name(birth: str | None, everyone: list[Person]) -> str | None:
    """Return the name that the chart gives the birth date of the letter, where the letter's name could not be read."""
    named = [p.name for p in everyone if p.name and birth and p.birth_date == birth]
    groups: list[list[str]] = []
    for name in named:
        group = next((held for held in groups if compare_names(held[0], name) == "same"), None)
        groups.append([name]) if group is None else group.append(name)
    groups.sort(key=len, reverse=True)
    if not groups or len(groups[0]) < 3 or (len(groups) > 1 and len(groups[0]) < 3 * len(groups[1])):
        return None
    return groups[0][0]


def _commonest_birth(name: str | None, everyone: list[Person]) -> str | None:
    births = Counter(p.birth_date for p in everyone if p.birth_date and compare_names(name, p.name) == "same")
    if not births:
        return None
    (first, times), *rest = births.most_common(2)
    return first if not rest or times >= 3 * rest[0][1] else None
