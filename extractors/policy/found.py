"""What the criteria reader has found so far, and where in the policy it is."""

from dataclasses import dataclass, field

from extractors.policy.tree import Indication, Node, Phase


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the policy the reader is."""

    section: str = ""  # heading, as printed
    name: str = ""  # condition that a heading or an item above named
    phase: Phase = "any"
    duration: str | None = None
    drugs: tuple[str, ...] = ()  # generic names, where lists of drugs have criteria of their own
    products: tuple[str, ...] = ()  # brands and strengths as printed
    part: bool = False  # the name is that of a counted part of the document, beside others


@dataclass
class Criteria:
    """What was found, in the policy's order."""

    indications: list[Indication] = field(default_factory=list)
    exclusions: list[Node] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    demands: list[tuple[str, Node]] = field(default_factory=list)  # on the uses for a condition; "": on all of them
