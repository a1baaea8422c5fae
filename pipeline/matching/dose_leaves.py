"""Criteria about the dose asked for, the quantity, and how many doses there may be in a lifetime."""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from extractors import lore
from pipeline.matching.care_requirements import DoseSchedule, Step
from pipeline.matching.phrases import DAYS_IN, NUMBER, number_of
from pipeline.matching.requirements import AnyOf, Dose, DosesReceived, FreeText, Requirement
from pipeline.matching.terms import find_therapies, wording

_ABOUT_DOSE = wording("dose_leaves.about")
_CEILING = wording("dose_leaves.ceiling")
_EXACTLY = lore.regex(
    r"^\s*(?:the )?(?:requested |prescribed |proposed |recommended |maintenance )*(?:dose|dosage|dosing|regimen)"
    r"\s*(?:is|of|will be)?\s*:?\s*$",
    re.IGNORECASE,
)
_WORD = r"(?:two|three|four|six|eight|ten|twelve|other|\d+(?:\.\d+)?)"
_UNITS = (
    r"(?:mg|mcg|µg|g|grams?|iu|units?|ml|tablets?|capsules?|pens?|syringes?|vials?|injections?|patches|sprays?|puffs?)"
)
# "300 mg/kg subcutaneously every 4 weeks", "9 tablets per 30 days", "210 mg once a month", "2.4 mg weekly"
_AMOUNT = lore.regex(
    rf"(?<![\d.,/-])(?P<amount>{NUMBER})\s*-?\s*(?P<unit>{_UNITS})\b(?P<kg>\s*/\s*kg\b|\s+per\s+(?:kg|kilogram)\b)?",
    re.IGNORECASE,
)
_INTERVAL = lore.regex(
    rf"(?:\s*\([^)]*\)|,|\s+(?!(?:then|and|or|for|followed)\b)[a-z-]+){{0,5}}?"
    rf"\s*(?P<times>once|twice|three times|one time|{_WORD} times)?\s*"
    rf"(?:(?:every|per|each|\bin|\bq)\s*(?P<count>{_WORD})?\s*-?\s*(?P<every>day|week|month|year|wk|mo|hour)s?\b"
    rf"|\ban?\s+(?P<a>day|week|month|year)\b|\b(?P<ly>daily|weekly|monthly|yearly|nightly)\b"
    rf"|/\s*(?P<slash>day|week|month|year)\b)",
    re.IGNORECASE,
)
# "at weeks 0, 4 and 8", "on week 0, week 2 and week 6", "at weeks 0/2/6"
_WEEKS = lore.regex(
    r"(?:\s*\([^)]*\)|,|\s+(?!(?:then|followed|every)\b)[a-z]+){0,4}?\s*(?:at |on |in |\()?\bw(?:ee)?ks?\s*"
    r"(?P<weeks>\d{1,2}(?:\s*(?:,|/|and|&|, and)\s*(?:weeks?\s+)?\d{1,2})*)\b(?!\s*(?:mg|weeks))",
    re.IGNORECASE,
)
_THEN = lore.regex(
    rf"\s*,?\s*(?:(?:and|then|followed by|thereafter)\s*,?\s*)+(?P<times>once)?\s*(?:every|q)\s*"
    rf"(?P<count>{_WORD})?\s*-?\s*"
    r"(?P<every>day|week|month|year|wk|mo)s?\b(?P<a>(?!))?(?P<ly>(?!))?(?P<slash>(?!))?(?:\s+thereafter)?",
    re.IGNORECASE,
)
# "80 mg every 2 weeks through week 12"
_UNTIL = lore.regex(
    r"\s*,?\s*(?:through|thru|until|till|up to|to)\s+(?:and including\s+)?w(?:ee)?k\s*(?P<week>\d{1,2})\b",
    re.IGNORECASE,
)
_LY = {"daily": 1, "nightly": 1, "weekly": 7, "monthly": 30, "yearly": 365}


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen:
    """An amount as printed, and how many days one such amount is for; None where no interval is printed."""

    amount: float
    unit: str  # "mg", "mg/kg", "tablet"
    days: float | None
    start: int
    end: int
    weeks: tuple[int, ...] = ()  # "at weeks 0, 4 and 8"
    until: int | None = None  # "through week 12"


