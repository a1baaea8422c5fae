"""Diagnoses that a criterion asks for by a name the vocabulary does not hold.

"Diagnosis of spinal muscular atrophy (SMA) confirmed by genetic testing": the printed name, its abbreviation and the
titles of ICD-10-CM are what the chart is searched for.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import ClassVar

from extractors import lore
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.icd10 import descriptions, icd10_text
from pipeline.matching.examples import EXAMPLES
from pipeline.matching.phrases import find_lengths
from pipeline.matching.requirements import Requirement
from pipeline.matching.terms import data, find_measures, find_therapies


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDiagnosis(Requirement):
    """A diagnosis by its printed name."""

    kind: ClassVar[str] = "printed_diagnosis"
    names: tuple[str, ...] = ()  # as printed, any one of them; abbreviations in their capitals
    codes: tuple[str, ...] = ()  # ICD-10-CM codes or beginnings of codes, any one of them
    degrees: tuple[str, ...] = ()  # "relapsed", "refractory": any one has to be said of it


@cache
def wording_of(key: str) -> re.Pattern[str]:
    """Return the compiled entry of printed_diseases.yaml."""
    return lore.regex("|".join(f"(?:{at})" for at in data("printed_diseases")[key]), re.IGNORECASE)


_CODE = lore.regex(r"\b(?P<code>[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)(?P<open>\.?[xX*-]+)?(?![\w.])")
_CODED = lore.regex(r"\bICD-?\s?(?:10|9)?(?:-CM)?\b|\bcodes?\b", re.IGNORECASE)
_ABBREVIATED = lore.regex(r"\s*[(\[](?P<short>[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+){0,2})[)\]]")
_ALSO = lore.regex(
    r"\s*[(\[](?:also (?:known as|called)|aka|a\.k\.a\.|formerly(?: known as)?|previously(?: known as)?|or)"
    r"\s+(?P<name>[^()\[\]]{4,60})[)\]]",
    re.IGNORECASE,
)
_BRACKET = lore.regex(r"\s*[(\[](?P<in>[^()\[\]]*)[)\]]")
_SPLIT = lore.regex(r"\s*(?:,\s*(?:and/or|or)\s+|,\s*|\s+and/or\s+|\s+or\s+|/(?=[a-z]{4}))\s*", re.IGNORECASE)


# "The diagnosis was made by a dermatologist" names none
_VERB_FIRST = lore.regex(r"(?:was|were|is|are|has|have|had|must|should|will)\b", re.IGNORECASE)


def read_printed(text: str) -> PrintedDiagnosis | None:
    """Return the diagnosis a leaf asks for by name or code; None where it names none, or more than a name."""
    bare = EXAMPLES.sub(" ", text).strip(" .;:,")
    if coded := _of_code(bare):
        return coded
    lead = wording_of("lead").match(bare)
    known = lead is None
    if known:
        lead = wording_of("bare").match(bare)
    if lead is None or len(bare.split()) > 40:
        return None
    shorts, also, bare = _synonyms(bare[lead.end() :])
    end = wording_of("ends").search(bare)
    name, rest = (bare[: end.start()], bare[end.start() :]) if end else (bare, "")
    name = name.strip(" ,;:.")
    degrees, names = _names(name)
    if known and (rest or not names or not all(_in_icd(at) or _in_icd(name) for at in names)):
        return None
    if (not names and not shorts) or any(_VERB_FIRST.match(at) for at in names):
        return None
    if not names and len(shorts[0]) < 4:
        return None
    besides = " ".join(_KINDS.sub("", rest).split()).strip(" ,;.()")
    if (
        find_measures(besides)
        or find_therapies(besides)
        or find_lengths(besides)
        or re.search(r"\d\s*%|[<>≤≥]", besides)
    ):
        return None  # a value, a drug or a length of time: another reader's
    return PrintedDiagnosis(names=(*names, *also, *shorts), degrees=degrees, besides=besides or None)


def known_keys(found: PrintedDiagnosis) -> tuple[str, ...]:
    """Return the conditions of the vocabulary that the names are, empty unless each name is one."""
    keys: list[str] = []
    for name in found.names:
        held = [at for at in find_conditions(name) if at.end - at.start == len(name)]
        if not held and not name.isupper():
            return ()
        keys += [at.key for at in held]
    return tuple(dict.fromkeys(keys))


def _of_code(text: str) -> PrintedDiagnosis | None:
    """Return "ICD-10 code M32.14 (...)" as its codes."""
    codes = tuple(dict.fromkeys(at["code"] for at in _CODE.finditer(text) if icd10_text(at["code"]) or at["open"]))
    if not codes or not _CODED.search(text) or find_measures(text) or find_therapies(text) or find_lengths(text):
        return None
    return PrintedDiagnosis(codes=codes)


def _synonyms(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the abbreviations and other names in brackets, and the text without them."""
    no = data("printed_diseases")["no_abbreviation"]
    end = wording_of("ends").search(_BRACKET.sub(lambda at: "\0" * len(at[0]), text))
    reach = end.start() if end else len(text)
    shorts = tuple(
        at["short"]
        for at in _ABBREVIATED.finditer(text[:reach])
        if at["short"] not in no and sum(c.isupper() for c in at["short"]) >= 2 and len(at["short"]) >= 3
    )
    also = tuple(at["name"].strip() for at in _ALSO.finditer(text[:reach]))
    text = _ALSO.sub("", _ABBREVIATED.sub("", text[:reach])) + text[reach:]
    return shorts, also, _CODE_BRACKET.sub("", text)


