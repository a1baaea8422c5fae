"""Items of the outline as nodes of the tree: operators, numbers, verbatim leaves."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.announced import refuses
from extractors.policy.explaining import explanations_start, notes_in
from extractors.policy.flows import asked_in, by_answers, denied
from extractors.policy.formulas import Formula, formula_in
from extractors.policy.heads import APPROVAL, clause_start, head_of_run
from extractors.policy.inline import Part, split_inline
from extractors.policy.items import Item
from extractors.policy.joins import ENDLESS, MIXED, decide_join, is_open, open_ends_of, seams_of
from extractors.policy.quantifiers import Join, Quantifier, is_head, quantifier_of, split_end, split_head
from extractors.policy.questions import answer_in, question_end
from extractors.policy.references import REFERS, refers_flags
from extractors.policy.runs import Run
from extractors.policy.tree import Node, Note, Op
from extractors.policy.waivers import with_waivers
from extractors.policy.whom import whom_end

_TAG = lore.regex(r"\[(?P<tag>[^\[\]]*(?:documentation|required|verif|records?|attest)[^\[\]]*)\]", re.I)
_APPROVES = lore.regex(r"\b(?:will be|may be|is|are) (?:approved|authorized|granted|covered)\b|\bapprove for\b", re.I)
_VERB = lore.regex(
    r"\b(?:is|are|was|has|have|had|does|do|will|must|may|can|meets?|treated|tried|prescribed|shows?)\b", re.I
)


def node_of(
    item: Item,
    path: Sequence[str],
    negated: bool = False,
    lead: str = "",
    cut: tuple[int, int] | None = None,
    answers: bool = False,
) -> Node:
    """Return the item and all below it.

    `path` holds the markers above and its own; `cut` takes only these characters of its text; `answers`: what the
    answers of a question lead to could not be followed.
    """
    start, end = cut or (0, question_end(item.run.text))
    full = item.run.text[start:end]
    flags = (*item.flags, *unfollowed) if (unfollowed := _answers(item, answers)) else item.flags
    text = split_end(full)[0]
    begin = start + len(full) - len(full.lstrip())
    if item.children:
        return _group(item, path, text.strip(), negated, item.run.evidence(begin, start + len(text)), lead)
    explained = explanations_start(full) if cut is None else len(full)
    listed = split_inline(full[:explained].rstrip())
    if listed is None:
        return leaf_of(item.run, path, begin, start + len(text.rstrip()), negated, lead, notes_of(item), flags)
    notes = (*notes_of(item), *notes_in(item.run, start + explained))
    return group_of_prose(item.run, path, start, listed, negated, notes, item.flags)


def _answers(item: Item, unfollowed: bool) -> tuple[str, ...]:
    """The flag of a question whose answers lead where nobody could follow: what "yes" means is not known."""
    said = answer_in(item.run.text, " ".join(item.outcomes)) if unfollowed else ""
    return (f"{REFERS}: '{said}'",) if said else ()


def leaf_of(
    run: Run,
    path: Sequence[str],
    start: int,
    end: int,
    negated: bool = False,
    lead: str = "",
    notes: tuple[Note, ...] = (),
    flags: Sequence[str] = (),
) -> Node:
    """Return characters start..end of a run as one leaf."""
    text = run.text[start:end]
    return Node(
        op="leaf",
        number=".".join(path),
        text=text,
        evidence=run.evidence(start, end),
        notes=notes,
        tags=tags_of(text),
        negated=negated,
        flags=(*flags, *refers_flags(text)),
        lead=lead,
    )


def tags_of(text: str) -> tuple[str, ...]:
    """Return what the payer prints in brackets of an item: "documentation required"."""
    return tuple(match["tag"].strip() for match in _TAG.finditer(text))


def notes_of(item: Item) -> tuple[Note, ...]:
    """Return the notes that belong to an item."""
    return tuple(Note(text=note.text, evidence=note.evidence()) for note in item.notes)


def group_of(
    head: str, items: Sequence[Item], path: Sequence[str], evidence: tuple, notes: tuple = (), flags: Sequence[str] = ()
) -> Node:
    """Return a list of items under the words that introduce it (none: all of them)."""
    quantifier = quantifier_of(head)
    if quantifier.negated and not quantifier.stated and any(is_sentence(item.run.text) for item in items):
        quantifier = replace(quantifier, negated=False)  # "If this was not done:" over sentences
    op, n, found = decide_join(quantifier, seams_of(items), open_ends_of(items))
    ways = all(_approves(item) for item in items) or all(whom_end(item.run.text) and item.children for item in items)
    if len(items) > 1 and not quantifier.stated and ways:
        op, n = "any", None  # each item is a way to be approved
    children = []
    asked = asked_in(items)
    for place, item in enumerate(items, start=1):
        below = item.path(path, place)
        children.append(node_of(item, below, quantifier.negated, _lead_for(item, head), answers=not asked))
    node = Node(
        op=op,
        number=".".join(path),
        text=head,
        evidence=evidence,
        n=n,
        children=tuple(children),
        notes=notes,
        tags=tags_of(head),
        flags=(*flags, *quantifier.flags, *found),
        unsure=is_open((*quantifier.flags, *found)) or (ENDLESS in flags and op != "all"),
    )
    if asked:
        return by_answers(node, asked, 0)
    node = _by_formula(node, head, [item.label for item in items], flags)
    return with_waivers(node, [item.run for item in items])


def _approves(item: Item) -> bool:
    text = item.run.text
    return _APPROVES.search(text) is not None or bool(item.children and is_head(text) and APPROVAL.search(text))


def _by_formula(node: Node, head: str, labels: Sequence[str], flags: Sequence[str]) -> Node:
    """Return the group with its items joined as "(A and B, or C)" in the head says."""
    formula = formula_in(head, labels)
    if formula is None:
        return node
    if formula.op == "unclear":
        return replace(node, op="all", n=None, unsure=True, flags=(*node.flags, f"the words of the head {MIXED}"))
    by_label = dict(zip(labels, node.children, strict=True))
    children = _parts(formula, by_label, node)
    return replace(node, op=formula.op, n=formula.n, unsure=False, flags=tuple(flags), children=children)


def _parts(formula: Formula, by_label: dict[str, Node], over: Node) -> tuple[Node, ...]:
    found = []
    for part in formula.parts:
        if isinstance(part, str):
            found.append(by_label[part])
            continue
        below = _parts(part, by_label, over)
        cited = tuple(at for child in below for leaf in child.leaves() for at in leaf.evidence)
        op: Op = part.op if part.op != "unclear" else "all"
        flags = (f"the words of the head {MIXED}",) if part.op == "unclear" else ()
        found.append(
            Node(
                op=op,
                number=over.number,
                text="",
                evidence=cited,
                n=part.n,
                children=below,
                flags=flags,
                unsure=part.op == "unclear",
            )
        )
    return tuple(found)


def _group(item: Item, path: Sequence[str], head: str, negated: bool, evidence: tuple, lead: str) -> Node:
    join = item.before or split_end(item.run.text)[1]
    if join and not is_head(item.run.text):
        node = _beside_its_list(item, path, head, evidence, join)
        return negative(node) if negated else node
    node = group_of(head, item.children, path, evidence, notes_of(item), item.flags)
    if refuses(head) and is_head(head) and not any(leaf.negated for leaf in node.leaves()):
        return _refused(node)
    node = with_own_demand(item.run, path, node, lead)
    return negative(node) if negated else node


def _refused(node: Node) -> Node:
    """ "Coverage is denied if any of these is present:" asks that none is."""
    quantifier = quantifier_of(node.text)
    each = quantifier.op == "all" and not quantifier.stated  # any of what is listed refuses
    said = denied(replace(node, op="any") if each else node)
    if _UNLESS.search(node.text):
        return replace(said, unsure=True, flags=(*said.flags, "what the head refuses has an exception"))
    return said


_UNLESS = lore.regex(r"\b(?:unless|except|until|other than)\b", re.I)


def _beside_its_list(item: Item, path: Sequence[str], text: str, evidence: tuple, join: Join) -> Node:
    """ "Patient has asthma", a line "AND", and a list set deeper: the item is a demand beside the list."""
    begin = len(item.run.text) - len(item.run.text.lstrip())
    own = leaf_of(item.run, path, begin, begin + len(text), notes=notes_of(item), flags=item.flags)
    below = group_of("", item.children, path, evidence)
    below = replace(below, evidence=tuple(found for leaf in below.leaves() for found in leaf.evidence))
    op: Op = "all" if join == "and" else "any"
    return Node(op=op, number=".".join(path), text="", evidence=evidence, children=(own, below))


def with_own_demand(run: Run, path: Sequence[str], node: Node, lead: str) -> Node:
    """ "Patient has chronic migraine AND BOTH of the following:" demands the migraine too: a leaf before the items."""
    if end := whom_end(run.text):
        own = leaf_of(run, [*path, "for"], 0, end, lead=lead)
        if node.op == "all" and not any(child.negated for child in node.children):
            return replace(node, children=(own, *node.children))
        return replace(node, op="all", n=None, children=(own, replace(node, notes=(), flags=())))
    start = clause_start(run.text, head_of_run(run).rest) if APPROVAL.search(node.text) else 0
    if (instead := _INSTEAD.search(node.text)) and start == 0 and is_sentence(node.text[: instead.start()]):
        first = leaf_of(run, [*path, "(1)"], 0, instead.start())
        cited = run.evidence(instead.end(), len(node.text))
        return replace(
            node, op="any", n=None, children=(first, replace(node, text=node.text[instead.end() :], evidence=cited))
        )
    parts = split_head(node.text)
    if parts is None or start is None or start >= parts[0] or not _asks_something(node.text[start : parts[0]]):
        return node
    said = is_sentence(node.text[start : parts[0]])
    own = leaf_of(run, path, start, parts[0], lead="" if said else lead)
    if other := _OTHER_WAY.search(node.text, start, parts[0]):
        return _beside_another_way(run, path, node, (start, other.start(), other.end(), *parts))
    if node.op == "all" and not any(child.negated for child in node.children):
        return replace(node, children=(own, *node.children))
    group = replace(
        node, text=node.text[parts[1] :], evidence=run.evidence(parts[1], len(node.text)), notes=(), flags=()
    )
    return replace(node, op="all", n=None, children=(own, group))


# "A hearing aid was worn for 3 months, or is of no use because of one of:"
_INSTEAD = lore.regex(
    r",\s+or\s+(?=(?:is|are|was|has|have|had|cannot|did|does|there is)\b[^.;:]*"
    r"\b(?:one|any|either|both|all|each) of\b[^.;:]*:$)",
    re.I,
)
# "a BMI of 30 or more, OR a BMI of 27 or more with ONE of the following:"
_OTHER_WAY = lore.regex(r",\s+or\s+(?=(?:an?|the|has|have)\b)", re.I)


def _beside_another_way(run: Run, path: Sequence[str], node: Node, at: tuple[int, int, int, int, int]) -> Node:
    start, before, after, end, begin = at
    first, second = leaf_of(run, path, start, before), leaf_of(run, [*path, "(2)"], after, end)
    cited = run.evidence(begin, len(node.text))
    group = replace(node, text=node.text[begin:], evidence=cited, notes=(), flags=())
    both = replace(node, op="all", n=None, text="", children=(second, group), notes=(), flags=())
    return replace(node, op="any", n=None, children=(replace(first, number=".".join([*path, "(1)"])), both))


def _asks_something(words: str) -> bool:
    """Whether the words before "AND ONE of the following" are a demand: a sentence, or a finding of some words."""
    return is_sentence(words) or (bool(words.strip()) and not is_head(words))


def negative(node: Node) -> Node:
    """Return an excluded node: its leaves are what must not be."""
    if node.op == "leaf":
        return replace(node, negated=True)
    return replace(node, children=tuple(negative(child) for child in node.children))


def renumbered(node: Node) -> Node:
    """Return a node whose numbers say that they are those of a second list: "1[2].a"."""
    first, dot, rest = node.number.partition(".")
    number = f"{first}[2]{dot}{rest}" if first else ""
    return replace(node, number=number, children=tuple(renumbered(child) for child in node.children))


def is_sentence(text: str) -> bool:
    """Whether the text says something itself; "methotrexate" and "Hurley stage II" do not."""
    return _VERB.search(text) is not None


def _lead_for(item: Item, head: str) -> str:
    """The head, where the item alone is no sentence ("methotrexate")."""
    return head if item.children or not is_sentence(item.run.text) else ""


def group_of_prose(
    run: Run,
    path: Sequence[str],
    start: int,
    head: Part,
    negated: bool = False,
    notes: tuple[Note, ...] = (),
    flags: Sequence[str] = (),
) -> Node:
    """Return text that lists its parts itself, "(1) ...; and (2) ..."; it begins at character `start` of the run."""
    quantifier = quantifier_of(head.text) if head.text else Quantifier("all", stated=False)
    op, n, found = decide_join(quantifier, [part.join for part in head.parts[:-1]], [True] * (len(head.parts) - 1))
    negated = negated or quantifier.negated
    children = []
    for place, part in enumerate(head.parts, start=1):
        below = [*path, part.label or str(place)]
        if part.parts:
            children.append(group_of_prose(run, below, start, part, negated))
        else:
            lead = "" if is_sentence(part.text) else head.text
            children.append(leaf_of(run, below, start + part.start, start + part.end, negated, lead))
    first, last = (head.start, head.end) if head.text else (head.parts[0].start, _last(head).end)
    node = Node(
        op=op,
        number=".".join(path),
        text=run.text[start + first : start + last],
        evidence=run.evidence(start + first, start + last),
        n=n,
        children=tuple(children),
        notes=notes,
        tags=tags_of(head.text),
        flags=(*flags, *quantifier.flags, *found),
        unsure=is_open((*quantifier.flags, *found)),
    )
    return _by_formula(node, head.text, [part.label for part in head.parts], flags)


def _last(part: Part) -> Part:
    return _last(part.parts[-1]) if part.parts else part
