"""What an item of an outline is for: a use, a phase, a heading over others, a criterion."""

import re
from collections.abc import Sequence

from extractors.policy.announced import phase_said, refuses
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import (
    APPROVAL,
    head_of,
    head_of_run,
    is_criterion,
    is_named,
)
from extractors.policy.items import Item, Section
from extractors.policy.naming import approved_for
from extractors.policy.quantifiers import is_head
from extractors.policy.shapes import PHASE_DURATION


def begins_criteria(item: Item) -> bool:
    return role_of(item) in PHASES or (head_of_run(item.run).approves and not refuses(item.run.text))


def role_of(item: Item) -> str:
    """What an item is for: "excluded", "ignored", "general", "initial", "continuation", "wrapper", "use", "other"."""
    text = item.run.text
    head = head_of_run(item.run)
    if head.kind in ("excluded", "ignored", "general"):
        return head.kind
    if item.children and (spoken := phase_said(text)) is not None:
        return spoken
    if item.children and (timed := PHASE_DURATION.fullmatch(text)):
        return heading_kind(timed["label"]) or "other"  # "A. First approval, 6 months"
    if (titled := _title_kind(text)) is not None:
        return titled
    if refuses(re.split(r"(?<=[.;])\s+(?=[A-Z])", text, maxsplit=1)[0]) and not is_criterion(text):
        return "excluded"
    if head.kind in PHASES and (item.children or head.rest < len(text)):
        return head.kind  # and not the criterion "Member is currently receiving the drug"
    if head.kind == "criteria" and (item.children or head.rest < len(text)):
        return "wrapper"
    return "use" if is_named(item.run, bool(item.children)) or _has_phases(item) else "other"


def _title_kind(text: str) -> str | None:
    """ "A. General. Obesity is ...", "E. Limitations. The following are not": a known title over running text."""
    title, stop, rest = text.partition(". ")
    kind = heading_kind(title) if stop and len(title.split()) <= 5 and rest[:1].isupper() else None
    return "ignored" if kind == "notes" else kind if kind in ("ignored", "excluded") else None


def _has_phases(item: Item) -> bool:
    """Whether bare headings for phases stand under a short name: "A. Prevention of attacks"."""
    kinds = [head_of_run(child.run).kind for child in item.children if child.children]
    return len(item.run.text.split()) <= 12 and "initial" in kinds


def is_list_of_uses(items: Sequence[Item]) -> bool:
    roles = [role_of(item) for item in items]
    if any(role not in ("other", "ignored", "excluded") for role in roles):
        return True
    if sum(bool(item.children and approved_for(item.run.text)) for item in items) > 1:
        return (
            True  # "I. X is medically necessary for psoriasis when", "II. X is medically necessary for arthritis when"
        )
    approving = any(head_of_run(item.run).approves and item.children for item in items)
    return approving and any(role != "other" for role in roles)


def is_announced(section: Section) -> bool:
    """Whether a sentence approves by the list below it, whose items are not all uses with criteria of their own."""
    intro = section.paragraphs[-1].text if section.paragraphs else ""
    if not (is_head(intro) and APPROVAL.search(intro)) or heading_kind(head_of(intro).name) is not None:
        return False
    roles = [role_of(item) for item in section.items]
    bare = [item for item, role in zip(section.items, roles, strict=True) if role == "other" and not item.children]
    return (
        bool(bare)
        and set(roles) <= {"use", "other"}
        and not any(head_of_run(item.run).approves for item in section.items)
    )
