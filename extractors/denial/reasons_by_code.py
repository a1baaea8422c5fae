"""Grounds that a claim's lines give by code: CARC codes in the row, their meaning in the legend below.

The remarks of an explanation of benefits are printed in full whether they concern the claim or not, and its text tells
how claims are denied in general. What counts are the codes beside the amounts.
"""

import re
from dataclasses import dataclass
from functools import cache

from extractors import lore
from extractors.denial.fields import ReasonCategory
from extractors.denial.patterns import load_table
from extractors.denial.reading import Letter, Span
from extractors.denial.roles import Said

# "CO-197", "CARC 50", "Reason code: 29", "PR 204"
_CODE = lore.regex(
    r"\b(?:(?:CO|PR|OA|PI|CR)[ -]?|(?:CARC|(?i:(?:adjustment |denial |claim )?reason code|remark code))s?:?[ -]*(?:CO"
    r"|PR|OA|PI)?[ -]?)(?P<code>\d{1,3}|B\d{1,2})\b"
)
# contractual discount, deductible, coinsurance, copay, sequestration deny nothing
_DENY_NOTHING = {"45", "1", "2", "3", "253"}
_MONEY = lore.regex(r"\$? ?-?\d{1,3}(?:,\d{3})*\.\d{2}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A code that denies, and where it is given its meaning."""

    category: ReasonCategory
    code: str
    printed: Span  # the code itself
    legend: int | None = None  # index of the sentence that says what it means


@cache
def categories_by_code() -> dict[str, ReasonCategory]:
    """Return the ground that each claim adjustment reason code stands for."""
    codes: dict[str, ReasonCategory] = {}
    for category, listed in load_table("reasons.yaml")["codes"].items():
        for code in listed:
            if codes.setdefault(code, ReasonCategory(category)) != category:
                raise ValueError(f"reasons.yaml: code {code} stands under two categories")
    return codes


def find_codes_said(letter: Letter) -> list[Coded]:
    """Return the codes that deny, wherever the letter prints them, one for each ground."""
    found: dict[ReasonCategory, Coded] = {}
    for match in _CODE.finditer(letter.text):
        if coded := _coded(match, 0):
            found.setdefault(coded.category, coded)
    return list(found.values())


def find_codes_of_lines(letter: Letter, said: list[Said]) -> list[Coded]:
    """Return the codes that deny in the rows with amounts, in the order of the rows, one for each ground."""
    places = {id(place.line): place for place in letter.places}
    found: dict[ReasonCategory, Coded] = {}
    for page in letter.pages:
        for row in page.rows:
            cells = [places[id(line)] for line in row if id(line) in places]
            texts = [letter.text[cell.start : cell.end] for cell in cells]
            if len(_MONEY.findall(" ".join(texts))) < 2:
                continue
            for cell, text in zip(cells, texts, strict=True):
                for match in _CODE.finditer(text):
                    if coded := _coded(match, cell.start):
                        found.setdefault(coded.category, _explained(letter, said, coded))
    return list(found.values())


_LEGEND = lore.regex(r"\W*(?:(?:CARC )?(?:CO|PR|OA|PI|CR)[ -]?\d{1,3}|[A-Z]{1,3}\d{1,3}|\d{1,3})\b[ )]*[-:=.]")


def opens_a_legend(letter: Letter, one: Said) -> bool:
    """Whether the sentence tells what a code means: "CO-50: not deemed a medical necessity by the payer."."""
    return bool(_LEGEND.match(letter.text[one.start : one.end]))


def all_lines_paid(letter: Letter) -> bool:
    """Whether the letter has a table of claim lines and none of its amounts is zero: each line was allowed and paid."""
    rows = [
        [float(re.sub(r"[^\d.]", "", amount)) for amount in _MONEY.findall(" ".join(line.text for line in row))]
        for page in letter.pages
        for row in page.rows
        if len(row) > 2
    ]
    lines = [amounts for amounts in rows if len(amounts) >= 3]
    return bool(lines) and all(all(amounts) for amounts in lines)


def _coded(match: re.Match[str], offset: int) -> Coded | None:
    code = match["code"].lstrip("0") or "0"
    category = categories_by_code().get(code)
    if code in _DENY_NOTHING or category is None:
        return None
    span = Span(start=offset + match.start(), end=offset + match.end())
    return Coded(category=category, code=code, printed=span)


def _explained(letter: Letter, said: list[Said], coded: Coded) -> Coded:
    """Return the code with the sentence that opens with it: "CO-197: Precertification absent."."""
    opens = re.compile(
        rf"\W*(?:CARC )?(?:(?:CO|PR|OA|PI|CR)[ -]?)?0*{coded.code}\b[ )]*(?:[-:=.]|[A-Z])[^$]*[A-Za-z]{{4}}"
    )
    for index, one in enumerate(said):
        if opens.match(letter.text[one.start : one.end]) and not _MONEY.search(letter.text[one.start : one.end]):
            return Coded(category=coded.category, code=coded.code, printed=coded.printed, legend=index)
    return coded
