"""Leaves that ask for a plain finding: which one, where, how bad, since when, seen by what."""

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

from extractors import lore
from pipeline.matching.care_requirements import Study
from pipeline.matching.clinical_terms import Held, broader, find_clinical, find_in_criterion
from pipeline.matching.coverage import EXAMPLES
from pipeline.matching.patient_leaves import content_words
from pipeline.matching.phrases import NUMBER, NUMBER_WORDS, find_lengths, find_window, number_of
from pipeline.matching.requirements import AnyOf, Areas, Diagnosis, Lasting, Measurement, Requirement
from pipeline.matching.stated_requirements import FindingPart, Narrowing, StatedFinding
from pipeline.matching.terms import data, find_measures, find_therapies

_MASK = "\0"
# a number or a letter of a scale that nothing has read: "grade C" of a scale not known
_UNREAD = lore.regex(r"\d|(?<![\w'’.-])[B-Z](?![\w'’.-])")
_ABBREVIATED = lore.regex(r"\s*\([A-Z][A-Za-z/-]{0,9}\)")
_BRACKET = lore.regex(r"\s*\([^()]*\)")
_SUCH_AS = lore.regex(r",?\s*\b(?:such as|for example|e\.g\.,?|including but not limited to)\b.*$", re.IGNORECASE)
_WORD_NUMBER = "|".join(at for at in NUMBER_WORDS if at not in ("a", "an", "no", "both", "once", "twice", "single"))
_COUNT = lore.regex(
    rf"\b(?P<over>(?:at least|a minimum of|minimum of|more than)\s+)?(?P<n>{NUMBER}|{_WORD_NUMBER})(?:\s*\(\d+\))?"
    r"(?P<more>\s+or more)?(?=\s)",
    re.IGNORECASE,
)
# "wheals, angioedema or both"
_OR_BOTH = lore.regex(r"(?:,\s*(?P<last>[\w\s-]+?))?,?\s+or both\b", re.IGNORECASE)
# ", or of grade 3 or 4 on one side": the second way to meet the same finding
_OR_OF = lore.regex(r",\s*or\s+(?=(?:of|with|on|in|at)\b)", re.IGNORECASE)
_JOINS = {"or": "or", "and/or": "or", "and": "and", ",": ",", ", or": "or", ", and": "and", "/": "or", "or a": "or"}


@cache
def wording_of(key: str) -> re.Pattern[str]:
    """Return the compiled entry of stated.yaml."""
    return lore.regex("|".join(f"(?:{at})" for at in data("stated")[key]), re.IGNORECASE)


@cache
def _plain() -> frozenset[str]:
    return frozenset(data("stated")["plain"])


def read_stated(text: str, negated: bool = False) -> Requirement | None:
    """Return the finding a leaf asks to be stated; None where it asks for anything else, or in words not understood."""
    if negated or len(text.split()) > 45:
        return None
    if listed := _such_as(text):
        return listed
    parts = _OR_OF.split(text)
    if len(parts) == 2 and (first := _head_of(parts[0])):
        ways = [_read(parts[0]), _read(f"{first} {parts[1]}")]
        return AnyOf(options=tuple(at for at in ways if at)) if all(ways) else None
    return _read(text)


# "symptoms of esophageal dysfunction, such as trouble swallowing or food impaction": any of them shows it
_SYMPTOMS = lore.regex(
    r"^(?P<lead>[^().;:]*\b(?:symptoms?|signs?|manifestations?|complaints?)\b[^().;:]*?),?\s*[(,]?\s*"
    r"\b(?:such as|including(?: but not limited to)?|like|for example,?|e\.g\.,?)\s+(?P<list>[^().;:]+?)\)?"
    r"(?:\s+(?:is|are) present)?\W*$",
    re.IGNORECASE,
)


def _such_as(text: str) -> StatedFinding | None:
    """Return the examples of a leaf about symptoms, any of which suffices; None where the leaf narrows them."""
    match = _SYMPTOMS.match(text)
    if not match or re.search(r"\d|\b(?:no|not|without)\b", match["lead"], re.IGNORECASE) or find_window(text):
        return None
    lead = {at.role for at in find_in_criterion(match["lead"])} - {"head", "denial", "shown"}
    if lead - {"site"}:
        return None
    made = [_read(at) for at in re.split(r",?\s+(?:and/or|or|and)\s+|,\s*", match["list"]) if at.strip()]
    read = [at for at in made if at and len(at.parts) == 1 and not at.words and not at.denied]
    parts = [at.parts[0] for at in read if not at.parts[0].narrowed and at.parts[0].least == 1]
    if not parts:
        return None
    heads = tuple(dict.fromkeys(head for part in parts for head in part.heads))
    if lead and set(heads) & set(data("stated")["leaning"]):
        return None  # "symptoms of the knee, such as pain": of that place, and of no other
    whole = FindingPart(heads=heads, printed=match["list"].strip())
    return StatedFinding(parts=(whole,), loosely=True, terms=tuple(content_words(text)))


