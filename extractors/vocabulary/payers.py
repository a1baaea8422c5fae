"""Health plans and those who review for them: canonical names and every form that letters print.

Names are found whatever the spacing, hyphens and trademark signs: "BlueCross BlueShield",
"Blue Cross and Blue Shield" and "BLUE CROSS® BLUE SHIELD®" are one name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import ahocorasick
from rapidfuzz import fuzz, process

from extractors import lore
from extractors.vocabulary.load import read_yaml


class PayerKind(StrEnum):
    """What a name on a letter is to the member."""

    PLAN = "plan"
    DELEGATE = "delegate"  # benefit manager or reviewer that acts for a plan
    PARENT = "parent"  # owner or association in small print


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerName:
    """One payer of payers.yaml."""

    name: str  # canonical
    kind: PayerKind = PayerKind.PLAN
    keeps_printed: bool = False  # the brand has many plans: "Ambetter from Superior HealthPlan" stays as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerMention:
    """A payer's name in a text: characters start..end (exclusive)."""

    payer: PayerName
    start: int
    end: int
    text: str  # as printed
    weak: bool  # also a common word or a person's name: counts only where a payer must stand


def find_payers(text: str) -> list[PayerMention]:
    """Return the payers named in the text in reading order; of overlapping names the longest."""
    squashed, at = _squash(text)
    hits: list[PayerMention] = []
    for last, (length, payer, weak) in _automaton().iter(squashed):
        start, end = at[last - length + 1], at[last] + 1
        if _cuts_a_word(text, start, end):
            continue
        hits.append(PayerMention(payer=payer, start=start, end=end, text=text[start:end], weak=weak))
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    chosen: list[PayerMention] = []
    for hit in hits:
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    return _with_affiliates(text, sorted(chosen, key=lambda hit: hit.start))


def nearest_payer(text: str, at_least: float = 90.0) -> PayerName | None:
    """Return the payer whose name a misread line comes closest to, if close enough (percent) and alone."""
    wanted = _squash(text)[0]
    if len(wanted) < 6:
        return None
    near = process.extract(wanted, _forms().keys(), scorer=fuzz.ratio, score_cutoff=at_least, limit=3)
    names = {_forms()[form][0].name for form, _, _ in near}
    return _forms()[near[0][0]][0] if len(names) == 1 else None


# "Aetna Better Health of Ohio", "Ambetter from Superior HealthPlan"
_LINK = lore.regex(r"[.,]? (?:from|of|in) ")
_STATE = lore.regex(
    r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|"
    r"Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    r"|Montana|"
    r"Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|"
    r"Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming)\b"
)


def _with_affiliates(text: str, hits: list[PayerMention]) -> list[PayerMention]:
    """Join a brand of many plans with the plan that follows it, and keep that name as printed."""
    joined: list[PayerMention] = []
    for hit in hits:
        last = joined[-1] if joined else None
        if last and last.payer.keeps_printed and _LINK.fullmatch(text, last.end, hit.start):
            joined[-1] = _affiliate(text, last, hit.start, hit.end)
        else:
            link = _LINK.match(text, hit.end) if hit.payer.keeps_printed else None
            after = link.end() if link else hit.end + 1  # "AmeriHealth Caritas Florida"
            near = hit.payer.keeps_printed and text[hit.end : after].startswith((" ", ".", ","))
            state = _STATE.match(text, after) if near else None
            joined.append(_affiliate(text, hit, state.start(), state.end()) if state else hit)
    return joined


def _affiliate(text: str, brand: PayerMention, start: int, end: int) -> PayerMention:
    link = text[brand.end : start].lstrip(".,").strip()
    name = " ".join(f"{brand.payer.name} {link} {text[start:end]}".split())
    payer = PayerName(name=name, kind=brand.payer.kind, keeps_printed=False)
    return PayerMention(payer=payer, start=brand.start, end=end, text=text[brand.start : end], weak=brand.weak)


def _squash(text: str) -> tuple[str, list[int]]:
    """Return lower-case letters and digits only ("&" as "and") and where each stood."""
    out, at = [], []
    for index, char in enumerate(text):
        for kept in "and" if char == "&" else char.lower():
            if kept.isalnum():
                out.append(kept)
                at.append(index)
    return "".join(out), at


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())


@cache
def _forms() -> dict[str, tuple[PayerName, bool]]:
    tables = read_yaml("payers.yaml")
    forms: dict[str, tuple[PayerName, bool]] = {}
    for table, default in (("plans", PayerKind.PLAN), ("delegates", PayerKind.DELEGATE)):
        for row in tables[table]:
            kind = PayerKind(row.get("kind", default))
            payer = PayerName(name=row["name"], kind=kind, keeps_printed=bool(row.get("printed")))
            for printed in (row["name"], *row.get("also", ())):
                for form in _variants(printed.removeprefix("~")):
                    known = forms.setdefault(form, (payer, printed.startswith("~")))
                    if known[0].name != payer.name:
                        raise ValueError(f"payers.yaml: {printed!r} stands for {known[0].name} and {payer.name}")
    return forms


def _variants(printed: str) -> Iterator[str]:
    """Yield the squashed form, with and without the "and" of Blue Cross and Blue Shield, and BCBS for it."""
    squashed = _squash(printed)[0]
    yield squashed
    short, long = "bluecrossblueshield", "bluecrossandblueshield"
    plain = squashed.replace(long, short)
    if short in plain:
        yield plain
        yield plain.replace(short, long)
        if plain != short:
            yield plain.replace(short, "bcbs")
        if f"{short}of" in plain:  # "BCBS Nebraska", "Blue Cross Blue Shield North Dakota"
            yield plain.replace(f"{short}of", "bcbs")
            yield plain.replace(f"{short}of", short)


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for form, (payer, weak) in _forms().items():
        automaton.add_word(form, (len(form), payer, weak))
    automaton.make_automaton()
    return automaton


@cache
def known_payers() -> tuple[PayerName, ...]:
    """Return every payer of the table."""
    return tuple(dict.fromkeys(payer for payer, _ in _forms().values()))
