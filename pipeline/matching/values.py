"""Scores and laboratory values against what is asked: the newest one in the window decides."""

import datetime as dt
import re
from dataclasses import replace

from extractors import lore
from extractors.chart.facts import Assertion, Fact
from extractors.dates import find_dates
from extractors.vocabulary.labs import labs
from extractors.vocabulary.scores import scores
from pipeline.matching.bounds import side_of, upper_of
from pipeline.matching.circumstances import is_another, says_all
from pipeline.matching.derived import corrected_calcium
from pipeline.matching.record import Record, cite, newest_first, page_of, tells_of_before
from pipeline.matching.requirements import Measurement, Window
from pipeline.matching.sites import judge_sites
from pipeline.matching.terms import data, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear


def judge_measurement(requirement: Measurement, record: Record) -> Verdict:
    """Return the verdict on a score or value: the newest one in the window decides."""
    if requirement.sites:
        return judge_sites(requirement, record)
    shown = _shown(requirement)
    facts = _candidates(requirement, record)
    inside = [at for at in facts if _holds(at, requirement.window, record)]
    if not inside:
        return _outside(facts, requirement, record, shown)
    if requirement.ever:
        return _at_any_time(inside, requirement, shown)
    if requirement.occasions:
        return _on_days(inside, requirement, requirement.occasions, shown)
    chosen = _as_asked(inside, requirement, record)
    latest = _settling(chosen, requirement)
    best = latest[0]
    side = _side_of_all(latest, requirement)
    if side is not None and _undated_against(facts, side, requirement, best, record):
        side = None
    if side is None:
        return unclear("value_unsure", cite(latest), wants=_wants(requirement, shown), **_facts_of(best, shown))
    if side and _newer_against(inside, chosen, best, requirement):
        return unclear("value_unsure", cite(latest), wants=_wants(requirement, shown), **_facts_of(best, shown))
    if not side and _any_in_window(requirement):
        reached = [at for at in inside if at.date and side_of(at, requirement)]
        if reached:
            return met("value_right", cite(newest_first(reached)), **_facts_of(newest_first(reached)[0], shown))
    if not side:
        return not_met("value_wrong_side", cite(latest), **_facts_of(best, shown))
    for other in requirement.also:
        verdict = _beside(other, best, record)
        if verdict is not None:
            return verdict
    return met("value_right", cite(latest), **_facts_of(best, shown))


def _candidates(requirement: Measurement, record: Record) -> list[Fact]:
    """Return the values that may be held against the requirement, of the side of the body that is asked for."""
    facts = [at for at in _values(requirement.names, record) if not is_another(at, record)]
    if requirement.names == ("calcium_corrected",):
        facts += corrected_calcium(facts, _values(("calcium",), record), _values(("albumin",), record))
    if requirement.of_upper_limit:
        facts = [_with_range(at, facts, requirement) for at in facts]
    if requirement.value is not None:  # "positive ANA" beside "ANA 1:640" neither adds nor takes anything
        facts = [at for at in facts if not _only_positive(at)]
    if not (requirement.baseline or requirement.ever):
        facts = [at for at in facts if at.date or not at.statement.date]  # a dated note's "112 before the statin"
    return [at for at in facts if not _of_other_side(at, record)]


# Ranges of one test differ from laboratory to laboratory by less than this: a value farther off than that from the
# bound lies on the same side of it by any of them (Ceriotti et al., Clin Chem Lab Med 2010;48:1593 for enzymes).
_RANGES_DIFFER = 1.5


def _with_range(fact: Fact, facts: list[Fact], requirement: Measurement) -> Fact:
    """Return a value told without a range with that of another report, where no laboratory's could decide otherwise."""
    measured = fact.measurement
    uppers = [upper for at in facts if (upper := upper_of(at))]
    if measured is None or upper_of(fact) or not uppers or not isinstance(measured.value, float):
        return fact
    times = measured.value / uppers[0] / float(requirement.value or 1)
    if 1 / _RANGES_DIFFER < times < _RANGES_DIFFER:
        return fact
    return replace(fact, measurement=replace(measured, limit=f"<{uppers[0]:g}"))


