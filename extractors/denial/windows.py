"""The other times a letter gives: peer-to-peer, corrected claim, external review, hearing, continued benefits."""

import re
from dataclasses import replace

from extractors import lore
from extractors.denial.deadline import Limit
from extractors.denial.fields import StatedWindow, WindowKind
from extractors.denial.reading import Letter
from extractors.denial.roles import Said, role_of, section
from extractors.evidence import Finding

_BY_ROLE = {
    "continuation": WindowKind.CONTINUED_BENEFITS,
    "fair_hearing": WindowKind.FAIR_HEARING,
    "external_review": WindowKind.EXTERNAL_REVIEW,
    "second_level": WindowKind.SECOND_LEVEL,
    "grievance": WindowKind.GRIEVANCE,
    "court": WindowKind.COURT_ACTION,
    "expedited_appeal": WindowKind.EXPEDITED_APPEAL,
}
_PEER = lore.regex(
    r"peer[- ]to[- ]peer|\bp2p\b|speak|talk|discuss|conversation"
    r"|\bcalls?\b[^.]{0,40}(?:reviewer|director|doctor|physician)",
    re.IGNORECASE,
)
_CLAIM = lore.regex(r"\b(?:claims?|bills?|resubmi\w+|rebill\w*)\b", re.IGNORECASE)
_RECORDS = lore.regex(
    r"\b(?:records?|notes|information|documentation|documents|papers|reopen\w*|look at|reconsider\w*|request)\b",
    re.IGNORECASE,
)


# A time to do something, not one to wait or to be answered in: "within 14 days", "you have 10 days", "until May 3".
_TIME_TO_ACT = lore.regex(
    r"\b(?:within|in|up to|until|by|no later than|not later than|on or before|have|has|at most|deadline|before"
    r"|or|first|of|is)"
    r"\W{0,3}(?:the |a |an |about |another |only )?(?:first |next |full )?\W{0,2}$",
    re.IGNORECASE,
)
_FAST_FILED = lore.regex(
    r"\b(?:ask(?:ed)?|request(?:ed)?|file[d]?|submit(?:ted)?|appeal(?:ed)?|received|postmarked|send|sent|made)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_WAIT = lore.regex(r"\bwait(?:ing)?\b|\bharm|\banswer|\bdecide|\bdecision (?:in|within)\b|\btaken\b", re.IGNORECASE)


def find_windows(letter: Letter, said: list[Said], limits: list[Limit]) -> Finding[tuple[StatedWindow, ...]] | None:
    """Return each time that is not the internal appeal's, in the letter's order; None where there is none.

    A time said twice for one purpose counts once.
    """
    windows: dict[StatedWindow, Finding[None]] = {}
    for limit in limits:
        kind = _kind(letter, said, limit)
        if kind is None:
            continue
        bare = StatedWindow(
            kind=kind,
            hours=limit.hours,
            business_days=limit.stated.days if limit.business else None,
            days=None if limit.business else limit.stated.days,
            months=limit.stated.months,
            date=limit.stated.date,
            anchor=limit.stated.anchor,
        )
        if bare not in windows:
            one = section(said, limit.start)
            start, end = (one.start, one.end) if one else (limit.start, limit.end)
            windows[bare] = letter.cite(start, end, None, 0.9, prose=True)
    if not windows:
        return None
    return Finding(
        value=tuple(
            replace(bare, quote=" ".join(at.text for at in cited.evidence), evidence=cited.evidence)
            for bare, cited in windows.items()
        ),
        confidence=min(cited.confidence for cited in windows.values()),
        evidence=tuple(evidence for cited in windows.values() for evidence in cited.evidence),
    )


def _kind(letter: Letter, said: list[Said], limit: Limit) -> WindowKind | None:
    one = section(said, limit.start)
    text = letter.text[one.start : one.end] if one else ""
    before = letter.text[one.start : limit.start] if one else ""
    if not _TIME_TO_ACT.search(before):
        return None
    if limit.kind == "expedited_appeal" and (
        limit.hours or not _FAST_FILED.search(before) or _WAIT.search(before) or len(text.split()) < 6
    ):
        return None
    if limit.kind in _BY_ROLE:
        # "a hearing within 120 days, and an external appeal within four months"
        near = role_of(re.split(r"\band\b|[;,]", before)[-1])
        return _BY_ROLE.get(near or "", _BY_ROLE[limit.kind])
    if limit.kind != "without_appeal":
        return None
    if _PEER.search(text):
        return WindowKind.PEER_TO_PEER
    if _CLAIM.search(text):
        return WindowKind.CORRECTED_CLAIM
    return WindowKind.NEW_INFORMATION if _RECORDS.search(text) else None
