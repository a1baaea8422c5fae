"""Values of a denial as a person gives them: checked by type, with an error that says the format."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from extractors.denial.fields import (
    AppealLevel,
    AppealStage,
    Codes,
    NextStep,
    PlanType,
    Reason,
    ReasonCategory,
    StatedDeadline,
    StatedWindow,
    WindowKind,
)
from extractors.vocabulary.load import read_yaml
from pipeline.decisions.errors import DecisionRefusedError, ValueFormatError

_LONGEST = 600  # characters of a text


def typed(field: str, value: Any) -> Any:
    """Return the published value as the type that `Denial` holds; None for null.

    Raises DecisionRefusedError for an unknown field and ValueFormatError for an unfit value.
    """
    kind = fields().get(field)
    if kind is None:
        raise DecisionRefusedError("a denial has no such field", f"Give one of {', '.join(fields())}.")
    if value is None:
        return None
    try:
        return _READ[kind](value)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise ValueFormatError(field, _format(kind)) from None


@cache
def fields() -> dict[str, str]:
    """Return the type of each field that may be corrected."""
    return _table()["fields"]


@cache
def _table() -> dict[str, Any]:
    return read_yaml("fields.yaml", "pipeline.decisions")


def _format(kind: str) -> str:
    return _table()["formats"][kind].format(
        plans=_names(PlanType),
        categories=_names(ReasonCategory),
        anchors=", ".join(_table()["anchors"]),
        windows=_names(WindowKind),
        stages=_names(AppealStage),
        steps=_names(NextStep),
    )


def _names(kind: Any) -> str:
    return ", ".join(at.value for at in kind)


def _date(value: Any) -> dt.date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("no date")
    day = dt.date.fromisoformat(value)
    if not 1900 <= day.year <= 2100:
        raise ValueError("no date of our time")
    return day


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("no text")
    plain = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    if not any(c.isalnum() for c in plain):
        raise ValueError("empty")
    return plain


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("no list")
    return tuple(_text(item) for item in value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("no flag")
    return value


def _reasons(value: Any) -> tuple[Reason, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("no list")
    return tuple(
        Reason(category=ReasonCategory(at["category"]), quote=_text(at["quote"]))
        for at in value
        if _only(at, "category", "quote")
    )


def _codes(value: Any) -> Codes:
    _only(value, "icd10", "hcpcs_cpt", "ndc")
    return Codes(**{name: _texts(found) if found else () for name, found in value.items()})


def _deadline(value: Any) -> StatedDeadline:
    _only(value, "days", "months", "date", "anchor")
    anchor = value.get("anchor")
    if anchor is not None and anchor not in _table()["anchors"]:
        raise ValueError("no anchor")
    return StatedDeadline(**_one_time(value, "days", "months"), anchor=anchor)


def _windows(value: Any) -> tuple[StatedWindow, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("no list")
    return tuple(_window(at) for at in value)


def _window(value: Any) -> StatedWindow:
    _only(value, "kind", "hours", "business_days", "days", "months", "date", "anchor", "quote", "evidence")
    time = _one_time(value, "hours", "business_days", "days", "months")
    anchor = value.get("anchor")
    return StatedWindow(
        kind=WindowKind(value["kind"]),
        **time,
        anchor=None if anchor is None else _text(anchor),
        quote=_text(value["quote"]),
    )


def _one_time(value: Mapping[str, Any], *units: str) -> dict[str, Any]:
    """Return the one time that is given, as a count or a date."""
    given = {name: value[name] for name in (*units, "date") if value.get(name) is not None}
    if len(given) != 1:
        raise ValueError("not one time")
    ((name, told),) = given.items()
    if name == "date":
        return {"date": _date(told)}
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= 3650:
        raise ValueError("no count")
    return {name: told}


def _level(value: Any) -> AppealLevel:
    _only(value, "stage", "next_step")
    step = value.get("next_step")
    return AppealLevel(stage=AppealStage(value["stage"]), next_step=None if step is None else NextStep(step))


def _only(value: Any, *names: str) -> bool:
    if not isinstance(value, Mapping) or set(value) - set(names):
        raise ValueError("other names")
    return True


_READ: dict[str, Callable[[Any], Any]] = {
    "date": _date,
    "text": _text,
    "address": _text,
    "texts": _texts,
    "flag": _flag,
    "plan": PlanType,
    "reasons": _reasons,
    "codes": _codes,
    "deadline": _deadline,
    "windows": _windows,
    "level": _level,
}