def find_regimens(text: str) -> list[Regimen]:
    """Return the amounts of a text in reading order with the interval printed behind each."""
    found = []
    amounts = list(_AMOUNT.finditer(text))
    for match, following in zip_longest(amounts, amounts[1:]):
        if re.match(r"\s*/\s*(?:m2|dl|ml|l|m²)\b", text[match.end("unit") :], re.IGNORECASE):
            continue  # "200 mg/dL" is a laboratory value
        unit = match["unit"].lower().replace("µ", "mc").removesuffix("s") + ("/kg" if match["kg"] else "")
        amount = number_of(match["amount"])
        if amount is None:
            continue
        if unit in ("g", "gram", "g/kg"):
            unit, amount = "mg/kg" if unit == "g/kg" else "mg", amount * 1000
        limit = following.start() if following else len(text)
        interval = _INTERVAL.match(text, match.end(), limit)
        weeks = None if interval else _WEEKS.match(text, match.end(), limit)
        until = _UNTIL.match(text, interval.end(), limit) if interval else None
        found.append(
            Regimen(
                amount=amount,
                unit=unit,
                days=_days(interval) if interval else None,
                start=match.start(),
                end=(until or interval or weeks or match).end(),
                weeks=_weeks(weeks) if weeks else (),
                until=int(until["week"]) if until else None,
            )
        )
        if weeks and (after := _THEN.match(text, weeks.end(), limit)) and (days := _days(after)):
            # "5 mg/kg at weeks 0, 2 and 6, then every 8 weeks": the same amount goes on
            found.append(replace(found[-1], days=days, weeks=(), start=after.start(), end=after.end()))
    return found


def _weeks(match: re.Match[str]) -> tuple[int, ...]:
    """Return the weeks a dose is given in; "initially and at weeks 2 and 4" begins with week 0."""
    listed = [int(at) for at in re.findall(r"\d+", match["weeks"])]
    first = re.search(r"\b(?:initial(?:ly)?|at once|now|on day (?:0|1)|at start)\b", match[0], re.IGNORECASE)
    return tuple(dict.fromkeys([*([0] if first else []), *listed]))


def _days(match: re.Match[str]) -> float | None:
    times = {"once": 1.0, "twice": 2.0, "one time": 1.0}.get((match["times"] or "once").lower())
    if times is None:
        times = number_of((match["times"] or "").split()[0]) or 1.0
    if match["ly"]:
        return _LY[match["ly"].lower()] / times
    unit = match["every"] or match["a"] or match["slash"]
    if not unit:
        return None
    word = (match["count"] or "one").lower()
    count = 2.0 if word == "other" else number_of(word)
    if count is None:
        return None
    return (count / 24 if unit.lower() == "hour" else count * DAYS_IN[unit.lower()]) / times


_PIECES = ("pen", "syringe", "vial")
_OR_LESS = lore.regex(r"[\s,]*or (?:less|fewer|lower)\b", re.IGNORECASE)


def read_dose(text: str) -> Requirement | None:
    """Return a ceiling of dose or quantity; free text where a leaf gives several doses for several phases."""
    regimens = find_regimens(text)
    if not regimens or not _ABOUT_DOSE.search(text):
        return None
    lead = text[: regimens[0].start]
    exactly = bool(_EXACTLY.search(lead))
    behind = _OR_LESS.match(text, regimens[-1].end)
    if not exactly and not behind and not _CEILING.search(lead):
        return None
    if behind:
        text, exactly = text[: behind.start()] + text[behind.end() :], False
    if len(regimens) == 2 and (ways := _either_dose(text, regimens)):
        return ways
    if len(regimens) > 1 or _more_asked(text, regimens[0], exactly):
        return FreeText(terms=("dose",))
    (held,) = regimens
    if held.days is None and held.unit not in _PIECES and re.search(r"\bdaily (?:dose|dosage)\b", lead, re.IGNORECASE):
        held = replace(held, days=1.0)
    return Dose(amount=held.amount, unit=held.unit, days=held.days, exactly=exactly)


