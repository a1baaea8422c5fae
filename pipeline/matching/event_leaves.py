"""Criteria that count events: attacks, seizures, headache days, admissions."""

import re
from dataclasses import replace
from functools import cache

from extractors import lore
from pipeline.matching.phrases import find_window, number_of
from pipeline.matching.requirements import AllOf, Comparator, Events, FreeText, Requirement
from pipeline.matching.terms import data, wording

# "More than one ...", "two or more ...", "at least 2 ...", "A level 3 event", "4 or more per month", "a history of"
_HOW_MANY = wording("number_leaves.how_many")
_PER = lore.regex(r"(?:per|a|each|every|/)\s*(?P<per>day|week|month|year|hour)\b", re.IGNORECASE)


_RANGE_OF = lore.regex(
    r"\d+\s*(?:to|-|–)\s*\d+\s+(?:\w+\s+){0,2}(?:days?|events?|attacks?|episodes?)\b|\bbut (?:no|not) more than\b",
    re.IGNORECASE,
)
# "that continues in spite of two or more attempts", "requiring corticosteroids", "of which 8 are migraine days"
_CLAUSE = lore.regex(
    r"\b(?:that|which|despite|in spite of|while|requiring|resulting in|with|of which)\b.{8,}", re.IGNORECASE
)


_LESS_OF = lore.regex(
    r"\b(?:reduc\w+|decreas\w+|fewer|improvement|declin\w+|lessening)\b(?! than)[^.;]{0,40}$", re.IGNORECASE
)


@cache
def _event_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (key, lore.regex("|".join(entry["criterion"]), re.IGNORECASE)) for key, entry in data("events").items()
    )


def read_events(text: str) -> Requirement | None:
    """Return a count of events; the number comes from the words around the event's name."""
    hits = []
    for place, (key, pattern) in enumerate(_event_patterns()):
        unless = data("events")[key].get("unless")
        if (match := pattern.search(text)) and not (unless and re.search(unless, text, re.IGNORECASE)):
            hits.append((match.start(), place, key, match))
    if hits and _RANGE_OF.search(text):
        return _bounded_events(text) or FreeText()
    for _, _, key, match in sorted(hits, key=lambda hit: hit[:2]):
        if _LESS_OF.search(text[: match.start()]):
            continue  # "a reduction in attacks" asks for no attack
        window = find_window(text)
        span = window[1] if window else (len(text), len(text))
        per = _PER.search(text)
        comparator, value = _how_many(text, match.start(), span)
        if value is None:
            continue
        besides = _besides(text, match.end(), span)
        settings = _settings(besides or "") if key in data("event_settings")["causes"] else ()
        return Events(
            event=key,
            comparator=comparator,
            value=value,
            per=per["per"].lower() if per and not span[0] <= per.start() < span[1] else None,
            window=window[0] if window else None,
            averaged=bool(per and _AVERAGED.search(text)),
            settings=settings,
            besides=None if settings else besides,
        )
    return None


_AVERAGED = lore.regex(r"\b(?:averag\w+|mean)\b", re.IGNORECASE)
# "resulting in hospitalization or emergency medical care visit" and nothing more
_LED_TO = wording("number_leaves.led_to")


def _settings(besides: str) -> tuple[str, ...]:
    """Return where the event has to have taken the patient; empty where the clause asks for anything else as well."""
    if not _LED_TO.fullmatch(besides.strip()):
        return ()
    held = data("event_settings")["settings"]
    return tuple(key for key, entry in held.items() if re.search("|".join(entry["criterion"]), besides, re.IGNORECASE))


# "4 to 14 migraine days per month", "no more than 14 headache days"
_BOUND = lore.regex(
    r"(?:(?P<low>\d+)\s*(?:to|-|–)\s*(?P<high>\d+)|(?P<most>no more than|not more than|at most|fewer than|less than)\s+"
    r"(?P<top>\d+)|(?P<least>at least|more than)\s+(?P<floor>\d+))\s+$",
    re.IGNORECASE,
)
_SIGNS: dict[str, Comparator] = {
    "fewer than": "<", "less than": "<", "at least": ">=", "more than": ">", "no more than": "<=",
    "not more than": "<=", "at most": "<=",
}  # fmt: skip


def _bounded_events(text: str) -> Requirement | None:
    """Return "4 to 14 migraine days per month, but no more than 14 headache days" as both bounds, each to be met.

    What else the leaf says ("diagnosis of episodic migraine") is put with the first.
    """
    made: list[Events] = []
    spans: list[tuple[int, int]] = []
    for key, pattern in _event_patterns():
        for match in pattern.finditer(text):
            if bound := _BOUND.search(text[: match.start()]):
                made.append(_bounded_event(key, bound, text))
                spans.append((bound.start(), match.end()))
    said = len(re.findall(r"\d+\s*(?:to|-|–)\s*\d+|\bmore than\b|\bat most\b", text, re.IGNORECASE))
    if not made or len(made) < said or len({at.event for at in made}) < len(made):
        return None  # a bound that belongs to nothing named
    rest = text
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    words = [at for at in re.findall(r"[a-z][a-z-]{3,}", rest.lower()) if at not in ("month", "with", "more", "than")]
    made[0] = replace(made[0], besides=" ".join(words) or None)
    return AllOf(options=tuple(made))


def _bounded_event(key: str, bound: re.Match[str], text: str) -> Events:
    per = _PER.search(text)
    unit = per["per"].lower() if per else None
    if bound["low"]:
        return Events(event=key, comparator="between", value=float(bound["low"]), high=float(bound["high"]), per=unit)
    sign = _SIGNS[re.sub(r"\s+", " ", (bound["most"] or bound["least"]).lower())]
    return Events(event=key, comparator=sign, value=float(bound["top"] or bound["floor"]), per=unit)


def _how_many(text: str, at: int, window: tuple[int, int]) -> tuple[str, float | None]:
    for match in _HOW_MANY.finditer(text[: at + 40]):
        if window[0] <= match.start() < window[1] or match.start() > at:
            continue
        groups = match.groupdict()
        for name, comparator in (("a", ">"), ("b", ">="), ("c", ">="), ("d", "<"), ("e", "<=")):
            if groups[name] and (number := number_of(groups[name])) is not None:
                return comparator, number
    lead = re.search(
        r"(?:^|\s)(?P<n>one|two|three|four|five|six|\d+)\s+(?:\w+[\s-]+){0,4}$", text[:at], re.IGNORECASE
    ) or re.search(
        r"(?:^|\s)(?P<n>one|two|three|four|five|six|\d+|an?|history of|had|experienced|any)\s+(?:\w+[\s-]+){0,4}$",
        text[:at],
        re.IGNORECASE,
    )
    bare = re.fullmatch(r"\s*(?:[\w-]+\s+){0,2}", text[:at])  # "Asthma-related hospitalization within ..."
    if not lead and at > 2 and not bare:
        return ">=", None
    number = number_of(lead["n"]) if lead else 1.0
    return ">=", number if number is not None else 1.0


def _besides(text: str, at: int, window: tuple[int, int]) -> str | None:
    """Return a further condition on the event ("that continues in spite of two or more attempts ...")."""
    match = _CLAUSE.search(text[at:])
    if not match:
        return None
    start, end = at + match.start(), at + match.end()
    if start <= window[0] < end:
        end = window[0]
    return text[start:end].strip(" ,;.") or None
