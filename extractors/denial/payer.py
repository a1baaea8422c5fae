"""Whose decision it is: the health plan, not its benefit manager, the employer or the provider."""

import re
from collections import defaultdict
from dataclasses import dataclass

from extractors import lore
from extractors.denial.labels import Labelled
from extractors.denial.reading import Letter, read_confidence
from extractors.evidence import Finding
from extractors.vocabulary.payers import PayerKind, PayerMention, find_payers, nearest_payer


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A payer named in the letter and how much its place says that it is the plan."""

    mention: PayerMention
    weight: float


# "reviews prescription drug coverage for Cigna Healthcare", "on behalf of Anthem Blue Cross"
_FOR_THE_PLAN = lore.regex(
    r"(?:on behalf of|benefit manager for|manag\w+ (?:\w+ ){0,6}(?:benefits? )?for|reviews? (?:\w+ ){0,6}for"
    r"|administers? (?:\w+ ){0,5}for|"
    r"acting for|agent (?:of|for)|delegated by|services? (?:to|for)|your (?:health )?plan,?(?: is)?:?|covered by"
    r"|member of|enrolled in|partner(?:s|ed|ing)? with|contracted by)\s+$",
    re.IGNORECASE,
)
_NOT_THE_PLAN = lore.regex(
    r"(?:processing center|formerly|other insurance|primary insurance|a division of|an independent licensee "
    r"of[^.]{0,40}|licensee of the|specialty|provided by or through)\s*$",
    re.IGNORECASE,
)
_AFTER_NOT = lore.regex(
    r"^[^.\n]{0,12}(?:processing center|association|specialty pharmacy|products and services)", re.IGNORECASE
)


_OWNER = lore.regex(r"\s+(?:company|affiliate|subsidiary|family of)\b", re.IGNORECASE)  # "An Aetna Company"


def find_payers_named(letter: Letter, labels: list[Labelled]) -> list[Named]:
    """Return every payer the letter names, weighed by where it stands."""
    text = letter.text
    cells = [span for label in labels if label.field == "plan" and label.firm for span in label.values[:1]]
    cells += [
        span
        for label in labels
        if label.field == "plan" and not label.firm
        for span in label.values[:1]
        if " plan" in label.label.lower()
    ]
    found = []
    first_page = letter.pages[0]
    for mention in find_payers(text):
        place = letter.place_at(mention.start)
        before, after = text[max(0, mention.start - 60) : mention.start], text[mention.end : mention.end + 60]
        head = place.page is first_page and place.line.box.top < 0.16 * first_page.height
        labelled = any(span.start <= mention.start < span.end + 2 for span in cells)
        address = bool(re.match(r"[^.]{0,70}(?:appeal|grievance|P\.?\s?O\.?\s?Box)", after, re.IGNORECASE))
        if mention.weak and not (labelled or head or address or _FOR_THE_PLAN.search(before)):
            continue
        weight = 1.0
        weight += 7.0 * labelled + 4.0 * head + 2.0 * address + 4.0 * bool(_FOR_THE_PLAN.search(before))
        if re.match(r"\s*(?:insures|administers|has (?:partially )?denied|provides claims|handles the claims)", after):
            weight += 2.0
        owner = bool(_OWNER.match(after)) and bool(re.search(r"\b(?:an?|part of the|the)\s*$", before, re.IGNORECASE))
        if owner or _NOT_THE_PLAN.search(before) or _AFTER_NOT.search(after):
            weight = 0.1
        found.append(Named(mention=mention, weight=weight))
    return found


def choose_payer(
    letter: Letter, named: list[Named], labels: list[Labelled]
) -> tuple[Finding[str] | None, Finding[str] | None, Finding[str] | None]:
    """Return the plan's canonical name, its name as printed, and the delegate that signs for it."""
    plans: dict[str, list[Named]] = defaultdict(list)
    delegates: dict[str, list[Named]] = defaultdict(list)
    for one in named:
        if one.mention.payer.kind is PayerKind.PLAN:
            plans[one.mention.payer.name].append(one)
        elif one.mention.payer.kind is PayerKind.DELEGATE:
            delegates[one.mention.payer.name].append(one)
    delegate = _delegate(letter, delegates)
    if not plans:
        plan, printed = _unlisted(letter, labels, delegate is not None)
        return plan, printed, delegate
    scores = {name: max(at.weight for at in mine) + 0.5 * min(6, len(mine) - 1) for name, mine in plans.items()}
    best = max(scores, key=lambda name: (scores[name], -plans[name][0].mention.start))
    rivals = [name for name in scores if name != best and scores[name] > scores[best] - 1.0]
    # A logo reads badly: the same name in plain type is the better witness.
    top = max(plans[best], key=lambda one: (_legible(letter, one), one.weight, len(one.mention.text)))
    sure = 0.97 if scores[best] >= 3 and not rivals else 0.8 if not rivals else 0.55
    start, end = top.mention.start, top.mention.end
    printed = " ".join(letter.printed[start:end].split())
    return (
        letter.cite(start, end, best, sure, prose=True),
        letter.cite(start, end, printed, sure, prose=True),
        delegate,
    )


def _legible(letter: Letter, one: Named) -> bool:
    words = [word.confidence for _, word in letter.words_in(one.mention.start, one.mention.end)]
    return read_confidence(words, prose=True) >= 0.9 and one.weight >= 1.0


def _delegate(letter: Letter, delegates: dict[str, list[Named]]) -> Finding[str] | None:
    """Return the reviewer on the letterhead, or the one that says it reviews for the plan."""
    scores = {name: max(at.weight for at in mine) + 0.5 * min(6, len(mine) - 1) for name, mine in delegates.items()}
    if not scores:
        return None
    best = max(scores, key=lambda name: (scores[name], -delegates[name][0].mention.start))
    if scores[best] < 2:
        return None
    mention = delegates[best][0].mention
    return letter.cite(mention.start, mention.end, best, 0.93 if scores[best] >= 4 else 0.8, prose=True)


_COMPANY = lore.regex(
    r"\b(?:health ?(?:plans?|care plan|benefits?|insurance|net(?:work)?|choice)|insurance (?:company|co\b)|assurance"
    r"|medicare|hmo|ppo|benefit (?:fund|trust|plan)|health (?:and welfare )?(?:fund|trust)|mutual|advantage)\b",
    re.IGNORECASE,
)


def _unlisted(
    letter: Letter, labels: list[Labelled], delegated: bool
) -> tuple[Finding[str] | None, Finding[str] | None]:
    """Return a plan that the table does not know, as the letter prints it; less sure."""
    spans = [span for label in labels if label.field == "plan" and label.firm for span in label.values[:1]]
    named_by_label = bool(spans)
    if not delegated:
        spans += [_span(place) for place in letter.places[:5] if _COMPANY.search(letter.text[place.start : place.end])]
        spans += [_span(place) for place in letter.places[:3]]
    for start, end in ((span.start, span.end) if not isinstance(span, tuple) else span for span in spans):
        text = letter.text[start:end].strip()
        if near := nearest_payer(text):
            return letter.cite(start, end, near.name, 0.75, prose=True), letter.cite(start, end, text, 0.75, prose=True)
        if (
            3 < len(text) <= 60
            and not re.search(r"\d|[.:?]$|\b(?:we|your|you)\b", text)
            and (named_by_label or _COMPANY.search(text))
        ):
            return letter.cite(start, end, text, 0.65, prose=True), letter.cite(start, end, text, 0.65, prose=True)
    return None, None


def _span(place: object) -> tuple[int, int]:
    return place.start, place.end  # type: ignore[attr-defined]