def read_function(text: str) -> Requirement | None:
    """Return what a leaf asks in a whole phrase that clinical_functions.yaml knows: "cannot safely transfer"."""
    return read_stated(text) if any(at.role == "asked" for at in find_clinical(text)) else None


def _head_of(text: str) -> str | None:
    """Return a leaf as far as its finding: what a second way shares with the first."""
    heads = [at for at in find_in_criterion(text) if at.role == "head"]
    return text[: heads[0].end] if heads else None


def _read(text: str) -> StatedFinding | None:
    bare = _without_brackets(text)
    if bare is None:
        return None
    denied = bool(wording_of("ruled_out").search(bare))
    left = wording_of("ruled_out").sub(_blank, bare)
    found = tuple(at for at in _distinct(find_in_criterion(left)) if at.role not in ("denial", "shown"))
    heads = [at for at in found if at.role == "head"]
    if not heads:
        return None
    rest = _masked(left, [(at.start, at.end) for at in heads])
    found, rest = _of_the_same(left, rest, found)
    if wording_of("elsewhere").search(rest) or find_measures(rest) or find_therapies(rest):
        return None
    rest = _masked(rest, [(at.start, at.end) for at in found])
    window = find_window(rest)
    rest = _masked(rest, [window[1]]) if window else rest
    lengths = find_lengths(rest)
    rest = _masked(rest, [(at.start, at.end) for at in lengths])
    latest = bool(wording_of("latest").search(rest))
    rest = wording_of("latest").sub(_blank, rest)
    if len(lengths) > 1 or any(at.at_most for at in lengths):
        return None
    counts, rest = _counts(rest, heads)
    joined = _parts(left, rest, heads, denied)
    words = tuple(dict.fromkeys(at for at in re.findall(r"[a-z][a-z'-]+", rest.lower()) if at not in _plain()))
    if counts is None or joined is None or len(words) > 4 or _UNREAD.search(rest):
        return None
    made, loosely = _narrowed(left, joined, found, counts)
    if any(_leans(left, heads, part) for heads, part in zip(joined, made, strict=True)):
        return None
    return StatedFinding(
        parts=made,
        minimum_days=lengths[0].days if lengths else None,
        window=window[0] if window else None,
        latest_visit=latest,
        words=words,
        denied=denied,
        loosely=loosely or _open_choice(left, rest, joined, found),
        terms=tuple(content_words(text)),
    )


def _without_brackets(text: str) -> str | None:
    """Return a leaf without examples and abbreviations in brackets; None where a bracket says more."""
    text = _OR_BOTH.sub(_either, _ABBREVIATED.sub("", EXAMPLES.sub(" ", text)))
    for bracket in _BRACKET.finditer(text):
        if not _only_kinds(bracket[0], text[: bracket.start()]):
            return None
    text = _BRACKET.sub("", text)
    listed = _SUCH_AS.search(text)
    if listed and (find_lengths(listed[0]) or find_window(listed[0])):
        return None
    return _SUCH_AS.sub("", text).strip(" .;:,")


def _only_kinds(bracket: str, before: str) -> bool:
    """Whether a bracket only names kinds of the finding before it: "nail dystrophy (pitting or onycholysis)"."""
    outside = [at.key for at in find_in_criterion(before) if at.role == "head"]
    inside = _distinct(find_in_criterion(bracket))
    kinds = [at for at in inside if at.role == "head"]
    if not outside or not kinds or not all(outside[-1] in broader("head", at.key) for at in kinds):
        return False
    rest = _masked(bracket, [(at.start, at.end) for at in kinds])
    words = [at for at in re.findall(r"[a-z]{3,}", rest.lower()) if at not in _plain()]
    listed = len(kinds) > 1 and bool(re.search(r"\bor\b", bracket, re.IGNORECASE))
    return len(words) <= (1 if listed else 0) and not re.search(r"\d", rest)


def _either(match: re.Match[str]) -> str:
    return f" or {match['last']}" if match["last"] else ""


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + _MASK * (end - start) + text[end:]
    return text


def _distinct(found: tuple[Held, ...]) -> list[Held]:
    """Return what was found once each, without findings inside a longer one and sites inside a finding's own name."""
    heads = [at for at in found if at.role == "head"]
    kept: list[Held] = []
    for at in found:
        inside = any(
            head is not at
            and head.start <= at.start
            and at.end <= head.end
            and head.end - head.start > at.end - at.start
            for head in heads
        )
        if (at.role == "head" and inside) or (at.role == "quality" and inside) or at in kept:
            continue
        kept.append(at)
    return kept


