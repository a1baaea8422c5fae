"""Whether a drug is taken at the highest dose that the patient tolerates, told in another sentence than the dose."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from pipeline.matching.record import Record, cite, newest_first
from pipeline.matching.requirements import TreatedWith
from pipeline.matching.terms import belongs, find_therapies
from pipeline.matching.verdict import Verdict

# "has not reached the maximum tolerated dose"
BELOW_MOST = lore.regex(
    r"\b(?:not|never|below|less than|under|until|toward|goal|target|aim\w*|titrat\w*|work\w* up|if|will|should)\b"
    r"[^.;]{0,40}\b(?:maxim|highest|most)",
    re.IGNORECASE,
)
# "the highest dose she tolerates", "maximum tolerated dose", "50 mg is the most she can take"
_HIGHEST = lore.regex(
    r"\b(?:highest|maxim(?:um|al|ally))[\s-]+(?:tolerat(?:ed|able)[\s-]+dos(?:e|age)"
    r"|dos(?:e|age) (?:she|he|they) (?:can )?tolerates?|dos(?:e|age) tolerated|tolerated)\b"
    r"|\bthe most (?:she|he|they) (?:can|could) (?:take|tolerate)\b",
    re.IGNORECASE,
)
_RECENT = dt.timedelta(days=366)


def highest_dose(
    requirement: TreatedWith, record: Record, verdict: Verdict, needed: Sequence[str]
) -> tuple[Verdict, list[str]]:
    """Return the verdict with the sentence that calls the dose the highest tolerated, and what is still unsaid.

    The sentence has to name a drug that the criterion names, and be of the last year.
    """
    told = [
        at
        for at in record.statements
        if _HIGHEST.search(at.text)
        and not BELOW_MOST.search(at.text)
        and at.date
        and record.request_date - at.date <= _RECENT
        and any(belongs(held.therapy.name, one) for held in find_therapies(at.text) for one in requirement.therapies)
    ]
    if not told:
        return verdict, list(needed)
    evidence = tuple(dict.fromkeys([*cite(newest_first(told)[:1]), *verdict.evidence]))[:3]
    return replace(verdict, evidence=evidence), [at for at in needed if not at.startswith(("maxima", "tolerat"))]
