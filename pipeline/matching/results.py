"""Tests that come out positive or negative: the newest result in the window decides."""

import datetime as dt
import re

from extractors import lore
from extractors.chart.facts import Assertion, Fact
from pipeline.matching.bounds import against_limit
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import LabResult, Measurement
from pipeline.matching.values import day_words, latest_of, name_of
from pipeline.matching.verdict import Verdict, any_of, met, not_met, unclear

# what such a test says soon holds no more, whether or not a criterion names a time
_FADES = lore.regex(r"pregnan|hcg", re.IGNORECASE)
_SOON = dt.timedelta(days=92)
_RESULTS = (
    (
        "negative",
        lore.regex(
            r"^\W*(?:neg(?:ative)?|non-?reactive|not detected|undetect\w*|none detected|absent)\b", re.IGNORECASE
        ),
    ),
    ("positive", lore.regex(r"^\W*(?:pos(?:itive)?|reactive|detected|present)\b", re.IGNORECASE)),
)


def judge_result(requirement: LabResult, record: Record) -> Verdict:
    """Return the verdict on a positive or negative test: the newest result in the window decides."""
    by_name = [_one_result(name, requirement, record) for name in requirement.names]
    return any_of(by_name)


def _one_result(name: str, requirement: LabResult, record: Record) -> Verdict:
    shown = name_of(name)
    wanted = f"{requirement.result} {_test_word(name)}"
    facts = [
        at
        for at in record.facts
        if at.kind == "measurement" and at.name == name and at.measurement and at.assertion is not Assertion.PLANNED
    ]
    dated = [at for at in facts if at.date]
    inside = [at for at in dated if record.holds(at, requirement.window)]
    wants = f"the date and result of a {wanted}" + (f", {requirement.window.printed}" if requirement.window else "")
    if not inside:
        late = [at for at in dated if at.date and at.date > record.request_date]
        if late:
            return unclear(
                "value_late",
                cite(newest_first(late)),
                wants=wants,
                value=str(late[0].measurement.value),
                date=day_words(late[0].date),
                wanted=wanted,
                name=shown,
            )
        if dated:
            old = newest_first(dated)[0]
            return unclear(
                "result_old",
                cite([old]),
                wants=wants,
                value=_result_of(old) or str(old.measurement.value),
                date=day_words(old.date),
                wanted=wanted,
                name=shown,
            )
        return unclear("silent_result", wants=wants, wanted=wanted, name=shown, value="", date="")
    latest = latest_of(inside)
    if _FADES.search(name) and latest[0].date and record.request_date - latest[0].date > _SOON:
        old = latest[0]
        said = _result_of(old) or str(old.measurement.value)
        return unclear(
            "result_old", cite([old]), wants=wants, value=said, date=day_words(old.date), wanted=wanted, name=shown
        )
    results = {_result_of(at) for at in latest}
    said = ", ".join(
        sorted({str(at.measurement.value).casefold(): str(at.measurement.value) for at in latest}.values())
    )
    facts_of = {
        "value": said.lower() if len(said) > 3 else said,
        "date": day_words(latest[0].date),
        "wanted": wanted,
        "name": shown,
    }
    if results == {requirement.result}:
        later = [at for at in inside if _result_of(at) == requirement.result and at not in latest]
        return met("result_right", cite([*latest, *newest_first(later)]), **facts_of)
    if results <= {"negative", "positive"}:
        return not_met("result_wrong", cite(latest), **facts_of)
    return unclear("result_unsure", cite(latest), wants=wants, **facts_of)


def _test_word(name: str) -> str:
    word = name.replace("_", " ")
    return word if word.endswith("test") else f"{name_of(name)} test"


def _result_of(fact: Fact) -> str | None:
    """Return "negative" or "positive"; a number against its printed range counts too."""
    measured = fact.measurement
    assert measured is not None
    if isinstance(measured.value, str):
        for result, pattern in _RESULTS:
            if pattern.search(measured.value):
                return result
        titer = re.search(r"1\s*:\s*(\d+)", measured.value)
        limit = re.search(r"1\s*:\s*(\d+)", measured.limit or "")
        if titer and limit:
            return "positive" if int(titer[1]) >= int(limit[1]) else "negative"
        return None
    side = against_limit(fact, Measurement(names=(fact.name,), limit="above_upper"))
    return None if side is None else "positive" if side else "negative"
