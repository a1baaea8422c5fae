"""Which of a drug's brands and strengths was denied, where the policy has criteria for each."""

import re
from collections.abc import Sequence

from extractors.denial.fields import Denial
from extractors.evidence import asserted
from extractors.policy.tree import Indication
from extractors.vocabulary.drugs import find_drugs


def for_product(uses: Sequence[Indication], denial: Denial) -> list[Indication]:
    """Return the sections for the product that the denial names; all of them where it names none of theirs."""
    if len({at.products for at in uses}) < 2:
        return list(uses)
    said = " ".join(filter(None, (asserted(denial.service_as_printed), asserted(denial.service))))
    scores = [max((_agreement(product, said) for product in at.products), default=0) for at in uses]
    best = max(scores)
    if not best:
        return list(uses)
    return [at for at, score in zip(uses, scores, strict=True) if score == best or not at.products]


def _agreement(product: str, said: str) -> int:
    """How well a product as printed agrees with the words of the denial: brand, then strength; 0: not at all."""
    asked = {mention.text.lower() for mention in find_drugs(said) if mention.via == "brand"}
    named = {mention.text.lower() for mention in find_drugs(product) if mention.via == "brand"}
    own = re.match(r"[A-Za-z][\w-]{3,}", product)
    first = own[0].lower() if own else ""
    if named & asked or (first and not _is_generic(first) and re.search(rf"\b{re.escape(first)}\b", said, re.I)):
        return 2 + len(_strengths(product) & _strengths(said))
    if asked or named:
        return 0  # the one has a brand, which the other is not
    generics = {mention.generic for mention in find_drugs(product)} & {mention.generic for mention in find_drugs(said)}
    return 1 + len(_strengths(product) & _strengths(said)) if generics else 0


def _is_generic(word: str) -> bool:
    return any(mention.via == "generic" for mention in find_drugs(word))


def _strengths(text: str) -> set[str]:
    return {re.sub(r"\s+", "", at.lower()) for at in re.findall(r"\d[\d.,]*\s*(?:%|mg|mcg|g\b|ml|units?)", text, re.I)}