def _of_the_same(text: str, rest: str, found: tuple[Held, ...]) -> tuple[tuple[Held, ...], str]:
    """Add "on the symptomatic side" and "at the same level" as a side and a level to be found out."""
    for key, role in (("same_side", "side"), ("same_level", "level"), ("same_joint", "side")):
        for match in wording_of(key).finditer(rest):
            found = tuple(at for at in found if at.end <= match.start() or match.end() <= at.start)
            found = (*found, Held(role=role, key="same", start=match.start(), end=match.end()))  # type: ignore[arg-type]
            rest = _masked(rest, [match.span()])
    return tuple(sorted(found, key=lambda at: at.start)), rest


def _counts(rest: str, heads: list[Held]) -> tuple[dict[int, int] | None, str]:
    """Return how many of each finding are asked for, by its start; None where a number counts something else."""
    counts: dict[int, int] = {}
    for match in _COUNT.finditer(rest):
        number = number_of(match["n"])
        if number is None:
            return None, rest
        least = int(number) + (1 if (match["over"] or "").lower().startswith("more") else 0)
        behind = [at for at in heads if at.start >= match.end()]
        between = rest[match.end() : behind[0].start] if behind else ""
        if behind and len(between.split()) <= 2 and not re.search(r"[,;]|\b(?:or|and)\b", between):
            counts[behind[0].start] = least
        elif least != 1:
            return None, rest
        rest = _masked(rest, [match.span()])
    return counts, rest


def _parts(text: str, rest: str, heads: list[Held], denied: bool) -> list[list[Held]] | None:
    """Return the findings, alternatives together; None where "and" and "or" leave open what belongs to what."""
    groups: list[list[Held]] = [[heads[0]]]
    joins: list[str] = []
    for before, after in pairwise(heads):
        if after.start < before.end:  # two keys of one name
            groups[-1].append(after)
            continue
        joins.append(_join(rest[before.end : after.start]))
        groups.append([after])
    for place in reversed(range(len(joins))):  # a comma says what the next word says
        if joins[place] == ",":
            joins[place] = joins[place + 1] if place + 1 < len(joins) else "?"
    if "?" in joins or ("or" in joins and "and" in joins):
        return None
    made = [groups[0]]
    for join, group in zip(joins, groups[1:], strict=True):
        if join == "or" and not denied:
            made[-1] = [*made[-1], *group]
        else:
            made.append(group)
    return made


def _join(between: str) -> str:
    """Return "or", "and", "," or "with" (anything else) for the words between two findings."""
    words = re.sub(rf"{_MASK}+", " ", between).lower()
    words = " ".join(
        at for at in re.findall(r"[a-z/]+|,", words) if at in ("or", "and", "and/or", ",", "/") or at not in _plain()
    )
    return _JOINS.get(words, "?" if re.search(r"\b(?:or|and)\b", words) else "with")


def _narrowed(
    text: str, joined: list[list[Held]], found: tuple[Held, ...], counts: dict[int, int]
) -> tuple[tuple[FindingPart, ...], bool]:
    """Give each finding the words that narrow it, alternatives together; and whether that was a choice of ours."""
    loosely = False
    given: list[list[Narrowing]] = [[] for _ in joined]
    for group in _coordinated(text, [at for at in found if at.role != "head"]):
        place, inner = _owner(text, joined, group)
        loosely = loosely or inner
        keys = tuple(dict.fromkeys(at.key for at in group))
        if group[0].role == "severity":
            keys = _degrees(text, group, keys)
        given[place].append(Narrowing(role=group[0].role, keys=keys, printed=text[group[0].start : group[-1].end]))
    made = [
        FindingPart(
            heads=tuple(dict.fromkeys(at.key for at in heads)),
            least=max(counts.get(at.start, 1) for at in heads),
            narrowed=tuple(narrowed),
            printed=text[heads[0].start : heads[-1].end],
        )
        for heads, narrowed in zip(joined, given, strict=True)
    ]
    return tuple(made), loosely


_DEGREES = ("mild", "mild_moderate", "moderate", "moderate_severe", "severe")


