"""Why the payer said no: each ground with the sentences that state it, the main one first."""

import re

from extractors import lore
from extractors.denial.boxes import Tick, read_boxes
from extractors.denial.fields import Reason, ReasonCategory
from extractors.denial.ground_lists import goes_on, more_is_given, run_of, tells
from extractors.denial.grounds import (
    CONDITION,
    ELSEWHERE,
    REFUSED,
    STORY,
    Stated,
    find_grounds,
    live_part,
    not_a_ground,
)
from extractors.denial.hints import ground_hinted, points_of
from extractors.denial.reading import Letter
from extractors.denial.reasons_by_code import (
    all_lines_paid,
    find_codes_of_lines,
    find_codes_said,
    opens_a_legend,
)
from extractors.denial.roles import Said
from extractors.evidence import Finding

__all__ = ["REFUSED", "Stated", "choose_reasons", "find_grounds"]


def choose_reasons(letter: Letter, said: list[Said], stated: list[Stated]) -> Finding[tuple[Reason, ...]] | None:
    """Return the grounds, main one first, each quoted by the run of sentences that states it.

    A ground stated firmly beats those that only lean; where none is firm the first leaning
    one is taken, less sure; where no words give one, a reason code of the claim does.
    """
    if by_lines := _from_lines(letter, said, stated):
        return by_lines
    if all_lines_paid(letter):
        return None
    firm = [one for one in stated if one.firm]
    opened = [one.said for one in firm if one.opened]
    # a second ground goes on where the first was opened: "In addition, the amount ..."
    chosen = [one for one in firm if not opened or one.opened or goes_on(said, min(opened), one.said)]
    sure = 0.95 if opened else 0.85
    if chosen and not opened and not any(_tied_to_the_decision(letter, said, one.said) for one in chosen):
        sure = 0.55  # a firm wording that nothing ties to the decision
    if not chosen:
        leaning = [one for one in stated if one.opened] or stated
        chosen = [one for one in leaning if one.category == leaning[0].category]
        sure = 0.75 if leaning and leaning[0].opened else 0.55
        hinted = _hinted(letter, said) if chosen else None
        if hinted and hinted.value[0].category != chosen[0].category:
            texts = [letter.text[said[one.said].start : said[one.said].end] for one in stated]
            points = points_of(" ".join(texts))
            # words that lean to a ground weigh as much as a term of it
            if points.get(hinted.value[0].category, 0) > points.get(chosen[0].category, 0) + 2:
                return hinted
            sure = 0.55
    if not chosen:
        return _from_codes(letter) or _hinted(letter, said) or _unclassified(letter, said)
    order = list(dict.fromkeys(one.category for one in chosen))
    if len(order) > 2:  # four are a printed list more often than a decision
        sure = min(sure, 0.7 if len(order) == 3 else 0.5)
    if any(one.doubtful for one in chosen):
        sure = min(sure, 0.5)
    if more_is_given(letter, said, chosen, stated):
        sure = min(sure, 0.55)
    reasons, findings, boxes = [], [], read_boxes(letter)
    for category in order:
        mine = sorted({one.said for one in stated if one.category == category})
        main = max((one for one in chosen if one.category == category), key=lambda one: tells(letter, said, one))
        firmly = {one.said for one in stated if one.category == category and one.firm}
        start, end = run_of(said, mine, firmly, main.said)
        start = boxes.words_after(letter.printed, start, end)
        quote = " ".join(letter.printed[start:end].split())
        reasons.append(Reason(category=category, quote=quote))
        # A sentence whose head the engine lost is offered, not asserted.
        whole = (
            sure
            if not quote[:1].islower() or letter.text[start - 2 : start - 1] in (":", ",", ";")
            else min(sure, 0.55)
        )
        findings.append(letter.cite(start, end, None, whole, prose=True))
    return Finding(
        value=tuple(reasons),
        confidence=min(at.confidence for at in findings),
        evidence=tuple(evidence for at in findings for evidence in at.evidence),
    )


_NEAR = 6  # sentences that a ground may stand from the refusal
_RIGHTS = {"appeal", "regular_appeal", "second_level", "external_review", "fair_hearing"}


def _tied_to_the_decision(letter: Letter, said: list[Said], index: int) -> bool:
    """Whether a ground stands before the rights of appeal begin, or beside a refusal told there."""
    rights = next((at for at, one in enumerate(said) if one.own and one.role in _RIGHTS), len(said))
    if index < rights:
        return True
    around = said[max(0, index - _NEAR) : index + 3]
    texts = [letter.text[one.start : one.end] for one in around if not (one.own and one.role in ELSEWHERE)]
    return any(REFUSED.search(text) and not CONDITION.match(text) for text in texts)