def _either_dose(text: str, regimens: list[Regimen]) -> AnyOf | None:
    """Return "140 mg every 2 weeks or 420 mg once a month" as its two ceilings; None where more parts them."""
    first, second = regimens
    if (
        not re.fullmatch(r",?\s+or\s+", text[first.end : second.start], re.IGNORECASE)
        or not first.days
        or not second.days
    ):
        return None
    if _more_asked(text[: second.start].rstrip().removesuffix("or") + text[second.end :], first, False):
        return None
    return AnyOf(options=tuple(Dose(amount=at.amount, unit=at.unit, days=at.days) for at in regimens))


# "dosed as in the label", "loading dose", "400 mg initially, then"
_OF_SCHEDULE = wording("dose_leaves.schedule")


def read_schedule(text: str) -> Requirement | None:
    """Return "dosed as in the label: 600 mg at weeks 0, 4 and 8", "400 mg once, then 200 mg every 2 weeks"."""
    regimens = find_regimens(text)
    if not regimens or not (len(regimens) > 1 or regimens[0].weeks) or re.search(r"\bor\b", text):
        return None
    if not _OF_SCHEDULE.search(text) or _more_in_schedule(text, regimens):
        return None
    if any(at.days is None and not at.weeks for at in regimens[1:]):
        return None
    steps = tuple(Step(amount=at.amount, unit=at.unit, days=at.days, weeks=at.weeks, until=at.until) for at in regimens)
    most = bool(_CEILING.search(text[: regimens[0].start]))
    return DoseSchedule(steps=steps, at_most=most)


def _more_in_schedule(text: str, regimens: list[Regimen]) -> bool:
    """Whether a leaf asks for more than its steps: for whom, by which weight, for how long."""
    for held in reversed(regimens):
        text = text[: held.start] + " " + text[held.end :]
    for mention in reversed(find_therapies(text)):
        text = text[: mention.start] + text[mention.end :]
    text = _CEILING.sub(" ", _OF_SCHEDULE.sub(" ", text)).lower()
    known = wording("dose_leaves.plain")
    return any(not known.fullmatch(word) for word in re.findall(r"[a-z]{3,}", text))


def _more_asked(text: str, held: Regimen, exactly: bool) -> bool:
    """Whether a leaf says more than its ceiling: for whom, when, for how long."""
    rest = re.sub(r"\bdaily (?=dos)", "", f"{text[: held.start]} {text[held.end :]}", flags=re.IGNORECASE)
    for mention in reversed(find_therapies(rest)):
        rest = rest[: mention.start] + rest[mention.end :]
    rest = _CEILING.sub(" ", rest).lower()
    known = wording("dose_leaves.plain")
    return any(not known.fullmatch(word) for word in re.findall(r"[a-z]{3,}", rest))


_FEWER = lore.regex(
    r"\b(?:(?P<below>fewer than|less than)|(?P<most>no more than|not more than|at most|up to|a maximum of|maximum of"
    r"|not exceed(?:ed|ing)?|exceed(?:ed|s)?|more than))\s+(?:a total of\s+)?(?P<n>\d+|[a-z]+)\s*(?:\(\d+\)\s*)?"
    r"(?:total |monthly |weekly |lifetime )*(?:doses|injections|infusions)\b",
    re.IGNORECASE,
)


def read_received(text: str) -> Requirement | None:
    """Return "has received fewer than 12 doses of X" and "X will not exceed 12 monthly doses in all"."""
    match = _FEWER.search(text)
    drugs = [at.therapy for at in find_therapies(text) if at.therapy.sort == "drug"]
    if not match or len({at.name for at in drugs}) != 1 or (number := number_of(match["n"])) is None:
        return None
    words = match[0].lower()
    denied = re.search(r"\b(?:not|never)\b[^.;]{0,24}$", text[: match.start()], re.IGNORECASE)
    if words.startswith(("more than", "exceed")) and not denied:
        return None  # "has received more than 12 doses" asks for the opposite
    ahead = bool(re.search(r"\bwill\b|\bto exceed\b|\bmaximum\b|\bdoes not exceed\b", text, re.IGNORECASE))
    if not ahead and not re.search(r"\breceived\b|\bhad\b|\bgiven\b|\btreated\b|\bdoses of\b", text, re.IGNORECASE):
        return None
    return DosesReceived(therapies=(drugs[0],), most=int(number) - bool(match["below"]), planned_too=ahead)