def _any_in_window(requirement: Measurement) -> bool:
    lasting = set(requirement.names) <= set(data("markers")["any_in_window"])
    return bool(requirement.window) and lasting and not requirement.newest


def _outside(facts: list[Fact], requirement: Measurement, record: Record, shown: str) -> Verdict:
    outside = [at for at in facts if at.date is not None]
    late = [at for at in outside if at.date and at.date > record.request_date]
    why = "value_late" if late else "value_old" if outside and requirement.window else "silent_value"
    return unclear(
        why,
        cite(newest_first(late or outside)[:1]),
        wants=_wants(requirement, shown),
        **_facts_of(newest_first(outside)[0] if outside else None, shown),
    )


def _side_of_all(latest: list[Fact], requirement: Measurement) -> bool | None:
    """Return whether the newest values keep the bound; one that cannot be held against it does not outvote the rest.

    A result still awaited leaves all open. Of an index that each leg has, the leg that reaches the bound decides.
    """
    sides = {side_of(at, requirement) for at in latest}
    words = [at for at in latest if at.measurement and isinstance(at.measurement.value, str)]
    if any(side_of(at, requirement) is None for at in words):
        return None
    sides.discard(None)
    if len(sides) == 1:
        return sides.pop()
    if sides == {True, False} and all(name in scores() and scores()[name].each_side for name in requirement.names):
        return True
    return None


_OTHER_VALUE = wording("values.other")


def _holds(fact: Fact, window: Window | None, record: Record) -> bool:
    first = record.first_day(window)
    if first is None:
        return True
    if not record.inside(fact.date, window):
        return False
    return not tells_of_before(_OTHER_VALUE.sub(" ", fact.statement.text), first)


def _as_asked(inside: list[Fact], requirement: Measurement, record: Record) -> list[Fact]:
    """Return the values whose surroundings say how the criterion wants them measured; all where none says it."""
    words = re.findall(r"[a-z][a-z-]{3,}", (requirement.besides or "").lower())
    told = [at for at in inside if words and says_all(words, at, record)]
    return told or inside


def _newer_against(inside: list[Fact], chosen: list[Fact], best: Fact, requirement: Measurement) -> bool:
    """Whether a newer value, told without the circumstances asked for, speaks against the one chosen."""
    left = [at for at in inside if at not in chosen and at.date and (best.date is None or at.date > best.date)]
    return any(side_of(at, requirement) is False for at in left)


def _undated_against(facts: list[Fact], side: bool, requirement: Measurement, best: Fact, record: Record) -> bool:
    """Whether a page without a date tells a value on the other side of the bound: it may be the newest.

    A page that prints none but earlier days, whichever of them is its own, is no newer one.
    """
    return any(
        at.date is None
        and at.statement.date is None
        and side_of(at, requirement) is (not side)
        and not _EARLIER.search(at.statement.text)
        and not _only_earlier_days(at, best, record)
        for at in facts
    )


_EARLIER = wording("values.earlier")
_HEAD = 8  # statements at the top of a page, among which it prints its own day


def _only_earlier_days(fact: Fact, best: Fact, record: Record) -> bool:
    """Whether the page of an undated value prints days, all of them before that of the value chosen."""
    page = record.on_page(page_of(fact.evidence[0]))
    days = [at.day for held in page for at in find_dates(held.text) if at.day != record.birth_date]
    head = [at.day for held in page[:_HEAD] for at in find_dates(held.text) if at.day != record.birth_date]
    recent = [day for day in days if best.date and abs(best.date.year - day.year) < 20]  # not the other birth dates
    return bool(best.date and set(head) & set(recent)) and max(recent) < best.date