# ", including clinically isolated syndrome and relapsing-remitting disease": kinds of it, nothing more
_KINDS = lore.regex(r"^\s*[,;]?\s*including (?!at least|one|two|all|both|documentation)[^0-9<>≥≤]*$", re.IGNORECASE)
_CODE_BRACKET = lore.regex(r"\s*[(\[]\s*ICD[^()\[\]]*[)\]]", re.IGNORECASE)


def _names(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the degrees before a name, and the name or the alternatives; no names where the words are not one."""
    words = data("printed_diseases")
    degrees: list[str] = []
    rest = re.sub(r"^(?:(?:any|other)\s+)?(?:forms?|types?|kinds?)\s+of\s+", "", name)
    any_of = "|".join(sorted(map(re.escape, words["degrees"]), key=len, reverse=True))
    lead = re.compile(
        rf"^(?P<word>{any_of})(?:ly)?\b\s*,?\s*(?P<join>to|or|and/or|and|/)?\s*",
        re.IGNORECASE,
    )
    joined = False
    while (match := lead.match(rest)) and rest[match.end() :].strip() and not _in_icd(rest):
        degrees.append(match["word"].lower())
        joined = joined or bool(match["join"]) or "," in match[0]
        rest = re.sub(r"^(?:forms?|types?|kinds?)\s+of\s+", "", rest[match.end() :])
    if len(degrees) > 1 and not joined:
        return (), _checked((name,))  # each is asked for: they stay in the name
    parts = [at for at in _SPLIT.split(rest) if at]
    if len(parts) > 1 and not all(_is_name(at) for at in parts):
        return (), ()
    return tuple(dict.fromkeys(degrees)), _checked(tuple(parts))


def _checked(parts: tuple[str, ...]) -> tuple[str, ...]:
    plain = frozenset(data("printed_diseases")["plain"])
    for part in parts:
        own = [at for at in re.findall(r"[\w'’-]+", part.lower()) if at not in plain]
        if not own or len(own) > 8 or wording_of("no_name").search(part) or _BRACKET.search(part):
            return ()
        if len(own) == 1 and len(own[0]) < 6 and not find_conditions(part):
            return ()
    return parts


def _is_name(part: str) -> bool:
    return _in_icd(part) or bool(find_conditions(part))


_PLURAL = lore.regex(r"[^sui]s$")


def squash(name: str) -> str:
    """Return a name in lower case, without possessives, hyphens and plurals."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", name.lower()))
    return " ".join(
        at[:-1] if len(at) > 4 and at.endswith("s") and not at.endswith(("ss", "us", "is")) else at for at in words
    )


_TITLE_END = lore.regex(
    r",| with | without | due to | in | following | \(| complicating | associated with | secondary to "
)


@cache
def _titles() -> str:
    """Return all titles in lower case, one a line."""
    return "\n".join(["", *descriptions(), ""]).lower()


@lru_cache(maxsize=1024)  # a leaf is asked for several times
def _in_icd(name: str) -> bool:
    """Whether a name is a title of ICD-10-CM, or its head; only titles that hold its longest word are looked at."""
    wanted = squash(name)
    if len(wanted) <= 5:
        return False
    word, titles = max(wanted.split(), key=len), _titles()
    at = titles.find(word)
    while at >= 0:
        end = titles.index("\n", at)
        if wanted in _heads(titles[titles.rindex("\n", 0, at) + 1 : end]):
            return True
        at = titles.find(word, end)
    return False


def _heads(title: str) -> set[str]:
    """Return a title, what stands before its first condition, and the first of two diseases in it."""
    head = _TITLE_END.split(title)[0]
    first = head.split(" and ")[0]
    return {squash(at) for at in (title, head, *([first] if " and " in head and len(first) > 7 else ()))}


@cache
def title_says(code: str, name: str) -> bool:
    """Whether the title of an ICD-10-CM code is this disease or a kind of it; a relative's or a past one's is not."""
    title = icd10_text(code)
    if not title or code[0].upper() in "ZVWXY":
        return False
    return bool(re.search(rf"\b{re.escape(squash(name))}\b", squash(_TITLE_END.split(title.lower())[0])))
