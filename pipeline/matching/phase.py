"""First approval or continuation: what the denial says was asked for, else what the chart shows of the drug."""

import re
from collections.abc import Iterator, Sequence

from extractors import lore
from extractors.chart.facts import Outcome
from extractors.denial.fields import Denial
from extractors.evidence import asserted
from extractors.policy.tree import Indication, Node
from pipeline.matching.record import Record
from pipeline.matching.terms import base_of, wording
from pipeline.matching.trials import was_taken

_ESTABLISHED_DAYS = 30  # less than a month on the drug (samples, a loading dose) is no continuation
_CONTINUES = wording("phase.continues")
_BEGINS = wording("phase.begins")
# A dose for "8 weeks, then ..." is a plan; only words of the past show that it is taken already.
_ON_IT = lore.regex(
    r"\b(?:been (?:on|taking|receiving|treated)|since|so far|for the (?:past|last)|after \w+ (?:weeks|months) of)\b",
    re.I,
)
# "A patient who has received < 6 months of therapy should be considered under criterion 1A (Initial Therapy)"
_TOO_SHORT = lore.regex(
    r"(?:<|less than|fewer than|under)\s*(?P<n>\d{1,2})\s*(?:consecutive )?(?P<unit>days?|weeks?|months?)\b[^.]*?"
    r"\b(?:considered|reviewed|evaluated|assessed|treated as|meet)\b[^.]*\binitial",
    re.I,
)
_DAYS = {"d": 1, "w": 7, "m": 30}


def of_phase(fitting: Sequence[Indication], denial: Denial, record: Record) -> tuple[list[Indication], tuple[str, ...]]:
    """Return the sections of the phase that was asked for, and a warning where denial and chart disagree on it."""
    shown = "continuation" if established(record) and not _too_short(fitting, record) else "initial"
    asked = phase_asked(denial)
    phase = asked or shown
    right = [at for at in fitting if at.phase == phase] or [at for at in fitting if at.phase == "any"] or list(fitting)
    if asked in (None, shown) or {at.phase for at in fitting} == {"any"}:
        return right, ()
    return right, (_DISAGREE.format(asked=asked, shown=shown),)


_DISAGREE = (
    "The denial speaks of a request for {asked} approval, the chart reads like one for {shown} approval: the criteria "
    "for {asked} approval were taken. Look at the section left aside before relying on them."
)


def phase_asked(denial: Denial) -> str | None:
    """Return the phase that the denial says was asked for; None where it says neither, or both."""
    reasons = asserted(denial.reasons) or ()
    printed = asserted(denial.service_as_printed) or asserted(denial.service) or ""
    text = " ".join((printed, *(reason.quote for reason in reasons)))
    continues, begins = bool(_CONTINUES.search(text)), bool(_BEGINS.search(text))
    return None if continues == begins else "continuation" if continues else "initial"


def established(record: Record) -> bool:
    """Whether the chart shows the patient on the requested drug before the request."""
    return any(days >= _ESTABLISHED_DAYS for days in _days_taken(record))


def _days_taken(record: Record) -> Iterator[int]:
    for fact in record.facts:
        held = fact.treatment
        if fact.kind != "treatment" or base_of(fact.name) != record.drug or held is None or not was_taken(fact):
            continue
        if held.stop is not None or held.outcome not in (None, Outcome.CURRENT):
            continue
        if held.start:
            yield (record.request_date - held.start).days
        if held.days and _ON_IT.search(fact.statement.text):
            yield held.days


def _too_short(fitting: Sequence[Indication], record: Record) -> bool:
    """Whether the policy sends a patient who has had the drug for so short a time to the initial criteria."""
    longest = max(_days_taken(record), default=0)
    notes = [note for at in fitting if at.phase == "continuation" for note in _notes(at.tree)]
    bounds = [int(match["n"]) * _DAYS[match["unit"][0].lower()] for at in notes if (match := _TOO_SHORT.search(at))]
    return any(longest < bound for bound in bounds)


def _notes(node: Node) -> Iterator[str]:
    yield from (note.text for note in node.notes)
    for child in node.children:
        yield from _notes(child)