def _from_lines(letter: Letter, said: list[Said], stated: list[Stated]) -> Finding[tuple[Reason, ...]] | None:
    """Return the grounds of a claim's denied lines by their codes, quoted from the legend where there is one.

    Where the legend's own words state another ground than the code's, the words win.
    """
    coded = find_codes_of_lines(letter, said)
    if not coded:
        return None
    reasons: dict[ReasonCategory, Finding[Reason]] = {}
    for one in coded:
        if one.legend is None:
            place = letter.place_at(one.printed.start)
            start, end, sure, category = place.start, place.end, 0.8, one.category
        else:
            start, end = said[one.legend].start, said[one.legend].end
            words = [at for at in stated if at.said == one.legend]
            firm = [at.category for at in words if at.firm]
            agrees = any(at.category == one.category for at in words)
            category = firm[0] if firm and not agrees else one.category
            sure = 0.95 if agrees else 0.85 if not firm else 0.7
        reason = Reason(category=category, quote=" ".join(letter.printed[start:end].split()))
        reasons.setdefault(category, letter.cite(start, end, reason, sure, prose=True))
    # words elsewhere that give another ground for the same claim
    disputed = any(
        at.firm and at.opened and at.category not in reasons and not opens_a_legend(letter, said[at.said])
        for at in stated
    )
    return Finding(
        value=tuple(found.value for found in reasons.values()),
        confidence=min(0.55 if disputed else 1.0, *(found.confidence for found in reasons.values())),
        evidence=tuple(evidence for found in reasons.values() for evidence in found.evidence),
    )


def _from_codes(letter: Letter) -> Finding[tuple[Reason, ...]] | None:
    coded = find_codes_said(letter)
    if not coded:
        return None
    places = [letter.place_at(one.printed.start) for one in coded]
    cited = [letter.cite(place.start, place.end, None, 0.8, prose=True) for place in places]
    return Finding(
        value=tuple(
            Reason(category=one.category, quote=" ".join(letter.printed[place.start : place.end].split()))
            for one, place in zip(coded, places, strict=True)
        ),
        confidence=min(at.confidence for at in cited),
        evidence=tuple(evidence for at in cited for evidence in at.evidence),
    )


# Roles of sentences that do not speak of the decision.
_BESIDE = ELSEWHERE | {"appeal", "without_appeal", "help"}


def _hinted(letter: Letter, said: list[Said]) -> Finding[tuple[Reason, ...]] | None:
    """Offer the ground that the sentences around the refusal speak of."""
    put_aside, boxes = not_a_ground(), read_boxes(letter)
    texts = [letter.text[one.start : one.end] for one in said]
    refusals = [
        index
        for index, text in enumerate(texts)
        if REFUSED.search(text) and not STORY.search(text) and not CONDITION.match(text)
    ]
    about = [
        index
        for index, one in enumerate(said)
        if any(-2 <= index - at <= 3 for at in refusals)
        and not (one.role in _BESIDE and one.own and not REFUSED.search(texts[index]))
        and boxes.state(one.start, one.end) is not Tick.EMPTY
        and live_part(texts[index], put_aside).strip()
        and len(texts[index].split()) > 2
    ]
    ground = ground_hinted([live_part(texts[index], put_aside) for index in about])
    if ground is None:
        return None
    points = {index: points_of(texts[index]).get(ground, 0) for index in about}
    main = max(about, key=lambda index: points[index])
    start, end = run_of(said, [index for index in about if points[index]], set(), main)
    reason = Reason(category=ground, quote=" ".join(letter.printed[start:end].split()))
    return letter.cite(start, end, (reason,), 0.55, prose=True)


_GIVEN = lore.regex(r"\b(?:because|reason(?: for (?:denial|this decision))?(?: is)?:|due to)\s+\w", re.IGNORECASE)


def _unclassified(letter: Letter, said: list[Said]) -> Finding[tuple[Reason, ...]] | None:
    """Offer the sentence that gives a reason in words no class knows; for a person to judge."""
    put_aside = not_a_ground()
    for one in said:
        text = letter.text[one.start : one.end]
        if _GIVEN.search(text) and REFUSED.search(text) and not put_aside.search(text):
            reason = Reason(category=ReasonCategory.OTHER, quote=" ".join(letter.printed[one.start : one.end].split()))
            return letter.cite(one.start, one.end, (reason,), 0.5, prose=True)
    return None
