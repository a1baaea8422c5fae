"""The words of labels: which field a printed label names, and where labels stand in a line.

The table is labels.yaml; its header gives the sources.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from rapidfuzz import fuzz, process

from extractors import lore
from extractors.errors import RebutError
from extractors.vocabulary.load import read_yaml


class VocabularyError(RebutError):
    """A data file of the program is broken (file, what is wrong)."""

    code = "vocabulary-broken"
    message = "The data file {0} of the program is broken: {1}. Install rebut again."
    exit_status = 1


_NUMBER = r"(?:numbers?|no\(s\)|nos\.?|no\.?|num\.?|nbr\.?|nr\.?|#)(?:\s*\(s\))?"
_ID = r"[i1l!|]d"  # a scanner's "1D" and "!D" are the label ID
_SHORTENED = {
    "ref",
    "auth",
    "cert",
    "precert",
    "preauth",
    "pre-auth",
    "mbr",
    "subscr",
    "grp",
    "acct",
    "dx",
    "diag",
    "proc",
}
_POINT = lore.regex(rf"\b({'|'.join(sorted(_SHORTENED))})\.(?=\s)")


@cache
def _tables() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the lists that stand for a {word} in a phrase, and the phrases of each field."""
    tables = read_yaml("labels.yaml", "extractors.denial")
    words = {word: sorted(listed, key=len, reverse=True) for word, listed in tables["words"].items()}
    return words, {field: listed for field, listed in tables.items() if field != "words"}


@cache
def vocabulary() -> dict[str, str]:
    """Return phrase -> field of labels.yaml, every {word} written out; a phrase under two fields is an error.

    What is listed in full wins: "plan {no}" is a group although "{matter} {no}" is a reference.
    """
    words, tables = _tables()
    phrases: dict[str, str] = {}
    rows = [
        (phrase, template, field)
        for field, listed in tables.items()
        for template in listed
        for phrase in _written_out(template, words)
    ]
    in_full = {phrase for phrase, template, _ in rows if phrase == template}
    for phrase, template, field in rows:
        if phrase != template and phrase in in_full:
            continue
        if phrases.setdefault(phrase, field) != field:
            raise VocabularyError("labels.yaml", f"{phrase!r} is listed under {phrases[phrase]} and {field}")
    return phrases


def _written_out(template: str, words: dict[str, list[str]]) -> Iterator[str]:
    pieces = [words.get(piece[1:-1], [piece]) for piece in template.split()]
    for chosen in product(*pieces):
        yield " ".join(chosen)


@cache
def _as_pattern(phrase: str) -> str:
    words, _ = _tables()
    pieces = []
    for word in phrase.split():
        if word[1:-1] in words:
            pieces.append(f"(?:{'|'.join(_as_pattern(one) for one in words[word[1:-1]])})(?:'?s)?")
        else:
            pieces.append(_NUMBER if word == "{no}" else _ID if word == "id" else re.escape(word))
            if word in _SHORTENED:
                pieces[-1] += r"\.?"
    return r"\s*".join(pieces).replace("'s", "'?s?")


@cache
def label_pattern() -> re.Pattern[str]:
    """Return the pattern of every label in running text, longer ones first."""
    # Grouped by first letter: 450 phrases tried one by one cost 4 ms a line. Only the first word is written out.
    words, tables = _tables()
    phrases = {
        (f"{first} {rest[0]}" if rest else first, head == "{person}")
        for listed in tables.values()
        for template in listed
        for head, *rest in (template.split(" ", 1),)
        for first in words.get(head[1:-1], [head])
    }
    by_first: dict[str, list[str]] = {}
    lengths = {phrase: len(max(_written_out(phrase, words), key=len)) for phrase, _ in phrases}
    for phrase, owns in sorted(phrases, key=lambda one: (-lengths[one[0]], one)):
        pattern = _as_pattern(phrase)
        if owns:  # "member's ID no."
            pattern = next(
                _as_pattern(one) + r"(?:'?s)?\s*" + _as_pattern(phrase[len(one) + 1 :])
                for one in words["person"]
                if phrase.startswith(one + " ")
            )
        by_first.setdefault("id" if phrase.startswith("id") else phrase[0], []).append(pattern)
    groups = "|".join(
        f"(?=[{'i1l!|' if first == 'id' else re.escape(first)}])(?:{'|'.join(patterns)})"
        for first, patterns in by_first.items()
    )
    # "your request number" is no request but a number
    return lore.regex(rf"(?<![\w'/-])(?:{groups})(?![\w'-]|/\w|\s(?:numbers?|id|no\.)(?!\w))", re.IGNORECASE)


@cache
def _flat() -> dict[str, str]:
    return {phrase.replace("{no}", "number"): field for phrase, field in vocabulary().items()}


def field_of(printed: str) -> str | None:
    """Return the field that a whole label names, or None; OCR slips in longer labels are forgiven.

    "Patient / birth date" names two fields: see `fields_of`.
    """
    name = re.sub(r"\s+", " ", re.sub(r"[:*®™.]+$", "", printed.strip().lower()).strip(" :"))
    name = re.sub(r"(?<!\w)[1l!|]d(?!\w)", "id", name).replace("’", "'")
    name = _POINT.sub(r"\1", name)  # "Our ref. no."
    name = re.sub(r"\b(?:no\(s\)|nos?\.?|num\.?|nbr\.?|numbers|number\(s\))$|#$", "number", name).strip()
    flat = _flat()
    name = re.sub(r"^[^\w¿]+|^\d{1,2}[.)] ", "", name)  # "- GROUP": a speck before it; "1. What did you ask for?"
    if name in flat:
        return flat[name]
    if (plain := name.replace("'s ", " ")) in flat:
        return flat[plain]
    if (
        asked := re.sub(r"^what (?:is|was|are) (?=your|the|my|this|our)(?:(?:the|my|this|our) )?|\?$", "", name)
    ) != name:
        return field_of(asked)
    bare = re.sub(r"\s*\([^)]*\)", "", name).strip()
    if bare in flat:
        return flat[bare]
    if bare.removeprefix("your ") in flat:
        return flat[bare.removeprefix("your ")]
    if len(name) >= 8 and (near := process.extractOne(name, flat.keys(), scorer=fuzz.ratio, score_cutoff=90)):
        # a slip, and not a word more: "Utilization Management" is no "utilization management ID"
        return flat[near[0]] if abs(len(near[0]) - len(name)) <= 1 else None
    return None


def fields_of(whole: str) -> list[str]:
    """Return the fields of a cell that is a label as a whole; two for "Patient / birth date"."""
    parts = [part for part in re.split(r"\s*/\s*", whole) if part.strip()]
    fields = [field_of(part) for part in parts] if len(parts) > 1 else []
    if fields and all(fields):
        return list(dict.fromkeys(field for field in fields if field))
    field = field_of(whole)
    return [field] if field else []
