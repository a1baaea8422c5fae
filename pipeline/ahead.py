"""What a process loads ahead while others read, so that no later stage of a case waits for it.

Modules, vocabularies and patterns take 3 s of CPU to load and a case of some pages 0.3 s of work. Each step takes
a made-up text through a part of the program and drops the result.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from extractors.evidence import Box, Line, Page, Word, enclose
from extractors.lore import keep, keeping
from pipeline.remade import program_mark

_DAY = dt.date(2026, 3, 4)

_LETTER = """\
Date of Notice: March 4, 2026
Member ID: A1
Dear Member: we have denied the request for methotrexate. Reason: it is not medically necessary.
You have 180 days to file an appeal. Send it to: Appeals, PO Box 1, Chattanooga, TN 37422, fax 555-0100
"""
_CHART = """\
Progress note
Patient: A B DOB: 05/22/1984
Date of service: 02/11/2026
1. Rheumatoid arthritis, M05.79. CDAI is 20 today. Anti-CCP positive.
2. Methotrexate 15 mg weekly from 01/10/2024 to 06/02/2025, stopped for inadequate response.
"""
_POLICY = """\
Coverage Policy
Coverage Criteria
Humira is considered medically necessary when ALL of the following are met:
1. Patient is 18 years of age or older
2. Diagnosis of rheumatoid arthritis with CDAI greater than 10
3. Trial of methotrexate for 3 months, or contraindication or intolerance
4. Prescribed by or in consultation with a rheumatologist
"""


def steps() -> list[Callable[[], object]]:
    """Return what to load, in the order in which a case needs it; what could be kept of it is for the next start."""
    loads = (program_mark, _documents, _letter, _chart, _policy, _decision, _sieve, _words, _word_file, _packet)
    return [*(partial(_load, what) for what in loads), keep]


def _load(what: Callable[[], object]) -> None:
    with keeping():
        what()


def _sieve() -> None:
    from extractors.vocabulary.sieve import take_in

    take_in()


def _packet() -> None:
    import pipeline.packet  # noqa: F401


def _words() -> None:
    from pipeline.letter import assign_exhibits, build_letter
    from pipeline.letter.sample import sample_case

    case = sample_case(urgent=False)
    build_letter(case, _DAY, assign_exhibits(case))


def _word_file() -> None:
    from pipeline.letter import render_word
    from pipeline.letter.blocks import Letter

    render_word(Letter(kind="", title="", date=_DAY.isoformat(), running="", blocks=()))


def _decision() -> None:
    from extractors.denial.fields import Denial
    from pipeline.deadlines import find_deadlines
    from pipeline.identity import judge_pages
    from pipeline.matching import match_criteria

    denial = Denial()
    verdicts = judge_pages(_nobody(), [_page(_CHART, "chart.pdf")], _chart())
    match_criteria(_policy(), _chart(), denial, verdicts, _DAY)
    find_deadlines(denial, _DAY)


@cache
def _chart() -> Any:
    from extractors.chart import read_chart

    return read_chart([_page(_CHART, "chart.pdf")], _DAY)


@cache
def _policy() -> Any:
    from extractors.policy import read_policy

    return read_policy([_page(_POLICY, "policy.pdf")])


def _letter() -> None:
    from extractors.denial import read_denial

    read_denial([_page(_LETTER, "denial.pdf")])


def _documents() -> None:
    import pipeline.understanding  # noqa: F401
    from extractors.documents import split_documents

    split_documents([_page(_LETTER, "denial.pdf")])


def _nobody() -> Any:
    from extractors.evidence import Person

    return Person(name="A B", birth_date="1984-05-22")


def _page(text: str, document: str) -> Page:
    """Return a page with these lines, one word after the other."""
    lines = tuple(_line(words.split(), 72.0 + 14 * row) for row, words in enumerate(text.splitlines()))
    return Page(document=document, number=1, width=612.0, height=792.0, lines=lines)


def _line(tokens: list[str], top: float) -> Line:
    words, x = [], 72.0
    for token in tokens:
        words.append(Word(text=token, box=Box(x0=x, top=top, x1=x + 5.0 * len(token), bottom=top + 11.0)))
        x += 5.0 * (len(token) + 1)
    return Line(words=tuple(words), box=enclose(word.box for word in words))


if __name__ == "__main__":  # when it is installed, that the first case need not do so
    for step in steps():
        step()
