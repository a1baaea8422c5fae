"""The outline understood: indications with their phase and tree, and what is never covered."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors import lore
from extractors.policy.announced import phase_of, phase_said, refuses
from extractors.policy.asides import is_beside_phases, read_titled, refuse_muddled, titled
from extractors.policy.drug_lists import drugs_approved
from extractors.policy.explaining import with_notes_told
from extractors.policy.footnotes import with_footnotes
from extractors.policy.found import Criteria, Place
from extractors.policy.general import demands_by_condition, read_general, row_duration
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import (
    ALL_USES,
    APPROVAL,
    head_of,
    head_of_run,
    is_criterion,
    names_condition,
    phase_and_condition,
)
from extractors.policy.inline import split_inline
from extractors.policy.introductions import introduced, with_demands, with_introduced
from extractors.policy.items import Item, Section
from extractors.policy.lists import (
    by_condition,
    by_service,
    duration_in,
    of_section,
    read_further,
    speaks_again,
    use_announced,
    use_opened,
)
from extractors.policy.mere_names import REFERS, without_mere_names
from extractors.policy.naming import (
    approved_for,
    for_drugs,
    name_for,
    name_the_unnamed,
    subject_of,
    treated_in,
)
from extractors.policy.nodes import is_sentence, negative, node_of, notes_of
from extractors.policy.preferred import Drugs, Shelf, on_shelf, shelves
from extractors.policy.prose import (
    all_of,
    exclusions_of,
    node_of_prose,
    parts_of,
    read_paragraph,
    says_of_patient,
    sentences_of,
    with_other_ways,
)
from extractors.policy.quantifiers import is_head, split_end
from extractors.policy.references import follow
from extractors.policy.roles import begins_criteria, is_announced, is_list_of_uses, role_of
from extractors.policy.runs import Run
from extractors.policy.shapes import SECTION_CODE, TITLE_LABEL
from extractors.policy.tree import Indication
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs


def read_criteria(sections: Sequence[Section], title: str, columns: dict[Shelf, Drugs] | None = None) -> Criteria:
    """Return every indication and exclusion of the outline; `title` names a list that names nothing itself.

    `columns` are the drugs of a table "Preferred | Non-Preferred".
    """
    found = Criteria()
    loose: list[tuple[Section, Place]] = []  # lists that name no indication: criteria only if nothing else is
    place, phase_first = Place(), _are_phases_first(sections)
    for_all, over_criteria = _phase_for_all(sections), _titles(sections)
    titles = over_criteria if len(over_criteria) > 1 else frozenset()
    bare: str | None = None  # the condition that the section before names, where nothing else stands in it
    over: Run | None = None  # sentence over lists that each have an introduction of their own
    for section, drugs in zip(map(_without_preface, sections), shelves(sections, columns or {}), strict=True):
        if section.kind in ("general", "duration", "notes"):
            continue  # they leave the reader where he is
        lone_condition, bare = bare, _bare_condition(section)
        heading = section.heading.text
        parted = phase_and_condition(heading)
        if parted:
            place = Place(heading, parted[1], parted[0])
        elif section.kind in PHASES:
            kept = (
                not phase_first
                and section is not for_all
                and not (section.part and place.part)
                and not ALL_USES.search(heading)
                and (_is_subject(place.name) or place.name in titles)
            )
            place = Place(heading, place.name if kept else "", section.kind)
        elif section.kind is None and heading:
            lone = _plain_name(heading) in over_criteria - titles and not names_condition(heading)
            place = Place(heading, "" if lone else _plain_name(heading), place.phase if phase_first else "any")
        elif section.kind is not None:
            kept = section.kind == "criteria" and place.name in (*titles, lone_condition)
            over_it = place.name if kept else ""
            place = Place(heading, over_it, place.phase if phase_first and section.kind == "criteria" else "any")
        place = replace(on_shelf(place, drugs, section.products), part=section.part and section.kind is None)
        if section.kind == "excluded":
            found.exclusions += exclusions_of(section)
        elif section.kind != "ignored":
            over = over if section.announced else None
            before = len(found.indications)
            _read_section(section, place, title, found, loose)
            if over is not None:
                _limit_by(found, before, over)
            if not section.announced and section.paragraphs and is_head(section.paragraphs[-1].text):
                over = section.paragraphs[-1]
    _read_loose(loose, found, title)
    if not found.indications:
        _read_prose(sections, title, found)
    found.indications = without_mere_names(found.indications)
    refuse_muddled(found)
    name_the_unnamed(found, title)
    found.indications = for_drugs(found.indications)
    found.indications = [replace(use, tree=with_notes_told(use.tree)) for use in found.indications]
    found.indications = with_footnotes(found.indications, sections)
    read_general(sections, found)
    found.indications = follow(found.indications, sections)
    if not found.indications:
        found.problems.append("No list of criteria was found in the policy.")
    return found


def _bare_condition(section: Section) -> str | None:
    """The condition that is all a section says: "Acromegaly" over "Criteria:"."""
    name = section.heading.text if section.kind is None and section.heading else ""
    return _plain_name(name) if names_condition(name) and not (section.items or section.paragraphs) else None


def _titles(sections: Sequence[Section]) -> frozenset[str]:
    """Titles that stand right over headings for criteria; one alone is that of the policy."""
    return frozenset(
        _plain_name(above.heading.text)
        for above, below in pairwise(sections)
        if above.kind is None
        and above.heading
        and not (above.items or above.paragraphs)
        and below.kind in ("criteria", *PHASES)
        and (below.items or below.paragraphs)
        and not below.announced
    )


def _phase_for_all(sections: Sequence[Section]) -> Section | None:
    """The one section for going on that stands behind several conditions, none of which has phases of its own."""
    phased = [at for at, section in enumerate(sections) if section.kind in PHASES]
    if len(phased) != 1 or sections[phased[0]].kind != "continuation":
        return None
    before = [
        at
        for at in sections[: phased[0]]
        if at.kind is None and at.heading and names_condition(at.heading.text) and (at.items or at.paragraphs)
    ]
    own = sections[phased[0]]
    below = not own.cell and all(own.x0 <= at.x0 for at in before)  # a line under the whole table, and no cell of it
    return own if len(before) > 1 and (below or not any(at.cell for at in before)) else None


def _is_subject(name: str) -> bool:
    """Whether a name is that of a condition or a drug, which "Recertification" below it is still about."""
    return bool(name) and (names_condition(name) or bool(find_drugs(name)))


def _limit_by(found: Criteria, first: int, run: Run) -> None:
    """Add what a sentence over several lists demands to each indication read from them."""
    for at, use in enumerate(found.indications[first:], start=first):
        name = use.name if find_conditions(use.name) else f"{use.name} {treated_in(run.text)}"
        tree = with_demands(use.tree, introduced(run, [], name, use.tree))
        found.indications[at] = replace(use, name=use.name or treated_in(run.text), tree=tree)


def _are_phases_first(sections: Sequence[Section]) -> bool:
    """Whether conditions stand under phases ("Psoriasis" under "Initial approval") and not phases under conditions."""
    told = [at for at in sections if at.items or at.kind in PHASES or (at.kind is None and at.heading)]
    return any(
        above.kind in PHASES
        and not above.items
        and not (above.cell and above.paragraphs)
        and below.kind is None
        and bool(below.heading)
        for above, below in pairwise(told)
    )


def _without_preface(section: Section) -> Section:
    """A list of approvals that follows "Description" or "Policy statement" without a heading is no part of it."""
    if section.kind != "ignored":
        return section
    at = next((at for at, item in enumerate(section.items) if item.children and begins_criteria(item)), None)
    return (
        section if at is None else replace(section, heading=Run(), kind=None, paragraphs=[], items=section.items[at:])
    )


def _plain_name(heading: str) -> str:
    heading = TITLE_LABEL.sub("", SECTION_CODE.sub("", heading))
    return head_of(heading).name or heading


def _read_section(section: Section, place: Place, title: str, found: Criteria, loose: list) -> None:
    named = bool(place.name) or place.phase != "any"
    if section.further and section.paragraphs:
        read_further(section, place, title, found)
    elif section.items and not _is_unmarked(section) and is_list_of_uses(section.items) and not is_announced(section):
        before = len(found.indications)
        _read_uses(section.items, [], place, found)
        if section.paragraphs and is_head(section.paragraphs[-1].text):
            _limit_by(found, before, section.paragraphs[-1])
    elif section.items and named:
        own = "" if names_condition(place.name) else use_opened(section)  # "Psoriasis. Approve if" under a drug's name
        name = own or place.name or name_for(section, title) or place.section
        found.indications += by_condition(of_section(section, place, name), section)
    elif section.items and (use := use_announced(section)):
        found.indications.append(of_section(section, place, use))
    elif section.items:
        loose.append((section, place))
    else:
        for paragraph in section.paragraphs:
            stated = section.part and not refuses(paragraph.text) and not REFERS.search(paragraph.text)
            read_paragraph(paragraph, place, named, found, demands=section.cell or stated)
    for paragraph in section.after if section.items else ():
        if APPROVAL.search(paragraph.text) and not refuses(paragraph.text):
            subject = subject_of(paragraph.text)
            phase = phase_of(paragraph.text) or (
                "continuation" if place.name and speaks_again(paragraph.text) else None
            )
            name = place.name or (title if phase else subject or title)
            read_paragraph(paragraph, replace(place, name=name, phase=phase or place.phase), True, found)


def _is_unmarked(section: Section) -> bool:
    """Whether the items stand under their head without markers: "Diagnosis: Confirmed by biopsy" names no use."""
    return all(item.marker is not None and not item.marker.length for item in section.items)


def _read_loose(loose: list, found: Criteria, title: str) -> None:
    """Lists without the name of an indication: the criteria of a policy that is about one use."""
    if any(use.phase != "continuation" for use in found.indications):
        approving = [at for at in loose if at[0].paragraphs and APPROVAL.search(at[0].paragraphs[-1].text)]
        found.problems += [_left_aside(at[0]) for at in loose if at not in approving and _demands(at[0])]
        found.indications[:0] = [
            of_section(section, place, treated_in(section.paragraphs[-1].text) or title) for section, place in approving
        ]
        return
    strong = [at for at in loose if at[0].kind == "criteria"] or loose
    found.problems += [_left_aside(at[0]) for at in loose if at not in strong and _demands(at[0])]
    found.indications[:0] = [
        use
        for section, place in strong
        for use in by_condition(of_section(section, place, name_for(section, title) or place.section), section)
    ]


def _read_prose(sections: Sequence[Section], title: str, found: Criteria) -> None:
    """A policy without lists: paragraphs under "Criteria" that say of the patient what must be."""
    for section in sections:
        for paragraph in section.paragraphs if section.kind == "criteria" else ():
            text = paragraph.text
            listed = split_inline(text, prose=True) is not None
            if (listed or says_of_patient(paragraph)) and is_criterion(text) and not APPROVAL.search(text):
                rows = (row_duration("any", row) for row in section.durations)
                found.indications.append(
                    Indication(
                        name=title,
                        phase="any",
                        tree=node_of_prose(paragraph, []) if listed else all_of(sentences_of(paragraph, [], 0)),
                        duration=next(filter(None, rows), None),
                        section=section.heading.text,
                    )
                )


def _left_aside(section: Section) -> str:
    where = f"under '{section.heading.text}'" if section.heading else "before the first heading"
    return f"A list {where} names no indication and was left aside."


def _demands(section: Section) -> bool:
    """Whether a list may hold criteria; names of drugs and codes do not."""
    return any(item.children or is_sentence(item.run.text) or is_criterion(item.run.text) for item in section.items)


# ---------------------------------------------------------------- items


def _read_uses(items: Sequence[Item], path: Sequence[str], place: Place, found: Criteria) -> None:
    """A list whose items are indications, phases, or headings over them."""
    for order, item in enumerate(items, start=1):
        here = item.path(path, order)
        role = role_of(item)
        if role == "ignored":
            continue
        if role == "excluded":
            found.exclusions += [negative(node) for node in parts_of(item, here)]
        elif role == "general":
            found.demands += demands_by_condition(item, here)
        elif role == "wrapper":
            _read_wrapper(item, here, place, found)
        elif role in PHASES:
            _read_phase(
                item, here, replace(place, phase=role, name=head_of_run(item.run).condition or place.name), found
            )
        elif role == "use" or item.children or head_of_run(item.run).approves:
            _read_use(item, here, place, found)
        elif name := titled(item):
            read_titled(item, here, name, place, found)
        elif is_beside_phases(item, items):
            found.demands.append((place.name, node_of(item, here)))
        else:
            found.problems.append(f"Item {'.'.join(here)} names no indication and was left aside.")


def _read_wrapper(item: Item, path: list[str], place: Place, found: Criteria) -> None:
    inner = replace(place, section=head_of_run(item.run).name)
    if item.children and is_list_of_uses(item.children):
        _read_uses(item.children, path, inner, found)
    elif item.children:
        found.indications += by_service(_indication(item, path, inner, inner.name or inner.section))
    else:
        _read_use(item, path, inner, found)


# "Coverage cannot be renewed", "Not applicable": no criteria
_NONE = lore.regex(
    r"\b(?:cannot|can ?not|may not|will not|not) be (?:renewed|re-?authorized|continued|approved)\b|\bnot (?:renewable|"
    r"applicable|eligible for renewal)\b|\bN/A\b|\bone[- ]time (?:only|treatment|infusion)\b",
    re.I,
)


def _read_phase(item: Item, path: list[str], place: Place, found: Criteria) -> None:
    """ "Initial approval criteria", "Continuation of therapy": over indications, or over criteria at once."""
    if not item.children and _NONE.search(item.run.text):
        return
    heading = "" if phase_said(item.run.text) else head_of_run(item.run).name
    inner = next((child.run.text for child in item.children if child.children and phase_said(child.run.text)), None)
    if inner is not None and phase_said(item.run.text):
        found.problems.append(f"The outline was not understood: '{inner[:80]}' stands inside another phase's criteria.")
        return
    if by_drug := drugs_approved(item.children):
        over = replace(place, duration=duration_in(item, below=False) or place.duration)
        for order, (child, drugs) in enumerate(zip(item.children, by_drug, strict=True), start=1):
            use = _indication(child, child.path(path, order), over, place.name or heading)
            found.indications.append(replace(use, drugs=drugs))
    elif item.children and is_list_of_uses(item.children):
        _read_uses(item.children, path, replace(place, section=heading, duration=duration_in(item, below=False)), found)
    else:
        found.indications.append(_indication(item, path, place, place.name or heading))


def _read_use(item: Item, path: list[str], place: Place, found: Criteria) -> None:
    head = head_of_run(item.run)
    name = head.name or place.name or (approved_for(item.run.text) if head.approves else split_end(item.run.text)[0])
    if place.phase == "any" and head.approves and (spoken := phase_of(item.run.text)):
        place = replace(place, phase=spoken)
    roles = [role_of(child) for child in item.children]
    inside = replace(place, name=name, duration=duration_in(item, below=False) or place.duration)
    if any(role in PHASES for role in roles):
        _read_uses(item.children, path, inside, found)
    elif drugs_approved(item.children):
        _read_phase(item, path, inside, found)
    elif item.children and place.name == "" and sum(role == "use" for role in roles) * 2 > len(roles):
        _read_uses(item.children, path, replace(inside, name="", section=name), found)
    else:
        found.indications.append(_indication(item, path, place, name))


def _said_for(head: str) -> str:
    """The condition of "The plan covers it for type 2 diabetes if each of items 4.1 to 4.9 is satisfied"."""
    before = re.split(r"\b(?:if|when|provided)\b", head, maxsplit=1)[0]
    return treated_in(before) if is_head(head) and len(before) < len(head) else ""


def _indication(item: Item, path: Sequence[str], place: Place, name: str) -> Indication:
    if heading_kind(name) and (condition := approved_for(item.run.text) or _said_for(item.run.text)):
        name = condition
    tree = node_of(item, path) if item.children else node_of_prose(item.run, path, notes_of(item), item.flags)
    tree = with_introduced(tree, item.run, path, name)
    if item.children:
        tree = with_other_ways(tree, [item.run], path)
    if len(tree.children) == 1 and tree.children[0].op != "leaf":
        tree = tree.children[0]  # "1. Initial authorization" over a lone "a. Drug will be approved based on all of:"
    return Indication(
        name=name,
        phase=place.phase,
        tree=tree,
        duration=duration_in(item) or place.duration,
        section=place.section,
        drugs=place.drugs,
        products=place.products,
    )
