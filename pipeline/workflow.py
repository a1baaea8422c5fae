"""The words in which a workflow is told: stages, the parts they work on, and what waits for what.

`pipeline.stages` tells the product's own workflow; tests tell small ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.storage import Storage, digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What a stage may know of its case."""

    id: str
    today: str  # ISO date
    urgent: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A file of the case as it was given."""

    id: str
    name: str
    sha256: str
    key: str
    kind: str | None = None
    page_count: int | None = None  # None: not yet taken in


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision that a person took on the case."""

    number: int  # from 1, in the order they were taken
    at: float  # seconds since 1970
    actor: str  # opaque id
    kind: str
    target: str
    value: Any = None
    reason: str = ""
    before: Any = None
    taken_on: str = ""  # digest of the result that the person saw


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One unit of work, as claimed."""

    id: str
    case_id: str
    stage: str
    part: str
    queue: str
    attempts: int
    input_hash: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A claimed job with all that its stage may look at: a stage reads these and nothing else."""

    job: JobRow
    case: CaseRow
    documents: Sequence[DocumentRow]  # in the order given
    outputs: Mapping[tuple[str, str], str | None]  # (stage, part) of every settled job -> key; None: it is dead
    storage: Storage
    decisions: Sequence[DecisionRow] = ()  # in the order they were taken

    def load(self, stage: str, part: str = "") -> bytes | None:
        """Return the output of a done job of this case; None where there is none."""
        key = self.outputs.get((stage, part))
        return None if key is None else self.storage.get(key)

    def parts(self, stage: str) -> list[str]:
        """Return the parts of a stage that are settled, sorted."""
        return sorted(part for at, part in self.outputs if at == stage)

    def store(self, data: bytes) -> str:
        """Store bytes of this case and return their key; the same bytes always have the same key."""
        key = f"cases/{self.case.id}/{digest(data)}"
        self.storage.put(key, data)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """A job to add when this one is finished."""

    stage: str
    part: str = ""
    input_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a stage made of its task."""

    output_key: str
    successors: tuple[Successor, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)  # {"id", "kind", "page_count"} that intake learnt
    urgent: bool | None = None  # True: the rest of the case goes to the queue `urgent`
    summary: Mapping[str, Any] = field(default_factory=dict)  # adds to what the list of cases shows
    audit: Mapping[str, Any] = field(default_factory=dict)  # adds to the audit row: codes, counts and page numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One kind of job."""

    name: str
    queue: str
    run: Callable[[Task], Outcome]
    seconds: float = 600.0  # hard limit of one attempt
    attempts: int = 3  # then the job is dead
    expendable: bool = False  # a dead job costs its part alone; else it fails the case
    pieces: Callable[[str], list[str]] | None = None  # smaller parts to try when an attempt was killed; [] when single
    thinks: bool = False  # rests on what `Workflow.ahead` loads: seconds that one process of a pool spends for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """Stages, and the joins between them."""

    stages: Mapping[str, Stage]
    joins: Mapping[str, tuple[str, ...]]  # stage -> the stages of the case that must all be settled before it
    last: str  # its output is the case's result
    # kind of decision -> the first stage that has to be done again after one; the last stage where not named
    again: Mapping[str, str] = field(default_factory=dict)
    patient: bool = False  # an installation that others stop, mend and start: outages cost a job no attempt
    begin: Callable[[], object] | None = None  # what a process starts before its first job, without waiting for it
    ahead: Callable[[], list[Callable[[], object]]] | None = None  # steps that load what later stages need

    def queue(self, stage: str, urgent: bool) -> str:
        return "urgent" if urgent else self.stages[stage].queue

    def waiting_for(self, stage: str) -> list[str]:
        """Return the joins that a job of this stage may complete."""
        return [joined for joined, needed in self.joins.items() if stage in needed]
