"""Sentences of clinical prose: abbreviations, initials, list numbers and inline headings."""

import re
from functools import lru_cache

from extractors import lore

# a full stop after these does not end a sentence
_ABBREVIATIONS = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "mx",
        "st",
        "no",
        "nos",
        "vs",
        "e.g",
        "i.e",
        "y.o",
        "yo",
        "approx",
        "appt",
        "dept",
        "fig",
        "hx",
        "dx",
        "tx",
        "rx",
        "sx",
        "pt",
        "pts",
        "wk",
        "wks",
        "mo",
        "mos",
        "yr",
        "yrs",
        "b.i.d",
        "t.i.d",
        "q.i.d",
        "q.d",
        "q.h.s",
        "p.o",
        "p.r.n",
        "i.v",
        "s.c",
        "i.m",
        "h.s",
        "a.m",
        "p.m",
        "jr",
        "sr",
        "inc",
        "ltd",
        "ave",
        "blvd",
        "rd",
        "ext",
        "tel",
        "max",
        "min",
        "temp",
        "resp",
        "wt",
        "ht",
        "lab",
        "labs",
        "ref",
        "cf",
        "c",
        "diff",
        "d.o.b",
        "m.d",
        "d.o",
        "r.n",
        "ph.d",
        "u.s",
    ]
) - {"labs", "lab", "temp", "resp", "no", "pt", "mo", "min", "max"}
# "hepatitis B. Next": the letter is no initial
_LETTERED = frozenset(
    [
        "vitamin",
        "hepatitis",
        "factor",
        "type",
        "group",
        "class",
        "grade",
        "stage",
        "complement",
        "influenza",
        "child-pugh",
        "part",
        "plan",
    ]
)
_END = lore.regex(r"[.!?;](?:(?<!;)[\"”')\]]*\s+(?=[\"“'(\[]?[A-Z0-9<>≥≤☐☒☑\[])|(?<=;)\s+(?=\d{1,2}[.)]\s))")
# "Plan: 1. Upadacitinib ... 2. Repeat ..." parts before each number
_ITEM = lore.regex(r"(?<=[.;:!?)])\s+(?=\(?\d{1,2}[.)]\s+[A-Z])")
_NUMBER_OF_ITEM = lore.regex(r"\d[.)]\s")
# "Heart failure? No.", "Tried methotrexate? [ ] Yes [x] No": asked and answered in one
_ANSWERED = lore.regex(
    r"(?:yes|no|never|none|denies|n/a|y|n)\s*(?:[.,;]|$)|(?:\[[ xX✓]?\]|\([ xX✓]?\)|[☐☒☑□■])\s*(?:yes|no|y|n)\b|"
    r"(?:yes|no|y|n)\s*(?:\[[ xX✓]?\]|\([ xX✓]?\)|[☐☒☑□■])",
    re.IGNORECASE,
)
# "L40.0 psoriasis 2019. G43.909 migraine": each code heads a diagnosis of its own
_PARTS = lore.regex(r"[\s(/\[]")
_ITEM_NUMBER = lore.regex(r"(?:^|\s)\(?\d{1,2}$")


@lru_cache(maxsize=4096)  # a text is asked for each thing that it names
def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return start and end of each sentence; list numbers stay with their item."""
    cuts = set(_items(text))
    for match in _END.finditer(text):
        # "? Giant cell arteritis": a doubt, not the end of a question
        doubt = text[match.start()] == "?" and not text[max(0, match.start() - 1) : match.start()].strip()
        answered = text[match.start()] == "?" and _ANSWERED.match(text, match.end())
        if not doubt and not answered and not _is_abbreviation(text, match.start()):
            cuts.add(match.end())
    spans, start = [], 0
    for cut in [*sorted(cuts), len(text)]:
        if text[start:cut].strip():
            lead = len(text[start:cut]) - len(text[start:cut].lstrip())
            spans.append((start + lead, start + len(text[start:cut].rstrip())))
        start = cut
    return tuple(spans)


def _items(text: str) -> list[int]:
    """Return where list items begin: numbers that count up from the first."""
    cuts, last = [], 0
    for match in _ITEM.finditer(text) if _NUMBER_OF_ITEM.search(text) else ():
        number = int(re.search(r"\d+", text[match.end() :])[0])  # type: ignore[index]
        lead = re.match(r"\s*(?:[A-Za-z &/]+:\s*)?\(?(\d{1,2})[.)]\s", text)
        last = last or (int(lead[1]) if lead else 0)
        if number == last + 1 or number == 1:
            cuts.append(match.end())
            last = number
    return cuts


def _is_abbreviation(text: str, stop: int) -> bool:
    if text[stop] != ".":
        return False
    before = text[:stop]
    token = _last_token(before).lower().strip("\"'“”")
    if token in _ABBREVIATIONS:
        return True
    if len(token) == 1 and token.isalpha():
        # an initial ("A. Szabo"), unless the letter ends a sentence ("hepatitis B. Next")
        after = text[stop + 1 :].split()
        earlier = before[:-1].split()
        kind = earlier[-1].lower().strip(",;:") if earlier else ""
        return before[-1].isupper() and bool(after) and after[0][:1].isupper() and kind not in _LETTERED
    return bool(_ITEM_NUMBER.search(before, max(0, stop - 6))) and _starts_item(before)


def _last_token(text: str) -> str:
    """Return what stands behind the last space, bracket or stroke."""
    near = _PARTS.split(text[-40:])
    return near[-1] if len(near) > 1 else _PARTS.split(text)[-1]


def _starts_item(before: str) -> bool:
    """Tell a list number ("2.") from a number that ends a sentence ("MCP 2, 3, 5.")."""
    lead = _ITEM_NUMBER.sub("", before).rstrip()
    number = int(re.search(r"\d+$", before)[0])  # type: ignore[index]
    # "visit: 17." is a value; an item is the first one or follows the one before it
    counts_up = number == 1 or bool(re.search(rf"(?:^|\s)\(?{number - 1}[.)]\s", before))
    return not lead or (lead[-1] in ".;:!?)" and counts_up)