def _settling(inside: list[Fact], requirement: Measurement) -> list[Fact]:
    """Return the newest values; "LDL above 70" in a note stands back behind the number that it sums up."""
    latest = latest_of(inside)
    if restated := _restated(latest, inside):
        return [*restated, *latest]
    if not all(_summed_up(at) for at in latest):
        return latest
    newest = latest[0].date
    exact = [at for at in inside if not _summed_up(at) and at.date and newest and (newest - at.date).days <= 92]
    if not exact:
        return latest
    found = latest_of(exact)
    agreed = {side_of(at, requirement) for at in (*found, *latest)} - {None}
    return [*found, *latest] if len(agreed) == 1 and side_of(found[0], requirement) is not None else latest


def _restated(latest: list[Fact], inside: list[Fact]) -> list[Fact]:
    """Return the row of a report that a later note repeats ("Calcium 9.4"): it has the unit and the range."""
    newest = latest[0].date
    if newest is None or any(at.statement.cells for at in latest):
        return []
    told = {at.measurement.value for at in latest if at.measurement}
    rows = [at for at in inside if at.statement.cells and at.date and 0 < (newest - at.date).days <= 92]
    found = latest_of(rows) if rows else []
    return found if found and {at.measurement.value for at in found if at.measurement} == told else []


def _summed_up(fact: Fact) -> bool:
    return bool(fact.measurement and fact.measurement.comparator) and not fact.statement.cells


def _at_any_time(inside: list[Fact], requirement: Measurement, shown: str) -> Verdict:
    """Return the verdict where any value of any day will do."""
    reached = newest_first([at for at in inside if side_of(at, requirement)])
    if reached:
        return met("value_right", cite(reached), **_facts_of(reached[0], shown))
    known = newest_first(inside)
    if all(side_of(at, requirement) is False for at in inside):
        return not_met("value_wrong_side", cite(known), **_facts_of(known[0], shown))
    return unclear("value_unsure", cite(known), wants=_wants(requirement, shown), **_facts_of(known[0], shown))


def _on_days(inside: list[Fact], requirement: Measurement, days: int, shown: str) -> Verdict:
    """Return the verdict where a value has to keep the bound on several days: the newest days decide."""
    by_day: dict[dt.date, list[Fact]] = {}
    for at in newest_first([at for at in inside if at.date]):
        by_day.setdefault(at.date, []).append(at)
    taken = list(by_day.values())[:days]
    proof = cite([latest_of(held)[0] for held in taken])
    best = taken[0][0] if taken else inside[0]
    sides = [_side_of_all(held, requirement) for held in taken]
    if sides and sides[0] is False:
        return not_met("value_wrong_side", proof, **_facts_of(best, shown))
    if len(taken) == days and all(sides):
        return met("value_right", proof, **_facts_of(best, shown))
    wants = f"{_wants(requirement, shown)}, on {days} different days"
    return unclear("value_unsure", proof or cite(inside[:1]), wants=wants, **_facts_of(best, shown))


def _values(names: tuple[str, ...], record: Record) -> list[Fact]:
    """Return what was measured of these, affirmed, from first-hand statements."""
    return [
        at
        for at in record.facts
        if at.kind == "measurement"
        and at.name in names
        and at.measurement
        and at.assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL)
        and not _goal(at)
        and not _of_reference(at)
    ]


def _only_positive(fact: Fact) -> bool:
    value = fact.measurement.value if fact.measurement else None
    return isinstance(value, str) and value.strip().lower() in ("positive", "reactive", "detected")


_GOAL = wording("values.goal")


def _goal(fact: Fact) -> bool:
    """Whether the number is a target and no result ("goal A1c below 7"): the word stands before it."""
    if fact.statement.cells or fact.measurement is None:
        return False
    text, value = fact.statement.text, fact.measurement.value
    place = text.find(f"{value:g}" if isinstance(value, float) else str(value))
    return bool(_GOAL.search(text[:place] if place > 0 else text))


# "for eGFR below 45 a range of 0.54 to 3.30 is suggested": how to read a result, and no result
_REFERENCE = wording("values.reference")