def _degrees(text: str, group: list[Held], keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return every degree that a leaf takes: "moderate to severe" takes both, "moderate or worse" all from there up."""
    wide = {"mild_moderate": ("mild", "moderate"), "moderate_severe": ("moderate", "severe")}
    taken = {at for key in keys for at in (key, *wide.get(key, ()))}
    before, after = text[: group[0].start].lower(), text[group[-1].end :].lower()
    if before.rstrip().endswith("at least") or re.match(r"\s+(?:or|and) (?:greater|worse|more|higher|above)\b", after):
        taken |= set(_DEGREES[min(_DEGREES.index(at) for at in taken) :])
    taken |= {key for key, both in wide.items() if set(both) <= taken}
    return tuple(at for at in _DEGREES if at in taken)


_OR = lore.regex(r"\s*(?:/|,?\s*(?:and/or|or)(?: the| an?)?)\s*", re.IGNORECASE)


def _leans(text: str, heads: list[Held], part: FindingPart) -> bool:
    """Whether an alternative may take a word from the name before it, as "weakness" in "thenar atrophy or weakness"."""
    if len(part.heads) < 2 or any(at.role == "site" for at in part.narrowed) or " " not in _name_of(text, heads[0]):
        return False
    return any(at.key in data("stated")["leaning"] and " " not in _name_of(text, at) for at in heads[1:])


def _name_of(text: str, held: Held) -> str:
    return text[held.start : held.end].strip()


def _open_choice(text: str, rest: str, joined: list[list[Held]], found: tuple[Held, ...]) -> bool:
    """Whether an "or" of the leaf joins words that were not read as alternatives: then no denial settles it."""
    ors = len(re.findall(r"\bor\b(?! (?:more|longer|greater|higher|worse|both)\b)", rest, re.IGNORECASE))
    known = 0
    for group in (*joined, *_coordinated(text, [at for at in found if at.role != "head"])):
        spans = sorted({(at.start, at.end) for at in group})
        between = [text[a[1] : b[0]] for a, b in pairwise(spans) if b[0] >= a[1]]
        known += sum(bool(re.search(r"\bor\b", at, re.IGNORECASE)) for at in between)
    return ors > known


def _coordinated(text: str, found: list[Held]) -> list[list[Held]]:
    """Group words of one role that "or" joins ("MRI or CT"); of those that "and" joins each is asked for."""
    groups: list[list[Held]] = []
    commas: list[Held] = []  # the last ones, joined by commas: the next word says how
    for at in found:
        last = groups[-1][-1] if groups else None
        if last is None or last.role != at.role or (at.role == "side" and at.start == last.start):
            groups.append([at])
            commas = [at]
            continue
        between = text[last.end : at.start]
        if at.start < last.end or _OR.fullmatch(between) or (at.role == "severity" and between.strip() == "to"):
            while len(groups) > 1 and groups[-1][-1] in commas and groups[-2][-1] in commas:
                groups[-2:] = [[*groups[-2], *groups[-1]]]
            groups[-1].append(at)
            commas = []
        else:
            commas = [*commas, at] if between.strip() == "," else [at]
            groups.append([at])
    return groups


def _owner(text: str, joined: list[list[Held]], group: list[Held]) -> tuple[int, bool]:
    """Return which finding a narrowing word belongs to, and whether it stands between alternatives of it."""
    start, end = group[0].start, group[-1].end
    after = [(heads[0].start, place) for place, heads in enumerate(joined) if heads[0].start >= end]
    before = [(heads[-1].end, place) for place, heads in enumerate(joined) if heads[-1].end <= start]
    within = [place for place, heads in enumerate(joined) if heads[0].start < end and start < heads[-1].end]
    if within:
        named = any(at.start <= start and end <= at.end for at in joined[within[0]])
        return within[0], not named
    if after and not re.search(r"[,;:]|\b(?:and|with|that|which)\b", text[end : after[0][0]]):
        return after[0][1], False
    return (before[-1][1] if before else after[0][1]), False


_JOINTS = frozenset(["tender_joint", "swollen_joint"])


def with_stated(found: Requirement, text: str, negated: bool) -> Requirement:
    """Return a reading with the same leaf as a finding to be stated beside it, for where it leaves the leaf unclear.

    A length of time of no certain condition ("knee pain for 3 months"), a diagnosis seen by a study ("nasal polyps on
    endoscopy") and counts of joints are told by their finding alone.
    """
    kinds = (Diagnosis, Lasting, Areas, Study, Measurement)
    if not isinstance(found, kinds) or (stated := read_stated(text, negated)) is None:
        return found
    parts = stated.parts if isinstance(stated, StatedFinding) else ()
    seen = isinstance(found, Diagnosis) and any(at.role == "modality" for part in parts for at in part.narrowed)
    counted = isinstance(found, Measurement) and parts and all(set(at.heads) <= _JOINTS for at in parts)
    graded = isinstance(found, Areas) and any(
        at.role in ("severity", "quality") for part in parts for at in part.narrowed
    )
    if seen or counted or graded or (isinstance(found, Lasting) and not found.names):
        return stated
    if isinstance(found, Measurement):
        return found
    return replace(found, otherwise=stated)
