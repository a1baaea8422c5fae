"""Items of a list of uses that are none by their own head: a title over a sentence, a demand beside phases."""

import re
from collections.abc import Iterator, Sequence

from extractors import lore
from extractors.policy.found import Criteria, Place
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import head_of, is_criterion, names_condition
from extractors.policy.items import Item
from extractors.policy.lists import duration_in
from extractors.policy.nodes import is_sentence, leaf_of, notes_of
from extractors.policy.quantifiers import split_end
from extractors.policy.roles import role_of
from extractors.policy.tree import Indication, Node

MUDDLED = "The outline of "


def refuse_muddled(found: Criteria) -> None:
    """Leave out a tree that holds headings of other parts, as "Reauthorization": it was put together wrongly."""
    kept = []
    for use in found.indications:
        odd = next((text for child in use.tree.children for text in _headings_in(child)), None)
        if odd is None:
            kept.append(use)
        else:
            where = f"'{use.name}'" if use.name else "the policy"
            found.problems.append(f"{MUDDLED}{where} was not understood: '{odd[:80]}' stands inside its criteria.")
    found.indications = kept


def _headings_in(node: Node) -> Iterator[str]:
    if node.op != "leaf" and heading_kind(head_of(node.text).name or node.text) in ("ignored", "excluded", *PHASES):
        yield node.text
    for child in node.children:
        yield from _headings_in(child)


def titled(item: Item) -> str:
    """The condition that stands on a line of its own over the sentence that is its criterion."""
    lines = item.run.pieces
    title, stop, rest = item.run.text.partition(". ")
    if stop and rest[:1].isupper() and len(title.split()) <= 8 and (title.isupper() or names_condition(title)):
        return title
    if len(lines) < 2 or lines[0].text.endswith((".", ";", ",", ":")) or is_criterion(lines[0].text):
        return ""
    return lines[0].text if names_condition(lines[0].text) and re.match(r"[A-Z]", lines[1].text) else ""


def read_titled(item: Item, path: list[str], name: str, place: Place, found: Criteria) -> None:
    """ "B. Atopic dermatitis" over "Patient is 6 months or older, and two topical steroids did not help."."""
    run = item.run
    start = len(name) + len(run.text[len(name) :]) - len(run.text[len(name) :].lstrip(" ."))
    text = split_end(run.text[start:])[0]
    found.indications.append(
        Indication(
            name=name,
            phase=place.phase,
            tree=leaf_of(run, path, start, start + len(text), lead=name, notes=notes_of(item), flags=item.flags),
            duration=duration_in(item) or place.duration,
            section=place.section,
            drugs=place.drugs,
            products=place.products,
        )
    )


def is_beside_phases(item: Item, items: Sequence[Item]) -> bool:
    """Whether "Diet failed" stands among "Initial: BMI of 40 or more" and "Renewal: weight fell": asked of both."""
    roles = [role_of(at) for at in items]
    said = is_sentence(item.run.text) or is_criterion(item.run.text) or _DONE.search(item.run.text) is not None
    return said and any(role in PHASES for role in roles)


_DONE = lore.regex(r"\b(?:failed|tried|showed|shown|received|completed|confirmed|documented|required)\b", re.I)
