"""What else the letter offers for a field: values that were read and not chosen."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.denial.contacts import Contact, as_printed
from extractors.denial.deadline import Limit
from extractors.denial.fields import Candidate, Denial, StatedDeadline
from extractors.denial.reading import Letter, Span
from extractors.denial.service import Asked

_MOST = 8  # of one field: more than that is no choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Everything of a letter that could have been chosen."""

    dates: Sequence[tuple[str, Span, dt.date, bool]]
    contacts: Sequence[Contact]
    limits: Sequence[Limit]
    asked: Sequence[Asked]


def with_candidates(letter: Letter, denial: Denial, offered: Offered) -> Denial:
    """Return the denial with the values that were not chosen, each once."""
    found: list[Candidate] = []
    for field, pairs in (
        ("denial_date", _dates(offered)),
        ("service", _services(offered)),
        ("internal_appeal_deadline", _limits(offered)),
        ("appeal_address", _contacts(letter, offered, "address")),
        ("appeal_fax", _contacts(letter, offered, "fax")),
        ("appeal_phone", _contacts(letter, offered, "phone")),
    ):
        chosen = getattr(denial, field)
        found += _others(letter, field, pairs, chosen.value if chosen else None)
    return replace(denial, candidates=tuple(found))


def _others(letter: Letter, field: str, pairs: Iterable[tuple[Any, Span]], chosen: Any) -> list[Candidate]:
    held: dict[Any, Candidate] = {}
    taken = _plain(chosen)
    for value, span in pairs:
        if (key := _plain(value)) == taken or key in held:
            continue
        shown = value.isoformat() if isinstance(value, dt.date) else value
        held[key] = Candidate(field=field, value=shown, evidence=letter.evidence(span.start, span.end))
    return list(held.values())[:_MOST]


def _plain(value: Any) -> Any:
    """What two ways to print one value have in common."""
    if isinstance(value, str):
        digits = "".join(c for c in value if c.isdigit())
        return digits[-10:] if len(digits) >= 10 and len(value) < 24 else " ".join(value.split()).casefold()
    if isinstance(value, StatedDeadline):
        return value.days, value.months, value.date
    return value


def _dates(offered: Offered) -> Iterator[tuple[dt.date, Span]]:
    return ((day, span) for _, span, day, _ in offered.dates)


def _services(offered: Offered) -> Iterator[tuple[str, Span]]:
    for one in offered.asked:
        if one.drug:
            yield one.drug.generic, Span(start=one.drug.start, end=one.drug.end)


def _limits(offered: Offered) -> Iterator[tuple[StatedDeadline, Span]]:
    for one in offered.limits:
        if not one.hours and not one.business:
            yield one.stated, Span(start=one.start, end=one.end)


def _contacts(letter: Letter, offered: Offered, kind: str) -> Iterator[tuple[str, Span]]:
    for one in offered.contacts:
        if one.kind == kind:
            value = as_printed(letter, one.start, one.end) if kind == "address" else one.value
            yield value, Span(start=one.start, end=one.end)