def _of_reference(fact: Fact) -> bool:
    """Whether a laboratory's comment bounds the value in general."""
    measured = fact.measurement
    return bool(
        measured and measured.comparator and not fact.statement.cells and _REFERENCE.search(fact.statement.text)
    )


_SIDES = lore.regex(r"\b(left|right)\b", re.IGNORECASE)


def _of_other_side(fact: Fact, record: Record) -> bool:
    """Whether a value is told of the other knee than the one the request names."""
    asked = {at.lower() for at in _SIDES.findall(record.service or "")}
    told = {at.lower() for at in _SIDES.findall(fact.statement.text)}
    return len(asked) == 1 and bool(told) and not asked & told


def latest_of(facts: list[Fact]) -> list[Fact]:
    """Return the facts of the newest date, table rows before prose; undated ones only when nothing is dated."""
    dated = [at for at in facts if at.date]
    pool = dated or facts
    newest = max((at.date for at in pool if at.date), default=None)
    chosen = [at for at in pool if at.date == newest]
    return sorted(chosen, key=lambda at: not at.statement.cells)


def _beside(other: Measurement, best: Fact, record: Record) -> Verdict | None:
    """Return why the second half of "with an endoscopic subscore of 2 or 3" fails, None when it holds."""
    shown = _shown(other)
    near = [
        at for at in _values(other.names, record) if at.date and best.date and abs((at.date - best.date).days) <= 60
    ]
    if not near:
        return unclear("silent_value", cite([best]), wants=shown, **_facts_of(None, shown))
    latest = latest_of(near)
    sides = {side_of(at, other) for at in latest}
    if sides == {True}:
        return None
    if sides == {False}:
        return not_met("value_wrong_side", cite(latest), **_facts_of(latest[0], shown))
    return unclear("value_unsure", cite(latest), wants=shown, **_facts_of(latest[0], shown))


def _facts_of(fact: Fact | None, shown: str) -> dict[str, str]:
    if fact is None or fact.measurement is None:
        return {"value": "", "date": "", "wanted": shown, "name": ""}
    measured = fact.measurement
    number = f"{measured.value:g}" if isinstance(measured.value, (int, float)) else str(measured.value)
    sign = measured.comparator + " " if measured.comparator else ""
    unit = ("" if measured.unit == "%" else " ") + measured.unit if measured.unit else ""
    return {"value": f"{sign}{number}{unit}", "date": day_words(fact.date), "wanted": shown, "name": name_of(fact.name)}


def day_words(day: dt.date | None) -> str:
    return f"on {day:%B} {day.day}, {day.year}" if day else "without a date"


def name_of(key: str) -> str:
    """Return the printed name of a score or test."""
    entry = scores().get(key) or labs().get(key)
    if entry is None and (held := data("quantities").get(key)):
        return held["names"][0]
    return entry.names[0] if entry else key.replace("_", " ")


def _shown(requirement: Measurement) -> str:
    name = name_of(requirement.names[0])
    if requirement.limit:
        side = {"above_upper": "above", "below_lower": "below", "within": "within"}[requirement.limit]
        return f"{name} {side} the laboratory's normal range"
    if requirement.of_upper_limit:
        sign = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}[requirement.comparator or ">="]
        return f"{name} {sign} {requirement.value:g} times the upper limit of normal"
    words = {
        ">": "above ",
        ">=": "at least ",
        "<": "below ",
        "<=": "at most ",
        "=": "of ",
        "between": "between ",
        None: "",
    }
    value = requirement.value if isinstance(requirement.value, str) else f"{requirement.value:g}"
    high = f" and {requirement.high:g}" if requirement.comparator == "between" and requirement.high is not None else ""
    unit = (requirement.unit if requirement.unit == "%" else f" {requirement.unit}") if requirement.unit else ""
    return f"{name} {words[requirement.comparator]}{value}{high}{unit}"


def _wants(requirement: Measurement, shown: str) -> str:
    return f"{shown}, {requirement.window.printed}" if requirement.window else shown
